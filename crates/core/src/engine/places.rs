//! Where a region is, roughly.

use forewarn_physics::frames::Position;
use forewarn_physics::frames::wgs84::{Geodetic, rough_distance_m};
use nalgebra::Vector3;

use crate::model::Region;
use crate::warn::region_contains;

/// Somewhere in the middle of a region, on the ground.
pub(super) fn centre_of(region: &Region) -> Geodetic {
    match region {
        Region::Circle { centre, .. } => *centre,
        Region::Polygon(ring) => {
            let sum = ring.iter().fold(Vector3::zeros(), |sum, corner| {
                sum + at(corner).to_itrf().vector().normalize()
            });
            let up = sum.try_normalize(1e-9).unwrap_or(Vector3::x());
            Geodetic {
                height_m: 0.0,
                ..Geodetic::from_itrf(Position::from_vector(up * 6.371e6))
            }
        }
        Region::Many(parts) => parts.first().map_or(at(&[0.0, 0.0]), centre_of),
    }
}

fn at(corner: &[f64; 2]) -> Geodetic {
    Geodetic {
        latitude_rad: corner[0],
        longitude_rad: corner[1],
        height_m: 0.0,
    }
}

/// From a place to a region [m]: 0 inside; to a polygon, the distance of its nearest corner.
pub(super) fn distance_m(region: &Region, place: &Geodetic) -> f64 {
    if region_contains(region, place) {
        return 0.0;
    }
    let nearest =
        |distances: &mut dyn Iterator<Item = f64>| distances.fold(f64::INFINITY, f64::min);
    match region {
        Region::Circle { centre, radius_m } => {
            (rough_distance_m(centre, place) - radius_m).max(0.0)
        }
        Region::Polygon(ring) => nearest(
            &mut ring
                .iter()
                .map(|corner| rough_distance_m(&at(corner), place)),
        ),
        Region::Many(parts) => nearest(&mut parts.iter().map(|part| distance_m(part, place))),
    }
}

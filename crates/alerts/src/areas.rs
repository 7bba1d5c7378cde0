//! Where a warning applies, as CAP writes it: polygons cut at the antimeridian.

use forewarn_cap::{Area, Circle, Point, Polygon};
use forewarn_core::engine::ProtectedArea;
use forewarn_core::model::Region;
use forewarn_formats::geojson::{Geometry, geometry};
use nalgebra::Vector3;

use forewarn_physics::frames::geodesic::inverse;
use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::frames::{Itrf, Position};

/// Corners are written to this part of a degree: about 11 m.
const STEPS_PER_DEGREE: f64 = 1e4;
/// What is too small to draw becomes a circle of this radius [km].
const SMALL_RADIUS_KM: f64 = 1.0;
/// Longer edges, such as those along a pole, are parted: CAP allows no more than 180 [degrees].
const EDGE_MAX_DEG: f64 = 90.0;
/// CAP allows no larger circle [km].
const RADIUS_MAX_KM: f64 = 20_038.0;

/// One area for each region.
pub(super) fn areas(regions: &[Region], known: &[ProtectedArea]) -> Vec<Area> {
    let flat = regions.iter().flat_map(parts);
    flat.map(|region| {
        let known = known.iter().find(|area| area.region == *region);
        let words = known.map_or_else(|| in_words(region), |area| area.name.clone());
        let mut area = Area::new(&words);
        draw(region, &mut area);
        area
    })
    .collect()
}

/// The same as circles that hold them whole: for shapes that the rules refuse.
pub(super) fn circles(regions: &[Region], known: &[ProtectedArea]) -> Vec<Area> {
    let mut all = areas(regions, known);
    let flat = regions.iter().flat_map(parts);
    for (area, region) in all.iter_mut().zip(flat) {
        area.polygons.clear();
        area.circles = vec![around(region)];
    }
    all
}

fn around(region: &Region) -> Circle {
    let centre = middle(region);
    let radius_m = match region {
        Region::Circle { radius_m, .. } => *radius_m,
        Region::Polygon(ring) => ring
            .iter()
            .map(|[latitude_rad, longitude_rad]| Geodetic {
                latitude_rad: *latitude_rad,
                longitude_rad: *longitude_rad,
                height_m: 0.0,
            })
            .map(|corner| inverse(&centre, &corner).distance_m)
            .fold(0.0, f64::max),
        Region::Many(_) => 0.0,
    };
    Circle {
        centre: point(centre),
        radius_km: (radius_m / 1e3)
            .ceil()
            .clamp(SMALL_RADIUS_KM, RADIUS_MAX_KM),
    }
}

fn parts(region: &Region) -> Vec<&Region> {
    match region {
        Region::Many(regions) => regions.iter().flat_map(parts).collect(),
        one => vec![one],
    }
}

fn draw(region: &Region, area: &mut Area) {
    let rings = match geometry(region) {
        Geometry::Polygon { coordinates } => coordinates,
        Geometry::MultiPolygon { coordinates } => coordinates.into_iter().flatten().collect(),
    };
    area.polygons = rings.iter().filter_map(|ring| polygon(ring)).collect();
    if area.polygons.is_empty() {
        area.circles.push(around(region));
    }
}

/// None where it shrinks to a line when its corners are rounded.
fn polygon(ring: &[[f64; 2]]) -> Option<Polygon> {
    let round = |value_deg: f64| (value_deg * STEPS_PER_DEGREE).round() / STEPS_PER_DEGREE;
    let mut corners: Vec<(f64, f64)> = ring
        .iter()
        .map(|[longitude_deg, latitude_deg]| (round(*latitude_deg), round(*longitude_deg)))
        .collect();
    corners.dedup();
    if corners.len() > 1 && corners.first() == corners.last() {
        corners.pop();
    }
    let twice_area: f64 = (0..corners.len())
        .map(|at| {
            let (a, b) = (corners[at], corners[(at + 1) % corners.len()]);
            a.1 * b.0 - b.1 * a.0
        })
        .sum();
    (corners.len() >= 3 && twice_area.abs() > 1e-8).then(|| Polygon::closed(&parted(&corners)))
}

/// The corners with more between those that are far apart in longitude.
fn parted(corners: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut all = Vec::with_capacity(corners.len());
    for (at, from) in corners.iter().enumerate() {
        let to = corners[(at + 1) % corners.len()];
        let steps = ((to.1 - from.1).abs() / EDGE_MAX_DEG).ceil().max(1.0);
        for step in 0..steps as u32 {
            let share = f64::from(step) / steps;
            all.push((
                from.0 + share * (to.0 - from.0),
                from.1 + share * (to.1 - from.1),
            ));
        }
    }
    all
}

fn in_words(region: &Region) -> String {
    let place = point(middle(region));
    let (north, east) = (place.latitude_deg, place.longitude_deg);
    format!(
        "Around {:.1}° {}, {:.1}° {}",
        north.abs(),
        if north < 0.0 { "S" } else { "N" },
        east.abs(),
        if east < 0.0 { "W" } else { "E" },
    )
}

fn point(place: Geodetic) -> Point {
    Point {
        latitude_deg: place.latitude_rad.to_degrees(),
        longitude_deg: place.longitude_rad.to_degrees(),
    }
}

/// The middle of a region: of its corners in space, so that the antimeridian does no harm.
fn middle(region: &Region) -> Geodetic {
    match region {
        Region::Circle { centre, .. } => *centre,
        Region::Polygon(ring) => {
            let corner = |[latitude_rad, longitude_rad]: &[f64; 2]| {
                let place = Geodetic {
                    latitude_rad: *latitude_rad,
                    longitude_rad: *longitude_rad,
                    height_m: 0.0,
                };
                place.to_itrf().vector()
            };
            let sum: Vector3<f64> = ring.iter().skip(1).map(corner).sum();
            let count = ring.len().saturating_sub(1).max(1) as f64;
            Geodetic::from_itrf(Position::<Itrf>::from_vector(sum / count))
        }
        Region::Many(regions) => regions
            .first()
            .map_or_else(|| Geodetic::from_degrees(0.0, 0.0, 0.0), middle),
    }
}

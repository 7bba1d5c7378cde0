//! Impact areas as rings on the ellipsoid, and whether they touch a protected area.

use forewarn_physics::frames::geodesic;
use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::math::{TAU, atan2, sin_cos};

use crate::model::{Ellipse, Region};

/// Corners of the ring that stands for an ellipse: a chord then cuts 0.4 % of the radius, so the
/// ring is drawn larger by half of that.
const CORNERS: usize = 36;

/// An area to be warned, by name.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedArea {
    /// For people.
    pub name: String,
    /// Where.
    pub region: Region,
}

/// A closed ring of [latitude, longitude] in radians around an ellipse on the ellipsoid.
///
/// Each corner is the end of a geodesic from the centre: right for ellipses of any size short of
/// a quarter of the globe. An ellipse that is not finite gives an empty ring.
pub fn ellipse_ring(centre: &Geodetic, ellipse: &Ellipse) -> Vec<[f64; 2]> {
    let finite = centre.latitude_rad.is_finite() && centre.longitude_rad.is_finite();
    let finite = finite
        && ellipse.semi_major_m.is_finite()
        && ellipse.semi_minor_m.is_finite()
        && ellipse.azimuth_rad.is_finite();
    if !finite {
        return Vec::new();
    }
    let grow = 1.0 + 0.25 * (TAU / CORNERS as f64 / 2.0) * (TAU / CORNERS as f64 / 2.0);
    let mut ring: Vec<[f64; 2]> = (0..CORNERS)
        .map(|i| corner(centre, ellipse, grow, i))
        .collect();
    ring.push(ring[0]);
    ring
}

fn corner(centre: &Geodetic, ellipse: &Ellipse, grow: f64, i: usize) -> [f64; 2] {
    let (sine, cosine) = sin_cos(TAU * i as f64 / CORNERS as f64);
    let (along_m, across_m) = (ellipse.semi_major_m * cosine, ellipse.semi_minor_m * sine);
    let distance_m = grow * (along_m * along_m + across_m * across_m).sqrt();
    let place = geodesic::direct(
        &Geodetic {
            height_m: 0.0,
            ..*centre
        },
        ellipse.azimuth_rad + atan2(across_m, along_m),
        distance_m,
    );
    [place.latitude_rad, place.longitude_rad]
}

/// The place lies in the region.
pub fn region_contains(region: &Region, place: &Geodetic) -> bool {
    match region {
        Region::Circle { centre, radius_m } => {
            geodesic::inverse(centre, place).distance_m <= *radius_m
        }
        Region::Polygon(ring) => ring_contains(ring, place),
        Region::Many(parts) => parts.iter().any(|part| region_contains(part, place)),
    }
}

/// The ring (as of [`ellipse_ring`]) and the region have some place in common.
///
/// Exact to the spacing of the corners: corners of either inside the other, edges that cross,
/// and for circles the nearest point of each edge.
pub fn ring_touches(ring: &[[f64; 2]], region: &Region) -> bool {
    let corners_inside = ring
        .iter()
        .any(|corner| region_contains(region, &place(corner)));
    corners_inside
        || match region {
            Region::Circle { centre, radius_m } => {
                ring_contains(ring, centre) || nearest_edge_m(ring, centre) <= *radius_m
            }
            Region::Polygon(other) => {
                other
                    .iter()
                    .any(|corner| ring_contains(ring, &place(corner)))
                    || edges_cross(ring, other)
            }
            Region::Many(parts) => parts.iter().any(|part| ring_touches(ring, part)),
        }
}

fn place(corner: &[f64; 2]) -> Geodetic {
    Geodetic {
        latitude_rad: corner[0],
        longitude_rad: corner[1],
        height_m: 0.0,
    }
}

/// East and north of a point as seen from a centre, distances and directions true (azimuthal
/// equidistant): no trouble at the antimeridian or the poles.
fn plane_m(centre: &Geodetic, point: &[f64; 2]) -> [f64; 2] {
    let line = geodesic::inverse(centre, &place(point));
    if line.distance_m <= 0.0 {
        return [0.0, 0.0];
    }
    let (sine, cosine) = sin_cos(line.azimuth_from_rad);
    [line.distance_m * sine, line.distance_m * cosine]
}

/// Winding by crossings, seen from the place itself.
fn ring_contains(ring: &[[f64; 2]], from: &Geodetic) -> bool {
    let seen: Vec<[f64; 2]> = ring.iter().map(|corner| plane_m(from, corner)).collect();
    let mut inside = false;
    for i in 0..seen.len() {
        let (a, b) = (seen[i], seen[(i + 1) % seen.len()]);
        if (a[1] > 0.0) != (b[1] > 0.0) && a[0] - a[1] * (b[0] - a[0]) / (b[1] - a[1]) > 0.0 {
            inside = !inside;
        }
    }
    inside
}

fn nearest_edge_m(ring: &[[f64; 2]], from: &Geodetic) -> f64 {
    let seen: Vec<[f64; 2]> = ring.iter().map(|corner| plane_m(from, corner)).collect();
    seen.windows(2)
        .map(|edge| distance_to_edge_m(edge[0], edge[1]))
        .fold(f64::INFINITY, f64::min)
}

fn distance_to_edge_m(a: [f64; 2], b: [f64; 2]) -> f64 {
    let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
    let length2 = (dx * dx + dy * dy).max(1e-9);
    let share = (-(a[0] * dx + a[1] * dy) / length2).clamp(0.0, 1.0);
    let (x, y) = (a[0] + share * dx, a[1] + share * dy);
    (x * x + y * y).sqrt()
}

fn edges_cross(ring: &[[f64; 2]], other: &[[f64; 2]]) -> bool {
    let Some(first) = ring.first() else {
        return false;
    };
    let centre = place(first);
    let a: Vec<[f64; 2]> = ring.iter().map(|corner| plane_m(&centre, corner)).collect();
    let b: Vec<[f64; 2]> = other
        .iter()
        .map(|corner| plane_m(&centre, corner))
        .collect();
    a.windows(2)
        .any(|e| b.windows(2).any(|f| cross(e[0], e[1], f[0], f[1])))
}

fn cross(a: [f64; 2], b: [f64; 2], c: [f64; 2], d: [f64; 2]) -> bool {
    let side = |p: [f64; 2], q: [f64; 2], r: [f64; 2]| {
        (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])
    };
    (side(a, b, c) > 0.0) != (side(a, b, d) > 0.0) && (side(c, d, a) > 0.0) != (side(c, d, b) > 0.0)
}

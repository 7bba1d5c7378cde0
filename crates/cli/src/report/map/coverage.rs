//! What the sensors can see, as outlines on the ground.

use forewarn_core::model::{InfraredSensor, RadarSensor, View};
use forewarn_core::sensors::SatelliteOrbit;
use forewarn_physics::frames::geodesic;
use forewarn_physics::frames::wgs84::{Geodetic, SEMI_MAJOR_AXIS_M};
use forewarn_physics::math::{FRAC_PI_2, TAU, acos, asin, cos, sin};
use forewarn_physics::time::Epoch;
use nalgebra::Vector3;

use super::projection::place_of;

/// Corners of an arc all round.
const CORNERS: usize = 72;

/// The ground under a radar's farthest reach at its lowest elevation, on a sphere, closed.
pub(super) fn radar_ring(radar: &RadarSensor) -> Vec<[f64; 2]> {
    let reach_m = reach_over_ground_m(radar.range_max_m, radar.elevation_rad[0]);
    let [from_rad, to_rad] = radar.azimuth_rad;
    let all_round = to_rad == from_rad || (to_rad - from_rad).abs() >= TAU - 1e-9;
    let width_rad = if all_round {
        TAU
    } else {
        (to_rad - from_rad).rem_euclid(TAU)
    };
    let here = [radar.site.latitude_rad, radar.site.longitude_rad];
    let arc = (0..=CORNERS).map(|corner| {
        let azimuth_rad = from_rad + width_rad * corner as f64 / CORNERS as f64;
        let place = geodesic::direct(&radar.site, azimuth_rad, reach_m);
        [place.latitude_rad, place.longitude_rad]
    });
    let mut ring: Vec<[f64; 2]> = arc.collect();
    if all_round {
        ring[CORNERS] = ring[0];
    } else {
        ring.insert(0, here);
        ring.push(here);
    }
    ring
}

/// Distance over a spherical ground to the point under something at a slant range and elevation.
fn reach_over_ground_m(range_m: f64, elevation_rad: f64) -> f64 {
    let radius_m = SEMI_MAJOR_AXIS_M;
    let up_m = radius_m + range_m * sin(elevation_rad);
    let out_m = range_m * cos(elevation_rad);
    let far_m = (up_m * up_m + out_m * out_m).sqrt();
    radius_m * acos((up_m / far_m).clamp(-1.0, 1.0))
}

/// Where a satellite is, and the outline of what it sees on the ground.
pub(super) struct Footprint {
    pub(super) under: [f64; 2],
    pub(super) ring: Vec<[f64; 2]>,
    pub(super) height_m: f64,
}

/// A satellite's footprint at a time; none where its orbit is not known.
pub(super) fn satellite(sensor: &InfraredSensor, at: Epoch) -> Option<Footprint> {
    let orbit = SatelliteOrbit::new(sensor.orbit.as_ref()?).ok()?;
    let position_m: Vector3<f64> = orbit.position_itrf_m(at)?;
    let distance_m = position_m.norm();
    if !(distance_m.is_finite() && distance_m > SEMI_MAJOR_AXIS_M) {
        return None;
    }
    let under = place_of(&position_m);
    let ring = match &sensor.view {
        View::Earth => cap(&position_m, acos(SEMI_MAJOR_AXIS_M / distance_m)),
        View::Around {
            centre,
            half_angle_rad,
        } => looked_at(&position_m, &centre.to_itrf().vector(), *half_angle_rad),
    };
    Some(Footprint {
        under,
        ring,
        height_m: distance_m - SEMI_MAJOR_AXIS_M,
    })
}

/// A circle around a direction from the Earth's centre.
fn cap(direction: &Vector3<f64>, angle_rad: f64) -> Vec<[f64; 2]> {
    let [latitude_rad, longitude_rad] = place_of(direction);
    let centre = Geodetic {
        latitude_rad,
        longitude_rad,
        height_m: 0.0,
    };
    let corner = |corner: usize| {
        let azimuth_rad = TAU * (corner % CORNERS) as f64 / CORNERS as f64;
        let place = geodesic::direct(&centre, azimuth_rad, angle_rad * SEMI_MAJOR_AXIS_M);
        [place.latitude_rad, place.longitude_rad]
    };
    (0..=CORNERS).map(corner).collect()
}

/// The outline of a field of view on the sphere, held to the limb where it looks past the Earth.
fn looked_at(from_m: &Vector3<f64>, aim_m: &Vector3<f64>, half_angle_rad: f64) -> Vec<[f64; 2]> {
    let axis = (aim_m - from_m).normalize();
    let helper = if axis.x.abs() < 0.9 {
        Vector3::x()
    } else {
        Vector3::y()
    };
    let side = axis.cross(&helper).normalize();
    let other = axis.cross(&side);
    let corner = |corner: usize| {
        let around_rad = TAU * (corner % CORNERS) as f64 / CORNERS as f64;
        let out = side * cos(around_rad) + other * cos(around_rad - FRAC_PI_2);
        let ray = axis * cos(half_angle_rad) + out * sin(half_angle_rad);
        place_of(&meets_sphere(from_m, &ray))
    };
    (0..=CORNERS).map(corner).collect()
}

fn meets_sphere(from_m: &Vector3<f64>, ray: &Vector3<f64>) -> Vector3<f64> {
    let along_m = -from_m.dot(ray);
    let miss_m = from_m + ray * along_m;
    let inside_m2 = SEMI_MAJOR_AXIS_M * SEMI_MAJOR_AXIS_M - miss_m.norm_squared();
    if inside_m2 >= 0.0 {
        return from_m + ray * (along_m - inside_m2.sqrt());
    }
    // Past the limb: the limb's point towards the ray.
    let up = from_m.normalize();
    let out = (miss_m - up * miss_m.dot(&up)).normalize();
    let limb_rad = FRAC_PI_2 - asin(SEMI_MAJOR_AXIS_M / from_m.norm());
    up * cos(limb_rad) + out * sin(limb_rad)
}

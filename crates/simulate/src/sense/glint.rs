//! Where sunlight is mirrored towards a satellite.

use forewarn_physics::frames::wgs84::SEMI_MAJOR_AXIS_M;
use nalgebra::Vector3;

/// The place [m] on a sphere at this height above the equatorial radius that mirrors the Sun
/// towards the satellite: its normal halves the angle between the two. `None` where Sun or
/// satellite are below its horizon.
pub(super) fn mirror_m(
    satellite_m: &Vector3<f64>,
    sun: &Vector3<f64>,
    height_m: f64,
) -> Option<Vector3<f64>> {
    let radius_m = SEMI_MAJOR_AXIS_M + height_m;
    let mut normal = (satellite_m.normalize() + sun).try_normalize(1e-6)?;
    for _ in 0..30 {
        let towards = (satellite_m - normal * radius_m).normalize();
        normal = (towards + sun).try_normalize(1e-6)?;
    }
    let towards = (satellite_m - normal * radius_m).normalize();
    (normal.dot(sun) > 0.0 && normal.dot(&towards) > 0.0).then_some(normal * radius_m)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mirror_halves_the_angle() {
        let satellite_m = Vector3::new(4.2e7, 0.0, 0.0);
        let sun = Vector3::new(0.3, 0.9, 0.2).normalize();
        let place_m = mirror_m(&satellite_m, &sun, 1e4).unwrap();
        let normal = place_m.normalize();
        let towards = (satellite_m - place_m).normalize();
        assert!((normal.dot(&towards) - normal.dot(&sun)).abs() < 1e-6);
        assert!(
            mirror_m(
                &satellite_m,
                &Vector3::new(-1.0, 0.01, 0.0).normalize(),
                1e4
            )
            .is_none()
        );
    }
}

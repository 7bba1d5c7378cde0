//! A plane across the line of sight in which directions become metres.

use forewarn_physics::frames::wgs84::{SEMI_MAJOR_AXIS_M, SEMI_MINOR_AXIS_M};
use nalgebra::{Vector2, Vector3};

/// A plane through a point fixed to the Earth, across the first line of sight.
///
/// The anchor is where that line meets the ellipsoid, not a shell above: fires then stand still
/// for a low satellite too, where 50 km of wrong height would be 375 m/s of false motion; a
/// plume's height only adds a smooth rate. A line that passes the limb is anchored at its point
/// nearest to the Earth's centre, so that nothing is singular there. Valid within 60° of the
/// anchor's direction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plane {
    anchor_m: Vector3<f64>,
    axis: [Vector3<f64>; 2],
}

impl Plane {
    /// Across a unit direction from a position [m], ITRF.
    pub fn across(sensor_m: &Vector3<f64>, direction: &Vector3<f64>) -> Self {
        let anchor_m = sensor_m + direction * range_to_ellipsoid_m(sensor_m, direction);
        // The axis least along the direction gives the best conditioned cross product.
        let least = direction.iamin();
        let mut helper = Vector3::zeros();
        helper[least] = 1.0;
        let first = direction.cross(&helper).normalize();
        Self {
            anchor_m,
            axis: [first, direction.cross(&first)],
        }
    }

    /// Offset [m] in the plane of a direction seen from a position, and the range [m] to the
    /// anchor; none beyond the plane's validity.
    pub fn measure(
        &self,
        sensor_m: &Vector3<f64>,
        direction: &Vector3<f64>,
    ) -> Option<(Vector2<f64>, f64)> {
        let (ahead, axis, range_m) = self.turned(sensor_m);
        let along = direction.dot(&ahead);
        let offset =
            Vector2::new(direction.dot(&axis[0]), direction.dot(&axis[1])) * (range_m / along);
        (along > 0.5).then_some((offset, range_m))
    }

    /// The unit direction to an offset [m], seen from a position [m].
    pub fn direction(&self, sensor_m: &Vector3<f64>, offset_m: &Vector2<f64>) -> Vector3<f64> {
        let (ahead, axis, range_m) = self.turned(sensor_m);
        (ahead * range_m + axis[0] * offset_m.x + axis[1] * offset_m.y).normalize()
    }

    /// The point of the plane at an offset [m], as first laid out.
    pub fn point_m(&self, offset_m: Vector2<f64>) -> Vector3<f64> {
        self.anchor_m + self.axis[0] * offset_m.x + self.axis[1] * offset_m.y
    }

    /// Its unit axes, as first laid out, and its anchor [m].
    pub fn axes(&self) -> ([Vector3<f64>; 2], Vector3<f64>) {
        (self.axis, self.anchor_m)
    }

    /// Direction and range of the anchor, and the axes turned to lie across it.
    fn turned(&self, sensor_m: &Vector3<f64>) -> (Vector3<f64>, [Vector3<f64>; 2], f64) {
        let line = self.anchor_m - sensor_m;
        let range_m = line.norm().max(1.0);
        let ahead = line / range_m;
        let first = (self.axis[0] - ahead * ahead.dot(&self.axis[0])).normalize();
        (ahead, [first, ahead.cross(&first)], range_m)
    }
}

/// Distance [m] along a unit direction to the ellipsoid, or to the line's nearest approach to the
/// Earth's centre when it passes by; at least 1 km.
fn range_to_ellipsoid_m(sensor_m: &Vector3<f64>, direction: &Vector3<f64>) -> f64 {
    let scale = Vector3::new(
        1.0 / SEMI_MAJOR_AXIS_M,
        1.0 / SEMI_MAJOR_AXIS_M,
        1.0 / SEMI_MINOR_AXIS_M,
    );
    let (from, along) = (
        sensor_m.component_mul(&scale),
        direction.component_mul(&scale),
    );
    let (a, half_b, c) = (
        along.norm_squared(),
        from.dot(&along),
        from.norm_squared() - 1.0,
    );
    let root = half_b * half_b - a * c;
    let range_m = if root >= 0.0 {
        (-half_b - root.sqrt()) / a
    } else {
        -half_b / a
    };
    range_m.max(1e3)
}

#[cfg(test)]
mod tests {
    use forewarn_physics::frames::wgs84::Geodetic;

    use super::*;

    #[test]
    fn a_spot_on_the_ground_is_still_for_a_low_satellite() {
        let spot_m = Geodetic::from_degrees(40.0, 10.0, 0.0).to_itrf().vector();
        let look = |longitude_deg: f64| {
            let sensor_m = Geodetic::from_degrees(38.0, longitude_deg, 1_000e3)
                .to_itrf()
                .vector();
            (sensor_m, (spot_m - sensor_m).normalize())
        };
        let (sensor_m, direction) = look(4.0);
        let plane = Plane::across(&sensor_m, &direction);
        for longitude_deg in [4.0, 8.0, 12.0] {
            let (sensor_m, direction) = look(longitude_deg);
            let (offset_m, range_m) = plane.measure(&sensor_m, &direction).unwrap();
            assert!(offset_m.norm() < 1.0, "{offset_m}");
            assert!((range_m - (spot_m - sensor_m).norm()).abs() < 1.0);
            assert!((plane.direction(&sensor_m, &offset_m) - direction).norm() < 1e-9);
        }
    }

    #[test]
    fn beyond_the_limb_nothing_is_singular() {
        let sensor_m = Vector3::new(42_164e3, 0.0, 0.0);
        let direction = Vector3::new(-1.0, 0.16, 0.0).normalize();
        let plane = Plane::across(&sensor_m, &direction);
        let (offset_m, range_m) = plane.measure(&sensor_m, &direction).unwrap();
        assert!(offset_m.norm() < 1e-6 && (4.0e7..4.3e7).contains(&range_m));
        assert!(plane.measure(&sensor_m, &Vector3::x()).is_none());
    }
}

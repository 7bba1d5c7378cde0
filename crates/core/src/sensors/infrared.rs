//! Infrared: a direction, compared in the plane across it.

use nalgebra::{Matrix2x3, Vector2, Vector3};

/// Two unit vectors across a direction, continuous but for one place near a coordinate axis.
pub fn across(direction: &Vector3<f64>) -> [Vector3<f64>; 2] {
    let (x, y, z) = (direction.x.abs(), direction.y.abs(), direction.z.abs());
    let least = if x <= y && x <= z {
        Vector3::x()
    } else if y <= z {
        Vector3::y()
    } else {
        Vector3::z()
    };
    let first = direction.cross(&least).normalize();
    [first, direction.cross(&first)]
}

/// How a measured direction departs from a predicted position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DirectionResidual {
    /// Measured minus predicted, as two angles [rad] in the plane across the measured direction
    /// (axes of [`across`]); gnomonic, so exact for any angle below a right one.
    pub angles_rad: Vector2<f64>,
    /// Change of the *predicted* angles with the ITRF position [rad/m].
    pub jacobian: Matrix2x3<f64>,
    /// Distance to the predicted position [m].
    pub range_m: f64,
}

/// Compares a measured unit direction from `sensor_position_m` with a target's position [m].
///
/// `None` where the position is not within 60° of the direction: no linear comparison is honest
/// there.
pub fn direction_residual(
    sensor_position_m: &Vector3<f64>,
    line_of_sight: &Vector3<f64>,
    position_m: &Vector3<f64>,
) -> Option<DirectionResidual> {
    let offset_m = position_m - sensor_position_m;
    let range_m = offset_m.norm();
    let depth_m = line_of_sight.dot(&offset_m);
    if depth_m.is_nan() || depth_m <= 0.5 * range_m {
        return None;
    }
    let axes = across(line_of_sight);
    let angles = Vector2::new(axes[0].dot(&offset_m), axes[1].dot(&offset_m)) / depth_m;
    let row = |i: usize| (axes[i] - line_of_sight * angles[i]).transpose() / depth_m;
    let jacobian = Matrix2x3::from_rows(&[row(0), row(1)]);
    Some(DirectionResidual {
        angles_rad: -angles,
        jacobian,
        range_m,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn residual_is_a_small_angle_and_its_jacobian_is_exact() {
        let sensor_m = Vector3::new(4.2e7, 0.0, 1e6);
        for target_m in [
            Vector3::new(6.4e6, 1e5, 2e5),
            Vector3::new(1e6, -5e6, 4.5e6),
            Vector3::new(3e6, 6e6, -1e6),
        ] {
            let away = (target_m - sensor_m).normalize();
            let axes = across(&away);
            let measured = (away + axes[0] * 3e-5 - axes[1] * 2e-5).normalize();
            let residual = direction_residual(&sensor_m, &measured, &target_m).unwrap();
            assert!((residual.angles_rad.norm() - 13e-10_f64.sqrt()).abs() < 1e-12);
            for axis in 0..3 {
                let mut step = Vector3::zeros();
                step[axis] = 1_000.0;
                let above = direction_residual(&sensor_m, &measured, &(target_m + step))
                    .unwrap()
                    .angles_rad;
                let below = direction_residual(&sensor_m, &measured, &(target_m - step))
                    .unwrap()
                    .angles_rad;
                let slope = (below - above) / 2_000.0;
                assert!(
                    (slope - residual.jacobian.column(axis)).norm()
                        < 1e-6 * residual.jacobian.norm()
                );
            }
            assert!(direction_residual(&sensor_m, &-measured, &target_m).is_none());
        }
    }
}

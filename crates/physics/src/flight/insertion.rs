//! A launch to orbit: a gravity turn on the first stage, then the linear tangent law with its two
//! constants and the cut-off solved so that the orbit is reached.
//!
//! Linear tangent steering is the optimum over a flat Earth (Bryson and Ho, *Applied Optimal
//! Control*, §2.4) and the core of powered explicit guidance.

use nalgebra::{Matrix3, Vector3};

use super::aim::{AimError, CUTOFF_WINDOW, path_angle_rad};
use super::classes::{Drawn, LawKind};
use super::trajectory::Trajectory;
use super::vehicle::{Ascent, Cutoff, PitchLaw, fly};
use crate::frames::wgs84::{
    GRAVITATIONAL_PARAMETER_M3_S2, Geodetic, ROTATION_RATE_RAD_S, SEMI_MAJOR_AXIS_M,
};
use crate::frames::{Itrf, State};
use crate::math::{exp, ln};

/// Speed above circular at insertion [m/s]: the insertion point becomes the perigee.
const ABOVE_CIRCULAR_M_S: f64 = 15.0;
/// Insertion must be this good: radius [m], climb and speed [m/s].
const TOLERANCE: [f64; 3] = [500.0, 1.0, 1.0];

/// Radius [m], climb rate [m/s] and speed [m/s] as seen from inertial space.
fn inertial(state: &State<Itrf>) -> (f64, f64, f64) {
    let position_m = state.position.vector();
    let velocity_m_s =
        state.velocity.vector() + Vector3::new(0.0, 0.0, ROTATION_RATE_RAD_S).cross(&position_m);
    let radius_m = position_m.norm();
    (
        radius_m,
        velocity_m_s.dot(&position_m) / radius_m,
        velocity_m_s.norm(),
    )
}

/// Flies a drawn launcher into an orbit of height `drawn.range_m` over the equatorial radius,
/// fired at an earth-fixed azimuth. The flight is followed on as an orbit, without impact.
///
/// # Errors
/// [`AimError`] when this vehicle cannot.
pub fn fly_to_orbit(
    site: &Geodetic,
    azimuth_rad: f64,
    drawn: &Drawn,
) -> Result<Trajectory, AimError> {
    let LawKind::GravityTurn { kick_time_s } = drawn.law_kind else {
        return Err(AimError::Angle {
            wanted_rad: drawn.burnout_angle_rad,
        });
    };
    let burns = drawn.vehicle.burns();
    let Some((first, last)) = burns.first().zip(burns.last()) else {
        return Err(AimError::NoneFlew { tries: 0 });
    };
    let ascent = |law: PitchLaw, cutoff_s: f64| Ascent {
        site: *site,
        azimuth_rad,
        vehicle: &drawn.vehicle,
        law,
        cutoff: Cutoff::At(cutoff_s),
    };
    let kick_rad = staging_kick(drawn.burnout_angle_rad, |kick_rad| {
        path_angle_rad(
            &ascent(
                PitchLaw::GravityTurn {
                    kick_rad,
                    kick_time_s,
                },
                first.end_s,
            )
            .end()
            .1,
        )
    })?;
    let law = |controls: &Vector3<f64>| PitchLaw::LinearTangent {
        kick_rad,
        kick_time_s,
        from_s: last.ignition_s,
        tangent: controls.x,
        tangent_rate_per_s: controls.y,
    };
    let radius_m = SEMI_MAJOR_AXIS_M + drawn.range_m;
    let speed_m_s = (GRAVITATIONAL_PARAMETER_M3_S2 / radius_m).sqrt() + ABOVE_CIRCULAR_M_S;
    let miss = |controls: &Vector3<f64>| {
        let (r, climb, speed) = inertial(&ascent(law(controls), controls.z).end().1);
        Vector3::new(r - radius_m, climb, speed - speed_m_s)
    };
    let burn_s = drawn.expected_cutoff_s - last.ignition_s;
    let start = Vector3::new(0.45, 0.5 / burn_s, drawn.expected_cutoff_s);
    let earliest_s = last.end_s - CUTOFF_WINDOW * (last.end_s - last.ignition_s);
    let controls = solve(start, miss, earliest_s, last.end_s)?;
    Ok(fly(
        site,
        azimuth_rad,
        &drawn.vehicle,
        law(&controls),
        Cutoff::At(controls.z),
    ))
}

/// The kick that leaves the first stage at a path angle, by bisection of its logarithm.
fn staging_kick(angle_rad: f64, angle_after: impl Fn(f64) -> f64) -> Result<f64, AimError> {
    let (mut small, mut large) = (ln(1e-3), ln(1.0));
    if angle_after(exp(small)) < angle_rad || angle_after(exp(large)) > angle_rad {
        return Err(AimError::Angle {
            wanted_rad: angle_rad,
        });
    }
    for _ in 0..16 {
        let middle = 0.5 * (small + large);
        if angle_after(exp(middle)) > angle_rad {
            small = middle
        } else {
            large = middle
        }
    }
    Ok(exp(0.5 * (small + large)))
}

/// Newton's method with bounded steps on tangent, its rate and the cut-off.
fn solve(
    start: Vector3<f64>,
    miss: impl Fn(&Vector3<f64>) -> Vector3<f64>,
    earliest_s: f64,
    latest_s: f64,
) -> Result<Vector3<f64>, AimError> {
    let mut controls = start;
    for _ in 0..25 {
        let now = miss(&controls);
        if (0..3).all(|i| now[i].abs() < TOLERANCE[i]) {
            return Ok(controls);
        }
        let mut jacobian = Matrix3::zeros();
        for (axis, step) in [1e-4, 1e-7, -0.05].into_iter().enumerate() {
            let mut shifted = controls;
            shifted[axis] += step;
            jacobian.set_column(axis, &((miss(&shifted) - now) / step));
        }
        let Some(inverse) = jacobian.try_inverse() else {
            break;
        };
        let mut step = -inverse * now;
        let worst = (step.x.abs() / 0.2)
            .max(step.y.abs() / 5e-4)
            .max(step.z.abs() / 12.0);
        if worst > 1.0 {
            step /= worst;
        }
        controls += step;
        if !(controls.z <= latest_s && controls.z >= earliest_s) {
            if controls.z.is_nan() {
                break;
            }
            // Let an early overshoot come back from the edge once; the miss decides.
            controls.z = controls.z.clamp(earliest_s, latest_s);
        }
    }
    Err(AimError::Energy {
        needed_s: controls.z,
        earliest_s,
        latest_s,
    })
}

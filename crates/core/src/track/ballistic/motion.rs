//! Unpowered motion with the exact variation of the state, for prediction.
//!
//! Gravity to degree 4, Coriolis and centrifugal terms, drag in air that turns with the Earth,
//! and an unknown acceleration that decays (first-order Gauss–Markov). State and variation are
//! integrated together by the classical Runge–Kutta method, with steps of 30 s in space and
//! fractions of the time to fall through a scale height in air.

use forewarn_physics::flight::atmosphere::density_kg_m3;
use forewarn_physics::flight::coast::rotation_acceleration_m_s2;
use forewarn_physics::flight::gravity;
use forewarn_physics::frames::wgs84::{ROTATION_RATE_RAD_S, SEMI_MAJOR_AXIS_M, SEMI_MINOR_AXIS_M};
use forewarn_physics::math::exp;
use nalgebra::{Matrix3, SMatrix, SVector, Vector3};

use super::layout::{ACCELERATION, LN_BETA, MOVING, VELOCITY};

/// The moving part of a state: position, velocity, ln β, unknown acceleration.
pub type Moving = SVector<f64, MOVING>;
/// Its variation with its start.
pub type Variation = SMatrix<f64, MOVING, MOVING>;

/// Air above this has no effect worth a short step [m].
const AIR_TOP_M: f64 = 120e3;
const SPACE_STEP_S: f64 = 30.0;
/// Share of the time to fall through a scale height that a step may last.
const AIR_SHARE: f64 = 0.3;
const SCALE_HEIGHT_M: f64 = 7_000.0;

/// A state and its variation some time later.
#[derive(Debug, Clone, Copy)]
pub struct Moved {
    /// The state.
    pub state: Moving,
    /// Its derivative with respect to the start.
    pub variation: Variation,
    /// Seconds of the way spent below 100 km.
    pub air_time_s: f64,
}

/// Slope of velocity and its partial derivatives.
struct Slope {
    acceleration_m_s2: Vector3<f64>,
    by_position: Matrix3<f64>,
    by_velocity: Matrix3<f64>,
    by_ln_beta: Vector3<f64>,
}

/// Height above the ellipsoid [m], good to 25 m below 200 km: for density only, where that is 0.4 %.
pub fn rough_height_m(position_m: &Vector3<f64>) -> f64 {
    let r2 = position_m.norm_squared();
    let sin2 = position_m.z * position_m.z / r2;
    const FLATNESS: f64 =
        SEMI_MAJOR_AXIS_M * SEMI_MAJOR_AXIS_M / (SEMI_MINOR_AXIS_M * SEMI_MINOR_AXIS_M) - 1.0;
    let surface_m = SEMI_MAJOR_AXIS_M / (1.0 + FLATNESS * sin2).sqrt();
    let above_m = r2.sqrt() - surface_m;
    const TILT: f64 = 0.5 * FLATNESS * FLATNESS;
    above_m * (1.0 - TILT * sin2 * (1.0 - sin2))
}

/// Drag [m/s²].
pub fn drag_m_s2(state: &Moving) -> Vector3<f64> {
    let velocity_m_s = state.fixed_rows::<3>(VELOCITY).into_owned();
    let height_m = rough_height_m(&state.fixed_rows::<3>(0).into_owned());
    velocity_m_s * (-0.5 * density_kg_m3(height_m) * exp(-state[LN_BETA]) * velocity_m_s.norm())
}

/// Moves a state by `dt_s` (also backwards), with its variation.
pub fn moved(start: &Moving, dt_s: f64, acceleration_time_s: f64) -> Moved {
    let mut state = *start;
    let mut variation = Variation::identity();
    let (mut left_s, mut air_time_s) = (dt_s.abs(), 0.0);
    let sign = if dt_s < 0.0 { -1.0 } else { 1.0 };
    // A bound against states that are not finite; real ones need far fewer.
    for _ in 0..20_000 {
        if left_s <= 0.0 {
            break;
        }
        let (longest_s, in_air) = longest_step_s(&state);
        // Equal steps rather than one long and one short.
        let parts = (left_s / longest_s).ceil().max(1.0);
        let step_s = if parts < 1.5 {
            left_s
        } else {
            longest_s.min(left_s / parts * 1.000_000_1).min(left_s)
        };
        advance(
            &mut state,
            &mut variation,
            sign * step_s,
            acceleration_time_s,
        );
        air_time_s += if in_air { step_s } else { 0.0 };
        left_s -= step_s;
    }
    Moved {
        state,
        variation,
        air_time_s,
    }
}

/// The longest honest step [s], and whether the state is below 100 km.
fn longest_step_s(state: &Moving) -> (f64, bool) {
    let position_m = state.fixed_rows::<3>(0).into_owned();
    let velocity_m_s = state.fixed_rows::<3>(VELOCITY).into_owned();
    let height_m = rough_height_m(&position_m);
    let speed_m_s = velocity_m_s.norm().max(1.0);
    if height_m > AIR_TOP_M {
        let climb_m_s = velocity_m_s.dot(&position_m).abs() / position_m.norm();
        let to_air_s = 0.5 * (height_m - AIR_TOP_M) / climb_m_s.max(1.0) + 1.0;
        return (to_air_s.min(SPACE_STEP_S), false);
    }
    let climb_m_s = velocity_m_s.dot(&position_m).abs() / position_m.norm();
    let drag_rate = 0.5 * density_kg_m3(height_m) * speed_m_s * exp(-state[LN_BETA]);
    let rate = climb_m_s / SCALE_HEIGHT_M + drag_rate + 1.0 / 40.0;
    (AIR_SHARE / rate, height_m < 100e3)
}

fn slope(state: &Moving, unknown_m_s2: &Vector3<f64>) -> Slope {
    let position_m = state.fixed_rows::<3>(0).into_owned();
    let velocity_m_s = state.fixed_rows::<3>(VELOCITY).into_owned();
    const W: f64 = ROTATION_RATE_RAD_S;
    let mut by_position = gravity::zonal_gradient_s2(&position_m);
    by_position[(0, 0)] += W * W;
    by_position[(1, 1)] += W * W;
    let mut by_velocity = Matrix3::zeros();
    by_velocity[(0, 1)] = 2.0 * W;
    by_velocity[(1, 0)] = -2.0 * W;
    let mut acceleration_m_s2 = gravity::acceleration_m_s2(&position_m)
        + rotation_acceleration_m_s2(&position_m, &velocity_m_s)
        + unknown_m_s2;
    let mut by_ln_beta = Vector3::zeros();
    let height_m = rough_height_m(&position_m);
    if height_m < 2.0 * AIR_TOP_M {
        let speed_m_s = velocity_m_s.norm();
        let density = density_kg_m3(height_m);
        let per_speed = 0.5 * density * exp(-state[LN_BETA]);
        let drag_m_s2 = velocity_m_s * (-per_speed * speed_m_s);
        // Density falls with height; its slope over 20 m, along the plumb line.
        let log_slope = (density_kg_m3(height_m + 10.0) / density - 1.0) / 10.0;
        let up = Vector3::new(position_m.x, position_m.y, position_m.z * 1.006_739_5).normalize();
        acceleration_m_s2 += drag_m_s2;
        by_position += drag_m_s2 * up.transpose() * log_slope;
        by_velocity -= (Matrix3::identity() * speed_m_s
            + velocity_m_s * velocity_m_s.transpose() / speed_m_s.max(1e-3))
            * per_speed;
        by_ln_beta = -drag_m_s2;
    }
    Slope {
        acceleration_m_s2,
        by_position,
        by_velocity,
        by_ln_beta,
    }
}

/// Slope of the position and velocity rows of the variation.
type Rows = SMatrix<f64, 6, MOVING>;

fn rows_slope(slope: &Slope, rows: &Rows, decay: f64) -> Rows {
    let mut result = Rows::zeros();
    let position = rows.fixed_rows::<3>(0);
    let velocity = rows.fixed_rows::<3>(3);
    result.fixed_rows_mut::<3>(0).copy_from(&velocity);
    let mut below = slope.by_position * position + slope.by_velocity * velocity;
    for i in 0..3 {
        below[(i, LN_BETA)] += slope.by_ln_beta[i];
        below[(i, ACCELERATION + i)] += decay;
    }
    result.fixed_rows_mut::<3>(3).copy_from(&below);
    result
}

/// One Runge–Kutta step of state and variation.
fn advance(state: &mut Moving, variation: &mut Variation, h: f64, acceleration_time_s: f64) {
    let half_decay = exp(-0.5 * h / acceleration_time_s);
    let whole_decay = half_decay * half_decay;
    let unknown = state.fixed_rows::<3>(ACCELERATION).into_owned();
    let with = |state: &Moving, change: &SVector<f64, 6>, share: f64| {
        let mut next = *state;
        for i in 0..6 {
            next[i] += change[i] * share;
        }
        next
    };
    let change = |state: &Moving, slope: &Slope| {
        let a = slope.acceleration_m_s2;
        SVector::<f64, 6>::new(state[3], state[4], state[5], a.x, a.y, a.z)
    };
    // The variation over this step starts from the identity and multiplies the old one.
    let start: Rows = Rows::identity();
    let s1 = slope(state, &unknown);
    let (k1, m1) = (change(state, &s1), rows_slope(&s1, &start, 1.0));
    let y2 = with(state, &k1, 0.5 * h);
    let s2 = slope(&y2, &(unknown * half_decay));
    let (k2, m2) = (
        change(&y2, &s2),
        rows_slope(&s2, &(start + m1 * (0.5 * h)), half_decay),
    );
    let y3 = with(state, &k2, 0.5 * h);
    let s3 = slope(&y3, &(unknown * half_decay));
    let (k3, m3) = (
        change(&y3, &s3),
        rows_slope(&s3, &(start + m2 * (0.5 * h)), half_decay),
    );
    let y4 = with(state, &k3, h);
    let s4 = slope(&y4, &(unknown * whole_decay));
    let (k4, m4) = (
        change(&y4, &s4),
        rows_slope(&s4, &(start + m3 * h), whole_decay),
    );
    *state = with(state, &(k1 + (k2 + k3) * 2.0 + k4), h / 6.0);
    for i in 0..3 {
        state[ACCELERATION + i] *= whole_decay;
    }
    let mut step = Variation::identity();
    step.fixed_rows_mut::<6>(0)
        .copy_from(&(start + (m1 + (m2 + m3) * 2.0 + m4) * (h / 6.0)));
    for i in 0..3 {
        step[(ACCELERATION + i, ACCELERATION + i)] = whole_decay;
    }
    *variation = step * *variation;
}

#[cfg(test)]
mod tests {
    use forewarn_physics::flight::coast::{Body, propagate};
    use forewarn_physics::frames::State;
    use forewarn_physics::frames::wgs84::Geodetic;
    use forewarn_physics::math::ln;

    use super::*;

    fn start(height_m: f64, speed_m_s: f64, climb: f64, beta: f64) -> Moving {
        let place = Geodetic::from_degrees(35.0, -120.0, height_m);
        let level = (1.0 - climb * climb).sqrt();
        let velocity = place.enu_from_itrf().transpose()
            * Vector3::new(0.6 * level, 0.8 * level, climb)
            * speed_m_s;
        let position = place.to_itrf().vector();
        let mut state = Moving::zeros();
        state.fixed_rows_mut::<3>(0).copy_from(&position);
        state.fixed_rows_mut::<3>(3).copy_from(&velocity);
        state[LN_BETA] = ln(beta);
        state
    }

    #[test]
    fn follows_the_flight_of_the_physics() {
        for (height_m, speed_m_s, climb, beta, dt_s) in [
            (400e3, 6_500.0, 0.3, 5_000.0, 900.0),
            (400e3, 6_500.0, -0.3, 5_000.0, 100.0),
            (110e3, 6_800.0, -0.4, 600.0, 30.0),
            (70e3, 3_000.0, -0.6, 8_000.0, 25.0),
            (200e3, 2_000.0, 0.5, 1_000.0, -100.0),
        ] {
            let y = start(height_m, speed_m_s, climb, beta);
            let state = State::from_vectors(
                y.fixed_rows::<3>(0).into_owned(),
                y.fixed_rows::<3>(3).into_owned(),
            );
            let truth = propagate(&state, dt_s, &Body::ballistic(beta));
            let ours = moved(&y, dt_s, 100.0).state;
            let off_m = (ours.fixed_rows::<3>(0) - truth.position.vector()).norm();
            let off_m_s = (ours.fixed_rows::<3>(3) - truth.velocity.vector()).norm();
            // A tenth of the finest range noise that any radar of the field guide has (10 m).
            assert!(
                off_m < 1.0 && off_m_s < 1.0,
                "{height_m} {dt_s}: {off_m} m {off_m_s} m/s"
            );
        }
    }

    #[test]
    fn the_variation_is_the_derivative() {
        for (height_m, speed_m_s, climb, beta, dt_s) in [
            (600e3, 6_500.0, 0.2, 5_000.0, 60.0),
            (90e3, 6_800.0, -0.4, 900.0, 10.0),
            (40e3, 2_500.0, -0.5, 3_000.0, 8.0),
        ] {
            let y = start(height_m, speed_m_s, climb, beta);
            let exact = moved(&y, dt_s, 60.0).variation;
            for column in 0..MOVING {
                let step = match column {
                    0..3 => 20.0,
                    3..6 => 0.2,
                    LN_BETA => 1e-4,
                    _ => 1e-3,
                };
                let mut up = y;
                up[column] += step;
                let mut down = y;
                down[column] -= step;
                let rough =
                    (moved(&up, dt_s, 60.0).state - moved(&down, dt_s, 60.0).state) / (2.0 * step);
                let (off, size) = (
                    (rough - exact.column(column)).norm(),
                    exact.column(column).norm(),
                );
                assert!(
                    off < 2e-3 * size,
                    "{height_m} column {column}: {off} of {size}"
                );
            }
        }
    }
}

//! A lifting glider: it pulls out of its fall, glides in equilibrium, then dives.
//!
//! Figures of the public fit to a boost-glide test: enters 100 km at 6 km/s and 5° down, glides
//! from 47 to 30 km with a lift-to-drag ratio of 2.6 (Acton, *Science & Global Security* 23, 2015).
//! Lift is set every moment between full up and full down, in the vertical plane.

use nalgebra::Vector3;

use super::coast::{self, Body, Impact, Vector6, position_of, velocity_of};
use super::trajectory::{Phase, Sample, fall_on};
use super::vehicle::{FLIGHT_LIMIT_S, Vehicle};

/// When the glider dives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    /// Time from launch at which it turns down [s]; infinity glides until it is too slow.
    pub dive_time_s: f64,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            dive_time_s: f64::INFINITY,
        }
    }
}

/// The share of its lift used in the dive, downwards.
const DIVE_LIFT: f64 = -0.5;
/// Steepest dive: beyond it the lift is released. Sine of the angle.
const DIVE_SINE: f64 = 0.85;
/// Damping of the climb rate in the glide [1/s].
const DAMPING_PER_S: f64 = 0.06;
/// The slow sink of an equilibrium glide follows from the loss of speed; this is the climb rate
/// wanted on top of it [m/s].
const SINK_M_S: f64 = -8.0;

/// Share of the full lift wanted, −1 to 1, upwards positive.
fn lift_share(time_s: f64, y: &Vector6, body: &Body, plan: &Plan) -> f64 {
    let (position_m, velocity_m_s) = (position_of(y), velocity_of(y));
    let up = coast::up_direction(&position_m);
    let climb_m_s = velocity_m_s.dot(&up);
    let speed_m_s = velocity_m_s.norm();
    if time_s > plan.dive_time_s {
        let blend = ((time_s - plan.dive_time_s) / 5.0).min(1.0);
        let steep = ((climb_m_s / speed_m_s + DIVE_SINE) / 0.2).clamp(0.0, 1.0);
        return DIVE_LIFT * blend * steep;
    }
    let full = Body {
        lift_to_drag: 1.0,
        ..*body
    };
    let drag_m_s2 = coast::air_acceleration_m_s2(
        &position_m,
        &velocity_m_s,
        &Body::ballistic(full.ballistic_coefficient_kg_m2),
    )
    .norm();
    let most_m_s2 = drag_m_s2 * body.lift_to_drag;
    let passive = coast::acceleration_m_s2(&position_m, &velocity_m_s, &Body::VACUUM);
    // Without lift the path curves down by this much against the turning horizon.
    let level_speed2 = speed_m_s * speed_m_s - climb_m_s * climb_m_s;
    let needed_m_s2 = -passive.dot(&up) - level_speed2 / position_m.norm()
        + DAMPING_PER_S * (SINK_M_S - climb_m_s);
    (needed_m_s2 / most_m_s2.max(1e-9)).clamp(-1.0, 1.0)
}

/// Total acceleration of the guided glider [m/s²].
pub fn acceleration_m_s2(time_s: f64, y: &Vector6, body: &Body, plan: &Plan) -> Vector3<f64> {
    let share = lift_share(time_s, y, body, plan);
    let trimmed = Body {
        lift_to_drag: body.lift_to_drag * share,
        ..*body
    };
    coast::acceleration_m_s2(&position_of(y), &velocity_of(y), &trimmed)
}

/// Appends the unpowered flight of a glider from the last sample to the ground.
pub(super) fn glide_on(
    samples: &mut Vec<Sample>,
    vehicle: &Vehicle,
    plan: &Plan,
) -> Option<Impact> {
    let body = body_of(vehicle);
    let plan = *plan;
    fall_on(
        samples,
        FLIGHT_LIMIT_S,
        move |t, y| acceleration_m_s2(t, y, &body, &plan),
        Phase::Glide,
    )
}

/// The glider as a body with its full lift.
pub(super) fn body_of(vehicle: &Vehicle) -> Body {
    Body {
        lift_to_drag: vehicle.payload_lift_to_drag,
        ..vehicle.payload()
    }
}

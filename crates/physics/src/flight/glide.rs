//! A lifting glider: it pulls out of its fall, glides in equilibrium, then dives.
//!
//! Figures of the public fit to a boost-glide test: enters 100 km at 6 km/s and 5° down, glides
//! from 47 to 30 km with a lift-to-drag ratio of 2.6 (Acton, *Science & Global Security* 23, 2015).
//! Lift is set every moment between full up and full down, in the vertical plane.

use nalgebra::{Matrix2, Vector2, Vector3};

use super::aim::{AIM_TOLERANCE_M, AimError, CUTOFF_WINDOW, law_of, line, solve_pitch};
use super::atmosphere::density_kg_m3;
use super::classes::Drawn;
use super::coast::{self, Body, Fate, Impact, Vector6, position_of, velocity_of};
use super::trajectory::{Phase, Sample, Trajectory, fall_on};
use super::vehicle::{Ascent, Cutoff, FLIGHT_LIMIT_S, Vehicle, fly_glider};
use crate::frames::wgs84::{Geodetic, SEMI_MAJOR_AXIS_M};
use crate::math::{ln, wrap_pi};

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
/// Time over which the lift turns down [s].
const DIVE_BLEND_S: f64 = 5.0;
/// Below this speed it dives whatever the plan [m/s].
const SLOWEST_M_S: f64 = 1_500.0;
/// Damping of the climb rate in the glide [1/s].
const DAMPING_PER_S: f64 = 0.08;
/// How fast it returns to the height of equilibrium [1/s].
const RETURN_PER_S: f64 = 0.02;
/// Bounds of the climb rate wanted [m/s].
const SINK_MAX_M_S: f64 = 120.0;
const CLIMB_MAX_M_S: f64 = 250.0;
/// The share of full lift flown in equilibrium: the rest steers.
const EQUILIBRIUM_SHARE: f64 = 0.9;
/// Scale height of the air from 30 to 50 km [m].
const SCALE_HEIGHT_M: f64 = 7_000.0;

/// Share of the full lift wanted, −1 to 1, upwards positive.
fn lift_share(time_s: f64, y: &Vector6, body: &Body, plan: &Plan) -> f64 {
    let (position_m, velocity_m_s) = (position_of(y), velocity_of(y));
    let up = coast::up_direction(&position_m);
    let climb_m_s = velocity_m_s.dot(&up);
    let speed_m_s = velocity_m_s.norm();
    if time_s > plan.dive_time_s || speed_m_s < SLOWEST_M_S {
        let blend = ((time_s - plan.dive_time_s) / DIVE_BLEND_S).clamp(0.0, 1.0);
        let blend = if plan.dive_time_s < f64::INFINITY {
            blend
        } else {
            1.0
        };
        let steep = ((climb_m_s / speed_m_s + DIVE_SINE) / 0.2).clamp(0.0, 1.0);
        return DIVE_LIFT * blend * steep;
    }
    // Without lift the path curves down by this much against the turning horizon.
    let passive = coast::acceleration_m_s2(&position_m, &velocity_m_s, &Body::VACUUM);
    let level_speed2 = speed_m_s * speed_m_s - climb_m_s * climb_m_s;
    let hold_m_s2 = (-passive.dot(&up) - level_speed2 / position_m.norm()).max(0.5);
    let density = density_kg_m3(coast::quick_height_m(&position_m));
    let per_lift_m_s2 =
        0.5 * speed_m_s * speed_m_s * body.lift_to_drag / body.ballistic_coefficient_kg_m2;
    let balance = density * per_lift_m_s2 * EQUILIBRIUM_SHARE / hold_m_s2;
    let wanted_m_s = (RETURN_PER_S * SCALE_HEIGHT_M * ln(balance.max(1e-30)))
        .clamp(-SINK_MAX_M_S, CLIMB_MAX_M_S);
    let needed_m_s2 = hold_m_s2 + DAMPING_PER_S * (wanted_m_s - climb_m_s);
    (needed_m_s2 / (density * per_lift_m_s2).max(1e-9)).clamp(-1.0, 1.0)
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
fn body_of(vehicle: &Vehicle) -> Body {
    Body {
        lift_to_drag: vehicle.payload_lift_to_drag,
        ..vehicle.payload()
    }
}

struct Aim<'a> {
    site: Geodetic,
    azimuth_rad: f64,
    drawn: &'a Drawn,
    range_m: f64,
    pitch: f64,
    cutoff_s: f64,
}

/// Flies a glider to a range: boost to its drawn speed and angle, dive and azimuth solved.
pub(super) fn fly_to_range(
    site: &Geodetic,
    azimuth_rad: f64,
    drawn: &Drawn,
    range_m: f64,
) -> Result<Trajectory, AimError> {
    let mut aim = Aim {
        site: *site,
        azimuth_rad,
        drawn,
        range_m,
        pitch: 0.0,
        cutoff_s: drawn.expected_cutoff_s,
    };
    aim.solve_boost()?;
    let (dive_time_s, firing_rad) = aim.solve_dive()?;
    let law = law_of(drawn, aim.pitch);
    let plan = Plan { dive_time_s };
    Ok(fly_glider(
        site,
        firing_rad,
        &drawn.vehicle,
        law,
        Cutoff::At(aim.cutoff_s),
        &plan,
    ))
}

impl Aim<'_> {
    fn ascent(&self, pitch: f64, azimuth_rad: f64) -> Ascent<'_> {
        let law = law_of(self.drawn, pitch);
        Ascent {
            site: self.site,
            azimuth_rad,
            vehicle: &self.drawn.vehicle,
            law,
            cutoff: Cutoff::At(self.cutoff_s),
        }
    }

    /// Pitch for the drawn angle and cut-off for the drawn speed, in turns.
    fn solve_boost(&mut self) -> Result<(), AimError> {
        let burns = self.drawn.vehicle.burns();
        let Some(last) = burns.last() else {
            return Err(AimError::NoneFlew { tries: 0 });
        };
        let stage = &self.drawn.vehicle.stages[last.stage as usize];
        let earliest_s = last.end_s - CUTOFF_WINDOW * (last.end_s - last.ignition_s);
        for _ in 0..4 {
            let azimuth_rad = self.azimuth_rad;
            self.pitch = solve_pitch(self.drawn, self.drawn.burnout_angle_rad, |p| {
                self.ascent(p, azimuth_rad).end().1
            })?;
            let speed_m_s = self.ascent(self.pitch, azimuth_rad).end().1.velocity.norm();
            let short_m_s = self.drawn.design_speed_m_s - speed_m_s;
            if short_m_s.abs() < 5.0 {
                return Ok(());
            }
            self.cutoff_s +=
                (short_m_s / stage.thrust_m_s2(self.cutoff_s - last.ignition_s)).clamp(-15.0, 15.0);
            if !(self.cutoff_s >= earliest_s && self.cutoff_s <= last.end_s) {
                return Err(AimError::Energy {
                    needed_s: self.cutoff_s,
                    earliest_s,
                    latest_s: last.end_s,
                });
            }
        }
        Ok(())
    }

    /// Range [m] and cross-range [m] off the wanted ones.
    fn miss(&self, controls: &Vector2<f64>) -> Option<Vector2<f64>> {
        let (start_s, start) = self.ascent(self.pitch, controls.y).end();
        let (body, plan) = (
            body_of(&self.drawn.vehicle),
            Plan {
                dive_time_s: controls.x,
            },
        );
        let acceleration = |t: f64, y: &Vector6| acceleration_m_s2(t, y, &body, &plan);
        let fate = coast::descend(
            start_s,
            coast::pack(&start),
            acceleration,
            0.0,
            FLIGHT_LIMIT_S,
            |_, _| 8.0,
            |_, _| {},
        );
        let Fate::Impact(impact) = fate else {
            return None;
        };
        let (range_m, bearing_rad) = line(&self.site, &Geodetic::from_itrf(impact.state.position));
        let across_m = wrap_pi(bearing_rad - self.azimuth_rad) * range_m.min(SEMI_MAJOR_AXIS_M);
        Some(Vector2::new(range_m - self.range_m, across_m))
    }

    /// The dive's time and the firing azimuth.
    fn solve_dive(&self) -> Result<(f64, f64), AimError> {
        let no_way = AimError::NotConverged {
            miss_m: f64::INFINITY,
        };
        let law = law_of(self.drawn, self.pitch);
        let whole = fly_glider(
            &self.site,
            self.azimuth_rad,
            &self.drawn.vehicle,
            law,
            Cutoff::At(self.cutoff_s),
            &Plan::default(),
        );
        let over = |sample: &Sample| {
            line(
                &self.site,
                &Geodetic::from_itrf(crate::frames::Position::from_vector(sample.position_m)),
            )
            .0
        };
        // A dive covers some 150 km of ground.
        let gliding = whole
            .samples
            .iter()
            .filter(|sample| sample.phase == Phase::Glide);
        let dive = gliding
            .clone()
            .find(|sample| over(sample) > self.range_m - 150e3)
            .ok_or(no_way)?;
        let mut controls = Vector2::new(dive.time_s, self.azimuth_rad);
        let mut miss = self.miss(&controls).ok_or(no_way)?;
        for _ in 0..14 {
            if miss.norm() < 0.3 * AIM_TOLERANCE_M {
                return Ok((controls.x, controls.y));
            }
            let mut jacobian = Matrix2::zeros();
            for (axis, step) in [0.2, 1e-4].into_iter().enumerate() {
                let mut shifted = controls;
                shifted[axis] += step;
                jacobian.set_column(axis, &((self.miss(&shifted).ok_or(no_way)? - miss) / step));
            }
            let mut step = -(jacobian.try_inverse().ok_or(no_way)? * miss);
            step.x = step.x.clamp(-60.0, 60.0);
            step.y = step.y.clamp(-0.05, 0.05);
            controls += step;
            miss = self.miss(&controls).ok_or(no_way)?;
        }
        Err(AimError::NotConverged {
            miss_m: miss.norm(),
        })
    }
}

//! A staged vehicle under thrust: from rest to cut-off, then on to the ground.
//!
//! Thrust is constant within a stage up to a slow variation of a few per cent, so the specific
//! thrust grows as the mass falls: a(s) = a₀ / (1 − a₀ s / v_e).

use nalgebra::Vector3;

use super::coast::{self, Body, Vector6, position_of, velocity_of};
use super::glide;
use super::integrate::{Solver, Step};
use super::trajectory::{Burn, Phase, Sample, Trajectory, boost_sample, coast_on, sample_boost};
use crate::frames::State;
use crate::frames::wgs84::Geodetic;
use crate::math::{FRAC_PI_2, PI, TAU, atan2, ln, powf, sin, sin_cos};

/// One stage, in terms of the whole stack that it pushes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stage {
    /// Burn to depletion [s].
    pub burn_s: f64,
    /// Specific thrust of the whole stack at ignition, in vacuum [m/s²].
    pub initial_thrust_m_s2: f64,
    /// Effective exhaust velocity [m/s].
    pub exhaust_velocity_m_s: f64,
    /// Unpowered gap before ignition [s]; ignored for the first stage.
    pub coast_before_s: f64,
    /// Slow variation of thrust.
    pub variation: ThrustVariation,
    /// m / (Cd A) of the spent, tumbling stage [kg/m²].
    pub spent_ballistic_coefficient_kg_m2: f64,
}

/// Thrust times 1 + amplitude · sin(2π · s / burn + phase).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ThrustVariation {
    /// Relative amplitude, a few per cent.
    pub amplitude: f64,
    /// Phase [rad].
    pub phase_rad: f64,
}

impl Stage {
    /// Specific thrust `since_s` after ignition [m/s²].
    pub fn thrust_m_s2(&self, since_s: f64) -> f64 {
        let left = (1.0 - self.initial_thrust_m_s2 * since_s / self.exhaust_velocity_m_s).max(0.02);
        let wave =
            self.variation.amplitude * sin(TAU * since_s / self.burn_s + self.variation.phase_rad);
        self.initial_thrust_m_s2 / left * (1.0 + wave)
    }

    /// Speed that the whole burn adds in empty space, variation left out [m/s].
    pub fn speed_gain_m_s(&self) -> f64 {
        let left = 1.0 - self.initial_thrust_m_s2 * self.burn_s / self.exhaust_velocity_m_s;
        -self.exhaust_velocity_m_s * ln(left.max(0.02))
    }
}

/// A vehicle.
#[derive(Debug, Clone, PartialEq)]
pub struct Vehicle {
    /// Stages in order.
    pub stages: Vec<Stage>,
    /// m / (Cd A) while climbing [kg/m²].
    pub ascent_ballistic_coefficient_kg_m2: f64,
    /// m / (Cd A) of what flies on [kg/m²].
    pub payload_ballistic_coefficient_kg_m2: f64,
    /// Lift over drag of what flies on; above 0 it glides (see [`super::glide`]).
    pub payload_lift_to_drag: f64,
}

impl Vehicle {
    /// What flies on after cut-off, without its lift.
    pub fn payload(&self) -> Body {
        Body::ballistic(self.payload_ballistic_coefficient_kg_m2)
    }

    /// When each stage ignites and would be empty, from launch [s].
    pub fn burns(&self) -> Vec<Burn> {
        let mut time_s = 0.0;
        let mut burns = Vec::new();
        for (index, stage) in self.stages.iter().enumerate() {
            let ignition_s = if index == 0 {
                0.0
            } else {
                time_s + stage.coast_before_s
            };
            time_s = ignition_s + stage.burn_s;
            burns.push(Burn {
                stage: index as u8,
                ignition_s,
                end_s: time_s,
            });
        }
        burns
    }

    /// Time from launch to depletion of the last stage [s].
    pub fn depletion_s(&self) -> f64 {
        self.burns().last().map_or(0.0, |burn| burn.end_s)
    }
}

/// How the thrust is steered in the vertical plane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PitchLaw {
    /// Upright until `kick_time_s`, tilted by `kick_rad` for [`KICK_S`], then along the velocity.
    GravityTurn {
        /// Tilt from the vertical during the kick [rad].
        kick_rad: f64,
        /// Start of the kick, from launch [s].
        kick_time_s: f64,
    },
    /// Upright until `rise_s`, then an elevation in the launch site's horizon that follows time,
    /// whatever the velocity does: with u from 0 to 1 between `rise_s` and `end_s`,
    /// π/2 − (π/2 − end) (1 − (1 − u)^exponent) + wave₀ sin πu + wave₁ sin 2πu.
    Guided {
        /// End of the vertical rise [s].
        rise_s: f64,
        /// When the programme ends [s]; its last elevation is kept.
        end_s: f64,
        /// Elevation of the thrust at the end [rad].
        end_elevation_rad: f64,
        /// How early it pitches over; 1 is linear in time.
        exponent: f64,
        /// Random shape [rad].
        wave_rad: [f64; 2],
    },
    /// A gravity turn until `from_s`, then tan(elevation above the local horizon) =
    /// tangent − rate · (t − from_s): the linear tangent law of flight to orbit.
    LinearTangent {
        /// Tilt of the kick [rad].
        kick_rad: f64,
        /// Start of the kick [s].
        kick_time_s: f64,
        /// Where the linear tangent begins [s].
        from_s: f64,
        /// Tangent at that time.
        tangent: f64,
        /// Its fall [1/s].
        tangent_rate_per_s: f64,
    },
}

/// Length of the pitch-over of a gravity turn [s], and of the blend to the velocity after it.
pub const KICK_S: f64 = 8.0;
const BLEND_S: f64 = 3.0;
const KICK_RAMP_S: f64 = 2.0;

/// When the thrust ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cutoff {
    /// When the last stage is empty.
    Depletion,
    /// At this time from launch [s], if something still burns then.
    At(f64),
}

/// A powered ascent, ready to be flown.
#[derive(Debug, Clone, Copy)]
pub struct Ascent<'a> {
    /// Launch place; a submarine's may be below the ellipsoid.
    pub site: Geodetic,
    /// Azimuth of the firing plane [rad].
    pub azimuth_rad: f64,
    /// Vehicle.
    pub vehicle: &'a Vehicle,
    /// Steering.
    pub law: PitchLaw,
    /// End of thrust.
    pub cutoff: Cutoff,
}

/// Up and downrange at the launch site, ITRF.
#[derive(Debug, Clone, Copy)]
struct Axes {
    up: Vector3<f64>,
    downrange: Vector3<f64>,
}

impl Axes {
    fn of(site: &Geodetic, azimuth_rad: f64) -> Self {
        let itrf_from_enu = site.enu_from_itrf().transpose();
        let (s, c) = sin_cos(azimuth_rad);
        Self {
            up: itrf_from_enu * Vector3::z(),
            downrange: itrf_from_enu * Vector3::new(s, c, 0.0),
        }
    }

    fn elevated(&self, elevation_rad: f64) -> Vector3<f64> {
        let (s, c) = sin_cos(elevation_rad);
        self.up * s + self.downrange * c
    }
}

impl PitchLaw {
    fn direction(&self, axes: &Axes, time_s: f64, y: &Vector6) -> Vector3<f64> {
        match *self {
            Self::GravityTurn {
                kick_rad,
                kick_time_s,
            } => turn(axes, time_s, y, kick_rad, kick_time_s),
            Self::Guided {
                rise_s,
                end_s,
                end_elevation_rad,
                exponent,
                wave_rad,
            } => {
                let u = ((time_s - rise_s) / (end_s - rise_s)).clamp(0.0, 1.0);
                let swept = 1.0 - powf(1.0 - u, exponent);
                let wave = wave_rad[0] * sin(PI * u) + wave_rad[1] * sin(TAU * u);
                axes.elevated(FRAC_PI_2 - (FRAC_PI_2 - end_elevation_rad) * swept + wave)
            }
            Self::LinearTangent {
                kick_rad,
                kick_time_s,
                from_s,
                tangent,
                tangent_rate_per_s,
            } => {
                if time_s < from_s {
                    return turn(axes, time_s, y, kick_rad, kick_time_s);
                }
                let up = coast::up_direction(&position_of(y));
                let velocity = velocity_of(y);
                let level = (velocity - up * up.dot(&velocity)).normalize();
                (level + up * (tangent - tangent_rate_per_s * (time_s - from_s))).normalize()
            }
        }
    }

    /// Times at which the law changes its formula [s].
    fn breaks(&self) -> [f64; 4] {
        const NEVER: f64 = f64::INFINITY;
        match *self {
            Self::GravityTurn { kick_time_s, .. } => [
                kick_time_s,
                kick_time_s + KICK_S,
                kick_time_s + KICK_S + BLEND_S,
                NEVER,
            ],
            Self::Guided { rise_s, end_s, .. } => [rise_s, end_s, NEVER, NEVER],
            Self::LinearTangent {
                kick_time_s,
                from_s,
                ..
            } => [
                kick_time_s,
                kick_time_s + KICK_S,
                kick_time_s + KICK_S + BLEND_S,
                from_s,
            ],
        }
    }
}

fn turn(axes: &Axes, time_s: f64, y: &Vector6, kick_rad: f64, kick_time_s: f64) -> Vector3<f64> {
    let since_s = time_s - kick_time_s;
    if since_s <= 0.0 {
        return axes.up;
    }
    let tilted = axes.elevated(FRAC_PI_2 - kick_rad * (since_s / KICK_RAMP_S).min(1.0));
    if since_s <= KICK_S {
        return tilted;
    }
    let velocity = velocity_of(y);
    let speed_m_s = velocity.norm();
    if speed_m_s < 1.0 {
        return tilted;
    }
    let share = ((since_s - KICK_S) / BLEND_S).min(1.0);
    (tilted * (1.0 - share) + velocity * (share / speed_m_s)).normalize()
}

/// A stretch of one formula: a gap or a part of a burn.
struct Stretch {
    stage: usize,
    to_s: f64,
    ignition_s: Option<f64>,
}

impl Ascent<'_> {
    /// The burns as they end by depletion or cut-off.
    pub fn burns(&self) -> Vec<Burn> {
        let limit_s = match self.cutoff {
            Cutoff::Depletion => f64::INFINITY,
            Cutoff::At(time_s) => time_s,
        };
        let mut burns = self.vehicle.burns();
        burns.retain(|burn| burn.ignition_s < limit_s);
        if let Some(last) = burns.last_mut() {
            last.end_s = last.end_s.min(limit_s);
        }
        burns
    }

    fn stretches(&self) -> Vec<Stretch> {
        let mut breaks = self.law.breaks();
        breaks.sort_by(f64::total_cmp);
        let mut stretches = Vec::new();
        let mut push = |stage: usize, from_s: f64, to_s: f64, ignition_s: Option<f64>| {
            let inside = breaks
                .iter()
                .copied()
                .filter(|b| *b > from_s + 0.02 && *b < to_s - 0.02);
            stretches.extend(inside.chain([to_s]).map(|to_s| Stretch {
                stage,
                to_s,
                ignition_s,
            }));
        };
        let mut time_s = 0.0;
        for burn in self.burns() {
            let stage = burn.stage as usize;
            if burn.ignition_s > time_s {
                push(stage - 1, time_s, burn.ignition_s, None);
            }
            push(stage, burn.ignition_s, burn.end_s, Some(burn.ignition_s));
            time_s = burn.end_s;
        }
        stretches
    }

    /// Cut-off time [s] and state, without samples: the fast path for aiming.
    pub fn end(&self) -> (f64, State<crate::frames::Itrf>) {
        let (time_s, y) = self.climb(|_, _, _| {});
        (time_s, coast::unpack(&y))
    }

    fn start(&self) -> Vector6 {
        let position = self.site.to_itrf();
        Vector6::new(position.x, position.y, position.z, 0.0, 0.0, 0.0)
    }

    /// Specific thrust [m/s²] as a vector during a stretch.
    fn thrust(&self, axes: &Axes, stretch: &Stretch, time_s: f64, y: &Vector6) -> Vector3<f64> {
        let Some(ignition_s) = stretch.ignition_s else {
            return Vector3::zeros();
        };
        let stage = &self.vehicle.stages[stretch.stage];
        self.law.direction(axes, time_s, y) * stage.thrust_m_s2(time_s - ignition_s)
    }

    /// Integrates to cut-off; `visit` sees each stretch's steps.
    fn climb(&self, mut visit: impl FnMut(&Stretch, &Step<6>, bool)) -> (f64, Vector6) {
        let axes = Axes::of(&self.site, self.azimuth_rad);
        let body = Body::ballistic(self.vehicle.ascent_ballistic_coefficient_kg_m2);
        let (mut time_s, mut y) = (0.0, self.start());
        for stretch in self.stretches() {
            let dynamics = |t: f64, y: &Vector6| {
                let (position_m, velocity_m_s) = (position_of(y), velocity_of(y));
                let total = coast::acceleration_m_s2(&position_m, &velocity_m_s, &body)
                    + self.thrust(&axes, &stretch, t, y);
                coast::slope(y, &total)
            };
            let mut options = coast::options(0.5);
            options.max_step_s = 4.0;
            // A gravity turn amplifies what goes wrong while it is slow.
            options.absolute *= 0.006;
            let mut solver = Solver::new(dynamics, time_s, y, options);
            let mut first = true;
            while solver.time_s() < stretch.to_s {
                let Ok(step) = solver.step(stretch.to_s) else {
                    return (solver.time_s(), *solver.state());
                };
                visit(&stretch, &step, first);
                first = false;
            }
            (time_s, y) = (stretch.to_s, *solver.state());
        }
        (time_s, y)
    }

    /// Samples of the powered part; the last one is the cut-off, without thrust.
    pub fn samples(&self) -> Vec<Sample> {
        const BOOST_INTERVAL_S: f64 = 1.0;
        const BEFORE_JUMP_S: f64 = 0.01;
        let axes = Axes::of(&self.site, self.azimuth_rad);
        let mut samples = Vec::new();
        let mut next_s = 0.0;
        let (time_s, y) = self.climb(|stretch, step, first| {
            let thrust = |t: f64, y: &Vector6| self.thrust(&axes, stretch, t, y);
            let stage = stretch.stage as u8;
            if first {
                samples.push(boost_sample(step.start_s, &step.start, &thrust, stage));
                next_s = step.start_s + BOOST_INTERVAL_S;
            }
            let dense = step.dense();
            let last = step.end_s() >= stretch.to_s;
            let end_s = if last {
                stretch.to_s - 2.0 * BEFORE_JUMP_S
            } else {
                step.end_s()
            };
            sample_boost(
                &mut samples,
                &dense,
                end_s,
                &mut next_s,
                BOOST_INTERVAL_S,
                &thrust,
                stage,
            );
            if last {
                let before_s = stretch.to_s - BEFORE_JUMP_S;
                if samples
                    .last()
                    .is_some_and(|sample| sample.time_s < before_s)
                {
                    samples.push(boost_sample(before_s, &dense.at(before_s), &thrust, stage));
                }
            }
        });
        let stage = samples.last().map_or(0, |sample| sample.stage);
        let none = |_: f64, _: &Vector6| Vector3::zeros();
        samples.push(Sample {
            phase: Phase::Coast,
            ..boost_sample(time_s, &y, &none, stage)
        });
        samples
    }
}

/// Flies from rest to cut-off and on to the ground.
///
/// What is launched to orbit is followed for [`ORBIT_FOLLOWED_S`] and has no impact. A glider
/// flies the plan of [`glide::Plan::default`]; [`fly_glider`] takes another.
pub fn fly(
    site: &Geodetic,
    azimuth_rad: f64,
    vehicle: &Vehicle,
    law: PitchLaw,
    cutoff: Cutoff,
) -> Trajectory {
    fly_glider(
        site,
        azimuth_rad,
        vehicle,
        law,
        cutoff,
        &glide::Plan::default(),
    )
}

/// How long an orbit is followed after insertion [s].
pub const ORBIT_FOLLOWED_S: f64 = 3_600.0;
/// Longest unpowered flight that is followed [s].
pub const FLIGHT_LIMIT_S: f64 = 14_400.0;

/// [`fly`] with a plan for the glide.
pub fn fly_glider(
    site: &Geodetic,
    azimuth_rad: f64,
    vehicle: &Vehicle,
    law: PitchLaw,
    cutoff: Cutoff,
    plan: &glide::Plan,
) -> Trajectory {
    let ascent = Ascent {
        site: *site,
        azimuth_rad,
        vehicle,
        law,
        cutoff,
    };
    let mut samples = ascent.samples();
    let cutoff_time_s = samples.last().map_or(0.0, |sample| sample.time_s);
    let impact = if vehicle.payload_lift_to_drag > 0.0 {
        glide::glide_on(&mut samples, vehicle, plan)
    } else {
        finish(&mut samples, &vehicle.payload())
    };
    Trajectory {
        samples,
        launch: *site,
        azimuth_rad,
        vehicle: vehicle.clone(),
        burns: ascent.burns(),
        cutoff_time_s,
        impact,
    }
}

fn finish(samples: &mut Vec<Sample>, body: &Body) -> Option<coast::Impact> {
    let start = *samples.last()?;
    let state = State::from_vectors(start.position_m, start.velocity_m_s);
    if !coast::is_orbit(&state, 0.0) {
        return coast_on(samples, body, FLIGHT_LIMIT_S);
    }
    const INTERVAL_S: f64 = 10.0;
    for i in 1..=(ORBIT_FOLLOWED_S / INTERVAL_S) as usize {
        let last = samples[samples.len() - 1];
        let now = State::from_vectors(last.position_m, last.velocity_m_s);
        let next = coast::propagate(&now, INTERVAL_S, body);
        samples.push(Sample {
            time_s: start.time_s + i as f64 * INTERVAL_S,
            position_m: next.position.vector(),
            velocity_m_s: next.velocity.vector(),
            ..start
        });
    }
    None
}

/// Azimuth [rad] and elevation [rad] of an earth-fixed velocity above the horizon under it.
pub fn heading(position_m: &Vector3<f64>, velocity_m_s: &Vector3<f64>) -> (f64, f64) {
    let place = Geodetic::from_itrf(crate::frames::Position::from_vector(*position_m));
    let enu = place.enu_from_itrf() * velocity_m_s;
    let level_m_s = (enu.x * enu.x + enu.y * enu.y).sqrt();
    (
        crate::math::wrap_tau(atan2(enu.x, enu.y)),
        atan2(enu.z, level_m_s),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frames::wgs84;

    fn rocket() -> Vehicle {
        let stage = |thrust: f64, gap: f64| Stage {
            burn_s: 60.0,
            initial_thrust_m_s2: thrust,
            exhaust_velocity_m_s: 2_700.0,
            coast_before_s: gap,
            variation: ThrustVariation {
                amplitude: 0.02,
                phase_rad: 1.0,
            },
            spent_ballistic_coefficient_kg_m2: 1_000.0,
        };
        Vehicle {
            stages: vec![stage(24.0, 0.0), stage(26.0, 2.0), stage(27.0, 1.0)],
            ascent_ballistic_coefficient_kg_m2: 15_000.0,
            payload_ballistic_coefficient_kg_m2: 9_000.0,
            payload_lift_to_drag: 0.0,
        }
    }

    #[test]
    fn flies_up_over_and_down() {
        let site = Geodetic::from_degrees(40.0, 20.0, 100.0);
        let law = PitchLaw::GravityTurn {
            kick_rad: 0.12,
            kick_time_s: 5.0,
        };
        let flight = fly(&site, 1.0, &rocket(), law, Cutoff::Depletion);
        assert!(flight.impact.is_some());
        assert_eq!(flight.cutoff_time_s, 183.0);
        assert!(
            flight
                .samples
                .windows(2)
                .all(|pair| pair[1].time_s > pair[0].time_s)
        );
        assert!(flight.apogee_m() > 100e3);
        let burnout = flight.burnout().unwrap();
        assert!(burnout.velocity_m_s.norm() > 4_000.0, "{burnout:?}");
    }

    #[test]
    fn samples_can_be_interpolated_to_half_a_metre() {
        let site = Geodetic::from_degrees(-20.0, 120.0, -20.0);
        let law = PitchLaw::GravityTurn {
            kick_rad: 0.15,
            kick_time_s: 5.0,
        };
        let (vehicle, body) = (rocket(), rocket().payload());
        let flight = fly(&site, 4.0, &vehicle, law, Cutoff::At(170.0));
        for pair in flight
            .samples
            .windows(2)
            .filter(|pair| pair[0].phase != Phase::Boost)
        {
            let middle_s = 0.5 * (pair[0].time_s + pair[1].time_s);
            let start = State::from_vectors(pair[0].position_m, pair[0].velocity_m_s);
            let truth = coast::propagate(&start, middle_s - pair[0].time_s, &body);
            let guess = flight.at(middle_s).unwrap();
            let miss_m = (truth.position.vector() - guess.position_m).norm();
            assert!(
                miss_m < 0.5,
                "{miss_m} at {middle_s}, height {}",
                wgs84::height_m(&guess.position_m)
            );
        }
    }

    #[test]
    fn thrust_samples_explain_the_boost() {
        // Integrating the sampled thrust with the other forces must give the sampled velocity.
        let site = Geodetic::from_degrees(60.0, -150.0, 0.0);
        let law = PitchLaw::Guided {
            rise_s: 6.0,
            end_s: 183.0,
            end_elevation_rad: 0.2,
            exponent: 1.6,
            wave_rad: [0.03, -0.02],
        };
        let flight = fly(&site, 0.3, &rocket(), law, Cutoff::Depletion);
        let body = Body::ballistic(15_000.0);
        let total = |s: &Sample| {
            s.thrust_m_s2 + coast::acceleration_m_s2(&s.position_m, &s.velocity_m_s, &body)
        };
        let mut velocity = Vector3::zeros();
        for pair in flight
            .samples
            .windows(2)
            .take_while(|pair| pair[1].time_s < flight.cutoff_time_s)
        {
            velocity +=
                (total(&pair[0]) + total(&pair[1])) * (0.5 * (pair[1].time_s - pair[0].time_s));
            let miss = (velocity - pair[1].velocity_m_s).norm();
            assert!(miss < 2.0, "{miss} at {}", pair[1].time_s);
        }
    }
}

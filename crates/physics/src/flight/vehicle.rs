//! A staged vehicle under thrust: from rest to cut-off, then on to the ground.
//!
//! Thrust is constant within a stage up to a slow variation of a few per cent, so the specific
//! thrust grows as the mass falls: a(s) = a₀ / (1 − a₀ s / v_e).

mod ascent;
mod pitch;

use nalgebra::Vector3;

pub use ascent::Ascent;
pub use pitch::{KICK_S, PitchLaw};

use super::coast::{self, Body};
use super::glide;
use super::trajectory::{Burn, Sample, Trajectory, coast_on};
use crate::frames::State;
use crate::frames::wgs84::Geodetic;
use crate::math::{TAU, atan2, ln, sin};

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

/// When the thrust ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cutoff {
    /// When the last stage is empty.
    Depletion,
    /// At this time from launch [s], if something still burns then.
    At(f64),
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
    use crate::flight::trajectory::Phase;
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

//! Generic classes of vehicles and the priors they are drawn from.
//!
//! Everything here is a public, generic textbook figure: no prior describes a real vehicle. A
//! drawn vehicle gets its thrust from the burn time and the speed that its range needs, so that
//! cut-off falls within the last 40 % of the last stage.

mod table;

use rand::{Rng, RngExt};

pub use table::prior;

use super::aim::{AimError, ballistic_speed_m_s, fly_to_range, minimum_energy_angle_rad};
use super::trajectory::Trajectory;
use super::vehicle::{Stage, ThrustVariation, Vehicle, heading};
use crate::frames::wgs84::{Geodetic, height_m};
use crate::math::{TAU, cos, exp, sin};

/// Classes of vehicles, by what they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    missing_docs,
    reason = "the names say it; the figures are in the table"
)]
pub enum VehicleClass {
    ShortRange,
    MediumRange,
    IntermediateRange,
    LongRangeSolid,
    LongRangeLiquid,
    Submarine,
    Depressed,
    Lofted,
    Glider,
    SpaceLaunch,
    SoundingRocket,
}

impl VehicleClass {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::ShortRange,
        Self::MediumRange,
        Self::IntermediateRange,
        Self::LongRangeSolid,
        Self::LongRangeLiquid,
        Self::Submarine,
        Self::Depressed,
        Self::Lofted,
        Self::Glider,
        Self::SpaceLaunch,
        Self::SoundingRocket,
    ];
}

/// A uniform prior.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Band {
    /// From its ends.
    pub const fn new(low: f64, high: f64) -> Self {
        Self { low, high }
    }
    /// Uniform draw.
    pub fn draw(&self, rng: &mut impl Rng) -> f64 {
        self.low + (self.high - self.low) * rng.random::<f64>()
    }
    /// Whether a value lies within, widened on both sides by a share of each end.
    pub fn holds(&self, value: f64, slack: f64) -> bool {
        value >= self.low * (1.0 - slack) && value <= self.high * (1.0 + slack)
    }
}

/// The angle of the path at burnout.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Loft {
    /// A multiple of the angle of least energy for the range.
    OfMinimumEnergy(Band),
    /// The angle itself [rad].
    Angle(Band),
}

/// What is known of a class before anything is seen.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassPrior {
    /// Number of stages and its weight; weights sum to 1.
    pub stage_counts: &'static [(usize, f64)],
    /// Sum of burns from launch to cut-off, gaps left out [s].
    pub burn_s: Band,
    /// Gap between stages [s].
    pub gap_s: Band,
    /// First stage's specific thrust at ignition that is accepted [m/s²].
    pub first_thrust_m_s2: Band,
    /// Effective exhaust velocity [m/s].
    pub exhaust_velocity_m_s: Band,
    /// Range over ground [m]; of a space launch the height of its orbit.
    pub range_m: Band,
    /// Angle at burnout; of a space launch that at the end of the first stage.
    pub loft: Loft,
    /// Height at burnout that is accepted [m].
    pub burnout_height_m: Band,
    /// Earth-fixed speed at burnout that is accepted [m/s].
    pub burnout_speed_m_s: Band,
    /// m / (Cd A) while climbing [kg/m²].
    pub ascent_ballistic_coefficient_kg_m2: Band,
    /// m / (Cd A) of the payload [kg/m²].
    pub payload_ballistic_coefficient_kg_m2: Band,
    /// Lift over drag of the payload.
    pub lift_to_drag: Band,
    /// m / (Cd A) of spent stages [kg/m²].
    pub spent_ballistic_coefficient_kg_m2: Band,
    /// Relative amplitude of the slow variation of thrust.
    pub variation: Band,
    /// Where the figures come from.
    pub source: &'static str,
}

/// How a drawn vehicle is steered; the remaining parameter is solved by the aim.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LawKind {
    /// A gravity turn with its kick at this time [s].
    GravityTurn {
        /// Start of the kick [s].
        kick_time_s: f64,
    },
    /// A programme in time that no gravity turn fits; see [`super::vehicle::PitchLaw::Guided`].
    Guided {
        /// End of the vertical rise [s].
        rise_s: f64,
        /// Shape.
        exponent: f64,
        /// Shape [rad].
        wave_rad: [f64; 2],
    },
}

/// A vehicle and a flight, drawn from a class.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// Class.
    pub class: VehicleClass,
    /// Vehicle.
    pub vehicle: Vehicle,
    /// Steering.
    pub law_kind: LawKind,
    /// Range [m]; of a space launch the height of its orbit.
    pub range_m: f64,
    /// Burnout angle over that of least energy.
    pub loft: f64,
    /// Burnout angle of the earth-fixed velocity above the horizon [rad].
    pub burnout_angle_rad: f64,
    /// Where the cut-off is expected, from launch [s].
    pub expected_cutoff_s: f64,
    /// Earth-fixed speed that the vehicle was made for [m/s].
    pub design_speed_m_s: f64,
}

/// Share of the last stage at which cut-off is expected.
const CUTOFF_SHARE: Band = Band::new(0.74, 0.92);
const STANDARD_GRAVITY_M_S2: f64 = 9.806_65;

/// Draws a vehicle and a flight from a class. Half of them are guided (of space launches none:
/// they follow the linear tangent law).
pub fn draw(class: VehicleClass, rng: &mut impl Rng) -> Drawn {
    let guided = rng.random::<f64>() < 0.5;
    draw_steered(class, guided, rng)
}

fn draw_steered(class: VehicleClass, guided: bool, rng: &mut impl Rng) -> Drawn {
    let prior = prior(class);
    let range_m = prior.range_m.draw(rng);
    let (loft, burnout_angle_rad) = draw_loft(&prior, range_m, rng);
    let burn_s = prior.burn_s.draw(rng);
    let design_speed_m_s = design_speed_m_s(class, &prior, range_m, burnout_angle_rad, burn_s, rng);
    let count = draw_count(&prior, rng);
    let gain_m_s =
        design_speed_m_s + losses_m_s(design_speed_m_s, burnout_angle_rad, burn_s, class);
    let (vehicle, expected_cutoff_s) = draw_vehicle(class, &prior, count, burn_s, gain_m_s, rng);
    let law_kind = draw_law(class, guided, burn_s, rng);
    Drawn {
        class,
        vehicle,
        law_kind,
        range_m,
        loft,
        burnout_angle_rad,
        expected_cutoff_s,
        design_speed_m_s,
    }
}

fn draw_loft(prior: &ClassPrior, range_m: f64, rng: &mut impl Rng) -> (f64, f64) {
    let least_rad = minimum_energy_angle_rad(range_m);
    match prior.loft {
        Loft::OfMinimumEnergy(band) => {
            let loft = band.draw(rng);
            (loft, loft * least_rad)
        }
        Loft::Angle(band) => {
            let angle_rad = band.draw(rng);
            (angle_rad / least_rad, angle_rad)
        }
    }
}

fn draw_count(prior: &ClassPrior, rng: &mut impl Rng) -> usize {
    let mut left = rng.random::<f64>();
    for &(count, weight) in prior.stage_counts {
        left -= weight;
        if left < 0.0 {
            return count;
        }
    }
    prior.stage_counts.last().map_or(1, |last| last.0)
}

/// Earth-fixed speed at burnout that the range needs, before Earth rotation.
fn design_speed_m_s(
    class: VehicleClass,
    prior: &ClassPrior,
    range_m: f64,
    angle_rad: f64,
    burn_s: f64,
    rng: &mut impl Rng,
) -> f64 {
    match class {
        VehicleClass::Glider => prior.burnout_speed_m_s.draw(rng),
        VehicleClass::SpaceLaunch => 7_450.0,
        _ => {
            let height_m = 0.5 * (prior.burnout_height_m.low + prior.burnout_height_m.high);
            // The boost covers ground too: about a third of speed times time.
            let first_m_s = ballistic_speed_m_s(range_m, angle_rad, height_m);
            let boost_m = (0.3 * first_m_s * burn_s * cos(angle_rad)).min(0.6 * range_m);
            ballistic_speed_m_s(range_m - boost_m, angle_rad, height_m)
        }
    }
}

/// Speed lost to gravity, drag and steering [m/s]: a fit good to some 15 %.
fn losses_m_s(speed_m_s: f64, angle_rad: f64, burn_s: f64, class: VehicleClass) -> f64 {
    const CIRCULAR_M_S: f64 = 7_900.0;
    let relief = 1.0 - 0.35 * (speed_m_s / CIRCULAR_M_S) * (speed_m_s / CIRCULAR_M_S);
    let mean_sine = 0.35 + 0.6 * sin(angle_rad);
    match class {
        VehicleClass::SpaceLaunch => 1_650.0,
        _ => STANDARD_GRAVITY_M_S2 * burn_s * mean_sine * relief + 150.0,
    }
}

/// What the first stage of a launcher takes of the time under power and of the ideal speed:
/// launchers of two stages burn the first for two to four minutes to 2 or 3 km/s, and push at
/// less than one g for most of the rest (textbook figures).
const FIRST_BURN_SHARE: Band = Band::new(0.24, 0.42);
const FIRST_GAIN_SHARE: Band = Band::new(0.34, 0.52);

/// A share as the weight of one part against a second of weight one.
fn against_one(share: f64) -> f64 {
    share / (1.0 - share)
}

fn draw_vehicle(
    class: VehicleClass,
    prior: &ClassPrior,
    count: usize,
    burn_s: f64,
    gain_m_s: f64,
    rng: &mut impl Rng,
) -> (Vehicle, f64) {
    let shares = |rng: &mut _, first: f64| -> Vec<f64> {
        let jitter = Band::new(0.92, 1.08);
        let raw: Vec<f64> = (0..count)
            .map(|i| if i == 0 { first } else { 1.0 } * jitter.draw(rng))
            .collect();
        let sum: f64 = raw.iter().sum();
        raw.iter().map(|share| share / sum).collect()
    };
    let launcher = class == VehicleClass::SpaceLaunch;
    let (first_burn, first_gain) = if launcher {
        (
            against_one(FIRST_BURN_SHARE.draw(rng)),
            against_one(FIRST_GAIN_SHARE.draw(rng)),
        )
    } else {
        (1.05, 0.82)
    };
    let burn_shares = shares(rng, first_burn);
    let gain_shares = shares(rng, first_gain);
    let mut time_s = 0.0;
    let mut stages = Vec::new();
    for i in 0..count {
        let exhaust_velocity_m_s =
            prior.exhaust_velocity_m_s.draw(rng) + if launcher && i > 0 { 400.0 } else { 0.0 };
        let (used_s, gain_m_s) = (burn_s * burn_shares[i], gain_m_s * gain_shares[i]);
        let initial_thrust_m_s2 =
            exhaust_velocity_m_s * (1.0 - exp(-gain_m_s / exhaust_velocity_m_s)) / used_s;
        let share = if i + 1 == count {
            CUTOFF_SHARE.draw(rng)
        } else {
            1.0
        };
        let coast_before_s = if i == 0 { 0.0 } else { prior.gap_s.draw(rng) };
        // Propellant may not exceed 95 % of the stack.
        let longest_s = 0.95 * exhaust_velocity_m_s / initial_thrust_m_s2;
        stages.push(Stage {
            burn_s: (used_s / share).min(longest_s.max(used_s)),
            initial_thrust_m_s2,
            exhaust_velocity_m_s,
            coast_before_s,
            variation: ThrustVariation {
                amplitude: prior.variation.draw(rng),
                phase_rad: TAU * rng.random::<f64>(),
            },
            spent_ballistic_coefficient_kg_m2: prior.spent_ballistic_coefficient_kg_m2.draw(rng),
        });
        time_s += coast_before_s + used_s;
    }
    let vehicle = Vehicle {
        stages,
        ascent_ballistic_coefficient_kg_m2: prior.ascent_ballistic_coefficient_kg_m2.draw(rng),
        payload_ballistic_coefficient_kg_m2: prior.payload_ballistic_coefficient_kg_m2.draw(rng),
        payload_lift_to_drag: prior.lift_to_drag.draw(rng),
    };
    (vehicle, time_s)
}

fn draw_law(class: VehicleClass, guided: bool, burn_s: f64, rng: &mut impl Rng) -> LawKind {
    let early_s = Band::new(0.03, 0.07).draw(rng) * burn_s.min(200.0);
    if !guided || class == VehicleClass::SpaceLaunch {
        return LawKind::GravityTurn {
            kick_time_s: early_s,
        };
    }
    let wave = Band::new(-0.08, 0.08);
    LawKind::Guided {
        rise_s: early_s,
        exponent: Band::new(1.3, 2.4).draw(rng),
        wave_rad: [wave.draw(rng), wave.draw(rng)],
    }
}

/// Tries before [`draw_flight`] gives up.
const TRIES: usize = 60;

/// Draws until a vehicle can be flown to its range from a site, within the class's band of
/// burnout height and speed.
///
/// # Errors
/// [`AimError::NoneFlew`] after sixty draws.
pub fn draw_flight(
    class: VehicleClass,
    site: &Geodetic,
    azimuth_rad: f64,
    rng: &mut impl Rng,
) -> Result<Trajectory, AimError> {
    draw_flight_and_vehicle(class, site, azimuth_rad, rng).map(|(_, flight)| flight)
}

/// [`draw_flight`] with what was drawn.
///
/// # Errors
/// As [`draw_flight`].
pub fn draw_flight_and_vehicle(
    class: VehicleClass,
    site: &Geodetic,
    azimuth_rad: f64,
    rng: &mut impl Rng,
) -> Result<(Drawn, Trajectory), AimError> {
    // Drawn once: the refusals below must not favour one law.
    let guided = rng.random::<f64>() < 0.5;
    for _ in 0..TRIES {
        let drawn = draw_steered(class, guided, rng);
        if !plausible(&drawn) {
            continue;
        }
        if let Ok(flight) = fly_to_range(site, azimuth_rad, &drawn, drawn.range_m)
            && in_band(class, &flight)
        {
            return Ok((drawn, flight));
        }
    }
    Err(AimError::NoneFlew { tries: TRIES })
}

/// Whether a drawn vehicle has a first stage like its class.
pub fn plausible(drawn: &Drawn) -> bool {
    prior(drawn.class)
        .first_thrust_m_s2
        .holds(drawn.vehicle.stages[0].initial_thrust_m_s2, 0.0)
}

/// Slack of the bands at burnout: the table's ends are round numbers.
const BAND_SLACK: f64 = 0.10;

/// Whether a flight's burnout has the height and speed of its class.
pub fn in_band(class: VehicleClass, flight: &Trajectory) -> bool {
    let prior = prior(class);
    flight.burnout().is_some_and(|burnout| {
        prior
            .burnout_height_m
            .holds(height_m(&burnout.position_m), BAND_SLACK)
            && prior
                .burnout_speed_m_s
                .holds(burnout.velocity_m_s.norm(), BAND_SLACK)
            && heading(&burnout.position_m, &burnout.velocity_m_s).1 > -0.05
    })
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::flight::aim::AIM_TOLERANCE_M;
    use crate::flight::trajectory::{Phase, Sample};
    use crate::frames::geodesic;

    /// Flies a class from a middle latitude in three directions.
    fn flights(class: VehicleClass) -> Vec<(f64, Drawn, Trajectory)> {
        let site = Geodetic::from_degrees(45.0, 60.0, 0.0);
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let azimuths_rad = [0.4, 1.7, 4.5];
        azimuths_rad
            .iter()
            .map(|&azimuth_rad| {
                let (drawn, flight) =
                    draw_flight_and_vehicle(class, &site, azimuth_rad, &mut rng).unwrap();
                (azimuth_rad, drawn, flight)
            })
            .collect()
    }

    #[test]
    fn every_class_comes_down_where_wanted() {
        for class in VehicleClass::ALL {
            for (azimuth_rad, drawn, flight) in flights(class) {
                let Some(impact) = flight.impact else {
                    assert_eq!(class, VehicleClass::SpaceLaunch);
                    continue;
                };
                let to = Geodetic::from_itrf(impact.state.position);
                let aim = geodesic::direct(&flight.launch, azimuth_rad, drawn.range_m);
                let miss_m = geodesic::inverse(&aim, &to).distance_m;
                assert!(miss_m < AIM_TOLERANCE_M * 1.5, "{class:?} {miss_m}");
                assert_eq!(flight.samples.last().unwrap().phase, Phase::Ended);
            }
        }
    }

    #[test]
    fn a_space_launch_stays_up() {
        for (_, _, flight) in flights(VehicleClass::SpaceLaunch) {
            for sample in flight
                .samples
                .iter()
                .filter(|s| s.time_s > flight.cutoff_time_s)
            {
                assert!(
                    height_m(&sample.position_m) > 180e3,
                    "{}",
                    height_m(&sample.position_m)
                );
            }
            assert!(flight.impact.is_none() && flight.cutoff_time_s > 400.0);
        }
    }

    #[test]
    fn a_glider_glides() {
        for (_, _, flight) in flights(VehicleClass::Glider) {
            let gliding = flight
                .samples
                .iter()
                .filter(|s| s.phase == Phase::Glide && height_m(&s.position_m) < 60e3)
                .count();
            assert!(gliding > 100, "{gliding}");
        }
    }

    /// Largest angle between thrust and velocity in the last 60 % of the boost [rad].
    fn steering_rad(flight: &Trajectory) -> f64 {
        let late =
            |s: &&Sample| s.time_s > 0.4 * flight.cutoff_time_s && s.thrust_m_s2.norm() > 0.0;
        flight
            .samples
            .iter()
            .filter(late)
            .map(|s| s.thrust_m_s2.angle(&s.velocity_m_s))
            .fold(0.0, f64::max)
    }

    #[test]
    fn guided_thrust_leaves_the_velocity_and_a_gravity_turn_does_not() {
        let site = Geodetic::from_degrees(35.0, 10.0, 0.0);
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let (mut guided, mut turned) = (Vec::new(), Vec::new());
        for _ in 0..12 {
            let (drawn, flight) =
                draw_flight_and_vehicle(VehicleClass::Submarine, &site, 2.0, &mut rng).unwrap();
            let angle_rad = steering_rad(&flight);
            if matches!(drawn.law_kind, LawKind::Guided { .. }) {
                guided.push(angle_rad)
            } else {
                turned.push(angle_rad)
            }
        }
        assert!(guided.len() > 2 && turned.len() > 2);
        assert!(
            guided.iter().all(|&angle_rad| angle_rad > 0.03),
            "{guided:?}"
        );
        assert!(
            turned.iter().all(|&angle_rad| angle_rad < 0.001),
            "{turned:?}"
        );
    }

    #[test]
    fn a_glider_enters_as_its_class_says() {
        for (_, _, flight) in flights(VehicleClass::Glider) {
            let entry = flight.samples.windows(2).find(|pair| {
                pair[0].time_s > flight.cutoff_time_s
                    && height_m(&pair[0].position_m) > 100e3
                    && height_m(&pair[1].position_m) <= 100e3
            });
            // One that burns out below 100 km never crosses it downwards.
            let Some(entry) = entry else { continue };
            let (speed_m_s, angle_rad) = (
                entry[1].velocity_m_s.norm(),
                heading(&entry[1].position_m, &entry[1].velocity_m_s).1,
            );
            assert!((5_500.0..6_600.0).contains(&speed_m_s), "{speed_m_s}");
            assert!((-0.13..-0.04).contains(&angle_rad), "{angle_rad}");
        }
    }

    #[test]
    fn the_same_seed_flies_the_same() {
        let (first, second) = (
            flights(VehicleClass::Submarine),
            flights(VehicleClass::Submarine),
        );
        assert_eq!(first[1].2, second[1].2);
    }
}

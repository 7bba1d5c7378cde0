//! Fits the bank of ascent priors to flights drawn from the class table and prints it as JSON.
//!
//! `cargo xtask priors` runs this and writes `crates/core/src/estimate/ascent/priors.json`.
#![allow(clippy::print_stdout, reason = "the output is the product")]

use forewarn_core::estimate::ascent::{Component, GRID, PER_STAGE, THRUST_TERMS};
use forewarn_physics::flight::classes::{VehicleClass, draw_flight, prior};
use forewarn_physics::flight::trajectory::{Burn, Trajectory};
use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::math::{PI, atan2, cos, ln, sin, wrap_pi};
use nalgebra::{DMatrix, DVector, SymmetricEigen};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

/// Drawn flights of each class.
const DRAWS: u64 = 900;
/// Share of the variance of the pitch programme that the components must hold.
const HELD: f64 = 0.9997;
const MOST_COMPONENTS: usize = 7;
/// One sigma added to the terms of thrust: what the generic table does not show. Launchers reduce
/// thrust by a fifth and more about the greatest dynamic pressure and before cut-off.
const STEADY: [f64; THRUST_TERMS] = [0.01, 0.01, 0.01];
const THROTTLED: [f64; THRUST_TERMS] = [0.10, 0.07, 0.06];
/// Fewest draws that make a component.
const FEWEST: usize = 40;

/// Prior weight of each class, before it is split by stage count; a choice, not a measurement:
/// about as many tests of each kind fly, long ranges and exotic kinds less often.
const WEIGHTS: [(VehicleClass, f64, f64); 11] = [
    (VehicleClass::ShortRange, 0.14, 1.15),
    (VehicleClass::MediumRange, 0.14, 1.15),
    (VehicleClass::IntermediateRange, 0.10, 1.15),
    (VehicleClass::LongRangeSolid, 0.11, 1.15),
    (VehicleClass::LongRangeLiquid, 0.10, 1.15),
    (VehicleClass::Submarine, 0.11, 1.15),
    (VehicleClass::Depressed, 0.07, 1.15),
    (VehicleClass::Lofted, 0.05, 1.15),
    (VehicleClass::Glider, 0.05, 1.15),
    // Real launchers differ from each other more than the generic table shows.
    (VehicleClass::SpaceLaunch, 0.10, 2.5),
    (VehicleClass::SoundingRocket, 0.03, 1.3),
];

struct Flown {
    stages: usize,
    vehicle: Vec<f64>,
    pitch_rad: [f64; GRID],
}

fn main() {
    let mut bank = Vec::new();
    for (class, weight, widen) in WEIGHTS {
        let flown: Vec<Flown> = (0..DRAWS)
            .into_par_iter()
            .filter_map(|seed| one(class, seed))
            .collect();
        for stages in 1..=4 {
            let group: Vec<&Flown> = flown.iter().filter(|f| f.stages == stages).collect();
            if group.len() >= FEWEST {
                bank.push(component(
                    class,
                    stages,
                    weight * group.len() as f64 / flown.len() as f64,
                    widen,
                    &group,
                ));
            }
        }
    }
    let total: f64 = bank.iter().map(|c| c.weight).sum();
    bank.iter_mut().for_each(|c| c.weight /= total);
    for c in &bank {
        eprintln!(
            "{:>18} {} stages: weight {:.3}, {} draws, {} pitch components",
            c.class,
            c.stages,
            c.weight,
            c.draws,
            c.pitch_components.len()
        );
    }
    match serde_json::to_string(&bank) {
        Ok(text) => println!("{}", text.replace("{\"class\"", "\n{\"class\"")),
        Err(error) => eprintln!("the bank cannot be written: {error}"),
    }
}

fn one(class: VehicleClass, seed: u64) -> Option<Flown> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed * 131 + class as u64);
    let place = Geodetic::from_degrees(
        rng.random_range(-55.0..65.0),
        rng.random_range(-180.0..180.0),
        0.0,
    );
    let azimuth_rad = rng.random_range(0.0..core::f64::consts::TAU);
    let flight = draw_flight(class, &place, azimuth_rad, &mut rng).ok()?;
    let drag = prior(class).ascent_ballistic_coefficient_kg_m2;
    let frame = place.enu_from_itrf();
    let mut vehicle = vec![0.5 * (ln(drag.low) + ln(drag.high)), 0.0];
    for (index, burn) in flight.burns.iter().enumerate() {
        let first = flight.at(burn.ignition_s + 0.02)?.thrust_m_s2.norm();
        let last = flight.at(burn.end_s - 0.02)?.thrust_m_s2.norm();
        let burnt = (1.0 - first / last).clamp(0.02, 0.97);
        let gap_s = if index == 0 {
            0.0
        } else {
            burn.ignition_s - flight.burns[index - 1].end_s
        };
        vehicle.extend([
            ln(first),
            ln(burnt / (1.0 - burnt)),
            ln(burn.end_s - burn.ignition_s),
            gap_s,
        ]);
        vehicle.extend(thrust_terms(&flight, burn, first, burnt)?);
    }
    let end_s = flight.burns.last()?.end_s;
    let heading = |time_s: f64| thrust_polar(&flight, &frame, azimuth_rad, time_s);
    let mut pitch_rad = [0.0; GRID];
    for (k, value) in pitch_rad.iter_mut().enumerate() {
        *value = heading(end_s * k as f64 / (GRID - 1) as f64)?.0;
    }
    vehicle[1] = heading(end_s)?.1;
    Some(Flown {
        stages: flight.burns.len(),
        vehicle,
        pitch_rad,
    })
}

/// Sine terms of ln thrust over a burn, beside constant thrust between the same ends.
fn thrust_terms(
    flight: &Trajectory,
    burn: &Burn,
    first_m_s2: f64,
    burnt: f64,
) -> Option<[f64; THRUST_TERMS]> {
    const POINTS: usize = 32;
    let mut terms = [0.0; THRUST_TERMS];
    for point in 1..POINTS {
        let share = point as f64 / POINTS as f64;
        let at_s = burn.ignition_s + share * (burn.end_s - burn.ignition_s);
        let constant_m_s2 = first_m_s2 / (1.0 - burnt * share);
        let departure = ln(flight.at(at_s)?.thrust_m_s2.norm() / constant_m_s2);
        for (k, term) in terms.iter_mut().enumerate() {
            *term += 2.0 / POINTS as f64 * departure * sin((k + 1) as f64 * PI * share);
        }
    }
    Some(terms)
}

/// Angle from the vertical toward the azimuth, and turn from the azimuth [rad]; in a gap between
/// stages the thrust before it counts.
fn thrust_polar(
    flight: &Trajectory,
    frame: &nalgebra::Matrix3<f64>,
    azimuth_rad: f64,
    time_s: f64,
) -> Option<(f64, f64)> {
    let mut at_s = time_s;
    for pair in flight.burns.windows(2) {
        if at_s > pair[0].end_s - 0.02 && at_s < pair[1].ignition_s + 0.02 {
            at_s = pair[0].end_s - 0.02;
        }
    }
    let at_s = at_s.clamp(0.02, flight.burns.last()?.end_s - 0.02);
    let u = (frame * flight.at(at_s)?.thrust_m_s2).normalize();
    let along = u.x * sin(azimuth_rad) + u.y * cos(azimuth_rad);
    let turned = if u.z < 0.98 {
        wrap_pi(atan2(u.x, u.y) - azimuth_rad)
    } else {
        0.0
    };
    Some((atan2(along, u.z), turned))
}

fn component(
    class: VehicleClass,
    stages: usize,
    weight: f64,
    widen: f64,
    group: &[&Flown],
) -> Component {
    let n = group.len() as f64;
    let mean_pitch: Vec<f64> = (0..GRID)
        .map(|k| group.iter().map(|f| f.pitch_rad[k]).sum::<f64>() / n)
        .collect();
    let deviations = DMatrix::from_fn(GRID, group.len(), |k, j| {
        group[j].pitch_rad[k] - mean_pitch[k]
    });
    let eigen = SymmetricEigen::new(&deviations * deviations.transpose() / n);
    let mut order: Vec<usize> = (0..GRID).collect();
    order.sort_by(|a, b| eigen.eigenvalues[*b].total_cmp(&eigen.eigenvalues[*a]));
    let all: f64 = eigen.eigenvalues.iter().sum();
    let mut kept = 0;
    let mut held = 0.0;
    while kept < MOST_COMPONENTS && held < HELD * all {
        held += eigen.eigenvalues[order[kept]];
        kept += 1;
    }
    let basis: Vec<DVector<f64>> = order[..kept]
        .iter()
        .map(|k| eigen.eigenvectors.column(*k).into_owned())
        .collect();
    let vectors: Vec<DVector<f64>> = group
        .iter()
        .enumerate()
        .map(|(j, f)| {
            let coefficients = basis.iter().map(|b| b.dot(&deviations.column(j)));
            DVector::from_vec(f.vehicle.iter().copied().chain(coefficients).collect())
        })
        .collect();
    let d = vectors[0].len();
    let mean = vectors.iter().fold(DVector::zeros(d), |sum, v| sum + v) / n;
    let mut covariance = vectors.iter().fold(DMatrix::zeros(d, d), |sum, v| {
        let e = v - &mean;
        sum + &e * e.transpose()
    }) / n
        * widen;
    let throttle = match class {
        VehicleClass::SpaceLaunch => THROTTLED,
        _ => STEADY,
    };
    for (k, floor) in floors(stages, kept, throttle).into_iter().enumerate() {
        covariance[(k, k)] += floor * floor;
    }
    round(&mut covariance);
    Component {
        class: format!("{class:?}"),
        stages,
        weight,
        draws: group.len(),
        pitch_mean_rad: mean_pitch
            .iter()
            .map(|v| (v * 1e6).round() * 1e-6)
            .collect(),
        pitch_components: basis
            .iter()
            .map(|b| b.iter().map(|v| (v * 1e6).round() * 1e-6).collect())
            .collect(),
        mean: mean.iter().map(|v| (v * 1e6).round() * 1e-6).collect(),
        covariance: covariance.transpose().as_slice().to_vec(),
    }
}

/// One sigma added to each parameter: what no finite set of draws shows.
fn floors(stages: usize, pitch: usize, throttle: [f64; THRUST_TERMS]) -> Vec<f64> {
    let mut floors = vec![0.3, 0.01];
    for stage in 0..stages {
        floors.extend([0.03, 0.08, 0.02, if stage == 0 { 0.01 } else { 0.5 }]);
        floors.extend(throttle);
    }
    assert_eq!(floors.len(), 2 + PER_STAGE * stages);
    // 0.6 degrees at every point of the grid, spread over the components.
    floors.extend(vec![0.01 * (GRID as f64).sqrt(); pitch]);
    floors
}

/// Seven significant figures keep the file readable; the floors dwarf the rounding.
fn round(covariance: &mut DMatrix<f64>) {
    for value in covariance.iter_mut() {
        if value.abs() > 0.0 {
            let scale = 10f64.powi(6 - forewarn_physics::math::log10(value.abs()).floor() as i32);
            *value = (*value * scale).round() / scale;
        }
    }
}

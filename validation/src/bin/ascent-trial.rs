//! Draws flights from the class table, looks at them with two (or one) geostationary satellites
//! and prints how well the ascent fit locates the launch, class by class.
//!
//! `cargo run --release -p forewarn-validation --bin ascent-trial -- [DRAWS] [SATELLITES] [CLASS]`
#![allow(clippy::print_stdout, reason = "the output is the product")]

use forewarn_core::estimate::ascent::{AscentFit, Bank, Look, Looks};
use forewarn_physics::flight::classes::{VehicleClass, draw_flight};
use forewarn_physics::frames::wgs84::{Geodetic, height_m};
use forewarn_physics::math::{cos, ln, sin};
use forewarn_physics::time::parse_utc;
use nalgebra::{Matrix2, Vector2, Vector3};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

const REVISIT_S: f64 = 10.0;
const SIGMA_RAD: f64 = 2e-5;
const BIAS_RAD: f64 = 1e-5;
const DETECTION: f64 = 0.95;

struct Outcome {
    error_m: f64,
    time_error_s: f64,
    squared: f64,
    time_z: f64,
    semi_major_m: f64,
    p_value: f64,
    best: String,
    own_weight: f64,
    seconds: f64,
    cutoff_z: f64,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let draws: u64 = arguments.first().and_then(|a| a.parse().ok()).unwrap_or(60);
    let satellites: usize = arguments.get(1).and_then(|a| a.parse().ok()).unwrap_or(2);
    let Ok(bank) = Bank::embedded() else { return };
    let mut all = Vec::new();
    println!(
        "class               n  cover90 cover50 timecov90 rms_km med_km med_ell_km timerms p<.01 cut|z| best-ok weight ms"
    );
    for class in VehicleClass::ALL {
        if arguments
            .get(2)
            .is_some_and(|only| *only != format!("{class:?}"))
        {
            continue;
        }
        let outcomes: Vec<Outcome> = (0..draws)
            .into_par_iter()
            .filter_map(|seed| trial(&bank, class, satellites, seed))
            .collect();
        show(&format!("{class:?}"), &outcomes, draws);
        all.extend(outcomes);
    }
    show("all", &all, draws * 11);
}

fn show(name: &str, outcomes: &[Outcome], asked: u64) {
    let n = outcomes.len().max(1) as f64;
    let share = |f: &dyn Fn(&Outcome) -> bool| outcomes.iter().filter(|o| f(o)).count() as f64 / n;
    let rms = |f: &dyn Fn(&Outcome) -> f64| {
        (outcomes.iter().map(|o| f(o) * f(o)).sum::<f64>() / n).sqrt()
    };
    let median = |f: &dyn Fn(&Outcome) -> f64| {
        let mut values: Vec<f64> = outcomes.iter().map(f).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
    };
    println!(
        "{name:18} {:>3}/{asked} {:.3} {:.3} {:.3}  {:7.2} {:7.2} {:7.2} {:7.2}  {:.2} {:.2} {:.2} {:.2} {:.0}",
        outcomes.len(),
        share(&|o| o.squared < 4.605),
        share(&|o| o.squared < 1.386),
        share(&|o| o.time_z.abs() < 1.645),
        rms(&|o| o.error_m) / 1e3,
        median(&|o| o.error_m) / 1e3,
        median(&|o| o.semi_major_m) / 1e3,
        rms(&|o| o.time_error_s),
        share(&|o| o.p_value < 0.01),
        rms(&|o| o.cutoff_z),
        share(&|o| o.best == name),
        outcomes.iter().map(|o| o.own_weight).sum::<f64>() / n,
        outcomes.iter().map(|o| o.seconds).sum::<f64>() / n * 1e3,
    );
}

fn normal(rng: &mut impl Rng) -> f64 {
    let (a, b): (f64, f64) = (rng.random(), rng.random());
    (-2.0 * ln(1.0 - a)).sqrt() * cos(core::f64::consts::TAU * b)
}

fn trial(bank: &Bank, class: VehicleClass, satellites: usize, seed: u64) -> Option<Outcome> {
    let mut rng = ChaCha8Rng::seed_from_u64(77_000 + seed);
    let place = Geodetic::from_degrees(
        rng.random_range(-45.0..55.0),
        rng.random_range(-30.0..30.0),
        0.0,
    );
    let azimuth_rad = rng.random_range(0.0..core::f64::consts::TAU);
    let flight = draw_flight(class, &place, azimuth_rad, &mut rng).ok()?;
    let cloud_m = rng.random_range(7e3..10e3);
    let mut looks = Vec::new();
    let mut last = 0.0f64;
    for satellite in 0..satellites {
        let longitude_deg = [25.0, -35.0][satellite];
        let position = Geodetic::from_degrees(0.0, longitude_deg, 35_786e3)
            .to_itrf()
            .vector();
        let (bx, by) = (BIAS_RAD * normal(&mut rng), BIAS_RAD * normal(&mut rng));
        let mut time_s = rng.random_range(0.0..REVISIT_S);
        while time_s < flight.cutoff_time_s {
            let sample = flight.at(time_s)?;
            let burning = sample.thrust_m_s2.norm() > 0.1;
            if burning && height_m(&sample.position_m) > cloud_m && rng.random::<f64>() < DETECTION
            {
                let d = (sample.position_m - position).normalize();
                let level = Vector3::z().cross(&d).normalize();
                let upright = d.cross(&level);
                let seen = d
                    + level * (SIGMA_RAD * normal(&mut rng) + bx)
                    + upright * (SIGMA_RAD * normal(&mut rng) + by);
                looks.push(Look {
                    time_s,
                    sensor_position_m: position,
                    line_of_sight: seen.normalize(),
                    sigma_rad: SIGMA_RAD,
                    satellite,
                });
                last = last.max(time_s);
            }
            time_s += REVISIT_S;
        }
    }
    looks.sort_by(|a, b| a.time_s.total_cmp(&b.time_s));
    if looks.len() < 3 {
        return None;
    }
    let epoch_s = looks[0].time_s;
    looks.iter_mut().for_each(|look| look.time_s -= epoch_s);
    // The next look of the satellite that saw it last, or of the other one, misses it.
    let missed = last - epoch_s + REVISIT_S * if satellites == 2 { 0.6 } else { 1.0 };
    let looks = Looks {
        looks,
        bias_sigma_rad: vec![BIAS_RAD; satellites],
        missed_s: Some(missed),
        now_s: flight.cutoff_time_s + 15.0 - epoch_s,
    };
    let started = std::time::Instant::now();
    let posterior =
        AscentFit::default().update(bank, parse_utc("2026-01-01T00:00:00Z").ok()?, &looks)?;
    let seconds = started.elapsed().as_secs_f64();
    let launch = posterior.launch();
    let offset = launch.place.enu_from_itrf() * (place.to_itrf() - launch.place.to_itrf());
    let error = Vector2::new(offset.x, offset.y);
    let covariance: Matrix2<f64> = launch.covariance.fixed_view::<2, 2>(0, 0).into_owned();
    let ellipse = forewarn_core::model::Ellipse::of(&covariance, 0.9);
    let time_error_s = launch.time_s + epoch_s;
    let (cut_s, cut_sigma_s) = posterior.cutoff();
    let outcome = Outcome {
        error_m: error.norm(),
        time_error_s,
        squared: error.dot(&(covariance.try_inverse()? * error)),
        time_z: time_error_s / launch.covariance[(2, 2)].sqrt(),
        semi_major_m: ellipse.semi_major_m,
        p_value: posterior.p_value,
        best: posterior.best().component.class.clone(),
        own_weight: posterior.class_weight(&format!("{class:?}")),
        seconds,
        cutoff_z: (cut_s + epoch_s - flight.cutoff_time_s) / cut_sigma_s,
    };
    if std::env::var_os("TRIAL_VERBOSE").is_some() {
        println!(
            "  {seed}: err {:.2} km d2 {:.2} terr {:.2} z {:.2} ell {:.2} p {:.3} best {} {} w {:.2} looks {} cut z {:.2} up {:.0}",
            outcome.error_m / 1e3,
            outcome.squared,
            time_error_s,
            outcome.time_z,
            outcome.semi_major_m / 1e3,
            outcome.p_value,
            outcome.best,
            posterior.best().component.stages,
            outcome.own_weight,
            looks.looks.len(),
            outcome.cutoff_z,
            sin(0.0)
        );
    }
    Some(outcome)
}

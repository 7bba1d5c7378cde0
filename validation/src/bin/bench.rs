//! How fast the parts are, on one thread: `cargo xtask bench`.
#![allow(clippy::print_stdout, reason = "the output is the product")]

use std::time::Instant;

use forewarn_core::estimate::ascent::{AscentFit, Bank, Look, Looks};
use forewarn_core::model::SensorIndex;
use forewarn_core::sensors::{Measurement, MeasurementBody, RadarMeasurement, RadarSite};
use forewarn_core::track::ballistic::{BallisticFilter, Start};
use forewarn_physics::flight::classes::{VehicleClass, draw_flight};
use forewarn_physics::flight::coast::{Body, propagate, to_impact};
use forewarn_physics::frames::wgs84::{Geodetic, height_m};
use forewarn_physics::frames::{Itrf, State};
use forewarn_physics::time::{Epoch, after, parse_utc};
use nalgebra::{Matrix6, Vector3, Vector4, Vector6};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Each part runs at least this long [s].
const ENOUGH_S: f64 = 1.5;

fn main() {
    let Ok(epoch) = parse_utc("2026-01-01T00:00:00Z") else {
        return;
    };
    println!("{:<52} {:>14}", "part, on one thread", "rate");
    let state = burnout();
    row("coast of 10,000 km to impact, drag, zonal J2-J4", || {
        to_impact(&state, &Body::ballistic(5_000.0), 0.0, 7_200.0)
    });
    row(
        "one flight, drawn from its class and flown to impact",
        || {
            let mut rng = ChaCha8Rng::seed_from_u64(7);
            draw_flight(VehicleClass::LongRangeSolid, &pad(), 0.6, &mut rng)
        },
    );
    if let Some((start, plots)) = track(&state, epoch) {
        let per_run = plots.len() as f64;
        let runs = rate(|| followed(&start, &plots));
        say("radar updates of a ballistic track", runs * per_run, "/s");
    }
    if let (Ok(bank), Some(looks)) = (Bank::embedded(), looks()) {
        let fits = rate(|| AscentFit::default().update(&bank, epoch, &looks));
        let name = format!("ascent fit, whole bank, {} looks", looks.looks.len());
        say(&name, 1e3 / fits, "ms");
    }
}

fn row<T>(name: &str, work: impl FnMut() -> T) {
    say(name, rate(work), "/s");
}

fn say(name: &str, value: f64, unit: &str) {
    println!("{name:<52} {value:>11.1} {unit}");
}

/// How often a second the work can be done.
fn rate<T>(mut work: impl FnMut() -> T) -> f64 {
    std::hint::black_box(work());
    let start = Instant::now();
    let mut done = 0.0;
    while start.elapsed().as_secs_f64() < ENOUGH_S {
        std::hint::black_box(work());
        done += 1.0;
    }
    done / start.elapsed().as_secs_f64()
}

fn pad() -> Geodetic {
    Geodetic::from_degrees(5.0, -20.0, 0.0)
}

/// Burn-out of a long flight: 180 km up, 6.9 km/s, 24 degrees above the horizon.
fn burnout() -> State<Itrf> {
    let place = Geodetic::from_degrees(5.0, -20.0, 180e3);
    let up_rad = 24f64.to_radians();
    let (s, c) = forewarn_physics::math::sin_cos(up_rad);
    let velocity = place.enu_from_itrf().transpose() * Vector3::new(0.6 * c, 0.8 * c, s) * 6_900.0;
    State::from_vectors(place.to_itrf().vector(), velocity)
}

/// A start near the truth and a plot every two seconds for five minutes.
fn track(state: &State<Itrf>, epoch: Epoch) -> Option<(Start, Vec<Measurement>)> {
    let site = RadarSite::new(Geodetic::from_degrees(12.0, -16.0, 100.0));
    let mut plots = Vec::new();
    for k in 1..=150 {
        let time_s = 2.0 * f64::from(k);
        let now = propagate(state, time_s, &Body::VACUUM);
        plots.push(Measurement {
            epoch: after(epoch, time_s),
            sensor: SensorIndex(0),
            body: MeasurementBody::Radar(RadarMeasurement {
                site,
                value: site
                    .predict(&now.position.vector(), &now.velocity.vector())
                    .value,
                sigma: Vector4::new(30.0, 1e-3, 1e-3, 5.0),
                has_range_rate: true,
                bias_sigma: Vector3::new(50.0, 2e-4, 2e-4),
            }),
        });
    }
    let (p, v) = (state.position.vector(), state.velocity.vector());
    let variances = Vector6::new(1e8, 1e8, 1e8, 1e4, 1e4, 1e4);
    let start = Start {
        epoch,
        mean: Vector6::new(p.x, p.y, p.z, v.x, v.y, v.z),
        covariance: Matrix6::from_diagonal(&variances),
        ln_beta: None,
    };
    Some((start, plots))
}

fn followed(start: &Start, plots: &[Measurement]) -> Option<BallisticFilter> {
    let mut filter = BallisticFilter::from_gaussian(start).ok()?;
    for plot in plots {
        filter.update(plot).ok()?;
    }
    Some(filter)
}

/// What two geostationary satellites see of a long ascent, every ten seconds, without noise.
fn looks() -> Option<Looks> {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let flight = draw_flight(VehicleClass::LongRangeSolid, &pad(), 0.6, &mut rng).ok()?;
    let mut looks = Vec::new();
    for (satellite, longitude_deg) in [25.0, -55.0].into_iter().enumerate() {
        let position = Geodetic::from_degrees(0.0, longitude_deg, 35_786e3).to_itrf();
        let mut time_s = 3.0 + 4.0 * satellite as f64;
        while time_s < flight.cutoff_time_s {
            let sample = flight.at(time_s)?;
            if height_m(&sample.position_m) > 8e3 && sample.thrust_m_s2.norm() > 0.1 {
                looks.push(Look {
                    time_s,
                    sensor_position_m: position.vector(),
                    line_of_sight: (sample.position_m - position.vector()).normalize(),
                    sigma_rad: 2e-5,
                    satellite,
                });
            }
            time_s += 10.0;
        }
    }
    looks.sort_by(|a, b| a.time_s.total_cmp(&b.time_s));
    let first_s = looks.first()?.time_s;
    looks.iter_mut().for_each(|look| look.time_s -= first_s);
    let last_s = looks.last()?.time_s;
    Some(Looks {
        looks,
        bias_sigma_rad: vec![1e-5; 2],
        missed_s: Some(last_s + 6.0),
        now_s: last_s + 15.0,
    })
}

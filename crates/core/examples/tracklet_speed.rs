//! Time per scan of 300 moving objects in false detections, one geostationary satellite, 2 s looks:
//! `cargo run --release -p forewarn-core --example tracklet_speed`.
#![allow(
    clippy::disallowed_methods,
    reason = "a measurement of time needs a clock"
)]
#![allow(clippy::print_stdout, reason = "an example talks to a person")]

use std::sync::Arc;
use std::time::Instant;

use forewarn_core::model::{Infrared, Report, ReportBody, SensorIndex};
use forewarn_core::track::scan::Scan;
use forewarn_core::track::tracklet::{LookModel, SensorTracker};
use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::time::{Epoch, after};
use nalgebra::Vector3;

const OBJECTS: usize = 300;
const REVISIT_S: f64 = 2.0;

fn scan(
    number: usize,
    start: Epoch,
    sensor_m: Vector3<f64>,
    noise: &mut impl FnMut() -> f64,
) -> Scan {
    let time_s = number as f64 * REVISIT_S;
    let time = after(start, time_s);
    let report = |line_m: Vector3<f64>, id: usize, noise: &mut dyn FnMut() -> f64| {
        let error = Vector3::new(noise(), noise(), noise()) * 25e-6;
        let infrared = Infrared {
            line_of_sight: (line_m.normalize() + error).normalize(),
            sensor_position_m: Some(sensor_m),
            sigma_rad: 25e-6,
            radiant_intensity_w_sr: Some(1e5),
            band: None,
        };
        let (id, sensor) = (format!("{number}-{id}").into(), SensorIndex(0));
        Arc::new(Report {
            id,
            time,
            received: None,
            mode: None,
            sensor,
            body: ReportBody::Infrared(infrared),
        })
    };
    let mut reports = Vec::new();
    for object in 0..OBJECTS {
        // Twenty launchers each in fifteen areas, 6 km apart.
        let (area, pad) = (object / 20, object % 20);
        let from = Geodetic::from_degrees(
            -35.0 + 5.0 * area as f64 + 0.06 * (pad / 5) as f64,
            10.0 + 0.06 * (pad % 5) as f64,
            8e3,
        );
        let gone_m = 500.0 * time_s + 15.0 * time_s * time_s;
        let velocity = from.enu_from_itrf().transpose() * Vector3::new(0.7, 0.1, 0.7);
        reports.push(report(
            from.to_itrf().vector() + velocity * gone_m - sensor_m,
            object,
            noise,
        ));
    }
    for clutter in 0..3 {
        let aim = Vector3::new(0.0, noise() * 3e6, noise() * 3e6);
        reports.push(report(aim - sensor_m, OBJECTS + clutter, noise));
    }
    Scan {
        sensor: SensorIndex(0),
        reports,
        heartbeat: None,
        start: time,
        end: time,
    }
}

fn main() {
    let sensor_m = Vector3::new(42_164e3, 0.0, 0.0);
    let looks = LookModel {
        revisit_s: REVISIT_S,
        detection_probability: 0.95,
        false_per_scan: 3.0,
        bias_sigma_rad: 10e-6,
    };
    let mut tracker = SensorTracker::new(SensorIndex(0), looks);
    // Twelve uniform numbers make one that is normal enough; a counter hash makes the uniforms.
    let mut counter = 0u64;
    let mut uniform = || {
        counter += 1;
        let mut x = counter.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        ((x ^ (x >> 27)) >> 11) as f64 / (1u64 << 53) as f64
    };
    let mut noise = || (0..12).map(|_| uniform()).sum::<f64>() - 6.0;
    let start = Epoch::from_gregorian_utc_at_midnight(2026, 3, 1);
    let mut times_ms = Vec::new();
    for number in 0..60 {
        let scan = scan(number, start, sensor_m, &mut noise);
        let begin = Instant::now();
        let result = tracker.process(&scan, &|_| None);
        times_ms.push(begin.elapsed().as_secs_f64() * 1e3);
        std::hint::black_box(result);
    }
    times_ms.sort_by(f64::total_cmp);
    println!(
        "{OBJECTS} objects: median {:.3} ms, worst {:.3} ms a scan; {} confirmed",
        times_ms[times_ms.len() / 2],
        times_ms[times_ms.len() - 1],
        tracker.confirmed().count()
    );
}

//! Conservation, occultation, detection probability, biases, faults.

use forewarn_core::model::{ReportBody, SensorKind};
use forewarn_physics::frames::wgs84::{Geodetic, ROTATION_RATE_RAD_S, height_m};
use nalgebra::Vector3;

use super::{DEMO, run, scenario};
use crate::faults::Scans;
use crate::sense::{Biases, detection_probability, snr_db};

/// In free flight above the air the Jacobi energy v²/2 − Ω²(x²+y²)/2 + U is kept; U with J2.
#[test]
fn val_free_flight_keeps_its_energy() {
    const J2: f64 = 1.082_626_68e-3;
    const MU: f64 = 3.986_004_418e14;
    const RADIUS_M: f64 = 6_378_137.0;
    let recording = run(&scenario(DEMO), 2);
    let mut energies = Vec::new();
    for state in recording
        .truth
        .states
        .iter()
        .filter(|state| &*state.object == "test-flight")
    {
        let (p, v) = (state.position_m, state.velocity_m_s);
        let cutoff = recording.truth.objects[0].cutoff_time.unwrap();
        if state.time < cutoff || height_m(&p) < 250e3 {
            continue;
        }
        let (r, sine) = (p.norm(), p.z / p.norm());
        let ratio = RADIUS_M / r;
        let potential = -MU / r * (1.0 - J2 * ratio * ratio * (1.5 * sine * sine - 0.5));
        let spin = 0.5 * ROTATION_RATE_RAD_S * ROTATION_RATE_RAD_S * (p.x * p.x + p.y * p.y);
        energies.push(0.5 * v.norm_squared() - spin + potential);
    }
    assert!(energies.len() > 100);
    let (low, high) = energies
        .iter()
        .fold((f64::MAX, f64::MIN), |(low, high), e| {
            (low.min(*e), high.max(*e))
        });
    // Terms above J2 are of 1e-6 of the potential: 60 J/kg; thin air below 300 km takes the rest.
    assert!(high - low < 600.0, "{}", high - low);
}

#[test]
fn nothing_is_seen_through_the_earth_or_below_cloud() {
    let far = DEMO.replace(
        "geostationary_longitude_deg = -165.0",
        "geostationary_longitude_deg = 60.0",
    );
    let recording = run(&scenario(&far), 1);
    let seen = recording
        .detections
        .iter()
        .filter(|record| record.report.sensor.0 == 0 && record.origin.is_some());
    assert_eq!(seen.count(), 0);
    let recording = run(
        &scenario(&DEMO.replace(
            "cloud_break_height_m = 8000.0",
            "cloud_break_height_m = 30000.0",
        )),
        1,
    );
    let objects = crate::objects::build(&scenario(DEMO), 1, &mut Vec::new(), &mut |_| {}).unwrap();
    for record in recording
        .detections
        .iter()
        .filter(|record| record.origin.is_some() && record.report.sensor.0 < 2)
    {
        let time_s = forewarn_physics::time::seconds_between(recording.start, record.report.time);
        assert!(height_m(&objects[0].path.at(time_s).unwrap().position_m) >= 30e3 - 1.0);
    }
}

/// North's approximation against the exact curve for a steady target at Pfa 1e-6 (Skolnik,
/// *Introduction to Radar Systems*, 3rd ed., fig. 2.6): 0.5 at 11.2 dB, 0.9 at 13.2 dB.
#[test]
fn val_detection_probability_and_radar_equation() {
    assert!(
        (detection_probability(11.2) - 0.5).abs() < 0.05,
        "{}",
        detection_probability(11.2)
    );
    assert!(
        (detection_probability(13.2) - 0.9).abs() < 0.03,
        "{}",
        detection_probability(13.2)
    );
    assert!((snr_db(3.12e6, 3.12e6, 1.0) - 13.0).abs() < 1e-9);
    // 10 m² at 5,556 km is as strong as 1 m² at 3,120 km: the fourth root.
    assert!((snr_db(3.12e6, 5.556e6, 10.0) - 13.0).abs() < 0.05);
}

/// Looks in view that are reported: a binomial with the table's probability.
#[test]
fn infrared_detections_have_the_stated_probability() {
    let text = DEMO
        .replace("scan = \"scanning\"", "scan = \"staring\"")
        .replace("revisit_s = 5.0", "revisit_s = 0.5");
    let with = |probability: &str| {
        let text = text.replace(
            "detection_probability = 0.95",
            &format!("detection_probability = {probability}"),
        );
        let recording = run(&scenario(&text), 9);
        recording
            .detections
            .iter()
            .filter(|record| record.report.sensor.0 < 2 && record.origin.is_some())
            .count() as f64
    };
    let (all, most) = (with("1.0"), with("0.7"));
    let sigma = (all * 0.7 * 0.3).sqrt();
    assert!(
        all > 300.0 && (most - 0.7 * all).abs() < 4.0 * sigma,
        "{most} of {all}"
    );
}

/// Over many seeds a bias has its sigma, and over its time constant it forgets itself.
#[test]
fn biases_have_their_sigma_and_time_constant() {
    let demo = scenario(DEMO);
    let spec = &demo.sensors[2];
    let SensorKind::Radar(radar) = &spec.sensor.kind else {
        panic!("not a radar")
    };
    let scans = Scans {
        first_s: 0.0,
        revisit_s: 60.0,
        end_s: 3_700.0,
    };
    let (mut square, mut product) = (0.0, 0.0);
    const DRAWS: u64 = 4_000;
    for seed in 0..DRAWS {
        let biases = Biases::draw(spec, &scans, seed);
        let (first, later) = (biases.of_scan(0)[0], biases.of_scan(60)[0]);
        square += first * first / DRAWS as f64;
        product += first * later / DRAWS as f64;
    }
    let variance = radar.bias_sigma_range_m * radar.bias_sigma_range_m;
    assert!(
        (square / variance - 1.0).abs() < 4.0 * (2.0 / DRAWS as f64).sqrt(),
        "{square}"
    );
    // One time constant later: correlation 1/e, its error about 1/√draws.
    assert!(
        (product / variance - 0.3679).abs() < 4.0 / (DRAWS as f64).sqrt(),
        "{product}"
    );
}

#[test]
fn faults_do_what_they_say() {
    let with = |fault: &str| run(&scenario(&format!("{DEMO}\n[[fault]]\n{fault}\n")), 1);
    let plain = run(&scenario(DEMO), 1);
    let dead = with("kind = \"dies\"\nsensor = \"picket\"\nfrom_s = 1000.0");
    let after_death = |recording: &crate::Recording| {
        let late = forewarn_physics::time::after(recording.start, 1_000.0);
        recording
            .detections
            .iter()
            .filter(|record| record.report.sensor.0 == 2 && record.report.time > late)
            .count()
    };
    assert!(after_death(&plain) > 500);
    assert_eq!(after_death(&dead), 0);
    let doubled = with("kind = \"duplicated\"\nprobability = 0.5");
    let share = doubled.detections.len() as f64 / plain.detections.len() as f64;
    assert!((share - 1.5).abs() < 0.05, "{share}");
    assert_eq!(doubled.truth.origins.len(), plain.truth.origins.len());
    let damaged = with("kind = \"corrupted\"\nprobability = 0.1").detections_ndjson();
    let unreadable = damaged
        .lines()
        .filter(|line| serde_json::from_str::<serde_json::Value>(line).is_err())
        .count();
    assert!(unreadable > plain.detections.len() / 50, "{unreadable}");
    let wrong = with("kind = \"miscounts\"\nextra = 3\nsensor = \"geo-west\"");
    let count = |recording: &crate::Recording| -> u64 {
        let beats = recording
            .detections
            .iter()
            .filter(|record| record.report.sensor.0 == 0);
        beats
            .filter_map(|record| match &record.report.body {
                ReportBody::Heartbeat(beat) => beat.reports,
                _ => None,
            })
            .sum()
    };
    assert!(count(&wrong) >= count(&plain) + 3 * 500);
    let stuck = with("kind = \"sticks\"\nsensor = \"geo-west\"\nfrom_s = 200.0");
    let mut last: Vec<_> = stuck
        .detections
        .iter()
        .filter(|record| record.report.sensor.0 == 0)
        .collect();
    last.retain(|record| matches!(record.report.body, ReportBody::Infrared(_)));
    let values: Vec<_> = last
        .iter()
        .rev()
        .take(50)
        .map(|record| format!("{:?}", record.report.body))
        .collect();
    let distinct: std::collections::BTreeSet<_> = values.iter().collect();
    assert!(
        values.len() == 50 && distinct.len() < 20,
        "{}",
        distinct.len()
    );
}

/// The centre of the disc is the nadir: false detections fall on the Earth, evenly.
#[test]
fn false_detections_lie_on_the_disc() {
    let text = DEMO.replace(
        "false_detections_per_scan = 2.0",
        "false_detections_per_scan = 20.0",
    );
    let recording = run(&scenario(&text), 1);
    let satellite_m = Geodetic::from_degrees(0.0, -165.0, 42_164_172.0 - 6_378_137.0)
        .to_itrf()
        .vector();
    let mut directions = Vec::new();
    for record in &recording.detections {
        if let (ReportBody::Infrared(seen), 0, None) =
            (&record.report.body, record.report.sensor.0, &record.origin)
        {
            directions.push(seen.line_of_sight);
        }
    }
    let n = directions.len() as f64;
    let expected = 20.0 * (2_700.0_f64 / 5.0).floor();
    assert!(
        (n - expected).abs() < 5.0 * expected.sqrt() + 20.0,
        "{n} {expected}"
    );
    let nadir = -satellite_m.normalize();
    // The half angle of the disc has a sine of 6378/42164.
    let edge = (1.0 - (6_378_137.0_f64 / 42_164_172.0).powi(2)).sqrt();
    assert!(
        directions
            .iter()
            .all(|direction| direction.dot(&nadir) > edge - 1e-6)
    );
    let mean = directions
        .iter()
        .fold(Vector3::zeros(), |sum, direction| sum + direction)
        / n;
    assert!((mean.normalize() - nadir).norm() < 5.0 * 0.1 / n.sqrt());
}

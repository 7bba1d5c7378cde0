//! Proves the handling of late data: a flight whose reports come late, doubled and out of order
//! must end in the same conclusions as the same reports on time, and at an affordable cost.
//!
//! `cargo run --release -p forewarn-validation --bin prove-late -- [SEEDS]`

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Instant;

use forewarn_core::model::{Assessment, EventBody, ObjectId, RecordId, RejectionReason, Verdict};
use forewarn_physics::frames::geodesic;
use forewarn_physics::time::{after, seconds_between};
use forewarn_simulate::Recording;
use forewarn_validation::harness::{Extras, RunError, fly, run};
use forewarn_validation::proof::Proof;

/// What happens on the links beside the usual 1 to 2 s: every fifth report is up to 23 s late,
/// every fifth out of order by up to 5 s (together 30 s), and every fifth comes twice.
const FAULTS: &str = r#"
[[fault]]
kind = "late"
probability = 0.2
delay_s = [0.0, 23.0]

[[fault]]
kind = "duplicated"
probability = 0.2
delay_s = [0.1, 10.0]

[[fault]]
kind = "reordered"
probability = 0.2
delay_s = [0.0, 5.0]
"#;
/// Estimates are compared this long before the true impact [s], when all late reports are in.
const BEFORE_IMPACT_S: f64 = 60.0;
/// Estimates of the same reports differ by less than this many of their own sigmas.
const MOST_SIGMAS: f64 = 0.5;
/// Late data costs at most this many times the engine time of the same data on time.
const MOST_COST: f64 = 6.0;

/// What was concluded of the threat.
#[derive(Debug, Default)]
struct Concluded {
    threats: usize,
    held: usize,
    last: Option<Assessment>,
    suspected_s: f64,
    confirmed_s: f64,
    refused_late: usize,
    duplicates: usize,
    engine_s: f64,
}

fn main() -> ExitCode {
    let seeds: u64 = std::env::args()
        .nth(1)
        .and_then(|a| a.parse().ok())
        .unwrap_or(5);
    let mut proof = Proof::new("late", "Late, duplicated and reordered reports");
    match compare(&mut proof, seeds) {
        Ok(()) => proof.finish(),
        Err(error) => {
            Proof::progress(&error);
            ExitCode::from(4)
        }
    }
}

fn compare(proof: &mut Proof, seeds: u64) -> Result<(), String> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../scenarios/demo/scenario.toml"
    );
    let quiet = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    let text = format!("{quiet}\n{FAULTS}");
    proof.line("| seed | reports | duplicates | too late | threats on time, late | reports held | verdict and class | launch differs [σ] | impact differs [σ] | suspected [s] | confirmed [s] | engine [s] |");
    proof.line("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    let (mut same, mut most_sigmas, mut cost, mut too_late) = (true, 0.0_f64, 0.0_f64, 0);
    for seed in 1..=seeds {
        let recording = fly("demo", &text, seed).map_err(|error| error.to_string())?;
        let late = conclude(&recording).map_err(|error| error.to_string())?;
        let punctual = conclude(&on_time(&recording)).map_err(|error| error.to_string())?;
        let (launch, impact) = differences(&punctual, &late);
        let word = |one: &Concluded| {
            one.last.as_ref().map_or("none".to_owned(), |last| {
                format!("{} {}", last.verdict.word(), last.classification.word())
            })
        };
        proof.line(&format!(
            "| {seed} | {} | {} | {} | {}, {} | {}, {} | {}, {} | {launch:.2} | {impact:.2} | {:.0}, {:.0} | {:.0}, {:.0} | {:.1}, {:.1} |",
            recording.detections.len(), late.duplicates, late.refused_late, punctual.threats, late.threats, punctual.held, late.held,
            word(&punctual), word(&late), punctual.suspected_s, late.suspected_s, punctual.confirmed_s, late.confirmed_s,
            punctual.engine_s, late.engine_s
        ));
        same &= punctual.threats == late.threats && word(&punctual) == word(&late);
        most_sigmas = most_sigmas.max(launch).max(impact);
        cost = cost.max(late.engine_s / punctual.engine_s.max(1.0));
        too_late += late.refused_late;
    }
    proof.goal(
        "the same threats, verdicts and classes as on time",
        if same { "all" } else { "not all" },
        same,
    );
    proof.goal(
        &format!("launch and impact within {MOST_SIGMAS} σ of those on time"),
        &format!("{most_sigmas:.2} σ at most"),
        most_sigmas <= MOST_SIGMAS,
    );
    proof.goal(
        "no report inside the late window is refused",
        &format!("{too_late} refused"),
        too_late == 0,
    );
    proof.goal(
        &format!("at most {MOST_COST} times the engine time"),
        &format!("{cost:.1} times at most"),
        cost <= MOST_COST,
    );
    Ok(())
}

/// The same reports as they would have come over good links: in order, once, after 1.5 s.
fn on_time(recording: &Recording) -> Recording {
    let mut punctual = recording.clone();
    punctual
        .detections
        .sort_by(|a, b| a.report.id.cmp(&b.report.id));
    punctual
        .detections
        .dedup_by(|a, b| a.report.id == b.report.id);
    for record in &mut punctual.detections {
        record.report.received = Some(after(record.report.time, 1.5));
    }
    let order = |record: &forewarn_simulate::SimulatedRecord| {
        let beat = matches!(
            record.report.body,
            forewarn_core::model::ReportBody::Heartbeat(_)
        );
        (record.report.time, beat, record.report.sensor)
    };
    punctual.detections.sort_by_key(order);
    punctual
}

fn conclude(recording: &Recording) -> Result<Concluded, RunError> {
    let impact = recording
        .truth
        .objects
        .iter()
        .find(|object| object.parent.is_none())
        .and_then(|object| object.impact)
        .map_or(f64::INFINITY, |impact| {
            seconds_between(recording.start, impact.time)
        });
    let mut concluded = Concluded {
        suspected_s: f64::NAN,
        confirmed_s: f64::NAN,
        ..Concluded::default()
    };
    let mut arrivals: BTreeMap<RecordId, usize> = BTreeMap::new();
    for record in &recording.detections {
        *arrivals.entry(record.report.id.clone()).or_default() += 1;
    }
    let mut last: BTreeMap<ObjectId, (Assessment, bool, i64)> = BTreeMap::new();
    let started = Instant::now();
    run(recording, &Extras::default(), &mut |event| {
        let time_s = seconds_between(recording.start, event.time);
        match &event.body {
            EventBody::Assessment(a) if time_s < impact - BEFORE_IMPACT_S => {
                if a.verdict == Verdict::Suspected && concluded.suspected_s.is_nan() {
                    concluded.suspected_s = time_s;
                }
                if a.verdict == Verdict::Confirmed && concluded.confirmed_s.is_nan() {
                    concluded.confirmed_s = time_s;
                }
                let known = last.entry(a.object).or_insert(((**a).clone(), false, 0));
                known.0 = (**a).clone();
                known.1 |= a.verdict == Verdict::Confirmed;
                known.2 += a.detections.len() as i64 - a.withdrawn.len() as i64;
            }
            EventBody::Rejection(rejection) => match rejection.reason {
                RejectionReason::TooLate => {
                    // Of a report that comes twice, one may be used and the other too late.
                    let id = &rejection.record;
                    let copies = arrivals.get_mut(id).map_or(0, |left| {
                        *left -= 1;
                        *left
                    });
                    concluded.refused_late += usize::from(copies == 0);
                }
                RejectionReason::Duplicate => concluded.duplicates += 1,
                _ => {}
            },
            _ => {}
        }
    })?;
    concluded.engine_s = started.elapsed().as_secs_f64();
    let threats: Vec<_> = last
        .into_values()
        .filter(|(a, confirmed, _)| *confirmed && a.merged_into.is_none() && a.parent.is_none())
        .collect();
    concluded.threats = threats.len();
    if let Some((assessment, _, held)) = threats.into_iter().max_by_key(|threat| threat.2) {
        concluded.held = usize::try_from(held).unwrap_or(0);
        concluded.last = Some(assessment);
    }
    Ok(concluded)
}

/// Differences of launch and impact in sigmas of those on time.
fn differences(punctual: &Concluded, late: &Concluded) -> (f64, f64) {
    let (Some(a), Some(b)) = (&punctual.last, &late.last) else {
        return (f64::INFINITY, f64::INFINITY);
    };
    let sigmas = |covariance: &nalgebra::Matrix2<f64>, line: geodesic::GeodesicLine| {
        let (sine, cosine) = forewarn_physics::math::sin_cos(line.azimuth_from_rad);
        let shift = nalgebra::Vector2::new(line.distance_m * sine, line.distance_m * cosine);
        covariance.try_inverse().map_or(f64::INFINITY, |inverse| {
            shift.dot(&(inverse * shift)).max(0.0).sqrt()
        })
    };
    let launch = match (&a.launch, &b.launch) {
        (Some(a), Some(b)) => sigmas(&a.covariance_en_m2, geodesic::inverse(&a.place, &b.place)),
        (None, None) => 0.0,
        _ => f64::INFINITY,
    };
    let impact = match (&a.impact, &b.impact) {
        (Some(a), Some(b)) => sigmas(&a.covariance_en_m2, geodesic::inverse(&a.place, &b.place)),
        (None, None) => 0.0,
        _ => f64::INFINITY,
    };
    (launch, impact)
}

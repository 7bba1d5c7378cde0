//! Proves the raid: forty missiles within two minutes from three areas, in clutter, with spent
//! stages and debris, become forty threats, nothing else, in one warning.
//!
//! `cargo run --release -p forewarn-validation --bin prove-raid -- [SEEDS]`

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

use forewarn_core::model::{
    Assessment, EventBody, FlightPhase, ObjectId, RecordId, Verdict, WarningAction,
};
use forewarn_physics::time::seconds_between;
use forewarn_simulate::Recording;
use forewarn_validation::harness::{Extras, RunError, fly, run};
use forewarn_validation::proof::Proof;

/// Least share of each threat's reports that must be its own.
const PURE: f64 = 0.97;
/// Threats of the scenario.
const THREATS: usize = 40;
/// Processor time [s] that one raid of forty minutes may take.
const MOST_CPU_S: f64 = 120.0;

/// One object as the engine told of it.
#[derive(Default)]
struct Told {
    held: BTreeSet<RecordId>,
    confirmed_at_s: Option<f64>,
    last: Option<Verdict>,
    parent: Option<ObjectId>,
    merged: Option<ObjectId>,
}

/// What one run showed.
#[derive(Default)]
struct Outcome {
    threats: usize,
    missing: Vec<String>,
    doubled: Vec<String>,
    false_confirmed: Vec<String>,
    impure: Vec<String>,
    least_purity: f64,
    mean_purity: f64,
    largest_warning: usize,
    issued: usize,
    retracted: usize,
    dropped: Vec<String>,
    open_at_once: usize,
    latest_confirmed_s: f64,
    reports: usize,
    engine_s: f64,
}

fn main() -> ExitCode {
    let seeds: u64 = std::env::args()
        .nth(1)
        .and_then(|a| a.parse().ok())
        .unwrap_or(3);
    let mut proof = Proof::new(
        "raid",
        "A raid of forty within two minutes from three places",
    );
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../scenarios/raid/scenario.toml"
    );
    let shown = std::fs::read_to_string(path)
        .map_err(|error| format!("{path}: {error}"))
        .and_then(|text| show(&mut proof, &text, seeds));
    match shown {
        Ok(()) => proof.finish(),
        Err(error) => {
            Proof::progress(&error);
            ExitCode::from(4)
        }
    }
}

fn show(proof: &mut Proof, text: &str, seeds: u64) -> Result<(), String> {
    proof.line("| seed | reports | threats | missing | doubled | false confirmed | least purity | mean purity | largest warning | issued | retracted | dropped | last confirmed [s] | engine, processor [s] |");
    proof.line(
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    );
    let mut all = Vec::new();
    for seed in 1..=seeds {
        let outcome = one(text, seed).map_err(|error| error.to_string())?;
        tell(proof, seed, &outcome);
        all.push(outcome);
    }
    notes(proof, &all);
    let worst = |of: fn(&Outcome) -> usize| all.iter().map(of).max().unwrap_or(0);
    let threats: Vec<String> = all.iter().map(|o| o.threats.to_string()).collect();
    let found = all
        .iter()
        .all(|o| o.threats == THREATS && o.missing.is_empty() && o.doubled.is_empty());
    proof.goal("40 threats, each missile once", &threats.join(", "), found);
    let purity = all.iter().map(|o| o.least_purity).fold(1.0, f64::min);
    proof.goal(
        "at least 97 % of each track's reports its own",
        &format!("{:.1} % at least", 100.0 * purity),
        purity >= PURE,
    );
    let wrong = worst(|o| o.false_confirmed.len());
    proof.goal("no false object confirmed", &wrong.to_string(), wrong == 0);
    let widest: Vec<String> = all.iter().map(|o| o.largest_warning.to_string()).collect();
    let one_warning = all.iter().all(|o| o.largest_warning == THREATS);
    proof.goal(
        "one warning with the count",
        &widest.join(", "),
        one_warning,
    );
    let cpu_s = all.iter().map(|o| o.engine_s).fold(0.0, f64::max);
    proof.goal(
        &format!("at most {MOST_CPU_S} s of one core for 40 minutes of flight"),
        &format!("{cpu_s:.0} s at most"),
        cpu_s <= MOST_CPU_S,
    );
    Ok(())
}

fn tell(proof: &mut Proof, seed: u64, o: &Outcome) {
    proof.line(&format!(
        "| {seed} | {} | {} | {} | {} | {} | {:.3} | {:.4} | {} | {} | {} | {} | {:.0} | {:.0} |",
        o.reports,
        o.threats,
        o.missing.len(),
        o.doubled.len(),
        o.false_confirmed.len(),
        o.least_purity,
        o.mean_purity,
        o.largest_warning,
        o.issued,
        o.retracted,
        o.dropped.len(),
        o.latest_confirmed_s,
        o.engine_s
    ));
}

fn notes(proof: &mut Proof, all: &[Outcome]) {
    proof.line("");
    for (seed, o) in (1..).zip(all) {
        let lists = [
            ("missing", &o.missing),
            ("doubled", &o.doubled),
            ("false", &o.false_confirmed),
            ("less than 97 % its own", &o.impure),
            ("confirmed and dropped before its end", &o.dropped),
        ];
        for (name, list) in lists.iter().filter(|(_, list)| !list.is_empty()) {
            proof.line(&format!("- Seed {seed}, {name}: {}", list.join("; ")));
        }
    }
}

/// Processor time of this process [s]; zero where the system does not tell.
fn processor_s() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = text.rsplit(')').next().unwrap_or_default();
    let ticks = |at: usize| -> f64 {
        let field = after_name.split_whitespace().nth(at);
        field.and_then(|field| field.parse().ok()).unwrap_or(0.0)
    };
    (ticks(11) + ticks(12)) / 100.0
}

fn one(text: &str, seed: u64) -> Result<Outcome, RunError> {
    let recording = fly("raid", text, seed)?;
    let extras = Extras {
        release_rule: Some("confirmed".into()),
        ..Extras::default()
    };
    let mut told: BTreeMap<ObjectId, Told> = BTreeMap::new();
    let mut outcome = Outcome {
        reports: recording.detections.len(),
        ..Outcome::default()
    };
    let mut open: BTreeSet<String> = BTreeSet::new();
    let started_s = processor_s();
    let mut ticks = 0;
    run(&recording, &extras, &mut |event| {
        let time_s = seconds_between(recording.start, event.time);
        if time_s as usize / 60 > ticks {
            ticks = time_s as usize / 60;
            Proof::progress(&format!(
                "seed {seed}: {ticks} min flown, {:.0} s",
                processor_s() - started_s
            ));
        }
        match &event.body {
            EventBody::Assessment(assessment) => note(
                told.entry(assessment.object).or_default(),
                assessment,
                time_s,
                &mut outcome.dropped,
            ),
            EventBody::Warning(warning) if warning.released_by.is_some() => {
                outcome.largest_warning = outcome.largest_warning.max(warning.objects.len());
                let name = warning.warning.to_string();
                match warning.action {
                    WarningAction::Issue => {
                        outcome.issued += 1;
                        open.insert(name);
                    }
                    WarningAction::Update => {
                        open.insert(name);
                    }
                    WarningAction::Retract => outcome.retracted += 1,
                    WarningAction::Cancel => {
                        open.remove(&name);
                    }
                }
                outcome.open_at_once = outcome.open_at_once.max(open.len());
            }
            _ => {}
        }
    })?;
    outcome.engine_s = processor_s() - started_s;
    judge(&recording, &told, &mut outcome);
    Ok(outcome)
}

fn note(told: &mut Told, assessment: &Assessment, time_s: f64, dropped: &mut Vec<String>) {
    told.held.extend(assessment.detections.iter().cloned());
    for gone in &assessment.withdrawn {
        told.held.remove(gone);
    }
    if assessment.verdict == Verdict::Confirmed && told.confirmed_at_s.is_none() {
        told.confirmed_at_s = Some(time_s);
    }
    let flies = assessment.merged_into.is_none() && assessment.phase != FlightPhase::Ended;
    if told.last == Some(Verdict::Confirmed) && assessment.verdict != Verdict::Confirmed && flies {
        let (verdict, reason) = (assessment.verdict.word(), assessment.reason.word());
        dropped.push(format!(
            "{} at {time_s:.0} s: {verdict}, {reason}",
            assessment.object
        ));
    }
    told.last = Some(assessment.verdict);
    told.parent = assessment.parent;
    told.merged = assessment.merged_into;
}

/// Holds what was told against the truth.
fn judge(recording: &Recording, told: &BTreeMap<ObjectId, Told>, outcome: &mut Outcome) {
    let origins: BTreeMap<&str, Option<&str>> = recording
        .truth
        .origins
        .iter()
        .map(|(id, origin)| (&**id, origin.as_deref()))
        .collect();
    let parents: BTreeMap<&str, &str> = recording
        .truth
        .objects
        .iter()
        .filter_map(|o| Some((&*o.object, o.parent.as_deref()?)))
        .collect();
    let vehicle = |name: &str| -> String {
        let mut name = name;
        while let Some(parent) = parents.get(name) {
            name = parent;
        }
        name.to_owned()
    };
    let mut claimed: BTreeMap<String, Vec<ObjectId>> = BTreeMap::new();
    let mut purities = Vec::new();
    let threats = told
        .iter()
        .filter(|(_, t)| t.confirmed_at_s.is_some() && t.parent.is_none() && t.merged.is_none());
    for (id, t) in threats {
        let mut counts: BTreeMap<Option<String>, usize> = BTreeMap::new();
        for report in &t.held {
            *counts
                .entry(origins.get(&**report).copied().flatten().map(&vehicle))
                .or_default() += 1;
        }
        let Some((owner, own)) = counts.iter().max_by_key(|(_, count)| **count) else {
            continue;
        };
        let purity = *own as f64 / t.held.len().max(1) as f64;
        purities.push(purity);
        if purity < PURE {
            outcome.impure.push(format!(
                "{id} {} {own}/{} at {:.0} s {counts:?}",
                owner.as_deref().unwrap_or("-"),
                t.held.len(),
                t.confirmed_at_s.unwrap_or(0.0)
            ));
        }
        match owner {
            None => outcome.false_confirmed.push(id.to_string()),
            Some(owner) => claimed.entry(owner.clone()).or_default().push(*id),
        }
        outcome.latest_confirmed_s = outcome
            .latest_confirmed_s
            .max(t.confirmed_at_s.unwrap_or(0.0));
    }
    outcome.threats = purities.len();
    outcome.least_purity = purities.iter().copied().fold(1.0, f64::min);
    outcome.mean_purity = purities.iter().sum::<f64>() / purities.len().max(1) as f64;
    for object in recording
        .truth
        .objects
        .iter()
        .filter(|o| o.parent.is_none())
    {
        match claimed.get(&*object.object) {
            None => outcome.missing.push(object.object.to_string()),
            Some(ids) if ids.len() > 1 => outcome.doubled.push(format!(
                "{} {:?}",
                object.object,
                ids.iter().map(ToString::to_string).collect::<Vec<_>>()
            )),
            Some(_) => {}
        }
    }
}

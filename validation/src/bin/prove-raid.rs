//! Proves the raid: forty missiles within two minutes from three areas, in clutter, with spent
//! stages and debris, become forty threats, nothing else, in one warning.
//!
//! `cargo run --release -p forewarn-validation --bin prove-raid -- [SEEDS] [SCENARIO]`
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the output is the product"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use forewarn_core::model::{Assessment, EventBody, ObjectId, RecordId, Verdict, WarningAction};
use forewarn_physics::time::seconds_between;
use forewarn_simulate::Recording;
use forewarn_validation::harness::{Extras, RunError, fly, run};

/// Least share of each threat's reports that must be its own.
const PURE: f64 = 0.97;
/// Threats of the scenario.
const THREATS: usize = 40;

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
    open_at_once: usize,
    latest_confirmed_s: f64,
    reports: usize,
    engine_s: f64,
}

fn main() -> std::process::ExitCode {
    let mut arguments = std::env::args().skip(1);
    let seeds: u64 = arguments.next().and_then(|a| a.parse().ok()).unwrap_or(3);
    let path = arguments
        .next()
        .unwrap_or_else(|| "scenarios/raid/scenario.toml".into());
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("{path}: {error}; run it from the root of the repository");
            return std::process::ExitCode::from(3);
        }
    };
    println!(
        "| seed | reports | threats | missing | doubled | false confirmed | least purity | mean purity | largest warning | issued | retracted | last confirmed [s] | engine [s] |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    let mut all = true;
    for seed in 1..=seeds {
        match one(&text, seed) {
            Ok(outcome) => all &= tell(seed, &outcome),
            Err(error) => {
                eprintln!("{error}");
                return std::process::ExitCode::from(4);
            }
        }
    }
    println!("\n{}", if all { "PASS" } else { "FAIL" });
    if all {
        std::process::ExitCode::SUCCESS
    } else {
        std::process::ExitCode::FAILURE
    }
}

fn tell(seed: u64, o: &Outcome) -> bool {
    println!(
        "| {seed} | {} | {} | {} | {} | {} | {:.3} | {:.4} | {} | {} | {} | {:.0} | {:.0} |",
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
        o.latest_confirmed_s,
        o.engine_s
    );
    let lists = [
        ("missing", &o.missing),
        ("doubled", &o.doubled),
        ("false", &o.false_confirmed),
        ("impure", &o.impure),
    ];
    for (name, list) in lists.iter().filter(|(_, list)| !list.is_empty()) {
        eprintln!("seed {seed} {name}: {}", list.join("; "));
    }
    o.threats == THREATS
        && o.missing.is_empty()
        && o.doubled.is_empty()
        && o.false_confirmed.is_empty()
        && o.impure.is_empty()
        && o.largest_warning == THREATS
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
    let started = Instant::now();
    let mut ticks = 0;
    run(&recording, &extras, &mut |event| {
        let time_s = seconds_between(recording.start, event.time);
        if time_s as usize / 60 > ticks {
            ticks = time_s as usize / 60;
            eprintln!(
                "seed {seed}: {ticks} min flown, {:.0} s",
                started.elapsed().as_secs_f64()
            );
        }
        match &event.body {
            EventBody::Assessment(assessment) => note(
                told.entry(assessment.object).or_default(),
                assessment,
                time_s,
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
    outcome.engine_s = started.elapsed().as_secs_f64();
    judge(&recording, &told, &mut outcome);
    Ok(outcome)
}

fn note(told: &mut Told, assessment: &Assessment, time_s: f64) {
    told.held.extend(assessment.detections.iter().cloned());
    for gone in &assessment.withdrawn {
        told.held.remove(gone);
    }
    if assessment.verdict == Verdict::Confirmed && told.confirmed_at_s.is_none() {
        told.confirmed_at_s = Some(time_s);
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

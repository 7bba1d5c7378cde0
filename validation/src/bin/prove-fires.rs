//! A day of the world's real fires, and the real fireballs, seen by infrared satellites.
//!
//! `cargo xtask prove fires [-- --hours 24 --seed 1 --transmission 0.001 --fireballs-only]`

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;

use forewarn_core::model::RecordId;
use forewarn_simulate::Recording;
use forewarn_validation::harness::{Extras, RunError, fly, run};
use forewarn_validation::proof::Proof;
use forewarn_validation::spoken::{Ear, describe, origins};

/// Suspicions of fires allowed in a simulated day, over all satellites.
const SUSPECTED_A_DAY: f64 = 4.0;
/// Longest time that a suspicion may stand [s].
const SUSPECTED_S: f64 = 60.0;

struct Options {
    hours: f64,
    seed: u64,
    transmission: f64,
    fires: bool,
    fireballs: bool,
}

fn main() -> ExitCode {
    let options = options();
    let mut proof = Proof::new(
        "fires",
        "Real fires and fireballs: nothing that burns or falls is a missile",
    );
    if options.fires
        && let Err(error) = fires(&mut proof, &options)
    {
        proof.goal("the fires can be flown", &error.to_string(), false);
    }
    if options.fireballs
        && let Err(error) = fireballs(&mut proof, &options)
    {
        proof.goal("the fireballs can be flown", &error.to_string(), false);
    }
    proof.finish()
}

fn options() -> Options {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let after = |name: &str| {
        let at = words.iter().position(|word| word == name)?;
        words.get(at + 1)?.parse::<f64>().ok()
    };
    let has = |name: &str| words.iter().any(|word| word == name);
    Options {
        hours: after("--hours").unwrap_or(24.0),
        seed: after("--seed").unwrap_or(1.0) as u64,
        transmission: after("--transmission").unwrap_or(0.001),
        fires: !has("--fireballs-only"),
        fireballs: !has("--fires-only"),
    }
}

/// Flies and runs; what was said, and the seconds it took.
fn hear(name: &str, text: &str, seed: u64) -> Result<(Recording, Ear, f64), RunError> {
    Proof::progress(&format!("{name}: simulating"));
    let recording = fly(name, text, seed)?;
    let mut ear = Ear::new(recording.start);
    Proof::progress(&format!("{name}: {} records", recording.detections.len()));
    let started = std::time::Instant::now();
    run(&recording, &Extras::default(), &mut |event| ear.hear(event))?;
    Ok((recording, ear, started.elapsed().as_secs_f64()))
}

fn fires(proof: &mut Proof, options: &Options) -> Result<(), RunError> {
    let text = include_str!("../../../scenarios/fires/scenario.toml")
        .replace(
            "duration_s = 3600.0",
            &format!("duration_s = {:.1}", options.hours * 3600.0),
        )
        .replace("state_interval_s = 600.0", "state_interval_s = 86400.0")
        .replace(
            "transmission = 0.001",
            &format!("transmission = {}", options.transmission),
        );
    let (recording, ear, wall_s) = hear("fires", &text, options.seed)?;
    let origins = origins(&recording);
    proof.line("## Fires\n");
    proof.line(&format!(
        "The scenario `fires` for {:.1} h, seed {}: the 19,416 fires of a day, all burning all the time, in the 2.7 micrometre band (a tenth of the radiative power, of which {} comes through the air: an assumption), lognormal flicker of 0.3, pixels of 1 km, neighbours as they are. Three geostationary scanners, revisit 10 s, threshold 10 kW/sr, 0.3 false detections a scan.",
        options.hours, options.seed, options.transmission
    ));
    counts(proof, &recording, &origins, &ear, wall_s);
    verdicts(proof, "fires", options.hours / 24.0, &ear, &origins);
    Ok(())
}

fn fireballs(proof: &mut Proof, options: &Options) -> Result<(), RunError> {
    let text = include_str!("../../../scenarios/fireballs/scenario.toml");
    let (recording, ear, wall_s) = hear("fireballs", text, options.seed)?;
    let origins = origins(&recording);
    proof.line("\n## Fireballs\n");
    proof.line(&format!(
        "The scenario `fireballs`, seed {}: every fireball of the CNEOS list with a velocity, one every 20 s, before three staring satellites that look once a second, threshold 10 kW/sr.",
        options.seed
    ));
    counts(proof, &recording, &origins, &ear, wall_s);
    verdicts(proof, "fireballs", 1.0, &ear, &origins);
    Ok(())
}

fn counts(
    proof: &mut Proof,
    recording: &Recording,
    origins: &BTreeMap<RecordId, Option<Arc<str>>>,
    ear: &Ear,
    wall_s: f64,
) {
    let mut reports: BTreeMap<(u16, &str), u32> = BTreeMap::new();
    for simulated in &recording.detections {
        if let Some(origin) = &simulated.origin {
            *reports
                .entry((simulated.report.sensor.0, origin))
                .or_default() += 1;
        }
    }
    let seen: std::collections::BTreeSet<&str> = reports.keys().map(|key| key.1).collect();
    let thrice: std::collections::BTreeSet<&str> = reports
        .iter()
        .filter(|(_, count)| **count >= 3)
        .map(|(key, _)| key.1)
        .collect();
    let records = recording.detections.len();
    proof.line(&format!(
        "\n{} of {} gave a report, {} three or more to one satellite. {} detections ({} false), {records} records with heartbeats, {} objects of the engine, {} events, {wall_s:.1} s ({:.0} records a second).",
        seen.len(),
        recording.truth.objects.len(),
        thrice.len(),
        origins.len(),
        origins.values().filter(|origin| origin.is_none()).count(),
        ear.objects.len(),
        ear.events,
        records as f64 / wall_s
    ));
}

fn verdicts(
    proof: &mut Proof,
    name: &str,
    days: f64,
    ear: &Ear,
    origins: &BTreeMap<RecordId, Option<Arc<str>>>,
) {
    let suspected = ear.suspected();
    let confirmed = ear.confirmed();
    proof.goal(
        &format!("{name}: nothing confirmed"),
        &format!("{confirmed} confirmed, {} warnings issued", ear.issued),
        confirmed == 0,
    );
    let a_day = suspected.len() as f64 / days;
    proof.goal(
        &format!("{name}: at most four suspected a simulated day"),
        &format!("{} in {days:.2} days", suspected.len()),
        a_day <= SUSPECTED_A_DAY,
    );
    let longest_s = suspected
        .iter()
        .map(|spoken| spoken.longest_s(ear.end_s))
        .fold(0.0, f64::max);
    proof.goal(
        &format!("{name}: each withdrawn within 60 s"),
        &format!("longest {longest_s:.0} s"),
        longest_s <= SUSPECTED_S,
    );
    for spoken in suspected.iter().take(60) {
        proof.line(&format!("- {}", describe(spoken, origins, ear.end_s)));
    }
    let mut ends: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for spoken in ear.objects.values() {
        *ends
            .entry((spoken.last.0.word(), spoken.last.1.word()))
            .or_default() += 1;
    }
    proof.line("\n| last word | why | objects |\n| --- | --- | --- |");
    for ((verdict, reason), count) in ends {
        proof.line(&format!("| {verdict} | {reason} | {count} |"));
    }
}

//! The 602 real orbits of 2026 through five radar fans, without and with the catalogue.
//!
//! `cargo xtask prove orbits [-- --hours 6 --seed 1 --list]`
#![allow(
    clippy::type_complexity,
    reason = "a local table that is read where it is made"
)]

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;

use forewarn_core::model::{ObjectId, Reason, RecordId, Verdict};
use forewarn_physics::time::seconds_between;
use forewarn_simulate::Recording;
use forewarn_validation::harness::{Extras, RunError, fly, run};
use forewarn_validation::proof::Proof;
use forewarn_validation::spoken::{Ear, Spoken, describe, origins};

/// A gap in a radar's reports of a satellite that parts two passes [s].
const PASS_GAP_S: f64 = 300.0;
/// Reports that make a pass: fewer never reach the published three reports.
const PASS_REPORTS: usize = 3;
/// Most passes of uncatalogued objects that may be suspected.
const SUSPECTED_SHARE: f64 = 0.005;
/// Longest time that a suspicion may stand [s].
const SUSPECTED_S: f64 = 60.0;
/// An object of so many reports must have been named.
const NAMED_REPORTS: usize = 4;

type Origins = BTreeMap<RecordId, Option<Arc<str>>>;

/// A satellite's way through one fan.
struct Pass {
    object: Arc<str>,
    records: Vec<RecordId>,
}

struct Options {
    hours: f64,
    seed: u64,
    list: bool,
}

fn main() -> ExitCode {
    let options = options();
    let mut proof = Proof::new(
        "orbits",
        "Real orbits: 602 satellites through five radar fans",
    );
    proof.line(&format!(
        "The scenarios `orbits` and `orbits-catalogued` (602 element sets of September 2026, five fans, revisit 5 s, one false plot a scan), {:.2} h, seed {}. A pass is a satellite's way through one fan with {PASS_REPORTS} reports or more. The catalogue holds the element sets that are flown; the engine allows for 3 km and 5 m/s of age.",
        options.hours, options.seed
    ));
    for (name, catalogued) in [("orbits", false), ("orbits-catalogued", true)] {
        if let Err(error) = part(&mut proof, &options, name, catalogued) {
            proof.goal(&format!("{name} can be flown"), &error.to_string(), false);
        }
    }
    proof.finish()
}

fn options() -> Options {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let after = |name: &str| {
        let at = words.iter().position(|word| word == name)?;
        words.get(at + 1)?.parse::<f64>().ok()
    };
    Options {
        hours: after("--hours").unwrap_or(6.0),
        seed: after("--seed").unwrap_or(1.0) as u64,
        list: words.iter().any(|word| word == "--list"),
    }
}

fn scenario(name: &str, hours: f64) -> String {
    let text = match name {
        "orbits" => include_str!("../../../scenarios/orbits/scenario.toml"),
        _ => include_str!("../../../scenarios/orbits-catalogued/scenario.toml"),
    };
    let text = text.replace(
        "duration_s = 21600.0",
        &format!("duration_s = {:.1}", hours * 3600.0),
    );
    text.replace("state_interval_s = 60.0", "state_interval_s = 3600.0")
}

fn part(
    proof: &mut Proof,
    options: &Options,
    name: &'static str,
    catalogued: bool,
) -> Result<(), RunError> {
    Proof::progress(&format!("{name}: simulating"));
    let recording = fly(name, &scenario(name, options.hours), options.seed)?;
    let origins = origins(&recording);
    let passes = passes(&recording);
    let mut ear = Ear::new(recording.start);
    Proof::progress(&format!("{name}: {} records", recording.detections.len()));
    let started = std::time::Instant::now();
    run(&recording, &Extras::default(), &mut |event| ear.hear(event))?;
    let wall_s = started.elapsed().as_secs_f64();
    heading(proof, name, &recording, &ear, wall_s, passes.len());
    let owners = owners(&ear);
    common(proof, name, &ear, &passes, &owners);
    if catalogued {
        named(proof, &ear, &passes, &owners);
    } else {
        suspicions(proof, &ear, &passes, &owners);
    }
    listing(proof, options, &ear, &origins);
    Ok(())
}

fn heading(
    proof: &mut Proof,
    name: &str,
    recording: &Recording,
    ear: &Ear,
    wall_s: f64,
    passes: usize,
) {
    let reports = recording.detections.len();
    proof.line(&format!("\n## {name}\n"));
    proof.line(&format!(
        "{reports} records, {passes} passes, {} objects of the engine, {} events, {wall_s:.1} s ({:.0} records a second).",
        ear.objects.len(),
        ear.events,
        reports as f64 / wall_s
    ));
}

/// Every satellite's way through every fan.
fn passes(recording: &Recording) -> Vec<Pass> {
    let mut of: BTreeMap<(u16, Arc<str>), Vec<(f64, RecordId)>> = BTreeMap::new();
    for simulated in &recording.detections {
        let Some(origin) = &simulated.origin else {
            continue;
        };
        let time_s = seconds_between(recording.start, simulated.report.time);
        of.entry((simulated.report.sensor.0, origin.clone()))
            .or_default()
            .push((time_s, simulated.report.id.clone()));
    }
    let mut passes = Vec::new();
    for ((_, object), reports) in of {
        for part in reports.chunk_by(|a, b| b.0 - a.0 < PASS_GAP_S) {
            if part.len() >= PASS_REPORTS {
                passes.push(Pass {
                    object: object.clone(),
                    records: part.iter().map(|(_, id)| id.clone()).collect(),
                });
            }
        }
    }
    passes
}

/// Which object holds a report.
fn owners(ear: &Ear) -> BTreeMap<&RecordId, ObjectId> {
    ear.objects
        .values()
        .flat_map(|spoken| spoken.records.iter().map(|record| (record, spoken.object)))
        .collect()
}

/// The object that holds most of a pass.
fn object_of<'a>(
    pass: &Pass,
    ear: &'a Ear,
    owners: &BTreeMap<&RecordId, ObjectId>,
) -> Option<&'a Spoken> {
    let mut counts: BTreeMap<ObjectId, usize> = BTreeMap::new();
    for record in &pass.records {
        if let Some(owner) = owners.get(record) {
            *counts.entry(*owner).or_default() += 1;
        }
    }
    let best = counts.into_iter().max_by_key(|(_, count)| *count)?;
    ear.objects.get(&best.0)
}

fn common(
    proof: &mut Proof,
    name: &str,
    ear: &Ear,
    passes: &[Pass],
    owners: &BTreeMap<&RecordId, ObjectId>,
) {
    let confirmed = ear.confirmed();
    proof.goal(
        &format!("{name}: nothing confirmed"),
        &format!("{confirmed} confirmed, {} warnings issued", ear.issued),
        confirmed == 0 && ear.issued == 0,
    );
    let tracked = passes
        .iter()
        .filter(|pass| object_of(pass, ear, owners).is_some())
        .count();
    let held: usize = passes.iter().map(|pass| pass.records.len()).sum();
    let taken: usize = passes
        .iter()
        .flat_map(|pass| &pass.records)
        .filter(|record| owners.contains_key(record))
        .count();
    proof.line(&format!(
        "{tracked} of {} passes were tracked; {:.1} % of their reports are held by an object.",
        passes.len(),
        100.0 * taken as f64 / held.max(1) as f64
    ));
    // The first word on an object must be `insufficient`: nothing is known of three plots.
    let hasty = ear
        .objects
        .values()
        .filter(|spoken| spoken.story.first().map(|told| told.1) != Some(Verdict::Insufficient))
        .filter(|spoken| {
            spoken
                .story
                .first()
                .is_some_and(|told| told.2 != Reason::CataloguedSatellite)
        })
        .count();
    proof.goal(
        &format!("{name}: an object is `insufficient` first"),
        &format!(
            "{hasty} of {} first spoken of otherwise (a name of the catalogue left aside)",
            ear.objects.len()
        ),
        hasty == 0,
    );
}

fn suspicions(
    proof: &mut Proof,
    ear: &Ear,
    passes: &[Pass],
    owners: &BTreeMap<&RecordId, ObjectId>,
) {
    let suspected: Vec<&Spoken> = ear.suspected();
    let touched = passes
        .iter()
        .filter(|pass| object_of(pass, ear, owners).is_some_and(|spoken| !spoken.spells.is_empty()))
        .count();
    let of_passes = touched.max(suspected.len());
    let share = of_passes as f64 / passes.len().max(1) as f64;
    proof.goal(
        "orbits: suspected in at most 0.5 % of passes",
        &format!("{of_passes} of {} ({:.2} %)", passes.len(), 100.0 * share),
        share <= SUSPECTED_SHARE,
    );
    let longest_s = suspected
        .iter()
        .map(|spoken| spoken.longest_s(ear.end_s))
        .fold(0.0, f64::max);
    proof.goal(
        "orbits: and for at most 60 s",
        &format!("longest {longest_s:.0} s"),
        longest_s <= SUSPECTED_S,
    );
}

fn named(proof: &mut Proof, ear: &Ear, passes: &[Pass], owners: &BTreeMap<&RecordId, ObjectId>) {
    let suspected = ear.suspected().len();
    proof.goal(
        "orbits-catalogued: never suspected",
        &format!("{suspected} suspected"),
        suspected == 0,
    );
    let (mut right, mut wrong, mut nameless, mut corrected) = (0, 0, 0, 0);
    let mut satellites: BTreeMap<&str, bool> = BTreeMap::new();
    let mut misnamed: Vec<String> = Vec::new();
    for pass in passes {
        let Some(spoken) = object_of(pass, ear, owners) else {
            continue;
        };
        if spoken.records.len() < NAMED_REPORTS {
            continue;
        }
        // A satellite's name in the truth ends with its number.
        let truth = pass.object.rsplit(' ').next();
        let entry = satellites.entry(&pass.object).or_insert(false);
        if spoken.catalogue.last().map(|name| &**name) != truth {
            misnamed.push(format!(
                "- {} {} reports from {} on; its object {} holds {}: named {:?}",
                pass.object,
                pass.records.len(),
                pass.records.first().map_or("", |id| id),
                spoken.object,
                spoken.records.len(),
                spoken.catalogue
            ));
        }
        if spoken.catalogue.is_empty() {
            nameless += 1;
        } else if spoken.catalogue.last().map(|name| &**name) == truth {
            right += 1;
            corrected += usize::from(spoken.catalogue.len() > 1);
            *entry = true;
        } else {
            wrong += 1;
        }
    }
    let never = satellites.values().filter(|named| !**named).count();
    proof.line(&format!(
        "Passes whose object has {NAMED_REPORTS} reports or more: {right} named rightly ({corrected} of them after another name), {wrong} wrongly, {nameless} not."
    ));
    for pass in &misnamed {
        proof.line(pass);
    }
    proof.goal(
        "orbits-catalogued: each is named",
        &format!(
            "{} of {} satellites seen, {right} of {} passes",
            satellites.len() - never,
            satellites.len(),
            right + wrong + nameless
        ),
        never == 0 && wrong + nameless == 0,
    );
}

fn listing(proof: &mut Proof, options: &Options, ear: &Ear, origins: &Origins) {
    let suspected = ear.suspected();
    for spoken in suspected.iter().take(40) {
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
    if options.list {
        for spoken in ear.objects.values() {
            Proof::progress(&format!(
                "{} {:?} {:?} {:?}",
                spoken.object,
                spoken.story,
                spoken.catalogue,
                spoken.origins(origins)
            ));
        }
    }
}

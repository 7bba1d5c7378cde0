//! `simulate`: a scenario and a seed become a recording with its truth.

use std::path::Path;

use anyhow::anyhow;
use forewarn_core::model::Record;
use forewarn_formats::geojson::protected_areas_geojson;
use forewarn_formats::record::{write_action, write_claim, write_notice};
use forewarn_simulate::{Recording, Scenario, simulate};
use serde_json::json;

use crate::args::SimulateArgs;
use crate::failure::{Failure, Outcome, make_dir, read_text, write_file};
use crate::output::Output;

/// The scenario that is shipped inside the program.
pub(crate) const DEMO: &str = include_str!("../../../scenarios/demo/scenario.toml");

pub(crate) fn command(args: &SimulateArgs, output: Output) -> Outcome<()> {
    let scenario = read(&args.scenario)?;
    let seed = args.seed.unwrap_or(scenario.seed);
    let recording = fly(&scenario, seed, output)?;
    write(&recording, &args.out)?;
    let (reports, objects) = (recording.detections.len(), recording.truth.objects.len());
    output.text(&format!(
        "{}: {reports} records of {objects} objects by {} sensors, seed {seed}\n{}\n",
        scenario.name,
        recording.sensors.len(),
        args.out.display()
    ))?;
    output.last_line(&json!({
        "recording": args.out, "scenario": scenario.name, "seed": seed, "records": reports, "objects": objects,
    }))
}

/// Reads a scenario file; its data files are looked for beside it.
pub(crate) fn read(path: &Path) -> Outcome<Scenario> {
    if path.as_os_str() == "demo" && !path.exists() {
        return demo();
    }
    let text = read_text(path)?;
    let dir = path.parent().unwrap_or(Path::new("."));
    let files =
        |name: &str| std::fs::read_to_string(dir.join(name)).map_err(|error| error.to_string());
    Scenario::read(&path.display().to_string(), &text, &files).map_err(Failure::input)
}

/// The shipped scenario.
pub(crate) fn demo() -> Outcome<Scenario> {
    let none = |name: &str| Err(format!("{name}: the shipped scenario needs no files"));
    Scenario::read("demo", DEMO, &none).map_err(Failure::input)
}

/// Flies a scenario with progress.
pub(crate) fn fly(scenario: &Scenario, seed: u64, output: Output) -> Outcome<Recording> {
    let bar = output.progress("flying", Some(1_000));
    let recording = simulate(scenario, seed, &mut |share| {
        bar.set_position((share * 1e3) as u64)
    });
    bar.finish_and_clear();
    recording.map_err(Failure::input)
}

/// The files of what people and other systems say; those without a line are left out.
fn people(recording: &Recording) -> Vec<(&'static str, String)> {
    let (mut notices, mut claims, mut actions) = (String::new(), String::new(), String::new());
    for record in &recording.people {
        let (text, line) = match record {
            Record::Notice(notice) => (&mut notices, write_notice(notice)),
            Record::Claim(claim) => (&mut claims, write_claim(claim)),
            Record::Action(action) => (&mut actions, write_action(action)),
            Record::Report(_) | Record::Tick(_) | Record::Unreadable { .. } => continue,
        };
        text.push_str(&line);
        text.push('\n');
    }
    let files = [
        ("notices.ndjson", notices),
        ("claims.ndjson", claims),
        ("actions.ndjson", actions),
    ];
    files
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .collect()
}

/// Writes a recording into a folder.
pub(crate) fn write(recording: &Recording, dir: &Path) -> Outcome<()> {
    make_dir(dir)?;
    if dir.join("detections.ndjson.zst").is_file() {
        return Err(Failure::Input(anyhow!(
            "{}: holds detections.ndjson.zst of another recording; choose an empty folder",
            dir.display()
        )));
    }
    let mut files = vec![
        ("recording.toml", recording.recording_toml.clone()),
        ("sensors.toml", recording.sensors_toml.clone()),
        ("truth.ndjson", recording.truth_ndjson()),
        ("detections.ndjson", recording.detections_ndjson()),
    ];
    if let Some(catalogue) = &recording.catalogue_tle {
        files.push(("catalogue.tle", catalogue.clone()));
    }
    files.extend(people(recording));
    if !recording.protected_areas.is_empty() {
        let areas = protected_areas_geojson(&recording.protected_areas);
        files.push(("protected_areas.geojson", areas));
    }
    for absent in [
        "notices.ndjson",
        "claims.ndjson",
        "actions.ndjson",
        "catalogue.tle",
    ] {
        // Of an earlier recording in the same folder: it would be taken for this one's.
        if !files.iter().any(|(name, _)| *name == absent) && dir.join(absent).is_file() {
            std::fs::remove_file(dir.join(absent)).map_err(Failure::input)?;
        }
    }
    files
        .iter()
        .try_for_each(|(name, text)| write_file(&dir.join(name), text.as_bytes()))
}

//! `score`: a run against the truth of its recording.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::anyhow;
use forewarn_core::model::{Record, ReportBody};
use forewarn_formats::config::load_recording;
use forewarn_formats::events::read_events;
use forewarn_formats::record::{find_detections, open};
use forewarn_formats::reports::{Score as ScoreFile, Summary};
use forewarn_formats::truth::read_truth;
use forewarn_validation::score::{
    Coverage, Moment, MomentPool, Physics, Pooled, Run, Score, Seen, Spread, score,
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::failure::{Failure, Outcome, read_text, write_file};
use crate::output::Output;

pub(crate) fn command(recording: &Path, dir: &Path, output: Output) -> Outcome<()> {
    let found = of(recording, dir, output)?;
    let file = file_of(&found, summary(dir)?.as_ref());
    let text =
        serde_json::to_string_pretty(&file).map_err(|error| Failure::Internal(error.into()))?;
    write_file(&dir.join("score.json"), (text + "\n").as_bytes())?;
    output.text(&table(&found))?;
    output.text(&format!("{}\n", dir.join("score.json").display()))?;
    output.last_line(&file)
}

/// Scores what `run` wrote into a folder.
pub(crate) fn of(recording: &Path, dir: &Path, output: Output) -> Outcome<Score> {
    let path = recording.join("truth.ndjson");
    if !path.is_file() {
        return Err(Failure::Input(anyhow!(
            "{}: not found; only a recording with its truth can be scored",
            path.display()
        )));
    }
    let truth = read_truth(&path).map_err(Failure::input)?;
    let events = read_events(&dir.join("events.ndjson")).map_err(Failure::input)?;
    for problem in truth.problems.iter().chain(&events.problems) {
        output.complain(&problem.to_string());
    }
    let seen = seen(recording)?;
    Ok(score(&Run {
        truth: &truth,
        events: &events.events,
        seen: &seen,
    }))
}

/// When each detection was made, and by which physics.
fn seen(recording: &Path) -> Outcome<BTreeMap<String, Seen>> {
    let sensors = load_recording(recording)
        .map_err(Failure::input)?
        .setup
        .sensors;
    let path = find_detections(recording).map_err(Failure::input)?;
    let mut seen = BTreeMap::new();
    for record in open(&path, &sensors).map_err(Failure::input)? {
        let Record::Report(report) = record.map_err(Failure::input)? else {
            continue;
        };
        let physics = match report.body {
            ReportBody::Infrared(_) => Physics::Infrared,
            ReportBody::Radar(_) => Physics::Radar,
            ReportBody::Heartbeat(_) => continue,
        };
        seen.entry(report.id.to_string()).or_insert(Seen {
            time: report.time,
            physics,
        });
    }
    Ok(seen)
}

fn summary(dir: &Path) -> Outcome<Option<Summary>> {
    let path = dir.join("summary.json");
    if !path.is_file() {
        return Ok(None);
    }
    let read = serde_json::from_str(&read_text(&path)?);
    read.map(Some).map_err(|error| {
        Failure::Input(anyhow!(
            "{}: {error}; run the recording again",
            path.display()
        ))
    })
}

/// The score as `score.json` holds it.
fn file_of(score: &Score, summary: Option<&Summary>) -> ScoreFile {
    let pooled = &score.pooled;
    let mut file = ScoreFile::default();
    for pool in &pooled.moments {
        let name = moment_name(pool.moment);
        put(
            &mut file.accuracy,
            name,
            &json!({
                "launch_error_m": pool.launch_error_m, "impact_error_m": pool.impact_error_m, "silent": pool.silent,
            }),
        );
        put(
            &mut file.consistency,
            name,
            &json!({
                "launch_inside_90": coverage(pool.launch_inside_90), "launch_time_inside_90": coverage(pool.launch_time_inside_90),
                "impact_inside_90": coverage(pool.impact_inside_90), "impact_time_inside_90": coverage(pool.impact_time_inside_90),
            }),
        );
    }
    put(&mut file.accuracy, "track_purity", &pooled.purity);
    put(&mut file.accuracy, "track_purity_min", &pooled.purity_min);
    for (name, value) in [
        ("threats", pooled.threats),
        ("found", pooled.found),
        ("confirmed", pooled.confirmed),
        ("duplicates", pooled.duplicates),
        ("false_suspected", pooled.false_suspected),
        ("false_confirmed", pooled.false_confirmed),
    ] {
        put(&mut file.verdicts, name, &value);
    }
    put(&mut file.verdicts, "missed", &pooled.missed);
    put(&mut file.verdicts, "false_objects", &score.false_objects);
    put(
        &mut file.latency,
        "suspected_after_s",
        &pooled.suspected_after_s,
    );
    put(
        &mut file.latency,
        "confirmed_after_s",
        &pooled.confirmed_after_s,
    );
    if let Some(summary) = summary {
        put(&mut file.latency, "step_s", &summary.latency_s);
    }
    file.objects = score.threats.iter().map(|threat| json!(threat)).collect();
    file
}

fn put(group: &mut BTreeMap<String, Value>, name: &str, value: &impl Serialize) {
    group.insert(name.into(), json!(value));
}

fn coverage(coverage: Coverage) -> Value {
    json!({ "inside": coverage.inside, "of": coverage.of, "share": coverage.share() })
}

fn moment_name(moment: Moment) -> &'static str {
    match moment {
        Moment::AfterCutoff => "cutoff_plus_15_s",
        Moment::AfterRadar => "first_radar_plus_60_s",
        Moment::BeforeImpact => "impact_minus_120_s",
    }
}

/// The score for people.
pub(crate) fn table(score: &Score) -> String {
    let pooled = &score.pooled;
    let mut text = format!(
        "threats {}: found {}, confirmed {}; missed {}\n",
        pooled.threats,
        pooled.found,
        pooled.confirmed,
        if pooled.missed.is_empty() {
            "none".to_owned()
        } else {
            pooled.missed.join(", ")
        },
    );
    text.push_str(&format!(
        "not threats: {} suspected only, {} confirmed; threats confirmed twice: {}\n",
        pooled.false_suspected, pooled.false_confirmed, pooled.duplicates
    ));
    text.push_str(&times(pooled));
    text.push_str(&format!(
        "{:<22}{:>12}{:>10}{:>10}{:>12}{:>10}{:>10}\n",
        "", "launch [m]", "in 90 %", "time 90 %", "impact [m]", "in 90 %", "time 90 %"
    ));
    for pool in &pooled.moments {
        text.push_str(&line(pool));
    }
    text
}

fn times(pooled: &Pooled) -> String {
    let spread = |name: &str, spread: Option<Spread>| match spread {
        Some(spread) => format!(
            "{name}: median {:.1} s, 95 % within {:.1} s\n",
            spread.median, spread.p95
        ),
        None => format!("{name}: never\n"),
    };
    let mut text = spread("first report to suspected", pooled.suspected_after_s);
    text.push_str(&spread(
        "first report to confirmed",
        pooled.confirmed_after_s,
    ));
    if let (Some(purity), Some(least)) = (pooled.purity, pooled.purity_min) {
        text.push_str(&format!(
            "reports of a track that are its own: {:.1} %, least {:.1} %\n",
            purity * 100.0,
            least * 100.0
        ));
    }
    text
}

/// Root-mean-square errors and coverage of one moment.
fn line(pool: &MomentPool) -> String {
    let error = |spread: Option<Spread>| {
        spread.map_or("-".to_owned(), |spread| format!("{:.0}", spread.rms))
    };
    let share = |coverage: Coverage| {
        if coverage.of == 0 {
            "-".to_owned()
        } else {
            format!("{}/{}", coverage.inside, coverage.of)
        }
    };
    let name = match pool.moment {
        Moment::AfterCutoff => "cut-off + 15 s",
        Moment::AfterRadar => "first radar + 60 s",
        Moment::BeforeImpact => "impact - 120 s",
    };
    format!(
        "{name:<22}{:>12}{:>10}{:>10}{:>12}{:>10}{:>10}\n",
        error(pool.launch_error_m),
        share(pool.launch_inside_90),
        share(pool.launch_time_inside_90),
        error(pool.impact_error_m),
        share(pool.impact_inside_90),
        share(pool.impact_time_inside_90),
    )
}

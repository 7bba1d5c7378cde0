//! `import`: what others measured, as a recording.

use std::path::Path;

use anyhow::anyhow;
use forewarn_core::model::{Record, Report, Sensor};
use forewarn_formats::Problems;
use forewarn_formats::config::{SensorTable, read_sensors};
use forewarn_formats::csv::read_csv;
use forewarn_formats::record::write_report;
use forewarn_formats::tdm::{read_tdm, tdm_reports};
use serde_json::json;

use crate::args::ImportArgs;
use crate::failure::{Failure, Outcome, make_dir, read_text, write_file};
use crate::output::Output;

/// What a file held.
#[derive(Default)]
struct Imported {
    reports: Vec<Report>,
    /// What was left out, a line each.
    left_out: Vec<String>,
}

pub(crate) fn command(args: &ImportArgs, output: Output) -> Outcome<()> {
    make_dir(&args.out)?;
    let table = sensor_table(&args.out)?;
    let imported = read(&args.file, &table)?;
    for line in &imported.left_out {
        output.complain(&format!("{}: {line}", args.file.display()));
    }
    if imported.reports.is_empty() {
        return Err(Failure::Input(anyhow!(
            "{}: no report could be used",
            args.file.display()
        )));
    }
    write(args, &imported.reports, &table.sensors)?;
    let (taken, left_out) = (imported.reports.len(), imported.left_out.len());
    output.text(&format!(
        "{taken} reports written to {}, {left_out} left out\n",
        args.out.display()
    ))?;
    output.last_line(&json!({ "reports": taken, "left_out": left_out, "recording": args.out }))
}

fn sensor_table(dir: &Path) -> Outcome<SensorTable> {
    let path = dir.join("sensors.toml");
    if !path.is_file() {
        return Err(Failure::Input(anyhow!(
            "{}: not found; describe there the sensors that the file names, then import again",
            path.display()
        )));
    }
    read_sensors("sensors.toml", &read_text(&path)?, dir)
        .map_err(|problems| Failure::Input(anyhow!("{}", Problems(problems))))
}

fn read(file: &Path, table: &SensorTable) -> Outcome<Imported> {
    let text = read_text(file)?;
    let csv = file
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    if csv {
        csv_reports(file, &text, table)
    } else {
        message_reports(file, &text, table)
    }
}

fn csv_reports(file: &Path, text: &str, table: &SensorTable) -> Outcome<Imported> {
    let name = file.display().to_string();
    let records = read_csv(&name, text, &table.sensors)
        .map_err(|problems| Failure::Input(anyhow!("{}", Problems(problems))))?;
    let mut imported = Imported::default();
    for record in records {
        match record {
            Record::Report(report) => imported.reports.push(report),
            Record::Unreadable { detail, .. } => imported.left_out.push(detail),
            _ => {}
        }
    }
    Ok(imported)
}

fn message_reports(file: &Path, text: &str, table: &SensorTable) -> Outcome<Imported> {
    let message = read_tdm(text).map_err(|error| {
        Failure::Input(anyhow!(
            "{}: {error}; give a CCSDS TDM or a .csv file",
            file.display()
        ))
    })?;
    let (reports, refused) = tdm_reports(&message, table);
    let unsupported = message
        .unsupported
        .iter()
        .map(|(what, count)| format!("{what}: {count} values not used"));
    let lines = message
        .refused
        .iter()
        .chain(&refused)
        .map(ToString::to_string);
    Ok(Imported {
        reports,
        left_out: lines.chain(unsupported).collect(),
    })
}

fn write(args: &ImportArgs, reports: &[Report], sensors: &[Sensor]) -> Outcome<()> {
    let recording = args.out.join("recording.toml");
    match (&args.mode, recording.is_file()) {
        (_, true) => {}
        (Some(mode), false) => write_file(&recording, format!("mode = \"{mode}\"\n").as_bytes())?,
        (None, false) => {
            return Err(Failure::Usage(anyhow!(
                "{} does not exist and a mode has no default; give --mode live, exercise, test or replay",
                recording.display()
            )));
        }
    }
    let mut ordered: Vec<&Report> = reports.iter().collect();
    ordered.sort_by_key(|report| report.received.unwrap_or(report.time));
    let mut text = String::new();
    for report in ordered {
        text.push_str(&write_report(report, sensors));
        text.push('\n');
    }
    write_file(&args.out.join("detections.ndjson"), text.as_bytes())
}

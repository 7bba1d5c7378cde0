//! A JSON Schema for every file, generated from the types that read and write it.

use std::io;
use std::path::Path;

use schemars::{JsonSchema, schema_for};
use serde_json::Value;

use crate::config::schema::{RecordingToml, SensorsToml};
use crate::events::EventLine;
use crate::log_line::LogLine;
use crate::record::{ActionLine, ClaimLine, DetectionLine, NoticeLine};
use crate::reports::{Score, Summary};
use crate::truth::TruthLine;

/// Names of the schemas, in order.
pub fn names() -> &'static [&'static str] {
    &[
        "actions",
        "claims",
        "detections",
        "events",
        "log",
        "notices",
        "recording",
        "score",
        "sensors",
        "summary",
        "truth",
    ]
}

/// The schema of one file: of one line, where the file has one object a line.
pub fn schema(name: &str) -> Option<Value> {
    // `sensors.toml` and `detections.ndjson` are understood too.
    let stem = name.split('.').next().unwrap_or(name);
    Some(match stem {
        "actions" => of::<ActionLine>("actions.ndjson, one line"),
        "claims" => of::<ClaimLine>("claims.ndjson, one line"),
        "detections" => of::<DetectionLine>("detections.ndjson, one line"),
        "events" => of::<EventLine>("events.ndjson, one line"),
        "log" => of::<LogLine<'_>>("an exported log, one line"),
        "notices" => of::<NoticeLine>("notices.ndjson, one line"),
        "recording" => of::<RecordingToml>("recording.toml"),
        "score" => of::<Score>("score.json"),
        "sensors" => of::<SensorsToml>("sensors.toml"),
        "summary" => of::<Summary>("summary.json"),
        "truth" => of::<TruthLine>("truth.ndjson, one line"),
        _ => return None,
    })
}

fn of<T: JsonSchema>(title: &str) -> Value {
    let mut schema = schema_for!(T);
    schema.insert("title".into(), format!("Forewarn: {title}").into());
    schema.to_value()
}

/// The text of one schema as it is committed.
pub fn text(name: &str) -> Option<String> {
    schema(name)
        .and_then(|value| serde_json::to_string_pretty(&value).ok())
        .map(|text| text + "\n")
}

/// Writes every schema into a folder as `NAME.schema.json`.
///
/// # Errors
/// The folder cannot be made or a file cannot be written.
pub fn write_all(dir: &Path) -> io::Result<()> {
    std::fs::create_dir_all(dir)?;
    for name in names() {
        if let Some(text) = text(name) {
            std::fs::write(dir.join(format!("{name}.schema.json")), text)?;
        }
    }
    Ok(())
}

//! Any of our files, checked: what is wrong with it, by line and column.

use std::path::Path;

use forewarn_core::model::{Record, Sensor};

use crate::config::{load_recording, read_catalogue, read_sensors, recording_problems};
use crate::events::read_events;
use crate::oem::read_oem;
use crate::problem::Problem;
use crate::record::{
    ReadError, UnknownKeys, find_detections, open, read_actions, read_claims, read_notices,
};
use crate::tdm::read_tdm;
use crate::truth::read_truth;

/// Checks one file, or a recording's folder, by its name.
///
/// Detections are checked against `sensors`, or where that is none against the `sensors.toml`
/// beside them. Names that belong to other crates (`*.xml` of warnings) are not ours: see
/// [`is_ours`].
pub fn validate_file(path: &Path, sensors: Option<&[Sensor]>) -> Vec<Problem> {
    if path.is_dir() {
        return validate_recording(path);
    }
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let dir = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let plain = name.strip_suffix(".zst").unwrap_or(&name);
    let mut unknown = UnknownKeys::default();
    let mut found = match plain {
        _ if plain.ends_with(".toml") => validate_toml(path, &name, dir),
        _ if plain.starts_with("detections") => validate_detections(path, dir, sensors),
        _ if plain.starts_with("notices") => records(path, &name, read_notices(path, &mut unknown)),
        _ if plain.starts_with("claims") => records(path, &name, read_claims(path, &mut unknown)),
        _ if plain.starts_with("actions") => records(path, &name, read_actions(path, &mut unknown)),
        _ if plain.starts_with("truth") => {
            read_truth(path).map_or_else(|error| unread(&name, &error), |truth| truth.problems)
        }
        _ if plain.starts_with("events") => {
            read_events(path).map_or_else(|error| unread(&name, &error), |events| events.problems)
        }
        _ => validate_text(path, &name),
    };
    found.extend(
        unknown
            .counts
            .iter()
            .map(|(key, count)| unknown_key(&name, key, *count)),
    );
    // The reader names a file by its last part; a person who gave a path wants to see that.
    for problem in found.iter_mut().filter(|problem| problem.file == name) {
        problem.file = path.display().to_string();
    }
    found
}

/// Whether the name is one that [`validate_file`] knows.
pub fn is_ours(path: &Path) -> bool {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let starts = [
        "detections",
        "notices",
        "claims",
        "actions",
        "truth",
        "events",
        "catalogue",
    ];
    let ends = [
        ".toml", ".tdm", ".oem", ".tle", ".omm", ".geojson", ".json", ".csv", ".kvn",
    ];
    path.is_dir()
        || starts.iter().any(|start| name.starts_with(start))
        || ends.iter().any(|end| name.ends_with(end))
}

fn validate_recording(dir: &Path) -> Vec<Problem> {
    let mut found = Vec::new();
    let loaded = load_recording(dir);
    let sensors = match &loaded {
        Ok(loaded) => loaded.setup.sensors.clone(),
        Err(error) => {
            found.extend(error.problems());
            Vec::new()
        }
    };
    if let Ok(loaded) = &loaded {
        found.extend(loaded.warnings.clone());
        match find_detections(dir) {
            Ok(path) => found.extend(validate_file(&path, Some(&sensors))),
            Err(error) => found.extend(unread(&dir.display().to_string(), &error)),
        }
    }
    for name in [
        "notices.ndjson",
        "claims.ndjson",
        "actions.ndjson",
        "truth.ndjson",
    ] {
        if dir.join(name).is_file() {
            found.extend(validate_file(&dir.join(name), None));
        }
    }
    found
}

fn whole(file: &str, message: String, remedy: &str) -> Vec<Problem> {
    vec![Problem {
        file: file.into(),
        line: 0,
        column: 0,
        field: String::new(),
        message,
        remedy: remedy.into(),
    }]
}

fn unread(file: &str, error: &ReadError) -> Vec<Problem> {
    whole(file, error.to_string(), "")
}

fn unknown_key(file: &str, key: &str, count: u64) -> Problem {
    Problem {
        file: file.into(),
        line: 0,
        column: 0,
        field: key.into(),
        message: format!("unknown key, met {count} times; it is kept and not used"),
        remedy: "correct its spelling if it was meant to be used".into(),
    }
}

fn validate_toml(path: &Path, name: &str, dir: &Path) -> Vec<Problem> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            return whole(
                name,
                format!("cannot be read: {error}"),
                "check that it exists",
            );
        }
    };
    match name {
        "sensors.toml" => read_sensors(name, &text, dir).err().unwrap_or_default(),
        "recording.toml" => recording_problems(name, &text, dir),
        _ => match toml::de::DeTable::parse(&text) {
            Ok(_) => Vec::new(),
            Err(error) => {
                let (line, column) = crate::problem::line_and_column(
                    &text,
                    error.span().map_or(0, |span| span.start),
                );
                let message = error.message().replace('\n', ", ");
                vec![Problem {
                    file: name.into(),
                    line,
                    column,
                    field: String::new(),
                    message,
                    remedy: "correct the TOML".into(),
                }]
            }
        },
    }
}

fn validate_detections(path: &Path, dir: &Path, sensors: Option<&[Sensor]>) -> Vec<Problem> {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let beside;
    let sensors = match sensors {
        Some(sensors) => sensors,
        None => match std::fs::read_to_string(dir.join("sensors.toml"))
            .map(|text| read_sensors("sensors.toml", &text, dir))
        {
            Ok(Ok(table)) => {
                beside = table.sensors;
                &beside
            }
            Ok(Err(problems)) => return problems,
            Err(error) => {
                return whole(
                    "sensors.toml",
                    format!("cannot be read: {error}"),
                    "put it beside the detections",
                );
            }
        },
    };
    let mut reader = match open(path, sensors) {
        Ok(reader) => reader,
        Err(error) => return unread(&name, &error),
    };
    let mut found = Vec::new();
    let mut seen = std::collections::BTreeMap::new();
    while let Some(record) = reader.next() {
        match record {
            Ok(record) => {
                if let Record::Report(report) = &record
                    && let Some(first) = seen.insert(report.id.clone(), reader.line())
                {
                    found.push(Problem {
                        file: name.clone(),
                        line: reader.line() as usize,
                        column: 0,
                        field: "id".into(),
                        message: format!("`{}` was used in line {first}", report.id),
                        remedy: "give every record an id of its own".into(),
                    });
                }
                found.extend(refusal(&name, &record));
            }
            Err(error) => found.extend(unread(&name, &error)),
        }
    }
    found.extend(
        reader
            .unknown_keys()
            .counts
            .iter()
            .map(|(key, count)| unknown_key(&name, key, *count)),
    );
    found
}

fn records(path: &Path, name: &str, read: Result<Vec<Record>, ReadError>) -> Vec<Problem> {
    match read {
        Ok(records) => records
            .iter()
            .filter_map(|record| refusal(name, record))
            .collect(),
        Err(error) => unread(&path.display().to_string(), &error),
    }
}

/// The problem of a record that could not be read: its detail starts with `file:line: `.
fn refusal(name: &str, record: &Record) -> Option<Problem> {
    let Record::Unreadable { reason, detail, .. } = record else {
        return None;
    };
    let rest = detail
        .strip_prefix(name)
        .and_then(|rest| rest.strip_prefix(':'))
        .unwrap_or(detail);
    let (line, rest) = rest.split_once(": ").unwrap_or(("0", rest));
    let column = rest
        .strip_prefix("column ")
        .and_then(|rest| rest.split([':', ' ']).next())
        .and_then(|text| text.parse().ok());
    let field = rest.split('`').nth(1).unwrap_or_default();
    let (message, remedy) = rest.rsplit_once("; ").unwrap_or((rest, ""));
    Some(Problem {
        file: name.into(),
        line: line.parse().unwrap_or(0),
        column: column.unwrap_or(0),
        field: field.into(),
        message: format!("{}: {message}", reason.word()),
        remedy: remedy.into(),
    })
}

fn validate_text(path: &Path, name: &str) -> Vec<Problem> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            return whole(
                name,
                format!("cannot be read: {error}"),
                "check that it exists and is UTF-8",
            );
        }
    };
    let at = |line: usize, column: usize, message: String| {
        vec![Problem {
            file: name.into(),
            line,
            column,
            field: String::new(),
            message,
            remedy: "correct the file".into(),
        }]
    };
    let extension = Path::new(name)
        .extension()
        .map(|text| text.to_string_lossy().to_lowercase())
        .unwrap_or_default();
    match extension.as_str() {
        "json" | "geojson" | "czml" => match serde_json::from_str::<serde_json::Value>(&text) {
            Err(error) => at(error.line(), error.column(), error.to_string()),
            Ok(value) if extension == "geojson" => crate::geojson::read_region(&value)
                .err()
                .map_or_else(Vec::new, |why| at(0, 0, why)),
            Ok(_) => Vec::new(),
        },
        "tle" | "omm" => read_catalogue(name, &text).1,
        "oem" => read_oem(&text)
            .err()
            .map_or_else(Vec::new, |error| at(error.line, 0, error.message)),
        "tdm" | "kvn" | "txt" => match read_tdm(&text) {
            Ok(tdm) => tdm
                .refused
                .into_iter()
                .flat_map(|error| at(error.line, 0, error.message))
                .collect(),
            Err(error) => at(error.line, 0, error.message),
        },
        _ => whole(
            name,
            "not one of our files".into(),
            "see `forewarn schema` for the names",
        ),
    }
}

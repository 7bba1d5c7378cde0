//! Detections as comma-separated values.
//!
//! The first line names the columns: the fields of `detections.ndjson`, with a vector's parts as
//! columns of their own (see [`COLUMNS`]). An empty cell is an absent field. Cells may be quoted.

use forewarn_core::model::{Record, Sensor};
use serde_json::{Map, Value};

use crate::problem::Problem;
use crate::record::{Decoder, LINE_BYTES_MAX};
use crate::suggest::nearest;

/// Every column that is known, in no needed order. `id`, `time`, `sensor` and `kind` are required.
pub const COLUMNS: [&str; 27] = [
    "id",
    "time",
    "sensor",
    "kind",
    "received",
    "mode",
    "line_of_sight_x",
    "line_of_sight_y",
    "line_of_sight_z",
    "sensor_position_x_m",
    "sensor_position_y_m",
    "sensor_position_z_m",
    "sigma_rad",
    "radiant_intensity_w_sr",
    "band",
    "range_m",
    "azimuth_rad",
    "elevation_rad",
    "range_rate_m_s",
    "sigma_range_m",
    "sigma_azimuth_rad",
    "sigma_elevation_rad",
    "sigma_range_rate_m_s",
    "snr_db",
    "rcs_m2",
    "status",
    "reports",
];

/// Columns whose cells are text.
const TEXT: [&str; 8] = [
    "id", "time", "sensor", "kind", "received", "mode", "band", "status",
];
/// Columns that every file must have.
const REQUIRED: [&str; 4] = ["id", "time", "sensor", "kind"];

/// Reads a whole file. A bad row is an unreadable record, like a bad line of `detections.ndjson`.
///
/// # Errors
/// The header is missing, names a column twice or one that is not known.
pub fn read_csv(file: &str, text: &str, sensors: &[Sensor]) -> Result<Vec<Record>, Vec<Problem>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = text.lines().enumerate();
    let header: Vec<String> = lines.next().map_or_else(Vec::new, |(_, line)| cells(line));
    let problems = check_header(file, &header);
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut decoder = Decoder::new(file, sensors);
    let records = lines.filter(|(_, line)| !line.trim().is_empty()).filter_map(|(index, line)| {
        let number = index as u64 + 1;
        let row = if line.len() > LINE_BYTES_MAX { Vec::new() } else { cells(line) };
        if row.len() == header.len() {
            return decoder.decode(number, json_of(&header, &row).to_string().as_bytes());
        }
        Some(Record::Unreadable {
            id: format!("line {number}").into(),
            reason: forewarn_core::model::RejectionReason::Malformed,
            detail: format!("{file}:{number}: {} cells, but the header has {}; quote cells that hold commas", row.len(), header.len()),
        })
    });
    Ok(records.collect())
}

fn check_header(file: &str, header: &[String]) -> Vec<Problem> {
    let problem = |column: usize, field: &str, message: &str, remedy: String| Problem {
        file: file.into(),
        line: 1,
        column,
        field: field.into(),
        message: message.into(),
        remedy,
    };
    let mut problems = Vec::new();
    for (place, name) in header.iter().enumerate() {
        if !COLUMNS.contains(&name.as_str()) {
            let near = nearest(name, COLUMNS).map_or_else(
                || format!("known: {}", COLUMNS.join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            problems.push(problem(place + 1, name, "unknown column", near));
        } else if header[..place].contains(name) {
            problems.push(problem(
                place + 1,
                name,
                "this column is there twice",
                "remove one".into(),
            ));
        }
    }
    for name in REQUIRED {
        if !header.iter().any(|column| column == name) {
            problems.push(problem(
                0,
                name,
                "the header has no such column",
                format!(
                    "the first line must name the columns, {} among them",
                    REQUIRED.join(", ")
                ),
            ));
        }
    }
    problems
}

fn json_of(header: &[String], row: &[String]) -> Value {
    let mut object = Map::new();
    for (name, cell) in header
        .iter()
        .zip(row)
        .filter(|(_, cell)| !cell.trim().is_empty())
    {
        let value = if TEXT.contains(&name.as_str()) {
            Value::from(cell.as_str())
        } else {
            // What is no finite number stays text, and is then refused as one.
            serde_json::from_str::<Value>(cell.trim())
                .ok()
                .filter(Value::is_number)
                .unwrap_or_else(|| Value::from(cell.as_str()))
        };
        object.insert(name.clone(), value);
    }
    for (whole, suffix) in [("line_of_sight", ""), ("sensor_position_m", "_m")] {
        let stem = whole.trim_end_matches("_m");
        let parts: Vec<Value> = ["x", "y", "z"]
            .iter()
            .filter_map(|axis| object.remove(&format!("{stem}_{axis}{suffix}")))
            .collect();
        if !parts.is_empty() {
            object.insert(whole.into(), Value::Array(parts));
        }
    }
    Value::Object(object)
}

/// The cells of a line; a doubled quote inside quotes is one.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut letters = line.trim_end_matches('\r').chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            other => cell.push(other),
        }
    }
    cells.push(cell);
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_commas() {
        assert_eq!(cells("a,\"b,\"\"c\",,d"), ["a", "b,\"c", "", "d"]);
    }

    #[test]
    fn the_header_is_required_and_checked() {
        let problems = read_csv("a.csv", "id,time,sensor,range\n", &[]).unwrap_err();
        assert!(
            problems
                .iter()
                .any(|problem| problem.field == "range" && problem.remedy.contains("range_m"))
        );
        assert!(problems.iter().any(|problem| problem.field == "kind"));
        assert!(read_csv("a.csv", "", &[]).is_err());
    }
}

//! Notices, claims and actions: what people and other systems say.

use std::path::Path;

use forewarn_core::model::{Action, ActionKind, Claim, Class, Notice, Record, RejectionReason};
use forewarn_physics::math::{PI, TAU};

use super::check::{
    Checked, id, json_refusal, optional, refuse, region, required, time, within, word,
};
use super::decode::{UnknownKeys, read_text, unreadable};
use super::lines::{LINE_BYTES_MAX, Line, Lines};
use super::reader::{ReadError, file_name, open_source};
use super::wire::{PeopleWire, Text};

/// Longest text of a person that is kept [bytes].
const TEXT_BYTES_MAX: usize = 4_096;

/// Reads `notices.ndjson`.
///
/// # Errors
/// The file cannot be read; a bad line is a record.
pub fn read_notices(path: &Path, unknown: &mut UnknownKeys) -> Result<Vec<Record>, ReadError> {
    read_all(path, unknown, |wire| notice(wire).map(Record::Notice))
}

/// Reads `claims.ndjson`.
///
/// # Errors
/// The file cannot be read; a bad line is a record.
pub fn read_claims(path: &Path, unknown: &mut UnknownKeys) -> Result<Vec<Record>, ReadError> {
    read_all(path, unknown, |wire| claim(wire).map(Record::Claim))
}

/// Reads `actions.ndjson`.
///
/// # Errors
/// The file cannot be read; a bad line is a record.
pub fn read_actions(path: &Path, unknown: &mut UnknownKeys) -> Result<Vec<Record>, ReadError> {
    read_all(path, unknown, |wire| action(wire).map(Record::Action))
}

fn read_all(
    path: &Path,
    unknown: &mut UnknownKeys,
    read: fn(&PeopleWire<'_>) -> Checked<Record>,
) -> Result<Vec<Record>, ReadError> {
    let (name, mut lines) = (file_name(path), Lines::new(open_source(path)?));
    let (mut records, mut last) = (Vec::new(), 0);
    loop {
        let next = lines.next().map_err(|source| ReadError::Io {
            path: path.to_owned(),
            line: last,
            source,
        })?;
        let Some((number, line)) = next else {
            return Ok(records);
        };
        last = number;
        records.extend(line_record(&name, number, &line, unknown, read));
    }
}

/// The record of one line; none for a blank one.
fn line_record(
    file: &str,
    number: u64,
    line: &Line<'_>,
    unknown: &mut UnknownKeys,
    read: fn(&PeopleWire<'_>) -> Checked<Record>,
) -> Option<Record> {
    let text = match read_text(line) {
        Ok(text) if text.trim().is_empty() => return None,
        Ok(text) => text,
        Err(refusal) => return Some(unreadable(file, number, None, refusal)),
    };
    let mut wire = PeopleWire::default();
    let filled = wire
        .fill(text)
        .map_err(|error| json_refusal(&error, wire.reading, text));
    let named = wire
        .id
        .as_ref()
        .and_then(|text| id(Some(text.clone())).ok());
    if let Some(record) = &named {
        unknown.take(record, std::mem::take(&mut wire.unknown));
    }
    Some(match filled.and_then(|()| read(&wire)) {
        Ok(record) => record,
        Err(refusal) => unreadable(file, number, named, refusal),
    })
}

/// What kind of thing people say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spoken {
    /// A line of `notices.ndjson`.
    Notice,
    /// A line of `claims.ndjson`.
    Claim,
    /// A line of `actions.ndjson`.
    Action,
}

/// The record of one line of what people said; none for a blank one. `source` goes into messages.
pub fn decode_spoken(source: &str, spoken: Spoken, line: &[u8]) -> Option<Record> {
    let read = match spoken {
        Spoken::Notice => |wire: &PeopleWire<'_>| notice(wire).map(Record::Notice),
        Spoken::Claim => |wire: &PeopleWire<'_>| claim(wire).map(Record::Claim),
        Spoken::Action => |wire: &PeopleWire<'_>| action(wire).map(Record::Action),
    };
    let line = if line.len() > LINE_BYTES_MAX {
        Line::TooLong(line)
    } else {
        Line::Bytes(line)
    };
    line_record(source, 1, &line, &mut UnknownKeys::default(), read)
}

fn notice(wire: &PeopleWire<'_>) -> Checked<Notice> {
    let window = required(
        wire.window.as_ref(),
        "window",
        "[earliest, latest] launch time",
    )?;
    let window = [time("window", &window[0])?, time("window", &window[1])?];
    if window[1] < window[0] {
        return refuse(
            RejectionReason::ImpossibleValue,
            "`window` ends before it begins; swap its times".into(),
        );
    }
    let class = required(
        wire.class.as_ref(),
        "class",
        "what will fly, such as \"space_launch\"",
    )?;
    let area = required(
        wire.launch_area.as_ref(),
        "launch_area",
        "{latitude_deg, longitude_deg, radius_m} or a GeoJSON polygon",
    )?;
    let impact_areas = match &wire.impact_areas {
        None => Vec::new(),
        Some(value) => match value.as_array() {
            None => {
                return refuse(
                    RejectionReason::WrongType,
                    "`impact_areas` must be an array of areas".into(),
                );
            }
            Some(areas) => areas
                .iter()
                .map(|area| region("impact_areas", area))
                .collect::<Checked<_>>()?,
        },
    };
    Ok(Notice {
        id: id(wire.id.clone())?,
        issuer: text("issuer", wire.issuer.as_ref(), "who gives the notice")?,
        received: required_time("received", wire.received.as_ref())?,
        class: word::<Class>("class", class, RejectionReason::ImpossibleValue)?,
        window,
        launch_area: region("launch_area", area)?,
        impact_areas,
        azimuth_rad: optional(wire.azimuth_rad, |value| {
            within("azimuth_rad", value, -TAU, TAU)
        })?,
        azimuth_tolerance_rad: optional(wire.azimuth_tolerance_rad, |value| {
            within("azimuth_tolerance_rad", value, 0.0, PI)
        })?,
        count: wire.count,
    })
}

fn claim(wire: &PeopleWire<'_>) -> Checked<Claim> {
    // A claim may carry `received` in place of `time`: an alert is known by its arrival.
    let stamp = wire.time.as_ref().or(wire.received.as_ref());
    Ok(Claim {
        id: id(wire.id.clone())?,
        time: required_time("time", stamp)?,
        issuer: text("issuer", wire.issuer.as_ref(), "who makes the claim")?,
        text: text("text", wire.text.as_ref(), "what is claimed")?,
        count: wire.count,
        sensors: wire
            .sensors
            .iter()
            .flatten()
            .map(|sensor| std::sync::Arc::from(&**sensor))
            .collect(),
        launch_area: wire
            .launch_area
            .as_ref()
            .map(|area| region("launch_area", area))
            .transpose()?,
    })
}

fn action(wire: &PeopleWire<'_>) -> Checked<Action> {
    let kind = required(
        wire.action.as_ref(),
        "action",
        "\"acknowledge\", \"release\", \"cancel\" or \"retract\"",
    )?;
    Ok(Action {
        id: id(wire.id.clone())?,
        time: required_time("time", wire.time.as_ref())?,
        by: text("by", wire.by.as_ref(), "who did it")?,
        kind: word::<ActionKind>("action", kind, RejectionReason::WrongKind)?,
        target: text(
            "target",
            wire.target.as_ref(),
            "the id of the warning, notice or object",
        )?,
    })
}

fn required_time(field: &str, value: Option<&Text<'_>>) -> Checked<forewarn_physics::time::Epoch> {
    time(
        field,
        required(value, field, "a time such as 2026-03-01T12:00:00Z")?,
    )
}

fn text(field: &str, value: Option<&Text<'_>>, hint: &str) -> Checked<String> {
    let value = required(value, field, hint)?;
    if value.trim().is_empty() || value.len() > TEXT_BYTES_MAX {
        return refuse(
            RejectionReason::ImpossibleValue,
            format!("`{field}` must be 1 to {TEXT_BYTES_MAX} bytes; add {hint}"),
        );
    }
    Ok(value.to_string())
}

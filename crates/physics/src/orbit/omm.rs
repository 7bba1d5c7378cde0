//! Orbit mean-elements messages (CCSDS 502.0-B-3) as JSON, CSV, XML and KVN.
//!
//! Every form becomes keyword and text first, so that all are checked by the same rules.

use std::collections::BTreeMap;

use super::element_set::{CATALOGUE_NUMBER_MAX, ElementSet, Published, Rejected};
use super::tle::day_of_year;
use crate::time::{Epoch, Unit, parse_utc};

type Fields = BTreeMap<String, String>;
type Outcome = (Vec<ElementSet>, Vec<Rejected>);

/// Reads a JSON array of messages, or one message. An array that is cut off is refused at the
/// place where it ends; its complete messages are kept.
pub fn read_json(text: &str) -> Outcome {
    let mut outcome = Outcome::default();
    let line_at = |offset: usize| {
        1 + text.as_bytes()[..offset]
            .iter()
            .filter(|&&byte| byte == b'\n')
            .count()
    };
    let skip = |offset: usize| offset + (text[offset..].len() - text[offset..].trim_start().len());
    let mut offset = skip(0);
    let array = text[offset..].starts_with('[');
    if array {
        offset = skip(offset + 1);
    }
    let refuse = |outcome: &mut Outcome, at: usize, reason: String| {
        outcome.1.push(Rejected {
            line: line_at(at),
            reason,
        })
    };
    if array && text[offset..].starts_with(']') {
        return outcome;
    }
    loop {
        let mut stream =
            serde_json::Deserializer::from_str(&text[offset..]).into_iter::<serde_json::Value>();
        let value = match stream.next() {
            Some(Ok(value)) => value,
            Some(Err(error)) => {
                refuse(
                    &mut outcome,
                    offset,
                    format!("the JSON of this message is damaged ({error}); fetch the file again"),
                );
                return outcome;
            }
            None => {
                refuse(
                    &mut outcome,
                    offset,
                    "the JSON array is cut off: a message is missing; fetch the file again"
                        .to_owned(),
                );
                return outcome;
            }
        };
        match json_fields(&value).and_then(|fields| element_set(&fields)) {
            Ok(set) => outcome.0.push(set),
            Err(reason) => refuse(&mut outcome, offset, reason),
        }
        offset = skip(offset + stream.byte_offset());
        match (array, text.as_bytes().get(offset)) {
            (true, Some(b',')) => offset = skip(offset + 1),
            (true, Some(b']')) if text[offset + 1..].trim().is_empty() => return outcome,
            (false, None) => return outcome,
            (true, None) => {
                refuse(
                    &mut outcome,
                    text.len(),
                    "the JSON array has no closing bracket: the file is cut off; fetch it again"
                        .to_owned(),
                );
                return outcome;
            }
            (_, Some(_)) => {
                refuse(
                    &mut outcome,
                    offset,
                    "something stands after the JSON that is no message; fetch the file again"
                        .to_owned(),
                );
                return outcome;
            }
        }
    }
}

/// Reads messages as rows under a header of keywords.
pub fn read_csv(text: &str) -> Outcome {
    let mut outcome = Outcome::default();
    let mut lines = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty());
    let Some((_, header)) = lines.next() else {
        return outcome;
    };
    let keys = split_row(header);
    for (index, line) in lines {
        let cells = split_row(line);
        let result = if cells.len() == keys.len() {
            element_set(&keys.iter().cloned().zip(cells).collect())
        } else {
            Err(format!(
                "{} columns where the header has {}: the row is cut off; fetch the file again",
                cells.len(),
                keys.len()
            ))
        };
        match result {
            Ok(set) => outcome.0.push(set),
            Err(reason) => outcome.1.push(Rejected {
                line: index + 1,
                reason,
            }),
        }
    }
    outcome
}

/// Reads the `omm` elements of an NDM.
pub fn read_xml(text: &str) -> Outcome {
    let mut outcome = Outcome::default();
    let mut open: Option<(usize, Fields)> = None;
    let mut line = 1;
    let mut pieces = text.split('<');
    line += pieces.next().map_or(0, newlines);
    for piece in pieces {
        let (tag, content) = piece.split_once('>').unwrap_or((piece, ""));
        let name = tag
            .split(|c: char| c.is_whitespace() || c == '/')
            .next()
            .unwrap_or("");
        if tag.starts_with("/omm") {
            if let Some((start, fields)) = open.take() {
                finish(&mut outcome, start, &fields);
            }
        } else if name == "omm" {
            if let Some((start, _)) = open.replace((line, Fields::new())) {
                outcome.1.push(Rejected {
                    line: start,
                    reason: "this omm element is not closed; fetch the file again".to_owned(),
                });
            }
        } else if let Some((_, fields)) = &mut open
            && !name.is_empty()
            && !content.trim().is_empty()
        {
            fields.insert(name.to_owned(), unescape(content.trim()));
        }
        line += newlines(piece);
    }
    if let Some((start, _)) = open {
        outcome.1.push(Rejected {
            line: start,
            reason: "this omm element is not closed: the file is cut off; fetch it again"
                .to_owned(),
        });
    }
    if outcome.0.is_empty() && outcome.1.is_empty() {
        outcome.1.push(Rejected {
            line: 1,
            reason: "there is no omm element; give an NDM/XML file of OMM".to_owned(),
        });
    }
    outcome
}

/// Reads messages of lines `KEYWORD = value`, each begun by `CCSDS_OMM_VERS`.
pub fn read_kvn(text: &str) -> Outcome {
    let mut outcome = Outcome::default();
    let mut open: Option<(usize, Fields)> = None;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with("COMMENT") {
            continue;
        }
        let Some((key, value)) = line.split_once('=') else {
            outcome.1.push(Rejected {
                line: index + 1,
                reason: format!(
                    "`{}` is not KEYWORD = value",
                    line.chars().take(30).collect::<String>()
                ),
            });
            continue;
        };
        if key.trim() == "CCSDS_OMM_VERS"
            && let Some((start, fields)) = open.replace((index + 1, Fields::new()))
        {
            finish(&mut outcome, start, &fields);
        }
        // A unit in brackets may follow the value.
        let value = value.split('[').next().unwrap_or("").trim();
        if let Some((_, fields)) = &mut open {
            fields.insert(key.trim().to_owned(), value.to_owned());
        }
    }
    if let Some((start, fields)) = open {
        finish(&mut outcome, start, &fields);
    }
    outcome
}

/// Reads an epoch: `YYYY-MM-DDThh:mm:ss[.d][Z]` or with the day of the year, `YYYY-DDDThh…`.
///
/// # Errors
/// What is wrong with it.
pub fn parse_epoch(text: &str) -> Result<Epoch, String> {
    let fail = |why: String| {
        format!(
            "EPOCH `{}`: {why}; expected as 2026-03-01T12:00:00.25 or 2026-060T12:00:00.25",
            text.chars().take(40).collect::<String>()
        )
    };
    let bare = text.strip_suffix('Z').unwrap_or(text);
    let bytes = bare.as_bytes();
    if bare.is_ascii() && bytes.len() > 8 && bytes[8] == b'T' && bytes[4] == b'-' {
        let number = |part: &str| {
            part.bytes()
                .all(|byte| byte.is_ascii_digit())
                .then(|| part.parse::<i32>().ok())
                .flatten()
        };
        let (year, day) = number(&bare[..4])
            .zip(number(&bare[5..8]))
            .ok_or_else(|| fail("the day is no number".to_owned()))?;
        let midnight = day_of_year(year, day.unsigned_abs())
            .ok_or_else(|| fail("the year has no such day".to_owned()))?;
        let date = crate::time::format_utc(midnight + Unit::Hour * 1);
        return parse_utc(&format!("{}{}Z", &date[..10], &bare[8..]))
            .map_err(|error| fail(error.why.to_owned()));
    }
    parse_utc(&format!("{bare}Z")).map_err(|error| fail(error.why.to_owned()))
}

/// Reads a catalogue number: an integer of up to nine digits, leading zeros and a plus allowed.
///
/// # Errors
/// What is wrong with it.
pub fn parse_catalogue_number(text: &str) -> Result<u32, String> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let value = digits
        .parse::<u32>()
        .ok()
        .filter(|&value| plain && value <= CATALOGUE_NUMBER_MAX);
    value.ok_or_else(|| {
        format!(
            "NORAD_CAT_ID `{}` is not a whole number of up to nine digits",
            text.chars().take(20).collect::<String>()
        )
    })
}

fn finish(outcome: &mut Outcome, line: usize, fields: &Fields) {
    match element_set(fields) {
        Ok(set) => outcome.0.push(set),
        Err(reason) => outcome.1.push(Rejected { line, reason }),
    }
}

fn element_set(fields: &Fields) -> Result<ElementSet, String> {
    let text = |key: &str| {
        fields
            .get(key)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    };
    let needed =
        |key: &str| text(key).ok_or_else(|| format!("{key} is missing; fetch the set again"));
    let number = |key: &str| {
        let value = needed(key)?;
        value
            .parse::<f64>()
            .ok()
            .filter(|value| value.is_finite())
            .ok_or_else(|| {
                format!(
                    "{key} `{}` is not a number; fetch the set again",
                    value.chars().take(30).collect::<String>()
                )
            })
    };
    for (key, allowed) in [
        ("REF_FRAME", "TEME"),
        ("TIME_SYSTEM", "UTC"),
        ("CENTER_NAME", "EARTH"),
    ] {
        if let Some(value) = text(key).filter(|value| !value.eq_ignore_ascii_case(allowed)) {
            return Err(format!(
                "{key} is `{value}`; only {allowed} can be propagated"
            ));
        }
    }
    if let Some(theory) =
        text("MEAN_ELEMENT_THEORY").filter(|value| !matches!(*value, "SGP4" | "SGP/SGP4" | "SGP"))
    {
        return Err(format!(
            "MEAN_ELEMENT_THEORY is `{theory}`; only SGP4 can be propagated"
        ));
    }
    if text("EPHEMERIS_TYPE") == Some("4") {
        return Err("EPHEMERIS_TYPE is 4 (SGP4-XP); only SGP4 can be propagated".to_owned());
    }
    let published = Published {
        mean_motion_rev_day: number("MEAN_MOTION")?,
        eccentricity: number("ECCENTRICITY")?,
        inclination_deg: number("INCLINATION")?,
        raan_deg: number("RA_OF_ASC_NODE")?,
        argument_of_perigee_deg: number("ARG_OF_PERICENTER")?,
        mean_anomaly_deg: number("MEAN_ANOMALY")?,
        bstar: number("BSTAR")?,
    };
    published.check()?;
    let mut set = published.into_set(
        parse_catalogue_number(needed("NORAD_CAT_ID")?)?,
        parse_epoch(needed("EPOCH")?)?,
    );
    set.name = text("OBJECT_NAME").map(str::to_owned);
    set.international_designator = text("OBJECT_ID").map(str::to_owned);
    set.revolution = text("REV_AT_EPOCH")
        .and_then(|value| value.parse().ok())
        .unwrap_or(0);
    Ok(set)
}

fn json_fields(value: &serde_json::Value) -> Result<Fields, String> {
    let object = value
        .as_object()
        .ok_or("a message must be a JSON object of keywords")?;
    Ok(object
        .iter()
        .filter_map(|(key, value)| match value {
            serde_json::Value::String(text) => Some((key.clone(), text.clone())),
            serde_json::Value::Number(number) => Some((key.clone(), number.to_string())),
            _ => None,
        })
        .collect())
}

/// Cells of a row; quotes keep commas, and doubled quotes stand for one.
fn split_row(line: &str) -> Vec<String> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut characters = line.trim_end_matches('\r').chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(core::mem::take(&mut cell)),
            other => cell.push(other),
        }
    }
    cells.push(cell);
    cells
}

fn newlines(text: &str) -> usize {
    text.bytes().filter(|&byte| byte == b'\n').count()
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}

//! From one line to one record.

use std::collections::BTreeMap;
use std::sync::Arc;

use forewarn_core::model::{
    Heartbeat, HeartbeatStatus, Infrared, Mode, Radar, Record, RecordId, RejectionReason, Report,
    ReportBody, Sensor, SensorIndex, SensorKind,
};
use forewarn_physics::math::{FRAC_PI_2, PI, TAU};
use serde_json::Value;

use super::check::{
    Checked, LIGHT_M_S, RANGE_MAX_M, Refusal, id, json_refusal, optional, position_m, positive,
    refuse, region, required, time, unit_vector, within, word,
};
use super::lines::{LINE_BYTES_MAX, Line};
use super::wire::ReportWire;
use crate::suggest::nearest;

/// How many unknown values are kept; the counts go on beyond.
const KEPT_MAX: usize = 1_000;
/// How many different unknown keys are counted by name.
const NAMES_MAX: usize = 1_000;

/// Keys that no reader knows: counted by name, the first values kept.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UnknownKeys {
    /// How often each was met. Beyond 1,000 different names they count as `(other)`.
    pub counts: BTreeMap<String, u64>,
    /// The first 1,000: record, key, value.
    pub kept: Vec<(RecordId, String, Value)>,
}

impl UnknownKeys {
    pub(crate) fn take(&mut self, record: &RecordId, keys: Vec<(String, Value)>) {
        for (key, value) in keys {
            let named = self.counts.len() < NAMES_MAX || self.counts.contains_key(&key);
            let name = if named {
                key.clone()
            } else {
                "(other)".to_owned()
            };
            *self.counts.entry(name).or_default() += 1;
            if self.kept.len() < KEPT_MAX {
                self.kept.push((record.clone(), key, value));
            }
        }
    }

    /// Adds what another reader met.
    pub fn merge(&mut self, other: &UnknownKeys) {
        for (key, count) in &other.counts {
            *self.counts.entry(key.clone()).or_default() += count;
        }
        let room = KEPT_MAX.saturating_sub(self.kept.len());
        self.kept.extend(other.kept.iter().take(room).cloned());
    }
}

#[derive(Debug, Clone, Copy)]
struct Known {
    index: SensorIndex,
    infrared: bool,
    has_orbit: bool,
}

/// Turns lines of `detections.ndjson` into records.
#[derive(Debug, Clone)]
pub struct Decoder {
    file: String,
    sensors: BTreeMap<Arc<str>, Known>,
    /// Unknown keys met so far.
    pub unknown: UnknownKeys,
}

impl Decoder {
    /// For a file (its name goes into messages) and a sensor table.
    pub fn new(file: &str, sensors: &[Sensor]) -> Self {
        let known = sensors.iter().enumerate().map(|(place, sensor)| {
            let (infrared, has_orbit) = match &sensor.kind {
                SensorKind::Infrared(satellite) => (true, satellite.orbit.is_some()),
                SensorKind::Radar(_) => (false, true),
            };
            // The table holds at most 65,536 sensors: the configuration reader sees to it.
            let index = SensorIndex(u16::try_from(place).unwrap_or(u16::MAX));
            (
                sensor.id.clone(),
                Known {
                    index,
                    infrared,
                    has_orbit,
                },
            )
        });
        Self {
            file: file.to_owned(),
            sensors: known.collect(),
            unknown: UnknownKeys::default(),
        }
    }

    /// The record of a line (without its line feed); none for a blank line.
    pub fn decode(&mut self, line_number: u64, line: &[u8]) -> Option<Record> {
        if line.len() > LINE_BYTES_MAX {
            return self.line(line_number, &Line::TooLong(line));
        }
        self.line(line_number, &Line::Bytes(line))
    }

    pub(crate) fn line(&mut self, line_number: u64, line: &Line<'_>) -> Option<Record> {
        let text = match read_text(line) {
            Ok(text) if text.trim().is_empty() => return None,
            Ok(text) => text,
            Err(refusal) => return Some(unreadable(&self.file, line_number, None, refusal)),
        };
        let mut wire = ReportWire::default();
        let filled = wire
            .fill(text)
            .map_err(|error| json_refusal(&error, wire.reading, text));
        let named = wire
            .id
            .as_ref()
            .and_then(|name| id(Some(name.clone())).ok());
        if let Some(name) = &named {
            self.unknown.take(name, std::mem::take(&mut wire.unknown));
        }
        Some(match filled.and_then(|()| self.report(wire)) {
            Ok(report) => Record::Report(report),
            Err(refusal) => unreadable(&self.file, line_number, named, refusal),
        })
    }

    fn report(&self, mut wire: ReportWire<'_>) -> Checked<Report> {
        let id = id(wire.id.take())?;
        let stamp = required(
            wire.time.take(),
            "time",
            "the time of the report, such as 2026-03-01T12:00:00Z",
        )?;
        let time_of = time("time", &stamp)?;
        let received = optional(wire.received.take(), |text| time("received", &text))?;
        let mode = optional(wire.mode.take(), |text| {
            word::<Mode>("mode", &text, RejectionReason::WrongMode)
        })?;
        let name = required(
            wire.sensor.take(),
            "sensor",
            "the id of a sensor of sensors.toml",
        )?;
        let known = self.known(&name)?;
        let kind = required(
            wire.kind.take(),
            "kind",
            "\"infrared\", \"radar\" or \"heartbeat\"",
        )?;
        let body = match &*kind {
            "infrared" if known.infrared => ReportBody::Infrared(infrared(&wire, known)?),
            "radar" if !known.infrared => ReportBody::Radar(radar(&wire)?),
            "heartbeat" => ReportBody::Heartbeat(heartbeat(&wire)?),
            other => return wrong_kind(other, &name, known),
        };
        Ok(Report {
            id,
            time: time_of,
            received,
            mode,
            sensor: known.index,
            body,
        })
    }

    fn known(&self, name: &str) -> Checked<Known> {
        if let Some(known) = self.sensors.get(name) {
            return Ok(*known);
        }
        let short: String = name.chars().take(60).collect();
        let near = nearest(&short, self.sensors.keys().map(|id| &**id));
        let remedy = near.map_or("add it there".to_owned(), |near| {
            format!("did you mean `{near}`?")
        });
        refuse(
            RejectionReason::UnknownSensor,
            format!("`sensor` `{short}` is not in sensors.toml; {remedy}"),
        )
    }
}

pub(crate) fn read_text<'a>(line: &Line<'a>) -> Checked<&'a str> {
    match line {
        Line::TooLong(_) => refuse(
            RejectionReason::Overflow,
            format!(
                "the line is longer than {LINE_BYTES_MAX} bytes; one record a line, split by line feeds"
            ),
        ),
        Line::Bytes(bytes) => std::str::from_utf8(bytes).map_err(|error| Refusal {
            reason: RejectionReason::Malformed,
            detail: format!(
                "byte {}: not UTF-8; save the file as UTF-8",
                error.valid_up_to() + 1
            ),
        }),
    }
}

/// The record that stands for a line that could not be used.
pub(crate) fn unreadable(
    file: &str,
    line_number: u64,
    id: Option<RecordId>,
    refusal: Refusal,
) -> Record {
    Record::Unreadable {
        id: id.unwrap_or_else(|| format!("line {line_number}").into()),
        reason: refusal.reason,
        detail: format!("{file}:{line_number}: {}", refusal.detail),
    }
}

fn wrong_kind<T>(kind: &str, sensor: &str, known: Known) -> Checked<T> {
    let short: String = kind.chars().take(40).collect();
    let its = if known.infrared { "infrared" } else { "radar" };
    let detail = match short.as_str() {
        "infrared" | "radar" => format!(
            "`kind` is {short}, but `{sensor}` is of kind {its} in sensors.toml; correct one of them"
        ),
        _ => format!("`kind` `{short}` is not known; use infrared, radar or heartbeat"),
    };
    refuse(RejectionReason::WrongKind, detail)
}

fn infrared(wire: &ReportWire<'_>, known: Known) -> Checked<Infrared> {
    let direction = required(
        wire.line_of_sight,
        "line_of_sight",
        "a unit vector [x, y, z] in ITRF",
    )?;
    let sensor_position_m = optional(wire.sensor_position_m, |value| {
        position_m("sensor_position_m", value)
    })?;
    if sensor_position_m.is_none() && !known.has_orbit {
        return refuse(
            RejectionReason::NoPosition,
            "the sensor has no `orbit` in sensors.toml; add one, or `sensor_position_m` to each report".into(),
        );
    }
    let sigma_rad = required(wire.sigma_rad, "sigma_rad", "the noise per axis in radians")?;
    Ok(Infrared {
        line_of_sight: unit_vector("line_of_sight", direction)?,
        sensor_position_m,
        sigma_rad: positive("sigma_rad", sigma_rad, 1.0)?,
        radiant_intensity_w_sr: optional(wire.radiant_intensity_w_sr, |value| {
            within("radiant_intensity_w_sr", value, 0.0, 1e15)
        })?,
        band: optional(wire.band.as_ref(), |text| {
            word("band", text, RejectionReason::ImpossibleValue)
        })?,
    })
}

fn radar(wire: &ReportWire<'_>) -> Checked<Radar> {
    let number = |value, field: &str, hint| required(value, field, hint);
    let range_rate_m_s = optional(wire.range_rate_m_s, |value| {
        within("range_rate_m_s", value, -LIGHT_M_S, LIGHT_M_S)
    })?;
    let sigma_range_rate_m_s = optional(wire.sigma_range_rate_m_s, |value| {
        positive("sigma_range_rate_m_s", value, LIGHT_M_S)
    })?;
    if range_rate_m_s.is_some() {
        required(
            sigma_range_rate_m_s,
            "sigma_range_rate_m_s",
            "the noise of range_rate_m_s in m/s",
        )?;
    }
    Ok(Radar {
        range_m: positive(
            "range_m",
            number(wire.range_m, "range_m", "the slant range in metres")?,
            RANGE_MAX_M,
        )?,
        azimuth_rad: within(
            "azimuth_rad",
            number(wire.azimuth_rad, "azimuth_rad", "the azimuth in radians")?,
            -TAU,
            TAU,
        )?,
        elevation_rad: within(
            "elevation_rad",
            number(
                wire.elevation_rad,
                "elevation_rad",
                "the elevation in radians",
            )?,
            -FRAC_PI_2,
            FRAC_PI_2,
        )?,
        range_rate_m_s,
        sigma_range_m: positive(
            "sigma_range_m",
            number(
                wire.sigma_range_m,
                "sigma_range_m",
                "the range noise in metres",
            )?,
            RANGE_MAX_M,
        )?,
        sigma_azimuth_rad: positive(
            "sigma_azimuth_rad",
            number(
                wire.sigma_azimuth_rad,
                "sigma_azimuth_rad",
                "the azimuth noise in radians",
            )?,
            PI,
        )?,
        sigma_elevation_rad: positive(
            "sigma_elevation_rad",
            number(
                wire.sigma_elevation_rad,
                "sigma_elevation_rad",
                "the elevation noise in radians",
            )?,
            PI,
        )?,
        sigma_range_rate_m_s,
        snr_db: optional(wire.snr_db, |value| within("snr_db", value, -200.0, 300.0))?,
        rcs_m2: optional(wire.rcs_m2, |value| within("rcs_m2", value, 0.0, 1e9))?,
    })
}

fn heartbeat(wire: &ReportWire<'_>) -> Checked<Heartbeat> {
    let status = required(
        wire.status.as_ref(),
        "status",
        "\"ok\", \"degraded\" or \"down\"",
    )?;
    Ok(Heartbeat {
        status: word::<HeartbeatStatus>("status", status, RejectionReason::ImpossibleValue)?,
        reports: wire.reports,
        coverage: optional(wire.coverage.as_ref(), |value| region("coverage", value))?,
    })
}

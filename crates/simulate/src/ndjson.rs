//! The lines of `detections.ndjson` and `truth.ndjson`, as the interface names them.

use forewarn_core::model::{HeartbeatStatus, Report, ReportBody};
use forewarn_physics::time::{Epoch, format_utc};
use serde::Serialize;

use crate::Recording;
use crate::record::{TruthObject, TruthPlace, TruthState};

impl Recording {
    /// The files of the recording's folder: name and text of each.
    pub fn files(&self) -> Vec<(&'static str, String)> {
        let mut files = vec![
            ("recording.toml", self.recording_toml.clone()),
            ("sensors.toml", self.sensors_toml.clone()),
            ("detections.ndjson", self.detections_ndjson()),
            ("truth.ndjson", self.truth_ndjson()),
        ];
        if let Some(catalogue) = &self.catalogue_tle {
            files.push(("catalogue.tle", catalogue.clone()));
        }
        files
    }

    /// The text of `detections.ndjson`, damage included.
    pub fn detections_ndjson(&self) -> String {
        let mut text = String::new();
        for record in &self.detections {
            let line = detection_line(
                &record.report,
                &self.sensors[record.report.sensor.0 as usize].id,
            );
            match &record.corruption {
                Some(corruption) => text.push_str(&corruption.apply(&line)),
                None => text.push_str(&line),
            }
            text.push('\n');
        }
        text
    }

    /// The text of `truth.ndjson`.
    pub fn truth_ndjson(&self) -> String {
        let mut text = String::new();
        let mut push = |line: String| {
            text.push_str(&line);
            text.push('\n');
        };
        for object in &self.truth.objects {
            push(object_line(object));
        }
        for state in &self.truth.states {
            push(state_line(state));
        }
        for (detection, object) in &self.truth.origins {
            push(line(&OriginLine {
                kind: "origin",
                detection,
                object: object.as_deref(),
            }));
        }
        text
    }
}

/// Serialising plain structs of numbers and texts cannot fail.
fn line<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[derive(Serialize)]
struct DetectionLine<'a> {
    id: &'a str,
    time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    received: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<&'static str>,
    sensor: &'a str,
    kind: &'static str,
    #[serde(flatten)]
    body: BodyLine,
}

#[derive(Serialize)]
#[serde(untagged)]
enum BodyLine {
    Infrared {
        line_of_sight: [f64; 3],
        #[serde(skip_serializing_if = "Option::is_none")]
        sensor_position_m: Option<[f64; 3]>,
        sigma_rad: f64,
        #[serde(skip_serializing_if = "Option::is_none")]
        radiant_intensity_w_sr: Option<f64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        band: Option<&'static str>,
    },
    Radar {
        range_m: f64,
        azimuth_rad: f64,
        elevation_rad: f64,
        #[serde(skip_serializing_if = "Option::is_none")]
        range_rate_m_s: Option<f64>,
        sigma_range_m: f64,
        sigma_azimuth_rad: f64,
        sigma_elevation_rad: f64,
        #[serde(skip_serializing_if = "Option::is_none")]
        sigma_range_rate_m_s: Option<f64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        snr_db: Option<f64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        rcs_m2: Option<f64>,
    },
    Heartbeat {
        status: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        reports: Option<u64>,
    },
}

/// One line of `detections.ndjson`, undamaged.
pub(crate) fn detection_line(report: &Report, sensor: &str) -> String {
    let (kind, body) = match &report.body {
        ReportBody::Infrared(infrared) => (
            "infrared",
            BodyLine::Infrared {
                line_of_sight: infrared.line_of_sight.into(),
                sensor_position_m: infrared.sensor_position_m.map(Into::into),
                sigma_rad: infrared.sigma_rad,
                radiant_intensity_w_sr: infrared.radiant_intensity_w_sr,
                band: infrared.band.map(|band| band.word()),
            },
        ),
        ReportBody::Radar(radar) => (
            "radar",
            BodyLine::Radar {
                range_m: radar.range_m,
                azimuth_rad: radar.azimuth_rad,
                elevation_rad: radar.elevation_rad,
                range_rate_m_s: radar.range_rate_m_s,
                sigma_range_m: radar.sigma_range_m,
                sigma_azimuth_rad: radar.sigma_azimuth_rad,
                sigma_elevation_rad: radar.sigma_elevation_rad,
                sigma_range_rate_m_s: radar.sigma_range_rate_m_s,
                snr_db: radar.snr_db,
                rcs_m2: radar.rcs_m2,
            },
        ),
        ReportBody::Heartbeat(heartbeat) => (
            "heartbeat",
            BodyLine::Heartbeat {
                status: HeartbeatStatus::word(heartbeat.status),
                reports: heartbeat.reports,
            },
        ),
    };
    line(&DetectionLine {
        id: &report.id,
        time: format_utc(report.time),
        received: report.received.map(format_utc),
        mode: report.mode.map(|mode| mode.word()),
        sensor,
        kind,
        body,
    })
}

#[derive(Serialize)]
struct OriginLine<'a> {
    kind: &'static str,
    detection: &'a str,
    object: Option<&'a str>,
}

#[derive(Serialize)]
struct PlaceLine {
    time: String,
    latitude_deg: f64,
    longitude_deg: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    azimuth_rad: Option<f64>,
}

fn place_line(place: &TruthPlace, azimuth_rad: Option<f64>) -> PlaceLine {
    PlaceLine {
        time: format_utc(place.time),
        latitude_deg: place.place.latitude_rad.to_degrees(),
        longitude_deg: place.place.longitude_rad.to_degrees(),
        azimuth_rad,
    }
}

#[derive(Serialize)]
struct ObjectLine<'a> {
    kind: &'static str,
    object: &'a str,
    class: &'static str,
    parent: Option<&'a str>,
    launch: Option<PlaceLine>,
    impact: Option<PlaceLine>,
    cutoff_time: Option<String>,
}

fn object_line(object: &TruthObject) -> String {
    line(&ObjectLine {
        kind: "object",
        object: &object.object,
        class: object.class.word(),
        parent: object.parent.as_deref(),
        launch: object
            .launch
            .as_ref()
            .map(|(place, azimuth_rad)| place_line(place, Some(*azimuth_rad))),
        impact: object.impact.as_ref().map(|place| place_line(place, None)),
        cutoff_time: object.cutoff_time.map(|time: Epoch| format_utc(time)),
    })
}

#[derive(Serialize)]
struct StateLine<'a> {
    kind: &'static str,
    time: String,
    object: &'a str,
    position_m: [f64; 3],
    velocity_m_s: [f64; 3],
    phase: &'static str,
}

fn state_line(state: &TruthState) -> String {
    line(&StateLine {
        kind: "state",
        time: format_utc(state.time),
        object: &state.object,
        position_m: state.position_m.into(),
        velocity_m_s: state.velocity_m_s.into(),
        phase: state.phase.word(),
    })
}

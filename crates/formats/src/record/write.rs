//! From records to lines. The types here are also what the JSON Schemas are made from.

use forewarn_core::model::{
    Action, ActionKind, Band, Claim, Class, HeartbeatStatus, Mode, Notice, Report, ReportBody,
    Sensor,
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::geojson::{Area, Geometry, geometry};
use crate::words::{UtcTime, Word};

/// A hot spot.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct InfraredLine {
    /// Unique in the recording; a repeat is dropped.
    pub id: String,
    /// When light left the object.
    pub time: UtcTime,
    /// Arrival.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received: Option<UtcTime>,
    /// One that differs from the run's is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Word<Mode>>,
    /// A sensor of `sensors.toml`.
    pub sensor: String,
    /// Unit vector within 1e-6, from the sensor to the target, ITRF at `time`.
    pub line_of_sight: [f64; 3],
    /// Where the sensor was [m], ITRF; from its orbit where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sensor_position_m: Option<[f64; 3]>,
    /// Noise per axis [rad].
    pub sigma_rad: f64,
    /// Brightness [W/sr].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub radiant_intensity_w_sr: Option<f64>,
    /// Spectral band.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub band: Option<Word<Band>>,
}

/// An echo.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct RadarLine {
    /// Unique in the recording; a repeat is dropped.
    pub id: String,
    /// When the echo was reflected.
    pub time: UtcTime,
    /// Arrival.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received: Option<UtcTime>,
    /// One that differs from the run's is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Word<Mode>>,
    /// A sensor of `sensors.toml`.
    pub sensor: String,
    /// Slant range [m].
    pub range_m: f64,
    /// Azimuth from true north, clockwise [rad].
    pub azimuth_rad: f64,
    /// Elevation from the ellipsoid's tangent plane [rad].
    pub elevation_rad: f64,
    /// Range rate, positive receding [m/s].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range_rate_m_s: Option<f64>,
    /// Range noise [m].
    pub sigma_range_m: f64,
    /// Noise of the azimuth itself [rad].
    pub sigma_azimuth_rad: f64,
    /// Elevation noise [rad].
    pub sigma_elevation_rad: f64,
    /// Range-rate noise [m/s]; required with `range_rate_m_s`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sigma_range_rate_m_s: Option<f64>,
    /// Signal-to-noise ratio [dB].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snr_db: Option<f64>,
    /// Radar cross-section [m²].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rcs_m2: Option<f64>,
}

/// A sign of life; `ok` closes a scan.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct HeartbeatLine {
    /// Unique in the recording; a repeat is dropped.
    pub id: String,
    /// When the scan closed.
    pub time: UtcTime,
    /// Arrival.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received: Option<UtcTime>,
    /// One that differs from the run's is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Word<Mode>>,
    /// A sensor of `sensors.toml`.
    pub sensor: String,
    /// How it says it is.
    pub status: Word<HeartbeatStatus>,
    /// How many reports since the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reports: Option<u64>,
    /// What it could see since then, where that is less than its whole view.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Geometry>,
}

/// One line of `detections.ndjson`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum DetectionLine {
    /// A hot spot.
    Infrared(InfraredLine),
    /// An echo.
    Radar(RadarLine),
    /// A sign of life.
    Heartbeat(HeartbeatLine),
}

impl DetectionLine {
    /// Of a report.
    pub fn of(report: &Report, sensors: &[Sensor]) -> Self {
        let id = report.id.to_string();
        let time = UtcTime(report.time);
        let received = report.received.map(UtcTime);
        let mode = report.mode.map(Word);
        let sensor = sensors
            .get(usize::from(report.sensor.0))
            .map_or_else(String::new, |sensor| sensor.id.to_string());
        match &report.body {
            ReportBody::Infrared(body) => Self::Infrared(InfraredLine {
                id,
                time,
                received,
                mode,
                sensor,
                line_of_sight: body.line_of_sight.into(),
                sensor_position_m: body.sensor_position_m.map(Into::into),
                sigma_rad: body.sigma_rad,
                radiant_intensity_w_sr: body.radiant_intensity_w_sr,
                band: body.band.map(Word),
            }),
            ReportBody::Radar(body) => Self::Radar(RadarLine {
                id,
                time,
                received,
                mode,
                sensor,
                range_m: body.range_m,
                azimuth_rad: body.azimuth_rad,
                elevation_rad: body.elevation_rad,
                range_rate_m_s: body.range_rate_m_s,
                sigma_range_m: body.sigma_range_m,
                sigma_azimuth_rad: body.sigma_azimuth_rad,
                sigma_elevation_rad: body.sigma_elevation_rad,
                sigma_range_rate_m_s: body.sigma_range_rate_m_s,
                snr_db: body.snr_db,
                rcs_m2: body.rcs_m2,
            }),
            ReportBody::Heartbeat(body) => Self::Heartbeat(HeartbeatLine {
                id,
                time,
                received,
                mode,
                sensor,
                status: Word(body.status),
                reports: body.reports,
                coverage: body.coverage.as_ref().map(geometry),
            }),
        }
    }
}

/// One line of `notices.ndjson`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct NoticeLine {
    /// Unique in the recording.
    pub id: String,
    /// Who gave it.
    pub issuer: String,
    /// When it arrived.
    pub received: UtcTime,
    /// What will fly.
    pub class: Word<Class>,
    /// Earliest and latest launch.
    pub window: [UtcTime; 2],
    /// From where.
    pub launch_area: Area,
    /// To where, stages included.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub impact_areas: Vec<Area>,
    /// In which direction [rad].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub azimuth_rad: Option<f64>,
    /// Give or take [rad].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub azimuth_tolerance_rad: Option<f64>,
    /// How many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
}

/// One line of `claims.ndjson`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ClaimLine {
    /// Unique in the recording.
    pub id: String,
    /// When it was made.
    pub time: UtcTime,
    /// Who makes it.
    pub issuer: String,
    /// What it says.
    pub text: String,
    /// How many objects it claims.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// Ids of the sensors that it is said to rest on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sensors: Vec<String>,
    /// From where, if it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub launch_area: Option<Area>,
}

/// One line of `actions.ndjson`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ActionLine {
    /// Unique in the recording.
    pub id: String,
    /// When.
    pub time: UtcTime,
    /// Who.
    pub by: String,
    /// What.
    pub action: Word<ActionKind>,
    /// Id of the warning, notice or object.
    pub target: String,
}

/// One line of `detections.ndjson`, without a line feed.
pub fn write_report(report: &Report, sensors: &[Sensor]) -> String {
    json(&DetectionLine::of(report, sensors))
}

/// One line of `notices.ndjson`, without a line feed.
pub fn write_notice(notice: &Notice) -> String {
    json(&NoticeLine {
        id: notice.id.to_string(),
        issuer: notice.issuer.clone(),
        received: UtcTime(notice.received),
        class: Word(notice.class),
        window: notice.window.map(UtcTime),
        launch_area: Area::of(&notice.launch_area),
        impact_areas: notice.impact_areas.iter().map(Area::of).collect(),
        azimuth_rad: notice.azimuth_rad,
        azimuth_tolerance_rad: notice.azimuth_tolerance_rad,
        count: notice.count,
    })
}

/// One line of `claims.ndjson`, without a line feed.
pub fn write_claim(claim: &Claim) -> String {
    json(&ClaimLine {
        id: claim.id.to_string(),
        time: UtcTime(claim.time),
        issuer: claim.issuer.clone(),
        text: claim.text.clone(),
        count: claim.count,
        sensors: claim.sensors.iter().map(ToString::to_string).collect(),
        launch_area: claim.launch_area.as_ref().map(Area::of),
    })
}

/// One line of `actions.ndjson`, without a line feed.
pub fn write_action(action: &Action) -> String {
    json(&ActionLine {
        id: action.id.to_string(),
        time: UtcTime(action.time),
        by: action.by.clone(),
        action: Word(action.kind),
        target: action.target.clone(),
    })
}

/// A value as one line of JSON.
pub(crate) fn json(value: &impl Serialize) -> String {
    // Our own types hold only text keys and finite or null numbers: writing them cannot fail.
    serde_json::to_string(value).unwrap_or_default()
}

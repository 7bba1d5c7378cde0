//! `truth.ndjson`: what really flew, for scoring. The engine never opens it.

use std::path::Path;

use forewarn_core::model::{Class, FlightPhase};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::problem::Problem;
use crate::record::ReadError;
use crate::words::{UtcTime, Word};

/// Where and when a flight began or ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TruthPlace {
    /// When.
    pub time: UtcTime,
    /// Geodetic latitude.
    pub latitude_deg: f64,
    /// Longitude.
    pub longitude_deg: f64,
    /// Height above the ellipsoid [m].
    #[serde(default)]
    pub height_m: f64,
    /// For a launch: azimuth of the earth-fixed velocity at cut-off [rad].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub azimuth_rad: Option<f64>,
}

/// Something that flew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TruthObject {
    /// Its name.
    pub object: String,
    /// What it was.
    pub class: Word<Class>,
    /// What it came off, if it is a piece.
    pub parent: Option<String>,
    /// Where and when it was launched.
    pub launch: Option<TruthPlace>,
    /// Where and when it came down.
    pub impact: Option<TruthPlace>,
    /// When its last engine stopped.
    pub cutoff_time: Option<UtcTime>,
}

/// Where something was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TruthState {
    /// When.
    pub time: UtcTime,
    /// Its name.
    pub object: String,
    /// ITRF position [m].
    pub position_m: [f64; 3],
    /// ITRF velocity [m/s].
    pub velocity_m_s: [f64; 3],
    /// Phase of flight.
    pub phase: Word<FlightPhase>,
}

/// What a detection came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TruthOrigin {
    /// Id of the detection.
    pub detection: String,
    /// The object; null for a false detection.
    pub object: Option<String>,
}

/// One line of `truth.ndjson`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum TruthLine {
    /// Something that flew.
    Object(TruthObject),
    /// Where something was.
    State(TruthState),
    /// What a detection came from.
    Origin(TruthOrigin),
}

/// One line of `truth.ndjson`, without a line feed.
pub fn write_truth(line: &TruthLine) -> String {
    crate::record::json_line(line)
}

/// Everything in a `truth.ndjson`, by kind, in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Truth {
    /// What flew.
    pub objects: Vec<TruthObject>,
    /// Where it was.
    pub states: Vec<TruthState>,
    /// What each detection came from.
    pub origins: Vec<TruthOrigin>,
    /// Lines that could not be read.
    pub problems: Vec<Problem>,
}

/// Reads a `truth.ndjson` (or `.zst`).
///
/// # Errors
/// The file cannot be read; bad lines are listed in [`Truth::problems`].
pub fn read_truth(path: &Path) -> Result<Truth, ReadError> {
    let mut truth = Truth::default();
    truth.problems = crate::record::read_json_lines(path, |line| match line {
        TruthLine::Object(object) => truth.objects.push(object),
        TruthLine::State(state) => truth.states.push(state),
        TruthLine::Origin(origin) => truth.origins.push(origin),
    })?;
    Ok(truth)
}

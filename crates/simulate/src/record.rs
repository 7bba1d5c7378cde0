//! What comes out: records in order of arrival, and the truth behind them.

use std::sync::Arc;

use forewarn_core::model::{Class, FlightPhase, RecordId, Report};
use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::time::Epoch;
use nalgebra::Vector3;

use crate::random::Stream;

/// One line to come.
#[derive(Debug, Clone, PartialEq)]
pub struct SimulatedRecord {
    /// The report.
    pub report: Report,
    /// How its text is damaged, if it is.
    pub corruption: Option<Corruption>,
    /// The object it is of; none if it is false, stuck or a heartbeat.
    pub origin: Option<Arc<str>>,
}

/// Damage to the text of a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Corruption {
    /// Cut off after this share of its bytes.
    Cut(f64),
    /// One byte, at this share of the line, becomes `#`.
    Garbled(f64),
    /// The first digit after this share of the line becomes `NaN`.
    NotANumber(f64),
}

impl Corruption {
    pub(crate) fn draw(stream: &mut Stream) -> Self {
        let (kind, share) = (stream.index(3), stream.between(0.1, 0.95));
        match kind {
            0 => Self::Cut(share),
            1 => Self::Garbled(share),
            _ => Self::NotANumber(share),
        }
    }

    /// The damaged line. Lines are ASCII.
    pub fn apply(&self, line: &str) -> String {
        let at =
            |share: f64| ((share * line.len() as f64) as usize).min(line.len().saturating_sub(1));
        match *self {
            Self::Cut(share) => line.get(..at(share)).unwrap_or("").to_owned(),
            Self::Garbled(share) => replaced(line, at(share), "#"),
            Self::NotANumber(share) => {
                let digit = line
                    .bytes()
                    .skip(at(share))
                    .position(|byte| byte.is_ascii_digit());
                replaced(line, at(share) + digit.unwrap_or(0), "NaN")
            }
        }
    }
}

fn replaced(line: &str, at: usize, with: &str) -> String {
    match (line.get(..at), line.get(at + 1..)) {
        (Some(before), Some(after)) => format!("{before}{with}{after}"),
        _ => String::new(),
    }
}

/// A place and a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TruthPlace {
    /// When.
    pub time: Epoch,
    /// Where.
    pub place: Geodetic,
}

/// One true object.
#[derive(Debug, Clone, PartialEq)]
pub struct TruthObject {
    /// Its name.
    pub object: Arc<str>,
    /// What it is.
    pub class: Class,
    /// What it separated from.
    pub parent: Option<Arc<str>>,
    /// Launch, and azimuth of the earth-fixed velocity at cut-off [rad].
    pub launch: Option<(TruthPlace, f64)>,
    /// Impact.
    pub impact: Option<TruthPlace>,
    /// Last cut-off.
    pub cutoff_time: Option<Epoch>,
}

/// One true state.
#[derive(Debug, Clone, PartialEq)]
pub struct TruthState {
    /// When.
    pub time: Epoch,
    /// Of what.
    pub object: Arc<str>,
    /// Position, ITRF [m].
    pub position_m: Vector3<f64>,
    /// Velocity relative to ITRF [m/s].
    pub velocity_m_s: Vector3<f64>,
    /// Part of the flight.
    pub phase: FlightPhase,
}

/// The truth: for scoring, never for the engine.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Truth {
    /// The objects.
    pub objects: Vec<TruthObject>,
    /// Their states, object by object in order of time.
    pub states: Vec<TruthState>,
    /// Of each detection the object that it is of, if any; heartbeats left out.
    pub origins: Vec<(RecordId, Option<Arc<str>>)>,
}

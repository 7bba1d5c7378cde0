//! CCSDS TDM (tracking data message, KVN and XML): ranges and angles of tracking stations.
//!
//! Source of the form: CCSDS 503.0-B-2. Taken: `RANGE` in kilometres over the paths `1,2,1` and
//! `2,1` (one-way distance), `ANGLE_1` and `ANGLE_2` of type `AZEL` in degrees. Everything else is
//! counted by name, and why. A value that is impossible, or a time that cannot be read or goes
//! back, is refused by line; the others are kept.

mod kvn;
mod reports;
mod segment;
mod xml;

use std::collections::BTreeMap;
use std::fmt;

use forewarn_physics::time::Epoch;
use thiserror::Error;

pub use reports::tdm_reports;

use segment::Collector;

/// One station's look: range and angles that carry the same time.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// Line of its first value.
    pub line: usize,
    /// The station.
    pub station: String,
    /// Time tag of the message.
    pub time: Epoch,
    /// One-way range [m].
    pub range_m: Option<f64>,
    /// Azimuth [rad].
    pub azimuth_rad: Option<f64>,
    /// Elevation [rad].
    pub elevation_rad: Option<f64>,
}

/// A message as far as it can be used.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tdm {
    /// The looks, in the order of the file.
    pub observations: Vec<Observation>,
    /// What is not supported: name (and why) with how often.
    pub unsupported: BTreeMap<String, u64>,
    /// Values that were refused, by line.
    pub refused: Vec<TdmError>,
}

/// Why a message or a value of it is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct TdmError {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for TdmError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}: {}", self.line, self.message)
    }
}

/// Reads a message, KVN or XML by how it begins.
///
/// # Errors
/// It is no tracking data message, or its XML is broken. A bad value is not an error: see
/// [`Tdm::refused`].
pub fn read_tdm(text: &str) -> Result<Tdm, TdmError> {
    let mut collector = Collector::default();
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if start.starts_with('<') {
        xml::read(text, &mut collector)?;
    } else if start.starts_with("CCSDS_TDM_VERS") {
        kvn::read(text, &mut collector);
    } else {
        let message =
            "not a tracking data message: it must begin with CCSDS_TDM_VERS or <?xml".into();
        return Err(TdmError { line: 1, message });
    }
    Ok(collector.finish())
}

//! Reads `events.ndjson` back, for scoring and the report.

use std::path::Path;

use serde::Deserialize;
use serde::de::{self, Deserializer};
use serde_json::Value;

use super::line::{AssessmentEvent, EventLine};
use crate::problem::Problem;
use crate::record::{ReadError, read_json_lines};

impl<'de> Deserialize<'de> for EventLine {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let kind = value
            .get("event")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let read = match kind.as_str() {
            "assessment" => serde_json::from_value(value)
                .map(|event: AssessmentEvent| Self::Assessment(Box::new(event))),
            "warning" => serde_json::from_value(value).map(|event| Self::Warning(Box::new(event))),
            "rejection" => serde_json::from_value(value).map(Self::Rejection),
            "health" => serde_json::from_value(value).map(Self::Health),
            _ => {
                return Err(de::Error::custom(
                    "`event` must be assessment, warning, rejection or health",
                ));
            }
        };
        read.map_err(de::Error::custom)
    }
}

/// Everything in an `events.ndjson`, in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Events {
    /// The events.
    pub events: Vec<EventLine>,
    /// Lines that could not be read.
    pub problems: Vec<Problem>,
}

/// Reads an `events.ndjson` (or `.zst`).
///
/// # Errors
/// The file cannot be read; bad lines are listed in [`Events::problems`].
pub fn read_events(path: &Path) -> Result<Events, ReadError> {
    let mut events = Vec::new();
    let problems = read_json_lines(path, |line| events.push(line))?;
    Ok(Events { events, problems })
}

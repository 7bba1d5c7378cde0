//! The four kinds of event as they stand in the file.

use std::borrow::Cow;

use forewarn_core::model::{HealthKind, Mode, RejectionReason, WarningAction};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::assessment::{AssessmentLine, TimeLeftLine};
use crate::geojson::FeatureCollection;
use crate::words::{UtcTime, Word};

/// One line of `events.ndjson`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum EventLine {
    /// About an object.
    Assessment(Box<AssessmentEvent>),
    /// For people.
    Warning(Box<WarningLine>),
    /// A record was not used.
    Rejection(RejectionLine),
    /// About a sensor.
    Health(HealthLine),
}

impl EventLine {
    /// Engine time of the event.
    pub fn time(&self) -> UtcTime {
        match self {
            Self::Assessment(event) => event.time,
            Self::Warning(event) => event.time,
            Self::Rejection(event) => event.time,
            Self::Health(event) => event.time,
        }
    }

    /// Ids of the records that led to it.
    pub fn caused_by(&self) -> &[String] {
        match self {
            Self::Assessment(event) => &event.caused_by,
            Self::Warning(event) => &event.caused_by,
            Self::Rejection(event) => &event.caused_by,
            Self::Health(event) => &event.caused_by,
        }
    }
}

/// `"event": "assessment"`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AssessmentEvent {
    /// Engine time, never the wall clock.
    pub time: UtcTime,
    /// Always `assessment`.
    #[schemars(extend("const" = "assessment"))]
    pub event: Cow<'static, str>,
    /// Mode of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Word<Mode>>,
    /// What is known.
    #[serde(flatten)]
    pub assessment: AssessmentLine,
    /// Ids of the records that led to it.
    #[serde(default)]
    pub caused_by: Vec<String>,
}

/// `"event": "warning"`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WarningLine {
    /// Engine time, never the wall clock.
    pub time: UtcTime,
    /// Always `warning`.
    #[schemars(extend("const" = "warning"))]
    pub event: Cow<'static, str>,
    /// Mode of the run.
    pub mode: Word<Mode>,
    /// What happens to the warning.
    pub action: Word<WarningAction>,
    /// Its id, the same through all its steps.
    pub warning: String,
    /// 1 for the first.
    pub revision: u32,
    /// What it is about.
    pub objects: Vec<String>,
    /// How many.
    pub count: u32,
    /// Where it applies: one feature an area.
    pub areas: FeatureCollection,
    /// To the first impact.
    pub time_left_s: Option<TimeLeftLine>,
    /// People or a named rule; null for a draft.
    pub released_by: Option<ReleasedByLine>,
    /// `single_physics` where the confirmation of an object rests on one physics.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Cow<'static, str>>,
    /// With `single_physics`: when a sensor of another physics could first see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_physics_first: Option<UtcTime>,
    /// One line for people.
    pub headline: String,
    /// A few sentences for people.
    pub description: String,
    /// Ids of the records that led to it.
    #[serde(default)]
    pub caused_by: Vec<String>,
}

/// Who let a warning out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReleasedByLine {
    /// People, by name.
    People(Vec<String>),
    /// A rule that people approved beforehand.
    Rule(String),
}

/// `"event": "rejection"`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RejectionLine {
    /// Engine time, never the wall clock.
    pub time: UtcTime,
    /// Always `rejection`.
    #[schemars(extend("const" = "rejection"))]
    pub event: Cow<'static, str>,
    /// Mode of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Word<Mode>>,
    /// Its id, or `line N` where it had none.
    pub record: String,
    /// Why, from a closed list.
    pub reason: Word<RejectionReason>,
    /// Field, value and remedy.
    pub detail: String,
    /// Ids of the records that led to it.
    #[serde(default)]
    pub caused_by: Vec<String>,
}

/// `"event": "health"`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HealthLine {
    /// Engine time, never the wall clock.
    pub time: UtcTime,
    /// Always `health`.
    #[schemars(extend("const" = "health"))]
    pub event: Cow<'static, str>,
    /// Mode of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Word<Mode>>,
    /// Which sensor.
    pub sensor: String,
    /// What.
    pub kind: Word<HealthKind>,
    /// For people.
    pub detail: String,
    /// Ids of the records that led to it.
    #[serde(default)]
    pub caused_by: Vec<String>,
}

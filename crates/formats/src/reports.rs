//! `summary.json` and `score.json`: what a run and its scoring came to.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::words::Word;

/// `summary.json`: what a run came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Mode of the run.
    pub mode: Word<forewarn_core::model::Mode>,
    /// Records read.
    pub records: u64,
    /// Sensor reports read, heartbeats included.
    pub detections: u64,
    /// Records that were not used.
    pub rejections: u64,
    /// The same by reason.
    pub rejections_by_reason: BTreeMap<String, u64>,
    /// Keys that no reader knows, and how often each was met.
    pub unknown_keys: BTreeMap<String, u64>,
    /// Events written, by kind.
    pub events: BTreeMap<String, u64>,
    /// Objects by their last verdict.
    pub objects_by_verdict: BTreeMap<String, u64>,
    /// Warnings issued.
    pub warnings: u64,
    /// Wall time of the run [s].
    pub wall_time_s: f64,
    /// Detections per second of wall time.
    pub detections_per_s: f64,
    /// From taking a record to having concluded, by percentile (`p50`, `p95`, `p99`, `max`) [s].
    pub latency_s: BTreeMap<String, f64>,
    /// SHA-256 of `events.ndjson`, in hexadecimal.
    pub events_sha256: String,
}

/// `score.json`: how right a run was. Groups of figures by name, so that a scorer may add its own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Score {
    /// Errors of launch, impact and state.
    #[serde(default)]
    pub accuracy: BTreeMap<String, Value>,
    /// Coverage of intervals and ellipses, normalised errors.
    #[serde(default)]
    pub consistency: BTreeMap<String, Value>,
    /// Verdicts against truth: hits, misses, false alarms.
    #[serde(default)]
    pub verdicts: BTreeMap<String, Value>,
    /// Times from the first report to each verdict.
    #[serde(default)]
    pub latency: BTreeMap<String, Value>,
    /// One entry for each true object.
    #[serde(default)]
    pub objects: Vec<Value>,
}

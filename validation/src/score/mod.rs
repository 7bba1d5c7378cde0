//! Scores a run: the engine's events against the truth.
//!
//! A pure function of three things: the truth, the events, and when each detection was made by
//! which physics. Everything is judged at three moments of each threat: cut-off + 15 s, the
//! radar's first report + 60 s, and impact − 120 s.
//!
//! An engine's object belongs to the true object from which most of its reports come. A piece
//! that came off a vehicle (a spent stage, a payload) counts for its vehicle: one launch is one
//! threat, however many pieces fall.

mod estimates;
mod link;
mod objects;
mod pool;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use forewarn_formats::events::EventLine;
use forewarn_formats::truth::Truth;
use forewarn_physics::time::Epoch;
use serde::Serialize;

pub use estimates::{ImpactScore, LaunchScore, Moment, MomentScore};
pub use objects::{FalseObject, ThreatScore};
pub use pool::{Coverage, MomentPool, Pooled, Spread};

/// Cut-off to the first judgement [s].
pub const AFTER_CUTOFF_S: f64 = 15.0;
/// The radar's first report to the second judgement [s].
pub const AFTER_RADAR_S: f64 = 60.0;
/// The last judgement to the impact [s].
pub const BEFORE_IMPACT_S: f64 = 120.0;

/// Which physics made a detection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Physics {
    /// Heat.
    Infrared,
    /// Echo.
    Radar,
}

/// When a detection was made, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Its time.
    pub time: Epoch,
    /// Its physics.
    pub physics: Physics,
}

/// What is scored.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// What really flew.
    pub truth: &'a Truth,
    /// What the engine said, in order.
    pub events: &'a [EventLine],
    /// When each detection was made, by id.
    pub seen: &'a BTreeMap<String, Seen>,
}

/// How right a run was.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Score {
    /// Each missile and glide vehicle of the truth.
    pub threats: Vec<ThreatScore>,
    /// Objects called `suspected` or `confirmed` that are no threat.
    pub false_objects: Vec<FalseObject>,
    /// Sums over all threats.
    pub pooled: Pooled,
}

/// Scores a run.
pub fn score(run: &Run<'_>) -> Score {
    let links = link::Links::of(run);
    let threats: Vec<ThreatScore> = run
        .truth
        .objects
        .iter()
        .filter(|object| link::is_threat(object))
        .map(|object| objects::threat(run, &links, object))
        .collect();
    let false_objects = objects::false_objects(run, &links);
    let pooled = pool::pool(&threats, &false_objects, &links);
    Score {
        threats,
        false_objects,
        pooled,
    }
}

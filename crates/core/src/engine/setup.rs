//! What an engine is started with. Configuration is a value: the engine reads nothing itself.

use std::sync::Arc;

use forewarn_physics::time::Epoch;

use crate::model::{LaunchSite, Mode, Region, Sensor};

/// What an engine is started with.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Mode of the run; there is no default.
    pub mode: Mode,
    /// Start of the run, where the recording gives it.
    pub start: Option<Epoch>,
    /// Reports later than this are left out [s].
    pub late_window_s: f64,
    /// The sensor table.
    pub sensors: Vec<Sensor>,
    /// Known launch sites; empty switches their prior off.
    pub gazetteer: Vec<LaunchSite>,
    /// Areas to be warned.
    pub protected_areas: Vec<ProtectedArea>,
    /// Catalogued satellites.
    pub catalogue: Vec<CatalogueEntry>,
    /// Thresholds of the verdict.
    pub thresholds: Thresholds,
    /// Name of the rule, approved beforehand, that releases confirmed warnings; none leaves drafts.
    pub release_rule: Option<String>,
    /// Seed of every random draw.
    pub seed: u64,
}

/// A catalogued satellite.
#[derive(Debug, Clone)]
pub struct CatalogueEntry {
    /// Name or number, for people.
    pub name: Arc<str>,
    /// Its two-line element set.
    pub lines: [Arc<str>; 2],
}

/// An area to be warned.
#[derive(Debug, Clone, PartialEq)]
pub struct ProtectedArea {
    /// For people.
    pub name: String,
    /// Where.
    pub region: Region,
}

/// Thresholds of the verdict, on the probability that a missile or glide vehicle flies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// From here an object is `suspected`.
    pub suspected: f64,
    /// From here two domains confirm.
    pub confirmed: f64,
    /// Below this an object is `dismissed`.
    pub dismissed: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            suspected: 0.9,
            confirmed: 0.99,
            dismissed: 0.01,
        }
    }
}

//! What people are told.

use std::fmt;

use super::words::words;
use super::{Mode, ObjectId, Region};

/// Identifier of a warning. Written `w-3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct WarningId(pub u64);

impl fmt::Display for WarningId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "w-{}", self.0)
    }
}

words! {
    /// What happens to a warning.
    WarningAction {
        /// First.
        Issue = "issue",
        /// Changed.
        Update = "update",
        /// The danger is over.
        Cancel = "cancel",
        /// We were wrong.
        Retract = "retract",
    }
}

/// Who let a warning out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReleasedBy {
    /// People, by name.
    People(Vec<String>),
    /// A rule that people approved beforehand.
    Rule(String),
}

/// One step in the life of a warning.
#[derive(Debug, Clone, PartialEq)]
pub struct Warning {
    /// Its id; the same through update, cancel and retract.
    pub warning: WarningId,
    /// 1 for the first.
    pub revision: u32,
    /// What happens to it.
    pub action: WarningAction,
    /// The mode of the run: a warning cannot be without it.
    pub mode: Mode,
    /// The objects that it is about: a raid is one warning with a count.
    pub objects: Vec<ObjectId>,
    /// Where it applies.
    pub areas: Vec<Region>,
    /// Time to the first impact [s], median.
    pub time_left_s: Option<f64>,
    /// The same, 5th percentile.
    pub earliest_95_s: Option<f64>,
    /// Who released it; none for a draft.
    pub released_by: Option<ReleasedBy>,
    /// One line for people.
    pub headline: String,
    /// A few sentences for people.
    pub description: String,
}

//! The numbers of the policy of warnings.

/// The numbers of the policy of warnings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WarnRules {
    /// Least time between two updates of one warning [s].
    pub update_every_s: f64,
    /// An impact that moved by more than this many of its own sigmas is news.
    pub moved_sigmas: f64,
    /// A time of impact that changed by more than this is news [s], if by more than its sigma too.
    pub time_changed_s: f64,
    /// The danger is over this long after the predicted impact, plus three sigmas of it [s].
    pub impact_margin_s: f64,
    /// Where no impact was ever predicted, this long after the object's last assessment [s].
    pub unknown_impact_hold_s: f64,
    /// Objects launched within this time of a member belong to one raid [s].
    pub raid_time_s: f64,
    /// If their impacts lie within this distance [m] or their areas overlap.
    pub raid_distance_m: f64,
    /// People who must release a draft, each once.
    pub people_needed: usize,
}

impl Default for WarnRules {
    fn default() -> Self {
        Self {
            update_every_s: 10.0,
            moved_sigmas: 1.0,
            time_changed_s: 30.0,
            impact_margin_s: 60.0,
            unknown_impact_hold_s: 3_600.0,
            raid_time_s: 300.0,
            raid_distance_m: 500e3,
            people_needed: 2,
        }
    }
}

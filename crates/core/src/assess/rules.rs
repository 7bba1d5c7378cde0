//! The numbers of the published rules.

/// The numbers of the published rules of the verdict.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rules {
    /// From this probability of a rocket an object may be `suspected`.
    pub suspected: f64,
    /// From this probability of a threat two domains confirm (published: above 0.99).
    pub confirmed: f64,
    /// The same where infrared and an established radar arc agree: each excludes what the other cannot.
    pub confirmed_two_physics: f64,
    /// Below this probability of a threat an object is `dismissed`.
    pub dismissed: f64,
    /// A suspicion ends when a rocket of any kind falls below this probability.
    pub suspected_leave: f64,
    /// A suspicion needs at least this probability of a threat (a space launch shares the rest),
    /// and ends below half of it.
    pub threat_floor: f64,
    /// A confirmation ends when the threat falls below this probability.
    pub confirmed_leave: f64,
    /// A dismissal ends when the threat rises above this probability.
    pub dismissed_leave: f64,
    /// Reports before anything is said at all.
    pub reports_min: u32,
    /// Reports that a sensor must hold to count as agreeing where physics differ: a chance
    /// coincidence of one or two false detections is no agreement.
    pub reports_each_two_physics: u32,
    /// Reports that each domain must hold where physics are the same (published: 4).
    pub reports_each_single_physics: u32,
    /// Fit of one powered ascent to both (published: p above 0.01).
    pub single_physics_p_value: f64,
    /// Speed that the ascent must have passed (published: 2 km/s) [m/s].
    pub single_physics_speed_m_s: f64,
    /// ln evidence at which a powered ascent is established.
    pub ascent_log_evidence: f64,
    /// Speed from which a powered ascent is suspicious [m/s].
    pub ascent_speed_m_s: f64,
    /// Updates before an arc may be suspicious.
    pub arc_updates_min: u32,
    /// Sigmas by which the perigee must lie below [`Self::orbit_perigee_m`] to exclude an orbit.
    pub perigee_sigmas: f64,
    /// No orbit survives below this perigee [m].
    pub orbit_perigee_m: f64,
    /// Largest normalised innovation squared per degree of freedom of a filter to be believed.
    pub nis_max: f64,
    /// Accumulated ln likelihood of misses from which a sensor disagrees: ln(1/1000) is −6.9.
    pub disagrees_log_likelihood: f64,
    /// A faint, short suspicion without reports for this long is withdrawn [s].
    pub silence_withdraws_s: f64,
    /// After a withdrawal the same verdict must hold for this long before it is said again [s].
    pub dwell_after_withdrawal_s: f64,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            suspected: 0.9,
            confirmed: 0.99,
            dismissed: 0.01,
            suspected_leave: 0.5,
            threat_floor: 0.03,
            confirmed_two_physics: 0.98,
            confirmed_leave: 0.5,
            dismissed_leave: 0.05,
            reports_min: 3,
            reports_each_two_physics: 3,
            reports_each_single_physics: 4,
            single_physics_p_value: 0.01,
            single_physics_speed_m_s: 2_000.0,
            ascent_log_evidence: 5.0,
            ascent_speed_m_s: 500.0,
            arc_updates_min: 5,
            perigee_sigmas: 4.0,
            orbit_perigee_m: 80e3,
            nis_max: 3.0,
            disagrees_log_likelihood: -6.5,
            silence_withdraws_s: 35.0,
            dwell_after_withdrawal_s: 20.0,
        }
    }
}

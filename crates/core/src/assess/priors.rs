//! What is assumed before anything is measured.

use super::dossier::{Dossier, Physics};
use crate::model::Class;

/// Relative frequencies of the classes among objects that reach the ledger.
///
/// They are rounded judgements, stated so that they can be replaced; the likelihoods carry the
/// decision. One table is for objects that infrared reported (each has three or more reports in
/// a row, so most fires and glints of the raw stream are already included), one for objects
/// that radar alone reported.
///
/// | class | infrared | radar only | why |
/// | --- | --- | --- | --- |
/// | ballistic missile | 0.02 | 0.001 | hundreds of flights a year in wars and tests; an early-warning fan sees thousands of satellite passes a day |
/// | glide vehicle | 0.001 | 0.0001 | a few tests a year |
/// | space launch | 0.015 | 0.0005 | about 300 a year, mostly from known sites |
/// | sounding rocket | 0.004 | 0.0001 | about 100 a year, most of them faint and short |
/// | satellite | 0.0001 | 0.981 | no plume; nearly all that a fan reports is in orbit |
/// | re-entry | 0.003 | 0.003 | one large body a week |
/// | debris | 0.002 | 0.0001 | stages and fragments whose launch nobody saw; debris in orbit is a satellite here |
/// | bolide | 0.03 | 0.0003 | a few bright ones a month, trails of seconds on radar |
/// | sun glint | 0.1 | 0 | sunlit half of the disc, near the specular point and at dusk |
/// | fire | 0.4 | 0 | tens of thousands of hot spots a day; few pass the movement test |
/// | explosion | 0.02 | 0 | |
/// | aircraft | 0.02 | 0.003 | afterburners are faint at this range |
/// | sensor fault | 0.01 | 0.002 | 147 false alarms in 18 months to mid-1980 (`US` Senate report, 1980) |
/// | unknown | 0.375 | 0.009 | chance rows of false detections, and what has no name here |
#[derive(Debug, Clone, PartialEq)]
pub struct Priors {
    /// In the order of [`Class::ALL`], for objects that infrared reported.
    pub infrared: [f64; 14],
    /// The same, for objects that radar alone reported.
    pub radar_only: [f64; 14],
}

impl Default for Priors {
    fn default() -> Self {
        Self {
            infrared: [
                0.02, 0.001, 0.015, 0.004, 0.0001, 0.003, 0.002, 0.03, 0.1, 0.4, 0.02, 0.02, 0.01,
                0.375,
            ],
            radar_only: [
                0.001, 0.0001, 0.0005, 0.0001, 0.981, 0.003, 0.0001, 0.0003, 1e-6, 1e-6, 1e-6,
                0.003, 0.002, 0.009,
            ],
        }
    }
}

impl Priors {
    /// The table that goes with who reported the object.
    pub fn table(&self, dossier: &Dossier) -> &[f64; 14] {
        if dossier.seen_by(Physics::Infrared) {
            &self.infrared
        } else {
            &self.radar_only
        }
    }

    /// ln of one class's prior, never below ln 1e-12.
    pub(super) fn ln_of(&self, dossier: &Dossier, class: Class) -> f64 {
        let value = self.table(dossier)[class as usize];
        forewarn_physics::math::ln(if value.is_finite() {
            value.max(1e-12)
        } else {
            1e-12
        })
    }
}

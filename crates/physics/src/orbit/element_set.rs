//! A published element set, whatever text it came in.

use thiserror::Error;

use super::{omm, tle};
use crate::math::TAU;
use crate::time::Epoch;

/// The largest catalogue number: nine digits (CCSDS 502.0-B-3, table 4-3).
pub const CATALOGUE_NUMBER_MAX: u32 = 999_999_999;

/// Mean elements of SGP4, with the numbers as published but in radians and seconds.
#[derive(Debug, Clone, PartialEq)]
pub struct ElementSet {
    /// Number in the satellite catalogue.
    pub catalogue_number: u32,
    /// Name, where given.
    pub name: Option<String>,
    /// International designator as `YYYY-NNNP`, where given.
    pub international_designator: Option<String>,
    /// When the elements hold.
    pub epoch: Epoch,
    /// Mean motion as Kozai defined it [rad/s].
    pub mean_motion_rad_s: f64,
    /// Eccentricity, in [0, 1).
    pub eccentricity: f64,
    /// Inclination to the true equator [rad].
    pub inclination_rad: f64,
    /// Right ascension of the ascending node from the mean equinox [rad].
    pub raan_rad: f64,
    /// Argument of perigee [rad].
    pub argument_of_perigee_rad: f64,
    /// Mean anomaly [rad].
    pub mean_anomaly_rad: f64,
    /// Drag term B* [1/Earth radius].
    pub bstar: f64,
    /// Revolution number at the epoch.
    pub revolution: u64,
}

/// An element set that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("line {line}: {reason}")]
pub struct Rejected {
    /// Line of the text where it starts, counted from 1.
    pub line: usize,
    /// What is wrong, where, and what helps.
    pub reason: String,
}

/// Reads every element set of a text: TLE with or without names, or OMM as JSON, CSV, XML or
/// KVN, recognised by how it begins. What is damaged is refused by line; the rest is kept.
pub fn read_all(text: &str) -> (Vec<ElementSet>, Vec<Rejected>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let start = text.trim_start();
    let first_line = start.lines().next().unwrap_or("");
    match start.as_bytes().first() {
        None => (
            Vec::new(),
            vec![Rejected {
                line: 1,
                reason: "the file is empty; fetch it again".to_owned(),
            }],
        ),
        Some(b'[' | b'{') => omm::read_json(text),
        Some(b'<') => omm::read_xml(text),
        _ if first_line.contains(',') && first_line.contains("NORAD_CAT_ID") => omm::read_csv(text),
        _ if first_line.starts_with("CCSDS_OMM_VERS") => omm::read_kvn(text),
        _ => tle::read(text),
    }
}

/// Numbers of a set as its text gives them: degrees and revolutions a day.
pub(super) struct Published {
    pub(super) mean_motion_rev_day: f64,
    pub(super) eccentricity: f64,
    pub(super) inclination_deg: f64,
    pub(super) raan_deg: f64,
    pub(super) argument_of_perigee_deg: f64,
    pub(super) mean_anomaly_deg: f64,
    pub(super) bstar: f64,
}

impl Published {
    /// Says which number no orbit can have, and what range it needs.
    pub(super) fn check(&self) -> Result<(), String> {
        let ranges = [
            ("mean motion", self.mean_motion_rev_day, 0.0, 20.0),
            ("eccentricity", self.eccentricity, 0.0, 0.999_999_9),
            ("inclination", self.inclination_deg, 0.0, 180.0),
            ("right ascension of the node", self.raan_deg, -360.0, 360.0),
            (
                "argument of perigee",
                self.argument_of_perigee_deg,
                -360.0,
                360.0,
            ),
            ("mean anomaly", self.mean_anomaly_deg, -360.0, 360.0),
            ("B*", self.bstar, -10.0, 10.0),
        ];
        for (name, value, low, high) in ranges {
            // A comparison with NaN is false, so NaN is refused too.
            if !(low..=high).contains(&value) {
                return Err(format!(
                    "{name} {value} is outside {low} to {high}; fetch the set again"
                ));
            }
        }
        if self.mean_motion_rev_day > 0.0 {
            Ok(())
        } else {
            Err("mean motion must be above 0; fetch the set again".to_owned())
        }
    }

    pub(super) fn into_set(self, catalogue_number: u32, epoch: Epoch) -> ElementSet {
        ElementSet {
            catalogue_number,
            name: None,
            international_designator: None,
            epoch,
            mean_motion_rad_s: self.mean_motion_rev_day * TAU / 86_400.0,
            eccentricity: self.eccentricity,
            inclination_rad: self.inclination_deg.to_radians(),
            raan_rad: self.raan_deg.to_radians(),
            argument_of_perigee_rad: self.argument_of_perigee_deg.to_radians(),
            mean_anomaly_rad: self.mean_anomaly_deg.to_radians(),
            bstar: self.bstar,
            revolution: 0,
        }
    }
}

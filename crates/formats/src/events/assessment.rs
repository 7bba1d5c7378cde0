//! An assessment as it stands in the file.

use std::borrow::Cow;
use std::fmt;

use forewarn_core::model::{
    Class, Departure, EvidenceState, FlightPhase, Probabilities, Reason, Verdict,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde::{Serialize, Serializer};

use crate::geojson::Geometry;
use crate::words::{UtcTime, Word, Words, explain_word};

/// Classes less probable than this are left out of the file.
const PROBABILITY_MIN: f64 = 1e-6;

/// What is known of one object.
#[derive(Debug, Clone, PartialEq, Serialize, serde::Deserialize, JsonSchema)]
pub struct AssessmentLine {
    /// The object; never reused.
    pub object: String,
    /// 1 for the first.
    pub revision: u32,
    /// Is a ballistic missile or glide vehicle flying?
    pub verdict: Word<Verdict>,
    /// Why, from a closed list.
    pub reason: Word<Reason>,
    /// What it is.
    pub classification: Word<Class>,
    /// Probability of each class; those below 1e-6 are left out.
    pub probabilities: ProbabilitiesLine,
    /// Phase of flight.
    pub phase: Word<FlightPhase>,
    /// Where and when it was launched; null where nothing honest can be said.
    pub launch: Option<LaunchLine>,
    /// Where and when it will come down; likewise.
    pub impact: Option<ImpactLine>,
    /// 90 % region that stands for `impact` where no point would be honest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub impact_region: Option<Geometry>,
    /// When it will come down there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub impact_region_time: Option<RegionTimeLine>,
    /// Time left to the impact.
    pub time_left_s: Option<TimeLeftLine>,
    /// Where it is; null where nothing honest can be said.
    pub state: Option<StateLine>,
    /// Time of cut-off, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burnout: Option<BurnoutLine>,
    /// Each sensor's part.
    pub evidence: Vec<EvidenceLine>,
    /// What a confirmation rests on: `two_physics` or `single_physics`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Cow<'static, str>>,
    /// With `single_physics`: when a sensor of another physics could first see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_physics_first: Option<UtcTime>,
    /// The notice that it matches, or that it departs from.
    pub notice: Option<String>,
    /// In what it departs from the notice: `window`, `direction`, `impact_area`, `count`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notice_departs: Vec<Word<Departure>>,
    /// Who acknowledged the notice; absent until somebody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice_acknowledged_by: Option<String>,
    /// The catalogued satellite that it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalogue: Option<String>,
    /// The object that it is a piece of.
    pub parent: Option<String>,
    /// The claim that it is about, where nobody measured anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<String>,
    /// The object that it turned out to be.
    pub merged_into: Option<String>,
    /// The object that it was split from.
    pub split_from: Option<String>,
    /// Reports newly taken since the last revision.
    pub detections: Vec<String>,
    /// Reports that it no longer holds.
    pub withdrawn: Vec<String>,
}

/// Where and when something was launched.
#[derive(Debug, Clone, PartialEq, Serialize, serde::Deserialize, JsonSchema)]
pub struct LaunchLine {
    /// First motion.
    pub time: UtcTime,
    /// One sigma [s].
    pub time_sigma_s: f64,
    /// Geodetic latitude.
    pub latitude_deg: f64,
    /// Longitude.
    pub longitude_deg: f64,
    /// Holds 90 %.
    pub ellipse_90: EllipseLine,
    /// Of the earth-fixed velocity at cut-off [rad].
    pub azimuth_rad: f64,
    /// One sigma [rad].
    pub azimuth_sigma_rad: f64,
    /// Known sites inside the region, most probable first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<SiteLine>,
}

/// A known launch site.
#[derive(Debug, Clone, PartialEq, Serialize, serde::Deserialize, JsonSchema)]
pub struct SiteLine {
    /// The gazetteer's code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Posterior probability.
    pub probability: f64,
}

/// Where and when something will come down.
#[derive(Debug, Clone, PartialEq, Serialize, serde::Deserialize, JsonSchema)]
pub struct ImpactLine {
    /// Median.
    pub time: UtcTime,
    /// One sigma [s].
    pub time_sigma_s: f64,
    /// Geodetic latitude.
    pub latitude_deg: f64,
    /// Longitude.
    pub longitude_deg: f64,
    /// Holds 90 %.
    pub ellipse_90: EllipseLine,
    /// 5th percentile of the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earliest_95: Option<UtcTime>,
}

/// When something will come down in an impact region.
#[derive(Debug, Clone, PartialEq, Serialize, serde::Deserialize, JsonSchema)]
pub struct RegionTimeLine {
    /// Median.
    pub time: UtcTime,
    /// One sigma [s].
    pub time_sigma_s: f64,
    /// 5th percentile of the time.
    pub earliest_95: UtcTime,
}

/// An ellipse on the ground.
#[derive(Debug, Clone, PartialEq, Serialize, serde::Deserialize, JsonSchema)]
pub struct EllipseLine {
    /// Semi-major axis [m].
    pub semi_major_m: f64,
    /// Semi-minor axis [m].
    pub semi_minor_m: f64,
    /// Azimuth of the major axis [rad].
    pub azimuth_rad: f64,
}

/// Time left to the impact, at the time of the event.
#[derive(Debug, Clone, PartialEq, Serialize, serde::Deserialize, JsonSchema)]
pub struct TimeLeftLine {
    /// Median [s].
    pub median: f64,
    /// 5th percentile [s].
    pub earliest_95: f64,
}

/// Where something is and how it moves.
#[derive(Debug, Clone, PartialEq, Serialize, serde::Deserialize, JsonSchema)]
pub struct StateLine {
    /// When.
    pub time: UtcTime,
    /// ITRF position [m].
    pub position_m: [f64; 3],
    /// ITRF velocity [m/s].
    pub velocity_m_s: [f64; 3],
    /// 21 numbers, upper triangle by rows of x y z vx vy vz.
    #[schemars(length(equal = 21))]
    pub covariance: Vec<f64>,
}

/// Time of cut-off.
#[derive(Debug, Clone, PartialEq, Serialize, serde::Deserialize, JsonSchema)]
pub struct BurnoutLine {
    /// When.
    pub time: UtcTime,
    /// One sigma [s].
    pub time_sigma_s: f64,
}

/// One sensor's part in the account.
#[derive(Debug, Clone, PartialEq, Serialize, serde::Deserialize, JsonSchema)]
pub struct EvidenceLine {
    /// The sensor.
    pub sensor: String,
    /// Whatever one fault could fool.
    pub failure_domains: Vec<String>,
    /// What it says. "Could not see" is never "disagrees".
    pub state: Word<EvidenceState>,
    /// Threat against not.
    pub log_likelihood_ratio: f64,
    /// How many of its reports the object holds.
    #[serde(default)]
    pub reports: u32,
}

/// Probability of each class, in the order of the closed list.
#[derive(Debug, Clone, PartialEq)]
pub struct ProbabilitiesLine(pub Vec<(Class, f64)>);

impl ProbabilitiesLine {
    /// Without those that do not matter.
    pub fn of(probabilities: &Probabilities) -> Self {
        let all = Class::ALL
            .iter()
            .map(|class| (*class, probabilities.of(*class)));
        Self(
            all.filter(|(_, probability)| *probability >= PROBABILITY_MIN)
                .collect(),
        )
    }

    /// Of one class; zero where it is left out.
    pub fn get(&self, class: Class) -> f64 {
        self.0
            .iter()
            .find(|(found, _)| *found == class)
            .map_or(0.0, |(_, probability)| *probability)
    }
}

impl Serialize for ProbabilitiesLine {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(
            self.0
                .iter()
                .map(|(class, probability)| (class.word(), probability)),
        )
    }
}

impl<'de> Deserialize<'de> for ProbabilitiesLine {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = ProbabilitiesLine;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object of probabilities by class")
            }
            fn visit_map<A: MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<ProbabilitiesLine, A::Error> {
                let mut found = Vec::new();
                while let Some((word, probability)) = map.next_entry::<Cow<'_, str>, f64>()? {
                    let class = Class::of_word(&word)
                        .ok_or_else(|| de::Error::custom(explain_word::<Class>(&word)))?;
                    found.push((class, probability));
                }
                Ok(ProbabilitiesLine(found))
            }
        }
        deserializer.deserialize_map(Read)
    }
}

impl JsonSchema for ProbabilitiesLine {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("Probabilities")
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let known: Vec<&str> = Class::ALL.iter().map(|class| class.word()).collect();
        json_schema!({
            "type": "object",
            "propertyNames": { "enum": known },
            "additionalProperties": { "type": "number", "minimum": 0, "maximum": 1 },
        })
    }
}

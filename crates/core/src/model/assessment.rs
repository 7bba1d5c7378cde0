//! What is concluded about one object.

use std::fmt;
use std::sync::Arc;

use forewarn_physics::time::Epoch;

use super::words::words;
use super::{
    Class, ImpactEstimate, ImpactRegion, LaunchEstimate, Probabilities, RecordId, SensorIndex,
    StateEstimate,
};

/// Identifier of an object; never reused. Written `o-17`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub u64);

impl fmt::Display for ObjectId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "o-{}", self.0)
    }
}

words! {
    /// Is a ballistic missile or glide vehicle flying?
    Verdict {
        /// Nothing can be said yet.
        Insufficient = "insufficient",
        /// Probably; one failure domain or one physics alone.
        Suspected = "suspected",
        /// Yes, by independent evidence.
        Confirmed = "confirmed",
        /// No.
        Dismissed = "dismissed",
    }
}

words! {
    /// Why the verdict is what it is: a closed, published list.
    Reason {
        /// Too few reports.
        TooFewReports = "too_few_reports",
        /// Reports fit no powered ascent and no ballistic flight.
        NoPhysicalModel = "no_physical_model",
        /// A powered ascent fits, seen in one failure domain.
        PoweredAscentOneDomain = "powered_ascent_one_domain",
        /// A ballistic arc that meets the ground, seen in one failure domain.
        ImpactArcOneDomain = "impact_arc_one_domain",
        /// Several domains report it, but the threat is not yet probable enough to confirm.
        NotYetCertain = "not_yet_certain",
        /// Infrared and radar agree.
        TwoPhysicsAgree = "two_physics_agree",
        /// Two infrared domains agree and no other physics could see.
        TwoDomainsAgree = "two_domains_agree",
        /// An orbit cannot be excluded yet.
        OrbitNotExcluded = "orbit_not_excluded",
        /// It is in orbit.
        InOrbit = "in_orbit",
        /// It matches a catalogued satellite.
        CataloguedSatellite = "catalogued_satellite",
        /// It is being inserted into orbit.
        OrbitInsertion = "orbit_insertion",
        /// It is too fast, and falling: a natural fireball.
        FireballSpeed = "fireball_speed",
        /// It does not move.
        Stationary = "stationary",
        /// The geometry is that of sunlight.
        GlintGeometry = "glint_geometry",
        /// It goes straight up and comes down near by.
        SoundingRocket = "sounding_rocket",
        /// It is a spent stage, fragment or payload of another object.
        PieceOfAnother = "piece_of_another",
        /// A sensor that must have seen it did not.
        MustHaveSeen = "must_have_seen",
        /// It matches a notice and moves away from every protected area.
        MatchesNotice = "matches_notice",
        /// A sensor repeats itself or contradicts itself.
        SensorFault = "sensor_fault",
        /// It slowed or stayed low: not a missile.
        SlowOrLow = "slow_or_low",
        /// An echo from beyond the range that the radar can tell apart, such as the Moon's.
        AmbiguousRange = "ambiguous_range",
        /// Noise of the environment, such as the Sun's at radio wavelengths.
        Environment = "environment",
        /// Somebody says so, without a measurement; the sensors are asked.
        ClaimWithoutMeasurement = "claim_without_measurement",
        /// Somebody says so, and sensors report it: see the object that it went into.
        ClaimMeasured = "claim_measured",
        /// Somebody says so, and sensors that must have seen it did not.
        UnsupportedClaim = "unsupported_claim",
        /// Somebody says so on the word of a stream that held records of another mode.
        ExerciseData = "exercise_data",
        /// Somebody says so, and the counts contradict each other.
        InconsistentCounts = "inconsistent_counts",
        /// The sensors that could say are not heard: a loss, which is not an attack.
        SensorsLost = "sensors_lost",
        /// It came down, or its time has passed.
        Ended = "ended",
        /// It was lost before it could be judged.
        Lost = "lost",
    }
}

words! {
    /// In what a launch departs from its notice.
    Departure {
        /// Outside the window of time.
        Window = "window",
        /// In another direction.
        Direction = "direction",
        /// It comes down outside every impact area.
        ImpactArea = "impact_area",
        /// More launches than announced.
        Count = "count",
    }
}

words! {
    /// Phase of flight.
    FlightPhase {
        /// Under power.
        Boost = "boost",
        /// Unpowered, above the air.
        Coast = "coast",
        /// Unpowered, in the air.
        Reentry = "reentry",
        /// Flying on lift.
        Glide = "glide",
        /// Over.
        Ended = "ended",
    }
}

words! {
    /// What one sensor says about the object. "Could not have seen it" is never "disagrees".
    EvidenceState {
        /// It reported it.
        Agrees = "agrees",
        /// It must have seen it and says it did not.
        Disagrees = "disagrees",
        /// It was out of its sight.
        CouldNotSee = "could_not_see",
        /// Nothing was heard from the sensor.
        Silent = "silent",
    }
}

/// One sensor's part in the account.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// The sensor.
    pub sensor: SensorIndex,
    /// What it says.
    pub state: EvidenceState,
    /// Its log likelihood ratio, threat against not.
    pub log_likelihood_ratio: f64,
    /// How many of its reports the object holds.
    pub reports: u32,
}

/// What a confirmation rests on.
#[derive(Debug, Clone, PartialEq)]
pub enum Basis {
    /// Infrared and radar.
    TwoPhysics,
    /// Two domains of one physics.
    SinglePhysics {
        /// When a sensor of another physics could first see the object, if ever.
        other_physics_first: Option<Epoch>,
    },
}

/// Time left to the predicted impact.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimeLeft {
    /// Median [s].
    pub median_s: f64,
    /// 5th percentile [s].
    pub earliest_95_s: f64,
}

/// What is known of one object at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Assessment {
    /// The object.
    pub object: ObjectId,
    /// 1 for the first.
    pub revision: u32,
    /// Is a missile or glide vehicle flying?
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// What it is.
    pub classification: Class,
    /// How probable each class is.
    pub probabilities: Probabilities,
    /// Phase of flight.
    pub phase: FlightPhase,
    /// Where and when it was launched, where something honest can be said.
    pub launch: Option<LaunchEstimate>,
    /// Where and when it will come down, likewise.
    pub impact: Option<ImpactEstimate>,
    /// Stands for `impact` where no point would be honest.
    pub impact_region: Option<ImpactRegion>,
    /// Time left.
    pub time_left: Option<TimeLeft>,
    /// Where it is.
    pub state: Option<StateEstimate>,
    /// Time of cut-off and its one sigma [s], where it is known.
    pub burnout: Option<(Epoch, f64)>,
    /// Each sensor's part.
    pub evidence: Vec<Evidence>,
    /// What a confirmation rests on.
    pub basis: Option<Basis>,
    /// The notice that it matches.
    pub notice: Option<RecordId>,
    /// In what it departs from that notice.
    pub notice_departs: Vec<Departure>,
    /// Who acknowledged that notice.
    pub notice_acknowledged_by: Option<Arc<str>>,
    /// The catalogued satellite that it is, if it is one: name or number.
    pub catalogue: Option<Arc<str>>,
    /// The object that it is a piece of.
    pub parent: Option<ObjectId>,
    /// The claim that it is about, where nobody measured anything.
    pub claim: Option<RecordId>,
    /// The object that it turned out to be.
    pub merged_into: Option<ObjectId>,
    /// The object that it was split from.
    pub split_from: Option<ObjectId>,
    /// Reports newly taken since the last revision.
    pub detections: Vec<RecordId>,
    /// Reports that it no longer holds.
    pub withdrawn: Vec<RecordId>,
}

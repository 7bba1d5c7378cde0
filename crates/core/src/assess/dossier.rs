//! Everything that a verdict may rest on, for one object at one moment.
//!
//! The engine fills it and holds no opinion; the ledger and the rules hold no data. Every number
//! is SI; a fact that is not known is `None`, never a zero. Non-finite numbers are read as "not
//! known" by the ledger, so that a failed fit can never confirm anything.

use std::sync::Arc;

use forewarn_physics::math::{FRAC_PI_2, atan2};
use forewarn_physics::time::{Epoch, seconds_between};

use crate::model::{Class, Departure, ObjectId, RecordId, SensorIndex, SensorKind, Verdict};

/// A number and its one sigma, in the same unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Uncertain {
    /// Best value.
    pub mean: f64,
    /// One sigma.
    pub sigma: f64,
}

impl Uncertain {
    /// A value and its one sigma.
    pub const fn new(mean: f64, sigma: f64) -> Self {
        Self { mean, sigma }
    }

    /// Both are finite and the sigma is not negative.
    pub fn is_known(&self) -> bool {
        self.mean.is_finite() && self.sigma.is_finite() && self.sigma >= 0.0
    }
}

/// The physics by which a sensor sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Physics {
    /// Heat.
    Infrared,
    /// Echo.
    Radar,
}

impl Physics {
    /// Of a sensor of the table.
    pub fn of(kind: &SensorKind) -> Self {
        match kind {
            SensorKind::Infrared(_) => Self::Infrared,
            SensorKind::Radar(_) => Self::Radar,
        }
    }
}

/// Whether sunlight could explain what an infrared sensor reports.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Glint {
    /// The Sun is below the horizon there, the band is blind to it, or the angle is far off.
    Excluded,
    /// Sun, cloud and satellite stand so that sunlight could be thrown at the sensor.
    Possible {
        /// How far the geometry is from the exact one [rad].
        angle_rad: f64,
    },
}

/// A fault that the engine sees in a sensor's own stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SensorFault {
    /// The same values again and again.
    Stuck,
    /// Identical reports from a shared path, or reports sent twice under new names.
    Repeated,
    /// Data of another mode in the stream.
    Mode,
    /// Its counts or its clock contradict themselves.
    Contradiction,
    /// Noise from where the object is said to be: the environment's, not the sensor's.
    Interference,
}

/// What one sensor of the table says, or does not say, about the object.
///
/// List every sensor, also those that could not see: "could not have seen" is not "disagrees".
#[derive(Debug, Clone, PartialEq)]
pub struct SensorFacts {
    /// Which.
    pub sensor: SensorIndex,
    /// How it sees.
    pub physics: Physics,
    /// Whatever one fault could fool.
    pub failure_domains: Vec<Arc<str>>,
    /// How many of its reports the object holds now.
    pub reports: u32,
    /// Log likelihood ratio of those reports, this object against false detections.
    pub log_likelihood_ratio: f64,
    /// The object is in its view and bright enough (or above its radar horizon) now.
    pub sees_now: bool,
    /// It was so at some look between the first report and now.
    pub could_have_seen: bool,
    /// When it first could, past or predicted; none if never.
    pub first_could_see: Option<Epoch>,
    /// Heard (heartbeat or report) within its own rhythm, and not `down`.
    pub alive: bool,
    /// Sum over closed scans since its last report of ln(1 − Pd) where it must have seen the
    /// object and did not; zero or negative. Weigh each look by how sure "must" is.
    pub missed_log_likelihood: f64,
    /// Sunlight, for infrared sensors.
    pub glint: Glint,
    /// A fault in its stream that touches this object's reports.
    pub fault: Option<SensorFault>,
}

impl SensorFacts {
    /// It reported the object, and its stream is sound.
    pub fn counts(&self) -> bool {
        self.reports > 0 && self.fault.is_none()
    }
}

/// How the direction to the object moves, from the tracklets alone, without a flight model.
#[derive(Debug, Clone, PartialEq)]
pub struct MotionFacts {
    /// Reports of the longest tracklet.
    pub reports: u32,
    /// From its first to its last report [s].
    pub duration_s: f64,
    /// ln of the odds that it moves rather than stands still (pointing bias allowed for).
    pub log_odds_moving: f64,
    /// ln of the odds that these reports are one thing rather than a chance row of false ones.
    pub log_odds_real: f64,
    /// Speed over the ground as if it flew on a shell a few kilometres up [m/s].
    pub speed_m_s: Uncertain,
    /// Growth of that speed [m/s²].
    pub acceleration_m_s2: Uncertain,
    /// Vertical speed [m/s], where two satellites or a limb view give it; negative descends.
    pub vertical_speed_m_s: Option<Uncertain>,
    /// Mean brightness [W/sr].
    pub intensity_w_sr: Option<f64>,
    /// Growth of ln brightness [1/s].
    pub intensity_growth_per_s: Option<Uncertain>,
    /// Spread of ln brightness about its trend.
    pub intensity_ln_spread: Option<f64>,
}

/// A known launch site near the fitted launch point.
#[derive(Debug, Clone, PartialEq)]
pub struct SiteMatch {
    /// Its name.
    pub name: String,
    /// Posterior probability that it is the origin.
    pub probability: f64,
    /// It launches to orbit.
    pub launches_to_orbit: bool,
}

/// What the boost fit says.
#[derive(Debug, Clone, PartialEq)]
pub struct AscentFacts {
    /// Satellites whose reports are in the fit: 1 is mono, 2 or more stereo.
    pub satellites: u32,
    /// Reports in the fit.
    pub reports: u32,
    /// Chi-square of the best ascent.
    pub chi_square: f64,
    /// Its degrees of freedom.
    pub degrees_of_freedom: f64,
    /// Chance of a worse chi-square if the ascent is right.
    pub p_value: f64,
    /// ln of the evidence of a powered ascent over the best of standing still and moving steadily.
    pub log_evidence_ratio: f64,
    /// From lift-off to the last report under power, or to cut-off [s].
    pub burn_s: Uncertain,
    /// Probability that it still burns.
    pub burning_probability: f64,
    /// Since the last infrared report [s].
    pub silence_s: f64,
    /// From cut-off until now [s], if it has cut off.
    pub since_cutoff_s: Option<f64>,
    /// Earth-fixed speed now (at cut-off if coasting) [m/s].
    pub speed_m_s: Uncertain,
    /// Highest earth-fixed speed so far [m/s].
    pub speed_max_m_s: Uncertain,
    /// Acceleration along the path now (last under power) [m/s²].
    pub acceleration_m_s2: Option<Uncertain>,
    /// Height [m].
    pub height_m: Uncertain,
    /// Vertical speed [m/s].
    pub vertical_speed_m_s: Uncertain,
    /// Horizontal speed [m/s].
    pub horizontal_speed_m_s: Uncertain,
    /// Height of the perigee of the vacuum orbit if it cut off now [m]; deep below ground is normal.
    pub perigee_height_m: Uncertain,
    /// Height of the apogee if it cut off now [m].
    pub apogee_height_m: Option<Uncertain>,
    /// Range from the launch point if it cut off now [m]; none if it leaves the Earth.
    pub range_m: Option<Uncertain>,
    /// Known site.
    pub site: Option<SiteMatch>,
}

impl AscentFacts {
    /// Mean acceleration along the path since lift-off [m/s²]: speed over burn.
    pub fn mean_acceleration_m_s2(&self) -> f64 {
        self.speed_m_s.mean / self.burn_s.mean
    }

    /// Angle of the velocity above the horizon [rad].
    pub fn flight_path_angle_rad(&self) -> f64 {
        let across_m_s = self.horizontal_speed_m_s.mean;
        if across_m_s.abs() < 1e-9 {
            FRAC_PI_2
        } else {
            atan2(self.vertical_speed_m_s.mean, across_m_s)
        }
    }
}

/// What the radar or coast filter says.
#[derive(Debug, Clone, PartialEq)]
pub struct ArcFacts {
    /// Updates folded in.
    pub updates: u32,
    /// Length of the observed arc in time [s].
    pub duration_s: f64,
    /// Average normalised innovation squared per degree of freedom: 1 when all is well.
    pub nis_per_dof: f64,
    /// Earth-fixed speed [m/s].
    pub speed_m_s: Uncertain,
    /// Vertical speed [m/s].
    pub vertical_speed_m_s: f64,
    /// Height [m].
    pub height_m: f64,
    /// Greatest height at which it was reported [m].
    pub highest_m: f64,
    /// Height of the vacuum perigee [m].
    pub perigee_height_m: Uncertain,
    /// Height of the vacuum apogee [m].
    pub apogee_height_m: f64,
    /// Probability (from the state's covariance) that the arc meets the ground.
    pub impact_probability: f64,
    /// Probability that it is an orbit.
    pub orbit_probability: f64,
    /// Braking beyond gravity [m/s²], positive slows.
    pub deceleration_m_s2: Uncertain,
    /// Probability that it flies on lift.
    pub glide_probability: f64,
    /// It was descending when first seen.
    pub first_seen_descending: bool,
    /// Ground range from ascent through the arc to impact, as far as known [m].
    pub range_m: Option<f64>,
    /// When it comes down.
    pub impact_time: Option<Epoch>,
}

/// A catalogued satellite that predicts where this object was.
#[derive(Debug, Clone, PartialEq)]
pub struct CatalogueMatch {
    /// Name or number.
    pub name: Arc<str>,
    /// Reports compared.
    pub reports: u32,
    /// Root mean square distance in sigmas, per degree of freedom.
    pub normalised_distance: f64,
    /// Chance of a worse fit if it is this satellite.
    pub p_value: f64,
}

/// A far body whose echo a radar may take for something near.
#[derive(Debug, Clone, PartialEq)]
pub struct AmbiguousEcho {
    /// What it is.
    pub body: &'static str,
    /// How far the object is from where its folded echo belongs, in sigmas (one number for
    /// direction and range together).
    pub distance_sigmas: f64,
    /// How slow the object may be, two sigma below its speed [m/s]: a folded echo of a far body
    /// drifts by a few hundred metres a second, which nothing that flies does for long.
    pub speed_at_least_m_s: f64,
}

impl AmbiguousEcho {
    /// Everything that can be compared agrees.
    pub fn holds(&self) -> bool {
        self.distance_sigmas < 4.0 && self.speed_at_least_m_s < 1_000.0
    }
}

/// The object that this one came off.
#[derive(Debug, Clone, PartialEq)]
pub struct ParentFacts {
    /// Which.
    pub object: ObjectId,
    /// Its verdict.
    pub verdict: Verdict,
    /// Its class.
    pub class: Class,
    /// Probability that this is a piece of it.
    pub probability: f64,
    /// This piece carries the threat on (the parent ended or is the spent part).
    pub carries_on: bool,
}

/// A pre-launch notice that may announce this object.
#[derive(Debug, Clone, PartialEq)]
pub struct NoticeMatch {
    /// Which.
    pub id: RecordId,
    /// What it announces.
    pub class: Class,
    /// Launch time inside its window.
    pub time_matches: bool,
    /// Launch place inside its area.
    pub place_matches: bool,
    /// Direction within tolerance; none where it is not known yet or not announced.
    pub direction_matches: Option<bool>,
    /// Impact inside an announced area; none where it is not known yet or not announced.
    pub impact_matches: Option<bool>,
    /// No more objects match than were announced.
    pub count_matches: bool,
}

impl NoticeMatch {
    /// Everything that can be compared agrees.
    pub fn holds(&self) -> bool {
        self.time_matches
            && self.place_matches
            && self.count_matches
            && self.direction_matches != Some(false)
            && self.impact_matches != Some(false)
    }

    /// In what it departs from the notice; empty when it holds.
    pub fn departures(&self) -> Vec<Departure> {
        [
            (!self.time_matches, Departure::Window),
            (self.direction_matches == Some(false), Departure::Direction),
            (self.impact_matches == Some(false), Departure::ImpactArea),
            (!self.count_matches, Departure::Count),
        ]
        .into_iter()
        .filter(|(departs, _)| *departs)
        .map(|(_, departure)| departure)
        .collect()
    }
}

/// Why nothing more will come of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Its predicted impact has passed, margin included.
    ImpactPassed,
    /// Its track was lost; it may still fly.
    Lost,
    /// It turned out to be another object, which carries its evidence.
    Merged,
}

/// Everything that a verdict may rest on, for one object at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Dossier {
    /// Engine time.
    pub now: Epoch,
    /// Its first report.
    pub first_report: Epoch,
    /// Its last report.
    pub last_report: Epoch,
    /// Every sensor of the table.
    pub sensors: Vec<SensorFacts>,
    /// Tracklet motion, where infrared reported it.
    pub motion: Option<MotionFacts>,
    /// Boost fit, where there is one.
    pub ascent: Option<AscentFacts>,
    /// Radar or coast filter, where there is one.
    pub arc: Option<ArcFacts>,
    /// Best catalogue match, where there is one.
    pub catalogue: Option<CatalogueMatch>,
    /// The object it came off, where there is one.
    pub parent: Option<ParentFacts>,
    /// The notice that may announce it.
    pub notice: Option<NoticeMatch>,
    /// The far body whose echo it may be.
    pub ambiguous: Option<AmbiguousEcho>,
    /// Probability that it comes down in or near a protected area; none where not known.
    pub protected_probability: Option<f64>,
    /// Nothing more will come of it.
    pub end: Option<End>,
}

impl Dossier {
    /// A dossier with nothing in it but times.
    pub fn empty(now: Epoch, first_report: Epoch, last_report: Epoch) -> Self {
        Self {
            now,
            first_report,
            last_report,
            sensors: Vec::new(),
            motion: None,
            ascent: None,
            arc: None,
            catalogue: None,
            parent: None,
            notice: None,
            ambiguous: None,
            protected_probability: None,
            end: None,
        }
    }

    /// Reports held, all sensors together.
    pub fn reports(&self) -> u32 {
        self.sensors.iter().map(|sensor| sensor.reports).sum()
    }

    /// Some sensor of this physics holds reports.
    pub fn seen_by(&self, physics: Physics) -> bool {
        self.sensors
            .iter()
            .any(|sensor| sensor.physics == physics && sensor.reports > 0)
    }

    /// Time since the last report [s].
    pub fn silence_s(&self) -> f64 {
        seconds_between(self.last_report, self.now)
    }
}

//! What one infrared satellite saw of one object: reports linked in angle, before any range is
//! known.
//!
//! Directions are compared in a plane through the point where the first line of sight meets the
//! ellipsoid ([`Plane`]), so a hot spot on the ground is still for a satellite that moves too, and
//! rates are metres per second across the line of sight. Two models run side by side: standing
//! still and moving with changing acceleration; the ratio of their likelihoods is the tracklet's
//! [`Motion`]. What has stood still for long is kept cheaply as a fixed source that claims its own
//! reports. Links within a scan are a global optimum ([`super::assignment`]).

mod exchange;
mod filter;
mod hot;
mod life;
mod plane;
#[cfg(test)]
mod tests;
mod tracker;

use std::fmt;
use std::sync::Arc;

use forewarn_physics::time::Epoch;
use nalgebra::{Vector2, Vector3};

use crate::model::{RecordId, Sensor, SensorIndex, SensorKind};

use filter::{Moving, Still};
pub use plane::Plane;
pub use tracker::{ScanResult, SensorTracker};

/// Identifier of a tracklet; never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrackletId {
    /// Whose.
    pub sensor: SensorIndex,
    /// Which of the sensor's, in order of the first report.
    pub number: u64,
}

impl fmt::Display for TrackletId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "t-{}-{}", self.sensor.0, self.number)
    }
}

/// How a sensor looks, as far as linking needs it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LookModel {
    /// Time between two looks [s].
    pub revisit_s: f64,
    /// Chance of a report in one look.
    pub detection_probability: f64,
    /// Mean number of false detections in a scan.
    pub false_per_scan: f64,
    /// Slowly varying pointing error per axis, one sigma [rad].
    pub bias_sigma_rad: f64,
}

impl LookModel {
    /// Of an infrared sensor; none for a radar.
    pub fn of(sensor: &Sensor) -> Option<Self> {
        let SensorKind::Infrared(infrared) = &sensor.kind else {
            return None;
        };
        Some(Self {
            revisit_s: sensor.revisit_s.max(0.01),
            detection_probability: sensor.detection_probability.clamp(0.05, 0.999),
            false_per_scan: sensor.false_detections_per_scan.max(0.0),
            bias_sigma_rad: infrared.bias_sigma_rad,
        })
    }
}

/// One report as the tracklet keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The report.
    pub record: RecordId,
    /// When.
    pub time: Epoch,
    /// Where the satellite was [m], ITRF.
    pub sensor_position_m: Vector3<f64>,
    /// Measured unit direction to the target, ITRF.
    pub direction: Vector3<f64>,
    /// Noise per axis [rad].
    pub sigma_rad: f64,
    /// Brightness [W/sr].
    pub intensity_w_sr: Option<f64>,
    /// Log density [per rad²] of reports of other things in one scan where it lies: false ones,
    /// neighbours, and what flared there before.
    pub ln_density_rad2: f64,
}

/// Does it move by itself?
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Motion {
    /// It stands still, with the log odds of that.
    Stationary(f64),
    /// It moves.
    Moving,
    /// It cannot be told yet.
    Unknown,
}

/// Log odds from which stillness or motion counts as shown: 50 to 1.
const MOTION_LOG_ODDS: f64 = 3.9;

/// Linked reports of one object.
#[derive(Debug, Clone)]
pub struct Tracklet {
    /// Its id.
    pub id: TrackletId,
    /// Its reports in order of time; at most [`MAX_HITS`], of a fixed source only the last few.
    pub hits: Vec<Arc<Hit>>,
    /// How many reports it ever took.
    pub total_hits: u32,
    /// Log likelihood ratio of one object against false detections.
    pub score: f64,
    /// Whether the score has reached what makes it real.
    pub confirmed: bool,
    /// Log odds of standing still against moving.
    pub still_log_odds: f64,
    /// As `score`, against everything near by that could be mistaken for it.
    crowd_score: f64,
    /// Running mean of how much denser its surroundings are than false detections (logarithm).
    crowding: f64,
    /// Mean distance between its neighbours [m].
    spacing_m: f64,
    first: Epoch,
    /// Time of the report that `last_s` is of.
    last_hit: Epoch,
    plane: Plane,
    still: Option<Still>,
    moving: Option<Moving>,
    /// Seconds since the tracker's origin.
    last_s: f64,
    range_m: f64,
    ln_intensity: Option<f64>,
    /// Running mean of the moving model's squared normalised innovation, 2 when it fits.
    misfit: f64,
}

/// Neighbours further apart than this [m] are no crowd.
const CROWDED_M: f64 = 30e3;
/// In a crowd a mover must have gone this many spacings, or this far [m] in any crowd.
const LEFT: [f64; 2] = [1.5, 12e3];
/// The same with fewer reports than [`CROWD_HITS`].
const LEFT_SOON: [f64; 2] = [3.0, 25e3];
/// Chains of flickering neighbours do not grow longer than this.
const CROWD_HITS: u32 = 10;

/// A tracklet keeps this many reports.
pub const MAX_HITS: usize = 720;

impl Tracklet {
    /// Whether it moves.
    pub fn motion(&self) -> Motion {
        if self.total_hits < 3 {
            Motion::Unknown
        } else if self.still_log_odds >= MOTION_LOG_ODDS {
            Motion::Stationary(self.still_log_odds)
        } else if self.still_log_odds <= -MOTION_LOG_ODDS - self.crowding
            && self.has_left_its_neighbours()
        {
            Motion::Moving
        } else {
            Motion::Unknown
        }
    }

    /// Whether it went further than flickering neighbours could make it seem to.
    fn has_left_its_neighbours(&self) -> bool {
        let gone_m = self
            .moving
            .as_ref()
            .map_or(0.0, |moving| moving.mean_m().norm());
        let [spacings, enough_m] = if self.total_hits >= CROWD_HITS {
            LEFT
        } else {
            LEFT_SOON
        };
        self.spacing_m > CROWDED_M || gone_m > (spacings * self.spacing_m).min(enough_m)
    }

    /// Time of the first report.
    pub fn first_time(&self) -> Epoch {
        self.first
    }

    /// Time of the last report.
    pub fn last_time(&self) -> Epoch {
        self.hits.last().map_or(self.first, |hit| hit.time)
    }

    /// Whether it is a fixed source: still for long, kept to claim its later reports.
    pub fn is_fixed_source(&self) -> bool {
        self.moving.is_none()
    }

    /// Speed across the line of sight [m/s] at the last report, at the range of the ground.
    pub fn cross_speed_m_s(&self) -> f64 {
        self.moving
            .as_ref()
            .map_or(0.0, |moving| moving.velocity_m_s().norm())
    }

    /// Where a fixed source, or any tracklet's anchor, lies on the ground [m], ITRF.
    pub fn ground_position_m(&self) -> Vector3<f64> {
        let offset_m = self
            .still
            .as_ref()
            .map_or_else(Vector2::zeros, Still::mean_m);
        self.plane.point_m(offset_m)
    }
}

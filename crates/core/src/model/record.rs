//! What comes in: sensor reports, notices, claims, actions and the passing of time.

use std::sync::Arc;

use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::time::Epoch;
use nalgebra::Vector3;

use super::words::words;
use super::{Class, RejectionReason, SensorIndex};

/// Identifier of an input record, unique in a recording.
pub type RecordId = Arc<str>;

words! {
    /// What kind of run this is; a value of one mode never reaches a sink of another.
    Mode {
        /// The real thing.
        Live = "live",
        /// People practise.
        Exercise = "exercise",
        /// Equipment is tested.
        Test = "test",
        /// The past is played again.
        Replay = "replay",
    }
}

/// One input record. Time itself is a record: the engine has no clock.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    /// A sensor reported.
    Report(Report),
    /// Somebody announced a launch.
    Notice(Notice),
    /// Another system or person says there is an attack, without a measurement.
    Claim(Claim),
    /// Somebody did something.
    Action(Action),
    /// Time has reached this epoch, with nothing else to say.
    Tick(Epoch),
    /// A line that could not be read; it is counted and reported, never dropped silently.
    Unreadable {
        /// Its id if it could be read, else `line N`.
        id: RecordId,
        /// Why.
        reason: RejectionReason,
        /// Field, value and remedy, for a person.
        detail: String,
    },
}

/// One report of one sensor.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Unique in the recording.
    pub id: RecordId,
    /// When light left, or the echo was reflected at, the object.
    pub time: Epoch,
    /// When it arrived, if known.
    pub received: Option<Epoch>,
    /// The mode it claims, if any; one that differs from the run's is refused.
    pub mode: Option<Mode>,
    /// Who reported.
    pub sensor: SensorIndex,
    /// What was reported.
    pub body: ReportBody,
}

/// What a sensor reported. A heartbeat is a type of its own, never a detection with zeros in it.
#[derive(Debug, Clone, PartialEq)]
pub enum ReportBody {
    /// A hot spot.
    Infrared(Infrared),
    /// An echo.
    Radar(Radar),
    /// The sensor is alive; `ok` closes a scan.
    Heartbeat(Heartbeat),
}

/// A direction to something hot.
#[derive(Debug, Clone, PartialEq)]
pub struct Infrared {
    /// Unit vector from the sensor to the target, ITRF.
    pub line_of_sight: Vector3<f64>,
    /// Where the sensor was [m], ITRF; from its orbit where absent.
    pub sensor_position_m: Option<Vector3<f64>>,
    /// Noise per axis [rad].
    pub sigma_rad: f64,
    /// Brightness [W/sr].
    pub radiant_intensity_w_sr: Option<f64>,
    /// Spectral band.
    pub band: Option<Band>,
}

words! {
    /// Spectral bands of infrared early warning.
    Band {
        /// 2.7 µm: water and carbon dioxide absorb; sunlight reflects.
        Micron27 = "2.7um",
        /// 4.3 µm: carbon dioxide absorbs all from the ground and low cloud.
        Micron43 = "4.3um",
    }
}

/// An echo.
#[derive(Debug, Clone, PartialEq)]
pub struct Radar {
    /// Slant range [m].
    pub range_m: f64,
    /// Azimuth from true north, clockwise [rad].
    pub azimuth_rad: f64,
    /// Elevation from the ellipsoid's tangent plane [rad].
    pub elevation_rad: f64,
    /// Range rate, positive receding [m/s].
    pub range_rate_m_s: Option<f64>,
    /// Range noise [m].
    pub sigma_range_m: f64,
    /// Noise of the azimuth angle itself [rad].
    pub sigma_azimuth_rad: f64,
    /// Elevation noise [rad].
    pub sigma_elevation_rad: f64,
    /// Range-rate noise [m/s].
    pub sigma_range_rate_m_s: Option<f64>,
    /// Signal-to-noise ratio [dB].
    pub snr_db: Option<f64>,
    /// Radar cross-section [m²].
    pub rcs_m2: Option<f64>,
}

/// A sign of life.
#[derive(Debug, Clone, PartialEq)]
pub struct Heartbeat {
    /// How the sensor is.
    pub status: HeartbeatStatus,
    /// How many reports it sent since its last heartbeat.
    pub reports: Option<u64>,
    /// What it could see since its last heartbeat, where that is less than its whole view.
    pub coverage: Option<Region>,
}

words! {
    /// How a sensor says it is.
    HeartbeatStatus {
        /// All is well: silence about an object in view is evidence.
        Ok = "ok",
        /// It works, but silence proves nothing.
        Degraded = "degraded",
        /// It does not work.
        Down = "down",
    }
}

/// A part of the Earth's surface.
#[derive(Debug, Clone, PartialEq)]
pub enum Region {
    /// Centre and radius.
    Circle {
        /// Centre.
        centre: Geodetic,
        /// Radius [m].
        radius_m: f64,
    },
    /// Closed ring of [latitude, longitude] in radians; first equals last.
    Polygon(Vec<[f64; 2]>),
    /// Several parts.
    Many(Vec<Region>),
}

/// A pre-launch notice.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// Unique in the recording.
    pub id: RecordId,
    /// Who gave it.
    pub issuer: String,
    /// When it arrived.
    pub received: Epoch,
    /// What will fly.
    pub class: Class,
    /// Earliest and latest launch.
    pub window: [Epoch; 2],
    /// From where.
    pub launch_area: Region,
    /// To where, stages included.
    pub impact_areas: Vec<Region>,
    /// In which direction [rad].
    pub azimuth_rad: Option<f64>,
    /// Give or take [rad].
    pub azimuth_tolerance_rad: Option<f64>,
    /// How many.
    pub count: Option<u32>,
}

/// An alert of others that carries no measurement.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// Unique in the recording.
    pub id: RecordId,
    /// When it was made.
    pub time: Epoch,
    /// Who makes it.
    pub issuer: String,
    /// What it says.
    pub text: String,
    /// How many objects it claims; 0 says that there is nothing.
    pub count: Option<u32>,
    /// Ids of the sensors that it is said to rest on.
    pub sensors: Vec<Arc<str>>,
    /// From where, if it says so.
    pub launch_area: Option<Region>,
}

/// What a person did.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    /// Unique in the recording.
    pub id: RecordId,
    /// When.
    pub time: Epoch,
    /// Who.
    pub by: String,
    /// What.
    pub kind: ActionKind,
    /// Id of the warning, notice or object that it concerns, or the name of a rule.
    pub target: String,
}

words! {
    /// What people can do.
    ActionKind {
        /// Seen and understood.
        Acknowledge = "acknowledge",
        /// Let a warning out.
        Release = "release",
        /// Take a warning back: we were wrong.
        Retract = "retract",
        /// End a warning: the danger is over.
        Cancel = "cancel",
        /// Approve a rule, named by `target`, that may release confirmed warnings.
        ApproveRule = "approve_rule",
        /// End such a rule, or take back one's approval of it.
        WithdrawRule = "withdraw_rule",
    }
}

/// A launch site of the gazetteer.
#[derive(Debug, Clone, PartialEq)]
pub struct LaunchSite {
    /// Short code.
    pub code: String,
    /// Name for people.
    pub name: String,
    /// Where.
    pub place: Geodetic,
    /// How well it is known, one sigma [m].
    pub sigma_m: f64,
}

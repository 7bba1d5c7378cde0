//! The nouns that everyone shares: a stage hands the next one a value from here, nothing else.

mod assessment;
mod class;
mod estimate;
mod event;
mod gaussian;
mod record;
mod sensor;
mod warning;
mod words;

pub use assessment::{
    Assessment, Basis, Departure, Evidence, EvidenceState, FlightPhase, ObjectId, Reason, TimeLeft,
    Verdict,
};
pub use class::{Class, Probabilities};
pub use estimate::{
    Ellipse, ImpactEstimate, ImpactRegion, LaunchEstimate, SiteRank, StateEstimate,
    chi_square_quantile_2,
};
pub use event::{Event, EventBody, Health, HealthKind, Rejection, RejectionReason};
pub use gaussian::GaussianState;
pub use record::{
    Action, ActionKind, Band, Claim, Heartbeat, HeartbeatStatus, Infrared, LaunchSite, Mode,
    Notice, Radar, Record, RecordId, Region, Report, ReportBody,
};
pub use sensor::{
    EphemerisPoint, InfraredSensor, OrbitSource, RadarSensor, Sensor, SensorIndex, SensorKind, View,
};
pub use warning::{ReleasedBy, Warning, WarningAction, WarningId};

//! What comes out, in order.

use forewarn_physics::time::Epoch;

use super::words::words;
use super::{Assessment, RecordId, SensorIndex, Warning};

/// One output of the engine, with the inputs that led to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Engine time, never the wall clock.
    pub time: Epoch,
    /// What was concluded.
    pub body: EventBody,
    /// Ids of the records that led to it.
    pub caused_by: Vec<RecordId>,
}

/// What was concluded.
#[derive(Debug, Clone, PartialEq)]
pub enum EventBody {
    /// About an object.
    Assessment(Box<Assessment>),
    /// For people.
    Warning(Box<Warning>),
    /// A record was not used.
    Rejection(Rejection),
    /// About a sensor.
    Health(Health),
}

/// A record that was not used, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Rejection {
    /// Its id, or `line N` where it had none.
    pub record: RecordId,
    /// Why, from a closed list.
    pub reason: RejectionReason,
    /// Field, value and remedy, for a person.
    pub detail: String,
}

words! {
    /// Why a record was not used: a closed list.
    RejectionReason {
        /// Not JSON, or not an object.
        Malformed = "malformed",
        /// A required field is absent.
        MissingField = "missing_field",
        /// A field has the wrong type.
        WrongType = "wrong_type",
        /// A number is out of its physical range or not finite.
        ImpossibleValue = "impossible_value",
        /// A direction is not a unit vector.
        NotAUnitVector = "not_a_unit_vector",
        /// The time cannot be read.
        BadTime = "bad_time",
        /// The sensor is not in the table.
        UnknownSensor = "unknown_sensor",
        /// The kind does not exist, or is not the sensor's.
        WrongKind = "wrong_kind",
        /// The id was seen before.
        Duplicate = "duplicate",
        /// Another mode than the run's.
        WrongMode = "wrong_mode",
        /// Older than the late window.
        TooLate = "too_late",
        /// Too far in the future.
        InTheFuture = "in_the_future",
        /// The sensor's position is unknown.
        NoPosition = "no_position",
        /// A bound was reached.
        Overflow = "overflow",
    }
}

/// Something about a sensor.
#[derive(Debug, Clone, PartialEq)]
pub struct Health {
    /// Which.
    pub sensor: SensorIndex,
    /// What.
    pub kind: HealthKind,
    /// For a person.
    pub detail: String,
}

words! {
    /// What can be wrong (or right again) with a sensor.
    HealthKind {
        /// It is heard again.
        Recovered = "recovered",
        /// Nothing was heard for too long.
        Silent = "silent",
        /// Its reports come late.
        Late = "late",
        /// It repeats the same values.
        Stuck = "stuck",
        /// Its count of reports does not match what arrived.
        CountMismatch = "count_mismatch",
        /// It says itself that it is degraded.
        Degraded = "degraded",
        /// It says itself that it is down.
        Down = "down",
        /// It is biased beyond what its table says.
        Biased = "biased",
        /// It floods.
        Flooding = "flooding",
        /// Noise from the direction of the Sun.
        Interference = "interference",
        /// It hears a far body that it takes for something near.
        AmbiguousRange = "ambiguous_range",
        /// Its clock, or the link, made a step.
        ClockStep = "clock_step",
        /// It sends what was sent before, or what another sensor sends.
        Repeated = "repeated",
        /// Several that share a failure domain fell silent together.
        SharedLoss = "shared_loss",
    }
}

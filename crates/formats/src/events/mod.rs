//! `events.ndjson`: every output of the engine, in order.
//!
//! The order of the fields is fixed and numbers are written as the shortest text that reads back
//! to the same bits, so the same events give the same bytes. A number that is not finite (it
//! should never be) is written as null.

mod assessment;
mod line;
mod read;
mod write;

pub use assessment::{
    AssessmentLine, BurnoutLine, EllipseLine, EvidenceLine, ImpactLine, LaunchLine,
    ProbabilitiesLine, RegionTimeLine, SiteLine, StateLine, TimeLeftLine,
};
pub use line::{
    AssessmentEvent, EventLine, HealthLine, RejectionLine, ReleasedByLine, WarningLine,
};
pub use read::{Events, read_events};
pub use write::{EventWriter, event_line};

//! Input records: `detections.ndjson`, `notices.ndjson`, `claims.ndjson`, `actions.ndjson`.
//!
//! One JSON object a line. A line that cannot be used becomes
//! [`Record::Unreadable`](forewarn_core::model::Record::Unreadable); its detail says
//! `file:line: field, value, remedy`. Unknown keys are kept and counted: see [`UnknownKeys`].

mod check;
mod decode;
pub(crate) mod json_lines;
mod lines;
mod merge;
mod people;
mod reader;
mod wire;
mod write;

pub use decode::{Decoder, UnknownKeys};
pub use lines::LINE_BYTES_MAX;
pub use merge::{Merged, merged, merged_with};
pub use people::{Spoken, decode_spoken, read_actions, read_claims, read_notices};
pub use reader::{ReadError, Reader, Source, find_detections, open, open_source};
pub use write::{
    ActionLine, ClaimLine, DetectionLine, HeartbeatLine, InfraredLine, NoticeLine, RadarLine,
    write_action, write_claim, write_notice, write_report,
};

pub(crate) use json_lines::read_json_lines;
pub(crate) use write::json as json_line;

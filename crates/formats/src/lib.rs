//! Files in, files out: every format that Forewarn reads or writes, and nothing else.
//!
//! A reader turns text into the nouns of [`forewarn_core::model`]; a writer does the reverse. No
//! algorithm lives here. Two rules hold everywhere:
//!
//! - A *record* that cannot be used (a line of `detections.ndjson`) is an outcome, not an error: it
//!   becomes [`Record::Unreadable`](forewarn_core::model::Record::Unreadable) with a reason from a
//!   closed list, and the lines around it survive.
//! - A *configuration* that cannot be used (`sensors.toml`) is refused with the file, the line, the
//!   column, the field and what to do about it: see [`Problem`].
//!
//! Degrees appear only here, at the edge; inside everything is SI and radians.

mod problem;
mod suggest;
pub mod words;

pub mod config;
pub mod csv;
pub mod czml;
pub mod events;
pub mod gazetteer;
pub mod geojson;
pub mod log_line;
pub mod oem;
pub mod parquet;
pub mod record;
pub mod reports;
pub mod schema;
pub mod tdm;
pub mod truth;
pub mod validate;

pub use config::{ConfigError, Loaded, load_recording};
pub use problem::{Problem, Problems};
pub use suggest::nearest;

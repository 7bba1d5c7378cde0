//! `recording.toml` and `sensors.toml`: refused as a whole if anything in them is wrong, with
//! every problem listed by file, line, column, field and remedy.

mod catalogue;
mod orbit;
mod recording;
pub(crate) mod schema;
pub mod section;
mod sensors;

pub use catalogue::{element_set_lines, read_catalogue};
pub(crate) use recording::recording_problems;
pub use recording::{ConfigError, Loaded, load_recording};
pub use sensors::{RadarNoise, SensorTable, read_sensors};

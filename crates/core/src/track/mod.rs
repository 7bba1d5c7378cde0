//! From single reports to what belongs together: scans, tracklets, joins, tracks.

pub mod assignment;
pub mod ballistic;
pub mod scan;
#[cfg(test)]
mod simulated;
pub mod stereo;
pub mod tracklet;

//! From single reports to what belongs together: scans, tracklets, joins, tracks.

pub mod assignment;
pub mod ballistic;
pub mod scan;

//! Textbook physics of frames and flight.
//!
//! Everything is pure and deterministic: no clock, no file, no global. SI units and radians
//! without exception; a unit suffix on every number. Transcendental functions come from
//! [`math`], never from the system's `libm`, so that results are the same on every processor.

pub mod flight;
pub mod frames;
pub mod math;
pub mod orbit;
pub mod time;

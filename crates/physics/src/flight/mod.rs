//! Gravity, atmosphere, thrust, drag and lift; flight to burnout, apogee and impact.
//!
//! All dynamics are written in the earth-fixed frame (ITRF), which turns at the constant
//! [`crate::frames::wgs84::ROTATION_RATE_RAD_S`]; Coriolis and centrifugal terms are part of
//! every acceleration. The air turns with the Earth.

pub mod aim;
pub mod atmosphere;
pub mod classes;
pub mod coast;
pub mod glide;
pub mod gravity;
pub mod insertion;
pub mod integrate;
pub mod pieces;
pub mod trajectory;
pub mod vehicle;

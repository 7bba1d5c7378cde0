//! Frames as types, the WGS84 ellipsoid, and the rotations between them.
//!
//! | frame | axes |
//! | --- | --- |
//! | [`Itrf`] | earth-fixed, WGS84: x through Greenwich, z the rotation pole |
//! | [`Gcrf`] | inertial, geocentric: J2000 axes |
//! | [`Teme`] | true equator, mean equinox: SGP4's own |
//!
//! A mismatch of frames is a compile error:
//!
//! ```compile_fail
//! use forewarn_physics::frames::{Gcrf, Itrf, Position};
//! let fixed: Position<Itrf> = Position::<Gcrf>::new(1.0, 2.0, 3.0);
//! ```

pub mod earth_orientation;
pub mod geodesic;
pub mod moon;
mod pole_series;
pub mod refraction;
pub mod rotation;
pub mod sun;
mod types;
pub mod wgs84;

pub use earth_orientation::EarthOrientation;
pub use types::{Covariance6, Frame, Gcrf, Itrf, Position, Rotation, State, Teme, Velocity};

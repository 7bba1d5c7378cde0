//! Orbits: elements and two-body motion, published element sets, SGP4.

mod deep_space;
pub mod element_set;
pub mod elements;
pub mod kepler_orbit;
pub mod omm;
pub mod satellite;
mod theory;
pub mod tle;

pub use element_set::{ElementSet, Rejected, read_all};
pub use elements::{Elements, ElementsError, Secular};
pub use kepler_orbit::{Axes, KeplerOrbit, geostationary_position};
pub use satellite::{Satellite, SatelliteError};

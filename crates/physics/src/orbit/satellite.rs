//! Satellites by SGP4.

use thiserror::Error;

use super::element_set::ElementSet;
use super::theory::{Mean, Theory};
use crate::frames::earth_orientation::{Parameters, mjd_utc};
use crate::frames::rotation::{Turning, mean_sidereal_time_1982_rad, teme_turning};
use crate::frames::{EarthOrientation, Itrf, State, Teme};
use crate::time::{Epoch, seconds_between};

/// 1899-12-31 12:00 UTC as a modified Julian day.
const MJD_1900: f64 = 15_019.5;

/// Why a satellite cannot be propagated.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum SatelliteError {
    /// The elements are of no orbit.
    #[error(
        "satellite {catalogue_number}: its elements are of no orbit ({why}); fetch a newer set"
    )]
    Elements {
        /// Which satellite.
        catalogue_number: u32,
        /// What the theory said.
        why: String,
    },
    /// The theory breaks down: as a rule the satellite has come down.
    #[error(
        "satellite {catalogue_number}: no position {elapsed_days:.2} days from the epoch of its elements ({why}); fetch a newer set"
    )]
    Position {
        /// Which satellite.
        catalogue_number: u32,
        /// Days from the epoch of the elements.
        elapsed_days: f64,
        /// What the theory said.
        why: String,
    },
}

/// A satellite ready to be propagated.
///
/// # Valid for
/// Days around the epoch of its elements: 1 to 3 km at the epoch and 1 to 3 km more a day in low
/// orbits. A satellite below the surface is refused.
/// # Validated by
/// `val_sgp4`: the verification set of 2006, within the digits it prints.
#[derive(Debug, Clone)]
pub struct Satellite {
    catalogue_number: u32,
    epoch: Epoch,
    theory: Theory,
}

impl Satellite {
    /// Prepares a satellite.
    ///
    /// # Errors
    /// [`SatelliteError::Elements`].
    pub fn new(set: &ElementSet) -> Result<Self, SatelliteError> {
        let fail = |why: String| SatelliteError::Elements {
            catalogue_number: set.catalogue_number,
            why,
        };
        let published = Mean {
            motion: set.mean_motion_rad_s * 60.0,
            eccentricity: set.eccentricity,
            inclination: set.inclination_rad,
            node: set.raan_rad,
            perigee: set.argument_of_perigee_rad,
            anomaly: set.mean_anomaly_rad,
        };
        let days_1900 = mjd_utc(set.epoch) - MJD_1900;
        // The theory takes UTC for UT1, and so did those who fitted the elements.
        let sidereal_rad = mean_sidereal_time_1982_rad(set.epoch, &Parameters::default());
        let theory = Theory::new(&published, set.bstar, days_1900, sidereal_rad)
            .map_err(|error| fail(error.to_string()))?;
        Ok(Self {
            catalogue_number: set.catalogue_number,
            epoch: set.epoch,
            theory,
        })
    }

    /// Number in the catalogue.
    pub const fn catalogue_number(&self) -> u32 {
        self.catalogue_number
    }

    /// Epoch of the elements.
    pub const fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// The state in SGP4's own axes.
    ///
    /// # Errors
    /// [`SatelliteError::Position`].
    pub fn state_teme(&self, epoch: Epoch) -> Result<State<Teme>, SatelliteError> {
        let minutes = seconds_between(self.epoch, epoch) / 60.0;
        let (position_km, velocity_km_s) =
            self.theory
                .state(minutes)
                .map_err(|error| SatelliteError::Position {
                    catalogue_number: self.catalogue_number,
                    elapsed_days: minutes / 1_440.0,
                    why: error.to_string(),
                })?;
        Ok(State::from_vectors(position_km * 1e3, velocity_km_s * 1e3))
    }

    /// The earth-fixed state.
    ///
    /// # Errors
    /// [`SatelliteError::Position`].
    pub fn state_itrf(
        &self,
        epoch: Epoch,
        orientation: &EarthOrientation,
    ) -> Result<State<Itrf>, SatelliteError> {
        self.state_itrf_with(epoch, &teme_turning(epoch, orientation))
    }

    /// The earth-fixed state, the Earth's attitude at `epoch` given: for many satellites at once.
    ///
    /// # Errors
    /// [`SatelliteError::Position`].
    pub fn state_itrf_with(
        &self,
        epoch: Epoch,
        turning: &Turning<Teme>,
    ) -> Result<State<Itrf>, SatelliteError> {
        Ok(turning.state_to_itrf(&self.state_teme(epoch)?))
    }
}

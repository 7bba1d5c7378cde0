//! Satellites by SGP4.
use thiserror::Error;

use super::element_set::ElementSet;
use crate::frames::rotation::{Turning, teme_turning};
use crate::frames::{EarthOrientation, Itrf, State, Teme};
use crate::time::{Epoch, seconds_between};
use nalgebra::Vector3;

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
#[derive(Debug, Clone)]
pub struct Satellite {
    catalogue_number: u32,
    epoch: Epoch,
    constants: sgp4::Constants,
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
        let orbit = sgp4::Orbit::from_kozai_elements(
            &sgp4::WGS72,
            set.inclination_rad,
            set.raan_rad,
            set.eccentricity,
            set.argument_of_perigee_rad,
            set.mean_anomaly_rad,
            set.mean_motion_rad_s * 60.0,
        )
        .map_err(|error| fail(error.to_string()))?;
        let years = (crate::frames::earth_orientation::mjd_utc(set.epoch) - 51_544.5) / 365.25;
        let constants = sgp4::Constants::new(
            sgp4::WGS72,
            sgp4::iau_epoch_to_sidereal_time,
            years,
            set.bstar,
            orbit,
        )
        .map_err(|error| fail(error.to_string()))?;
        Ok(Self {
            catalogue_number: set.catalogue_number,
            epoch: set.epoch,
            constants,
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
        let prediction = self
            .constants
            .propagate(sgp4::MinutesSinceEpoch(minutes))
            .map_err(|error| SatelliteError::Position {
                catalogue_number: self.catalogue_number,
                elapsed_days: minutes / 1_440.0,
                why: error.to_string(),
            })?;
        let state = State::from_vectors(
            Vector3::from(prediction.position) * 1e3,
            Vector3::from(prediction.velocity) * 1e3,
        );
        if state.position.norm() < sgp4::WGS72.ae * 1e3 {
            let why = "it is below the surface: it has come down".to_owned();
            return Err(SatelliteError::Position {
                catalogue_number: self.catalogue_number,
                elapsed_days: minutes / 1_440.0,
                why,
            });
        }
        Ok(state)
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

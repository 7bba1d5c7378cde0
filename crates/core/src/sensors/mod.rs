//! h(x): what each sensor measures, how well, and what it could have seen.
//!
//! [`SensorModel`] is a sensor of the table with everything that costs time prepared;
//! [`Measurement`] is a report with the sensor's systematic corrections taken out, ready for an
//! estimator.

pub mod coverage;
pub mod infrared;
mod measurement;
pub mod position;
pub mod radar;

use thiserror::Error;

pub use measurement::{InfraredMeasurement, Measurement, MeasurementBody, RadarMeasurement};
pub use position::SatelliteOrbit;
pub use radar::RadarSite;

use crate::model::{Sensor, SensorIndex, SensorKind};

/// Why a sensor or a report of it cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SensorError {
    /// The two-line element set is damaged.
    #[error("the orbit of `{sensor}` cannot be used: {why}; correct its elements in sensors.toml")]
    Orbit {
        /// The sensor's name.
        sensor: String,
        /// What is wrong.
        why: String,
    },
    /// Nobody knows where the satellite is.
    #[error(
        "the position of `{sensor}` is not known: give `orbit` in sensors.toml or `sensor_position_m` in its reports"
    )]
    NoPosition {
        /// The sensor's name.
        sensor: String,
    },
    /// A radar report of an infrared satellite, or the other way round.
    #[error("`{sensor}` sends reports of another kind than sensors.toml says; correct `kind`")]
    WrongKind {
        /// The sensor's name.
        sensor: String,
    },
}

/// A sensor of the table, prepared: orbit or site computed once.
#[derive(Debug, Clone)]
pub struct SensorModel {
    /// Its place in the table.
    pub index: SensorIndex,
    /// The sensor itself.
    pub sensor: Sensor,
    /// Where it stands, for a radar.
    pub site: Option<RadarSite>,
    /// How it moves, for a satellite whose orbit is known.
    pub orbit: Option<SatelliteOrbit>,
}

impl SensorModel {
    /// Prepares a sensor.
    ///
    /// # Errors
    /// [`SensorError::Orbit`] where the orbit given for it is unusable.
    pub fn new(index: SensorIndex, sensor: &Sensor) -> Result<Self, SensorError> {
        let (site, orbit) = match &sensor.kind {
            SensorKind::Radar(radar) => (Some(RadarSite::new(radar.site)), None),
            SensorKind::Infrared(infrared) => {
                let orbit = infrared.orbit.as_ref().map(SatelliteOrbit::new).transpose();
                let orbit = orbit.map_err(|error| SensorError::Orbit {
                    sensor: sensor.id.to_string(),
                    why: error.to_string(),
                })?;
                (None, orbit)
            }
        };
        Ok(Self {
            index,
            sensor: sensor.clone(),
            site,
            orbit,
        })
    }

    /// Prepares a whole table.
    ///
    /// # Errors
    /// As [`SensorModel::new`], for the first sensor that fails.
    pub fn table(sensors: &[Sensor]) -> Result<Vec<Self>, SensorError> {
        (0..)
            .zip(sensors)
            .map(|(index, sensor)| Self::new(SensorIndex(index), sensor))
            .collect()
    }
}

//! Where an infrared satellite is, by any of the ways a table can say it.

use std::sync::Arc;

use forewarn_physics::frames::EarthOrientation;
use forewarn_physics::orbit::{
    Axes, Elements, KeplerOrbit, Satellite, Secular, geostationary_position, tle,
};
use forewarn_physics::time::{Epoch, seconds_between};
use nalgebra::Vector3;
use thiserror::Error;

use crate::model::OrbitSource;

/// Why an orbit cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct OrbitError(String);

/// A satellite's motion, prepared: asking for a position costs microseconds.
#[derive(Debug, Clone)]
pub struct SatelliteOrbit {
    motion: Motion,
}

/// Epoch, position [m] and velocity [m/s].
type Point = (Epoch, Vector3<f64>, Vector3<f64>);

#[derive(Debug, Clone)]
enum Motion {
    Fixed(Vector3<f64>),
    Kepler(Box<KeplerOrbit>),
    Sgp4(Box<Satellite>),
    Ephemeris(Arc<[Point]>),
}

impl SatelliteOrbit {
    /// Prepares an orbit.
    ///
    /// Elements move by two-body motion and the mean effect of J2; a two-line set by SGP4; an
    /// ephemeris by cubic Hermite interpolation.
    ///
    /// # Errors
    /// [`OrbitError`] where elements are of no ellipse, a two-line set is damaged or an ephemeris
    /// has fewer than two points or is not in order of time.
    pub fn new(source: &OrbitSource) -> Result<Self, OrbitError> {
        let motion = match source {
            OrbitSource::Geostationary { longitude_rad } => {
                Motion::Fixed(geostationary_position(*longitude_rad).vector())
            }
            OrbitSource::Elements { .. } => Motion::Kepler(Box::new(kepler(source)?)),
            OrbitSource::Tle([first, second]) => {
                let set = tle::parse(first, second).map_err(OrbitError)?;
                Motion::Sgp4(Box::new(
                    Satellite::new(&set).map_err(|error| OrbitError(error.to_string()))?,
                ))
            }
            OrbitSource::Ephemeris(points) => {
                let ordered = points.windows(2).all(|pair| pair[0].0 < pair[1].0);
                if points.len() < 2 || !ordered {
                    return Err(OrbitError(
                        "an ephemeris needs two or more points in order of time".into(),
                    ));
                }
                Motion::Ephemeris(Arc::clone(points))
            }
        };
        Ok(Self { motion })
    }

    /// The ITRF position [m]; `None` outside an ephemeris or where SGP4 gives up.
    pub fn position_itrf_m(&self, epoch: Epoch) -> Option<Vector3<f64>> {
        let orientation = EarthOrientation::none();
        match &self.motion {
            Motion::Fixed(position_m) => Some(*position_m),
            Motion::Kepler(orbit) => Some(orbit.state_itrf(epoch, &orientation).position.vector()),
            Motion::Sgp4(satellite) => satellite
                .state_itrf(epoch, &orientation)
                .ok()
                .map(|state| state.position.vector()),
            Motion::Ephemeris(points) => interpolated(points, epoch),
        }
    }
}

fn kepler(source: &OrbitSource) -> Result<KeplerOrbit, OrbitError> {
    let OrbitSource::Elements {
        semi_major_axis_m,
        eccentricity,
        inclination_rad,
        raan_rad,
        argument_of_perigee_rad,
        mean_anomaly_rad,
        epoch,
        itrf_at_epoch,
    } = *source
    else {
        return Err(OrbitError("not an orbit by elements".into()));
    };
    let sane = semi_major_axis_m.is_finite()
        && semi_major_axis_m * (1.0 - eccentricity) > 6.4e6
        && (0.0..1.0).contains(&eccentricity);
    if !sane {
        return Err(OrbitError(format!(
            "semi_major_axis_m {semi_major_axis_m} with eccentricity {eccentricity} is no orbit above the Earth"
        )));
    }
    let elements = Elements {
        semi_major_axis_m,
        eccentricity,
        inclination_rad,
        raan_rad,
        argument_of_perigee_rad,
        mean_anomaly_rad,
    };
    let axes = if itrf_at_epoch {
        Axes::ItrfAtEpoch
    } else {
        Axes::Gcrf
    };
    Ok(KeplerOrbit {
        elements,
        epoch,
        axes,
        secular: Secular::J2,
    })
}

/// Cubic Hermite interpolation between the two neighbours.
fn interpolated(points: &[Point], epoch: Epoch) -> Option<Vector3<f64>> {
    let next = points.partition_point(|point| point.0 < epoch).max(1);
    let (before, after) = (points.get(next - 1)?, points.get(next)?);
    if epoch < before.0 {
        return None;
    }
    let span_s = seconds_between(before.0, after.0);
    let t = seconds_between(before.0, epoch) / span_s;
    let (t2, t3) = (t * t, t * t * t);
    Some(
        before.1 * (2.0 * t3 - 3.0 * t2 + 1.0)
            + before.2 * (span_s * (t3 - 2.0 * t2 + t))
            + after.1 * (3.0 * t2 - 2.0 * t3)
            + after.2 * (span_s * (t3 - t2)),
    )
}

#[cfg(test)]
mod tests {
    use forewarn_physics::time::{after, parse_utc};

    use super::*;

    fn molniya(epoch: Epoch) -> OrbitSource {
        OrbitSource::Elements {
            semi_major_axis_m: 2.656e7,
            eccentricity: 0.72,
            inclination_rad: 1.106,
            raan_rad: 0.3,
            argument_of_perigee_rad: 4.89,
            mean_anomaly_rad: 3.0,
            epoch,
            itrf_at_epoch: true,
        }
    }

    #[test]
    fn an_ephemeris_of_an_orbit_is_that_orbit() {
        let epoch = parse_utc("2026-03-01T00:00:00Z").unwrap();
        let orbit = SatelliteOrbit::new(&molniya(epoch)).unwrap();
        let position = |s: f64| orbit.position_itrf_m(after(epoch, s)).unwrap();
        let points: Vec<_> = (0..20)
            .map(|i| {
                let s = 60.0 * f64::from(i);
                (
                    after(epoch, s),
                    position(s),
                    (position(s + 0.5) - position(s - 0.5)) / 1.0,
                )
            })
            .collect();
        let table = SatelliteOrbit::new(&OrbitSource::Ephemeris(points.into())).unwrap();
        for s in [0.0, 12.3, 600.0, 777.7, 1_140.0] {
            assert!(
                (table.position_itrf_m(after(epoch, s)).unwrap() - position(s)).norm() < 1.0,
                "{s}"
            );
        }
        assert!(table.position_itrf_m(after(epoch, -1.0)).is_none());
        assert!(table.position_itrf_m(after(epoch, 1_141.0)).is_none());
    }

    #[test]
    fn nonsense_is_refused() {
        let epoch = parse_utc("2026-03-01T00:00:00Z").unwrap();
        let OrbitSource::Elements { .. } = molniya(epoch) else {
            unreachable!()
        };
        assert!(SatelliteOrbit::new(&OrbitSource::Tle(["1 x".into(), "2 y".into()])).is_err());
        assert!(SatelliteOrbit::new(&OrbitSource::Ephemeris(Vec::new().into())).is_err());
    }
}

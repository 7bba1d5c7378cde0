//! A sensor's orbit by elements, seen from the turning Earth.

use nalgebra::Vector3;

use super::elements::{Elements, Secular};
use crate::frames::rotation::{ROTATION_RATE_RAD_S, about_z, gcrf_turning};
use crate::frames::{EarthOrientation, Gcrf, Itrf, Position, State};
use crate::math::sin_cos;
use crate::time::{Epoch, seconds_between};

/// Distance of a geostationary satellite from the Earth's centre [m]: one turn in a sidereal day.
pub const GEOSTATIONARY_RADIUS_M: f64 = 42_164_172.0;

/// The axes that elements are given in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axes {
    /// GCRF.
    Gcrf,
    /// Inertial axes that coincide with ITRF at the epoch of the elements.
    ItrfAtEpoch,
}

/// An orbit by elements at an epoch.
///
/// # Valid for
/// Simulated sensors and scenarios: drag, the Moon, the Sun and all but the mean effect of J2
/// are left out; a real satellite departs by kilometres a day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KeplerOrbit {
    /// The elements at `epoch`.
    pub elements: Elements,
    /// When they hold.
    pub epoch: Epoch,
    /// What they refer to.
    pub axes: Axes,
    /// What moves them.
    pub secular: Secular,
}

impl KeplerOrbit {
    /// The earth-fixed state at an epoch. Earth orientation matters to [`Axes::Gcrf`] only.
    pub fn state_itrf(&self, epoch: Epoch, orientation: &EarthOrientation) -> State<Itrf> {
        let elapsed_s = seconds_between(self.epoch, epoch);
        let inertial: State<Gcrf> = self.elements.after_s(elapsed_s, self.secular).to_state();
        match self.axes {
            Axes::Gcrf => gcrf_turning(epoch, orientation).state_to_itrf(&inertial),
            Axes::ItrfAtEpoch => {
                let spin = about_z(ROTATION_RATE_RAD_S * elapsed_s);
                let rate = Vector3::new(0.0, 0.0, ROTATION_RATE_RAD_S);
                let position_m = inertial.position.vector();
                State::from_vectors(
                    spin * position_m,
                    spin * (inertial.velocity.vector() - rate.cross(&position_m)),
                )
            }
        }
    }
}

/// Where a geostationary satellite stands, given its longitude [rad]. Its earth-fixed velocity
/// is zero.
pub fn geostationary_position(longitude_rad: f64) -> Position<Itrf> {
    let (s, c) = sin_cos(longitude_rad);
    Position::new(GEOSTATIONARY_RADIUS_M * c, GEOSTATIONARY_RADIUS_M * s, 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::orbit::elements::semi_major_axis_m;
    use crate::time::{after, parse_utc};

    #[test]
    fn a_geostationary_orbit_stands_still() {
        let epoch = parse_utc("2026-03-01T12:00:00Z").unwrap();
        let axis_m = semi_major_axis_m(ROTATION_RATE_RAD_S);
        assert!((axis_m - GEOSTATIONARY_RADIUS_M).abs() < 2.0);
        let elements = Elements {
            semi_major_axis_m: axis_m,
            eccentricity: 0.0,
            inclination_rad: 0.0,
            raan_rad: 0.5,
            argument_of_perigee_rad: 0.0,
            mean_anomaly_rad: 0.0,
        };
        let orbit = KeplerOrbit {
            elements,
            epoch,
            axes: Axes::ItrfAtEpoch,
            secular: Secular::None,
        };
        let state = orbit.state_itrf(after(epoch, 20_000.0), &EarthOrientation::none());
        assert!((state.position - geostationary_position(0.5)).norm() < 2.0);
        assert!(state.velocity.norm() < 1e-4);
    }

    #[test]
    fn both_axes_agree_when_they_start_alike() {
        let epoch = parse_utc("2026-03-01T12:00:00Z").unwrap();
        let none = EarthOrientation::none();
        let elements = Elements {
            semi_major_axis_m: 7.4e6,
            eccentricity: 0.02,
            inclination_rad: 1.2,
            raan_rad: 0.5,
            argument_of_perigee_rad: 0.1,
            mean_anomaly_rad: 2.0,
        };
        let fixed = KeplerOrbit {
            elements,
            epoch,
            axes: Axes::ItrfAtEpoch,
            secular: Secular::None,
        };
        let start = gcrf_turning(epoch, &none).state_from_itrf(&fixed.state_itrf(epoch, &none));
        let celestial = KeplerOrbit {
            elements: Elements::from_state(&start).unwrap(),
            epoch,
            axes: Axes::Gcrf,
            secular: Secular::None,
        };
        let later = after(epoch, 3_000.0);
        let (a, b) = (
            fixed.state_itrf(later, &none),
            celestial.state_itrf(later, &none),
        );
        // The pole of the axes that are frozen is ITRF's, not that of date: they agree to rounding
        // and to 3,000 s of precession (4e-8 rad: 0.3 m).
        assert!(
            (a.position - b.position).norm() < 0.3,
            "{}",
            (a.position - b.position).norm()
        );
        assert!((a.velocity - b.velocity).norm() < 1e-3);
    }
}

//! Keplerian elements, to and from states, and along the orbit.
//!
//! Vallado 2013, algorithms 2, 9, 10 and equations 9-41 (secular J2); node and perigee are
//! taken by vectors, so that circular and equatorial orbits need no special element.

use nalgebra::Vector3;
use thiserror::Error;

use crate::frames::wgs84::{GRAVITATIONAL_PARAMETER_M3_S2, SEMI_MAJOR_AXIS_M};
use crate::frames::{Frame, State};
use crate::math::{TAU, atan2, cbrt, sin_cos, wrap_pi, wrap_tau};

/// Second zonal harmonic of the Earth (EGM96, unnormalised).
pub const J2: f64 = 1.082_626_683e-3;

/// Elements of an elliptic orbit, in inertial axes that the caller names.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Elements {
    /// Half the long axis [m].
    pub semi_major_axis_m: f64,
    /// Eccentricity, in [0, 1).
    pub eccentricity: f64,
    /// Inclination to the x-y plane [rad], in [0, π].
    pub inclination_rad: f64,
    /// Right ascension of the ascending node [rad]; 0 for an equatorial orbit.
    pub raan_rad: f64,
    /// From the node to perigee [rad]; 0 for a circular orbit.
    pub argument_of_perigee_rad: f64,
    /// Mean anomaly [rad].
    pub mean_anomaly_rad: f64,
}

/// Why there are no elliptic elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ElementsError {
    /// The speed reaches escape.
    #[error("the state escapes the Earth: it has no ellipse")]
    Escapes,
    /// Position and velocity are parallel, zero or not finite.
    #[error("position and velocity span no plane")]
    NoPlane,
}

/// What moves the elements besides two-body motion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Secular {
    /// Nothing.
    #[default]
    None,
    /// The mean effect of J2 on node, perigee and anomaly. The elements are then mean ones:
    /// states differ from true ones by the short-period terms, up to 10 km in low orbits.
    J2,
}

impl Elements {
    /// The elements of a state in inertial axes.
    ///
    /// # Errors
    /// [`ElementsError`] when the state is on no ellipse.
    pub fn from_state<F: Frame>(state: &State<F>) -> Result<Self, ElementsError> {
        let (r, v) = (state.position.vector(), state.velocity.vector());
        let momentum = r.cross(&v);
        let (radius_m, momentum_norm) = (r.norm(), momentum.norm());
        let least = 1e-9 * radius_m * v.norm();
        if !momentum_norm.is_finite() || momentum_norm <= least {
            return Err(ElementsError::NoPlane);
        }
        let inverse_axis = 2.0 / radius_m - v.norm_squared() / GRAVITATIONAL_PARAMETER_M3_S2;
        if inverse_axis <= 0.0 {
            return Err(ElementsError::Escapes);
        }
        let semi_major_axis_m = 1.0 / inverse_axis;
        let up = momentum / momentum_norm;
        let across = (up.x * up.x + up.y * up.y).sqrt();
        let node = if across > 1e-11 {
            Vector3::new(-up.y, up.x, 0.0) / across
        } else {
            Vector3::x()
        };
        let quarter = up.cross(&node);
        // e cos E and e sin E lose no digits near the circle, unlike 1 − p/a.
        let e_cos = 1.0 - radius_m * inverse_axis;
        let e_sin = r.dot(&v) / (GRAVITATIONAL_PARAMETER_M3_S2 * semi_major_axis_m).sqrt();
        let eccentricity = (e_cos * e_cos + e_sin * e_sin).sqrt();
        let from_node_rad = atan2(r.dot(&quarter), r.dot(&node));
        // Perigee is what is left of the place in the orbit, so that its uncertainty near the
        // circle moves perigee and anomaly against each other, and the satellite not at all.
        let (argument_of_perigee_rad, mean_anomaly_rad) = if eccentricity < 1e-11 {
            (0.0, wrap_tau(from_node_rad))
        } else {
            let (anomaly_rad, flat) = (
                atan2(e_sin, e_cos),
                (1.0 - eccentricity * eccentricity).max(0.0).sqrt(),
            );
            let (sine, cosine) = (e_sin / eccentricity, e_cos / eccentricity);
            (
                wrap_tau(from_node_rad - atan2(flat * sine, cosine - eccentricity)),
                wrap_tau(anomaly_rad - e_sin),
            )
        };
        Ok(Self {
            semi_major_axis_m,
            eccentricity,
            inclination_rad: atan2(across, up.z),
            raan_rad: wrap_tau(atan2(node.y, node.x)),
            argument_of_perigee_rad,
            mean_anomaly_rad,
        })
    }

    /// The state in the axes that the elements are given in.
    pub fn to_state<F: Frame>(&self) -> State<F> {
        let e = self.eccentricity;
        let (sin_e, cos_e) = sin_cos(eccentric_anomaly_rad(self.mean_anomaly_rad, e));
        let flat = (1.0 - e * e).sqrt();
        let a = self.semi_major_axis_m;
        let rate = (GRAVITATIONAL_PARAMETER_M3_S2 / a).sqrt() / (1.0 - e * cos_e);
        let (sw, cw) = sin_cos(self.argument_of_perigee_rad);
        let (so, co) = sin_cos(self.raan_rad);
        let (si, ci) = sin_cos(self.inclination_rad);
        let to_perigee = Vector3::new(co * cw - so * sw * ci, so * cw + co * sw * ci, sw * si);
        let ahead = Vector3::new(-co * sw - so * cw * ci, -so * sw + co * cw * ci, cw * si);
        State::from_vectors(
            to_perigee * (a * (cos_e - e)) + ahead * (a * flat * sin_e),
            to_perigee * (-rate * sin_e) + ahead * (rate * flat * cos_e),
        )
    }

    /// The elements a time later (or earlier) [s].
    pub fn after_s(&self, elapsed_s: f64, secular: Secular) -> Self {
        let mean_motion = self.mean_motion_rad_s();
        let (node, perigee, anomaly) = match secular {
            Secular::None => (0.0, 0.0, 0.0),
            Secular::J2 => self.j2_rates_rad_s(),
        };
        Self {
            raan_rad: wrap_tau(self.raan_rad + node * elapsed_s),
            argument_of_perigee_rad: wrap_tau(self.argument_of_perigee_rad + perigee * elapsed_s),
            mean_anomaly_rad: wrap_tau(self.mean_anomaly_rad + (mean_motion + anomaly) * elapsed_s),
            ..*self
        }
    }

    /// Rates of node, perigee and mean anomaly by J2 [rad/s], the mean motion not included.
    pub fn j2_rates_rad_s(&self) -> (f64, f64, f64) {
        let (_, ci) = sin_cos(self.inclination_rad);
        let flat2 = 1.0 - self.eccentricity * self.eccentricity;
        let shape = SEMI_MAJOR_AXIS_M / (self.semi_major_axis_m * flat2);
        let k = 0.75 * J2 * shape * shape * self.mean_motion_rad_s();
        (
            -2.0 * k * ci,
            k * (5.0 * ci * ci - 1.0),
            k * flat2.sqrt() * (3.0 * ci * ci - 1.0),
        )
    }

    /// Mean motion [rad/s].
    pub fn mean_motion_rad_s(&self) -> f64 {
        (GRAVITATIONAL_PARAMETER_M3_S2 / self.semi_major_axis_m).sqrt() / self.semi_major_axis_m
    }

    /// Time of one revolution [s].
    pub fn period_s(&self) -> f64 {
        TAU / self.mean_motion_rad_s()
    }

    /// Perigee above the equatorial radius [m]; negative when the ellipse meets the Earth.
    pub fn perigee_height_m(&self) -> f64 {
        self.semi_major_axis_m * (1.0 - self.eccentricity) - SEMI_MAJOR_AXIS_M
    }

    /// Apogee above the equatorial radius [m].
    pub fn apogee_height_m(&self) -> f64 {
        self.semi_major_axis_m * (1.0 + self.eccentricity) - SEMI_MAJOR_AXIS_M
    }
}

/// Half the long axis [m] of an orbit with a mean motion.
pub fn semi_major_axis_m(mean_motion_rad_s: f64) -> f64 {
    cbrt(GRAVITATIONAL_PARAMETER_M3_S2 / (mean_motion_rad_s * mean_motion_rad_s))
}

/// Solves Kepler's equation for the eccentric anomaly [rad], by Newton's steps held to a turn.
pub fn eccentric_anomaly_rad(mean_anomaly_rad: f64, eccentricity: f64) -> f64 {
    let mean = wrap_pi(mean_anomaly_rad);
    // Danby's start: Newton's steps converge from it for every eccentricity below 1.
    let mut anomaly = mean + 0.85 * eccentricity * if mean < 0.0 { -1.0 } else { 1.0 };
    for _ in 0..30 {
        let (s, c) = sin_cos(anomaly);
        let step = (anomaly - eccentricity * s - mean) / (1.0 - eccentricity * c);
        anomaly -= step.clamp(-1.0, 1.0);
        if step.abs() < 1e-15 {
            break;
        }
    }
    anomaly
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frames::Gcrf;

    fn grid() -> impl Iterator<Item = Elements> {
        let shapes = [
            (6.6e6, 0.0),
            (6.8e6, 1e-9),
            (7.2e6, 0.01),
            (2.6e7, 0.74),
            (4.2164e7, 3e-4),
            (6.5e6, 0.6),
            (5.0e7, 0.97),
        ];
        let planes = [
            0.0,
            1e-9,
            0.3,
            1.1,
            core::f64::consts::FRAC_PI_2,
            2.9,
            core::f64::consts::PI,
        ];
        shapes
            .into_iter()
            .flat_map(move |(semi_major_axis_m, eccentricity)| {
                planes.into_iter().flat_map(move |inclination_rad| {
                    (0..8).map(move |step| Elements {
                        semi_major_axis_m,
                        eccentricity,
                        inclination_rad,
                        raan_rad: 0.8 * f64::from(step),
                        argument_of_perigee_rad: 0.7 * f64::from(step),
                        mean_anomaly_rad: 0.785 * f64::from(step),
                    })
                })
            })
    }

    #[test]
    fn prop_states_round_trip() {
        for elements in grid() {
            let state: State<Gcrf> = elements.to_state();
            let back: State<Gcrf> = Elements::from_state(&state).unwrap().to_state();
            // Near the circle and the plane a remainder of 1e-11 is dropped.
            let scale_m = elements.semi_major_axis_m;
            assert!(
                (back.position - state.position).norm() < 1e-10 * scale_m,
                "{elements:?} {}",
                (back.position - state.position).norm()
            );
            assert!(
                (back.velocity - state.velocity).norm() < 1e-10 * state.velocity.norm().max(1e3),
                "{elements:?}"
            );
        }
    }

    #[test]
    fn prop_energy_and_plane_are_kept() {
        for elements in grid() {
            let energy = |s: &State<Gcrf>| {
                0.5 * s.velocity.norm_squared() - GRAVITATIONAL_PARAMETER_M3_S2 / s.position.norm()
            };
            let (now, later) = (
                elements.to_state::<Gcrf>(),
                elements.after_s(1234.5, Secular::None).to_state::<Gcrf>(),
            );
            assert!(
                (energy(&now) / energy(&later) - 1.0).abs() < 1e-10,
                "{elements:?}"
            );
            let (h, k) = (
                now.position.cross(&now.velocity),
                later.position.cross(&later.velocity),
            );
            assert!((h - k).norm() < 1e-10 * h.norm(), "{elements:?}");
        }
    }

    #[test]
    fn secular_rates_of_known_orbits() {
        // Sun-synchronous: 0.9856°/day at 7,171 km and 98.6°; Molniya: perigee at rest at 63.43°.
        let polar = Elements {
            semi_major_axis_m: 7.171e6,
            eccentricity: 0.0,
            inclination_rad: 98.6_f64.to_radians(),
            raan_rad: 0.0,
            argument_of_perigee_rad: 0.0,
            mean_anomaly_rad: 0.0,
        };
        assert!((polar.j2_rates_rad_s().0.to_degrees() * 86_400.0 - 0.9856).abs() < 0.01);
        let molniya = Elements {
            semi_major_axis_m: 2.6562e7,
            eccentricity: 0.74,
            inclination_rad: 63.4349_f64.to_radians(),
            ..polar
        };
        assert!(molniya.j2_rates_rad_s().1.to_degrees().abs() * 86_400.0 < 1e-5);
        assert!((molniya.period_s() - 43_082.0).abs() < 3.0);
    }

    #[test]
    fn no_ellipse_is_said() {
        let state = |x: f64, vx: f64, vy: f64| {
            State::<Gcrf>::from_vectors(Vector3::new(x, 0.0, 0.0), Vector3::new(vx, vy, 0.0))
        };
        assert_eq!(
            Elements::from_state(&state(7e6, 0.0, 12_000.0)),
            Err(ElementsError::Escapes)
        );
        assert_eq!(
            Elements::from_state(&state(7e6, 1_000.0, 0.0)),
            Err(ElementsError::NoPlane)
        );
        assert_eq!(
            Elements::from_state(&state(7e6, f64::NAN, 1.0)),
            Err(ElementsError::NoPlane)
        );
        let thrown = Elements::from_state(&state(6.6e6, 2_000.0, 5_000.0)).unwrap();
        assert!(thrown.perigee_height_m() < -1e6);
    }
}

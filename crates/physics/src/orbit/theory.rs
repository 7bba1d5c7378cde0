//! SGP4 itself: Earth radii, minutes and radians, in double precision.
//!
//! Equations: Hoots & Roehrich, *Spacetrack Report No. 3* (1980), with the corrections of
//! Vallado, Crawford, Hujsak & Kelso, *Revisiting Spacetrack Report #3* (2006), WGS-72
//! constants. Written out here because crates that offer it take sine and cosine from the
//! system, whose last bit differs between processors.

use nalgebra::Vector3;

use super::deep_space::DeepSpace;
use crate::math::{TAU, atan2, cos, powf, sin, sin_cos};

/// Earth radius of WGS-72 [km].
pub(super) const EARTH_RADIUS_KM: f64 = 6_378.135;
/// Root of the gravitational parameter [Earth radii^1.5 / min].
pub(super) const KE: f64 = 0.074_366_916_133_173_42;
const J2: f64 = 1.082_616e-3;
const J3: f64 = -2.538_81e-6;
const J4: f64 = -1.655_97e-6;
/// Below this mean motion [rad/min] the Moon and the Sun count: a period of 225 minutes.
const DEEP_SPACE_BELOW: f64 = TAU / 225.0;

/// Why the theory gives no orbit or no position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Failure {
    Eccentricity(f64),
    MeanMotion,
    SemiLatusRectum,
    Surface,
}

impl core::fmt::Display for Failure {
    fn fmt(&self, out: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Eccentricity(value) => write!(out, "its eccentricity becomes {value}"),
            Self::MeanMotion => write!(out, "its mean motion is not positive"),
            Self::SemiLatusRectum => write!(out, "its ellipse vanishes"),
            Self::Surface => write!(out, "it is below the surface: it has come down"),
        }
    }
}

/// Elements as the theory moves them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mean {
    pub(super) motion: f64,
    pub(super) eccentricity: f64,
    pub(super) inclination: f64,
    pub(super) node: f64,
    pub(super) perigee: f64,
    pub(super) anomaly: f64,
}

/// Rates of node, perigee and anomaly [rad/min].
#[derive(Debug, Clone, Copy)]
pub(super) struct Rates {
    pub(super) node: f64,
    pub(super) perigee: f64,
    pub(super) anomaly: f64,
}

/// A satellite's constants.
#[derive(Debug, Clone)]
pub(super) struct Theory {
    epoch: Mean,
    axis: f64,
    rates: Rates,
    node_drag: f64,
    c1: f64,
    c4: f64,
    full: Option<FullDrag>,
    deep: Option<Box<DeepSpace>>,
}

/// Terms of drag that low perigees and deep space do without.
#[derive(Debug, Clone, Copy)]
struct FullDrag {
    c5: f64,
    d: [f64; 3],
    t: [f64; 3],
    eta: f64,
    start: f64,
    sin_anomaly: f64,
    perigee_rate: f64,
    anomaly_factor: f64,
}

impl Theory {
    /// From the published elements; `bstar` in 1/Earth radius, `days_1900` since 1899-12-31 12:00
    /// UTC, `sidereal` the Greenwich mean sidereal time of the epoch.
    pub(super) fn new(
        published: &Mean,
        bstar: f64,
        days_1900: f64,
        sidereal: f64,
    ) -> Result<Self, Failure> {
        if !(0.0..1.0).contains(&published.eccentricity) {
            return Err(Failure::Eccentricity(published.eccentricity));
        }
        if published.motion.is_nan() || published.motion <= 0.0 {
            return Err(Failure::MeanMotion);
        }
        let epoch = Mean {
            motion: brouwer_motion(published),
            ..*published
        };
        if epoch.motion <= 0.0 {
            return Err(Failure::MeanMotion);
        }
        let Mean {
            motion: n,
            eccentricity: e,
            inclination,
            perigee,
            anomaly,
            ..
        } = epoch;
        let (si, ci) = sin_cos(inclination);
        let c2i = ci * ci;
        let beta2 = 1.0 - e * e;
        let axis = powf(KE / n, 2.0 / 3.0);
        let perigee_km = (axis * (1.0 - e) - 1.0) * EARTH_RADIUS_KM;
        let floor_km = if perigee_km < 98.0 {
            20.0
        } else {
            (perigee_km - 78.0).min(78.0)
        };
        let s = floor_km / EARTH_RADIUS_KM + 1.0;
        let q4 = powi((120.0 - floor_km) / EARTH_RADIUS_KM, 4);
        let xi = 1.0 / (axis - s);
        let eta = axis * e * xi;
        let (eta2, e_eta, psi) = (eta * eta, e * eta, (1.0 - eta * eta).abs());
        let coefficient = q4 * powi(xi, 4);
        let scaled = coefficient / powf(psi, 3.5);
        let k = 3.0 * c2i - 1.0;
        let c1 = bstar
            * scaled
            * n
            * (axis * (1.0 + 1.5 * eta2 + e_eta * (4.0 + eta2))
                + 0.375 * J2 * xi / psi * k * (8.0 + 3.0 * eta2 * (8.0 + eta2)));
        let flattening = J2 * xi / (axis * psi)
            * (-3.0 * k * (1.0 - 2.0 * e_eta + eta2 * (1.5 - 0.5 * e_eta))
                + 0.75 * (1.0 - c2i) * (2.0 * eta2 - e_eta * (1.0 + eta2)) * cos(2.0 * perigee));
        let c4 = bstar
            * 2.0
            * n
            * scaled
            * axis
            * beta2
            * (eta * (2.0 + 0.5 * eta2) + e * (0.5 + 2.0 * eta2) - flattening);
        let (rates, node_base) = secular_rates(n, axis, beta2, ci);
        let mut theory = Self {
            epoch,
            axis,
            rates,
            node_drag: 3.5 * beta2 * node_base * c1,
            c1,
            c4,
            full: None,
            deep: None,
        };
        if n <= DEEP_SPACE_BELOW {
            theory.deep = Some(Box::new(DeepSpace::new(
                &epoch, axis, &rates, days_1900, sidereal,
            )));
        } else if axis * (1.0 - e) >= 220.0 / EARTH_RADIUS_KM + 1.0 {
            let d2 = 4.0 * axis * xi * c1 * c1;
            let d2_3 = d2 * xi * c1 / 3.0;
            let d3 = (17.0 * axis + s) * d2_3;
            let d4 = 0.5 * d2_3 * axis * xi * (221.0 * axis + 31.0 * s) * c1;
            let round = e <= 1e-4;
            theory.full = Some(FullDrag {
                c5: bstar
                    * 2.0
                    * scaled
                    * axis
                    * beta2
                    * (1.0 + 2.75 * (eta2 + e_eta) + e_eta * eta2),
                d: [d2, d3, d4],
                t: [
                    d2 + 2.0 * c1 * c1,
                    0.25 * (3.0 * d3 + c1 * (12.0 * d2 + 10.0 * c1 * c1)),
                    0.2 * (3.0 * d4
                        + 12.0 * c1 * d3
                        + 6.0 * d2 * d2
                        + 15.0 * c1 * c1 * (2.0 * d2 + c1 * c1)),
                ],
                eta,
                start: powi(1.0 + eta * cos(anomaly), 3),
                sin_anomaly: sin(anomaly),
                perigee_rate: if round {
                    0.0
                } else {
                    bstar * (-2.0 * coefficient * xi * (J3 / J2) * n * si / e) * cos(perigee)
                },
                anomaly_factor: if round {
                    0.0
                } else {
                    -2.0 / 3.0 * coefficient * bstar / (e * eta)
                },
            });
        }
        Ok(theory)
    }

    /// Position [km] and velocity [km/s] a time [min] from the epoch.
    pub(super) fn state(&self, t: f64) -> Result<(Vector3<f64>, Vector3<f64>), Failure> {
        let (mean, axis) = self.secular(t)?;
        short_periods(&mean, axis)
    }

    /// Drag, J2, J4, the Moon and the Sun: the mean elements and the long half axis.
    fn secular(&self, t: f64) -> Result<(Mean, f64), Failure> {
        let t2 = t * t;
        let mut mean = Mean {
            node: self.epoch.node + self.rates.node * t + self.node_drag * t2,
            perigee: self.epoch.perigee + self.rates.perigee * t,
            anomaly: self.epoch.anomaly + self.rates.anomaly * t,
            ..self.epoch
        };
        let mut shrink = 1.0 - self.c1 * t;
        let mut rounding = self.c4 * t;
        let mut ahead = 1.5 * self.c1 * t2;
        if let Some(full) = &self.full {
            let shift = full.perigee_rate * t
                + full.anomaly_factor * (powi(1.0 + full.eta * cos(mean.anomaly), 3) - full.start);
            mean.anomaly += shift;
            mean.perigee -= shift;
            shrink -= t2 * (full.d[0] + t * (full.d[1] + t * full.d[2]));
            rounding += full.c5 * (sin(mean.anomaly) - full.sin_anomaly);
            ahead += t2 * t * (full.t[0] + t * (full.t[1] + t * full.t[2]));
        }
        if let Some(deep) = &self.deep {
            deep.secular(&mut mean, t);
            if mean.motion <= 0.0 {
                return Err(Failure::MeanMotion);
            }
        }
        let base = if self.deep.is_some() {
            powf(KE / mean.motion, 2.0 / 3.0)
        } else {
            self.axis
        };
        let axis = base * shrink * shrink;
        mean.eccentricity -= rounding;
        if !(-0.001..1.0).contains(&mean.eccentricity) {
            return Err(Failure::Eccentricity(mean.eccentricity));
        }
        mean.eccentricity = mean.eccentricity.max(1e-6);
        mean.motion = KE / powf(axis, 1.5);
        mean.anomaly += self.epoch.motion * ahead;
        if let Some(deep) = &self.deep {
            deep.periodic(&mut mean, t);
            if !(0.0..=1.0).contains(&mean.eccentricity) {
                return Err(Failure::Eccentricity(mean.eccentricity));
            }
        }
        Ok((mean, axis))
    }
}

/// Brouwer's mean motion out of Kozai's.
fn brouwer_motion(published: &Mean) -> f64 {
    let ci = cos(published.inclination);
    let a1 = powf(KE / published.motion, 2.0 / 3.0);
    let oblate = 0.75 * J2 * (3.0 * ci * ci - 1.0)
        / powf(1.0 - published.eccentricity * published.eccentricity, 1.5);
    let d1 = oblate / (a1 * a1);
    let a0 = a1 * (1.0 - d1 * d1 - d1 * (1.0 / 3.0 + 134.0 * d1 * d1 / 81.0));
    published.motion / (1.0 + oblate / (a0 * a0))
}

/// Rates by J2 and J4, and the node's leading term.
fn secular_rates(n: f64, axis: f64, beta2: f64, ci: f64) -> (Rates, f64) {
    let (c2, c4) = (ci * ci, powi(ci, 4));
    let p2 = 1.0 / powi(axis * beta2, 2);
    let t1 = 1.5 * J2 * p2 * n;
    let t2 = 0.5 * t1 * J2 * p2;
    let t3 = -0.46875 * J4 * p2 * p2 * n;
    let beta = beta2.sqrt();
    let rates = Rates {
        anomaly: n
            + 0.5 * t1 * beta * (3.0 * c2 - 1.0)
            + 0.0625 * t2 * beta * (13.0 - 78.0 * c2 + 137.0 * c4),
        perigee: -0.5 * t1 * (1.0 - 5.0 * c2)
            + 0.0625 * t2 * (7.0 - 114.0 * c2 + 395.0 * c4)
            + t3 * (3.0 - 36.0 * c2 + 49.0 * c4),
        node: -t1 * ci + (0.5 * t2 * (4.0 - 19.0 * c2) + 2.0 * t3 * (3.0 - 7.0 * c2)) * ci,
    };
    (rates, -t1 * ci)
}

/// Long and short periods by J2 and J3, and the state.
fn short_periods(mean: &Mean, axis: f64) -> Result<(Vector3<f64>, Vector3<f64>), Failure> {
    let (si, ci) = sin_cos(mean.inclination);
    let (sw, cw) = sin_cos(mean.perigee);
    let e = mean.eccentricity;
    let per = 1.0 / (axis * (1.0 - e * e));
    let ax = e * cw;
    let ay = e * sw - per * 0.5 * (J3 / J2) * si;
    // An orbit turned right over would divide by zero.
    let over = if (1.0 + ci).abs() > 1.5e-12 {
        1.0 + ci
    } else {
        1.5e-12
    };
    let lift = -0.25 * (J3 / J2) * si * (3.0 + 5.0 * ci) / over;
    let (sin_u, cos_u) = kepler(
        (mean.anomaly + mean.perigee + per * lift * ax) % TAU,
        ax,
        ay,
    );
    let e2 = ax * ax + ay * ay;
    let rectum = axis * (1.0 - e2);
    if rectum.is_nan() || rectum < 0.0 {
        return Err(Failure::SemiLatusRectum);
    }
    let (e_cos, e_sin) = (ax * cos_u + ay * sin_u, ax * sin_u - ay * cos_u);
    let radius = axis * (1.0 - e_cos);
    let beta = (1.0 - e2).sqrt();
    let part = e_sin / (1.0 + beta);
    let s = axis / radius * (sin_u - ay - ax * part);
    let c = axis / radius * (cos_u - ax + ay * part);
    let (sin_2u, cos_2u) = (2.0 * s * c, 1.0 - 2.0 * s * s);
    let (j, j2) = (0.5 * J2 / rectum, 0.5 * J2 / rectum / rectum);
    let (k, k1, k7) = (3.0 * ci * ci - 1.0, 1.0 - ci * ci, 7.0 * ci * ci - 1.0);
    let moved = radius * (1.0 - 1.5 * j2 * beta * k) + 0.5 * j * k1 * cos_2u;
    if moved < 1.0 {
        return Err(Failure::Surface);
    }
    let (su, cu) = sin_cos(atan2(s, c) - 0.25 * j2 * k7 * sin_2u);
    let (so, co) = sin_cos(mean.node + 1.5 * j2 * ci * sin_2u);
    let (sk, ck) = sin_cos(mean.inclination + 1.5 * j2 * ci * si * cos_2u);
    let outward_speed = axis.sqrt() * e_sin / radius - mean.motion * j * k1 * sin_2u / KE;
    let forward_speed = rectum.sqrt() / radius + mean.motion * j * (k1 * cos_2u + 1.5 * k) / KE;
    let out = Vector3::new(co * cu - so * ck * su, so * cu + co * ck * su, sk * su);
    let ahead = Vector3::new(-co * su - so * ck * cu, -so * su + co * ck * cu, sk * cu);
    let speed_km_s = EARTH_RADIUS_KM * KE / 60.0;
    Ok((
        out * (moved * EARTH_RADIUS_KM),
        (out * outward_speed + ahead * forward_speed) * speed_km_s,
    ))
}

/// Sine and cosine of E + ω, where Kepler's equation is written in `e cos ω` and `e sin ω`.
fn kepler(longitude: f64, ax: f64, ay: f64) -> (f64, f64) {
    let mut angle = longitude;
    let (mut s, mut c) = sin_cos(angle);
    // Ten steps, at most 0.95 rad each, as the reference does: the outcome for wild elements
    // depends on it.
    for _ in 0..10 {
        let step = (longitude - ay * c + ax * s - angle) / (1.0 - c * ax - s * ay);
        angle += step.clamp(-0.95, 0.95);
        (s, c) = sin_cos(angle);
        if step.abs() < 1e-12 {
            break;
        }
    }
    (s, c)
}

/// Whole powers by repeated multiplication, the same on every processor.
pub(super) fn powi(x: f64, n: u32) -> f64 {
    (0..n).fold(1.0, |product, _| product * x)
}

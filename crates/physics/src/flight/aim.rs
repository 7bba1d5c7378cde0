//! Flying a drawn vehicle to a wanted range and azimuth.
//!
//! Three unknowns (pitch, cut-off, firing azimuth) are solved so that the path leaves the boost at
//! the drawn angle and comes down at the wanted place. Cut-off is by thrust termination within
//! the last 40 % of the last stage.

use nalgebra::{Matrix3, Vector3};
use thiserror::Error;

use super::classes::{Drawn, LawKind, VehicleClass};
use super::coast::{self, Fate, Impact};
use super::insertion;
use super::trajectory::Trajectory;
use super::vehicle::{Ascent, Cutoff, FLIGHT_LIMIT_S, PitchLaw, fly, heading};
use crate::frames::wgs84::{
    ECCENTRICITY_SQUARED, FLATTENING, GRAVITATIONAL_PARAMETER_M3_S2, Geodetic, SEMI_MAJOR_AXIS_M,
    SEMI_MINOR_AXIS_M,
};
use crate::frames::{Itrf, State};
use crate::math::{PI, TAU, atan, atan2, cos, exp, ln, sin_cos, tan, wrap_pi, wrap_tau};

/// Why a vehicle cannot be flown as wanted. Draw another, or ask for another range.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum AimError {
    /// No pitch of this law leaves the boost at the wanted angle.
    #[error("no pitch gives a burnout angle of {wanted_rad} rad; choose another loft")]
    Angle {
        /// The angle [rad].
        wanted_rad: f64,
    },
    /// The cut-off would lie outside the last 40 % of the last stage.
    #[error(
        "the range needs cut-off at {needed_s} s, outside {earliest_s} to {latest_s} s; choose another range or vehicle"
    )]
    Energy {
        /// The cut-off asked for [s].
        needed_s: f64,
        /// Earliest permitted [s].
        earliest_s: f64,
        /// Depletion [s].
        latest_s: f64,
    },
    /// The solution did not settle.
    #[error("the aim missed by {miss_m} m after the last correction")]
    NotConverged {
        /// Remaining miss [m].
        miss_m: f64,
    },
    /// Nothing drawn could be flown within the class's band of burnout height and speed.
    #[error("none of {tries} drawn vehicles could be flown to its range; check the site and class")]
    NoneFlew {
        /// How many were tried.
        tries: usize,
    },
}

/// Largest miss of a solved aim [m].
pub const AIM_TOLERANCE_M: f64 = 100.0;
/// Cut-off lies in this last share of the last stage.
pub const CUTOFF_WINDOW: f64 = 0.4;

/// Flies a drawn vehicle so that it comes down `range_m` from the site along `azimuth_rad`
/// (geodesic, ±100 m).
///
/// A space launch goes to orbit instead and uses only the azimuth.
///
/// # Errors
/// [`AimError`] when this vehicle cannot do it.
pub fn fly_to_range(
    site: &Geodetic,
    azimuth_rad: f64,
    drawn: &Drawn,
    range_m: f64,
) -> Result<Trajectory, AimError> {
    match drawn.class {
        VehicleClass::SpaceLaunch => insertion::fly_to_orbit(site, azimuth_rad, drawn),
        VehicleClass::Glider => super::glide::fly_to_range(site, azimuth_rad, drawn, range_m),
        _ => {
            let aim = Aim {
                site: *site,
                azimuth_rad,
                drawn,
                range_m,
            };
            let (law, cutoff_s, firing_rad) = aim.solve()?;
            Ok(fly(
                site,
                firing_rad,
                &drawn.vehicle,
                law,
                Cutoff::At(cutoff_s),
            ))
        }
    }
}

struct Aim<'a> {
    site: Geodetic,
    azimuth_rad: f64,
    drawn: &'a Drawn,
    range_m: f64,
}

/// Pitch parameter, cut-off time [s], firing azimuth [rad].
type Controls = Vector3<f64>;

/// The law with its solved parameter: the logarithm of the kick, or the last elevation.
pub(super) fn law_of(drawn: &Drawn, pitch: f64) -> PitchLaw {
    match drawn.law_kind {
        LawKind::GravityTurn { kick_time_s } => PitchLaw::GravityTurn {
            kick_rad: exp(pitch),
            kick_time_s,
        },
        LawKind::Guided {
            rise_s,
            exponent,
            wave_rad,
        } => PitchLaw::Guided {
            rise_s,
            end_s: drawn.expected_cutoff_s,
            end_elevation_rad: pitch,
            exponent,
            wave_rad,
        },
    }
}

/// The elevation of the earth-fixed velocity at a state [rad].
pub(super) fn path_angle_rad(state: &State<Itrf>) -> f64 {
    heading(&state.position.vector(), &state.velocity.vector()).1
}

/// The pitch parameter that leaves the boost at `angle_rad`, by bisection.
pub(super) fn solve_pitch(
    drawn: &Drawn,
    angle_rad: f64,
    end: impl Fn(f64) -> State<Itrf>,
) -> Result<f64, AimError> {
    // Along both intervals the burnout angle changes one way: down with the kick, up with the
    // last elevation.
    let (mut low, mut high) = match drawn.law_kind {
        LawKind::GravityTurn { .. } => (ln(1.4), ln(1e-4)),
        LawKind::Guided { .. } => (-1.0, 1.65),
    };
    let miss = |pitch: f64| path_angle_rad(&end(pitch)) - angle_rad;
    let (mut miss_low, mut miss_high) = (miss(low), miss(high));
    if !(miss_low < 0.0 && miss_high > 0.0) {
        return Err(AimError::Angle {
            wanted_rad: angle_rad,
        });
    }
    for round in 0..40 {
        let secant = high - miss_high * (high - low) / (miss_high - miss_low);
        let middle = if round % 2 == 0 {
            secant
        } else {
            0.5 * (low + high)
        };
        let value = miss(middle);
        if value.abs() < 1e-4 {
            return Ok(middle);
        }
        if value < 0.0 {
            (low, miss_low) = (middle, value)
        } else {
            (high, miss_high) = (middle, value)
        }
    }
    Ok(0.5 * (low + high))
}

impl Aim<'_> {
    fn ascent(&self, controls: &Controls) -> Ascent<'_> {
        Ascent {
            site: self.site,
            azimuth_rad: controls.z,
            vehicle: &self.drawn.vehicle,
            law: law_of(self.drawn, controls.x),
            cutoff: Cutoff::At(controls.y),
        }
    }

    fn burnout(&self, controls: &Controls) -> State<Itrf> {
        self.ascent(controls).end().1
    }

    fn impact(&self, burnout: &State<Itrf>) -> Option<Impact> {
        match coast::to_impact(burnout, &self.drawn.vehicle.payload(), 0.0, FLIGHT_LIMIT_S) {
            Fate::Impact(impact) => Some(impact),
            Fate::Orbit | Fate::TooLong => None,
        }
    }

    fn window(&self) -> (f64, f64) {
        let burns = self.drawn.vehicle.burns();
        burns.last().map_or((0.0, 0.0), |last| {
            (
                last.end_s - CUTOFF_WINDOW * (last.end_s - last.ignition_s),
                last.end_s,
            )
        })
    }

    fn within(&self, cutoff_s: f64) -> Result<f64, AimError> {
        let (earliest_s, latest_s) = self.window();
        if cutoff_s < earliest_s || cutoff_s > latest_s || cutoff_s.is_nan() {
            return Err(AimError::Energy {
                needed_s: cutoff_s,
                earliest_s,
                latest_s,
            });
        }
        Ok(cutoff_s)
    }

    fn solve(&self) -> Result<(PitchLaw, f64, f64), AimError> {
        let mut controls = self.first_guess()?;
        let mut miss = self.miss(&controls)?;
        let mut jacobian = self.jacobian(&controls, &miss)?;
        for _ in 0..12 {
            if miss.y.abs() < 0.2 * AIM_TOLERANCE_M
                && miss.z.abs() < 0.2 * AIM_TOLERANCE_M
                && miss.x.abs() < 1e-3
            {
                return Ok((law_of(self.drawn, controls.x), controls.y, controls.z));
            }
            let Some(inverse) = jacobian.try_inverse() else {
                break;
            };
            let mut step = -inverse * miss;
            let worst = (step.x.abs() / 0.15)
                .max(step.y.abs() / 4.0)
                .max(step.z.abs() / 0.1);
            if worst > 1.0 {
                step /= worst;
            }
            let mut next = controls + step;
            self.within(next.y)?;
            let mut next_miss = self.miss(&next);
            for _ in 0..4 {
                if next_miss.is_ok() {
                    break;
                }
                step *= 0.5;
                next = controls + step;
                next_miss = self.miss(&next);
            }
            let next_miss = next_miss?;
            // Broyden: the new miss corrects the slopes along the step taken.
            let error = next_miss - miss - jacobian * step;
            jacobian += error * step.transpose() / step.norm_squared();
            if next_miss.yz().norm() > 0.5 * miss.yz().norm() {
                jacobian = self.jacobian(&next, &next_miss)?;
            }
            (controls, miss) = (next, next_miss);
        }
        Err(AimError::NotConverged {
            miss_m: miss.yz().norm(),
        })
    }

    /// Pitch for the angle, then cut-off by the vacuum formula, three times over.
    fn first_guess(&self) -> Result<Controls, AimError> {
        let mut controls = Vector3::new(0.0, self.drawn.expected_cutoff_s, self.azimuth_rad);
        let last = self.drawn.vehicle.stages.len() - 1;
        let ignition_s = self.drawn.vehicle.burns()[last].ignition_s;
        for _ in 0..3 {
            let at = |pitch: f64| self.burnout(&Vector3::new(pitch, controls.y, controls.z));
            controls.x = solve_pitch(self.drawn, self.drawn.burnout_angle_rad, at)?;
            let burnout = self.burnout(&controls);
            let place = Geodetic::from_itrf(burnout.position);
            let (flown_m, _) = line(&self.site, &place);
            let wanted_m_s = ballistic_speed_m_s(
                self.range_m - flown_m,
                self.drawn.burnout_angle_rad,
                place.height_m,
            );
            let thrust = self.drawn.vehicle.stages[last].thrust_m_s2(controls.y - ignition_s);
            // Earth rotation shifts the speed needed; what is left, Newton's steps find.
            let lead_s = (wanted_m_s - burnout.velocity.norm()) / (thrust - 8.0).max(5.0);
            controls.y = self.within(controls.y + lead_s.clamp(-15.0, 15.0))?;
        }
        Ok(controls)
    }

    /// Angle [rad], range [m] and cross-range [m] off the wanted ones.
    fn miss(&self, controls: &Controls) -> Result<Vector3<f64>, AimError> {
        let burnout = self.burnout(controls);
        let (earliest_s, latest_s) = self.window();
        let impact = self.impact(&burnout).ok_or(AimError::Energy {
            needed_s: controls.y,
            earliest_s,
            latest_s,
        })?;
        let (range_m, bearing_rad) = line(&self.site, &Geodetic::from_itrf(impact.state.position));
        let across_m = wrap_pi(bearing_rad - self.azimuth_rad) * SEMI_MAJOR_AXIS_M * reach(range_m);
        Ok(Vector3::new(
            path_angle_rad(&burnout) - self.drawn.burnout_angle_rad,
            range_m - self.range_m,
            across_m,
        ))
    }

    fn jacobian(&self, controls: &Controls, miss: &Vector3<f64>) -> Result<Matrix3<f64>, AimError> {
        let mut jacobian = Matrix3::zeros();
        for (axis, step) in [1e-4, -0.01, 1e-4].into_iter().enumerate() {
            let mut shifted = *controls;
            shifted[axis] += step;
            jacobian.set_column(axis, &((self.miss(&shifted)? - miss) / step));
        }
        Ok(jacobian)
    }
}

/// How far apart lines of different azimuth are at a range, in Earth radii.
fn reach(range_m: f64) -> f64 {
    sin_cos(range_m / SEMI_MAJOR_AXIS_M).0.abs().max(0.05)
}

/// The speed at burnout that reaches the ground `range_m` further on, on a round Earth that
/// stands still [m/s] (the "hit equation": Bate, Mueller and White, *Fundamentals of
/// Astrodynamics*, ch. 6).
pub fn ballistic_speed_m_s(range_m: f64, angle_rad: f64, height_m: f64) -> f64 {
    const RADIUS_M: f64 = 6_371_000.0;
    let arc_rad = (range_m / RADIUS_M).max(1e-3);
    let ratio = (RADIUS_M + height_m) / RADIUS_M;
    let cosine = cos(angle_rad);
    let q = (1.0 - cos(arc_rad)) / (cosine * (ratio * cosine - cos(angle_rad + arc_rad)));
    (q * GRAVITATIONAL_PARAMETER_M3_S2 / (RADIUS_M + height_m))
        .max(0.0)
        .sqrt()
}

/// The burnout angle of least speed for a range [rad], on a round Earth that stands still.
pub fn minimum_energy_angle_rad(range_m: f64) -> f64 {
    0.25 * (PI - range_m / 6_371_000.0)
}

/// Distance [m] and first azimuth [rad] of the shortest line over the ellipsoid.
///
/// Vincenty's inverse (*Survey Review* 23, 1975), 0.1 mm except near antipodes. Not
/// [`crate::frames::geodesic`], whose elementary functions may differ between processors in the
/// last bit: the solved flight must not.
pub(super) fn line(from: &Geodetic, to: &Geodetic) -> (f64, f64) {
    let reduced = |g: &Geodetic| sin_cos(atan((1.0 - FLATTENING) * tan(g.latitude_rad)));
    let ((s1, c1), (s2, c2)) = (reduced(from), reduced(to));
    let apart_rad = wrap_pi(to.longitude_rad - from.longitude_rad);
    let mut lambda = apart_rad;
    let (mut sigma, mut sin_sigma, mut cos_sigma, mut cos2_alpha, mut cos_middle) =
        (0.0, 0.0, 1.0, 1.0, 0.0);
    for _ in 0..30 {
        let (sl, cl) = sin_cos(lambda);
        let (a, b) = (c2 * sl, c1 * s2 - s1 * c2 * cl);
        sin_sigma = (a * a + b * b).sqrt();
        if sin_sigma == 0.0 {
            return (0.0, 0.0);
        }
        cos_sigma = s1 * s2 + c1 * c2 * cl;
        sigma = atan2(sin_sigma, cos_sigma);
        let sin_alpha = c1 * c2 * sl / sin_sigma;
        cos2_alpha = 1.0 - sin_alpha * sin_alpha;
        cos_middle = if cos2_alpha > 1e-12 {
            cos_sigma - 2.0 * s1 * s2 / cos2_alpha
        } else {
            0.0
        };
        let c = FLATTENING / 16.0 * cos2_alpha * (4.0 + FLATTENING * (4.0 - 3.0 * cos2_alpha));
        let inner = cos_middle + c * cos_sigma * (2.0 * cos_middle * cos_middle - 1.0);
        let next = apart_rad + (1.0 - c) * FLATTENING * sin_alpha * (sigma + c * sin_sigma * inner);
        let change = (next - lambda).abs();
        lambda = next;
        if change < 1e-13 {
            break;
        }
    }
    let u2 = cos2_alpha * ECCENTRICITY_SQUARED / (1.0 - ECCENTRICITY_SQUARED);
    let a = 1.0 + u2 / 16_384.0 * (4_096.0 + u2 * (-768.0 + u2 * (320.0 - 175.0 * u2)));
    let b = u2 / 1_024.0 * (256.0 + u2 * (-128.0 + u2 * (74.0 - 47.0 * u2)));
    let m2 = cos_middle * cos_middle;
    let tail = b / 6.0 * cos_middle * (4.0 * sin_sigma * sin_sigma - 3.0) * (4.0 * m2 - 3.0);
    let bend = b * sin_sigma * (cos_middle + b / 4.0 * (cos_sigma * (2.0 * m2 - 1.0) - tail));
    let (sl, cl) = sin_cos(lambda);
    (
        SEMI_MINOR_AXIS_M * a * (sigma - bend),
        wrap_tau(atan2(c2 * sl, c1 * s2 - s1 * c2 * cl) + TAU),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frames::geodesic;

    #[test]
    fn line_agrees_with_karney() {
        let from = Geodetic::from_degrees(41.0, -70.0, 0.0);
        for (azimuth_deg, distance_m) in [(10.0, 3e5), (95.0, 4e6), (200.0, 1.2e7), (359.0, 8e6)] {
            let to = geodesic::direct(&from, f64::to_radians(azimuth_deg), distance_m);
            let (length_m, azimuth_rad) = line(&from, &to);
            assert!((length_m - distance_m).abs() < 1e-3, "{length_m}");
            assert!(wrap_pi(azimuth_rad - f64::to_radians(azimuth_deg)).abs() < 1e-9);
        }
    }

    #[test]
    fn minimum_energy_speeds_are_the_known_ones() {
        // domain.md §3 computed these on the same round Earth: 1,000 km 3.02 km/s, 10,000 km 7.20 km/s.
        for (range_m, speed_m_s) in [(1e6, 3_020.0), (5.5e6, 6_080.0), (1e7, 7_200.0)] {
            let speed = ballistic_speed_m_s(range_m, minimum_energy_angle_rad(range_m), 0.0);
            assert!((speed - speed_m_s).abs() < 10.0, "{range_m} {speed}");
        }
    }
}

//! How thrust is steered in the vertical plane.

use nalgebra::Vector3;

use crate::flight::coast::{self, Vector6, position_of, velocity_of};
use crate::frames::wgs84::Geodetic;
use crate::math::{FRAC_PI_2, PI, TAU, powf, sin, sin_cos};

/// How the thrust is steered in the vertical plane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PitchLaw {
    /// Upright until `kick_time_s`, tilted by `kick_rad` for [`KICK_S`], then along the velocity.
    GravityTurn {
        /// Tilt from the vertical during the kick [rad].
        kick_rad: f64,
        /// Start of the kick, from launch [s].
        kick_time_s: f64,
    },
    /// Upright until `rise_s`, then an elevation in the launch site's horizon that follows time,
    /// whatever the velocity does: with u from 0 to 1 between `rise_s` and `end_s`,
    /// π/2 − (π/2 − end) (1 − (1 − u)^exponent) + wave₀ sin πu + wave₁ sin 2πu.
    Guided {
        /// End of the vertical rise [s].
        rise_s: f64,
        /// When the programme ends [s]; its last elevation is kept.
        end_s: f64,
        /// Elevation of the thrust at the end [rad].
        end_elevation_rad: f64,
        /// How early it pitches over; 1 is linear in time.
        exponent: f64,
        /// Random shape [rad].
        wave_rad: [f64; 2],
    },
    /// A gravity turn until `from_s`, then tan(elevation above the local horizon) =
    /// tangent − rate · (t − from_s): the linear tangent law of flight to orbit.
    LinearTangent {
        /// Tilt of the kick [rad].
        kick_rad: f64,
        /// Start of the kick [s].
        kick_time_s: f64,
        /// Where the linear tangent begins [s].
        from_s: f64,
        /// Tangent at that time.
        tangent: f64,
        /// Its fall [1/s].
        tangent_rate_per_s: f64,
    },
}

/// Length of the pitch-over of a gravity turn [s], and of the blend to the velocity after it.
pub const KICK_S: f64 = 8.0;
const BLEND_S: f64 = 3.0;
const KICK_RAMP_S: f64 = 2.0;

/// Up and downrange at the launch site, ITRF.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axes {
    up: Vector3<f64>,
    downrange: Vector3<f64>,
}

impl Axes {
    pub(super) fn of(site: &Geodetic, azimuth_rad: f64) -> Self {
        let itrf_from_enu = site.enu_from_itrf().transpose();
        let (s, c) = sin_cos(azimuth_rad);
        Self {
            up: itrf_from_enu * Vector3::z(),
            downrange: itrf_from_enu * Vector3::new(s, c, 0.0),
        }
    }

    fn elevated(&self, elevation_rad: f64) -> Vector3<f64> {
        let (s, c) = sin_cos(elevation_rad);
        self.up * s + self.downrange * c
    }
}

impl PitchLaw {
    pub(super) fn direction(&self, axes: &Axes, time_s: f64, y: &Vector6) -> Vector3<f64> {
        match *self {
            Self::GravityTurn {
                kick_rad,
                kick_time_s,
            } => turn(axes, time_s, y, kick_rad, kick_time_s),
            Self::Guided {
                rise_s,
                end_s,
                end_elevation_rad,
                exponent,
                wave_rad,
            } => {
                let u = ((time_s - rise_s) / (end_s - rise_s)).clamp(0.0, 1.0);
                let swept = 1.0 - powf(1.0 - u, exponent);
                let wave = wave_rad[0] * sin(PI * u) + wave_rad[1] * sin(TAU * u);
                axes.elevated(FRAC_PI_2 - (FRAC_PI_2 - end_elevation_rad) * swept + wave)
            }
            Self::LinearTangent {
                kick_rad,
                kick_time_s,
                from_s,
                tangent,
                tangent_rate_per_s,
            } => {
                if time_s < from_s {
                    return turn(axes, time_s, y, kick_rad, kick_time_s);
                }
                let up = coast::up_direction(&position_of(y));
                let velocity = velocity_of(y);
                let level = (velocity - up * up.dot(&velocity)).normalize();
                (level + up * (tangent - tangent_rate_per_s * (time_s - from_s))).normalize()
            }
        }
    }

    /// Times at which the law changes its formula [s].
    pub(super) fn breaks(&self) -> [f64; 4] {
        const NEVER: f64 = f64::INFINITY;
        match *self {
            Self::GravityTurn { kick_time_s, .. } => [
                kick_time_s,
                kick_time_s + KICK_S,
                kick_time_s + KICK_S + BLEND_S,
                NEVER,
            ],
            Self::Guided { rise_s, end_s, .. } => [rise_s, end_s, NEVER, NEVER],
            Self::LinearTangent {
                kick_time_s,
                from_s,
                ..
            } => [
                kick_time_s,
                kick_time_s + KICK_S,
                kick_time_s + KICK_S + BLEND_S,
                from_s,
            ],
        }
    }
}

fn turn(axes: &Axes, time_s: f64, y: &Vector6, kick_rad: f64, kick_time_s: f64) -> Vector3<f64> {
    let since_s = time_s - kick_time_s;
    if since_s <= 0.0 {
        return axes.up;
    }
    let tilted = axes.elevated(FRAC_PI_2 - kick_rad * (since_s / KICK_RAMP_S).min(1.0));
    if since_s <= KICK_S {
        return tilted;
    }
    let velocity = velocity_of(y);
    let speed_m_s = velocity.norm();
    if speed_m_s < 1.0 {
        return tilted;
    }
    let share = ((since_s - KICK_S) / BLEND_S).min(1.0);
    (tilted * (1.0 - share) + velocity * (share / speed_m_s)).normalize()
}

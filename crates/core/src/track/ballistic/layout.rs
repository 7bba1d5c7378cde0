//! What the state of a track holds, and in which order.

use nalgebra::{SMatrix, SVector};

use crate::model::SensorIndex;

/// Position [m], ITRF: three components from here.
pub const POSITION: usize = 0;
/// Velocity [m/s], ITRF: three components from here.
pub const VELOCITY: usize = 3;
/// Logarithm of the ballistic coefficient in kg/m².
pub const LN_BETA: usize = 6;
/// Acceleration that the model does not know [m/s²], ITRF: three components from here.
pub const ACCELERATION: usize = 7;
/// Components that move: all before the biases.
pub const MOVING: usize = 10;
/// Slowly varying errors of up to two sensors, three components each.
pub const BIAS: usize = 10;
/// How many sensors' errors are carried.
pub const SLOTS: usize = 2;
/// Size of the state.
pub const SIZE: usize = BIAS + 3 * SLOTS;

/// State vector of a track.
pub type Mean = SVector<f64, SIZE>;
/// Covariance of a track.
pub type Covariance = SMatrix<f64, SIZE, SIZE>;

/// Time constant of slowly varying errors of sensors [s].
pub const BIAS_TIME_S: f64 = 3_600.0;
/// Middle of the prior of ln β: the moments of a mixture, half slender bodies (median
/// 8,000 kg/m²) and half tumbling ones (median 1,000), each within a factor of 1.4. That is
/// 2,830 kg/m² within a factor of 3: wide enough for anything from 500 to 15,000.
pub const LN_BETA_PRIOR: f64 = 7.948;
/// Sigma of that prior.
pub const LN_BETA_PRIOR_SIGMA: f64 = 1.097;

/// ln β and its sigma of slender bodies (5,000 to 15,000 kg/m²), for what is known to be a payload
/// of a missile.
pub const LN_BETA_SLENDER: (f64, f64) = (9.07, 0.33);

/// How a track is taken to move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Gravity and drag alone.
    Ballistic,
    /// Gravity, drag, and a lift that comes and goes.
    Glide,
}

/// Where in its flight a track is, as far as its filter can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flight {
    /// Above the air.
    Coast,
    /// In the air without lift.
    Reentry,
    /// In the air with lift.
    Glide,
}

/// First-order Gauss–Markov noise of the unknown acceleration, and random walk of ln β.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Noise {
    /// Sigma of each component of the acceleration [m/s²].
    pub acceleration_m_s2: f64,
    /// Its time constant [s].
    pub acceleration_time_s: f64,
    /// Growth of ln β in air [1/√s].
    pub ln_beta_per_root_s: f64,
}

impl Mode {
    /// Its noise.
    ///
    /// Ballistic: what degree 4 of gravity leaves out (1e-4 m/s² over some 200 s of flight), and a
    /// drag coefficient that changes with speed. Glide: lift of a vehicle of 2.6 lift over drag
    /// that holds its height (some 10 m/s²) and banks over a minute.
    pub const fn noise(self) -> Noise {
        match self {
            Self::Ballistic => Noise {
                acceleration_m_s2: 1e-4,
                acceleration_time_s: 200.0,
                ln_beta_per_root_s: 0.01,
            },
            Self::Glide => Noise {
                acceleration_m_s2: 12.0,
                acceleration_time_s: 60.0,
                ln_beta_per_root_s: 0.03,
            },
        }
    }
}

/// A sensor whose errors the track carries.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slot {
    /// Which.
    pub sensor: SensorIndex,
    /// Sigma of each of its errors in the long run.
    pub sigma: [f64; 3],
}

/// First component of a slot's errors.
pub const fn bias_at(slot: usize) -> usize {
    BIAS + 3 * slot
}

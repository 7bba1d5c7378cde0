//! The two models of a tracklet: standing still, and moving with changing acceleration.
//!
//! Noise is the same in both axes, so both share one covariance. The moving model is a Kalman
//! filter whose acceleration is driven by white jerk (Y. Bar-Shalom, X. R. Li, T. Kirubarajan,
//! "Estimation with Applications to Tracking and Navigation", 2001, section 6.2.3).

use forewarn_physics::math::{TAU, ln};
use nalgebra::{Matrix3, Vector2, Vector3};

/// Speed across the line of sight before anything is known, one sigma per axis [m/s].
const SPEED_SIGMA_M_S: f64 = 1_000.0;
/// Acceleration before anything is known, one sigma per axis [m/s²].
const ACCELERATION_SIGMA_M_S2: f64 = 30.0;
/// Spectral density of the jerk [m²/s⁵]: within one 10 s look a stage may cut off or light, a
/// change of 30 m/s² per axis.
const JERK_DENSITY_M2_S5: f64 = 12.0;
/// Above this speed [m/s] the object is no missile under power but something natural that brakes.
const NATURAL_SPEED_M_S: f64 = 9_000.0;
/// Root density of the jerk per excess speed [1/s^2.5]: a fireball of 20 km/s brakes by km/s².
const BRAKING: f64 = 0.06;

/// A measured offset and its variance per axis.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measured {
    pub(super) offset_m: Vector2<f64>,
    pub(super) variance_m2: f64,
}

/// How well a model foresees an offset.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fit {
    /// Squared normalised distance, two degrees of freedom.
    pub(super) chi_square: f64,
    /// Log density [per m²].
    pub(super) ln_density: f64,
}

fn fit(miss_m: Vector2<f64>, variance_m2: f64) -> Fit {
    let chi_square = miss_m.norm_squared() / variance_m2;
    Fit {
        chi_square,
        ln_density: -ln(TAU * variance_m2) - 0.5 * chi_square,
    }
}

/// Stands still, but for what the sensor's own bias wanders.
#[derive(Debug, Clone, Copy)]
pub(super) struct Still {
    mean_m: Vector2<f64>,
    variance_m2: f64,
}

impl Still {
    pub(super) fn new(seen: &Measured) -> Self {
        Self {
            mean_m: seen.offset_m,
            variance_m2: seen.variance_m2,
        }
    }

    pub(super) fn mean_m(&self) -> Vector2<f64> {
        self.mean_m
    }

    /// Lets time pass; `wander_m2_s` is the growth of variance by the sensor's bias.
    pub(super) fn after(mut self, time_s: f64, wander_m2_s: f64) -> Self {
        // A bias comes back: after some minutes it does not wander further.
        self.variance_m2 += wander_m2_s * time_s.clamp(0.0, 300.0);
        self
    }

    pub(super) fn sigma_m(&self) -> f64 {
        self.variance_m2.sqrt()
    }

    pub(super) fn fit(&self, seen: &Measured) -> Fit {
        fit(
            seen.offset_m - self.mean_m,
            self.variance_m2 + seen.variance_m2,
        )
    }

    pub(super) fn update(&mut self, seen: &Measured) {
        let gain = self.variance_m2 / (self.variance_m2 + seen.variance_m2);
        self.mean_m += (seen.offset_m - self.mean_m) * gain;
        self.variance_m2 *= 1.0 - gain;
    }
}

/// Moves with changing acceleration.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moving {
    /// Rows: position [m], velocity [m/s], acceleration [m/s²]; columns: the two axes.
    state: [Vector2<f64>; 3],
    covariance: Matrix3<f64>,
}

impl Moving {
    /// From one look: the speed is only bounded.
    pub(super) fn new(seen: &Measured) -> Self {
        let spread = Vector3::new(
            seen.variance_m2,
            SPEED_SIGMA_M_S * SPEED_SIGMA_M_S,
            ACCELERATION_SIGMA_M_S2 * ACCELERATION_SIGMA_M_S2,
        );
        Self {
            state: [seen.offset_m, Vector2::zeros(), Vector2::zeros()],
            covariance: Matrix3::from_diagonal(&spread),
        }
    }

    /// From two looks, without a bound on the speed.
    pub(super) fn between(earlier: &Measured, later: &Measured, time_s: f64) -> Self {
        let velocity_m_s = (later.offset_m - earlier.offset_m) / time_s;
        let (r, s) = (later.variance_m2, earlier.variance_m2 + later.variance_m2);
        let excess_m_s = (velocity_m_s.norm() - NATURAL_SPEED_M_S).max(0.0);
        let acceleration_m_s2 = ACCELERATION_SIGMA_M_S2 + BRAKING * excess_m_s;
        let half = 0.5 * acceleration_m_s2 * time_s;
        let covariance = Matrix3::new(
            r,
            r / time_s,
            0.0,
            r / time_s,
            s / (time_s * time_s) + half * half,
            half * acceleration_m_s2,
            0.0,
            half * acceleration_m_s2,
            acceleration_m_s2 * acceleration_m_s2,
        );
        Self {
            state: [later.offset_m, velocity_m_s, Vector2::zeros()],
            covariance,
        }
    }

    pub(super) fn mean_m(&self) -> Vector2<f64> {
        self.state[0]
    }

    pub(super) fn velocity_m_s(&self) -> Vector2<f64> {
        self.state[1]
    }

    pub(super) fn sigma_m(&self) -> f64 {
        self.covariance[(0, 0)].max(0.0).sqrt()
    }

    pub(super) fn after(&self, time_s: f64) -> Self {
        let t = time_s.max(0.0);
        let transition = Matrix3::new(1.0, t, 0.5 * t * t, 0.0, 1.0, t, 0.0, 0.0, 1.0);
        let excess_m_s = (self.state[1].norm() - NATURAL_SPEED_M_S).max(0.0);
        let braking = BRAKING * excess_m_s;
        let density = JERK_DENSITY_M2_S5 + braking * braking;
        let (t2, t3) = (t * t, t * t * t);
        let noise = Matrix3::new(
            t3 * t2 / 20.0,
            t2 * t2 / 8.0,
            t3 / 6.0,
            t2 * t2 / 8.0,
            t3 / 3.0,
            t2 / 2.0,
            t3 / 6.0,
            t2 / 2.0,
            t,
        ) * density;
        let [x, v, a] = self.state;
        Self {
            state: [x + v * t + a * (0.5 * t * t), v + a * t, a],
            covariance: transition * self.covariance * transition.transpose() + noise,
        }
    }

    pub(super) fn fit(&self, seen: &Measured) -> Fit {
        fit(
            seen.offset_m - self.state[0],
            self.covariance[(0, 0)] + seen.variance_m2,
        )
    }

    pub(super) fn update(&mut self, seen: &Measured) {
        let gain = self.covariance.column(0) / (self.covariance[(0, 0)] + seen.variance_m2);
        let miss_m = seen.offset_m - self.state[0];
        for (state, gain) in self.state.iter_mut().zip(gain.iter()) {
            *state += miss_m * *gain;
        }
        // Joseph's form keeps the covariance symmetric and positive.
        let mut keep = Matrix3::identity();
        keep.column_mut(0).axpy(-1.0, &gain, 1.0);
        self.covariance =
            keep * self.covariance * keep.transpose() + gain * gain.transpose() * seen.variance_m2;
    }
}

/// Log density [per m²] of an offset after `time_s` for something of unknown speed: mostly as slow
/// as a rising missile, sometimes as fast as one at the end of its boost, rarely a fireball.
pub(super) fn ln_density_of_unknown_speed(
    offset_m: &Vector2<f64>,
    variance_m2: f64,
    time_s: f64,
) -> f64 {
    let parts = [(0.9, 1_500.0), (0.09, 5_000.0), (0.01, 25_000.0)];
    let density = parts.iter().map(|&(weight, speed_m_s): &(f64, f64)| {
        let spread_m = speed_m_s * time_s;
        let one = fit(*offset_m, variance_m2 + spread_m * spread_m);
        weight * forewarn_physics::math::exp(one.ln_density)
    });
    ln(density.sum::<f64>().max(1e-300))
}

//! One mode of a track moved in time, with the noise that it gathers.

use forewarn_physics::math::exp;
use nalgebra::SMatrix;

use super::kalman::{Gaussian, symmetric};
use super::layout::{
    ACCELERATION, BIAS, BIAS_TIME_S, LN_BETA, MOVING, Mode, SIZE, SLOTS, Slot, VELOCITY,
};
use super::motion::{Moving, drag_m_s2, moved};

/// A mode moved by `dt_s`, in parts short against the time constant of its acceleration.
pub(super) fn predicted(
    gaussian: &Gaussian<SIZE>,
    dt_s: f64,
    mode: Mode,
    slots: &[Option<Slot>; SLOTS],
) -> Gaussian<SIZE> {
    let longest_s = 0.5 * mode.noise().acceleration_time_s;
    let parts = (dt_s.abs() / longest_s).ceil().clamp(1.0, 1e4);
    (0..parts as usize).fold(*gaussian, |gaussian, _| {
        predicted_part(&gaussian, dt_s / parts, mode, slots)
    })
}

fn predicted_part(
    gaussian: &Gaussian<SIZE>,
    dt_s: f64,
    mode: Mode,
    slots: &[Option<Slot>; SLOTS],
) -> Gaussian<SIZE> {
    let noise = mode.noise();
    let moving: Moving = gaussian.mean.fixed_rows::<MOVING>(0).into_owned();
    let moved = moved(&moving, dt_s, noise.acceleration_time_s);
    let decay = exp(-dt_s.abs() / BIAS_TIME_S);
    let mut mean = gaussian.mean * decay;
    mean.fixed_rows_mut::<MOVING>(0).copy_from(&moved.state);
    // Biases decay, the rest moves: F is block diagonal.
    let mut half = gaussian.covariance * decay;
    half.fixed_view_mut::<MOVING, SIZE>(0, 0)
        .copy_from(&(moved.variation * gaussian.covariance.fixed_view::<MOVING, SIZE>(0, 0)));
    let mut covariance = half * decay;
    covariance
        .fixed_view_mut::<SIZE, MOVING>(0, 0)
        .copy_from(&(half.fixed_view::<SIZE, MOVING>(0, 0) * moved.variation.transpose()));
    add_acceleration_noise(&mut covariance, dt_s, mode);
    add_drag_noise(&mut covariance, &moved.state, moved.air_time_s);
    covariance[(LN_BETA, LN_BETA)] +=
        noise.ln_beta_per_root_s * noise.ln_beta_per_root_s * moved.air_time_s;
    for (slot, state) in slots.iter().enumerate() {
        for i in 0..3 {
            let sigma = state.map_or(1.0, |slot| slot.sigma[i]);
            let at = BIAS + 3 * slot + i;
            covariance[(at, at)] += sigma * sigma * (1.0 - decay * decay);
        }
    }
    Gaussian {
        mean,
        covariance: symmetric(&covariance),
    }
}

/// Noise of what a broad ln β does to drag beyond the linear: the variance of a log-normal less
/// that of its tangent. It fades as σ⁴ while drag shows β, and keeps the first seconds of
/// re-entry from ruling out a body far from the prior's middle.
fn add_drag_noise(covariance: &mut SMatrix<f64, SIZE, SIZE>, state: &Moving, air_time_s: f64) {
    if air_time_s <= 0.0 {
        return;
    }
    let variance = covariance[(LN_BETA, LN_BETA)].clamp(0.0, 1.5);
    let beyond = (exp(variance) - 1.0) * exp(variance) - variance;
    let drag_m_s2 = drag_m_s2(state);
    let push = drag_m_s2 * drag_m_s2.transpose() * beyond;
    let t2 = air_time_s * air_time_s;
    for (row, by_row) in [(0, 0.5 * t2), (VELOCITY, air_time_s)] {
        for (column, by_column) in [(0, 0.5 * t2), (VELOCITY, air_time_s)] {
            let mut block = covariance.fixed_view_mut::<3, 3>(row, column);
            block += push * (by_row * by_column);
        }
    }
}

/// Noise that a Gauss–Markov acceleration adds over `dt_s`, short against its time constant.
fn add_acceleration_noise(covariance: &mut SMatrix<f64, SIZE, SIZE>, dt_s: f64, mode: Mode) {
    let noise = mode.noise();
    let q = 2.0 * noise.acceleration_m_s2 * noise.acceleration_m_s2 / noise.acceleration_time_s;
    let t = dt_s;
    let (t2, length_s) = (t * t, t.abs());
    // Position, velocity, acceleration by rows; odd powers of time keep their sign off the diagonal.
    let table = [
        [
            q * t2 * t2 * length_s / 20.0,
            q * t * t2 * length_s / 8.0,
            q * t2 * length_s / 6.0,
        ],
        [
            q * t * t2 * length_s / 8.0,
            q * t2 * length_s / 3.0,
            q * t * length_s / 2.0,
        ],
        [
            q * t2 * length_s / 6.0,
            q * t * length_s / 2.0,
            q * length_s,
        ],
    ];
    let at = [0, VELOCITY, ACCELERATION];
    for (row, values) in table.iter().enumerate() {
        for (column, value) in values.iter().enumerate() {
            for i in 0..3 {
                covariance[(at[row] + i, at[column] + i)] += value;
            }
        }
    }
}

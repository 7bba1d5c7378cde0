//! A track from two to four plots of one radar.
//!
//! Batch least squares with ballistic motion over the whole state, the radar's own errors
//! included, with weak priors on speed and ballistic coefficient. The covariance is that of the
//! filter's state at the last plot.

use forewarn_physics::flight::coast::{Body, propagate};
use forewarn_physics::frames::State;
use forewarn_physics::time::seconds_between;
use nalgebra::{SMatrix, SVector, Vector3};

use super::filter::BallisticFilter;
use super::kalman::{Gaussian, inverse, symmetric};
use super::layout::{
    ACCELERATION, BIAS, LN_BETA, LN_BETA_PRIOR, LN_BETA_PRIOR_SIGMA, MOVING, Mode, SIZE, SLOTS,
    Slot, VELOCITY, bias_at,
};
use super::measure::{bias_sigma, linearised};
use super::motion::{Moving, moved, rough_height_m};
use crate::sensors::{Measurement, MeasurementBody, RadarMeasurement};

/// Sigma of the prior of each component of velocity [m/s]: little beside any fit.
const SPEED_PRIOR_M_S: f64 = 8_000.0;
/// Slowest and fastest object that may be a missile or a glider [m/s], earth-fixed.
pub const SPEED_LIMITS_M_S: [f64; 2] = [300.0, 12_000.0];
/// Lowest and highest place that a track may start at [m].
pub const HEIGHT_LIMITS_M: [f64; 2] = [-5e3, 10_000e3];
/// A fit worse than this many sigmas (as a normal deviate of chi-square) is of no one object.
const WORST_FIT_SIGMA: f64 = 4.0;

/// A track and how well its plots agree.
#[derive(Debug, Clone)]
pub struct Initiation {
    /// The track at the last plot.
    pub filter: BallisticFilter,
    /// Sum of squared residuals over their sigmas, priors included.
    pub chi_square: f64,
    /// Measured components minus six, at least one.
    pub degrees_of_freedom: usize,
}

/// Why plots do not make a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotInitiated {
    /// Fewer than two radar plots at different times, or plots of several radars.
    TooFew,
    /// No one ballistic object passes through them.
    NoFit,
    /// Slower or faster than anything that matters.
    Speed,
    /// Under ground or too far out.
    Height,
    /// The arithmetic failed.
    Singular,
}

/// Fits one ballistic object through two or more plots of one radar, in order of time.
///
/// # Errors
/// [`NotInitiated`] says why not; a refusal is an answer, not a failure.
pub fn initiate(plots: &[Measurement]) -> Result<Initiation, NotInitiated> {
    let (Some(first), Some(last)) = (plots.first(), plots.last()) else {
        return Err(NotInitiated::TooFew);
    };
    if plots.iter().any(|plot| plot.sensor != first.sensor) {
        return Err(NotInitiated::TooFew);
    }
    let span_s = seconds_between(first.epoch, last.epoch);
    let (Some(from), Some(to)) = (radar_of(first), radar_of(last)) else {
        return Err(NotInitiated::TooFew);
    };
    if span_s.is_nan() || span_s < 1e-3 {
        return Err(NotInitiated::TooFew);
    }
    let velocity_m_s = start_velocity_m_s(&place_m(from), &place_m(to), span_s);
    check_speed(&velocity_m_s, from, to, span_s)?;
    let mut mean = SVector::<f64, SIZE>::zeros();
    mean.fixed_rows_mut::<3>(0).copy_from(&place_m(to));
    mean.fixed_rows_mut::<3>(VELOCITY).copy_from(&velocity_m_s);
    mean[LN_BETA] = LN_BETA_PRIOR;
    let slot = bias_sigma(first).map(|sigma| Slot {
        sensor: first.sensor,
        sigma,
    });
    fit(plots, mean, slot)
}

fn radar_of(plot: &Measurement) -> Option<&RadarMeasurement> {
    match &plot.body {
        MeasurementBody::Radar(radar) => Some(radar),
        MeasurementBody::Infrared(_) => None,
    }
}

fn place_m(radar: &RadarMeasurement) -> Vector3<f64> {
    radar
        .site
        .position_itrf_m(radar.value[0], radar.value[1], radar.value[2])
}

/// Velocity at the last plot of the fall from the first to the last.
fn start_velocity_m_s(from_m: &Vector3<f64>, to_m: &Vector3<f64>, span_s: f64) -> Vector3<f64> {
    let mean_m_s = (to_m - from_m) / span_s;
    let start = State::from_vectors(*from_m, mean_m_s);
    // Once around: where the mean velocity leads too far or too short, correct both ends.
    let flown = propagate(&start, span_s, &Body::VACUUM);
    let missed_m_s = (to_m - flown.position.vector()) / span_s;
    let velocity_m_s = flown.velocity.vector() + missed_m_s;
    if velocity_m_s.iter().all(|x| x.is_finite()) {
        velocity_m_s
    } else {
        mean_m_s
    }
}

/// Refuses speeds that no noise explains, before any fit.
fn check_speed(
    velocity_m_s: &Vector3<f64>,
    from: &RadarMeasurement,
    to: &RadarMeasurement,
    span_s: f64,
) -> Result<(), NotInitiated> {
    let spread_m = |radar: &RadarMeasurement| {
        let across = radar.sigma[1].max(radar.sigma[2]) * radar.value[0];
        (across * across + radar.sigma[0] * radar.sigma[0]).sqrt()
    };
    let slack_m_s = 4.0 * (spread_m(from) + spread_m(to)) / span_s;
    let speed_m_s = velocity_m_s.norm();
    let possible =
        speed_m_s + slack_m_s > SPEED_LIMITS_M_S[0] && speed_m_s - slack_m_s < SPEED_LIMITS_M_S[1];
    if possible {
        Ok(())
    } else {
        Err(NotInitiated::Speed)
    }
}

type Information = SMatrix<f64, SIZE, SIZE>;

/// Gauss and Newton's steps at the last plot's epoch.
fn fit(
    plots: &[Measurement],
    start: SVector<f64, SIZE>,
    slot: Option<Slot>,
) -> Result<Initiation, NotInitiated> {
    let weights = prior_weights(slot);
    let prior_mean = {
        let mut mean = SVector::<f64, SIZE>::zeros();
        mean[LN_BETA] = LN_BETA_PRIOR;
        mean
    };
    let mut mean = start;
    let mut covariance = Information::identity();
    for _ in 0..6 {
        let mut information = Information::from_diagonal(&weights);
        let mut gradient = weights.component_mul(&(prior_mean - mean));
        add_plots(
            plots,
            &mean,
            slot.map(|_| 0),
            &mut information,
            &mut gradient,
        )
        .ok_or(NotInitiated::Singular)?;
        covariance = inverse(&symmetric(&information)).ok_or(NotInitiated::Singular)?;
        let step = covariance * gradient;
        mean += step;
        let small = step.fixed_rows::<3>(0).norm()
            < 0.01 * covariance.fixed_view::<3, 3>(0, 0).trace().sqrt();
        if small {
            break;
        }
    }
    let chi_square = misfit(plots, &mean, slot.map(|_| 0))
        + weights
            .component_mul(&(prior_mean - mean))
            .dot(&(prior_mean - mean));
    judge(plots, mean, covariance, chi_square, slot)
}

/// Inverse variances of the prior; positions have none.
fn prior_weights(slot: Option<Slot>) -> SVector<f64, SIZE> {
    let noise = Mode::Ballistic.noise();
    SVector::from_fn(|i, _| {
        let sigma = match i {
            0..VELOCITY => return 0.0,
            VELOCITY..LN_BETA => SPEED_PRIOR_M_S,
            LN_BETA => LN_BETA_PRIOR_SIGMA,
            ACCELERATION..MOVING => noise.acceleration_m_s2,
            _ => slot
                .filter(|_| i < bias_at(1))
                .map_or(1.0, |slot| slot.sigma[i - BIAS]),
        };
        1.0 / (sigma * sigma)
    })
}

fn at_plot(
    plots: &[Measurement],
    plot: &Measurement,
    mean: &SVector<f64, SIZE>,
) -> (SVector<f64, SIZE>, SMatrix<f64, MOVING, MOVING>) {
    let end = plots[plots.len() - 1].epoch;
    let moving: Moving = mean.fixed_rows::<MOVING>(0).into_owned();
    let there = moved(
        &moving,
        seconds_between(end, plot.epoch),
        Mode::Ballistic.noise().acceleration_time_s,
    );
    let mut state = *mean;
    state.fixed_rows_mut::<MOVING>(0).copy_from(&there.state);
    (state, there.variation)
}

fn add_plots(
    plots: &[Measurement],
    mean: &SVector<f64, SIZE>,
    slot: Option<usize>,
    information: &mut Information,
    gradient: &mut SVector<f64, SIZE>,
) -> Option<()> {
    for plot in plots {
        let (state, variation) = at_plot(plots, plot, mean);
        let linear = linearised(plot, &state, slot)?;
        let mut jacobian = linear.jacobian;
        let moving = linear.jacobian.fixed_view::<4, MOVING>(0, 0) * variation;
        jacobian
            .fixed_view_mut::<4, MOVING>(0, 0)
            .copy_from(&moving);
        let weight = linear.noise.map_diagonal(|variance| 1.0 / variance);
        let mut weighted = jacobian;
        for row in 0..4 {
            weighted.row_mut(row).scale_mut(weight[row]);
        }
        *information += jacobian.transpose() * weighted;
        *gradient += weighted.transpose() * linear.innovation;
    }
    Some(())
}

fn misfit(plots: &[Measurement], mean: &SVector<f64, SIZE>, slot: Option<usize>) -> f64 {
    plots
        .iter()
        .map(|plot| {
            let (state, _) = at_plot(plots, plot, mean);
            linearised(plot, &state, slot).map_or(f64::INFINITY, |linear| {
                (0..4)
                    .map(|i| linear.innovation[i] * linear.innovation[i] / linear.noise[(i, i)])
                    .sum()
            })
        })
        .sum()
}

fn judge(
    plots: &[Measurement],
    mean: SVector<f64, SIZE>,
    covariance: Information,
    chi_square: f64,
    slot: Option<Slot>,
) -> Result<Initiation, NotInitiated> {
    let measured: usize = plots
        .iter()
        .filter_map(radar_of)
        .map(|radar| 3 + usize::from(radar.has_range_rate))
        .sum();
    let degrees_of_freedom = measured.saturating_sub(6).max(1);
    let speed_sigma_m_s = covariance
        .fixed_view::<3, 3>(VELOCITY, VELOCITY)
        .trace()
        .sqrt();
    let speed_m_s = mean.fixed_rows::<3>(VELOCITY).norm();
    if chi_square.is_nan() || chi_square > worst_chi_square(degrees_of_freedom as f64) {
        return Err(NotInitiated::NoFit);
    }
    if !(speed_m_s + 2.0 * speed_sigma_m_s > SPEED_LIMITS_M_S[0]
        && speed_m_s - 2.0 * speed_sigma_m_s < SPEED_LIMITS_M_S[1])
    {
        return Err(NotInitiated::Speed);
    }
    let height_m = rough_height_m(&mean.fixed_rows::<3>(0).into_owned());
    let height_sigma_m = covariance.fixed_view::<3, 3>(0, 0).trace().sqrt();
    if !(height_m + 2.0 * height_sigma_m > HEIGHT_LIMITS_M[0]
        && height_m - 2.0 * height_sigma_m < HEIGHT_LIMITS_M[1])
    {
        return Err(NotInitiated::Height);
    }
    let mut slots = [None; SLOTS];
    slots[0] = slot;
    let end = plots[plots.len() - 1].epoch;
    let filter = BallisticFilter::from_whole(end, Gaussian { mean, covariance }, slots)
        .map_err(|_unsound| NotInitiated::Singular)?;
    Ok(Initiation {
        filter,
        chi_square,
        degrees_of_freedom,
    })
}

/// Wilson and Hilferty's quantile of chi-square, four sigmas out.
fn worst_chi_square(degrees: f64) -> f64 {
    let spread = 2.0 / (9.0 * degrees);
    let root = 1.0 - spread + WORST_FIT_SIGMA * spread.sqrt();
    degrees * root * root * root
}

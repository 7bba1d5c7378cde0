//! One track through coast, re-entry and glide.
//!
//! An extended Kalman filter over position, velocity, ln β, an unknown acceleration and the
//! slowly varying errors of up to two sensors ([`super::layout`]); updates iterate while the
//! measurement curves. Below 100 km two of them run side by side, ballistic and gliding, as an
//! interacting mixture. Source: Bar-Shalom, Li, Kirubarajan, *Estimation with Applications to
//! Tracking and Navigation* (2001), §10.3, 10.5, 11.6.

use forewarn_physics::frames::wgs84::{GRAVITATIONAL_PARAMETER_M3_S2, ROTATION_RATE_RAD_S};
use forewarn_physics::math::{exp, ln};
use forewarn_physics::time::{Epoch, format_utc, seconds_between};
use nalgebra::{Matrix4, Matrix6, SMatrix, SVector, Vector3, Vector4, Vector6};
use thiserror::Error;

use super::kalman::{Gaussian, surprise, symmetric};
use super::layout::{
    ACCELERATION, Flight, LN_BETA, LN_BETA_PRIOR, LN_BETA_PRIOR_SIGMA, LN_BETA_SLENDER, Mode, SIZE,
    SLOTS, Slot, VELOCITY, bias_at,
};
use super::measure::{Linear, bias_sigma, linearised};
use super::motion::rough_height_m;
use super::predict::predicted;
use crate::model::{GaussianState, SensorIndex, StateEstimate};
use crate::sensors::Measurement;

/// Below this a gliding model runs beside the ballistic one [m].
const GLIDE_CEILING_M: f64 = 100e3;
/// Above this it ends again [m].
const GLIDE_END_M: f64 = 115e3;
/// Below this drag and lift move a track aside [m].
const DRAGGED_M: f64 = 130e3;
/// Share of objects that glide, when they come to the air.
const GLIDE_PRIOR: f64 = 0.05;
/// Mean time until a ballistic object begins to glide, and until a gliding one ceases [s].
const GLIDE_BEGINS_S: f64 = 1_000.0;
const GLIDE_ENDS_S: f64 = 1_500.0;
/// Nothing lighter or denser flies: 50 and 100,000 kg/m². Keeps a wild plot from stopping the track.
const LN_BETA_LIMITS: [f64; 2] = [3.9, 11.5];
/// A mode never falls below this share while both run.
const LEAST_SHARE: f64 = 1e-6;

/// Why a track cannot go on.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum FilterError {
    /// The state is not finite or its covariance not positive.
    #[error("the track is lost at {}: its state is not finite; start it anew from its next plots", format_utc(*epoch))]
    Lost {
        /// When.
        epoch: Epoch,
    },
    /// The measurement cannot be compared with the state.
    #[error("the direction is more than 60° off the track; it is of another object")]
    FarOff,
}

/// What a measurement says about a track.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Innovation {
    /// Measured minus predicted, of the likelier mode: range [m], azimuth times the cosine of the
    /// elevation [rad], elevation [rad], range rate [m/s]; or two angles [rad]. Rows beyond
    /// `dimension` are nothing.
    pub y: Vector4<f64>,
    /// Covariance of `y`.
    pub s: Matrix4<f64>,
    /// Rows that count.
    pub dimension: usize,
    /// Squared distance in units of `s`: chi-square with `dimension` degrees of freedom.
    pub distance2: f64,
    /// Logarithm of the density in the sensor's own units (m, rad, rad, m/s; or rad²), over the
    /// modes.
    pub log_likelihood: f64,
}

/// How an update ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FilterOutcome {
    /// As it should.
    Updated(Innovation),
    /// The covariance had ceased to be positive; the track goes on from its diagonal, four times
    /// as wide.
    Restarted(Innovation),
}

/// What a track starts from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Start {
    /// When.
    pub epoch: Epoch,
    /// Position [m] and velocity [m/s], ITRF.
    pub mean: Vector6<f64>,
    /// Their covariance.
    pub covariance: Matrix6<f64>,
    /// ln β and its sigma, where something is known.
    pub ln_beta: Option<(f64, f64)>,
}

/// One track. Cheap to clone: 4.5 kB, nothing on the heap.
#[derive(Debug, Clone)]
pub struct BallisticFilter {
    epoch: Epoch,
    ballistic: Gaussian<SIZE>,
    glide: Gaussian<SIZE>,
    /// Probability of the gliding mode; exactly 0 while it does not run.
    glide_share: f64,
    glide_runs: bool,
    /// Smoothed over some ten updates, and the most that was.
    glide_recent: f64,
    glide_most: f64,
    slots: [Option<Slot>; SLOTS],
}

impl BallisticFilter {
    /// Starts from a Gaussian, as a boost estimate gives it.
    ///
    /// # Errors
    /// [`FilterError::Lost`] where it is not finite or not positive definite.
    pub fn from_gaussian(start: &Start) -> Result<Self, FilterError> {
        let (ln_beta, sigma) = start
            .ln_beta
            .unwrap_or((LN_BETA_PRIOR, LN_BETA_PRIOR_SIGMA));
        let mut gaussian: Gaussian<SIZE> = Gaussian {
            mean: SVector::zeros(),
            covariance: SMatrix::identity(),
        };
        gaussian.mean.fixed_rows_mut::<6>(0).copy_from(&start.mean);
        gaussian
            .covariance
            .fixed_view_mut::<6, 6>(0, 0)
            .copy_from(&start.covariance);
        gaussian.mean[LN_BETA] = ln_beta;
        gaussian.covariance[(LN_BETA, LN_BETA)] = sigma * sigma;
        Self::from_whole(
            start.epoch,
            reset_acceleration(&gaussian, Mode::Ballistic),
            [None; SLOTS],
        )
    }

    /// Starts from a whole state, errors of sensors included.
    pub(super) fn from_whole(
        epoch: Epoch,
        gaussian: Gaussian<SIZE>,
        slots: [Option<Slot>; SLOTS],
    ) -> Result<Self, FilterError> {
        if !gaussian.is_sound() {
            return Err(FilterError::Lost { epoch });
        }
        Ok(Self {
            epoch,
            ballistic: gaussian,
            glide: gaussian,
            glide_share: 0.0,
            glide_runs: false,
            glide_recent: 0.0,
            glide_most: 0.0,
            slots,
        })
    }

    /// The same track of what is known to be the payload of a missile: slender, so that its ln β
    /// has a narrower prior. Has no effect once drag has shown more than that.
    pub fn slender(mut self) -> Self {
        let (middle, sigma) = LN_BETA_SLENDER;
        for gaussian in [&mut self.ballistic, &mut self.glide] {
            if gaussian.covariance[(LN_BETA, LN_BETA)] <= sigma * sigma {
                continue;
            }
            gaussian.mean[LN_BETA] = middle;
            for other in 0..SIZE {
                gaussian.covariance[(LN_BETA, other)] = 0.0;
                gaussian.covariance[(other, LN_BETA)] = 0.0;
            }
            gaussian.covariance[(LN_BETA, LN_BETA)] = sigma * sigma;
        }
        self
    }

    /// The same track of something that may have been under power for `dt_s`: thrust of up to some
    /// tens of metres a second squared in any direction, which the ballistic motion knows nothing of.
    pub fn under_power(mut self, dt_s: f64) -> Self {
        const THRUST_M_S2: f64 = 40.0;
        let speed_m_s = THRUST_M_S2 * dt_s.abs().min(30.0);
        let place_m = 0.5 * speed_m_s * dt_s.abs().min(30.0);
        for gaussian in [&mut self.ballistic, &mut self.glide] {
            for axis in 0..3 {
                let (r, v) = (axis, VELOCITY + axis);
                gaussian.covariance[(r, r)] += place_m * place_m;
                gaussian.covariance[(v, v)] += speed_m_s * speed_m_s;
                gaussian.covariance[(r, v)] += 0.9 * place_m * speed_m_s;
                gaussian.covariance[(v, r)] += 0.9 * place_m * speed_m_s;
            }
        }
        self
    }

    /// The epoch of the state.
    pub const fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// The probability that it is a vehicle that glides: the most that [`Self::probability_glide`]
    /// was over some ten updates. A glider in a skip above the air flies as a stone does, and is a
    /// glider still.
    pub const fn probability_glider(&self) -> f64 {
        self.glide_most
    }

    /// The probability that it glides now.
    pub const fn probability_glide(&self) -> f64 {
        self.glide_share
    }

    /// Where in its flight it is, by the likelier mode.
    pub fn flight(&self) -> Flight {
        let height_m = self.height_m();
        if self.glide_share > 0.5 {
            Flight::Glide
        } else if height_m < GLIDE_CEILING_M {
            Flight::Reentry
        } else {
            Flight::Coast
        }
    }

    /// Height above the ellipsoid [m], within 25 m.
    pub fn height_m(&self) -> f64 {
        rough_height_m(&self.whole().mean.fixed_rows::<3>(0).into_owned())
    }

    /// Mean and covariance over the modes.
    pub fn whole(&self) -> Gaussian<SIZE> {
        if !self.glide_runs {
            return self.ballistic;
        }
        mixed(&self.ballistic, &self.glide, self.glide_share)
    }

    /// Position, velocity and ln β over the modes.
    pub fn gaussian(&self) -> GaussianState {
        seven(self.epoch, &self.whole())
    }

    /// The same of the ballistic mode alone: what an impact prediction starts from.
    pub fn ballistic_gaussian(&self) -> GaussianState {
        seven(self.epoch, &self.ballistic)
    }

    /// Position and velocity over the modes.
    pub fn state(&self) -> StateEstimate {
        self.gaussian().estimate()
    }

    /// What is known of a sensor's errors: mean and sigma (range [m], azimuth, elevation [rad]; or
    /// two angles [rad]).
    pub fn sensor_bias(&self, sensor: SensorIndex) -> Option<(Vector3<f64>, Vector3<f64>)> {
        let at = bias_at(self.slot_of(sensor)?);
        let whole = self.whole();
        let sigma = Vector3::from_fn(|i, _| whole.covariance[(at + i, at + i)].sqrt());
        Some((whole.mean.fixed_rows::<3>(at).into_owned(), sigma))
    }

    /// Moves the track to an epoch, also backwards (uncertainty then grows as it would forwards).
    ///
    /// # Errors
    /// [`FilterError::Lost`] where the result is not finite.
    pub fn predict(&mut self, to: Epoch) -> Result<(), FilterError> {
        let dt_s = seconds_between(self.epoch, to);
        if dt_s == 0.0 {
            return Ok(());
        }
        if self.glide_runs {
            self.mix(dt_s.abs());
            self.glide = predicted(&self.glide, dt_s, Mode::Glide, &self.slots);
        }
        self.ballistic = predicted(&self.ballistic, dt_s, Mode::Ballistic, &self.slots);
        self.epoch = to;
        self.open_or_close_glide();
        let finite = self
            .ballistic
            .mean
            .iter()
            .chain(self.ballistic.covariance.iter())
            .all(|x| x.is_finite());
        if finite {
            Ok(())
        } else {
            Err(FilterError::Lost { epoch: to })
        }
    }

    /// The track at another epoch.
    ///
    /// # Errors
    /// As [`Self::predict`].
    pub fn predicted(&self, to: Epoch) -> Result<Self, FilterError> {
        let mut copy = self.clone();
        copy.predict(to)?;
        Ok(copy)
    }

    /// Where it will be [m], ITRF, and how far off that may be (one sigma) [m]: what is cheap to
    /// ask of every track before one is moved in earnest. Free flight over a spherical Earth,
    /// within 2 km after two minutes.
    pub fn foreseen_m(&self, to: Epoch) -> (Vector3<f64>, f64) {
        const STEP_S: f64 = 30.0;
        const STEPS: f64 = 200.0;
        let dt_s = seconds_between(self.epoch, to);
        let steps = (dt_s.abs() / STEP_S).ceil().clamp(1.0, STEPS);
        let step_s = dt_s / steps;
        let mut here: Vector3<f64> = self.ballistic.mean.fixed_rows::<3>(0).into_owned();
        let mut speed: Vector3<f64> = self.ballistic.mean.fixed_rows::<3>(3).into_owned();
        for _ in 0..steps as usize {
            let middle = here + speed * (0.5 * step_s);
            let middle_speed = speed + free_fall_m_s2(&here, &speed) * (0.5 * step_s);
            here += middle_speed * step_s;
            speed += free_fall_m_s2(&middle, &middle_speed) * step_s;
        }
        let covariance = &self.ballistic.covariance;
        let place: f64 = (0..3).map(|i| covariance[(i, i)]).sum();
        let drift: f64 = (3..6).map(|i| covariance[(i, i)]).sum();
        // Drag and lift are left out, and pull by up to 30 g; above the air little does.
        let push_m_s2 = if self.height_m() < DRAGGED_M {
            300.0
        } else {
            1.0
        };
        let pushed_m = 0.5 * push_m_s2 * dt_s * dt_s.abs().min(30.0);
        let spread_m = place.max(0.0).sqrt() + drift.max(0.0).sqrt() * dt_s.abs() + pushed_m.abs();
        (here, spread_m)
    }

    /// What a measurement says about the track, which is moved to its epoch on a copy where it is
    /// not there already.
    ///
    /// # Errors
    /// [`FilterError::FarOff`] for a direction that cannot be compared; as [`Self::predict`].
    pub fn innovation(&self, measurement: &Measurement) -> Result<Innovation, FilterError> {
        if measurement.epoch != self.epoch {
            return self.predicted(measurement.epoch)?.innovation(measurement);
        }
        let slot = self.slot_of(measurement.sensor);
        let first = innovation_of(&self.ballistic, measurement, slot)?;
        if !self.glide_runs {
            return Ok(first);
        }
        let second = innovation_of(&self.glide, measurement, slot)?;
        let log = log_of_sum(
            first.log_likelihood,
            second.log_likelihood,
            self.glide_share,
        );
        let nearer = if second.distance2 < first.distance2 {
            second
        } else {
            first
        };
        Ok(Innovation {
            log_likelihood: log,
            ..nearer
        })
    }

    /// Moves the track to the epoch of a measurement and takes it in.
    ///
    /// # Errors
    /// [`FilterError::FarOff`] for a direction that cannot be compared, and the track is only
    /// moved; [`FilterError::Lost`] where nothing finite is left.
    pub fn update(&mut self, measurement: &Measurement) -> Result<FilterOutcome, FilterError> {
        self.predict(measurement.epoch)?;
        self.open_slot(measurement);
        let innovation = self.innovation(measurement)?;
        let slot = self.slot_of(measurement.sensor);
        let before = (self.ballistic, self.glide);
        let (ballistic, log_ballistic) = updated(&self.ballistic, measurement, slot)?;
        self.ballistic = ballistic;
        if self.glide_runs {
            let (glide, log_glide) = updated(&self.glide, measurement, slot)?;
            self.glide = glide;
            let odds = self.glide_share / (1.0 - self.glide_share)
                * exp((log_glide - log_ballistic).clamp(-600.0, 600.0));
            self.glide_share = (odds / (1.0 + odds)).clamp(LEAST_SHARE, 1.0 - LEAST_SHARE);
            self.glide_recent += 0.2 * (self.glide_share - self.glide_recent);
            self.glide_most = self.glide_most.max(self.glide_recent);
        }
        for gaussian in [&mut self.ballistic, &mut self.glide] {
            let ln_beta = &mut gaussian.mean[LN_BETA];
            *ln_beta = ln_beta.clamp(LN_BETA_LIMITS[0], LN_BETA_LIMITS[1]);
        }
        let sound = self.ballistic.is_sound() && (!self.glide_runs || self.glide.is_sound());
        if sound {
            Ok(FilterOutcome::Updated(innovation))
        } else {
            self.restart(before, innovation)
        }
    }

    fn restart(
        &mut self,
        before: (Gaussian<SIZE>, Gaussian<SIZE>),
        innovation: Innovation,
    ) -> Result<FilterOutcome, FilterError> {
        let widened = |gaussian: &Gaussian<SIZE>| {
            let diagonal = SVector::<f64, SIZE>::from_fn(|i, _| {
                4.0 * gaussian.covariance[(i, i)].abs().max(1e-24)
            });
            Gaussian {
                mean: gaussian.mean,
                covariance: SMatrix::from_diagonal(&diagonal),
            }
        };
        self.ballistic = widened(&before.0);
        self.glide = widened(&before.1);
        if self.ballistic.is_sound() && self.glide.is_sound() {
            return Ok(FilterOutcome::Restarted(innovation));
        }
        Err(FilterError::Lost { epoch: self.epoch })
    }

    fn slot_of(&self, sensor: SensorIndex) -> Option<usize> {
        self.slots
            .iter()
            .position(|slot| slot.is_some_and(|slot| slot.sensor == sensor))
    }

    /// Gives a sensor a place for its errors, while there is one.
    fn open_slot(&mut self, measurement: &Measurement) {
        let Some(sigma) = bias_sigma(measurement) else {
            return;
        };
        if self.slot_of(measurement.sensor).is_some() {
            return;
        }
        let Some(free) = self.slots.iter().position(Option::is_none) else {
            return;
        };
        self.slots[free] = Some(Slot {
            sensor: measurement.sensor,
            sigma,
        });
        for gaussian in [&mut self.ballistic, &mut self.glide] {
            open_bias(gaussian, free, &sigma);
        }
    }

    /// Lets the modes exchange what they know, over `dt_s`.
    fn mix(&mut self, dt_s: f64) {
        let begins = 1.0 - exp(-dt_s / GLIDE_BEGINS_S);
        let ends = 1.0 - exp(-dt_s / GLIDE_ENDS_S);
        let (glide, ballistic) = (self.glide_share, 1.0 - self.glide_share);
        let share =
            (glide * (1.0 - ends) + ballistic * begins).clamp(LEAST_SHARE, 1.0 - LEAST_SHARE);
        let from_glide = glide * ends / (1.0 - share);
        let stays_glide = glide * (1.0 - ends) / share;
        let to_ballistic = reset_acceleration(&self.glide, Mode::Ballistic);
        let to_glide = reset_acceleration(&self.ballistic, Mode::Glide);
        let new_ballistic = mixed(&self.ballistic, &to_ballistic, from_glide.min(1.0));
        self.glide = mixed(&to_glide, &self.glide, stays_glide.min(1.0));
        self.ballistic = new_ballistic;
        self.glide_share = share;
    }

    fn open_or_close_glide(&mut self) {
        let height_m = self.height_m();
        if !self.glide_runs && height_m < GLIDE_CEILING_M {
            self.glide = reset_acceleration(&self.ballistic, Mode::Glide);
            self.glide_share = GLIDE_PRIOR;
            self.glide_runs = true;
        } else if self.glide_runs && height_m > GLIDE_END_M {
            self.ballistic = reset_acceleration(&self.whole(), Mode::Ballistic);
            self.glide_share = 0.0;
            self.glide_runs = false;
        }
    }
}

fn seven(epoch: Epoch, whole: &Gaussian<SIZE>) -> GaussianState {
    GaussianState {
        epoch,
        mean: whole.mean.fixed_rows::<7>(0).into_owned(),
        covariance: whole.covariance.fixed_view::<7, 7>(0, 0).into_owned(),
    }
}

/// Logarithm of (1 − share) e^a + share e^b.
fn log_of_sum(a: f64, b: f64, share: f64) -> f64 {
    let top = a.max(b);
    top + ln((1.0 - share) * exp(a - top) + share * exp(b - top))
}

/// The Gaussian with the moments of a mixture of two.
fn mixed(first: &Gaussian<SIZE>, second: &Gaussian<SIZE>, second_share: f64) -> Gaussian<SIZE> {
    let first_share = 1.0 - second_share;
    let apart = second.mean - first.mean;
    let covariance = first.covariance * first_share
        + second.covariance * second_share
        + apart * apart.transpose() * (first_share * second_share);
    Gaussian {
        mean: first.mean + apart * second_share,
        covariance,
    }
}

/// Acceleration [m/s²] of free flight over a spherical Earth, in the frame that turns with it.
fn free_fall_m_s2(position_m: &Vector3<f64>, velocity_m_s: &Vector3<f64>) -> Vector3<f64> {
    let r2 = position_m.norm_squared().max(1.0);
    let turn = Vector3::new(0.0, 0.0, ROTATION_RATE_RAD_S);
    -position_m * (GRAVITATIONAL_PARAMETER_M3_S2 / (r2 * r2.sqrt()))
        - 2.0 * turn.cross(velocity_m_s)
        - turn.cross(&turn.cross(position_m))
}

/// Forgets the unknown acceleration and puts a mode's prior in its place.
pub(super) fn reset_acceleration(gaussian: &Gaussian<SIZE>, mode: Mode) -> Gaussian<SIZE> {
    let mut result = *gaussian;
    let sigma = mode.noise().acceleration_m_s2;
    for i in ACCELERATION..ACCELERATION + 3 {
        result.mean[i] = 0.0;
        result.covariance.row_mut(i).fill(0.0);
        result.covariance.column_mut(i).fill(0.0);
        result.covariance[(i, i)] = sigma * sigma;
    }
    result
}

pub(super) fn open_bias(gaussian: &mut Gaussian<SIZE>, slot: usize, sigma: &[f64; 3]) {
    for (i, sigma) in sigma.iter().enumerate() {
        let at = bias_at(slot) + i;
        gaussian.mean[at] = 0.0;
        gaussian.covariance.row_mut(at).fill(0.0);
        gaussian.covariance.column_mut(at).fill(0.0);
        gaussian.covariance[(at, at)] = sigma * sigma;
    }
}

fn innovation_of(
    gaussian: &Gaussian<SIZE>,
    measurement: &Measurement,
    slot: Option<usize>,
) -> Result<Innovation, FilterError> {
    let linear = linearised(measurement, &gaussian.mean, slot).ok_or(FilterError::FarOff)?;
    let s = symmetric(
        &(linear.jacobian * gaussian.covariance * linear.jacobian.transpose() + linear.noise),
    );
    let told = surprise(linear.innovation, s).ok_or(FilterError::Lost {
        epoch: measurement.epoch,
    })?;
    Ok(Innovation {
        y: linear.innovation,
        s,
        dimension: linear.dimension,
        distance2: told.distance2,
        log_likelihood: own_units(told.log_likelihood, &linear),
    })
}

/// The likelihood without the rows that do not count, in the sensor's own units.
fn own_units(log_likelihood: f64, linear: &Linear) -> f64 {
    const HALF_LN_TAU: f64 = 0.918_938_533_204_672_7;
    log_likelihood + HALF_LN_TAU * (4 - linear.dimension) as f64 + linear.log_scale
}

/// The update of one mode, iterated while the measurement curves, and its likelihood.
fn updated(
    gaussian: &Gaussian<SIZE>,
    measurement: &Measurement,
    slot: Option<usize>,
) -> Result<(Gaussian<SIZE>, f64), FilterError> {
    let lost = FilterError::Lost {
        epoch: measurement.epoch,
    };
    let mut linear = linearised(measurement, &gaussian.mean, slot).ok_or(FilterError::FarOff)?;
    let (mut result, told) = gaussian
        .updated(&linear.innovation, &linear.jacobian, &linear.noise)
        .ok_or_else(|| lost.clone())?;
    let log_likelihood = own_units(told.log_likelihood, &linear);
    for _ in 0..4 {
        let moved_m2 = (result.mean - gaussian.mean)
            .fixed_rows::<3>(0)
            .norm_squared();
        let curvature_m = moved_m2 / (2.0 * linear.range_m);
        // Against range noise; a direction has none, and curves by the share of the distance.
        let noise_m = if linear.dimension == 2 {
            linear.noise[(0, 0)].sqrt() * linear.range_m
        } else {
            linear.noise[(0, 0)].sqrt()
        };
        if curvature_m < 0.1 * noise_m {
            break;
        }
        let from = result.mean;
        let Some(there) = linearised(measurement, &from, slot) else {
            break;
        };
        linear = there;
        let y = linear.innovation - linear.jacobian * (gaussian.mean - from);
        result = gaussian
            .updated(&y, &linear.jacobian, &linear.noise)
            .ok_or_else(|| lost.clone())?
            .0;
        let change_m = (result.mean - from).fixed_rows::<3>(0).norm();
        if change_m < 0.1 * noise_m {
            break;
        }
    }
    Ok((result, log_likelihood))
}

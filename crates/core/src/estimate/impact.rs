//! Where and when a coasting object will come down, with a covariance that is true.
//!
//! The state is carried to the ground at seventeen points: five along ln β (Gauss and Hermite's,
//! with all that is correlated with it), because the air makes the fall far from linear in it,
//! and three along each other axis of the covariance. Their effects add. The centre and length of
//! the ellipse along its major axis come from the 5th and 95th percentiles of that sum, since an
//! unknown drag skews it. The median comes from the
//! same sum; `earliest_95` from its denser half.
//!
//! Before drag has shown, ln β has the track's prior (middle 2,830 kg/m², sigma a factor of 3:
//! the moments of half slender bodies and half tumbling ones).

pub mod perigee;
pub mod region;
#[cfg(test)]
mod tests;

use forewarn_physics::flight::coast::{Body, Fate, Impact, to_impact};
use forewarn_physics::frames::State;
use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::math::{atan2, erfc, exp, sin_cos};
use forewarn_physics::time::after;
use nalgebra::{Matrix2, SMatrix, SVector, Vector2, Vector3};

pub use perigee::{OrbitStatistics, perigee_statistics};

use crate::model::{GaussianState, ImpactEstimate, ImpactRegion};

/// What will become of an object.
#[derive(Debug, Clone, PartialEq)]
pub enum ImpactOutcome {
    /// It comes down here.
    Impact(ImpactEstimate),
    /// It comes down somewhere in here; a point would not be honest.
    Region(ImpactRegion),
    /// It stays up.
    Orbit(OrbitStatistics),
    /// It cannot be said whether it comes down.
    NotDown,
}

/// Nothing is followed longer than this [s].
const LIMIT_S: f64 = 4.0 * 3_600.0;
/// An ellipse larger than this along its axis (one sigma) becomes a region [m].
const LARGEST_SIGMA_M: f64 = 300e3;
/// Curved effects beyond this share of the linear ones make a region.
const LARGEST_CURVATURE: f64 = 0.5;
/// Unmodelled acceleration (gravity beyond degree 4) over the rest of the flight [m/s²], [s].
const UNKNOWN_ACCELERATION_M_S2: f64 = 1e-4;
const UNKNOWN_TIME_S: f64 = 200.0;

/// Gauss and Hermite's nodes and weights for a normal variable, five points.
const NODES: [f64; 5] = [
    -2.856_970_013_872_806,
    -1.355_626_179_974_266,
    0.0,
    1.355_626_179_974_266,
    2.856_970_013_872_806,
];
const WEIGHTS: [f64; 5] = [
    0.011_257_411_327_720_69,
    0.222_075_922_005_612_6,
    0.533_333_333_333_333_3,
    0.222_075_922_005_612_6,
    0.011_257_411_327_720_69,
];
/// With ln β known this well there is no mixture of slender and tumbling bodies to fear.
const KNOWN_DRAG_SIGMA: f64 = 0.6;
/// Half width of the middle 90 % of a normal variable.
const NORMAL_90: f64 = 1.644_853_626_951_472_7;
const ROOT_3: f64 = 1.732_050_807_568_877_2;

/// East, north [m] and time [s] of an arrival, relative to that of the mean state.
type Arrival = Vector3<f64>;

/// Predicts where and when an object in ballistic flight comes down.
///
/// Refuses with [`ImpactOutcome::NotDown`] where more than a tenth of the probability does not
/// come down within four hours, and gives a region where an ellipse would not be honest. Not for
/// gliders: see [`region::glide_region`].
pub fn predict_impact(state: &GaussianState) -> ImpactOutcome {
    let nominal = match fall(&state.mean) {
        Fate::Impact(impact) => impact,
        Fate::Orbit => return ImpactOutcome::Orbit(perigee_statistics(state)),
        Fate::TooLong => return ImpactOutcome::NotDown,
    };
    let Some(effects) = Effects::of(state, &nominal) else {
        return region::ballistic_region(state)
            .map_or(ImpactOutcome::NotDown, ImpactOutcome::Region);
    };
    let estimate = effects.estimate(state, &nominal);
    let largest2 = estimate.covariance_en_m2.symmetric_eigenvalues().max();
    if largest2.sqrt() > LARGEST_SIGMA_M || effects.curvature() > LARGEST_CURVATURE {
        return region::ballistic_region(state)
            .map_or(ImpactOutcome::NotDown, ImpactOutcome::Region);
    }
    ImpactOutcome::Impact(estimate)
}

/// The fate of a state of seven components, without lift.
fn fall(mean: &SVector<f64, 7>) -> Fate {
    let state = State::from_vectors(
        mean.fixed_rows::<3>(0).into_owned(),
        mean.fixed_rows::<3>(3).into_owned(),
    );
    to_impact(&state, &Body::ballistic(exp(mean[6])), 0.0, LIMIT_S)
}

/// The root of a covariance whose first column is ln β with all that goes with it.
fn root_by_drag(covariance: &SMatrix<f64, 7, 7>) -> Option<SMatrix<f64, 7, 7>> {
    let turned = SMatrix::<f64, 7, 7>::from_fn(|i, j| covariance[((i + 6) % 7, (j + 6) % 7)]);
    let root = turned.cholesky()?.l();
    Some(SMatrix::from_fn(|i, j| root[((i + 1) % 7, j)]))
}

/// What each independent part of the uncertainty does to the arrival.
#[derive(Clone, Copy)]
struct Effects {
    /// By ln β, at the nodes.
    drag: [Arrival; 5],
    /// Mean and covariance of the sum of the other six.
    mean: Arrival,
    covariance: SMatrix<f64, 3, 3>,
    /// Squared size of the curved part of the other six.
    curved2: f64,
}

impl Effects {
    fn of(state: &GaussianState, nominal: &Impact) -> Option<Self> {
        let root = root_by_drag(&state.covariance)?;
        let frame = Frame::at(nominal);
        let at =
            |column: usize, z: f64| frame.arrival(&fall(&(state.mean + root.column(column) * z)));
        let mut effects = Self {
            drag: [Arrival::zeros(); 5],
            mean: Arrival::zeros(),
            covariance: SMatrix::zeros(),
            curved2: 0.0,
        };
        for (arrival, node) in effects.drag.iter_mut().zip(NODES) {
            *arrival = if node == 0.0 {
                Arrival::zeros()
            } else {
                at(0, node)?
            };
        }
        for column in 1..7 {
            let (up, down) = (at(column, ROOT_3)?, at(column, -ROOT_3)?);
            let middle = (up + down) / 6.0;
            effects.mean += middle;
            effects.covariance +=
                (up * up.transpose() + down * down.transpose()) / 6.0 - middle * middle.transpose();
            effects.curved2 += middle.fixed_rows::<2>(0).norm_squared();
        }
        let unknown_m2 = 2.0 / 3.0
            * UNKNOWN_ACCELERATION_M_S2
            * UNKNOWN_ACCELERATION_M_S2
            * UNKNOWN_TIME_S
            * nominal.time_s.powi(3);
        effects.covariance[(0, 0)] += unknown_m2;
        effects.covariance[(1, 1)] += unknown_m2;
        Some(effects)
    }

    /// Curved against linear effects of position and velocity.
    fn curvature(&self) -> f64 {
        let linear2 = self.covariance[(0, 0)] + self.covariance[(1, 1)];
        (self.curved2 / linear2.max(1e-6)).sqrt()
    }

    /// Weighted moments of the effect of ln β.
    fn drag_moments(&self) -> (Arrival, SMatrix<f64, 3, 3>) {
        let mean: Arrival = self
            .drag
            .iter()
            .zip(WEIGHTS)
            .map(|(arrival, weight)| arrival * weight)
            .sum();
        let covariance = self
            .drag
            .iter()
            .zip(WEIGHTS)
            .map(|(arrival, weight)| (arrival - mean) * (arrival - mean).transpose() * weight)
            .sum();
        (mean, covariance)
    }

    /// Probability of an arrival below, along a direction (east, north, time).
    fn below(&self, direction: &Arrival) -> impl Fn(f64) -> f64 {
        let by_drag = self.drag.map(|arrival| arrival.dot(direction));
        let sigma = (direction.transpose() * self.covariance * direction)[0]
            .max(1e-12)
            .sqrt();
        let middle = self.mean.dot(direction);
        let steps: Vec<(f64, f64)> = grid()
            .map(|(z, weight)| (middle + between_nodes(&by_drag, z), weight))
            .collect();
        move |x| {
            steps
                .iter()
                .map(|(at, weight)| weight * normal_below((x - at) / sigma))
                .sum()
        }
    }

    /// Farthest that an arrival can lie along a direction.
    fn reach(&self, direction: &Arrival) -> f64 {
        let sigma = (direction.transpose() * self.covariance * direction)[0]
            .max(0.0)
            .sqrt();
        let by_drag = self.drag.iter().fold(0.0_f64, |most, arrival| {
            most.max(arrival.dot(direction).abs())
        });
        6.0 * sigma + self.mean.dot(direction).abs() + by_drag
    }

    /// Quantile of the arrival along a direction.
    fn quantile(&self, direction: &Arrival, probability: f64) -> f64 {
        let (below, reach) = (self.below(direction), self.reach(direction));
        bisected(-reach, reach, |x| below(x) - probability)
    }

    /// 5th percentile of the time, of the denser half of what the object may be.
    ///
    /// While drag is unknown the prior holds as many slow, tumbling bodies as slender ones. For a
    /// slender one the percentile over all would come too late in one case of five; a warning
    /// must err on the early side. Once drag shows, both are the same.
    fn earliest_s(&self, state: &GaussianState) -> f64 {
        if state.covariance[(6, 6)].sqrt() < KNOWN_DRAG_SIGMA {
            return self.quantile(&Arrival::new(0.0, 0.0, 1.0), 0.05);
        }
        let mut denser = *self;
        denser.drag[0] = self.drag[2];
        denser.drag[1] = self.drag[2];
        // The lighter half is taken to arrive with the middle of the prior: later than the denser.
        let time = Arrival::new(0.0, 0.0, 1.0);
        denser.quantile(&time, 0.025)
    }

    /// Half width of what holds a share of the arrivals about their median.
    fn spread(&self, direction: &Arrival, share: f64) -> f64 {
        let (below, reach) = (self.below(direction), self.reach(direction));
        let median = self.quantile(direction, 0.5);
        bisected(0.0, 2.0 * reach, |half| {
            below(median + half) - below(median - half) - share
        })
    }

    fn estimate(&self, state: &GaussianState, nominal: &Impact) -> ImpactEstimate {
        let (drag_mean, drag_covariance) = self.drag_moments();
        let covariance = self.covariance + drag_covariance;
        let mean = self.mean + drag_mean;
        let flat = covariance.fixed_view::<2, 2>(0, 0).into_owned();
        // Along the major axis by percentiles, across it by moments.
        let turn_rad = 0.5 * atan2(2.0 * flat[(0, 1)], flat[(0, 0)] - flat[(1, 1)]);
        let (s, c) = sin_cos(turn_rad);
        let (major, minor) = (Vector2::new(c, s), Vector2::new(-s, c));
        let along = Arrival::new(c, s, 0.0);
        let (low, high) = (self.quantile(&along, 0.05), self.quantile(&along, 0.95));
        let sigma_m = (high - low) / (2.0 * NORMAL_90);
        let across2 = (minor.transpose() * flat * minor)[0];
        let centre_m = major * (0.5 * (low + high)) + minor * minor.dot(&mean.fixed_rows::<2>(0));
        let time = Arrival::new(0.0, 0.0, 1.0);
        let at = |seconds: f64| after(state.epoch, nominal.time_s + seconds);
        ImpactEstimate {
            time: at(self.quantile(&time, 0.5)),
            time_sigma_s: self.spread(&time, 0.9) / NORMAL_90,
            earliest_95: at(self.earliest_s(state)),
            place: Frame::at(nominal).place(&centre_m),
            covariance_en_m2: covariance_of(&major, sigma_m * sigma_m, &minor, across2),
        }
    }
}

fn covariance_of(
    major: &Vector2<f64>,
    along2: f64,
    minor: &Vector2<f64>,
    across2: f64,
) -> Matrix2<f64> {
    major * major.transpose() * along2 + minor * minor.transpose() * across2
}

/// Equal steps of a normal variable with their weights.
fn grid() -> impl Iterator<Item = (f64, f64)> {
    const STEP: f64 = 0.25;
    // 0.25 / √(2π): the sum of the 29 weights is 1 within 5e-4, and is made 1.
    let weight = |z: f64| exp(-0.5 * z * z);
    let total: f64 = (-14..=14).map(|i| weight(STEP * f64::from(i))).sum();
    (-14..=14).map(move |i| (STEP * f64::from(i), weight(STEP * f64::from(i)) / total))
}

/// Straight between the nodes, level beyond them.
fn between_nodes(values: &[f64; 5], z: f64) -> f64 {
    let z = z.clamp(NODES[0], NODES[4]);
    let right = NODES.iter().position(|&node| node >= z).unwrap_or(4).max(1);
    let share = (z - NODES[right - 1]) / (NODES[right] - NODES[right - 1]);
    values[right - 1] + share * (values[right] - values[right - 1])
}

/// Probability of a normal variable below x.
pub(crate) fn normal_below(x: f64) -> f64 {
    0.5 * erfc(-x * core::f64::consts::FRAC_1_SQRT_2)
}

/// Root of a rising function, by halving.
pub(crate) fn bisected(low: f64, high: f64, value: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (low, high);
    for _ in 0..48 {
        let middle = 0.5 * (low + high);
        if value(middle) < 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// The horizon of the mean arrival.
struct Frame {
    origin_m: Vector3<f64>,
    enu_from_itrf: SMatrix<f64, 3, 3>,
    time_s: f64,
}

impl Frame {
    fn at(nominal: &Impact) -> Self {
        let place = Geodetic::from_itrf(nominal.state.position);
        Self {
            origin_m: nominal.state.position.vector(),
            enu_from_itrf: place.enu_from_itrf(),
            time_s: nominal.time_s,
        }
    }

    fn arrival(&self, fate: &Fate) -> Option<Arrival> {
        let Fate::Impact(impact) = fate else {
            return None;
        };
        let enu_m = self.enu_from_itrf * (impact.state.position.vector() - self.origin_m);
        Some(Arrival::new(enu_m.x, enu_m.y, impact.time_s - self.time_s))
    }

    fn place(&self, offset_m: &Vector2<f64>) -> Geodetic {
        let position_m = self.origin_m
            + self.enu_from_itrf.transpose() * Vector3::new(offset_m.x, offset_m.y, 0.0);
        let above =
            Geodetic::from_itrf(forewarn_physics::frames::Position::from_vector(position_m));
        Geodetic {
            height_m: 0.0,
            ..above
        }
    }
}

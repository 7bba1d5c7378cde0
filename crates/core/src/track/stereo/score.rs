//! How well two tracklets agree.

use forewarn_physics::frames::wgs84::height_m;
use forewarn_physics::math::{TAU, ln};
use forewarn_physics::time::seconds_between;

use super::Pointing;
use super::lines::{Meeting, Miss, meetings};
use crate::track::tracklet::Tracklet;

/// Lowest and highest a source can be [m], errors allowed for.
const HEIGHTS_M: [f64; 2] = [-20e3, 600e3];
/// Vertical rates of anything from a fireball to a missile at cut-off [m/s].
const VERTICAL_M_S: [f64; 2] = [-60e3, 9e3];
/// Chance misses of unrelated tracklets spread over about this width [m].
const CHANCE_WIDTH_M: f64 = 400e3;
/// No number of common times proves more than this against chance [log likelihood]: unrelated
/// tracklets stay on smooth paths too.
const CHANCE_LIMIT: f64 = 32.0;
/// First sights of one object differ by the revisits and by this [s], one sigma: cloud, threshold.
const FIRST_SIGHT_SIGMA_S: f64 = 4.0;
/// No more than this is held against a late first sight [log likelihood].
const FIRST_SIGHT_LIMIT: f64 = 6.0;
/// Brightness in two bands and from two sides agrees to this (natural logarithm), one sigma.
const BRIGHTNESS_SIGMA: f64 = 1.0;

/// How well two tracklets agree to be one object.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairFit {
    /// Squared normalised misses over all common times, biases taken as a common unknown.
    pub chi_square: f64,
    /// Its degrees of freedom: the number of common times.
    pub common: u32,
    /// Log likelihood ratio of one object against two unrelated ones.
    pub log_likelihood_ratio: f64,
    /// Lowest and highest height of the points [m].
    pub height_m: [f64; 2],
}

impl PairFit {
    /// Whether one object is likelier than chance and fits in itself.
    pub fn agrees(&self) -> bool {
        let common = f64::from(self.common);
        // Chi-square has mean n and variance 2n; 4.5 sigma and a margin for few points.
        self.log_likelihood_ratio > 3.0
            && self.chi_square < common + 4.5 * (2.0 * common).sqrt() + 6.0
    }
}

/// Compares two tracklets of different satellites; none where they share no time, their lines are
/// parallel, or the points are nowhere something hot could be.
///
/// Tracklets of a fixed source keep too few reports to be compared; join them by place.
pub fn pair_fit(a: &Tracklet, b: &Tracklet, pointing: [&Pointing; 2]) -> Option<PairFit> {
    if a.id.sensor == b.id.sensor {
        return None;
    }
    // Interpolate in the one with the more frequent looks.
    let (a, b, pointing) = if pointing[0].revisit_s >= pointing[1].revisit_s {
        (a, b, pointing)
    } else {
        (b, a, [pointing[1], pointing[0]])
    };
    let meetings = meetings(a, b);
    if !is_near(meetings.get(meetings.len() / 2)?, pointing) {
        return None;
    }
    let met: Vec<(&Meeting, Miss)> = meetings
        .iter()
        .filter_map(|one| Some((one, one.miss()?)))
        .collect();
    let height_m = heights(&met)?;
    let (chi_square, ln_same) = miss_likelihood(&met, pointing);
    let ln_chance = -ln(CHANCE_WIDTH_M) * met.len() as f64;
    // A true pair misses by half a unit of likelihood at each time.
    let against_best = ln_same - ln_best(&met) + 0.5 * met.len() as f64;
    let ratio = (ln_same - ln_chance).min(CHANCE_LIMIT + against_best);
    Some(PairFit {
        chi_square,
        common: met.len() as u32,
        log_likelihood_ratio: ratio + brightness(a, b) - first_sight(a, b, pointing),
        height_m,
    })
}

/// Log density [per m each] of misses that are all zero.
fn ln_best(met: &[(&Meeting, Miss)]) -> f64 {
    met.iter()
        .map(|(_, miss)| -0.5 * ln(TAU * miss.variance_m2))
        .sum()
}

/// One look at one time spares the rest for most of the pairs.
fn is_near(meeting: &Meeting, pointing: [&Pointing; 2]) -> bool {
    let Some(miss) = meeting.miss() else {
        return false;
    };
    let variance_m2 = miss.variance_m2 + bias_variance_m2(&miss, pointing);
    let height_m = height_m(&miss.point_m);
    let tolerance_m = 60e3;
    miss.distance_m * miss.distance_m < 36.0 * variance_m2
        && height_m > HEIGHTS_M[0] - tolerance_m
        && height_m < HEIGHTS_M[1] + tolerance_m
}

/// Lowest and highest height, if nine in ten are possible and the vertical rate is.
fn heights(met: &[(&Meeting, Miss)]) -> Option<[f64; 2]> {
    let heights: Vec<f64> = met
        .iter()
        .map(|(_, miss)| height_m(&miss.point_m))
        .collect();
    let (first, last) = (met.first()?, met.last()?);
    let possible = heights
        .iter()
        .filter(|height| (HEIGHTS_M[0]..=HEIGHTS_M[1]).contains(*height))
        .count();
    let span_s = seconds_between(first.0.time, last.0.time);
    let rise_m = heights[heights.len() - 1] - heights[0];
    // Height noise is about the miss's, both ends.
    let tolerance_m = 6.0 * (first.1.variance_m2 + last.1.variance_m2).sqrt();
    let rate_is_possible = rise_m <= VERTICAL_M_S[1] * span_s + tolerance_m
        && rise_m >= VERTICAL_M_S[0] * span_s - tolerance_m;
    let low = heights.iter().copied().fold(f64::INFINITY, f64::min);
    let high = heights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (10 * possible >= 9 * heights.len() && rate_is_possible).then_some([low, high])
}

/// Chi-square and log density of the misses. The biases shift all by one unknown amount; its
/// variance enters through the Sherman–Morrison formula and the matrix determinant lemma.
fn miss_likelihood(met: &[(&Meeting, Miss)], pointing: [&Pointing; 2]) -> (f64, f64) {
    let (mut weight, mut mean, mut square, mut ln_determinant, mut bias) =
        (0.0, 0.0, 0.0, 0.0, 0.0);
    for (_, miss) in met {
        weight += 1.0 / miss.variance_m2;
        mean += miss.distance_m / miss.variance_m2;
        square += miss.distance_m * miss.distance_m / miss.variance_m2;
        ln_determinant += ln(TAU * miss.variance_m2);
        bias += bias_variance_m2(miss, pointing) / met.len() as f64;
    }
    let chi_square = if bias > 0.0 {
        square - mean * mean / (1.0 / bias + weight)
    } else {
        square
    };
    (
        chi_square,
        -0.5 * (chi_square + ln_determinant + ln(1.0 + bias * weight)),
    )
}

fn bias_variance_m2(miss: &Miss, pointing: [&Pointing; 2]) -> f64 {
    let one = |at: usize| {
        let bias_m = pointing[at].bias_sigma_rad * miss.range_m[at];
        bias_m * bias_m
    };
    one(0) + one(1)
}

/// Log likelihood ratio by brightness; zero where either has none.
fn brightness(a: &Tracklet, b: &Tracklet) -> f64 {
    let mean = |tracklet: &Tracklet| {
        let known = tracklet
            .hits
            .iter()
            .filter_map(|hit| hit.intensity_w_sr)
            .filter(|value| *value > 0.0);
        let (sum, count) = known.fold((0.0, 0.0), |(sum, count), value| {
            (sum + ln(value), count + 1.0)
        });
        (count > 0.0).then_some(sum / count)
    };
    let (Some(first), Some(second)) = (mean(a), mean(b)) else {
        return 0.0;
    };
    let ratio = (first - second) / BRIGHTNESS_SIGMA;
    (0.5 - 0.5 * ratio * ratio).max(-4.0)
}

/// What a different time of first sight costs [log likelihood].
fn first_sight(a: &Tracklet, b: &Tracklet, pointing: [&Pointing; 2]) -> f64 {
    let later_s = seconds_between(a.first_time(), b.first_time());
    let revisit_s = 0.5 * (pointing[0].revisit_s + pointing[1].revisit_s);
    let ratio2 =
        later_s * later_s / (FIRST_SIGHT_SIGMA_S * FIRST_SIGHT_SIGMA_S + revisit_s * revisit_s);
    (0.5 * ratio2).min(FIRST_SIGHT_LIMIT)
}

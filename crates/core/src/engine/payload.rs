//! Which of the pieces that fly on after cut-off is the payload, and where it therefore falls.
//!
//! A spent stage separates at a few metres a second, which is ten kilometres at the far end: the
//! piece that a radar found first need not be the one that matters. Each piece tracked is the
//! payload with a probability that follows from its cross-section; so is one that no radar has
//! found yet. The impact is the mixture over all of them, so that its ellipse holds what it says.

use forewarn_physics::flight::atmosphere::density_kg_m3;
use forewarn_physics::frames::Position;
use forewarn_physics::frames::wgs84::{Geodetic, height_m};
use forewarn_physics::math::{exp, ln, sin_cos};
use forewarn_physics::time::{after, seconds_between};
use nalgebra::{Matrix2, Vector2, Vector3};

use super::object::Arc1;
use crate::estimate::impact::{ImpactOutcome, predict_impact};
use crate::model::{ImpactEstimate, chi_square_quantile_2};

/// ln cross-section of payloads, and its spread: 0.03 to 0.5 m² for slender bodies.
const PAYLOAD_LN_RCS: (f64, f64) = (-1.9, 1.0);
/// The same of spent stages: 2 to 10 m².
const STAGE_LN_RCS: (f64, f64) = (1.5, 0.6);
/// The same of fragments: 0.01 to 0.5 m².
const FRAGMENT_LN_RCS: (f64, f64) = (-2.6, 1.2);
/// Share of fragments among what is not the payload.
const FRAGMENTS: f64 = 0.5;
/// Chance that the payload has not been found, before cross-sections are looked at: right after
/// cut-off any piece may have been found first, later nearly all have.
const UNSEEN: f64 = 0.03;
const UNSEEN_AT_FIRST: f64 = 0.5;
const FOUND_IN_S: f64 = 15.0;
/// Speed at which pieces part, one sigma per axis [m/s].
const PARTING_M_S: f64 = 2.5;
/// m / (Cd A) of a tumbling piece [kg/m²], and how long its drag counts at most [s]: by then it has
/// a track of its own.
const TUMBLING_KG_M2: f64 = 1_000.0;
const DRAG_TIME_S: f64 = 30.0;
/// Tumbling pieces differ by a factor of two: one sigma as a share.
const DRAG_SIGMA: f64 = 0.6;
/// Candidates beyond this share count.
const LEAST_SHARE: f64 = 0.01;

/// Shares of the candidates as the payload; the last is that of one not yet found.
pub(super) fn shares(candidates: &[&Arc1], cutoff_age_s: f64) -> Vec<f64> {
    let ratios: Vec<f64> = candidates.iter().map(|arc| ln_ratio(arc.ln_rcs)).collect();
    let unseen = UNSEEN + (UNSEEN_AT_FIRST - UNSEEN) * exp(-cutoff_age_s / FOUND_IN_S);
    let prior = (1.0 - unseen) / candidates.len().max(1) as f64;
    let mut logs: Vec<f64> = ratios.iter().map(|ratio| ln(prior) + ratio).collect();
    logs.push(ln(unseen));
    let best = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = logs.iter().map(|log| exp(log - best)).sum();
    logs.iter().map(|log| exp(log - best) / total).collect()
}

/// ln of the likelihood of a cross-section as a payload over that as anything else.
fn ln_ratio((sum, count): (f64, f64)) -> f64 {
    if count < 1.0 {
        return 0.0;
    }
    let mean = sum / count;
    let density = |(middle, sigma): (f64, f64)| {
        // Fading leaves the mean of ln uncertain by about one over the root of the count.
        let wide = (sigma * sigma + 1.0 / count).sqrt();
        exp(-0.5 * (mean - middle) * (mean - middle) / (wide * wide)) / wide
    };
    let other = (1.0 - FRAGMENTS) * density(STAGE_LN_RCS) + FRAGMENTS * density(FRAGMENT_LN_RCS);
    ln((density(PAYLOAD_LN_RCS) + 1e-12) / (other + 1e-12))
}

/// The impact over all candidates. The first candidate's own outcome stands where it is alone
/// and sure; `None` where none of them comes down at a point that can honestly be given.
pub(super) fn impact(candidates: &[&Arc1], cutoff_age_s: f64) -> Option<(ImpactEstimate, usize)> {
    let shares = shares(candidates, cutoff_age_s);
    let mut parts: Vec<(f64, ImpactEstimate)> = Vec::new();
    let mut likeliest = 0;
    for (index, arc) in candidates.iter().enumerate() {
        if shares[index] > shares[likeliest] {
            likeliest = index;
        }
        if shares[index] < LEAST_SHARE {
            continue;
        }
        if let ImpactOutcome::Impact(impact) =
            predict_impact(&arc.filter.clone().slender().ballistic_gaussian())
        {
            parts.push((shares[index], impact));
        }
    }
    let known = candidates.iter().copied().max_by_key(|arc| arc.updates)?;
    if let Some(near) = parted(known, cutoff_age_s) {
        // A piece found just now is no further from the others than pieces part.
        for (_, impact) in &mut parts {
            if impact.covariance_en_m2.trace() > near.covariance_en_m2.trace() {
                *impact = near.clone();
            }
        }
        let unseen = shares[candidates.len()];
        if unseen > LEAST_SHARE {
            parts.push((unseen, near));
        }
    }
    Some((mixture(&parts)?, likeliest))
}

/// What drag has taken since cut-off from a tumbling piece, and not from a slender one [m/s].
/// Engines that stop in the upper air leave pieces that part faster by it than by any spring.
fn dragged_m_s(position_m: &Vector3<f64>, velocity_m_s: &Vector3<f64>, cutoff_age_s: f64) -> f64 {
    let age_s = cutoff_age_s.min(DRAG_TIME_S);
    let speed_m_s = velocity_m_s.norm();
    let climb_m_s = velocity_m_s.dot(position_m) / position_m.norm().max(1.0);
    let height_m = height_m(position_m) - 0.5 * age_s * climb_m_s;
    0.5 * density_kg_m3(height_m.max(0.0)) * speed_m_s * speed_m_s / TUMBLING_KG_M2 * age_s
}

/// Where the payload would fall that parted from a tracked, tumbling piece at cut-off: ahead of it
/// by what drag has taken from the piece.
fn parted(arc: &Arc1, cutoff_age_s: f64) -> Option<ImpactEstimate> {
    let mut state = arc.filter.clone().slender().ballistic_gaussian();
    let position_m = state.mean.fixed_rows::<3>(0).into_owned();
    let velocity_m_s = state.mean.fixed_rows::<3>(3).into_owned();
    let dragged_m_s = dragged_m_s(&position_m, &velocity_m_s, cutoff_age_s);
    let ahead = velocity_m_s / velocity_m_s.norm().max(1.0) * dragged_m_s;
    for k in 0..3 {
        state.mean[k] += 0.5 * cutoff_age_s.min(DRAG_TIME_S) * ahead[k];
        state.mean[k + 3] += ahead[k];
    }
    let drag_sigma_m_s = DRAG_SIGMA * dragged_m_s;
    let speed2 = PARTING_M_S * PARTING_M_S + drag_sigma_m_s * drag_sigma_m_s;
    for k in 0..3 {
        state.covariance[(k, k)] += speed2 * cutoff_age_s * cutoff_age_s;
        state.covariance[(k + 3, k + 3)] += speed2;
        state.covariance[(k, k + 3)] += speed2 * cutoff_age_s;
        state.covariance[(k + 3, k)] += speed2 * cutoff_age_s;
    }
    match predict_impact(&state) {
        ImpactOutcome::Impact(impact) => Some(impact),
        ImpactOutcome::Region(_) | ImpactOutcome::Orbit(_) | ImpactOutcome::NotDown => None,
    }
}

/// One Gaussian by the first two moments of several.
fn mixture(parts: &[(f64, ImpactEstimate)]) -> Option<ImpactEstimate> {
    let (_, first) = parts.iter().max_by(|a, b| a.0.total_cmp(&b.0))?;
    if parts.len() == 1 {
        return Some(first.clone());
    }
    let total: f64 = parts.iter().map(|part| part.0).sum();
    let frame = first.place.enu_from_itrf();
    let about = first.place.to_itrf();
    let offsets: Vec<(f64, Vector2<f64>, f64)> = parts
        .iter()
        .map(|(share, impact)| {
            let offset = frame * (impact.place.to_itrf() - about);
            (
                share / total,
                Vector2::new(offset.x, offset.y),
                seconds_between(first.time, impact.time),
            )
        })
        .collect();
    let mean = offsets
        .iter()
        .fold(Vector2::zeros(), |sum, part| sum + part.0 * part.1);
    let mean_s: f64 = offsets.iter().map(|part| part.0 * part.2).sum();
    let mut covariance_en_m2 = Matrix2::zeros();
    let mut variance_s2 = 0.0;
    let mut earliest_s = f64::INFINITY;
    for ((share, offset, time_s), (_, impact)) in offsets.iter().zip(parts) {
        let d = offset - mean;
        covariance_en_m2 += *share * (impact.covariance_en_m2 + d * d.transpose());
        variance_s2 += share
            * (impact.time_sigma_s * impact.time_sigma_s + (time_s - mean_s) * (time_s - mean_s));
        if *share > 0.05 {
            earliest_s = earliest_s.min(seconds_between(first.time, impact.earliest_95));
        }
    }
    let shares: Vec<f64> = offsets.iter().map(|part| part.0).collect();
    let planes: Vec<(Vector2<f64>, Matrix2<f64>)> = offsets
        .iter()
        .zip(parts)
        .map(|(part, (_, impact))| (part.1 - mean, impact.covariance_en_m2))
        .collect();
    let covariance_en_m2 = covariance_en_m2 * plane_scale(&shares, &planes, &covariance_en_m2);
    let lines: Vec<(f64, f64)> = offsets
        .iter()
        .zip(parts)
        .map(|(part, (_, impact))| (part.2 - mean_s, impact.time_sigma_s))
        .collect();
    let variance_s2 = variance_s2 * line_scale(&shares, &lines, variance_s2);
    let moved = about.vector() + frame.transpose() * Vector3::new(mean.x, mean.y, 0.0);
    let place = Geodetic::from_itrf(Position::from_vector(moved));
    Some(ImpactEstimate {
        time: after(first.time, mean_s),
        time_sigma_s: variance_s2.sqrt(),
        earliest_95: after(first.time, earliest_s.min(mean_s)),
        place: Geodetic {
            height_m: 0.0,
            ..place
        },
        covariance_en_m2,
    })
}

/// Factor on a mixture's covariance that makes the Gaussian 90 % ellipse hold 90 % of the mixture:
/// a rare far piece widens the moments more than what is asked of the ellipse.
fn plane_scale(
    shares: &[f64],
    parts: &[(Vector2<f64>, Matrix2<f64>)],
    covariance: &Matrix2<f64>,
) -> f64 {
    const RINGS: usize = 12;
    const SPOKES: usize = 12;
    let Some(inverse) = covariance.try_inverse() else {
        return 1.0;
    };
    let mut points = Vec::with_capacity(parts.len() * RINGS * SPOKES);
    for (share, (offset, own)) in shares.iter().zip(parts) {
        let Some(root) = own.cholesky().map(|factor| factor.unpack()) else {
            return 1.0;
        };
        for ring in 0..RINGS {
            // Rings of equal probability: the middle of each.
            let radius = (-2.0 * ln(1.0 - (ring as f64 + 0.5) / RINGS as f64)).sqrt();
            for spoke in 0..SPOKES {
                let (s, c) = sin_cos(
                    core::f64::consts::TAU * (spoke as f64 + 0.5 * (ring % 2) as f64)
                        / SPOKES as f64,
                );
                let point = offset + root * Vector2::new(c, s) * radius;
                points.push((
                    point.dot(&(inverse * point)),
                    share / (RINGS * SPOKES) as f64,
                ));
            }
        }
    }
    quantile(points, 0.9) / chi_square_quantile_2(0.9)
}

/// The same for a line.
fn line_scale(shares: &[f64], parts: &[(f64, f64)], variance: f64) -> f64 {
    /// Middles of twenty slices of equal probability of a normal variable, the upper half.
    const MIDDLES: [f64; 10] = [
        0.0627, 0.1891, 0.3186, 0.4538, 0.5978, 0.7554, 0.9346, 1.1503, 1.4395, 1.96,
    ];
    let mut points = Vec::with_capacity(parts.len() * 20);
    for (share, (offset, sigma)) in shares.iter().zip(parts) {
        for middle in MIDDLES {
            for sign in [-1.0, 1.0] {
                let point = offset + sign * middle * sigma;
                points.push((point * point / variance, share / 20.0));
            }
        }
    }
    quantile(points, 0.9) / (1.6449 * 1.6449)
}

/// The value below which this share of the weight lies.
fn quantile(mut points: Vec<(f64, f64)>, level: f64) -> f64 {
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut passed = 0.0;
    for (value, weight) in &points {
        passed += weight;
        if passed >= level {
            return value.max(1e-6);
        }
    }
    points.last().map_or(1.0, |last| last.0)
}

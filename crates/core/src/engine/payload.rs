//! Which of the pieces that fly on after cut-off is the payload, and where it therefore falls.
//!
//! A spent stage separates at a few metres a second, which is ten kilometres at the far end: the
//! piece that a radar found first need not be the one that matters. Each piece tracked is the
//! payload with a probability that follows from its cross-section; so is one that no radar has
//! found yet. The impact is the mixture over all of them, so that its ellipse holds what it says.

use forewarn_physics::frames::Position;
use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::math::{exp, ln};
use forewarn_physics::time::{after, seconds_between};
use nalgebra::{Matrix2, Vector2, Vector3};

use super::object::Arc1;
use crate::estimate::impact::{ImpactOutcome, predict_impact};
use crate::model::ImpactEstimate;

/// ln cross-section of payloads, and its spread: 0.03 to 0.5 m² for slender bodies.
const PAYLOAD_LN_RCS: (f64, f64) = (-1.9, 1.0);
/// The same of spent stages: 2 to 10 m².
const STAGE_LN_RCS: (f64, f64) = (1.5, 0.6);
/// The same of fragments: 0.01 to 0.5 m².
const FRAGMENT_LN_RCS: (f64, f64) = (-2.6, 1.2);
/// Share of fragments among what is not the payload.
const FRAGMENTS: f64 = 0.5;
/// Chance that the payload has not been found, before cross-sections are looked at.
const UNSEEN: f64 = 0.03;
/// Speed at which pieces part, one sigma per axis [m/s].
const PARTING_M_S: f64 = 2.5;
/// Candidates beyond this share count.
const LEAST_SHARE: f64 = 0.01;

/// Shares of the candidates as the payload; the last is that of one not yet found.
pub(super) fn shares(candidates: &[&Arc1]) -> Vec<f64> {
    let ratios: Vec<f64> = candidates.iter().map(|arc| ln_ratio(arc.ln_rcs)).collect();
    let prior = (1.0 - UNSEEN) / candidates.len().max(1) as f64;
    let mut logs: Vec<f64> = ratios.iter().map(|ratio| ln(prior) + ratio).collect();
    logs.push(ln(UNSEEN));
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
    let shares = shares(candidates);
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

/// Where a piece would fall that parted from a tracked one at cut-off.
fn parted(arc: &Arc1, cutoff_age_s: f64) -> Option<ImpactEstimate> {
    let mut state = arc.filter.clone().slender().ballistic_gaussian();
    let speed2 = PARTING_M_S * PARTING_M_S;
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

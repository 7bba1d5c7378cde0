//! What each source of facts says about each class: ln likelihoods up to a common constant.

mod arc;
mod ascent;
mod context;
mod motion;

pub(super) use arc::arc;
pub(super) use ascent::{MISSILE_BURN_MAX_S, ascent};
pub(super) use context::{THREATENED, catalogue, fault, glint, missed, notice, parent};
pub(super) use motion::motion;

use forewarn_physics::math::{erfc, exp, ln};

use super::dossier::Uncertain;
use crate::model::Class;

/// Classes that fly under power.
pub(super) const ROCKETS: [Class; 4] = [
    Class::BallisticMissile,
    Class::GlideVehicle,
    Class::SpaceLaunch,
    Class::SoundingRocket,
];
/// The two classes that the verdict is about.
pub(super) const THREATS: [Class; 2] = [Class::BallisticMissile, Class::GlideVehicle];
/// Classes that come down without having been in orbit.
pub(super) const SUBORBITAL: [Class; 3] = [
    Class::BallisticMissile,
    Class::GlideVehicle,
    Class::SoundingRocket,
];

/// ½z² where `value` exceeds `limit`, in units of `scale` widened by the value's own sigma.
pub(super) fn excess(value: Uncertain, limit: f64, scale: f64) -> f64 {
    if !value.is_known() {
        return 0.0;
    }
    half_square((value.mean - limit).max(0.0) / (scale * scale + value.sigma * value.sigma).sqrt())
}

/// ½z² where `value` falls short of `limit`.
pub(super) fn shortfall(value: Uncertain, limit: f64, scale: f64) -> f64 {
    excess(Uncertain::new(-value.mean, value.sigma), -limit, scale)
}

/// ½z².
pub(super) fn half_square(z: f64) -> f64 {
    0.5 * z * z
}

/// Probability that a Gaussian lies below `limit`.
pub(super) fn probability_below(value: Uncertain, limit: f64) -> f64 {
    if !value.is_known() {
        return 0.5;
    }
    0.5 * erfc((value.mean - limit) / (value.sigma.max(1.0) * core::f64::consts::SQRT_2))
}

/// ln density of a Gaussian.
pub(super) fn ln_gaussian(x: f64, mean: f64, sigma: f64) -> f64 {
    -half_square((x - mean) / sigma) - ln(sigma) - 0.5 * ln(core::f64::consts::TAU)
}

/// ln of a weighted sum of exponentials.
pub(super) fn ln_mix(parts: &[(f64, f64)]) -> f64 {
    let top = parts
        .iter()
        .map(|part| part.1)
        .fold(f64::NEG_INFINITY, f64::max);
    top + ln(parts
        .iter()
        .map(|(weight, log)| weight * exp(log - top))
        .sum::<f64>())
}

/// Piecewise linear table, constant beyond its ends.
pub(super) fn interpolate(table: &[(f64, f64)], x: f64) -> f64 {
    let (first, last) = (table[0], table[table.len() - 1]);
    if x <= first.0 {
        return first.1;
    }
    for pair in table.windows(2) {
        if x <= pair[1].0 {
            let share = (x - pair[0].0) / (pair[1].0 - pair[0].0);
            return pair[0].1 + share * (pair[1].1 - pair[0].1);
        }
    }
    last.1
}

/// A finite number inside bounds, or zero.
pub(super) fn bounded(value: f64, low: f64, high: f64) -> f64 {
    if value.is_nan() {
        0.0
    } else {
        value.clamp(low, high)
    }
}

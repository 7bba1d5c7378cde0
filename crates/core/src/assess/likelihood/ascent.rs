//! What the boost fit says: rocket or not, and which.
//!
//! Missile against space launch before either is over is a matter of thrust to weight. A
//! launcher rises slowly (1.2 to 1.4 g at lift-off) and its last stage pushes at less than one g
//! for minutes; a missile's stages push at three to ten. The mean acceleration since lift-off,
//! speed over burn, shows both and needs no staging to be seen:
//!
//! | after | launchers, real telemetry | missiles, liquid | missiles, solid |
//! | --- | --- | --- | --- |
//! | 80 s | 5 to 6.6 m/s² | 11 | 29 |
//! | 150 s | 10.6 to 14.5 | 17 | 34 |
//! | 240 s | 7.4 to 12.2 | 21 | |
//! | 320 s | 7.3 to 11.5 | 23 | |
//!
//! Launchers: eight flights of the public webcast telemetry (Falcon 9 and Heavy, 2018). Missiles:
//! burn and burn-out speeds of open literature by class (60–90 s to 1.5–3 km/s; 150–190 s to
//! 6.3–7.3 km/s solid; 240–320 s to 6.3–7.3 km/s liquid).

use forewarn_physics::math::ln;

use super::super::dossier::{AscentFacts, Uncertain};
use super::super::ledger::Scores;
use super::{
    ROCKETS, SUBORBITAL, THREATS, bounded, excess, half_square, interpolate, ln_gaussian, ln_mix,
    probability_below, shortfall,
};
use crate::model::Class;

/// Mean acceleration since lift-off of launchers to orbit, by burn [s, m/s²].
const LAUNCHER: [(f64, f64); 16] = [
    (40.0, 4.8),
    (60.0, 5.2),
    (80.0, 5.8),
    (100.0, 7.2),
    (120.0, 9.0),
    (150.0, 12.3),
    (180.0, 11.5),
    (200.0, 10.8),
    (240.0, 10.0),
    (280.0, 9.3),
    (320.0, 9.3),
    (400.0, 10.0),
    (450.0, 10.6),
    (500.0, 12.2),
    (550.0, 13.5),
    (700.0, 12.0),
];
/// The same of solid missiles.
const SOLID: [(f64, f64); 6] = [
    (20.0, 20.0),
    (40.0, 24.0),
    (60.0, 26.0),
    (80.0, 29.0),
    (120.0, 32.0),
    (180.0, 36.0),
];
/// The same of liquid missiles.
const LIQUID: [(f64, f64); 7] = [
    (40.0, 8.5),
    (80.0, 11.0),
    (120.0, 15.0),
    (150.0, 17.0),
    (200.0, 19.5),
    (250.0, 21.5),
    (300.0, 23.0),
];
/// Spread of ln mean acceleration about each table.
const LAUNCHER_SPREAD: f64 = 0.25;
const SOLID_SPREAD: f64 = 0.35;
const LIQUID_SPREAD: f64 = 0.3;
/// Share of launchers that rise like a missile (small solid ones), and their spread.
const ODD_LAUNCHERS: (f64, f64) = (0.03, 0.5);
/// Longest burn of a missile [s].
pub(in crate::assess) const MISSILE_BURN_MAX_S: f64 = 320.0;
/// Pause between two stages of a launcher, e-folding [s]: 8 to 15 s in the telemetry.
const STAGING_S: f64 = 6.0;
/// A launcher's first stage leaves at no more than this speed [m/s].
const FIRST_STAGE_MAX_M_S: f64 = 3_000.0;
/// A vacuum perigee above this is an orbit [m].
const ORBIT_PERIGEE_M: f64 = 80e3;
/// Chance that a state estimate is wrong altogether.
const WRONG_ESTIMATE: f64 = 1e-8;

/// ln likelihood of each class for the ascent fitted.
pub(in crate::assess) fn ascent(facts: &AscentFacts) -> Scores {
    let mut scores = Scores::zero();
    scores.add(&ROCKETS, bounded(facts.log_evidence_ratio, -20.0, 20.0));
    if facts.p_value.is_finite() {
        // No ascent of the bank fits: perhaps a kind that is not in it, so not too hard.
        scores.add(
            &ROCKETS,
            bounded(ln((facts.p_value / 1e-3).max(1e-9)), -4.0, 0.0),
        );
    }
    scores.add(
        &[Class::Aircraft],
        -excess(facts.speed_m_s, 900.0, 150.0) - excess(facts.height_m, 20e3, 3e3),
    );
    scores.add(
        &[Class::Bolide],
        -shortfall(facts.speed_m_s, 8_000.0, 1_000.0) - excess(facts.vertical_speed_m_s, 0.0, 50.0),
    );
    sounding(facts, &mut scores);
    if let Some((missile, launcher)) = thrust_to_weight(facts) {
        scores.add(&THREATS, missile);
        scores.add(&[Class::SoundingRocket], missile);
        scores.add(&[Class::SpaceLaunch], launcher);
    }
    scores.add(&SUBORBITAL, -excess(facts.burn_s, MISSILE_BURN_MAX_S, 12.0));
    orbit(facts, &mut scores);
    if let Some(site) = facts.site.as_ref().filter(|site| site.launches_to_orbit) {
        // A pad that launches to orbit makes one likelier, by at most five to one: missiles are
        // flown from the same pads.
        scores.add(
            &[Class::SpaceLaunch],
            ln(1.0 + 4.0 * bounded(site.probability, 0.0, 1.0)),
        );
    }
    scores
}

/// ln densities of the mean (and the present) acceleration, as a missile and as a launcher.
fn thrust_to_weight(facts: &AscentFacts) -> Option<(f64, f64)> {
    let (speed, burn) = (facts.speed_m_s, facts.burn_s);
    if !speed.is_known() || !burn.is_known() || speed.mean < 100.0 || burn.mean < 10.0 {
        return None;
    }
    let x = ln(facts.mean_acceleration_m_s2());
    let noise =
        square((speed.sigma / speed.mean).min(1.0)) + square((burn.sigma / burn.mean).min(1.0));
    let density = |table: &[(f64, f64)], spread: f64| {
        ln_gaussian(
            x,
            ln(interpolate(table, burn.mean)),
            (spread * spread + noise).sqrt(),
        )
    };
    let missile = ln_mix(&[
        (0.7, density(&SOLID, SOLID_SPREAD)),
        (0.3, density(&LIQUID, LIQUID_SPREAD)),
    ]);
    let (odd_share, odd_spread) = ODD_LAUNCHERS;
    let launcher = ln_mix(&[
        (1.0 - odd_share, density(&LAUNCHER, LAUNCHER_SPREAD)),
        (odd_share, density(&LAUNCHER, odd_spread)),
    ]);
    let (missile_now, launcher_now) = push_now(facts).unwrap_or((0.0, 0.0));
    Some((missile + missile_now, launcher + launcher_now))
}

fn square(x: f64) -> f64 {
    x * x
}

/// The same for the acceleration of this moment, at half weight because it shares its data with
/// the mean. Launchers: 5 m/s² for each km/s beyond 1.2, within 30 %, in the telemetry.
fn push_now(facts: &AscentFacts) -> Option<(f64, f64)> {
    let push = facts
        .acceleration_m_s2
        .filter(|push| push.is_known() && push.mean > 1.0)?;
    if facts.burning_probability < 0.5 || facts.speed_m_s.mean < 2_500.0 {
        return None;
    }
    let noise = (push.sigma / push.mean).min(1.0);
    let density = |expected_m_s2: f64, spread: f64| {
        ln_gaussian(
            ln(push.mean),
            ln(expected_m_s2),
            (spread * spread + noise * noise).sqrt(),
        )
    };
    let missile = density(45.0, 0.5);
    let launcher = density(5e-3 * (facts.speed_m_s.mean - 1_200.0), 0.4);
    let apart = bounded(missile - launcher, -8.0, 8.0);
    Some((0.25 * apart, -0.25 * apart))
}

/// Straight up, not very fast, and down near by.
fn sounding(facts: &AscentFacts, scores: &mut Scores) {
    let sounding = [Class::SoundingRocket];
    scores.add(
        &sounding,
        -excess(facts.speed_max_m_s, 4_000.0, 500.0) - excess(facts.burn_s, 150.0, 15.0),
    );
    if facts.speed_m_s.mean > 500.0 && facts.height_m.mean > 20e3 {
        let lean_deg = 82.0 - facts.flight_path_angle_rad().to_degrees();
        let sigma_deg =
            (facts.horizontal_speed_m_s.sigma / facts.speed_m_s.mean.max(1.0)).to_degrees();
        scores.add(
            &sounding,
            -excess(Uncertain::new(lean_deg, sigma_deg), 0.0, 3.0),
        );
        if facts.height_m.mean > 60e3 {
            let steep = half_square((lean_deg - 6.0).min(0.0) / 4.0);
            scores.add(&THREATS, -bounded(steep, 0.0, 2.0));
            scores.add(&[Class::SpaceLaunch], -bounded(steep, 0.0, 4.0));
        }
    }
    if let Some(range) = facts
        .range_m
        .filter(|range| range.is_known() && range.mean > 0.0)
    {
        let far = ln(range.mean / 150e3).max(0.0);
        let noise = (range.sigma / range.mean).min(2.0);
        scores.add(&sounding, -half_square(far / (0.64 + noise * noise).sqrt()));
    }
}

/// Reaches orbit, or has stopped short of it.
fn orbit(facts: &AscentFacts, scores: &mut Scores) {
    let below = probability_below(facts.perigee_height_m, ORBIT_PERIGEE_M);
    scores.add(&SUBORBITAL, ln(below + WRONG_ESTIMATE));
    let Some(coasting_s) = facts.since_cutoff_s.filter(|seconds| *seconds > 0.0) else {
        return;
    };
    // A launcher that has cut off short of orbit lights its next stage within seconds; only its
    // dropped first stage, slow for its burn, goes on alone.
    let waits = bounded(-coasting_s / STAGING_S, -12.0, 0.0)
        * (1.0 - bounded(facts.burning_probability, 0.0, 1.0));
    let lone_stage = if first_stage_like(facts) {
        ln(0.3)
    } else {
        -12.0
    };
    scores.add(
        &[Class::SpaceLaunch],
        ln_mix(&[(below, waits.max(lone_stage)), (1.0 - below + 1e-9, 0.0)]),
    );
}

/// Speed and burn are those of a launcher's first stage.
pub(super) fn first_stage_like(facts: &AscentFacts) -> bool {
    let expected_m_s2 = interpolate(&LAUNCHER, facts.burn_s.mean);
    let sigma_m_s = facts.speed_m_s.sigma.min(500.0);
    facts.speed_max_m_s.mean - 2.0 * sigma_m_s < FIRST_STAGE_MAX_M_S
        && ln((facts.speed_m_s.mean - 2.0 * sigma_m_s).max(1.0)
            / facts.burn_s.mean.max(1.0)
            / expected_m_s2)
            < 2.0 * LAUNCHER_SPREAD
}

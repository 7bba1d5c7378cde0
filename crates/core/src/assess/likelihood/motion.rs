//! What the movement and brightness of tracklets say, without a flight model.
//!
//! Where a boost fit exists it already holds the odds of moving and of speeding up, so those two
//! are left to it: one observation is never counted twice.

use forewarn_physics::math::ln;

use super::super::dossier::{Dossier, MotionFacts};
use super::super::ledger::Scores;
use super::{ROCKETS, bounded, excess, half_square, shortfall};
use crate::model::Class;

/// Speed over the ground that a rocket can have when it first breaks cloud [m/s].
const FIRST_SPEED_M_S: f64 = 1_500.0;
/// Fastest mean growth of a missile's speed, 7 g [m/s²].
const GROWTH_MAX_M_S2: f64 = 70.0;
/// Slowest mean growth of a launcher's speed over the ground [m/s²].
const GROWTH_MIN_M_S2: f64 = 5.0;
/// Nothing that goes up from the Earth by rocket and comes down again flies faster [m/s].
const SPEED_MAX_M_S: f64 = 8_000.0;
/// A natural fireball's light lasts this long [s]; the CNEOS and GLM records hold few longer.
const FIREBALL_S: f64 = 10.0;
/// What has no motion of its own.
const STILL: [Class; 4] = [
    Class::Fire,
    Class::SunGlint,
    Class::Explosion,
    Class::SensorFault,
];
/// A fire that is bright from so far away burns longer than this [s]; when it is gone for
/// [`GONE_S`] before, it was hardly one (ln of one in ten).
const FIRE_S: f64 = 300.0;
const GONE_S: f64 = 30.0;
const BRIEF_FIRE: f64 = -2.3;
/// An explosion's light lasts this long [s].
const EXPLOSION_S: f64 = 15.0;

/// ln likelihood of each class for the movement seen.
pub(in crate::assess) fn motion(facts: &MotionFacts, dossier: &Dossier) -> Scores {
    let mut scores = Scores::zero();
    // A chance row of false detections is `unknown`.
    scores.add(
        &[Class::Unknown],
        -bounded(facts.log_odds_real, -10.0, 15.0),
    );
    speed(facts, &mut scores);
    duration(facts, &mut scores);
    if facts.duration_s < FIRE_S && dossier.silence_s() > GONE_S {
        scores.add(&[Class::Fire], BRIEF_FIRE);
    }
    if let Some(up) = facts.vertical_speed_m_s {
        scores.add(&ROCKETS, -shortfall(up, 0.0, 50.0));
        scores.add(&[Class::Bolide, Class::Reentry], -excess(up, 0.0, 50.0));
    }
    brightness(facts, &mut scores);
    if dossier.ascent.is_none() {
        moving(facts, &mut scores);
    } else {
        // The ascent's evidence is weighed against steady drifting; what stands still does not
        // even drift.
        scores.add(&STILL, -bounded(facts.log_odds_moving, -20.0, 20.0));
    }
    scores
}

fn speed(facts: &MotionFacts, scores: &mut Scores) {
    let speed = facts.speed_m_s;
    if !speed.is_known() {
        return;
    }
    let limit_m_s =
        (FIRST_SPEED_M_S + GROWTH_MAX_M_S2 * facts.duration_s.max(0.0)).min(SPEED_MAX_M_S);
    scores.add(&ROCKETS, -excess(speed, limit_m_s, 300.0));
    // Nor does one that has burnt for so long still crawl.
    scores.add(
        &ROCKETS,
        -shortfall(
            speed,
            GROWTH_MIN_M_S2 * facts.duration_s.max(0.0) - 50.0,
            100.0,
        ),
    );
    scores.add(&[Class::Aircraft], -excess(speed, 700.0, 150.0));
    scores.add(
        &[Class::Reentry],
        -half_square((speed.mean - 7_500.0) / (800.0 + speed.sigma)),
    );
    scores.add(&[Class::Debris], -excess(speed, 7_500.0, 500.0) - 1.0);
    // 11 to 40 km/s in space; what is seen is its part across the line of sight.
    let across = (speed.mean + speed.sigma).max(1.0) / 3_000.0;
    scores.add(&[Class::Bolide], bounded(ln(across), -6.0, 0.0));
}

fn duration(facts: &MotionFacts, scores: &mut Scores) {
    let beyond =
        |limit_s: f64, scale_s: f64| bounded((facts.duration_s - limit_s) / scale_s, 0.0, 15.0);
    scores.add(&[Class::Bolide], -beyond(FIREBALL_S, 2.0));
    scores.add(&[Class::Explosion], -beyond(EXPLOSION_S, 3.0));
}

fn brightness(facts: &MotionFacts, scores: &mut Scores) {
    if let Some(spread) = facts.intensity_ln_spread {
        // A plume changes smoothly but for staging; fires and glints flicker.
        let flicker = (spread - 0.4).max(0.0) / 0.2;
        scores.add(&ROCKETS, -bounded(half_square(flicker), 0.0, 3.0));
    }
    if let Some(growth) = facts.intensity_growth_per_s {
        // A flash fades by a factor e within seconds; a boosting plume does not.
        scores.add(&ROCKETS, -bounded(shortfall(growth, -0.1, 0.05), 0.0, 6.0));
    }
}

/// Moving at all, and speeding up.
fn moving(facts: &MotionFacts, scores: &mut Scores) {
    let odds = bounded(facts.log_odds_moving, -20.0, 20.0);
    scores.add_except(
        &[
            Class::Fire,
            Class::SunGlint,
            Class::Explosion,
            Class::SensorFault,
            Class::Unknown,
        ],
        odds,
    );
    let growth = facts.acceleration_m_s2;
    if growth.is_known() {
        let z = growth.mean / growth.sigma.max(0.1);
        let steady = bounded(half_square(z), 0.0, 6.0);
        scores.add(&ROCKETS, if z > 0.0 { steady } else { -steady });
        scores.add(
            &ROCKETS,
            -bounded(shortfall(growth, GROWTH_MIN_M_S2, 2.0), 0.0, 6.0),
        );
    }
}

//! What the radar or coast filter says: an orbit, a way down, or neither yet.
//!
//! Nearly all that a fan reports is in orbit, so an impact arc must exclude an orbit: perigee
//! below 80 km by several sigma, on enough updates of a filter whose innovations are as large as
//! they ought to be. Until then the filter may simply not have converged.

use forewarn_physics::frames::wgs84::{GRAVITATIONAL_PARAMETER_M3_S2, SEMI_MAJOR_AXIS_M};
use forewarn_physics::math::{PI, asin, exp, ln};

use super::super::dossier::{ArcFacts, Dossier, Uncertain};
use super::super::ledger::Scores;
use super::ascent::first_stage_like;
use super::{
    ROCKETS, SUBORBITAL, THREATS, bounded, excess, half_square, probability_below, shortfall,
};
use crate::model::Class;

/// A perigee above this is an orbit for hours at least [m].
const ORBIT_PERIGEE_M: f64 = 80e3;
/// Filter that is believed: normalised innovation squared per degree of freedom up to this.
const NIS_BELIEVED: f64 = 3.0;
/// Nothing bound to the Earth that comes from a rocket is faster, earth-fixed [m/s].
const SPEED_MAX_M_S: f64 = 8_300.0;

/// A plume too faint to be surely missed is over when nobody reported it for so long [s].
const FAINT_S: f64 = 60.0;
/// No launcher's first stage coasts as high as this [m]: they are dropped at 50 to 90 km and reach
/// some 100 to 200 km.
const FIRST_STAGE_APOGEE_M: f64 = 400e3;

/// ln likelihood of each class for the arc filtered.
pub(in crate::assess) fn arc(facts: &ArcFacts, dossier: &Dossier) -> Scores {
    let mut scores = Scores::zero();
    let doubt = doubt(facts);
    let below = probability_below(facts.perigee_height_m, ORBIT_PERIGEE_M);
    scores.add(&[Class::Satellite], ln(1.0 - below + doubt));
    scores.add(&SUBORBITAL, ln(below + doubt));
    scores.add(&[Class::Debris], ln(below + doubt));
    scores.add(
        &[Class::Bolide],
        -shortfall(facts.speed_m_s, 11_000.0, 700.0),
    );
    scores.add(&ROCKETS, -excess(facts.speed_m_s, SPEED_MAX_M_S, 200.0));
    scores.add(
        &[Class::Satellite, Class::Debris],
        -excess(facts.speed_m_s, 11_000.0, 300.0),
    );
    // Once up there, never an aircraft, however low it falls.
    let high = excess(
        Uncertain::new(facts.highest_m.max(facts.height_m), 0.0),
        25e3,
        5e3,
    );
    scores.add(
        &[Class::Aircraft],
        -high - excess(facts.speed_m_s, 900.0, 150.0),
    );
    // What stands on the ground makes no row of echoes along a ballistic flight.
    scores.add(
        &[Class::Fire, Class::SunGlint, Class::Explosion],
        ln(doubt) * 0.8,
    );
    // A chance row of false plots does not obey Kepler scan after scan.
    scores.add(&[Class::Unknown], ln(doubt) * 0.8);
    scores.add(
        &[Class::SensorFault],
        -bounded(0.3 * f64::from(facts.updates), 0.0, 6.0),
    );
    reentry(facts, doubt, &mut scores);
    launcher(facts, dossier, below, &mut scores);
    scores.add(
        &[Class::SoundingRocket],
        -excess(facts.speed_m_s, 4_000.0, 500.0),
    );
    let glide = bounded(facts.glide_probability, 0.0, 1.0);
    scores.add(&[Class::GlideVehicle], ln(glide + 0.02));
    // No piece glides either: lift that the filter sees is no argument for a harmless one.
    scores.add(
        &[
            Class::BallisticMissile,
            Class::SoundingRocket,
            Class::Debris,
        ],
        ln(1.0 - glide + 0.02),
    );
    scores
}

/// Chance that the filter has not converged and its covariance means nothing.
fn doubt(facts: &ArcFacts) -> f64 {
    let believed = facts.nis_per_dof.is_finite() && facts.nis_per_dof <= NIS_BELIEVED;
    let floor = exp(-bounded(1.5 * f64::from(facts.updates), 0.0, 18.0));
    if believed && facts.perigee_height_m.is_known() {
        floor
    } else {
        floor.max(0.05)
    }
}

/// Shallow and nearly as fast as an orbit.
fn reentry(facts: &ArcFacts, doubt: f64, scores: &mut Scores) {
    let perigee = facts.perigee_height_m;
    if !perigee.is_known() || !facts.speed_m_s.is_known() {
        return;
    }
    let descent_deg =
        -asin((facts.vertical_speed_m_s / facts.speed_m_s.mean.max(1.0)).clamp(-1.0, 1.0)) * 180.0
            / PI;
    let slow = if facts.height_m > 100e3 {
        shortfall(facts.speed_m_s, 7_200.0, 150.0)
    } else {
        0.0
    };
    let misfit =
        half_square((perigee.mean - 40e3) / (60e3 * 60e3 + perigee.sigma * perigee.sigma).sqrt())
            + half_square((descent_deg.abs() - 3.0).max(0.0))
            + slow;
    // Braked in the air, the vacuum perigee says nothing any more.
    let misfit = if facts.height_m < 80e3 && facts.deceleration_m_s2.mean > 5.0 {
        misfit.min(3.0)
    } else {
        misfit
    };
    scores.add(&[Class::Reentry], ln(exp(-misfit.min(700.0)) + doubt));
}

/// How far what is still missing to an orbit, at the apogee, exceeds what upper stages that coast
/// to it have left: at most about 3 km/s (the last of three solid stages to a low orbit gives 2 to
/// 3; liquid ones that light again far less).
fn beyond_upper_stages(facts: &ArcFacts) -> f64 {
    const LEFT_M_S: f64 = 3_000.0;
    const SPREAD_M_S: f64 = 500.0;
    let apogee_m = SEMI_MAJOR_AXIS_M + facts.apogee_height_m.max(0.0);
    let perigee_m = (SEMI_MAJOR_AXIS_M + facts.perigee_height_m.mean).clamp(0.0, apogee_m);
    let circular_m_s = (GRAVITATIONAL_PARAMETER_M3_S2 / apogee_m).sqrt();
    let at_apogee_m_s = circular_m_s * (2.0 * perigee_m / (apogee_m + perigee_m)).sqrt();
    let missing = Uncertain::new(circular_m_s - at_apogee_m_s, 0.0);
    bounded(excess(missing, LEFT_M_S, SPREAD_M_S), 0.0, 10.0)
}

/// A launcher under way to orbit burns or is there; coasting short of it is a missile's way,
/// except for a first stage that was dropped.
fn launcher(facts: &ArcFacts, dossier: &Dossier, below: f64, scores: &mut Scores) {
    let burning = dossier
        .ascent
        .as_ref()
        .is_some_and(|ascent| ascent.burning_probability > 0.5 && ascent.silence_s < FAINT_S);
    let low = facts.apogee_height_m < FIRST_STAGE_APOGEE_M;
    let first_stage = low && dossier.ascent.as_ref().is_some_and(first_stage_like);
    if below > 0.999 && facts.updates >= 10 && !burning && !first_stage {
        scores.add(&[Class::SpaceLaunch], -2.0 - beyond_upper_stages(facts));
    }
    if below < 0.01 && facts.updates >= 5 && dossier.ascent.is_some() {
        // Seen to ascend under power, and now in orbit.
        scores.add(&[Class::SpaceLaunch], 6.0);
        scores.add(&THREATS, -6.0);
    }
}

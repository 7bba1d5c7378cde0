//! What everything around the flight says: catalogue, parent, notice, sunlight, faults, silence.

use forewarn_physics::math::{exp, ln};

use super::super::dossier::{CatalogueMatch, Dossier, Glint, NoticeMatch, ParentFacts, Physics};
use super::super::ledger::Scores;
use super::{ROCKETS, bounded, half_square};
use crate::model::Class;

/// A notice moves the odds by no more than this (ln 400): papers are sometimes wrong.
const NOTICE: f64 = 6.0;
/// Probability of an impact near a protected area from which a notice counts for nothing.
pub(in crate::assess) const THREATENED: f64 = 0.01;
/// Light that a cloud turns aside goes mostly this near to the mirrored Sun [degrees].
const FORWARD_DEG: f64 = 41.0;
/// How fast it fades beyond [degrees].
const BACKWARD_DEG: f64 = 15.0;
/// ln of how much likelier such a geometry is for a glint: all of it, against a quarter.
const FORWARD: f64 = 1.4;
/// Chance that a sensor that says "nothing there" is wrong for a reason that nobody modelled.
const SENSOR_WRONG: f64 = 0.002;

/// A catalogued satellite was predicted there.
pub(in crate::assess) fn catalogue(facts: &CatalogueMatch) -> Scores {
    let mut scores = Scores::zero();
    if facts.p_value > 0.001 && facts.normalised_distance.is_finite() {
        scores.add(
            &[Class::Satellite, Class::Reentry],
            bounded(1.5 * f64::from(facts.reports), 0.0, 12.0),
        );
    }
    scores
}

/// It came off another object.
pub(in crate::assess) fn parent(facts: &ParentFacts) -> Scores {
    let mut scores = Scores::zero();
    if !facts.carries_on {
        let chance = bounded(facts.probability, 1e-6, 1.0 - 1e-6);
        scores.add(&[Class::Debris], ln(chance / (1.0 - chance)) + 4.0);
    }
    scores
}

/// It was announced. A notice never silences an impact that may touch a protected area.
pub(in crate::assess) fn notice(facts: &NoticeMatch, dossier: &Dossier) -> Scores {
    let mut scores = Scores::zero();
    let threatened = dossier
        .protected_probability
        .is_some_and(|chance| chance > THREATENED || chance.is_nan());
    if facts.holds() && !threatened {
        scores.add(&[facts.class], NOTICE);
    }
    scores
}

/// Sunlight is possible at some, or excluded at all, of the infrared sensors that reported.
///
/// A cloud sends most of the light that it turns aside within [`FORWARD_DEG`] of the mirrored Sun;
/// the lines of sight of all else are spread over the half of the sky above it. The ratio of the
/// two is that of the solid angles: a quarter of a half-sphere lies within 41° of an axis in it.
pub(in crate::assess) fn glint(dossier: &Dossier) -> Option<Scores> {
    let infrared = dossier
        .sensors
        .iter()
        .filter(|sensor| sensor.physics == Physics::Infrared && sensor.reports > 0);
    let mut farthest_deg: Option<f64> = None;
    for sensor in infrared {
        let angle_deg = match sensor.glint {
            // One sensor that cannot be dazzled and reports all the same is enough.
            Glint::Excluded => f64::INFINITY,
            Glint::Possible { angle_rad } => angle_rad.to_degrees(),
        };
        farthest_deg = Some(farthest_deg.map_or(angle_deg, |known| known.max(angle_deg)));
    }
    let angle_deg = farthest_deg?;
    let mut scores = Scores::zero();
    let beyond = (angle_deg - FORWARD_DEG).max(0.0) / BACKWARD_DEG;
    let geometry = bounded(FORWARD - half_square(beyond), -4.0, FORWARD);
    scores.add(
        &[Class::SunGlint],
        if angle_deg.is_finite() {
            0.5 + geometry
        } else {
            -10.0
        },
    );
    Some(scores)
}

/// Faults in the streams that hold the reports.
pub(in crate::assess) fn fault(dossier: &Dossier) -> Option<Scores> {
    let held: f64 = dossier
        .sensors
        .iter()
        .map(|sensor| f64::from(sensor.reports))
        .sum();
    if held <= 0.0 {
        return None;
    }
    let faulty: f64 = dossier
        .sensors
        .iter()
        .filter(|sensor| sensor.fault.is_some())
        .map(|sensor| f64::from(sensor.reports))
        .sum();
    let share = faulty / held;
    let mut scores = Scores::zero();
    // All reports from a faulty stream: almost surely the fault. None: almost surely not.
    scores.add(
        &[Class::SensorFault],
        if share >= 1.0 {
            18.0
        } else {
            6.0 * share - 5.0
        },
    );
    Some(scores)
}

/// Sensors that must have seen a flight and, in closed scans, did not.
pub(in crate::assess) fn missed(dossier: &Dossier) -> Option<Scores> {
    let mut scores = Scores::zero();
    let mut any = false;
    let silent = dossier
        .sensors
        .iter()
        .filter(|sensor| sensor.fault.is_none() && sensor.missed_log_likelihood < 0.0);
    // A radar that held the object and lost it says nothing here: tracks end for many reasons.
    for sensor in silent.filter(|sensor| sensor.physics == Physics::Infrared || sensor.reports == 0)
    {
        any = true;
        let logged =
            ln(SENSOR_WRONG + (1.0 - SENSOR_WRONG) * exp(sensor.missed_log_likelihood.max(-100.0)));
        scores.add(&ROCKETS, logged);
        if sensor.physics == Physics::Radar {
            scores.add(&[Class::Satellite, Class::Reentry, Class::Debris], logged);
        }
    }
    any.then_some(scores)
}

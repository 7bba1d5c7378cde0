//! What holds whatever the numbers are.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::cases::*;
use super::*;
use crate::model::{Basis, Verdict};

/// A number from far too small to far too large, sometimes none at all.
fn wild(random: &mut ChaCha8Rng) -> f64 {
    match random.random_range(0..12u8) {
        0 => f64::NAN,
        1 => f64::INFINITY,
        2 => f64::NEG_INFINITY,
        3 => 0.0,
        kind => {
            let size: f64 = random.random_range(-3.0..9.0);
            let value = forewarn_physics::math::powf(10.0, size);
            if kind % 3 == 0 { -value } else { value }
        }
    }
}

fn wild_pair(random: &mut ChaCha8Rng) -> Uncertain {
    Uncertain::new(wild(random), wild(random))
}

fn disturb_ascent(facts: &mut AscentFacts, random: &mut ChaCha8Rng) {
    match random.random_range(0..12u8) {
        0 => facts.speed_m_s = wild_pair(random),
        1 => facts.burn_s = wild_pair(random),
        2 => facts.perigee_height_m = wild_pair(random),
        3 => facts.log_evidence_ratio = wild(random),
        4 => facts.p_value = wild(random),
        5 => facts.burning_probability = wild(random),
        6 => facts.since_cutoff_s = Some(wild(random)),
        7 => facts.acceleration_m_s2 = Some(wild_pair(random)),
        8 => facts.height_m = wild_pair(random),
        9 => facts.vertical_speed_m_s = wild_pair(random),
        10 => facts.range_m = Some(wild_pair(random)),
        _ => facts.speed_max_m_s = wild_pair(random),
    }
}

fn disturb(dossier: &mut Dossier, random: &mut ChaCha8Rng) {
    for _ in 0..random.random_range(0..5u8) {
        if let Some(facts) = &mut dossier.ascent {
            disturb_ascent(facts, random);
        }
        if let Some(facts) = &mut dossier.arc {
            match random.random_range(0..6u8) {
                0 => facts.perigee_height_m = wild_pair(random),
                1 => facts.nis_per_dof = wild(random),
                2 => facts.speed_m_s = wild_pair(random),
                3 => facts.glide_probability = wild(random),
                4 => facts.vertical_speed_m_s = wild(random),
                _ => facts.height_m = wild(random),
            }
        }
        if let Some(facts) = &mut dossier.motion {
            match random.random_range(0..5u8) {
                0 => facts.speed_m_s = wild_pair(random),
                1 => facts.acceleration_m_s2 = wild_pair(random),
                2 => facts.log_odds_moving = wild(random),
                3 => facts.log_odds_real = wild(random),
                _ => facts.duration_s = wild(random),
            }
        }
        let which = random.random_range(0..dossier.sensors.len());
        dossier.sensors[which].missed_log_likelihood = wild(random);
        dossier.sensors[which].reports = random.random_range(0..30);
    }
}

#[test]
fn prop_probabilities_are_finite_and_sum_to_one() {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    for base in [stereo_missile(), two_physics_missile()] {
        for _ in 0..4_000 {
            let mut dossier = base.clone();
            disturb(&mut dossier, &mut random);
            let said = say(&dossier);
            let sum: f64 = said.probabilities.0.iter().sum();
            assert!((sum - 1.0).abs() < 1e-9, "{dossier:?} {sum}");
            assert!(
                said.probabilities
                    .0
                    .iter()
                    .all(|value| (0.0..=1.0).contains(value)),
                "{dossier:?}"
            );
            assert!(
                said.evidence
                    .iter()
                    .all(|evidence| evidence.log_likelihood_ratio.is_finite())
            );
            assert_eq!(said.basis.is_some(), said.verdict == Verdict::Confirmed);
        }
    }
}

#[test]
fn prop_one_domain_never_confirms() {
    let mut random = ChaCha8Rng::seed_from_u64(2);
    for base in [stereo_missile(), two_physics_missile()] {
        for _ in 0..4_000 {
            let mut dossier = base.clone();
            disturb(&mut dossier, &mut random);
            for sensor in &mut dossier.sensors {
                sensor.failure_domains = vec![
                    "one".into(),
                    format!("{}", random.random_range(0..9u8)).as_str().into(),
                ];
            }
            let mut memory = Memory::default();
            // Not even after two domains had confirmed it.
            say_after(&base, &mut memory);
            assert_ne!(
                say_after(&dossier, &mut memory).verdict,
                Verdict::Confirmed,
                "{dossier:?}"
            );
        }
    }
}

#[test]
fn prop_confirmed_rests_on_two_domains_and_a_threat() {
    let mut random = ChaCha8Rng::seed_from_u64(3);
    let mut confirmed = 0;
    for base in [stereo_missile(), two_physics_missile()] {
        for _ in 0..4_000 {
            let mut dossier = base.clone();
            disturb(&mut dossier, &mut random);
            let said = say(&dossier);
            if said.verdict != Verdict::Confirmed {
                continue;
            }
            confirmed += 1;
            let agreeing: Vec<&SensorFacts> = dossier
                .sensors
                .iter()
                .filter(|sensor| sensor.counts())
                .collect();
            assert!(independent_groups(&agreeing).len() >= 2);
            let two_physics = matches!(said.basis, Some(Basis::TwoPhysics));
            assert!(said.probabilities.threat() > if two_physics { 0.98 } else { 0.99 });
            let infrared_only = !dossier.seen_by(Physics::Radar);
            assert_eq!(
                matches!(said.basis, Some(Basis::SinglePhysics { .. })),
                infrared_only
            );
        }
    }
    assert!(
        confirmed > 500,
        "only {confirmed} draws put the rule to the test"
    );
}

//! Dossiers of known stories, for the tests.

use std::sync::Arc;

use forewarn_physics::time::{Epoch, after, parse_utc};

use super::*;
use crate::model::SensorIndex;

pub(super) fn start() -> Epoch {
    parse_utc("2026-03-01T12:00:00Z").unwrap()
}

pub(super) fn sensor(index: u16, physics: Physics, domain: &str, reports: u32) -> SensorFacts {
    SensorFacts {
        sensor: SensorIndex(index),
        physics,
        failure_domains: vec![Arc::from(domain)],
        reports,
        log_likelihood_ratio: 3.0 * f64::from(reports),
        sees_now: reports > 0,
        could_have_seen: reports > 0,
        first_could_see: (reports > 0).then(start),
        alive: true,
        missed_log_likelihood: 0.0,
        glint: Glint::Excluded,
        fault: None,
    }
}

/// A radar that cannot see the object before `first_s`.
pub(super) fn blind_radar(index: u16, first_s: Option<f64>) -> SensorFacts {
    SensorFacts {
        first_could_see: first_s.map(|seconds| after(start(), seconds)),
        ..sensor(index, Physics::Radar, "radar", 0)
    }
}

pub(super) fn motion(duration_s: f64, speed_m_s: f64, growth_m_s2: f64) -> MotionFacts {
    MotionFacts {
        reports: 1 + (duration_s / 10.0) as u32,
        duration_s,
        log_odds_moving: 15.0,
        log_odds_real: 10.0,
        speed_m_s: Uncertain::new(speed_m_s, 50.0 + 0.05 * speed_m_s),
        acceleration_m_s2: Uncertain::new(growth_m_s2, 3.0),
        vertical_speed_m_s: None,
        intensity_w_sr: Some(1e6),
        intensity_growth_per_s: None,
        intensity_ln_spread: Some(0.2),
    }
}

/// A powered ascent `burn_s` after lift-off at `speed_m_s`, 45° up, seen by two satellites.
pub(super) fn ascent(burn_s: f64, speed_m_s: f64) -> AscentFacts {
    let part = speed_m_s * 0.5_f64.sqrt();
    AscentFacts {
        satellites: 2,
        reports: 8,
        chi_square: 12.0,
        degrees_of_freedom: 10.0,
        p_value: 0.3,
        log_evidence_ratio: 40.0,
        burn_s: Uncertain::new(burn_s, 2.0),
        burning_probability: 1.0,
        silence_s: 0.0,
        since_cutoff_s: None,
        speed_m_s: Uncertain::new(speed_m_s, 0.02 * speed_m_s),
        speed_max_m_s: Uncertain::new(speed_m_s, 0.02 * speed_m_s),
        acceleration_m_s2: None,
        height_m: Uncertain::new(100e3, 2e3),
        vertical_speed_m_s: Uncertain::new(part, 30.0),
        horizontal_speed_m_s: Uncertain::new(part, 30.0),
        perigee_height_m: Uncertain::new(-4_000e3, 100e3),
        apogee_height_m: None,
        range_m: Some(Uncertain::new(2_000e3, 200e3)),
        site: None,
    }
}

pub(super) fn cut_off(burn_s: f64, speed_m_s: f64, since_s: f64) -> AscentFacts {
    AscentFacts {
        burning_probability: 0.02,
        silence_s: since_s,
        since_cutoff_s: Some(since_s),
        ..ascent(burn_s, speed_m_s)
    }
}

pub(super) fn arc(updates: u32, speed_m_s: f64, perigee_km: f64, sigma_km: f64) -> ArcFacts {
    ArcFacts {
        updates,
        duration_s: 2.0 * f64::from(updates),
        nis_per_dof: 1.0,
        speed_m_s: Uncertain::new(speed_m_s, 20.0),
        vertical_speed_m_s: -800.0,
        height_m: 400e3,
        highest_m: 400e3,
        perigee_height_m: Uncertain::new(perigee_km * 1e3, sigma_km * 1e3),
        apogee_height_m: 500e3,
        impact_probability: 0.5,
        orbit_probability: 0.5,
        deceleration_m_s2: Uncertain::new(0.0, 1.0),
        glide_probability: 0.0,
        first_seen_descending: false,
        range_m: None,
        impact_time: None,
    }
}

pub(super) fn dossier(age_s: f64, sensors: Vec<SensorFacts>) -> Dossier {
    let now = after(start(), age_s);
    Dossier {
        sensors,
        ..Dossier::empty(now, start(), now)
    }
}

/// Two satellites in two domains, and a radar that cannot see yet: a missile at 2.5 km/s.
pub(super) fn stereo_missile() -> Dossier {
    let sensors = vec![
        sensor(0, Physics::Infrared, "a", 5),
        sensor(1, Physics::Infrared, "b", 5),
        blind_radar(2, Some(400.0)),
    ];
    Dossier {
        motion: Some(motion(50.0, 1_500.0, 25.0)),
        ascent: Some(ascent(80.0, 2_500.0)),
        ..dossier(50.0, sensors)
    }
}

/// One satellite and the radar, after cut-off of a missile.
pub(super) fn two_physics_missile() -> Dossier {
    let sensors = vec![
        sensor(0, Physics::Infrared, "a", 6),
        sensor(1, Physics::Radar, "radar", 20),
    ];
    Dossier {
        motion: Some(motion(60.0, 2_000.0, 30.0)),
        ascent: Some(cut_off(100.0, 3_800.0, 40.0)),
        arc: Some(arc(20, 3_800.0, -3_000.0, 20.0)),
        ..dossier(120.0, sensors)
    }
}

pub(super) fn say(dossier: &Dossier) -> Judgement {
    judge(
        dossier,
        &Priors::default(),
        &Rules::default(),
        &mut Memory::default(),
    )
}

pub(super) fn say_after(dossier: &Dossier, memory: &mut Memory) -> Judgement {
    judge(dossier, &Priors::default(), &Rules::default(), memory)
}

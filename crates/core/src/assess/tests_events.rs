//! Each class of event, as the sensors would tell it.

use std::sync::Arc;

use forewarn_physics::time::after;
use nalgebra::Vector3;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::cases::*;
use super::cases_falcon::{FLIGHTS, Flight, Row};
use super::*;
use crate::model::{Class, ObjectId, Reason, Verdict};

fn infrared_alone(reports: u32) -> Vec<SensorFacts> {
    vec![sensor(0, Physics::Infrared, "a", reports)]
}

fn radar_alone(reports: u32) -> Vec<SensorFacts> {
    vec![sensor(0, Physics::Radar, "radar", reports)]
}

fn still(duration_s: f64, reports: u32) -> MotionFacts {
    MotionFacts {
        reports,
        log_odds_moving: -3.0,
        ..motion(duration_s, 40.0, 0.0)
    }
}

#[track_caller]
fn check(name: &str, dossier: &Dossier, verdict: Verdict, reason: Reason, class: Class) {
    let said = say(dossier);
    assert_eq!(
        (said.verdict, said.reason, said.classification),
        (verdict, reason, class),
        "{name}: {:?}",
        said.probabilities
    );
}

#[test]
fn what_is_not_a_missile_is_dismissed_with_its_reason() {
    let fire = Dossier {
        motion: Some(MotionFacts {
            intensity_ln_spread: Some(0.7),
            ..still(300.0, 30)
        }),
        ..dossier(300.0, infrared_alone(30))
    };
    check(
        "fire",
        &fire,
        Verdict::Dismissed,
        Reason::Stationary,
        Class::Fire,
    );

    let mut glint = Dossier {
        motion: Some(still(120.0, 12)),
        ..dossier(120.0, infrared_alone(12))
    };
    glint.sensors[0].glint = Glint::Possible { angle_rad: 0.02 };
    let said = say(&glint);
    assert_eq!(said.verdict, Verdict::Dismissed, "{said:?}");
    assert!(said.probabilities.of(Class::SunGlint) > 0.15, "{said:?}");

    let fireball = MotionFacts {
        reports: 6,
        vertical_speed_m_s: Some(Uncertain::new(-9_000.0, 500.0)),
        intensity_growth_per_s: Some(Uncertain::new(-0.6, 0.1)),
        ..motion(5.0, 16_000.0, -300.0)
    };
    let dossier_of = |facts| Dossier {
        motion: Some(facts),
        ..dossier(6.0, infrared_alone(6))
    };
    check(
        "fireball",
        &dossier_of(fireball),
        Verdict::Dismissed,
        Reason::FireballSpeed,
        Class::Bolide,
    );

    let aircraft = MotionFacts {
        reports: 20,
        log_odds_moving: 15.0,
        ..motion(190.0, 450.0, 0.0)
    };
    let aircraft = Dossier {
        motion: Some(aircraft),
        ..dossier(190.0, infrared_alone(20))
    };
    check(
        "aircraft",
        &aircraft,
        Verdict::Dismissed,
        Reason::SlowOrLow,
        Class::Aircraft,
    );
}

#[test]
fn a_chance_row_of_false_detections_is_never_suspected() {
    for log_odds_real in [-5.0, 0.0, 2.0, 4.0] {
        let row = MotionFacts {
            reports: 4,
            log_odds_moving: 12.0,
            log_odds_real,
            ..motion(30.0, 1_500.0, 20.0)
        };
        let said = say(&Dossier {
            motion: Some(row),
            ..dossier(30.0, infrared_alone(4))
        });
        assert_eq!(said.verdict, Verdict::Insufficient, "{said:?}");
    }
}

#[test]
fn a_missile_is_suspected_on_few_reports_of_one_satellite() {
    // Three reports at 10 s, 65 to 85 s after lift-off, fitted.
    let fitted = AscentFacts {
        satellites: 1,
        reports: 3,
        log_evidence_ratio: 9.0,
        ..ascent(85.0, 2_000.0)
    };
    let fitted = Dossier {
        motion: Some(motion(20.0, 1_200.0, 20.0)),
        ascent: Some(fitted),
        ..dossier(20.0, infrared_alone(3))
    };
    check(
        "solid, fitted",
        &fitted,
        Verdict::Suspected,
        Reason::PoweredAscentOneDomain,
        Class::BallisticMissile,
    );
    // A slow liquid one shares its looks with a launcher, and is suspected all the same.
    let slow = AscentFacts {
        satellites: 1,
        reports: 5,
        log_evidence_ratio: 12.0,
        ..ascent(105.0, 1_200.0)
    };
    let slow = Dossier {
        motion: Some(motion(40.0, 700.0, 10.0)),
        ascent: Some(slow),
        ..dossier(40.0, infrared_alone(5))
    };
    assert_eq!(say(&slow).verdict, Verdict::Suspected, "{:?}", say(&slow));
    // Before there is a fit, growing speed alone does.
    let unfitted = Dossier {
        motion: Some(MotionFacts {
            reports: 4,
            ..motion(30.0, 1_200.0, 20.0)
        }),
        ..dossier(30.0, infrared_alone(4))
    };
    check(
        "unfitted",
        &unfitted,
        Verdict::Suspected,
        Reason::PoweredAscentOneDomain,
        Class::BallisticMissile,
    );
}

#[test]
fn a_suspicion_without_more_reports_is_withdrawn() {
    let mut memory = Memory::default();
    let seen = Dossier {
        motion: Some(MotionFacts {
            reports: 4,
            ..motion(15.0, 1_200.0, 20.0)
        }),
        ..dossier(15.0, infrared_alone(4))
    };
    assert_eq!(say_after(&seen, &mut memory).verdict, Verdict::Suspected);
    let silent = Dossier {
        now: after(start(), 60.0),
        ..seen
    };
    let said = say_after(&silent, &mut memory);
    assert_eq!(
        (said.verdict, said.reason),
        (Verdict::Insufficient, Reason::Lost)
    );
}

#[test]
fn an_object_of_a_radar_is_no_missile_until_an_orbit_is_excluded() {
    let with = |facts| Dossier {
        arc: Some(facts),
        ..dossier(60.0, radar_alone(20))
    };
    check(
        "perigee open",
        &with(arc(6, 7_400.0, 100.0, 400.0)),
        Verdict::Insufficient,
        Reason::OrbitNotExcluded,
        Class::Satellite,
    );
    check(
        "in orbit",
        &with(arc(20, 7_400.0, 420.0, 20.0)),
        Verdict::Dismissed,
        Reason::InOrbit,
        Class::Satellite,
    );
    check(
        "impact",
        &with(arc(20, 6_500.0, -2_500.0, 100.0)),
        Verdict::Suspected,
        Reason::ImpactArcOneDomain,
        Class::BallisticMissile,
    );
    // Two sigma, or a filter that is not to be believed, exclude nothing.
    assert_ne!(
        say(&with(arc(20, 7_300.0, -100.0, 90.0))).verdict,
        Verdict::Suspected
    );
    assert_ne!(
        say(&with(ArcFacts {
            nis_per_dof: 9.0,
            ..arc(20, 6_500.0, -2_500.0, 100.0)
        }))
        .verdict,
        Verdict::Suspected
    );
    assert_ne!(
        say(&with(arc(4, 6_500.0, -2_500.0, 100.0))).verdict,
        Verdict::Suspected
    );
}

#[test]
fn a_catalogued_satellite_is_dismissed_and_never_suspected() {
    let found = |reports| CatalogueMatch {
        name: Arc::from("25544"),
        reports,
        normalised_distance: 1.0,
        p_value: 0.4,
    };
    for (updates, perigee_km, sigma_km) in [
        (1, -2_000.0, 5_000.0),
        (3, -500.0, 900.0),
        (8, 300.0, 80.0),
        (30, 415.0, 3.0),
    ] {
        let dossier = Dossier {
            arc: Some(arc(updates, 7_400.0, perigee_km, sigma_km)),
            catalogue: Some(found(updates)),
            ..dossier(60.0, radar_alone(updates))
        };
        let said = say(&dossier);
        let expected = if updates < 3 {
            Verdict::Insufficient
        } else {
            Verdict::Dismissed
        };
        assert_eq!(
            (said.verdict, said.classification),
            (expected, Class::Satellite),
            "{said:?}"
        );
    }
}

#[test]
fn a_satellite_coming_down_is_no_missile() {
    let shallow = ArcFacts {
        vertical_speed_m_s: -60.0,
        height_m: 130e3,
        apogee_height_m: 140e3,
        ..arc(30, 7_500.0, 50.0, 3.0)
    };
    let said = say(&Dossier {
        arc: Some(shallow),
        ..dossier(60.0, radar_alone(30))
    });
    assert!(
        matches!(said.verdict, Verdict::Insufficient | Verdict::Dismissed),
        "{said:?}"
    );
    assert_eq!(said.classification, Class::Reentry, "{said:?}");
}

#[test]
fn pieces_of_a_launch_are_one_threat() {
    let parent = ParentFacts {
        object: ObjectId(1),
        verdict: Verdict::Confirmed,
        class: Class::BallisticMissile,
        probability: 0.97,
        carries_on: false,
    };
    let piece = Dossier {
        arc: Some(arc(20, 3_800.0, -3_000.0, 30.0)),
        parent: Some(parent.clone()),
        ..dossier(60.0, radar_alone(20))
    };
    check(
        "spent stage",
        &piece,
        Verdict::Dismissed,
        Reason::PieceOfAnother,
        Class::Debris,
    );
    let carried = Dossier {
        parent: Some(ParentFacts {
            carries_on: true,
            ..parent
        }),
        ..piece
    };
    assert_eq!(say(&carried).verdict, Verdict::Suspected);
}

#[test]
fn a_glider_is_a_threat_of_its_own_class() {
    let mut glider = two_physics_missile();
    glider.arc.as_mut().unwrap().glide_probability = 0.99;
    check(
        "glider",
        &glider,
        Verdict::Confirmed,
        Reason::TwoPhysicsAgree,
        Class::GlideVehicle,
    );
}

#[test]
fn a_notice_dismisses_only_what_it_announced_and_what_threatens_nobody() {
    let notice = NoticeMatch {
        id: Arc::from("n1"),
        class: Class::SoundingRocket,
        time_matches: true,
        place_matches: true,
        direction_matches: Some(true),
        impact_matches: None,
        count_matches: true,
    };
    let away = Dossier {
        notice: Some(notice.clone()),
        protected_probability: Some(0.0),
        ..two_physics_missile()
    };
    check(
        "announced",
        &away,
        Verdict::Dismissed,
        Reason::MatchesNotice,
        Class::SoundingRocket,
    );
    let toward = Dossier {
        protected_probability: Some(0.4),
        ..away.clone()
    };
    assert_eq!(say(&toward).verdict, Verdict::Confirmed);
    let elsewhere = Dossier {
        notice: Some(NoticeMatch {
            direction_matches: Some(false),
            ..notice
        }),
        ..away
    };
    assert_eq!(say(&elsewhere).verdict, Verdict::Confirmed);
}

#[test]
fn a_burn_longer_than_any_missiles_is_a_space_launch() {
    // Seen by infrared alone to the end of its burn, its perigee is not known to 100 km.
    let launcher = Dossier {
        motion: Some(motion(500.0, 6_000.0, 10.0)),
        ascent: Some(AscentFacts {
            perigee_height_m: Uncertain::new(180e3, 100e3),
            ..cut_off(540.0, 7_400.0, 5.0)
        }),
        ..dossier(500.0, infrared_alone(90))
    };
    check(
        "launcher at the end of its burn",
        &launcher,
        Verdict::Dismissed,
        Reason::OrbitInsertion,
        Class::SpaceLaunch,
    );
}

#[test]
fn missiles_of_every_length_are_confirmed_after_cut_off() {
    // Burn [s], speed [m/s]: the corners of the classes of open literature.
    let table = [
        (60.0, 1_500.0),
        (90.0, 1_500.0),
        (90.0, 3_000.0),
        (70.0, 3_000.0),
        (120.0, 4_700.0),
        (180.0, 6_000.0),
        (150.0, 6_300.0),
        (190.0, 7_300.0),
        (250.0, 6_300.0),
        (320.0, 6_300.0),
        (320.0, 7_300.0),
        (190.0, 4_000.0),
    ];
    for (burn_s, speed_m_s) in table {
        let mut flight = two_physics_missile();
        flight.ascent = Some(cut_off(burn_s, speed_m_s, 45.0));
        flight.arc = Some(arc(20, speed_m_s, -3_000.0, 20.0));
        let said = say(&flight);
        assert_eq!(
            said.verdict,
            Verdict::Confirmed,
            "{burn_s} s, {speed_m_s} m/s: {:?}",
            said.probabilities
        );
    }
}

#[test]
fn lofted_missiles_are_not_taken_for_sounding_rockets() {
    let table: [(f64, f64, f64); 4] = [
        (70.0, 3_800.0, 900e3),
        (75.0, 4_500.0, 1_000e3),
        (78.0, 6_500.0, 1_000e3),
        (20.0, 3_500.0, 800e3),
    ];
    for (climb_deg, speed_m_s, range_m) in table {
        let mut flight = two_physics_missile();
        let (up, across) = forewarn_physics::math::sin_cos(climb_deg.to_radians());
        flight.ascent = Some(AscentFacts {
            vertical_speed_m_s: Uncertain::new(speed_m_s * up, 30.0),
            horizontal_speed_m_s: Uncertain::new(speed_m_s * across, 30.0),
            range_m: Some(Uncertain::new(range_m, 0.1 * range_m)),
            ..cut_off(120.0, speed_m_s, 45.0)
        });
        flight.arc = Some(arc(20, speed_m_s, -3_000.0, 20.0));
        let said = say(&flight);
        assert_eq!(
            said.verdict,
            Verdict::Confirmed,
            "{climb_deg}: {:?}",
            said.probabilities
        );
    }
}

/// The slowest liquid missiles rise like launchers: suspected all the same, at any time.
#[test]
fn slow_risers_are_suspected() {
    for (burn_s, speed_m_s) in [
        (60.0, 520.0),
        (80.0, 620.0),
        (100.0, 900.0),
        (120.0, 1_300.0),
        (150.0, 2_000.0),
    ] {
        let facts = AscentFacts {
            satellites: 1,
            reports: 5,
            log_evidence_ratio: 10.0,
            ..ascent(burn_s, speed_m_s)
        };
        let slow = Dossier {
            motion: Some(motion(40.0, 600.0, 8.0)),
            ascent: Some(facts),
            ..dossier(40.0, infrared_alone(5))
        };
        let said = say(&slow);
        assert_eq!(
            said.verdict,
            Verdict::Suspected,
            "{burn_s} s {speed_m_s} m/s: {:?}",
            said.probabilities
        );
    }
}

/// Height of the vacuum perigee [m] over a spherical, rotating Earth: good to some kilometres.
fn perigee_m(row: &Row, eastward_m_s: f64) -> f64 {
    let (_, speed, height, up, _) = *row;
    let (mu, radius) = (3.986e14, 6_371e3 + height);
    let across = (speed * speed - up * up).max(0.0).sqrt() + eastward_m_s;
    let energy = 0.5 * (across * across + up * up) - mu / radius;
    let momentum = radius * across;
    let eccentricity = (1.0 + 2.0 * energy * momentum * momentum / (mu * mu))
        .max(0.0)
        .sqrt();
    momentum * momentum / mu / (1.0 + eccentricity) - 6_371e3
}

fn falcon(flight: &Flight, row: &Row, random: &mut ChaCha8Rng) -> Dossier {
    let (time_s, speed, height, up, push) = *row;
    let noise = |random: &mut ChaCha8Rng| random.random_range(-2.0..2.0);
    let off_s = (time_s - flight.stage_1_cut_off_s).max(0.0);
    let coasting = off_s > 0.0 && (!flight.to_orbit || off_s < 12.0);
    let seen = speed * (1.0 + 0.02 * noise(random));
    let burn_s = if coasting {
        flight.stage_1_cut_off_s
    } else {
        time_s
    } + 2.0 * noise(random);
    let mut facts = AscentFacts {
        vertical_speed_m_s: Uncertain::new(up, 30.0),
        horizontal_speed_m_s: Uncertain::new((speed * speed - up * up).max(0.0).sqrt(), 30.0),
        height_m: Uncertain::new(height, 1e3),
        perigee_height_m: Uncertain::new(perigee_m(row, flight.eastward_m_s), 10e3),
        acceleration_m_s2: (push > 1.0).then(|| Uncertain::new(push, 2.0)),
        range_m: None,
        p_value: random.random_range(0.0..1.0),
        ..ascent(burn_s, seen)
    };
    facts.burn_s.sigma = 2.0;
    if coasting {
        (facts.burning_probability, facts.since_cutoff_s) = (0.05, Some(off_s));
    }
    let mut sensors = vec![
        sensor(0, Physics::Infrared, "a", 6),
        sensor(1, Physics::Infrared, "b", 6),
    ];
    let mut filtered = None;
    if time_s > 140.0 {
        sensors.push(sensor(2, Physics::Radar, "radar", 20));
        let perigee_km = facts.perigee_height_m.mean / 1e3;
        filtered = Some(ArcFacts {
            vertical_speed_m_s: up,
            height_m: height,
            highest_m: height,
            apogee_height_m: apogee_m(height, up, seen),
            ..arc(20, seen, perigee_km, 10.0)
        });
    }
    Dossier {
        motion: Some(motion(time_s - 30.0, seen.min(3_000.0), 8.0)),
        ascent: Some(facts),
        arc: filtered,
        ..dossier(time_s, sensors)
    }
}

/// Height of the vacuum apogee of something that flies east near the equator [m].
fn apogee_m(height_m: f64, up_m_s: f64, speed_m_s: f64) -> f64 {
    let along_m_s = (speed_m_s * speed_m_s - up_m_s * up_m_s).max(0.0).sqrt();
    let place = Vector3::x() * (6.378e6 + height_m);
    let velocity = Vector3::new(up_m_s, along_m_s, 0.0);
    crate::estimate::impact::perigee::apsides_m(&place, &velocity).1
}

/// Real launches to orbit, seen by two satellites and a radar, are never confirmed as missiles,
/// before and after insertion, nor are their first stages when recorded alone.
#[test]
fn val_real_launches_are_never_confirmed() {
    const DRAWS: u64 = 25;
    for flight in FLIGHTS {
        let mut suspected = 0;
        for seed in 0..DRAWS {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            let mut memory = Memory::default();
            let mut last = None;
            for row in flight.rows.iter().filter(|row| row.0 >= 60.0) {
                let said = say_after(&falcon(flight, row, &mut random), &mut memory);
                assert_ne!(
                    said.verdict,
                    Verdict::Confirmed,
                    "{} {row:?} {:?}",
                    flight.name,
                    said.probabilities
                );
                suspected += u32::from(said.verdict == Verdict::Suspected);
                last = Some(said);
            }
            let last = last.unwrap();
            assert!(
                last.classification == Class::SpaceLaunch || !flight.to_orbit,
                "{} {seed}: {last:?}",
                flight.name
            );
        }
        assert!(
            suspected > 0,
            "{}: a rocket that nobody announced is worth a suspicion",
            flight.name
        );
    }
}

/// From the same pad at the same time a missile is confirmed.
#[test]
fn a_missile_from_a_space_port_is_confirmed() {
    let mut dossier = two_physics_missile();
    dossier.ascent.as_mut().unwrap().site = Some(SiteMatch {
        name: "pad".into(),
        probability: 0.99,
        launches_to_orbit: true,
    });
    assert_eq!(say(&dossier).verdict, Verdict::Confirmed);
}

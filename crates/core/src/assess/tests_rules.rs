//! Each published rule, at its boundary.

use std::sync::Arc;

use forewarn_physics::time::after;

use super::cases::*;
use super::*;
use crate::model::{Basis, EvidenceState, Reason, SensorIndex, Verdict};

fn changed(base: Dossier, change: impl FnOnce(&mut Dossier)) -> Dossier {
    let mut dossier = base;
    change(&mut dossier);
    dossier
}

fn with_ascent(change: impl FnOnce(&mut AscentFacts)) -> Dossier {
    changed(stereo_missile(), |dossier| {
        change(dossier.ascent.as_mut().unwrap())
    })
}

#[test]
fn single_physics_confirms_when_every_condition_holds() {
    let said = say(&stereo_missile());
    assert_eq!(
        (said.verdict, said.reason),
        (Verdict::Confirmed, Reason::TwoDomainsAgree),
        "{said:?}"
    );
    let first = Some(after(start(), 400.0));
    assert_eq!(
        said.basis,
        Some(Basis::SinglePhysics {
            other_physics_first: first
        })
    );
}

#[test]
fn single_physics_needs_each_condition() {
    let table: Vec<(&str, Dossier, Dossier)> = vec![
        (
            "four reports each",
            changed(stereo_missile(), |d| d.sensors[1].reports = 4),
            changed(stereo_missile(), |d| d.sensors[1].reports = 3),
        ),
        (
            "beyond 2 km/s",
            with_ascent(|a| a.speed_max_m_s.mean = 2_100.0),
            with_ascent(|a| a.speed_max_m_s.mean = 1_900.0),
        ),
        (
            "p above 0.01",
            with_ascent(|a| a.p_value = 0.011),
            with_ascent(|a| a.p_value = 0.009),
        ),
        (
            "both in the fit",
            stereo_missile(),
            with_ascent(|a| a.satellites = 1),
        ),
        (
            "glint excluded for both",
            stereo_missile(),
            changed(stereo_missile(), |d| {
                d.sensors[1].glint = Glint::Possible { angle_rad: 0.3 }
            }),
        ),
        (
            "two domains",
            stereo_missile(),
            changed(stereo_missile(), |d| {
                d.sensors[1].failure_domains = vec![Arc::from("a")]
            }),
        ),
        (
            "no other physics by now",
            stereo_missile(),
            changed(stereo_missile(), |d| d.sensors[2].could_have_seen = true),
        ),
        (
            "no other physics by now, by its first time",
            stereo_missile(),
            changed(stereo_missile(), |d| {
                d.sensors[2].first_could_see = Some(d.now)
            }),
        ),
        (
            "a sound stream",
            stereo_missile(),
            changed(stereo_missile(), |d| {
                d.sensors[1].fault = Some(SensorFault::Repeated)
            }),
        ),
    ];
    for (rule, holds, fails) in table {
        assert_eq!(say(&holds).verdict, Verdict::Confirmed, "{rule}");
        let said = say(&fails);
        assert_eq!(said.verdict, Verdict::Suspected, "{rule}: {said:?}");
        assert_eq!(said.basis, None, "{rule}");
    }
}

#[test]
fn a_dead_radar_could_not_have_seen() {
    let dossier = changed(stereo_missile(), |d| {
        d.sensors[2].could_have_seen = true;
        d.sensors[2].alive = false;
    });
    let said = say(&dossier);
    assert_eq!(said.verdict, Verdict::Confirmed);
    assert_eq!(said.evidence[2].state, EvidenceState::Silent);
}

#[test]
fn could_not_see_is_not_disagrees() {
    let could_not = changed(two_physics_missile(), |d| {
        d.sensors.push(blind_radar(5, None))
    });
    let said = say(&could_not);
    assert_eq!(said.verdict, Verdict::Confirmed, "{said:?}");
    assert_eq!(said.evidence[2].state, EvidenceState::CouldNotSee);

    let must = changed(could_not, |d| {
        d.sensors[2].could_have_seen = true;
        d.sensors[2].missed_log_likelihood = -9.0;
    });
    let said = say(&must);
    assert_eq!(said.evidence[2].state, EvidenceState::Disagrees);
    // Two domains against one: kept in sight, not confirmed.
    assert_eq!(said.verdict, Verdict::Suspected, "{said:?}");
}

#[test]
fn one_domain_contradicted_by_another_is_withdrawn() {
    let mut memory = Memory::default();
    let alone = changed(stereo_missile(), |d| {
        d.sensors.remove(1);
        d.ascent.as_mut().unwrap().satellites = 1;
    });
    assert_eq!(say_after(&alone, &mut memory).verdict, Verdict::Suspected);
    let contradicted = changed(alone, |d| {
        d.sensors[1].could_have_seen = true;
        d.sensors[1].missed_log_likelihood = -7.0;
    });
    let said = say_after(&contradicted, &mut memory);
    assert_eq!(
        (said.verdict, said.reason),
        (Verdict::Insufficient, Reason::MustHaveSeen),
        "{said:?}"
    );
}

#[test]
fn two_physics_confirm_and_one_shared_fault_does_not() {
    let said = say(&two_physics_missile());
    assert_eq!(
        (said.verdict, said.reason, said.basis.clone()),
        (
            Verdict::Confirmed,
            Reason::TwoPhysicsAgree,
            Some(Basis::TwoPhysics)
        ),
        "{said:?}"
    );
    let shared = changed(two_physics_missile(), |d| {
        d.sensors[1].failure_domains.push(Arc::from("a"))
    });
    assert_eq!(say(&shared).verdict, Verdict::Suspected);
    let undeclared = changed(two_physics_missile(), |d| {
        d.sensors.iter_mut().for_each(|s| s.failure_domains.clear())
    });
    assert_eq!(say(&undeclared).verdict, Verdict::Suspected);
}

#[test]
fn domains_join_through_a_third() {
    let mut bridge = sensor(2, Physics::Infrared, "a", 4);
    bridge.failure_domains.push(Arc::from("b"));
    let (a, b) = (
        sensor(0, Physics::Infrared, "a", 4),
        sensor(1, Physics::Infrared, "b", 4),
    );
    assert_eq!(independent_groups(&[&a, &b]).len(), 2);
    assert_eq!(independent_groups(&[&a, &b, &bridge]).len(), 1);
}

#[test]
fn a_verdict_does_not_flap_but_is_withdrawn_at_once() {
    let mut memory = Memory::default();
    let at = |seconds: f64, change: fn(&mut Dossier)| {
        changed(stereo_missile(), |d| {
            d.now = after(start(), seconds);
            d.last_report = d.now;
            change(d);
        })
    };
    assert_eq!(
        say_after(&at(50.0, |_| ()), &mut memory).verdict,
        Verdict::Confirmed
    );
    // A radar comes into view and has not reported yet: no reason to take anything back.
    assert_eq!(
        say_after(
            &at(51.0, |d| d.sensors[2].could_have_seen = true),
            &mut memory
        )
        .verdict,
        Verdict::Confirmed
    );
    // It must have seen it, and did not.
    let against = at(55.0, |d| {
        d.sensors[2].could_have_seen = true;
        d.sensors[2].missed_log_likelihood = -9.0;
    });
    assert_ne!(say_after(&against, &mut memory).verdict, Verdict::Confirmed);
    // What was withdrawn is said again only after it held for a while.
    assert_ne!(
        say_after(&at(60.0, |_| ()), &mut memory).verdict,
        Verdict::Confirmed
    );
    assert_eq!(
        say_after(&at(80.0, |_| ()), &mut memory).verdict,
        Verdict::Confirmed
    );
}

#[test]
fn a_second_physics_makes_a_confirmation_firmer() {
    let mut memory = Memory::default();
    say_after(&stereo_missile(), &mut memory);
    let seen = changed(stereo_missile(), |d| {
        d.sensors[2] = sensor(2, Physics::Radar, "radar", 3)
    });
    let said = say_after(&seen, &mut memory);
    assert_eq!(
        (said.verdict, said.basis),
        (Verdict::Confirmed, Some(Basis::TwoPhysics))
    );
}

#[test]
fn the_end_keeps_what_was_said() {
    let mut memory = Memory::default();
    say_after(&two_physics_missile(), &mut memory);
    let said = say_after(
        &changed(two_physics_missile(), |d| d.end = Some(End::ImpactPassed)),
        &mut memory,
    );
    assert_eq!(
        (said.verdict, said.reason),
        (Verdict::Confirmed, Reason::Ended)
    );
    assert!(said.basis.is_some());

    let mut memory = Memory::default();
    let alone = changed(stereo_missile(), |d| d.sensors.truncate(1));
    say_after(&alone, &mut memory);
    let said = say_after(&changed(alone, |d| d.end = Some(End::Lost)), &mut memory);
    assert_eq!(
        (said.verdict, said.reason),
        (Verdict::Insufficient, Reason::Lost)
    );
}

#[test]
fn only_faulty_streams_are_a_sensor_fault() {
    let said = say(&changed(stereo_missile(), |d| {
        d.sensors
            .iter_mut()
            .for_each(|s| s.fault = Some(SensorFault::Stuck))
    }));
    assert_eq!(
        (said.verdict, said.reason),
        (Verdict::Dismissed, Reason::SensorFault)
    );
}

#[test]
fn evidence_keeps_the_order_of_the_dossier() {
    let said = say(&stereo_missile());
    let order: Vec<SensorIndex> = said
        .evidence
        .iter()
        .map(|evidence| evidence.sensor)
        .collect();
    assert_eq!(order, vec![SensorIndex(0), SensorIndex(1), SensorIndex(2)]);
    assert_eq!(said.evidence[0].state, EvidenceState::Agrees);
    assert_eq!(said.evidence[2].state, EvidenceState::CouldNotSee);
}

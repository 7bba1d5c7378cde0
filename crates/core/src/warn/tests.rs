//! The life of warnings, step by step.

use std::sync::Arc;

use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::time::{Epoch, after, parse_utc};
use nalgebra::Matrix2;

use super::*;
use crate::model::*;

fn at(seconds: f64) -> Epoch {
    after(parse_utc("2026-03-01T12:00:00Z").unwrap(), seconds)
}

fn place(latitude_deg: f64, longitude_deg: f64) -> Geodetic {
    Geodetic::from_degrees(latitude_deg, longitude_deg, 0.0)
}

/// A missile toward 10° N 20° E, launched at zero, coming down at 1,200 s, known to 10 km.
fn missile(object: u64, verdict: Verdict) -> Assessment {
    let covariance_en_m2 = Matrix2::new(1e8, 0.0, 0.0, 1e8);
    Assessment {
        object: ObjectId(object),
        revision: 1,
        verdict,
        reason: Reason::TwoPhysicsAgree,
        classification: Class::BallisticMissile,
        probabilities: Probabilities([1.0 / 14.0; 14]),
        phase: FlightPhase::Coast,
        launch: Some(LaunchEstimate {
            time: at(0.0),
            time_sigma_s: 1.0,
            place: place(0.0, 0.0),
            covariance_en_m2,
            azimuth_rad: 1.0,
            azimuth_sigma_rad: 0.01,
            sites: Vec::new(),
        }),
        impact: Some(ImpactEstimate {
            time: at(1_200.0),
            time_sigma_s: 2.0,
            earliest_95: at(1_196.0),
            place: place(10.0, 20.0),
            covariance_en_m2,
        }),
        impact_region: None,
        time_left: None,
        state: None,
        burnout: None,
        evidence: Vec::new(),
        basis: Some(Basis::TwoPhysics),
        notice: None,
        notice_departs: Vec::new(),
        notice_acknowledged_by: None,
        catalogue: None,
        parent: None,
        claim: None,
        merged_into: None,
        split_from: None,
        detections: Vec::new(),
        withdrawn: Vec::new(),
    }
}

fn changed(mut assessment: Assessment, change: impl FnOnce(&mut Assessment)) -> Assessment {
    change(&mut assessment);
    assessment
}

fn harbour() -> NamedArea {
    NamedArea {
        name: "Harbour".into(),
        region: Region::Circle {
            centre: place(10.1, 20.1),
            radius_m: 20e3,
        },
    }
}

fn far_island() -> NamedArea {
    NamedArea {
        name: "Far Island".into(),
        region: Region::Circle {
            centre: place(-40.0, 170.0),
            radius_m: 20e3,
        },
    }
}

fn warner(areas: Vec<NamedArea>) -> Warner {
    Warner::new(
        Mode::Exercise,
        areas,
        Some("test rule".into()),
        WarnRules::default(),
    )
}

fn by_rule() -> Option<ReleasedBy> {
    Some(ReleasedBy::Rule("test rule".into()))
}

fn told(warnings: &[Warning]) -> Vec<(u64, WarningAction, usize)> {
    warnings
        .iter()
        .map(|warning| (warning.warning.0, warning.action, warning.objects.len()))
        .collect()
}

use WarningAction::{Cancel, Issue, Retract, Update};

#[test]
fn a_confirmed_missile_is_warned_of_and_cancelled_after_impact() {
    let mut warner = warner(vec![harbour(), far_island()]);
    let said = warner.step(at(100.0), &[missile(1, Verdict::Confirmed)]);
    assert_eq!(told(&said), vec![(1, Issue, 1)]);
    assert_eq!(said[0].released_by, by_rule());
    assert_eq!(said[0].time_left_s, Some(1_100.0));
    assert_eq!(said[0].earliest_95_s, Some(1_096.0));
    assert!(
        said[0]
            .headline
            .starts_with("EXERCISE: Warning: one ballistic missile"),
        "{}",
        said[0].headline
    );
    assert!(
        said[0].description.contains("Harbour") && !said[0].description.contains("Far Island"),
        "{}",
        said[0].description
    );
    assert!(warner.step(at(1_200.0), &[]).is_empty());
    assert!(warner.step(at(1_260.0), &[]).is_empty());
    assert_eq!(told(&warner.step(at(1_270.0), &[])), vec![(1, Cancel, 1)]);
    assert!(
        warner
            .step(at(1_280.0), &[missile(1, Verdict::Confirmed)])
            .is_empty()
    );
}

#[test]
fn leaving_confirmed_retracts_at_once() {
    for verdict in [
        Verdict::Suspected,
        Verdict::Insufficient,
        Verdict::Dismissed,
    ] {
        let mut warner = warner(vec![far_island()]);
        warner.step(at(100.0), &[missile(1, Verdict::Confirmed)]);
        let said = warner.step(at(100.5), &[missile(1, verdict)]);
        assert_eq!(told(&said), vec![(1, Retract, 1)], "{verdict:?}");
        assert!(said[0].description.contains("mistake"));
        assert_eq!(said[0].time_left_s, None);
    }
}

#[test]
fn a_flight_that_came_down_is_cancelled_not_retracted() {
    let mut warner = warner(Vec::new());
    warner.step(at(100.0), &[missile(1, Verdict::Confirmed)]);
    let down = changed(missile(1, Verdict::Confirmed), |a| {
        (a.reason, a.phase) = (Reason::Ended, FlightPhase::Ended)
    });
    assert_eq!(told(&warner.step(at(900.0), &[down])), vec![(1, Cancel, 1)]);
}

#[test]
fn a_lost_flight_is_warned_of_until_its_time_has_passed() {
    let mut warner = warner(Vec::new());
    warner.step(at(100.0), &[missile(1, Verdict::Confirmed)]);
    let lost = changed(missile(1, Verdict::Confirmed), |a| {
        (a.reason, a.phase) = (Reason::Lost, FlightPhase::Coast)
    });
    assert!(warner.step(at(300.0), &[lost]).is_empty());
    assert_eq!(told(&warner.step(at(1_300.0), &[])), vec![(1, Cancel, 1)]);
}

#[test]
fn updates_tell_what_matters_and_not_too_often() {
    let moved = |metres_north: f64| {
        changed(missile(1, Verdict::Confirmed), |a| {
            a.impact.as_mut().unwrap().place.latitude_rad += metres_north / 6.36e6;
        })
    };
    let mut warner = warner(Vec::new());
    warner.step(at(100.0), &[moved(0.0)]);
    assert!(
        warner.step(at(115.0), &[moved(9_000.0)]).is_empty(),
        "less than a sigma"
    );
    assert_eq!(
        told(&warner.step(at(120.0), &[moved(12_000.0)])),
        vec![(1, Update, 1)]
    );
    assert!(
        warner.step(at(125.0), &[moved(40_000.0)]).is_empty(),
        "too soon"
    );
    assert_eq!(told(&warner.step(at(130.0), &[])), vec![(1, Update, 1)]);
    assert!(warner.step(at(150.0), &[]).is_empty(), "nothing new");
}

#[test]
fn a_suspicion_is_a_draft_and_only_where_it_may_strike_what_is_protected() {
    let mut aside = warner(vec![far_island()]);
    assert!(
        aside
            .step(at(50.0), &[missile(1, Verdict::Suspected)])
            .is_empty()
    );

    let mut warner = warner(vec![harbour()]);
    let said = warner.step(at(50.0), &[missile(1, Verdict::Suspected)]);
    assert_eq!(told(&said), vec![(1, Issue, 1)]);
    assert_eq!(said[0].released_by, None);
    assert!(said[0].headline.contains("Draft"));
    // The draft is released by the rule once the object is confirmed.
    let said = warner.step(at(60.0), &[missile(1, Verdict::Confirmed)]);
    assert_eq!(told(&said), vec![(1, Issue, 1)]);
    assert_eq!(
        (said[0].released_by.clone(), said[0].revision),
        (by_rule(), 2)
    );
}

#[test]
fn a_raid_is_one_warning_with_a_count() {
    let mut warner = warner(Vec::new());
    let raid: Vec<Assessment> = (1..=40)
        .map(|object| {
            changed(missile(object, Verdict::Confirmed), |a| {
                a.launch.as_mut().unwrap().time = at(3.0 * object as f64)
            })
        })
        .collect();
    let said = warner.step(at(200.0), &raid[..30]);
    assert_eq!(told(&said), vec![(1, Issue, 30)]);
    assert!(said[0].headline.contains("30 ballistic missiles"));
    assert!(warner.step(at(205.0), &raid[30..]).is_empty(), "rate limit");
    assert_eq!(told(&warner.step(at(210.0), &[])), vec![(1, Update, 40)]);
    // Far away, or much later, is another raid.
    let elsewhere = changed(missile(50, Verdict::Confirmed), |a| {
        a.impact.as_mut().unwrap().place = place(-30.0, 60.0)
    });
    assert_eq!(
        told(&warner.step(at(215.0), &[elsewhere])),
        vec![(2, Issue, 1)]
    );
    let later = changed(missile(51, Verdict::Confirmed), |a| {
        a.launch.as_mut().unwrap().time = at(600.0)
    });
    assert_eq!(told(&warner.step(at(700.0), &[later])), vec![(3, Issue, 1)]);
}

#[test]
fn warnings_that_turn_out_to_be_of_one_raid_become_one() {
    let mut warner = warner(Vec::new());
    let elsewhere = |object, latitude_deg| {
        changed(missile(object, Verdict::Confirmed), |a| {
            a.impact.as_mut().unwrap().place = place(latitude_deg, 20.0)
        })
    };
    let said = warner.step(at(100.0), &[elsewhere(1, 0.0), elsewhere(2, 8.0)]);
    assert_eq!(told(&said), vec![(1, Issue, 1), (2, Issue, 1)]);
    // A third one between them joins both.
    let said = warner.step(at(120.0), &[elsewhere(3, 4.0)]);
    assert_eq!(told(&said), vec![(1, Update, 3), (2, Cancel, 1)]);
    assert!(said[1].description.contains("another warning"));
    assert_eq!(warner.open().count(), 1);
}

#[test]
fn one_of_a_raid_is_taken_back_alone() {
    let mut warner = warner(Vec::new());
    warner.step(
        at(100.0),
        &[
            missile(1, Verdict::Confirmed),
            missile(2, Verdict::Confirmed),
        ],
    );
    let said = warner.step(at(101.0), &[missile(2, Verdict::Dismissed)]);
    assert_eq!(told(&said), vec![(1, Retract, 1), (1, Update, 1)]);
    assert_eq!(said[0].objects, vec![ObjectId(2)]);
    assert!(said[0].description.contains("stands"));
    assert_eq!(said[1].objects, vec![ObjectId(1)]);
    assert_eq!((said[0].revision, said[1].revision), (2, 3));
}

#[test]
fn a_merged_object_goes_on_under_its_new_name() {
    let mut warner = warner(Vec::new());
    warner.step(
        at(100.0),
        &[
            missile(1, Verdict::Confirmed),
            missile(2, Verdict::Confirmed),
        ],
    );
    let merged = changed(missile(2, Verdict::Confirmed), |a| {
        (a.merged_into, a.phase) = (Some(ObjectId(1)), FlightPhase::Ended)
    });
    let said = warner.step(at(111.0), &[merged]);
    assert_eq!(told(&said), vec![(1, Update, 1)]);
    // Merged into something that is only suspected: the confirmation is gone.
    let mut warner = self::warner(vec![far_island()]);
    warner.step(
        at(100.0),
        &[
            missile(1, Verdict::Confirmed),
            missile(3, Verdict::Suspected),
        ],
    );
    let merged = changed(missile(1, Verdict::Confirmed), |a| {
        a.merged_into = Some(ObjectId(3))
    });
    assert_eq!(
        told(&warner.step(at(101.0), &[merged])),
        vec![(1, Retract, 1)]
    );
}

fn act(kind: ActionKind, by: &str, target: &str) -> Action {
    Action {
        id: Arc::from("a"),
        time: at(0.0),
        by: by.into(),
        kind,
        target: target.into(),
    }
}

#[test]
fn two_people_release_a_draft_and_one_takes_it_back() {
    let mut warner = Warner::new(Mode::Live, Vec::new(), None, WarnRules::default());
    let said = warner.step(at(100.0), &[missile(1, Verdict::Confirmed)]);
    assert_eq!(
        (told(&said), said[0].released_by.clone()),
        (vec![(1, Issue, 1)], None)
    );
    assert!(
        warner
            .act(at(101.0), &act(ActionKind::Acknowledge, "Ann", "w-1"))
            .is_empty()
    );
    assert!(
        warner
            .act(at(102.0), &act(ActionKind::Release, "Ann", "w-1"))
            .is_empty()
    );
    assert!(
        warner
            .act(at(103.0), &act(ActionKind::Release, "Ann", "w-1"))
            .is_empty(),
        "the same person twice"
    );
    let said = warner.act(at(104.0), &act(ActionKind::Release, "Bob", "o-1"));
    assert_eq!(
        said[0].released_by,
        Some(ReleasedBy::People(vec!["Ann".into(), "Bob".into()]))
    );
    assert!(said[0].headline.starts_with("REAL EVENT: Warning:"));
    let said = warner.act(at(110.0), &act(ActionKind::Retract, "Cid", "w-1"));
    assert_eq!(told(&said), vec![(1, Retract, 1)]);
    assert!(said[0].description.contains("Taken back by Cid"));
    assert!(
        warner
            .act(at(111.0), &act(ActionKind::Retract, "Cid", "w-1"))
            .is_empty()
    );
}

#[test]
fn one_person_cancels_and_no_rule_releases_it_again() {
    let mut warner = warner(Vec::new());
    warner.step(at(100.0), &[missile(1, Verdict::Confirmed)]);
    let said = warner.act(at(102.0), &act(ActionKind::Cancel, "Cid", "w-1"));
    assert_eq!(told(&said), vec![(1, Cancel, 1)]);
    let said = warner.step(at(111.0), &[missile(1, Verdict::Confirmed)]);
    assert!(said.iter().all(|warning| warning.released_by.is_none()));
}

#[test]
fn a_rule_needs_two_people_and_one_ends_it() {
    let mut warner = Warner::new(Mode::Live, Vec::new(), None, WarnRules::default());
    warner.act(at(99.0), &act(ActionKind::ApproveRule, "Ann", "r"));
    warner.act(at(99.0), &act(ActionKind::ApproveRule, "Ann", "r"));
    assert_eq!(warner.release_rule(), None, "the same person twice");
    warner.act(at(99.0), &act(ActionKind::ApproveRule, "Bob", "r"));
    assert_eq!(warner.release_rule(), Some("r"));
    let said = warner.step(at(100.0), &[missile(1, Verdict::Confirmed)]);
    assert_eq!(said[0].released_by, Some(ReleasedBy::Rule("r".into())));
    warner.act(at(101.0), &act(ActionKind::WithdrawRule, "Cid", "r"));
    assert_eq!(warner.release_rule(), None);
}

#[test]
fn no_rule_releases_again_what_a_person_took_back() {
    let mut warner = warner(Vec::new());
    warner.step(at(100.0), &[missile(1, Verdict::Confirmed)]);
    warner.act(at(101.0), &act(ActionKind::Retract, "Cid", "w-1"));
    let said = warner.step(at(110.0), &[missile(1, Verdict::Confirmed)]);
    assert_eq!(
        (told(&said), said[0].released_by.clone()),
        (vec![(2, Issue, 1)], None)
    );
}

#[test]
fn suspects_stay_behind_when_one_of_them_is_confirmed() {
    let mut warner = warner(vec![harbour()]);
    warner.step(
        at(50.0),
        &[
            missile(1, Verdict::Suspected),
            missile(2, Verdict::Suspected),
        ],
    );
    let said = warner.step(at(61.0), &[missile(1, Verdict::Confirmed)]);
    assert_eq!(told(&said), vec![(2, Issue, 1), (1, Update, 1)]);
    assert_eq!(
        (said[0].released_by.clone(), said[1].released_by.clone()),
        (by_rule(), None)
    );
    // The other is confirmed too: its draft has nobody left, and says so.
    let said = warner.step(at(75.0), &[missile(2, Verdict::Confirmed)]);
    assert_eq!(told(&said), vec![(1, Cancel, 1), (2, Update, 2)]);
    assert!(
        said[0].headline.contains("replaced"),
        "{}",
        said[0].headline
    );
}

#[test]
fn the_words_are_safe() {
    for mode in [Mode::Live, Mode::Exercise, Mode::Test, Mode::Replay] {
        let mut warner = Warner::new(
            mode,
            vec![harbour()],
            Some("rule".into()),
            WarnRules::default(),
        );
        let mut said = warner.step(
            at(100.0),
            &[
                missile(1, Verdict::Confirmed),
                missile(2, Verdict::Confirmed),
            ],
        );
        said.extend(warner.step(at(120.0), &[missile(2, Verdict::Dismissed)]));
        said.extend(warner.step(at(2_000.0), &[]));
        assert_eq!(said.len(), 4);
        for warning in said {
            let text = format!("{} {}", warning.headline, warning.description).to_lowercase();
            for phrase in ["drill", "retaliat", "strike back", "attack", "nan", "inf "] {
                assert!(!text.contains(phrase), "{text}");
            }
            assert!(warning.headline.len() <= 160, "{}", warning.headline);
            assert_eq!(text.contains("exercise"), mode == Mode::Exercise);
        }
    }
}

#[test]
fn rings_hold_their_ellipse_everywhere() {
    let ellipse = Ellipse {
        semi_major_m: 300e3,
        semi_minor_m: 50e3,
        azimuth_rad: 0.7,
    };
    for centre in [
        place(0.0, 0.0),
        place(10.0, 179.9),
        place(-89.5, 10.0),
        place(65.0, -179.99),
    ] {
        let ring = ellipse_ring(&centre, &ellipse);
        assert_eq!(ring.first(), ring.last());
        let touches = |azimuth_rad: f64, distance_m: f64| {
            let spot = forewarn_physics::frames::geodesic::direct(&centre, azimuth_rad, distance_m);
            ring_touches(
                &ring,
                &Region::Circle {
                    centre: spot,
                    radius_m: 1.0,
                },
            )
        };
        assert!(
            touches(0.7, 0.0)
                && touches(0.7, 295e3)
                && touches(0.7 + core::f64::consts::FRAC_PI_2, 49e3)
        );
        assert!(!touches(0.7, 306e3) && !touches(0.7 + core::f64::consts::FRAC_PI_2, 52e3));
    }
}

#[test]
fn rings_touch_polygons_that_they_cross_or_hold() {
    let ellipse = Ellipse {
        semi_major_m: 300e3,
        semi_minor_m: 50e3,
        azimuth_rad: 0.0,
    };
    let ring = ellipse_ring(&place(10.0, 20.0), &ellipse);
    let box_of = |south: f64, west: f64, north: f64, east: f64| {
        let corners = [
            [south, west],
            [south, east],
            [north, east],
            [north, west],
            [south, west],
        ];
        Region::Polygon(
            corners
                .iter()
                .map(|corner| [corner[0].to_radians(), corner[1].to_radians()])
                .collect(),
        )
    };
    assert!(
        ring_touches(&ring, &box_of(9.9, 15.0, 10.1, 25.0)),
        "crossed by a bar without corners inside"
    );
    assert!(
        ring_touches(&ring, &box_of(9.99, 19.99, 10.01, 20.01)),
        "held"
    );
    assert!(
        ring_touches(&ring, &box_of(0.0, 10.0, 20.0, 30.0)),
        "holding"
    );
    assert!(
        !ring_touches(&ring, &box_of(9.9, 21.0, 10.1, 25.0)),
        "beside"
    );
}

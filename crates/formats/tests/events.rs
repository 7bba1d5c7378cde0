//! Events are written as published, the same each time, and read back.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests may fail the test"
)]

mod common;

use forewarn_core::engine::{Setup, Thresholds};
use forewarn_core::model::{
    Assessment, Basis, Class, Event, EventBody, Evidence, EvidenceState, FlightPhase, Health,
    HealthKind, ImpactEstimate, ImpactRegion, LaunchEstimate, Mode, ObjectId, Probabilities,
    Reason, Region, Rejection, RejectionReason, ReleasedBy, SensorIndex, StateEstimate, TimeLeft,
    Verdict, Warning, WarningAction, WarningId,
};
use forewarn_formats::events::{EventLine, EventWriter, read_events};
use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::frames::{Covariance6, State};
use forewarn_physics::time::{Epoch, after, parse_utc};
use nalgebra::{Matrix2, Matrix6, Vector3};
use serde_json::{Value, json};

fn start() -> Epoch {
    parse_utc("2026-03-01T12:00:00Z").unwrap()
}

fn setup() -> Setup {
    Setup {
        mode: Mode::Exercise,
        start: None,
        late_window_s: 30.0,
        sensors: common::sensors(),
        gazetteer: vec![],
        protected_areas: vec![],
        catalogue: vec![],
        thresholds: Thresholds::default(),
        release_rule: None,
        seed: 0,
    }
}

fn assessment() -> Assessment {
    let mut probabilities = [0.0; 14];
    (probabilities[0], probabilities[2]) = (0.97, 0.03);
    Assessment {
        object: ObjectId(17),
        revision: 4,
        verdict: Verdict::Confirmed,
        reason: Reason::TwoDomainsAgree,
        classification: Class::BallisticMissile,
        probabilities: Probabilities(probabilities),
        phase: FlightPhase::Coast,
        launch: Some(LaunchEstimate {
            time: start(),
            time_sigma_s: 1.1,
            place: Geodetic::from_degrees(10.0, 20.0, 0.0),
            covariance_en_m2: Matrix2::new(4e6, 0.0, 0.0, 1e6),
            azimuth_rad: 1.0,
            azimuth_sigma_rad: 0.01,
            sites: vec![],
        }),
        impact: Some(ImpactEstimate {
            time: after(start(), 1000.0),
            time_sigma_s: 0.9,
            earliest_95: after(start(), 998.0),
            place: Geodetic::from_degrees(30.0, 60.0, 0.0),
            covariance_en_m2: Matrix2::identity(),
        }),
        impact_region: Some(ImpactRegion {
            ring_rad: vec![[0.0, 0.0], [0.0, 0.1], [0.1, 0.1], [0.0, 0.0]],
            time: after(start(), 1000.0),
            time_sigma_s: 9.0,
            earliest_95: after(start(), 985.0),
        }),
        time_left: Some(TimeLeft {
            median_s: 912.0,
            earliest_95_s: 905.0,
        }),
        state: Some(StateEstimate {
            time: start(),
            state: State::from_vectors(Vector3::new(6.6e6, 1.0, 2.0), Vector3::new(1.0, 2.0, 3.0)),
            covariance: Covariance6::from_matrix(Matrix6::from_fn(|row, column| {
                (row.min(column) * 10 + row.max(column)) as f64
            })),
        }),
        burnout: Some((after(start(), 180.0), 0.5)),
        evidence: vec![Evidence {
            sensor: SensorIndex(0),
            state: EvidenceState::Agrees,
            log_likelihood_ratio: 3.1,
            reports: 9,
        }],
        basis: Some(Basis::SinglePhysics {
            other_physics_first: Some(after(start(), 300.0)),
        }),
        notice_departs: Vec::new(),
        notice_acknowledged_by: None,
        notice: None,
        catalogue: None,
        parent: None,
        claim: None,
        merged_into: None,
        split_from: None,
        detections: vec!["m12".into(), "m19".into()],
        withdrawn: vec![],
    }
}

fn events() -> Vec<Event> {
    let warning = Warning {
        warning: WarningId(3),
        revision: 1,
        action: WarningAction::Issue,
        mode: Mode::Exercise,
        objects: vec![ObjectId(17)],
        areas: vec![Region::Circle {
            centre: Geodetic::from_degrees(30.0, 60.0, 0.0),
            radius_m: 5e4,
        }],
        time_left_s: Some(912.0),
        earliest_95_s: Some(905.0),
        released_by: Some(ReleasedBy::Rule("drill".into())),
        headline: "h".into(),
        description: "d".into(),
    };
    let rejection = Rejection {
        record: "m7".into(),
        reason: RejectionReason::TooLate,
        detail: "x".into(),
    };
    let health = Health {
        sensor: SensorIndex(2),
        kind: HealthKind::Silent,
        detail: "y".into(),
    };
    let bodies = [
        EventBody::Assessment(Box::new(assessment())),
        EventBody::Warning(Box::new(warning)),
        EventBody::Rejection(rejection),
        EventBody::Health(health),
    ];
    bodies
        .into_iter()
        .map(|body| Event {
            time: after(start(), 88.5),
            body,
            caused_by: vec!["m19".into()],
        })
        .collect()
}

fn lines() -> Vec<String> {
    let setup = setup();
    let mut writer = EventWriter::new(&setup);
    events().iter().map(|event| writer.line(event)).collect()
}

#[test]
fn an_assessment_has_the_published_fields() {
    let value: Value = serde_json::from_str(&lines()[0]).unwrap();
    for (field, expected) in [
        ("time", json!("2026-03-01T12:01:28.5Z")),
        ("event", json!("assessment")),
        ("caused_by", json!(["m19"])),
        ("object", json!("o-17")),
        ("revision", json!(4)),
        ("verdict", json!("confirmed")),
        ("reason", json!("two_domains_agree")),
        ("classification", json!("ballistic_missile")),
        (
            "probabilities",
            json!({"ballistic_missile": 0.97, "space_launch": 0.03}),
        ),
        ("phase", json!("coast")),
        (
            "time_left_s",
            json!({"median": 912.0, "earliest_95": 905.0}),
        ),
        ("basis", json!("single_physics")),
        ("other_physics_first", json!("2026-03-01T12:05:00Z")),
        ("notice", Value::Null),
        ("parent", Value::Null),
        ("merged_into", Value::Null),
        ("split_from", Value::Null),
        ("detections", json!(["m12", "m19"])),
        ("withdrawn", json!([])),
    ] {
        assert_eq!(value[field], expected, "{field}");
        assert!(value.as_object().unwrap().contains_key(field), "{field}");
    }
    let upper: Vec<f64> = (0..6)
        .flat_map(|row| (row..6).map(move |column| (row * 10 + column) as f64))
        .collect();
    assert_eq!(value["state"]["covariance"], json!(upper));
    let ellipse = &value["launch"]["ellipse_90"];
    // 2.146 sigma, and the major axis points east.
    assert!((ellipse["semi_major_m"].as_f64().unwrap() - 2.146 * 2000.0).abs() < 1.0);
    assert!((ellipse["azimuth_rad"].as_f64().unwrap() - std::f64::consts::FRAC_PI_2).abs() < 1e-9);
    assert_eq!(value["evidence"][0]["failure_domains"], json!(["ground-a"]));
    assert_eq!(value["impact_region"]["type"], json!("Polygon"));
}

#[test]
fn a_warning_says_what_it_rests_on() {
    let value: Value = serde_json::from_str(&lines()[1]).unwrap();
    for (field, expected) in [
        ("event", json!("warning")),
        ("action", json!("issue")),
        ("warning", json!("w-3")),
        ("objects", json!(["o-17"])),
        ("count", json!(1)),
        ("mode", json!("exercise")),
        ("released_by", json!({"rule": "drill"})),
        ("basis", json!("single_physics")),
    ] {
        assert_eq!(value[field], expected, "{field}");
    }
    assert_eq!(
        value["areas"]["features"][0]["geometry"]["type"],
        json!("Polygon")
    );
}

#[test]
fn what_is_written_is_read_back_and_is_the_same_each_time() {
    let lines = lines();
    assert_eq!(lines, self::lines());
    let path = std::env::temp_dir().join(format!("forewarn-events-{}.ndjson", std::process::id()));
    std::fs::write(&path, lines.join("\n") + "\nbroken\n").unwrap();
    let back = read_events(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!((back.problems.len(), back.problems[0].line), (1, 5));
    let setup = setup();
    let mut writer = EventWriter::new(&setup);
    let written: Vec<EventLine> = events().iter().map(|event| writer.event(event)).collect();
    assert_eq!(back.events, written);
}

#[test]
fn a_scene_shows_sensors_track_and_ellipses_while_they_held() {
    let setup = setup();
    let mut writer = EventWriter::new(&setup);
    let mut all = events();
    let mut later = assessment();
    later.revision = 5;
    later.impact = None;
    all.push(Event {
        time: after(start(), 100.0),
        body: EventBody::Assessment(Box::new(later)),
        caused_by: vec![],
    });
    all.push(Event {
        time: after(start(), 120.0),
        ..all[3].clone()
    });
    let lines: Vec<EventLine> = all.iter().map(|event| writer.event(event)).collect();
    let text = forewarn_formats::czml::scene("run", &setup, &lines);
    assert_eq!(text, forewarn_formats::czml::scene("run", &setup, &lines));
    let scene: Vec<Value> = serde_json::from_str(&text).unwrap();
    let ids: Vec<&str> = scene
        .iter()
        .map(|packet| packet["id"].as_str().unwrap())
        .collect();
    assert_eq!(
        ids,
        [
            "document",
            "sensor/geo-1",
            "sensor/picket",
            "object/o-17",
            "object/o-17/launch",
            "object/o-17/impact"
        ]
    );
    let impact = &scene[5]["polygon"];
    assert_eq!(
        impact["positions"].as_array().unwrap().len(),
        1,
        "the point was withdrawn"
    );
    assert_eq!(impact["show"][1]["boolean"], json!(false));
    assert_eq!(
        impact["show"][0]["interval"],
        json!("2026-03-01T12:01:28.5Z/2026-03-01T12:01:40Z")
    );
    // The major axis of the launch ellipse, 2.146 x 2 km, points east: its first corner does too.
    let first = &scene[4]["polygon"]["positions"][0]["cartographicDegrees"];
    let east_m = (first[0].as_f64().unwrap() - 20.0).to_radians()
        * 6_378_137.0
        * forewarn_physics::math::cos(10f64.to_radians());
    assert!((east_m - 4292.0).abs() < 20.0, "{east_m}");
}

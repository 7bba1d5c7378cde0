use serde_json::{Value, json};

use super::*;
use forewarn_formats::events::EllipseLine;
use forewarn_formats::truth::TruthLine;
use forewarn_physics::time::parse_utc;

fn truth(lines: &[Value]) -> Truth {
    let mut truth = Truth::default();
    for line in lines {
        match serde_json::from_value(line.clone()).unwrap() {
            TruthLine::Object(object) => truth.objects.push(object),
            TruthLine::State(state) => truth.states.push(state),
            TruthLine::Origin(origin) => truth.origins.push(origin),
        }
    }
    truth
}

fn time(second: u32) -> String {
    format!("2026-03-01T12:{:02}:{:02}Z", second / 60, second % 60)
}

fn place(second: u32, latitude_deg: f64) -> Value {
    json!({"time": time(second), "latitude_deg": latitude_deg, "longitude_deg": 0.0, "azimuth_rad": 0.0})
}

fn missile() -> Value {
    json!({"kind": "object", "object": "m", "class": "ballistic_missile", "parent": null,
        "launch": place(0, 0.0), "impact": place(1000, 10.0), "cutoff_time": time(100)})
}

fn piece(name: &str) -> Value {
    json!({"kind": "object", "object": name, "class": "debris", "parent": "m",
        "launch": null, "impact": null, "cutoff_time": null})
}

fn origin(detection: &str, object: Option<&str>) -> Value {
    json!({"kind": "origin", "detection": detection, "object": object})
}

fn assessment(second: u32, object: &str, verdict: &str, detections: &[&str]) -> Value {
    let ellipse = json!({"semi_major_m": 2000.0, "semi_minor_m": 1000.0, "azimuth_rad": 0.0});
    json!({"event": "assessment", "time": time(second), "object": object, "revision": 1,
        "verdict": verdict, "reason": "two_physics_agree", "classification": "ballistic_missile",
        "probabilities": {"ballistic_missile": 1.0}, "phase": "boost",
        "launch": {"time": time(1), "time_sigma_s": 1.0, "latitude_deg": 0.015, "longitude_deg": 0.0,
            "ellipse_90": ellipse, "azimuth_rad": 0.01, "azimuth_sigma_rad": 0.01},
        "impact": {"time": time(1010), "time_sigma_s": 1.0, "latitude_deg": 10.0, "longitude_deg": 0.015,
            "ellipse_90": ellipse},
        "time_left_s": null, "state": null, "evidence": [], "notice": null, "parent": null,
        "merged_into": null, "split_from": null, "detections": detections, "withdrawn": []})
}

fn scored(truth: &Truth, events: &[Value], seen: &[(&str, u32, Physics)]) -> Score {
    let events: Vec<EventLine> = events
        .iter()
        .map(|event| serde_json::from_value(event.clone()).unwrap())
        .collect();
    let seen = seen
        .iter()
        .map(|(id, second, physics)| {
            let seen = Seen {
                time: parse_utc(&time(*second)).unwrap(),
                physics: *physics,
            };
            ((*id).to_owned(), seen)
        })
        .collect();
    score(&Run {
        truth,
        events: &events,
        seen: &seen,
    })
}

const SEEN: [(&str, u32, Physics); 4] = [
    ("a", 20, Physics::Infrared),
    ("b", 30, Physics::Infrared),
    ("c", 200, Physics::Radar),
    ("d", 40, Physics::Infrared),
];

fn reports() -> Vec<Value> {
    vec![
        missile(),
        piece("m/stage-1"),
        origin("a", Some("m")),
        origin("b", Some("m")),
        origin("c", Some("m")),
        origin("d", None),
    ]
}

#[test]
fn a_threat_is_found_timed_and_its_errors_judged() {
    let events = [
        assessment(50, "o-1", "suspected", &["a", "b"]),
        assessment(220, "o-1", "confirmed", &["c", "d"]),
    ];
    let score = scored(&truth(&reports()), &events, &SEEN);
    let threat = &score.threats[0];
    assert!(threat.found);
    let times = [
        (threat.suspected_after_s, 30.0),
        (threat.confirmed_after_s, 200.0),
        (threat.confirmed_after_cutoff_and_radar_s, 20.0),
        (threat.warned_before_impact_s, 780.0),
    ];
    for (found_s, expected_s) in times {
        assert!((found_s.unwrap() - expected_s).abs() < 1e-9, "{found_s:?}");
    }
    assert_eq!((threat.reports, threat.held, threat.own), (3, 4, 3));
    assert_eq!(threat.moments.len(), 3);
    // 0.015 degrees of latitude are 1,659 m: inside along the major axis, outside across it.
    let launch = threat.moments[0].launch.as_ref().unwrap();
    assert!((launch.error_m - 1_658.6).abs() < 1.0, "{}", launch.error_m);
    assert!(launch.inside_90 && launch.time_inside_90);
    let impact = threat.moments[0].impact.as_ref().unwrap();
    assert!(!impact.inside_90);
    assert_eq!(impact.time_inside_90, Some(false));
    assert_eq!(
        score.pooled.moments[0].launch_inside_90,
        Coverage { inside: 1, of: 1 }
    );
    assert!(score.false_objects.is_empty());
}

#[test]
fn a_threat_that_nothing_spoke_for_is_missed() {
    let events = [assessment(50, "o-1", "insufficient", &["a", "b"])];
    let score = scored(&truth(&reports()), &events, &SEEN);
    assert_eq!((score.pooled.found, score.pooled.threats), (0, 1));
    assert_eq!(score.pooled.missed, ["m"]);
    let none = scored(&truth(&reports()), &[], &SEEN);
    assert_eq!(none.pooled.moments[0].silent, 1);
}

#[test]
fn an_object_of_false_detections_is_a_false_object() {
    let events = [
        assessment(50, "o-2", "suspected", &["d"]),
        assessment(80, "o-2", "dismissed", &[]),
    ];
    let score = scored(&truth(&reports()), &events, &SEEN);
    assert_eq!(score.false_objects.len(), 1);
    assert!((score.false_objects[0].suspected_s - 30.0).abs() < 1e-9);
    assert_eq!(
        (score.pooled.false_suspected, score.pooled.false_confirmed),
        (1, 0)
    );
}

#[test]
fn a_space_launch_confirmed_is_a_false_object() {
    let mut launch = missile();
    launch["class"] = json!("space_launch");
    let truth = truth(&[launch, origin("a", Some("m"))]);
    let score = scored(&truth, &[assessment(50, "o-1", "confirmed", &["a"])], &SEEN);
    assert_eq!((score.pooled.threats, score.pooled.false_confirmed), (0, 1));
}

#[test]
fn a_piece_confirmed_on_its_own_is_a_duplicate_unless_it_names_its_parent() {
    let truth = truth(&[
        missile(),
        piece("m/stage-1"),
        origin("a", Some("m")),
        origin("b", Some("m/stage-1")),
    ]);
    let mut second = assessment(220, "o-2", "confirmed", &["b"]);
    let events = [assessment(210, "o-1", "confirmed", &["a"]), second.clone()];
    assert_eq!(scored(&truth, &events, &SEEN).pooled.duplicates, 1);
    second["parent"] = json!("o-1");
    let events = [assessment(210, "o-1", "confirmed", &["a"]), second];
    assert_eq!(scored(&truth, &events, &SEEN).pooled.duplicates, 0);
}

#[test]
fn an_ellipse_without_width_holds_nothing() {
    let flat = EllipseLine {
        semi_major_m: 0.0,
        semi_minor_m: 0.0,
        azimuth_rad: 0.0,
    };
    assert!(!estimates::inside(&flat, 0.0, 0.0));
}

#[test]
fn a_region_holds_what_is_inside_it() {
    let region = serde_json::from_value(json!({"type": "MultiPolygon", "coordinates": [
        [[[179.0, -1.0], [180.0, -1.0], [180.0, 1.0], [179.0, 1.0], [179.0, -1.0]]],
        [[[-180.0, -1.0], [-179.0, -1.0], [-179.0, 1.0], [-180.0, 1.0], [-180.0, -1.0]]]]}))
    .unwrap();
    assert!(estimates::region_holds(&region, 0.0, 179.5));
    assert!(estimates::region_holds(&region, 0.5, -179.5));
    assert!(!estimates::region_holds(&region, 0.0, 0.0));
    assert!(!estimates::region_holds(&region, 2.0, 179.5));
}

#[test]
fn numbers_spread() {
    assert_eq!(Spread::of([]), None);
    let spread = Spread::of((1..=100).map(f64::from)).unwrap();
    assert_eq!(
        (spread.count, spread.median, spread.p95, spread.max),
        (100, 50.0, 95.0, 100.0)
    );
}

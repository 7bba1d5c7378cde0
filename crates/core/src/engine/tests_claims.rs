//! Claims: what the engine answers to alerts that nobody measured.

use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::time::{Epoch, after, parse_utc};

use super::{Engine, Setup, Thresholds};
use crate::model::{
    Claim, Event, EventBody, Heartbeat, HeartbeatStatus, Mode, RadarSensor, Reason, Record, Report,
    ReportBody, Sensor, SensorIndex, SensorKind, Verdict,
};

fn start() -> Epoch {
    parse_utc("1980-06-03T06:24:00Z").unwrap()
}

fn radar(id: &str, link: &str) -> Sensor {
    Sensor {
        id: id.into(),
        failure_domains: vec![id.into(), link.into()],
        revisit_s: 5.0,
        detection_probability: 0.9,
        false_detections_per_scan: 0.0,
        kind: SensorKind::Radar(RadarSensor {
            site: Geodetic::from_degrees(60.0, 20.0, 0.0),
            azimuth_rad: [0.0, 0.0],
            elevation_rad: [0.03, 1.4],
            range_max_m: 4e6,
            unambiguous_range_m: None,
            bias_sigma_range_m: 10.0,
            bias_sigma_azimuth_rad: 1e-4,
            bias_sigma_elevation_rad: 1e-4,
            refraction_included: false,
            light_time_included: false,
        }),
    }
}

fn engine() -> Engine {
    Engine::new(Setup {
        mode: Mode::Exercise,
        start: Some(start()),
        late_window_s: 30.0,
        sensors: vec![radar("north", "relay"), radar("east", "relay")],
        gazetteer: Vec::new(),
        protected_areas: Vec::new(),
        catalogue: Vec::new(),
        thresholds: Thresholds::default(),
        release_rule: None,
        seed: 1,
    })
    .unwrap()
}

fn claim(id: &str, time_s: f64, count: Option<u32>) -> (f64, Record) {
    let claim = Claim {
        id: id.into(),
        time: after(start(), time_s),
        issuer: "a display".into(),
        text: "attack".into(),
        count,
        sensors: Vec::new(),
        launch_area: None,
    };
    (time_s, Record::Claim(claim))
}

/// Heartbeats of both radars, in a mode, between two times.
fn beats(from_s: u32, to_s: u32, mode: Option<Mode>) -> Vec<(f64, Record)> {
    let beat = |sensor: u16, time_s: u32| {
        let report = Report {
            id: format!("b{sensor}-{time_s}-{mode:?}").into(),
            time: after(start(), f64::from(time_s)),
            received: None,
            mode,
            sensor: SensorIndex(sensor),
            body: ReportBody::Heartbeat(Heartbeat {
                status: HeartbeatStatus::Ok,
                reports: Some(0),
                coverage: None,
            }),
        };
        (f64::from(time_s), Record::Report(report))
    };
    (from_s..to_s)
        .step_by(5)
        .flat_map(|time_s| [beat(0, time_s), beat(1, time_s)])
        .collect()
}

/// What was said of each claim, in order, and nothing else may have been concluded.
fn told(mut records: Vec<(f64, Record)>) -> Vec<(String, Verdict, Reason)> {
    records.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut engine = engine();
    let events: Vec<Event> = records
        .iter()
        .flat_map(|(_, record)| engine.step(record))
        .collect();
    let said = events.iter().filter_map(|event| match &event.body {
        EventBody::Assessment(said) => Some(said),
        EventBody::Warning(warning) => panic!("a claim alone warned: {warning:?}"),
        _ => None,
    });
    said.map(|said| {
        (
            said.claim.clone().unwrap().to_string(),
            said.verdict,
            said.reason,
        )
    })
    .collect()
}

#[test]
fn a_claim_that_no_sensor_supports_is_dismissed_within_two_minutes() {
    let mut records = beats(0, 250, None);
    records.push(claim("c1", 100.0, None));
    let told = told(records);
    let first = (Verdict::Insufficient, Reason::ClaimWithoutMeasurement);
    assert_eq!((told[0].1, told[0].2), first);
    let last = told.last().unwrap();
    assert_eq!(
        (last.1, last.2),
        (Verdict::Dismissed, Reason::UnsupportedClaim)
    );
}

#[test]
fn counts_that_contradict_each_other_are_the_reason() {
    let mut records = beats(0, 250, None);
    records.push(claim("c1", 100.0, Some(2)));
    records.push(claim("c2", 120.0, Some(22)));
    records.push(claim("denial", 130.0, Some(0)));
    let told = told(records);
    for name in ["c1", "c2"] {
        let last = told.iter().rfind(|said| said.0 == name).unwrap();
        assert_eq!(
            (last.1, last.2),
            (Verdict::Dismissed, Reason::InconsistentCounts)
        );
    }
    assert!(told.iter().all(|said| said.0 != "denial"));
}

#[test]
fn exercise_data_in_the_stream_is_the_reason() {
    let mut records = beats(0, 250, None);
    records.extend(beats(50, 100, Some(Mode::Test)));
    records.push(claim("c1", 100.0, None));
    let told = told(records);
    assert_eq!(told.last().unwrap().2, Reason::ExerciseData);
}

#[test]
fn lost_sensors_are_a_loss_and_stay_one_when_they_come_back() {
    let mut records = beats(0, 60, None);
    records.extend(beats(300, 400, None));
    records.push(claim("c1", 120.0, None));
    let told = told(records);
    let last = told.last().unwrap();
    assert_eq!((last.1, last.2), (Verdict::Dismissed, Reason::SensorsLost));
    assert!(
        told.iter()
            .any(|said| said.1 == Verdict::Insufficient && said.2 == Reason::SensorsLost)
    );
}

#[test]
fn what_nobody_could_ask_is_not_dismissed() {
    let told = told(vec![claim("c1", 100.0, None)]);
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].1, Verdict::Insufficient);
}

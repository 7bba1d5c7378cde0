use std::sync::Arc;

use forewarn_core::engine::Thresholds;
use forewarn_core::model::{ObjectId, Region};
use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::time::parse_utc;

use super::*;

fn setup(mode: Mode) -> Setup {
    Setup {
        mode,
        start: None,
        late_window_s: 30.0,
        sensors: Vec::new(),
        gazetteer: Vec::new(),
        protected_areas: Vec::new(),
        catalogue: Vec::new(),
        thresholds: Thresholds::default(),
        release_rule: None,
        seed: 0,
    }
}

fn event(
    second: u32,
    revision: u32,
    action: WarningAction,
    mode: Mode,
    areas: Vec<Region>,
) -> Event {
    Event {
        time: parse_utc(&format!("2026-03-01T12:00:{second:02}.5Z")).unwrap(),
        body: EventBody::Warning(Box::new(Warning {
            warning: WarningId(3),
            revision,
            action,
            mode,
            objects: vec![ObjectId(17)],
            areas,
            time_left_s: Some(912.0),
            earliest_95_s: Some(905.0),
            released_by: None,
            headline: "Ballistic missile on its way to the test range".into(),
            description: "A missile was launched.".into(),
        })),
        caused_by: vec![Arc::from("m1")],
    }
}

fn circle(latitude_deg: f64, longitude_deg: f64, radius_m: f64) -> Vec<Region> {
    vec![Region::Circle {
        centre: Geodetic::from_degrees(latitude_deg, longitude_deg, 0.0),
        radius_m,
    }]
}

#[test]
fn a_warning_lives_and_every_message_passes_the_rules() {
    for mode in [Mode::Live, Mode::Exercise, Mode::Test, Mode::Replay] {
        for last in [WarningAction::Cancel, WarningAction::Retract] {
            let setup = setup(mode);
            let mut writer = AlertWriter::new(&setup);
            for (second, action) in [
                (0, WarningAction::Issue),
                (0, WarningAction::Update),
                (9, last),
            ] {
                let revision =
                    writer.last.len() as u32 + second + u32::from(action == WarningAction::Update);
                let message = writer
                    .message(&event(
                        second,
                        revision,
                        action,
                        mode,
                        circle(-20.0, 179.9, 60e3),
                    ))
                    .unwrap();
                assert_eq!(message.broken, Vec::<String>::new());
                let alert = Alert::from_xml(&message.xml.unwrap()).unwrap();
                assert_ne!(alert.status, Status::Actual);
                assert_eq!(
                    alert.references.len(),
                    usize::from(action != WarningAction::Issue)
                );
                assert_eq!(alert.is_retraction(), action == WarningAction::Retract);
                // The circle lies across the antimeridian: two polygons.
                assert_eq!(alert.infos[0].areas[0].polygons.len(), 2);
            }
        }
    }
}

#[test]
fn a_cancel_of_nothing_is_refused_loudly() {
    let setup = setup(Mode::Live);
    let message = AlertWriter::new(&setup)
        .message(&event(
            0,
            1,
            WarningAction::Cancel,
            Mode::Live,
            circle(0.5, 0.5, 1e4),
        ))
        .unwrap();
    assert!(message.xml.is_none());
    assert!(
        message
            .broken
            .iter()
            .any(|rule| rule.contains("FW-CAP-030")),
        "{:?}",
        message.broken
    );
}

#[test]
fn a_warning_without_an_area_is_refused_loudly() {
    let setup = setup(Mode::Live);
    let message = AlertWriter::new(&setup)
        .message(&event(0, 1, WarningAction::Issue, Mode::Live, Vec::new()))
        .unwrap();
    assert!(message.xml.is_none() && !message.broken.is_empty());
}

#[test]
fn what_is_too_small_to_draw_is_a_circle() {
    let areas = areas::areas(&circle(10.0, 20.0, 1.0), &[]);
    assert_eq!((areas[0].polygons.len(), areas[0].circles.len()), (0, 1));
    assert_eq!(areas[0].area_desc, "Around 10.0° N, 20.0° E");
}

#[test]
fn a_pole_can_be_warned() {
    let setup = setup(Mode::Exercise);
    for areas in [circle(89.5, 30.0, 200e3), circle(-89.9, 0.0, 100e3)] {
        let message = AlertWriter::new(&setup)
            .message(&event(0, 1, WarningAction::Issue, Mode::Exercise, areas))
            .unwrap();
        assert_eq!(message.broken, Vec::<String>::new());
    }
}

#[test]
fn a_long_headline_is_cut_at_a_word() {
    let setup = setup(Mode::Live);
    let mut long = event(
        0,
        1,
        WarningAction::Issue,
        Mode::Live,
        circle(0.5, 0.5, 1e4),
    );
    if let EventBody::Warning(warning) = &mut long.body {
        warning.headline = "missiles ".repeat(60);
    }
    let message = AlertWriter::new(&setup).message(&long).unwrap();
    let alert = Alert::from_xml(&message.xml.unwrap()).unwrap();
    let headline = alert.infos[0].headline.as_deref().unwrap();
    assert!(
        headline.chars().count() <= 160 && headline.ends_with("missiles…"),
        "{headline}"
    );
}

#[test]
fn a_region_over_a_pole_and_one_that_crosses_itself_are_written() {
    let setup = setup(Mode::Exercise);
    let ring = |corners: &[(f64, f64)]| {
        let corners = corners
            .iter()
            .map(|(latitude_deg, longitude_deg): &(f64, f64)| {
                [latitude_deg.to_radians(), longitude_deg.to_radians()]
            });
        vec![Region::Polygon(corners.collect())]
    };
    let pole = ring(&[(-80.0, 50.0), (-70.0, 170.0), (-75.0, -70.0), (-80.0, 50.0)]);
    let message = AlertWriter::new(&setup)
        .message(&event(0, 1, WarningAction::Issue, Mode::Exercise, pole))
        .unwrap();
    assert_eq!((message.broken, message.redrawn), (Vec::new(), None));
    let bow = ring(&[
        (0.5, 0.5),
        (20.0, 10.0),
        (0.5, 10.0),
        (10.0, 0.5),
        (0.5, 0.5),
    ]);
    let message = AlertWriter::new(&setup)
        .message(&event(0, 1, WarningAction::Issue, Mode::Exercise, bow))
        .unwrap();
    assert_eq!(message.broken, Vec::<String>::new());
    assert!(message.redrawn.unwrap().contains("FW-CAP-106"));
    let alert = Alert::from_xml(&message.xml.unwrap()).unwrap();
    assert!(alert.infos[0].areas[0].circles[0].radius_km > 700.0);
}

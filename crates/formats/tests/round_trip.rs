//! What is written is read back the same.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests may fail the test"
)]

mod common;

use forewarn_core::model::{
    Action, ActionKind, Band, Claim, Class, Heartbeat, HeartbeatStatus, Infrared, Mode, Notice,
    Radar, Record, Region, Report, ReportBody, SensorIndex,
};
use forewarn_formats::record::{
    Decoder, merged, write_action, write_claim, write_notice, write_report,
};
use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::time::{after, parse_utc};
use nalgebra::Vector3;
use proptest::prelude::*;

fn report(id: &str, at_s: f64, sensor: u16, body: ReportBody) -> Report {
    let start = parse_utc("2026-03-01T12:00:00Z").unwrap();
    Report {
        id: id.into(),
        time: after(start, at_s),
        received: None,
        mode: None,
        sensor: SensorIndex(sensor),
        body,
    }
}

fn heartbeat(id: &str, at_s: f64) -> Report {
    report(
        id,
        at_s,
        0,
        ReportBody::Heartbeat(Heartbeat {
            status: HeartbeatStatus::Ok,
            reports: Some(3),
            coverage: None,
        }),
    )
}

proptest! {
    #[test]
    fn prop_reports_survive_to_the_bit(
        x in -1.0f64..1.0, y in -1.0f64..1.0, sigma_rad in 1e-7f64..1e-2, range_m in 1.0f64..1e8,
        azimuth_rad in 0.0f64..6.2, elevation_rad in -1.5f64..1.5, nanoseconds in 0u32..1_000_000_000, rate in -9e3f64..9e3,
    ) {
        let line_of_sight = Vector3::new(x, y, 0.3).normalize();
        let mut one = report("a\"b", f64::from(nanoseconds) * 1e-9, 0, ReportBody::Infrared(Infrared {
            line_of_sight, sensor_position_m: Some(Vector3::new(4.2e7, x, y)), sigma_rad,
            radiant_intensity_w_sr: Some(range_m), band: Some(Band::Micron27),
        }));
        one.received = Some(after(one.time, 1.25));
        one.mode = Some(Mode::Exercise);
        let two = report("r", 1.0, 2, ReportBody::Radar(Radar {
            range_m, azimuth_rad, elevation_rad, range_rate_m_s: Some(rate), sigma_range_m: sigma_rad,
            sigma_azimuth_rad: sigma_rad, sigma_elevation_rad: sigma_rad, sigma_range_rate_m_s: Some(sigma_rad),
            snr_db: Some(rate.abs().min(90.0)), rcs_m2: None,
        }));
        let sensors = common::sensors();
        let mut decoder = Decoder::new("detections.ndjson", &sensors);
        for whole in [one, two, heartbeat("h", 2.0)] {
            let line = write_report(&whole, &sensors);
            prop_assert_eq!(decoder.decode(1, line.as_bytes()), Some(Record::Report(whole)));
        }
    }
}

#[test]
fn a_recording_comes_out_in_order_of_arrival() {
    let start = parse_utc("2026-03-01T12:00:00Z").unwrap();
    let dir = std::env::temp_dir().join(format!("forewarn-merge-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let sensors = common::sensors();
    // The third report claims a time a year ahead: it must not pull the action forward.
    let times = [
        ("d1", 0.0),
        ("d2", 10.0),
        ("wild", 3.2e7),
        ("d3", 5.0),
        ("d4", 30.0),
    ];
    let lines: Vec<String> = times
        .iter()
        .map(|(id, at_s)| write_report(&heartbeat(id, *at_s), &sensors))
        .collect();
    std::fs::write(dir.join("detections.ndjson"), lines.join("\n")).unwrap();
    let notice = Notice {
        id: "n1".into(),
        issuer: "agency".into(),
        received: after(start, -60.0),
        class: Class::SpaceLaunch,
        window: [start, after(start, 3600.0)],
        launch_area: Region::Circle {
            centre: Geodetic::from_degrees(30.0, 60.0, 0.0),
            radius_m: 1e4,
        },
        impact_areas: vec![],
        azimuth_rad: Some(1.0),
        azimuth_tolerance_rad: Some(0.1),
        count: Some(1),
    };
    let claim = Claim {
        id: "c1".into(),
        time: after(start, 7.0),
        issuer: "x".into(),
        text: "y".into(),
        count: None,
        sensors: vec!["geo-1".into()],
        launch_area: Some(Region::Circle {
            centre: Geodetic::from_degrees(10.0, 20.0, 0.0),
            radius_m: 2e5,
        }),
    };
    let action = Action {
        id: "a1".into(),
        time: after(start, 20.0),
        by: "z".into(),
        kind: ActionKind::Release,
        target: "w-1".into(),
    };
    std::fs::write(dir.join("notices.ndjson"), write_notice(&notice)).unwrap();
    std::fs::write(dir.join("claims.ndjson"), write_claim(&claim)).unwrap();
    std::fs::write(dir.join("actions.ndjson"), write_action(&action)).unwrap();
    let records: Vec<Record> = merged(&dir, &sensors)
        .unwrap()
        .map(|record| record.unwrap())
        .collect();
    std::fs::remove_dir_all(&dir).unwrap();
    let ids: Vec<&str> = records
        .iter()
        .map(|record| match record {
            Record::Report(report) => &*report.id,
            Record::Notice(notice) => &*notice.id,
            Record::Claim(claim) => &*claim.id,
            Record::Action(action) => &*action.id,
            Record::Tick(_) | Record::Unreadable { .. } => "?",
        })
        .collect();
    assert_eq!(ids, ["n1", "d1", "c1", "d2", "wild", "d3", "a1", "d4"]);
    assert!(records.contains(&Record::Claim(claim)) && records.contains(&Record::Action(action)));
    let Record::Notice(back) = &records[0] else {
        panic!()
    };
    assert_eq!(
        (back.window, back.count, back.class),
        (notice.window, notice.count, notice.class)
    );
}

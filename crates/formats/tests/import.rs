//! Other people's files, and one row of CSV, become reports or are refused by line.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests may fail the test"
)]

mod common;

use forewarn_core::model::{Record, ReportBody};
use forewarn_formats::config::{RadarNoise, SensorTable};
use forewarn_formats::csv::read_csv;
use forewarn_formats::tdm::{read_tdm, tdm_reports};

fn example(name: &str) -> forewarn_formats::tdm::Tdm {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/tdm")
        .join(name);
    read_tdm(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn the_standards_examples_are_read_and_what_is_not_supported_is_counted() {
    let relay = example("TDMExample6.txt");
    assert!(relay.refused.is_empty(), "{:?}", relay.refused);
    assert_eq!(relay.observations.len(), 4);
    assert_eq!(
        relay.observations[0].azimuth_rad,
        Some(256.640_023_93_f64.to_radians())
    );
    assert_eq!(relay.unsupported["RANGE (PATH 1,2,3,2,1)"], 4);
    assert_eq!(relay.unsupported["RECEIVE_FREQ"], 4);
    let doppler = example("TDMExample8.txt");
    assert_eq!(doppler.unsupported["ANGLE_1 (ANGLE_TYPE XSYE)"], 3);
    assert!(doppler.unsupported.contains_key("RANGE (RANGE_UNITS s)"));
    assert!(
        doppler
            .observations
            .iter()
            .all(|look| look.station == "WHM1" && look.elevation_rad.is_some())
    );
    // The same message in both forms, cut short in KVN.
    let (text, xml) = (example("TDMExample2.txt"), example("TDMExample2.xml"));
    assert_eq!(text.unsupported, xml.unsupported);
    assert_eq!(example("TDMExample15.txt").observations.len(), 0);
    assert_eq!(
        example("TDMExample4.txt").unsupported["RANGE (RANGE_UNITS RU)"],
        5
    );
}

const HEAD: &str = "CCSDS_TDM_VERS = 1.0\nMETA_START\nTIME_SYSTEM = UTC\nPARTICIPANT_1 = picket\nPARTICIPANT_2 = X\nPATH = 1,2,1\nRANGE_UNITS = km\nANGLE_TYPE = AZEL\nMETA_STOP\nDATA_START\n";

#[test]
fn impossible_values_and_disordered_times_are_refused_by_line() {
    let text = format!(
        "{HEAD}RANGE = 2026-03-01T00:00:00 1000.0\nANGLE_1 = 2026-03-01T00:00:00 10\nANGLE_2 = 2026-03-01T00:00:00 20\nANGLE_1 = 2026-13-01T00:00:01 10\nANGLE_1 = 2026-03-01T00:00:02 999\nRANGE = 2026-02-28T00:00:00 1000\nRANGE = 2026-03-01T00:00:03 NaN\nRANGE = 2026-03-01T00:00:04 far\nDATA_STOP\n"
    );
    let tdm = read_tdm(&text).unwrap();
    let refused: Vec<(usize, &str)> = tdm
        .refused
        .iter()
        .map(|error| (error.line, error.message.as_str()))
        .collect();
    for ((line, word), (found, message)) in [
        (14, "month"),
        (15, "999"),
        (16, "goes back"),
        (17, "NaN"),
        (18, "far"),
    ]
    .iter()
    .zip(&refused)
    {
        assert!(line == found && message.contains(word), "{message}");
    }
    assert_eq!((refused.len(), tdm.observations.len()), (5, 1));
    let noise = RadarNoise {
        sigma_range_m: Some(20.0),
        sigma_azimuth_rad: Some(1e-3),
        sigma_elevation_rad: Some(1e-3),
        sigma_range_rate_m_s: None,
    };
    let mut table = SensorTable {
        sensors: common::sensors(),
        ..SensorTable::default()
    };
    assert_eq!(tdm_reports(&tdm, &table).1.len(), 1, "no noise, no report");
    table.radar_noise.insert("picket".into(), noise);
    let (reports, refused) = tdm_reports(&tdm, &table);
    assert!(refused.is_empty());
    let ReportBody::Radar(radar) = &reports[0].body else {
        panic!()
    };
    assert_eq!(
        (radar.range_m, radar.azimuth_rad),
        (1e6, 10f64.to_radians())
    );
}

#[test]
fn what_is_no_message_is_refused() {
    assert!(read_tdm("hello").is_err());
    assert!(read_tdm("<tdm><body>").is_err());
    assert!(read_tdm("<html></html>").is_err());
}

#[test]
fn rows_become_reports_or_are_refused_by_line() {
    let text = "id,time,sensor,kind,range_m,azimuth_rad,elevation_rad,sigma_range_m,sigma_azimuth_rad,sigma_elevation_rad,line_of_sight_x,line_of_sight_y,line_of_sight_z,sigma_rad\n\
        r1,2026-03-01T12:00:00Z,picket,radar,1e6,1,0.5,20,1e-3,1e-3,,,,\n\
        i1,2026-03-01T12:00:00Z,geo-1,infrared,,,,,,,0.6,0.8,0,2e-5\n\
        r2,2026-03-01T12:00:00Z,picket,radar,far,1,0.5,20,1e-3,1e-3,,,,\n\
        i2,2026-03-01T12:00:00Z,geo-1,infrared,,,,,,,3,0,0,2e-5\n\
        short,row\n";
    let records = read_csv("a.csv", text, &common::sensors()).unwrap();
    assert!(matches!(
        (&records[0], &records[1]),
        (Record::Report(_), Record::Report(_))
    ));
    let details: Vec<&str> = records[2..]
        .iter()
        .map(|record| match record {
            Record::Unreadable { detail, .. } => detail.as_str(),
            _ => "",
        })
        .collect();
    for (detail, start, word) in [
        (details[0], "a.csv:4:", "range_m"),
        (details[1], "a.csv:5:", "length 3"),
        (details[2], "a.csv:6:", "2 cells"),
    ] {
        assert!(
            detail.starts_with(start) && detail.contains(word),
            "{detail}"
        );
    }
}

//! A configuration is read as documented, or refused with file, line, key and remedy.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests may fail the test"
)]

use std::path::{Path, PathBuf};

use forewarn_core::model::{Band, Mode, OrbitSource, SensorKind, View};
use forewarn_formats::config::{load_recording, read_sensors};
use forewarn_formats::{ConfigError, Problem};

const SENSORS: &str = r#"[[sensor]]
id = "geo-1"
kind = "infrared"
failure_domains = ["ground-station-a"]
orbit = { geostationary_longitude_deg = -175.0 }
revisit_s = 10.0
sigma_rad = 2.0e-5
bias_sigma_rad = 1.0e-5
threshold_w_sr = 2.0e4
detection_probability = 0.95
false_detections_per_scan = 3.0

[[sensor]]
id = "picket"
kind = "radar"
failure_domains = ["picket"]
latitude_deg = -24.0
longitude_deg = 160.5
height_m = 100.0
azimuth_deg = [330.0, 90.0]
elevation_deg = [2.0, 70.0]
range_max_m = 4.0e6
revisit_s = 2.0
detection_probability = 0.9
false_detections_per_scan = 3.0
bias_sigma_range_m = 50.0
bias_sigma_azimuth_rad = 2.0e-4
bias_sigma_elevation_rad = 2.0e-4
refraction = "removed"
light_time = "removed"
"#;

fn problems(text: &str) -> Vec<Problem> {
    read_sensors("sensors.toml", text, Path::new(".")).unwrap_err()
}

fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let dir = std::env::temp_dir().join(format!("forewarn-config-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    for (file, text) in files {
        std::fs::write(dir.join(file), text).unwrap();
    }
    dir
}

#[test]
fn the_published_example_is_read() {
    let table = read_sensors("sensors.toml", SENSORS, Path::new(".")).unwrap();
    let SensorKind::Infrared(geo) = &table.sensors[0].kind else {
        panic!()
    };
    assert_eq!(
        geo.orbit,
        Some(OrbitSource::Geostationary {
            longitude_rad: (-175.0f64).to_radians()
        })
    );
    assert_eq!(
        (geo.view, geo.band, geo.cloud_break_height_m),
        (View::Earth, None, 1e4)
    );
    let SensorKind::Radar(picket) = &table.sensors[1].kind else {
        panic!()
    };
    assert_eq!(picket.azimuth_rad[0], 330.0f64.to_radians());
    assert!(!picket.refraction_included && !picket.light_time_included);
}

#[test]
fn optional_keys_are_read() {
    let text = SENSORS
        .replace("threshold_w_sr", "band = \"2.7um\"\nsun_exclusion_deg = 10\nview = { latitude_deg = 10, longitude_deg = 20, half_angle_deg = 4 }\nthreshold_w_sr")
        .replace("refraction = \"removed\"", "refraction = \"standard\"\nsigma_range_m = 25");
    let table = read_sensors("sensors.toml", &text, Path::new(".")).unwrap();
    let SensorKind::Infrared(geo) = &table.sensors[0].kind else {
        panic!()
    };
    assert_eq!(geo.band, Some(Band::Micron27));
    assert!(
        matches!(geo.view, View::Around { half_angle_rad, .. } if (half_angle_rad - 4.0f64.to_radians()).abs() < 1e-12)
    );
    assert_eq!(table.radar_noise["picket"].sigma_range_m, Some(25.0));
}

#[test]
fn every_form_of_orbit_is_read() {
    let tle = r#"{ tle = ["1 25544U 98067A   20194.88612269 -.00002218  00000-0 -31515-4 0  9992", "2 25544  51.6461 221.2784 0001413  89.1723 280.4612 15.49507896236008"] }"#;
    let elements = r#"{ semi_major_axis_m = 2.66e7, eccentricity = 0.7, inclination_deg = 63.4, raan_deg = 10, argument_of_perigee_deg = 270, mean_anomaly_deg = 0, epoch = 2026-03-01T00:00:00Z, frame = "itrf_at_epoch" }"#;
    for form in [
        tle,
        elements,
        r#"{ oem = "a.oem" }"#,
        r#"{ omm = "a.omm" }"#,
    ] {
        let dir = folder(
            "orbit",
            &[
                (
                    "a.oem",
                    "CCSDS_OEM_VERS = 2.0\nREF_FRAME = ITRF2014\nTIME_SYSTEM = UTC\n2026-03-01T00:00:00 42164 0 0 0 0 0\n2026-03-01T00:10:00 42164 0 0 0 0 0\n",
                ),
                (
                    "a.omm",
                    "OBJECT_NAME,OBJECT_ID,EPOCH,MEAN_MOTION,ECCENTRICITY,INCLINATION,RA_OF_ASC_NODE,ARG_OF_PERICENTER,MEAN_ANOMALY,EPHEMERIS_TYPE,CLASSIFICATION_TYPE,NORAD_CAT_ID,ELEMENT_SET_NO,REV_AT_EPOCH,BSTAR,MEAN_MOTION_DOT,MEAN_MOTION_DDOT\nA,2020-001A,2026-03-01T00:00:00.000000,1.00270000,.0001,.05,10,20,30,0,U,45026,999,100,0,0,0\n",
                ),
            ],
        );
        let text = SENSORS.replace("{ geostationary_longitude_deg = -175.0 }", form);
        let table = read_sensors("sensors.toml", &text, &dir)
            .unwrap_or_else(|found| panic!("{form}: {found:?}"));
        let SensorKind::Infrared(geo) = &table.sensors[0].kind else {
            panic!()
        };
        assert!(geo.orbit.is_some());
        std::fs::remove_dir_all(&dir).unwrap();
    }
}

#[test]
fn an_unknown_key_names_its_line_and_the_nearest() {
    let found = problems(&SENSORS.replace("revisit_s = 10.0", "revisit_sec = 10.0"));
    let unknown = found
        .iter()
        .find(|problem| problem.field == "sensor.revisit_sec")
        .unwrap();
    assert_eq!(
        (unknown.file.as_str(), unknown.line, unknown.column),
        ("sensors.toml", 6, 1)
    );
    assert!(unknown.remedy.contains("`revisit_s`"), "{unknown}");
    assert!(
        found
            .iter()
            .any(|problem| problem.field == "sensor.revisit_s" && problem.message == "is missing")
    );
}

#[test]
fn impossible_values_are_refused_by_line_and_key() {
    for (from, to, line, field) in [
        (
            "latitude_deg = -24.0",
            "latitude_deg = 200.0",
            17,
            "sensor.latitude_deg",
        ),
        (
            "longitude_deg = 160.5",
            "longitude_deg = nan",
            18,
            "sensor.longitude_deg",
        ),
        (
            "sigma_rad = 2.0e-5",
            "sigma_rad = -2.0e-5",
            7,
            "sensor.sigma_rad",
        ),
        (
            "sigma_rad = 2.0e-5",
            "sigma_rad = inf",
            7,
            "sensor.sigma_rad",
        ),
        (
            "detection_probability = 0.95",
            "detection_probability = 1.5",
            10,
            "sensor.detection_probability",
        ),
        ("id = \"picket\"", "id = \"geo-1\"", 14, "sensor.id"),
        ("kind = \"radar\"", "kind = \"sonar\"", 15, "sensor.kind"),
        (
            "elevation_deg = [2.0, 70.0]",
            "elevation_deg = [70.0, 2.0]",
            21,
            "sensor.elevation_deg",
        ),
        (
            "elevation_deg = [2.0, 70.0]",
            "elevation_deg = [2.0]",
            21,
            "sensor.elevation_deg",
        ),
        (
            "range_max_m = 4.0e6",
            "range_max_m = \"far\"",
            22,
            "sensor.range_max_m",
        ),
        (
            "failure_domains = [\"picket\"]",
            "failure_domains = []",
            16,
            "sensor.failure_domains",
        ),
        (
            "refraction = \"removed\"",
            "refraction = \"none\"",
            29,
            "sensor.refraction",
        ),
        (
            "geostationary_longitude_deg = -175.0",
            "geostationary_longitude_deg = 500",
            5,
            "sensor.orbit.geostationary_longitude_deg",
        ),
        (
            "geostationary_longitude_deg = -175.0",
            "",
            5,
            "sensor.orbit",
        ),
        (
            "revisit_s = 10.0",
            "revisit_s = 10.0\nrevisit_s = 11.0",
            7,
            "",
        ),
    ] {
        let found = problems(&SENSORS.replace(from, to));
        assert!(
            found
                .iter()
                .any(|problem| problem.line == line && problem.field == field),
            "{to}: {found:#?}"
        );
    }
}

#[test]
fn a_recording_needs_a_mode_and_refuses_what_it_does_not_know() {
    let area = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"Port"},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}}]}"#;
    let good = "mode = \"exercise\"\nstart = 2026-03-01T12:00:00Z\nprotected_areas = \"areas.geojson\"\n[config]\ngazetteer = false\nrelease_rule = \"drill\"\nthresholds = { suspected = 0.8 }\n";
    let files = [("sensors.toml", SENSORS), ("areas.geojson", area)];
    let dir = folder("recording", &files);
    std::fs::write(dir.join("recording.toml"), good).unwrap();
    let loaded = load_recording(&dir).unwrap();
    assert_eq!(loaded.setup.mode, Mode::Exercise);
    assert_eq!(loaded.setup.protected_areas[0].name, "Port");
    assert_eq!(
        (
            loaded.setup.late_window_s,
            loaded.setup.thresholds.suspected
        ),
        (30.0, 0.8)
    );
    assert!(!loaded.gazetteer && loaded.setup.release_rule.as_deref() == Some("drill"));
    for (text, field, line) in [
        ("late_window_s = 30\n", "mode", 1),
        ("mode = \"drill\"\n", "mode", 1),
        ("mode = \"test\"\nstrat = 1\n", "strat", 2),
        ("mode = \"test\"\nstart = 2026-13-01T00:00:00Z\n", "", 2),
        (
            "mode = \"test\"\nstart = \"2026-13-01T00:00:00Z\"\n",
            "start",
            2,
        ),
        ("mode = \"test\"\nlate_window_s = -1\n", "late_window_s", 2),
        (
            "mode = \"test\"\nprotected_areas = \"none.geojson\"\n",
            "protected_areas",
            2,
        ),
        (
            "mode = \"test\"\n[config]\nthresholds = { suspected = 2.0 }\n",
            "config.thresholds.suspected",
            3,
        ),
        (
            "mode = \"test\"\n[config]\ngazeteer = true\n",
            "config.gazeteer",
            3,
        ),
    ] {
        std::fs::write(dir.join("recording.toml"), text).unwrap();
        let Err(ConfigError::Refused(found)) = load_recording(&dir) else {
            panic!("{text}")
        };
        assert!(
            found
                .0
                .iter()
                .any(|problem| problem.field == field && problem.line == line),
            "{text}: {found}"
        );
    }
    std::fs::remove_dir_all(&dir).unwrap();
}

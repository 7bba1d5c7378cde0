//! `import`: tracking data messages and CSV.

use super::*;

const SENSORS: &str = r#"[[sensor]]
id = "picket"
kind = "radar"
failure_domains = ["picket"]
latitude_deg = -24.0
longitude_deg = 160.5
height_m = 100.0
azimuth_deg = [0.0, 0.0]
elevation_deg = [2.0, 85.0]
range_max_m = 4.0e6
revisit_s = 2.0
detection_probability = 0.9
false_detections_per_scan = 3.0
bias_sigma_range_m = 50.0
bias_sigma_azimuth_rad = 2.0e-4
bias_sigma_elevation_rad = 2.0e-4
sigma_range_m = 30.0
sigma_azimuth_rad = 5.0e-4
sigma_elevation_rad = 5.0e-4
refraction = "removed"
light_time = "removed"
"#;

const MESSAGE: &str = "CCSDS_TDM_VERS = 2.0
CREATION_DATE = 2026-03-01T13:00:00
ORIGINATOR = TEST
META_START
TIME_SYSTEM = UTC
PARTICIPANT_1 = picket
PARTICIPANT_2 = target
MODE = SEQUENTIAL
PATH = 2,1
ANGLE_TYPE = AZEL
RANGE_UNITS = km
META_STOP
DATA_START
RANGE = 2026-03-01T12:00:00 1200.5
ANGLE_1 = 2026-03-01T12:00:00 45.0
ANGLE_2 = 2026-03-01T12:00:00 30.0
RANGE = 2026-03-01T12:00:02 1190.5
ANGLE_1 = 2026-03-01T12:00:02 45.5
ANGLE_2 = 2026-03-01T12:00:02 31.0
RANGE = 2026-13-01T12:00:04 1180.5
DATA_STOP
";

fn recording(name: &str) -> PathBuf {
    let dir = folder(name);
    std::fs::write(dir.join("sensors.toml"), SENSORS).unwrap();
    dir
}

fn detections(dir: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(dir.join("detections.ndjson")).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn a_tracking_data_message_becomes_a_recording_that_runs() {
    let dir = recording("tdm");
    let message = dir.join("pass.tdm");
    std::fs::write(&message, MESSAGE).unwrap();
    let output = forewarn(&[
        "import",
        text(&message),
        "--out",
        text(&dir),
        "--mode",
        "replay",
        "--json",
    ]);
    must_end_with(&output, 0);
    assert_eq!(last_json(&output)["reports"], 2);
    assert!(
        complained(&output).contains("line 20"),
        "{}",
        complained(&output)
    );
    let records = detections(&dir);
    assert_eq!(records[0]["range_m"], 1_200_500.0);
    assert!((records[0]["azimuth_rad"].as_f64().unwrap() - 45_f64.to_radians()).abs() < 1e-12);
    must_end_with(
        &forewarn(&["run", text(&dir), "--out", text(&folder("tdm-out"))]),
        0,
    );
}

#[test]
fn a_table_becomes_a_recording() {
    let dir = recording("csv");
    let table = dir.join("plots.csv");
    std::fs::write(
        &table,
        "id,time,sensor,kind,range_m,azimuth_rad,elevation_rad,sigma_range_m,sigma_azimuth_rad,sigma_elevation_rad\n\
         p2,2026-03-01T12:00:02Z,picket,radar,1200000,0.5,0.4,30,0.0005,0.0005\n\
         p1,2026-03-01T12:00:00Z,picket,radar,1210000,0.5,0.4,30,0.0005,0.0005\n\
         p3,2026-03-01T12:00:04Z,nobody,radar,1210000,0.5,0.4,30,0.0005,0.0005\n",
    )
    .unwrap();
    let output = forewarn(&[
        "import",
        text(&table),
        "--out",
        text(&dir),
        "--mode",
        "test",
    ]);
    must_end_with(&output, 0);
    assert!(
        complained(&output).contains("nobody"),
        "{}",
        complained(&output)
    );
    let records = detections(&dir);
    assert_eq!((records.len(), &records[0]["id"]), (2, &"p1".into()));
}

#[test]
fn an_import_without_sensors_or_mode_is_refused_with_the_remedy() {
    let dir = folder("import-bare");
    let message = dir.join("pass.tdm");
    std::fs::write(&message, MESSAGE).unwrap();
    let output = forewarn(&["import", text(&message), "--out", text(&dir)]);
    must_end_with(&output, 3);
    assert!(
        complained(&output).contains("sensors.toml"),
        "{}",
        complained(&output)
    );
    std::fs::write(dir.join("sensors.toml"), SENSORS).unwrap();
    let output = forewarn(&["import", text(&message), "--out", text(&dir)]);
    must_end_with(&output, 2);
    assert!(
        complained(&output).contains("--mode"),
        "{}",
        complained(&output)
    );
}

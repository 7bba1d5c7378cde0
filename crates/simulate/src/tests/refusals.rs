//! Scenarios that are refused, each with its place and remedy.

use super::DEMO;
use crate::Scenario;

fn refusal(text: &str) -> String {
    let read = Scenario::read("demo.toml", text, &|_| Err("no such file".into()));
    read.expect_err("it was accepted").to_string()
}

/// The last line on which a text stands, from 1.
fn line_of(text: &str, what: &str) -> usize {
    let last = text
        .lines()
        .enumerate()
        .filter(|(_, line)| line.contains(what))
        .last();
    last.unwrap().0 + 1
}

#[test]
fn each_fault_is_named_with_line_and_reason() {
    for (from, to, reason) in [
        (
            "latitude_deg = 34.75",
            "latitude_deg = 200.0",
            "outside -90 to 90",
        ),
        (
            "latitude_deg = 34.75",
            "latitude_deg = nan",
            "outside -90 to 90",
        ),
        (
            "latitude_deg = 34.75",
            "lattitude_deg = 34.75",
            "nearest known key is `latitude_deg`",
        ),
        (
            "class = \"long_range_solid\"",
            "class = \"long_range\"",
            "not a class of vehicle",
        ),
        (
            "kind = \"missile\"",
            "kind = \"missle\"",
            "did you mean `missile`?",
        ),
        (
            "start = \"2026-03-01T12:00:00Z\"",
            "start = \"2026-13-01T12:00:00Z\"",
            "month must be 1 to 12",
        ),
        ("mode = \"exercise\"", "mode = \"drill\"", "is not a mode"),
        ("duration_s = 2700.0", "duration_s = -1.0", "above 0"),
        ("sigma_rad = 2.0e-5", "sigma_rad = -2.0e-5", "outside"),
        (
            "revisit_s = 5.0",
            "revisit = 5.0",
            "nearest known key is `revisit_s`",
        ),
        (
            "detection_probability = 0.95",
            "detection_probability = 1.5",
            "outside 0 to 1",
        ),
        (
            "scan = \"scanning\"",
            "scan = \"sweeping\"",
            "must be `staring` or `scanning`",
        ),
        (
            "reference_range_m",
            "reference_rang_m",
            "nearest known key is `reference_range_m`",
        ),
        ("[weather]", "[wether]", "nearest known key is `weather`"),
        (
            "refraction = \"removed\"",
            "refraction = \"gone\"",
            "must be `removed` or `standard`",
        ),
        (
            "range_m = 8.0e6",
            "flight = \"paz\"",
            "unknown key `flight`",
        ),
        ("id = \"geo-east\"", "id = \"geo-west\"", "twice"),
    ] {
        let text = DEMO.replacen(from, to, 1);
        assert_ne!(text, DEMO, "{from}");
        let message = refusal(&text);
        assert!(message.contains(reason), "{to}: {message}");
        let place = format!("demo.toml:{}:", line_of(&text, to));
        assert!(
            message.starts_with(&place),
            "{to}: {message} is not at {place}"
        );
    }
}

#[test]
fn broken_toml_and_missing_files_are_refused() {
    assert!(refusal("[scenario").starts_with("demo.toml:1:"));
    let with_file =
        format!("{DEMO}\n[[object]]\nname = \"o\"\nkind = \"orbit\"\nfile = \"x.tle\"\n");
    assert!(refusal(&with_file).contains("`x.tle` cannot be read: no such file"));
    let fault = format!("{DEMO}\n[[fault]]\nkind = \"lost\"\nsensor = \"nobody\"\n");
    assert!(refusal(&fault).contains("no sensor `nobody`"));
}

//! Every bad line is refused by name, line and reason; nothing else is lost.

use super::*;

/// A bad line, the name by which it is refused, and the reason.
fn corpus(good: &str) -> Vec<(Vec<u8>, String, &'static str)> {
    let good: Value = serde_json::from_str(good).unwrap();
    let changed = |id: &str, key: &str, value: Value| {
        let mut line = good.clone();
        line["id"] = id.into();
        line[key] = value;
        line.to_string().into_bytes()
    };
    let mut missing = good.clone();
    missing["id"] = "b-missing".into();
    missing.as_object_mut().unwrap().remove("line_of_sight");
    let time = good["time"].as_str().unwrap();
    let next_year = time.replace("2026", "2027");
    let raw = |text: &str| text.as_bytes().to_vec();
    let vector = |x: f64| serde_json::json!([x, 0.0, 0.0]);
    vec![
        (raw("no json at all"), "line".into(), "malformed"),
        (raw("[1, 2, 3]"), "line".into(), "malformed"),
        (
            b"{\"id\": \"\xff\xfe\"}".to_vec(),
            "line".into(),
            "malformed",
        ),
        (
            format!("{{\"id\": \"{}\"}}", "x".repeat(100_000)).into_bytes(),
            "line".into(),
            "overflow",
        ),
        (
            raw(&good
                .to_string()
                .replace("\"sigma_rad\":", "\"sigma_rad\":NaN,\"x\":")),
            good["id"].as_str().unwrap().into(),
            "malformed",
        ),
        (
            missing.to_string().into_bytes(),
            "b-missing".into(),
            "missing_field",
        ),
        (
            changed("b-type", "sigma_rad", "wide".into()),
            "b-type".into(),
            "wrong_type",
        ),
        (
            changed("b-sigma", "sigma_rad", (-1.0).into()),
            "b-sigma".into(),
            "impossible_value",
        ),
        (
            changed("b-unit", "line_of_sight", vector(3.0)),
            "b-unit".into(),
            "not_a_unit_vector",
        ),
        (
            changed("b-month", "time", time.replace("-03-", "-13-").into()),
            "b-month".into(),
            "bad_time",
        ),
        (
            changed("b-sensor", "sensor", "nobody".into()),
            "b-sensor".into(),
            "unknown_sensor",
        ),
        (
            changed("b-kind", "kind", "sonar".into()),
            "b-kind".into(),
            "wrong_kind",
        ),
        (
            changed("b-mode", "mode", "live".into()),
            "b-mode".into(),
            "wrong_mode",
        ),
        (
            changed("b-year", "time", next_year.into()),
            "b-year".into(),
            "in_the_future",
        ),
        (
            changed("b-old", "time", time.replace("2026", "2025").into()),
            "b-old".into(),
            "too_late",
        ),
    ]
}

fn lines(dir: &Path, kind: &str) -> Vec<Value> {
    String::from_utf8(events(dir))
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|event| event["event"] == kind)
        .collect()
}

#[test]
fn bad_lines_are_refused_and_nothing_else_is_lost() {
    let recording = copy_of_recording("bad-lines");
    let path = recording.join("detections.ndjson");
    let text_of = std::fs::read_to_string(&path).unwrap();
    let good: Vec<&str> = text_of.lines().collect();
    let infrared = good
        .iter()
        .find(|line| line.contains("\"infrared\""))
        .unwrap();
    let mut bad = corpus(infrared);
    // The line before it once more: late enough in the list to be written last.
    let repeated = good[100 + 20 + 40 * bad.len()];
    let id = serde_json::from_str::<Value>(repeated).unwrap()["id"].clone();
    bad.push((repeated.into(), id.as_str().unwrap().into(), "duplicate"));
    let (mut file, mut numbers, mut number) = (Vec::new(), Vec::new(), 0);
    for (place, line) in good.iter().enumerate() {
        number += 1;
        file.extend_from_slice(line.as_bytes());
        file.push(b'\n');
        // One bad line after every fortieth good one, from the hundredth on.
        if place >= 100 && place % 40 == 0 && numbers.len() < bad.len() {
            number += 1;
            file.extend_from_slice(&bad[numbers.len()].0);
            file.push(b'\n');
            numbers.push(number);
        }
    }
    assert_eq!(numbers.len(), bad.len());
    std::fs::write(&path, file).unwrap();
    let out = folder("bad-lines-out");
    let output = forewarn(&["run", text(&recording), "--out", text(&out), "--json"]);
    must_end_with(&output, 0);
    let refused = lines(&out, "rejection");
    for ((_, name, reason), number) in bad.iter().zip(&numbers) {
        let name = if name == "line" {
            format!("line {number}")
        } else {
            name.clone()
        };
        let found = refused
            .iter()
            .find(|event| event["record"] == name.as_str() && event["reason"] == *reason);
        assert!(found.is_some(), "{name} ({reason}) in {refused:#?}");
    }
    assert_eq!(
        last_json(&output)["rejections"].as_u64().unwrap(),
        bad.len() as u64
    );
    for kind in ["assessment", "warning"] {
        assert!(
            lines(&out, kind) == lines(&reference().out, kind),
            "{kind} differs"
        );
    }
}

#[test]
fn bad_notices_and_claims_are_refused_by_line() {
    let recording = copy_of_recording("bad-notices");
    std::fs::write(
        recording.join("notices.ndjson"),
        concat!(
            "{\"id\":\"n-1\",\"issuer\":\"x\",\"received\":\"2026-03-01T12:00:10Z\",\"class\":\"space_launch\",",
            "\"window\":[\"2026-03-01T12:00:00Z\",\"2026-03-01T13:00:00Z\"],",
            "\"launch_area\":{\"latitude_deg\":200.0,\"longitude_deg\":0.0,\"radius_m\":1000.0}}\n"
        ),
    )
    .unwrap();
    std::fs::write(
        recording.join("claims.ndjson"),
        "{\"id\":\"c-1\",\"time\":\"2026-13-01T12:00:10Z\",\"issuer\":\"x\",\"text\":\"y\"}\n",
    )
    .unwrap();
    let out = folder("bad-notices-out");
    must_end_with(
        &forewarn(&["run", text(&recording), "--out", text(&out)]),
        0,
    );
    let refused = lines(&out, "rejection");
    let reason = |id: &str| {
        refused
            .iter()
            .find(|event| event["record"] == id)
            .map(|event| event["reason"].clone())
    };
    assert_eq!(
        reason("n-1"),
        Some("impossible_value".into()),
        "{refused:#?}"
    );
    assert_eq!(reason("c-1"), Some("bad_time".into()), "{refused:#?}");
}

#[test]
fn a_bad_configuration_is_refused_by_file_line_and_key() {
    for (file, from, to, words) in [
        (
            "sensors.toml",
            "revisit_s",
            "revisit_sec",
            &["sensors.toml:", "revisit_sec", "revisit_s"][..],
        ),
        (
            "recording.toml",
            "mode",
            "modus",
            &["recording.toml", "mode"],
        ),
        (
            "recording.toml",
            "\"exercise\"",
            "\"excercise\"",
            &["recording.toml:", "exercise"],
        ),
    ] {
        let recording = copy_of_recording("bad-configuration");
        let path = recording.join(file);
        let changed = std::fs::read_to_string(&path)
            .unwrap()
            .replacen(from, to, 1);
        std::fs::write(&path, changed).unwrap();
        let output = forewarn(&[
            "run",
            text(&recording),
            "--out",
            text(&folder("bad-configuration-out")),
        ]);
        must_end_with(&output, 3);
        for word in words {
            assert!(
                complained(&output).contains(word),
                "{word}: {}",
                complained(&output)
            );
        }
    }
}

#[test]
fn what_is_not_there_ends_with_3() {
    let out = folder("not-there");
    must_end_with(&forewarn(&["run", "/nowhere", "--out", text(&out)]), 3);
    must_end_with(
        &forewarn(&["simulate", "/nowhere.toml", "--out", text(&out)]),
        3,
    );
    must_end_with(&forewarn(&["validate", "/nowhere/events.ndjson"]), 3);
}

#[test]
fn a_bad_scenario_is_refused_by_line() {
    let dir = folder("bad-scenario");
    let path = dir.join("scenario.toml");
    let changed =
        std::fs::read_to_string(scenario())
            .unwrap()
            .replacen("latitude_deg", "latitud_deg", 1);
    std::fs::write(&path, changed).unwrap();
    for arguments in [
        &["simulate", text(&path), "--out", text(&dir)][..],
        &["validate", text(&path)],
    ] {
        let output = forewarn(arguments);
        must_end_with(&output, 3);
        let all = said(&output) + &complained(&output);
        assert!(
            all.contains("scenario.toml:") && all.contains("latitude_deg"),
            "{all}"
        );
    }
}

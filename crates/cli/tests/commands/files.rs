//! `validate` and `schema`.

use super::*;

#[test]
fn what_the_program_writes_is_valid() {
    let reference = reference();
    let output = forewarn(&[
        "validate",
        text(&reference.recording),
        text(&reference.out),
        text(&scenario()),
        "--json",
    ]);
    must_end_with(&output, 0);
    assert_eq!(last_json(&output)["problems"], Value::Array(Vec::new()));
}

#[test]
fn a_bad_line_is_named_with_line_and_column() {
    let recording = copy_of_recording("validate");
    let path = recording.join("detections.ndjson");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.extend_from_slice(b"{\"id\": \"x\", oh}\n");
    let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
    std::fs::write(&path, bytes).unwrap();
    let output = forewarn(&["validate", text(&path), "--json"]);
    must_end_with(&output, 3);
    let problems = last_json(&output)["problems"].clone();
    assert_eq!(problems[0]["line"], lines, "{problems}");
    assert!(problems[0]["column"].as_u64().unwrap() > 0, "{problems}");
}

#[test]
fn a_warning_that_breaks_the_rules_is_named_with_line_and_column() {
    let good = std::fs::read_to_string(reference().out.join("warnings/w-1-001-issue.xml")).unwrap();
    let dir = folder("validate-warning");
    let path = dir.join("bad.xml");
    std::fs::write(
        &path,
        good.replace("<msgType>Alert</msgType>", "<msgType>Cancel</msgType>"),
    )
    .unwrap();
    let output = forewarn(&["validate", text(&path)]);
    must_end_with(&output, 3);
    let found = said(&output);
    assert!(
        found.contains("FW-CAP-030") && found.contains("bad.xml:7:"),
        "{found}"
    );
}

#[test]
fn every_schema_is_json() {
    let names = said(&forewarn(&["schema"]));
    assert!(names.lines().count() >= 10, "{names}");
    for name in names.lines() {
        let output = forewarn(&["schema", name]);
        must_end_with(&output, 0);
        let schema: Value = serde_json::from_str(&said(&output)).unwrap();
        assert!(schema["$schema"].is_string(), "{name}");
    }
    let wrong = forewarn(&["schema", "event"]);
    must_end_with(&wrong, 2);
    assert!(
        complained(&wrong).contains("`events`"),
        "{}",
        complained(&wrong)
    );
}

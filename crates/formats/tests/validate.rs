//! Any file is checked by line.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests may fail the test"
)]

use std::path::Path;

use forewarn_formats::validate::{is_ours, validate_file};

mod common;

#[test]
fn bad_records_become_problems_with_line_field_and_remedy() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad/detections.ndjson");
    let found = validate_file(&path, Some(&common::sensors()));
    let table = std::fs::read_to_string(path.with_file_name("detections.expected.tsv")).unwrap();
    for row in table.lines() {
        let line: usize = row.split('\t').next().unwrap().parse().unwrap();
        assert!(found.iter().any(|problem| problem.line == line), "{row}");
    }
    let long = found
        .iter()
        .find(|problem| problem.message.contains("length 3"))
        .unwrap();
    assert_eq!(long.field, "line_of_sight");
    assert!(long.remedy.contains("divide by it"), "{long}");
    assert!(is_ours(&path) && !is_ours(Path::new("warnings/w-1.xml")));
}

#[test]
fn a_missing_file_is_a_problem_not_a_crash() {
    for name in [
        "none.toml",
        "detections.ndjson",
        "truth.ndjson",
        "a.geojson",
        "b.tdm",
        "c.xyz",
    ] {
        assert_eq!(
            validate_file(&Path::new("/nonexistent").join(name), None).len(),
            1,
            "{name}"
        );
    }
    assert!(!validate_file(Path::new(env!("CARGO_MANIFEST_DIR")), None).is_empty());
}

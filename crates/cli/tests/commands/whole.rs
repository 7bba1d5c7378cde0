//! The whole chain: run, score, demo; help, completions, manual.

use super::*;

#[test]
fn a_run_writes_everything_and_its_summary_agrees() {
    let reference = reference();
    for name in [
        "events.ndjson",
        "summary.json",
        "report.html",
        "scene.czml",
        "warnings/w-1-001-issue.xml",
    ] {
        assert!(
            reference.out.join(name).metadata().unwrap().len() > 100,
            "{name}"
        );
    }
    let summary: Value =
        serde_json::from_slice(&std::fs::read(reference.out.join("summary.json")).unwrap())
            .unwrap();
    assert_eq!(summary, reference.summary);
    assert_eq!(summary["mode"], "exercise");
    assert_eq!(summary["objects_by_verdict"]["confirmed"], 1);
    for name in ["p50", "p90", "p99", "max"] {
        assert!(summary["latency_s"][name].as_f64().unwrap() > 0.0, "{name}");
    }
    let lines = events(&reference.out)
        .iter()
        .filter(|byte| **byte == b'\n')
        .count() as u64;
    let counted: u64 = summary["events"]
        .as_object()
        .unwrap()
        .values()
        .filter_map(Value::as_u64)
        .sum();
    assert_eq!(lines, counted);
    let scene: Value =
        serde_json::from_slice(&std::fs::read(reference.out.join("scene.czml")).unwrap()).unwrap();
    assert_eq!(scene[0]["id"], "document");
}

#[test]
fn the_digest_is_that_of_the_events() {
    use sha2::{Digest, Sha256};
    let reference = reference();
    let digest: String = Sha256::digest(events(&reference.out))
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(reference.summary["events_sha256"], digest.as_str());
}

#[test]
fn the_flight_is_found_and_scored() {
    let reference = reference();
    let output = forewarn(&[
        "score",
        text(&reference.recording),
        text(&reference.out),
        "--json",
    ]);
    must_end_with(&output, 0);
    let score = last_json(&output);
    assert_eq!(
        (&score["verdicts"]["threats"], &score["verdicts"]["found"]),
        (&1.into(), &1.into())
    );
    assert_eq!(score["verdicts"]["false_confirmed"], 0);
    assert_eq!(score["objects"][0]["truth"], "flight");
    assert!(said(&output).contains("cut-off + 15 s"));
    assert!(reference.out.join("score.json").is_file());
}

#[test]
fn without_truth_there_is_no_score() {
    let dir = copy_of_recording("no-truth");
    std::fs::remove_file(dir.join("truth.ndjson")).unwrap();
    let output = forewarn(&["score", text(&dir), text(&reference().out)]);
    must_end_with(&output, 3);
    assert!(
        complained(&output).contains("truth.ndjson"),
        "{}",
        complained(&output)
    );
}

#[test]
fn no_warning_of_a_run_is_actual() {
    for entry in std::fs::read_dir(reference().out.join("warnings")).unwrap() {
        let xml = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(xml.contains("<status>Exercise</status>") && !xml.contains("Actual"));
    }
}

#[test]
fn messages_of_an_earlier_run_do_not_stay() {
    let out = folder("twice");
    std::fs::create_dir_all(out.join("warnings")).unwrap();
    std::fs::write(out.join("warnings/w-9-001-issue.xml"), "old").unwrap();
    std::fs::write(out.join("warnings/notes.txt"), "mine").unwrap();
    let output = forewarn(&[
        "run",
        text(&reference().recording),
        "--out",
        text(&out),
        "--quiet",
    ]);
    must_end_with(&output, 0);
    assert_eq!(said(&output), "");
    assert!(!out.join("warnings/w-9-001-issue.xml").exists());
    assert!(out.join("warnings/notes.txt").exists());
}

#[test]
fn the_demo_tells_its_story() {
    let out = folder("demo");
    let output = forewarn(&["demo", "--out", text(&out)]);
    must_end_with(&output, 0);
    let story = said(&output);
    for words in [
        "seen by",
        "SUSPECTED",
        "CONFIRMED",
        "launched from",
        "warning, issue",
        "against the truth",
    ] {
        assert!(story.contains(words), "no `{words}` in\n{story}");
    }
    let last = story.lines().last().unwrap();
    assert!(
        Path::new(last).is_file() && last.ends_with("report.html"),
        "{last}"
    );
}

#[test]
fn usage_errors_end_with_2() {
    for arguments in [
        &["fly"][..],
        &["run"],
        &["run", "rec"],
        &["run", "rec", "--out", "x", "--speed", "0"],
        &["run", "rec", "--out", "x", "--threads", "0"],
        &["run", "rec", "--out", "x", "--detections", "file"],
        &["schema", "nothing"],
    ] {
        must_end_with(&forewarn(arguments), 2);
    }
}

#[test]
fn help_completions_and_manual_are_there() {
    let help = said(&forewarn(&["--help"]));
    for command in [
        "run", "simulate", "score", "import", "validate", "schema", "demo",
    ] {
        assert!(help.contains(command), "{command}");
    }
    assert!(help.contains("Examples:") && help.contains("Exit status"));
    assert!(said(&forewarn(&["run", "--help"])).contains("Examples:"));
    assert!(said(&forewarn(&["completions", "bash"])).contains("complete -F"));
    let manual = said(&forewarn(&["man"]));
    assert!(
        manual.contains(".TH") && manual.contains("forewarn\\-run"),
        "{manual}"
    );
}

//! `log verify`, `show`, `export`, `quarantine`.

use forewarn_log::{FileStore, Kind, Log, NewEntry, Options, Signer, Test};

use super::*;

const SEGMENT: &str = "00000000000000000001.log";

/// A log of five entries in two batches, closed, and the key that signed it beside it.
fn log(name: &str) -> PathBuf {
    let dir = folder(name);
    let der = Signer::generate_pkcs8().unwrap();
    std::fs::write(dir.join("key.der"), &der).unwrap();
    let place = dir.join("log");
    let store = FileStore::create(&place).unwrap();
    let mut options = Options::new(Signer::from_pkcs8(&der).unwrap());
    options.segment_bytes = 500;
    let (mut log, _) = Log::<Test>::open(store, options).unwrap();
    let time = 1_772_366_400_000_000_000;
    let input = NewEntry::new(Kind::Input, time, r#"{"id":"m1"}"#).at_engine_ns(time + 1);
    let action = NewEntry::new(Kind::Action, time, r#"{"by":"ann","action":"release"}"#);
    log.append(&[input, action]).unwrap();
    for text in ["first", "second", "third\n"] {
        log.append(&[NewEntry::new(Kind::Note, time, text)])
            .unwrap();
    }
    log.close().unwrap();
    dir
}

fn flip(path: &Path, at: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[at] ^= 1;
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn a_whole_log_is_verified_and_its_checkpoint_holds_later() {
    let dir = log("log-verify");
    let place = dir.join("log");
    let output = forewarn(&["log", "verify", text(&place), "--json"]);
    must_end_with(&output, 0);
    assert!(said(&output).contains("every entry is as it was written"));
    let figures = last_json(&output);
    assert_eq!(
        (&figures["entries"], &figures["mode"]),
        (&6.into(), &"test".into())
    );
    let kept = dir.join("checkpoint.json");
    std::fs::write(&kept, figures.to_string()).unwrap();
    let verify = |place: &Path, more: &[&str]| {
        let mut arguments = vec!["log", "verify", text(place), "--checkpoint", text(&kept)];
        arguments.extend(more);
        forewarn(&arguments)
    };
    must_end_with(&verify(&place, &[]), 0);
    let key = figures["keys"][0].as_str().unwrap();
    must_end_with(&verify(&place, &["--signed-by", key]), 0);
    let stranger = "ab".repeat(32);
    let refused = verify(&place, &["--signed-by", &stranger]);
    must_end_with(&refused, 3);
    assert!(
        complained(&refused).contains(key),
        "{}",
        complained(&refused)
    );
    let other = verify(&log("log-verify-other").join("log"), &[]);
    must_end_with(&other, 3);
    assert!(complained(&other).contains("another log"));
}

#[test]
fn entries_are_shown_by_number_and_kind() {
    let place = log("log-show").join("log");
    let output = forewarn(&[
        "log",
        "show",
        text(&place),
        "--from",
        "2",
        "--kind",
        "action",
        "--kind",
        "note",
    ]);
    must_end_with(&output, 0);
    let shown = said(&output);
    assert_eq!(shown.lines().count(), 4, "{shown}");
    assert!(
        shown.starts_with("       2  2026-03-01T12:00:00Z"),
        "{shown}"
    );
    assert!(shown.contains(r#""action":"release""#) && !shown.contains("m1"));
    let wrong = forewarn(&["log", "show", text(&place), "--kind", "inputs"]);
    must_end_with(&wrong, 2);
    assert!(
        complained(&wrong).contains("one of input, event"),
        "{}",
        complained(&wrong)
    );
}

#[test]
fn an_export_is_the_same_as_lines_and_as_a_table() {
    let dir = log("log-export");
    let place = dir.join("log");
    let lines = dir.join("log.ndjson");
    let table = dir.join("log.parquet");
    for out in [&lines, &table] {
        let output = forewarn(&["log", "export", text(&place), "--out", text(out), "--json"]);
        must_end_with(&output, 0);
        assert_eq!(last_json(&output)["entries"], 6);
    }
    let written = std::fs::read_to_string(&lines).unwrap();
    let printed = forewarn(&["log", "export", text(&place), "--out", "-"]);
    assert_eq!(said(&printed), written);
    let values: Vec<Value> = written
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(values[0]["payload"]["id"], "m1");
    assert_eq!(values[0]["engine_time"], "2026-03-01T12:00:00.000000001Z");
    assert_eq!(values[4]["payload_text"], "third\n");
    let rows = super::parquet::rows(&table);
    assert_eq!(rows.len(), 6);
    for (row, value) in rows.iter().zip(&values) {
        assert_eq!(row["seq"], value["seq"].to_string());
        assert_eq!(Value::from(row["kind"].trim_matches('"')), value["kind"]);
        assert_eq!(Value::from(row["hash"].trim_matches('"')), value["hash"]);
    }
    let wrong = forewarn(&["log", "export", text(&place), "--out", "log.csv"]);
    must_end_with(&wrong, 2);
}

#[test]
fn damage_is_refused_loudly_and_set_aside_on_request() {
    let dir = log("log-damage");
    let place = dir.join("log");
    flip(&place.join(SEGMENT), 192 + 60);
    let refused = forewarn(&["log", "verify", text(&place), "--json"]);
    must_end_with(&refused, 3);
    assert!(
        complained(&refused).contains(SEGMENT),
        "{}",
        complained(&refused)
    );
    assert_eq!(last_json(&refused)["damage"].as_array().unwrap().len(), 1);
    // What is whole behind the damage is still shown.
    let shown = forewarn(&["log", "show", text(&place)]);
    must_end_with(&shown, 3);
    assert!(said(&shown).contains("third"), "{}", said(&shown));
    let key = dir.join("key.der");
    let aside = forewarn(&[
        "log",
        "quarantine",
        text(&place),
        "--key",
        text(&key),
        "--json",
    ]);
    must_end_with(&aside, 0);
    assert!(last_json(&aside)["gaps"][0]["from_seq"].is_u64());
    let again = forewarn(&["log", "verify", text(&place)]);
    must_end_with(&again, 0);
    assert!(said(&again).contains("missing"), "{}", said(&again));
}

#[test]
fn what_is_no_log_is_named() {
    let empty = folder("log-none");
    for (dir, part) in [
        (empty.clone(), "holds no log"),
        (empty.join("nowhere"), "there is no such folder"),
    ] {
        let output = forewarn(&["log", "verify", text(&dir)]);
        must_end_with(&output, 3);
        assert!(
            complained(&output).contains(part),
            "{}",
            complained(&output)
        );
    }
}

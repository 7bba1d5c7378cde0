//! Every malformed line is refused by name, line and reason, and the lines around it survive.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests may fail the test"
)]

mod common;

use std::path::{Path, PathBuf};

use forewarn_core::model::Record;
use forewarn_formats::record::{
    Decoder, UnknownKeys, open, read_actions, read_claims, read_notices,
};
use proptest::prelude::*;

fn bad(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/bad")
        .join(name)
}

/// Compares what was refused with the table `line, record, reason, part of the detail`.
fn check(name: &str, records: &[Record]) {
    let table = std::fs::read_to_string(bad(&format!("{name}.expected.tsv"))).unwrap();
    let expected: Vec<Vec<&str>> = table
        .lines()
        .map(|line| line.split('\t').collect())
        .collect();
    let mut refused = Vec::new();
    for record in records {
        if let Record::Unreadable { id, reason, detail } = record {
            refused.push((id.to_string(), reason.word(), detail.clone()));
        }
    }
    for (row, (id, reason, detail)) in expected.iter().zip(&refused) {
        let place = format!("{name}.ndjson:{}: ", row[0]);
        assert!(detail.starts_with(&place), "{row:?}: {detail}");
        assert_eq!((id.as_str(), *reason), (row[1], row[2]), "{detail}");
        assert!(detail.contains(row[3]), "{row:?}: {detail}");
        assert!(detail.len() < 600, "a detail stays readable: {detail}");
    }
    assert_eq!(refused.len(), expected.len());
    let good = records.len() - refused.len();
    assert!(
        good >= expected.len(),
        "{name}: a good line was lost: {good}"
    );
}

#[test]
fn detections_are_refused_one_by_one() {
    let records: Vec<Record> = open(&bad("detections.ndjson"), &common::sensors())
        .unwrap()
        .map(|record| record.unwrap())
        .collect();
    check("detections", &records);
    let good = records.iter().filter(
        |record| matches!(record, Record::Report(report) if report.id.starts_with("good-")),
    );
    let refused = records
        .iter()
        .filter(|record| matches!(record, Record::Unreadable { .. }))
        .count();
    assert_eq!(good.count(), refused + 1);
}

#[test]
fn notices_claims_and_actions_are_refused_one_by_one() {
    let mut unknown = UnknownKeys::default();
    check(
        "notices",
        &read_notices(&bad("notices.ndjson"), &mut unknown).unwrap(),
    );
    check(
        "claims",
        &read_claims(&bad("claims.ndjson"), &mut unknown).unwrap(),
    );
    check(
        "actions",
        &read_actions(&bad("actions.ndjson"), &mut unknown).unwrap(),
    );
}

#[test]
fn an_unknown_key_is_kept_and_counted() {
    let mut decoder = Decoder::new("detections.ndjson", &common::sensors());
    let line = br#"{"id":"k","time":"2026-03-01T12:00:01Z","sensor":"picket","kind":"heartbeat","status":"ok","colour":"red"}"#;
    for number in 1..=3 {
        assert!(matches!(
            decoder.decode(number, line),
            Some(Record::Report(_))
        ));
    }
    assert_eq!(decoder.unknown.counts.get("colour"), Some(&3));
    assert_eq!(decoder.unknown.kept[0].2, "red");
}

#[test]
fn a_broken_compressed_file_is_an_error_after_the_records_before_it() {
    let text = std::fs::read(bad("detections.ndjson")).unwrap();
    let packed = zstd::encode_all(text.as_slice(), 3).unwrap();
    let dir = std::env::temp_dir().join(format!("forewarn-formats-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let path = dir.join("detections.ndjson.zst");
    std::fs::write(&path, &packed).unwrap();
    let whole: Vec<_> = open(&path, &common::sensors()).unwrap().collect();
    assert!(whole.iter().all(Result::is_ok) && whole.len() > 100);
    std::fs::write(&path, &packed[..packed.len() / 2]).unwrap();
    let cut: Vec<_> = open(&path, &common::sensors()).unwrap().collect();
    assert_eq!(cut.iter().filter(|record| record.is_err()).count(), 1);
    assert!(cut.last().unwrap().is_err());
    std::fs::remove_dir_all(&dir).unwrap();
}

fn seeds() -> Vec<Vec<u8>> {
    let text = std::fs::read(bad("detections.ndjson")).unwrap();
    text.split(|byte| *byte == b'\n')
        .filter(|line| line.len() < 600)
        .map(<[u8]>::to_vec)
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Whatever is done to a line, it is read or refused, never a crash, and what is read is finite.
    #[test]
    fn prop_a_mutated_line_never_panics(
        pick in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..4), 0..8),
    ) {
        let seeds = seeds();
        let mut line = seeds[pick.index(seeds.len())].clone();
        for (at, byte, what) in edits {
            let place = if line.is_empty() { 0 } else { at.index(line.len()) };
            match what {
                0 if !line.is_empty() => line[place] = byte,
                1 => line.insert(place, byte),
                2 if !line.is_empty() => { line.remove(place); }
                _ => line.truncate(place),
            }
        }
        let mut decoder = Decoder::new("detections.ndjson", &common::sensors());
        if let Some(Record::Unreadable { detail, .. }) = decoder.decode(7, &line) {
            prop_assert!(detail.starts_with("detections.ndjson:7: "));
        }
    }
}

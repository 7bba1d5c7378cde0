//! Detections as a Parquet table that another library wrote.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::path::{Path, PathBuf};

use forewarn_core::model::Record;
use forewarn_formats::record::{UnknownKeys, open};
use proptest::prelude::*;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parquet")
}

fn read(path: &Path) -> (Vec<Record>, UnknownKeys) {
    let mut reader = open(path, &common::sensors()).unwrap();
    let records = reader.by_ref().map(Result::unwrap).collect();
    (records, reader.unknown_keys().clone())
}

/// Refusals name the file: its name is taken out.
fn plain(record: &Record) -> String {
    format!("{record:?}")
        .replace("detections.parquet", "FILE")
        .replace("detections.ndjson", "FILE")
}

#[test]
fn a_table_of_pyarrow_is_read_as_the_same_lines() {
    let (rows, row_keys) = read(&folder().join("detections.parquet"));
    let (lines, line_keys) = read(&folder().join("detections.ndjson"));
    assert_eq!(rows.len(), 6);
    let rows: Vec<String> = rows.iter().map(plain).collect();
    let lines: Vec<String> = lines.iter().map(plain).collect();
    assert_eq!(rows, lines);
    assert!(rows[4].contains("FILE:5:") && rows[4].contains("length 2"));
    assert_eq!(row_keys, line_keys);
    assert_eq!(row_keys.counts["operator"], 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    /// Whatever is done to the bytes: an error or records, and an end.
    #[test]
    fn prop_a_mutated_table_never_panics(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        let mut bytes = std::fs::read(folder().join("detections.parquet")).unwrap();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let name = format!("forewarn-mutated-{}.parquet", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, bytes).unwrap();
        if let Ok(mut reader) = open(&path, &common::sensors()) {
            let (mut records, mut errors) = (0, 0);
            for record in reader.by_ref().take(10_000) {
                match record {
                    Ok(_) => records += 1,
                    Err(_) => errors += 1,
                }
            }
            prop_assert!(records < 10_000 && errors <= 1);
        }
        std::fs::remove_file(&path).unwrap();
    }
}

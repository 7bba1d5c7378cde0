//! A log that version 1 of the format wrote is read by every later one.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;

use forewarn_log::{FileStore, Kind, Log, ModeName, Options, Signer, Test, inspect};

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/version-1")
}

#[test]
fn it_is_read_entry_by_entry() {
    let inspection = inspect(FileStore::existing(folder()).unwrap()).unwrap();
    assert!(inspection.damage.is_empty() && inspection.torn.is_none());
    assert_eq!(inspection.id.unwrap().1, ModeName::Test);
    let entries: Vec<_> = inspection.view.read(1).map(Result::unwrap).collect();
    let kinds: Vec<Kind> = entries.iter().map(|entry| entry.kind).collect();
    let own = [Kind::Snapshot, Kind::Checkpoint];
    assert_eq!(kinds[..3], [Kind::Setup, Kind::Input, Kind::Event]);
    assert_eq!(kinds[3..5], own);
    assert_eq!(kinds[5..], [Kind::Note, Kind::Checkpoint]);
    assert_eq!(entries[1].payload, br#"{"id":"m1"}"#);
    assert_eq!(entries[1].engine_ns, Some(1_772_366_400_000_000_000));
    assert_eq!(entries[2].batch, 2, "written with the entry before it");
    let last = entries.last().unwrap().hash.to_string();
    assert_eq!(last, include_str!("version-1/last-hash").trim());
}

#[test]
fn it_goes_on() {
    let name = format!("version-1-{}", std::process::id());
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    for file in [
        "00000000000000000001.log",
        "00000000000000000007.log",
        "mark",
    ] {
        std::fs::create_dir_all(&copy).unwrap();
        std::fs::copy(folder().join(file), copy.join(file)).unwrap();
    }
    std::fs::create_dir_all(copy.join("snapshots")).unwrap();
    let snapshot = "snapshots/00000000000000000003.snapshot";
    std::fs::copy(folder().join(snapshot), copy.join(snapshot)).unwrap();
    let options = Options::new(Signer::from_seed(&[7; 32]).unwrap());
    let (log, recovery) = Log::<Test>::open(FileStore::existing(&copy).unwrap(), options).unwrap();
    assert!(recovery.is_clean(), "{recovery:?}");
    let found = log.latest_snapshot().unwrap().0.unwrap();
    assert_eq!(
        (found.seq, found.state.as_slice()),
        (3, b"state".as_slice())
    );
    assert!(log.close().unwrap().seq == 7);
    std::fs::remove_dir_all(copy).unwrap();
}

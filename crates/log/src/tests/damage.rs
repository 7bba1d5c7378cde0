//! Damage: told from a torn end, refused, set aside.

use std::fs;

use super::{Scratch, note, options, texts};
use crate::segment::HEAD;
use crate::{Log, OnDamage, OpenError, Test, inspect};

const FIRST: &str = "00000000000000000001.log";

/// A log of several segments; the names of their files.
fn several() -> (Scratch, Vec<String>) {
    let scratch = Scratch::new();
    let mut options = options();
    options.segment_bytes = 1_000;
    let (mut log, _) = scratch.open(options);
    for number in 1..=45 {
        log.append(&[note(&format!("entry {number}"))]).unwrap();
    }
    drop(log);
    let names = crate::store::Store::list(&scratch.store(), "").unwrap();
    let segments = names
        .into_iter()
        .filter(|name| name.ends_with(".log"))
        .collect();
    (scratch, segments)
}

fn flip(scratch: &Scratch, name: &str, offset: u64) {
    let path = scratch.0.join(name);
    let mut bytes = fs::read(&path).unwrap();
    bytes[usize::try_from(offset).unwrap()] ^= 4;
    fs::write(path, bytes).unwrap();
}

fn refused(scratch: &Scratch) -> String {
    let before = inspect(scratch.store()).unwrap();
    let error = Log::<Test>::open(scratch.store(), options()).err().unwrap();
    assert!(matches!(error, OpenError::Damaged(_)), "{error}");
    let after = inspect(scratch.store()).unwrap();
    assert_eq!(before.damage, after.damage, "refusing changes nothing");
    error.to_string()
}

/// Opens with quarantine; the texts that are left.
fn set_aside(scratch: &Scratch) -> (Vec<String>, crate::Recovery) {
    let mut options = options();
    options.on_damage = OnDamage::Quarantine;
    let (mut log, recovery) = scratch.open(options);
    assert!(!recovery.quarantined.is_empty());
    let next = log.append(&[note("on we go")]).unwrap();
    assert!(next.start > 45, "numbers are not given twice: {next:?}");
    let left = texts(&log, 1);
    drop(log);
    let (again, clean) = scratch.open(super::options());
    assert!(clean.is_clean(), "{clean:?}");
    assert_eq!(clean.gaps, recovery_gaps(&again));
    assert_eq!(texts(&again, 1), left);
    (left, recovery)
}

/// Damage of two neighbours, of which the second keeps no entry.
#[test]
fn a_reader_passes_a_segment_that_holds_nothing() {
    let (scratch, names) = several();
    flip(&scratch, &names[1], HEAD + 9);
    flip(&scratch, &names[2], HEAD + 9);
    let inspection = inspect(scratch.store()).unwrap();
    assert_eq!(inspection.damage.len(), 2);
    let read = inspection.view.read(1).take(100).filter(Result::is_ok);
    assert!((20..45).contains(&read.count()));
}

/// An archive is not read when a log is opened: what was cut there is told when it is read.
#[test]
fn a_cut_archive_is_told_when_it_is_read() {
    let scratch = Scratch::new();
    let mut options = options();
    options.segment_bytes = 1_000;
    options.retention.live_bytes_max = Some(3_000);
    let (mut log, _) = scratch.open(options.clone());
    for number in 1..=45 {
        log.append(&[note(&format!("entry {number}"))]).unwrap();
    }
    drop(log);
    let archived = scratch.0.join("archive").join(FIRST);
    let bytes = fs::read(&archived).unwrap();
    let entry = (bytes.len() - HEAD as usize) / 10;
    fs::write(&archived, &bytes[..bytes.len() - entry]).unwrap();
    let (log, _) = scratch.open(options);
    let told = log.read(1).find_map(Result::err).unwrap().to_string();
    assert!(told.contains("entry 10") && told.contains(FIRST), "{told}");
    assert!(log.read(11).all(|entry| entry.is_ok()));
}

fn recovery_gaps(log: &Log<Test>) -> Vec<crate::Gap> {
    log.view().gaps()
}

#[test]
fn a_torn_end_is_cut_and_said() {
    let scratch = Scratch::new();
    let (mut log, _) = scratch.open(options());
    log.append(&[note("kept")]).unwrap();
    let whole = fs::metadata(scratch.0.join(FIRST)).unwrap().len();
    drop(log);
    let mut bytes = fs::read(scratch.0.join(FIRST)).unwrap();
    bytes.extend_from_slice(&bytes.clone()[HEAD as usize..HEAD as usize + 60]);
    fs::write(scratch.0.join(FIRST), bytes).unwrap();
    let (log, recovery) = scratch.open(options());
    let torn = recovery.torn.unwrap();
    assert_eq!((torn.offset, torn.bytes, torn.entries), (whole, 60, 0));
    assert_eq!(texts(&log, 1), ["kept"]);
}

#[test]
fn a_closed_segment_that_was_changed_is_refused_then_set_aside() {
    let (scratch, names) = several();
    assert!(names.len() > 4);
    flip(&scratch, &names[2], HEAD + 300);
    let said = refused(&scratch);
    assert!(
        said.contains(&names[2]) && said.contains("checksum"),
        "{said}"
    );
    let (left, recovery) = set_aside(&scratch);
    let lost = 45 + 1 - left.len();
    assert!((1..=10).contains(&lost), "{lost} of 45");
    assert!(left.contains(&"entry 45".to_owned()) && left.contains(&"entry 1".to_owned()));
    assert_eq!(recovery.gaps.len(), 1);
    assert_eq!(inspect(scratch.store()).unwrap().quarantined.len(), 1);
}

#[test]
fn entries_that_were_acknowledged_and_are_gone_are_damage() {
    let (scratch, names) = several();
    let last = scratch.0.join(names.last().unwrap());
    let bytes = fs::read(&last).unwrap();
    fs::write(&last, &bytes[..bytes.len() - 8]).unwrap();
    let said = refused(&scratch);
    assert!(said.contains("the file ends inside the entry"), "{said}");
    let (left, recovery) = set_aside(&scratch);
    assert_eq!(left.len(), 45, "one lost, one added");
    assert_eq!(
        recovery.gaps.last().unwrap().to_seq,
        recovery.gaps.last().unwrap().from_seq
    );
}

#[test]
fn a_cut_at_the_end_of_an_entry_is_damage_too() {
    let (scratch, names) = several();
    fs::remove_file(scratch.0.join(names.last().unwrap())).unwrap();
    let said = refused(&scratch);
    assert!(said.contains("had been written to disk"), "{said}");
    set_aside(&scratch);
}

#[test]
fn a_segment_that_is_gone_is_damage() {
    let (scratch, names) = several();
    fs::remove_file(scratch.0.join(&names[1])).unwrap();
    let said = refused(&scratch);
    assert!(said.contains("missing"), "{said}");
    set_aside(&scratch);
}

#[test]
fn a_head_that_was_changed_is_refused_then_set_aside() {
    for index in [0, 2, 4] {
        let (scratch, names) = several();
        flip(&scratch, &names[index], 50);
        refused(&scratch);
        set_aside(&scratch);
    }
    let (scratch, names) = several();
    flip(&scratch, names.last().unwrap(), 50);
    refused(&scratch);
    set_aside(&scratch);
}

#[test]
fn damage_in_several_places_is_set_aside_at_once() {
    let (scratch, names) = several();
    flip(&scratch, &names[1], HEAD + 9);
    flip(&scratch, &names[3], 50);
    flip(&scratch, names.last().unwrap(), HEAD + 9);
    refused(&scratch);
    let (left, recovery) = set_aside(&scratch);
    assert!(left.len() > 10);
    let ranges: Vec<_> = recovery
        .gaps
        .iter()
        .map(|gap| (gap.from_seq, gap.to_seq))
        .collect();
    assert_eq!(ranges, [(11, 20), (31, 45)], "neighbours are one gap");
}

#[test]
fn a_mark_without_a_log_is_damage() {
    let (scratch, names) = several();
    for name in names {
        fs::remove_file(scratch.0.join(name)).unwrap();
    }
    refused(&scratch);
    let mut options = options();
    options.on_damage = OnDamage::Quarantine;
    let (log, recovery) = scratch.open(options);
    assert!(!recovery.quarantined.is_empty());
    assert_eq!(log.view().gaps().len(), 1);
}

#[test]
fn a_damaged_mark_is_said_and_costs_nothing() {
    let (scratch, _) = several();
    flip(&scratch, "mark", 3);
    let (log, recovery) = scratch.open(options());
    assert!(recovery.notes[0].contains("mark"), "{:?}", recovery.notes);
    assert_eq!(texts(&log, 1).len(), 45);
}

#[test]
fn a_segment_of_another_log_is_refused() {
    let (scratch, names) = several();
    let (other, _) = several();
    fs::copy(other.0.join(&names[2]), scratch.0.join(&names[2])).unwrap();
    assert!(refused(&scratch).contains("another log"));
    set_aside(&scratch);
}

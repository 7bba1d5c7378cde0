//! What is kept, and how much of it.

use super::{Scratch, note, options, texts};
use crate::{
    AppendError, Exercise, Kind, Log, NewEntry, OpenError, Retention, Signer, Test, inspect,
};

#[test]
fn entries_come_back_after_closing() {
    let scratch = Scratch::new();
    let (mut log, recovery) = scratch.open(options());
    assert!(recovery.is_new && recovery.is_clean());
    assert_eq!(log.append(&[note("a"), note("b")]).unwrap(), 1..3);
    assert_eq!(log.append(&[]).unwrap(), 3..3);
    let checkpoint = log.close().unwrap();
    assert_eq!(checkpoint.seq, 2);
    let (log, recovery) = scratch.open(options());
    assert!(recovery.is_clean() && !recovery.is_new, "{recovery:?}");
    assert_eq!(texts(&log, 1), ["a", "b"]);
    assert_eq!(texts(&log, 2), ["b"]);
    assert!(log.read(100).next().is_none());
}

#[test]
fn a_view_reads_across_segments_while_it_is_written() {
    let scratch = Scratch::new();
    let mut options = options();
    options.segment_bytes = 4_000;
    let (mut log, _) = scratch.open(options);
    let view = log.view();
    let reader = std::thread::spawn(move || {
        let mut next = 1;
        while next <= 500 {
            for entry in view.read(next) {
                let entry = entry.unwrap();
                assert_eq!(entry.seq, next);
                next += 1;
            }
        }
    });
    for number in 0..500 {
        log.append(&[note(&format!("entry {number}"))]).unwrap();
    }
    reader.join().unwrap();
    assert!(std::fs::read_dir(&scratch.0).unwrap().count() > 10);
}

#[test]
fn whoever_looks_while_it_is_written_and_archived_sees_no_damage() {
    let scratch = Scratch::new();
    let mut options = options();
    options.segment_bytes = 2_000;
    options.retention.live_bytes_max = Some(6_000);
    let (mut log, _) = scratch.open(options);
    let store = scratch.store();
    let (done, watch) = std::sync::mpsc::channel::<()>();
    let looker = std::thread::spawn(move || {
        let mut looks = 0;
        while watch.try_recv() == Err(std::sync::mpsc::TryRecvError::Empty) {
            let seen = inspect(store.clone()).unwrap();
            assert_eq!(seen.damage, []);
            looks += 1;
        }
        looks
    });
    for number in 0..400 {
        log.append(&[note(&format!("entry {number}"))]).unwrap();
    }
    drop(done);
    assert!(looker.join().unwrap() > 3);
}

#[test]
fn one_writer_and_one_mode() {
    let scratch = Scratch::new();
    let (mut log, _) = scratch.open(options());
    let second = Log::<Test>::open(scratch.store(), options());
    assert!(matches!(second, Err(OpenError::InUse)));
    let own = NewEntry::new(Kind::Checkpoint, 0, "forged");
    assert_eq!(
        log.append(&[own]),
        Err(AppendError::OwnKind(Kind::Checkpoint))
    );
    let long = NewEntry::new(Kind::Input, 0, vec![0; (16 << 20) + 1]);
    assert!(matches!(
        log.append(&[long]),
        Err(AppendError::TooLong { .. })
    ));
    drop(log);
    let other = Log::<Exercise>::open(scratch.store(), options());
    let said = other.err().unwrap().to_string();
    assert!(said.contains("mode `test`, not `exercise`"), "{said}");
}

#[test]
fn disk_use_is_bounded_and_the_rest_of_the_chain_verifies() {
    let scratch = Scratch::new();
    let mut options = options();
    options.segment_bytes = 10_000;
    options.retention = Retention {
        live_bytes_max: Some(50_000),
        archive_bytes_max: Some(80_000),
    };
    let (mut log, _) = scratch.open(options.clone());
    for number in 0..3_000 {
        log.append(&[note(&format!("entry {number}"))]).unwrap();
        assert!(log.view().bytes() < 160_000);
    }
    assert_eq!(log.archive_trouble(), None);
    let oldest = log.view().oldest_seq();
    assert!(oldest > 1_000);
    let gone = log.read(1).next().unwrap();
    assert!(matches!(gone, Err(crate::ReadError::Gone { seq: 1, oldest: o }) if o == oldest));
    let count = log.read(oldest).map(Result::unwrap).count() as u64;
    assert_eq!(count, log.last().seq + 1 - oldest);
    log.close().unwrap();
    let inspection = inspect(scratch.store()).unwrap();
    assert!(inspection.damage.is_empty() && inspection.torn.is_none());
    assert_eq!(inspection.oldest_seq, oldest);
    let (log, recovery) = scratch.open(options);
    assert!(recovery.is_clean());
    assert!(
        recovery.oldest_seq > oldest,
        "archived entries are not part of what is taken up"
    );
    assert_eq!(
        log.read(oldest).map(Result::unwrap).count() as u64,
        count + 1
    );
}

#[test]
fn the_newest_whole_snapshot_counts() {
    let scratch = Scratch::new();
    let (mut log, _) = scratch.open(options());
    log.append(&[note("a"), note("b")]).unwrap();
    assert_eq!(log.latest_snapshot().unwrap().0, None);
    log.save_snapshot(1, b"after a").unwrap();
    log.save_snapshot(2, b"after b").unwrap();
    assert!(log.save_snapshot(99, b"").is_err());
    let newest = log.latest_snapshot().unwrap().0.unwrap();
    assert_eq!(
        (newest.seq, newest.state.as_slice()),
        (2, b"after b".as_slice())
    );
    log.close().unwrap();
    let file = scratch.0.join("snapshots/00000000000000000002.snapshot");
    let whole = std::fs::read(&file).unwrap();
    let mut changed = whole.clone();
    *changed.last_mut().unwrap() ^= 1;
    std::fs::write(&file, changed).unwrap();
    let elsewhere = scratch.0.join("snapshots/00000000000000000009.snapshot");
    std::fs::write(elsewhere, whole).unwrap();
    let (log, _) = scratch.open(options());
    let (older, notes) = log.latest_snapshot().unwrap();
    assert_eq!(older.unwrap().state, b"after a");
    assert!(
        notes[0].contains("another entry") && notes[1].contains("damaged"),
        "{notes:?}"
    );
}

#[test]
fn another_key_begins_another_segment() {
    let scratch = Scratch::new();
    let (mut log, _) = scratch.open(options());
    log.append(&[note("a")]).unwrap();
    drop(log);
    let mut other = options();
    other.signer = Signer::from_seed(&[9; 32]).unwrap();
    let (log, recovery) = scratch.open(other.clone());
    assert_eq!(recovery.other_keys, [options().signer.public_key()]);
    assert_eq!(texts(&log, 1), ["a"]);
    let inspection = inspect(scratch.store()).unwrap();
    assert_eq!((inspection.keys.len(), inspection.segments), (2, 2));
}

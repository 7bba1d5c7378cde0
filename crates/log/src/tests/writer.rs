//! Many who append at once.

use std::sync::mpsc::channel;

use super::{note, options, texts};
use crate::simulated::{Failure, SimulatedStore};
use crate::{AppendError, Kind, Log, NewEntry, Status, Test, Writer};

fn writer(store: &SimulatedStore, queue: usize) -> Writer<Test> {
    let (log, _) = Log::open(store.clone(), options()).unwrap();
    Writer::start(log, queue)
}

#[test]
fn many_threads_share_syncs_and_each_gets_its_own_numbers() {
    let store = SimulatedStore::new(1);
    let writer = writer(&store, 64);
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let writer = &writer;
            scope.spawn(move || {
                for number in 0..200 {
                    let text = format!("{thread} {number}");
                    let numbers = writer.append(vec![note(&text)]).unwrap().wait().unwrap();
                    let entry = writer.view().read(numbers.start).next().unwrap().unwrap();
                    assert_eq!(entry.payload, text.as_bytes());
                }
            });
        }
    });
    let log = writer.stop().unwrap();
    assert_eq!(texts(&log, 1).len(), 1_600);
}

#[test]
fn a_queue_that_is_full_says_so_and_loses_nothing() {
    let store = SimulatedStore::new(1);
    let writer = writer(&store, 2);
    let (sender, answers) = channel();
    let (mut taken, mut refused) = (0, 0);
    for number in 0..5_000 {
        let sender = sender.clone();
        let done = move |answer| sender.send(answer).unwrap();
        match writer.try_append(vec![note(&number.to_string())], done) {
            Ok(()) => taken += 1,
            Err(back) => {
                assert_eq!(back.len(), 1);
                refused += 1;
            }
        }
    }
    drop(sender);
    assert_eq!(texts(&writer.stop().unwrap(), 1).len(), taken);
    assert_eq!(answers.iter().filter(Result::is_ok).count(), taken);
    assert!(refused > 0, "a queue of two is never full?");
}

#[test]
fn a_bad_append_does_not_take_its_neighbours_along() {
    let store = SimulatedStore::new(1);
    let writer = writer(&store, 64);
    let mut waiting = Vec::new();
    for number in 0..20 {
        let kind = if number == 7 { Kind::Gap } else { Kind::Input };
        let entry = NewEntry::new(kind, 0, "x");
        waiting.push(writer.append(vec![entry]).unwrap());
    }
    let answers: Vec<_> = waiting.into_iter().map(|pending| pending.wait()).collect();
    let refused = answers.iter().filter(|answer| answer.is_err()).count();
    assert_eq!(refused, 1);
    assert_eq!(answers[7], Err(AppendError::OwnKind(Kind::Gap)));
    assert_eq!(
        writer.status(),
        Status::Good,
        "whoever sent it is at fault, not the disk"
    );
}

#[test]
fn after_a_failed_sync_it_alarms_and_mends_itself() {
    let store = SimulatedStore::new(1);
    let writer = writer(&store, 4);
    writer.append(vec![note("a")]).unwrap().wait().unwrap();
    store.fail_after(1, Failure::Device);
    let failed = writer.append(vec![note("b")]).unwrap().wait();
    assert!(
        matches!(failed, Err(AppendError::Poisoned { .. })),
        "{failed:?}"
    );
    assert!(matches!(writer.status(), Status::Failing(_)));
    writer.append(vec![note("c")]).unwrap().wait().unwrap();
    assert_eq!(writer.status(), Status::Good);
    let found = texts(&writer.stop().unwrap(), 1);
    assert!(found.contains(&"a".to_owned()) && found.contains(&"c".to_owned()));
}

#[test]
fn a_full_disk_alarms_and_ends_by_itself() {
    let store = SimulatedStore::new(1);
    let writer = writer(&store, 4);
    writer.save_snapshot(0, b"state").unwrap().wait().unwrap();
    store.set_room(Some(0));
    let full = writer.append(vec![note("b")]).unwrap().wait();
    assert!(matches!(full, Err(AppendError::DiskFull { .. })));
    assert!(matches!(
        writer.status(),
        Status::Failing(AppendError::DiskFull { .. })
    ));
    assert!(writer.checkpoint().is_err());
    store.set_room(None);
    writer.append(vec![note("c")]).unwrap().wait().unwrap();
    assert_eq!(writer.status(), Status::Good);
    assert!(writer.checkpoint().unwrap().seq >= 2);
}

//! Short forms of the proofs (`cargo xtask prove power-loss`, `log-bits`, `disk-full`).

use super::options;
use crate::simulated::{Failure, SimulatedStore};
use crate::trials::{Crashes, crash, crash_on, fill_disk, flip_bits};
use crate::{AppendError, Log, OpenError, Test};

#[test]
fn nothing_acknowledged_is_lost_when_power_fails() {
    let mut sum = Crashes::default();
    for seed in 0..60 {
        sum = sum.plus(crash(seed, 10).unwrap());
    }
    assert_eq!(sum.crashes, 600);
    // The store must have been bad, or nothing is shown.
    assert!(sum.torn > 30 && sum.beyond > 30, "{sum:?}");
    assert!(
        sum.acknowledged > 5_000 && sum.device_failures > 30 && sum.snapshots > 30,
        "{sum:?}"
    );
}

/// The trial would notice a log that does not sync.
#[test]
fn a_disk_that_lies_is_found_out() {
    let found = (0..20)
        .filter_map(|seed| crash_on(SimulatedStore::lying(seed), seed, 10).err())
        .count();
    assert!(found >= 15, "{found} of 20");
}

#[test]
fn no_flipped_bit_is_accepted() {
    let closed = flip_bits(10_000, true, (0, 17)).unwrap();
    assert_eq!(closed.refused, closed.flipped);
    assert!(closed.flipped > 3_000);
    let unmarked = flip_bits(10_000, false, (0, 17)).unwrap();
    assert!(
        unmarked.cut > 100 && unmarked.refused > 3_000,
        "{unmarked:?}"
    );
}

#[test]
fn a_full_disk_is_said_and_outlived() {
    let store = SimulatedStore::new(3);
    let mut options = options();
    options.segment_bytes = 20_000;
    let (mut log, _) = Log::<Test>::open(store.clone(), options).unwrap();
    let mut room = 0;
    let mut fill = || {
        room += 30_000;
        store.set_room(Some(room));
        Ok(())
    };
    let mut free = || {
        store.set_room(None);
        Ok(())
    };
    let fills = fill_disk(&mut log, 20, &mut fill, &mut free).unwrap();
    assert_eq!((fills.fills, fills.refused), (20, 100));
    assert!(fills.acknowledged > 200, "{fills:?}");
}

#[test]
fn every_operation_may_fail_once() {
    for failure in [Failure::Device, Failure::Full] {
        for operation in 0..40 {
            fail_once(operation, failure);
        }
    }
}

/// Whatever fails: what was acknowledged is there afterwards.
fn fail_once(operation: u64, failure: Failure) {
    let store = SimulatedStore::new(operation);
    store.fail_after(operation, failure);
    let mut options = options();
    options.segment_bytes = 600;
    let acknowledged = match Log::<Test>::open(store.clone(), options.clone()) {
        Err(OpenError::Store(_)) => Vec::new(),
        Err(other) => panic!("{other}"),
        Ok((log, _)) => append_all(log),
    };
    store.calm();
    let (log, _) = Log::<Test>::open(store, options).unwrap();
    let mut there = super::texts(&log, 1).into_iter();
    for text in acknowledged {
        assert!(
            there.any(|found| found == text),
            "{failure:?} {operation} {text}"
        );
    }
}

fn append_all(mut log: Log<Test>) -> Vec<&'static str> {
    let mut acknowledged = Vec::new();
    for text in ["a", "b", "c", "d", "e", "f"] {
        match log.append(&[super::note(text)]) {
            Ok(_) => acknowledged.push(text),
            Err(AppendError::DiskFull { .. }) => {}
            Err(AppendError::Poisoned { .. }) => drop(log.reopen().unwrap()),
            Err(other) => panic!("{other}"),
        }
    }
    acknowledged
}

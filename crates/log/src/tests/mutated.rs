//! Readers of what anybody may have written: no bytes panic, and nothing false is read.

use proptest::prelude::*;

use super::{note, options};
use crate::simulated::SimulatedStore;
use crate::{Log, OnDamage, Test, inspect};

/// A log of several segments with a snapshot, not closed.
fn good() -> SimulatedStore {
    let store = SimulatedStore::new(5);
    let mut options = options();
    options.segment_bytes = 900;
    options.entries_per_checkpoint = 6;
    let (mut log, _) = Log::<Test>::open(store.clone(), options).unwrap();
    for number in 1..=20 {
        log.append(&[note(&format!("entry {number}"))]).unwrap();
    }
    log.save_snapshot(20, b"state").unwrap();
    store
}

/// What is done to the bytes of a file.
#[derive(Debug, Clone)]
enum Mutation {
    Set(usize, u8),
    Cut(usize),
    Insert(usize, Vec<u8>),
    Swap(usize, usize, usize),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let at = 0..1_400_usize;
    prop_oneof![
        (at.clone(), any::<u8>()).prop_map(|(at, byte)| Mutation::Set(at, byte)),
        at.clone().prop_map(Mutation::Cut),
        (at.clone(), prop::collection::vec(any::<u8>(), 1..60))
            .prop_map(|(at, bytes)| Mutation::Insert(at, bytes)),
        (at.clone(), at, 1..200_usize).prop_map(|(a, b, length)| Mutation::Swap(a, b, length)),
    ]
}

fn mutate(bytes: &mut Vec<u8>, mutation: &Mutation) {
    let length = bytes.len().max(1);
    match mutation {
        Mutation::Set(at, byte) => {
            if let Some(old) = bytes.get_mut(at % length) {
                *old = *byte;
            }
        }
        Mutation::Cut(at) => bytes.truncate(at % length),
        Mutation::Insert(at, new) => {
            let at = at % (bytes.len() + 1);
            bytes.splice(at..at, new.iter().copied());
        }
        Mutation::Swap(a, b, count) => {
            for index in 0..*count {
                let (a, b) = ((a + index) % length, (b + index) % length);
                if a < bytes.len() && b < bytes.len() {
                    bytes.swap(a, b);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn prop_a_mutated_log_never_panics_and_nothing_false_is_read(
        changes in prop::collection::vec((any::<prop::sample::Index>(), mutation()), 1..4),
    ) {
        let store = good();
        let names = store.names();
        for (which, change) in &changes {
            let name = which.get(&names);
            let mut bytes = store.bytes(name).unwrap_or_default();
            mutate(&mut bytes, change);
            store.put(name, bytes);
        }
        let seen = inspect(store.clone()).unwrap();
        for entry in seen.view.read(1) {
            check(entry.ok());
        }
        let refusing = Log::<Test>::open(store.clone(), options());
        prop_assert_eq!(refusing.is_err(), !seen.damage.is_empty());
        drop(refusing);
        let mut setting_aside = options();
        setting_aside.on_damage = OnDamage::Quarantine;
        let (mut log, _) = Log::<Test>::open(store.clone(), setting_aside).unwrap();
        for entry in log.read(1) {
            check(Some(entry.unwrap()));
        }
        if let Some(snapshot) = log.latest_snapshot().unwrap().0 {
            prop_assert_eq!((snapshot.seq, snapshot.state.as_slice()), (20, b"state".as_slice()));
        }
        log.append(&[note("on we go")]).unwrap();
        drop(log);
        prop_assert!(Log::<Test>::open(store, options()).is_ok());
    }
}

/// An entry that is read is one that was written.
fn check<M>(entry: Option<crate::Entry<M>>) {
    let Some(entry) = entry.filter(|entry| !entry.kind.is_own()) else {
        return;
    };
    let text = String::from_utf8(entry.payload).unwrap();
    let number: u64 = text.strip_prefix("entry ").unwrap().parse().unwrap();
    assert!((1..=20).contains(&number) && entry.seq >= number);
}

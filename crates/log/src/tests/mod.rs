//! The log as a whole; parts have their tests beside them.

mod damage;
mod keep;
mod mutated;
mod trials;
mod writer;

use std::sync::atomic::{AtomicU64, Ordering};

use crate::{FileStore, Kind, Log, NewEntry, Options, Recovery, Test};

/// A folder that goes when the test ends.
pub(crate) struct Scratch(pub(crate) std::path::PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("forewarn-log-test-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn store(&self) -> FileStore {
        FileStore::create(&self.0).unwrap()
    }

    pub(crate) fn open(&self, options: Options) -> (Log<Test>, Recovery) {
        Log::open(self.store(), options).unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

pub(crate) fn options() -> Options {
    crate::trials::options().unwrap()
}

pub(crate) fn note(text: &str) -> NewEntry<Test> {
    NewEntry::new(Kind::Note, 5, text)
}

pub(crate) fn texts(log: &Log<Test>, from_seq: u64) -> Vec<String> {
    log.read(from_seq)
        .map(|entry| entry.unwrap())
        .filter(|entry| !entry.kind.is_own())
        .map(|entry| String::from_utf8(entry.payload).unwrap())
        .collect()
}

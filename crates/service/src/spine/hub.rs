//! Between the log and people: the picture as it is now, and a stream of what happens.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use tokio::sync::broadcast;

use super::journal::JournalReader;
use crate::entry::Entry;
use crate::metrics::Metrics;
use crate::picture::{Picture, shown};

/// What a viewer may fall behind before it is brought up from the log.
const PUSHES_KEPT: usize = 4_096;

/// Something that happened, as viewers get it.
#[derive(Debug)]
pub struct Push {
    /// Its sequence number; for a tick, that of the newest entry.
    pub seq: u64,
    /// Its name.
    pub name: &'static str,
    /// One JSON object.
    pub data: String,
}

/// Between the log and people.
pub struct Hub {
    picture: RwLock<Picture>,
    pushes: broadcast::Sender<Arc<Push>>,
    /// Reads the log.
    pub reader: Arc<dyn JournalReader>,
    alarm: Mutex<Option<String>>,
    seq: AtomicU64,
    metrics: Arc<Metrics>,
}

impl Hub {
    /// From a picture that is up to date.
    pub fn new(picture: Picture, reader: Arc<dyn JournalReader>, metrics: Arc<Metrics>) -> Self {
        let seq = AtomicU64::new(picture.seq);
        Self {
            picture: RwLock::new(picture),
            pushes: broadcast::channel(PUSHES_KEPT).0,
            reader,
            alarm: Mutex::new(None),
            seq,
            metrics,
        }
    }

    /// Takes in an entry that is on disk. Nobody who watches can hold this up.
    pub fn apply(&self, seq: u64, entry: &Entry) {
        self.picture
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .apply(seq, entry);
        self.seq.store(seq, Ordering::Relaxed);
        if let Some(shown) = shown(seq, entry) {
            self.push(Push {
                seq,
                name: shown.name,
                data: shown.data,
            });
        }
    }

    /// Shows something to whoever watches now.
    pub fn push(&self, push: Push) {
        // Nobody watching is no failure.
        drop(self.pushes.send(Arc::new(push)));
    }

    /// Looks at the picture.
    pub fn look<T>(&self, look: impl FnOnce(&Picture) -> T) -> T {
        look(&self.picture.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Watches from now on.
    pub fn watch(&self) -> broadcast::Receiver<Arc<Push>> {
        self.pushes.subscribe()
    }

    /// The newest entry.
    pub fn seq(&self) -> u64 {
        self.seq.load(Ordering::Relaxed)
    }

    /// Why nothing can be acknowledged, while that is so.
    pub fn alarm(&self) -> Option<String> {
        self.alarm
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Raises the alarm, or ends it.
    pub fn set_alarm(&self, alarm: Option<String>) {
        let mut current = self.alarm.lock().unwrap_or_else(PoisonError::into_inner);
        if *current == alarm {
            return;
        }
        self.metrics
            .alarm
            .store(u64::from(alarm.is_some()), Ordering::Relaxed);
        current.clone_from(&alarm);
        drop(current);
        // It cannot be written to the log, so it is shown without a number of its own.
        let text = alarm.unwrap_or_else(|| "the log can be written again".into());
        self.push(Push {
            seq: self.seq(),
            name: "notice",
            data: serde_json::json!({ "what": "disk", "text": text }).to_string(),
        });
    }
}

//! The service as a whole: what all of its parts share.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use forewarn_core::engine::Setup;
use forewarn_core::model::Mode;
use forewarn_physics::time::Epoch;
use thiserror::Error;
use tokio::sync::{Semaphore, watch};

use crate::clock::{Clock, wall};
use crate::config::Config;
use crate::ingest::Gate;
use crate::metrics::Metrics;
use crate::people::{Desk, People, Sessions};
use crate::picture::Places;
use crate::spine::{Hub, Job, WriterHandle};

/// Why the service does not start.
#[derive(Debug, Error)]
pub enum ServiceError {
    /// Something that people wrote is wrong, or a file cannot be used.
    #[error("{0}")]
    Refused(String),
    /// A fault of ours.
    #[error("{0}")]
    Internal(String),
}

/// What all parts of the service share.
pub struct App {
    /// As it was started.
    pub config: Config,
    /// What the engine was started with.
    pub setup: Arc<Setup>,
    /// The picture, and who watches.
    pub hub: Arc<Hub>,
    /// Where reports come in.
    pub gate: Gate,
    /// The log.
    pub writer: WriterHandle,
    /// The engine.
    pub brain: SyncSender<Job>,
    /// What waits for people.
    pub desk: tokio::sync::Mutex<Desk>,
    /// Who they are.
    pub people: People,
    /// Who is signed in.
    pub sessions: Sessions,
    /// What time it is.
    pub clock: Arc<Clock>,
    /// Figures.
    pub metrics: Arc<Metrics>,
    /// Whether it is alive.
    pub pulse: Pulse,
    /// Places on which impacts may fall.
    pub places: Arc<Places>,
    /// Names of the sinks.
    pub sinks: Arc<BTreeSet<String>>,
    /// Bounds how many look back.
    pub looking_back: Semaphore,
    /// Bounds how many secrets are checked.
    pub signing_in: Semaphore,
    /// Set when the service ends.
    pub stop: watch::Sender<bool>,
}

/// Whether the service is alive, as it notices itself.
#[derive(Debug)]
pub struct Pulse {
    started: Instant,
    /// When the engine last answered a tick [ms since the start].
    beat_ms: AtomicU64,
    begun: AtomicBool,
    /// When the system's clock was last set, and by how much [s].
    stepped: Mutex<Option<(Instant, f64)>>,
}

impl Default for Pulse {
    fn default() -> Self {
        Self {
            started: Instant::now(),
            beat_ms: AtomicU64::new(0),
            begun: AtomicBool::new(false),
            stepped: Mutex::new(None),
        }
    }
}

impl Pulse {
    /// The engine answered.
    pub fn beat(&self) {
        let now_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.beat_ms.store(now_ms, Ordering::Relaxed);
        self.begun.store(true, Ordering::Relaxed);
    }

    /// How long the engine has not answered [s]; none before its first answer.
    pub fn age_s(&self) -> Option<f64> {
        let beat_s = self.beat_ms.load(Ordering::Relaxed) as f64 * 1e-3;
        let begun = self.begun.load(Ordering::Relaxed);
        begun.then(|| self.up_s() - beat_s)
    }

    /// Since the service was started [s].
    pub fn up_s(&self) -> f64 {
        self.started.elapsed().as_secs_f64()
    }

    /// The system's clock was set.
    pub fn stepped(&self, step_s: f64) {
        let mut stepped = self.stepped.lock().unwrap_or_else(PoisonError::into_inner);
        *stepped = Some((Instant::now(), step_s));
    }

    /// Whether it was set in the last ten minutes.
    pub fn was_stepped(&self) -> bool {
        let stepped = self.stepped.lock().unwrap_or_else(PoisonError::into_inner);
        stepped.is_some_and(|(when, _)| when.elapsed().as_secs() < 600)
    }
}

impl App {
    /// The mode.
    pub fn mode(&self) -> Mode {
        self.config.mode
    }

    /// Engine time for people: what the log has reached, else what the clock says.
    pub fn now(&self) -> Epoch {
        self.clock.now().unwrap_or_else(wall)
    }

    /// Space left where the log is [bytes].
    pub fn disk_free_bytes(&self) -> u64 {
        free_bytes(&self.config.data)
    }
}

fn free_bytes(folder: &Path) -> u64 {
    rustix::fs::statvfs(folder).map_or(0, |stat| stat.f_bavail.saturating_mul(stat.f_frsize))
}

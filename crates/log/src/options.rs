//! How a log is kept.

use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::chain::Signer;

/// What is done about damage when a log is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnDamage {
    /// The log is not opened, and nothing is changed.
    #[default]
    Refuse,
    /// What is damaged is put into `quarantine/`, the gap is written into the log, and it goes on.
    Quarantine,
}

/// How much disk the log may take. The segment being written and the last one before it always
/// stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retention {
    /// Beyond this many bytes the oldest segments go to `archive/`; none: they all stay.
    pub live_bytes_max: Option<u64>,
    /// Beyond this many bytes the oldest archived segments are removed; none: they all stay there
    /// until somebody carries them away.
    pub archive_bytes_max: Option<u64>,
}

/// Reads a clock: UTC, nanoseconds since 1970.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// How a log is kept.
#[derive(Clone)]
pub struct Options {
    /// Signs heads of segments and checkpoints.
    pub signer: Signer,
    /// A segment is closed when it is longer than this [bytes].
    pub segment_bytes: u64,
    /// A checkpoint is signed after so many entries.
    pub entries_per_checkpoint: u64,
    /// How much disk it may take.
    pub retention: Retention,
    /// Snapshots that are kept; at least one.
    pub snapshots_kept: usize,
    /// What is done about damage.
    pub on_damage: OnDamage,
    /// The clock for heads and checkpoints.
    pub clock: Clock,
}

impl fmt::Debug for Options {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Options")
            .field("signer", &self.signer)
            .field("segment_bytes", &self.segment_bytes)
            .field("entries_per_checkpoint", &self.entries_per_checkpoint)
            .field("retention", &self.retention)
            .field("on_damage", &self.on_damage)
            .finish_non_exhaustive()
    }
}

impl Options {
    /// The usual: segments of 64 MiB, a checkpoint every 10,000 entries, everything kept, damage
    /// refused.
    pub fn new(signer: Signer) -> Self {
        Self {
            signer,
            segment_bytes: 64 << 20,
            entries_per_checkpoint: 10_000,
            retention: Retention::default(),
            snapshots_kept: 2,
            on_damage: OnDamage::default(),
            clock: Arc::new(system_ns),
        }
    }
}

/// The system's clock: UTC, nanoseconds since 1970; the ends of the range where it is beyond them.
pub fn system_ns() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |ns| -ns),
    }
}

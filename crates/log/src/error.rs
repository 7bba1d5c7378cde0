//! What can go wrong, and what to do about it.

use std::fmt;
use std::io;

use thiserror::Error;

use crate::entry::{Fault, Kind, PAYLOAD_BYTES_MAX};
use crate::mode::ModeName;
use crate::segment::HeadFault;

/// A file of the log that could not be read or written.
#[derive(Debug, Error)]
#[error("{name}: cannot be {doing}: {source}")]
pub struct StoreError {
    /// Which file; empty for the folder itself.
    pub name: String,
    /// Such as `read`.
    pub doing: &'static str,
    /// What the system said.
    pub source: io::Error,
}

impl StoreError {
    pub(crate) fn new(name: &str, doing: &'static str, source: io::Error) -> Self {
        let name = if name.is_empty() { "the log" } else { name };
        Self {
            name: name.to_owned(),
            doing,
            source,
        }
    }
}

/// Adds the file to an error of the system.
pub(crate) trait At<T> {
    fn at(self, name: &str, doing: &'static str) -> Result<T, StoreError>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, name: &str, doing: &'static str) -> Result<T, StoreError> {
        self.map_err(|source| StoreError::new(name, doing, source))
    }
}

/// Damage: something that was on disk is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The file.
    pub segment: String,
    /// Where in it [bytes].
    pub offset: u64,
    /// The first entry that is gone or not to be trusted.
    pub from_seq: u64,
    /// The last one, as far as can be known.
    pub to_seq: u64,
    /// What is wrong.
    pub what: What,
}

/// What is wrong with a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum What {
    /// A segment's head.
    #[error("{0}")]
    Head(HeadFault),
    /// An entry.
    #[error("{0}")]
    Entry(Fault),
    /// The entries between two segments.
    #[error("entries before this segment are missing")]
    Missing,
    /// Two segments that do not follow from each other.
    #[error("it does not follow from the segment before it (hash chain)")]
    Chain,
    /// Entries that had been acknowledged.
    #[error("entries are missing that had been written to disk (file `mark`)")]
    Acknowledged,
    /// Entries that had been acknowledged and are others now.
    #[error("entries differ from those that had been written to disk (file `mark`)")]
    Changed,
    /// A segment of another log.
    #[error("it belongs to another log")]
    OtherLog,
    /// A segment of another mode.
    #[error("it is of another mode")]
    OtherMode,
}

impl fmt::Display for Damage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}, byte {}: {}",
            self.segment, self.offset, self.what
        )?;
        match self.to_seq.checked_sub(self.from_seq) {
            None => Ok(()),
            Some(0) => write!(formatter, " (entry {})", self.from_seq),
            Some(_) => write!(formatter, " (entries {} to {})", self.from_seq, self.to_seq),
        }
    }
}

/// Why a log was not opened.
#[derive(Debug, Error)]
pub enum OpenError {
    /// Somebody else writes to it.
    #[error(
        "the log is in use by another process; stop it first, or only read (`forewarn log show`)"
    )]
    InUse,
    /// The system refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It is damaged, and nothing was changed.
    #[error("the log is damaged and was left as it is: {}; restore it from a copy, or set the damage aside with `forewarn log quarantine`", list(.0))]
    Damaged(Vec<Damage>),
    /// It belongs to another mode.
    #[error("this is a log of mode `{found}`, not `{wanted}`: give each mode a folder of its own")]
    OtherMode {
        /// Of the log.
        found: ModeName,
        /// Of whoever opened it.
        wanted: ModeName,
    },
    /// No identity could be drawn for a new log.
    #[error(transparent)]
    Random(#[from] crate::chain::NoRandom),
    /// Something must be written first and there is no room.
    #[error("the log cannot be opened for writing: {0}")]
    Append(#[from] AppendError),
}

fn list(damage: &[Damage]) -> String {
    let lines: Vec<String> = damage.iter().map(ToString::to_string).collect();
    lines.join("; ")
}

/// Why nothing was appended. Whatever the reason: nothing of it was acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AppendError {
    /// No space. The log stays usable: try again when there is space.
    #[error(
        "the disk is full ({needed_bytes} bytes were needed); nothing was recorded; free space, it then goes on by itself"
    )]
    DiskFull {
        /// How much was to be written.
        needed_bytes: u64,
    },
    /// A write or sync failed, now or before. What is on disk is unknown until the log is opened
    /// anew.
    #[error(
        "the log cannot be written since: {why}; nothing is acknowledged until it is opened anew; check the disk"
    )]
    Poisoned {
        /// What the system said.
        why: String,
    },
    /// A payload too long.
    #[error("a payload of {bytes} bytes is too long; {PAYLOAD_BYTES_MAX} at most")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// A kind that only the log itself writes.
    #[error("entries of kind `{0}` are written by the log itself alone")]
    OwnKind(Kind),
    /// A snapshot of entries that there are not.
    #[error("a snapshot up to entry {seq} cannot be: the last entry is {last}")]
    NoSuchEntry {
        /// What was asked for.
        seq: u64,
        /// What there is.
        last: u64,
    },
    /// A snapshot that could not be written. The log goes on.
    #[error("the snapshot cannot be written: {why}; the one before it still counts")]
    Snapshot {
        /// What the system said.
        why: String,
    },
    /// The writer has stopped.
    #[error("the log is closed")]
    Closed,
}

impl AppendError {
    pub(crate) fn poisoned(doing: &str, error: &io::Error) -> Self {
        Self::Poisoned {
            why: format!("{doing}: {error}"),
        }
    }
}

/// Whether the system says that there is no room.
pub(crate) fn is_full(error: &io::Error) -> bool {
    let kind = error.kind();
    matches!(
        kind,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

/// Why an entry could not be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The system refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It is not what was written.
    #[error("{0}; run `forewarn log verify`")]
    Damaged(Damage),
    /// It was removed or archived elsewhere.
    #[error("entry {seq} is no longer here; the oldest one is {oldest}")]
    Gone {
        /// What was asked for.
        seq: u64,
        /// What there is.
        oldest: u64,
    },
}

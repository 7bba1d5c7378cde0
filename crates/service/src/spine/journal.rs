//! The log as the service needs it: appends that are on disk when they return, and readers.

use std::sync::Arc;

/// Why the log cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the log: {0}")]
pub struct JournalError(pub String);

/// Says of each entry (its sequence number and bytes) whether to go on.
pub type Visit<'a> = dyn FnMut(u64, &[u8]) -> bool + 'a;

/// The one that appends.
pub trait Journal: Send {
    /// Appends entries; when it returns, they are on disk. Returns the sequence number of the
    /// first, the others follow it.
    ///
    /// # Errors
    /// Nothing was appended: the disk is full, or fails.
    fn append(&mut self, entries: &[Vec<u8>]) -> Result<u64, JournalError>;
    /// Bytes on disk.
    fn bytes(&self) -> u64;
    /// Another eye on the same log.
    fn reader(&self) -> Arc<dyn JournalReader>;
    /// What was found and mended when it was opened, for people.
    fn mended(&self) -> Option<String>;
    /// Closes it in good order, with a checkpoint.
    ///
    /// # Errors
    /// It cannot be written.
    fn close(self: Box<Self>) -> Result<(), JournalError>;
}

/// One that reads what is on disk, beside the one that appends.
pub trait JournalReader: Send + Sync {
    /// Visits entries in order, from a sequence number on, until the visitor has enough.
    ///
    /// # Errors
    /// The log is damaged or cannot be read.
    fn read(&self, from: u64, visit: &mut Visit<'_>) -> Result<(), JournalError>;
}

//! The log: the record of everything that came in and went out, and the only state of Forewarn that
//! matters.
//!
//! - *Acknowledged means on disk.* [`Log::append`] returns when the entries are synced. After a
//!   sync that failed nothing is acknowledged until the log is opened anew.
//! - *Nothing is changed unnoticed.* Every entry has a checksum and a link of a hash chain; heads of
//!   segments and checkpoints are signed (Ed25519).
//! - *A crash loses nothing that was acknowledged.* What was torn is cut off and said
//!   ([`Recovery::torn`]). Anything else that is not as it was is damage: the log is not opened, or,
//!   where that was chosen, the damage is set aside and the log itself says what is missing.
//! - *One mode.* [`Log<Live>`](Log) takes a [`NewEntry<Live>`](NewEntry), and nothing else compiles.
//!
//! ```
//! use forewarn_log::{FileStore, Kind, Log, NewEntry, Options, Signer, Test, system_ns};
//! # let folder = std::env::temp_dir().join(format!("forewarn-log-doc-{}", std::process::id()));
//! let signer = Signer::ephemeral()?;
//! let store = FileStore::create(&folder)?;
//! let (mut log, recovery) = Log::<Test>::open(store, Options::new(signer))?;
//! assert!(recovery.is_new);
//! let entry = NewEntry::new(Kind::Input, system_ns(), r#"{"id":"m1"}"#);
//! let numbers = log.append(&[entry])?; // on disk
//! assert_eq!(numbers, 1..2);
//! for entry in log.read(1) {
//!     assert_eq!(entry?.payload, br#"{"id":"m1"}"#);
//! }
//! log.close()?;
//! # std::fs::remove_dir_all(folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Its folder holds segments (`00000000000000000001.log`, by their first entry), `mark` (how far the
//! disk is known to be written), `snapshots/`, `archive/` and `quarantine/`.

mod archive;
mod chain;
mod entry;
mod error;
mod examine;
mod file_store;
mod inspect;
mod log;
mod mark;
mod mode;
mod options;
mod own;
mod quarantine;
mod recover;
mod scan;
mod segment;
mod snapshot;
mod store;
mod view;
mod walk;
mod writer;

#[cfg(any(test, feature = "trials"))]
pub mod simulated;
#[cfg(any(test, feature = "trials"))]
pub mod trials;

#[cfg(test)]
mod tests;

pub use chain::{BadKey, Checkpoint, Hash, Link, LogId, NoRandom, PublicKey, Signature, Signer};
pub use entry::{Entry, Fault, Kind, NewEntry, PAYLOAD_BYTES_MAX};
pub use error::{AppendError, Damage, OpenError, ReadError, StoreError, What};
pub use examine::Torn;
pub use file_store::FileStore;
pub use inspect::{Inspection, inspect};
pub use log::Log;
pub use mode::{AnyMode, Exercise, Live, Mode, ModeName, Replay, Test};
pub use options::{Clock, OnDamage, Options, Retention, system_ns};
pub use own::Gap;
pub use recover::Recovery;
pub use segment::HeadFault;
pub use snapshot::{SavedSnapshot, Snapshot, SnapshotMaker};
pub use store::{Access, Store, StoreFile};
pub use view::{Entries, View};
pub use writer::{Answer, Pending, Status, Writer};

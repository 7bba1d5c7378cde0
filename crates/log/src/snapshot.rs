//! Snapshots: the state of whoever folds the log, so that a start need not fold all of it.
//!
//! A file is a line of JSON, signed, and the state: it vouches for itself, whatever was archived. It
//! counts if signature and hash fit, and if the log, where it still holds the entry, agrees.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::chain::{Hash, LogId, PublicKey, Signature, Signer, sha256, verified};
use crate::entry::{Kind, NewEntry};
use crate::error::{AppendError, At, StoreError, is_full};
use crate::log::Log;
use crate::mode::{Mode, ModeName};
use crate::store::{Store, read_all, write_whole};
use crate::view::View;

/// Where they lie.
pub(crate) const FOLDER: &str = "snapshots";
const ENDING: &str = ".snapshot";

/// The state after an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The last entry that it takes in.
    pub seq: u64,
    /// The state.
    pub state: Vec<u8>,
}

/// What a snapshot says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Head {
    log: LogId,
    seq: u64,
    /// The link of the chain at that entry.
    hash: Hash,
    /// SHA-256 of the state.
    sha256: Hash,
    public_key: PublicKey,
    signature: Signature,
}

impl Head {
    fn statement(&self, mode: ModeName) -> Vec<u8> {
        let mut bytes = b"snapshot\n".to_vec();
        bytes.extend_from_slice(&self.log.0);
        bytes.push(mode.byte());
        bytes.extend_from_slice(&self.seq.to_le_bytes());
        bytes.extend_from_slice(&self.hash.0);
        bytes.extend_from_slice(&self.sha256.0);
        bytes
    }
}

fn file_name(seq: u64) -> String {
    format!("{FOLDER}/{seq:020}{ENDING}")
}

/// Writes snapshots from any thread, while another one appends: a large state must hold up no
/// acknowledgement. Cheap to clone.
#[derive(Debug, Clone)]
pub struct SnapshotMaker<M> {
    store: Arc<dyn Store>,
    view: View<M>,
    signer: Signer,
    log: LogId,
    kept: usize,
}

/// A snapshot that is on disk and counts; the log may be told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedSnapshot(Vec<u8>);

impl<M: Mode> SnapshotMaker<M> {
    /// Saves the state after an entry; returns when it is on disk. Older ones beyond the number to
    /// be kept are removed.
    ///
    /// # Errors
    /// There is no such entry, no space, or the system refused. An older snapshot then still
    /// counts, and the log goes on.
    pub fn save(&self, seq: u64, state: &[u8]) -> Result<SavedSnapshot, AppendError> {
        let mut head = Head {
            log: self.log,
            seq,
            hash: hash_at(&self.view, seq)?,
            sha256: sha256(&[state]),
            public_key: self.signer.public_key(),
            signature: Signature([0; 64]),
        };
        head.signature = self.signer.sign(&[&head.statement(M::NAME)]);
        let json = serde_json::to_vec(&head).unwrap_or_default();
        let bytes = [json.as_slice(), b"\n", state].concat();
        match write_whole(self.store.as_ref(), &file_name(seq), &bytes) {
            Ok(()) => {
                self.forget_old();
                Ok(SavedSnapshot(json))
            }
            Err(error) if is_full(&error) => Err(AppendError::DiskFull {
                needed_bytes: bytes.len() as u64,
            }),
            Err(error) => Err(AppendError::Snapshot {
                why: error.to_string(),
            }),
        }
    }

    /// Removes all but the newest; what cannot be removed now is tried again next time.
    fn forget_old(&self) {
        let Ok(mut files) = self.store.list(FOLDER) else {
            return;
        };
        files.retain(|file| file.ends_with(ENDING));
        let surplus = files.len().saturating_sub(self.kept);
        for file in files.drain(..surplus) {
            drop(self.store.remove(&format!("{FOLDER}/{file}")));
        }
    }
}

/// The link of the chain at an entry.
fn hash_at<M>(view: &View<M>, seq: u64) -> Result<Hash, AppendError> {
    let last = view.last().map_or(0, |last| last.seq);
    if seq == 0 {
        return Ok(Hash([0; 32]));
    }
    let entry = view.read(seq).next().and_then(Result::ok);
    let found = entry.filter(|entry| entry.seq == seq);
    found
        .map(|entry| entry.hash)
        .ok_or(AppendError::NoSuchEntry { seq, last })
}

impl<M: Mode> Log<M> {
    /// What writes snapshots of this log.
    pub fn snapshot_maker(&self) -> SnapshotMaker<M> {
        SnapshotMaker {
            store: Arc::clone(&self.store),
            view: self.view(),
            signer: self.options.signer.clone(),
            log: self.id,
            kept: self.options.snapshots_kept.max(1),
        }
    }

    /// Saves the state after an entry, and notes it in the log.
    ///
    /// # Errors
    /// As [`SnapshotMaker::save`] and [`Log::append`].
    pub fn save_snapshot(&mut self, seq: u64, state: &[u8]) -> Result<(), AppendError> {
        let saved = self.snapshot_maker().save(seq, state)?;
        self.note_snapshot(saved)
    }

    /// Writes into the log that a snapshot was saved, and a checkpoint behind it.
    ///
    /// # Errors
    /// As [`Log::append`]; the snapshot counts all the same.
    pub fn note_snapshot(&mut self, saved: SavedSnapshot) -> Result<(), AppendError> {
        let entry = NewEntry::new(Kind::Snapshot, (self.options.clock)(), saved.0);
        self.append_any(&[entry], true).map(drop)
    }

    /// The newest snapshot that counts, and what is wrong with newer ones.
    ///
    /// # Errors
    /// The system refused.
    pub fn latest_snapshot(&self) -> Result<(Option<Snapshot>, Vec<String>), StoreError> {
        let mut notes = Vec::new();
        let files = self.store.list(FOLDER).at(FOLDER, "listed")?;
        for file in files.iter().rev().filter(|file| file.ends_with(ENDING)) {
            let name = format!("{FOLDER}/{file}");
            let bytes = read_all(self.store.as_ref(), &name).at(&name, "read")?;
            match self.checked(&name, &bytes) {
                Ok(snapshot) => return Ok((Some(snapshot), notes)),
                Err(why) => notes.push(format!("{name}: was not used: {why}")),
            }
        }
        Ok((None, notes))
    }

    fn checked(&self, name: &str, bytes: &[u8]) -> Result<Snapshot, &'static str> {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let (json, state) = bytes.split_at(end.ok_or("it is damaged")?);
        let state = &state[1..];
        let head: Head = serde_json::from_slice(json).map_err(|_error| "it is damaged")?;
        if head.log != self.id || file_name(head.seq) != name {
            return Err("it belongs to another log or another entry");
        }
        if !verified(head.public_key, &[&head.statement(M::NAME)], head.signature) {
            return Err("its signature does not fit");
        }
        if head.sha256 != sha256(&[state]) {
            return Err("it is damaged");
        }
        let ours = self.options.signer.public_key() == head.public_key;
        if !ours && !self.other_keys.contains(&head.public_key) {
            return Err("it is signed by a key that signed nothing else here");
        }
        match hash_at(&self.view, head.seq) {
            Ok(hash) if hash != head.hash => Err("the log holds other entries than it took in"),
            Err(_) if head.seq > self.last().seq => Err("it is newer than the log"),
            _ => Ok(Snapshot {
                seq: head.seq,
                state: state.to_vec(),
            }),
        }
    }
}

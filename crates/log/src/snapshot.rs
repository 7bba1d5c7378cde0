//! Snapshots: the state of whoever folds the log, so that a start need not fold all of it.
//!
//! A file is a line of JSON, signed, and the state: it vouches for itself, whatever was archived. It
//! counts if signature and hash fit, and if the log, where it still holds the entry, agrees.

use serde::{Deserialize, Serialize};

use crate::chain::{Hash, LogId, PublicKey, Signature, sha256, verified};
use crate::entry::{Kind, NewEntry};
use crate::error::{AppendError, At, StoreError, is_full};
use crate::log::Log;
use crate::mode::{Mode, ModeName};
use crate::store::{read_all, write_whole};

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

impl<M: Mode> Log<M> {
    /// Saves the state after an entry, and notes it in the log. Older ones beyond the number to be
    /// kept are removed.
    ///
    /// # Errors
    /// As [`Log::append`]; there is no such entry. An older snapshot then still counts.
    pub fn save_snapshot(&mut self, seq: u64, state: &[u8]) -> Result<(), AppendError> {
        if let Some(why) = &self.poisoned {
            return Err(why.clone());
        }
        let mut head = Head {
            log: self.id,
            seq,
            hash: self.hash_at(seq)?,
            sha256: sha256(&[state]),
            public_key: self.options.signer.public_key(),
            signature: Signature([0; 64]),
        };
        head.signature = self.options.signer.sign(&[&head.statement(M::NAME)]);
        let json = serde_json::to_vec(&head).unwrap_or_default();
        let bytes = [json.as_slice(), b"\n", state].concat();
        if let Err(error) = write_whole(self.store.as_ref(), &file_name(seq), &bytes) {
            if is_full(&error) {
                let needed_bytes = bytes.len() as u64;
                return Err(AppendError::DiskFull { needed_bytes });
            }
            return Err(self.poison("a snapshot cannot be written", &error));
        }
        self.forget_old_snapshots();
        let entry = NewEntry::new(Kind::Snapshot, (self.options.clock)(), json);
        self.append_any(&[entry], true)?;
        Ok(())
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
        match self.hash_at(head.seq) {
            Ok(hash) if hash != head.hash => Err("the log holds other entries than it took in"),
            Err(_) if head.seq > self.last().seq => Err("it is newer than the log"),
            _ => Ok(Snapshot {
                seq: head.seq,
                state: state.to_vec(),
            }),
        }
    }

    /// The link of the chain at an entry.
    fn hash_at(&self, seq: u64) -> Result<Hash, AppendError> {
        let last = self.last();
        let entry = match seq {
            0 => return Ok(Hash([0; 32])),
            seq if seq == last.seq => return Ok(last.hash),
            seq if seq > last.seq => None,
            seq => self.read(seq).next().and_then(Result::ok),
        };
        let found = entry.filter(|entry| entry.seq == seq);
        found
            .map(|entry| entry.hash)
            .ok_or(AppendError::NoSuchEntry {
                seq,
                last: last.seq,
            })
    }

    /// Removes all but the newest; what cannot be removed now is tried again next time.
    fn forget_old_snapshots(&mut self) {
        let keep = self.options.snapshots_kept.max(1);
        let Ok(mut files) = self.store.list(FOLDER) else {
            return;
        };
        files.retain(|file| file.ends_with(ENDING));
        let surplus = files.len().saturating_sub(keep);
        for file in files.drain(..surplus) {
            drop(self.store.remove(&format!("{FOLDER}/{file}")));
        }
    }
}

//! The log of `forewarn-log` as the service's journal: of one mode, signed by the service's key.

use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;

use forewarn_core::model::Mode;
use forewarn_log::{
    AppendError, Exercise, FileStore, Kind, Live, Log, NewEntry, OnDamage, Options, ReadError,
    Recovery, Replay, Signer, Test, View, system_ns,
};

use super::journal::{Journal, JournalError, JournalReader, Visit};
use crate::entry::kind_of;

/// The log of one mode.
struct HashLog<M> {
    log: Log<M>,
    mended: Option<String>,
}

/// How the log is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenLog {
    /// Of the service; a log of another is refused.
    pub mode: Mode,
    /// Whether damage is set aside (and said) instead of refused.
    pub quarantine: bool,
}

/// Opens the log in a folder, or begins one.
///
/// # Errors
/// It is of another mode, in use, damaged, or cannot be written.
pub fn open_log(
    folder: &Path,
    key: &Path,
    open: OpenLog,
) -> Result<Box<dyn Journal>, JournalError> {
    let signer = signer(key)?;
    Ok(match open.mode {
        Mode::Live => Box::new(typed::<Live>(folder, signer, open)?),
        Mode::Exercise => Box::new(typed::<Exercise>(folder, signer, open)?),
        Mode::Test => Box::new(typed::<Test>(folder, signer, open)?),
        Mode::Replay => Box::new(typed::<Replay>(folder, signer, open)?),
    })
}

fn typed<M: forewarn_log::Mode>(
    folder: &Path,
    signer: Signer,
    open: OpenLog,
) -> Result<HashLog<M>, JournalError> {
    let fail =
        |error: &dyn std::fmt::Display| JournalError(format!("{}: {error}", folder.display()));
    let store = FileStore::create(folder).map_err(|error| fail(&error))?;
    let mut options = Options::new(signer);
    if open.quarantine {
        options.on_damage = OnDamage::Quarantine;
    }
    let (log, recovery) = Log::<M>::open(store, options).map_err(|error| fail(&error))?;
    let mended = said(&recovery);
    Ok(HashLog { log, mended })
}

/// What was found and mended, in words.
fn said(recovery: &Recovery) -> Option<String> {
    if recovery.is_clean() && recovery.gaps.is_empty() {
        return None;
    }
    let torn = recovery.torn.as_ref().map(|torn| {
        format!("the end was torn by a crash and cut off, nothing acknowledged was in it: {torn:?}")
    });
    let gaps = recovery.gaps.iter().map(|gap| {
        format!(
            "entries {} to {} are missing: {}",
            gap.from_seq, gap.to_seq, gap.why
        )
    });
    let aside = recovery
        .quarantined
        .iter()
        .map(|damage| format!("set aside: {damage}"));
    let notes = recovery.notes.iter().cloned();
    let all: Vec<String> = torn
        .into_iter()
        .chain(gaps)
        .chain(aside)
        .chain(notes)
        .collect();
    (!all.is_empty()).then(|| all.join("; "))
}

/// The service's key for the log; made at the first start, readable by its owner only.
fn signer(path: &Path) -> Result<Signer, JournalError> {
    let fail = |error: &dyn std::fmt::Display| JournalError(format!("{}: {error}", path.display()));
    let der = match std::fs::read(path) {
        Ok(der) => {
            let open = std::fs::metadata(path).map_err(|error| fail(&error))?;
            if open.permissions().mode() & 0o077 != 0 {
                return Err(fail(&"others may read this key; run `chmod 600` on it"));
            }
            der
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let der = Signer::generate_pkcs8().map_err(|error| fail(&error))?;
            write_secret(path, &der).map_err(|error| fail(&error))?;
            der
        }
        Err(error) => return Err(fail(&error)),
    };
    Signer::from_pkcs8(&der).map_err(|error| fail(&error))
}

/// Writes a file that only its owner may read; one that is there is never overwritten.
///
/// # Errors
/// It is there, or cannot be written.
pub fn write_secret(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// The log's own word for what an entry is.
fn kind(entry: &[u8]) -> Kind {
    match kind_of(entry) {
        "frame" => Kind::Input,
        "tick" => Kind::Tick,
        "event" => Kind::Event,
        "publication" | "delivery" => Kind::Delivery,
        "word" | "deed" => Kind::Action,
        "start" => Kind::Setup,
        _ => Kind::Note,
    }
}

impl<M: forewarn_log::Mode> Journal for HashLog<M> {
    fn append(&mut self, entries: &[Vec<u8>]) -> Result<u64, JournalError> {
        let now_ns = system_ns();
        let new: Vec<NewEntry<M>> = entries
            .iter()
            .map(|entry| NewEntry::new(kind(entry), now_ns, entry.clone()))
            .collect();
        let answer = match self.log.append(&new) {
            // After a failed sync only opening it anew tells what is there.
            Err(error @ AppendError::Poisoned { .. }) => match self.log.reopen() {
                Ok(_recovery) => self.log.append(&new),
                Err(_still) => Err(error),
            },
            answer => answer,
        };
        answer
            .map(|numbers| numbers.start)
            .map_err(|error| JournalError(error.to_string()))
    }

    fn bytes(&self) -> u64 {
        self.log.view().bytes()
    }

    fn reader(&self) -> Arc<dyn JournalReader> {
        Arc::new(HashReader(self.log.view()))
    }

    fn mended(&self) -> Option<String> {
        self.mended.clone()
    }

    fn close(self: Box<Self>) -> Result<(), JournalError> {
        let closed = self.log.close();
        closed
            .map(drop)
            .map_err(|error| JournalError(error.to_string()))
    }
}

struct HashReader<M>(View<M>);

impl<M: forewarn_log::Mode> JournalReader for HashReader<M> {
    fn read(&self, from: u64, visit: &mut Visit<'_>) -> Result<(), JournalError> {
        let from = from.max(self.0.oldest_seq());
        for entry in self.0.read(from) {
            let entry = match entry {
                Ok(entry) => entry,
                // It went to the archive and away while somebody read: what is left is read.
                Err(ReadError::Gone { oldest, .. }) => return self.read(oldest, visit),
                Err(error) => return Err(JournalError(error.to_string())),
            };
            if !entry.kind.is_own() && !visit(entry.seq, &entry.payload) {
                return Ok(());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests_support::Folder;

    #[test]
    fn what_is_appended_is_read_and_another_mode_is_refused() {
        let folder = Folder::new("hash-log");
        let (log, key) = (folder.path().join("log"), folder.path().join("log.key"));
        let open = OpenLog {
            mode: Mode::Test,
            quarantine: false,
        };
        let mut journal = open_log(&log, &key, open).unwrap();
        let entries = [
            br#"{"kind":"tick","n":1}"#.to_vec(),
            br#"{"kind":"remark"}"#.to_vec(),
        ];
        assert_eq!(journal.append(&entries).unwrap(), 1);
        let mut seen = Vec::new();
        let read = journal.reader().read(1, &mut |seq, bytes| {
            seen.push((seq, bytes.to_vec()));
            true
        });
        read.unwrap();
        assert_eq!(seen, [(1, entries[0].clone()), (2, entries[1].clone())]);
        journal.close().unwrap();
        let other = OpenLog {
            mode: Mode::Live,
            ..open
        };
        let refused = open_log(&log, &key, other).err().unwrap().to_string();
        assert!(refused.contains("of mode `test`"), "{refused}");
        // The checkpoint of closing took number 3.
        let mut journal = open_log(&log, &key, open).unwrap();
        assert_eq!(journal.append(&entries[..1]).unwrap(), 4);
    }
}

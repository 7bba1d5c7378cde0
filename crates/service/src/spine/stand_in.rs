//! A plain file of entries, each with its length and checksum.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ring::digest::{SHA256, digest};

use super::journal::{Journal, JournalError, JournalReader, Visit};

/// Length and checksum before each entry [bytes].
const HEAD: usize = 12;

/// A log in one file.
pub struct FileJournal {
    file: File,
    path: PathBuf,
    next: u64,
    bytes: u64,
}

impl FileJournal {
    /// Opens it; a torn end is cut off.
    ///
    /// # Errors
    /// It cannot be read or written.
    pub fn open(folder: &Path) -> Result<Self, JournalError> {
        let fail = |error: std::io::Error| JournalError(error.to_string());
        std::fs::create_dir_all(folder).map_err(fail)?;
        let path = folder.join("entries");
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(&path)
            .map_err(fail)?;
        let (mut next, mut bytes) = (1, 0);
        let mut source = BufReader::new(&mut file);
        while let Some(entry) = one(&mut source) {
            bytes += (HEAD + entry.len()) as u64;
            next += 1;
        }
        file.set_len(bytes).map_err(fail)?;
        Ok(Self {
            file,
            path,
            next,
            bytes,
        })
    }
}

fn one(source: &mut impl Read) -> Option<Vec<u8>> {
    let mut head = [0; HEAD];
    source.read_exact(&mut head).ok()?;
    let length = u32::from_le_bytes(head[..4].try_into().ok()?);
    let mut entry = vec![0; usize::try_from(length).ok()?];
    source.read_exact(&mut entry).ok()?;
    (digest(&SHA256, &entry).as_ref()[..8] == head[4..]).then_some(entry)
}

impl Journal for FileJournal {
    fn append(&mut self, entries: &[Vec<u8>]) -> Result<u64, JournalError> {
        let mut all = Vec::new();
        for entry in entries {
            let length = u32::try_from(entry.len()).unwrap_or(u32::MAX);
            all.extend(length.to_le_bytes());
            all.extend(&digest(&SHA256, entry).as_ref()[..8]);
            all.extend(entry);
        }
        self.file
            .write_all(&all)
            .and_then(|()| self.file.sync_data())
            .map_err(|error| JournalError(error.to_string()))?;
        let first = self.next;
        self.next += entries.len() as u64;
        self.bytes += all.len() as u64;
        Ok(first)
    }

    fn next(&self) -> u64 {
        self.next
    }

    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn reader(&self) -> Arc<dyn JournalReader> {
        Arc::new(FileReader(self.path.clone()))
    }

    fn mended(&self) -> Option<String> {
        None
    }
}

struct FileReader(PathBuf);

impl JournalReader for FileReader {
    fn read(&self, from: u64, visit: &mut Visit<'_>) -> Result<(), JournalError> {
        let file = File::open(&self.0).map_err(|error| JournalError(error.to_string()))?;
        let mut source = BufReader::new(file);
        let mut seq = 0;
        while let Some(entry) = one(&mut source) {
            seq += 1;
            if seq >= from && !visit(seq, &entry) {
                return Ok(());
            }
        }
        Ok(())
    }
}

//! The mark: up to where the log is known to be on disk.
//!
//! After every successful sync the mark is overwritten, itself without waiting for the disk. So it
//! never promises too much, and what it covers cannot be a write that was torn: if that is damaged,
//! it is damage. Two slots are written in turn; one may be torn when power fails.
//!
//! A slot: seq, first seq of the segment, end offset (u64 each), hash (32), zero (4), checksum
//! (CRC-32C, u32).

use std::io;

use crate::chain::{Hash, LogId};
use crate::entry::{array_at, u32_at, u64_at};
use crate::store::{Access, Store, StoreFile, read_full};

/// File of the mark.
pub(crate) const MARK: &str = "mark";
const SLOT: usize = 64;

/// A place up to which everything is on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) seq: u64,
    /// The segment that holds it, by its first entry.
    pub(crate) segment: u64,
    /// Where that entry ends in it.
    pub(crate) offset: u64,
    pub(crate) hash: Hash,
}

impl Mark {
    fn encode(&self, log: LogId) -> [u8; SLOT] {
        let mut bytes = [0; SLOT];
        bytes[..8].copy_from_slice(&self.seq.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.segment.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.offset.to_le_bytes());
        bytes[24..56].copy_from_slice(&self.hash.0);
        let checksum = crc32c::crc32c_append(crc32c::crc32c(&log.0), &bytes[..60]);
        bytes[60..].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    fn decode(bytes: &[u8], log: LogId) -> Option<Self> {
        let checksum = crc32c::crc32c_append(crc32c::crc32c(&log.0), &bytes[..60]);
        (checksum == u32_at(bytes, 60)).then(|| Self {
            seq: u64_at(bytes, 0),
            segment: u64_at(bytes, 8),
            offset: u64_at(bytes, 16),
            hash: Hash(array_at(bytes, 24)),
        })
    }
}

/// What the file of the mark says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    /// The furthest mark.
    pub(crate) mark: Option<Mark>,
    /// Slots that cannot be read and are not empty either.
    pub(crate) unreadable_slots: usize,
    /// There is such a file.
    pub(crate) exists: bool,
}

pub(crate) fn find(store: &dyn Store, log: LogId) -> io::Result<Found> {
    let mut found = Found {
        mark: None,
        unreadable_slots: 0,
        exists: false,
    };
    let file = match store.open(MARK, Access::Read) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
        opened => opened?,
    };
    found.exists = true;
    let mut bytes = [0; 2 * SLOT];
    read_full(file.as_ref(), &mut bytes, 0)?;
    for slot in bytes.chunks_exact(SLOT) {
        match Mark::decode(slot, log) {
            Some(mark) if found.mark.is_none_or(|known| known.seq < mark.seq) => {
                found.mark = Some(mark);
            }
            Some(_) => {}
            None => found.unreadable_slots += usize::from(slot.iter().any(|byte| *byte != 0)),
        }
    }
    Ok(found)
}

/// Writes marks.
#[derive(Debug)]
pub(crate) struct Marker {
    file: Box<dyn StoreFile>,
    log: LogId,
    second: bool,
}

impl Marker {
    /// Opens the file, or makes it; both slots then hold this mark, on disk.
    pub(crate) fn open(store: &dyn Store, log: LogId, mark: Mark) -> io::Result<Self> {
        let file = match store.open(MARK, Access::Write) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let file = store.open(MARK, Access::Create)?;
                file.set_len(2 * SLOT as u64)?;
                store.sync_folder("")?;
                file
            }
            opened => opened?,
        };
        let mut marker = Self {
            file,
            log,
            second: false,
        };
        // One after the other: a crash in between leaves one of them whole.
        for _slot in 0..2 {
            marker.set(mark)?;
            marker.file.sync()?;
        }
        Ok(marker)
    }

    /// Overwrites the older slot. It reaches the disk some time later.
    pub(crate) fn set(&mut self, mark: Mark) -> io::Result<()> {
        let offset = if self.second { SLOT as u64 } else { 0 };
        self.second = !self.second;
        self.file.write_at(&mark.encode(self.log), offset)
    }

    /// Returns when the mark is on disk.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.file.sync()
    }
}

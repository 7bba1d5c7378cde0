//! Walks the entries of one segment, checking each.

use std::io;

use crate::chain::Link;
use crate::entry::{ALIGNMENT, Fault, HEADER, MAGIC, Raw, Salt, decode, stated_len};
use crate::mode::ModeName;
use crate::segment::{HEAD, Head};
use crate::store::{StoreFile, read_full};

/// Read at once [bytes].
const CHUNK: usize = 1 << 20;

/// Where a walk begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Point {
    /// The entry before.
    pub(crate) before: Link,
    /// Offset of the entry.
    pub(crate) offset: u64,
}

/// What comes next.
pub(crate) enum Step<'a> {
    /// An entry, whole and where it belongs, and where the next one begins.
    Entry(Raw<'a>, Point),
    /// Nothing follows.
    End,
    /// What follows is no entry.
    Fault(Fault),
}

/// A walk along a segment.
#[derive(Debug)]
pub(crate) struct Walk {
    file: Box<dyn StoreFile>,
    mode: ModeName,
    salt: Salt,
    at: Point,
    /// Nothing from here on is looked at.
    end: u64,
    buffer: Vec<u8>,
    /// Part of the buffer that is not walked yet.
    begin: usize,
    filled: usize,
}

impl Walk {
    /// From the first entry of a segment up to an offset.
    pub(crate) fn new(file: Box<dyn StoreFile>, head: &Head, end: u64) -> Self {
        let start = Point {
            before: head.before,
            offset: HEAD,
        };
        Self::from(file, head, start, end)
    }

    /// From another entry on.
    pub(crate) fn from(file: Box<dyn StoreFile>, head: &Head, at: Point, end: u64) -> Self {
        Self {
            file,
            mode: head.mode,
            salt: head.salt(),
            at,
            end,
            buffer: Vec::new(),
            begin: 0,
            filled: 0,
        }
    }

    /// Where it has come.
    pub(crate) fn at(&self) -> Point {
        self.at
    }

    pub(crate) fn file(&self) -> &dyn StoreFile {
        self.file.as_ref()
    }

    /// The next entry.
    pub(crate) fn step(&mut self) -> io::Result<Step<'_>> {
        if self.have(HEADER)? == 0 {
            return Ok(Step::End);
        }
        let length = match stated_len(&self.buffer[self.begin..self.filled]) {
            Ok(length) => length,
            Err(fault) => return Ok(Step::Fault(fault)),
        };
        self.have(length)?;
        let bytes = &self.buffer[self.begin..self.filled];
        let checked = decode(bytes, self.salt, self.at.offset)
            .and_then(|raw| Ok((raw, raw.follows(self.at.before, self.mode)?)));
        match checked {
            Err(fault) => Ok(Step::Fault(fault)),
            Ok((raw, link)) => {
                self.at = Point {
                    before: link,
                    offset: self.at.offset + raw.len() as u64,
                };
                self.begin += raw.len();
                Ok(Step::Entry(raw, self.at))
            }
        }
    }

    /// Sees to it that so many bytes are in the buffer, if the file has them; how many there are.
    fn have(&mut self, bytes: usize) -> io::Result<usize> {
        if self.filled - self.begin >= bytes {
            return Ok(self.filled - self.begin);
        }
        self.buffer.copy_within(self.begin..self.filled, 0);
        self.filled -= self.begin;
        self.begin = 0;
        let wanted = bytes.max(CHUNK);
        if self.buffer.len() < wanted {
            self.buffer.resize(wanted, 0);
        }
        let from = self.at.offset + self.filled as u64;
        let left = usize::try_from(self.end.saturating_sub(from)).unwrap_or(usize::MAX);
        let until = self.buffer.len().min(self.filled.saturating_add(left));
        let space = &mut self.buffer[self.filled..until];
        self.filled += read_full(self.file.as_ref(), space, from)?;
        Ok(self.filled)
    }
}

/// What lies behind a fault.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Rest {
    /// Bytes up to the end of the file.
    pub(crate) bytes: u64,
    /// Whole entries among them.
    pub(crate) entries: u64,
    /// The highest number of these.
    pub(crate) seq_max: u64,
    /// The highest batch of these.
    pub(crate) batch_max: u64,
}

/// Looks for whole entries from an offset on, wherever they begin.
pub(crate) fn rest(file: &dyn StoreFile, salt: Salt, offset: u64) -> io::Result<Rest> {
    let bytes = file.length()?.saturating_sub(offset);
    let mut buffer = vec![0; usize::try_from(bytes).map_err(io::Error::other)?];
    let count = read_full(file, &mut buffer, offset)?;
    let mut found = Rest {
        bytes,
        ..Rest::default()
    };
    let mut at = 0;
    while at + HEADER <= count {
        let whole = (buffer[at..at + 4] == MAGIC)
            .then(|| decode(&buffer[at..count], salt, offset + at as u64).ok());
        at += match whole.flatten() {
            Some(raw) => {
                found.entries += 1;
                found.seq_max = found.seq_max.max(raw.seq());
                found.batch_max = found.batch_max.max(raw.batch());
                raw.len()
            }
            None => ALIGNMENT,
        };
    }
    Ok(found)
}

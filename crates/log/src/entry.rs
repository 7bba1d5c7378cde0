//! An entry: what it holds, and its bytes in a segment.
//!
//! ```text
//! 0   magic            u32   "FWe1"
//! 4   checksum         u32   CRC-32C of bytes 8 to the end, seeded with log, segment and offset
//! 8   payload length   u32
//! 12  kind             u8
//! 13  mode             u8
//! 14  zero             u16
//! 16  seq              u64   1, 2, 3, ...
//! 24  batch            u64   seq of the first entry of the append it was written with
//! 32  wall_ns          i64   UTC, nanoseconds since 1970
//! 40  engine_ns        i64   the same of engine time; the least value where there is none
//! 48  payload, then zeros to a multiple of 8
//!     hash             32    SHA-256 of the previous hash and bytes 8 to here
//! ```
//!
//! Numbers are little-endian. The seed of the checksum keeps an entry from being taken for one
//! where it merely was copied to: into a payload, or to another place of the disk.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use thiserror::Error;

use crate::chain::{Hash, Link, LogId, sha256};
use crate::mode::{Mode, ModeName};

/// Largest payload [bytes].
pub const PAYLOAD_BYTES_MAX: usize = 16 << 20;
/// Bytes of an entry before its payload.
pub(crate) const HEADER: usize = 48;
const HASH: usize = 32;
pub(crate) const MAGIC: [u8; 4] = *b"FWe1";
/// No engine time.
const NONE_NS: i64 = i64::MIN;
/// Entries begin at multiples of this.
pub(crate) const ALIGNMENT: usize = 8;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A record that came in: a report, a heartbeat, a notice, a claim.
    Input,
    /// Something that the engine concluded.
    Event,
    /// What a person did.
    Action,
    /// A message that went out, or a receipt for one.
    Delivery,
    /// With what the engine was started: configuration and version.
    Setup,
    /// The engine's time going on without a record.
    Tick,
    /// Anything that a person should find here later.
    Note,
    /// A signed statement of the log itself.
    Checkpoint,
    /// The log itself: a snapshot was saved.
    Snapshot,
    /// The log itself: entries are missing from here on, and why.
    Gap,
    /// A kind that a newer version wrote.
    Other(u8),
}

impl Kind {
    const ALL: [(Self, u8, &'static str); 10] = [
        (Self::Input, 1, "input"),
        (Self::Event, 2, "event"),
        (Self::Action, 3, "action"),
        (Self::Delivery, 4, "delivery"),
        (Self::Setup, 5, "setup"),
        (Self::Tick, 6, "tick"),
        (Self::Note, 7, "note"),
        (Self::Checkpoint, 128, "checkpoint"),
        (Self::Snapshot, 129, "snapshot"),
        (Self::Gap, 130, "gap"),
    ];

    /// The kinds that have a name, as they stand in files.
    pub fn words() -> impl Iterator<Item = &'static str> {
        Self::ALL.iter().map(|(_, _, word)| *word)
    }

    pub(crate) fn byte(self) -> u8 {
        let found = Self::ALL.iter().find(|(kind, ..)| *kind == self);
        match (self, found) {
            (Self::Other(byte), _) => byte,
            (_, found) => found.map_or(0, |(_, byte, _)| *byte),
        }
    }

    pub(crate) fn of_byte(byte: u8) -> Self {
        let found = Self::ALL.iter().find(|(_, known, _)| *known == byte);
        found.map_or(Self::Other(byte), |(kind, ..)| *kind)
    }

    /// Whether only the log itself writes it.
    pub fn is_own(self) -> bool {
        self.byte() >= 128
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Self::ALL.iter().find(|(kind, ..)| kind == self) {
            Some((_, _, word)) => formatter.pad(word),
            None => write!(formatter, "kind-{}", self.byte()),
        }
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|(_, _, word)| *word == text);
        found.map(|(kind, ..)| *kind).ok_or_else(|| {
            let known: Vec<&str> = Self::words().collect();
            format!("`{text}` is no kind of entry; one of {}", known.join(", "))
        })
    }
}

/// An entry to be appended to a log of mode `M`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEntry<M> {
    pub(crate) kind: Kind,
    pub(crate) wall_ns: i64,
    pub(crate) engine_ns: Option<i64>,
    pub(crate) payload: Vec<u8>,
    mode: PhantomData<M>,
}

impl<M: Mode> NewEntry<M> {
    /// An entry with the time of the system's clock when it happened (UTC, nanoseconds since 1970).
    pub fn new(kind: Kind, wall_ns: i64, payload: impl Into<Vec<u8>>) -> Self {
        Self {
            kind,
            wall_ns,
            engine_ns: None,
            payload: payload.into(),
            mode: PhantomData,
        }
    }

    /// The same with engine time (UTC, nanoseconds since 1970).
    #[must_use]
    pub fn at_engine_ns(mut self, engine_ns: i64) -> Self {
        self.engine_ns = Some(engine_ns);
        self
    }
}

/// An entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<M> {
    /// Its number: 1, 2, 3, ...; never given twice.
    pub seq: u64,
    /// The number of the first entry of its batch; a batch was written and synced as one.
    pub batch: u64,
    /// Clock of the system when it happened: UTC, nanoseconds since 1970.
    pub wall_ns: i64,
    /// Engine time in the same measure.
    pub engine_ns: Option<i64>,
    /// What it is.
    pub kind: Kind,
    /// The mode of its log.
    pub mode: ModeName,
    /// Its content.
    pub payload: Vec<u8>,
    /// The link of the chain: of this entry and all before it.
    pub hash: Hash,
    pub(crate) typed: PhantomData<M>,
}

/// Why bytes are not the next entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Error)]
pub enum Fault {
    /// The file ends inside it.
    #[error("the file ends inside the entry")]
    Ends,
    /// It does not begin as entries do.
    #[error("no entry begins here")]
    Magic,
    /// A length that no entry has.
    #[error("its length is impossible")]
    Length,
    /// The checksum differs.
    #[error("its checksum is wrong")]
    Checksum,
    /// Content that nobody wrote.
    #[error("its mode or its padding is not what is ever written")]
    Content,
    /// Not the number that follows.
    #[error("its sequence number does not follow")]
    Sequence,
    /// It does not follow from what stands before it.
    #[error("it does not follow from the entries before it (hash chain)")]
    Chain,
    /// A signed statement that does not fit the log.
    #[error("the checkpoint in it does not fit: signature, place or hash")]
    Checkpoint,
}

/// What the checksums of a segment begin with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Salt(u32);

impl Salt {
    pub(crate) fn new(log: LogId, first_seq: u64) -> Self {
        Self(crc32c::crc32c_append(
            crc32c::crc32c(&log.0),
            &first_seq.to_le_bytes(),
        ))
    }

    fn checksum(self, offset: u64, covered: &[u8]) -> u32 {
        let seed = crc32c::crc32c_append(self.0, &offset.to_le_bytes());
        crc32c::crc32c_append(seed, covered)
    }
}

/// Bytes of an entry with such a payload.
pub(crate) fn encoded_len(payload: usize) -> usize {
    HEADER + payload.next_multiple_of(ALIGNMENT) + HASH
}

/// Where an entry goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slot {
    pub(crate) salt: Salt,
    pub(crate) offset: u64,
    pub(crate) batch: u64,
    /// What it follows.
    pub(crate) after: Link,
}

/// Adds the bytes of an entry; the link it makes.
pub(crate) fn encode<M: Mode>(buffer: &mut Vec<u8>, entry: &NewEntry<M>, slot: Slot) -> Link {
    let start = buffer.len();
    let seq = slot.after.seq + 1;
    buffer.extend_from_slice(&MAGIC);
    buffer.extend_from_slice(&[0; 4]);
    // Longer payloads are refused before they come here.
    let length = u32::try_from(entry.payload.len()).unwrap_or(u32::MAX);
    buffer.extend_from_slice(&length.to_le_bytes());
    buffer.extend_from_slice(&[entry.kind.byte(), M::NAME.byte(), 0, 0]);
    buffer.extend_from_slice(&seq.to_le_bytes());
    buffer.extend_from_slice(&slot.batch.to_le_bytes());
    buffer.extend_from_slice(&entry.wall_ns.to_le_bytes());
    buffer.extend_from_slice(&entry.engine_ns.unwrap_or(NONE_NS).to_le_bytes());
    buffer.extend_from_slice(&entry.payload);
    buffer.resize(start + encoded_len(entry.payload.len()) - HASH, 0);
    let hash = sha256(&[&slot.after.hash.0, &buffer[start + 8..]]);
    buffer.extend_from_slice(&hash.0);
    let checksum = slot.salt.checksum(slot.offset, &buffer[start + 8..]);
    buffer[start + 4..start + 8].copy_from_slice(&checksum.to_le_bytes());
    Link { seq, hash }
}

/// An entry as it lies in a buffer; its checksum is right, its place in the chain not yet checked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Raw<'a> {
    bytes: &'a [u8],
}

/// How long the entry that begins here is, by its own word.
pub(crate) fn stated_len(header: &[u8]) -> Result<usize, Fault> {
    if header.len() < HEADER {
        return Err(Fault::Ends);
    }
    if header[..4] != MAGIC {
        return Err(Fault::Magic);
    }
    let payload = u32_at(header, 8) as usize;
    if payload > PAYLOAD_BYTES_MAX {
        return Err(Fault::Length);
    }
    Ok(encoded_len(payload))
}

/// The entry at the start of the bytes, which lie at this offset of the file.
pub(crate) fn decode(bytes: &[u8], salt: Salt, offset: u64) -> Result<Raw<'_>, Fault> {
    let length = stated_len(bytes)?;
    let bytes = bytes.get(..length).ok_or(Fault::Ends)?;
    if salt.checksum(offset, &bytes[8..]) != u32_at(bytes, 4) {
        return Err(Fault::Checksum);
    }
    let raw = Raw { bytes };
    let padding = &bytes[HEADER + raw.payload().len()..length - HASH];
    let zeros = bytes[14..16].iter().chain(padding).all(|byte| *byte == 0);
    if !zeros || ModeName::of_byte(bytes[13]).is_none() {
        return Err(Fault::Content);
    }
    Ok(raw)
}

impl<'a> Raw<'a> {
    pub(crate) fn payload(self) -> &'a [u8] {
        &self.bytes[HEADER..HEADER + u32_at(self.bytes, 8) as usize]
    }

    pub(crate) fn seq(self) -> u64 {
        u64_at(self.bytes, 16)
    }

    pub(crate) fn batch(self) -> u64 {
        u64_at(self.bytes, 24)
    }

    pub(crate) fn kind(self) -> Kind {
        Kind::of_byte(self.bytes[12])
    }

    pub(crate) fn mode_byte(self) -> u8 {
        self.bytes[13]
    }

    pub(crate) fn len(self) -> usize {
        self.bytes.len()
    }

    /// The link it makes, if it follows from this one.
    pub(crate) fn follows(self, after: Link, mode: ModeName) -> Result<Link, Fault> {
        if self.seq() != after.seq + 1 || self.batch() > self.seq() {
            return Err(Fault::Sequence);
        }
        if self.mode_byte() != mode.byte() {
            return Err(Fault::Content);
        }
        let (content, stated) = self.bytes[8..].split_at(self.bytes.len() - 8 - HASH);
        let hash = sha256(&[&after.hash.0, content]);
        if hash.0 != *stated {
            return Err(Fault::Chain);
        }
        Ok(Link {
            seq: self.seq(),
            hash,
        })
    }

    /// A copy that lives on its own.
    pub(crate) fn to_entry<M>(self, mode: ModeName, hash: Hash) -> Entry<M> {
        let engine_ns = i64_at(self.bytes, 40);
        Entry {
            seq: self.seq(),
            batch: self.batch(),
            wall_ns: i64_at(self.bytes, 32),
            engine_ns: (engine_ns != NONE_NS).then_some(engine_ns),
            kind: self.kind(),
            mode,
            payload: self.payload().to_vec(),
            hash,
            typed: PhantomData,
        }
    }
}

pub(crate) fn array_at<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(&bytes[at..at + N]);
    array
}

pub(crate) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(array_at(bytes, at))
}

pub(crate) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(array_at(bytes, at))
}

pub(crate) fn i64_at(bytes: &[u8], at: usize) -> i64 {
    i64::from_le_bytes(array_at(bytes, at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::genesis;
    use crate::mode::Test;

    const LOG: LogId = LogId([3; 16]);

    fn encoded(payload: &[u8]) -> (Vec<u8>, Slot, Link) {
        let slot = Slot {
            salt: Salt::new(LOG, 1),
            offset: 192,
            batch: 1,
            after: Link {
                seq: 0,
                hash: genesis(LOG, ModeName::Test),
            },
        };
        let mut bytes = Vec::new();
        let entry = NewEntry::<Test>::new(Kind::Input, -5, payload).at_engine_ns(7);
        let link = encode(&mut bytes, &entry, slot);
        (bytes, slot, link)
    }

    #[test]
    fn an_entry_reads_back_as_it_was_written() {
        let (bytes, slot, link) = encoded(b"hello");
        let raw = decode(&bytes, slot.salt, slot.offset).unwrap();
        assert_eq!(raw.follows(slot.after, ModeName::Test), Ok(link));
        let entry: Entry<Test> = raw.to_entry(ModeName::Test, link.hash);
        assert_eq!(
            (entry.seq, entry.batch, entry.wall_ns, entry.engine_ns),
            (1, 1, -5, Some(7))
        );
        assert_eq!(entry.payload, b"hello");
        assert_eq!(bytes.len(), encoded_len(5));
    }

    #[test]
    fn every_flipped_bit_of_an_entry_is_a_fault() {
        let (good, slot, _) = encoded(b"nine byte");
        for bit in 0..good.len() * 8 {
            let mut bytes = good.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(decode(&bytes, slot.salt, slot.offset).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn an_entry_elsewhere_is_none() {
        let (bytes, slot, _) = encoded(b"x");
        assert_eq!(decode(&bytes, slot.salt, 200).err(), Some(Fault::Checksum));
        let salt = Salt::new(LOG, 2);
        assert_eq!(decode(&bytes, salt, 192).err(), Some(Fault::Checksum));
        let raw = decode(&bytes, slot.salt, 192).unwrap();
        assert_eq!(
            raw.follows(slot.after, ModeName::Live).err(),
            Some(Fault::Content)
        );
        let later = Link {
            seq: 1,
            ..slot.after
        };
        assert_eq!(
            raw.follows(later, ModeName::Test).err(),
            Some(Fault::Sequence)
        );
    }

    #[test]
    fn kinds_keep_their_bytes_and_words() {
        for byte in 0..=255 {
            assert_eq!(Kind::of_byte(byte).byte(), byte);
        }
        for word in Kind::words() {
            assert_eq!(word.parse::<Kind>().unwrap().to_string(), word);
        }
        assert!("nothing".parse::<Kind>().is_err());
    }
}

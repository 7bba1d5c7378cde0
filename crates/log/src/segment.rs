//! The head of a segment file: a signed statement about everything before it.
//!
//! ```text
//! 0    magic        8     "FWlog\r\n1"
//! 8    version      u32   1
//! 12   mode         u8
//! 13   flags        u8    1: nothing vouches for what stood before (after a gap)
//! 14   zero         u16
//! 16   log          16
//! 32   first seq    u64
//! 40   wall_ns      i64   when it was begun
//! 48   hash before  32    of everything before the first entry
//! 80   public key   32
//! 112  signature    64    Ed25519 over bytes 0 to 112
//! 176  zero         12
//! 188  checksum     u32   CRC-32C of bytes 0 to 188
//! ```

use thiserror::Error;

use crate::chain::{Hash, Link, LogId, PublicKey, Signature, Signer, verified};
use crate::entry::{Salt, array_at, i64_at, u32_at, u64_at};
use crate::mode::ModeName;

/// Length of the head [bytes].
pub(crate) const HEAD: u64 = 192;
const HEAD_BYTES: usize = 192;
const MAGIC: [u8; 8] = *b"FWlog\r\n1";
const VERSION: u32 = 1;
const AFTER_GAP: u8 = 1;
const SIGNED: usize = 112;
const ENDING: &str = ".log";

/// The head of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) mode: ModeName,
    pub(crate) after_gap: bool,
    pub(crate) log: LogId,
    pub(crate) wall_ns: i64,
    /// What the first entry follows.
    pub(crate) before: Link,
    pub(crate) public_key: PublicKey,
    signature: Signature,
}

/// Why a head is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum HeadFault {
    /// The file is shorter than a head.
    #[error("the file ends inside its head")]
    Ends,
    /// Its checksum is wrong, or it is none.
    #[error("its head is damaged")]
    Damaged,
    /// A version that this program does not know.
    #[error("its format is version {0}; this program reads version 1")]
    Version(u32),
    /// The signature does not fit.
    #[error("the signature in its head does not fit")]
    Signature,
    /// The file's name and the head disagree.
    #[error("its name does not fit its head")]
    Name,
}

impl Head {
    pub(crate) fn first_seq(&self) -> u64 {
        self.before.seq + 1
    }

    pub(crate) fn salt(&self) -> Salt {
        Salt::new(self.log, self.first_seq())
    }

    pub(crate) fn sign(log: LogId, mode: ModeName, start: Start, signer: &Signer) -> Self {
        let mut head = Self {
            mode,
            after_gap: start.after_gap,
            log,
            wall_ns: start.wall_ns,
            before: start.before,
            public_key: signer.public_key(),
            signature: Signature([0; 64]),
        };
        let bytes = head.encode();
        head.signature = signer.sign(&[b"segment\n", &bytes[..SIGNED]]);
        head
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEAD_BYTES);
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        let flags = if self.after_gap { AFTER_GAP } else { 0 };
        bytes.extend_from_slice(&[self.mode.byte(), flags, 0, 0]);
        bytes.extend_from_slice(&self.log.0);
        bytes.extend_from_slice(&self.first_seq().to_le_bytes());
        bytes.extend_from_slice(&self.wall_ns.to_le_bytes());
        bytes.extend_from_slice(&self.before.hash.0);
        bytes.extend_from_slice(&self.public_key.0);
        bytes.extend_from_slice(&self.signature.0);
        bytes.resize(HEAD_BYTES - 4, 0);
        let checksum = crc32c::crc32c(&bytes);
        bytes.extend_from_slice(&checksum.to_le_bytes());
        bytes
    }

    pub(crate) fn decode(name: &str, bytes: &[u8]) -> Result<Self, HeadFault> {
        let bytes = bytes.get(..HEAD_BYTES).ok_or(HeadFault::Ends)?;
        let checksum = crc32c::crc32c(&bytes[..HEAD_BYTES - 4]);
        if bytes[..8] != MAGIC || checksum != u32_at(bytes, HEAD_BYTES - 4) {
            return Err(HeadFault::Damaged);
        }
        let version = u32_at(bytes, 8);
        if version != VERSION {
            return Err(HeadFault::Version(version));
        }
        let first_seq = u64_at(bytes, 32);
        let mode = ModeName::of_byte(bytes[12]).ok_or(HeadFault::Damaged)?;
        let head = Self {
            mode,
            after_gap: bytes[13] & AFTER_GAP != 0,
            log: LogId(array_at(bytes, 16)),
            wall_ns: i64_at(bytes, 40),
            before: Link {
                seq: first_seq.checked_sub(1).ok_or(HeadFault::Damaged)?,
                hash: Hash(array_at(bytes, 48)),
            },
            public_key: PublicKey(array_at(bytes, 80)),
            signature: Signature(array_at(bytes, 112)),
        };
        let signed: [&[u8]; 2] = [b"segment\n", &bytes[..SIGNED]];
        if !verified(head.public_key, &signed, head.signature) {
            return Err(HeadFault::Signature);
        }
        if first_seq_of(name) != Some(first_seq) {
            return Err(HeadFault::Name);
        }
        Ok(head)
    }
}

/// What a segment begins with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start {
    pub(crate) before: Link,
    pub(crate) wall_ns: i64,
    pub(crate) after_gap: bool,
}

/// The file of a segment that begins with this entry.
pub(crate) fn file_name(first_seq: u64) -> String {
    format!("{first_seq:020}{ENDING}")
}

/// The first entry of the segment in a file of such a name, folder or not.
pub(crate) fn first_seq_of(name: &str) -> Option<u64> {
    let file = name.rsplit('/').next()?;
    let digits = file.strip_suffix(ENDING)?;
    let number = digits.len() == 20 && digits.bytes().all(|byte| byte.is_ascii_digit());
    number.then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flipped_bit_of_a_head_is_a_fault() {
        let signer = Signer::from_seed(&[1; 32]).unwrap();
        let start = Start {
            before: Link {
                seq: 41,
                hash: Hash([5; 32]),
            },
            wall_ns: 9,
            after_gap: true,
        };
        let head = Head::sign(LogId([2; 16]), ModeName::Live, start, &signer);
        let good = head.encode();
        let name = file_name(42);
        assert_eq!(Head::decode(&name, &good), Ok(head));
        assert_eq!(Head::decode("x.log", &good), Err(HeadFault::Name));
        assert_eq!(Head::decode(&name, &good[1..]), Err(HeadFault::Ends));
        for bit in 0..good.len() * 8 {
            let mut bytes = good.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(Head::decode(&name, &bytes).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn a_head_that_was_changed_with_its_checksum_is_caught_by_the_signature() {
        let signer = Signer::from_seed(&[1; 32]).unwrap();
        let start = Start {
            before: Link {
                seq: 0,
                hash: Hash([5; 32]),
            },
            wall_ns: 9,
            after_gap: false,
        };
        let head = Head::sign(LogId([2; 16]), ModeName::Exercise, start, &signer);
        let forged = Head {
            mode: ModeName::Live,
            ..head
        };
        let found = Head::decode(&file_name(1), &forged.encode());
        assert_eq!(found, Err(HeadFault::Signature));
    }
}

//! The chain of hashes, and the signatures that vouch for it.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use ring::digest::{Context, SHA256};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde::{Deserialize, Serialize};

use crate::mode::ModeName;

/// What a signature of ours is about, so that it can stand for nothing else.
const CONTEXT: &[u8] = b"forewarn log checkpoint 1\n";

macro_rules! bytes_in_hexadecimal {
    ($($(#[$doc:meta])* $name:ident($length:literal)),+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub struct $name(pub [u8; $length]);

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, formatter)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;
            fn try_from(text: String) -> Result<Self, String> {
                text.parse()
            }
        }

        impl FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                of_hexadecimal(text).map(Self).ok_or_else(|| {
                    format!("`{text}` is not {} hexadecimal digits", 2 * $length)
                })
            }
        }
    )+};
}

bytes_in_hexadecimal!(
    /// A link of the chain: SHA-256 over the previous link and the entry.
    Hash(32),
    /// Names a log, drawn when it is made.
    LogId(16),
    /// Whose signature it is (Ed25519).
    PublicKey(32),
    /// A signature (Ed25519).
    Signature(64)
);

fn of_hexadecimal<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    let value = |digit: u8| char::from(digit).to_digit(16);
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::try_from(16 * value(pair[0])? + value(pair[1])?).ok()?;
    }
    Some(bytes)
}

/// SHA-256 over parts.
pub(crate) fn sha256(parts: &[&[u8]]) -> Hash {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    Hash(hash)
}

/// Where the chain of a log begins.
pub(crate) fn genesis(log: LogId, mode: ModeName) -> Hash {
    sha256(&[b"forewarn log genesis 1\n", &log.0, &[mode.byte()]])
}

/// Random bytes of the system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], NoRandom> {
    let mut bytes = [0; N];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|ring::error::Unspecified| NoRandom)?;
    Ok(bytes)
}

/// The system has no random bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system has no random bytes to give")]
pub struct NoRandom;

/// A key that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "no Ed25519 key in PKCS#8 form; `openssl genpkey -algorithm ed25519 -outform DER` makes one"
)]
pub struct BadKey;

/// The key that signs checkpoints.
#[derive(Clone)]
pub struct Signer(Arc<Ed25519KeyPair>);

impl fmt::Debug for Signer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Signer({})", self.public_key())
    }
}

impl Signer {
    /// From a private key in PKCS#8 form (DER), version 1 or 2.
    ///
    /// # Errors
    /// It is none.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, BadKey> {
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map_err(|_rejected| BadKey)?;
        Ok(Self(Arc::new(pair)))
    }

    /// A new private key in PKCS#8 form (DER), to be kept in a file that only the service reads.
    ///
    /// # Errors
    /// The system has no random bytes.
    pub fn generate_pkcs8() -> Result<Vec<u8>, NoRandom> {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new())
            .map_err(|ring::error::Unspecified| NoRandom)?;
        Ok(document.as_ref().to_vec())
    }

    /// A key that is forgotten with the process: for demonstrations and tests.
    ///
    /// # Errors
    /// The system has no random bytes.
    pub fn ephemeral() -> Result<Self, NoRandom> {
        Self::from_seed(&random::<32>()?).map_err(|BadKey| NoRandom)
    }

    /// From the 32 bytes that an Ed25519 key is made of.
    ///
    /// # Errors
    /// Never for 32 bytes; the library keeps the possibility.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, BadKey> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_rejected| BadKey)?;
        Ok(Self(Arc::new(pair)))
    }

    /// What others verify with.
    pub fn public_key(&self) -> PublicKey {
        let mut key = [0; 32];
        key.copy_from_slice(self.0.public_key().as_ref());
        PublicKey(key)
    }

    pub(crate) fn sign(&self, parts: &[&[u8]]) -> Signature {
        let mut signature = [0; 64];
        signature.copy_from_slice(self.0.sign(&message(parts)).as_ref());
        Signature(signature)
    }
}

pub(crate) fn verified(key: PublicKey, parts: &[&[u8]], signature: Signature) -> bool {
    let key = UnparsedPublicKey::new(&ED25519, key.0);
    key.verify(&message(parts), &signature.0).is_ok()
}

fn message(parts: &[&[u8]]) -> Vec<u8> {
    let mut message = CONTEXT.to_vec();
    parts
        .iter()
        .for_each(|part| message.extend_from_slice(part));
    message
}

/// A signed statement: the log holds entries up to `seq`, and they hash to `hash`. Kept by somebody
/// else, it shows whether the log was changed or cut later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Which log.
    pub log: LogId,
    /// The last entry that it covers; 0 for none.
    pub seq: u64,
    /// The link of the chain there.
    pub hash: Hash,
    /// When it was signed: UTC, nanoseconds since 1970.
    pub wall_ns: i64,
    /// Whose signature it is.
    pub public_key: PublicKey,
    /// The signature.
    pub signature: Signature,
}

impl Checkpoint {
    pub(crate) fn sign(
        log: LogId,
        mode: ModeName,
        at: Link,
        wall_ns: i64,
        signer: &Signer,
    ) -> Self {
        let statement = statement(log, mode, at, wall_ns);
        Self {
            log,
            seq: at.seq,
            hash: at.hash,
            wall_ns,
            public_key: signer.public_key(),
            signature: signer.sign(&[&statement]),
        }
    }

    /// Whether the signature fits what is stated, for a log of this mode.
    pub fn is_genuine(&self, mode: ModeName) -> bool {
        let at = Link {
            seq: self.seq,
            hash: self.hash,
        };
        let statement = statement(self.log, mode, at, self.wall_ns);
        verified(self.public_key, &[&statement], self.signature)
    }
}

fn statement(log: LogId, mode: ModeName, at: Link, wall_ns: i64) -> Vec<u8> {
    let mut bytes = b"entry\n".to_vec();
    bytes.extend_from_slice(&log.0);
    bytes.push(mode.byte());
    bytes.extend_from_slice(&at.seq.to_le_bytes());
    bytes.extend_from_slice(&at.hash.0);
    bytes.extend_from_slice(&wall_ns.to_le_bytes());
    bytes
}

/// A place in the chain: the last entry, and what everything up to it hashes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// Sequence number of the entry; 0 before the first.
    pub seq: u64,
    /// The link of the chain there.
    pub hash: Hash,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn val_sha256_is_that_of_fips_180() {
        let hash = sha256(&[b"a", b"bc"]).to_string();
        let published = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hash, published);
    }

    #[test]
    fn a_checkpoint_stands_for_its_own_statement_alone() {
        let signer = Signer::from_seed(&[7; 32]).unwrap();
        let log = LogId([1; 16]);
        let at = Link {
            seq: 9,
            hash: Hash([2; 32]),
        };
        let good = Checkpoint::sign(log, ModeName::Live, at, 5, &signer);
        assert!(good.is_genuine(ModeName::Live));
        assert!(!good.is_genuine(ModeName::Exercise), "of another mode");
        assert!(!Checkpoint { seq: 8, ..good }.is_genuine(ModeName::Live));
        assert!(
            !Checkpoint {
                hash: Hash([3; 32]),
                ..good
            }
            .is_genuine(ModeName::Live)
        );
        let other = Signer::from_seed(&[8; 32]).unwrap().public_key();
        assert!(
            !Checkpoint {
                public_key: other,
                ..good
            }
            .is_genuine(ModeName::Live)
        );
    }

    #[test]
    fn keys_round_trip_and_nonsense_is_refused() {
        let der = Signer::generate_pkcs8().unwrap();
        assert!(Signer::from_pkcs8(&der).is_ok());
        assert_eq!(Signer::from_pkcs8(&der[1..]).err(), Some(BadKey));
        let key = Signer::ephemeral().unwrap().public_key();
        assert_eq!(key.to_string().parse(), Ok(key));
        assert!("12zz".parse::<PublicKey>().is_err());
    }
}

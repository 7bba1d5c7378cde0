//! A frame: a line that says who sends what and proves it, then the records, one a line.
//!
//! ```text
//! {"frame":1,"sensor":"geo-1","key":"0123456789abcdef","sequence":17,"time":"2026-03-01T12:00:00Z",
//!  "mode":"exercise","bytes":812,"signature":"..."}          (one line)
//! {"id":"m1","time":...}                                      (`bytes` bytes of records)
//! ```
//!
//! The signature (Ed25519) is over the text of [`signed_text`]: every field of the header and the
//! SHA-256 of the records, so that no part can be moved to another frame, sensor or mode.

use forewarn_core::model::Mode;
use forewarn_formats::words::{UtcTime, Word};
use ring::rand::SystemRandom;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde::{Deserialize, Serialize};

use crate::hex;

/// Version of the format.
pub const FRAME_VERSION: u32 = 1;
/// Longest header [bytes].
pub(super) const HEADER_BYTES_MAX: usize = 2_048;

/// Why bytes are not a frame.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// No line feed where the header should have ended.
    #[error("the header does not end within {HEADER_BYTES_MAX} bytes; it is one line of JSON")]
    NoHeader,
    /// The header cannot be read.
    #[error("the header: {0}")]
    Header(String),
    /// The records are longer or shorter than it says.
    #[error("the header announces {announced} bytes of records, but {found} came")]
    Length {
        /// What the header says.
        announced: usize,
        /// What came.
        found: usize,
    },
    /// Records that are not text.
    #[error("the records are not UTF-8 at byte {0}")]
    NotText(usize),
}

/// The header of a frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// Version of the format.
    pub frame: u32,
    /// Who sends.
    pub sensor: String,
    /// Which key: see [`key_id`].
    pub key: String,
    /// 1, 2, 3, …: a number is never used twice.
    pub sequence: u64,
    /// By the sender's clock.
    pub time: UtcTime,
    /// What the records are for.
    pub mode: Word<Mode>,
    /// Length of the records.
    pub bytes: usize,
    /// Ed25519, hexadecimal.
    pub signature: String,
}

impl Header {
    /// Whether the key signed this header and these records.
    pub fn is_signed(&self, records: &[u8], public_key: &[u8]) -> bool {
        let Some(signature) = hex::decode(&self.signature) else {
            return false;
        };
        let text = signed_text(self, records);
        UnparsedPublicKey::new(&ED25519, public_key)
            .verify(text.as_bytes(), &signature)
            .is_ok()
    }
}

/// What is signed.
pub(super) fn signed_text(header: &Header, records: &[u8]) -> String {
    // Times are written as the header writes them, so that both sides sign the same text.
    let time = forewarn_physics::time::format_utc(header.time.0);
    format!(
        "forewarn-frame-{}\n{}\n{}\n{}\n{time}\n{}\n{}\n{}\n",
        header.frame,
        header.sensor,
        header.key,
        header.sequence,
        header.mode.0.word(),
        header.bytes,
        hex::sha256(records),
    )
}

/// The name of a public key: the first 16 digits of its SHA-256.
pub fn key_id(public_key: &[u8]) -> String {
    let mut id = hex::sha256(public_key);
    id.truncate(16);
    id
}

/// Reads the line of a header.
///
/// # Errors
/// It is not one.
pub fn read_header(line: &[u8]) -> Result<Header, FrameError> {
    let header: Header =
        serde_json::from_slice(line).map_err(|error| FrameError::Header(error.to_string()))?;
    if header.frame != FRAME_VERSION {
        return Err(FrameError::Header(format!(
            "`frame` is {}, but only version {FRAME_VERSION} is known",
            header.frame
        )));
    }
    if header.sensor.contains('\n') || header.key.contains('\n') {
        return Err(FrameError::Header("a name holds a line feed".into()));
    }
    Ok(header)
}

/// A frame's header and records.
///
/// # Errors
/// It is not a frame.
pub fn split(frame: &[u8]) -> Result<(Header, &str), FrameError> {
    let head = &frame[..frame.len().min(HEADER_BYTES_MAX)];
    let end = head
        .iter()
        .position(|byte| *byte == b'\n')
        .ok_or(FrameError::NoHeader)?;
    let header = read_header(&frame[..end])?;
    let records = &frame[end + 1..];
    if records.len() != header.bytes {
        return Err(FrameError::Length {
            announced: header.bytes,
            found: records.len(),
        });
    }
    let records =
        std::str::from_utf8(records).map_err(|error| FrameError::NotText(error.valid_up_to()))?;
    Ok((header, records))
}

/// A sensor's signing key.
pub struct Signer {
    pair: Ed25519KeyPair,
    /// Its name.
    pub key: String,
}

impl Signer {
    /// From PKCS#8 bytes.
    ///
    /// # Errors
    /// They are not an Ed25519 key.
    pub fn new(pkcs8: &[u8]) -> Result<Self, String> {
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(pkcs8)
            .map_err(|error| format!("not an Ed25519 key: {error}"))?;
        let key = key_id(pair.public_key().as_ref());
        Ok(Self { pair, key })
    }

    /// A new key, as PKCS#8 bytes.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn generate() -> Result<Vec<u8>, String> {
        Ed25519KeyPair::generate_pkcs8(&SystemRandom::new())
            .map(|document| document.as_ref().to_vec())
            .map_err(|_unspecified| "the system gives no random bytes".into())
    }

    /// The public half.
    pub fn public_key(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }
}

/// A signed frame. `header`'s key, length and signature are filled in.
pub fn seal(signer: &Signer, mut header: Header, records: &str) -> Vec<u8> {
    header.key.clone_from(&signer.key);
    header.bytes = records.len();
    let text = signed_text(&header, records.as_bytes());
    header.signature = hex::encode(signer.pair.sign(text.as_bytes()).as_ref());
    // Our own types hold only text and numbers: writing them cannot fail.
    let mut frame = serde_json::to_vec(&header).unwrap_or_default();
    frame.push(b'\n');
    frame.extend(records.as_bytes());
    frame
}

#[cfg(test)]
mod tests {
    use super::*;
    use forewarn_physics::time::parse_utc;

    fn sealed() -> (Signer, Vec<u8>) {
        let signer = Signer::new(&Signer::generate().unwrap()).unwrap();
        let header = Header {
            frame: FRAME_VERSION,
            sensor: "geo-1".into(),
            key: String::new(),
            sequence: 7,
            time: UtcTime(parse_utc("2026-03-01T12:00:00.5Z").unwrap()),
            mode: Word(Mode::Exercise),
            bytes: 0,
            signature: String::new(),
        };
        let frame = seal(&signer, header, "{\"id\":\"m1\"}\n");
        (signer, frame)
    }

    #[test]
    fn a_sealed_frame_is_signed_and_any_change_is_not() {
        let (signer, frame) = sealed();
        let (header, records) = split(&frame).unwrap();
        assert!(header.is_signed(records.as_bytes(), signer.public_key()));
        assert!(!header.is_signed(b"{\"id\":\"m2\"}\n", signer.public_key()));
        for change in [
            |header: &mut Header| header.sequence += 1,
            |header: &mut Header| header.sensor = "geo-2".into(),
            |header: &mut Header| header.mode = Word(Mode::Live),
            |header: &mut Header| header.time.0 += forewarn_physics::time::Unit::Second,
            |header: &mut Header| header.bytes -= 1,
            |header: &mut Header| header.signature.replace_range(0..2, "00"),
        ] {
            let mut changed = header.clone();
            change(&mut changed);
            // A signature may begin with 00 by chance: then nothing was changed.
            if changed != header {
                assert!(!changed.is_signed(records.as_bytes(), signer.public_key()));
            }
        }
    }

    #[test]
    fn what_is_no_frame_is_refused_with_the_reason() {
        let (_, frame) = sealed();
        assert_eq!(split(b"{}"), Err(FrameError::NoHeader));
        assert!(matches!(split(b"{}\nx"), Err(FrameError::Header(_))));
        let short = split(&frame[..frame.len() - 1]);
        assert!(matches!(
            short,
            Err(FrameError::Length {
                announced: 12,
                found: 11
            })
        ));
    }
}

//! What stands in the log: one JSON object an entry, inputs and outputs alike.
//!
//! Inputs move the engine: frames of reports, the passing of time, what people did. Outputs say
//! what an input led to and name it. The rest is what the service itself did: people's deeds,
//! deliveries, remarks. Everything that the service knows is a fold over these.

use forewarn_core::model::Mode;
use forewarn_formats::words::{UtcTime, Word};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// One entry, without its sequence number.
#[derive(Debug, Clone)]
pub enum Entry {
    /// The service started.
    Start(Start),
    /// Input: a signed frame of reports.
    Frame(Frame),
    /// Input: time passed.
    Tick(Tick),
    /// Input: what a person did, or a notice or claim.
    Word(SpokenWord),
    /// Output: an event of the engine, as it stands in `events.ndjson`.
    Event(Event),
    /// Output: a message that goes out.
    Publication(Publication),
    /// What a person did that the engine need not know.
    Deed(Deed),
    /// What became of a message at a sink.
    Delivery(Delivery),
    /// Something that people must know about the service itself.
    Remark(Remark),
}

/// The service started.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Start {
    /// Of the program.
    pub version: String,
    /// Fixed for the life of a log.
    pub mode: Word<Mode>,
    /// Time of the wall clock.
    pub wall: UtcTime,
    /// SHA-256 of everything that the engine was started with.
    pub setup_sha256: String,
}

/// A signed frame of reports that was accepted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Frame {
    /// Who signed it.
    pub sensor: String,
    /// With which key.
    pub key: String,
    /// Its number in the key's sequence.
    pub sequence: u64,
    /// When it was sent, by the sender's clock.
    pub sent: UtcTime,
    /// When it arrived, by the service's clock.
    pub received: UtcTime,
    /// Its records, one a line.
    pub lines: String,
}

/// Time passed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Tick {
    /// Until here.
    pub time: UtcTime,
}

/// A record of people.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SpokenWord {
    /// `action`, `notice` or `claim`.
    pub what: String,
    /// The record as a line of its file.
    pub line: String,
    /// Bytes that were approved with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved: Option<Approved>,
}

/// What people do to a warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Let a draft out; needs two.
    Release,
    /// Let the newest content of one that is out follow; needs two.
    Update,
    /// The danger is over; needs one.
    Cancel,
    /// We were wrong; needs one.
    Retract,
}

impl Step {
    /// As it stands in requests and in the log.
    pub fn word(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Update => "update",
            Self::Cancel => "cancel",
            Self::Retract => "retract",
        }
    }

    /// How many different people it needs.
    pub fn people_needed(self) -> usize {
        match self {
            Self::Release | Self::Update => 2,
            Self::Cancel | Self::Retract => 1,
        }
    }
}

/// Bytes that people have seen and approved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Approved {
    /// The warning.
    pub warning: String,
    /// What is done to it.
    pub action: Step,
    /// The revision of the warning that the message tells.
    pub revision: u32,
    /// The exact message.
    pub bytes: String,
    /// Its SHA-256.
    pub sha256: String,
    /// Who approved it.
    pub by: Vec<String>,
}

/// An event of the engine.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Event {
    /// Sequence number of the input that led to it.
    pub of: u64,
    /// As it stands in `events.ndjson`.
    pub event: Box<RawValue>,
}

/// A message that goes out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Publication {
    /// Sequence number of the input that led to it.
    pub of: u64,
    /// Names it for ever: a receiver that has seen the key has seen the message.
    pub key: String,
    /// The warning.
    pub warning: String,
    /// Its revision.
    pub revision: u32,
    /// `issue`, `update`, `cancel` or `retract`.
    pub action: String,
    /// Name of its file.
    pub file: String,
    /// The exact message.
    pub bytes: String,
    /// Its SHA-256.
    pub sha256: String,
    /// Engine time.
    pub time: UtcTime,
    /// People, or the rule, that let it out.
    pub released_by: Vec<String>,
    /// Rules of CAP that it breaks; then nothing is sent, and an alarm is raised.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub broken: Vec<String>,
}

/// What a person did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Deed {
    /// Who.
    pub by: String,
    /// When, by the wall clock.
    pub wall: UtcTime,
    /// What: `sign_in`, `prepare`, `confirm` and so on.
    pub what: String,
    /// On what.
    pub target: String,
    /// The rest.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub detail: serde_json::Value,
}

/// How far a message is at a sink.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// To be sent.
    Queued,
    /// About to be sent; nobody has answered yet.
    Sent,
    /// The sink has it.
    Accepted,
    /// The sink read it and said the hash of what it read.
    Seen,
    /// Not taken; it is tried again.
    Failed,
    /// Given up.
    Dead,
}

impl DeliveryState {
    /// Whether nothing more is tried.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Accepted | Self::Seen | Self::Dead)
    }
}

/// What became of a message at a sink.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    /// Key of the publication.
    pub key: String,
    /// The warning.
    pub warning: String,
    /// The sink.
    pub sink: String,
    /// How far it is.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: u32,
    /// When, by the wall clock.
    pub wall: UtcTime,
    /// What the receiver said, or why it failed.
    pub receipt: String,
}

/// Something that people must know about the service itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Remark {
    /// When, by the wall clock.
    pub wall: UtcTime,
    /// A fixed word: `clock`, `differs`, `sink`, `revoked`, `disk`.
    pub what: String,
    /// For a person.
    pub text: String,
}

/// Why bytes are not an entry.
#[derive(Debug, thiserror::Error)]
pub enum EntryError {
    /// Another program's, or a newer version's.
    #[error("an entry of unknown kind `{0}`; a newer version of forewarn wrote this log")]
    Unknown(String),
    /// Not what the kind says.
    #[error("an entry that cannot be read")]
    Json(#[from] serde_json::Error),
}

#[derive(Serialize)]
struct Tagged<'a, T> {
    kind: &'static str,
    #[serde(flatten)]
    body: &'a T,
}

const HEAD: &[u8] = b"{\"kind\":\"";

impl Entry {
    /// The word of its kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Start(_) => "start",
            Self::Frame(_) => "frame",
            Self::Tick(_) => "tick",
            Self::Word(_) => "word",
            Self::Event(_) => "event",
            Self::Publication(_) => "publication",
            Self::Deed(_) => "deed",
            Self::Delivery(_) => "delivery",
            Self::Remark(_) => "remark",
        }
    }

    /// Whether it moves the engine.
    pub fn is_input(&self) -> bool {
        matches!(self, Self::Frame(_) | Self::Tick(_) | Self::Word(_))
    }

    /// The number of the input that led to it, for outputs.
    pub fn caused_by(&self) -> Option<u64> {
        match self {
            Self::Event(event) => Some(event.of),
            Self::Publication(publication) => Some(publication.of),
            _ => None,
        }
    }

    /// As it stands in the log. The same entry gives the same bytes.
    pub fn encode(&self) -> Vec<u8> {
        let kind = self.kind();
        match self {
            // Written by hand: flattening would take the event's text apart.
            Self::Event(event) => {
                let of = event.of;
                format!(
                    r#"{{"kind":"event","of":{of},"event":{}}}"#,
                    event.event.get()
                )
                .into_bytes()
            }
            Self::Start(body) => tagged(kind, body),
            Self::Frame(body) => tagged(kind, body),
            Self::Tick(body) => tagged(kind, body),
            Self::Word(body) => tagged(kind, body),
            Self::Publication(body) => tagged(kind, body),
            Self::Deed(body) => tagged(kind, body),
            Self::Delivery(body) => tagged(kind, body),
            Self::Remark(body) => tagged(kind, body),
        }
    }

    /// Reads what [`Self::encode`] wrote.
    ///
    /// # Errors
    /// The bytes are not an entry, or one of a kind that this version does not know.
    pub fn decode(bytes: &[u8]) -> Result<Self, EntryError> {
        let kind = kind_of(bytes);
        Ok(match kind {
            "start" => Self::Start(serde_json::from_slice(bytes)?),
            "frame" => Self::Frame(serde_json::from_slice(bytes)?),
            "tick" => Self::Tick(serde_json::from_slice(bytes)?),
            "word" => Self::Word(serde_json::from_slice(bytes)?),
            "event" => Self::Event(serde_json::from_slice(bytes)?),
            "publication" => Self::Publication(serde_json::from_slice(bytes)?),
            "deed" => Self::Deed(serde_json::from_slice(bytes)?),
            "delivery" => Self::Delivery(serde_json::from_slice(bytes)?),
            "remark" => Self::Remark(serde_json::from_slice(bytes)?),
            other => return Err(EntryError::Unknown(other.chars().take(40).collect())),
        })
    }
}

/// The kind of an encoded entry, without reading it whole.
pub fn kind_of(bytes: &[u8]) -> &str {
    let rest = bytes.strip_prefix(HEAD).unwrap_or_default();
    let end = rest.iter().position(|byte| *byte == b'"').unwrap_or(0);
    std::str::from_utf8(&rest[..end]).unwrap_or_default()
}

fn tagged(kind: &'static str, body: &impl Serialize) -> Vec<u8> {
    // Our own types hold only text keys and finite numbers: writing them cannot fail.
    serde_json::to_vec(&Tagged { kind, body }).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use forewarn_physics::time::parse_utc;

    #[test]
    fn entries_read_back_to_the_same_bytes() {
        let time = UtcTime(parse_utc("2026-03-01T12:00:00.25Z").unwrap());
        let raw = RawValue::from_string(r#"{"time":"x","n":1.50}"#.into()).unwrap();
        let entries = [
            Entry::Frame(Frame {
                sensor: "geo-1".into(),
                key: "ab".into(),
                sequence: 7,
                sent: time,
                received: time,
                lines: "{\"id\":\"m1\"}\nnot json \u{1}\n".into(),
            }),
            Entry::Tick(Tick { time }),
            Entry::Event(Event { of: 3, event: raw }),
        ];
        for entry in entries {
            let bytes = entry.encode();
            assert_eq!(kind_of(&bytes), entry.kind());
            assert_eq!(Entry::decode(&bytes).unwrap().encode(), bytes);
        }
    }

    #[test]
    fn what_is_no_entry_is_refused() {
        assert!(matches!(
            Entry::decode(br#"{"kind":"magic"}"#),
            Err(EntryError::Unknown(kind)) if kind == "magic"
        ));
        assert!(Entry::decode(b"").is_err());
        assert!(Entry::decode(br#"{"kind":"tick","time":5}"#).is_err());
    }
}

//! Closed sets of words, and times, as they appear in files.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use forewarn_core::model::{
    ActionKind, Band, Class, Departure, EvidenceState, FlightPhase, HealthKind, HeartbeatStatus,
    Mode, Reason, RejectionReason, Verdict, WarningAction,
};
use forewarn_physics::time::{Epoch, format_utc, parse_utc};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};

use crate::suggest::nearest;

/// A closed set whose members have a fixed word in files.
pub trait Words: Copy + 'static {
    /// Name of the set, for schemas and messages.
    const NAME: &'static str;
    /// All members.
    fn all() -> &'static [Self];
    /// The word of a member.
    fn to_word(self) -> &'static str;
    /// The member of a word.
    fn of_word(word: &str) -> Option<Self>;
}

macro_rules! words {
    ($($name:ident),+) => { $(
        impl Words for $name {
            const NAME: &'static str = stringify!($name);
            fn all() -> &'static [Self] { Self::ALL }
            fn to_word(self) -> &'static str { self.word() }
            fn of_word(word: &str) -> Option<Self> { Self::from_word(word) }
        }
    )+ };
}
words!(
    ActionKind,
    Band,
    Class,
    Departure,
    EvidenceState,
    FlightPhase,
    HealthKind,
    HeartbeatStatus,
    Mode,
    Reason,
    RejectionReason,
    Verdict,
    WarningAction
);

/// Says which words would have been right, the nearest first.
pub fn explain_word<T: Words>(found: &str) -> String {
    let known: Vec<&str> = T::all().iter().map(|member| member.to_word()).collect();
    let short: String = found.chars().take(40).collect();
    let list = known.join(", ");
    match nearest(found, known.iter().copied()) {
        Some(near) => format!("`{short}` is not known; did you mean `{near}`? Known: {list}"),
        None => format!("`{short}` is not known; known: {list}"),
    }
}

/// A member of a closed set, as its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Word<T>(pub T);

impl<T: Words> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.to_word())
    }
}

impl<'de, T: Words> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read<T>(PhantomData<T>);
        impl<T: Words> Visitor<'_> for Read<T> {
            type Value = Word<T>;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "a word of {}", T::NAME)
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Word<T>, E> {
                T::of_word(text)
                    .map(Word)
                    .ok_or_else(|| E::custom(explain_word::<T>(text)))
            }
        }
        deserializer.deserialize_str(Read(PhantomData))
    }
}

impl<T: Words> JsonSchema for Word<T> {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed(T::NAME)
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let known: Vec<&str> = T::all().iter().map(|member| member.to_word()).collect();
        json_schema!({ "type": "string", "enum": known })
    }
}

/// A time as RFC 3339 UTC with `Z`, up to nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct UtcTime(pub Epoch);

impl Serialize for UtcTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format_utc(self.0))
    }
}

impl<'de> Deserialize<'de> for UtcTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl Visitor<'_> for Read {
            type Value = UtcTime;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an RFC 3339 time in UTC")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<UtcTime, E> {
                parse_utc(text).map(UtcTime).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Read)
    }
}

impl JsonSchema for UtcTime {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("UtcTime")
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "RFC 3339 in UTC with Z, up to nanoseconds.",
            "type": "string",
            "format": "date-time",
            "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_word_names_the_nearest() {
        let message = explain_word::<Class>("balistic_missile");
        assert!(
            message.contains("did you mean `ballistic_missile`?"),
            "{message}"
        );
    }
}

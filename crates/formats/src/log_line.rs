//! The log as `forewarn log export` writes it: one JSON object an entry.

use forewarn_physics::time::of_unix_ns;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::record::json_line;
use crate::words::UtcTime;

/// An entry of the log, to be written in a format for others.
#[derive(Debug, Clone, Copy)]
pub struct LogRow<'a> {
    /// Number of the entry.
    pub seq: u64,
    /// Number of the first entry that was written with it.
    pub batch: u64,
    /// Clock of the system: UTC, nanoseconds since 1970.
    pub wall_ns: i64,
    /// Engine time in the same measure.
    pub engine_ns: Option<i64>,
    /// What it is.
    pub kind: &'a str,
    /// The mode of its log.
    pub mode: &'a str,
    /// Its content.
    pub payload: &'a [u8],
    /// Link of the hash chain, in hexadecimal.
    pub hash: &'a str,
}

/// One line of an exported log. One of the three payloads is there.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LogLine<'a> {
    /// Number of the entry: 1, 2, 3, ...
    seq: u64,
    /// Number of the first entry that was written with it, as one.
    batch: u64,
    /// Clock of the system.
    time: UtcTime,
    /// Engine time.
    #[serde(skip_serializing_if = "Option::is_none")]
    engine_time: Option<UtcTime>,
    /// What it is: `input`, `event`, `action`, `delivery`, `setup`, `tick`, `note`, `checkpoint`,
    /// `snapshot`, `gap`, or `kind-N` of a later version.
    kind: &'a str,
    /// `live`, `exercise`, `test` or `replay`.
    mode: &'a str,
    /// Its content, if it is JSON: byte for byte as it was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<serde_json::Value>")]
    payload: Option<&'a RawValue>,
    /// Its content, if it is other text.
    #[serde(skip_serializing_if = "Option::is_none")]
    payload_text: Option<&'a str>,
    /// Its content, if it is no text: in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    payload_hex: Option<String>,
    /// Link of the hash chain (SHA-256), in hexadecimal.
    hash: &'a str,
}

/// One line, without a line feed.
pub fn write_log_line(row: &LogRow<'_>) -> String {
    let text = std::str::from_utf8(row.payload).ok();
    let one_line = text.filter(|text| !text.contains(['\n', '\r']));
    // White space around it would be lost.
    let exact = one_line.filter(|text| text.trim().len() == text.len());
    let payload = exact.and_then(|text| serde_json::from_str(text).ok());
    json_line(&LogLine {
        seq: row.seq,
        batch: row.batch,
        time: UtcTime(of_unix_ns(row.wall_ns)),
        engine_time: row.engine_ns.map(|ns| UtcTime(of_unix_ns(ns))),
        kind: row.kind,
        mode: row.mode,
        payload,
        payload_text: text.filter(|_| payload.is_none()),
        payload_hex: text.is_none().then(|| hexadecimal(row.payload)),
        hash: row.hash,
    })
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(payload: &[u8]) -> serde_json::Value {
        let line = write_log_line(&LogRow {
            seq: 7,
            batch: 6,
            wall_ns: 1_772_366_400_250_000_000,
            engine_ns: None,
            kind: "input",
            mode: "test",
            payload,
            hash: "00",
        });
        assert!(!line.contains('\n'));
        serde_json::from_str(&line).unwrap()
    }

    #[test]
    fn a_payload_is_json_text_or_bytes() {
        let json = line(br#"{"b":1.50,"a":2}"#);
        assert_eq!(json["time"], "2026-03-01T12:00:00.25Z");
        assert_eq!(json["payload"]["a"], 2);
        assert_eq!(line(b"{\"a\":\n1}")["payload_text"], "{\"a\":\n1}");
        assert_eq!(line(b"hello")["payload_text"], "hello");
        assert_eq!(line(b"\xff\x01")["payload_hex"], "ff01");
        assert_eq!(line(b"")["payload_text"], "");
    }
}

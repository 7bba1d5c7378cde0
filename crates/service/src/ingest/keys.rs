//! `keys.toml`: whose signature counts, and on whose connection.

use std::collections::BTreeMap;
use std::path::Path;

use forewarn_core::model::Mode;
use forewarn_formats::Problems;
use forewarn_formats::config::section::{Document, Section};

use super::frame::key_id;
use crate::hex;

/// One sensor's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Whose.
    pub sensor: String,
    /// What it signs for.
    pub mode: Mode,
    /// Ed25519.
    pub public_key: Vec<u8>,
    /// SHA-256 of the client certificate that its frames come with.
    pub certificate_sha256: String,
    /// No longer believed.
    pub revoked: bool,
}

/// Keys by their name (see [`key_id`]).
pub type Keys = BTreeMap<String, Key>;

/// Reads `keys.toml` of a service of one mode.
///
/// # Errors
/// It cannot be read, something in it is wrong, or a key is of another mode.
pub fn read_keys(path: &Path, mode: Mode) -> Result<Keys, String> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("{name}: cannot be read: {error}"))?;
    let document = Document::new(&name, &text);
    let mut keys = Keys::new();
    if let Some(parsed) = document.parse() {
        let top = Section::new(&document, parsed.get_ref(), 0..0, "");
        for section in top.sections("key") {
            if let Some(key) = key(section, mode) {
                keys.insert(key_id(&key.public_key), key);
            }
        }
        top.finish();
    }
    let problems = document.into_problems();
    if problems.is_empty() {
        Ok(keys)
    } else {
        Err(Problems(problems).to_string())
    }
}

fn key(section: Section<'_, '_>, mode: Mode) -> Option<Key> {
    let sensor = section.needed("sensor", section.text("sensor"), "\"geo-1\"");
    let its = section.needed(
        "mode",
        section.word::<Mode>("mode"),
        "the mode of the service",
    );
    if its.is_some_and(|its| its != mode) {
        section.complain(
            "mode",
            "a key of another mode",
            format!(
                "this service is `{}`; sensors have a key for each mode",
                mode.word()
            ),
        );
    }
    let public = section.needed(
        "public_key",
        section.text("public_key"),
        "64 hexadecimal digits",
    );
    let public_key = public.and_then(hex::decode).filter(|key| key.len() == 32);
    if public.is_some() && public_key.is_none() {
        section.complain(
            "public_key",
            "is no Ed25519 key",
            "give 64 hexadecimal digits",
        );
    }
    let certificate = section.text("certificate_sha256").unwrap_or_default();
    let revoked = section.flag("revoked").unwrap_or(false);
    section.finish();
    Some(Key {
        sensor: sensor?.to_owned(),
        mode: its?,
        public_key: public_key?,
        certificate_sha256: certificate.to_lowercase(),
        revoked,
    })
}

//! What the log writes about itself, as JSON in entries of its own kinds.

use serde::{Deserialize, Serialize};

use crate::chain::Checkpoint;
use crate::entry::{Fault, Kind, Raw};
use crate::walk::Point;

/// Entries that are missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The first one missing.
    pub from_seq: u64,
    /// The last one missing.
    pub to_seq: u64,
    /// Why.
    pub why: String,
    /// Where what is left of it was put, if there was anything.
    pub quarantined: Option<String>,
}

/// One of those.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Own {
    Gap(Gap),
    Checkpoint(Checkpoint),
}

/// What an entry says about the log; none for entries of others.
pub(crate) fn read(raw: Raw<'_>, before: Point) -> Result<Option<Own>, Fault> {
    let own = match raw.kind() {
        Kind::Gap => Own::Gap(json(raw)?),
        Kind::Checkpoint => {
            let checkpoint: Checkpoint = json(raw)?;
            let mode = crate::mode::ModeName::of_byte(raw.mode_byte()).ok_or(Fault::Content)?;
            let here = checkpoint.seq == before.before.seq && checkpoint.hash == before.before.hash;
            if !here || !checkpoint.is_genuine(mode) {
                return Err(Fault::Checkpoint);
            }
            Own::Checkpoint(checkpoint)
        }
        _ => return Ok(None),
    };
    Ok(Some(own))
}

fn json<'a, T: Deserialize<'a>>(raw: Raw<'a>) -> Result<T, Fault> {
    serde_json::from_slice(raw.payload()).map_err(|_error| Fault::Content)
}

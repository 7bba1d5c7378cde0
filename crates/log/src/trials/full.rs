//! A disk that fills up: no false acknowledgement, and it goes on by itself.

use crate::entry::{Kind, NewEntry};
use crate::error::AppendError;
use crate::log::Log;
use crate::mode::Test;

/// What became of full disks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fills {
    /// Times that the disk was full.
    pub fills: u64,
    /// Entries that were acknowledged, and found again.
    pub acknowledged: u64,
    /// Appends that were refused while it was full.
    pub refused: u64,
}

/// Appends to a log until the disk is full; makes room; goes on; as often as asked. `fill` and
/// `free` take the rest of the disk and give it back.
///
/// # Errors
/// A false acknowledgement, another failure than a full disk, or no way on.
pub fn fill_disk(
    log: &mut Log<Test>,
    times: u64,
    fill: &mut dyn FnMut() -> Result<(), String>,
    free: &mut dyn FnMut() -> Result<(), String>,
) -> Result<Fills, String> {
    let mut count = Fills::default();
    let mut ledger: Vec<(u64, Vec<u8>)> = Vec::new();
    for time in 0..times {
        fill()?;
        let mut refusals = 0;
        while refusals < 5 {
            let label = ledger.len();
            let payload = format!("{time} {label} ")
                .repeat(1 + label % 300)
                .into_bytes();
            let entry = NewEntry::new(Kind::Input, 0, payload.clone());
            match log.append(&[entry]) {
                Ok(numbers) => ledger.push((numbers.start, payload)),
                Err(AppendError::DiskFull { .. }) => refusals += 1,
                Err(other) => return Err(format!("fill {time}: {other}")),
            }
        }
        count.refused += refusals;
        count.fills += 1;
        free()?;
        let entry = NewEntry::new(Kind::Note, 0, "space again");
        let numbers = log
            .append(&[entry])
            .map_err(|error| format!("no way on: {error}"))?;
        ledger.push((numbers.start, b"space again".to_vec()));
    }
    count.acknowledged = ledger.len() as u64;
    let first = ledger.first().map_or(1, |(seq, _)| *seq);
    let mut found = log.read(first).filter(|entry| {
        let own = entry.as_ref().is_ok_and(|entry| entry.kind.is_own());
        !own
    });
    for (seq, payload) in ledger {
        match found.next() {
            Some(Ok(entry)) if entry.seq == seq && entry.payload == payload => {}
            other => return Err(format!("entry {seq} was acknowledged; found {other:?}")),
        }
    }
    match found.next() {
        None => Ok(count),
        Some(entry) => Err(format!("an entry that was refused is there: {entry:?}")),
    }
}

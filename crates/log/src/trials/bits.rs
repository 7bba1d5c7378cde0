//! Every bit of a log flipped, one at a time: none may be accepted silently.

use super::{entry, options};
use crate::entry::Entry;
use crate::inspect::inspect;
use crate::log::Log;
use crate::mark::MARK;
use crate::mode::{AnyMode, Test};
use crate::segment::file_name;
use crate::simulated::{Dice, SimulatedStore};

/// What became of flipped bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flips {
    /// Bits that were flipped.
    pub flipped: u64,
    /// Refused as damage.
    pub refused: u64,
    /// Taken for the torn end of the last append: cut, and said.
    pub cut: u64,
}

impl Flips {
    /// The sum of two series.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            flipped: self.flipped + other.flipped,
            refused: self.refused + other.refused,
            cut: self.cut + other.cut,
        }
    }
}

/// Flips the bits `which` (first, and how many further each next one lies) of a log of at least
/// this many bytes, one at a time. Without the mark, damage of the very last append cannot be told
/// from a torn write.
///
/// # Errors
/// A bit whose flip went unnoticed, or changed what is read.
pub fn flip_bits(bytes: u64, with_mark: bool, which: (usize, usize)) -> Result<Flips, String> {
    let good = log_of(bytes, with_mark)?;
    let (all, noted) = read(&good)?;
    if noted != Noted::Nothing {
        return Err("the log is not whole to begin with".into());
    }
    let name = file_name(1);
    let content = good.bytes(&name).ok_or("no segment")?;
    let mut flips = Flips::default();
    for bit in (which.0..content.len() * 8).step_by(which.1) {
        let mut changed = content.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        good.put(&name, changed);
        let (found, noted) = read(&good)?;
        flips.flipped += 1;
        match noted {
            Noted::Damage => flips.refused += 1,
            Noted::Torn if !with_mark => flips.cut += 1,
            _ => return Err(format!("bit {bit}: accepted silently ({noted:?})")),
        }
        if found.len() >= all.len() || found != all[..found.len()] {
            return Err(format!(
                "bit {bit}: what is read is not a first part of what was written"
            ));
        }
    }
    Ok(flips)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Noted {
    Nothing,
    Torn,
    Damage,
}

/// A closed log of one segment.
fn log_of(bytes: u64, with_mark: bool) -> Result<SimulatedStore, String> {
    let store = SimulatedStore::new(0);
    let opened = Log::<Test>::open(store.clone(), options()?);
    let (mut log, _) = opened.map_err(|error| error.to_string())?;
    let mut dice = Dice::new(7);
    let mut label = 0;
    while log.active.end.offset < bytes {
        let batch: Vec<_> = (0..3)
            .map(|_| {
                label += 1;
                entry(label, &mut dice)
            })
            .collect();
        log.append(&batch).map_err(|error| error.to_string())?;
    }
    log.close().map_err(|error| error.to_string())?;
    if !with_mark {
        store.put(MARK, vec![0; 128]);
    }
    Ok(store)
}

/// The entries up to the first that is not whole.
fn read(store: &SimulatedStore) -> Result<(Vec<Entry<AnyMode>>, Noted), String> {
    let inspection = inspect(store.clone()).map_err(|error| error.to_string())?;
    let noted = if !inspection.damage.is_empty() {
        Noted::Damage
    } else if inspection.torn.is_some() || inspection.unfinished.is_some() {
        Noted::Torn
    } else {
        Noted::Nothing
    };
    let entries: Result<Vec<_>, _> = inspection.view.read(1).collect();
    Ok((entries.map_err(|error| error.to_string())?, noted))
}

//! What tests run briefly and proofs at length: crashes, flipped bits, full disks.

mod bits;
mod full;
mod power;

pub use bits::{Flips, flip_bits};
pub use full::{Fills, fill_disk};
pub use power::{Crashes, crash, crash_on};

use crate::chain::Signer;
use crate::entry::{Kind, NewEntry};
use crate::mode::Test;
use crate::options::Options;
use crate::simulated::Dice;

/// Options whose clock stands still and whose key is always the same.
///
/// # Errors
/// Never; the library of the signatures keeps the possibility.
pub fn options() -> Result<Options, String> {
    let signer = Signer::from_seed(&[42; 32]).map_err(|error| error.to_string())?;
    let mut options = Options::new(signer);
    options.clock = std::sync::Arc::new(|| 1_800_000_000_000_000_000);
    Ok(options)
}

/// An entry of any length, told apart by a label.
pub fn entry(label: u64, dice: &mut Dice) -> NewEntry<Test> {
    let length = if dice.once_in(20) {
        2_000 + dice.below(3_000)
    } else {
        dice.below(120)
    };
    let mut payload = format!("{label}:").into_bytes();
    payload.extend((0..length).map(|index| (label.wrapping_mul(31) ^ index) as u8));
    let kind = if dice.once_in(3) {
        Kind::Event
    } else {
        Kind::Input
    };
    NewEntry::new(kind, label.cast_signed(), payload)
}

//! Which frames of a key have come: a window over its sequence numbers (as RFC 4303, 3.4.3).

use std::collections::{BTreeMap, BTreeSet};

/// Numbers behind the highest that are still told apart.
const SLOTS: u64 = 1_024;
const WORDS: usize = (SLOTS / 64) as usize;

/// Where a number stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// It has not come.
    Fresh,
    /// It has come, and is on disk.
    Seen,
    /// It has come and is being written.
    Underway,
    /// It is so far behind that nobody knows.
    TooOld,
}

/// The window of one key.
#[derive(Debug, Clone, Default)]
pub struct Window {
    high: u64,
    bits: [u64; WORDS],
    underway: BTreeSet<u64>,
}

impl Window {
    /// Where a number stands.
    pub fn place(&self, sequence: u64) -> Place {
        if self.underway.contains(&sequence) {
            Place::Underway
        } else if sequence > self.high {
            Place::Fresh
        } else if self.high - sequence >= SLOTS {
            Place::TooOld
        } else if self.bit(sequence) {
            Place::Seen
        } else {
            Place::Fresh
        }
    }

    /// A fresh number is being written; call [`Self::settle`] when that is over.
    pub fn begin(&mut self, sequence: u64) {
        self.underway.insert(sequence);
    }

    /// It is on disk, or is not.
    pub fn settle(&mut self, sequence: u64, on_disk: bool) {
        self.underway.remove(&sequence);
        if on_disk {
            self.accept(sequence);
        }
    }

    /// Notes a number that is on disk.
    pub fn accept(&mut self, sequence: u64) {
        if sequence > self.high {
            // Slots of the numbers that were jumped over belong to numbers long gone.
            for jumped in (self.high + 1..=sequence).rev().take(SLOTS as usize) {
                self.set(jumped, false);
            }
            self.high = sequence;
        }
        if self.high - sequence < SLOTS {
            self.set(sequence, true);
        }
    }

    /// The highest number that came.
    pub fn high(&self) -> u64 {
        self.high
    }

    fn bit(&self, sequence: u64) -> bool {
        let slot = sequence % SLOTS;
        self.bits[(slot / 64) as usize] & (1 << (slot % 64)) != 0
    }

    fn set(&mut self, sequence: u64, on: bool) {
        let slot = sequence % SLOTS;
        let (word, mask) = ((slot / 64) as usize, 1 << (slot % 64));
        if on {
            self.bits[word] |= mask;
        } else {
            self.bits[word] &= !mask;
        }
    }
}

/// The windows of all keys.
pub type Windows = BTreeMap<String, Window>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_is_fresh_once() {
        let mut window = Window::default();
        for sequence in [1, 2, 5, 3, 1_000, 999, 2_000, 990] {
            assert_eq!(window.place(sequence), Place::Fresh, "{sequence}");
            window.accept(sequence);
            assert_eq!(window.place(sequence), Place::Seen, "{sequence}");
        }
        assert_eq!(window.place(976), Place::TooOld);
        assert_eq!(window.place(977), Place::Fresh);
        assert_eq!(window.place(5), Place::TooOld);
    }

    #[test]
    fn a_long_jump_forgets_what_was_in_the_slots() {
        let mut window = Window::default();
        (1..=1_024).for_each(|sequence| window.accept(sequence));
        window.accept(1_000_000);
        assert_eq!(window.place(999_999), Place::Fresh);
        assert_eq!(window.place(1_000_000), Place::Seen);
    }

    #[test]
    fn what_is_being_written_is_neither_fresh_nor_seen() {
        let mut window = Window::default();
        window.begin(4);
        assert_eq!(window.place(4), Place::Underway);
        window.settle(4, false);
        assert_eq!(window.place(4), Place::Fresh);
        window.begin(4);
        window.settle(4, true);
        assert_eq!(window.place(4), Place::Seen);
    }
}

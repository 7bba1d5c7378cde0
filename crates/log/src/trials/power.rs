//! Power fails again and again under a log; nothing that was acknowledged may be lost.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{entry, options};
use crate::error::OpenError;
use crate::log::Log;
use crate::mode::Test;
use crate::options::{Options, Retention};
use crate::recover::Recovery;
use crate::simulated::{Dice, Failure, SimulatedStore};

/// What became of a series of crashes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Crashes {
    /// Times that power failed.
    pub crashes: u64,
    /// Times that a device failed, without power failing.
    pub device_failures: u64,
    /// Entries that were acknowledged, and all found again each time.
    pub acknowledged: u64,
    /// Times that a torn end was cut and said.
    pub torn: u64,
    /// Times that entries were found which had not been acknowledged: written, and then the crash.
    pub beyond: u64,
    /// Snapshots that were saved and found again.
    pub snapshots: u64,
}

impl Crashes {
    /// The sum of two series.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            crashes: self.crashes + other.crashes,
            device_failures: self.device_failures + other.device_failures,
            acknowledged: self.acknowledged + other.acknowledged,
            torn: self.torn + other.torn,
            beyond: self.beyond + other.beyond,
            snapshots: self.snapshots + other.snapshots,
        }
    }
}

struct Trial {
    store: SimulatedStore,
    options: Options,
    dice: Dice,
    /// Entries by number that must be there, with their payloads.
    held: BTreeMap<u64, Vec<u8>>,
    /// Entries that were being appended when it failed.
    under_way: BTreeMap<u64, Vec<u8>>,
    /// The newest snapshot that was acknowledged.
    snapshot: Option<u64>,
    label: u64,
    count: Crashes,
}

/// Runs a log over a simulated store through this many crashes.
///
/// # Errors
/// What was lost or changed, with the seed: a fault of the log.
pub fn crash(seed: u64, crashes: u64) -> Result<Crashes, String> {
    crash_on(SimulatedStore::new(seed), seed, crashes)
}

/// The same on a store of one's own.
///
/// # Errors
/// As [`crash`].
pub fn crash_on(store: SimulatedStore, seed: u64, crashes: u64) -> Result<Crashes, String> {
    let mut dice = Dice::new(seed ^ 0x5eed);
    let mut options = options()?;
    options.segment_bytes = 2_000 + dice.below(30_000);
    options.entries_per_checkpoint = 3 + dice.below(40);
    if dice.once_in(2) {
        options.retention = Retention {
            live_bytes_max: Some(20_000 + dice.below(50_000)),
            archive_bytes_max: dice.once_in(2).then_some(50_000),
        };
    }
    let mut trial = Trial {
        store,
        options,
        dice,
        held: BTreeMap::new(),
        under_way: BTreeMap::new(),
        snapshot: None,
        label: 0,
        count: Crashes::default(),
    };
    while trial.count.crashes < crashes {
        trial
            .round()
            .map_err(|what| format!("seed {seed}, crash {}: {what}", trial.count.crashes))?;
    }
    Ok(trial.count)
}

impl Trial {
    /// Opens, checks, appends until something fails, and cuts the power.
    fn round(&mut self) -> Result<(), String> {
        let early = self.dice.once_in(3);
        let after = self.dice.below(if early { 12 } else { 150 });
        self.store.fail_after(after, Failure::Power);
        if let Some((mut log, recovery)) = self.open()? {
            let mut goes_on = self.check(&log, &recovery)?;
            while goes_on {
                goes_on = self.work(&mut log)?;
            }
            drop(log);
        }
        self.store.power_back();
        self.count.crashes += 1;
        Ok(())
    }

    /// Opens the log; none if the power failed meanwhile.
    fn open(&mut self) -> Result<Option<(Log<Test>, Recovery)>, String> {
        match Log::open_shared(Arc::new(self.store.clone()), self.options.clone()) {
            Ok(opened) => Ok(Some(opened)),
            Err(OpenError::Store(error)) if error.source.to_string() == "no power" => Ok(None),
            Err(OpenError::Append(_)) => Ok(None),
            Err(other) => Err(format!("not opened: {other}")),
        }
    }

    /// Everything that was acknowledged must be there, and nothing that nobody wrote. False if the
    /// power failed meanwhile.
    fn check(&mut self, log: &Log<Test>, recovery: &Recovery) -> Result<bool, String> {
        self.count.torn += u64::from(recovery.torn.is_some());
        let mut found = BTreeMap::new();
        for entry in log.read(log.view().oldest_seq()) {
            match entry {
                Ok(entry) if entry.kind.is_own() => {}
                Ok(entry) => {
                    found.insert(entry.seq, entry.payload);
                }
                Err(crate::error::ReadError::Store(_)) => return Ok(false),
                Err(error) => return Err(error.to_string()),
            }
        }
        let oldest = log.view().oldest_seq();
        for (seq, payload) in self.held.range(oldest..) {
            if found.get(seq) != Some(payload) {
                return Err(format!(
                    "entry {seq} was acknowledged and is lost or changed"
                ));
            }
        }
        let mut beyond = false;
        for (seq, payload) in found {
            if self.held.contains_key(&seq) {
                continue;
            }
            if self.under_way.get(&seq) != Some(&payload) {
                return Err(format!("entry {seq} was never appended"));
            }
            // Once shown, it must stay.
            beyond = true;
            self.held.insert(seq, payload);
        }
        self.count.beyond += u64::from(beyond);
        self.under_way.clear();
        self.check_snapshot(log)?;
        Ok(true)
    }

    fn check_snapshot(&mut self, log: &Log<Test>) -> Result<(), String> {
        let Some(wanted) = self.snapshot else {
            return Ok(());
        };
        match log.latest_snapshot() {
            Err(_power) => Ok(()),
            Ok((Some(found), _)) if found.seq >= wanted && found.state == state(found.seq) => {
                self.snapshot = Some(found.seq);
                Ok(())
            }
            Ok((found, notes)) => Err(format!(
                "the snapshot of entry {wanted} is lost: found {:?}, {notes:?}",
                found.map(|snapshot| snapshot.seq)
            )),
        }
    }

    /// Appends once; false when the power is gone.
    fn work(&mut self, log: &mut Log<Test>) -> Result<bool, String> {
        if self.dice.once_in(25) {
            self.count.device_failures += 1;
            return self.device_failure(log);
        }
        if self.dice.once_in(15) && log.last().seq > 0 {
            let seq = log.last().seq;
            if log.save_snapshot(seq, &state(seq)).is_err() {
                return Ok(false);
            }
            self.snapshot = Some(seq);
            self.count.snapshots += 1;
            return Ok(true);
        }
        self.append(log)
    }

    fn append(&mut self, log: &mut Log<Test>) -> Result<bool, String> {
        let count = 1 + self
            .dice
            .below(if self.dice.clone().once_in(4) { 40 } else { 4 });
        let first = log.last().seq + 1;
        let entries: Vec<_> = (0..count)
            .map(|_| {
                self.label += 1;
                entry(self.label, &mut self.dice)
            })
            .collect();
        let numbered = entries.iter().zip(first..);
        let ledger: BTreeMap<u64, Vec<u8>> = numbered
            .map(|(entry, seq)| (seq, entry.payload.clone()))
            .collect();
        match log.append(&entries) {
            Ok(numbers) if numbers == (first..first + count) => {
                self.held.extend(ledger);
                self.count.acknowledged += count;
                Ok(true)
            }
            Ok(numbers) => Err(format!("numbers {numbers:?} instead of {first}..")),
            Err(_) => {
                self.under_way = ledger;
                Ok(false)
            }
        }
    }

    /// A sync fails without the power failing: the log must be opened anew, and then go on.
    fn device_failure(&mut self, log: &mut Log<Test>) -> Result<bool, String> {
        let left = self.dice.below(150);
        self.store.fail_after(self.dice.below(3), Failure::Device);
        let appended = self.append(log)?;
        if !appended {
            let one = entry(0, &mut self.dice);
            if log.poisoned.is_some() && log.append(&[one]).is_ok() {
                return Err("a poisoned log acknowledged".into());
            }
            self.store.fail_after(left, Failure::Power);
            match log.reopen() {
                Ok(recovery) if !self.check(log, &recovery)? => return Ok(false),
                Ok(_) => {}
                Err(OpenError::Damaged(damage)) => return Err(format!("{damage:?}")),
                Err(_power) => return Ok(false),
            }
        }
        self.store.fail_after(left, Failure::Power);
        Ok(true)
    }
}

fn state(seq: u64) -> Vec<u8> {
    format!("state after {seq}")
        .repeat(1 + (seq % 40) as usize)
        .into_bytes()
}

//! A store as bad as disks are: what was not synced may be lost, torn and reordered when power
//! fails, any operation may fail, and after a sync that failed the system shows bytes that it will
//! never write.

use std::any::Any;
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::store::{Access, Store, StoreFile};

/// A disk writes so many bytes whole or not at all, if it is kind.
const SECTOR: usize = 512;

/// A small generator (SplitMix64): the same seed, the same faults.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below a bound.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.bits() % bound.max(1)
    }

    /// True once in so many.
    pub fn once_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }
}

/// What was asked of a file and may not be on disk yet.
#[derive(Debug, Clone)]
enum Change {
    Write(u64, Vec<u8>),
    Length(u64),
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Length(length) => bytes.resize(to_usize(*length), 0),
        Change::Write(offset, content) => {
            let end = to_usize(*offset) + content.len();
            if bytes.len() < end {
                bytes.resize(end, 0);
            }
            bytes[to_usize(*offset)..end].copy_from_slice(content);
        }
    }
}

fn to_usize(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// The content of a file: as programs see it, as it is on disk, and what lies between.
#[derive(Debug, Clone, Default)]
struct Content {
    seen: Vec<u8>,
    on_disk: Vec<u8>,
    pending: Vec<Change>,
}

/// What was asked of a folder and may not be on disk yet.
#[derive(Debug, Clone)]
enum Naming {
    Put(String, usize),
    Rename(String, String),
    Remove(String),
}

fn rename_in(names: &mut BTreeMap<String, usize>, naming: &Naming) {
    match naming {
        Naming::Put(name, file) => {
            names.insert(name.clone(), *file);
        }
        Naming::Rename(from, to) => {
            if let Some(file) = names.remove(from) {
                names.insert(to.clone(), file);
            }
        }
        Naming::Remove(name) => {
            names.remove(name);
        }
    }
}

/// The failure that comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The disk is full: a write leaves any first part of itself.
    Full,
    /// The device fails, once.
    Device,
    /// Power fails: nothing works any more until [`SimulatedStore::power_back`].
    Power,
}

#[derive(Debug, Default)]
struct Disk {
    files: Vec<Content>,
    seen: BTreeMap<String, usize>,
    on_disk: BTreeMap<String, usize>,
    pending: Vec<Naming>,
    /// Operations that may fail, so far.
    operations: u64,
    /// Fail at this operation.
    fail_at: Option<(u64, Failure)>,
    /// Bytes that all files may have together.
    room: Option<u64>,
    dark: bool,
    /// Says that all is on disk, and writes nothing.
    lies: bool,
    dice: Option<Dice>,
}

/// A disk in memory; clones are the same disk.
#[derive(Debug, Clone, Default)]
pub struct SimulatedStore(Arc<Mutex<Disk>>);

impl SimulatedStore {
    /// An empty disk whose faults come from a seed.
    pub fn new(seed: u64) -> Self {
        let store = Self::default();
        store.disk().dice = Some(Dice::new(seed));
        store
    }

    /// A disk whose syncs do nothing and say that all is well: trials must find it out.
    pub fn lying(seed: u64) -> Self {
        let store = Self::new(seed);
        store.disk().lies = true;
        store
    }

    fn disk(&self) -> MutexGuard<'_, Disk> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Operations that could have failed so far.
    pub fn operations(&self) -> u64 {
        self.disk().operations
    }

    /// Lets the operation fail that comes after so many more.
    pub fn fail_after(&self, operations: u64, failure: Failure) {
        let mut disk = self.disk();
        disk.fail_at = Some((disk.operations + operations, failure));
    }

    /// Takes back the failure that was to come.
    pub fn calm(&self) {
        self.disk().fail_at = None;
    }

    /// Gives the disk so many bytes; none: it has no end.
    pub fn set_room(&self, bytes: Option<u64>) {
        self.disk().room = bytes;
    }

    /// Cuts the power: of what was not synced, anything may be there and anything may not.
    pub fn power_back(&self) {
        let mut disk = self.disk();
        let mut dice = disk.dice.clone().unwrap_or(Dice::new(0));
        let kept = to_usize(dice.below(disk.pending.len() as u64 + 1));
        let namings: Vec<Naming> = disk.pending.drain(..).take(kept).collect();
        for naming in &namings {
            rename_in(&mut disk.on_disk, naming);
        }
        disk.seen = disk.on_disk.clone();
        for file in &mut disk.files {
            file.lose_power(&mut dice);
        }
        disk.fail_at = None;
        disk.dark = false;
        disk.dice = Some(dice);
    }

    /// The bytes of a file, as programs see them.
    pub fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        let disk = self.disk();
        disk.seen
            .get(name)
            .map(|file| disk.files[*file].seen.clone())
    }

    /// Puts a file there, on disk.
    pub fn put(&self, name: &str, bytes: Vec<u8>) {
        let mut disk = self.disk();
        let content = Content {
            seen: bytes.clone(),
            on_disk: bytes,
            pending: Vec::new(),
        };
        let there = disk.seen.get(name).copied();
        let file = there.unwrap_or(disk.files.len());
        match disk.files.get_mut(file) {
            Some(old) => *old = content,
            None => disk.files.push(content),
        }
        disk.seen.insert(name.to_owned(), file);
        disk.on_disk.insert(name.to_owned(), file);
    }

    /// All names.
    pub fn names(&self) -> Vec<String> {
        self.disk().seen.keys().cloned().collect()
    }
}

impl Content {
    fn change(&mut self, change: Change) {
        apply(&mut self.seen, &change);
        self.pending.push(change);
    }

    fn lose_power(&mut self, dice: &mut Dice) {
        let pending = std::mem::take(&mut self.pending);
        // One of: all lost, all kept, the first so many, sector by sector, the same with garbage.
        let way = dice.below(5);
        let first = dice.below(pending.len() as u64 + 1);
        for (index, change) in pending.into_iter().enumerate() {
            let whole = match way {
                0 => false,
                1 => true,
                2 => (index as u64) < first,
                _ => false,
            };
            if whole {
                apply(&mut self.on_disk, &change);
            } else if way > 2 {
                self.tear(&change, way == 4, dice);
            }
        }
        self.seen.clone_from(&self.on_disk);
    }

    /// Keeps some sectors of a write; with garbage, one may be half old, half new.
    fn tear(&mut self, change: &Change, garbage: bool, dice: &mut Dice) {
        let Change::Write(offset, content) = change else {
            if dice.once_in(2) {
                apply(&mut self.on_disk, change);
            }
            return;
        };
        let (mut at, end) = (to_usize(*offset), to_usize(*offset) + content.len());
        while at < end {
            let sector_end = ((at / SECTOR + 1) * SECTOR).min(end);
            let mut until = sector_end;
            if garbage && dice.once_in(4) {
                until = at + to_usize(dice.below((sector_end - at) as u64));
            }
            if dice.once_in(2) && until > at {
                let begin = at - to_usize(*offset);
                let part = content[begin..begin + until - at].to_vec();
                apply(&mut self.on_disk, &Change::Write(at as u64, part));
            }
            at = sector_end;
        }
        // The length is kept apart from the content.
        if self.on_disk.len() < end && dice.once_in(2) {
            self.on_disk.resize(end, 0);
        }
    }
}

impl Disk {
    /// Counts an operation, and lets it fail if its time has come.
    fn may_fail(&mut self) -> io::Result<()> {
        if self.dark {
            return Err(io::Error::other("no power"));
        }
        self.operations += 1;
        match self.fail_at {
            Some((at, failure)) if at < self.operations => {
                self.fail_at = None;
                self.dark = failure == Failure::Power;
                Err(match failure {
                    Failure::Full => io::ErrorKind::StorageFull.into(),
                    Failure::Device => io::Error::other("the device failed"),
                    Failure::Power => io::Error::other("no power"),
                })
            }
            _ => Ok(()),
        }
    }

    fn find(&self, name: &str) -> io::Result<usize> {
        if self.dark {
            return Err(io::Error::other("no power"));
        }
        let found = self.seen.get(name).copied();
        found.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn name(&mut self, naming: Naming) {
        rename_in(&mut self.seen, &naming);
        self.pending.push(naming);
    }

    /// Bytes that can still be written.
    fn room(&self) -> u64 {
        let used: u64 = self
            .seen
            .values()
            .map(|file| self.files[*file].seen.len() as u64)
            .sum();
        self.room.map_or(u64::MAX, |room| room.saturating_sub(used))
    }
}

impl Store for SimulatedStore {
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let disk = self.disk();
        if disk.dark {
            return Err(io::Error::other("no power"));
        }
        let inside = |name: &String| {
            let (place, file) = name.rsplit_once('/').unwrap_or(("", name));
            (place == folder).then(|| file.to_owned())
        };
        Ok(disk.seen.keys().filter_map(inside).collect())
    }

    fn open(&self, name: &str, access: Access) -> io::Result<Box<dyn StoreFile>> {
        let mut disk = self.disk();
        let file = if access == Access::Create {
            if disk.seen.contains_key(name) {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            disk.may_fail()?;
            disk.files.push(Content::default());
            let file = disk.files.len() - 1;
            disk.name(Naming::Put(name.to_owned(), file));
            file
        } else {
            disk.find(name)?
        };
        Ok(Box::new(SimulatedFile {
            store: self.clone(),
            file,
        }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut disk = self.disk();
        disk.find(from)?;
        disk.may_fail()?;
        disk.name(Naming::Rename(from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut disk = self.disk();
        disk.find(name)?;
        disk.may_fail()?;
        disk.name(Naming::Remove(name.to_owned()));
        Ok(())
    }

    fn sync_folder(&self, _folder: &str) -> io::Result<()> {
        let mut disk = self.disk();
        disk.may_fail()?;
        let pending = std::mem::take(&mut disk.pending);
        for naming in &pending {
            rename_in(&mut disk.on_disk, naming);
        }
        Ok(())
    }

    fn lock(&self) -> io::Result<Box<dyn Any + Send + Sync>> {
        Ok(Box::new(()))
    }
}

#[derive(Debug)]
struct SimulatedFile {
    store: SimulatedStore,
    file: usize,
}

impl StoreFile for SimulatedFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let disk = self.store.disk();
        if disk.dark {
            return Err(io::Error::other("no power"));
        }
        let seen = &disk.files[self.file].seen;
        let start = to_usize(offset).min(seen.len());
        let count = buffer.len().min(seen.len() - start);
        buffer[..count].copy_from_slice(&seen[start..start + count]);
        Ok(count)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut disk = self.store.disk();
        let dark = disk.dark;
        let failed = disk.may_fail().err();
        let length = disk.files[self.file].seen.len() as u64;
        let grows = (offset + bytes.len() as u64).saturating_sub(length);
        let room = disk.room();
        let full = grows > room;
        if failed.is_none() && !full {
            disk.files[self.file].change(Change::Write(offset, bytes.to_vec()));
            return Ok(());
        }
        if !dark {
            // Any first part of it was written before it failed.
            let most = (bytes.len() as u64).saturating_sub(grows.saturating_sub(room));
            let part = match &mut disk.dice {
                Some(dice) => to_usize(dice.below(most + 1)),
                None => 0,
            };
            disk.files[self.file].change(Change::Write(offset, bytes[..part].to_vec()));
        }
        Err(failed.unwrap_or_else(|| io::ErrorKind::StorageFull.into()))
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        let mut disk = self.store.disk();
        disk.may_fail()?;
        disk.files[self.file].change(Change::Length(length));
        Ok(())
    }

    fn length(&self) -> io::Result<u64> {
        let disk = self.store.disk();
        if disk.dark {
            return Err(io::Error::other("no power"));
        }
        Ok(disk.files[self.file].seen.len() as u64)
    }

    fn sync(&self) -> io::Result<()> {
        let mut disk = self.store.disk();
        if let Err(error) = disk.may_fail() {
            if !disk.dark {
                // The system forgets that these bytes are not written: it shows them, and a
                // second sync says that all is well.
                disk.files[self.file].pending.clear();
            }
            return Err(error);
        }
        if disk.lies {
            return Ok(());
        }
        let file = &mut disk.files[self.file];
        let pending = std::mem::take(&mut file.pending);
        pending
            .iter()
            .for_each(|change| apply(&mut file.on_disk, change));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_synced_stays_and_what_was_not_may_go() {
        let (mut lost, mut kept) = (0, 0);
        for seed in 0..50 {
            let store = SimulatedStore::new(seed);
            let file = store.open("a", Access::Create).unwrap();
            file.write_at(&[1; 2_000], 0).unwrap();
            file.sync().unwrap();
            store.sync_folder("").unwrap();
            file.write_at(&[2; 2_000], 2_000).unwrap();
            store.power_back();
            let bytes = store.bytes("a").unwrap();
            assert_eq!(bytes[..2_000], [1; 2_000]);
            lost += usize::from(bytes.len() < 4_000 || bytes[2_000..].contains(&0));
            kept += usize::from(bytes.get(2_000..).is_some_and(|rest| rest.contains(&2)));
        }
        assert!(lost > 10 && kept > 10, "{lost} {kept}");
    }

    #[test]
    fn after_a_failed_sync_bytes_are_shown_that_are_never_written() {
        let store = SimulatedStore::new(1);
        let file = store.open("a", Access::Create).unwrap();
        store.sync_folder("").unwrap();
        file.write_at(&[1; 10], 0).unwrap();
        store.fail_after(0, Failure::Device);
        assert!(file.sync().is_err());
        assert!(file.sync().is_ok());
        assert_eq!(store.bytes("a").unwrap(), [1; 10]);
        store.power_back();
        assert!(store.bytes("a").unwrap().is_empty());
    }

    #[test]
    fn a_name_that_was_not_synced_may_go() {
        let there = |seed| {
            let store = SimulatedStore::new(seed);
            store.open("a", Access::Create).unwrap().sync().unwrap();
            store.power_back();
            store.names().len()
        };
        let found: Vec<usize> = (0..20).map(there).collect();
        assert!(found.contains(&0) && found.contains(&1));
    }
}

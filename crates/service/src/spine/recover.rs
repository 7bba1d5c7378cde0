//! Reading the log again: everything that the service knew, it knows again.

use std::collections::{BTreeSet, VecDeque};

use forewarn_physics::time::{Epoch, format_utc};

use super::fold::Fold;
use super::journal::{JournalError, JournalReader};
use crate::entry::{Entry, EntryError, Start, kind_of};

/// Differing conclusions that are told one by one.
const TOLD_MAX: usize = 5;

/// What the log holds.
pub struct Recovered<'a> {
    /// Engine and writers, up to date.
    pub fold: Fold<'a>,
    /// Outputs of the last inputs that a crash kept from being written: to be appended.
    pub owed: Vec<Entry>,
    /// Inputs, read again.
    pub inputs: u64,
    /// Outputs that came out otherwise than they stand in the log; the first few in words.
    pub differing: (u64, Vec<String>),
    /// The latest time in the log.
    pub latest: Option<Epoch>,
}

/// The first entry: when the log began, which names the run, and its mode.
///
/// # Errors
/// The log cannot be read, or does not begin as ours do.
pub fn first(reader: &dyn JournalReader) -> Result<Option<Start>, JournalError> {
    let mut found = None;
    reader.read(1, &mut |_, bytes| {
        found = Some(Entry::decode(bytes));
        false
    })?;
    match found {
        None => Ok(None),
        Some(Ok(Entry::Start(start))) => Ok(Some(start)),
        Some(_) => Err(JournalError(
            "it does not begin with a start; give the service a folder of its own".into(),
        )),
    }
}

/// The name of a run, from when its log began.
pub fn run_name(start: &Start) -> String {
    let text = format_utc(start.wall.0);
    text.chars()
        .take_while(|character| *character != '.')
        .filter(char::is_ascii_alphanumeric)
        .collect()
}

/// Reads the log from its beginning. `visit` is shown every entry, in order.
///
/// # Errors
/// The log is damaged, or holds what this version cannot read.
pub fn recover<'a>(
    reader: &dyn JournalReader,
    mut fold: Fold<'a>,
    visit: &mut dyn FnMut(u64, &Entry),
) -> Result<Recovered<'a>, JournalError> {
    let skipped = skipped(reader)?;
    let mut waiting: VecDeque<Entry> = VecDeque::new();
    let (mut inputs, mut differs, mut told) = (0, 0, Vec::new());
    let mut latest: Option<Epoch> = None;
    let mut failed: Option<EntryError> = None;
    reader.read(1, &mut |seq, bytes| {
        let entry = match Entry::decode(bytes) {
            Ok(entry) => entry,
            Err(error) => {
                failed = Some(error);
                return false;
            }
        };
        if entry.is_input() && !skipped.contains(&seq) {
            inputs += 1;
            waiting.extend(fold.input(seq, &entry));
        } else if let Some(of) = entry.caused_by() {
            // What was said stands, whatever this version would say.
            match settle(&mut waiting, of, bytes) {
                Ok(()) => {}
                Err(why) => {
                    differs += 1;
                    if told.len() < TOLD_MAX {
                        told.push(why);
                    }
                }
            }
        }
        latest = latest.max(time_of(&entry));
        visit(seq, &entry);
        true
    })?;
    if let Some(error) = failed {
        return Err(JournalError(error.to_string()));
    }
    Ok(Recovered {
        fold,
        owed: waiting.into(),
        inputs,
        differing: (differs, told),
        latest,
    })
}

/// Inputs at which the engine failed.
fn skipped(reader: &dyn JournalReader) -> Result<BTreeSet<u64>, JournalError> {
    let mut skipped = BTreeSet::new();
    reader.read(1, &mut |_, bytes| {
        if kind_of(bytes) == "remark"
            && let Ok(Entry::Remark(remark)) = Entry::decode(bytes)
            && remark.what == "skip"
        {
            let number = remark.text.split(':').next();
            skipped.extend(number.and_then(|number| number.parse::<u64>().ok()));
        }
        true
    })?;
    Ok(skipped)
}

/// Compares an output of the log with what came out now. Outputs of earlier inputs that the log
/// does not hold were never said then and are not said now.
fn settle(waiting: &mut VecDeque<Entry>, of: u64, logged: &[u8]) -> Result<(), String> {
    let mut silent = 0;
    while waiting
        .front()
        .is_some_and(|entry| entry.caused_by().is_some_and(|by| by < of))
    {
        waiting.pop_front();
        silent += 1;
    }
    if silent > 0 {
        return Err(format!("{silent} conclusions before entry {of} are new"));
    }
    match waiting.front() {
        Some(entry) if entry.caused_by() == Some(of) => {
            let same = entry.encode() == logged;
            waiting.pop_front();
            if same {
                Ok(())
            } else {
                Err(format!("a conclusion of entry {of} differs"))
            }
        }
        _ => Err(format!("a conclusion of entry {of} is not drawn any more")),
    }
}

fn time_of(entry: &Entry) -> Option<Epoch> {
    match entry {
        Entry::Frame(frame) => Some(frame.received.0),
        Entry::Tick(tick) => Some(tick.time.0),
        _ => None,
    }
}

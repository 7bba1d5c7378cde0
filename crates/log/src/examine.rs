//! Looks at all segments of a log, changing nothing, and says whether they are what was written.
//!
//! What may be missing at the very end is what had not been acknowledged: the last append, torn by
//! a crash. Everything else that is not as it was is damage. The two are told apart by two facts:
//! an append begins only when the one before it is on disk, so whole entries of a *later* batch
//! behind a fault mean that the fault was on disk; and the mark says how far the disk was known to
//! be written.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::chain::{Link, LogId};
use crate::error::{At, Damage, StoreError, What};
use crate::mark::{Found, find};
use crate::mode::ModeName;
use crate::own::Gap;
use crate::scan::{Scan, Scanned, head, scan};
use crate::segment::{HEAD, HeadFault, first_seq_of};
use crate::store::{PART, Store};
use crate::walk::{Rest, rest};

/// Folder of segments that are no longer needed to go on.
pub(crate) const ARCHIVE: &str = "archive";
/// Threads that read segments.
const THREADS_MAX: usize = 8;

/// A segment.
#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) name: String,
    pub(crate) scan: Scan,
}

/// What was torn off the end by a crash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Torn {
    /// The file.
    pub segment: String,
    /// Where the whole entries end [bytes].
    pub offset: u64,
    /// What is behind that [bytes].
    pub bytes: u64,
    /// Whole entries in it, which stood behind one that was not.
    pub entries: u64,
    /// Why it is no entry.
    pub why: String,
}

/// The state of a log.
#[derive(Debug)]
pub(crate) struct Examined {
    pub(crate) segments: Vec<Segment>,
    pub(crate) id: Option<(LogId, ModeName)>,
    pub(crate) mark: Found,
    pub(crate) torn: Option<Torn>,
    /// The last segment, begun and not finished: it holds nothing.
    pub(crate) unfinished: Option<(String, u64)>,
    pub(crate) damage: Vec<Damage>,
    /// Files that were being written.
    pub(crate) parts: Vec<String>,
}

impl Examined {
    /// The end of the chain.
    pub(crate) fn end(&self) -> Option<Link> {
        self.segments.last().map(|last| last.scan.end.before)
    }

    pub(crate) fn gaps(&self) -> impl Iterator<Item = &Gap> {
        self.segments.iter().flat_map(|segment| &segment.scan.gaps)
    }
}

/// Names of the segments of folders, in order, and files that were being written.
fn names(store: &dyn Store, folders: &[&str]) -> Result<(Vec<String>, Vec<String>), StoreError> {
    let (mut segments, mut parts) = (Vec::new(), Vec::new());
    for folder in folders {
        for file in store.list(folder).at(folder, "listed")? {
            let name = if folder.is_empty() {
                file
            } else {
                format!("{folder}/{file}")
            };
            if name.ends_with(PART) {
                parts.push(name);
            } else if first_seq_of(&name).is_some() {
                segments.push(name);
            }
        }
    }
    segments.sort_by_key(|name| first_seq_of(name));
    Ok((segments, parts))
}

/// Looks at the segments in these folders.
pub(crate) fn examine(store: &dyn Store, folders: &[&str]) -> Result<Examined, StoreError> {
    let (names, parts) = names(store, folders)?;
    let mut id = None;
    for name in &names {
        if let Ok(head) = head(store, name).at(name, "read")? {
            id = Some((head.log, head.mode));
            break;
        }
    }
    let log = id.map_or(LogId([0; 16]), |(log, _)| log);
    let mark = find(store, log).at(crate::mark::MARK, "read")?;
    let scanned = scan_all(store, &names, mark.mark.map_or(0, |mark| mark.seq))?;
    let mut examined = Examined {
        segments: Vec::new(),
        id,
        mark,
        torn: None,
        unfinished: None,
        damage: Vec::new(),
        parts,
    };
    let last = names.len().saturating_sub(1);
    for (index, (name, scanned)) in names.iter().zip(scanned).enumerate() {
        match scanned {
            Scanned::Segment(scan) => examined.join(name, *scan, index == last),
            Scanned::Headless(fault, length) => {
                let next = names.get(index + 1).and_then(|name| first_seq_of(name));
                let rest = behind_bad_head(store, name, log).at(name, "read")?;
                examined.headless(name, fault, length, (next, rest));
            }
        }
    }
    examined.check_mark();
    Ok(examined)
}

/// Whole entries behind a head that cannot be read.
fn behind_bad_head(store: &dyn Store, name: &str, log: LogId) -> std::io::Result<Rest> {
    let file = store.open(name, crate::store::Access::Read)?;
    let first = first_seq_of(name).unwrap_or(0);
    rest(file.as_ref(), crate::entry::Salt::new(log, first), HEAD)
}

/// Scans many segments at a time; each says by its own head what it follows.
fn scan_all(store: &dyn Store, names: &[String], ask: u64) -> Result<Vec<Scanned>, StoreError> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = threads.min(THREADS_MAX).min(names.len());
    let next = AtomicUsize::new(0);
    let take = || {
        let index = next.fetch_add(1, Ordering::Relaxed);
        let name = names.get(index)?;
        Some((index, scan(store, name, ask).at(name, "read")))
    };
    let mut done = std::thread::scope(|scope| {
        let started: Vec<_> = (0..threads)
            .map(|_thread| scope.spawn(|| std::iter::from_fn(take).collect::<Vec<_>>()))
            .collect();
        let ended = started.into_iter().map(|thread| thread.join());
        ended.flat_map(joined).collect::<Vec<_>>()
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

/// What a thread did; a fault of ours goes on as one.
fn joined<T>(ended: std::thread::Result<T>) -> T {
    ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

impl Examined {
    /// Adds a segment to those before it.
    fn join(&mut self, name: &str, scan: Scan, is_last: bool) {
        let (log, mode) = self.id.unwrap_or((scan.head.log, scan.head.mode));
        if scan.head.log != log {
            self.damaged(name, 0, (scan.head.first_seq(), 0), What::OtherLog);
            return;
        }
        if scan.head.mode != mode {
            self.damaged(name, 0, (scan.head.first_seq(), 0), What::OtherMode);
            return;
        }
        if let Some(end) = self.end() {
            self.check_joint(name, &scan, end);
        }
        if let Some((fault, behind)) = scan.fault {
            let (offset, next) = (scan.end.offset, scan.end.before.seq + 1);
            let marked = self.mark.mark.is_some_and(|mark| mark.seq >= next);
            if is_last && !marked && behind.batch_max <= next {
                self.torn = Some(Torn {
                    segment: name.to_owned(),
                    offset,
                    bytes: behind.bytes,
                    entries: behind.entries,
                    why: fault.to_string(),
                });
            } else {
                let to = behind.seq_max.max(next);
                self.damaged(name, offset, (next, to), What::Entry(fault));
            }
        }
        self.segments.push(Segment {
            name: name.to_owned(),
            scan,
        });
    }

    /// Whether a segment follows from the one before it, or a gap between them is known.
    fn check_joint(&mut self, name: &str, scan: &Scan, end: Link) {
        let before = scan.head.before;
        if before == end {
            return;
        }
        let (from, to) = (end.seq + 1, before.seq);
        if from > to {
            let what = What::Chain;
            self.damaged(name, 0, (scan.head.first_seq(), scan.end.before.seq), what);
            return;
        }
        // Damage at the end of the segment before it was said already, with its own words.
        let said = |damage: &Damage| {
            damage.from_seq == from && matches!(damage.what, What::Entry(_) | What::Head(_))
        };
        if let Some(known) = self.damage.iter_mut().find(|damage| said(damage)) {
            known.to_seq = known.to_seq.max(to);
            return;
        }
        self.damaged(name, 0, (from, to), What::Missing);
    }

    fn headless(&mut self, name: &str, fault: HeadFault, length: u64, around: (Option<u64>, Rest)) {
        let (next, rest) = around;
        let first = first_seq_of(name).unwrap_or(1);
        let marked = self.mark.mark.is_some_and(|mark| mark.segment == first);
        let alone = self.segments.is_empty() && (self.mark.exists || length > HEAD);
        let future = matches!(fault, HeadFault::Version(_));
        if next.is_none() && rest.entries == 0 && !marked && !alone && !future {
            self.unfinished = Some((name.to_owned(), length));
            return;
        }
        let to = next.map_or(rest.seq_max.max(first), |next| next.saturating_sub(1));
        self.damaged(name, 0, (first, to), What::Head(fault));
    }

    /// Forgives gaps that an entry of the log accounts for; holds the rest against the mark.
    fn check_mark(&mut self) {
        let gaps: Vec<Gap> = self.gaps().cloned().collect();
        self.damage.retain(|damage| {
            let (from, to) = (damage.from_seq, damage.to_seq);
            let known = |gap: &Gap| gap.from_seq <= from && to <= gap.to_seq;
            damage.what != What::Missing || !gaps.iter().any(known)
        });
        let Some((name, end, offset)) = self.segments.last().map(|last| {
            let end = last.scan.end;
            (last.name.clone(), end.before, end.offset)
        }) else {
            if self.mark.exists && self.damage.is_empty() {
                self.damaged("the log", 0, (1, 1), What::Acknowledged);
            }
            return;
        };
        let Some(mark) = self.mark.mark else { return };
        if mark.seq > end.seq && !self.damage.iter().any(|damage| damage.to_seq >= end.seq) {
            self.damaged(&name, offset, (end.seq + 1, mark.seq), What::Acknowledged);
        }
        let asked = self.segments.iter().find_map(|segment| segment.scan.asked);
        if asked.is_some_and(|hash| hash != mark.hash) {
            self.damaged(&name, offset, (mark.seq, mark.seq), What::Changed);
        }
    }

    fn damaged(&mut self, segment: &str, offset: u64, range: (u64, u64), what: What) {
        self.damage.push(Damage {
            segment: segment.to_owned(),
            offset,
            from_seq: range.0,
            to_seq: range.1,
            what,
        });
    }
}

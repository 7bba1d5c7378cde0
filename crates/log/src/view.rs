//! Reading: while it is written, from any thread, what is on disk and nothing else.

use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::chain::{Checkpoint, Link};
use crate::entry::{Entry, Fault};
use crate::error::{At, Damage, ReadError, What};
use crate::examine::ARCHIVE;
use crate::own::Gap;
use crate::scan::head;
use crate::segment::file_name;
use crate::store::{Access, Store};
use crate::walk::{Point, Step, Walk};

/// A segment that can be read.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) first_seq: u64,
    /// Where its entries end.
    pub(crate) end: Point,
    /// Places of some of its entries, in order.
    pub(crate) points: Vec<Point>,
    pub(crate) archived: bool,
    /// Its length [bytes].
    pub(crate) bytes: u64,
}

impl Known {
    pub(crate) fn name(&self) -> String {
        let file = file_name(self.first_seq);
        if self.archived {
            format!("{ARCHIVE}/{file}")
        } else {
            file
        }
    }
}

/// What writer and readers share.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) segments: Vec<Known>,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) checkpoint: Option<Checkpoint>,
}

/// A look at a log; cheap to clone.
#[derive(Debug, Clone)]
pub struct View<M> {
    store: Arc<dyn Store>,
    shared: Arc<Mutex<Shared>>,
    mode: PhantomData<M>,
}

impl<M> View<M> {
    pub(crate) fn new(store: Arc<dyn Store>, shared: Arc<Mutex<Shared>>) -> Self {
        Self {
            store,
            shared,
            mode: PhantomData,
        }
    }

    pub(crate) fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last entry that is on disk, and what everything up to it hashes to.
    pub fn last(&self) -> Option<Link> {
        self.shared().segments.last().map(|last| last.end.before)
    }

    /// The oldest entry that can be read; one more than the last where there is none.
    pub fn oldest_seq(&self) -> u64 {
        let shared = self.shared();
        shared.segments.first().map_or(1, |first| first.first_seq)
    }

    /// Entries that are missing.
    pub fn gaps(&self) -> Vec<Gap> {
        self.shared().gaps.clone()
    }

    /// The newest checkpoint.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        self.shared().checkpoint
    }

    /// Bytes of segments, archived ones included.
    pub fn bytes(&self) -> u64 {
        let shared = self.shared();
        shared.segments.iter().map(|segment| segment.bytes).sum()
    }

    /// The entries from this one on, up to what is on disk now. Each is checked again as it is
    /// read. Where entries are missing (see [`View::gaps`]) the numbers jump.
    pub fn read(&self, from_seq: u64) -> Entries<M> {
        Entries {
            view: View::new(Arc::clone(&self.store), Arc::clone(&self.shared)),
            until: self.last().map_or(0, |last| last.seq),
            next: from_seq.max(1),
            first: true,
            walk: None,
            segment_end: 0,
            failed: false,
        }
    }
}

/// Entries of a log, one after the other.
#[derive(Debug)]
pub struct Entries<M> {
    view: View<M>,
    next: u64,
    until: u64,
    /// Nothing was read yet: an entry that is gone is then an error, not a gap.
    first: bool,
    walk: Option<(String, Walk)>,
    /// The last entry that the segment being walked should hold.
    segment_end: u64,
    failed: bool,
}

impl<M> Iterator for Entries<M> {
    type Item = Result<Entry<M>, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let next = self.advance();
        self.failed = matches!(next, Err(_) | Ok(None));
        next.transpose()
    }
}

impl<M> Entries<M> {
    fn advance(&mut self) -> Result<Option<Entry<M>>, ReadError> {
        while self.next <= self.until {
            let Some((name, mut walk)) = self.walk.take() else {
                if !self.open()? {
                    return Ok(None);
                }
                continue;
            };
            let before = walk.at();
            let (entry, done) = match walk.step().at(&name, "read")? {
                Step::Fault(fault) => {
                    let what = What::Entry(fault);
                    return Err(ReadError::Damaged(damage(name, before, what)));
                }
                Step::End => {
                    self.ended(&name, before)?;
                    (None, true)
                }
                Step::Entry(raw, after) if raw.seq() >= self.next => {
                    self.next = raw.seq() + 1;
                    let mode = crate::mode::ModeName::of_byte(raw.mode_byte());
                    let hash = after.before.hash;
                    (mode.map(|mode| raw.to_entry(mode, hash)), false)
                }
                Step::Entry(..) => (None, false),
            };
            if !done {
                self.walk = Some((name, walk));
            }
            if entry.is_some() {
                return Ok(entry);
            }
        }
        Ok(None)
    }

    /// A segment was read to its end; it should hold everything up to the next one.
    fn ended(&mut self, name: &str, end: Point) -> Result<(), ReadError> {
        let (from, to) = (end.before.seq + 1, self.segment_end);
        let known = |gap: &Gap| gap.from_seq <= from && to <= gap.to_seq;
        if from <= to && !self.view.shared().gaps.iter().any(known) {
            let mut damage = damage(name.to_owned(), end, What::Entry(Fault::Ends));
            damage.to_seq = to;
            return Err(ReadError::Damaged(damage));
        }
        // A segment without entries must not be opened again and again.
        self.next = self.next.max(from).max(to + 1);
        Ok(())
    }

    /// Opens the segment that holds the next entry, near it.
    fn open(&mut self) -> Result<bool, ReadError> {
        let (known, oldest) = {
            let shared = self.view.shared();
            let holds = |known: &&Known| known.end.before.seq >= self.next;
            let known = shared.segments.iter().find(holds).cloned();
            (known, shared.segments.first().map_or(1, |s| s.first_seq))
        };
        let Some(known) = known else { return Ok(false) };
        if self.first && self.next < oldest {
            let seq = self.next;
            let missing = |gap: &Gap| gap.from_seq <= seq && oldest <= gap.to_seq + 1;
            if !self.view.gaps().iter().any(missing) {
                return Err(ReadError::Gone { seq, oldest });
            }
        }
        self.first = false;
        self.segment_end = known.end.before.seq;
        let name = known.name();
        self.walk = Some((name, self.walk_in(&known)?));
        Ok(true)
    }

    fn walk_in(&self, known: &Known) -> Result<Walk, ReadError> {
        let mut known = known.clone();
        let store = self.view.store.as_ref();
        let mut opened = store.open(&known.name(), Access::Read);
        if opened
            .as_ref()
            .is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound)
        {
            // It may have gone to the archive since it was looked up.
            known.archived = !known.archived;
            opened = store.open(&known.name(), Access::Read);
        }
        let name = known.name();
        let file = opened.at(&name, "opened")?;
        let head = match head(store, &name).at(&name, "read")? {
            Ok(head) => head,
            Err(fault) => {
                let start = known.points.first().copied().unwrap_or(known.end);
                return Err(ReadError::Damaged(damage(name, start, What::Head(fault))));
            }
        };
        let near = known
            .points
            .partition_point(|point| point.before.seq < self.next);
        let end = known.end.offset;
        Ok(
            match near
                .checked_sub(1)
                .and_then(|index| known.points.get(index))
            {
                Some(point) => Walk::from(file, &head, *point, end),
                None => Walk::new(file, &head, end),
            },
        )
    }
}

fn damage(segment: String, at: Point, what: What) -> Damage {
    Damage {
        segment,
        offset: at.offset,
        from_seq: at.before.seq + 1,
        to_seq: at.before.seq + 1,
        what,
    }
}

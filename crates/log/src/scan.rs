//! Reads one segment to its end, and says what was found.

use std::io;

use crate::chain::{Checkpoint, Hash};
use crate::entry::Fault;
use crate::own::{Gap, Own, read};
use crate::segment::{HEAD, Head, HeadFault};
use crate::store::{Access, Store, read_full};
use crate::walk::{Point, Rest, Step, Walk, rest};

/// Every so many entries their place is remembered.
pub(crate) const ENTRIES_PER_POINT: u64 = 1_024;

/// What a segment holds.
#[derive(Debug)]
pub(crate) struct Scan {
    pub(crate) head: Head,
    /// Where the entries end that are whole and follow from each other.
    pub(crate) end: Point,
    /// What is wrong there, and what lies behind it; none if the file ends there too.
    pub(crate) fault: Option<(Fault, Rest)>,
    /// Where some of the entries are.
    pub(crate) points: Vec<Point>,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) checkpoint: Option<Checkpoint>,
    /// The link at the entry that was asked for.
    pub(crate) asked: Option<Hash>,
}

/// A segment, or why it has no head.
#[derive(Debug)]
pub(crate) enum Scanned {
    Segment(Box<Scan>),
    Headless(HeadFault, u64),
}

/// Reads the head of a segment.
pub(crate) fn head(store: &dyn Store, name: &str) -> io::Result<Result<Head, HeadFault>> {
    let file = store.open(name, Access::Read)?;
    let mut bytes = [0; HEAD as usize];
    let count = read_full(file.as_ref(), &mut bytes, 0)?;
    Ok(Head::decode(name, &bytes[..count]))
}

/// Reads a segment; the link at entry `ask` is remembered.
pub(crate) fn scan(store: &dyn Store, name: &str, ask: u64) -> io::Result<Scanned> {
    let head = match head(store, name)? {
        Ok(head) => head,
        Err(fault) => {
            let length = store.open(name, Access::Read)?.length()?;
            return Ok(Scanned::Headless(fault, length));
        }
    };
    let file = store.open(name, Access::Read)?;
    let length = file.length()?;
    let mut walk = Walk::new(file, &head, length);
    let mut scan = Scan {
        head,
        end: walk.at(),
        fault: None,
        points: Vec::new(),
        gaps: Vec::new(),
        checkpoint: None,
        asked: None,
    };
    loop {
        let before = walk.at();
        let fault = match walk.step()? {
            Step::End => break,
            Step::Fault(fault) => Some(fault),
            Step::Entry(raw, after) => match read(raw, before) {
                Err(fault) => Some(fault),
                Ok(own) => {
                    scan.take(own, before, after, ask);
                    None
                }
            },
        };
        if let Some(fault) = fault {
            let behind = rest(walk.file(), head.salt(), before.offset)?;
            scan.fault = Some((fault, behind));
            break;
        }
    }
    Ok(Scanned::Segment(Box::new(scan)))
}

impl Scan {
    fn take(&mut self, own: Option<Own>, before: Point, after: Point, ask: u64) {
        let index = before.before.seq - self.head.before.seq;
        if index.is_multiple_of(ENTRIES_PER_POINT) {
            self.points.push(before);
        }
        self.end = after;
        if after.before.seq == ask {
            self.asked = Some(after.before.hash);
        }
        match own {
            None => {}
            Some(Own::Gap(gap)) => self.gaps.push(gap),
            Some(Own::Checkpoint(checkpoint)) => self.checkpoint = Some(checkpoint),
        }
    }
}

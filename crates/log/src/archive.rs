//! Segments that are closed: into the archive, and out of it, so that the disk is bounded.
//!
//! A closed segment is vouched for by the signed head of the one after it. So whatever was removed
//! before it, the rest of the chain verifies from there.

use std::io;

use crate::examine::ARCHIVE;
use crate::log::Log;
use crate::mode::Mode;
use crate::own::{Gap, Own, read};
use crate::scan::head;
use crate::segment::{file_name, first_seq_of};
use crate::store::{Access, Store};
use crate::view::Known;
use crate::walk::{Point, Step, Walk};

/// Segments that always stay: the one being written, and the one before it.
const SEGMENTS_KEPT: usize = 2;

impl<M: Mode> Log<M> {
    /// Holds the log to the disk it may take. Trouble here stops nothing: it is told by
    /// [`Log::archive_trouble`].
    pub(crate) fn retain(&mut self) {
        self.archive_trouble = self
            .archive_and_remove()
            .err()
            .map(|error| error.to_string());
    }

    /// Why segments could not be archived or removed, if that was so when last tried.
    pub fn archive_trouble(&self) -> Option<&str> {
        self.archive_trouble.as_deref()
    }

    fn archive_and_remove(&mut self) -> io::Result<()> {
        let retention = self.options.retention;
        while let Some(first_seq) = self.surplus(false, retention.live_bytes_max) {
            let name = file_name(first_seq);
            self.store.rename(&name, &format!("{ARCHIVE}/{name}"))?;
            self.store.sync_folder(ARCHIVE)?;
            self.store.sync_folder("")?;
            let mut shared = self.view.shared();
            let known = shared
                .segments
                .iter_mut()
                .find(|s| s.first_seq == first_seq);
            if let Some(known) = known {
                known.archived = true;
            }
        }
        while let Some(first_seq) = self.surplus(true, retention.archive_bytes_max) {
            self.store
                .remove(&format!("{ARCHIVE}/{}", file_name(first_seq)))?;
            let mut shared = self.view.shared();
            shared
                .segments
                .retain(|segment| segment.first_seq != first_seq);
        }
        Ok(())
    }

    /// The oldest segment of the archive, or of those that are not in it, if there are more bytes
    /// there than may be.
    fn surplus(&self, archived: bool, bytes_max: Option<u64>) -> Option<u64> {
        let bytes_max = bytes_max?;
        let shared = self.view.shared();
        let kept = if archived { 0 } else { SEGMENTS_KEPT };
        let there = || shared.segments.iter().filter(|s| s.archived == archived);
        let bytes: u64 = there().map(|segment| segment.bytes).sum();
        let oldest = there().next()?;
        (bytes > bytes_max && there().count() > kept).then_some(oldest.first_seq)
    }
}

/// An archived segment, by its head alone, and the gaps that it begins by telling of: the rest is
/// checked when it is read.
pub(crate) fn known(store: &dyn Store, name: &str) -> io::Result<Option<(Known, Vec<Gap>)>> {
    if first_seq_of(name).is_none() {
        return Ok(None);
    }
    let Ok(head) = head(store, name)? else {
        return Ok(None);
    };
    let file = store.open(name, Access::Read)?;
    let bytes = file.length()?;
    let gaps = gaps_at_start(Walk::new(file, &head, bytes))?;
    let end = Point {
        before: head.before,
        offset: bytes,
    };
    let known = Known {
        first_seq: head.first_seq(),
        end,
        points: Vec::new(),
        archived: true,
        bytes,
    };
    Ok(Some((known, gaps)))
}

/// A segment begun after damage starts with the gaps.
fn gaps_at_start(mut walk: Walk) -> io::Result<Vec<Gap>> {
    let mut gaps = Vec::new();
    loop {
        let before = walk.at();
        let Step::Entry(raw, _) = walk.step()? else {
            return Ok(gaps);
        };
        match read(raw, before) {
            Ok(Some(Own::Gap(gap))) => gaps.push(gap),
            _ => return Ok(gaps),
        }
    }
}

/// An archived segment ends where the next one begins.
pub(crate) fn ends(segments: &mut [Known]) {
    segments.sort_by_key(|segment| segment.first_seq);
    for index in 1..segments.len() {
        let next = segments[index].first_seq;
        let before = &mut segments[index - 1];
        if before.archived {
            before.end.before.seq = next - 1;
        }
    }
}

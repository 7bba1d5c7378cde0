//! Writing.

use std::any::Any;
use std::io;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use crate::chain::{Checkpoint, Link, LogId, PublicKey};
use crate::entry::{Kind, NewEntry, PAYLOAD_BYTES_MAX, Slot, encode};
use crate::error::{AppendError, OpenError, is_full};
use crate::mark::{Mark, Marker};
use crate::mode::Mode;
use crate::options::Options;
use crate::scan::ENTRIES_PER_POINT;
use crate::segment::{HEAD, Head, Start, file_name};
use crate::store::{Access, Store, StoreFile};
use crate::view::{Entries, Known, Shared, View};
use crate::walk::Point;

/// The segment that is written to.
#[derive(Debug)]
pub(crate) struct Active {
    pub(crate) file: Box<dyn StoreFile>,
    pub(crate) head: Head,
    /// The end of what is on disk.
    pub(crate) end: Point,
}

/// A log of mode `M`, open for writing. There is one writer; readers take a [`View`].
///
/// ```compile_fail
/// # use forewarn_log::{AppendError, Exercise, Kind, Live, Log, NewEntry};
/// fn mix(live: &mut Log<Live>, entry: NewEntry<Exercise>) -> Result<(), AppendError> {
///     live.append(&[entry])?; // expected `NewEntry<Live>`, found `NewEntry<Exercise>`
///     Ok(())
/// }
/// ```
#[derive(Debug)]
pub struct Log<M> {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) options: Options,
    pub(crate) id: LogId,
    pub(crate) active: Active,
    pub(crate) marker: Marker,
    pub(crate) view: View<M>,
    pub(crate) since_checkpoint: u64,
    /// Why nothing can be written any more.
    pub(crate) poisoned: Option<AppendError>,
    pub(crate) buffer: Vec<u8>,
    pub(crate) lock: Option<Box<dyn Any + Send + Sync>>,
    /// Other keys that signed segments here.
    pub(crate) other_keys: Vec<PublicKey>,
    pub(crate) archive_trouble: Option<String>,
}

/// Entries in bytes, ready to be written.
struct Encoded {
    end: Point,
    points: Vec<Point>,
    checkpoint: Option<Checkpoint>,
}

impl<M: Mode> Log<M> {
    /// The last entry, and what everything up to it hashes to.
    pub fn last(&self) -> Link {
        self.active.end.before
    }

    /// Which log it is.
    pub fn id(&self) -> LogId {
        self.id
    }

    /// A look at it for other threads.
    pub fn view(&self) -> View<M> {
        self.view.clone()
    }

    /// The entries from this one on; see [`View::read`].
    pub fn read(&self, from_seq: u64) -> Entries<M> {
        self.view.read(from_seq)
    }

    /// Appends entries and returns their numbers when they are on disk.
    ///
    /// They are one batch: after a crash before this returns, any first part of it may be there.
    ///
    /// # Errors
    /// Nothing was acknowledged. After [`AppendError::DiskFull`] the log goes on by itself when
    /// there is space; after [`AppendError::Poisoned`] it must be opened anew.
    pub fn append(&mut self, entries: &[NewEntry<M>]) -> Result<Range<u64>, AppendError> {
        for entry in entries {
            if entry.kind.is_own() {
                return Err(AppendError::OwnKind(entry.kind));
            }
        }
        self.append_any(entries, false)
    }

    /// Signs and appends a checkpoint of everything so far.
    ///
    /// # Errors
    /// As [`Log::append`].
    pub fn checkpoint(&mut self) -> Result<Checkpoint, AppendError> {
        self.append_any(&[], true)?;
        let signed = self.view.checkpoint();
        signed.ok_or(AppendError::Closed)
    }

    /// Closes the log: with a checkpoint, and with the mark on disk, so that any later damage, also
    /// of the last entries, is known for what it is.
    ///
    /// # Errors
    /// As [`Log::append`].
    pub fn close(mut self) -> Result<Checkpoint, AppendError> {
        let checkpoint = self.checkpoint()?;
        let synced = self.marker.sync();
        synced.map_err(|error| AppendError::poisoned("the mark cannot be synced", &error))?;
        Ok(checkpoint)
    }

    /// Lets go and opens the same log anew, for instance after [`AppendError::Poisoned`].
    ///
    /// # Errors
    /// As [`Log::open`].
    pub fn reopen(&mut self) -> Result<crate::recover::Recovery, OpenError> {
        let lock = self.lock.take();
        let store = Arc::clone(&self.store);
        let (mut log, recovery) = Self::open_locked(store, self.options.clone(), lock)?;
        // Views handed out before stay good.
        let fresh = std::mem::take(&mut *log.view.shared());
        *self.view.shared() = fresh;
        log.view = self.view.clone();
        *self = log;
        Ok(recovery)
    }

    /// As `append`, also entries that only the log itself writes, and a checkpoint behind them.
    pub(crate) fn append_any(
        &mut self,
        entries: &[NewEntry<M>],
        checkpoint: bool,
    ) -> Result<Range<u64>, AppendError> {
        if let Some(why) = &self.poisoned {
            return Err(why.clone());
        }
        for entry in entries {
            let bytes = entry.payload.len();
            if bytes > PAYLOAD_BYTES_MAX {
                return Err(AppendError::TooLong { bytes });
            }
        }
        let count = entries.len() as u64;
        if count == 0 && !checkpoint {
            let next = self.last().seq + 1;
            return Ok(next..next);
        }
        if self.active.end.offset >= self.options.segment_bytes
            && self.last().seq >= self.active.head.first_seq()
        {
            self.roll()?;
        }
        let first = self.last().seq + 1;
        let due = self.since_checkpoint + count >= self.options.entries_per_checkpoint;
        let encoded = self.encode(entries, checkpoint || due);
        self.write()?;
        self.accept(encoded, count);
        Ok(first..first + count)
    }

    fn encode(&mut self, entries: &[NewEntry<M>], checkpoint: bool) -> Encoded {
        self.buffer.clear();
        let mut encoded = Encoded {
            end: self.active.end,
            points: Vec::new(),
            checkpoint: None,
        };
        let batch = self.last().seq + 1;
        for entry in entries {
            self.encode_one(entry, batch, &mut encoded);
        }
        if checkpoint {
            let wall_ns = (self.options.clock)();
            let at = encoded.end.before;
            let signed = Checkpoint::sign(self.id, M::NAME, at, wall_ns, &self.options.signer);
            let json = serde_json::to_vec(&signed).unwrap_or_default();
            let entry = NewEntry::new(Kind::Checkpoint, wall_ns, json);
            self.encode_one(&entry, batch, &mut encoded);
            encoded.checkpoint = Some(signed);
        }
        encoded
    }

    fn encode_one(&mut self, entry: &NewEntry<M>, batch: u64, encoded: &mut Encoded) {
        let index = encoded.end.before.seq - self.active.head.before.seq;
        if index.is_multiple_of(ENTRIES_PER_POINT) {
            encoded.points.push(encoded.end);
        }
        let slot = Slot {
            salt: self.active.head.salt(),
            offset: encoded.end.offset,
            batch,
            after: encoded.end.before,
        };
        let start = self.buffer.len();
        let link = encode(&mut self.buffer, entry, slot);
        encoded.end = Point {
            before: link,
            offset: encoded.end.offset + (self.buffer.len() - start) as u64,
        };
    }

    /// Writes the buffer behind the end, and returns when it is on disk.
    fn write(&mut self) -> Result<(), AppendError> {
        let offset = self.active.end.offset;
        if let Err(error) = self.active.file.write_at(&self.buffer, offset) {
            // What is half written must not stay: a shorter append would not cover it.
            let undone = self.active.file.set_len(offset);
            return match undone {
                Ok(()) if is_full(&error) => Err(AppendError::DiskFull {
                    needed_bytes: self.buffer.len() as u64,
                }),
                _ => Err(self.poison("a write failed", &error)),
            };
        }
        let synced = self.active.file.sync();
        synced.map_err(|error| self.poison("a sync failed", &error))
    }

    /// From here on nothing is acknowledged.
    pub(crate) fn poison(&mut self, doing: &str, error: &io::Error) -> AppendError {
        let why = AppendError::poisoned(doing, error);
        self.poisoned = Some(why.clone());
        why
    }

    /// Takes note of what is now on disk.
    fn accept(&mut self, encoded: Encoded, count: u64) {
        self.active.end = encoded.end;
        self.since_checkpoint += count;
        if encoded.checkpoint.is_some() {
            self.since_checkpoint = 0;
        }
        {
            let mut shared = self.view.shared();
            if let Some(last) = shared.segments.last_mut() {
                last.end = encoded.end;
                last.bytes = encoded.end.offset;
                last.points.extend(encoded.points);
            }
            if encoded.checkpoint.is_some() {
                shared.checkpoint = encoded.checkpoint;
            }
        }
        self.mark();
    }

    /// Moves the mark. Should that fail, an older one stays, which promises less.
    fn mark(&mut self) {
        let mark = self.active.mark();
        drop(self.marker.set(mark));
    }

    /// Closes the segment and begins another, whose head vouches for everything before it.
    pub(crate) fn roll(&mut self) -> Result<(), AppendError> {
        let start = Start {
            before: self.last(),
            wall_ns: (self.options.clock)(),
            after_gap: false,
        };
        let head = Head::sign(self.id, M::NAME, start, &self.options.signer);
        self.active = match begin(self.store.as_ref(), &head) {
            Ok(active) => active,
            Err(error) if is_full(&error.source) && error.undone => {
                return Err(AppendError::DiskFull { needed_bytes: HEAD });
            }
            Err(error) => return Err(self.poison("a segment cannot be begun", &error.source)),
        };
        self.view.shared().segments.push(self.active.known());
        self.mark();
        self.retain();
        Ok(())
    }
}

impl Active {
    pub(crate) fn mark(&self) -> Mark {
        Mark {
            seq: self.end.before.seq,
            segment: self.head.first_seq(),
            offset: self.end.offset,
            hash: self.end.before.hash,
        }
    }

    pub(crate) fn known(&self) -> Known {
        Known {
            first_seq: self.head.first_seq(),
            end: self.end,
            points: Vec::new(),
            archived: false,
            bytes: self.end.offset,
        }
    }
}

/// Why a segment was not begun, and whether nothing is left of the attempt.
pub(crate) struct NotBegun {
    pub(crate) source: io::Error,
    pub(crate) undone: bool,
}

/// Makes the file of a segment; its head and its name are on disk when this returns.
pub(crate) fn begin(store: &dyn Store, head: &Head) -> Result<Active, NotBegun> {
    let name = file_name(head.first_seq());
    let untouched = |source| NotBegun {
        source,
        undone: true,
    };
    let file = store.open(&name, Access::Create).map_err(untouched)?;
    if let Err(source) = file.write_at(&head.encode(), 0) {
        let undone = store.remove(&name).is_ok();
        return Err(NotBegun { source, undone });
    }
    let synced = file.sync().and_then(|()| store.sync_folder(""));
    // A failed sync leaves the file: nobody knows what of it is on disk.
    synced.map_err(|source| NotBegun {
        source,
        undone: false,
    })?;
    Ok(Active {
        file,
        head: *head,
        end: Point {
            before: head.before,
            offset: HEAD,
        },
    })
}

/// Builds the log from its parts.
pub(crate) fn assemble<M: Mode>(
    store: Arc<dyn Store>,
    options: Options,
    active: Active,
    marker: Marker,
    shared: Shared,
) -> Log<M> {
    let shared = Arc::new(Mutex::new(shared));
    Log {
        view: View::new(Arc::clone(&store), shared),
        store,
        options,
        id: active.head.log,
        active,
        marker,
        since_checkpoint: 0,
        poisoned: None,
        buffer: Vec::new(),
        lock: None,
        other_keys: Vec::new(),
        archive_trouble: None,
    }
}

//! Opening: what is whole is kept, what was torn is cut and said, damage is refused.

use std::any::Any;
use std::io;
use std::sync::Arc;

use crate::chain::Link;
use crate::chain::{LogId, PublicKey, genesis, random};
use crate::error::{At, Damage, OpenError};
use crate::examine::{Examined, Segment, Torn, examine};
use crate::log::{Active, Log, NotBegun, assemble, begin};
use crate::mark::{MARK, Marker};
use crate::mode::Mode;
use crate::options::{OnDamage, Options};
use crate::own::Gap;
use crate::quarantine::set_aside;
use crate::segment::{Head, Start, file_name};
use crate::store::{Access, Store, StoreFile, read_full};
use crate::view::{Known, Shared};
use crate::{error::StoreError, examine::ARCHIVE};

/// What was found when a log was opened.
#[derive(Debug, Clone, Default)]
pub struct Recovery {
    /// There was no log: a new one was begun.
    pub is_new: bool,
    /// The oldest entry that is there (not counting archived ones).
    pub oldest_seq: u64,
    /// The last entry; 0 for none.
    pub last_seq: u64,
    /// What had been torn by a crash and was cut off: never acknowledged.
    pub torn: Option<Torn>,
    /// A segment that had been begun and was removed: it held nothing.
    pub unfinished: Option<String>,
    /// Entries that are missing, now or since earlier.
    pub gaps: Vec<Gap>,
    /// What was set aside now.
    pub quarantined: Vec<Damage>,
    /// Other keys than ours that signed segments here.
    pub other_keys: Vec<PublicKey>,
    /// What else a person should know.
    pub notes: Vec<String>,
}

impl Recovery {
    /// Whether all is as it was left.
    pub fn is_clean(&self) -> bool {
        let nothing = self.torn.is_none() && self.unfinished.is_none() && self.notes.is_empty();
        nothing && self.quarantined.is_empty()
    }
}

impl<M: Mode> Log<M> {
    /// Opens the log in a store, or begins one in an empty store. Every entry is read and checked.
    ///
    /// # Errors
    /// It is damaged, of another mode, in use, or the system refused. Damage changes nothing,
    /// unless [`OnDamage::Quarantine`] is chosen.
    pub fn open(
        store: impl Store + 'static,
        options: Options,
    ) -> Result<(Self, Recovery), OpenError> {
        Self::open_shared(Arc::new(store), options)
    }

    /// As [`Log::open`], for a store that others hold too.
    ///
    /// # Errors
    /// As [`Log::open`].
    pub fn open_shared(
        store: Arc<dyn Store>,
        options: Options,
    ) -> Result<(Self, Recovery), OpenError> {
        let lock = match store.lock() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                return Err(OpenError::InUse);
            }
            locked => locked.at("LOCK", "locked")?,
        };
        Self::open_locked(store, options, Some(lock))
    }

    pub(crate) fn open_locked(
        store: Arc<dyn Store>,
        options: Options,
        lock: Option<Box<dyn Any + Send + Sync>>,
    ) -> Result<(Self, Recovery), OpenError> {
        let mut recovery = Recovery::default();
        let mut found = examine(store.as_ref(), &[""])?;
        if let Some((_, mode)) = found.id.filter(|(_, mode)| *mode != M::NAME) {
            let wanted = M::NAME;
            return Err(OpenError::OtherMode {
                found: mode,
                wanted,
            });
        }
        if !found.damage.is_empty() {
            if options.on_damage == OnDamage::Refuse {
                return Err(OpenError::Damaged(found.damage));
            }
            set_aside::<M>(store.as_ref(), &options, &found)?;
            recovery.quarantined = found.damage;
            found = examine(store.as_ref(), &[""])?;
            if !found.damage.is_empty() {
                return Err(OpenError::Damaged(found.damage));
            }
        }
        sweep(store.as_ref(), &found, &mut recovery)?;
        let mut log = Self::resume(store, options, &found, &mut recovery)?;
        log.lock = lock;
        log.retain();
        Ok((log, recovery))
    }

    fn resume(
        store: Arc<dyn Store>,
        options: Options,
        found: &Examined,
        recovery: &mut Recovery,
    ) -> Result<Self, OpenError> {
        let active = match found.segments.last() {
            Some(last) => tail(store.as_ref(), last, found)?,
            None => {
                recovery.is_new = true;
                begin_new::<M>(store.as_ref(), &options)?
            }
        };
        store.sync_folder("").at("", "synced")?;
        let marker = Marker::open(store.as_ref(), active.head.log, active.mark());
        let marker = marker.at(MARK, "written")?;
        let shared = shared(store.as_ref(), found, &active)?;
        let ours = options.signer.public_key();
        let key_changed = active.head.public_key != ours;
        fill(recovery, found, &active, ours);
        let since = found.end().map_or(0, |end| {
            let signed = shared.checkpoint.map_or(0, |checkpoint| checkpoint.seq);
            end.seq.saturating_sub(signed)
        });
        let mut log = assemble(store, options, active, marker, shared);
        log.since_checkpoint = since;
        log.other_keys.clone_from(&recovery.other_keys);
        if key_changed && log.last().seq >= log.active.head.first_seq() {
            log.roll()?;
        }
        Ok(log)
    }
}

/// Removes what a crash left half made; the torn end is cut when the segment is taken up again.
fn sweep(store: &dyn Store, found: &Examined, recovery: &mut Recovery) -> Result<(), StoreError> {
    for name in &found.parts {
        store.remove(name).at(name, "removed")?;
        recovery
            .notes
            .push(format!("{name}: was not finished; removed"));
    }
    for folder in [crate::snapshot::FOLDER, ARCHIVE, crate::quarantine::FOLDER] {
        for file in store.list(folder).at(folder, "listed")? {
            if file.ends_with(crate::store::PART) {
                let name = format!("{folder}/{file}");
                store.remove(&name).at(&name, "removed")?;
                recovery
                    .notes
                    .push(format!("{name}: was not finished; removed"));
            }
        }
    }
    if let Some((name, bytes)) = &found.unfinished {
        store.remove(name).at(name, "removed")?;
        recovery.unfinished = Some(name.clone());
        let note = format!("{name}: begun and not finished ({bytes} bytes, no entry); removed");
        recovery.notes.push(note);
    }
    if found.mark.unreadable_slots > 0 {
        let count = found.mark.unreadable_slots;
        let note = format!(
            "mark: {count} of 2 slots cannot be read (torn by a crash, or damaged); written anew"
        );
        recovery.notes.push(note);
    }
    Ok(())
}

/// Takes up the last segment: cuts what was torn, and writes anew what the mark does not vouch for.
fn tail(store: &dyn Store, last: &Segment, found: &Examined) -> Result<Active, StoreError> {
    let name = &last.name;
    let file = store
        .open(name, Access::Write)
        .at(name, "opened for writing")?;
    let end = last.scan.end;
    if found.torn.is_some() {
        file.set_len(end.offset).at(name, "cut")?;
    }
    // After a sync that failed, the system may show bytes that it will never write. They are
    // written once more, so that what is read now is what is on disk.
    let mark = found.mark.mark;
    let here = mark.filter(|mark| mark.segment == last.scan.head.first_seq());
    let from = here.map_or(0, |mark| mark.offset.min(end.offset));
    rewrite(file.as_ref(), from, end.offset).at(name, "written")?;
    file.sync().at(name, "synced")?;
    Ok(Active {
        file,
        head: last.scan.head,
        end,
    })
}

fn rewrite(file: &dyn StoreFile, from: u64, to: u64) -> io::Result<()> {
    let mut buffer = vec![0; 1 << 20];
    let mut at = from;
    while at < to {
        let part = usize::try_from(to - at).map_or(buffer.len(), |left| left.min(buffer.len()));
        let count = read_full(file, &mut buffer[..part], at)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        file.write_at(&buffer[..count], at)?;
        at += count as u64;
    }
    Ok(())
}

fn begin_new<M: Mode>(store: &dyn Store, options: &Options) -> Result<Active, OpenError> {
    let id = LogId(random()?);
    let start = Start {
        before: Link {
            seq: 0,
            hash: genesis(id, M::NAME),
        },
        wall_ns: (options.clock)(),
        after_gap: false,
    };
    let head = Head::sign(id, M::NAME, start, &options.signer);
    begin(store, &head).map_err(|NotBegun { source, undone: _ }| {
        OpenError::Store(StoreError::new(&file_name(1), "begun", source))
    })
}

/// What readers may see.
fn shared(store: &dyn Store, found: &Examined, active: &Active) -> Result<Shared, StoreError> {
    let (mut segments, mut gaps): (Vec<Known>, Vec<Gap>) = Default::default();
    for file in store.list(ARCHIVE).at(ARCHIVE, "listed")? {
        let name = format!("{ARCHIVE}/{file}");
        if let Some((known, told)) = crate::archive::known(store, &name).at(&name, "read")? {
            segments.push(known);
            gaps.extend(told);
        }
    }
    for segment in &found.segments {
        segments.push(Known {
            first_seq: segment.scan.head.first_seq(),
            end: segment.scan.end,
            points: segment.scan.points.clone(),
            archived: false,
            bytes: segment.scan.end.offset,
        });
    }
    if found.segments.is_empty() {
        segments.push(active.known());
    }
    crate::archive::ends(&mut segments);
    gaps.extend(found.gaps().cloned());
    let checkpoints = found.segments.iter().rev();
    Ok(Shared {
        segments,
        gaps,
        checkpoint: checkpoints
            .filter_map(|segment| segment.scan.checkpoint)
            .next(),
    })
}

fn fill(recovery: &mut Recovery, found: &Examined, active: &Active, ours: PublicKey) {
    let first = found.segments.first();
    recovery.oldest_seq = first.map_or(1, |first| first.scan.head.first_seq());
    recovery.last_seq = active.end.before.seq;
    recovery.torn.clone_from(&found.torn);
    recovery.gaps = found.gaps().cloned().collect();
    let keys = found
        .segments
        .iter()
        .map(|segment| segment.scan.head.public_key);
    recovery.other_keys = keys.filter(|key| *key != ours).collect();
    recovery.other_keys.sort_unstable();
    recovery.other_keys.dedup();
}

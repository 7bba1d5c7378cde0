//! Looking at a log that one does not own: nothing is changed, nothing is locked.

use std::io;
use std::sync::{Arc, Mutex};

use crate::chain::{Checkpoint, Link, LogId, PublicKey};
use crate::error::{Damage, StoreError};
use crate::examine::{ARCHIVE, Examined, Torn, examine};
use crate::mode::{AnyMode, ModeName};
use crate::own::Gap;
use crate::quarantine;
use crate::store::Store;
use crate::view::{Known, Shared, View};

/// Looks at a log that changes meanwhile.
const LOOKS_MAX: usize = 5;

/// What a log holds, and whether it is what was written.
#[derive(Debug, Clone)]
pub struct Inspection {
    /// Which log, of which mode; none where there is none.
    pub id: Option<(LogId, ModeName)>,
    /// Segments, those of the archive included.
    pub segments: usize,
    /// Their length [bytes].
    pub bytes: u64,
    /// Entries that are there.
    pub entries: u64,
    /// The oldest of them.
    pub oldest_seq: u64,
    /// The last one, and what everything up to it hashes to.
    pub last: Option<Link>,
    /// The newest checkpoint.
    pub checkpoint: Option<Checkpoint>,
    /// Who signed.
    pub keys: Vec<PublicKey>,
    /// What is behind the last whole entry: torn by a crash, or being written just now.
    pub torn: Option<Torn>,
    /// A segment that was begun and holds nothing yet.
    pub unfinished: Option<String>,
    /// Everything that is not as it was.
    pub damage: Vec<Damage>,
    /// Entries that are missing and known to be.
    pub gaps: Vec<Gap>,
    /// Files in quarantine.
    pub quarantined: Vec<String>,
    /// To read the entries up to the first damage of each segment.
    pub view: View<AnyMode>,
}

/// While somebody writes, a segment may move to the archive, and entries may come, between two
/// looks: only what is there twice is damage.
fn settled(store: &dyn Store) -> Result<Examined, StoreError> {
    let look = || examine(store, &[ARCHIVE, ""]);
    let mut before = look();
    for _look in 0..LOOKS_MAX {
        match &before {
            Ok(found) if found.damage.is_empty() => return before,
            Err(error) if error.source.kind() != io::ErrorKind::NotFound => return before,
            _ => {}
        }
        let now = look();
        let same = matches!((&before, &now), (Ok(a), Ok(b)) if a.damage == b.damage);
        before = now;
        if same {
            break;
        }
    }
    before
}

/// Reads and checks everything: segments, archived ones too.
///
/// # Errors
/// The system refused.
pub fn inspect(store: impl Store + 'static) -> Result<Inspection, StoreError> {
    let store: Arc<dyn Store> = Arc::new(store);
    let found = settled(store.as_ref())?;
    let segments: Vec<Known> = found
        .segments
        .iter()
        .map(|segment| Known {
            first_seq: segment.scan.head.first_seq(),
            end: segment.scan.end,
            points: segment.scan.points.clone(),
            archived: segment.name.starts_with(ARCHIVE),
            bytes: segment.scan.end.offset,
        })
        .collect();
    let mut keys: Vec<PublicKey> = found
        .segments
        .iter()
        .map(|s| s.scan.head.public_key)
        .collect();
    keys.sort_unstable();
    keys.dedup();
    let entries = segments
        .iter()
        .map(|known| known.end.before.seq + 1 - known.first_seq)
        .sum();
    let checkpoint = found.segments.iter().rev().find_map(|s| s.scan.checkpoint);
    let gaps: Vec<Gap> = found.gaps().cloned().collect();
    Ok(Inspection {
        id: found.id,
        segments: segments.len(),
        bytes: segments.iter().map(|known| known.bytes).sum(),
        entries,
        oldest_seq: segments.first().map_or(1, |first| first.first_seq),
        last: found.end(),
        checkpoint,
        keys,
        unfinished: found.unfinished.as_ref().map(|(name, _)| name.clone()),
        quarantined: quarantine::names(store.as_ref())?,
        view: View::new(
            store,
            Arc::new(Mutex::new(Shared {
                segments,
                gaps: gaps.clone(),
                checkpoint,
            })),
        ),
        torn: found.torn,
        damage: found.damage,
        gaps,
    })
}

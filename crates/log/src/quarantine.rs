//! Damage set aside, so that the watch goes on: what is left of a damaged segment is kept in
//! `quarantine/`, its whole first part stays, and the log itself says what is missing.

use std::collections::BTreeSet;

use crate::chain::{Hash, Link, LogId, random};
use crate::entry::{Kind, NewEntry, Slot, encode};
use crate::error::{At, Damage, OpenError, StoreError, What};
use crate::examine::{Examined, examine};
use crate::mark::MARK;
use crate::mode::Mode;
use crate::options::Options;
use crate::own::Gap;
use crate::segment::{HEAD, Head, Start, file_name};
use crate::store::{Access, Store, read_all, write_whole};

/// Where it goes.
pub(crate) const FOLDER: &str = "quarantine";

/// Sets damage aside and begins a segment that says so.
pub(crate) fn set_aside<M: Mode>(
    store: &dyn Store,
    options: &Options,
    found: &Examined,
) -> Result<(), OpenError> {
    let mut moved = BTreeSet::new();
    for damage in &found.damage {
        if whole_file(damage) && moved.insert(damage.segment.clone()) {
            move_away(store, found, &damage.segment, (options.clock)())?;
        }
    }
    tidy_end(store, found)?;
    let now = examine(store, &[""])?;
    let lost_to = found
        .damage
        .iter()
        .map(|damage| damage.to_seq)
        .max()
        .unwrap_or(0);
    let marked = found.mark.mark.map_or(0, |mark| mark.seq);
    let end = now.end().unwrap_or(Link {
        seq: 0,
        hash: Hash([0; 32]),
    });
    let last = end.seq.max(lost_to).max(marked);
    let gaps = gaps(&found.damage, &now, last);
    let torn_away = last > end.seq || now.segments.is_empty();
    let start = Start {
        before: if torn_away {
            Link {
                seq: last,
                hash: Hash([0; 32]),
            }
        } else {
            end
        },
        wall_ns: (options.clock)(),
        after_gap: torn_away,
    };
    let id = match found.id {
        Some((id, _)) => id,
        None => LogId(random()?),
    };
    let head = Head::sign(id, M::NAME, start, &options.signer);
    if found.mark.exists && found.id.is_none() {
        let to = format!("{FOLDER}/{MARK}");
        store.rename(MARK, &to).at(MARK, "moved to quarantine")?;
    }
    let name = file_name(head.first_seq());
    let bytes = segment_of_gaps::<M>(&head, &gaps);
    write_whole(store, &name, &bytes).at(&name, "written")?;
    Ok(())
}

/// A torn end is cut and an unfinished segment removed first: another segment comes behind them.
fn tidy_end(store: &dyn Store, found: &Examined) -> Result<(), StoreError> {
    if let Some(torn) = &found.torn {
        let name = &torn.segment;
        let file = store
            .open(name, Access::Write)
            .at(name, "opened for writing")?;
        let cut = file.set_len(torn.offset).and_then(|()| file.sync());
        cut.at(name, "cut")?;
    }
    if let Some((name, _)) = &found.unfinished {
        store.remove(name).at(name, "removed")?;
    }
    Ok(())
}

/// Damage inside a file, as opposed to a file that is not there.
fn whole_file(damage: &Damage) -> bool {
    !matches!(damage.what, What::Missing | What::Acknowledged)
}

/// Copies a file into the quarantine and leaves its whole first part, if it has one.
fn move_away(
    store: &dyn Store,
    found: &Examined,
    name: &str,
    wall_ns: i64,
) -> Result<(), StoreError> {
    let bytes = read_all(store, name).at(name, "read")?;
    let copy = format!("{FOLDER}/{name}.{wall_ns}");
    write_whole(store, &copy, &bytes).at(&copy, "written")?;
    let foreign = |damage: &&Damage| {
        let what = damage.what;
        let stays = matches!(what, What::Entry(_) | What::Changed);
        damage.segment == name && !stays
    };
    let whole = found.segments.iter().find(|segment| segment.name == name);
    let prefix = whole.map_or(HEAD, |segment| segment.scan.end.offset);
    if prefix > HEAD && !found.damage.iter().any(|damage| foreign(&damage)) {
        let prefix = usize::try_from(prefix)
            .unwrap_or(usize::MAX)
            .min(bytes.len());
        return write_whole(store, name, &bytes[..prefix]).at(name, "written");
    }
    store.remove(name).at(name, "removed")?;
    store.sync_folder("").at("", "synced")
}

/// What is missing between the segments that are left, and behind the last of them.
fn gaps(damage: &[Damage], now: &Examined, last: u64) -> Vec<Gap> {
    let why = |from: u64, to: u64| {
        let touches =
            |damage: &&Damage| damage.from_seq <= to && from <= damage.to_seq.max(damage.from_seq);
        let told: Vec<String> = damage
            .iter()
            .filter(touches)
            .map(ToString::to_string)
            .collect();
        told.join("; ")
    };
    let known: Vec<&Gap> = now.gaps().collect();
    let mut found = Vec::new();
    let mut add = |from: u64, to: u64| {
        if from <= to
            && !known
                .iter()
                .any(|gap| gap.from_seq <= from && to <= gap.to_seq)
        {
            found.push(Gap {
                from_seq: from,
                to_seq: to,
                why: why(from, to),
                quarantined: Some(FOLDER.to_owned()),
            });
        }
    };
    if let Some(first) = now.segments.first() {
        let oldest = first.scan.head.first_seq();
        let from = damage.iter().map(|damage| damage.from_seq).min();
        add(from.unwrap_or(oldest), oldest - 1);
    }
    for pair in now.segments.windows(2) {
        let (end, next) = (pair[0].scan.end.before.seq, pair[1].scan.head.first_seq());
        add(end + 1, next.saturating_sub(1));
    }
    add(now.end().map_or(1, |end| end.seq + 1), last);
    found
}

/// A segment that begins by saying what is missing.
fn segment_of_gaps<M: Mode>(head: &Head, gaps: &[Gap]) -> Vec<u8> {
    let mut bytes = head.encode();
    let mut after = head.before;
    for gap in gaps {
        let json = serde_json::to_vec(gap).unwrap_or_default();
        let entry = NewEntry::<M>::new(Kind::Gap, head.wall_ns, json);
        let slot = Slot {
            salt: head.salt(),
            offset: bytes.len() as u64,
            batch: head.first_seq(),
            after,
        };
        after = encode(&mut bytes, &entry, slot);
    }
    bytes
}

/// Names of what lies in quarantine.
pub(crate) fn names(store: &dyn Store) -> Result<Vec<String>, StoreError> {
    store.list(FOLDER).at(FOLDER, "listed")
}

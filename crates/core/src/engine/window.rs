//! Late reports: folded in where they belong, from a kept checkpoint.
//!
//! A world is a fold over reports in order of time. What comes late is set aside, and with it some
//! others; then the world is folded anew from the checkpoint before the earliest of them. Folding
//! anew links reports and updates filters, which is cheap; boosts, which are not, are carried over
//! from the world before and fitted again at their own rhythm.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use forewarn_physics::time::{Epoch, after, seconds_between};

use super::context::{Context, Registry};
use super::world::World;
use crate::model::{ObjectId, RecordId, Report, ReportBody, SensorIndex};

/// A checkpoint is kept this often [s].
const EVERY_S: f64 = 2.0;
/// Late reports are gathered for this long [s of engine time] before all is folded anew.
const GATHER_S: f64 = 1.0;
/// While folding anew, time passes in steps of this [s].
const PASS_S: f64 = 1.0;
/// Reports kept at most; beyond it the oldest can no longer be folded anew.
const MOST_REPORTS: usize = 400_000;

/// The order in which reports are folded: time, then heartbeats after what they close, then names,
/// so that the order of arrival does not matter.
type Key = (Epoch, bool, SensorIndex, RecordId);

fn key(report: &Report) -> Key {
    let beat = matches!(report.body, ReportBody::Heartbeat(_));
    (report.time, beat, report.sensor, report.id.clone())
}

/// A world and the reports that are in it: of those that had arrived, all up to a place in order.
#[derive(Debug, Clone)]
struct Checkpoint {
    arrived: u64,
    upto: Option<Key>,
    world: World,
}

impl Checkpoint {
    fn holds(&self, number: u64, report: &Report) -> bool {
        number < self.arrived && self.upto.as_ref().is_none_or(|upto| key(report) <= *upto)
    }
}

/// The recent past: accepted reports, and the worlds before them.
#[derive(Debug, Default)]
pub(super) struct Window {
    reports: VecDeque<(u64, Arc<Report>)>,
    checkpoints: VecDeque<Checkpoint>,
    next: u64,
    /// Reports that came late and are not folded in yet, and since when they wait.
    waiting: Vec<Arc<Report>>,
    since: Option<Epoch>,
}

impl Window {
    /// Remembers an accepted report, before it is folded in.
    pub(super) fn remember(
        &mut self,
        report: &Arc<Report>,
        world: &World,
        now: Epoch,
        window_s: f64,
    ) {
        if self.waiting.is_empty() && self.is_due(world.latest) {
            self.checkpoints.push_back(Checkpoint {
                arrived: self.next,
                upto: None,
                world: world.clone(),
            });
        }
        self.reports.push_back((self.next, report.clone()));
        self.next += 1;
        self.trim(now, window_s);
    }

    fn is_due(&self, latest: Option<Epoch>) -> bool {
        self.checkpoints
            .back()
            .is_none_or(|kept| match (kept.world.latest, latest) {
                (Some(then), Some(latest)) => seconds_between(then, latest) >= EVERY_S,
                (then, latest) => then.is_none() && latest.is_some(),
            })
    }

    /// A report that came late: it waits for the next folding.
    pub(super) fn late(&mut self, report: &Arc<Report>, now: Epoch) {
        self.waiting.push(report.clone());
        self.since.get_or_insert(now);
    }

    /// Whether late reports have waited long enough; `at_once` asks whether there are any.
    pub(super) fn must_refold(&self, now: Epoch, at_once: bool) -> bool {
        self.since
            .is_some_and(|since| at_once || seconds_between(since, now) >= GATHER_S)
    }

    /// Folds everything since the checkpoint before the earliest late report anew.
    pub(super) fn refold(&mut self, context: &Context, registry: &mut Registry, world: &mut World) {
        self.since = None;
        let late = std::mem::take(&mut self.waiting);
        let Some(from) = late.iter().map(|report| report.time).min() else {
            return;
        };
        let after_it = |kept: &Checkpoint| kept.world.latest.is_some_and(|latest| latest >= from);
        while self.checkpoints.len() > 1 && self.checkpoints.back().is_some_and(after_it) {
            self.checkpoints.pop_back();
        }
        let Some(kept) = self.checkpoints.back() else {
            return;
        };
        let mut again: Vec<(Key, Arc<Report>)> = self
            .reports
            .iter()
            .filter(|(number, report)| !kept.holds(*number, report))
            .map(|(_, report)| (key(report), report.clone()))
            .collect();
        again.sort_by(|a, b| a.0.cmp(&b.0));
        let mut anew = kept.world.clone();
        anew.changed = BTreeMap::new();
        anew.adopt(world);
        self.fold(context, registry, again, &mut anew, world);
        anew.settle_fits(world);
        anew.changed = changed(world, &anew, &late);
        *world = anew;
    }

    fn fold(
        &mut self,
        context: &Context,
        registry: &mut Registry,
        again: Vec<(Key, Arc<Report>)>,
        anew: &mut World,
        before: &World,
    ) {
        let mut passed = anew.latest;
        for (upto, report) in again {
            anew.accept(context, registry, &report);
            let Some(latest) = anew.latest else { continue };
            anew.close_complete(context, registry, latest);
            if passed.is_none_or(|then| seconds_between(then, latest) >= PASS_S) {
                passed = Some(latest);
                anew.adopt(before);
                super::kin::settle(anew, latest);
                anew.end_over(latest);
            }
            if self.is_due(anew.latest) {
                self.checkpoints.push_back(Checkpoint {
                    arrived: self.next,
                    upto: Some(upto),
                    world: anew.clone(),
                });
            }
        }
    }

    fn trim(&mut self, now: Epoch, window_s: f64) {
        let oldest = after(now, -window_s - EVERY_S);
        // The checkpoint before the window must stay, and all reports since it.
        while self.checkpoints.len() > 1
            && self.checkpoints[1]
                .world
                .latest
                .is_some_and(|latest| latest < oldest)
        {
            self.checkpoints.pop_front();
        }
        let Some(first) = self.checkpoints.front() else {
            return;
        };
        while self
            .reports
            .front()
            .is_some_and(|(number, report)| first.holds(*number, report))
            || self.reports.len() > MOST_REPORTS
        {
            self.reports.pop_front();
        }
    }
}

/// Objects of which folding anew changed anything, each with the late reports that did it.
fn changed(
    before: &World,
    anew: &World,
    late: &[Arc<Report>],
) -> BTreeMap<ObjectId, Vec<RecordId>> {
    let ids: BTreeSet<&RecordId> = late.iter().map(|report| &report.id).collect();
    let mut changed = before.changed.clone();
    changed.retain(|id, _| anew.objects.contains_key(id));
    for (id, object) in &anew.objects {
        let same = before.objects.get(id).is_some_and(|known| {
            known.records == object.records
                && known.end == object.end
                && known.merged_into == object.merged_into
                && known.parent == object.parent
        });
        if same {
            continue;
        }
        let causes = changed.entry(*id).or_default();
        let mine = object.records.iter().filter(|record| ids.contains(record));
        causes.extend(mine.take(64).cloned());
        causes.truncate(64);
    }
    changed
}

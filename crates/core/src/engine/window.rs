//! Late reports: folded in where they belong, from a kept checkpoint.

use std::collections::VecDeque;
use std::sync::Arc;

use forewarn_physics::time::{Epoch, after, seconds_between};

use super::context::{Context, Registry};
use super::world::World;
use crate::model::Report;

/// A checkpoint is kept this often [s].
const EVERY_S: f64 = 2.0;
/// Reports kept at most; beyond it the oldest can no longer be folded anew.
const MOST_REPORTS: usize = 400_000;

/// The recent past: accepted reports, and the worlds before them.
#[derive(Debug, Default)]
pub(super) struct Window {
    reports: VecDeque<(u64, Arc<Report>)>,
    checkpoints: VecDeque<(u64, World)>,
    next: u64,
    /// Earliest report that came late and is not folded in yet.
    dirty: Option<Epoch>,
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
        let due = self.checkpoints.back().is_none_or(|(_, kept)| {
            let (Some(then), Some(latest)) = (kept.latest, world.latest) else {
                return kept.latest.is_none() && world.latest.is_some();
            };
            seconds_between(then, latest) >= EVERY_S
        });
        if due && self.dirty.is_none() {
            self.checkpoints.push_back((self.next, world.clone()));
        }
        self.reports.push_back((self.next, report.clone()));
        self.next += 1;
        self.trim(now, window_s);
    }

    /// A report that came late: it waits for the next folding.
    pub(super) fn late(&mut self, report: &Report) {
        self.dirty = Some(self.dirty.map_or(report.time, |time| time.min(report.time)));
    }

    pub(super) fn is_dirty(&self) -> bool {
        self.dirty.is_some()
    }

    /// Folds everything since the checkpoint before the earliest late report anew, in order of
    /// time; ties are broken by sensor and id, so the order of arrival does not matter.
    pub(super) fn refold(&mut self, context: &Context, registry: &mut Registry, world: &mut World) {
        let Some(from) = self.dirty.take() else {
            return;
        };
        while self.checkpoints.len() > 1
            && self
                .checkpoints
                .back()
                .is_some_and(|(_, kept)| kept.latest.is_some_and(|latest| latest >= from))
        {
            self.checkpoints.pop_back();
        }
        let Some((first, kept)) = self.checkpoints.back() else {
            return;
        };
        let mut again: Vec<&Arc<Report>> = self
            .reports
            .iter()
            .filter(|(number, _)| number >= first)
            .map(|(_, report)| report)
            .collect();
        again.sort_by(|a, b| {
            a.time
                .cmp(&b.time)
                .then(a.sensor.cmp(&b.sensor))
                .then_with(|| a.id.cmp(&b.id))
        });
        let mut changed = std::mem::take(&mut world.changed);
        let mut anew = kept.clone();
        for report in again {
            anew.accept(context, registry, report);
            if let Some(latest) = anew.latest {
                anew.pass(context, registry, latest);
            }
        }
        for (id, causes) in std::mem::take(&mut anew.changed) {
            changed.entry(id).or_insert(causes);
        }
        anew.changed = changed;
        *world = anew;
    }

    fn trim(&mut self, now: Epoch, window_s: f64) {
        let oldest = after(now, -window_s - EVERY_S);
        // The checkpoint before the window must stay, and all reports since it.
        while self.checkpoints.len() > 1
            && self.checkpoints[1]
                .1
                .latest
                .is_some_and(|latest| latest < oldest)
        {
            self.checkpoints.pop_front();
        }
        let first = self.checkpoints.front().map_or(0, |(number, _)| *number);
        while self
            .reports
            .front()
            .is_some_and(|(number, _)| *number < first)
            || self.reports.len() > MOST_REPORTS
        {
            self.reports.pop_front();
        }
    }
}

//! What is held of all objects: the state that reports are folded into.
//!
//! Cheap to clone (everything big is behind an `Arc`): checkpoints of it are what late reports
//! are folded into.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use forewarn_physics::frames::wgs84::height_m;
use forewarn_physics::time::{Epoch, seconds_between};

use super::boost::{Boost, Coast};
use super::claims::StillSource;
use super::context::{Context, Registry};
use super::facts::glint_angle_rad;
use super::infrared;
use super::kin;
use super::object::{Arc1, Object};
use super::outlook::glider_weight;
use super::partners;
use super::radar;
use super::radar::Plots;
use crate::assess::End;
use crate::estimate::impact::perigee_statistics;
use crate::model::{ObjectId, RecordId, Report, ReportBody, SensorIndex, SensorKind};
use crate::track::scan::{Scan, ScanBuilder};
use crate::track::tracklet::{LookModel, Motion, SensorTracker, TrackletId};

/// Most objects held at once; beyond it new ones are refused and said so.
pub(super) const MOST_OBJECTS: usize = 20_000;
/// Silence after which something that is no threat is forgotten [s].
const FORGET_S: f64 = 90.0;
/// A radar track is not asked whether it is over before it was silent for so long [s].
const QUIET_ARC_S: f64 = 10.0;
/// Updates from which an impact arc is followed to its end though no radar sees it any more.
const IMPACT_ARC: u32 = 6;
/// A perigee above this [m] is not awaited to come down.
const STAYS_UP_M: f64 = 80e3;
/// A boost is fitted anew at most this often, unless few looks were seen [s].
const REFIT_S: f64 = 4.0;
/// With fewer looks than this, a boost is fitted at every one of them.
const FEW_LOOKS: usize = 12;
/// So many boosts at once are fitted as often as one.
const UNCROWDED: f64 = 6.0;
/// However many there are, none waits longer than this many times [`REFIT_S`].
const CROWD_MOST: f64 = 2.5;

/// Everything held.
#[derive(Debug, Clone)]
pub(super) struct World {
    /// Latest time folded in.
    pub latest: Option<Epoch>,
    /// Scan under way of each sensor.
    pub scans: Vec<ScanBuilder>,
    /// End of the last closed scan of each sensor: what is older comes late.
    pub closed: Vec<Option<Epoch>>,
    /// Tracklets of each infrared sensor.
    pub trackers: Vec<Option<SensorTracker>>,
    /// Plots of each radar that belong to nothing yet.
    pub plots: Vec<Plots>,
    /// Objects, by id.
    pub objects: BTreeMap<ObjectId, Arc<Object>>,
    /// Which object holds a tracklet.
    pub owners: BTreeMap<TrackletId, ObjectId>,
    /// When each object's boost was last fitted.
    pub fitted: BTreeMap<ObjectId, Epoch>,
    /// Radar tracks that must be asked whose they are, and when that was last done.
    pub unsettled: BTreeSet<ObjectId>,
    /// See `unsettled`.
    pub settled: Option<Epoch>,
    /// What boosts foresee, on its way.
    pub coasts: BTreeMap<ObjectId, Coast>,
    /// Objects that changed since the last publication.
    pub changed: BTreeMap<ObjectId, Vec<RecordId>>,
}

impl World {
    /// What infrared sensors saw for the first time lately and does not move.
    pub(super) fn still_sources(&self, now: Epoch) -> Vec<StillSource> {
        const LATELY_S: f64 = 1_800.0;
        let trackers = (0..).map(SensorIndex).zip(&self.trackers);
        let all = trackers.flat_map(|(sensor, tracker)| {
            let tracklets = tracker.iter().flat_map(SensorTracker::confirmed);
            tracklets.map(move |tracklet| (sensor, tracklet))
        });
        let new = all.filter(|(_, tracklet)| {
            !matches!(tracklet.motion(), Motion::Moving)
                && seconds_between(tracklet.first_time(), now) <= LATELY_S
        });
        new.filter_map(|(sensor, tracklet)| {
            let hit = tracklet.hits.last()?;
            Some(StillSource {
                sensor,
                first: tracklet.first_time(),
                glint_angle_rad: glint_angle_rad(&hit.sensor_position_m, &hit.direction, hit.time),
            })
        })
        .collect()
    }

    pub(super) fn new(context: &Context) -> Self {
        let scans = (0..)
            .zip(&context.models)
            .map(|(index, model)| ScanBuilder::new(SensorIndex(index), model.sensor.revisit_s))
            .collect();
        let trackers = (0..)
            .zip(&context.models)
            .map(|(index, model)| {
                LookModel::of(&model.sensor)
                    .map(|look| SensorTracker::new(SensorIndex(index), look))
            })
            .collect();
        Self {
            latest: None,
            scans,
            closed: vec![None; context.models.len()],
            trackers,
            plots: vec![Plots::default(); context.models.len()],
            objects: BTreeMap::new(),
            owners: BTreeMap::new(),
            fitted: BTreeMap::new(),
            unsettled: BTreeSet::new(),
            settled: None,
            coasts: BTreeMap::new(),
            changed: BTreeMap::new(),
        }
    }

    /// Whether a report comes before what was already closed of its sensor.
    pub(super) fn is_late(&self, report: &Report) -> bool {
        let closed = self.closed[usize::from(report.sensor.0)];
        let is_beat = matches!(report.body, ReportBody::Heartbeat(_));
        closed.is_some_and(|closed| {
            if is_beat {
                report.time < closed
            } else {
                report.time <= closed
            }
        })
    }

    /// Folds one report in.
    pub(super) fn accept(
        &mut self,
        context: &Context,
        registry: &mut Registry,
        report: &Arc<Report>,
    ) {
        let sensor = usize::from(report.sensor.0);
        self.latest = Some(
            self.latest
                .map_or(report.time, |latest| latest.max(report.time)),
        );
        if let Some(scan) = self.scans[sensor].push(report.clone()) {
            self.fold(context, registry, &scan);
        }
    }

    /// Lets time pass: closes scans that are due, refits, ends what is over.
    pub(super) fn pass(&mut self, context: &Context, registry: &mut Registry, now: Epoch) {
        for sensor in 0..self.scans.len() {
            if let Some(scan) = self.scans[sensor].close_due(now) {
                self.fold(context, registry, &scan);
            }
        }
        self.refit(context, now);
        kin::settle(self, now);
        self.end_over(now);
    }

    /// Closes the scans that are over when all reports up to `now` are known.
    pub(super) fn close_complete(
        &mut self,
        context: &Context,
        registry: &mut Registry,
        now: Epoch,
    ) {
        for sensor in 0..self.scans.len() {
            if let Some(scan) = self.scans[sensor].close_complete(now) {
                self.fold(context, registry, &scan);
            }
        }
    }

    /// Takes over the boosts of a world that knew less: they are nearly right, and dear.
    pub(super) fn adopt(&mut self, before: &Self) {
        let lacking: Vec<ObjectId> = self
            .objects
            .values()
            .filter(|object| object.is_open() && object.looks.len() >= 3)
            .map(|object| object.id)
            .collect();
        for id in lacking {
            let Some(known) = before.objects.get(&id) else {
                continue;
            };
            let newer = match (&known.boost, &self.objects[&id].boost) {
                (Some(theirs), Some(ours)) => !Arc::ptr_eq(theirs, ours),
                (Some(_), None) => true,
                (None, _) => false,
            };
            if newer {
                let (fit, boost) = (known.fit.clone(), known.boost.clone());
                self.change(id, |object| {
                    object.fit = fit;
                    object.boost = boost;
                });
            }
        }
    }

    /// After folding anew: what was fitted when, and whose fit lacks something.
    pub(super) fn settle_fits(&mut self, before: &Self) {
        self.fitted.clone_from(&before.fitted);
        let same = |id: &ObjectId, object: &Object| {
            before.objects.get(id).is_some_and(|known| {
                known.looks.len() == object.looks.len()
                    && known.misses == object.misses
                    && known
                        .looks
                        .iter()
                        .zip(&object.looks)
                        .all(|(a, b)| a.1.record == b.1.record)
            })
        };
        let fresh: Vec<(ObjectId, bool)> = self
            .objects
            .iter()
            .filter(|(_, object)| !object.looks.is_empty())
            .map(|(id, object)| {
                let stale = before.objects.get(id).is_none_or(|known| known.stale);
                (*id, stale || !same(id, object))
            })
            .collect();
        for (id, stale) in fresh {
            if self.objects[&id].stale != stale {
                self.change(id, |object| object.stale = stale);
            }
        }
    }

    fn fold(&mut self, context: &Context, registry: &mut Registry, scan: &Scan) {
        let sensor = usize::from(scan.sensor.0);
        if !scan.reports.is_empty() {
            self.closed[sensor] =
                Some(self.closed[sensor].map_or(scan.end, |closed| closed.max(scan.end)));
        }
        match &context.models[sensor].sensor.kind {
            SensorKind::Infrared(_) => infrared::fold(self, context, registry, scan),
            SensorKind::Radar(_) => radar::fold(self, context, registry, scan),
        }
    }

    /// Fits every boost that has new looks, each at most every few seconds: the more there are,
    /// the less often, so that a raid costs little more than a single flight.
    fn refit(&mut self, context: &Context, now: Epoch) {
        let waiting: Vec<(ObjectId, usize)> = self
            .objects
            .values()
            .filter(|object| object.stale && object.is_open() && object.looks.len() >= 3)
            .map(|object| (object.id, object.looks.len()))
            .collect();
        let crowd = (waiting.len() as f64 / UNCROWDED).min(CROWD_MOST);
        let due = waiting.into_iter().filter(|(id, looks)| {
            let pause_s = match (*looks < FEW_LOOKS, crowd > 1.0) {
                (true, false) => 0.0,
                (false, false) => REFIT_S,
                (_, true) => REFIT_S * crowd,
            };
            self.fitted
                .get(id)
                .is_none_or(|at| seconds_between(*at, now) >= pause_s)
        });
        let due: Vec<ObjectId> = due.map(|(id, _)| id).collect();
        for id in &due {
            let mut object = (*self.objects[id]).clone();
            object.stale = false;
            let boost = Boost::fit(
                &mut object,
                &context.bank,
                &context.models,
                now,
                context.seed,
            );
            object.boost = boost.map(Arc::new).or(object.boost);
            if kin::is_left_behind(&object, now) {
                object.give_up_track();
            }
            self.fitted.insert(*id, now);
            self.put(object);
            self.note(*id, None);
        }
        partners::exchange(self, context, &due, now);
        if !due.is_empty() {
            // A boost that is known better may now be seen to own a track.
            let free = self.objects.values().filter(|object| kin::is_free(object));
            let free: Vec<ObjectId> = free.map(|object| object.id).collect();
            self.unsettled.extend(free);
        }
    }

    pub(super) fn end_over(&mut self, now: Epoch) {
        let mut ended = Vec::new();
        for object in self.objects.values().filter(|object| object.is_open()) {
            if let Some(end) = over(object, now) {
                ended.push((object.id, end));
            }
        }
        for (id, end) in ended {
            self.change(id, |object| object.end = Some(end));
            self.note(id, None);
        }
    }

    /// Drops objects that ended and were published.
    pub(super) fn sweep(&mut self, keep: impl Fn(ObjectId) -> bool) {
        let gone: Vec<ObjectId> = self
            .objects
            .values()
            .filter(|object| !object.is_open() && !keep(object.id))
            .map(|object| object.id)
            .collect();
        for id in gone {
            self.objects.remove(&id);
            self.fitted.remove(&id);
            self.coasts.remove(&id);
            self.owners.retain(|_, owner| *owner != id);
        }
    }

    /// Puts an object (back).
    pub(super) fn put(&mut self, object: Object) {
        self.objects.insert(object.id, Arc::new(object));
    }

    /// Changes an object in place.
    pub(super) fn change(&mut self, id: ObjectId, how: impl FnOnce(&mut Object)) {
        if let Some(object) = self.objects.get_mut(&id) {
            how(Arc::make_mut(object));
        }
    }

    /// Notes that an object changed, and by which record.
    pub(super) fn note(&mut self, id: ObjectId, cause: Option<&RecordId>) {
        let causes = self.changed.entry(id).or_default();
        if let Some(cause) = cause
            && causes.len() < 64
        {
            causes.push(cause.clone());
        }
    }

    /// One object turned out to be another: the younger goes into the older.
    pub(super) fn merge(&mut self, into: ObjectId, from: ObjectId) {
        let Some(gone) = self.objects.get(&from).cloned() else {
            return;
        };
        self.change(into, |object| {
            for (sensor, hit) in &gone.looks {
                let ratio = 1.0;
                object.take_look(*sensor, hit, ratio);
            }
            for record in &gone.records {
                if !object.records.contains(record) {
                    object.records.push(record.clone());
                }
            }
            for (sensor, given) in &gone.contributions {
                let entry = object.contributions.entry(*sensor).or_insert(*given);
                if !gone.looks.iter().any(|(s, _)| s == sensor) && entry.last < given.last {
                    entry.reports += given.reports;
                    entry.last = given.last;
                }
            }
            object.tracklets.extend(gone.tracklets.iter().copied());
            object.first = object.first.min(gone.first);
            object.last = object.last.max(gone.last);
            object.still_log_odds = object.still_log_odds.min(gone.still_log_odds);
            object.score = object.score.max(gone.score);
            if object.arc.is_none() {
                object.arc.clone_from(&gone.arc);
            }
            object.stale = true;
        });
        for owner in self.owners.values_mut().filter(|owner| **owner == from) {
            *owner = into;
        }
        let orphans: Vec<ObjectId> = self
            .objects
            .values()
            .filter(|object| object.parent.is_some_and(|parent| parent.object == from))
            .map(|object| object.id)
            .collect();
        for orphan in orphans {
            self.change(orphan, |object| {
                if let Some(parent) = object.parent.as_mut() {
                    parent.object = into;
                }
            });
        }
        self.change(from, |object| {
            object.merged_into = Some(into);
            object.end = Some(End::Merged);
        });
        self.note(into, None);
        self.note(from, None);
    }
}

/// Why nothing more will come of an object, if so.
fn over(object: &Object, now: Epoch) -> Option<End> {
    let silence_s = object.silence_s(now);
    if let Some(arc) = &object.arc {
        return arc_over(object, arc, now, silence_s);
    }
    if let Some(boost) = &object.boost {
        let latest = boost
            .futures
            .iter()
            .filter_map(|future| future.impact)
            .map(|(time_s, _)| time_s)
            .fold(f64::NEG_INFINITY, f64::max);
        if latest.is_finite() && boost.orbit_share() < 0.5 {
            // A glider flies on long after a ballistic flight would have ended.
            let since_s = seconds_between(boost.posterior.at(latest), now);
            let grace_s = if glider_weight(object) > 0.1 {
                2_400.0
            } else {
                60.0
            };
            let passed = since_s > grace_s;
            return (passed && silence_s > 30.0).then_some(End::ImpactPassed);
        }
        return (silence_s > 600.0).then_some(End::Lost);
    }
    (silence_s > FORGET_S).then_some(End::Lost)
}

/// A track in the air ends when it has come down; one that will not come down, or of which too
/// little is known, when it has left every fan.
fn arc_over(object: &Object, arc: &Arc1, now: Epoch, silence_s: f64) -> Option<End> {
    if silence_s < QUIET_ARC_S {
        return None;
    }
    let (place, spread_m) = arc.filter.foreseen_m(now);
    if !(place.norm().is_finite() && spread_m.is_finite()) {
        return Some(End::Lost);
    }
    if height_m(&place) < -2_000.0 {
        return Some(End::ImpactPassed);
    }
    let alone = object.boost.is_none() && silence_s > FORGET_S;
    let thin = arc.updates < IMPACT_ARC;
    let stays_up = || perigee_statistics(&arc.filter.gaussian()).perigee_m > STAYS_UP_M;
    (alone && (thin || object.catalogue.is_some() || stays_up())).then_some(End::Lost)
}

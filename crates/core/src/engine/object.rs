//! One object: everything that is held of it, and nothing that is concluded.

use std::collections::BTreeMap;
use std::sync::Arc;

use forewarn_physics::time::{Epoch, seconds_between};

use super::boost::Boost;
use super::founders::Founders;
use crate::assess::{CatalogueMatch, End};
use crate::estimate::ascent::AscentFit;
use crate::model::{ObjectId, RecordId, SensorIndex};
use crate::track::ballistic::BallisticFilter;
use crate::track::tracklet::{Hit, Tracklet, TrackletId};

/// Looks that one object keeps for its boost fit.
pub(super) const MOST_LOOKS: usize = 240;
/// Missed looks that one object keeps.
const MOST_MISSES: usize = 16;

/// What one sensor gave.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Contribution {
    /// Reports held.
    pub reports: u32,
    /// Last of them.
    pub last: Epoch,
    /// Log likelihood ratio of them against false detections.
    pub log_likelihood_ratio: f64,
    /// Sum of ln(1 − Pd) over the looks since the last report that must have seen it.
    pub missed_log: f64,
    /// How many looks those were.
    pub missed: u32,
}

/// A radar (or fused) track.
#[derive(Debug, Clone)]
pub(super) struct Arc1 {
    /// The filter.
    pub filter: BallisticFilter,
    /// Reports folded in.
    pub updates: u32,
    /// First of them.
    pub first: Epoch,
    /// Last of them.
    pub last: Epoch,
    /// Sum of normalised innovations squared, and of their dimensions, forgetting slowly.
    pub nis: (f64, f64),
    /// It was descending when first seen.
    pub first_descending: bool,
    /// Greatest height of a report [m].
    pub highest_m: f64,
    /// Sum of ln cross-section [m²] and how many plots gave one.
    pub ln_rcs: (f64, f64),
    /// Its last plots, while it is young.
    pub founders: Founders,
}

/// What it came off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Parent {
    /// The object.
    pub object: ObjectId,
    /// Probability.
    pub probability: f64,
    /// It came off at the last cut-off: it may be the payload itself.
    pub at_last_cutoff: bool,
}

/// One object.
#[derive(Debug, Clone)]
pub(super) struct Object {
    /// Its id, kept for its founding report whatever is folded anew.
    pub id: ObjectId,
    /// First report held.
    pub first: Epoch,
    /// Last report held.
    pub last: Epoch,
    /// All reports taken, in order of taking.
    pub records: Vec<RecordId>,
    /// By sensor.
    pub contributions: BTreeMap<SensorIndex, Contribution>,
    /// Its tracklets, live and lost.
    pub tracklets: Vec<TrackletId>,
    /// Infrared looks in order of time.
    pub looks: Vec<(SensorIndex, Arc<Hit>)>,
    /// Infrared looks since the last one that must have seen it and did not.
    pub misses: Vec<(SensorIndex, Epoch)>,
    /// Log odds of standing still, from its longest tracklet.
    pub still_log_odds: f64,
    /// Log likelihood ratio of its best tracklet against false detections.
    pub score: f64,
    /// Warm start of the boost fit.
    pub fit: AscentFit,
    /// Boost, once it was fitted.
    pub boost: Option<Arc<Boost>>,
    /// Looks came since the fit.
    pub stale: bool,
    /// Looks that it had when its satellites were last doubted to see one flight.
    pub doubted_looks: usize,
    /// Radar track.
    pub arc: Option<Arc1>,
    /// Satellite that it is.
    pub catalogue: Option<CatalogueMatch>,
    /// Numbers in the catalogue of the satellites that were near when it was new.
    pub catalogue_near: Arc<[u32]>,
    /// What it came off.
    pub parent: Option<Parent>,
    /// What it turned out to be.
    pub merged_into: Option<ObjectId>,
    /// Why nothing more will come.
    pub end: Option<End>,
}

impl Object {
    pub(super) fn new(id: ObjectId, first: Epoch) -> Self {
        Self {
            id,
            first,
            last: first,
            records: Vec::new(),
            contributions: BTreeMap::new(),
            tracklets: Vec::new(),
            looks: Vec::new(),
            misses: Vec::new(),
            still_log_odds: 0.0,
            score: 0.0,
            fit: AscentFit::default(),
            boost: None,
            stale: false,
            doubted_looks: 0,
            arc: None,
            catalogue: None,
            catalogue_near: Arc::from([]),
            parent: None,
            merged_into: None,
            end: None,
        }
    }

    /// Takes a report.
    pub(super) fn take(
        &mut self,
        record: &RecordId,
        sensor: SensorIndex,
        time: Epoch,
        log_likelihood_ratio: f64,
    ) {
        self.records.push(record.clone());
        self.first = self.first.min(time);
        self.last = self.last.max(time);
        let entry = self.contributions.entry(sensor).or_insert(Contribution {
            reports: 0,
            last: time,
            log_likelihood_ratio: 0.0,
            missed_log: 0.0,
            missed: 0,
        });
        entry.reports += 1;
        entry.last = entry.last.max(time);
        entry.log_likelihood_ratio += log_likelihood_ratio;
        entry.missed_log = 0.0;
        entry.missed = 0;
    }

    /// Takes an infrared look as well.
    pub(super) fn take_look(
        &mut self,
        sensor: SensorIndex,
        hit: &Arc<Hit>,
        log_likelihood_ratio: f64,
    ) {
        if self
            .looks
            .iter()
            .any(|(_, known)| known.record == hit.record)
        {
            return;
        }
        self.take(&hit.record, sensor, hit.time, log_likelihood_ratio);
        // Only a plume that is seen again undoes a cut-off; an echo says nothing of power.
        self.misses.retain(|(_, missed)| *missed > hit.time);
        let at = self
            .looks
            .partition_point(|(_, known)| known.time <= hit.time);
        self.looks.insert(at, (sensor, hit.clone()));
        if self.looks.len() > MOST_LOOKS {
            // Every other look of the older half goes: the ends carry what matters.
            let mut index = 0;
            let half = self.looks.len() / 2;
            self.looks.retain(|_| {
                index += 1;
                index % 2 == 1 || index > half
            });
        }
        self.stale = true;
    }

    /// Gives back looks that a tracklet no longer holds: it exchanged them with another.
    pub(super) fn give_back(&mut self, sensor: SensorIndex, tracklet: &Tracklet) {
        let (Some(from), Some(to)) = (tracklet.hits.first(), tracklet.hits.last()) else {
            return;
        };
        let gone: Vec<RecordId> = self
            .looks
            .iter()
            .filter(|(known, hit)| *known == sensor && hit.time >= from.time && hit.time <= to.time)
            .filter(|(_, hit)| !tracklet.hits.iter().any(|kept| kept.record == hit.record))
            .map(|(_, hit)| hit.record.clone())
            .collect();
        if gone.is_empty() {
            return;
        }
        self.looks.retain(|(_, hit)| !gone.contains(&hit.record));
        self.records.retain(|record| !gone.contains(record));
        if let Some(entry) = self.contributions.get_mut(&sensor) {
            entry.reports = entry.reports.saturating_sub(gone.len() as u32);
        }
        self.stale = true;
    }

    /// Gives its radar track up with all that radars gave: it is of something else. The plots to
    /// come start that anew.
    pub(super) fn give_up_track(&mut self) {
        self.arc = None;
        let looks = &self.looks;
        self.contributions
            .retain(|sensor, _| looks.iter().any(|(known, _)| known == sensor));
        self.records
            .retain(|record| looks.iter().any(|(_, hit)| hit.record == *record));
        self.catalogue = None;
    }

    /// Notes a look that must have seen it and did not.
    pub(super) fn miss(&mut self, sensor: SensorIndex, time: Epoch, detection_probability: f64) {
        if let Some(entry) = self.contributions.get_mut(&sensor) {
            entry.missed_log += forewarn_physics::math::ln((1.0 - detection_probability).max(1e-3));
            entry.missed += 1;
        }
        let looks = self.looks.iter().any(|(known, _)| *known == sensor);
        if looks && self.misses.len() < MOST_MISSES {
            self.misses.push((sensor, time));
            self.misses.sort_by_key(|(_, epoch)| *epoch);
        }
    }

    /// The first of two or more looks that missed it after it was last seen: then it has cut off.
    pub(super) fn missed_since(&self) -> Option<Epoch> {
        let last = self.looks.last()?.1.time;
        let later: Vec<Epoch> = self
            .misses
            .iter()
            .map(|(_, time)| *time)
            .filter(|time| *time > last)
            .collect();
        (later.len() >= 2).then(|| later[0])
    }

    /// Under power as far as is known: seen in the infrared, and not yet missed.
    pub(super) fn is_burning(&self) -> bool {
        !self.looks.is_empty() && self.missed_since().is_none()
    }

    /// Still of interest.
    pub(super) fn is_open(&self) -> bool {
        self.end.is_none() && self.merged_into.is_none()
    }

    /// Seconds since its last report.
    pub(super) fn silence_s(&self, now: Epoch) -> f64 {
        seconds_between(self.last, now)
    }
}

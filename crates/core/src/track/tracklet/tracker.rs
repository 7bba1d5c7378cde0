//! All tracklets of one satellite, scan by scan.

use std::collections::VecDeque;
use std::sync::Arc;

use forewarn_physics::frames::wgs84::SEMI_MAJOR_AXIS_M;
use forewarn_physics::math::{TAU, ln};
use forewarn_physics::time::{Epoch, seconds_between};
use nalgebra::Vector3;

use super::exchange::{Contests, rethink};
use super::hot::HotSpots;
use super::life::Look;
use super::{Hit, LookModel, Motion, Tracklet, TrackletId};
use crate::model::{Report, ReportBody, SensorIndex};
use crate::track::assignment::{Entry, GridIndex, assign};
use crate::track::scan::Scan;

/// At most so many tracklets, single reports and fixed sources at once; the longest unseen go first.
const MAX_TRACKLETS: usize = 60_000;
/// So many ended tracklets can still be asked for.
const MAX_ENDED: usize = 1_000;
/// Pitch of the search grid [m on the ground].
const GRID_M: f64 = 20e3;
/// A mover with more reports than this is no chain of fires.
const YOUNG_HITS: u32 = 60;
/// A mover is asked again whether it only hopped for so long after its last report [s].
const HOP_DOUBT_S: f64 = 180.0;
/// A report that suits this much worse than the best is no rival [log likelihood].
const CONTEST_GAIN: f64 = 4.0;
/// Circles in which other reports are counted [m on the ground].
const CROWD_RADII_M: [f64; 2] = [12e3, 40e3];
/// Depth of the air in which something hot may show over the limb [m].
const LIMB_M: f64 = 200e3;

/// What a scan changed. A single report is no tracklet yet: it counts as unassigned.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ScanResult {
    /// Tracklets of two reports or more that took a report, with its index in the scan.
    pub updated: Vec<(TrackletId, usize)>,
    /// Those that reached two reports.
    pub started: Vec<TrackletId>,
    /// Those whose score now makes them real. Ask [`Tracklet::motion`] whether they move.
    pub confirmed: Vec<TrackletId>,
    /// Confirmed ones that ended; [`SensorTracker::get`] still finds them for a while.
    pub lost: Vec<TrackletId>,
    /// Confirmed movers whose reports turned out to be of places that flare up one after the
    /// other: what they gave is to be taken back.
    pub disproved: Vec<TrackletId>,
    /// Pairs that exchanged their later reports on second thoughts: read their hits anew.
    pub exchanged: Vec<(TrackletId, TrackletId)>,
    /// Reports that belong to nothing yet, by index in the scan.
    pub unassigned: Vec<usize>,
}

/// The tracklets of one satellite. Clones share what does not change.
#[derive(Debug, Clone)]
pub struct SensorTracker {
    sensor: SensorIndex,
    model: LookModel,
    origin: Option<Epoch>,
    next: u64,
    /// Ascending by id.
    live: Vec<Arc<Tracklet>>,
    ended: VecDeque<Arc<Tracklet>>,
    contests: Contests,
}

/// Looks of a scan, projected on a plane across the nadir.
struct Looks {
    /// With the index in the scan.
    all: Vec<(usize, Look)>,
    axis: [Vector3<f64>; 2],
    sensor_m: Vector3<f64>,
    index: GridIndex<2>,
    middle_s: f64,
    window_s: f64,
    sigma_rad: f64,
    /// How far the satellite moved within the scan [m].
    travel_m: f64,
}

impl SensorTracker {
    /// Without tracklets.
    pub fn new(sensor: SensorIndex, model: LookModel) -> Self {
        Self {
            sensor,
            model,
            origin: None,
            next: 0,
            live: Vec::new(),
            ended: VecDeque::new(),
            contests: Contests::default(),
        }
    }

    /// Links a scan's reports. `position` gives the satellite's place [m], ITRF, where reports do
    /// not; reports without any, or not infrared, stay unassigned. Scans come in order of time.
    pub fn process(
        &mut self,
        scan: &Scan,
        position: &dyn Fn(Epoch) -> Option<Vector3<f64>>,
    ) -> ScanResult {
        let origin = *self.origin.get_or_insert(scan.start);
        let mut result = ScanResult::default();
        self.end_over(seconds_between(origin, scan.start), &mut result);
        let start_s = seconds_between(origin, scan.start);
        let hot = HotSpots::of(&self.live, start_s, &self.model);
        let looks = Looks::of(scan, origin, &self.model, position, &hot);
        let mut free = vec![true; scan.reports.len()];
        if let Some(looks) = &looks {
            let wanted = self.link(looks, false, &mut free, &mut result);
            self.link(looks, true, &mut free, &mut result);
            let mut owners: Vec<Option<TrackletId>> = vec![None; free.len()];
            for (id, report) in &result.updated {
                owners[*report] = Some(*id);
            }
            for (report, look) in looks.all.iter().filter(|(report, _)| free[*report]) {
                let id = TrackletId {
                    sensor: self.sensor,
                    number: self.next,
                };
                self.next += 1;
                owners[*report] = Some(id);
                self.live.push(Arc::new(Tracklet::begin(id, look)));
                result.unassigned.push(*report);
            }
            for (id, report) in wanted {
                owners[report]
                    .into_iter()
                    .for_each(|owner| self.contests.add(id, owner, looks.middle_s));
            }
            self.rethink_contests(scan.end, looks.middle_s, &mut result);
        }
        self.end_hoppers(origin, scan.end, &mut result);
        let known: Vec<usize> = looks
            .iter()
            .flat_map(|looks| looks.all.iter().map(|look| look.0))
            .collect();
        result
            .unassigned
            .extend((0..free.len()).filter(|at| known.binary_search(at).is_err()));
        result.unassigned.sort_unstable();
        self.bound();
        result
    }

    /// A tracklet, live or ended not long ago.
    pub fn get(&self, id: TrackletId) -> Option<&Arc<Tracklet>> {
        let live = self
            .live
            .binary_search_by_key(&id, |tracklet| tracklet.id)
            .ok()
            .map(|at| &self.live[at]);
        live.or_else(|| self.ended.iter().rev().find(|tracklet| tracklet.id == id))
    }

    /// All live tracklets, single reports included, ascending by id.
    pub fn tracklets(&self) -> impl Iterator<Item = &Arc<Tracklet>> {
        self.live.iter()
    }

    /// Live tracklets that are real and not fixed sources.
    pub fn confirmed(&self) -> impl Iterator<Item = &Arc<Tracklet>> {
        self.live
            .iter()
            .filter(|tracklet| tracklet.confirmed && !tracklet.is_fixed_source())
    }

    /// What has stood still for long: fires, flares, volcanoes.
    pub fn fixed_sources(&self) -> impl Iterator<Item = &Arc<Tracklet>> {
        self.live
            .iter()
            .filter(|tracklet| tracklet.is_fixed_source())
    }

    fn end_over(&mut self, time_s: f64, result: &mut ScanResult) {
        let Self {
            live, ended, model, ..
        } = self;
        live.retain(|tracklet| {
            let over = tracklet.is_over(time_s, model);
            if over && tracklet.confirmed {
                result.lost.push(tracklet.id);
                ended.push_back(tracklet.clone());
            }
            !over
        });
        let surplus = ended.len().saturating_sub(MAX_ENDED);
        ended.drain(..surplus);
    }

    /// One stage of linking: everything near its forecast, or (`pairs`) what is left of single
    /// reports with what is left of the scan at any speed. The second stage sees only leftovers:
    /// its wide gates would tie whole continents of fires into one cluster.
    ///
    /// Returns which movers would have liked which reports about as well as their best.
    fn link(
        &mut self,
        looks: &Looks,
        pairs: bool,
        free: &mut [bool],
        result: &mut ScanResult,
    ) -> Vec<(TrackletId, usize)> {
        let entries = self.candidates(looks, pairs, free);
        let wanted = self.wanted(looks, &entries);
        if entries.is_empty() {
            return wanted;
        }
        // Only rows with an entry enter the problem.
        let mut rows: Vec<usize> = entries.iter().map(|entry| entry.row).collect();
        rows.dedup();
        let miss: Vec<f64> = rows
            .iter()
            .map(|&row| self.live[row].miss_cost(looks.middle_s, &self.model))
            .collect();
        let local: Vec<Entry> = entries
            .iter()
            .filter_map(|entry| {
                Some(Entry {
                    row: rows.binary_search(&entry.row).ok()?,
                    ..*entry
                })
            })
            .collect();
        let solved = assign(&miss, &vec![0.0; looks.all.len()], &local);
        for (at, column) in solved.column_of_row.iter().enumerate() {
            let Some(column) = *column else { continue };
            let gain = local
                .iter()
                .skip(local.partition_point(|entry| entry.row < at))
                .find(|entry| entry.column == column)
                .map_or(0.0, |entry| -entry.cost);
            let (report, look) = &looks.all[column];
            free[*report] = false;
            let tracklet = Arc::make_mut(&mut self.live[rows[at]]);
            let was_confirmed = tracklet.confirmed;
            tracklet.take(look, gain, &self.model);
            result.updated.push((tracklet.id, *report));
            if tracklet.total_hits == 2 {
                result.started.push(tracklet.id);
            }
            if tracklet.confirmed && !was_confirmed {
                result.confirmed.push(tracklet.id);
            }
        }
        wanted
    }

    fn wanted(&self, looks: &Looks, entries: &[Entry]) -> Vec<(TrackletId, usize)> {
        let mut wanted = Vec::new();
        for row in entries.chunk_by(|a, b| a.row == b.row) {
            let tracklet = &self.live[row[0].row];
            if tracklet.is_fixed_source() {
                continue;
            }
            let best = row
                .iter()
                .map(|entry| entry.cost)
                .fold(f64::INFINITY, f64::min);
            let close = row.iter().filter(|entry| entry.cost < best + CONTEST_GAIN);
            wanted.extend(close.map(|entry| (tracklet.id, looks.all[entry.column].0)));
        }
        wanted
    }

    fn rethink_contests(&mut self, now: Epoch, time_s: f64, result: &mut ScanResult) {
        let place = |live: &[Arc<Tracklet>], id| {
            live.binary_search_by_key(&id, |tracklet: &Arc<Tracklet>| tracklet.id)
                .ok()
        };
        for (first, second) in self.contests.due(time_s, self.model.revisit_s) {
            // Identifiers ascend, so the first lies before the second.
            let (Some(a), Some(b)) = (place(&self.live, first), place(&self.live, second)) else {
                continue;
            };
            let (front, back) = self.live.split_at_mut(b);
            if rethink(&mut front[a], &mut back[0], now, &self.model) {
                result.exchanged.push((first, second));
            }
        }
    }

    /// Ends young movers whose reports lie where others stand still: flickering fires, one after
    /// the other, look like a track. They are asked for a while after their last report, because
    /// the fires flare up again.
    fn end_hoppers(&mut self, origin: Epoch, now: Epoch, result: &mut ScanResult) {
        let young = |tracklet: &&Arc<Tracklet>| {
            tracklet.total_hits <= YOUNG_HITS
                && seconds_between(tracklet.last_time(), now) <= HOP_DOUBT_S
                && tracklet.motion() == Motion::Moving
        };
        let movers: Vec<&Arc<Tracklet>> =
            self.live.iter().chain(&self.ended).filter(young).collect();
        if movers.is_empty() {
            return;
        }
        let hot = HotSpots::of(&self.live, seconds_between(origin, now), &self.model);
        let since_s = |hit: &Hit| seconds_between(origin, hit.time);
        let mut gone: Vec<TrackletId> = movers
            .into_iter()
            .filter(|tracklet| 5 * hot.explained(tracklet, since_s) >= 2 * tracklet.hits.len())
            .map(|tracklet| tracklet.id)
            .collect();
        if gone.is_empty() {
            return;
        }
        gone.sort_unstable();
        let of = |id: &TrackletId| gone.binary_search(id).is_ok();
        let confirmed = self.live.iter().chain(&self.ended);
        result.disproved = confirmed
            .filter(|tracklet| tracklet.confirmed && of(&tracklet.id))
            .map(|tracklet| tracklet.id)
            .collect();
        self.live.retain(|tracklet| !of(&tracklet.id));
        self.ended.retain(|tracklet| !of(&tracklet.id));
        result.confirmed.retain(|id| !of(id));
        result.started.retain(|id| !of(id));
        let (dropped, kept): (Vec<(TrackletId, usize)>, _) = std::mem::take(&mut result.updated)
            .into_iter()
            .partition(|at| of(&at.0));
        result.updated = kept;
        result.unassigned.extend(dropped.iter().map(|at| at.1));
        result.lost.retain(|id| !of(id));
        result.lost.extend(gone);
    }

    /// Pairs of tracklet and look that pass the gates, by row, then column.
    fn candidates(&self, looks: &Looks, pairs: bool, free: &[bool]) -> Vec<Entry> {
        let mut entries = Vec::new();
        let mut near = Vec::new();
        for (row, tracklet) in self.live.iter().enumerate() {
            if tracklet.last_s() >= looks.middle_s + looks.window_s {
                continue;
            }
            let Some((direction, radius_m)) = self.area(tracklet, looks, pairs) else {
                continue;
            };
            near.clear();
            looks.near(&direction, radius_m / tracklet.range_m(), &mut near);
            for &column in &near {
                let (report, look) = &looks.all[column];
                if !free[*report] {
                    continue;
                }
                let gain = if pairs {
                    tracklet.pair_gain(look, &self.model)
                } else {
                    tracklet.gain(look, &self.model)
                };
                entries.extend(gain.map(|gain| Entry {
                    row,
                    column,
                    cost: -gain,
                }));
            }
        }
        entries
    }

    /// Direction and radius [m] in which a tracklet's next report is looked for.
    fn area(&self, tracklet: &Tracklet, looks: &Looks, pairs: bool) -> Option<(Vector3<f64>, f64)> {
        let sigma_m = looks.sigma_rad * tracklet.range_m();
        let latest_s = looks.middle_s + 0.5 * looks.window_s;
        let forecast = tracklet.forecast(looks.middle_s, &self.model);
        let elapsed_s = latest_s - tracklet.last_s();
        let (offset_m, radius_m) = tracklet.search(&forecast, sigma_m, elapsed_s, looks.window_s);
        let direction = tracklet.plane().direction(&looks.sensor_m, &offset_m);
        let radius_m = if pairs {
            tracklet.pair_radius_m(latest_s, &self.model)? + 6.0 * sigma_m
        } else {
            radius_m
        };
        Some((direction, radius_m + looks.travel_m))
    }

    /// Keeps the number of tracklets within [`MAX_TRACKLETS`].
    fn bound(&mut self) {
        let surplus = self.live.len().saturating_sub(MAX_TRACKLETS);
        if surplus == 0 {
            return;
        }
        let mut oldest: Vec<_> = self
            .live
            .iter()
            .map(|tracklet| (tracklet.total_hits > 1, tracklet.last_time(), tracklet.id))
            .collect();
        oldest.sort_unstable();
        let mut gone: Vec<TrackletId> = oldest[..surplus].iter().map(|at| at.2).collect();
        gone.sort_unstable();
        self.live
            .retain(|tracklet| gone.binary_search(&tracklet.id).is_err());
    }
}

impl Looks {
    /// None where no report can be used.
    fn of(
        scan: &Scan,
        origin: Epoch,
        model: &LookModel,
        position: &dyn Fn(Epoch) -> Option<Vector3<f64>>,
        hot: &HotSpots,
    ) -> Option<Self> {
        let hits: Vec<(usize, Hit)> = scan
            .reports
            .iter()
            .enumerate()
            .filter_map(|(at, report)| Some((at, hit_of(report, position)?)))
            .collect();
        let sensor_m = hits.first()?.1.sensor_position_m;
        let nadir = -sensor_m.normalize();
        let helper = if nadir.z.abs() < 0.9 {
            Vector3::z()
        } else {
            Vector3::x()
        };
        let first = nadir.cross(&helper).normalize();
        let axis = [first, nadir.cross(&first)];
        let ln_clutter_rad2 = ln((model.false_per_scan + 1.0) / solid_angle_sr(&sensor_m));
        let points: Vec<[f64; 2]> = hits
            .iter()
            .map(|(_, hit)| axis.map(|axis| axis.dot(&hit.direction)))
            .collect();
        let height_m = (sensor_m.norm() - SEMI_MAJOR_AXIS_M).max(200e3);
        let sigma_rad = hits
            .iter()
            .map(|(_, hit)| hit.sigma_rad)
            .fold(0.0, f64::max);
        let travel_m = hits
            .iter()
            .map(|(_, hit)| (hit.sensor_position_m - sensor_m).norm())
            .fold(0.0, f64::max);
        let index = GridIndex::new(points.clone(), GRID_M / height_m);
        let all = hits
            .into_iter()
            .zip(&points)
            .map(|((at, mut hit), point)| {
                let ln_crowd_rad2 = ln_crowd_rad2(&index, point, height_m).max(ln_clutter_rad2);
                hit.ln_density_rad2 = hot.ln_density_rad2(&hit).max(ln_crowd_rad2);
                (
                    at,
                    Look {
                        time_s: seconds_between(origin, hit.time),
                        hit: Arc::new(hit),
                        ln_clutter_rad2,
                        ln_crowd_rad2,
                    },
                )
            })
            .collect();
        let window_s = seconds_between(scan.start, scan.end).max(0.0);
        Some(Self {
            all,
            axis,
            sensor_m,
            index,
            middle_s: seconds_between(origin, scan.start) + 0.5 * window_s,
            window_s,
            sigma_rad,
            travel_m,
        })
    }

    /// Looks within an angle [rad] of a direction: distances in the projection are never larger.
    fn near(&self, direction: &Vector3<f64>, radius_rad: f64, found: &mut Vec<usize>) {
        let centre = self.axis.map(|axis| axis.dot(direction));
        self.index.within(&centre, radius_rad, found);
    }
}

/// Log density [per rad²] of other reports around one: the densest of a few circles.
fn ln_crowd_rad2(index: &GridIndex<2>, point: &[f64; 2], height_m: f64) -> f64 {
    let mut found = Vec::new();
    let mut densest = 0.0_f64;
    for radius_m in CROWD_RADII_M {
        found.clear();
        let radius_rad = radius_m / height_m;
        index.within(point, radius_rad, &mut found);
        let others = found.len().saturating_sub(1) as f64;
        densest = densest.max(others / (0.5 * TAU * radius_rad * radius_rad));
    }
    ln(densest.max(1e-300))
}

/// Solid angle of the Earth and its air [sr], over which false detections are spread.
fn solid_angle_sr(sensor_m: &Vector3<f64>) -> f64 {
    let sine = ((SEMI_MAJOR_AXIS_M + LIMB_M) / sensor_m.norm()).min(1.0);
    TAU * (1.0 - (1.0 - sine * sine).sqrt()).max(1e-6)
}

fn hit_of(report: &Report, position: &dyn Fn(Epoch) -> Option<Vector3<f64>>) -> Option<Hit> {
    let ReportBody::Infrared(infrared) = &report.body else {
        return None;
    };
    let sensor_position_m = infrared
        .sensor_position_m
        .or_else(|| position(report.time))?;
    let usable = sensor_position_m.norm() > 6e6
        && (infrared.line_of_sight.norm() - 1.0).abs() < 1e-3
        && infrared.sigma_rad > 0.0;
    usable.then(|| Hit {
        record: report.id.clone(),
        time: report.time,
        sensor_position_m,
        direction: infrared.line_of_sight.normalize(),
        sigma_rad: infrared.sigma_rad,
        intensity_w_sr: infrared.radiant_intensity_w_sr,
        ln_density_rad2: 0.0,
    })
}

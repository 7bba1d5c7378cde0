//! Second thoughts: two tracklets that wanted the same reports exchange what came after.
//!
//! A scan's assignment is final only for that scan. Where tracklets came close, the next looks
//! often show that they were confused. A few looks after a contest every cut in the last looks is
//! tried: the later parts change places when all reports then fit the motions better.

use std::collections::BTreeMap;
use std::sync::Arc;

use forewarn_physics::time::{Epoch, after, seconds_between};

use super::filter::{Measured, Moving};
use super::{Hit, LookModel, Plane, Tracklet, TrackletId};

/// Looks after a contest at which it is thought over.
const RETHINK_LOOKS: [f64; 3] = [2.0, 5.0, 10.0];
/// A cut lies no further back than this many looks.
const CUT_LOOKS: f64 = 11.0;
/// Reports before the cut that the motion is learnt from.
const HEAD: usize = 8;
/// What an exchange must gain [log likelihood].
const LEAST_GAIN: f64 = 1.0;
/// At most so many contests are remembered; more are not taken up.
const MAX_CONTESTS: usize = 4_096;

/// Pairs of tracklets that wanted the same reports.
#[derive(Debug, Clone, Default)]
pub(super) struct Contests {
    /// Time of the first contest [s since the tracker's origin] and how often it was thought over.
    open: BTreeMap<(TrackletId, TrackletId), (f64, usize)>,
}

impl Contests {
    pub(super) fn add(&mut self, a: TrackletId, b: TrackletId, time_s: f64) {
        if a != b && self.open.len() < MAX_CONTESTS {
            self.open.entry((a.min(b), a.max(b))).or_insert((time_s, 0));
        }
    }

    /// Contests to be thought over now; the last time they are forgotten.
    pub(super) fn due(&mut self, time_s: f64, revisit_s: f64) -> Vec<(TrackletId, TrackletId)> {
        let mut due = Vec::new();
        self.open.retain(|pair, (since_s, done)| {
            // A quarter of a look early: looks jitter.
            if time_s - *since_s >= (RETHINK_LOOKS[*done] - 0.25) * revisit_s {
                due.push(*pair);
                *done += 1;
            }
            *done < RETHINK_LOOKS.len()
        });
        due
    }
}

/// Exchanges the later parts of two tracklets if that fits better. The earlier keeps its id with
/// its own head.
pub(super) fn rethink(
    a: &mut Arc<Tracklet>,
    b: &mut Arc<Tracklet>,
    now: Epoch,
    model: &LookModel,
) -> bool {
    // What may stand still is left alone: among flickering fires any exchange seems to fit.
    let whole = |tracklet: &Tracklet| {
        tracklet.moving.is_some()
            && tracklet.still_log_odds < 0.0
            && tracklet.total_hits as usize == tracklet.hits.len()
    };
    if !whole(a) || !whole(b) {
        return false;
    }
    let earliest = after(now, -CUT_LOOKS * model.revisit_s);
    let [first, second] =
        [a.as_ref(), b.as_ref()].map(|tracklet| Run::of(&a.plane, &tracklet.hits, earliest));
    let mut best = (LEAST_GAIN, 0, 0);
    let mut cuts: Vec<Epoch> = first.cuts(earliest).chain(second.cuts(earliest)).collect();
    cuts.sort_unstable();
    cuts.dedup();
    for cut in cuts {
        let [i, j] = [first.before(cut), second.before(cut)];
        if first.skipped + i == 0 {
            continue;
        }
        let gain = first.tail_after(&second, j, i) + second.tail_after(&first, i, j)
            - first.tail_of_its_own(i)
            - second.tail_of_its_own(j);
        if gain > best.0 {
            best = (gain, first.skipped + i, second.skipped + j);
        }
    }
    let (_, i, j) = best;
    if i == 0 || (j == 0 && i == a.hits.len()) {
        return false;
    }
    let (a, b) = (Arc::make_mut(a), Arc::make_mut(b));
    let (tail_a, tail_b) = (a.hits.split_off(i), b.hits.split_off(j));
    a.hits.extend(tail_b);
    b.hits.extend(tail_a);
    if b.hits.is_empty() {
        // Cannot be: `i` would be all of `a` and `j` none of `b`, which is refused above.
        return false;
    }
    a.refit(model);
    b.refit(model);
    true
}

/// The moving model on its way along some reports.
#[derive(Clone, Copy, Default)]
struct Stage {
    /// Model, last report and its time; none before the first report.
    at: Option<(Moving, Measured, Epoch)>,
    reports: usize,
    /// Log density [per m² each] of all reports so far but the first.
    ln_likelihood: f64,
}

impl Stage {
    fn next(&self, seen: &Measured, time: Epoch) -> Self {
        let mut stage = *self;
        let moved = match &self.at {
            None => Moving::new(seen),
            Some((moving, before, then)) => {
                let elapsed_s = seconds_between(*then, time);
                let mut moved = moving.after(elapsed_s);
                let fit = moved.fit(seen);
                // Beyond six sigma all is equally wrong.
                stage.ln_likelihood += fit.ln_density + 0.5 * (fit.chi_square - 36.0).max(0.0);
                if self.reports == 1 && elapsed_s > 0.0 {
                    moved = Moving::between(before, seen, elapsed_s);
                } else {
                    moved.update(seen);
                }
                moved
            }
        };
        stage.at = Some((moved, *seen, time));
        stage.reports += 1;
        stage
    }
}

/// A tracklet's last reports and the stages of its own motion along them.
struct Run {
    /// How many earlier reports are left out.
    skipped: usize,
    seen: Vec<(Measured, Epoch)>,
    /// One more than reports.
    stages: Vec<Stage>,
}

impl Run {
    fn of(plane: &Plane, hits: &[Arc<Hit>], earliest: Epoch) -> Self {
        let skipped = hits
            .partition_point(|hit| hit.time < earliest)
            .saturating_sub(HEAD);
        let outside = |hit: &Hit| Measured {
            offset_m: nalgebra::Vector2::repeat(1e9),
            variance_m2: hit.sigma_rad,
        };
        let seen: Vec<_> = hits[skipped..]
            .iter()
            .map(|hit| {
                (
                    measure(plane, hit).unwrap_or_else(|| outside(hit)),
                    hit.time,
                )
            })
            .collect();
        let mut stages = vec![Stage::default()];
        for (at, (seen, time)) in seen.iter().enumerate() {
            stages.push(stages[at].next(seen, *time));
        }
        Self {
            skipped,
            seen,
            stages,
        }
    }

    fn cuts(&self, earliest: Epoch) -> impl Iterator<Item = Epoch> {
        self.seen
            .iter()
            .map(|at| at.1)
            .filter(move |time| *time >= earliest)
    }

    fn before(&self, cut: Epoch) -> usize {
        self.seen.partition_point(|at| at.1 < cut)
    }

    fn tail_of_its_own(&self, from: usize) -> f64 {
        self.stages[self.seen.len()].ln_likelihood - self.stages[from].ln_likelihood
    }

    /// The other's tail after this one's first reports.
    fn tail_after(&self, other: &Run, other_from: usize, own: usize) -> f64 {
        let mut stage = self.stages[own];
        for (seen, time) in &other.seen[other_from..] {
            stage = stage.next(seen, *time);
        }
        stage.ln_likelihood - self.stages[own].ln_likelihood
    }
}

fn measure(plane: &Plane, hit: &Hit) -> Option<Measured> {
    let (offset_m, range_m) = plane.measure(&hit.sensor_position_m, &hit.direction)?;
    let sigma_m = range_m * hit.sigma_rad;
    Some(Measured {
        offset_m,
        variance_m2: sigma_m * sigma_m,
    })
}

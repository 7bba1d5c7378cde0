//! Where something was bright before: places that may flare up again, and what that explains.
//!
//! Fires flicker about a sensor's threshold, so neighbours flare one after the other and look like
//! a track. What was seen at a place half a minute earlier, or twice, explains a report there
//! better than a flight does; and the rate at which places near by flare up is the density of
//! reports that a track may have taken by mistake.

use std::sync::Arc;

use forewarn_physics::math::{TAU, ln};
use nalgebra::Vector2;

use super::{Hit, LookModel, Plane, Tracklet};
use crate::track::assignment::GridIndex;

/// Pitch of the search grid [m on the ground].
const GRID_M: f64 = 20e3;
/// Circles in which places are counted [m on the ground].
const RADII_M: [f64; 2] = [12e3, 40e3];
/// A report this close to a place is probably of it [sigma].
const SAME_SIGMAS: f64 = 3.0;
/// A single report so much earlier or later is of something that stays [s].
const APART_S: f64 = 30.0;
/// A place not seen for so many looks is no track under way.
const SETTLED_LOOKS: f64 = 2.5;

/// Places that stand still as far as is known.
pub(super) struct HotSpots {
    index: GridIndex<3>,
    spots: Vec<Spot>,
}

struct Spot {
    hits: u32,
    last_s: f64,
    /// Chance that it shows in one scan.
    rate: f64,
}

impl HotSpots {
    /// Of a satellite's tracklets, at a time [s] of the tracker.
    pub(super) fn of(live: &[Arc<Tracklet>], time_s: f64, model: &LookModel) -> Self {
        let stands =
            |tracklet: &&Arc<Tracklet>| tracklet.total_hits == 1 || tracklet.still_log_odds > 0.0;
        let still: Vec<&Arc<Tracklet>> = live.iter().filter(stands).collect();
        let places = still
            .iter()
            .map(|tracklet| tracklet.ground_position_m().into())
            .collect();
        let spots = still
            .iter()
            .map(|tracklet| spot(tracklet, time_s, model))
            .collect();
        Self {
            index: GridIndex::new(places, GRID_M),
            spots,
        }
    }

    /// Log density [per rad²] in one scan of reports from places near a report's own.
    pub(super) fn ln_density_rad2(&self, hit: &Hit) -> f64 {
        let ground_m =
            Plane::across(&hit.sensor_position_m, &hit.direction).point_m(Vector2::zeros());
        let range_m = (ground_m - hit.sensor_position_m).norm();
        let mut found = Vec::new();
        let mut densest = 0.0_f64;
        for radius_m in RADII_M {
            found.clear();
            self.index.within(&ground_m.into(), radius_m, &mut found);
            let rate: f64 = found.iter().map(|at| self.spots[*at].rate).sum();
            densest = densest.max(rate / (0.5 * TAU * radius_m * radius_m));
        }
        ln((densest * range_m * range_m).max(1e-300))
    }

    /// How many of a tracklet's reports lie at such places. `origin_s` gives a report's time of
    /// the tracker.
    pub(super) fn explained(&self, tracklet: &Tracklet, time_s: impl Fn(&Hit) -> f64) -> usize {
        let mut found = Vec::new();
        let mut is_explained = |hit: &Arc<Hit>| {
            found.clear();
            let ground_m =
                Plane::across(&hit.sensor_position_m, &hit.direction).point_m(Vector2::zeros());
            let reach_m = SAME_SIGMAS * hit.sigma_rad * tracklet.range_m();
            self.index.within(&ground_m.into(), reach_m, &mut found);
            let at_s = time_s(hit);
            found.iter().any(|at| {
                let spot = &self.spots[*at];
                spot.hits >= 2 || (spot.last_s - at_s).abs() >= APART_S
            })
        };
        tracklet.hits.iter().filter(|hit| is_explained(hit)).count()
    }
}

fn spot(tracklet: &Tracklet, time_s: f64, model: &LookModel) -> Spot {
    let looks = 1.0 + (time_s - tracklet.first_s()).max(0.0) / model.revisit_s;
    let settled =
        tracklet.total_hits >= 3 || time_s - tracklet.last_s() >= SETTLED_LOOKS * model.revisit_s;
    Spot {
        hits: tracklet.total_hits,
        last_s: tracklet.last_s(),
        rate: if settled {
            (f64::from(tracklet.total_hits) / looks).min(1.0)
        } else {
            0.0
        },
    }
}

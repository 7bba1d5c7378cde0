//! Whose a radar track is: what a boost became, a piece that came off it, or neither.
//!
//! In a raid many boosts foresee nearly the same; who is whose is decided for all together
//! (an assignment of boosts and tracks at the least total cost), and what is still ambiguous waits.

use std::collections::BTreeMap;
use std::sync::Arc;

use forewarn_physics::flight::coast::{Body, propagate};
use forewarn_physics::frames::wgs84::{Geodetic, rough_distance_m};
use forewarn_physics::frames::{Itrf, Position, State};
use forewarn_physics::math::{atan2, ln, wrap_pi};
use forewarn_physics::time::{Epoch, after, seconds_between};
use nalgebra::{Matrix6, Vector6};

use super::boost::{Boost, Coast, place_of};
use super::object::{Object, Parent};
use super::outlook::glider_weight;
use super::radar::under_power;
use super::world::World;
use crate::model::ObjectId;
use crate::track::assignment::{Entry, assign};
use crate::track::ballistic::BallisticFilter;

/// A track further than this (chi-square, six components, 99.9 %) is not what was foreseen.
const GATE: f64 = 22.5;
/// A boost that explains a track this much worse than another (log likelihood) does not own it.
const MARGIN: f64 = 4.0;
/// An ambiguous track waits this long [s] before the likeliest boost gets it.
const PATIENCE_S: f64 = 30.0;
/// Tracks are asked at most this often [s].
const EVERY_S: f64 = 1.0;
/// Updates after which a track that fits no boost is asked no more until one is fitted anew.
const FIRM: u32 = 4;
/// Separation speeds and times spread pieces by some seconds of flight: one sigma [m], [m/s].
const PIECE_SIGMAS: (f64, f64) = (20e3, 200.0);
/// While a boost burns, its own echoes make tracks that lag behind the thrust: [m], [m/s].
const LAG_SIGMAS: (f64, f64) = (20e3, 2e3);
/// Looking back from a track to the last look: sigmas allowed, the longest that power may have
/// gone unseen [s], what thrust [m/s²] and drag [m/s] may have done meanwhile.
const LOOK_BACK_SIGMAS: f64 = 5.0;
const UNSEEN_S: f64 = 15.0;
const MOST_THRUST_M_S2: f64 = 100.0;
const DRAGGED_M_S: f64 = 60.0;
/// A track this far from the plume, beyond what is uncertain, is of something else [m].
const APART_M: f64 = 2e3;
/// A fit that misses by more than this allows is not asked.
const SOUND_P: f64 = 1e-3;
/// Cost of a track that a glider may have become: more than any ballistic arc's that fits.
const GLIDE_COST: f64 = 150.0;
/// Weight of gliders in a boost from which its track need not be ballistic.
const GLIDER: f64 = 0.2;

/// A track at the time of asking.
struct Candidate {
    id: ObjectId,
    state: Vector6<f64>,
    covariance: Matrix6<f64>,
    age_s: f64,
    firm: bool,
}

/// A boost and what it foresees.
struct Foreseen {
    id: ObjectId,
    /// It burns: nothing is joined before cut-off is known, but its echoes are no threats of
    /// their own.
    powered: bool,
    free: bool,
    /// It may be a glider.
    glides: bool,
    /// Where it was when its plume was last seen.
    last: Seen,
    moments: Option<(Vector6<f64>, Matrix6<f64>)>,
}

/// A boost at its last look.
struct Seen {
    state: Vector6<f64>,
    covariance: Matrix6<f64>,
    /// How long ago [s].
    age_s: f64,
    /// From the last look until it must have been seen again [s]: power may have lasted so long.
    unseen_s: f64,
}

impl Seen {
    fn of(boost: &Boost, now_s: f64) -> Self {
        let posterior = &boost.posterior;
        let (state, covariance) = boost.last;
        let until_s = posterior.missed_s.unwrap_or(posterior.last_s + UNSEEN_S);
        Self {
            state,
            covariance,
            age_s: now_s - posterior.last_s,
            unseen_s: (until_s - posterior.last_s).clamp(0.0, UNSEEN_S),
        }
    }

    /// Whether a track, followed back to the last look, was where the plume was: a piece dropped
    /// before was elsewhere by then, however little is known of the cut-off.
    fn is_where(&self, track: &Candidate) -> bool {
        if self.age_s <= 0.0 {
            return true;
        }
        let start: State<Itrf> = State::from_vectors(
            track.state.fixed_rows::<3>(0).into_owned(),
            track.state.fixed_rows::<3>(3).into_owned(),
        );
        let back = propagate(&start, -self.age_s, &Body::VACUUM);
        let miss_m = (back.position.vector() - self.state.fixed_rows::<3>(0)).norm();
        let spread_m = sigma(&self.covariance, 0)
            + sigma(&track.covariance, 0)
            + self.age_s * sigma(&track.covariance, 3);
        let powered_m = 0.5 * MOST_THRUST_M_S2 * self.unseen_s * self.unseen_s;
        miss_m < LOOK_BACK_SIGMAS * spread_m + powered_m + DRAGGED_M_S * self.age_s
    }
}

/// Root of the sum of three variances from a row on.
fn sigma(covariance: &Matrix6<f64>, row: usize) -> f64 {
    covariance.fixed_view::<3, 3>(row, row).trace().sqrt()
}

/// Asks all unsettled tracks whose they are.
pub(super) fn settle(world: &mut World, now: Epoch) {
    let due = world
        .settled
        .is_none_or(|at| seconds_between(at, now).abs() >= EVERY_S);
    if world.unsettled.is_empty() || !due {
        return;
    }
    world.settled = Some(now);
    let tracks = candidates(world, now);
    if tracks.is_empty() {
        return;
    }
    let boosts = foresee(world, now);
    let costs: Vec<Vec<(usize, f64)>> = tracks.iter().map(|track| same(track, &boosts)).collect();
    let owners = owners(&tracks, &boosts, &costs);
    for (row, track) in tracks.iter().enumerate() {
        let best = costs[row].first();
        if let Some(boost) = owners[row] {
            become_one(world, boosts[boost].id, track.id);
        } else if let Some((boost, _)) = best {
            if boosts[*boost].powered {
                adopt(world, boosts[*boost].id, track.id, false);
            } else if is_clear(track, &costs[row]) {
                adopt(world, boosts[*boost].id, track.id, true);
                world.unsettled.remove(&track.id);
            }
        } else if track.firm {
            if let Some((boost, last)) = piece_of(world, track.id) {
                adopt(world, boost, track.id, last);
            }
            world.unsettled.remove(&track.id);
        }
    }
}

/// Unsettled tracks as they are now; those that need not be asked any more are struck out.
fn candidates(world: &mut World, now: Epoch) -> Vec<Candidate> {
    let mut tracks = Vec::new();
    let mut gone = Vec::new();
    for id in &world.unsettled {
        let object = world.objects.get(id).filter(|object| is_free(object));
        let Some((object, arc)) = object.and_then(|object| Some((object, object.arc.as_ref()?)))
        else {
            gone.push(*id);
            continue;
        };
        let Ok(filter) = arc.filter.predicted(now) else {
            continue;
        };
        let (state, covariance) = moments(&filter);
        tracks.push(Candidate {
            id: object.id,
            state,
            covariance,
            age_s: seconds_between(arc.first, now),
            firm: arc.updates >= FIRM,
        });
    }
    for id in gone {
        world.unsettled.remove(&id);
    }
    tracks
}

/// Belongs to nothing yet, or only for the time being.
pub(super) fn is_free(object: &Object) -> bool {
    object.is_open()
        && object.arc.is_some()
        && object.looks.is_empty()
        && object.parent.is_none_or(|parent| !parent.at_last_cutoff)
        && object.catalogue.is_none()
}

fn moments(filter: &BallisticFilter) -> (Vector6<f64>, Matrix6<f64>) {
    let estimate = filter.state();
    let state = &estimate.state;
    let row = state.position.iter().chain(state.velocity.iter()).copied();
    (Vector6::from_iterator(row), *estimate.covariance.matrix())
}

fn foresee(world: &mut World, now: Epoch) -> Vec<Foreseen> {
    let mut coasts = std::mem::take(&mut world.coasts);
    let mut kept = BTreeMap::new();
    let mut boosts = Vec::new();
    for object in world.objects.values().filter(|object| object.is_open()) {
        let Some(boost) = &object.boost else { continue };
        let now_s = seconds_between(boost.posterior.epoch, now);
        let powered = under_power(object, now);
        let moments = if powered {
            let (mean, covariance) = boost.posterior.state(now_s);
            Some((mean, covariance + spread(LAG_SIGMAS)))
        } else {
            let coast = match coasts.remove(&object.id) {
                Some(coast) if coast.is_of(boost) => coast,
                _ => Coast::of(boost),
            };
            let coast = coast.at(now_s);
            let moments = coast.moments();
            kept.insert(object.id, coast);
            moments
        };
        boosts.push(Foreseen {
            id: object.id,
            powered,
            free: object.arc.is_none() && !powered,
            glides: !powered && glider_weight(object) > GLIDER,
            last: Seen::of(boost, now_s),
            moments,
        });
    }
    world.coasts = kept;
    boosts
}

/// Boosts that may have become this track, the likeliest first, each with its cost.
fn same(track: &Candidate, boosts: &[Foreseen]) -> Vec<(usize, f64)> {
    let mut found = Vec::new();
    for (index, boost) in boosts.iter().enumerate() {
        let ballistic = boost.moments.as_ref().and_then(|(state, covariance)| {
            let miss = track.state - state;
            let covariance = track.covariance + covariance;
            let near_m2 = GATE * covariance.fixed_view::<3, 3>(0, 0).trace();
            let near = miss.fixed_rows::<3>(0).norm_squared() <= near_m2;
            let (distance2, ln_det) = near.then(|| distance2(&miss, &covariance))??;
            let fits = distance2 < GATE && (boost.powered || boost.last.is_where(track));
            fits.then_some(0.5 * (distance2 + ln_det))
        });
        let glide = || {
            let glides =
                boost.glides && glides_on(&boost.last.state, boost.last.age_s, &track.state);
            glides.then_some(GLIDE_COST)
        };
        found.extend(ballistic.or_else(glide).map(|cost| (index, cost)));
    }
    found.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    found
}

/// A track in the upper air, in the direction of the boost and as far on as its speed allows:
/// what a glider becomes, which no ballistic arc foresees.
fn glides_on(then: &Vector6<f64>, age_s: f64, now: &Vector6<f64>) -> bool {
    let there = Position::new(now[0], now[1], now[2]);
    let (from, to) = (place_of(then), Geodetic::from_itrf(there));
    let speed_m_s = then.fixed_rows::<3>(3).norm();
    if age_s < 5.0 || !(15e3..130e3).contains(&to.height_m) {
        return false;
    }
    let mean_m_s = rough_distance_m(&from, &to) / age_s;
    let slower = now.fixed_rows::<3>(3).norm() < 1.05 * speed_m_s + 100.0;
    let across = from.enu_from_itrf() * (there.vector() - from.to_itrf().vector());
    let heading = from.enu_from_itrf() * then.fixed_rows::<3>(3);
    let turned_rad = wrap_pi(atan2(across.x, across.y) - atan2(heading.x, heading.y)).abs();
    slower && mean_m_s > 0.4 * speed_m_s && mean_m_s < 1.05 * speed_m_s && turned_rad < 0.2
}

/// Independent errors of position and velocity.
fn spread((position_m, velocity_m_s): (f64, f64)) -> Matrix6<f64> {
    let (m2, v2) = (position_m * position_m, velocity_m_s * velocity_m_s);
    Matrix6::from_diagonal(&Vector6::new(m2, m2, m2, v2, v2, v2))
}

fn distance2(miss: &Vector6<f64>, covariance: &Matrix6<f64>) -> Option<(f64, f64)> {
    let factor = covariance.cholesky()?;
    let ln_det: f64 = (0..6).map(|k| 2.0 * ln(factor.l_dirty()[(k, k)])).sum();
    Some((miss.dot(&factor.solve(miss)), ln_det))
}

/// No other boost explains it nearly as well, or it has waited long enough.
fn is_clear(track: &Candidate, costs: &[(usize, f64)]) -> bool {
    match costs {
        [first, second, ..] => track.age_s > PATIENCE_S || second.1 - first.1 > MARGIN,
        _ => true,
    }
}

/// For each track the boost that it is, for all together; boosts with a track take no other.
fn owners(
    tracks: &[Candidate],
    boosts: &[Foreseen],
    costs: &[Vec<(usize, f64)>],
) -> Vec<Option<usize>> {
    let mut entries = Vec::new();
    for (row, (track, costs)) in tracks.iter().zip(costs).enumerate() {
        let Some(best) = costs.first().filter(|_| is_clear(track, costs)) else {
            continue;
        };
        let near = costs
            .iter()
            .filter(|(boost, cost)| boosts[*boost].free && cost - best.1 < MARGIN);
        entries.extend(near.map(|(column, cost)| Entry {
            row,
            column: *column,
            cost: cost - best.1,
        }));
    }
    // Leaving one alone costs more than any ambiguity: what can have an owner gets one.
    let alone = MARGIN;
    assign(
        &vec![alone; tracks.len()],
        &vec![alone; boosts.len()],
        &entries,
    )
    .column_of_row
}

/// Whether a boost that was taken to have ended burns on elsewhere than its track: what was joined
/// to it, in the gap between two stages, is the stage that it dropped.
pub(super) fn is_left_behind(object: &Object, now: Epoch) -> bool {
    let (Some(boost), Some(arc)) = (&object.boost, &object.arc) else {
        return false;
    };
    let posterior = &boost.posterior;
    if !under_power(object, now) || posterior.p_value < SOUND_P {
        return false;
    }
    let Ok(filter) = arc.filter.predicted(posterior.at(posterior.last_s)) else {
        return false;
    };
    let (state, covariance) = moments(&filter);
    let (plume, plume_covariance) = &boost.last;
    let miss_m = (state.fixed_rows::<3>(0) - plume.fixed_rows::<3>(0)).norm();
    let spread_m = sigma(&covariance, 0) + sigma(plume_covariance, 0);
    miss_m > LOOK_BACK_SIGMAS * spread_m + APART_M
}

/// The track is what the boost became: they are one object from now on.
fn become_one(world: &mut World, boost_id: ObjectId, track_id: ObjectId) {
    let Some(owner) = world.objects.get(&boost_id).cloned() else {
        return;
    };
    let (into, from) = (boost_id.min(track_id), boost_id.max(track_id));
    world.merge(into, from);
    world.unsettled.remove(&track_id);
    world.change(into, |object| {
        if into == track_id {
            // The older id keeps the object; its boost comes along.
            object.fit = owner.fit.clone();
            object.boost.clone_from(&owner.boost);
        }
        object.stale = owner.stale;
    });
}

/// The track is a piece of a boost; of another than before only if it surely came off it.
fn adopt(world: &mut World, boost_id: ObjectId, track_id: ObjectId, at_last_cutoff: bool) {
    let known = world.objects.get(&track_id).and_then(|track| track.parent);
    if known.is_some_and(|known| known.at_last_cutoff || !at_last_cutoff) {
        return;
    }
    world.change(track_id, |object| {
        object.parent = Some(Parent {
            object: boost_id,
            probability: 0.95,
            at_last_cutoff,
        });
    });
    world.note(track_id, None);
}

/// The boost that a track came off at the end of a burn, and whether that was its last burn.
fn piece_of(world: &World, track_id: ObjectId) -> Option<(ObjectId, bool)> {
    let arc = world.objects.get(&track_id)?.arc.as_ref()?;
    let mut best: Option<(f64, ObjectId, bool)> = None;
    for object in world.objects.values().filter(|object| object.is_open()) {
        let Some(boost) = object.boost.as_ref().filter(|_| object.id != track_id) else {
            continue;
        };
        if let Some((cost, last)) = piece(boost, &arc.filter)
            && best.is_none_or(|(least, ..)| cost < least)
        {
            best = Some((cost, object.id, last));
        }
    }
    best.map(|(_, id, last)| (id, last))
}

/// Back at the end of a burn the track was where the boost was, nearly as fast: the best such
/// burn's cost and whether it was the last.
fn piece(boost: &Arc<Boost>, filter: &BallisticFilter) -> Option<(f64, bool)> {
    let posterior = &boost.posterior;
    let member = posterior.best();
    let launch_s = member.fit.point.x[2];
    let programme = member.programme();
    let last = programme.burns.len() - 1;
    let mut best: Option<(f64, bool)> = None;
    for (stage, burn) in programme.burns.iter().enumerate() {
        let at_s = burn.end_s + launch_s;
        if at_s > posterior.last_s + 15.0 {
            continue;
        }
        let (mean, covariance) = posterior.state(at_s);
        let time = after(posterior.epoch, at_s);
        if !passed_near(filter, time, &mean) {
            continue;
        }
        let Ok(back) = filter.predicted(time) else {
            continue;
        };
        let (there, own) = moments(&back);
        let whole = covariance + own + spread(PIECE_SIGMAS);
        let Some((distance2, ln_det)) = distance2(&(there - mean), &whole) else {
            continue;
        };
        let cost = 0.5 * (distance2 + ln_det);
        if distance2 < GATE && best.is_none_or(|(least, _)| cost < least) {
            best = Some((cost, stage == last));
        }
    }
    best
}

/// A cheap look back, without covariance, spares the rest for most pairs.
fn passed_near(filter: &BallisticFilter, time: Epoch, mean: &Vector6<f64>) -> bool {
    let (state, covariance) = moments(filter);
    let dt_s = seconds_between(filter.epoch(), time);
    let start: State<Itrf> = State::from_vectors(
        state.fixed_rows::<3>(0).into_owned(),
        state.fixed_rows::<3>(3).into_owned(),
    );
    let back = propagate(&start, dt_s, &Body::VACUUM);
    let spread_m = covariance.fixed_view::<3, 3>(0, 0).trace().sqrt()
        + dt_s.abs() * covariance.fixed_view::<3, 3>(3, 3).trace().sqrt();
    let miss_m = (back.position.vector() - mean.fixed_rows::<3>(0)).norm();
    miss_m < 10.0 * PIECE_SIGMAS.0 + 6.0 * spread_m
}

//! Radar scans: plots update tracks, meet boosts, or start tracks of their own.

use std::collections::VecDeque;
use std::sync::Arc;

use forewarn_physics::frames::wgs84::height_m;
use forewarn_physics::math::{chi_square_survival, ln};
use forewarn_physics::time::{Epoch, seconds_between};
use nalgebra::Vector3;

use super::context::{Context, Registry};
use super::founders::Founders;
use super::object::{Arc1, Object};
use super::world::{MOST_OBJECTS, World};
use crate::model::{HeartbeatStatus, ObjectId, RecordId, Report, ReportBody, SensorIndex};
use crate::sensors::coverage::can_see;
use crate::sensors::{Measurement, MeasurementBody, SensorModel};
use crate::track::assignment::{Entry, assign};
use crate::track::ballistic::{BallisticFilter, FilterOutcome, initiate};
use crate::track::scan::Scan;

/// A plot further than this (chi-square, four components) is not of the track.
const GATE: f64 = 25.0;
/// Scans of plots kept for starting tracks.
const KEPT_SCANS: usize = 4;
/// Plots of one scan kept for starting tracks.
const KEPT_PLOTS: usize = 400;
/// Three plots that fit one ballistic flight worse than this start nothing.
const START_P: f64 = 1e-3;
/// Attempts to start a track in one scan.
const ATTEMPTS: usize = 600;
/// Fastest thing that is followed [m/s].
const FASTEST_M_S: f64 = 12_000.0;
/// A new track is confirmed at this many updates.
const FIRM: u32 = 4;
/// A plume pushes by no more [m/s²].
const THRUST_M_S2: f64 = 150.0;
/// A new track without a name asks the catalogue at every update up to this one.
const NAMELESS: u32 = 12;
/// Consecutive misses in view after which a track that is not firm is dropped.
const DROP: u32 = 3;

/// A plot: its record, the measurement, and ln of its cross-section [m²] where it gave one.
type Plot = (RecordId, Measurement, Option<f64>);

/// Plots that belong to nothing yet, scan by scan.
#[derive(Debug, Clone, Default)]
pub(super) struct Plots {
    scans: VecDeque<Arc<Vec<Plot>>>,
}

/// Folds a scan of a radar in.
pub(super) fn fold(world: &mut World, context: &Context, registry: &mut Registry, scan: &Scan) {
    let model = &context.models[usize::from(scan.sensor.0)];
    let plots: Vec<Plot> = scan
        .reports
        .iter()
        .filter_map(|report| {
            Some((
                report.id.clone(),
                Measurement::prepare(model, report).ok()??,
                ln_rcs(report),
            ))
        })
        .collect();
    if !plots.is_empty() {
        let free = update_tracks(world, context, model, &plots);
        start_tracks(
            world,
            context,
            registry,
            scan.sensor,
            free.into_iter().map(|at| plots[at].clone()).collect(),
        );
    }
    let closes = scan.heartbeat.as_ref().filter(|beat| {
        beat.heartbeat.status == HeartbeatStatus::Ok && beat.heartbeat.coverage.is_none()
    });
    if let Some(beat) = closes
        && let Some(since) = beat.since
    {
        missed(world, model, since, beat.time);
    }
}

/// Tracks take their plots, at the least total cost; returns the plots left.
fn update_tracks(
    world: &mut World,
    context: &Context,
    model: &SensorModel,
    plots: &[Plot],
) -> Vec<usize> {
    let time = plots[0].1.epoch;
    let places: Vec<Option<(Vector3<f64>, f64)>> =
        plots.iter().map(|(_, plot, _)| place_of(plot)).collect();
    let mut tracks: Vec<ObjectId> = Vec::new();
    let mut entries = Vec::new();
    for object in world.objects.values().filter(|object| object.is_open()) {
        let Some(arc) = &object.arc else { continue };
        let near = near_plots(model, object, &arc.filter, time, &places);
        // Only a track that a plot may belong to is moved in earnest.
        let Some(filter) = (!near.is_empty())
            .then(|| foreseen(object, arc, time))
            .flatten()
        else {
            continue;
        };
        let row = tracks.len();
        let before = entries.len();
        entries.extend(near.into_iter().filter_map(|column| {
            let innovation = filter.innovation(&plots[column].1).ok()?;
            (innovation.distance2 < GATE).then_some(Entry {
                row,
                column,
                cost: -innovation.log_likelihood,
            })
        }));
        if entries.len() > before {
            tracks.push(object.id);
        }
    }
    let density = ln_false_density(model);
    let pd = model.sensor.detection_probability.clamp(0.05, 0.999);
    let miss = vec![-ln(1.0 - pd) - ln(pd); tracks.len()];
    let result = assign(&miss, &vec![-density; plots.len()], &entries);
    let mut free = Vec::new();
    for (column, row) in result.row_of_column.iter().enumerate() {
        match row {
            Some(row) => take_plot(world, context, tracks[*row], &plots[column], density),
            None => free.push(column),
        }
    }
    free
}

fn ln_rcs(report: &Report) -> Option<f64> {
    match &report.body {
        ReportBody::Radar(radar) => radar.rcs_m2.filter(|rcs| *rcs > 0.0).map(ln),
        _ => None,
    }
}

/// Sum and count of ln cross-sections.
fn rcs_of(plots: &[Plot]) -> (f64, f64) {
    plots
        .iter()
        .filter_map(|plot| plot.2)
        .fold((0.0, 0.0), |sum, value| (sum.0 + value, sum.1 + 1.0))
}

/// A track at the time of a scan. What is seen to burn may have done anything since its last plot
/// that thrust allows.
fn foreseen(object: &Object, arc: &Arc1, time: Epoch) -> Option<BallisticFilter> {
    let filter = arc.filter.predicted(time).ok()?;
    let dt_s = seconds_between(arc.filter.epoch(), time);
    Some(if under_power(object, time) {
        filter.under_power(dt_s)
    } else {
        filter
    })
}

/// Its plume was seen within the last looks: no cut-off is known before this time.
pub(super) fn under_power(object: &Object, time: Epoch) -> bool {
    let plume = object
        .looks
        .last()
        .is_some_and(|(_, hit)| seconds_between(hit.time, time) < 12.0);
    plume && object.is_burning()
}

/// ln of the density of false plots in the units of the innovation (m, rad, rad, m/s).
fn ln_false_density(model: &SensorModel) -> f64 {
    let volume = match &model.sensor.kind {
        crate::model::SensorKind::Radar(radar) => {
            let turn =
                forewarn_physics::math::wrap_tau(radar.azimuth_rad[1] - radar.azimuth_rad[0]);
            let turn = if turn < 1e-6 {
                core::f64::consts::TAU
            } else {
                turn
            };
            radar.range_max_m
                * turn
                * (radar.elevation_rad[1] - radar.elevation_rad[0]).max(0.01)
                * 16_000.0
        }
        crate::model::SensorKind::Infrared(_) => 1.0,
    };
    ln(model.sensor.false_detections_per_scan.max(0.1) / volume)
}

/// Plots that a track may have given, by a rough look: places within six sigma.
fn near_plots(
    model: &SensorModel,
    object: &Object,
    filter: &BallisticFilter,
    time: Epoch,
    places: &[Option<(Vector3<f64>, f64)>],
) -> Vec<usize> {
    let (here, mut spread_m) = filter.foreseen_m(time);
    if under_power(object, time) {
        let dt_s = seconds_between(filter.epoch(), time);
        spread_m += 0.5 * THRUST_M_S2 * dt_s * dt_s;
    }
    if !near_fan(model, &here, 6.0 * spread_m) {
        return Vec::new();
    }
    let near = |place: &Option<(Vector3<f64>, f64)>| {
        place.is_some_and(|(place, reach_m)| (place - here).norm() <= 6.0 * spread_m + reach_m)
    };
    (0..places.len())
        .filter(|column| near(&places[*column]))
        .collect()
}

fn near_fan(model: &SensorModel, place: &Vector3<f64>, spread_m: f64) -> bool {
    let Some(site) = &model.site else {
        return false;
    };
    let range_max_m = match &model.sensor.kind {
        crate::model::SensorKind::Radar(radar) => radar.range_max_m,
        crate::model::SensorKind::Infrared(_) => 0.0,
    };
    (place - site.position_m).norm() < range_max_m + spread_m
}

/// Place of a plot [m] and how far off it may be.
fn place_of(plot: &Measurement) -> Option<(Vector3<f64>, f64)> {
    let MeasurementBody::Radar(radar) = &plot.body else {
        return None;
    };
    let place = radar
        .site
        .position_itrf_m(radar.value[0], radar.value[1], radar.value[2]);
    let angle_rad = (radar.sigma[1] + radar.sigma[2]) + radar.bias_sigma[1] + radar.bias_sigma[2];
    Some((
        place,
        6.0 * (radar.value[0] * angle_rad + radar.sigma[0] + radar.bias_sigma[0]),
    ))
}

fn take_plot(world: &mut World, context: &Context, id: ObjectId, plot: &Plot, ln_density: f64) {
    let (mut firm, mut named) = (false, false);
    world.change(id, |object| {
        let powered = under_power(object, plot.1.epoch);
        let Some(arc) = object.arc.as_mut() else {
            return;
        };
        if powered && let Ok(ahead) = arc.filter.predicted(plot.1.epoch) {
            let dt_s = seconds_between(arc.filter.epoch(), plot.1.epoch);
            arc.filter = ahead.under_power(dt_s);
        }
        let Ok(outcome) = arc.filter.update(&plot.1) else {
            return;
        };
        let (FilterOutcome::Updated(innovation) | FilterOutcome::Restarted(innovation)) = outcome;
        arc.updates += 1;
        arc.highest_m = arc.highest_m.max(height_of(&arc.filter));
        let (sum, count) = rcs_of(std::slice::from_ref(plot));
        arc.ln_rcs = (arc.ln_rcs.0 + sum, arc.ln_rcs.1 + count);
        arc.last = arc.last.max(plot.1.epoch);
        arc.nis = (
            0.95 * arc.nis.0 + innovation.distance2,
            0.95 * arc.nis.1 + innovation.dimension as f64,
        );
        arc.founders.keep(&plot.1, arc.updates);
        if let Some(anew) = arc
            .founders
            .anew(innovation.distance2, arc.nis.0 / arc.nis.1)
        {
            arc.filter = anew;
            arc.nis = (0.0, 0.0);
        }
        firm = arc.updates == FIRM;
        let nameless = object.catalogue.is_none() && arc.updates < NAMELESS;
        named = arc.updates > FIRM && (nameless || arc.updates.is_power_of_two());
        let ratio = (innovation.log_likelihood - ln_density).clamp(-5.0, 12.0);
        object.take(&plot.0, plot.1.sensor, plot.1.epoch, ratio);
    });
    world.note(id, Some(&plot.0));
    if firm {
        settle(world, context, id);
    } else if named {
        ask_catalogue(world, context, id, false);
    }
}

/// Starts tracks from plots of three scans that one ballistic flight joins.
fn start_tracks(
    world: &mut World,
    context: &Context,
    registry: &mut Registry,
    sensor: SensorIndex,
    free: Vec<Plot>,
) {
    let index = usize::from(sensor.0);
    let mut free = free;
    free.truncate(KEPT_PLOTS);
    let mut used: Vec<RecordId> = Vec::new();
    let mut attempts = 0;
    for plot in &free {
        let found = triple(&world.plots[index], plot, &used, &mut attempts);
        if let Some((members, filter)) = found {
            used.extend(members.iter().map(|member| member.0.clone()));
            begin(world, context, registry, &members, filter);
        }
    }
    free.retain(|(id, ..)| !used.contains(id));
    let plots = &mut world.plots[index];
    for scan in &mut plots.scans {
        if scan.iter().any(|(id, ..)| used.contains(id)) {
            Arc::make_mut(scan).retain(|(id, ..)| !used.contains(id));
        }
    }
    plots.scans.push_back(Arc::new(free));
    while plots.scans.len() > KEPT_SCANS {
        plots.scans.pop_front();
    }
}

/// Two earlier plots, of different scans, that join a new one in a ballistic flight.
fn triple(
    plots: &Plots,
    last: &Plot,
    used: &[RecordId],
    attempts: &mut usize,
) -> Option<(Vec<Plot>, BallisticFilter)> {
    let mut best: Option<(f64, Vec<Plot>, BallisticFilter)> = None;
    for (first, second) in pairs_before(plots, last, used) {
        *attempts += 1;
        if *attempts > ATTEMPTS {
            break;
        }
        let Ok(start) = initiate(&[first.1.clone(), second.1.clone(), last.1.clone()]) else {
            continue;
        };
        let p = chi_square_survival(start.chi_square, start.degrees_of_freedom as f64);
        let better = best
            .as_ref()
            .is_none_or(|(known, ..)| start.chi_square < *known);
        if p > START_P && better {
            let members = vec![first.clone(), second.clone(), last.clone()];
            best = Some((start.chi_square, members, start.filter));
        }
    }
    best.map(|(_, members, filter)| (members, filter))
}

/// Pairs of earlier plots that may go before a new one, the latest first.
fn pairs_before<'a>(
    plots: &'a Plots,
    last: &'a Plot,
    used: &'a [RecordId],
) -> impl Iterator<Item = (&'a Plot, &'a Plot)> {
    let free = |plot: &&Plot| !used.contains(&plot.0);
    (1..plots.scans.len()).rev().flat_map(move |later| {
        let seconds = plots.scans[later].iter().filter(free);
        let seconds = seconds.filter(|second| plausible(&second.1, &last.1));
        seconds.flat_map(move |second| {
            let scans = (0..later)
                .rev()
                .flat_map(|earlier| plots.scans[earlier].iter());
            let firsts = scans.filter(free).filter(move |first| {
                plausible(&first.1, &second.1) && straight(&first.1, &second.1, &last.1)
            });
            firsts.map(move |first| (first, second))
        })
    })
}

/// Two plots that something flying can have made: speed, and range against range rate.
fn plausible(a: &Measurement, b: &Measurement) -> bool {
    let dt_s = seconds_between(a.epoch, b.epoch);
    let (MeasurementBody::Radar(ra), MeasurementBody::Radar(rb)) = (&a.body, &b.body) else {
        return false;
    };
    let (Some((pa, reach_a)), Some((pb, reach_b))) = (place_of(a), place_of(b)) else {
        return false;
    };
    if !(dt_s > 0.05 && dt_s < 60.0) || (pb - pa).norm() > FASTEST_M_S * dt_s + reach_a + reach_b {
        return false;
    }
    if ra.has_range_rate && rb.has_range_rate {
        let mean_rate = 0.5 * (ra.value[3] + rb.value[3]);
        let slack_m = 6.0 * (ra.sigma[0] + rb.sigma[0])
            + 6.0 * dt_s * (ra.sigma[3] + rb.sigma[3])
            + 30.0 * dt_s * dt_s * dt_s;
        return (rb.value[0] - ra.value[0] - mean_rate * dt_s).abs() < slack_m
            && (rb.value[3] - ra.value[3]).abs()
                < 100.0 * dt_s + 6.0 * (ra.sigma[3] + rb.sigma[3]);
    }
    true
}

/// Three plots on a line, as far as their noise and gravity let them.
fn straight(a: &Measurement, b: &Measurement, c: &Measurement) -> bool {
    let (Some((pa, ra)), Some((pb, rb)), Some((pc, rc))) = (place_of(a), place_of(b), place_of(c))
    else {
        return false;
    };
    let (t1, t2) = (
        seconds_between(a.epoch, b.epoch),
        seconds_between(b.epoch, c.epoch),
    );
    if t1 <= 0.0 || t2 <= 0.0 {
        return false;
    }
    let foreseen = pb + (pb - pa) * (t2 / t1);
    let ratio = t2 / t1;
    (pc - foreseen).norm() < rc + (1.0 + ratio) * rb + ratio * ra + 15.0 * (t1 + t2) * (t1 + t2)
}

fn begin(
    world: &mut World,
    context: &Context,
    registry: &mut Registry,
    members: &[Plot],
    filter: BallisticFilter,
) {
    if world.objects.len() >= MOST_OBJECTS {
        return;
    }
    let id = registry.id_of(&members[0].0);
    let mut object = Object::new(id, members[0].1.epoch);
    let (first, last) = (members[0].1.epoch, members[members.len() - 1].1.epoch);
    let state = filter.state().state;
    let first_descending = state.velocity.dot(&state.position.vector()) < 0.0;
    for (record, plot, _) in members {
        object.take(record, plot.sensor, plot.epoch, 2.0);
    }
    object.arc = Some(Arc1 {
        highest_m: height_of(&filter),
        filter,
        updates: members.len() as u32,
        first,
        last,
        nis: (0.0, 0.0),
        ln_rcs: rcs_of(members),
        first_descending,
        founders: Founders::new(members.iter().map(|member| member.1.clone())),
    });
    world.put(object);
    world.note(id, Some(&members[members.len() - 1].0));
    settle(world, context, id);
}

/// Height of a track where it stands [m].
fn height_of(filter: &BallisticFilter) -> f64 {
    height_m(&filter.state().state.position.vector())
}

/// A new track is asked whether it is a known satellite, and is to be asked whose it is.
fn settle(world: &mut World, context: &Context, id: ObjectId) {
    let firm = world
        .objects
        .get(&id)
        .and_then(|object| object.arc.as_ref())
        .is_some_and(|arc| arc.updates >= FIRM);
    ask_catalogue(world, context, id, !firm);
    world.unsettled.insert(id);
}

/// Which known satellite a track is. The first asking goes through the whole catalogue, later
/// ones, when the track is better known, through those that were near then.
fn ask_catalogue(world: &mut World, context: &Context, id: ObjectId, first: bool) {
    if context.catalogue.is_empty() {
        return;
    }
    let Some(object) = world.objects.get(&id) else {
        return;
    };
    let Some(arc) = &object.arc else { return };
    let track = arc.filter.gaussian();
    // A track without a name may have been far off when it was new.
    let near: Arc<[u32]> = if first || object.catalogue.is_none() {
        context.catalogue.near(&track).into()
    } else {
        object.catalogue_near.clone()
    };
    let found = context.catalogue.find(&near, &track, arc.updates);
    let known = object.catalogue.as_ref().map(|known| &known.name);
    if first || found.is_some() || known.is_some() {
        let renamed = known != found.as_ref().map(|found| &found.name);
        world.change(id, |object| {
            object.catalogue = found;
            object.catalogue_near = near;
        });
        if renamed {
            world.note(id, None);
        }
    }
}

/// A heartbeat `ok`: tracks in view that got no plot since the one before were missed.
fn missed(world: &mut World, model: &SensorModel, since: Epoch, now: Epoch) {
    let mut misses = Vec::new();
    for object in world.objects.values().filter(|object| object.is_open()) {
        let Some(arc) = &object.arc else { continue };
        let heard = object
            .contributions
            .get(&model.index)
            .is_some_and(|given| given.last > since);
        if heard || arc.last > since {
            continue;
        }
        let (position, _) = arc.filter.foreseen_m(now);
        if near_fan(model, &position, 0.0) && can_see(model, now, &position, None).is_in_view() {
            misses.push((object.id, arc.updates < FIRM));
        }
    }
    for (id, young) in misses {
        let mut drop = false;
        world.change(id, |object| {
            object.miss(model.index, now, model.sensor.detection_probability);
            let missed = object
                .contributions
                .get(&model.index)
                .map_or(0, |given| given.missed);
            drop = (young && missed >= DROP || missed >= 10) && object.boost.is_none();
        });
        if drop {
            world.change(id, |object| object.end = Some(crate::assess::End::Lost));
            world.note(id, None);
        }
    }
}

//! Infrared scans: tracklets become looks of objects, and objects of several satellites one.

use std::sync::Arc;

use forewarn_physics::time::{Epoch, after, seconds_between};
use nalgebra::{Matrix2, Matrix3, Vector2, Vector3};

use super::context::{Context, Registry};
use super::object::Object;
use super::world::{MOST_OBJECTS, World};
use crate::model::{HeartbeatStatus, ObjectId, SensorIndex, SensorKind};
use crate::sensors::coverage::can_see;
use crate::sensors::infrared::across;
use crate::track::scan::{Scan, ScanHeartbeat};
use crate::track::stereo;
use crate::track::tracklet::{Hit, Motion, Tracklet, TrackletId};

/// Mean squared miss per degree of freedom up to which a tracklet is of an object.
const JOIN: f64 = 3.0;
/// A pair this much better (log likelihood) than any other with the same partner is joined.
const MARGIN: f64 = 3.0;
/// A plume may be dark for so long between two stages [s]: a coast and a look missed.
const DARK_S: f64 = 45.0;
/// Looks compared at most.
const COMPARED: usize = 12;

/// Folds a scan of an infrared sensor in.
pub(super) fn fold(world: &mut World, context: &Context, registry: &mut Registry, scan: &Scan) {
    let sensor = usize::from(scan.sensor.0);
    let model = &context.models[sensor];
    let Some(mut tracker) = world.trackers[sensor].take() else {
        return;
    };
    let position = |epoch: Epoch| {
        model
            .orbit
            .as_ref()
            .and_then(|orbit| orbit.position_itrf_m(epoch))
    };
    let result = tracker.process(scan, &position);
    take_back(world, &result.disproved);
    let mut news: Vec<_> = result
        .updated
        .iter()
        .map(|(id, _)| *id)
        .chain(result.confirmed.iter().copied())
        .chain(result.exchanged.iter().flat_map(|pair| [pair.0, pair.1]))
        .collect();
    news.sort();
    news.dedup();
    for id in news {
        let Some(tracklet) = tracker.get(id).cloned() else {
            continue;
        };
        if tracklet.confirmed {
            update(world, registry, scan.sensor, &tracklet);
        }
    }
    world.trackers[sensor] = Some(tracker);
    join(world, context, scan.sensor);
    if let Some(beat) = &scan.heartbeat {
        missed(world, context, scan.sensor, beat);
    }
}

/// Ends objects of which nothing is left once a tracklet was disproved.
fn take_back(world: &mut World, disproved: &[TrackletId]) {
    for tracklet in disproved {
        let Some(id) = world.owners.get(tracklet).copied() else {
            continue;
        };
        world.change(id, |object| {
            object.tracklets.retain(|held| held != tracklet);
            if object.tracklets.is_empty() && object.arc.is_none() {
                object.end = object.end.or(Some(crate::assess::End::Lost));
            }
        });
        world.owners.remove(tracklet);
        world.note(id, None);
    }
}

/// Gives a tracklet's new looks to its object, which is found or founded.
fn update(
    world: &mut World,
    registry: &mut Registry,
    sensor: SensorIndex,
    tracklet: &Arc<Tracklet>,
) {
    let owner = world.owners.get(&tracklet.id).copied();
    let moving = matches!(tracklet.motion(), Motion::Moving);
    let id = match owner {
        Some(id) => id,
        // A fire that was never anything else needs no object, nor what cannot be told yet.
        None if !moving || tracklet.is_fixed_source() => return,
        None => match home(world, sensor, tracklet).or_else(|| found(world, registry, tracklet)) {
            Some(id) => id,
            None => return,
        },
    };
    world.owners.insert(tracklet.id, id);
    let latest = tracklet.hits.last().map(|hit| hit.record.clone());
    world.change(id, |object| give(object, sensor, tracklet));
    world.note(id, latest.as_ref());
}

fn give(object: &mut Object, sensor: SensorIndex, tracklet: &Arc<Tracklet>) {
    if !object.tracklets.contains(&tracklet.id) {
        object.tracklets.push(tracklet.id);
    }
    let share = tracklet.score / f64::from(tracklet.total_hits.max(1));
    object.give_back(sensor, tracklet);
    for hit in &tracklet.hits {
        object.take_look(sensor, hit, share);
    }
    object.still_log_odds = tracklet.still_log_odds;
    object.score = object.score.max(tracklet.score);
}

/// The object that a new tracklet belongs to: one whose ascent it fits.
fn home(world: &World, sensor: SensorIndex, tracklet: &Tracklet) -> Option<ObjectId> {
    let mut best: Option<(f64, ObjectId)> = None;
    for object in world
        .objects
        .values()
        .filter(|object| object.is_open() && object.boost.is_some())
    {
        if busy(object, sensor, tracklet) {
            continue;
        }
        let Some(miss) = miss_of(object, &tracklet.hits) else {
            continue;
        };
        if miss < JOIN && best.is_none_or(|(least, _)| miss < least) {
            best = Some((miss, object.id));
        }
    }
    best.map(|(_, id)| id)
}

/// The object holds reports of the same sensor at the times of the tracklet: two things at once.
fn busy(object: &Object, sensor: SensorIndex, tracklet: &Tracklet) -> bool {
    let (from, to) = (tracklet.first_time(), tracklet.last_time());
    object.looks.iter().any(|(known, hit)| {
        *known == sensor
            && hit.time >= from
            && hit.time <= to
            && !tracklet.hits.iter().any(|mine| mine.record == hit.record)
    })
}

fn found(world: &mut World, registry: &mut Registry, tracklet: &Tracklet) -> Option<ObjectId> {
    if world.objects.len() >= MOST_OBJECTS {
        return None;
    }
    let first = tracklet.hits.first()?;
    let id = registry.id_of(&first.record);
    world.put(Object::new(id, first.time));
    Some(id)
}

/// Mean squared miss of looks from an object's ascent, per degree of freedom; looks outside of it
/// are not counted.
fn miss_of(object: &Object, hits: &[Arc<Hit>]) -> Option<f64> {
    let boost = object.boost.as_ref()?;
    let every = hits.len().div_ceil(COMPARED).max(1);
    let (mut sum, mut count) = (0.0, 0.0);
    for hit in hits.iter().step_by(every) {
        let at_s = seconds_between(boost.posterior.epoch, hit.time);
        let launch_s = boost.posterior.best().fit.point.x[2];
        if at_s < launch_s || at_s > boost.posterior.last_s + DARK_S {
            return None;
        }
        let (mean, covariance) = boost.posterior.state(at_s);
        let position: Vector3<f64> = mean.fixed_rows::<3>(0).into_owned();
        let spread: Matrix3<f64> = covariance.fixed_view::<3, 3>(0, 0).into_owned();
        sum += squared_miss(hit, &position, &spread)?;
        count += 2.0;
    }
    (count > 0.0).then(|| sum / count)
}

fn squared_miss(hit: &Hit, position_m: &Vector3<f64>, covariance_m2: &Matrix3<f64>) -> Option<f64> {
    let relative = position_m - hit.sensor_position_m;
    let range_m = relative.norm();
    let axes = across(&hit.direction);
    let miss = Vector2::new(
        axes[0].dot(&relative) / range_m,
        axes[1].dot(&relative) / range_m,
    );
    // Pointing error and model discrepancy beside the noise.
    let noise = hit.sigma_rad * hit.sigma_rad + 4e-10;
    let spread = Matrix2::from_fn(|i, j| {
        axes[i].dot(&(covariance_m2 * axes[j])) / (range_m * range_m)
            + if i == j { noise } else { 0.0 }
    });
    Some(miss.dot(&(spread.try_inverse()? * miss)))
}

/// Objects of other satellites that are the same thing: lines of sight that meet all along.
pub(super) fn join(world: &mut World, context: &Context, sensor: SensorIndex) {
    for other in 0..context.models.len() {
        if other == usize::from(sensor.0) || world.trackers[other].is_none() {
            continue;
        }
        let first = single(world, sensor, SensorIndex(other as u16));
        let second = single(world, SensorIndex(other as u16), sensor);
        let (a, b): (Vec<&Tracklet>, Vec<&Tracklet>) = (
            first.iter().map(|t| &**t).collect(),
            second.iter().map(|t| &**t).collect(),
        );
        let (Some(x), Some(y)) = (
            pointing(context, sensor),
            pointing(context, SensorIndex(other as u16)),
        ) else {
            continue;
        };
        for pair in stereo::join(&a, &b, [&x, &y]) {
            if pair.margin.is_some_and(|margin| margin < MARGIN) {
                continue;
            }
            let (Some(one), Some(two)) = (
                world.owners.get(&pair.first).copied(),
                world.owners.get(&pair.second).copied(),
            ) else {
                continue;
            };
            let same = one == two;
            let apart = world
                .objects
                .get(&one)
                .zip(world.objects.get(&two))
                .is_some_and(|(p, q)| disjoint(p, q));
            if !same && apart {
                world.merge(one.min(two), one.max(two));
            }
        }
    }
}

/// Live tracklets of one satellite whose object has none of the other.
fn single(world: &World, of: SensorIndex, without: SensorIndex) -> Vec<Arc<Tracklet>> {
    let Some(tracker) = &world.trackers[usize::from(of.0)] else {
        return Vec::new();
    };
    tracker
        .confirmed()
        .filter(|tracklet| {
            let object = world
                .owners
                .get(&tracklet.id)
                .and_then(|id| world.objects.get(id));
            object.is_some_and(|object| {
                object.is_open() && !object.contributions.contains_key(&without)
            })
        })
        .cloned()
        .collect()
}

fn pointing(context: &Context, sensor: SensorIndex) -> Option<stereo::Pointing> {
    let model = &context.models[usize::from(sensor.0)].sensor;
    match &model.kind {
        SensorKind::Infrared(infrared) => Some(stereo::Pointing {
            bias_sigma_rad: infrared.bias_sigma_rad,
            revisit_s: model.revisit_s,
        }),
        SensorKind::Radar(_) => None,
    }
}

/// No satellite reported both at overlapping times.
fn disjoint(a: &Object, b: &Object) -> bool {
    let span = |object: &Object, sensor: SensorIndex| {
        let mut times = object
            .looks
            .iter()
            .filter(|(known, _)| *known == sensor)
            .map(|(_, hit)| hit.time);
        let first = times.next()?;
        Some((first, times.next_back().unwrap_or(first)))
    };
    a.contributions
        .keys()
        .all(|sensor| match (span(a, *sensor), span(b, *sensor)) {
            (Some((a0, a1)), Some((b0, b1))) => a1 < b0 || b1 < a0,
            _ => true,
        })
}

/// A heartbeat `ok` closes a scan: what must have been seen since the one before was missed.
fn missed(world: &mut World, context: &Context, sensor: SensorIndex, beat: &ScanHeartbeat) {
    let Some(since) = beat.since else { return };
    if beat.heartbeat.status != HeartbeatStatus::Ok || beat.heartbeat.coverage.is_some() {
        return;
    }
    let model = &context.models[usize::from(sensor.0)];
    let revisit_s = model.sensor.revisit_s;
    let mut misses = Vec::new();
    for object in world
        .objects
        .values()
        .filter(|object| object.is_open() && object.boost.is_some())
    {
        let Some(given) = object.contributions.get(&sensor) else {
            continue;
        };
        let looks = 1.0 + f64::from(given.missed);
        let expected = after(given.last, looks * revisit_s);
        if expected <= since || expected > beat.time || looks > 12.0 {
            continue;
        }
        let Some(boost) = &object.boost else { continue };
        let at_s =
            seconds_between(boost.posterior.epoch, expected).min(boost.posterior.last_s + 10.0);
        let (mean, _) = boost.posterior.state(at_s);
        if can_see(
            model,
            expected,
            &mean.fixed_rows::<3>(0).into_owned(),
            faintest(object, sensor),
        )
        .is_in_view()
        {
            misses.push((object.id, expected));
        }
    }
    for (id, time) in misses {
        world.change(id, |object| {
            object.miss(sensor, time, model.sensor.detection_probability);
            object.stale |= object.missed_since().is_some() && object.misses.len() <= 4;
        });
        world.note(id, None);
    }
}

/// How bright it surely was to a sensor: half of its faintest of the last looks [W/sr]. What is
/// near the threshold may be missed without having gone out.
fn faintest(object: &Object, sensor: SensorIndex) -> Option<f64> {
    let last = object
        .looks
        .iter()
        .rev()
        .filter(|(known, _)| *known == sensor)
        .take(3);
    let least = last
        .filter_map(|(_, hit)| hit.intensity_w_sr)
        .fold(f64::INFINITY, f64::min);
    least.is_finite().then_some(0.5 * least)
}

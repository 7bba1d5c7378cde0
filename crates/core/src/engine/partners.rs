//! Two flights that hold each other's partner.
//!
//! Where two flights rise close together, the direction in which one satellite sees the first
//! meets that in which the other satellite sees the second: two ghosts fly where neither flight
//! is. No ascent fits a ghost for long. When a fit of two satellites goes wrong, its neighbours
//! are tried with their partners exchanged, and whichever way both fit is kept.

use std::collections::BTreeSet;
use std::sync::Arc;

use forewarn_physics::time::Epoch;

use super::boost::Boost;
use super::context::Context;
use super::object::Object;
use super::world::World;
use crate::model::{ObjectId, RecordId, SensorIndex};

/// A fit worse than this may be of two flights.
const WRONG_P: f64 = 1e-3;
/// Looks before a fit is doubted.
const LOOKS_MIN: u32 = 8;
/// A flight further from the doubtful one than this is no neighbour [m].
const NEAR_M: f64 = 400e3;
/// Neighbours tried at one time.
const TRIED: usize = 2;
/// Chi-square that an exchange must gain, both flights together.
const GAIN: f64 = 30.0;

/// Tries the flights just fitted that no ascent fits any more.
pub(super) fn exchange(world: &mut World, context: &Context, fitted: &[ObjectId], now: Epoch) {
    for id in fitted {
        if !is_doubtful(&world.objects[id]) {
            continue;
        }
        world.change(*id, |object| object.doubted_looks = object.looks.len());
        let better = neighbours(world, *id).into_iter().find_map(|neighbour| {
            let (one, two) = (&world.objects[id], &world.objects[&neighbour]);
            exchanged(one, two, context, now)
        });
        for object in better.into_iter().flatten() {
            take_back(world, object);
        }
    }
}

/// Puts a flight with its new partner in place of the ghost.
fn take_back(world: &mut World, object: Object) {
    let id = object.id;
    for tracklet in &object.tracklets {
        world.owners.insert(*tracklet, id);
    }
    world.put(object);
    world.note(id, None);
}

/// Its two satellites do not see one flight, and that was not looked into yet since it had half
/// as many looks again.
fn is_doubtful(object: &Object) -> bool {
    object.is_open()
        && 2 * object.looks.len() >= 3 * object.doubted_looks
        && object.boost.as_ref().is_some_and(|boost| {
            boost.satellites == 2 && boost.looks >= LOOKS_MIN && boost.posterior.p_value < WRONG_P
        })
}

/// Flights near by that the same two satellites see, the nearest first.
fn neighbours(world: &World, id: ObjectId) -> Vec<ObjectId> {
    let Some((sensors, here)) = place_of(&world.objects[&id]) else {
        return Vec::new();
    };
    let mut near: Vec<(f64, ObjectId)> = world
        .objects
        .values()
        .filter(|other| other.id != id && other.is_open())
        .filter_map(|other| {
            let (theirs, there) = place_of(other)?;
            let apart_m = (there - here).norm();
            (theirs == sensors && apart_m < NEAR_M).then_some((apart_m, other.id))
        })
        .collect();
    near.sort_by(|a, b| a.0.total_cmp(&b.0));
    near.into_iter().take(TRIED).map(|(_, id)| id).collect()
}

/// The satellites that saw it and where it was last.
fn place_of(object: &Object) -> Option<(BTreeSet<SensorIndex>, nalgebra::Vector3<f64>)> {
    let boost = object.boost.as_ref()?;
    let sensors = object.looks.iter().map(|(sensor, _)| *sensor).collect();
    Some((sensors, boost.last.0.fixed_rows::<3>(0).into_owned()))
}

/// Both with the looks of their second satellite exchanged, where that fits better.
fn exchanged(one: &Object, two: &Object, context: &Context, now: Epoch) -> Option<[Object; 2]> {
    let before = misfit(one)? + misfit(two)?;
    let sensor = one.looks.iter().map(|(sensor, _)| *sensor).max()?;
    let mut pair = [one.clone(), two.clone()];
    give_over(&mut pair[0], two, sensor);
    give_over(&mut pair[1], one, sensor);
    let mut after = 0.0;
    for object in &mut pair {
        let boost = Boost::fit(object, &context.bank, &context.models, now, context.seed)?;
        after += boost.posterior.best().fit.chi_square;
        object.boost = Some(Arc::new(boost));
    }
    (after + GAIN < before).then_some(pair)
}

fn misfit(object: &Object) -> Option<f64> {
    Some(object.boost.as_ref()?.posterior.best().fit.chi_square)
}

/// Takes what a sensor saw of the other in place of what it saw of this one. A radar track that
/// was found by the wrong flight goes.
fn give_over(object: &mut Object, other: &Object, sensor: SensorIndex) {
    let mine: BTreeSet<RecordId> = object
        .looks
        .iter()
        .filter(|(from, _)| *from == sensor)
        .map(|(_, hit)| hit.record.clone())
        .collect();
    object.looks.retain(|(from, _)| *from != sensor);
    object.records.retain(|record| !mine.contains(record));
    object.contributions.remove(&sensor);
    object
        .tracklets
        .retain(|tracklet| tracklet.sensor != sensor);
    let theirs = other.tracklets.iter();
    object
        .tracklets
        .extend(theirs.filter(|tracklet| tracklet.sensor == sensor));
    let share = other.contributions.get(&sensor).map_or(1.0, |given| {
        given.log_likelihood_ratio / f64::from(given.reports.max(1))
    });
    for (from, hit) in other.looks.iter().filter(|(from, _)| *from == sensor) {
        object.take_look(*from, hit, share);
    }
    object.misses.retain(|(from, _)| *from != sensor);
    let misses = other.misses.iter();
    object
        .misses
        .extend(misses.filter(|(from, _)| *from == sensor).copied());
    object.misses.sort_by_key(|(_, time)| *time);
    object.first = object
        .looks
        .first()
        .map_or(object.first, |(_, hit)| hit.time);
    object.fit = Default::default();
    object.boost = None;
    object.stale = false;
    if object.arc.is_some() {
        object.give_up_track();
    }
}

//! Two satellites over a simulated world.

use std::collections::BTreeMap;
use std::sync::Arc;

use forewarn_physics::time::seconds_between;

use super::*;
use crate::track::simulated::{Dice, Satellite, Source, owner, raid, start};
use crate::track::tracklet::{Motion, SensorTracker};

fn moving(
    satellite: &Satellite,
    sources: &[Source],
    until_s: f64,
    dice: &mut Dice,
) -> Vec<Arc<Tracklet>> {
    let mut tracker = SensorTracker::new(satellite.sensor, satellite.looks);
    let mut seen = BTreeMap::new();
    for scan in satellite.scans(sources, until_s, dice) {
        for (id, _) in tracker.process(&scan, &|_| None).updated {
            let tracklet = tracker.get(id).unwrap().clone();
            if tracklet.confirmed && tracklet.motion() == Motion::Moving {
                seen.insert(id, tracklet);
            }
        }
    }
    seen.into_values().collect()
}

fn owner_of(tracklet: &Tracklet) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for hit in &tracklet.hits {
        *counts.entry(owner(&hit.record)).or_default() += 1;
    }
    (*counts.iter().max_by_key(|at| at.1).unwrap().0).to_owned()
}

fn pointing(satellite: &Satellite) -> Pointing {
    Pointing {
        bias_sigma_rad: satellite.looks.bias_sigma_rad,
        revisit_s: satellite.looks.revisit_s,
    }
}

fn ascent(at: u64, dice: &mut Dice) -> Source {
    let (burn_s, stages) = [(110.0, 2.0), (180.0, 3.0), (300.0, 2.0)][at as usize % 3];
    let pad = forewarn_physics::frames::wgs84::Geodetic::from_degrees(
        dice.uniform(-40.0, 50.0),
        dice.uniform(20.0, 60.0),
        0.0,
    );
    Source::ascent(
        "m".into(),
        pad,
        10.0,
        dice.uniform(0.0, 6.2),
        burn_s,
        stages,
    )
}

#[test]
fn one_ascent_is_joined_and_its_points_hold_the_truth() {
    for revisit_s in [2.0, 10.0] {
        let (mut inside, mut all, mut chi, mut common) = (0, 0, 0.0, 0.0);
        for at in 0..12 {
            let mut dice = Dice::new(at);
            let pair =
                [0, 1].map(|n| Satellite::new(n, 10.0 + 60.0 * f64::from(n), revisit_s, &mut dice));
            let source = ascent(at, &mut dice);
            let seen = [0, 1].map(|n| {
                moving(
                    &pair[n],
                    std::slice::from_ref(&source),
                    source.last_s() + 10.0,
                    &mut dice,
                )
            });
            let points = pair.each_ref().map(pointing);
            let views = seen
                .each_ref()
                .map(|list| list.iter().map(Arc::as_ref).collect::<Vec<_>>());
            let joined = join(&views[0], &views[1], [&points[0], &points[1]]);
            assert_eq!(
                joined.len(),
                1,
                "{revisit_s} {at} {:?}",
                pair_fit(views[0][0], views[1][0], [&points[0], &points[1]])
            );
            chi += joined[0].fit.chi_square;
            common += f64::from(joined[0].fit.common);
            for point in triangulate(views[0][0], views[1][0], [&points[0], &points[1]]) {
                let truth_m = source
                    .position_m(seconds_between(start(), point.time))
                    .unwrap();
                let error_m = point.position_m - truth_m;
                let chi_square =
                    error_m.dot(&(point.covariance_m2.try_inverse().unwrap() * error_m));
                inside += usize::from(chi_square < 6.25);
                all += 1;
            }
            let path = |time| {
                Some((
                    source.position_m(seconds_between(start(), time))?,
                    Matrix3::identity() * 1e4,
                ))
            };
            let mean = consistent_with_path(views[1][0], &points[1], &path)
                .mean_chi_square()
                .unwrap();
            assert!(mean < 6.0, "{mean}");
            let wrong = |time| path(time).map(|(at_m, spread)| (at_m * 1.01, spread));
            assert!(
                consistent_with_path(views[1][0], &points[1], &wrong)
                    .mean_chi_square()
                    .unwrap()
                    > 20.0
            );
        }
        let share = inside as f64 / all as f64;
        eprintln!(
            "{revisit_s} s: {share:.3} of {all} points inside 90 %, miss chi-square per time {:.3}",
            chi / common
        );
        assert!((0.80..1.0).contains(&share), "{share}");
        assert!((0.5..1.4).contains(&(chi / common)), "{}", chi / common);
    }
}

#[test]
fn a_raid_is_joined_one_to_one() {
    for revisit_s in [2.0, 10.0] {
        let (mut right, mut wrong) = (0, 0);
        for seed in 0..3 {
            let mut dice = Dice::new(seed);
            let pair =
                [0, 1].map(|n| Satellite::new(n, 10.0 + 60.0 * f64::from(n), revisit_s, &mut dice));
            let sources = raid(&mut dice);
            let seen = [0, 1].map(|n| moving(&pair[n], &sources, 320.0, &mut dice));
            let points = pair.each_ref().map(pointing);
            let views = seen
                .each_ref()
                .map(|list| list.iter().map(Arc::as_ref).collect::<Vec<_>>());
            for joined in join(&views[0], &views[1], [&points[0], &points[1]]) {
                let find =
                    |list: &[&Tracklet], id| owner_of(list.iter().find(|t| t.id == id).unwrap());
                let same = find(&views[0], joined.first) == find(&views[1], joined.second);
                right += usize::from(same);
                wrong += usize::from(!same);
            }
        }
        eprintln!("raid, {revisit_s} s: {right} right, {wrong} wrong of 120");
        assert!(right > 2 * wrong || revisit_s > 5.0, "{right} {wrong}");
    }
}

//! Tracklets of a simulated world: purity, clutter, fires, fireballs.

use std::collections::BTreeMap;

use forewarn_physics::frames::wgs84::Geodetic;
use nalgebra::Vector3;

use super::*;
use crate::track::scan::Scan;
use crate::track::simulated::{Dice, Satellite, Source, owner, raid};

/// Everything that ever was confirmed, as it was last seen.
fn confirmed_of(tracker: &mut SensorTracker, scans: &[Scan]) -> Vec<Arc<Tracklet>> {
    let mut seen = BTreeMap::new();
    for scan in scans {
        let result = tracker.process(scan, &|_| None);
        let exchanged = result.exchanged.iter().flat_map(|pair| [pair.0, pair.1]);
        for id in result.updated.iter().map(|at| at.0).chain(exchanged) {
            let Some(tracklet) = tracker.get(id) else {
                continue;
            };
            if tracklet.confirmed {
                seen.insert(id, tracklet.clone());
            }
        }
    }
    seen.into_values().collect()
}

/// The commonest owner of a tracklet's reports, how many are its own, and how many there are.
fn majority(tracklet: &Tracklet) -> (String, usize, usize) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for hit in &tracklet.hits {
        *counts.entry(owner(&hit.record)).or_default() += 1;
    }
    let (name, own) = counts.iter().max_by_key(|at| at.1).unwrap();
    ((*name).to_owned(), *own, tracklet.hits.len())
}

#[derive(Debug, Default)]
struct Score {
    own: usize,
    all: usize,
    found: usize,
    tracklets: usize,
    of_false: usize,
    not_moving: usize,
    seen: usize,
}

impl Score {
    fn purity(&self) -> f64 {
        self.own as f64 / self.all as f64
    }
    fn held(&self) -> f64 {
        self.own as f64 / self.seen as f64
    }
}

fn score(satellite: &Satellite, sources: &[Source], until_s: f64, dice: &mut Dice) -> Score {
    let scans = satellite.scans(sources, until_s, dice);
    let mut tracker = SensorTracker::new(satellite.sensor, satellite.looks);
    let mut owners = BTreeMap::new();
    let seen = scans
        .iter()
        .flat_map(|scan| &scan.reports)
        .filter(|report| owner(&report.id) != "false")
        .count();
    let mut score = Score {
        seen,
        ..Score::default()
    };
    for tracklet in confirmed_of(&mut tracker, &scans) {
        let (name, own, all) = majority(&tracklet);
        score.own += own;
        score.all += all;
        score.tracklets += 1;
        score.of_false += usize::from(name == "false");
        score.not_moving += usize::from(tracklet.motion() != Motion::Moving);
        owners.insert(name, ());
    }
    owners.remove("false");
    score.found = owners.len();
    score
}

fn single(at: usize, dice: &mut Dice) -> Source {
    let (burn_s, stages) = [(75.0, 1.0), (110.0, 2.0), (180.0, 3.0), (300.0, 2.0)][at % 4];
    let pad = Geodetic::from_degrees(dice.uniform(-45.0, 55.0), dice.uniform(0.0, 60.0), 0.0);
    Source::ascent(
        format!("m{at}"),
        pad,
        10.0,
        dice.uniform(0.0, 6.2),
        burn_s,
        stages,
    )
}

#[test]
fn single_ascents_of_every_class_stay_whole_at_every_revisit() {
    for revisit_s in [1.0, 2.0, 5.0, 10.0] {
        let mut total = Score::default();
        for at in 0..24 {
            let mut dice = Dice::new(at as u64);
            let satellite = Satellite::new(0, 30.0, revisit_s, &mut dice);
            let source = single(at, &mut dice);
            let until_s = source.last_s() + 20.0;
            let one = score(&satellite, &[source], until_s, &mut dice);
            total.own += one.own;
            total.all += one.all;
            total.found += one.found;
            total.tracklets += one.tracklets;
            total.of_false += one.of_false;
            total.not_moving += one.not_moving;
            total.seen += one.seen;
        }
        eprintln!(
            "revisit {revisit_s} s: purity {:.4}, held {:.4}, {total:?}",
            total.purity(),
            total.held()
        );
        assert!(total.purity() >= 0.99 && total.held() >= 0.97, "{total:?}");
        assert_eq!((total.found, total.of_false), (24, 0));
    }
}

#[test]
fn a_raid_of_forty_keeps_its_tracklets_apart() {
    // Floors of what is measured (0.94, 0.72); the aim of 0.97 at 2 s is not reached yet: what is
    // left are neighbours that fly side by side within one sigma for half a minute.
    for (revisit_s, floor) in [(2.0, 0.92), (10.0, 0.66)] {
        let mut purity = 0.0;
        for seed in 0..5 {
            let mut dice = Dice::new(seed);
            let satellite = Satellite::new(0, 30.0, revisit_s, &mut dice);
            let sources = raid(&mut dice);
            let one = score(&satellite, &sources, 320.0, &mut dice);
            eprintln!(
                "{revisit_s} purity {:.4} held {:.4} {one:?}",
                one.purity(),
                one.held()
            );
            assert_eq!(one.of_false, 0);
            purity += one.purity() / 5.0;
        }
        eprintln!("revisit {revisit_s} s: purity {purity:.4}");
        assert!(purity > floor, "{purity}");
    }
}

#[test]
fn false_detections_alone_make_nothing() {
    for revisit_s in [1.0, 10.0] {
        let mut dice = Dice::new(3);
        let satellite = Satellite::new(0, 0.0, revisit_s, &mut dice);
        let mut tracker = SensorTracker::new(satellite.sensor, satellite.looks);
        let scans = satellite.scans(&[], 3_600.0, &mut dice);
        let confirmed = confirmed_of(&mut tracker, &scans);
        eprintln!(
            "{revisit_s} s: {} false tracklets confirmed in an hour",
            confirmed.len()
        );
        assert!(confirmed.is_empty(), "{:?}", confirmed[0]);
    }
}

#[test]
fn two_thousand_flickering_fires_stand_still() {
    for revisit_s in [2.0, 10.0] {
        let mut dice = Dice::new(7);
        let satellite = Satellite::new(0, 20.0, revisit_s, &mut dice);
        // Clustered, neighbours within 5 km.
        let fires: Vec<Source> = (0..2_000)
            .map(|at| {
                let place = Geodetic::from_degrees(
                    dice.uniform(-1.0, 1.0) + f64::from(at % 10),
                    dice.uniform(15.0, 17.0),
                    300.0,
                );
                let shows = dice.uniform(0.2, 1.0);
                Source::fire(format!("fire{at}"), place, shows)
            })
            .collect();
        let mut tracker = SensorTracker::new(satellite.sensor, satellite.looks);
        let (mut moving, mut confirmed) = (BTreeMap::new(), 0);
        for scan in satellite.scans(&fires, 60.0 * revisit_s, &mut dice) {
            let result = tracker.process(&scan, &|_| None);
            confirmed += result.confirmed.len();
            for (id, _) in &result.updated {
                let tracklet = tracker.get(*id).unwrap();
                if tracklet.confirmed && tracklet.motion() == Motion::Moving {
                    moving.insert(*id, tracklet.total_hits);
                }
            }
        }
        let count = |f: &dyn Fn(&Tracklet) -> bool| tracker.tracklets().filter(|t| f(t)).count();
        eprintln!(
            "{revisit_s} moving {} confirmed {confirmed} fixed {} stationary {} unknown {} live {}",
            moving.len(),
            count(&|t| t.is_fixed_source()),
            count(&|t| matches!(t.motion(), Motion::Stationary(_))),
            count(&|t| t.confirmed && t.motion() == Motion::Unknown),
            count(&|_| true),
        );
        // Aim: none. Floor: what is measured when all fires are new at once and within 6 km.
        assert!(
            moving.len() <= 20,
            "{} of 2,000 seemed to move",
            moving.len()
        );
        assert!(count(&|t| matches!(t.motion(), Motion::Stationary(_))) >= 1_850);
    }
}

#[test]
fn fireballs_form_tracklets_at_one_second() {
    let mut found = 0;
    for at in 0..20 {
        let mut dice = Dice::new(at);
        let satellite = Satellite::new(0, 30.0, 1.0, &mut dice);
        let place =
            Geodetic::from_degrees(dice.uniform(-40.0, 40.0), dice.uniform(0.0, 60.0), 90e3);
        let speed_m_s = dice.uniform(11e3, 60e3);
        let velocity_m_s = place.enu_from_itrf().transpose()
            * Vector3::new(0.9, 0.2, -0.38).normalize()
            * speed_m_s;
        let source = Source::line(
            "meteor".into(),
            place.to_itrf().vector(),
            velocity_m_s,
            5.0,
            6.0,
        );
        let one = score(&satellite, &[source], 20.0, &mut dice);
        found += one.found;
        assert_eq!(one.of_false, 0);
    }
    eprintln!("{found} of 20");
    assert!(found >= 18, "{found} of 20");
}

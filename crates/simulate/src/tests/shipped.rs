//! Every scenario in the repository reads and flies.
#![allow(
    clippy::disallowed_methods,
    reason = "tests read the shipped files and bound their time"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use forewarn_physics::frames::wgs84::height_m;

use crate::{Recording, Scenario, simulate};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios")
}

pub(super) fn read(path: &Path) -> Scenario {
    let text = std::fs::read_to_string(path).unwrap();
    let folder = path.parent().unwrap().to_owned();
    let files = move |name: &str| {
        // Relative to scenarios/<name>/, whatever the depth of the folder.
        std::fs::read_to_string(folder.join(name)).map_err(|error| error.to_string())
    };
    Scenario::read(&path.display().to_string(), &text, &files).unwrap()
}

pub(super) fn shipped(name: &str) -> Scenario {
    read(&root().join(name).join("scenario.toml"))
}

fn all(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            all(&entry, found);
        } else if entry.ends_with("scenario.toml") {
            found.push(entry);
        }
    }
}

/// Those whose run is long are flown by tests of their own, cut short.
const LONG: [&str; 5] = ["orbits", "orbits-catalogued", "fireballs", "fires", "raid"];

#[test]
fn all_read_and_fly_and_the_flights_are_seen() {
    let mut found = Vec::new();
    all(&root(), &mut found);
    assert!(found.len() >= 20, "{}", found.len());
    for path in found {
        let started = std::time::Instant::now();
        let mut scenario = read(&path);
        assert!(scenario.description.len() > 10, "{}", scenario.name);
        assert!(
            path.parent().unwrap().ends_with(&scenario.name),
            "{}",
            scenario.name
        );
        assert!(
            path.with_file_name("expected.toml").exists(),
            "{}",
            scenario.name
        );
        if LONG.contains(&scenario.name.as_str()) {
            scenario.duration_s = 120.0;
        }
        let recording = simulate(&scenario, scenario.seed, &mut |_| {}).unwrap();
        let seen = seen(&recording);
        if !LONG.contains(&scenario.name.as_str()) {
            // History has its sensors where they were: not each saw everything.
            let history = path.components().any(|part| part.as_os_str() == "history");
            for (name, counts) in &seen {
                let enough = |count: &usize| *count >= 2;
                let well = counts.iter().all(enough) || history && counts.iter().any(enough);
                assert!(well, "{}: {name} {counts:?}", scenario.name);
            }
        }
        println!(
            "{:24} {:6} lines {:.2} s {seen:?}",
            scenario.name,
            recording.detections.len(),
            started.elapsed().as_secs_f64()
        );
    }
}

/// Of each object with a launch: reports of each sensor.
fn seen(recording: &Recording) -> Vec<(String, Vec<usize>)> {
    let launched = recording
        .truth
        .objects
        .iter()
        .filter(|object| object.launch.is_some());
    launched
        .map(|object| {
            let mut counts = vec![0; recording.sensors.len()];
            for record in &recording.detections {
                if record.origin.as_ref() == Some(&object.object) {
                    counts[record.report.sensor.0 as usize] += 1;
                }
            }
            (object.object.to_string(), counts)
        })
        .collect()
}

/// 602 real orbits: all fly, in sight of a fan at ranges and heights of satellites.
#[test]
fn the_real_orbits_fly_and_are_seen() {
    let mut scenario = shipped("orbits-catalogued");
    scenario.duration_s = 600.0;
    let recording = simulate(&scenario, 1, &mut |_| {}).unwrap();
    assert_eq!(recording.notes, Vec::<String>::new());
    assert_eq!(recording.truth.objects.len(), 602);
    assert_eq!(
        recording.catalogue_tle.as_ref().unwrap().lines().count(),
        3 * 602
    );
    let seen = recording
        .truth
        .origins
        .iter()
        .filter(|origin| origin.1.is_some())
        .count();
    assert!(seen > 500, "{seen}");
    for state in recording.truth.states.iter().step_by(97) {
        let height = height_m(&state.position_m);
        assert!(
            (1.0e5..6.0e7).contains(&height),
            "{} {height}",
            state.object
        );
    }
}

/// Fireballs and fires: those bright enough are reported, all of them where they are.
#[test]
fn real_fireballs_and_fires_are_seen_where_they_are() {
    let fireballs = simulate(&shipped("fireballs"), 1, &mut |_| {}).unwrap();
    assert_eq!(fireballs.truth.objects.len(), 322);
    let seen: BTreeSet<_> = fireballs
        .truth
        .origins
        .iter()
        .filter_map(|origin| origin.1.clone())
        .collect();
    println!("{} fireballs seen", seen.len());
    assert!(seen.len() > 30, "{}", seen.len());
    let mut fires = shipped("fires");
    fires.duration_s = 300.0;
    let fires = simulate(&fires, 1, &mut |_| {}).unwrap();
    assert_eq!(fires.truth.objects.len(), 19_416);
    let seen: BTreeSet<_> = fires
        .truth
        .origins
        .iter()
        .filter_map(|origin| origin.1.clone())
        .collect();
    println!("{} fires seen", seen.len());
    assert!((1..2_000).contains(&seen.len()), "{}", seen.len());
}

/// A raid: forty missiles, each seen by both satellites, with everything that falls off.
#[test]
fn the_raid_flies_forty() {
    let recording = simulate(&shipped("raid"), 1, &mut |_| {}).unwrap();
    let seen = seen(&recording);
    assert_eq!(seen.len(), 40);
    for (name, counts) in &seen {
        assert!(counts[0] >= 8 && counts[1] >= 8, "{name} {counts:?}");
    }
    assert!(recording.truth.objects.len() > 120);
    let launches: Vec<_> = recording
        .truth
        .objects
        .iter()
        .filter_map(|object| object.launch)
        .map(|launch| launch.0.time)
        .collect();
    let window = *launches.iter().max().unwrap() - *launches.iter().min().unwrap();
    assert!(window.to_seconds() <= 120.0);
}

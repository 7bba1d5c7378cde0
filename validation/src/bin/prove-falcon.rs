//! The real Falcon ascents through the whole chain: two satellites, one radar, many noise draws.
//!
//! `cargo run --release -p forewarn-validation --bin prove-falcon -- [DRAWS] [FLIGHT] [FIRST_SEED]`
//!
//! The launch is judged 15 s after the first stage's cut-off, from one run with the gazetteer's
//! prior left out and put in: it moves nothing but the launch estimate. With a `FLIGHT` named,
//! nothing is written.
#![allow(clippy::print_stdout, reason = "the output is the product")]
#![allow(
    clippy::let_underscore_must_use,
    reason = "writing to a String cannot fail"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use forewarn_core::engine::Engine;
use forewarn_core::estimate::launch::launch_estimate;
use forewarn_core::model::{
    Assessment, Class, Ellipse, Event, EventBody, LaunchEstimate, LaunchSite, ObjectId, Record,
    RecordId, StateEstimate, Verdict,
};
use forewarn_formats::gazetteer;
use forewarn_physics::flight::coast::{Body, propagate};
use forewarn_physics::frames::wgs84::{Geodetic, height_m};
use forewarn_physics::time::{after, format_utc, parse_utc, seconds_between};
use forewarn_simulate::Recording;
use forewarn_simulate::objects::falcon::{FLIGHTS, Flight};
use forewarn_validation::benchmarks::draws::Draws;
use forewarn_validation::harness::{Extras, fly, setup};
use forewarn_validation::proof::Proof;
use rayon::prelude::*;

/// The launch is judged this long after the first stage's cut-off [s].
const AFTER_CUTOFF_S: f64 = 15.0;
/// Lift-off in the scenarios [s].
const LIFT_OFF_S: f64 = 60.0;
/// 90 % of a two-dimensional Gaussian lie within this squared distance.
const NINETY: f64 = 4.605_17;
/// The object is the ascent if it holds at least this many of its reports.
const FEWEST_REPORTS: usize = 4;

/// One launch estimate against the truth.
#[derive(Debug, Clone, Copy, Default)]
struct Located {
    error_m: f64,
    squared: f64,
    semi_major_m: f64,
    time_error_s: f64,
    time_sigma_s: f64,
}

/// One draw.
#[derive(Debug, Clone, Default)]
struct Draw {
    found: bool,
    without: Option<Located>,
    with: Option<Located>,
    late: Option<Located>,
    p_value: f64,
    /// Rank of the true pad among those named, 0 first; and whether the first is of its range.
    pad_rank: Option<usize>,
    range_named: bool,
    confirmed: bool,
    suspected: bool,
    class: Option<Class>,
    verdict: Option<Verdict>,
    largest_threat: f64,
    /// Height [m] and time [s] of the apogee, estimate less truth.
    apogee: Option<(f64, f64)>,
}

fn main() -> std::process::ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let draws: u64 = arguments.first().and_then(|a| a.parse().ok()).unwrap_or(50);
    let only = arguments.get(1).filter(|name| *name != "all");
    let first: u64 = arguments.get(2).and_then(|a| a.parse().ok()).unwrap_or(1);
    let sites = gazetteer::load();
    let rows: Vec<(&Flight, Vec<Draw>)> = FLIGHTS
        .iter()
        .filter(|flight| only.is_none_or(|name| name == flight.name))
        .map(|flight| {
            let drawn = (first..first + draws).into_par_iter().filter_map(|seed| {
                let draw = one(flight, seed, &surveyed(&sites, seed));
                match &draw {
                    Ok(draw) => eprintln!("{} {seed}: {}", flight.name, line(draw)),
                    Err(error) => eprintln!("{} {seed}: {error}", flight.name),
                }
                draw.ok()
            });
            (flight, drawn.collect())
        })
        .collect();
    let missiles: Vec<bool> = if only.is_none() {
        (first..first + draws.min(10))
            .into_par_iter()
            .filter_map(missile_confirmed)
            .collect()
    } else {
        Vec::new()
    };
    let proof = report(&rows, &missiles, draws);
    if only.is_none() {
        proof.finish()
    } else {
        std::process::ExitCode::SUCCESS
    }
}

fn line(draw: &Draw) -> String {
    let located = |l: &Option<Located>| {
        l.map_or("-".into(), |l| {
            format!(
                "{:.2} of {:.1} km d2 {:.1} t {:+.1}±{:.1}",
                l.error_m / 1e3,
                l.semi_major_m / 1e3,
                l.squared,
                l.time_error_s,
                l.time_sigma_s
            )
        })
    };
    format!(
        "without [{}] with [{}] late [{}] p {:.4} pad {:?} {} confirmed {} P<= {:.2} end {:?} {:?} apogee {:?}",
        located(&draw.without),
        located(&draw.with),
        located(&draw.late),
        draw.p_value,
        draw.pad_rank,
        draw.range_named,
        draw.confirmed,
        draw.largest_threat,
        draw.verdict,
        draw.class,
        draw.apogee
            .map(|(height, time)| (height.round(), (time * 100.0).round() / 100.0))
    )
}

fn scenario(flight: &Flight) -> Result<(String, String), String> {
    let (name, flown, start) = if flight.pad_deg[0] < 30.0 {
        ("falcon-florida", "spacex-crs-14", "2018-04-02T20:29:38Z")
    } else {
        ("falcon-california", "paz", "2018-02-22T14:16:00Z")
    };
    let path = format!(
        "{}/../scenarios/{name}/scenario.toml",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    let launched = parse_utc(flight.launched).map_err(|error| error.to_string())?;
    let begins = format_utc(after(launched, -LIFT_OFF_S));
    let text = text
        .replace(
            &format!("flight = \"{flown}\""),
            &format!("flight = \"{}\"", flight.name),
        )
        .replace(start, &begins);
    Ok((name.into(), text))
}

/// The gazetteer as another survey of the same accuracy would have it. The simulated pads stand
/// exactly where the shipped one says; real ones only to within its stated sigma.
fn surveyed(sites: &[LaunchSite], seed: u64) -> Vec<LaunchSite> {
    let mut draws = Draws::new(seed);
    sites
        .iter()
        .map(|site| {
            let (east_m, north_m) = (site.sigma_m * draws.normal(), site.sigma_m * draws.normal());
            let place = forewarn_physics::frames::geodesic::direct(
                &site.place,
                forewarn_physics::math::atan2(east_m, north_m),
                (east_m * east_m + north_m * north_m).sqrt(),
            );
            LaunchSite {
                place,
                ..site.clone()
            }
        })
        .collect()
}

/// Reports of the ascent that each of the engine's objects holds, and what was said of it.
struct Watch<'a> {
    origins: BTreeMap<&'a RecordId, &'a str>,
    held: BTreeMap<ObjectId, BTreeSet<RecordId>>,
    said: BTreeMap<ObjectId, Vec<Assessment>>,
}

impl<'a> Watch<'a> {
    fn new(recording: &'a Recording) -> Self {
        let origins = recording
            .truth
            .origins
            .iter()
            .filter_map(|(id, object)| Some((id, object.as_deref()?)))
            .collect();
        Self {
            origins,
            held: BTreeMap::new(),
            said: BTreeMap::new(),
        }
    }

    fn hear(&mut self, event: &Event) {
        let EventBody::Assessment(assessment) = &event.body else {
            return;
        };
        let held = self.held.entry(assessment.object).or_default();
        held.extend(
            assessment
                .detections
                .iter()
                .filter(|id| self.origins.get(id).is_some_and(|o| !o.contains('/')))
                .cloned(),
        );
        for gone in &assessment.withdrawn {
            held.remove(gone);
        }
        self.said
            .entry(assessment.object)
            .or_default()
            .push((**assessment).clone());
    }

    /// The object that holds most of the ascent's reports.
    fn ascent(&self) -> Option<ObjectId> {
        let best = self.held.iter().max_by_key(|(_, held)| held.len())?;
        (best.1.len() >= FEWEST_REPORTS).then_some(*best.0)
    }
}

fn one(flight: &Flight, seed: u64, sites: &[LaunchSite]) -> Result<Draw, String> {
    let (name, text) = scenario(flight)?;
    let recording = fly(&name, &text, seed).map_err(|error| error.to_string())?;
    let setup = setup(&recording, &Extras::default());
    let mut engine = Engine::new(setup).map_err(|error| error.to_string())?;
    let mut watch = Watch::new(&recording);
    let cutoff_s = LIFT_OFF_S + flight.burns[0].1;
    let truth = recording
        .truth
        .objects
        .iter()
        .find_map(|object| object.launch.as_ref())
        .ok_or("no launch in the truth")?
        .0;
    let last_burn_s = LIFT_OFF_S + flight.burns.get(1).map_or(flight.burns[0].1, |b| b.1);
    let mut draw = Draw::default();
    let mut asked = [
        (cutoff_s + AFTER_CUTOFF_S, false),
        (last_burn_s + AFTER_CUTOFF_S, false),
    ];
    for simulated in &recording.detections {
        let report = &simulated.report;
        for (index, (at_s, done)) in asked.iter_mut().enumerate() {
            if !*done && seconds_between(recording.start, report.time) > *at_s {
                *done = true;
                let tick = Record::Tick(after(recording.start, *at_s));
                engine.step(&tick).iter().for_each(|e| watch.hear(e));
                let id = watch.ascent();
                let fit = id.and_then(|id| engine.ascent(id));
                let locate = |sites: &[LaunchSite]| {
                    launch_estimate(fit?, sites)
                        .map(|launch| (located(&launch, &truth.place, truth.time), launch))
                };
                if index == 1 {
                    draw.late = locate(&[]).map(|found| found.0);
                    continue;
                }
                draw.p_value = fit.map_or(0.0, |fit| fit.p_value);
                draw.found = id.is_some();
                draw.without = locate(&[]).map(|found| found.0);
                if let Some((found, launch)) = locate(sites) {
                    draw.with = Some(found);
                    named(&mut draw, &launch, &truth.place, sites);
                }
            }
        }
        engine
            .step(&Record::Report(report.clone()))
            .iter()
            .for_each(|event| watch.hear(event));
    }
    finish(&mut draw, &mut engine, &mut watch);
    draw.apogee = apogee(flight, &watch, &recording);
    Ok(draw)
}

fn finish(draw: &mut Draw, engine: &mut Engine, watch: &mut Watch<'_>) {
    if let Some(end) = engine.time() {
        for k in 1..=12 {
            let tick = Record::Tick(after(end, 5.0 * f64::from(k)));
            engine.step(&tick).iter().for_each(|e| watch.hear(e));
        }
    }
    for said in watch.said.values().flatten() {
        draw.confirmed |= said.verdict == Verdict::Confirmed;
        draw.suspected |= said.verdict == Verdict::Suspected;
        draw.largest_threat = draw.largest_threat.max(said.probabilities.threat());
    }
    let last = watch
        .ascent()
        .and_then(|id| watch.said.get(&id)?.last().cloned());
    draw.class = last.as_ref().map(|last| last.classification);
    draw.verdict = last.as_ref().map(|last| last.verdict);
}

fn located(
    launch: &LaunchEstimate,
    place: &Geodetic,
    time: forewarn_physics::time::Epoch,
) -> Located {
    let level = Geodetic {
        height_m: 0.0,
        ..*place
    };
    let offset = launch.place.enu_from_itrf() * (level.to_itrf() - launch.place.to_itrf());
    let miss = nalgebra::Vector2::new(offset.x, offset.y);
    let squared = launch
        .covariance_en_m2
        .try_inverse()
        .map_or(f64::INFINITY, |inverse| miss.dot(&(inverse * miss)));
    Located {
        error_m: miss.norm(),
        squared,
        semi_major_m: Ellipse::of(&launch.covariance_en_m2, 0.9).semi_major_m,
        time_error_s: seconds_between(time, launch.time),
        time_sigma_s: launch.time_sigma_s,
    }
}

/// Codes of GCAT begin with the range's letters: Cape and Kennedy share one strip of coast.
fn range_of(code: &str) -> &str {
    match code.split(' ').next().unwrap_or(code) {
        "CC" | "KSC" | "CCSFS" => "cape",
        "VS" | "VSFB" | "VSFBS" => "vandenberg",
        other => other,
    }
}

fn named(draw: &mut Draw, launch: &LaunchEstimate, place: &Geodetic, sites: &[LaunchSite]) {
    let distance_m = |site: &LaunchSite| {
        forewarn_physics::frames::geodesic::inverse(&site.place, place).distance_m
    };
    let Some(pad) = sites
        .iter()
        .min_by(|a, b| distance_m(a).total_cmp(&distance_m(b)))
    else {
        return;
    };
    draw.pad_rank = launch.sites.iter().position(|site| site.code == pad.code);
    draw.range_named = launch
        .sites
        .first()
        .is_some_and(|site| range_of(&site.code) == range_of(&pad.code));
}

/// Apogee of the coast of a first stage recorded alone: estimate less truth.
fn apogee(flight: &Flight, watch: &Watch<'_>, recording: &Recording) -> Option<(f64, f64)> {
    if flight.stage != 1 {
        return None;
    }
    let pushed_s = flight
        .burns
        .iter()
        .filter(|burn| burn.0 < 250.0)
        .map(|burn| burn.1)
        .fold(0.0, f64::max);
    let ends_s = flight
        .burns
        .iter()
        .map(|burn| burn.0)
        .find(|from| *from > pushed_s)
        .unwrap_or(f64::INFINITY);
    let seconds = |time| seconds_between(recording.start, time) - LIFT_OFF_S;
    let states: Vec<_> = recording
        .truth
        .states
        .iter()
        .filter(|state| &*state.object == "ascent")
        .collect();
    let climb = |r: &nalgebra::Vector3<f64>, v: &nalgebra::Vector3<f64>| {
        v.dot(&Geodetic::from_itrf(forewarn_physics::frames::Position::from_vector(*r)).up())
    };
    let truth = states
        .windows(2)
        .find(|pair| {
            seconds(pair[0].time) > 100.0
                && climb(&pair[0].position_m, &pair[0].velocity_m_s) > 0.0
                && climb(&pair[1].position_m, &pair[1].velocity_m_s) <= 0.0
        })
        .map(|pair| {
            let (a, b) = (
                climb(&pair[0].position_m, &pair[0].velocity_m_s),
                climb(&pair[1].position_m, &pair[1].velocity_m_s),
            );
            let span_s = seconds_between(pair[0].time, pair[1].time);
            let share = a / (a - b);
            let rise_m = 0.5 * a * share * span_s;
            (
                height_m(&pair[0].position_m) + rise_m,
                seconds(pair[0].time) + share * span_s,
            )
        })?;
    let followed = watch
        .said
        .values()
        .flatten()
        .filter(|said| {
            said.detections
                .iter()
                .any(|id| watch.origins.get(id) == Some(&"ascent"))
        })
        .filter_map(|said| said.state.as_ref())
        .filter(|state| (pushed_s + 10.0..ends_s).contains(&seconds(state.time)))
        .min_by(|a, b| {
            let from = |state: &StateEstimate| (seconds(state.time) - truth.1).abs();
            from(a).total_cmp(&from(b))
        })?;
    let (height, time) = top(followed)?;
    Some((height - truth.0, seconds(time) - truth.1))
}

/// Highest point of the vacuum path through a state.
fn top(state: &StateEstimate) -> Option<(f64, forewarn_physics::time::Epoch)> {
    let mut at_s = 0.0;
    let mut here = state.state;
    for _ in 0..8 {
        let place = Geodetic::from_itrf(here.position);
        let climb = here.velocity.vector().dot(&place.up());
        if climb.abs() < 1e-3 {
            break;
        }
        at_s += climb / 9.3;
        here = propagate(&state.state, at_s, &Body::VACUUM);
    }
    let height = height_m(&here.position.vector());
    height
        .is_finite()
        .then(|| (height, after(state.time, at_s)))
}

/// A missile from a pad of space launches is confirmed all the same.
fn missile_confirmed(seed: u64) -> Option<bool> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../scenarios/missile-from-pad/scenario.toml"
    );
    let text = std::fs::read_to_string(path).ok()?;
    let recording = fly("missile-from-pad", &text, seed).ok()?;
    let mut confirmed = false;
    let extras = Extras {
        gazetteer: gazetteer::load(),
        ..Extras::default()
    };
    let mut engine = Engine::new(setup(&recording, &extras)).ok()?;
    for simulated in &recording.detections {
        for event in engine.step(&Record::Report(simulated.report.clone())) {
            if let EventBody::Assessment(said) = &event.body {
                confirmed |= said.verdict == Verdict::Confirmed;
            }
        }
        if confirmed {
            break;
        }
    }
    eprintln!("missile-from-pad {seed}: confirmed {confirmed}");
    Some(confirmed)
}

struct Pool {
    count: usize,
    covered: usize,
    rms_m: f64,
    semi_major_m: f64,
}

fn pool<'a>(located: impl Iterator<Item = &'a Located>) -> Pool {
    let all: Vec<&Located> = located.collect();
    let n = all.len().max(1) as f64;
    let mut sizes: Vec<f64> = all.iter().map(|l| l.semi_major_m).collect();
    sizes.sort_by(f64::total_cmp);
    Pool {
        count: all.len(),
        covered: all.iter().filter(|l| l.squared <= NINETY).count(),
        rms_m: (all.iter().map(|l| l.error_m * l.error_m).sum::<f64>() / n).sqrt(),
        semi_major_m: sizes.get(sizes.len() / 2).copied().unwrap_or(f64::NAN),
    }
}

fn percent(part: usize, whole: usize) -> f64 {
    100.0 * part as f64 / whole.max(1) as f64
}

fn report(rows: &[(&Flight, Vec<Draw>)], missiles: &[bool], draws: u64) -> Proof {
    let mut proof = Proof::new("falcon", "Real ascents");
    proof.line(&format!(
        "The 14 real Falcon flights rebuilt from their webcast telemetry, each over {draws} draws of noise, misses, biases, clouds and false detections, seen by two scanning geostationary satellites (5 s, 20 µrad, pointing bias 10 µrad) and one radar at the range. The launch is judged {AFTER_CUTOFF_S:.0} s after the first stage's cut-off, without the gazetteer's prior and with it; an ellipse holds the launch when the pad lies inside the 90 % one. Classes and verdicts are those at the end of each run; `confirmed` anywhere in it, of any object, counts. The apogee is that of the state told nearest to it, flown in vacuum to its highest point, less that of the telemetry (shown in steps of 1 km above 99.5 km, smoothed).\n"
    ));
    let mut text = String::new();
    let _ = writeln!(
        text,
        "| flight | to orbit | draws | found | in ellipse % without | with | rms km without | with | 90 % ellipse km | time in 90 % | pad first % | pad named % | confirmed | space launch % | apogee km, s (rms) |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    );
    for (flight, all) in rows {
        row(&mut text, flight.name, flight.stage == 2, all);
    }
    let every: Vec<Draw> = rows.iter().flat_map(|(_, all)| all.clone()).collect();
    row(&mut text, "all", false, &every);
    let without = pool(every.iter().filter_map(|d| d.without.as_ref()));
    let with = pool(every.iter().filter_map(|d| d.with.as_ref()));
    let orbit: Vec<&Draw> = rows
        .iter()
        .filter(|(flight, _)| flight.stage == 2)
        .flat_map(|(_, all)| all)
        .collect();
    let alone: Vec<&Draw> = rows
        .iter()
        .filter(|(flight, _)| flight.stage == 1)
        .flat_map(|(_, all)| all)
        .collect();
    let share = |p: &Pool| percent(p.covered, p.count);
    let apogees_followed = alone.iter().filter(|d| d.apogee.is_some()).count();
    let apogees_close = alone
        .iter()
        .filter_map(|d| d.apogee)
        .filter(|(height, time)| height.abs() < 1_000.0 && time.abs() < 1.0)
        .count();
    let goals = [
        (
            format!(
                "found: {} of {}",
                every.iter().filter(|d| d.without.is_some()).count(),
                every.len()
            ),
            every.iter().all(|d| d.without.is_some()),
        ),
        (
            format!(
                "launch inside the 90 % ellipse without the gazetteer, 85 to 95 %: {:.1} %",
                share(&without)
            ),
            (85.0..=95.0).contains(&share(&without)),
        ),
        (
            format!(
                "launch inside the 90 % ellipse with the gazetteer, 85 to 95 %: {:.1} %",
                share(&with)
            ),
            (85.0..=95.0).contains(&share(&with)),
        ),
        (
            format!(
                "the right launch site named first, the true pad among those ranked: {:.1} %, {:.1} %",
                percent(every.iter().filter(|d| d.range_named).count(), every.len()),
                percent(
                    every.iter().filter(|d| d.pad_rank.is_some()).count(),
                    every.len()
                )
            ),
            every.iter().all(|d| d.range_named && d.pad_rank.is_some()),
        ),
        (
            format!(
                "to orbit, classified space_launch: {:.1} % of {}",
                percent(
                    orbit
                        .iter()
                        .filter(|d| d.class == Some(Class::SpaceLaunch))
                        .count(),
                    orbit.len()
                ),
                orbit.len()
            ),
            orbit.iter().all(|d| d.class == Some(Class::SpaceLaunch)),
        ),
        (
            format!(
                "to orbit, ever confirmed: {}",
                orbit.iter().filter(|d| d.confirmed).count()
            ),
            orbit.iter().all(|d| !d.confirmed),
        ),
        (
            format!(
                "first stages alone, ever confirmed: {} of {}",
                alone.iter().filter(|d| d.confirmed).count(),
                alone.len()
            ),
            alone.iter().all(|d| !d.confirmed),
        ),
        (
            format!(
                "first stages alone, apogee within 1 km and 1 s: {apogees_close} of {} ({apogees_followed} followed)",
                alone.len()
            ),
            apogees_close == alone.len(),
        ),
        (
            format!(
                "missile from the pad confirmed: {} of {}",
                missiles.iter().filter(|c| **c).count(),
                missiles.len()
            ),
            missiles.iter().all(|c| *c),
        ),
    ];
    proof.line(&text);
    proof.line("The gazetteer's places are drawn anew for each draw within their stated accuracy, since the simulated pads stand exactly where it says. With it the launch is one of a few known points: an ellipse that holds the likely ones holds the launch more often than its 90 % where pads stand close together.");
    for (what, met) in &goals {
        let (goal, figure) = what.split_once(": ").unwrap_or((what, ""));
        proof.goal(goal, figure, *met);
    }
    proof
}

fn row(text: &mut String, name: &str, to_orbit: bool, all: &[Draw]) {
    let n = all.len();
    let without = pool(all.iter().filter_map(|d| d.without.as_ref()));
    let with = pool(all.iter().filter_map(|d| d.with.as_ref()));
    let times = all
        .iter()
        .filter_map(|d| d.without.as_ref())
        .filter(|l| l.time_error_s.abs() <= 1.645 * l.time_sigma_s)
        .count();
    let apogees: Vec<(f64, f64)> = all.iter().filter_map(|d| d.apogee).collect();
    let rms = |of: &dyn Fn(&(f64, f64)) -> f64| {
        (apogees.iter().map(|a| of(a) * of(a)).sum::<f64>() / apogees.len().max(1) as f64).sqrt()
    };
    let apogee = if apogees.is_empty() {
        "–".to_owned()
    } else {
        format!(
            "{:.2}, {:.2} ({})",
            rms(&|a| a.0) / 1e3,
            rms(&|a| a.1),
            apogees.len()
        )
    };
    let count = |of: &dyn Fn(&Draw) -> bool| all.iter().filter(|d| of(d)).count();
    let _ = writeln!(
        text,
        "| {name} | {} | {n} | {} | {:.0} | {:.0} | {:.2} | {:.2} | {:.2} | {:.0} | {:.0} | {:.0} | {} | {:.0} | {apogee} |",
        if to_orbit { "yes" } else { "" },
        without.count,
        percent(without.covered, without.count),
        percent(with.covered, with.count),
        without.rms_m / 1e3,
        with.rms_m / 1e3,
        without.semi_major_m / 1e3,
        percent(times, without.count),
        percent(count(&|d| d.pad_rank == Some(0)), n),
        percent(count(&|d| d.pad_rank.is_some()), n),
        count(&|d| d.confirmed),
        percent(count(&|d| d.class == Some(Class::SpaceLaunch)), n),
    );
}

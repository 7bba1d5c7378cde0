//! Missiles of every class: two satellites and a radar (or one satellite alone), everything drawn
//! anew for each seed; scored at cut-off + 15 s, the radar's first report + 60 s and impact − 120 s.
//!
//! `cargo xtask prove classes -- [DRAWS PER CLASS] [FIRST SEED] [CLASS|all] [one]`
//!
//! The bound beside the launch error is computed from the same looks by a fit that is told the
//! class and the number of stages: the inverse of the looks' information and the prior's together
//! (a Bayesian Cramér–Rao bound, linearised at the fit and conditional on which looks were made).
#![allow(
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::let_underscore_must_use,
    reason = "a proof speaks to a person; writing to a String cannot fail"
)]

use std::fmt::Write as _;
use std::process::ExitCode;

use forewarn_validation::harness::{Extras, fly, run_and_score};
use forewarn_validation::launch_bound::launch_bound_m;
use forewarn_validation::proof::Proof;
use forewarn_validation::score::{Moment, ThreatScore};
use rayon::prelude::*;

const CLASSES: [&str; 9] = [
    "short_range",
    "medium_range",
    "intermediate_range",
    "long_range_solid",
    "long_range_liquid",
    "submarine",
    "depressed",
    "lofted",
    "glider",
];

struct Draw {
    class: &'static str,
    seed: u64,
    threat: Option<ThreatScore>,
    false_confirmed: usize,
    false_suspected: usize,
    /// Bound of the launch error [m].
    bound_m: Option<f64>,
    seconds: f64,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let draws: u64 = arguments.first().and_then(|a| a.parse().ok()).unwrap_or(50);
    let first: u64 = arguments
        .get(1)
        .and_then(|a| a.parse().ok())
        .unwrap_or(1_000);
    let only = arguments
        .get(2)
        .cloned()
        .unwrap_or_else(|| "all".to_owned());
    let one = arguments.get(3).is_some_and(|a| a == "one");
    let jobs: Vec<(&'static str, u64)> = CLASSES
        .iter()
        .filter(|c| only == "all" || only == **c)
        .flat_map(|class| (first..first + draws).map(|seed| (*class, seed)))
        .collect();
    let done = std::sync::atomic::AtomicUsize::new(0);
    let outcomes: Vec<Draw> = jobs
        .par_iter()
        .map(|(class, seed)| {
            let draw = draw(class, *seed, one);
            let count = done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
            eprint!("\r{count} of {} draws", jobs.len());
            draw
        })
        .collect();
    eprintln!();
    let (name, title) = if one {
        (
            "one-satellite",
            "Missiles of every class, seen by one satellite alone",
        )
    } else {
        (
            "classes",
            "Missiles of every class, two satellites and a radar",
        )
    };
    let mut proof = Proof::new(name, title);
    proof.line(&format!(
        "{draws} draws of each class from seed {first}; everything is drawn anew for each.\n"
    ));
    let mut text = String::new();
    for moment in [
        Moment::AfterCutoff,
        Moment::AfterRadar,
        Moment::BeforeImpact,
    ] {
        table(&mut text, moment, &outcomes);
    }
    verdicts(&mut text, &outcomes);
    proof.line(&format!("```text{text}```\n"));
    goals(&mut proof, &outcomes, one);
    if std::env::var_os("PROVE_VERBOSE").is_some() {
        outcomes.iter().for_each(show);
    }
    proof.finish()
}

fn moments(
    outcomes: &[Draw],
    class: &str,
    moment: Moment,
) -> Vec<forewarn_validation::score::MomentScore> {
    let of = outcomes
        .iter()
        .filter(|d| class == "all" || d.class == class);
    of.filter_map(|d| d.threat.as_ref())
        .filter_map(|t| t.moments.iter().find(|m| m.moment == moment))
        .cloned()
        .collect()
}

/// Share and count of what holds the truth.
fn held(flags: impl Iterator<Item = bool>) -> (f64, usize) {
    let (mut inside, mut of) = (0usize, 0usize);
    for flag in flags {
        inside += usize::from(flag);
        of += 1;
    }
    (inside as f64 / of.max(1) as f64, of)
}

fn goals(proof: &mut Proof, outcomes: &[Draw], one: bool) {
    for moment in [
        Moment::AfterCutoff,
        Moment::AfterRadar,
        Moment::BeforeImpact,
    ] {
        coverage(proof, outcomes, moment);
    }
    bound(proof, outcomes);
    verdict_goals(proof, outcomes, one);
}

fn coverage(proof: &mut Proof, outcomes: &[Draw], moment: Moment) {
    let judged = moments(outcomes, "all", moment);
    let shares = [
        (
            "launch ellipses",
            held(
                judged
                    .iter()
                    .filter_map(|m| Some(m.launch.as_ref()?.inside_90)),
            ),
        ),
        (
            "launch times",
            held(
                judged
                    .iter()
                    .filter_map(|m| Some(m.launch.as_ref()?.time_inside_90)),
            ),
        ),
        (
            "impact ellipses and regions",
            held(
                judged
                    .iter()
                    .filter_map(|m| Some(m.impact.as_ref()?.inside_90)),
            ),
        ),
        (
            "impact times",
            held(
                judged
                    .iter()
                    .filter_map(|m| m.impact.as_ref()?.time_inside_90),
            ),
        ),
    ];
    for (what, (share, of)) in shares {
        // No radar, no such moment: nothing asked is nothing held.
        if of == 0 {
            continue;
        }
        let goal = format!("{moment:?}: 90 % {what} hold the truth in 86 to 94 %, pooled");
        proof.goal(
            &goal,
            &format!("{share:.3} of {of}"),
            (0.86..=0.94).contains(&share),
        );
    }
    for class in CLASSES {
        let judged = moments(outcomes, class, moment);
        let (share, of) = held(
            judged
                .iter()
                .filter_map(|m| Some(m.launch.as_ref()?.inside_90)),
        );
        if of > 0 && share < 0.82 {
            let goal = format!("{moment:?}: launch ellipses of {class} hold it in 82 % at least");
            proof.goal(&goal, &format!("{share:.3} of {of}"), false);
        }
    }
}

fn bound(proof: &mut Proof, outcomes: &[Draw]) {
    let pairs: Vec<(f64, f64)> = outcomes
        .iter()
        .filter_map(|d| {
            let threat = d.threat.as_ref()?;
            let moment = threat
                .moments
                .iter()
                .find(|m| m.moment == Moment::AfterCutoff)?;
            Some((moment.launch.as_ref()?.error_m, d.bound_m?))
        })
        .collect();
    let n = pairs.len().max(1) as f64;
    let error = (pairs.iter().map(|p| p.0 * p.0).sum::<f64>() / n).sqrt();
    let bound = (pairs.iter().map(|p| p.1 * p.1).sum::<f64>() / n).sqrt();
    proof.goal(
        "RMS launch error at cut-off + 15 s under 1.5 times the Bayesian Cramér–Rao bound",
        &format!(
            "{:.2} km / {:.2} km = {:.2} over {}",
            error / 1e3,
            bound / 1e3,
            error / bound,
            pairs.len()
        ),
        error < 1.5 * bound,
    );
}

fn verdict_goals(proof: &mut Proof, outcomes: &[Draw], one: bool) {
    let threats: Vec<&ThreatScore> = outcomes.iter().filter_map(|d| d.threat.as_ref()).collect();
    let suspected = held(
        threats
            .iter()
            .map(|t| t.suspected_after_s.is_some_and(|s| s <= 60.0)),
    );
    proof.goal(
        "`suspected` within 60 s of the first infrared report in 95 %",
        &format!("{:.3} of {}", suspected.0, suspected.1),
        suspected.0 >= 0.95,
    );
    if one {
        let judged = moments(outcomes, "all", Moment::AfterCutoff);
        let points = judged
            .iter()
            .filter(|m| m.impact.as_ref().is_some_and(|i| i.error_m.is_some()))
            .count();
        proof.goal(
            "an impact region or none, never a point",
            &format!("{points} points"),
            points == 0,
        );
        let confirmed = threats
            .iter()
            .filter(|t| t.confirmed_after_s.is_some())
            .count();
        proof.goal(
            "one domain alone never confirms",
            &format!("{confirmed} confirmed"),
            confirmed == 0,
        );
        return;
    }
    let confirmed = held(threats.iter().map(|t| {
        t.confirmed_after_cutoff_and_radar_s
            .is_some_and(|s| s <= 60.0)
    }));
    let goal =
        "`confirmed` within 60 s of the later of cut-off and the radar's first report in 95 %";
    proof.goal(
        goal,
        &format!("{:.3} of {}", confirmed.0, confirmed.1),
        confirmed.0 >= 0.95,
    );
    let wrong = outcomes.iter().map(|d| d.false_confirmed).sum::<usize>();
    proof.goal("nothing else confirmed", &format!("{wrong}"), wrong == 0);
}

fn draw(class: &'static str, seed: u64, one: bool) -> Draw {
    let started = std::time::Instant::now();
    let mut draw = Draw {
        class,
        seed,
        threat: None,
        false_confirmed: 0,
        false_suspected: 0,
        bound_m: None,
        seconds: 0.0,
    };
    let path = format!(
        "{}/../scenarios/classes/{class}/scenario.toml",
        env!("CARGO_MANIFEST_DIR")
    );
    let Ok(mut text) = std::fs::read_to_string(&path) else {
        return draw;
    };
    if one {
        text = first_sensor_only(&text);
    }
    match fly(&format!("classes/{class}"), &text, seed) {
        Ok(recording) => {
            draw.bound_m = launch_bound_m(&recording, "flight", class);
            match run_and_score(&recording, &Extras::default()) {
                Ok(score) => {
                    draw.false_confirmed = score.pooled.false_confirmed;
                    draw.false_suspected = score.pooled.false_suspected;
                    draw.threat = score.threats.into_iter().next();
                }
                Err(error) => eprintln!("{class} {seed}: {error}"),
            }
        }
        Err(error) => eprintln!("{class} {seed}: {error}"),
    }
    draw.seconds = started.elapsed().as_secs_f64();
    draw
}

/// The scenario with all sensors but the first cut away.
fn first_sensor_only(text: &str) -> String {
    let mut count = 0;
    let mut kept = String::new();
    for line in text.lines() {
        if line.trim() == "[[sensor]]" {
            count += 1;
        }
        if count < 2 {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

fn share(inside: usize, of: usize) -> String {
    if of == 0 {
        "    -   ".to_owned()
    } else {
        format!("{:.3}/{of:<3}", inside as f64 / of as f64)
    }
}

fn rms(values: &[f64]) -> String {
    if values.is_empty() {
        return "     -".to_owned();
    }
    let mean = values.iter().map(|v| v * v).sum::<f64>() / values.len() as f64;
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    format!("{:.2}/{:.2}", mean.sqrt(), sorted[sorted.len() / 2])
}

fn table(text: &mut String, moment: Moment, outcomes: &[Draw]) {
    let _ = writeln!(
        text,
        "\n{moment:?}\nclass               launch90  time90    rms/median km  t rms s   impact90  time90    rms/median km  ellipses regions silent"
    );
    let classes = CLASSES.iter().copied().chain(std::iter::once("all"));
    for class in classes {
        let judged: Vec<_> = outcomes
            .iter()
            .filter(|d| class == "all" || d.class == class)
            .filter_map(|d| d.threat.as_ref())
            .filter_map(|t| t.moments.iter().find(|m| m.moment == moment))
            .collect();
        if judged.is_empty() {
            continue;
        }
        let launches: Vec<_> = judged.iter().filter_map(|m| m.launch.as_ref()).collect();
        let impacts: Vec<_> = judged.iter().filter_map(|m| m.impact.as_ref()).collect();
        let errors: Vec<f64> = launches.iter().map(|l| l.error_m / 1e3).collect();
        let times: Vec<f64> = launches.iter().map(|l| l.time_error_s).collect();
        let misses: Vec<f64> = impacts
            .iter()
            .filter_map(|i| i.error_m)
            .map(|e| e / 1e3)
            .collect();
        let interval: Vec<bool> = impacts.iter().filter_map(|i| i.time_inside_90).collect();
        let _ = writeln!(
            text,
            "{class:18} {} {} {:>14} {:>9} {} {} {:>14} {:>5} {:>5} {:>5}",
            share(
                launches.iter().filter(|l| l.inside_90).count(),
                launches.len()
            ),
            share(
                launches.iter().filter(|l| l.time_inside_90).count(),
                launches.len()
            ),
            rms(&errors),
            rms(&times),
            share(
                impacts.iter().filter(|i| i.inside_90).count(),
                impacts.len()
            ),
            share(interval.iter().filter(|i| **i).count(), interval.len()),
            rms(&misses),
            misses.len(),
            impacts.len() - misses.len(),
            judged.len() - launches.len(),
        );
    }
}

fn verdicts(text: &mut String, outcomes: &[Draw]) {
    let _ = writeln!(
        text,
        "\nverdicts\nclass               found  suspected<=60s  confirmed<=60s  false-c false-s  s/draw"
    );
    for class in CLASSES.iter().copied().chain(std::iter::once("all")) {
        let mine: Vec<&Draw> = outcomes
            .iter()
            .filter(|d| class == "all" || d.class == class)
            .collect();
        let threats: Vec<&ThreatScore> = mine.iter().filter_map(|d| d.threat.as_ref()).collect();
        if threats.is_empty() {
            continue;
        }
        let within = |f: &dyn Fn(&ThreatScore) -> Option<f64>| {
            threats
                .iter()
                .filter(|t| f(t).is_some_and(|s| s <= 60.0))
                .count()
        };
        let _ = writeln!(
            text,
            "{class:18} {} {}        {}      {:>5} {:>5} {:>8.2}",
            share(threats.iter().filter(|t| t.found).count(), threats.len()),
            share(within(&|t| t.suspected_after_s), threats.len()),
            share(
                within(&|t| t.confirmed_after_cutoff_and_radar_s),
                threats.len()
            ),
            mine.iter().map(|d| d.false_confirmed).sum::<usize>(),
            mine.iter().map(|d| d.false_suspected).sum::<usize>(),
            mine.iter().map(|d| d.seconds).sum::<f64>() / mine.len() as f64,
        );
    }
}

fn show(draw: &Draw) {
    let Some(threat) = &draw.threat else {
        return println!("{} {}: nothing", draw.class, draw.seed);
    };
    print!(
        "{} {}: sus {:?} conf {:?} late {:?} class {:?} held {}/{} own {}",
        draw.class,
        draw.seed,
        threat.suspected_after_s,
        threat.confirmed_after_s,
        threat.confirmed_after_cutoff_and_radar_s,
        threat.classification,
        threat.held,
        threat.reports,
        threat.own
    );
    for m in &threat.moments {
        let launch = m.launch.as_ref().map(|l| {
            format!(
                "L {:.1}/{:.1} {} t{:.1}",
                l.error_m / 1e3,
                l.semi_major_m / 1e3,
                l.inside_90,
                l.time_error_s
            )
        });
        let impact = m.impact.as_ref().map(|i| {
            format!(
                "I {:.1?}/{:.1?} {} t{:.1?} {:?}",
                i.error_m.map(|e| e / 1e3),
                i.semi_major_m.map(|e| e / 1e3),
                i.inside_90,
                i.time_error_s,
                i.time_inside_90
            )
        });
        print!(
            " | {:?} {:?} {} {}",
            m.moment,
            m.verdict.unwrap_or("-"),
            launch.unwrap_or_default(),
            impact.unwrap_or_default()
        );
    }
    println!();
}

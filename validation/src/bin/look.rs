//! Flies one scenario and tells in plain lines what the engine said, with the truth beside it.
//!
//! `cargo run --release -p forewarn-validation --bin look -- scenarios/demo/scenario.toml [SEED]`
#![allow(clippy::print_stdout, reason = "the output is the product")]
#![allow(
    clippy::excessive_nesting,
    clippy::too_many_lines,
    reason = "a tool that only prints"
)]

use forewarn_core::model::{Ellipse, EventBody};
use forewarn_physics::frames::geodesic;
use forewarn_physics::time::seconds_between;
use forewarn_validation::harness::{Extras, fly, run};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(path) = arguments.first() else {
        return;
    };
    let seed = arguments.get(1).and_then(|a| a.parse().ok()).unwrap_or(1);
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => return println!("{path}: {error}"),
    };
    let name = std::path::Path::new(path)
        .parent()
        .and_then(|p| p.file_name())
        .map_or(String::new(), |n| n.to_string_lossy().into_owned());
    let started = std::time::Instant::now();
    let recording = match fly(&name, &text, seed) {
        Ok(recording) => recording,
        Err(error) => return println!("{error}"),
    };
    println!(
        "simulated {} records in {:.2} s",
        recording.detections.len(),
        started.elapsed().as_secs_f64()
    );
    for object in &recording.truth.objects {
        println!(
            "truth {} {:?} parent {:?} launch {:?} impact {:?} cutoff {:?}",
            object.object,
            object.class,
            object.parent,
            object
                .launch
                .as_ref()
                .map(|l| seconds_between(recording.start, l.0.time)),
            object
                .impact
                .as_ref()
                .map(|l| seconds_between(recording.start, l.time)),
            object
                .cutoff_time
                .map(|c| seconds_between(recording.start, c))
        );
    }
    let started = std::time::Instant::now();
    let missiles: Vec<_> = recording
        .truth
        .objects
        .iter()
        .filter(|o| o.parent.is_none())
        .collect();
    let verbose = arguments.get(2).is_some();
    let mut count = 0usize;
    let result = run(
        &recording,
        &Extras {
            release_rule: Some("confirmed by two physics".into()),
            ..Extras::default()
        },
        &mut |event| {
            count += 1;
            let t = seconds_between(recording.start, event.time);
            match &event.body {
                EventBody::Assessment(a) => {
                    if !verbose && a.revision > 3 && a.detections.len() < 3 {
                        return;
                    }
                    let launch = a.launch.as_ref().map_or(String::from("-"), |l| {
                        let ellipse = Ellipse::of(&l.covariance_en_m2, 0.9);
                        let nearest = missiles
                            .iter()
                            .filter_map(|m| m.launch.as_ref())
                            .map(|truth| geodesic::inverse(&l.place, &truth.0.place).distance_m)
                            .fold(f64::INFINITY, f64::min);
                        format!(
                            "err {:.1} km of {:.1}x{:.1} t±{:.1}",
                            nearest / 1e3,
                            ellipse.semi_major_m / 1e3,
                            ellipse.semi_minor_m / 1e3,
                            l.time_sigma_s
                        )
                    });
                    let impact = a.impact.as_ref().map_or(
                        String::from(if a.impact_region.is_some() {
                            "region"
                        } else {
                            "-"
                        }),
                        |i| {
                            let ellipse = Ellipse::of(&i.covariance_en_m2, 0.9);
                            let nearest = missiles
                                .iter()
                                .filter_map(|m| m.impact.as_ref())
                                .map(|truth| geodesic::inverse(&i.place, &truth.place).distance_m)
                                .fold(f64::INFINITY, f64::min);
                            format!(
                                "err {:.2} km of {:.2}x{:.2} t±{:.1}",
                                nearest / 1e3,
                                ellipse.semi_major_m / 1e3,
                                ellipse.semi_minor_m / 1e3,
                                i.time_sigma_s
                            )
                        },
                    );
                    let near = a.state.as_ref().map(|state| {
                        recording
                            .truth
                            .states
                            .iter()
                            .filter(|truth| seconds_between(truth.time, state.time).abs() < 6.0)
                            .map(|truth| {
                                let dt = seconds_between(truth.time, state.time);
                                let there = truth.position_m + truth.velocity_m_s * dt
                                    - 0.5 * dt * dt * 9.0 * truth.position_m.normalize();
                                (
                                    (there - state.state.position.vector()).norm(),
                                    truth.object.to_string(),
                                )
                            })
                            .fold((f64::INFINITY, String::new()), |best, next| {
                                if next.0 < best.0 { next } else { best }
                            })
                    });
                    if let Some((miss, object)) = near {
                        print!("[{object} {miss:.0} m] ");
                    }
                    println!(
                        "{t:8.1} {} r{} {:12} {:26} {:18} P {:.3} {:?} L[{launch}] I[{impact}] left {:?} n{} parent {:?} merged {:?} {}",
                        a.object,
                        a.revision,
                        a.verdict.word(),
                        a.reason.word(),
                        a.classification.word(),
                        a.probabilities.threat(),
                        a.phase,
                        a.time_left.map(|l| l.median_s.round()),
                        a.detections.len(),
                        a.parent.map(|p| p.0),
                        a.merged_into.map(|p| p.0),
                        a.catalogue.as_deref().unwrap_or("")
                    );
                }
                EventBody::Warning(w) => println!(
                    "{t:8.1} WARNING {} {} {:?} {}",
                    w.warning,
                    w.action.word(),
                    w.released_by,
                    w.headline
                ),
                EventBody::Rejection(r) => {
                    if verbose {
                        println!(
                            "{t:8.1} rejection {} {} {}",
                            r.record,
                            r.reason.word(),
                            r.detail
                        )
                    }
                }
                EventBody::Health(h) => println!("{t:8.1} health {} {}", h.kind.word(), h.detail),
            }
        },
    );
    if let Err(error) = result {
        println!("{error}");
    }
    println!(
        "{count} events, {:.2} s for {} records",
        started.elapsed().as_secs_f64(),
        recording.detections.len()
    );
}

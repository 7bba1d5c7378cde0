//! `demo`: the shipped scenario through simulator, engine and warnings, with a short account.

mod account;
mod truth;

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::args::Speed;
use crate::failure::{Outcome, make_dir};
use crate::output::Output;
use crate::run::{self, Job};
use crate::{score, simulate};

pub(crate) fn command(out: Option<PathBuf>, seed: Option<u64>, output: Output) -> Outcome<()> {
    let dir = folder(out)?;
    let scenario = simulate::demo()?;
    let seed = seed.unwrap_or(scenario.seed);
    let recording = simulate::fly(&scenario, seed, output)?;
    let recording_dir = dir.join("recording");
    simulate::write(&recording, &recording_dir)?;
    let job = Job {
        recording: recording_dir.clone(),
        out: dir.clone(),
        seed,
        speed: Speed::Max,
        threads: None,
        from_standard_input: false,
    };
    let done = run::run(&job, output)?;
    let score = score::of(&recording_dir, &dir, output)?;
    output.text(&account::head(&scenario, &done))?;
    output.text(&account::timeline(&done))?;
    output.text(&truth::account(&score))?;
    output.text(&account::foot(&done, &dir))?;
    let report = dir.join("report.html");
    output.text(&format!("{}\n", report.display()))?;
    output
        .last_line(&json!({ "report": report, "summary": done.summary, "score": score.pooled }))?;
    run::refuse_broken(&done)
}

/// The wanted folder; else `runs/demo` here, or a temporary folder where nothing can be written.
fn folder(out: Option<PathBuf>) -> Outcome<PathBuf> {
    if let Some(out) = out {
        make_dir(&out)?;
        return Ok(out);
    }
    let here = Path::new("runs").join("demo");
    if make_dir(&here).is_ok() {
        return Ok(here);
    }
    let elsewhere = std::env::temp_dir().join(format!("forewarn-demo-{}", std::process::id()));
    make_dir(&elsewhere)?;
    Ok(elsewhere)
}

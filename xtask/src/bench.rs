//! `cargo xtask bench`: how fast the parts are, and the whole.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use crate::run::{cargo, output, passes, release_program};
use crate::scenarios;

/// Scenarios that are run whole.
const WHOLE: [&str; 3] = ["demo", "raid", "non-threats"];

/// Runs the benchmark program, which prints a table, then whole recordings.
pub(crate) fn bench() -> Result<bool> {
    let mut command = cargo();
    command.args(["run", "--release", "--quiet"]);
    command.args(["--package", "forewarn-validation", "--bin", "bench"]);
    if !passes(&mut command)? {
        return Ok(false);
    }
    let forewarn = release_program("forewarn", "bin", "forewarn")?;
    let scratch = scenarios::scratch()?.join("bench");
    for name in WHOLE {
        let (recording, out) = (scratch.join(name), scratch.join(format!("{name}-out")));
        let scenario = format!("scenarios/{name}/scenario.toml");
        let mut simulate = Command::new(&forewarn);
        simulate.args(["simulate", &scenario, "--out"]);
        output(simulate.arg(&recording))?;
        let mut run = Command::new(&forewarn);
        output(run.arg("run").arg(&recording).arg("--out").arg(&out))?;
        let text = fs::read_to_string(out.join("summary.json")).context("no summary.json")?;
        let summary: serde_json::Value = serde_json::from_str(&text)?;
        let part = format!(
            "whole recording `{name}`, {} reports",
            summary["detections"]
        );
        let rate = summary["detections_per_s"].as_f64().unwrap_or(f64::NAN);
        let wall_s = summary["wall_time_s"].as_f64().unwrap_or(f64::NAN);
        println!("{part:<52} {rate:>11.1} /s  ({wall_s:.1} s)");
    }
    Ok(true)
}

//! The same recording on one thread and on two must give the same bytes.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::run::{output, release_program};
use crate::scenarios;

const SCENARIO: &str = "scenarios/demo/scenario.toml";
/// What must not depend on the machine; `summary.json` holds times and may.
const FILES: [&str; 2] = ["events.ndjson", "scene.czml"];

/// Runs the demo's scenario on one and on two threads and compares.
pub(crate) fn same_bytes() -> Result<bool> {
    let forewarn = release_program("forewarn", "bin", "forewarn")?;
    let scratch = scenarios::scratch()?.join("same-bytes");
    let recording = scratch.join("recording");
    output(
        Command::new(&forewarn)
            .args(["simulate", SCENARIO, "--out"])
            .arg(&recording),
    )?;
    let once = run(&forewarn, &recording, &scratch.join("one"), "1")?;
    let twice = run(&forewarn, &recording, &scratch.join("two"), "2")?;
    let again = run(&forewarn, &recording, &scratch.join("again"), "2")?;
    let mut same = true;
    for (index, file) in FILES.iter().enumerate() {
        let equal = once[index] == twice[index] && twice[index] == again[index];
        let word = if equal { "same" } else { "DIFFERENT" };
        println!("    {file}: {word} ({} bytes)", once[index].len());
        same &= equal && !once[index].is_empty();
    }
    Ok(same)
}

fn run(forewarn: &Path, recording: &Path, out: &Path, threads: &str) -> Result<Vec<Vec<u8>>> {
    let mut command = Command::new(forewarn);
    command.arg("run").arg(recording).arg("--out").arg(out);
    output(command.args(["--threads", threads]))?;
    FILES
        .iter()
        .map(|file| fs::read(out.join(file)).with_context(|| format!("no {file} was written")))
        .collect()
}

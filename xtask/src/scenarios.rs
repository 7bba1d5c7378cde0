//! `cargo xtask scenarios`: flies every golden scenario and compares what was said.
//!
//! A golden scenario is a folder under `scenarios/` with `scenario.toml` and `expected.toml`. It
//! goes the whole way that a user goes: `forewarn simulate`, `run`, `score`, `validate`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::outcome::{Expected, Outcome};
use crate::run::{output, release_program};

/// What came of one scenario.
struct Row {
    name: String,
    took_s: f64,
    said: String,
    differences: Vec<String>,
}

/// Flies all golden scenarios whose name contains `wanted`, as many at a time as there are cores.
pub(crate) fn scenarios(wanted: Option<&str>) -> Result<bool> {
    let all = golden(Path::new("scenarios"))?;
    let chosen: Vec<PathBuf> = all
        .into_iter()
        .filter(|folder| wanted.is_none_or(|part| name_of(folder).contains(part)))
        .collect();
    if chosen.is_empty() {
        bail!("no folder under scenarios/ with an expected.toml is so named");
    }
    let forewarn = release_program("forewarn", "bin", "forewarn")?;
    let scratch = scratch()?;
    let next = AtomicUsize::new(0);
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let work = || {
        let mut rows = Vec::new();
        while let Some(folder) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) {
            let row = fly(&forewarn, folder, &scratch);
            show(&row);
            rows.push(row);
        }
        rows
    };
    let rows: Vec<Row> = std::thread::scope(|scope| {
        let spawned: Vec<_> = (0..workers.min(chosen.len()))
            .map(|_| scope.spawn(work))
            .collect();
        let joined = spawned.into_iter().filter_map(|worker| worker.join().ok());
        joined.flatten().collect()
    });
    let well = rows.iter().filter(|row| row.differences.is_empty()).count();
    println!("    {well} of {} scenarios as expected", chosen.len());
    Ok(well == chosen.len())
}

fn show(row: &Row) {
    let well = row.differences.is_empty();
    let word = if well { "as expected" } else { "DIFFERENT" };
    let mut text = format!(
        "    {:<32} {word:<11} {:>7.1} s  {}",
        row.name, row.took_s, row.said
    );
    for difference in &row.differences {
        text += &format!("\n        {}", difference.replace('\n', "\n        "));
    }
    println!("{text}");
}

fn fly(forewarn: &Path, folder: &Path, scratch: &Path) -> Row {
    let start = Instant::now();
    let name = name_of(folder);
    let (said, differences) = match compare(forewarn, folder, &scratch.join(name.replace('/', "+")))
    {
        Ok((outcome, differences)) => (outcome.to_string(), differences),
        Err(error) => (String::new(), vec![format!("{error:#}")]),
    };
    let took_s = start.elapsed().as_secs_f64();
    Row {
        name,
        took_s,
        said,
        differences,
    }
}

fn compare(forewarn: &Path, folder: &Path, scratch: &Path) -> Result<(Outcome, Vec<String>)> {
    let expected = Expected::read(&folder.join("expected.toml"))?;
    let (recording, result) = (scratch.join("recording"), scratch.join("result"));
    if scratch.exists() {
        fs::remove_dir_all(scratch)?;
    }
    fs::create_dir_all(scratch)?;
    let call = |command: &str| {
        let mut call = Command::new(forewarn);
        call.arg(command);
        call
    };
    simulate_and_run(forewarn, folder, None, [&recording, &result])?;
    output(call("score").arg(&recording).arg(&result))?;
    output(call("validate").arg(result.join("events.ndjson")))?;
    let outcome = Outcome::read(&recording, &result)?;
    let differences = outcome.differences(&expected);
    if differences.is_empty() {
        fs::remove_dir_all(scratch)?;
    }
    Ok((outcome, differences))
}

/// The part of the way that makes the events; with a seed of its own instead of the scenario's.
pub(crate) fn simulate_and_run(
    forewarn: &Path,
    folder: &Path,
    seed: Option<u64>,
    [recording, result]: [&Path; 2],
) -> Result<()> {
    let mut simulate = Command::new(forewarn);
    simulate.arg("simulate").arg(folder.join("scenario.toml"));
    simulate.arg("--out").arg(recording);
    if let Some(seed) = seed {
        simulate.arg("--seed").arg(seed.to_string());
    }
    output(&mut simulate)?;
    let mut run = Command::new(forewarn);
    run.arg("run").arg(recording).arg("--out").arg(result);
    output(run.args(["--threads", "1"]))?;
    Ok(())
}

/// Folders with both files, by name; folders within folders too.
pub(crate) fn golden(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if folder.join("expected.toml").exists() && folder.join("scenario.toml").exists() {
        found.push(folder.to_owned());
    }
    let entries =
        fs::read_dir(folder).with_context(|| format!("failed to read {}", folder.display()))?;
    let mut inner: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_dir())
        .collect();
    inner.sort();
    for path in inner {
        found.extend(golden(&path)?);
    }
    Ok(found)
}

pub(crate) fn name_of(folder: &Path) -> String {
    let inside = folder.strip_prefix("scenarios").unwrap_or(folder);
    inside.to_string_lossy().into_owned()
}

/// A folder for what tests write; inside the target folder, which nobody keeps.
pub(crate) fn scratch() -> Result<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let folder = PathBuf::from(target).join("xtask");
    fs::create_dir_all(&folder).with_context(|| format!("failed to make {}", folder.display()))?;
    Ok(folder)
}

/// Whether a file of that name lies anywhere in a folder.
pub(crate) fn find(folder: &Path, name: &str) -> bool {
    let Ok(entries) = fs::read_dir(folder) else {
        return false;
    };
    entries.flatten().any(|entry| {
        let path = entry.path();
        path.file_name().is_some_and(|file| file == name) || (path.is_dir() && find(&path, name))
    })
}

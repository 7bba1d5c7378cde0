//! `cargo xtask prove NAME`: proofs too long for every commit.
//!
//! A proof is a binary `validation/src/bin/prove-NAME.rs`; it prints a table and writes
//! `docs/proofs/NAME.md` with the command, the commit and the machine that made it.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::run::{cargo, output, passes};

const BINARIES: &str = "validation/src/bin";

/// Names of the proofs there are.
fn names(folder: &Path) -> Result<Vec<String>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("failed to read {}", folder.display()))?;
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|file| {
            let stem = file.strip_suffix(".rs").unwrap_or(&file);
            stem.strip_prefix("prove-").map(str::to_owned)
        })
        .collect();
    names.sort();
    names.dedup();
    Ok(names)
}

/// Lists the proofs.
pub(crate) fn list() -> Result<bool> {
    for name in names(Path::new(BINARIES))? {
        let written = Path::new("docs/proofs").join(format!("{name}.md")).exists();
        let note = if written { "" } else { "  (not yet run)" };
        println!("cargo xtask prove {name}{note}");
    }
    Ok(true)
}

/// Runs one proof.
pub(crate) fn prove(name: &str, rest: &[&str]) -> Result<bool> {
    let known = names(Path::new(BINARIES))?;
    if !known.iter().any(|known| known == name) {
        bail!(
            "there is no proof `{name}`; there are: {}",
            known.join(", ")
        );
    }
    let rest: Vec<&str> = rest.iter().copied().filter(|word| *word != "--").collect();
    let typed = ["cargo xtask prove", name, &rest.join(" ")].join(" ");
    let mut command = cargo();
    command.args(["run", "--release", "--package", "forewarn-validation"]);
    command.args(["--bin", &format!("prove-{name}"), "--"]);
    command.args(&rest);
    command.env("FOREWARN_PROOF_COMMAND", typed.trim());
    command.env("FOREWARN_PROOF_COMMIT", commit());
    command.env("FOREWARN_PROOF_MACHINE", machine());
    passes(&mut command)
}

/// The commit that is checked out, and whether anything was changed since.
fn commit() -> String {
    let git = |arguments: &[&str]| output(Command::new("git").args(arguments)).ok();
    let Some(id) = git(&["rev-parse", "--short=12", "HEAD"]) else {
        return "unknown".to_owned();
    };
    let changed = git(&["status", "--porcelain", "--untracked-files=no"]);
    let clean = changed.is_some_and(|text| text.trim().is_empty());
    let note = if clean { "" } else { " with changes" };
    format!("{}{note}", id.trim())
}

/// Processor, cores and system.
fn machine() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split(':').nth(1))
        .unwrap_or("unknown processor");
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let plural = if cores == 1 { "core" } else { "cores" };
    format!(
        "{}, {cores} {plural}, {} {}",
        model.trim(),
        std::env::consts::OS,
        std::env::consts::ARCH
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_proof_is_refused_by_name() {
        assert!(prove("no-such-proof", &[]).is_err());
    }
}

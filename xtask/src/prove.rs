//! `cargo xtask prove NAME`: proofs too long for every commit.
//!
//! A proof is a binary `validation/src/bin/prove-NAME.rs` that prints what it found and writes
//! `docs/proofs/NAME.md`, with the command, the commit and the machine, which it is told by
//! `FOREWARN_PROOF_*`. For one that writes nothing, the page is made of what it printed.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Instant, SystemTime};

use anyhow::{Context, Result, bail};

use crate::run::{output, release_program};

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
    // Flown from the scenarios themselves, by their own expectations.
    names.push("history".into());
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
    if name == "history" {
        return crate::history::prove(rest);
    }
    let known = names(Path::new(BINARIES))?;
    if !known.iter().any(|known| known == name) {
        bail!(
            "there is no proof `{name}`; there are: {}",
            known.join(", ")
        );
    }
    let rest: Vec<&str> = rest.iter().copied().filter(|word| *word != "--").collect();
    let typed = ["cargo xtask prove", name, &rest.join(" ")].join(" ");
    let program = release_program("forewarn-validation", "bin", &format!("prove-{name}"))?;
    let (began, start) = (SystemTime::now(), Instant::now());
    let mut child = Command::new(program)
        .args(&rest)
        .env("FOREWARN_PROOF_COMMAND", typed.trim())
        .env("FOREWARN_PROOF_COMMIT", commit())
        .env("FOREWARN_PROOF_MACHINE", machine())
        .stdout(Stdio::piped())
        .spawn()
        .context("failed to start the proof")?;
    let printed = child.stdout.take().map(shown).unwrap_or_default();
    let met = child.wait()?.success();
    let path = Path::new("docs/proofs").join(format!("{name}.md"));
    let wrote_itself = fs::metadata(&path)
        .and_then(|file| file.modified())
        .is_ok_and(|time| time >= began);
    if !wrote_itself && !met {
        bail!("the proof failed; {} is as it was", path.display());
    }
    if !wrote_itself {
        let minutes = start.elapsed().as_secs_f64() / 60.0;
        fs::write(&path, page(name, typed.trim(), minutes, &printed))?;
    }
    println!("wrote {}", path.display());
    if !met {
        println!("it does not show what it should");
    }
    Ok(met)
}

/// Passes lines on as they come, and keeps them.
fn shown(from: impl std::io::Read) -> String {
    let mut text = String::new();
    for line in BufReader::new(from).lines().map_while(Result::ok) {
        println!("{line}");
        text += &line;
        text.push('\n');
    }
    text
}

/// The page of a proof: what it is, by its own first words, where it was made, what it printed.
fn page(name: &str, typed: &str, minutes: f64, printed: &str) -> String {
    let source = fs::read_to_string(format!("{BINARIES}/prove-{name}.rs")).unwrap_or_default();
    let about: Vec<&str> = source
        .lines()
        .map_while(|line| line.strip_prefix("//!"))
        .map(str::trim)
        .filter(|line| !line.contains("cargo run"))
        .collect();
    format!(
        "# Proof: {name}\n\n{}\n\n- command: `{typed}` ({minutes:.1} minutes)\n- commit: {}\n- machine: {}\n\n```text\n{}\n```\n",
        about.join("\n").trim(),
        commit(),
        machine(),
        printed.trim_end(),
    )
}

/// The commit that is checked out, and whether anything was changed since.
pub(crate) fn commit() -> String {
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
pub(crate) fn machine() -> String {
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
    fn a_page_says_who_made_it_and_holds_what_was_printed() {
        let page = page("x", "cargo xtask prove x", 1.0, "a table\n");
        assert!(page.contains("commit:") && page.contains("machine:"));
        assert!(page.ends_with("```text\na table\n```\n"));
    }

    #[test]
    fn an_unknown_proof_is_refused_by_name() {
        assert!(prove("no-such-proof", &[]).is_err());
    }
}

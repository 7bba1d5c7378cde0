//! Files that are generated and committed: schemas and the ascent priors.

use std::fs;

use anyhow::{Context, Result};

use crate::run::{cargo, output, passes};

const PRIORS: &str = "crates/core/src/estimate/ascent/priors.json";

/// Writes `schemas/` anew, or only compares.
pub(crate) fn schemas(check: bool) -> Result<bool> {
    let mut command = cargo();
    command.args(["test", "--quiet", "--package", "forewarn-formats"]);
    command.args(["--test", "schemas"]);
    if !check {
        command.env("FOREWARN_WRITE_SCHEMAS", "1");
    }
    passes(&mut command)
}

/// Fits the ascent priors anew.
pub(crate) fn priors() -> Result<bool> {
    println!("fitting to drawn flights of every class: minutes");
    let mut command = cargo();
    command.args(["run", "--release", "--package", "forewarn-validation"]);
    command.args(["--bin", "ascent-priors"]);
    let text = output(&mut command)?;
    serde_json::from_str::<serde_json::Value>(&text).context("the priors are not JSON")?;
    fs::write(PRIORS, text).with_context(|| format!("failed to write {PRIORS}"))?;
    println!("wrote {PRIORS}");
    Ok(true)
}

//! `cargo xtask bench`: how fast the parts are.

use anyhow::Result;

use crate::run::{cargo, passes};

/// Runs the benchmark program, which prints a table.
pub(crate) fn bench() -> Result<bool> {
    let mut command = cargo();
    command.args(["run", "--release", "--quiet"]);
    command.args(["--package", "forewarn-validation", "--bin", "bench"]);
    passes(&mut command)
}

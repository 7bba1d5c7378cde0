//! Proves the log against loss of power: a simulated store drops, tears and reorders whatever was
//! not synced, devices fail, and after every crash everything that was acknowledged must be there.
//!
//! `cargo run --release -p forewarn-validation --bin prove-power-loss -- [CRASHES]`

use std::process::ExitCode;

use forewarn_log::trials::{Crashes, crash};
use forewarn_validation::proof::Proof;
use rayon::prelude::*;

/// Crashes of one log before the next one is begun.
const CRASHES_PER_LOG: u64 = 10;

fn main() -> ExitCode {
    let crashes: u64 = std::env::args()
        .nth(1)
        .and_then(|a| a.parse().ok())
        .unwrap_or(10_000);
    let mut proof = Proof::new("power-loss", "Power fails under the log");
    let logs = crashes.div_ceil(CRASHES_PER_LOG);
    let results: Vec<Result<Crashes, String>> = (0..logs)
        .into_par_iter()
        .map(|seed| crash(seed, CRASHES_PER_LOG))
        .collect();
    let mut sum = Crashes::default();
    let mut faults = Vec::new();
    for result in results {
        match result {
            Ok(crashes) => sum = sum.plus(crashes),
            Err(fault) => faults.push(fault),
        }
    }
    proof.goal(
        &format!("{crashes} crashes"),
        &format!("{}", sum.crashes),
        sum.crashes >= crashes,
    );
    proof.goal(
        "acknowledged entries lost or changed, entries that nobody appended, logs that would not open: none",
        &format!("{}", faults.len()),
        faults.is_empty(),
    );
    let bad = sum.torn > 0 && sum.beyond > 0 && sum.device_failures > 0;
    proof.goal(
        "the store was bad enough: ends were torn, unacknowledged entries were found, devices failed",
        &format!("{}, {}, {} times", sum.torn, sum.beyond, sum.device_failures),
        bad,
    );
    proof.line(&format!(
        "{} entries were acknowledged in {logs} logs and looked for after every crash; {} snapshots likewise. Of what was not synced, the store kept all, nothing, a first part, single sectors in any order, or sectors half written; names of files in their order, up to any. Half of the logs archive and remove segments meanwhile. A failed sync leaves bytes that are shown and never written. Seeds 0 to {}.",
        sum.acknowledged,
        sum.snapshots,
        logs.saturating_sub(1)
    ));
    for fault in &faults {
        proof.line(&format!("\n- {fault}"));
    }
    proof.finish()
}

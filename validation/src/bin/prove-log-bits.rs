//! Proves that no flipped bit of the log is taken for good: every single bit of 64 KiB is flipped
//! in turn and the log is read.
//!
//! `cargo run --release -p forewarn-validation --bin prove-log-bits`

use std::process::ExitCode;

use forewarn_log::trials::{Flips, flip_bits};
use forewarn_validation::proof::Proof;
use rayon::prelude::*;

/// Length of the log [bytes].
const BYTES: u64 = 65_536;
/// Parts that threads take.
const PARTS: usize = 64;

fn main() -> ExitCode {
    let mut proof = Proof::new("log-bits", "Every single-bit error in 64 KiB of log");
    proof.line("| the file `mark` | bits flipped | refused as damage | cut as torn and said | accepted silently |");
    proof.line("| --- | --- | --- | --- | --- |");
    for (with_mark, name) in [(true, "as closed"), (false, "lost")] {
        let asked = BYTES * 8;
        let outcome = (0..PARTS)
            .into_par_iter()
            .map(|part| flip_bits(BYTES, with_mark, (part, PARTS)))
            .collect::<Result<Vec<_>, _>>()
            .map(|parts| parts.into_iter().fold(Flips::default(), Flips::plus));
        let (flips, fault) = match outcome {
            Ok(flips) => (flips, None),
            Err(fault) => (Flips::default(), Some(fault)),
        };
        proof.line(&format!(
            "| {name} | {} | {} | {} | {} |",
            flips.flipped,
            flips.refused,
            flips.cut,
            fault.as_deref().unwrap_or("0"),
        ));
        let all = flips.refused + flips.cut == flips.flipped && flips.flipped >= asked;
        proof.goal(
            &format!("each of {asked} flips is noticed, with the mark {name}"),
            &format!("{} of {}", flips.refused + flips.cut, flips.flipped),
            all && (flips.cut == 0 || !with_mark),
        );
    }
    proof.line("\nAfter each flip the entries read are a first part of those written, bit for bit. Cut as torn is only what stands in the very last append, and only where the mark, which says how far the disk was known to be written, is lost as well.");
    proof.finish()
}

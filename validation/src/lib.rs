//! Truth that others made, bounds and scoring.

pub mod benchmarks;
pub mod harness;
pub mod launch_bound;
pub mod log_kill;
pub mod proof;
pub mod score;
pub mod spoken;

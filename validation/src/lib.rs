//! Truth that others made, bounds and scoring.

pub mod score;

//! Truth that others made, bounds and scoring.

//! `step()`: the one place that knows the order of the stages.

mod setup;

pub use setup::{CatalogueEntry, ProtectedArea, Setup, Thresholds};

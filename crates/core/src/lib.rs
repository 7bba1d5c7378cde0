//! The pure core: reports in, conclusions out.
//!
//! No file, no clock, no global, no async. Time enters as records, seeds as configuration.

pub mod engine;
pub mod model;
pub mod track;

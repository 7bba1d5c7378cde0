//! The pure core: reports in, conclusions out.
//!
//! No file, no clock, no global, no async. Time enters as records, seeds as configuration.

pub mod assess;
pub mod engine;
pub mod estimate;
pub mod model;
pub mod sensors;
pub mod track;
pub mod warn;

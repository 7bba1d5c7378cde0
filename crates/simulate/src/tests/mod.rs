//! Tests of the whole simulator.

mod falcon;
mod missile;
mod physics;
mod refusals;
mod shipped;

use crate::{Recording, Scenario, simulate};

/// Reads a scenario without data files.
pub(crate) fn scenario(text: &str) -> Scenario {
    Scenario::read("scenario.toml", text, &|name| {
        Err(format!("no file {name}"))
    })
    .unwrap()
}

pub(crate) fn run(scenario: &Scenario, seed: u64) -> Recording {
    simulate(scenario, seed, &mut |_| {}).unwrap()
}

pub(crate) const DEMO: &str = include_str!("../../../../scenarios/demo/scenario.toml");

//! The `forewarn` command line.
#[allow(dead_code, reason = "the `run` command that calls it is on its way")]
mod report;

fn main() {}

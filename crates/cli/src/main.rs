//! The `forewarn` command line.
fn main() {}

//! Forewarn: simulate.

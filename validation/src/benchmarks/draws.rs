//! Repeatable normal numbers.

use forewarn_physics::math::{TAU, cos, ln};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A source of normal numbers.
#[derive(Debug, Clone)]
pub struct Draws(ChaCha8Rng);

impl Draws {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// The next one (Box and Muller).
    pub fn normal(&mut self) -> f64 {
        let (a, b): (f64, f64) = (self.0.random(), self.0.random());
        (-2.0 * ln(1.0 - a)).sqrt() * cos(TAU * b)
    }
}

//! Random draws that are the same on every processor, one stream for each purpose.
//!
//! A stream is named ("sensor geo-1", "object icbm-3"), so that adding a sensor or an object
//! does not change the draws of the others.

use forewarn_physics::math::{TAU, exp, ln, sin_cos};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// One named stream of random numbers.
#[derive(Debug, Clone)]
pub struct Stream {
    generator: ChaCha8Rng,
    spare: Option<f64>,
}

impl Stream {
    /// The stream of this name under this seed.
    pub fn new(seed: u64, name: &str) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(hash(name));
        Self {
            generator,
            spare: None,
        }
    }

    /// The generator itself, for draws that live elsewhere.
    pub fn generator(&mut self) -> &mut ChaCha8Rng {
        &mut self.generator
    }

    /// Uniform in [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.generator.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Uniform in [low, high).
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Standard normal, by Box and Muller (1958).
    pub fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let radius = (-2.0 * ln(1.0 - self.unit())).sqrt();
        let (s, c) = sin_cos(TAU * self.unit());
        self.spare = Some(radius * s);
        radius * c
    }

    /// Exponential with mean one.
    pub fn exponential(&mut self) -> f64 {
        -ln(1.0 - self.unit())
    }

    /// Poisson with this mean: by products for small means (Knuth), by splitting for large ones.
    pub fn poisson(&mut self, mean: f64) -> u32 {
        const LARGE: f64 = 30.0;
        if mean > LARGE {
            let half = 0.5 * mean;
            return self.poisson(half) + self.poisson(mean - half);
        }
        let limit = exp(-mean);
        let mut product = self.unit();
        let mut count = 0;
        while product > limit {
            count += 1;
            product *= self.unit();
        }
        count
    }

    /// Index below `length` (0 if it is 0).
    pub fn index(&mut self, length: usize) -> usize {
        ((self.unit() * length as f64) as usize).min(length.saturating_sub(1))
    }
}

/// Fowler, Noll and Vo's hash FNV-1a, 64 bits.
fn hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_the_draws() {
        let mut stream = Stream::new(1, "test");
        let draws: Vec<f64> = (0..40_000).map(|_| stream.normal()).collect();
        let n = draws.len() as f64;
        let mean = draws.iter().sum::<f64>() / n;
        let variance = draws.iter().map(|x| x * x).sum::<f64>() / n;
        // Five sigma of the mean and of the variance.
        assert!(mean.abs() < 5.0 / n.sqrt(), "{mean}");
        assert!(
            (variance - 1.0).abs() < 5.0 * (2.0 / n).sqrt(),
            "{variance}"
        );
        for rate in [0.3, 3.0, 100.0] {
            let counts: Vec<f64> = (0..10_000)
                .map(|_| f64::from(stream.poisson(rate)))
                .collect();
            let mean = counts.iter().sum::<f64>() / 1e4;
            assert!(
                (mean - rate).abs() < 5.0 * (rate / 1e4).sqrt(),
                "{rate}: {mean}"
            );
        }
    }

    #[test]
    fn streams_are_separate_and_repeat() {
        let take = |name| {
            let mut stream = Stream::new(7, name);
            [stream.unit(), stream.normal(), stream.exponential()]
        };
        assert_eq!(take("a"), take("a"));
        assert_ne!(take("a"), take("b"));
    }
}

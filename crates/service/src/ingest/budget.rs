//! What one sensor may send: so much on average, so much at once.

use std::time::Instant;

/// A bucket that fills at a steady rate.
#[derive(Debug)]
pub(super) struct Budget {
    left: f64,
    at: Instant,
}

impl Budget {
    pub(super) fn new(burst: f64) -> Self {
        Self {
            left: burst,
            at: Instant::now(),
        }
    }

    /// Takes `cost`, or says after how many seconds there will be enough. A cost above the burst is
    /// let through when the bucket is full, so that nothing waits for ever.
    pub(super) fn take(&mut self, cost: f64, per_s: f64, burst: f64) -> Result<(), f64> {
        let now = Instant::now();
        let passed_s = now.duration_since(self.at).as_secs_f64();
        self.at = now;
        self.left = (self.left + passed_s * per_s).min(burst);
        let needed = cost.min(burst);
        if self.left >= needed {
            self.left -= cost;
            return Ok(());
        }
        Err((needed - self.left) / per_s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_empties_and_says_when_to_come_again() {
        let mut budget = Budget::new(10.0);
        assert!(budget.take(10.0, 1.0, 10.0).is_ok());
        let wait_s = budget.take(5.0, 1.0, 10.0).unwrap_err();
        assert!((4.9..=5.0).contains(&wait_s), "{wait_s}");
        assert!(
            Budget::new(10.0).take(100.0, 1.0, 10.0).is_ok(),
            "larger than the burst"
        );
    }
}

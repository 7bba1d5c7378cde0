//! Futures drawn from the posterior: cut-off times and states that carry the whole uncertainty.

use forewarn_physics::math::{cos, exp, ln};
use nalgebra::{Cholesky, DVector, Vector3};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::fit::{HEAD, active_stage, shifted};
use super::flight::fly;
use super::posterior::{Member, Posterior};
use super::programme::Programme;

/// One drawn end of powered flight.
#[derive(Debug, Clone, Copy)]
pub struct Cutoff {
    /// Launch [s] after the epoch of the looks.
    pub launch_s: f64,
    /// Cut-off [s] after the epoch of the looks.
    pub time_s: f64,
    /// Position at cut-off, ITRF [m].
    pub position_m: Vector3<f64>,
    /// Velocity at cut-off, ITRF [m/s].
    pub velocity_m_s: Vector3<f64>,
    /// A quantile in (0, 1) for whatever the fit knows nothing about, such as later drag.
    pub quantile: f64,
}

impl Posterior {
    /// Draws `count` cut-offs. While it burns, the rest of the programme is drawn from the prior
    /// given the looks; after it was missed, cut-off lies between the last look and the miss.
    pub fn cutoffs(&self, count: usize, seed: u64) -> Vec<Cutoff> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let roots: Vec<_> = self
            .members
            .iter()
            .map(|member| Cholesky::new(member.fit.covariance.clone()).map(|c| c.unpack()))
            .collect();
        let mut drawn = Vec::with_capacity(count);
        let offset = rng.random::<f64>();
        let (mut member, mut passed) = (0, self.members[0].weight);
        for k in 0..count {
            // Systematic draws: each member gets its share to within one.
            let level = (k as f64 + offset) / count as f64;
            while level > passed && member + 1 < self.members.len() {
                member += 1;
                passed += self.members[member].weight;
            }
            let Some(root) = &roots[member] else { continue };
            let z = DVector::from_fn(root.ncols(), |_, _| normal(&mut rng));
            let quantile = rng.random_range(0.001..0.999);
            if let Some(cutoff) = self.draw(&self.members[member], &(root * z), quantile) {
                drawn.push(cutoff);
            }
        }
        drawn
    }

    fn draw(&self, member: &Member, step: &DVector<f64>, quantile: f64) -> Option<Cutoff> {
        let x = &member.fit.point.x + step;
        let place = shifted(&member.fit.point.place, step[0], step[1]);
        let d = member.component.dimension();
        let vehicle: Vec<f64> = x.as_slice()[HEAD..HEAD + d].to_vec();
        let programme = Programme::new(&member.component, x[3], &vehicle);
        let last_s = self.last_s - x[2];
        let end_s = match self.missed_s {
            Some(missed_s) => {
                let stage = active_stage(&programme, last_s);
                programme.burns[stage]
                    .end_s
                    .clamp(last_s, (missed_s - x[2]).max(last_s))
            }
            None => programme.end_s().max(last_s),
        };
        if !(end_s > 0.0 && end_s < 1_500.0) {
            return None;
        }
        let end = fly(&place, &programme, end_s, false).at(end_s);
        let finite = end
            .position_m
            .iter()
            .chain(end.velocity_m_s.iter())
            .all(|value| value.is_finite());
        finite.then_some(Cutoff {
            launch_s: x[2],
            time_s: end_s + x[2],
            position_m: end.position_m,
            velocity_m_s: end.velocity_m_s,
            quantile,
        })
    }
}

/// A standard normal deviate by Box and Muller, the same on every processor.
fn normal(rng: &mut ChaCha8Rng) -> f64 {
    let (a, b): (f64, f64) = (rng.random(), rng.random());
    (-2.0 * ln(1.0 - a)).sqrt() * cos(core::f64::consts::TAU * b)
}

/// A ballistic coefficient [kg/m²] at a quantile of what payloads and spent stages have:
/// log-uniform between 1,500 and 15,000.
pub fn ballistic_coefficient_kg_m2(quantile: f64) -> f64 {
    exp(ln(1_500.0) + quantile * ln(10.0))
}

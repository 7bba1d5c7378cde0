//! The bank of ascents fitted to one object, weighted by evidence.

use forewarn_physics::time::Epoch;
use nalgebra::DVector;
use rayon::prelude::*;

use super::fit::{Fit, HEAD, Looks, Point, Prepared, fit};
use super::posterior::{Member, Posterior};
use super::prior::{BankError, Component, read_bank};
use super::start::starts;

/// Members this much less probable than the best (in log evidence) are dropped.
const KEEP: f64 = 10.0;
/// Numbers of looks at which every component is tried again from scratch.
const COLD: [usize; 5] = [3, 5, 8, 14, 28];

/// Below this chance of a worse misfit every component is tried again from scratch, after at
/// least this many further looks.
const MISFIT_P: f64 = 1e-3;
const RETRY_LOOKS: usize = 4;

/// Prior knowledge of ascents, ready for fitting.
#[derive(Debug, Clone)]
pub struct Bank {
    components: Vec<Prepared>,
}

impl Bank {
    /// The bank shipped with Forewarn.
    ///
    /// # Errors
    /// [`BankError`] when the embedded text is damaged (a test keeps it from happening).
    pub fn embedded() -> Result<Self, BankError> {
        Self::new(read_bank(include_str!("priors.json"))?)
    }

    /// From components.
    ///
    /// # Errors
    /// [`BankError`] when a covariance cannot be inverted.
    pub fn new(components: Vec<Component>) -> Result<Self, BankError> {
        let mut prepared = Vec::with_capacity(components.len());
        for component in components {
            let (class, stages) = (component.class.clone(), component.stages);
            let ready = Prepared::new(component);
            prepared.push(ready.ok_or(BankError::Component {
                class,
                stages,
                why: "the covariance is not positive definite",
            })?);
        }
        Ok(Self {
            components: prepared,
        })
    }

    /// The components, in order.
    pub fn components(&self) -> impl Iterator<Item = &Component> {
        self.components.iter().map(|prepared| &prepared.component)
    }
}

/// The fits of one object, kept warm between looks.
#[derive(Debug, Clone, Default)]
pub struct AscentFit {
    warm: Vec<Option<Point>>,
    looks_at_cold: usize,
    satellites: usize,
    misfits: bool,
}

impl AscentFit {
    /// Fits the bank to all looks; `None` when nothing fits at all.
    ///
    /// Components are independent and come back in order, so the result does not depend on the
    /// number of threads.
    pub fn update(&mut self, bank: &Bank, epoch: Epoch, looks: &Looks) -> Option<Posterior> {
        if looks.looks.len() < 2 {
            return None;
        }
        let cold = self.is_cold(bank, looks);
        let fits: Vec<Option<Fit>> = bank
            .components
            .par_iter()
            .zip(self.warm.par_iter())
            .map(|(prepared, warm)| best_fit(prepared, looks, warm.as_ref(), cold))
            .collect();
        self.satellites = looks.bias_sigma_rad.len();
        let best = fits
            .iter()
            .flatten()
            .map(|fit| fit.ln_evidence)
            .fold(f64::NEG_INFINITY, f64::max);
        if !best.is_finite() {
            return None;
        }
        let mut members = Vec::new();
        for (index, fit) in fits.into_iter().enumerate() {
            self.warm[index] = None;
            let Some(fit) = fit else { continue };
            if fit.ln_evidence > best - KEEP {
                self.warm[index] = Some(fit.point.clone());
                let weight = forewarn_physics::math::exp(fit.ln_evidence - best);
                members.push(Member {
                    weight,
                    component: bank.components[index].component.clone(),
                    fit,
                });
            }
        }
        let posterior = Posterior::new(epoch, looks, members);
        self.misfits = posterior.p_value < MISFIT_P;
        Some(posterior)
    }

    fn is_cold(&mut self, bank: &Bank, looks: &Looks) -> bool {
        self.warm.resize(bank.components.len(), None);
        let count = looks.looks.len();
        let due = COLD
            .iter()
            .any(|at| self.looks_at_cold < *at && count >= *at);
        // A warm start can be caught where an earlier staging was read wrongly: begin again, at
        // intervals that grow with the looks.
        let stuck =
            self.misfits && count >= self.looks_at_cold + RETRY_LOOKS.max(self.looks_at_cold / 6);
        let cold = due
            || stuck
            || looks.bias_sigma_rad.len() != self.satellites
            || self.warm.iter().all(Option::is_none);
        if cold {
            self.looks_at_cold = count;
        }
        cold
    }
}

fn best_fit(prepared: &Prepared, looks: &Looks, warm: Option<&Point>, cold: bool) -> Option<Fit> {
    let mut candidates = Vec::new();
    if let Some(point) = warm {
        candidates.push(widened(prepared, looks, point));
    }
    if cold {
        candidates.extend(starts(prepared, looks, 2));
    }
    let mut best: Option<Fit> = None;
    for start in candidates {
        let Some(found) = fit(prepared, looks, start) else {
            continue;
        };
        if best
            .as_ref()
            .is_none_or(|b| found.ln_evidence > b.ln_evidence)
        {
            best = Some(found);
        }
    }
    best
}

/// A satellite that joined has no bias yet.
fn widened(prepared: &Prepared, looks: &Looks, point: &Point) -> Point {
    let n = HEAD + prepared.component.dimension() + 2 * looks.bias_sigma_rad.len();
    let mut x = DVector::zeros(n);
    for k in 0..n.min(point.x.len()) {
        x[k] = point.x[k];
    }
    Point {
        place: point.place,
        x,
    }
}

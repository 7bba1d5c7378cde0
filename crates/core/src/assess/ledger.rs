//! One Bayesian account per object: prior, plus a bounded contribution from each source.
//!
//! ln posterior(class) = ln prior(class) + Σ over sources of ln likelihood(source | class) − ln Σ.
//! Every contribution is bounded (±[`BOUND`]), because no model of a sensor is trusted beyond
//! odds of about a hundred million, and non-finite facts contribute nothing.

use forewarn_physics::math::{exp, ln};

use super::dossier::Dossier;
use super::likelihood;
use super::priors::Priors;
use crate::model::{Class, Probabilities};

/// Largest contribution of one source to one class, in ln.
pub(super) const BOUND: f64 = 20.0;

/// Where a contribution comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// What was assumed beforehand.
    Prior,
    /// Movement and brightness of the tracklets.
    Motion,
    /// The boost fit.
    Ascent,
    /// The radar or coast filter.
    Arc,
    /// The catalogue of satellites.
    Catalogue,
    /// The object it came off.
    Parent,
    /// A pre-launch notice.
    Notice,
    /// Sunlight.
    Glint,
    /// Faults of the sensors' own.
    Fault,
    /// What must have been seen and was not.
    Missed,
}

/// One source's ln likelihood for each class, in the order of [`Class::ALL`].
#[derive(Debug, Clone, PartialEq)]
pub struct LedgerLine {
    /// Where it comes from.
    pub source: Source,
    /// ln likelihood of each class, up to a common constant.
    pub log_likelihood: [f64; 14],
}

/// Everything in the account, for explanation.
pub fn lines(dossier: &Dossier, priors: &Priors) -> Vec<LedgerLine> {
    let mut prior = [0.0; 14];
    for &class in Class::ALL {
        prior[class as usize] = priors.ln_of(dossier, class);
    }
    let mut lines = vec![LedgerLine {
        source: Source::Prior,
        log_likelihood: prior,
    }];
    let mut add = |source, scores: Option<Scores>| {
        if let Some(scores) = scores {
            lines.push(LedgerLine {
                source,
                log_likelihood: scores.bounded(),
            });
        }
    };
    add(
        Source::Motion,
        dossier
            .motion
            .as_ref()
            .map(|motion| likelihood::motion(motion, dossier)),
    );
    add(
        Source::Ascent,
        dossier.ascent.as_ref().map(likelihood::ascent),
    );
    add(
        Source::Arc,
        dossier
            .arc
            .as_ref()
            .map(|arc| likelihood::arc(arc, dossier)),
    );
    add(
        Source::Catalogue,
        dossier.catalogue.as_ref().map(likelihood::catalogue),
    );
    add(
        Source::Parent,
        dossier.parent.as_ref().map(likelihood::parent),
    );
    add(
        Source::Notice,
        dossier
            .notice
            .as_ref()
            .map(|notice| likelihood::notice(notice, dossier)),
    );
    add(Source::Glint, likelihood::glint(dossier));
    add(Source::Fault, likelihood::fault(dossier));
    add(Source::Missed, likelihood::missed(dossier));
    lines
}

/// The probability of each class; finite, not negative, summing to one whatever the facts are.
pub fn account(dossier: &Dossier, priors: &Priors) -> Probabilities {
    let mut total = [0.0; 14];
    for line in lines(dossier, priors) {
        for (sum, value) in total.iter_mut().zip(line.log_likelihood) {
            *sum += value;
        }
    }
    normalise(&total)
}

fn normalise(log: &[f64; 14]) -> Probabilities {
    let top = log.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = log.iter().map(|value| exp(value - top)).sum();
    let scale = top + ln(sum);
    Probabilities(log.map(|value| exp(value - scale)))
}

/// ln likelihoods of one source, while they are gathered.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scores([f64; 14]);

impl Scores {
    pub(super) fn zero() -> Self {
        Self([0.0; 14])
    }

    /// Adds to the named classes; what is not finite adds nothing.
    pub(super) fn add(&mut self, classes: &[Class], value: f64) {
        if value.is_finite() {
            for &class in classes {
                self.0[class as usize] += value;
            }
        }
    }

    /// Adds to all classes but the named.
    pub(super) fn add_except(&mut self, classes: &[Class], value: f64) {
        let others: Vec<Class> = Class::ALL
            .iter()
            .copied()
            .filter(|class| !classes.contains(class))
            .collect();
        self.add(&others, value);
    }

    /// Relative to the best class, and no class further below it than [`BOUND`].
    fn bounded(self) -> [f64; 14] {
        let top = self.0.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        self.0.map(|value| (value - top).max(-BOUND))
    }
}

//! Evidence to probabilities to verdict: is a ballistic missile or glide vehicle flying?
//!
//! [`Dossier`] is everything that a verdict may rest on, for one object at one moment.
//! [`account`] turns it into one probability per class; [`judge`] applies the published rules
//! of confirmation to both and to the [`Memory`] of what was said before.

mod confirm;
mod domains;
mod dossier;
mod ledger;
mod likelihood;
mod priors;
mod rules;
mod verdict;

pub use domains::independent_groups;
pub use dossier::{
    AmbiguousEcho, ArcFacts, AscentFacts, CatalogueMatch, Dossier, End, Glint, MotionFacts,
    NoticeMatch, ParentFacts, Physics, SensorFacts, SensorFault, SiteMatch, Uncertain,
};
pub use ledger::{LedgerLine, Source, account, lines};
pub use priors::Priors;
pub use rules::Rules;
pub use verdict::{Judgement, Memory, judge};

#[cfg(test)]
mod cases;
#[cfg(test)]
mod cases_falcon;
#[cfg(test)]
mod tests_events;
#[cfg(test)]
mod tests_properties;
#[cfg(test)]
mod tests_rules;

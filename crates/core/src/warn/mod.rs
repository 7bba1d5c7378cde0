//! From verdicts to warnings: issue, update, cancel, retract.
//!
//! [`Warner`] is a pure state machine: assessments and people's actions in, steps of warnings
//! out. Its policy, in words:
//!
//! - A **confirmed** object is warned of. Released by the rule named at the start, else a draft
//!   until people release it.
//! - A **suspected** object makes a draft (`released_by` none), and only where its impact may
//!   touch a protected area (or no areas were given). Nothing releases it but people.
//! - The first step of a warning is `issue`. Releasing a draft is a second `issue`, now with
//!   `released_by`: the first that anybody outside receives.
//! - `update` when the count, the protected areas, or an impact (by more than a sigma) changes,
//!   at most every ten seconds; a fall in the count never waits.
//! - `cancel` when the danger is over: the last predicted impact has passed with its margin.
//! - `retract` when we were wrong: the verdict left `confirmed`, at once. Where a warning covers
//!   others that stand, the retract lists only the objects it takes back, and an update of the
//!   same warning restates the rest in the same step.
//! - A raid is one warning: objects launched within minutes of each other toward areas near each
//!   other.

mod area;
mod member;
mod rules;
mod state;
mod text;

pub use area::{NamedArea, ellipse_ring, region_contains, ring_touches};
pub use rules::WarnRules;
pub use state::Warner;

#[cfg(test)]
mod tests;

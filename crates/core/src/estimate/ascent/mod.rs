//! The ascent fit: from directions alone to launch place and time, heading, stages and cut-off.
//!
//! The wrong ascent model is the greatest risk here, so there is no single one: a bank of
//! components (classes and numbers of stages), each with free thrust, staging and a pitch
//! programme spanned by the principal components of gravity turns and guided ascents alike, is
//! fitted by maximum a posteriori and weighted by evidence. Pointing biases are fitted with it.

mod bank;
mod ensemble;
mod fit;
mod flight;
mod posterior;
mod prior;
mod programme;
mod start;

pub use bank::{AscentFit, Bank};
pub use ensemble::{Cutoff, ballistic_coefficient_kg_m2};
pub use fit::{Fit, Look, Looks, Point, Prepared};
pub use flight::{Flight, Moment, fly};
pub use posterior::{LaunchMoments, Member, Posterior, moments};
pub use prior::{BankError, Component, FIRST_STAGE, GRID, PER_STAGE, THRUST_TERMS, read_bank};
pub use programme::{Burn, Programme};
pub use start::on_shell;

#[cfg(test)]
mod tests;

//! Launch, burnout and impact, each with a covariance that is true.

pub mod ascent;
pub mod impact;
pub mod launch;

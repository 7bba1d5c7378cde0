//! Unpowered flight: coast, re-entry and glide, from the first plots to the ground.
//!
//! | module | what |
//! | --- | --- |
//! | [`kalman`] | the update of a Gaussian, for any sizes |
//! | [`motion`] | the dynamics and their exact variation |
//! | [`layout`] | what the state vector holds |
//! | [`filter`] | one track: predict, innovation, update |
//! | [`initiate`] | a track from two to four plots |

#[cfg(test)]
mod consistency;
pub mod filter;
pub mod initiate;
pub mod kalman;
pub mod layout;
mod measure;
pub mod motion;
mod predict;

pub use filter::{BallisticFilter, FilterError, FilterOutcome, Innovation, Start};
pub use initiate::{Initiation, NotInitiated, initiate};
pub use layout::{Covariance, Flight, Mean, Mode};

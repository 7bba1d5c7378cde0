//! What is known of vehicles before any report: a bank of Gaussian priors over ascents.
//!
//! Each component stands for one vehicle class with one number of stages. It is fitted to a few
//! hundred flights drawn from the published class table ([`forewarn_physics::flight::classes`])
//! by `cargo xtask priors`, and committed as `priors.json`, so that the numbers that a verdict
//! rests on can be read. The pitch programme is a mean and principal components over
//! normalised time: they span gravity turns and guided ascents alike.

use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

/// Points of the normalised time grid of a pitch programme, 0 to 1.
pub const GRID: usize = 33;
/// Parameters of one stage: ln initial specific thrust, logit of burnt share, ln burn time, gap
/// before it, then the terms by which its thrust departs from constant.
pub const PER_STAGE: usize = 4 + THRUST_TERMS;
/// Sine terms of ln thrust over one burn, by which real thrust departs from constant: grains that
/// burn progressively, engines throttled about the greatest dynamic pressure.
pub const THRUST_TERMS: usize = 3;
/// Smallest index of a stage parameter in the vehicle vector: after ln ballistic coefficient and azimuth drift.
pub const FIRST_STAGE: usize = 2;

/// One class with one number of stages.
///
/// The vehicle vector is: ln ballistic coefficient [kg/m²], azimuth drift over the burn [rad],
/// then per stage ln initial specific thrust [m/s²], logit of the share of mass burnt, ln burn
/// time [s], gap before ignition [s] and [`THRUST_TERMS`] terms of ln thrust, then the coefficients
/// of the pitch components.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Component {
    /// Class of vehicle, in the words of the class table.
    pub class: String,
    /// Number of stages.
    pub stages: usize,
    /// Prior weight; the weights of a bank sum to one.
    pub weight: f64,
    /// How many drawn flights it was fitted to.
    pub draws: usize,
    /// Mean pitch-over angle from the vertical over the grid [rad].
    pub pitch_mean_rad: Vec<f64>,
    /// Principal components over the grid [rad], unit norm each.
    pub pitch_components: Vec<Vec<f64>>,
    /// Mean of the vehicle vector.
    pub mean: Vec<f64>,
    /// Covariance of the vehicle vector, rows one after another.
    pub covariance: Vec<f64>,
}

impl Component {
    /// Length of the vehicle vector.
    pub fn dimension(&self) -> usize {
        FIRST_STAGE + PER_STAGE * self.stages + self.pitch_components.len()
    }

    /// Index of the first pitch coefficient in the vehicle vector.
    pub fn first_pitch(&self) -> usize {
        FIRST_STAGE + PER_STAGE * self.stages
    }

    /// Mean of the vehicle vector.
    pub fn mean_vector(&self) -> DVector<f64> {
        DVector::from_column_slice(&self.mean)
    }

    /// Covariance of the vehicle vector.
    pub fn covariance_matrix(&self) -> DMatrix<f64> {
        DMatrix::from_row_slice(self.dimension(), self.dimension(), &self.covariance)
    }
}

/// Why a bank cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BankError {
    /// Not the expected form.
    #[error("ascent priors cannot be read: {0}")]
    Form(String),
    /// A component contradicts itself.
    #[error("ascent prior `{class}` with {stages} stages: {why}")]
    Component {
        /// Class of the component.
        class: String,
        /// Its number of stages.
        stages: usize,
        /// What is wrong.
        why: &'static str,
    },
}

/// Reads a bank from its JSON text.
///
/// # Errors
/// [`BankError`] when the text is not a list of components, or the sizes do not agree, or a
/// covariance is not positive definite.
pub fn read_bank(text: &str) -> Result<Vec<Component>, BankError> {
    let bank: Vec<Component> =
        serde_json::from_str(text).map_err(|error| BankError::Form(error.to_string()))?;
    for component in &bank {
        let fail = |why| {
            Err(BankError::Component {
                class: component.class.clone(),
                stages: component.stages,
                why,
            })
        };
        let n = component.dimension();
        if component.mean.len() != n || component.covariance.len() != n * n {
            return fail("the mean or covariance has the wrong length");
        }
        if component.pitch_mean_rad.len() != GRID
            || component.pitch_components.iter().any(|c| c.len() != GRID)
        {
            return fail("the pitch grid has the wrong length");
        }
        if component.covariance_matrix().cholesky().is_none() {
            return fail("the covariance is not positive definite");
        }
    }
    Ok(bank)
}

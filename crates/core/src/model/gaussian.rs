//! A ballistic state with its covariance: what a track hands to the estimate of impact.

use forewarn_physics::frames::{Covariance6, Itrf, State};
use forewarn_physics::math::exp;
use forewarn_physics::time::Epoch;
use nalgebra::{SMatrix, SVector};

use super::StateEstimate;

/// Position [m], velocity [m/s] (ITRF) and ln β (β in kg/m²) at an epoch, with their covariance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GaussianState {
    /// When.
    pub epoch: Epoch,
    /// x y z vx vy vz ln β.
    pub mean: SVector<f64, 7>,
    /// Covariance of the same.
    pub covariance: SMatrix<f64, 7, 7>,
}

impl GaussianState {
    /// Position and velocity.
    pub fn state(&self) -> State<Itrf> {
        State::from_vectors(
            self.mean.fixed_rows::<3>(0).into_owned(),
            self.mean.fixed_rows::<3>(3).into_owned(),
        )
    }

    /// Ballistic coefficient [kg/m²].
    pub fn ballistic_coefficient_kg_m2(&self) -> f64 {
        exp(self.mean[6])
    }

    /// Without the ballistic coefficient.
    pub fn estimate(&self) -> StateEstimate {
        StateEstimate {
            time: self.epoch,
            state: self.state(),
            covariance: Covariance6::from_matrix(
                self.covariance.fixed_view::<6, 6>(0, 0).into_owned(),
            ),
        }
    }
}

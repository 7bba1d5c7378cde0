//! Published tracking problems, solved with the update that the tracks use.
//!
//! | problem | source |
//! | --- | --- |
//! | [`reentry`] | Julier and Uhlmann, a vehicle that re-enters past a radar (constants as corrected in later toolboxes) |
//! | [`farina`] | Farina, Ristic, Benvenuti (2002), a ballistic target with known drag |
//! | [`athans`] | Athans, Wishner, Bertolini (1968), a body that falls straight down |

pub mod athans;
pub mod draws;
pub mod farina;
pub mod reentry;

use forewarn_core::track::ballistic::kalman::{Gaussian, unscented};
use nalgebra::{SMatrix, SVector};

/// How a filter treats what is not linear.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Method {
    /// By tangents.
    Extended,
    /// By 2N + 1 sigma points with this spread parameter.
    Unscented(f64),
}

/// Moves a Gaussian through a function and adds noise; `None` where it ceases to be one.
pub fn predict<const N: usize>(
    prior: &Gaussian<N>,
    method: Method,
    motion: impl Fn(&SVector<f64, N>) -> SVector<f64, N>,
    noise: &SMatrix<f64, N, N>,
) -> Option<Gaussian<N>> {
    match method {
        Method::Extended => {
            let f = tangent(&prior.mean, &motion);
            Some(Gaussian {
                mean: motion(&prior.mean),
                covariance: f * prior.covariance * f.transpose() + noise,
            })
        }
        Method::Unscented(kappa) => {
            let (moved, _) = unscented(prior, kappa, motion)?;
            Some(Gaussian {
                mean: moved.mean,
                covariance: moved.covariance + noise,
            })
        }
    }
}

/// Takes a measurement in; `None` where the result ceases to be a Gaussian.
pub fn update<const N: usize, const M: usize>(
    prior: &Gaussian<N>,
    method: Method,
    measured: &SVector<f64, M>,
    sensor: impl Fn(&SVector<f64, N>) -> SVector<f64, M>,
    noise: &SMatrix<f64, M, M>,
) -> Option<Gaussian<N>> {
    match method {
        Method::Extended => {
            let h = tangent(&prior.mean, &sensor);
            Some(
                prior
                    .updated(&(measured - sensor(&prior.mean)), &h, noise)?
                    .0,
            )
        }
        Method::Unscented(kappa) => {
            let (told, cross) = unscented(prior, kappa, sensor)?;
            Some(
                prior
                    .updated_by(&(measured - told.mean), &cross, &(told.covariance + noise))?
                    .0,
            )
        }
    }
}

/// Central differences, with steps of the cube root of rounding.
pub fn tangent<const N: usize, const M: usize>(
    at: &SVector<f64, N>,
    function: &impl Fn(&SVector<f64, N>) -> SVector<f64, M>,
) -> SMatrix<f64, M, N> {
    let mut result = SMatrix::<f64, M, N>::zeros();
    for column in 0..N {
        let step = 6e-6 * at[column].abs().max(1e-3);
        let (mut up, mut down) = (*at, *at);
        up[column] += step;
        down[column] -= step;
        result.set_column(
            column,
            &((function(&up) - function(&down)) / (up[column] - down[column])),
        );
    }
    result
}

//! A tracklet against a path that is known already: a second satellite joins an ascent.

use forewarn_physics::time::Epoch;
use nalgebra::{Matrix2, Matrix3, Vector2, Vector3};

use super::Pointing;
use crate::track::tracklet::{Plane, Tracklet};

/// One report against the path.
#[derive(Debug, Clone, PartialEq)]
pub struct PathResidual {
    /// When.
    pub time: Epoch,
    /// Squared normalised angle between measured and foreseen direction; two degrees of freedom.
    /// The sensor's bias is counted as noise.
    pub chi_square: f64,
}

/// A tracklet against the path.
#[derive(Debug, Clone, PartialEq)]
pub struct PathFit {
    /// Each report at a time for which the path is known.
    pub residuals: Vec<PathResidual>,
}

impl PathFit {
    /// Mean of the reports' chi-square: 2 when it is the same object and covariances are true.
    pub fn mean_chi_square(&self) -> Option<f64> {
        let sum: f64 = self
            .residuals
            .iter()
            .map(|residual| residual.chi_square)
            .sum();
        (!self.residuals.is_empty()).then(|| sum / self.residuals.len() as f64)
    }
}

/// Compares a tracklet with a path that gives position [m] and covariance [m²], ITRF, at a time.
pub fn consistent_with_path(
    tracklet: &Tracklet,
    pointing: &Pointing,
    path: &dyn Fn(Epoch) -> Option<(Vector3<f64>, Matrix3<f64>)>,
) -> PathFit {
    let residual = |hit: &crate::track::tracklet::Hit| {
        let (position_m, covariance_m2) = path(hit.time)?;
        let line_m = position_m - hit.sensor_position_m;
        let range_m = line_m.norm();
        let (axes, _) = Plane::across(&hit.sensor_position_m, &hit.direction).axes();
        let offset = axes.map(|axis| axis.dot(&line_m) / range_m);
        let spread =
            |a: usize, b: usize| axes[a].dot(&(covariance_m2 * axes[b])) / (range_m * range_m);
        let own = hit.sigma_rad * hit.sigma_rad + pointing.bias_sigma_rad * pointing.bias_sigma_rad;
        let variance = Matrix2::new(
            spread(0, 0) + own,
            spread(0, 1),
            spread(1, 0),
            spread(1, 1) + own,
        );
        let offset = Vector2::new(offset[0], offset[1]);
        let ahead = line_m.dot(&hit.direction) > 0.0;
        let chi_square = if ahead {
            offset.dot(&(variance.try_inverse()? * offset))
        } else {
            f64::INFINITY
        };
        Some(PathResidual {
            time: hit.time,
            chi_square,
        })
    };
    PathFit {
        residuals: tracklet
            .hits
            .iter()
            .filter_map(|hit| residual(hit))
            .collect(),
    }
}

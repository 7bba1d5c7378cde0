//! The update of a Gaussian by a measurement, for any sizes: shared by tracks and benchmarks.

use forewarn_physics::math::{TAU, ln};
use nalgebra::{SMatrix, SVector};

/// What a measurement says about a Gaussian, before it is used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Surprise<const M: usize> {
    /// Measured minus predicted.
    pub innovation: SVector<f64, M>,
    /// Its covariance.
    pub covariance: SMatrix<f64, M, M>,
    /// Squared distance in units of that covariance.
    pub distance2: f64,
    /// Logarithm of the probability density of the innovation.
    pub log_likelihood: f64,
}

/// Distance and likelihood of an innovation; `None` where its covariance is not positive definite.
pub fn surprise<const M: usize>(
    innovation: SVector<f64, M>,
    covariance: SMatrix<f64, M, M>,
) -> Option<Surprise<M>> {
    let root = root(&covariance)?;
    let distance2 = forward(&root, &innovation).norm_squared();
    let log_determinant = 2.0 * (0..M).map(|i| ln(root[(i, i)])).sum::<f64>();
    let log_likelihood = -0.5 * (distance2 + log_determinant + M as f64 * ln(TAU));
    log_likelihood.is_finite().then_some(Surprise {
        innovation,
        covariance,
        distance2,
        log_likelihood,
    })
}

/// A Gaussian.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gaussian<const N: usize> {
    /// Mean.
    pub mean: SVector<f64, N>,
    /// Covariance.
    pub covariance: SMatrix<f64, N, N>,
}

impl<const N: usize> Gaussian<N> {
    /// The update by an innovation `y = z − h(mean)` with Jacobian `h` and noise `r`.
    ///
    /// Joseph's form, multiplied out: `P − K A' − A K' + K S K'` with `A = P H'`; errors of the
    /// gain enter to second order only. The result is symmetric to the bit. `None` where `S` is
    /// not positive definite.
    pub fn updated<const M: usize>(
        &self,
        y: &SVector<f64, M>,
        h: &SMatrix<f64, M, N>,
        r: &SMatrix<f64, M, M>,
    ) -> Option<(Self, Surprise<M>)> {
        let a = self.covariance * h.transpose();
        self.updated_by(y, &a, &symmetric(&(h * a + r)))
    }

    /// The update by cross covariance `a` and innovation covariance `s`: the part that extended
    /// and sigma-point filters share.
    pub fn updated_by<const M: usize>(
        &self,
        y: &SVector<f64, M>,
        a: &SMatrix<f64, N, M>,
        s: &SMatrix<f64, M, M>,
    ) -> Option<(Self, Surprise<M>)> {
        let surprise = surprise(*y, *s)?;
        let inverse = inverse(s)?;
        let k = a * inverse;
        let across = k * a.transpose();
        let covariance = self.covariance - across - across.transpose() + k * s * k.transpose();
        Some((
            Self {
                mean: self.mean + k * y,
                covariance: symmetric(&covariance),
            },
            surprise,
        ))
    }

    /// Whether mean and covariance are finite and the covariance is positive definite.
    pub fn is_sound(&self) -> bool {
        self.mean.iter().all(|x| x.is_finite()) && is_positive_definite(&self.covariance)
    }
}

/// Copies the lower triangle onto the upper one, halving the rounding between them.
pub fn symmetric<const N: usize>(matrix: &SMatrix<f64, N, N>) -> SMatrix<f64, N, N> {
    let mut result = *matrix;
    for i in 0..N {
        for j in 0..i {
            let middle = 0.5 * (matrix[(i, j)] + matrix[(j, i)]);
            result[(i, j)] = middle;
            result[(j, i)] = middle;
        }
    }
    result
}

/// Lower triangular root of a symmetric matrix; `None` where it is not positive definite or not
/// finite. Blind to the units of the components: no scaling is needed.
pub fn root<const N: usize>(matrix: &SMatrix<f64, N, N>) -> Option<SMatrix<f64, N, N>> {
    let mut l = SMatrix::<f64, N, N>::zeros();
    for j in 0..N {
        let mut diagonal = matrix[(j, j)];
        for k in 0..j {
            diagonal -= l[(j, k)] * l[(j, k)];
        }
        // Also false for not-a-number.
        if !(diagonal > 0.0 && diagonal < f64::MAX) {
            return None;
        }
        let pivot = diagonal.sqrt();
        l[(j, j)] = pivot;
        for i in j + 1..N {
            let mut sum = matrix[(i, j)];
            for k in 0..j {
                sum -= l[(i, k)] * l[(j, k)];
            }
            l[(i, j)] = sum / pivot;
        }
    }
    Some(l)
}

/// Solves `L x = b` for a lower triangular `L`.
pub fn forward<const N: usize>(l: &SMatrix<f64, N, N>, b: &SVector<f64, N>) -> SVector<f64, N> {
    let mut x = *b;
    for i in 0..N {
        for k in 0..i {
            x[i] -= l[(i, k)] * x[k];
        }
        x[i] /= l[(i, i)];
    }
    x
}

/// Inverse of a positive definite matrix; `None` where it is not.
pub fn inverse<const N: usize>(matrix: &SMatrix<f64, N, N>) -> Option<SMatrix<f64, N, N>> {
    let l = root(matrix)?;
    let mut inverse_root = SMatrix::<f64, N, N>::zeros();
    for column in 0..N {
        let unit = SVector::<f64, N>::from_fn(|i, _| f64::from(u8::from(i == column)));
        inverse_root.set_column(column, &forward(&l, &unit));
    }
    Some(symmetric(&(inverse_root.transpose() * inverse_root)))
}

/// Whether a symmetric matrix is finite and positive definite.
pub fn is_positive_definite<const N: usize>(matrix: &SMatrix<f64, N, N>) -> bool {
    root(matrix).is_some()
}

/// Mean and covariance through a function by 2N + 1 sigma points with spread parameter `kappa`.
///
/// Returns the Gaussian of the result and the cross covariance of input and result. The weight
/// of the centre in the covariance is not negative (it is clipped), so the result stays
/// positive. `None` where the covariance has no root.
pub fn unscented<const N: usize, const M: usize>(
    prior: &Gaussian<N>,
    kappa: f64,
    function: impl Fn(&SVector<f64, N>) -> SVector<f64, M>,
) -> Option<(Gaussian<M>, SMatrix<f64, N, M>)> {
    let scale = N as f64 + kappa;
    let l = root(&prior.covariance)?;
    let centre = function(&prior.mean);
    let (centre_weight, weight) = (kappa / scale, 0.5 / scale);
    let mut points = [(SVector::<f64, N>::zeros(), centre); 2];
    let mut mean = centre * centre_weight;
    let pairs: [[(SVector<f64, N>, SVector<f64, M>); 2]; N] = core::array::from_fn(|i| {
        for (point, sign) in points.iter_mut().zip([1.0, -1.0]) {
            let offset = l.column(i) * (scale.sqrt() * sign);
            *point = (offset, function(&(prior.mean + offset)));
            mean += point.1 * weight;
        }
        points
    });
    let mut covariance = (centre - mean) * (centre - mean).transpose() * centre_weight.max(0.0);
    let mut cross = SMatrix::<f64, N, M>::zeros();
    for (offset, value) in pairs.iter().flatten() {
        let off = value - mean;
        covariance += off * off.transpose() * weight;
        cross += offset * off.transpose() * weight;
    }
    Some((
        Gaussian {
            mean,
            covariance: symmetric(&covariance),
        },
        cross,
    ))
}

#[cfg(test)]
mod tests {
    use nalgebra::{Matrix1, Matrix2, RowVector2, Vector1, Vector2};

    use super::*;

    #[test]
    fn a_scalar_update_is_the_textbooks() {
        let prior = Gaussian {
            mean: Vector2::new(1.0, 2.0),
            covariance: Matrix2::new(4.0, 1.0, 1.0, 3.0),
        };
        let (after, surprise) = prior
            .updated(
                &Vector1::new(0.5),
                &RowVector2::new(1.0, 0.0),
                &Matrix1::new(1.0),
            )
            .unwrap();
        assert!((after.mean - Vector2::new(1.4, 2.1)).norm() < 1e-14);
        assert!((after.covariance - Matrix2::new(0.8, 0.2, 0.2, 2.8)).norm() < 1e-14);
        assert!((surprise.distance2 - 0.05).abs() < 1e-15);
    }

    #[test]
    fn sigma_points_are_exact_for_a_line() {
        let prior = Gaussian {
            mean: Vector2::new(1.0, 2.0),
            covariance: Matrix2::new(4.0, 1.0, 1.0, 3.0),
        };
        let turn = Matrix2::new(2.0, -1.0, 0.5, 3.0);
        let (after, cross) = unscented(&prior, 1.0, |x| turn * x).unwrap();
        assert!((after.mean - turn * prior.mean).norm() < 1e-12);
        assert!((after.covariance - turn * prior.covariance * turn.transpose()).norm() < 1e-12);
        assert!((cross - prior.covariance * turn.transpose()).norm() < 1e-12);
    }

    #[test]
    fn what_is_not_positive_is_refused() {
        assert!(root(&Matrix2::new(1.0, 2.0, 2.0, 1.0)).is_none());
        assert!(root(&Matrix2::new(f64::NAN, 0.0, 0.0, 1.0)).is_none());
        assert!(surprise(Vector1::new(0.0), Matrix1::new(-1.0)).is_none());
    }
}

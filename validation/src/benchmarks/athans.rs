//! Athans, Wishner and Bertolini: a body of unknown drag falls straight down (ft, s).

use forewarn_core::track::ballistic::kalman::Gaussian;
use forewarn_physics::math::exp;
use nalgebra::{Matrix1, SMatrix, Vector1, Vector3};

use super::draws::Draws;
use super::{Method, predict, update};

const DENSITY_PER_FT: f64 = 5e-5;
const RADAR_AWAY_FT: f64 = 1e5;
const RADAR_HEIGHT_FT: f64 = 1e5;
const RANGE_VARIANCE_FT2: f64 = 1e4;
const STEPS_PER_S: usize = 64;

fn slope(x: &Vector3<f64>) -> Vector3<f64> {
    Vector3::new(
        -x[1],
        -exp(-DENSITY_PER_FT * x[0]) * x[1] * x[1] * x[2],
        0.0,
    )
}

/// One sixty-fourth of a second, by Runge and Kutta.
fn motion(x: &Vector3<f64>) -> Vector3<f64> {
    let h = 1.0 / STEPS_PER_S as f64;
    let k1 = slope(x);
    let k2 = slope(&(x + k1 * (0.5 * h)));
    let k3 = slope(&(x + k2 * (0.5 * h)));
    let k4 = slope(&(x + k3 * h));
    x + (k1 + (k2 + k3) * 2.0 + k4) * (h / 6.0)
}

/// One second.
fn second(x: &Vector3<f64>) -> Vector3<f64> {
    (0..STEPS_PER_S).fold(*x, |x, _| motion(&x))
}

fn sensor(x: &Vector3<f64>) -> Vector1<f64> {
    let above_ft = x[0] - RADAR_HEIGHT_FT;
    Vector1::new((RADAR_AWAY_FT * RADAR_AWAY_FT + above_ft * above_ft).sqrt())
}

/// Mean absolute error of the altitude [ft] at each second up to 60, with its standard error.
pub fn altitude_errors_ft(method: Method, runs: usize, seed: u64) -> Option<Vec<(f64, f64)>> {
    let mut draws = Draws::new(seed);
    let mut sums = vec![(0.0, 0.0); 61];
    for _ in 0..runs {
        let mut truth = Vector3::new(3e5, 2e4, 1e-3);
        let spread = Vector3::new(1e6, 4e6, 1e-4);
        let mut filter = Gaussian {
            mean: Vector3::new(3e5, 2e4, 3e-5),
            covariance: SMatrix::from_diagonal(&spread),
        };
        for sum in sums.iter_mut().skip(1) {
            truth = second(&truth);
            let measured =
                sensor(&truth) + Vector1::new(RANGE_VARIANCE_FT2.sqrt() * draws.normal());
            filter = predict(&filter, method, second, &SMatrix::zeros())?;
            filter = update(
                &filter,
                method,
                &measured,
                sensor,
                &Matrix1::new(RANGE_VARIANCE_FT2),
            )?;
            let error_ft = (filter.mean[0] - truth[0]).abs();
            sum.0 += error_ft;
            sum.1 += error_ft * error_ft;
        }
    }
    let n = runs as f64;
    Some(
        sums.iter()
            .map(|&(sum, squares)| {
                let mean = sum / n;
                (
                    mean,
                    ((squares / n - mean * mean).max(0.0) / (n - 1.0)).sqrt(),
                )
            })
            .collect(),
    )
}

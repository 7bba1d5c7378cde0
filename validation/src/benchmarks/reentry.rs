//! Julier and Uhlmann's re-entry: a vehicle of unknown drag passes a radar (km, s).

use forewarn_core::track::ballistic::kalman::Gaussian;
use forewarn_physics::math::{atan2, exp, wrap_pi};
use nalgebra::{Matrix2, SMatrix, SVector, Vector2};

use super::draws::Draws;
use super::{Method, predict};

const EARTH_RADIUS_KM: f64 = 6_374.0;
const SCALE_HEIGHT_KM: f64 = 13.406;
const GRAVITY_KM3_S2: f64 = 398_600.0;
const DRAG: f64 = -0.597_83;
const STEP_S: f64 = 0.1;
const STEPS: usize = 2_000;
const VELOCITY_NOISE: f64 = 2.406_4e-5;
const RANGE_SIGMA_KM: f64 = 1e-3;
const BEARING_SIGMA_RAD: f64 = 1.7e-4;

type State = SVector<f64, 5>;

/// One Euler step.
fn motion(x: &State) -> State {
    let r = (x[0] * x[0] + x[1] * x[1]).sqrt();
    let v = (x[2] * x[2] + x[3] * x[3]).sqrt();
    let drag = DRAG * exp(x[4]) * exp((EARTH_RADIUS_KM - r) / SCALE_HEIGHT_KM) * v;
    let gravity = -GRAVITY_KM3_S2 / (r * r * r);
    let slope = State::from([
        x[2],
        x[3],
        drag * x[2] + gravity * x[0],
        drag * x[3] + gravity * x[1],
        0.0,
    ]);
    x + slope * STEP_S
}

fn sensor(x: &State) -> Vector2<f64> {
    let (dx, dy) = (x[0] - EARTH_RADIUS_KM, x[1]);
    Vector2::new((dx * dx + dy * dy).sqrt(), atan2(dy, dx))
}

/// Root mean square error of the position over all steps of a number of runs [m], and its
/// standard error.
///
/// `None` where a filter breaks down.
pub fn position_rmse_m(method: Method, runs: usize, seed: u64) -> Option<(f64, f64)> {
    let mut draws = Draws::new(seed);
    let squares: Option<Vec<f64>> = (0..runs).map(|_| run(method, &mut draws)).collect();
    let squares = squares?;
    let mean = squares.iter().sum::<f64>() / runs as f64;
    let variance =
        squares.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (runs as f64 - 1.0);
    let rmse_km = mean.sqrt();
    Some((
        1e3 * rmse_km,
        1e3 * 0.5 * (variance / runs as f64).sqrt() / rmse_km,
    ))
}

/// Mean squared error of the position of one run [km²].
fn run(method: Method, draws: &mut Draws) -> Option<f64> {
    let mut truth = State::from([6_500.4, 349.14, -1.809_3, -6.796_7, 0.693_2]);
    for i in 0..4 {
        truth[i] += 1e-3 * draws.normal();
    }
    let start = State::from([6_500.4, 349.14, -1.809_3, -6.796_7, 0.0]);
    let spread = State::from([1e-6, 1e-6, 1e-6, 1e-6, 1.0]);
    let mut filter = Gaussian {
        mean: start,
        covariance: SMatrix::from_diagonal(&spread),
    };
    let process = SMatrix::from_diagonal(&State::from([
        0.0,
        0.0,
        VELOCITY_NOISE,
        VELOCITY_NOISE,
        1e-6,
    ]));
    let noise = Matrix2::from_diagonal(&Vector2::new(
        RANGE_SIGMA_KM * RANGE_SIGMA_KM,
        BEARING_SIGMA_RAD * BEARING_SIGMA_RAD,
    ));
    let mut sum = 0.0;
    for _ in 0..STEPS {
        truth = motion(&truth);
        truth[2] += VELOCITY_NOISE.sqrt() * draws.normal();
        truth[3] += VELOCITY_NOISE.sqrt() * draws.normal();
        let measured = sensor(&truth)
            + Vector2::new(
                RANGE_SIGMA_KM * draws.normal(),
                BEARING_SIGMA_RAD * draws.normal(),
            );
        filter = predict(&filter, method, motion, &process)?;
        // The bearing near ±π is compared by the shorter way.
        let middle = sensor(&filter.mean);
        let near = Vector2::new(measured[0], middle[1] + wrap_pi(measured[1] - middle[1]));
        let unwrapped = |x: &State| {
            let value = sensor(x);
            Vector2::new(value[0], middle[1] + wrap_pi(value[1] - middle[1]))
        };
        filter = super::update(&filter, method, &near, unwrapped, &noise)?;
        sum += (filter.mean - truth).fixed_rows::<2>(0).norm_squared();
    }
    Some(sum / STEPS as f64)
}

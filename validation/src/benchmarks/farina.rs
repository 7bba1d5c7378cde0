//! Farina, Ristic and Benvenuti: a ballistic target with known drag before one radar.
//!
//! The measurement is converted to Cartesian coordinates with its noise. The bound is the
//! posterior Cramér–Rao recursion (Tichavský, Muravchik, Nehorai 1998) along the flight without
//! noise.

use forewarn_core::track::ballistic::kalman::{Gaussian, inverse};
use forewarn_physics::math::{atan2, exp, sin_cos};
use nalgebra::{Matrix2, Matrix2x4, SMatrix, Vector2, Vector4};

use super::draws::Draws;
use super::{Method, predict, tangent, update};

const STEP_S: f64 = 2.0;
const GRAVITY_M_S2: f64 = 9.81;
const BETA_KG_M_S2: f64 = 40_000.0;
const RANGE_SIGMA_M: f64 = 100.0;
const ELEVATION_SIGMA_RAD: f64 = 0.017;
const PROCESS: f64 = 1.0;

/// Root mean square errors or bounds of x [m], y [m], their rates [m/s] at one step.
pub type Row = Vector4<f64>;

fn start() -> Vector4<f64> {
    let (s, c) = sin_cos(190f64.to_radians());
    Vector4::new(232e3, 2_290.0 * c, 88e3, 2_290.0 * s)
}

fn density(height_m: f64) -> f64 {
    if height_m < 9_144.0 {
        1.227 * exp(-1.093e-4 * height_m)
    } else {
        1.754 * exp(-1.49e-4 * height_m)
    }
}

/// x, its rate, y, its rate after one step.
fn motion(s: &Vector4<f64>) -> Vector4<f64> {
    let speed_m_s = (s[1] * s[1] + s[3] * s[3]).sqrt();
    let drag = -0.5 * GRAVITY_M_S2 / BETA_KG_M_S2 * density(s[2]) * speed_m_s;
    let (ax, ay) = (drag * s[1], drag * s[3] - GRAVITY_M_S2);
    let t = STEP_S;
    Vector4::new(
        s[0] + t * s[1] + 0.5 * t * t * ax,
        s[1] + t * ax,
        s[2] + t * s[3] + 0.5 * t * t * ay,
        s[3] + t * ay,
    )
}

fn process_noise() -> SMatrix<f64, 4, 4> {
    let t = STEP_S;
    let block = Matrix2::new(t * t * t / 3.0, t * t / 2.0, t * t / 2.0, t) * PROCESS;
    let mut q = SMatrix::<f64, 4, 4>::zeros();
    q.fixed_view_mut::<2, 2>(0, 0).copy_from(&block);
    q.fixed_view_mut::<2, 2>(2, 2).copy_from(&block);
    q
}

/// A range and elevation in Cartesian coordinates, with their noise.
fn converted(range_m: f64, elevation_rad: f64) -> (Vector2<f64>, Matrix2<f64>) {
    let (s, c) = sin_cos(elevation_rad);
    let turn = Matrix2::new(c, -range_m * s, s, range_m * c);
    let variance = Matrix2::from_diagonal(&Vector2::new(
        RANGE_SIGMA_M * RANGE_SIGMA_M,
        ELEVATION_SIGMA_RAD * ELEVATION_SIGMA_RAD,
    ));
    (
        Vector2::new(range_m * c, range_m * s),
        turn * variance * turn.transpose(),
    )
}

fn polar(s: &Vector4<f64>) -> (f64, f64) {
    ((s[0] * s[0] + s[2] * s[2]).sqrt(), atan2(s[2], s[0]))
}

/// State and covariance from two converted plots a step apart.
fn two_points(
    old: &(Vector2<f64>, Matrix2<f64>),
    new: &(Vector2<f64>, Matrix2<f64>),
) -> Gaussian<4> {
    let rate = (new.0 - old.0) / STEP_S;
    let mut covariance = SMatrix::<f64, 4, 4>::zeros();
    for i in 0..2 {
        for j in 0..2 {
            covariance[(2 * i, 2 * j)] = new.1[(i, j)];
            covariance[(2 * i, 2 * j + 1)] = new.1[(i, j)] / STEP_S;
            covariance[(2 * i + 1, 2 * j)] = new.1[(i, j)] / STEP_S;
            covariance[(2 * i + 1, 2 * j + 1)] =
                (new.1[(i, j)] + old.1[(i, j)]) / (STEP_S * STEP_S);
        }
    }
    Gaussian {
        mean: Vector4::new(new.0.x, rate.x, new.0.y, rate.y),
        covariance,
    }
}

/// The bound at each step from the second plot (index 1) on.
pub fn bounds(steps: usize) -> Option<Vec<Row>> {
    let (q, mut truth) = (process_noise(), start());
    let mut rows = vec![Row::zeros()];
    let mut covariance = SMatrix::<f64, 4, 4>::zeros();
    for k in 1..=steps {
        let before = truth;
        truth = motion(&truth);
        let plot = |s: &Vector4<f64>| {
            let (range_m, elevation_rad) = polar(s);
            converted(range_m, elevation_rad)
        };
        if k == 1 {
            covariance = two_points(&plot(&before), &plot(&truth)).covariance;
        } else {
            let f = tangent(&before, &motion);
            let moved = f * covariance * f.transpose() + q;
            let h = Matrix2x4::new(1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0);
            let information = inverse(&moved)? + h.transpose() * inverse(&plot(&truth).1)? * h;
            covariance = inverse(&information)?;
        }
        rows.push(covariance.diagonal().map(f64::sqrt));
    }
    Some(rows)
}

/// Root mean square errors at each step, over a number of runs.
pub fn errors(method: Method, runs: usize, steps: usize, seed: u64) -> Option<Vec<Row>> {
    let mut draws = Draws::new(seed);
    let root = process_noise().cholesky()?.l();
    let mut squares = vec![Row::zeros(); steps + 1];
    for _ in 0..runs {
        let mut truth = start();
        let plot = |truth: &Vector4<f64>, draws: &mut Draws| {
            let (range_m, elevation_rad) = polar(truth);
            converted(
                range_m + RANGE_SIGMA_M * draws.normal(),
                elevation_rad + ELEVATION_SIGMA_RAD * draws.normal(),
            )
        };
        let mut last = plot(&truth, &mut draws);
        let mut filter: Option<Gaussian<4>> = None;
        for square in squares.iter_mut().skip(1) {
            let push = Vector4::from_fn(|_, _| draws.normal());
            truth = motion(&truth) + root * push;
            let measured = plot(&truth, &mut draws);
            let next = match filter {
                None => two_points(&last, &measured),
                Some(filter) => {
                    let moved = predict(&filter, method, motion, &process_noise())?;
                    update(
                        &moved,
                        method,
                        &measured.0,
                        |s| Vector2::new(s[0], s[2]),
                        &measured.1,
                    )?
                }
            };
            *square += (next.mean - truth).map(|x| x * x) / runs as f64;
            filter = Some(next);
            last = measured;
        }
    }
    Some(squares.iter().map(|row| row.map(f64::sqrt)).collect())
}

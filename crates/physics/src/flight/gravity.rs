//! The Earth's gravity: EGM96 to degree and order 4, in Cartesian form without singularity.
//!
//! Pines' uniform form (*AIAA Journal* 11, 1973), written out for these degrees.
//! Leaving out degrees 5 and above costs up to 6e-4 m/s² at the ground (`val_flight_gravity`) and
//! moves the impact of a 10,000 km flight by some 40 m (`val_flight_impact`).

use nalgebra::{Matrix3, Vector3, Vector4};

use crate::frames::wgs84::GRAVITATIONAL_PARAMETER_M3_S2;

/// Highest degree and order.
pub const DEGREE: usize = 4;
/// Reference radius of the coefficients [m] (EGM96).
pub const REFERENCE_RADIUS_M: f64 = 6_378_136.3;

/// EGM96, fully normalised: degree, order, C, S (Lemoine et al., NASA/TP-1998-206861).
pub const COEFFICIENTS: [(usize, usize, f64, f64); 12] = [
    (2, 0, -0.484165371736e-03, 0.0),
    (2, 1, -0.186987635955e-09, 0.119528012031e-08),
    (2, 2, 0.243914352398e-05, -0.140016683654e-05),
    (3, 0, 0.957254173792e-06, 0.0),
    (3, 1, 0.202998882184e-05, 0.248513158716e-06),
    (3, 2, 0.904627768605e-06, -0.619025944205e-06),
    (3, 3, 0.721072657057e-06, 0.141435626958e-05),
    (4, 0, 0.539873863789e-06, 0.0),
    (4, 1, -0.536321616971e-06, -0.473440265853e-06),
    (4, 2, 0.350694105785e-06, 0.662671572540e-06),
    (4, 3, 0.990771803829e-06, -0.200928369177e-06),
    (4, 4, -0.188560802735e-06, 0.308853169333e-06),
];

const SIZE: usize = DEGREE + 1;

/// Unnormalised C and S by degree and order.
const UNNORMALISED: [[(f64, f64); SIZE]; SIZE] = unnormalised();

const J2: f64 = -UNNORMALISED[2][0].0;
const J3: f64 = -UNNORMALISED[3][0].0;
const J4: f64 = -UNNORMALISED[4][0].0;

/// Newton's square root, for constants only.
const fn square_root(x: f64) -> f64 {
    let mut root = if x > 1.0 { x } else { 1.0 };
    let mut i = 0;
    while i < 60 {
        root = 0.5 * (root + x / root);
        i += 1;
    }
    root
}

const fn unnormalised() -> [[(f64, f64); SIZE]; SIZE] {
    let mut table = [[(0.0, 0.0); SIZE]; SIZE];
    let mut i = 0;
    while i < COEFFICIENTS.len() {
        let (n, m, c, s) = COEFFICIENTS[i];
        // (n - m)! / (n + m)!
        let mut ratio = 1.0;
        let mut k = n - m + 1;
        while k <= n + m {
            ratio /= k as f64;
            k += 1;
        }
        let twice = if m == 0 { 1.0 } else { 2.0 };
        let factor = square_root(twice * (2 * n + 1) as f64 * ratio);
        table[n][m] = (c * factor, s * factor);
        i += 1;
    }
    table
}

/// Gravitational acceleration [m/s²] at an ITRF position [m], without the centrifugal term.
///
/// Valid outside the Earth and down to a few kilometres below the ellipsoid.
///
/// Validated by `val_flight_gravity`.
pub fn acceleration_m_s2(position_m: &Vector3<f64>) -> Vector3<f64> {
    let inverse_r2 = 1.0 / position_m.norm_squared();
    let inverse_r = inverse_r2.sqrt();
    let direction = position_m * inverse_r;
    let (s, t, u) = (direction.x, direction.y, direction.z);
    // Real and imaginary parts of (s + i t)ᵐ.
    let (s2, t2) = (s * s - t * t, 2.0 * s * t);
    let (s3, t3) = (s2 * s - t2 * t, s2 * t + t2 * s);
    let (s4, t4) = (s2 * s2 - t2 * t2, 2.0 * s2 * t2);
    let powers = Powers {
        real: [1.0, s, s2, s3, s4],
        imaginary: [0.0, t, t2, t3, t4],
    };
    // Derivatives of the Legendre polynomials: row n holds dᵐPₙ/duᵐ.
    let u2 = u * u;
    let p2 = [1.5 * u2 - 0.5, 3.0 * u, 3.0, 0.0, 0.0, 0.0];
    let p3 = [
        (2.5 * u2 - 1.5) * u,
        7.5 * u2 - 1.5,
        15.0 * u,
        15.0,
        0.0,
        0.0,
    ];
    let p4 = [
        (4.375 * u2 - 3.75) * u2 + 0.375,
        (17.5 * u2 - 7.5) * u,
        52.5 * u2 - 7.5,
        105.0 * u,
        105.0,
        0.0,
    ];
    let p5 = [
        0.0,
        (39.375 * u2 - 26.25) * u2 + 1.875,
        (157.5 * u2 - 52.5) * u,
        472.5 * u2 - 52.5,
        945.0 * u,
        945.0,
    ];
    let ratio = REFERENCE_RADIUS_M * inverse_r;
    let two = degree::<2>(&powers, &p2, &p3);
    let three = degree::<3>(&powers, &p3, &p4);
    let four = degree::<4>(&powers, &p4, &p5);
    let sum = (two + (three + four * ratio) * ratio) * (ratio * ratio);
    let along = sum.w - 1.0;
    let scale = GRAVITATIONAL_PARAMETER_M3_S2 * inverse_r2;
    Vector3::new(sum.x + along * s, sum.y + along * t, sum.z + along * u) * scale
}

struct Powers {
    real: [f64; 5],
    imaginary: [f64; 5],
}

/// One degree's part along x, y, z and (last) along the radius.
#[inline(always)]
fn degree<const N: usize>(powers: &Powers, legendre: &[f64; 6], next: &[f64; 6]) -> Vector4<f64> {
    let mut sum = Vector4::zeros();
    for m in 0..=N {
        let (c, s) = UNNORMALISED[N][m];
        let whole = c * powers.real[m] + s * powers.imaginary[m];
        sum.z += legendre[m + 1] * whole;
        sum.w -= next[m + 1] * whole;
        if m > 0 {
            let slope = m as f64 * legendre[m];
            sum.x += slope * (c * powers.real[m - 1] + s * powers.imaginary[m - 1]);
            sum.y += slope * (s * powers.real[m - 1] - c * powers.imaginary[m - 1]);
        }
    }
    sum
}

/// Acceleration of the central body and J2 to J4 alone [m/s²]: the fast path of filters.
///
/// Differs from [`acceleration_m_s2`] by up to 1e-4 m/s² near the ground.
pub fn zonal_acceleration_m_s2(position_m: &Vector3<f64>) -> Vector3<f64> {
    let inverse_r2 = 1.0 / position_m.norm_squared();
    let inverse_r = inverse_r2.sqrt();
    let u = position_m.z * inverse_r;
    let u2 = u * u;
    let ratio = REFERENCE_RADIUS_M * inverse_r;
    let (j2, j3, j4) = (
        J2 * ratio * ratio,
        J3 * ratio * ratio * ratio,
        J4 * ratio * ratio * ratio * ratio,
    );
    // Along the radius and along the pole: a = k [(-1 + A) r̂ - B ẑ], from the gradient of Pₙ(u)/rⁿ⁺¹.
    let p2_slope = 3.0 * u;
    let p3_slope = 7.5 * u2 - 1.5;
    let p4_slope = 17.5 * u2 * u - 7.5 * u;
    let p2 = 1.5 * u2 - 0.5;
    let p3 = 2.5 * u2 * u - 1.5 * u;
    let p4 = 4.375 * u2 * u2 - 3.75 * u2 + 0.375;
    let radial = j2 * (3.0 * p2 + u * p2_slope)
        + j3 * (4.0 * p3 + u * p3_slope)
        + j4 * (5.0 * p4 + u * p4_slope);
    let polar = j2 * p2_slope + j3 * p3_slope + j4 * p4_slope;
    let scale = GRAVITATIONAL_PARAMETER_M3_S2 * inverse_r2;
    let mut sum = position_m * (scale * inverse_r * (radial - 1.0));
    sum.z -= scale * polar;
    sum
}

/// Gradient of the gravity of the central body and J2 [1/s²].
pub fn zonal_gradient_s2(position_m: &Vector3<f64>) -> Matrix3<f64> {
    let (x, y, z) = (position_m.x, position_m.y, position_m.z);
    let inverse_r2 = 1.0 / position_m.norm_squared();
    let inverse_r3 = inverse_r2 * inverse_r2.sqrt();
    let k = GRAVITATIONAL_PARAMETER_M3_S2 * inverse_r3;
    let mut gradient = position_m * position_m.transpose() * (3.0 * k * inverse_r2);
    for i in 0..3 {
        gradient[(i, i)] -= k;
    }
    // J2: aᵢ = -q xᵢ (dᵢ - 5 s) with s = z²/r², q = 3/2 J2 GM R² / r⁵, d = (1, 1, 3).
    let q = 1.5 * J2 * k * REFERENCE_RADIUS_M * REFERENCE_RADIUS_M * inverse_r2;
    let s = z * z * inverse_r2;
    let coordinates = [x, y, z];
    let weights = [1.0, 1.0, 3.0];
    for i in 0..3 {
        for j in 0..3 {
            let s_slope = 2.0 * (if j == 2 { z } else { 0.0 } - s * coordinates[j]) * inverse_r2;
            let bracket = weights[i] - 5.0 * s;
            let same = if i == j { bracket } else { 0.0 };
            gradient[(i, j)] -= q
                * (same
                    - 5.0 * coordinates[i] * s_slope
                    - 5.0 * coordinates[i] * coordinates[j] * inverse_r2 * bracket);
        }
    }
    gradient
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> [Vector3<f64>; 4] {
        [
            Vector3::new(6.4e6, 1.0e5, 2.0e5),
            Vector3::new(-3.0e6, 4.0e6, -5.0e6),
            Vector3::new(1.0, -2.0, 6.5e6),
            Vector3::new(2.0e7, 3.0e7, -1.0e7),
        ]
    }

    #[test]
    fn zonal_part_is_close_to_the_whole() {
        for place in places() {
            let difference = (acceleration_m_s2(&place) - zonal_acceleration_m_s2(&place)).norm();
            assert!(difference < 3e-4, "{difference}");
            assert!(difference > 0.0);
        }
    }

    #[test]
    fn gradient_agrees_with_differences() {
        for place in places() {
            let gradient = zonal_gradient_s2(&place);
            for axis in 0..3 {
                let mut step = Vector3::zeros();
                step[axis] = 10.0;
                let slope = (zonal_acceleration_m_s2(&(place + step))
                    - zonal_acceleration_m_s2(&(place - step)))
                    / 20.0;
                let difference = (slope - gradient.column(axis)).norm() / gradient.norm();
                // J3 and J4, which the gradient leaves out, are worth up to (5 · 6) J4 = 5e-5 of it.
                assert!(difference < 5e-5, "{axis} {difference}");
            }
        }
    }

    #[test]
    fn field_has_no_divergence_and_no_curl() {
        for place in places() {
            let mut gradient = Matrix3::zeros();
            for axis in 0..3 {
                let mut step = Vector3::zeros();
                step[axis] = 100.0;
                gradient.set_column(
                    axis,
                    &((acceleration_m_s2(&(place + step)) - acceleration_m_s2(&(place - step)))
                        / 200.0),
                );
            }
            assert!(
                gradient.trace().abs() < 1e-8 * gradient.norm(),
                "{}",
                gradient.trace() / gradient.norm()
            );
            assert!((gradient - gradient.transpose()).norm() < 1e-8 * gradient.norm());
        }
    }
}

//! Gravity from EGM96's file, in spherical harmonics, sharing nothing with the engine's.

use nalgebra::Vector3;

const GM: f64 = 3.986_004_418e14;
const RADIUS_M: f64 = 6_378_136.3;

/// Fully normalised C and S.
pub(crate) type Coefficients = Vec<(usize, usize, f64, f64)>;

pub(crate) fn coefficients() -> Coefficients {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/data/reference-tables/EGM96-truncated-21x21"
    );
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .filter_map(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let degree = fields.first()?.parse().ok()?;
            Some((
                degree,
                fields[1].parse().unwrap(),
                fields[2].parse().unwrap(),
                fields[3].parse().unwrap(),
            ))
        })
        .collect()
}

/// Normalised associated Legendre functions by the standard forward column recursion (Heiskanen
/// and Moritz; Holmes and Featherstone 2002, eqs. 11 and 13).
fn legendre(sine: f64, most: usize) -> Vec<Vec<f64>> {
    let cosine = (1.0 - sine * sine).sqrt();
    let mut p = vec![vec![0.0; most + 1]; most + 1];
    p[0][0] = 1.0;
    for m in 0..=most {
        if m > 0 {
            let factor = if m == 1 {
                3.0_f64
            } else {
                (2 * m + 1) as f64 / (2 * m) as f64
            };
            p[m][m] = factor.sqrt() * cosine * p[m - 1][m - 1];
        }
        for n in m + 1..=most {
            let (nf, mf) = (n as f64, m as f64);
            let a = ((2.0 * nf - 1.0) * (2.0 * nf + 1.0) / ((nf - mf) * (nf + mf))).sqrt();
            p[n][m] = a * sine * p[n - 1][m];
            if n >= m + 2 {
                let b = ((2.0 * nf + 1.0) * (nf + mf - 1.0) * (nf - mf - 1.0)
                    / ((nf - mf) * (nf + mf) * (2.0 * nf - 3.0)))
                    .sqrt();
                p[n][m] -= b * p[n - 2][m];
            }
        }
    }
    p
}

fn potential(position_m: &Vector3<f64>, coefficients: &Coefficients, most: usize) -> f64 {
    let r = position_m.norm();
    let p = legendre(position_m.z / r, most);
    let longitude = forewarn_physics::math::atan2(position_m.y, position_m.x);
    let mut sum = 0.0;
    for &(n, m, c, s) in coefficients
        .iter()
        .filter(|entry| entry.0 >= 2 && entry.0 <= most)
    {
        let (sine, cosine) = forewarn_physics::math::sin_cos(m as f64 * longitude);
        sum += (RADIUS_M / r).powi(n as i32) * p[n][m] * (c * cosine + s * sine);
    }
    GM / r * sum
}

/// Gravitational acceleration to a degree: the disturbing part by central differences, the central part exactly.
pub(crate) fn acceleration(
    position_m: &Vector3<f64>,
    coefficients: &Coefficients,
    most: usize,
) -> Vector3<f64> {
    const REACH_M: f64 = 100.0;
    let mut sum = -position_m * (GM / position_m.norm().powi(3));
    for axis in 0..3 {
        let mut step = Vector3::zeros();
        step[axis] = REACH_M;
        let rise = potential(&(position_m + step), coefficients, most)
            - potential(&(position_m - step), coefficients, most);
        sum[axis] += rise / (2.0 * REACH_M);
    }
    sum
}

//! Elementary functions that give the same bits on every processor.
//!
//! The system's `libm` picks a variant by processor (with or without fused multiply-add), so
//! its last bit differs between machines. The `libm` crate is plain Rust and does not.
//! `sqrt` is exact under IEEE 754 and stays `f64::sqrt`.

pub use core::f64::consts::{FRAC_PI_2, PI, TAU};

macro_rules! forward {
    ($($(#[$doc:meta])* $name:ident => $target:ident($($arg:ident),+);)+) => {
        $($(#[$doc])* #[inline] pub fn $name($($arg: f64),+) -> f64 { libm::$target($($arg),+) })+
    };
}

forward! {
    /// Sine of an angle in radians.
    sin => sin(angle_rad);
    /// Cosine of an angle in radians.
    cos => cos(angle_rad);
    /// Tangent of an angle in radians.
    tan => tan(angle_rad);
    /// Arc sine [rad].
    asin => asin(x);
    /// Arc cosine [rad].
    acos => acos(x);
    /// Arc tangent [rad].
    atan => atan(x);
    /// Angle of the point (x, y) [rad], in (-π, π].
    atan2 => atan2(y, x);
    /// e to the power x.
    exp => exp(x);
    /// Natural logarithm.
    ln => log(x);
    /// Logarithm to base 10.
    log10 => log10(x);
    /// x to the power y.
    powf => pow(x, y);
    /// Cube root.
    cbrt => cbrt(x);
    /// Hyperbolic tangent.
    tanh => tanh(x);
    /// Error function.
    erf => erf(x);
    /// Complementary error function.
    erfc => erfc(x);
    /// Natural logarithm of the gamma function.
    ln_gamma => lgamma(x);
}

/// Sine and cosine of an angle in radians.
#[inline]
pub fn sin_cos(angle_rad: f64) -> (f64, f64) {
    libm::sincos(angle_rad)
}

/// Wraps an angle into (-π, π].
#[inline]
pub fn wrap_pi(angle_rad: f64) -> f64 {
    let turned = angle_rad - TAU * (angle_rad / TAU).round();
    if turned <= -PI { turned + TAU } else { turned }
}

/// Wraps an angle into [0, 2π).
#[inline]
pub fn wrap_tau(angle_rad: f64) -> f64 {
    let turned = angle_rad - TAU * (angle_rad / TAU).floor();
    if turned >= TAU { 0.0 } else { turned }
}

/// Chance that chi-square with `degrees` of freedom exceeds `value`: the regularised upper
/// incomplete gamma function Q(k/2, x/2), by its series or its continued fraction
/// (Abramowitz and Stegun 6.5.29 and 6.5.31), to about 1e-12.
pub fn chi_square_survival(value: f64, degrees: f64) -> f64 {
    if value.is_nan() || value <= 0.0 {
        return 1.0;
    }
    let (a, x) = (0.5 * degrees, 0.5 * value);
    let scale = exp(a * ln(x) - x - ln_gamma(a));
    if x < a + 1.0 {
        let (mut term, mut sum, mut n) = (1.0 / a, 1.0 / a, a);
        for _ in 0..2_000 {
            n += 1.0;
            term *= x / n;
            sum += term;
            if term < sum * 1e-15 {
                break;
            }
        }
        return (1.0 - scale * sum).clamp(0.0, 1.0);
    }
    let mut b = x + 1.0 - a;
    let mut c = 1e300;
    let mut d = 1.0 / b;
    let mut h = d;
    for i in 1..2_000 {
        let an = -f64::from(i) * (f64::from(i) - a);
        b += 2.0;
        d = 1.0 / (an * d + b);
        c = b + an / c;
        h *= d * c;
        if (d * c - 1.0).abs() < 1e-15 {
            break;
        }
    }
    (scale * h).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Quantiles printed in Abramowitz and Stegun, table 26.8 (four to five figures).
    #[test]
    fn val_chi_square_matches_the_printed_table() {
        for (degrees, value, probability) in [
            (1.0, 3.841_46, 0.05),
            (2.0, 4.605_17, 0.1),
            (10.0, 23.2093, 0.01),
            (30.0, 29.336, 0.5),
            (100.0, 149.449, 0.001),
        ] {
            assert!(
                (chi_square_survival(value, degrees) - probability).abs()
                    < 2e-4 * probability + 1e-6,
                "{degrees}"
            );
        }
    }
}

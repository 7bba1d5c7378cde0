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

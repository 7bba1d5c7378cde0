//! Radar refraction against an independent ray trace and against ITU-R P.834.

#![allow(
    clippy::disallowed_methods,
    reason = "an oracle may use the system's functions"
)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what is wrong by failing, and helpers of tests are tests"
)]

use forewarn_physics::frames::refraction::{
    REFRACTIVITY, SCALE_HEIGHT_M, range_delay_m, refraction_rad,
};

const EARTH_RADIUS_M: f64 = 6_371_000.0;
/// Our quadrature against Runge-Kutta of the ray's own equation: both leave far less
/// than the milliradian-sized bending matters to any radar (the best sigma is 1e-4 rad).
const TRACE_TOLERANCE_RAD: f64 = 1e-8;
const TRACE_TOLERANCE_M: f64 = 1e-3;
/// P.834 gives its formula as an approximation of the same atmosphere. Below 1° it is
/// least exact.
const P834_TOLERANCE_DEG: f64 = 0.012;

fn index_and_gradient(x: f64, y: f64) -> (f64, [f64; 2]) {
    let radius_m = (x * x + y * y).sqrt();
    let excess = 1e-6 * REFRACTIVITY * (-(radius_m - EARTH_RADIUS_M) / SCALE_HEIGHT_M).exp();
    let slope = -excess / SCALE_HEIGHT_M / radius_m;
    (1.0 + excess, [slope * x, slope * y])
}

/// Integrates `d(n t)/ds = ∇n` in a plane from a site until a height: true elevation [rad], and
/// optical less straight length [m].
fn trace(apparent_rad: f64, site_height_m: f64, target_height_m: f64) -> (f64, f64) {
    let site_m = EARTH_RADIUS_M + site_height_m;
    let (n, _) = index_and_gradient(0.0, site_m);
    let mut y = [
        0.0,
        site_m,
        n * apparent_rad.cos(),
        n * apparent_rad.sin(),
        0.0,
    ];
    let rate = |y: &[f64; 5]| {
        let (n, gradient) = index_and_gradient(y[0], y[1]);
        [y[2] / n, y[3] / n, gradient[0], gradient[1], n]
    };
    let step = |y: &[f64; 5], k: &[f64; 5], h: f64| -> [f64; 5] {
        core::array::from_fn(|i| y[i] + h * k[i])
    };
    let height = |y: &[f64; 5]| (y[0] * y[0] + y[1] * y[1]).sqrt() - EARTH_RADIUS_M;
    let advance = |y: &[f64; 5], h: f64| -> [f64; 5] {
        let a = rate(y);
        let b = rate(&step(y, &a, h / 2.0));
        let c = rate(&step(y, &b, h / 2.0));
        let d = rate(&step(y, &c, h));
        core::array::from_fn(|i| y[i] + h / 6.0 * (a[i] + 2.0 * b[i] + 2.0 * c[i] + d[i]))
    };
    let step_m = 200.0;
    loop {
        let next = advance(&y, step_m);
        if height(&next) > target_height_m {
            // The last step ends on the height, by halving.
            let (mut low, mut high) = (0.0, step_m);
            for _ in 0..60 {
                let middle = 0.5 * (low + high);
                if height(&advance(&y, middle)) > target_height_m {
                    high = middle
                } else {
                    low = middle
                }
            }
            y = advance(&y, low);
            break;
        }
        y = next;
    }
    let (x, up) = (y[0], y[1] - site_m);
    (up.atan2(x), y[4] - x.hypot(up))
}

#[test]
fn val_refraction_vs_ray_trace() {
    let (mut worst_rad, mut worst_m) = (0.0_f64, 0.0_f64);
    for apparent_deg in [0.2_f64, 1.0, 3.0, 10.0, 45.0] {
        for site_height_m in [0.0, 1_500.0] {
            for target_height_m in [5_000.0, 40_000.0, 300_000.0] {
                let apparent_rad = apparent_deg.to_radians();
                let (true_rad, delay_m) = trace(apparent_rad, site_height_m, target_height_m);
                let found_rad = refraction_rad(true_rad, target_height_m, site_height_m);
                let missed_rad = (found_rad - (apparent_rad - true_rad)).abs();
                if missed_rad > worst_rad {
                    println!(
                        "{apparent_deg} deg, {site_height_m} m to {target_height_m} m: {missed_rad:.2e} rad"
                    );
                }
                worst_rad = worst_rad.max(missed_rad);
                worst_m = worst_m
                    .max((range_delay_m(true_rad, target_height_m, site_height_m) - delay_m).abs());
            }
        }
    }
    println!("{worst_rad:.2e} rad, {worst_m:.2e} m");
    assert!(worst_rad < TRACE_TOLERANCE_RAD, "{worst_rad}");
    assert!(worst_m < TRACE_TOLERANCE_M, "{worst_m}");
}

/// ITU-R P.834, the bending of a ray to space as a function of apparent elevation and height.
#[test]
fn val_refraction_vs_p834() {
    let mut worst_deg = 0.0_f64;
    for apparent_deg in [0.0_f64, 0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0] {
        for height_km in [0.0_f64, 1.0, 2.0] {
            let t = apparent_deg;
            let low = 1.314 + 0.6437 * t + 0.028_69 * t * t;
            let high = 0.2305 + 0.094_28 * t + 0.010_96 * t * t;
            let bending_deg = 1.0 / (low + height_km * high + 0.008_583 * height_km * height_km);
            // At 1e12 m the parallax of the bent ray is gone: elevation error and bending agree.
            let found_deg = refraction_rad(
                (apparent_deg - bending_deg).to_radians(),
                1e12,
                height_km * 1e3,
            )
            .to_degrees();
            println!(
                "{apparent_deg} deg {height_km} km: {found_deg:.4} against {bending_deg:.4} deg"
            );
            worst_deg = worst_deg.max((found_deg - bending_deg).abs());
        }
    }
    assert!(worst_deg < P834_TOLERANCE_DEG, "{worst_deg}");
}

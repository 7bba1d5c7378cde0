//! Published tracking problems, solved with the update that the tracks use.
//!
//! Reference figures: independent computations of the published problems (their papers print
//! curves), each over its own finite number of runs; a tolerance is the standard error of both.

use forewarn_validation::benchmarks::{Method, athans, farina, reentry};

/// Three standard errors of the difference of two Monte Carlo means.
const SIGMAS: f64 = 3.0;

#[test]
fn val_reentry_past_a_radar() {
    // Reference: EKF and UKF 8.4 m over 60 runs, each ±0.1 m.
    const REFERENCE_M: f64 = 8.4;
    const REFERENCE_ERROR_M: f64 = 0.1;
    for method in [Method::Extended, Method::Unscented(1.0)] {
        let (rmse_m, error_m) = reentry::position_rmse_m(method, 30, 1).unwrap();
        println!("B1 {method:?}: {rmse_m:.2} ± {error_m:.2} m");
        let tolerance_m =
            SIGMAS * (error_m * error_m + REFERENCE_ERROR_M * REFERENCE_ERROR_M).sqrt();
        assert!(rmse_m < REFERENCE_M + tolerance_m, "{method:?} {rmse_m}");
        assert!(
            rmse_m > 0.9 * REFERENCE_M,
            "{method:?} {rmse_m}: too good to be this problem"
        );
    }
}

#[test]
fn val_ballistic_target_with_known_drag() {
    // Step; EKF errors over 300 runs; bounds: x, y [m], their rates [m/s].
    const TABLE: [(usize, [f64; 4], [f64; 4]); 4] = [
        (
            10,
            [758.0, 1_832.0, 68.0, 169.0],
            [743.0, 1_808.0, 64.0, 160.0],
        ),
        (30, [382.0, 804.0, 13.6, 27.9], [329.0, 690.0, 12.2, 24.5]),
        (50, [80.0, 76.0, 6.3, 3.2], [80.0, 77.0, 6.5, 3.3]),
        (58, [45.0, 46.0, 2.9, 2.5], [45.0, 48.0, 2.8, 2.5]),
    ];
    const RUNS: usize = 600;
    const REFERENCE_RUNS: f64 = 300.0;
    // A root mean square of n normal numbers is known to 1/√(2n).
    let relative = SIGMAS * (0.5 / RUNS as f64 + 0.5 / REFERENCE_RUNS).sqrt();
    let bounds = farina::bounds(58).unwrap();
    let errors = farina::errors(Method::Extended, RUNS, 58, 1).unwrap();
    for (k, reference, reference_bound) in TABLE {
        println!(
            "B2 k {k}: {:.1?} bound {:.1?}",
            errors[k].as_slice(),
            bounds[k].as_slice()
        );
        for i in 0..4 {
            // (x, rate, y, rate) here, (x, y, rates) in the table; half of the last digit printed.
            let at = [0, 2, 1, 3][i];
            let rounding = if reference[i] < 30.0 { 0.05 } else { 0.5 };
            let (bound, told) = (bounds[k][at], reference_bound[i]);
            assert!(
                (bound - told).abs() < 0.02 * told + rounding,
                "bound, k {k}, {i}: {bound} {told}"
            );
            let (error, told) = (errors[k][at], reference[i]);
            assert!(
                error < told * (1.0 + relative) + rounding,
                "k {k}, {i}: {error} {told}"
            );
        }
    }
}

#[test]
fn val_falling_body() {
    // Mean |altitude error| [ft] at 10, 20, 30, 60 s, over 100 runs.
    const REFERENCE_FT: [(Method, [f64; 4]); 2] = [
        (Method::Extended, [867.0, 199.0, 154.0, 107.0]),
        (Method::Unscented(0.0), [855.0, 86.0, 55.0, 28.0]),
    ];
    for (method, reference_ft) in REFERENCE_FT {
        let errors_ft = athans::altitude_errors_ft(method, 100, 1).unwrap();
        for (second, told_ft) in [10, 20, 30, 60].into_iter().zip(reference_ft) {
            let (error_ft, sigma_ft) = errors_ft[second];
            println!(
                "B3 {method:?} {second} s: {error_ft:.0} ± {sigma_ft:.0} ft, reference {told_ft}"
            );
            // The reference has as many runs, so as large an error.
            let tolerance_ft = SIGMAS * sigma_ft * core::f64::consts::SQRT_2 + 0.5;
            assert!(
                error_ft < told_ft + tolerance_ft,
                "{method:?} {second} s: {error_ft}"
            );
        }
    }
}

//! Geodesics against Karney's GeodTest set.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what is wrong by failing, and helpers of tests are tests"
)]

use forewarn_physics::frames::geodesic::{direct, inverse};
use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::math::wrap_pi;

const GEOD_TEST: &str = include_str!("../data/reference-tables/GeodTest-100.dat");
/// The truth is exact to 0.1 pm; a latitude in radians resolves 1 nm, and both ends round.
const DISTANCE_TOLERANCE_M: f64 = 1e-8;
/// Sideways the azimuth of a short or nearly antipodal line shakes, so it is judged by metres.
const PLACE_TOLERANCE_M: f64 = 1e-8;

#[test]
fn val_geodesic() {
    let (mut worst_m, mut worst_place_m, mut worst_sideways_m, mut rows) =
        (0.0_f64, 0.0_f64, 0.0_f64, 0);
    for line in GEOD_TEST.lines() {
        let v: Vec<f64> = line
            .split_whitespace()
            .map(|word| word.parse().unwrap())
            .collect();
        let (from, to) = (
            Geodetic::from_degrees(v[0], v[1], 0.0),
            Geodetic::from_degrees(v[3], v[4], 0.0),
        );
        let found = inverse(&from, &to);
        worst_m = worst_m.max((found.distance_m - v[6]).abs());
        // v[8] is the reduced length: how far the end moves sideways per radian of azimuth.
        worst_sideways_m = worst_sideways_m
            .max((wrap_pi(found.azimuth_from_rad - v[2].to_radians()) * v[8]).abs());
        worst_sideways_m =
            worst_sideways_m.max((wrap_pi(found.azimuth_to_rad - v[5].to_radians()) * v[8]).abs());
        let reached = direct(&from, v[2].to_radians(), v[6]);
        worst_place_m = worst_place_m.max((reached.to_itrf() - to.to_itrf()).norm());
        rows += 1;
    }
    println!(
        "{rows} lines: distance {worst_m:.2e} m, place {worst_place_m:.2e} m, sideways {worst_sideways_m:.2e} m"
    );
    assert_eq!(rows, 100);
    assert!(worst_m < DISTANCE_TOLERANCE_M, "{worst_m}");
    assert!(worst_place_m < PLACE_TOLERANCE_M, "{worst_place_m}");
    assert!(worst_sideways_m < PLACE_TOLERANCE_M, "{worst_sideways_m}");
}

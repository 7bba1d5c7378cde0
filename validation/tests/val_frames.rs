//! Rotations of the Earth and the Sun against ERFA and against Vallado's worked example.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test says what is wrong by failing, and helpers of tests are tests"
)]

use forewarn_physics::frames::moon::moon_position_gcrf;
use forewarn_physics::frames::rotation::{
    gcrf_from_itrf_state, gcrf_from_teme, itrf_from_gcrf_state, itrf_from_teme_state,
    teme_from_itrf_state,
};
use forewarn_physics::frames::sun::{sun_angle_rad, sun_position_gcrf};
use forewarn_physics::frames::{EarthOrientation, Itrf, State};
use forewarn_physics::time::parse_utc;
use nalgebra::Vector3;

const EARTH_ROTATION: &str = include_str!("../data/erfa/earth_rotation.csv");
const SUN: &str = include_str!("../data/erfa/sun.csv");
const MOON: &str = include_str!("../data/erfa/moon.csv");
/// What `moon_position_gcrf` promises.
const MOON_TOLERANCE_DEG: f64 = 0.4;
const MOON_DISTANCE_TOLERANCE: f64 = 3.5e-3;

/// The truncated series leaves out 1.2 mas at most: 0.25 m at 42,164 km.
const GCRF_ANGLE_TOLERANCE_RAD: f64 = 1.3e-3 / 206_264.806;
/// TEME needs no series: what is left is rounding (1e-11 rad of Earth rotation) and the file's.
const TEME_TOLERANCE_M: f64 = 1e-3;
/// The book prints positions to a micrometre, from ERA and GMST of 1982 with LOD.
const VALLADO_TOLERANCE_M: f64 = 0.05;
/// What `sun_position_gcrf` promises.
const SUN_TOLERANCE_DEG: f64 = 0.01;
const SUN_DISTANCE_TOLERANCE: f64 = 2e-4;

/// A table that gives the same values the day before and after.
fn orientation_around(utc: &str, dut1_s: &str, x: &str, y: &str) -> EarthOrientation {
    let day = parse_utc(&format!("{}T00:00:00Z", &utc[..10])).unwrap();
    let mjd = day.to_mjd_utc_days().round() as i64;
    let line = |mjd: i64| format!("2000 1 1 {mjd} {x} {y} {dut1_s} 0.0\n");
    EarthOrientation::parse(&(line(mjd) + &line(mjd + 1))).unwrap()
}

fn vector(words: &[&str]) -> Vector3<f64> {
    Vector3::from_iterator(words.iter().map(|word| word.parse::<f64>().unwrap()))
}

#[test]
fn val_earth_rotation_vs_erfa() {
    let (mut worst_rad, mut worst_teme_m, mut worst_speed, mut rows) =
        (0.0_f64, 0.0_f64, 0.0_f64, 0);
    for line in EARTH_ROTATION.lines().skip(1) {
        let words: Vec<&str> = line.split(',').collect();
        let epoch = parse_utc(words[0]).unwrap();
        let without = words[1..4]
            .iter()
            .all(|word| word.parse::<f64>().unwrap() == 0.0);
        let orientation = if without {
            EarthOrientation::none()
        } else {
            orientation_around(words[0], words[1], words[2], words[3])
        };
        let fixed = State::<Itrf>::from_vectors(vector(&words[4..7]), vector(&words[7..10]));
        let celestial = gcrf_from_itrf_state(epoch, &fixed, &orientation);
        let teme = teme_from_itrf_state(epoch, &fixed, &orientation);
        let (radius_m, speed_m_s) = (fixed.position.norm(), vector(&words[13..16]).norm());
        worst_rad =
            worst_rad.max((celestial.position.vector() - vector(&words[10..13])).norm() / radius_m);
        worst_speed = worst_speed
            .max((celestial.velocity.vector() - vector(&words[13..16])).norm() / speed_m_s);
        worst_teme_m = worst_teme_m.max((teme.position.vector() - vector(&words[16..19])).norm());
        worst_teme_m = worst_teme_m.max((teme.velocity.vector() - vector(&words[19..22])).norm());
        let back = itrf_from_gcrf_state(epoch, &celestial, &orientation);
        assert!(
            (back.position - fixed.position).norm() < 1e-6
                && (back.velocity - fixed.velocity).norm() < 1e-9,
            "{line}"
        );
        let through_teme = gcrf_from_teme(epoch) * teme.position;
        assert!(
            (through_teme - celestial.position).norm()
                < 2e-3 * radius_m / 4.2e7 + 1e-3 * radius_m * 1e-3,
            "{line}"
        );
        rows += 1;
    }
    println!(
        "GCRF {:.3} mas, velocity {worst_speed:.2e}, TEME {worst_teme_m:.2e} m over {rows} states",
        worst_rad * 206_264_806.0
    );
    assert!(rows == 120);
    assert!(worst_rad < GCRF_ANGLE_TOLERANCE_RAD, "{worst_rad}");
    assert!(worst_speed < GCRF_ANGLE_TOLERANCE_RAD, "{worst_speed}");
    assert!(worst_teme_m < TEME_TOLERANCE_M, "{worst_teme_m}");
}

/// D. A. Vallado, *Fundamentals of Astrodynamics and Applications* (2013), examples 3-14 and 3-15.
#[test]
fn val_vallado_example() {
    let utc = "2004-04-06T07:51:28.386009Z";
    let epoch = parse_utc(utc).unwrap();
    let orientation = orientation_around(utc, "-0.4399619", "-0.140682", "0.333309");
    let fixed = State::<Itrf>::from_vectors(
        Vector3::new(-1_033_479.383, 7_901_295.275_4, 6_380_356.595_8),
        Vector3::new(-3_225.636_52, -2_872.451_45, 5_531.924_446),
    );
    let gcrf = gcrf_from_itrf_state(epoch, &fixed, &orientation);
    let expected = Vector3::new(5_102_508.958, 6_123_011.401, 6_378_136.928);
    let speed = Vector3::new(-4_743.220_157, 790.536_497, 5_533.755_727);
    println!(
        "GCRF off {:.4} m, {:.2e} m/s",
        (gcrf.position.vector() - expected).norm(),
        (gcrf.velocity.vector() - speed).norm()
    );
    let teme = teme_from_itrf_state(epoch, &fixed, &orientation);
    let expected_teme = Vector3::new(5_094_180.162_1, 6_127_644.659_5, 6_380_344.532_7);
    println!(
        "TEME off {:.4} m",
        (teme.position.vector() - expected_teme).norm()
    );
    assert!((gcrf.position.vector() - expected).norm() < VALLADO_TOLERANCE_M);
    assert!((gcrf.velocity.vector() - speed).norm() < 1e-4);
    assert!((teme.position.vector() - expected_teme).norm() < VALLADO_TOLERANCE_M);
    let back = itrf_from_teme_state(epoch, &teme, &orientation);
    assert!((back.position - fixed.position).norm() < 1e-6);
}

#[test]
fn val_sun_vs_erfa() {
    let (mut worst_deg, mut worst_distance) = (0.0_f64, 0.0_f64);
    for line in SUN.lines().skip(1) {
        let words: Vec<&str> = line.split(',').collect();
        let expected = vector(&words[1..4]);
        let sun = sun_position_gcrf(parse_utc(words[0]).unwrap()).vector();
        worst_deg = worst_deg.max(sun_angle_rad(&sun, &expected).to_degrees());
        worst_distance = worst_distance.max((sun.norm() / expected.norm() - 1.0).abs());
    }
    println!("Sun {worst_deg:.5} deg, distance {worst_distance:.2e}");
    assert!(worst_deg < SUN_TOLERANCE_DEG, "{worst_deg}");
    assert!(worst_distance < SUN_DISTANCE_TOLERANCE, "{worst_distance}");
}

#[test]
fn val_moon_vs_erfa() {
    let (mut worst_deg, mut worst_distance) = (0.0_f64, 0.0_f64);
    for line in MOON.lines().skip(1) {
        let words: Vec<&str> = line.split(',').collect();
        let expected = vector(&words[1..4]);
        let moon = moon_position_gcrf(parse_utc(words[0]).unwrap()).vector();
        worst_deg = worst_deg.max(sun_angle_rad(&moon, &expected).to_degrees());
        worst_distance = worst_distance.max((moon.norm() / expected.norm() - 1.0).abs());
    }
    println!("Moon {worst_deg:.3} deg, distance {worst_distance:.2e}");
    assert!(worst_deg < MOON_TOLERANCE_DEG, "{worst_deg}");
    assert!(worst_distance < MOON_DISTANCE_TOLERANCE, "{worst_distance}");
}

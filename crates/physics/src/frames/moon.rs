//! Where the Moon stands.
//!
//! The low-precision series of the *Astronomical Almanac* (page D46), as in Vallado,
//! *Fundamentals of Astrodynamics and Applications* (4th ed.), algorithm 31, carried from the
//! mean equinox of date to J2000 by the precession in longitude.

use nalgebra::Vector3;

use super::earth_orientation::{ARCSECOND_RAD, EarthOrientation};
use super::rotation::{gcrf_from_itrf, tt_centuries};
use super::sun::from_ecliptic;
use super::types::{Gcrf, Itrf, Position};
use super::wgs84::SEMI_MAJOR_AXIS_M;
use crate::math::{cos, sin};
use crate::time::Epoch;

/// Mean radius of the Moon [m].
pub const MOON_RADIUS_M: f64 = 1.737_4e6;

/// Amplitude, phase and rate [deg, deg, deg a century] of each term.
const LONGITUDE: [[f64; 3]; 6] = [
    [6.29, 134.9, 477_198.85],
    [-1.27, 259.2, -413_335.38],
    [0.66, 235.7, 890_534.23],
    [0.21, 269.9, 954_397.70],
    [-0.19, 357.5, 35_999.05],
    [-0.11, 186.6, 966_404.05],
];
const LATITUDE: [[f64; 3]; 4] = [
    [5.13, 93.3, 483_202.03],
    [0.28, 228.2, 960_400.87],
    [-0.28, 318.3, 6_003.18],
    [-0.17, 217.6, -407_332.20],
];
const PARALLAX: [[f64; 3]; 4] = [
    [0.051_8, 134.9, 477_198.85],
    [0.009_5, 259.2, -413_335.38],
    [0.007_8, 235.7, 890_534.23],
    [0.002_8, 269.9, 954_397.70],
];

/// The geometric position of the Moon from the Earth's centre [m], in GCRF.
///
/// # Valid for
/// 1950 to 2050, within 0.4° and 0.35 % of the distance (the almanac gives its parallax of 0.95° to 0.003°).
/// # Validated by
/// `val_moon_vs_erfa`
pub fn moon_position_gcrf(epoch: Epoch) -> Position<Gcrf> {
    let t = tt_centuries(epoch);
    let sum = |terms: &[[f64; 3]], part: fn(f64) -> f64| -> f64 {
        terms
            .iter()
            .map(|[amplitude, phase, rate]| {
                amplitude * part((phase + rate * t).rem_euclid(360.0).to_radians())
            })
            .sum()
    };
    let of_date_deg = 218.32 + 481_267.881_3 * t + sum(&LONGITUDE, sin);
    let precession_rad = (5_028.796 + 1.105 * t) * t * ARCSECOND_RAD;
    let longitude_rad = of_date_deg.rem_euclid(360.0).to_radians() - precession_rad;
    let latitude_rad = sum(&LATITUDE, sin).to_radians();
    let parallax_rad = (0.950_8 + sum(&PARALLAX, cos)).to_radians();
    let radius_m = SEMI_MAJOR_AXIS_M / sin(parallax_rad);
    from_ecliptic(radius_m, longitude_rad, latitude_rad)
}

/// The position of the Moon [m] in earth-fixed axes, without Earth orientation.
pub fn moon_position_itrf(epoch: Epoch) -> Vector3<f64> {
    let fixed: Position<Itrf> =
        gcrf_from_itrf(epoch, &EarthOrientation::none()).inverse() * moon_position_gcrf(epoch);
    fixed.vector()
}

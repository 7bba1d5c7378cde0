//! What the air does to radar: rays bend and echoes come late.
//!
//! The reference atmosphere of ITU-R P.453 (refractivity 315 at sea level, scale height 7.35 km)
//! and Snell's law for spherical layers (Bouguer: `n r cos θ` is constant along a ray), after
//! ITU-R P.834. The integrals over height are taken numerically.

use super::wgs84::AzElRange;
use crate::math::{acos, atan2, cos, exp, sin_cos};

/// Refractivity at sea level: (n − 1) times a million (ITU-R P.453).
pub const REFRACTIVITY: f64 = 315.0;
/// Height in which refractivity falls by e [m] (ITU-R P.453).
pub const SCALE_HEIGHT_M: f64 = 7_350.0;
/// Radius of the spherical Earth [m].
const EARTH_RADIUS_M: f64 = 6_371_000.0;
/// Above this the air bends nothing that a radar could see: below a nanoradian.
const TOP_M: f64 = 120_000.0;
/// Panels of the integration; eight nodes each leave 1e-11 rad.
const PANELS: usize = 8;

/// What the air adds to a measurement.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Refraction {
    /// How much higher the target seems [rad].
    pub elevation_rad: f64,
    /// How much farther the target seems [m], by its echo's delay, one way.
    pub range_m: f64,
}

/// What the air adds to elevation and range of a target.
///
/// `true_elevation_rad` is geometric; heights are above sea level.
/// # Valid for
/// Rays that leave upwards: where the true elevation would need a ray that leaves downwards,
/// the values of the level ray are given. Real air departs from the reference by 10 % above 5°
/// and by more below; ducts are not modelled. Over the ellipsoid the spherical Earth errs by
/// 0.5 % of the bending.
/// # Validated by
/// `val_refraction`: an independent ray trace and ITU-R P.834.
pub fn refraction(true_elevation_rad: f64, target_height_m: f64, site_height_m: f64) -> Refraction {
    let level = trace(0.0, target_height_m, site_height_m);
    if true_elevation_rad <= level.true_elevation_rad {
        return level.refraction(0.0);
    }
    let error = |apparent_rad: f64| trace(apparent_rad, target_height_m, site_height_m);
    // The bending is at most 0.02 rad and falls with elevation, so the root is bracketed; a
    // secant that falls back on halving finds it.
    let (mut low, mut high) = (
        true_elevation_rad.max(0.0),
        true_elevation_rad + level.refraction(0.0).elevation_rad + 1e-6,
    );
    let mut apparent_rad = low.midpoint(high);
    let mut found = error(apparent_rad);
    for _ in 0..40 {
        let miss_rad = found.true_elevation_rad - true_elevation_rad;
        if miss_rad.abs() < 1e-12 {
            break;
        }
        if miss_rad > 0.0 {
            high = apparent_rad;
        } else {
            low = apparent_rad;
        }
        let stepped = apparent_rad - miss_rad;
        apparent_rad = if stepped > low && stepped < high {
            stepped
        } else {
            low.midpoint(high)
        };
        found = error(apparent_rad);
    }
    found.refraction(apparent_rad)
}

/// How much higher a target seems than it is [rad].
pub fn refraction_rad(true_elevation_rad: f64, target_height_m: f64, site_height_m: f64) -> f64 {
    refraction(true_elevation_rad, target_height_m, site_height_m).elevation_rad
}

/// How much farther a target seems than it is [m], one way.
pub fn range_delay_m(true_elevation_rad: f64, target_height_m: f64, site_height_m: f64) -> f64 {
    refraction(true_elevation_rad, target_height_m, site_height_m).range_m
}

/// A geometric measurement as the radar sees it.
pub fn apply(geometric: AzElRange, site_height_m: f64) -> AzElRange {
    let added = refraction(
        geometric.elevation_rad,
        target_height_m(&geometric, site_height_m),
        site_height_m,
    );
    AzElRange {
        elevation_rad: geometric.elevation_rad + added.elevation_rad,
        range_m: geometric.range_m + added.range_m,
        ..geometric
    }
}

/// The inverse of [`apply`]: a measurement with the standard refraction removed, to 1e-9 rad
/// and a millimetre.
pub fn remove(measured: AzElRange, site_height_m: f64) -> AzElRange {
    let mut geometric = measured;
    // Bending falls with elevation by at most 0.3 rad per rad, so each round gains a digit or two.
    for _ in 0..25 {
        let seen = apply(geometric, site_height_m);
        let (missed_rad, missed_m) = (
            measured.elevation_rad - seen.elevation_rad,
            measured.range_m - seen.range_m,
        );
        geometric.elevation_rad += missed_rad;
        geometric.range_m += missed_m;
        if missed_rad.abs() < 1e-11 && missed_m.abs() < 1e-5 {
            break;
        }
    }
    geometric
}

/// Height of a target over the spherical Earth [m].
fn target_height_m(geometric: &AzElRange, site_height_m: f64) -> f64 {
    let (sine, cosine) = sin_cos(geometric.elevation_rad);
    let site_m = EARTH_RADIUS_M + site_height_m;
    let (up_m, across_m) = (
        site_m + geometric.range_m * sine,
        geometric.range_m * cosine,
    );
    (up_m * up_m + across_m * across_m).sqrt() - EARTH_RADIUS_M
}

/// A ray traced from the site to the target's height.
struct Ray {
    true_elevation_rad: f64,
    optical_m: f64,
    straight_m: f64,
}

impl Ray {
    fn refraction(&self, apparent_rad: f64) -> Refraction {
        Refraction {
            elevation_rad: apparent_rad - self.true_elevation_rad,
            range_m: self.optical_m - self.straight_m,
        }
    }
}

fn excess(height_m: f64) -> f64 {
    1e-6 * REFRACTIVITY * exp(-height_m / SCALE_HEIGHT_M)
}

/// Traces a ray that leaves at an apparent elevation of 0 or more.
fn trace(apparent_rad: f64, target_height_m: f64, site_height_m: f64) -> Ray {
    let target_height_m = target_height_m.max(site_height_m + 1.0);
    let site_m = EARTH_RADIUS_M + site_height_m;
    let constant_m = (1.0 + excess(site_height_m)) * site_m * cos(apparent_rad);
    let bent_to_m = target_height_m.min(TOP_M.max(site_height_m));
    let (mut angle_rad, mut optical_m) = layers(constant_m, site_height_m, bent_to_m);
    if target_height_m > bent_to_m {
        // Above the air the rest is a straight line.
        let (from_m, to_m) = (EARTH_RADIUS_M + bent_to_m, EARTH_RADIUS_M + target_height_m);
        angle_rad += acos((constant_m / to_m).min(1.0)) - acos((constant_m / from_m).min(1.0));
        let along = |radius_m: f64| {
            (radius_m * radius_m - constant_m * constant_m)
                .max(0.0)
                .sqrt()
        };
        optical_m += along(to_m) - along(from_m);
    }
    let (sine, cosine) = sin_cos(angle_rad);
    let target_m = EARTH_RADIUS_M + target_height_m;
    let (up_m, across_m) = (target_m * cosine - site_m, target_m * sine);
    Ray {
        true_elevation_rad: atan2(up_m, across_m),
        optical_m,
        straight_m: (up_m * up_m + across_m * across_m).sqrt(),
    }
}

/// Angle at the Earth's centre and optical length through the air between two heights.
///
/// The height is taken as the square of the variable, so that a ray that leaves level, where
/// `1/sin θ` is infinite, gives a smooth integrand.
fn layers(constant_m: f64, from_m: f64, to_m: f64) -> (f64, f64) {
    let top = (to_m - from_m).max(0.0).sqrt();
    // The panels widen: a low ray changes most in its first metres of height.
    let edge = |panel: usize| top * (panel * panel) as f64 / (PANELS * PANELS) as f64;
    let (mut angle_rad, mut optical_m) = (0.0, 0.0);
    for panel in 0..PANELS {
        let (start, width) = (edge(panel), edge(panel + 1) - edge(panel));
        for (node, weight) in GAUSS {
            for side in [-1.0, 1.0] {
                let x = start + width * (0.5 + 0.5 * side * node);
                let height_m = from_m + x * x;
                let radius_m = EARTH_RADIUS_M + height_m;
                let index = 1.0 + excess(height_m);
                let product_m = index * radius_m;
                let root_m = (product_m * product_m - constant_m * constant_m)
                    .max(1e-6)
                    .sqrt();
                let step = weight * 0.5 * width * 2.0 * x;
                angle_rad += step * constant_m / (radius_m * root_m);
                optical_m += step * index * product_m / root_m;
            }
        }
    }
    (angle_rad, optical_m)
}

/// Gauss-Legendre nodes and weights of order eight, positive half (Abramowitz & Stegun 25.4).
const GAUSS: [(f64, f64); 4] = [
    (0.183_434_642_495_649_8, 0.362_683_783_378_362),
    (0.525_532_409_916_329, 0.313_706_645_877_887_3),
    (0.796_666_477_413_626_7, 0.222_381_034_453_374_5),
    (0.960_289_856_497_536_3, 0.101_228_536_290_376_3),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prop_removing_undoes_applying() {
        for elevation_deg in [0.5_f64, 1.0, 3.0, 10.0, 45.0, 89.0] {
            for range_m in [5e4, 3e5, 1e6, 4e6] {
                let geometric = AzElRange {
                    azimuth_rad: 1.0,
                    elevation_rad: elevation_deg.to_radians(),
                    range_m,
                };
                let back = remove(apply(geometric, 100.0), 100.0);
                assert!(
                    (back.elevation_rad - geometric.elevation_rad).abs() < 1e-9,
                    "{geometric:?} {back:?}"
                );
                assert!(
                    (back.range_m - range_m).abs() < 1e-3,
                    "{geometric:?} {back:?}"
                );
            }
        }
    }

    #[test]
    fn bending_falls_with_elevation_and_grows_with_height() {
        let at = |elevation_deg: f64, height_m: f64| {
            refraction_rad(elevation_deg.to_radians(), height_m, 0.0)
        };
        assert!(at(1.0, 1e5) > at(5.0, 1e5) && at(5.0, 1e5) > at(30.0, 1e5) && at(30.0, 1e5) > 0.0);
        assert!(at(2.0, 1e6) > at(2.0, 1e5) && at(2.0, 1e5) > at(2.0, 1e4));
        assert!(at(-5.0, 1e5).is_finite() && at(90.0, 1e5).abs() < 1e-9);
    }
}

//! Where from, where to and when, each with its covariance.

use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::frames::{Covariance6, Itrf, State};
use forewarn_physics::math::{FRAC_PI_2, PI, atan2, ln, wrap_tau};
use forewarn_physics::time::Epoch;
use nalgebra::Matrix2;

/// Quantile of chi-square with two degrees of freedom: 4.605 for 0.9.
pub fn chi_square_quantile_2(probability: f64) -> f64 {
    -2.0 * ln(1.0 - probability)
}

/// An ellipse on the ground.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ellipse {
    /// Semi-major axis [m].
    pub semi_major_m: f64,
    /// Semi-minor axis [m].
    pub semi_minor_m: f64,
    /// Azimuth of the major axis [rad], in [0, π).
    pub azimuth_rad: f64,
}

impl Ellipse {
    /// The ellipse that holds `probability` of a Gaussian with this east-north covariance [m²].
    pub fn of(covariance_en_m2: &Matrix2<f64>, probability: f64) -> Self {
        let (ee, en, nn) = (
            covariance_en_m2[(0, 0)],
            covariance_en_m2[(0, 1)],
            covariance_en_m2[(1, 1)],
        );
        let middle = 0.5 * (ee + nn);
        let spread = (0.25 * (ee - nn) * (ee - nn) + en * en).sqrt();
        let scale = chi_square_quantile_2(probability);
        let from_east_rad = 0.5 * atan2(2.0 * en, ee - nn);
        let azimuth_rad = wrap_tau(FRAC_PI_2 - from_east_rad);
        Self {
            semi_major_m: (scale * (middle + spread)).max(0.0).sqrt(),
            semi_minor_m: (scale * (middle - spread)).max(0.0).sqrt(),
            azimuth_rad: if azimuth_rad >= PI {
                azimuth_rad - PI
            } else {
                azimuth_rad
            },
        }
    }
}

/// Where and when something was launched.
#[derive(Debug, Clone, PartialEq)]
pub struct LaunchEstimate {
    /// Time of first motion.
    pub time: Epoch,
    /// One sigma of the time [s].
    pub time_sigma_s: f64,
    /// Place on the ellipsoid.
    pub place: Geodetic,
    /// East-north covariance of the place [m²].
    pub covariance_en_m2: Matrix2<f64>,
    /// Azimuth of the earth-fixed velocity at cut-off [rad].
    pub azimuth_rad: f64,
    /// One sigma of it [rad].
    pub azimuth_sigma_rad: f64,
    /// Known sites inside the region, most probable first.
    pub sites: Vec<SiteRank>,
}

/// A known site and how probable it is as the origin.
#[derive(Debug, Clone, PartialEq)]
pub struct SiteRank {
    /// The gazetteer's code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Posterior probability among the sites and none of them.
    pub probability: f64,
}

/// Where and when something will come down.
#[derive(Debug, Clone, PartialEq)]
pub struct ImpactEstimate {
    /// Median time.
    pub time: Epoch,
    /// One sigma of the time [s].
    pub time_sigma_s: f64,
    /// 5th percentile of the time.
    pub earliest_95: Epoch,
    /// Place on the ellipsoid.
    pub place: Geodetic,
    /// East-north covariance of the place [m²].
    pub covariance_en_m2: Matrix2<f64>,
}

/// Where something may come down, where no point would be honest.
#[derive(Debug, Clone, PartialEq)]
pub struct ImpactRegion {
    /// Closed ring of [latitude, longitude] in radians that holds 90 %.
    pub ring_rad: Vec<[f64; 2]>,
    /// Median time.
    pub time: Epoch,
    /// One sigma of the time [s].
    pub time_sigma_s: f64,
    /// 5th percentile of the time.
    pub earliest_95: Epoch,
}

/// Where something is and how it moves.
#[derive(Debug, Clone, PartialEq)]
pub struct StateEstimate {
    /// When.
    pub time: Epoch,
    /// Mean.
    pub state: State<Itrf>,
    /// Its covariance, biases of the sensors included.
    pub covariance: Covariance6<Itrf>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ellipse_points_along_its_major_axis() {
        let ellipse = Ellipse::of(&Matrix2::new(5.0, 4.0, 4.0, 5.0), 0.9);
        assert!((ellipse.azimuth_rad.to_degrees() - 45.0).abs() < 1e-9);
        assert!((ellipse.semi_major_m - 3.0 * 2.145_966).abs() < 1e-5);
        assert!((ellipse.semi_minor_m - 2.145_966).abs() < 1e-5);
    }
}

//! Shortest lines over the ellipsoid: Karney's solution, by geographiclib-rs.
//!
//! C. F. F. Karney, *Algorithms for geodesics*, J. Geodesy 87 (2013). Heights play no part.

use std::sync::LazyLock;

use geographiclib_rs::{DirectGeodesic, Geodesic, InverseGeodesic};

use super::wgs84::Geodetic;
use crate::math::{wrap_pi, wrap_tau};

static WGS84: LazyLock<Geodesic> = LazyLock::new(Geodesic::wgs84);

/// The shortest line between two places.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GeodesicLine {
    /// Length over the ellipsoid [m].
    pub distance_m: f64,
    /// Azimuth at the start, from true north, clockwise [rad], in [0, 2π).
    pub azimuth_from_rad: f64,
    /// Azimuth at the end, in the same sense of travel [rad], in [0, 2π).
    pub azimuth_to_rad: f64,
}

/// The shortest line from one place to another. Exact to a few nanometres, at antipodes too.
///
/// # Validated by
/// `val_geodesic`
pub fn inverse(from: &Geodetic, to: &Geodetic) -> GeodesicLine {
    let (distance_m, azimuth_from_deg, azimuth_to_deg, _) =
        InverseGeodesic::<(f64, f64, f64, f64)>::inverse(
            &*WGS84,
            from.latitude_rad.to_degrees(),
            from.longitude_rad.to_degrees(),
            to.latitude_rad.to_degrees(),
            to.longitude_rad.to_degrees(),
        );
    GeodesicLine {
        distance_m,
        azimuth_from_rad: wrap_tau(azimuth_from_deg.to_radians()),
        azimuth_to_rad: wrap_tau(azimuth_to_deg.to_radians()),
    }
}

/// The place reached from another by going straight on; its height is the start's.
pub fn direct(from: &Geodetic, azimuth_rad: f64, distance_m: f64) -> Geodetic {
    let (latitude_deg, longitude_deg) = DirectGeodesic::<(f64, f64)>::direct(
        &*WGS84,
        from.latitude_rad.to_degrees(),
        from.longitude_rad.to_degrees(),
        azimuth_rad.to_degrees(),
        distance_m,
    );
    Geodetic {
        latitude_rad: latitude_deg.to_radians(),
        longitude_rad: wrap_pi(longitude_deg.to_radians()),
        height_m: from.height_m,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let from = Geodetic::from_degrees(-24.0, 160.5, 0.0);
        let to = direct(&from, 0.3, 4.0e6);
        let line = inverse(&from, &to);
        assert!(
            (line.distance_m - 4.0e6).abs() < 1e-7 && (line.azimuth_from_rad - 0.3).abs() < 1e-13
        );
    }
}

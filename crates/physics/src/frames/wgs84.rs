//! The WGS84 ellipsoid: geodetic coordinates, local horizons, azimuth and elevation.
//!
//! Source: NIMA TR8350.2 (3rd ed.), and Bowring's closed form refined by Newton steps.

use nalgebra::{Matrix3, Vector3};

use super::types::{Itrf, Position};
use crate::math::{asin, atan2, cos, sin_cos, wrap_tau};

/// Semi-major axis [m].
pub const SEMI_MAJOR_AXIS_M: f64 = 6_378_137.0;
/// Flattening.
pub const FLATTENING: f64 = 1.0 / 298.257_223_563;
/// Semi-minor axis [m].
pub const SEMI_MINOR_AXIS_M: f64 = SEMI_MAJOR_AXIS_M * (1.0 - FLATTENING);
/// First eccentricity squared.
pub const ECCENTRICITY_SQUARED: f64 = FLATTENING * (2.0 - FLATTENING);
/// Gravitational constant times Earth's mass [m³/s²].
pub const GRAVITATIONAL_PARAMETER_M3_S2: f64 = 3.986_004_418e14;
/// Earth's rotation rate [rad/s].
pub const ROTATION_RATE_RAD_S: f64 = 7.292_115e-5;

/// A place by geodetic latitude, longitude and height above the ellipsoid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Geodetic {
    /// Geodetic latitude [rad], north positive.
    pub latitude_rad: f64,
    /// Longitude [rad], east positive, in (-π, π].
    pub longitude_rad: f64,
    /// Height above the ellipsoid [m].
    pub height_m: f64,
}

impl Geodetic {
    /// From degrees, as people write them.
    pub fn from_degrees(latitude_deg: f64, longitude_deg: f64, height_m: f64) -> Self {
        Self {
            latitude_rad: latitude_deg.to_radians(),
            longitude_rad: longitude_deg.to_radians(),
            height_m,
        }
    }

    /// The earth-fixed position [m].
    pub fn to_itrf(self) -> Position<Itrf> {
        let (sin_latitude, cos_latitude) = sin_cos(self.latitude_rad);
        let (sin_longitude, cos_longitude) = sin_cos(self.longitude_rad);
        let normal_m =
            SEMI_MAJOR_AXIS_M / (1.0 - ECCENTRICITY_SQUARED * sin_latitude * sin_latitude).sqrt();
        let across_m = (normal_m + self.height_m) * cos_latitude;
        let up_m = (normal_m * (1.0 - ECCENTRICITY_SQUARED) + self.height_m) * sin_latitude;
        Position::new(across_m * cos_longitude, across_m * sin_longitude, up_m)
    }

    /// The place under (or over) an earth-fixed position; valid outside 50 km of the centre.
    ///
    /// Bowring's formula with two refinements: below 1e-9 m in height from −10 km to 1e9 m.
    pub fn from_itrf(position: Position<Itrf>) -> Self {
        let across_m = (position.x * position.x + position.y * position.y).sqrt();
        let longitude_rad = atan2(position.y, position.x);
        let second = ECCENTRICITY_SQUARED / (1.0 - ECCENTRICITY_SQUARED);
        let mut reduced_rad = atan2(position.z * SEMI_MAJOR_AXIS_M, across_m * SEMI_MINOR_AXIS_M);
        let mut latitude_rad = 0.0;
        for _ in 0..3 {
            let (s, c) = sin_cos(reduced_rad);
            latitude_rad = atan2(
                position.z + second * SEMI_MINOR_AXIS_M * s * s * s,
                across_m - ECCENTRICITY_SQUARED * SEMI_MAJOR_AXIS_M * c * c * c,
            );
            let (s, c) = sin_cos(latitude_rad);
            reduced_rad = atan2((1.0 - FLATTENING) * s, c);
        }
        let (s, c) = sin_cos(latitude_rad);
        let normal_m = SEMI_MAJOR_AXIS_M / (1.0 - ECCENTRICITY_SQUARED * s * s).sqrt();
        // Stable at the poles and at the equator alike.
        let height_m =
            across_m * c + position.z * s - normal_m * (1.0 - ECCENTRICITY_SQUARED * s * s);
        Self {
            latitude_rad,
            longitude_rad,
            height_m,
        }
    }

    /// Rows east, north, up of the local horizon in earth-fixed axes: `enu = m * itrf`.
    pub fn enu_from_itrf(&self) -> Matrix3<f64> {
        let (sin_latitude, cos_latitude) = sin_cos(self.latitude_rad);
        let (sin_longitude, cos_longitude) = sin_cos(self.longitude_rad);
        Matrix3::new(
            -sin_longitude,
            cos_longitude,
            0.0,
            -sin_latitude * cos_longitude,
            -sin_latitude * sin_longitude,
            cos_latitude,
            cos_latitude * cos_longitude,
            cos_latitude * sin_longitude,
            sin_latitude,
        )
    }

    /// Unit vector straight up (the ellipsoid's normal) in earth-fixed axes.
    pub fn up(&self) -> Vector3<f64> {
        let (sin_latitude, cos_latitude) = sin_cos(self.latitude_rad);
        let (sin_longitude, cos_longitude) = sin_cos(self.longitude_rad);
        Vector3::new(
            cos_latitude * cos_longitude,
            cos_latitude * sin_longitude,
            sin_latitude,
        )
    }
}

/// Height above the ellipsoid [m] without trigonometry, good to a millimetre below 2,000 km.
pub fn height_m(position_m: &Vector3<f64>) -> f64 {
    // Two steps along the normal from the geocentric foot point.
    let across_m = (position_m.x * position_m.x + position_m.y * position_m.y).sqrt();
    let mut tangent = position_m.z / ((1.0 - ECCENTRICITY_SQUARED) * across_m.max(1e-3));
    for _ in 0..4 {
        let cos2 = 1.0 / (1.0 + tangent * tangent);
        let normal_m = SEMI_MAJOR_AXIS_M / (1.0 - ECCENTRICITY_SQUARED * (1.0 - cos2)).sqrt();
        let sine = tangent * cos2.sqrt();
        tangent = (position_m.z + ECCENTRICITY_SQUARED * normal_m * sine) / across_m.max(1e-3);
    }
    let c = 1.0 / (1.0 + tangent * tangent).sqrt();
    let s = tangent * c;
    across_m * c + position_m.z * s
        - SEMI_MAJOR_AXIS_M * (1.0 - ECCENTRICITY_SQUARED * s * s).sqrt()
}

/// Range, azimuth and elevation of a target from a site.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AzElRange {
    /// Azimuth from true north, clockwise [rad], in [0, 2π).
    pub azimuth_rad: f64,
    /// Elevation above the ellipsoid's tangent plane [rad].
    pub elevation_rad: f64,
    /// Distance [m].
    pub range_m: f64,
}

impl AzElRange {
    /// Of a vector in east, north, up axes [m].
    pub fn from_enu(enu_m: &Vector3<f64>) -> Self {
        let range_m = enu_m.norm();
        Self {
            azimuth_rad: wrap_tau(atan2(enu_m.x, enu_m.y)),
            elevation_rad: asin((enu_m.z / range_m).clamp(-1.0, 1.0)),
            range_m,
        }
    }

    /// The vector in east, north, up axes [m].
    pub fn to_enu(self) -> Vector3<f64> {
        let (sin_azimuth, cos_azimuth) = sin_cos(self.azimuth_rad);
        let (sin_elevation, cos_elevation) = sin_cos(self.elevation_rad);
        self.range_m
            * Vector3::new(
                cos_elevation * sin_azimuth,
                cos_elevation * cos_azimuth,
                sin_elevation,
            )
    }

    /// Of an earth-fixed target seen from a site.
    pub fn of(site: &Geodetic, target: Position<Itrf>) -> Self {
        Self::from_enu(&(site.enu_from_itrf() * (target - site.to_itrf())))
    }
}

/// Great-circle-like distance [m] over the surface, good to 0.6 %: for gates and thinning, never
/// for a result (use [`super::geodesic`] there).
pub fn rough_distance_m(a: &Geodetic, b: &Geodetic) -> f64 {
    let half = |x: f64| {
        let (s, _) = sin_cos(x * 0.5);
        s * s
    };
    let h = half(a.latitude_rad - b.latitude_rad)
        + cos(a.latitude_rad) * cos(b.latitude_rad) * half(a.longitude_rad - b.longitude_rad);
    2.0 * 6_371_000.0 * asin(h.sqrt().min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips_everywhere() {
        let longitudes_deg = [-179.999, -90.0, 0.0, 45.0, 180.0];
        let heights_m = [-10_000.0, 0.0, 400e3, 3.6e7];
        for latitude_deg in [-90.0, -89.999, -45.0, -1e-9, 0.0, 30.0, 60.0, 89.9999, 90.0] {
            for (longitude_deg, height) in longitudes_deg
                .iter()
                .flat_map(|&l| heights_m.map(|h| (l, h)))
            {
                let place = Geodetic::from_degrees(latitude_deg, longitude_deg, height);
                let position = place.to_itrf();
                let back = Geodetic::from_itrf(position);
                assert!((back.height_m - height).abs() < 1e-6, "{place:?} {back:?}");
                assert!(
                    (back.to_itrf() - position).norm() < 1e-6,
                    "{place:?} {back:?}"
                );
                let quick_m = height_m(&position.vector());
                assert!(height > 2e6 || (quick_m - height).abs() < 1e-3, "{place:?}");
            }
        }
    }
}

//! Where the Sun stands, and whether it shines on something.
//!
//! Meeus, *Astronomical Algorithms* (2nd ed.), chapter 25 (low accuracy), carried from the mean
//! equinox of date to J2000 by the precession in longitude and the motion of the ecliptic.

use nalgebra::Vector3;

use super::earth_orientation::{ARCSECOND_RAD, EarthOrientation};
use super::rotation::{gcrf_from_itrf, tt_centuries};
use super::types::{Gcrf, Itrf, Position};
use super::wgs84::{SEMI_MAJOR_AXIS_M, SEMI_MINOR_AXIS_M};
use crate::math::{acos, atan2, cos, sin, sin_cos, wrap_tau};
use crate::time::Epoch;

/// The astronomical unit [m].
pub const ASTRONOMICAL_UNIT_M: f64 = 1.495_978_707e11;
/// Obliquity of the ecliptic of J2000 [rad] (IAU 2006: 84,381.406").
const OBLIQUITY_RAD: f64 = 84_381.406 * ARCSECOND_RAD;

/// The geometric position of the Sun from the Earth's centre [m], in GCRF.
///
/// # Valid for
/// 1950 to 2050, within 0.01° and 0.0002 astronomical units. Light time and aberration, which
/// cancel to 0.006°, are left out.
/// # Validated by
/// `val_sun_vs_erfa`
pub fn sun_position_gcrf(epoch: Epoch) -> Position<Gcrf> {
    let t = tt_centuries(epoch);
    let degrees = |x: f64| wrap_tau(x.to_radians());
    let mean_longitude_rad = degrees(280.466_46 + (36_000.769_83 + 0.000_303_2 * t) * t);
    let anomaly_rad = degrees(357.529_11 + (35_999.050_29 - 0.000_153_7 * t) * t);
    let eccentricity = 0.016_708_634 - (0.000_042_037 + 0.000_000_126_7 * t) * t;
    let centre_rad = ((1.914_602 - (0.004_817 + 0.000_014 * t) * t) * sin(anomaly_rad)
        + (0.019_993 - 0.000_101 * t) * sin(2.0 * anomaly_rad)
        + 0.000_289 * sin(3.0 * anomaly_rad))
    .to_radians();
    let radius_m = ASTRONOMICAL_UNIT_M * 1.000_001_018 * (1.0 - eccentricity * eccentricity)
        / (1.0 + eccentricity * cos(anomaly_rad + centre_rad));
    let precession_rad = (5_028.796 + 1.105 * t) * t * ARCSECOND_RAD;
    let longitude_rad = mean_longitude_rad + centre_rad - precession_rad;
    // The ecliptic of date is tilted by 47" a century about a node at 174.87°.
    let latitude_rad = 46.998 * t * ARCSECOND_RAD * sin(longitude_rad - 174.874_f64.to_radians());
    from_ecliptic(radius_m, longitude_rad, latitude_rad)
}

/// A place in GCRF from ecliptic coordinates of J2000 [m, rad, rad].
pub(super) fn from_ecliptic(
    radius_m: f64,
    longitude_rad: f64,
    latitude_rad: f64,
) -> Position<Gcrf> {
    let ((sl, cl), (sb, cb), (so, co)) = (
        sin_cos(longitude_rad),
        sin_cos(latitude_rad),
        sin_cos(OBLIQUITY_RAD),
    );
    Position::new(
        radius_m * cb * cl,
        radius_m * (co * cb * sl - so * sb),
        radius_m * (so * cb * sl + co * sb),
    )
}

/// The position of the Sun [m] in earth-fixed axes, without Earth orientation (0.004° at most).
pub fn sun_position_itrf(epoch: Epoch) -> Position<Itrf> {
    gcrf_from_itrf(epoch, &EarthOrientation::none()).inverse() * sun_position_gcrf(epoch)
}

/// The unit vector towards the Sun in earth-fixed axes.
pub fn sun_direction_itrf(epoch: Epoch) -> Vector3<f64> {
    let position_m = sun_position_itrf(epoch).vector();
    position_m / position_m.norm()
}

/// Whether the Sun shines on a place: outside the Earth's shadow, taken as a cylinder of the
/// ellipsoid's outline. Penumbra and refraction are left out: at geostationary distance the
/// edge of the shadow is off by up to 2 minutes of time.
pub fn is_sunlit(position: Position<Itrf>, sun_direction: &Vector3<f64>) -> bool {
    // In axes stretched so that the ellipsoid is a sphere, a cylinder stays one.
    let stretch = Vector3::new(1.0, 1.0, SEMI_MAJOR_AXIS_M / SEMI_MINOR_AXIS_M);
    let place_m = position.vector().component_mul(&stretch);
    let toward = sun_direction.component_mul(&stretch);
    let along_m = place_m.dot(&toward) / toward.norm();
    along_m >= 0.0
        || place_m.norm_squared() - along_m * along_m > SEMI_MAJOR_AXIS_M * SEMI_MAJOR_AXIS_M
}

/// The angle between a direction and the Sun [rad], in [0, π].
pub fn sun_angle_rad(direction: &Vector3<f64>, sun_direction: &Vector3<f64>) -> f64 {
    atan2(
        direction.cross(sun_direction).norm(),
        direction.dot(sun_direction),
    )
}

/// The height of the Sun's centre above the horizon of a place [rad], without refraction.
pub fn sun_elevation_rad(up: &Vector3<f64>, sun_direction: &Vector3<f64>) -> f64 {
    core::f64::consts::FRAC_PI_2 - acos(up.dot(sun_direction).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frames::wgs84::Geodetic;
    use crate::time::parse_utc;

    #[test]
    fn noon_and_midnight() {
        let epoch = parse_utc("2026-03-20T12:07:00Z").unwrap();
        let sun = sun_direction_itrf(epoch);
        let (noon, night) = (
            Geodetic::from_degrees(0.0, 0.0, 4e5),
            Geodetic::from_degrees(0.0, 180.0, 4e5),
        );
        assert!(sun_elevation_rad(&noon.up(), &sun).to_degrees() > 89.0);
        assert!(is_sunlit(noon.to_itrf(), &sun) && !is_sunlit(night.to_itrf(), &sun));
        assert!(is_sunlit(
            Geodetic::from_degrees(89.0, 180.0, 4e6).to_itrf(),
            &sun
        ));
        assert!(sun_angle_rad(&-sun, &sun) > 3.1);
    }
}

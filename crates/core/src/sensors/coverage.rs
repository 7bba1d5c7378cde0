//! What a sensor could have seen: the difference between "disagrees" and "could not see".

use forewarn_physics::frames::Position;
use forewarn_physics::frames::sun::sun_direction_itrf;
use forewarn_physics::frames::wgs84::{SEMI_MAJOR_AXIS_M, SEMI_MINOR_AXIS_M, height_m};
use forewarn_physics::math::{acos, wrap_tau};
use forewarn_physics::time::Epoch;
use nalgebra::{Matrix3, Vector3};

use super::SensorModel;
use crate::model::{InfraredSensor, RadarSensor, SensorKind, View};

/// Whether a sensor could see an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// It could; silence is evidence.
    InView,
    /// It could not; silence says nothing.
    OutOfView(OutOfView),
}

/// Why a sensor could not see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutOfView {
    /// The Earth stands between.
    BehindEarth,
    /// Outside the field of view.
    OutsideView,
    /// Too near to the Sun.
    NearSun,
    /// Under the clouds.
    UnderCloud,
    /// Too faint.
    TooFaint,
    /// Outside the fan in azimuth.
    OutsideAzimuth,
    /// Below or above the fan.
    OutsideElevation,
    /// Beyond the instrumented range.
    OutOfRange,
    /// Nobody knows where the sensor is.
    PositionUnknown,
}

impl Visibility {
    /// Whether it is in view.
    pub const fn is_in_view(self) -> bool {
        matches!(self, Self::InView)
    }
}

/// Whether a sensor could see something at an ITRF position [m].
///
/// `intensity_w_sr` is what an infrared sensor would have to see it by; `None` leaves brightness
/// out. Radars are limited by their table's fan and range only: a small object may still be too
/// weak.
pub fn can_see(
    model: &SensorModel,
    epoch: Epoch,
    position_m: &Vector3<f64>,
    intensity_w_sr: Option<f64>,
) -> Visibility {
    let reason = match &model.sensor.kind {
        SensorKind::Radar(radar) => radar_blind(model, radar, position_m),
        SensorKind::Infrared(infrared) => {
            infrared_blind(model, infrared, epoch, position_m, intensity_w_sr)
        }
    };
    reason.map_or(Visibility::InView, Visibility::OutOfView)
}

/// The chance that an object with an uncertain position [m, m²] is in view.
///
/// The share of thirteen cubature points (the mean, and the axes at one and two sigma, weighted
/// to match a Gaussian's moments to the fifth) that are: steps of a few per cent, no more.
pub fn probability_in_view(
    model: &SensorModel,
    epoch: Epoch,
    position_m: &Vector3<f64>,
    covariance_m2: &Matrix3<f64>,
    intensity_w_sr: Option<f64>,
) -> f64 {
    // One dimension: weights of 0, ±1, ±2 sigma; a product over axes is approximated by its axes.
    const CENTRE: f64 = 0.4;
    const NEAR: f64 = 0.08;
    const FAR: f64 = 0.02;
    let seen = |point: &Vector3<f64>| {
        f64::from(u8::from(
            can_see(model, epoch, point, intensity_w_sr).is_in_view(),
        ))
    };
    let Some(root) = covariance_m2.cholesky() else {
        return seen(position_m);
    };
    let mut share = CENTRE * seen(position_m);
    for axis in 0..3 {
        let offset_m = root
            .l_dirty()
            .column(axis)
            .into_owned()
            .map_with_location(|row, _, x| if row >= axis { x } else { 0.0 });
        for sign in [-1.0, 1.0] {
            share += NEAR * seen(&(position_m + offset_m * sign));
            share += FAR * seen(&(position_m + offset_m * (2.0 * sign)));
        }
    }
    share
}

fn radar_blind(
    model: &SensorModel,
    radar: &RadarSensor,
    position_m: &Vector3<f64>,
) -> Option<OutOfView> {
    let Some(site) = &model.site else {
        return Some(OutOfView::PositionUnknown);
    };
    let value = site.predict(position_m, &Vector3::zeros()).value;
    if value[0].is_nan() || value[0] > radar.range_max_m {
        return Some(OutOfView::OutOfRange);
    }
    if value[2] < radar.elevation_rad[0] || value[2] > radar.elevation_rad[1] {
        return Some(OutOfView::OutsideElevation);
    }
    if !within_azimuth(value[1], radar.azimuth_rad) {
        return Some(OutOfView::OutsideAzimuth);
    }
    earth_between(&site.position_m, position_m).then_some(OutOfView::BehindEarth)
}

/// Whether an azimuth lies clockwise between two others; equal limits mean all round.
pub fn within_azimuth(azimuth_rad: f64, limits_rad: [f64; 2]) -> bool {
    let width_rad = wrap_tau(limits_rad[1] - limits_rad[0]);
    width_rad < 1e-12 || wrap_tau(azimuth_rad - limits_rad[0]) <= width_rad
}

fn infrared_blind(
    model: &SensorModel,
    infrared: &InfraredSensor,
    epoch: Epoch,
    position_m: &Vector3<f64>,
    intensity_w_sr: Option<f64>,
) -> Option<OutOfView> {
    let Some(sensor_m) = model
        .orbit
        .as_ref()
        .and_then(|orbit| orbit.position_itrf_m(epoch))
    else {
        return Some(OutOfView::PositionUnknown);
    };
    infrared_blind_from(infrared, &sensor_m, epoch, position_m, intensity_w_sr)
}

/// As [`can_see`], for an infrared sensor at a given ITRF position [m].
pub fn can_see_from(
    infrared: &InfraredSensor,
    sensor_m: &Vector3<f64>,
    epoch: Epoch,
    position_m: &Vector3<f64>,
    intensity_w_sr: Option<f64>,
) -> Visibility {
    infrared_blind_from(infrared, sensor_m, epoch, position_m, intensity_w_sr)
        .map_or(Visibility::InView, Visibility::OutOfView)
}

fn infrared_blind_from(
    infrared: &InfraredSensor,
    sensor_m: &Vector3<f64>,
    epoch: Epoch,
    position_m: &Vector3<f64>,
    intensity_w_sr: Option<f64>,
) -> Option<OutOfView> {
    if height_m(position_m) < infrared.cloud_break_height_m {
        return Some(OutOfView::UnderCloud);
    }
    if intensity_w_sr.is_some_and(|intensity| intensity < infrared.threshold_w_sr) {
        return Some(OutOfView::TooFaint);
    }
    if earth_between(sensor_m, position_m) {
        return Some(OutOfView::BehindEarth);
    }
    let direction = (position_m - sensor_m).normalize();
    if let View::Around {
        centre,
        half_angle_rad,
    } = infrared.view
    {
        let axis = (centre.to_itrf().vector() - sensor_m).normalize();
        if angle_rad(&axis, &direction) > half_angle_rad {
            return Some(OutOfView::OutsideView);
        }
    }
    let near_sun = infrared.sun_exclusion_rad > 0.0
        && angle_rad(&sun_direction_itrf(epoch), &direction) < infrared.sun_exclusion_rad;
    near_sun.then_some(OutOfView::NearSun)
}

/// Angle between two unit vectors [rad].
fn angle_rad(a: &Vector3<f64>, b: &Vector3<f64>) -> f64 {
    acos(a.dot(b).clamp(-1.0, 1.0))
}

/// Whether the ellipsoid stands between two places; exact, by scaling it to a sphere.
///
/// Ends up to 100 m below the surface count as on it.
pub fn earth_between(from_m: &Vector3<f64>, to_m: &Vector3<f64>) -> bool {
    let scale = |m: &Vector3<f64>| {
        Vector3::new(
            m.x / (SEMI_MAJOR_AXIS_M - 100.0),
            m.y / (SEMI_MAJOR_AXIS_M - 100.0),
            m.z / (SEMI_MINOR_AXIS_M - 100.0),
        )
    };
    let (from, to) = (scale(from_m), scale(to_m));
    let along = to - from;
    let length2 = along.norm_squared();
    if length2 <= 0.0 {
        return false;
    }
    let nearest = (-from.dot(&along) / length2).clamp(0.0, 1.0);
    (from + along * nearest).norm_squared() < 1.0
}

/// The same for typed positions.
pub fn is_occulted(
    from: Position<forewarn_physics::frames::Itrf>,
    to: Position<forewarn_physics::frames::Itrf>,
) -> bool {
    earth_between(&from.vector(), &to.vector())
}

#[cfg(test)]
mod tests {
    use forewarn_physics::frames::wgs84::Geodetic;
    use forewarn_physics::time::parse_utc;

    use super::*;
    use crate::model::{OrbitSource, Sensor, SensorIndex};

    fn satellite(view: View, sun_exclusion_rad: f64) -> SensorModel {
        let infrared = InfraredSensor {
            orbit: Some(OrbitSource::Geostationary { longitude_rad: 0.0 }),
            sigma_rad: 2e-5,
            bias_sigma_rad: 1e-5,
            threshold_w_sr: 2e4,
            band: None,
            view,
            sun_exclusion_rad,
            cloud_break_height_m: 8e3,
        };
        model(SensorKind::Infrared(infrared))
    }

    fn model(kind: SensorKind) -> SensorModel {
        let sensor = Sensor {
            id: "s".into(),
            failure_domains: vec!["d".into()],
            revisit_s: 10.0,
            detection_probability: 0.9,
            false_detections_per_scan: 0.0,
            kind,
        };
        SensorModel::new(SensorIndex(0), &sensor).unwrap()
    }

    fn at(latitude_deg: f64, longitude_deg: f64, height_m: f64) -> Vector3<f64> {
        Geodetic::from_degrees(latitude_deg, longitude_deg, height_m)
            .to_itrf()
            .vector()
    }

    #[test]
    fn a_satellite_sees_what_it_can() {
        let epoch = parse_utc("2026-03-20T12:00:00Z").unwrap();
        let all = satellite(View::Earth, 0.0);
        let ask =
            |place: Vector3<f64>, intensity: f64| can_see(&all, epoch, &place, Some(intensity));
        assert_eq!(ask(at(10.0, 20.0, 2e4), 1e5), Visibility::InView);
        assert_eq!(
            ask(at(10.0, 20.0, 5e3), 1e5),
            Visibility::OutOfView(OutOfView::UnderCloud)
        );
        assert_eq!(
            ask(at(10.0, 20.0, 2e4), 1e3),
            Visibility::OutOfView(OutOfView::TooFaint)
        );
        assert_eq!(
            ask(at(0.0, 90.0, 2e4), 1e5),
            Visibility::OutOfView(OutOfView::BehindEarth)
        );
        assert_eq!(ask(at(0.0, 90.0, 2e6), 1e5), Visibility::InView);
        let centre = Geodetic::from_degrees(0.0, 0.0, 0.0);
        let narrow = satellite(
            View::Around {
                centre,
                half_angle_rad: 0.05,
            },
            0.0,
        );
        assert_eq!(
            can_see(&narrow, epoch, &at(40.0, 0.0, 2e4), None),
            Visibility::OutOfView(OutOfView::OutsideView)
        );
        assert_eq!(
            can_see(&narrow, epoch, &at(5.0, 0.0, 2e4), None),
            Visibility::InView
        );
    }

    #[test]
    fn the_sun_behind_the_target_blinds() {
        // At midnight UTC near the equinox the Sun stands opposite to longitude 0, beyond the Earth.
        let epoch = parse_utc("2026-03-20T00:07:00Z").unwrap();
        let wary = satellite(View::Earth, 0.3);
        let limb = at(84.0, 0.0, 3e4);
        assert_eq!(
            can_see(&wary, epoch, &limb, None),
            Visibility::OutOfView(OutOfView::NearSun)
        );
        let noon = parse_utc("2026-03-20T12:07:00Z").unwrap();
        assert_eq!(can_see(&wary, noon, &limb, None), Visibility::InView);
    }

    #[test]
    fn a_fan_may_pass_through_north() {
        let radar = RadarSensor {
            site: Geodetic::from_degrees(50.0, 10.0, 100.0),
            azimuth_rad: [330f64.to_radians(), 90f64.to_radians()],
            elevation_rad: [2f64.to_radians(), 70f64.to_radians()],
            range_max_m: 4e6,
            unambiguous_range_m: None,
            bias_sigma_range_m: 0.0,
            bias_sigma_azimuth_rad: 0.0,
            bias_sigma_elevation_rad: 0.0,
            refraction_included: false,
            light_time_included: false,
        };
        let model = model(SensorKind::Radar(radar));
        let epoch = parse_utc("2026-03-20T00:00:00Z").unwrap();
        let ask = |azimuth_deg: f64, elevation_deg: f64, range_m: f64| {
            let site = model.site.unwrap();
            can_see(
                &model,
                epoch,
                &site.position_itrf_m(
                    range_m,
                    azimuth_deg.to_radians(),
                    elevation_deg.to_radians(),
                ),
                None,
            )
        };
        assert_eq!(ask(340.0, 10.0, 1e6), Visibility::InView);
        assert_eq!(ask(45.0, 10.0, 1e6), Visibility::InView);
        assert_eq!(
            ask(120.0, 10.0, 1e6),
            Visibility::OutOfView(OutOfView::OutsideAzimuth)
        );
        assert_eq!(
            ask(45.0, 1.0, 1e6),
            Visibility::OutOfView(OutOfView::OutsideElevation)
        );
        assert_eq!(
            ask(45.0, 10.0, 5e6),
            Visibility::OutOfView(OutOfView::OutOfRange)
        );
        let site = model.site.unwrap();
        let edge = site.position_itrf_m(1e6, 90f64.to_radians(), 0.3);
        let share = probability_in_view(&model, epoch, &edge, &(Matrix3::identity() * 1e8), None);
        assert!((0.2..0.9).contains(&share), "{share}");
    }
}

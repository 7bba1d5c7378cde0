//! Radar: range, azimuth, elevation and range rate of an earth-fixed state, with exact Jacobians.

use forewarn_physics::frames::wgs84::{AzElRange, Geodetic};
use forewarn_physics::math::{atan2, sin_cos, wrap_pi, wrap_tau};
use nalgebra::{Matrix3, RowVector3, SMatrix, Vector3, Vector4};

use crate::model::Radar;

/// Horizontal distances below this are held at it, so that azimuth stays finite at the zenith [m].
const LEAST_ACROSS_M: f64 = 1.0;

/// A radar's place, with its local axes computed once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RadarSite {
    /// Geodetic place.
    pub place: Geodetic,
    /// ITRF position [m].
    pub position_m: Vector3<f64>,
    /// Rows east, north, up in ITRF axes.
    pub enu_from_itrf: Matrix3<f64>,
}

/// What a radar would measure of a state, and how that changes with the state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RadarPrediction {
    /// Range [m], azimuth [rad] in [0, 2π), elevation [rad], range rate [m/s].
    pub value: Vector4<f64>,
    /// Rows as `value`; columns x y z vx vy vz of ITRF.
    pub jacobian: SMatrix<f64, 4, 6>,
}

impl RadarSite {
    /// Prepares a site.
    pub fn new(place: Geodetic) -> Self {
        Self {
            place,
            position_m: place.to_itrf().vector(),
            enu_from_itrf: place.enu_from_itrf(),
        }
    }

    /// h(x) and its Jacobian at an ITRF position [m] and velocity [m/s].
    ///
    /// Geometric, instantaneous. Exact everywhere but within 1 m of the zenith line, where the
    /// azimuth row is bounded.
    pub fn predict(
        &self,
        position_m: &Vector3<f64>,
        velocity_m_s: &Vector3<f64>,
    ) -> RadarPrediction {
        let enu_m = self.enu_from_itrf * (position_m - self.position_m);
        let rate_m_s = self.enu_from_itrf * velocity_m_s;
        let range_m = enu_m.norm().max(LEAST_ACROSS_M);
        let across_m = (enu_m.x * enu_m.x + enu_m.y * enu_m.y)
            .sqrt()
            .max(LEAST_ACROSS_M);
        let along = enu_m / range_m;
        let range_rate_m_s = along.dot(&rate_m_s);
        let range_row = along.transpose() * self.enu_from_itrf;
        let azimuth_row =
            RowVector3::new(enu_m.y, -enu_m.x, 0.0) / (across_m * across_m) * self.enu_from_itrf;
        let elevation_row = RowVector3::new(
            -along.z * enu_m.x / across_m,
            -along.z * enu_m.y / across_m,
            across_m / range_m,
        ) / range_m
            * self.enu_from_itrf;
        let rate_row =
            (rate_m_s - along * range_rate_m_s).transpose() / range_m * self.enu_from_itrf;
        let mut jacobian = SMatrix::<f64, 4, 6>::zeros();
        jacobian.fixed_view_mut::<1, 3>(0, 0).copy_from(&range_row);
        jacobian
            .fixed_view_mut::<1, 3>(1, 0)
            .copy_from(&azimuth_row);
        jacobian
            .fixed_view_mut::<1, 3>(2, 0)
            .copy_from(&elevation_row);
        jacobian.fixed_view_mut::<1, 3>(3, 0).copy_from(&rate_row);
        jacobian.fixed_view_mut::<1, 3>(3, 3).copy_from(&range_row);
        let value = Vector4::new(
            range_m,
            wrap_tau(atan2(enu_m.x, enu_m.y)),
            atan2(enu_m.z, across_m),
            range_rate_m_s,
        );
        RadarPrediction { value, jacobian }
    }

    /// The ITRF position [m] of range, azimuth and elevation.
    pub fn position_itrf_m(
        &self,
        range_m: f64,
        azimuth_rad: f64,
        elevation_rad: f64,
    ) -> Vector3<f64> {
        let enu_m = AzElRange {
            azimuth_rad,
            elevation_rad,
            range_m,
        }
        .to_enu();
        self.position_m + self.enu_from_itrf.transpose() * enu_m
    }

    /// Position and covariance [m, m²] of an echo in ITRF.
    ///
    /// The covariance is that of the noise plus `bias_sigma` (range [m], azimuth, elevation
    /// [rad]; zeros leave it out). To first order: the curvature of an angle error moves the mean
    /// by R σ²/2, 6 m at 3,000 km and 2 mrad, and is left out.
    pub fn radar_to_itrf(
        &self,
        radar: &Radar,
        bias_sigma: &Vector3<f64>,
    ) -> (Vector3<f64>, Matrix3<f64>) {
        let position_m =
            self.position_itrf_m(radar.range_m, radar.azimuth_rad, radar.elevation_rad);
        let ((sin_azimuth, cos_azimuth), (sin_elevation, cos_elevation)) =
            (sin_cos(radar.azimuth_rad), sin_cos(radar.elevation_rad));
        let along = Vector3::new(
            cos_elevation * sin_azimuth,
            cos_elevation * cos_azimuth,
            sin_elevation,
        );
        let right = Vector3::new(cos_azimuth, -sin_azimuth, 0.0) * (cos_elevation * radar.range_m);
        let over = Vector3::new(
            -sin_elevation * sin_azimuth,
            -sin_elevation * cos_azimuth,
            cos_elevation,
        ) * radar.range_m;
        let turn = self.enu_from_itrf.transpose() * Matrix3::from_columns(&[along, right, over]);
        let sigma = [
            radar.sigma_range_m,
            radar.sigma_azimuth_rad,
            radar.sigma_elevation_rad,
        ];
        let variance = Vector3::from_fn(|i, _| sigma[i] * sigma[i] + bias_sigma[i] * bias_sigma[i]);
        (
            position_m,
            turn * Matrix3::from_diagonal(&variance) * turn.transpose(),
        )
    }
}

/// Measured minus predicted, the azimuth by the shorter way round.
pub fn residual(measured: &Vector4<f64>, predicted: &Vector4<f64>) -> Vector4<f64> {
    let mut difference = measured - predicted;
    difference[1] = wrap_pi(difference[1]);
    difference
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Central differences of h with steps that balance truncation and rounding.
    fn differences(
        site: &RadarSite,
        position_m: &Vector3<f64>,
        velocity_m_s: &Vector3<f64>,
    ) -> SMatrix<f64, 4, 6> {
        let mut jacobian = SMatrix::<f64, 4, 6>::zeros();
        for column in 0..6 {
            let step = if column < 3 { 0.5 } else { 0.01 };
            let (mut position_step, mut velocity_step) = (Vector3::zeros(), Vector3::zeros());
            if column < 3 {
                position_step[column] = step;
            } else {
                velocity_step[column - 3] = step;
            }
            let above = site
                .predict(
                    &(position_m + position_step),
                    &(velocity_m_s + velocity_step),
                )
                .value;
            let below = site
                .predict(
                    &(position_m - position_step),
                    &(velocity_m_s - velocity_step),
                )
                .value;
            jacobian.set_column(column, &(residual(&above, &below) / (2.0 * step)));
        }
        jacobian
    }

    /// Every row against central differences at one place.
    fn check(site: &RadarSite, azimuth_rad: f64, elevation_deg: f64, range_m: f64) {
        let velocity_m_s = Vector3::new(-4_000.0, 3_000.0, 2_500.0);
        let position_m = site.position_itrf_m(range_m, azimuth_rad, elevation_deg.to_radians());
        let exact = site.predict(&position_m, &velocity_m_s).jacobian;
        let rough = differences(site, &position_m, &velocity_m_s);
        for row in 0..4 {
            let scale = exact.row(row).norm();
            let off = (exact.row(row) - rough.row(row)).norm() / scale;
            // Azimuth curves as (step / across)² near the zenith.
            assert!(
                off < 3e-4,
                "{site:?} {azimuth_rad} {elevation_deg} {range_m}: row {row} {off}"
            );
        }
    }

    #[test]
    fn jacobians_are_right_everywhere() {
        let sites = [-90.0, -45.0, -1.0, 0.0, 52.0, 89.99, 90.0]
            .into_iter()
            .flat_map(|latitude_deg| {
                [-179.999, -120.0, 0.0, 60.0, 180.0].map(|longitude_deg| {
                    RadarSite::new(Geodetic::from_degrees(latitude_deg, longitude_deg, 100.0))
                })
            });
        for site in sites {
            for sixteenth in 0..16 {
                let azimuth_rad = (f64::from(sixteenth) * 22.5).to_radians();
                for elevation_deg in [-2.0_f64, 1.0, 40.0, 80.0, 89.9] {
                    check(&site, azimuth_rad, elevation_deg, 2e4);
                    check(&site, azimuth_rad, elevation_deg, 8e5);
                    check(&site, azimuth_rad, elevation_deg, 4e6);
                }
            }
        }
    }

    #[test]
    fn h_undoes_the_polar_coordinates() {
        let site = RadarSite::new(Geodetic::from_degrees(65.0, -179.9, 30.0));
        for azimuth_deg in [0.0_f64, 1.0, 89.0, 179.0, 181.0, 271.0, 359.5] {
            let position_m = site.position_itrf_m(1.5e6, azimuth_deg.to_radians(), 0.7);
            let value = site.predict(&position_m, &Vector3::zeros()).value;
            let off = residual(
                &value,
                &Vector4::new(1.5e6, azimuth_deg.to_radians(), 0.7, 0.0),
            );
            assert!(
                off[0].abs() < 1e-6 && off[1].abs() < 1e-12 && off[2].abs() < 1e-12,
                "{off}"
            );
        }
    }

    #[test]
    fn residual_goes_the_short_way() {
        let measured = Vector4::new(1.0, 0.01, 0.0, 0.0);
        let predicted = Vector4::new(1.0, core::f64::consts::TAU - 0.01, 0.0, 0.0);
        assert!((residual(&measured, &predicted)[1] - 0.02).abs() < 1e-12);
    }

    #[test]
    fn covariance_of_an_echo_is_long_across_and_short_along() {
        let site = RadarSite::new(Geodetic::from_degrees(10.0, 20.0, 0.0));
        let radar = Radar {
            range_m: 2e6,
            azimuth_rad: 1.0,
            elevation_rad: 0.3,
            range_rate_m_s: None,
            sigma_range_m: 10.0,
            sigma_azimuth_rad: 1e-3,
            sigma_elevation_rad: 2e-3,
            sigma_range_rate_m_s: None,
            snr_db: None,
            rcs_m2: None,
        };
        let (position_m, covariance) = site.radar_to_itrf(&radar, &Vector3::zeros());
        let along = (position_m - site.position_m).normalize();
        assert!(((along.transpose() * covariance * along)[0].sqrt() - 10.0).abs() < 1e-6);
        let trace = 100.0
            + (2e6 * 1e-3 * forewarn_physics::math::cos(0.3)).powi(2)
            + (2e6_f64 * 2e-3).powi(2);
        assert!((covariance.trace() / trace - 1.0).abs() < 1e-9);
    }
}

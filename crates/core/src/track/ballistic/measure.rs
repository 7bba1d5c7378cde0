//! A measurement as seen from a state: innovation, Jacobian over the whole state, noise.

use forewarn_physics::math::{ln, sin_cos, wrap_pi};
use nalgebra::{Matrix4, RowVector3, SMatrix, Vector3, Vector4};

use super::layout::{Mean, SIZE, VELOCITY, bias_at};
use crate::sensors::infrared::direction_residual;
use crate::sensors::{InfraredMeasurement, Measurement, MeasurementBody, RadarMeasurement};

/// A linearised measurement. Rows that a sensor does not measure have no Jacobian, no
/// innovation and unit noise: they change nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Linear {
    /// Measured minus predicted.
    pub(super) innovation: Vector4<f64>,
    /// Change of the predicted with the state.
    pub(super) jacobian: SMatrix<f64, 4, SIZE>,
    /// Noise.
    pub(super) noise: Matrix4<f64>,
    /// Rows that count.
    pub(super) dimension: usize,
    /// What turns the likelihood of these rows into that of the sensor's own units.
    pub(super) log_scale: f64,
    /// Distance [m] and range noise [m], to judge curvature.
    pub(super) range_m: f64,
}

/// Linearises at a state; `slot` holds the sensor's errors, or they are added to the noise.
///
/// `None` where a direction lies too far off for a linear comparison.
pub(super) fn linearised(
    measurement: &Measurement,
    mean: &Mean,
    slot: Option<usize>,
) -> Option<Linear> {
    match &measurement.body {
        MeasurementBody::Radar(radar) => Some(radar_linear(radar, mean, slot)),
        MeasurementBody::Infrared(infrared) => infrared_linear(infrared, mean, slot),
    }
}

fn radar_linear(radar: &RadarMeasurement, mean: &Mean, slot: Option<usize>) -> Linear {
    let position_m = mean.fixed_rows::<3>(0).into_owned();
    let velocity_m_s = mean.fixed_rows::<3>(VELOCITY).into_owned();
    let bias = slot.map_or_else(Vector3::zeros, |slot| {
        mean.fixed_rows::<3>(bias_at(slot)).into_owned()
    });
    let predicted = radar.site.predict(&position_m, &velocity_m_s);
    let mut innovation = radar.value - predicted.value;
    innovation[0] -= bias[0];
    innovation[2] -= bias[2];
    let mut jacobian = SMatrix::<f64, 4, SIZE>::zeros();
    jacobian
        .fixed_view_mut::<4, 6>(0, 0)
        .copy_from(&predicted.jacobian);
    // Azimuth is compared as a distance across the measured plane, over the range: straight in the
    // position, so that it holds near the zenith too.
    let azimuth_rad = radar.value[1] - bias[1];
    let turned_rad = wrap_pi(azimuth_rad - predicted.value[1]);
    let (sin_turned, cos_turned) = sin_cos(turned_rad);
    let (_, cos_elevation) = sin_cos(predicted.value[2]);
    let across = cos_elevation.max(1e-6);
    innovation[1] = across
        * if cos_turned > 0.0 {
            sin_turned
        } else {
            turned_rad.signum()
        };
    let (sin_azimuth, cos_azimuth) = sin_cos(azimuth_rad);
    let plane_row = RowVector3::new(cos_azimuth, -sin_azimuth, 0.0) * radar.site.enu_from_itrf;
    let range_row = predicted.jacobian.fixed_view::<1, 3>(0, 0).into_owned();
    let row = (plane_row + range_row * innovation[1]) / predicted.value[0];
    jacobian.fixed_view_mut::<1, 3>(1, 0).copy_from(&row);
    let scale = Vector4::new(1.0, across, 1.0, 1.0);
    let mut variance = radar.sigma.component_mul(&scale).map(|sigma| sigma * sigma);
    for i in 0..3 {
        match slot {
            Some(slot) => jacobian[(i, bias_at(slot) + i)] = scale[i],
            None => {
                variance[i] += (radar.bias_sigma[i] * scale[i]) * (radar.bias_sigma[i] * scale[i])
            }
        }
    }
    if !radar.has_range_rate {
        silence(3, &mut innovation, &mut jacobian, &mut variance);
    }
    Linear {
        innovation,
        jacobian,
        noise: Matrix4::from_diagonal(&variance),
        dimension: if radar.has_range_rate { 4 } else { 3 },
        log_scale: ln(across),
        range_m: predicted.value[0],
    }
}

fn silence(
    row: usize,
    innovation: &mut Vector4<f64>,
    jacobian: &mut SMatrix<f64, 4, SIZE>,
    variance: &mut Vector4<f64>,
) {
    innovation[row] = 0.0;
    jacobian.row_mut(row).fill(0.0);
    variance[row] = 1.0;
}

fn infrared_linear(
    infrared: &InfraredMeasurement,
    mean: &Mean,
    slot: Option<usize>,
) -> Option<Linear> {
    let position_m = mean.fixed_rows::<3>(0).into_owned();
    let residual = direction_residual(
        &infrared.sensor_position_m,
        &infrared.line_of_sight,
        &position_m,
    )?;
    let mut innovation = Vector4::zeros();
    let mut jacobian = SMatrix::<f64, 4, SIZE>::zeros();
    let mut variance = Vector4::repeat(1.0);
    jacobian
        .fixed_view_mut::<2, 3>(0, 0)
        .copy_from(&residual.jacobian);
    for i in 0..2 {
        innovation[i] = residual.angles_rad[i];
        variance[i] = infrared.sigma_rad * infrared.sigma_rad;
        match slot {
            Some(slot) => {
                innovation[i] -= mean[bias_at(slot) + i];
                jacobian[(i, bias_at(slot) + i)] = 1.0;
            }
            None => variance[i] += infrared.bias_sigma_rad * infrared.bias_sigma_rad,
        }
    }
    Some(Linear {
        innovation,
        jacobian,
        noise: Matrix4::from_diagonal(&variance),
        dimension: 2,
        log_scale: 0.0,
        range_m: residual.range_m,
    })
}

/// Sigma of the errors that a sensor's slot carries; none where it has no errors.
pub(super) fn bias_sigma(measurement: &Measurement) -> Option<[f64; 3]> {
    let sigma = match &measurement.body {
        MeasurementBody::Radar(radar) => [
            radar.bias_sigma[0],
            radar.bias_sigma[1],
            radar.bias_sigma[2],
        ],
        MeasurementBody::Infrared(infrared) => [
            infrared.bias_sigma_rad,
            infrared.bias_sigma_rad,
            infrared.bias_sigma_rad,
        ],
    };
    sigma
        .iter()
        .any(|&s| s > 0.0)
        .then(|| sigma.map(|s| s.max(1e-12)))
}

//! A report with the sensor's systematic corrections taken out, ready for an estimator.

use forewarn_physics::frames::refraction;
use forewarn_physics::frames::wgs84::AzElRange;
use forewarn_physics::time::{Epoch, after};
use nalgebra::{Vector3, Vector4};

use super::{RadarSite, SensorError, SensorModel};
use crate::model::{Infrared, Radar, Report, ReportBody, SensorIndex, SensorKind};

/// Speed of light in vacuum [m/s].
const LIGHT_M_S: f64 = 299_792_458.0;
/// Noise assumed where a report gives a range rate without its sigma [m/s].
const RANGE_RATE_SIGMA_M_S: f64 = 10.0;

/// A report, corrected for light time and refraction where the table says they are included.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// When the echo was reflected or the light left.
    pub epoch: Epoch,
    /// Whose biases it carries.
    pub sensor: SensorIndex,
    /// What was measured.
    pub body: MeasurementBody,
}

/// What was measured.
#[derive(Debug, Clone, PartialEq)]
pub enum MeasurementBody {
    /// An echo.
    Radar(RadarMeasurement),
    /// A direction.
    Infrared(InfraredMeasurement),
}

/// An echo, geometric.
#[derive(Debug, Clone, PartialEq)]
pub struct RadarMeasurement {
    /// Where the radar stands.
    pub site: RadarSite,
    /// Range [m], azimuth [rad], elevation [rad], range rate [m/s] (0 where there is none).
    pub value: Vector4<f64>,
    /// Noise of each.
    pub sigma: Vector4<f64>,
    /// Whether the fourth component counts.
    pub has_range_rate: bool,
    /// Sigma of the slowly varying errors: range [m], azimuth [rad], elevation [rad].
    pub bias_sigma: Vector3<f64>,
}

/// A direction, geometric.
#[derive(Debug, Clone, PartialEq)]
pub struct InfraredMeasurement {
    /// Where the satellite was, ITRF [m].
    pub sensor_position_m: Vector3<f64>,
    /// Unit vector to the target, ITRF.
    pub line_of_sight: Vector3<f64>,
    /// Noise per axis [rad].
    pub sigma_rad: f64,
    /// Sigma of the slowly varying pointing error per axis [rad].
    pub bias_sigma_rad: f64,
}

impl Measurement {
    /// Prepares a report; `None` for a heartbeat.
    ///
    /// # Errors
    /// [`SensorError::WrongKind`] where the report does not suit the sensor,
    /// [`SensorError::NoPosition`] where nobody knows where the satellite was.
    pub fn prepare(model: &SensorModel, report: &Report) -> Result<Option<Self>, SensorError> {
        let name = || model.sensor.id.to_string();
        let (epoch, body) = match &report.body {
            ReportBody::Heartbeat(_) => return Ok(None),
            ReportBody::Radar(radar) => {
                let (epoch, measurement) = radar_measurement(model, report.time, radar)
                    .ok_or_else(|| SensorError::WrongKind { sensor: name() })?;
                (epoch, MeasurementBody::Radar(measurement))
            }
            ReportBody::Infrared(infrared) => (
                report.time,
                MeasurementBody::Infrared(infrared_measurement(model, report.time, infrared)?),
            ),
        };
        Ok(Some(Self {
            epoch,
            sensor: model.index,
            body,
        }))
    }
}

fn radar_measurement(
    model: &SensorModel,
    time: Epoch,
    radar: &Radar,
) -> Option<(Epoch, RadarMeasurement)> {
    let (SensorKind::Radar(sensor), Some(site)) = (&model.sensor.kind, model.site) else {
        return None;
    };
    let mut seen = AzElRange {
        azimuth_rad: radar.azimuth_rad,
        elevation_rad: radar.elevation_rad,
        range_m: radar.range_m,
    };
    if sensor.refraction_included {
        seen = refraction::remove(seen, sensor.site.height_m);
    }
    // Light time included: the time is that of reception.
    let epoch = if sensor.light_time_included {
        after(time, -radar.range_m / LIGHT_M_S)
    } else {
        time
    };
    let rate_sigma_m_s = radar.sigma_range_rate_m_s.unwrap_or(RANGE_RATE_SIGMA_M_S);
    let measurement = RadarMeasurement {
        site,
        value: Vector4::new(
            seen.range_m,
            seen.azimuth_rad,
            seen.elevation_rad,
            radar.range_rate_m_s.unwrap_or(0.0),
        ),
        sigma: Vector4::new(
            radar.sigma_range_m,
            radar.sigma_azimuth_rad,
            radar.sigma_elevation_rad,
            rate_sigma_m_s,
        ),
        has_range_rate: radar.range_rate_m_s.is_some(),
        bias_sigma: Vector3::new(
            sensor.bias_sigma_range_m,
            sensor.bias_sigma_azimuth_rad,
            sensor.bias_sigma_elevation_rad,
        ),
    };
    Some((epoch, measurement))
}

fn infrared_measurement(
    model: &SensorModel,
    time: Epoch,
    infrared: &Infrared,
) -> Result<InfraredMeasurement, SensorError> {
    let name = || model.sensor.id.to_string();
    let SensorKind::Infrared(sensor) = &model.sensor.kind else {
        return Err(SensorError::WrongKind { sensor: name() });
    };
    let from_orbit = || {
        model
            .orbit
            .as_ref()
            .and_then(|orbit| orbit.position_itrf_m(time))
    };
    let sensor_position_m = infrared
        .sensor_position_m
        .or_else(from_orbit)
        .ok_or_else(|| SensorError::NoPosition { sensor: name() })?;
    Ok(InfraredMeasurement {
        sensor_position_m,
        line_of_sight: infrared.line_of_sight,
        sigma_rad: infrared.sigma_rad,
        bias_sigma_rad: sensor.bias_sigma_rad,
    })
}

//! From looks to radar reports.

use forewarn_core::model::{Radar, Report, ReportBody, SensorIndex, SensorKind};

use super::{Tdm, TdmError};
use crate::config::SensorTable;

/// Radar reports of the looks that have a range and both angles, with the noise that
/// `sensors.toml` states for the station (`sigma_range_m`, `sigma_azimuth_rad`,
/// `sigma_elevation_rad`): a message carries none. What cannot be used comes back by line.
pub fn tdm_reports(tdm: &Tdm, table: &SensorTable) -> (Vec<Report>, Vec<TdmError>) {
    let (mut reports, mut refused) = (Vec::new(), Vec::new());
    for look in &tdm.observations {
        let mut refuse = |message: String| {
            refused.push(TdmError {
                line: look.line,
                message,
            })
        };
        let place = table
            .sensors
            .iter()
            .position(|sensor| *sensor.id == *look.station);
        let Some(place) =
            place.filter(|place| matches!(table.sensors[*place].kind, SensorKind::Radar(_)))
        else {
            refuse(format!(
                "station `{}` is no radar of sensors.toml; add it there",
                look.station
            ));
            continue;
        };
        let (Some(range_m), Some(azimuth_rad), Some(elevation_rad)) =
            (look.range_m, look.azimuth_rad, look.elevation_rad)
        else {
            refuse("a radar report needs RANGE, ANGLE_1 and ANGLE_2 at the same time".into());
            continue;
        };
        let noise = table
            .radar_noise
            .get(&*look.station)
            .copied()
            .unwrap_or_default();
        let (Some(sigma_range_m), Some(sigma_azimuth_rad), Some(sigma_elevation_rad)) = (
            noise.sigma_range_m,
            noise.sigma_azimuth_rad,
            noise.sigma_elevation_rad,
        ) else {
            refuse(format!(
                "the noise of `{}` is not known; add sigma_range_m, sigma_azimuth_rad and sigma_elevation_rad to it in sensors.toml",
                look.station
            ));
            continue;
        };
        let body = ReportBody::Radar(Radar {
            range_m,
            azimuth_rad,
            elevation_rad,
            range_rate_m_s: None,
            sigma_range_m,
            sigma_azimuth_rad,
            sigma_elevation_rad,
            sigma_range_rate_m_s: None,
            snr_db: None,
            rcs_m2: None,
        });
        let id = format!("{}-{}", look.station, look.line).into();
        let sensor = SensorIndex(u16::try_from(place).unwrap_or(u16::MAX));
        reports.push(Report {
            id,
            time: look.time,
            received: None,
            mode: None,
            sensor,
            body,
        });
    }
    (reports, refused)
}

//! Checks of the sensor table.

use std::sync::Arc;

use forewarn_core::model::{
    Band, InfraredSensor, OrbitSource, RadarSensor, Sensor, SensorKind, View,
};
use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::time::parse_utc;

use super::error::{ScenarioError, Source};
use super::file::{OrbitFile, SensorFile};
use super::{SensorSpec, SensorTruth};

/// Cloud break that the engine assumes where the table says nothing [m].
const CLOUD_BREAK_M: f64 = 10e3;

struct Place<'a> {
    source: &'a Source<'a>,
    index: usize,
}

impl Place<'_> {
    fn refuse(&self, key: &str, what: String) -> ScenarioError {
        self.source.at_key("sensor", self.index, key, what)
    }

    fn need<T: Copy>(&self, key: &str, value: Option<T>) -> Result<T, ScenarioError> {
        value.ok_or_else(|| self.refuse(key, format!("`{key}` is missing")))
    }

    fn within(&self, key: &str, value: f64, low: f64, high: f64) -> Result<f64, ScenarioError> {
        if (low..=high).contains(&value) {
            return Ok(value);
        }
        Err(self.refuse(key, format!("`{key}` is {value}, outside {low} to {high}")))
    }

    fn word(
        &self,
        key: &str,
        value: Option<&str>,
        words: [&str; 2],
    ) -> Result<bool, ScenarioError> {
        match value {
            None => Ok(false),
            Some(word) if word == words[0] => Ok(false),
            Some(word) if word == words[1] => Ok(true),
            Some(word) => Err(self.refuse(
                key,
                format!("`{word}` must be `{}` or `{}`", words[0], words[1]),
            )),
        }
    }
}

pub(super) fn check(
    source: &Source<'_>,
    written: &[SensorFile],
) -> Result<Vec<SensorSpec>, ScenarioError> {
    let mut specs: Vec<SensorSpec> = Vec::with_capacity(written.len());
    for (index, sensor) in written.iter().enumerate() {
        let place = Place { source, index };
        if specs.iter().any(|other| *other.sensor.id == *sensor.id) {
            return Err(place.refuse(
                "id",
                format!("the sensor `{}` is in the table twice", sensor.id),
            ));
        }
        specs.push(check_one(&place, sensor)?);
    }
    Ok(specs)
}

fn check_one(place: &Place<'_>, file: &SensorFile) -> Result<SensorSpec, ScenarioError> {
    let kind = match file.kind.as_str() {
        "infrared" => SensorKind::Infrared(infrared(place, file)?),
        "radar" => SensorKind::Radar(radar(place, file)?),
        other => {
            return Err(place.refuse("kind", format!("`{other}` must be `infrared` or `radar`")));
        }
    };
    let sensor = Sensor {
        id: file.id.as_str().into(),
        failure_domains: file
            .failure_domains
            .iter()
            .map(|name| Arc::from(name.as_str()))
            .collect(),
        revisit_s: place.within("revisit_s", file.revisit_s, 0.01, 86_400.0)?,
        detection_probability: place.within(
            "detection_probability",
            file.detection_probability,
            0.0,
            1.0,
        )?,
        false_detections_per_scan: place.within(
            "false_detections_per_scan",
            file.false_detections_per_scan,
            0.0,
            1e5,
        )?,
        kind,
    };
    Ok(SensorSpec {
        truth: truth(place, file)?,
        sensor,
    })
}

fn infrared(place: &Place<'_>, file: &SensorFile) -> Result<InfraredSensor, ScenarioError> {
    let view = match &file.view {
        None => View::Earth,
        Some(view) => View::Around {
            centre: Geodetic::from_degrees(
                place.within("view", view.latitude_deg, -90.0, 90.0)?,
                place.within("view", view.longitude_deg, -360.0, 360.0)?,
                0.0,
            ),
            half_angle_rad: place
                .within("view", view.half_angle_deg, 0.01, 180.0)?
                .to_radians(),
        },
    };
    let band =
        match file.band.as_deref() {
            None => None,
            Some(word) => Some(Band::from_word(word).ok_or_else(|| {
                place.refuse("band", format!("`{word}` must be `2.7um` or `4.3um`"))
            })?),
        };
    let orbit = file.orbit.as_ref().ok_or_else(|| {
        place.refuse("orbit", "`orbit` is missing: the simulator needs it".into())
    })?;
    Ok(InfraredSensor {
        orbit: Some(check_orbit(place, orbit)?),
        sigma_rad: place.within(
            "sigma_rad",
            place.need("sigma_rad", file.sigma_rad)?,
            1e-9,
            0.1,
        )?,
        bias_sigma_rad: place.within(
            "bias_sigma_rad",
            file.bias_sigma_rad.unwrap_or(0.0),
            0.0,
            0.1,
        )?,
        threshold_w_sr: place.within(
            "threshold_w_sr",
            place.need("threshold_w_sr", file.threshold_w_sr)?,
            0.0,
            1e12,
        )?,
        band,
        view,
        sun_exclusion_rad: place
            .within(
                "sun_exclusion_deg",
                file.sun_exclusion_deg.unwrap_or(0.0),
                0.0,
                90.0,
            )?
            .to_radians(),
        cloud_break_height_m: place.within(
            "cloud_break_height_m",
            file.cloud_break_height_m.unwrap_or(CLOUD_BREAK_M),
            0.0,
            30e3,
        )?,
    })
}

fn check_orbit(place: &Place<'_>, orbit: &OrbitFile) -> Result<OrbitSource, ScenarioError> {
    if let Some(longitude_deg) = orbit.geostationary_longitude_deg {
        let longitude_deg = place.within("orbit", longitude_deg, -360.0, 360.0)?;
        return Ok(OrbitSource::Geostationary {
            longitude_rad: longitude_deg.to_radians(),
        });
    }
    if let Some(lines) = &orbit.tle {
        sgp4::Elements::from_tle(None, lines[0].as_bytes(), lines[1].as_bytes()).map_err(
            |error| place.refuse("orbit", format!("the element set is refused: {error}")),
        )?;
        return Ok(OrbitSource::Tle(lines.clone()));
    }
    let number = |key: &str, value: Option<f64>, low: f64, high: f64| {
        let value = value.ok_or_else(|| place.refuse("orbit", format!("`orbit` lacks `{key}`")))?;
        if (low..=high).contains(&value) {
            Ok(value)
        } else {
            Err(place.refuse(
                "orbit",
                format!("`{key}` is {value}, outside {low} to {high}"),
            ))
        }
    };
    let epoch = orbit
        .epoch
        .as_ref()
        .ok_or_else(|| place.refuse("orbit", "`orbit` lacks `epoch`".into()))?;
    let semi_major_axis_m = number("semi_major_axis_m", orbit.semi_major_axis_m, 6.4e6, 1e9)?;
    let eccentricity = number("eccentricity", orbit.eccentricity, 0.0, 0.99)?;
    if semi_major_axis_m * (1.0 - eccentricity) < 6.4e6 {
        return Err(place.refuse("orbit", "the perigee lies inside the Earth".into()));
    }
    Ok(OrbitSource::Elements {
        semi_major_axis_m,
        eccentricity,
        inclination_rad: number("inclination_deg", orbit.inclination_deg, 0.0, 180.0)?.to_radians(),
        raan_rad: number("raan_deg", orbit.raan_deg, -360.0, 360.0)?.to_radians(),
        argument_of_perigee_rad: number(
            "argument_of_perigee_deg",
            orbit.argument_of_perigee_deg,
            -360.0,
            360.0,
        )?
        .to_radians(),
        mean_anomaly_rad: number("mean_anomaly_deg", orbit.mean_anomaly_deg, -360.0, 360.0)?
            .to_radians(),
        epoch: parse_utc(epoch).map_err(|error| place.refuse("orbit", error.to_string()))?,
        itrf_at_epoch: match orbit.frame.as_deref() {
            Some("gcrf") => false,
            Some("itrf_at_epoch") => true,
            _ => {
                return Err(
                    place.refuse("orbit", "`frame` must be `gcrf` or `itrf_at_epoch`".into())
                );
            }
        },
    })
}

/// Both bounds of a fan [rad].
fn angles(
    place: &Place<'_>,
    key: &'static str,
    bounds_deg: [f64; 2],
    [least, most]: [f64; 2],
) -> Result<[f64; 2], ScenarioError> {
    let within = |deg: f64| Ok(place.within(key, deg, least, most)?.to_radians());
    Ok([within(bounds_deg[0])?, within(bounds_deg[1])?])
}

fn radar(place: &Place<'_>, file: &SensorFile) -> Result<RadarSensor, ScenarioError> {
    let azimuth_deg = place.need("azimuth_deg", file.azimuth_deg)?;
    let elevation_deg = place.need("elevation_deg", file.elevation_deg)?;
    if elevation_deg[0] >= elevation_deg[1] {
        return Err(place.refuse(
            "elevation_deg",
            "the lowest elevation must be below the highest".into(),
        ));
    }
    let latitude_deg = place.need("latitude_deg", file.latitude_deg)?;
    let longitude_deg = place.need("longitude_deg", file.longitude_deg)?;
    Ok(RadarSensor {
        site: Geodetic::from_degrees(
            place.within("latitude_deg", latitude_deg, -90.0, 90.0)?,
            place.within("longitude_deg", longitude_deg, -360.0, 360.0)?,
            place.within("height_m", file.height_m.unwrap_or(0.0), -500.0, 9e3)?,
        ),
        azimuth_rad: angles(place, "azimuth_deg", azimuth_deg, [-360.0, 360.0])?,
        elevation_rad: angles(place, "elevation_deg", elevation_deg, [-5.0, 90.0])?,
        range_max_m: place.within(
            "range_max_m",
            place.need("range_max_m", file.range_max_m)?,
            1.0,
            1e8,
        )?,
        unambiguous_range_m: file
            .unambiguous_range_m
            .map(|range_m| place.within("unambiguous_range_m", range_m, 1e5, 1e8))
            .transpose()?,
        bias_sigma_range_m: place.within(
            "bias_sigma_range_m",
            file.bias_sigma_range_m.unwrap_or(0.0),
            0.0,
            1e5,
        )?,
        bias_sigma_azimuth_rad: place.within(
            "bias_sigma_azimuth_rad",
            file.bias_sigma_azimuth_rad.unwrap_or(0.0),
            0.0,
            0.1,
        )?,
        bias_sigma_elevation_rad: place.within(
            "bias_sigma_elevation_rad",
            file.bias_sigma_elevation_rad.unwrap_or(0.0),
            0.0,
            0.1,
        )?,
        refraction_included: place.word(
            "refraction",
            file.refraction.as_deref(),
            ["removed", "standard"],
        )?,
        light_time_included: place.word(
            "light_time",
            file.light_time.as_deref(),
            ["removed", "included"],
        )?,
    })
}

fn truth(place: &Place<'_>, file: &SensorFile) -> Result<SensorTruth, ScenarioError> {
    let truth = &file.truth;
    let latency_s = truth.latency_s.unwrap_or([1.0, 2.0]);
    if !(latency_s[0] >= 0.0 && latency_s[1] >= latency_s[0] && latency_s[1] < 3_600.0) {
        return Err(place.refuse(
            "latency_s",
            "a latency is [shortest, longest], not negative".into(),
        ));
    }
    // UHF early-warning radars: 5,556 km for 10 m² is 3,120 km for 1 m²; beam 2.2°.
    let reference_m = 3.12e6;
    let beam_rad = 0.0384;
    let positive = |key: &str, value: Option<f64>, default: f64| {
        place.within(key, value.unwrap_or(default), 1e-9, 1e9)
    };
    Ok(SensorTruth {
        bias_time_constant_s: positive(
            "bias_time_constant_s",
            truth.bias_time_constant_s,
            3_600.0,
        )?,
        bias_rad: truth.bias_rad,
        bias_range_m: truth.bias_range_m,
        bias_azimuth_rad: truth.bias_azimuth_rad,
        bias_elevation_rad: truth.bias_elevation_rad,
        clock_offset_s: place.within(
            "clock_offset_s",
            truth.clock_offset_s.unwrap_or(0.0),
            -1e6,
            1e6,
        )?,
        staring: !place.word("scan", truth.scan.as_deref(), ["staring", "scanning"])?,
        latency_s,
        reference_range_m: positive("reference_range_m", truth.reference_range_m, reference_m)?,
        beam_width_rad: positive("beam_width_rad", truth.beam_width_rad, beam_rad)?,
        range_resolution_m: positive("range_resolution_m", truth.range_resolution_m, 150.0)?,
        sigma_range_floor_m: positive("sigma_range_floor_m", truth.sigma_range_floor_m, 10.0)?,
        sigma_range_rate_m_s: positive("sigma_range_rate_m_s", truth.sigma_range_rate_m_s, 5.0)?,
        range_rate: truth.range_rate.unwrap_or(true),
        swerling: truth.swerling.unwrap_or(false),
        position_in_reports: truth.position_in_reports.unwrap_or(false),
        heartbeats: truth.heartbeats.unwrap_or(true),
    })
}

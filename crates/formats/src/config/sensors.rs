//! `sensors.toml`: the sensors, their places, fields of view, noise, and what they share.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use forewarn_core::model::{InfraredSensor, RadarSensor, Sensor, SensorKind, View};
use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::math::PI;

use super::orbit::read_orbit;
use super::section::{Document, Section, above_zero, closed};
use crate::problem::Problem;

/// Height from which a plume is seen where the table does not say [m]: a high cloud deck.
const CLOUD_BREAK_HEIGHT_M: f64 = 10_000.0;
/// Most sensors of a table: their index has 16 bits.
const SENSORS_MAX: usize = 65_535;

/// Nominal noise of a radar, for those who simulate it: reports carry their own.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct RadarNoise {
    /// Range [m].
    pub sigma_range_m: Option<f64>,
    /// Azimuth [rad].
    pub sigma_azimuth_rad: Option<f64>,
    /// Elevation [rad].
    pub sigma_elevation_rad: Option<f64>,
    /// Range rate [m/s].
    pub sigma_range_rate_m_s: Option<f64>,
}

/// A sensor table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SensorTable {
    /// The sensors, in the order of the file.
    pub sensors: Vec<Sensor>,
    /// Nominal noise of the radars, by id.
    pub radar_noise: BTreeMap<Arc<str>, RadarNoise>,
}

/// Reads the text of a `sensors.toml`; files that it names are looked for in `dir`.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read_sensors(file: &str, text: &str, dir: &Path) -> Result<SensorTable, Vec<Problem>> {
    let document = Document::new(file, text);
    let mut table = SensorTable::default();
    if let Some(parsed) = document.parse() {
        let top = Section::new(&document, parsed.get_ref(), 0..0, "");
        let sections = top.sections("sensor");
        if sections.is_empty() {
            top.complain("sensor", "no sensor", "add a [[sensor]]");
        }
        let mut seen = BTreeSet::new();
        for section in sections {
            if section
                .text("id")
                .is_some_and(|id| !seen.insert(id.to_owned()))
            {
                section.complain("id", "is used twice", "give every sensor an id of its own");
            }
            if let Some((sensor, noise)) = read_sensor(section, dir) {
                if matches!(sensor.kind, SensorKind::Radar(_)) {
                    table.radar_noise.insert(sensor.id.clone(), noise);
                }
                table.sensors.push(sensor);
            }
        }
        if table.sensors.len() > SENSORS_MAX {
            top.complain(
                "sensor",
                format!("more than {SENSORS_MAX} sensors"),
                "split the table",
            );
        }
        top.finish();
    }
    let problems = document.into_problems();
    if problems.is_empty() {
        Ok(table)
    } else {
        Err(problems)
    }
}

fn read_sensor(section: Section<'_, '_>, dir: &Path) -> Option<(Sensor, RadarNoise)> {
    let id = section.text("id");
    let id = section.needed("id", id, "\"geo-1\"");
    let domains = section.texts("failure_domains");
    let domains = section.needed(
        "failure_domains",
        domains,
        "[\"what one fault could fool\"]",
    );
    if domains.as_ref().is_some_and(Vec::is_empty) {
        section.complain(
            "failure_domains",
            "is empty",
            "name at least the sensor's own station",
        );
    }
    let revisit_s = section.must("revisit_s", above_zero(86_400.0), "10.0");
    let detection_probability = section.must("detection_probability", closed(0.0, 1.0), "0.9");
    let false_detections = section.must("false_detections_per_scan", closed(0.0, 1e6), "3.0");
    let kind = section.choice("kind", &["infrared", "radar"]);
    let kind = section.needed("kind", kind, "\"infrared\"");
    let mut noise = RadarNoise::default();
    let body = match kind {
        Some("infrared") => read_infrared(&section, dir).map(SensorKind::Infrared),
        Some(_) => {
            noise = read_noise(&section);
            read_radar(&section).map(SensorKind::Radar)
        }
        // Without a kind nobody can say which keys belong.
        None => return None,
    };
    section.finish();
    let sensor = Sensor {
        id: id?.into(),
        failure_domains: domains?.into_iter().map(Arc::from).collect(),
        revisit_s: revisit_s?,
        detection_probability: detection_probability?,
        false_detections_per_scan: false_detections?,
        kind: body?,
    };
    Some((sensor, noise))
}

fn read_infrared(section: &Section<'_, '_>, dir: &Path) -> Option<InfraredSensor> {
    let has_orbit = section.has("orbit");
    let orbit = read_orbit(section, dir);
    let sigma_rad = section.must("sigma_rad", above_zero(1.0), "2.0e-5");
    let bias_sigma_rad = section.must("bias_sigma_rad", closed(0.0, 1.0), "1.0e-5");
    let threshold_w_sr = section.must("threshold_w_sr", closed(0.0, 1e12), "2.0e4");
    let band = section.word("band");
    let sun_exclusion_deg = section.number("sun_exclusion_deg", closed(0.0, 180.0));
    let cloud_break_height_m = section.number("cloud_break_height_m", closed(0.0, 30_000.0));
    let view = match section.section("view") {
        Some(view) => read_view(view)?,
        None => View::Earth,
    };
    if has_orbit && orbit.is_none() {
        return None;
    }
    Some(InfraredSensor {
        orbit,
        sigma_rad: sigma_rad?,
        bias_sigma_rad: bias_sigma_rad?,
        threshold_w_sr: threshold_w_sr?,
        band,
        view,
        sun_exclusion_rad: sun_exclusion_deg.unwrap_or(0.0).to_radians(),
        cloud_break_height_m: cloud_break_height_m.unwrap_or(CLOUD_BREAK_HEIGHT_M),
    })
}

fn read_view(view: Section<'_, '_>) -> Option<View> {
    let latitude_deg = view.must("latitude_deg", closed(-90.0, 90.0), "0.0");
    let longitude_deg = view.must("longitude_deg", closed(-180.0, 360.0), "0.0");
    let half_angle_deg = view.must("half_angle_deg", above_zero(90.0), "5.0");
    view.finish();
    Some(View::Around {
        centre: Geodetic::from_degrees(latitude_deg?, longitude_deg?, 0.0),
        half_angle_rad: half_angle_deg?.to_radians(),
    })
}

fn read_noise(section: &Section<'_, '_>) -> RadarNoise {
    RadarNoise {
        sigma_range_m: section.number("sigma_range_m", above_zero(1e7)),
        sigma_azimuth_rad: section.number("sigma_azimuth_rad", above_zero(PI)),
        sigma_elevation_rad: section.number("sigma_elevation_rad", above_zero(PI)),
        sigma_range_rate_m_s: section.number("sigma_range_rate_m_s", above_zero(1e5)),
    }
}

fn read_radar(section: &Section<'_, '_>) -> Option<RadarSensor> {
    let latitude_deg = section.must("latitude_deg", closed(-90.0, 90.0), "0.0");
    let longitude_deg = section.must("longitude_deg", closed(-180.0, 360.0), "0.0");
    let height_m = section.must("height_m", closed(-500.0, 30_000.0), "100.0");
    let azimuth_deg = section.pair("azimuth_deg", closed(-360.0, 360.0));
    let azimuth_deg = section.needed("azimuth_deg", azimuth_deg, "[0.0, 0.0]");
    let elevation_deg = section.pair("elevation_deg", closed(-10.0, 90.0));
    let elevation_deg = section.needed("elevation_deg", elevation_deg, "[2.0, 70.0]");
    if elevation_deg.is_some_and(|[low, high]| low >= high) {
        section.complain(
            "elevation_deg",
            "the lowest is not below the highest",
            "give [lowest, highest]",
        );
    }
    let range_max_m = section.must("range_max_m", above_zero(1e9), "4.0e6");
    let unambiguous_range_m = section.number("unambiguous_range_m", above_zero(1e9));
    let bias_range_m = section.must("bias_sigma_range_m", closed(0.0, 1e6), "50.0");
    let bias_azimuth_rad = section.must("bias_sigma_azimuth_rad", closed(0.0, 1.0), "2.0e-4");
    let bias_elevation_rad = section.must("bias_sigma_elevation_rad", closed(0.0, 1.0), "2.0e-4");
    let refraction = section.choice("refraction", &["removed", "standard"]);
    let light_time = section.choice("light_time", &["removed", "included"]);
    Some(RadarSensor {
        site: Geodetic::from_degrees(latitude_deg?, longitude_deg?, height_m?),
        azimuth_rad: azimuth_deg?.map(f64::to_radians),
        elevation_rad: elevation_deg?.map(f64::to_radians),
        range_max_m: range_max_m?,
        unambiguous_range_m,
        bias_sigma_range_m: bias_range_m?,
        bias_sigma_azimuth_rad: bias_azimuth_rad?,
        bias_sigma_elevation_rad: bias_elevation_rad?,
        refraction_included: refraction == Some("standard"),
        light_time_included: light_time == Some("included"),
    })
}

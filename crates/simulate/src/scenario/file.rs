//! The scenario file as people write it: every key optional, units in the names.

use serde::Deserialize;

use super::people::{ActionFile, AreaFile, ClaimFile, NoticeFile};

/// The keys of each table, for messages that name the nearest one.
pub(super) mod keys {
    pub(crate) const TOP: &[&str] = &[
        "base",
        "scenario",
        "config",
        "weather",
        "object",
        "sensor",
        "fault",
        "notice",
        "claim",
        "action",
        "protected_area",
    ];
    pub(crate) const SCENARIO: &[&str] = &[
        "name",
        "description",
        "start",
        "duration_s",
        "mode",
        "seed",
        "late_window_s",
        "state_interval_s",
        "write_catalogue",
    ];
    pub(crate) const WEATHER: &[&str] = &["cloud_break_height_m", "cloud_break_interval_m"];
    pub(crate) const LAUNCH: &[&str] = &[
        "name",
        "kind",
        "class",
        "latitude_deg",
        "longitude_deg",
        "height_m",
        "scatter_m",
        "time_s",
        "window_s",
        "count",
        "azimuth_deg",
        "azimuth_interval_deg",
        "range_m",
        "range_interval_m",
        "pitch_law",
        "redraw",
        "pieces",
        "injected_into",
        "injected_mode",
    ];
    pub(crate) const MOON: &[&str] = &["name", "kind", "rcs_m2"];
    pub(crate) const ASCENT: &[&str] = &["name", "kind", "flight", "time_s", "pieces"];
    pub(crate) const ORBIT: &[&str] = &[
        "name",
        "kind",
        "elements",
        "file",
        "limit",
        "rcs_m2",
        "rcs_interval_m2",
    ];
    pub(crate) const FIREBALL: &[&str] = &["name", "kind", "file", "time_s", "spacing_s", "limit"];
    pub(crate) const FIRE: &[&str] = &[
        "name",
        "kind",
        "file",
        "limit",
        "band_fraction",
        "transmission",
        "flicker",
        "latitude_deg",
        "longitude_deg",
        "fire_radiative_power_w",
        "time_s",
        "duration_s",
    ];
    pub(crate) const GLINT: &[&str] = &[
        "name",
        "kind",
        "sensor",
        "latitude_deg",
        "longitude_deg",
        "height_m",
        "radiant_intensity_w_sr",
        "time_s",
        "duration_s",
        "flicker",
    ];
    pub(crate) const AIRCRAFT: &[&str] = &[
        "name",
        "kind",
        "latitude_deg",
        "longitude_deg",
        "height_m",
        "azimuth_deg",
        "speed_m_s",
        "time_s",
        "duration_s",
        "radiant_intensity_w_sr",
        "rcs_m2",
        "count",
        "scatter_m",
    ];
    pub(crate) const EXPLOSION: &[&str] = &[
        "name",
        "kind",
        "latitude_deg",
        "longitude_deg",
        "height_m",
        "time_s",
        "duration_s",
        "radiant_intensity_w_sr",
    ];
    pub(crate) const SENSOR: &[&str] = &[
        "id",
        "kind",
        "failure_domains",
        "orbit",
        "revisit_s",
        "sigma_rad",
        "bias_sigma_rad",
        "threshold_w_sr",
        "detection_probability",
        "false_detections_per_scan",
        "band",
        "view",
        "sun_exclusion_deg",
        "cloud_break_height_m",
        "latitude_deg",
        "longitude_deg",
        "height_m",
        "azimuth_deg",
        "elevation_deg",
        "range_max_m",
        "unambiguous_range_m",
        "bias_sigma_range_m",
        "bias_sigma_azimuth_rad",
        "bias_sigma_elevation_rad",
        "refraction",
        "light_time",
        "truth",
    ];
    pub(crate) const TRUTH: &[&str] = &[
        "bias_time_constant_s",
        "bias_rad",
        "bias_range_m",
        "bias_azimuth_rad",
        "bias_elevation_rad",
        "clock_offset_s",
        "scan",
        "latency_s",
        "reference_range_m",
        "beam_width_rad",
        "range_resolution_m",
        "sigma_range_floor_m",
        "sigma_range_rate_m_s",
        "range_rate",
        "swerling",
        "position_in_reports",
        "heartbeats",
    ];
    pub(crate) const FAULT: &[&str] = &[
        "kind",
        "sensor",
        "domain",
        "of",
        "from_s",
        "to_s",
        "probability",
        "delay_s",
        "rate_per_scan",
        "extra",
        "bias_rad",
        "bias_range_m",
        "bias_azimuth_rad",
        "bias_elevation_rad",
        "clock_offset_s",
    ];
}

/// The whole file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScenarioFile {
    pub(super) scenario: HeadFile,
    #[serde(default)]
    pub(super) weather: WeatherFile,
    #[serde(default)]
    pub(super) object: Vec<ObjectFile>,
    #[serde(default)]
    pub(super) sensor: Vec<SensorFile>,
    #[serde(default)]
    pub(super) fault: Vec<FaultFile>,
    #[serde(default)]
    pub(super) config: toml::Table,
    #[serde(default)]
    pub(super) notice: Vec<NoticeFile>,
    #[serde(default)]
    pub(super) claim: Vec<ClaimFile>,
    #[serde(default)]
    pub(super) action: Vec<ActionFile>,
    #[serde(default)]
    pub(super) protected_area: Vec<AreaFile>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HeadFile {
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: String,
    pub(super) start: String,
    pub(super) duration_s: f64,
    pub(super) mode: String,
    #[serde(default)]
    pub(super) seed: u64,
    pub(super) late_window_s: Option<f64>,
    pub(super) state_interval_s: Option<f64>,
    #[serde(default)]
    pub(super) write_catalogue: bool,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WeatherFile {
    pub(super) cloud_break_height_m: Option<f64>,
    pub(super) cloud_break_interval_m: Option<[f64; 2]>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ObjectFile {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) class: Option<String>,
    pub(super) latitude_deg: Option<f64>,
    pub(super) longitude_deg: Option<f64>,
    pub(super) height_m: Option<f64>,
    pub(super) scatter_m: Option<f64>,
    pub(super) time_s: Option<f64>,
    pub(super) window_s: Option<[f64; 2]>,
    pub(super) count: Option<u32>,
    pub(super) azimuth_deg: Option<f64>,
    pub(super) azimuth_interval_deg: Option<[f64; 2]>,
    pub(super) range_m: Option<f64>,
    pub(super) range_interval_m: Option<[f64; 2]>,
    pub(super) pitch_law: Option<String>,
    pub(super) redraw: Option<bool>,
    pub(super) pieces: Option<bool>,
    pub(super) flight: Option<String>,
    pub(super) elements: Option<Vec<String>>,
    pub(super) file: Option<String>,
    pub(super) limit: Option<u32>,
    pub(super) rcs_m2: Option<f64>,
    pub(super) rcs_interval_m2: Option<[f64; 2]>,
    pub(super) spacing_s: Option<f64>,
    pub(super) band_fraction: Option<f64>,
    pub(super) transmission: Option<f64>,
    pub(super) flicker: Option<f64>,
    pub(super) fire_radiative_power_w: Option<f64>,
    pub(super) duration_s: Option<f64>,
    pub(super) sensor: Option<String>,
    pub(super) radiant_intensity_w_sr: Option<f64>,
    pub(super) speed_m_s: Option<f64>,
    pub(super) injected_into: Option<Vec<String>>,
    pub(super) injected_mode: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SensorFile {
    pub(super) id: String,
    pub(super) kind: String,
    #[serde(default)]
    pub(super) failure_domains: Vec<String>,
    pub(super) orbit: Option<OrbitFile>,
    pub(super) revisit_s: f64,
    pub(super) sigma_rad: Option<f64>,
    pub(super) bias_sigma_rad: Option<f64>,
    pub(super) threshold_w_sr: Option<f64>,
    pub(super) detection_probability: f64,
    #[serde(default)]
    pub(super) false_detections_per_scan: f64,
    pub(super) band: Option<String>,
    pub(super) view: Option<ViewFile>,
    pub(super) sun_exclusion_deg: Option<f64>,
    pub(super) cloud_break_height_m: Option<f64>,
    pub(super) latitude_deg: Option<f64>,
    pub(super) longitude_deg: Option<f64>,
    pub(super) height_m: Option<f64>,
    pub(super) azimuth_deg: Option<[f64; 2]>,
    pub(super) elevation_deg: Option<[f64; 2]>,
    pub(super) range_max_m: Option<f64>,
    pub(super) unambiguous_range_m: Option<f64>,
    pub(super) bias_sigma_range_m: Option<f64>,
    pub(super) bias_sigma_azimuth_rad: Option<f64>,
    pub(super) bias_sigma_elevation_rad: Option<f64>,
    pub(super) refraction: Option<String>,
    pub(super) light_time: Option<String>,
    #[serde(default)]
    pub(super) truth: TruthFile,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ViewFile {
    pub(super) latitude_deg: f64,
    pub(super) longitude_deg: f64,
    pub(super) half_angle_deg: f64,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OrbitFile {
    pub(super) geostationary_longitude_deg: Option<f64>,
    pub(super) tle: Option<[String; 2]>,
    pub(super) semi_major_axis_m: Option<f64>,
    pub(super) eccentricity: Option<f64>,
    pub(super) inclination_deg: Option<f64>,
    pub(super) raan_deg: Option<f64>,
    pub(super) argument_of_perigee_deg: Option<f64>,
    pub(super) mean_anomaly_deg: Option<f64>,
    pub(super) epoch: Option<String>,
    pub(super) frame: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TruthFile {
    pub(super) bias_time_constant_s: Option<f64>,
    pub(super) bias_rad: Option<[f64; 2]>,
    pub(super) bias_range_m: Option<f64>,
    pub(super) bias_azimuth_rad: Option<f64>,
    pub(super) bias_elevation_rad: Option<f64>,
    pub(super) clock_offset_s: Option<f64>,
    pub(super) scan: Option<String>,
    pub(super) latency_s: Option<[f64; 2]>,
    pub(super) reference_range_m: Option<f64>,
    pub(super) beam_width_rad: Option<f64>,
    pub(super) range_resolution_m: Option<f64>,
    pub(super) sigma_range_floor_m: Option<f64>,
    pub(super) sigma_range_rate_m_s: Option<f64>,
    pub(super) range_rate: Option<bool>,
    pub(super) swerling: Option<bool>,
    pub(super) position_in_reports: Option<bool>,
    pub(super) heartbeats: Option<bool>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FaultFile {
    pub(super) kind: String,
    pub(super) sensor: Option<String>,
    pub(super) domain: Option<String>,
    pub(super) of: Option<String>,
    pub(super) from_s: Option<f64>,
    pub(super) to_s: Option<f64>,
    pub(super) probability: Option<f64>,
    pub(super) delay_s: Option<[f64; 2]>,
    pub(super) rate_per_scan: Option<f64>,
    pub(super) extra: Option<i64>,
    pub(super) bias_rad: Option<[f64; 2]>,
    pub(super) bias_range_m: Option<f64>,
    pub(super) bias_azimuth_rad: Option<f64>,
    pub(super) bias_elevation_rad: Option<f64>,
    pub(super) clock_offset_s: Option<f64>,
}

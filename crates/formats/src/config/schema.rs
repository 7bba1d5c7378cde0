//! The shape of `recording.toml` and `sensors.toml`, for their schemas and for people's editors.
//!
//! The readers give better messages than a derived reader could, so these types only describe; a
//! test compares the keys that they name with the keys that the readers ask for.

use forewarn_core::model::{Band, Mode};
use schemars::JsonSchema;

use crate::words::{UtcTime, Word};

/// `recording.toml`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only the schema is made from it")]
pub(crate) struct RecordingToml {
    /// Mode of the run; there is no default.
    mode: Word<Mode>,
    /// Start of the run.
    start: Option<UtcTime>,
    /// Reports later than this are left out [s]; 30 unless given.
    #[schemars(range(min = 0.0, max = 3600.0))]
    late_window_s: Option<f64>,
    /// GeoJSON file of the areas to be warned.
    protected_areas: Option<String>,
    /// Overrides.
    config: Option<ConfigToml>,
}

/// Overrides of a recording.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only the schema is made from it")]
pub(crate) struct ConfigToml {
    /// Whether known launch sites are a prior; true unless given.
    gazetteer: Option<bool>,
    /// Name of the rule that releases confirmed warnings; none leaves drafts.
    release_rule: Option<String>,
    /// Thresholds on the probability that a missile or glide vehicle flies.
    thresholds: Option<ThresholdsToml>,
}

/// Thresholds of the verdict: dismissed < suspected <= confirmed.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only the schema is made from it")]
pub(crate) struct ThresholdsToml {
    /// 0.9 unless given.
    suspected: Option<f64>,
    /// 0.99 unless given.
    confirmed: Option<f64>,
    /// 0.01 unless given.
    dismissed: Option<f64>,
}

/// `sensors.toml`.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only the schema is made from it")]
pub(crate) struct SensorsToml {
    /// The sensors.
    #[schemars(length(min = 1))]
    sensor: Vec<SensorToml>,
}

/// One sensor.
#[derive(JsonSchema)]
#[schemars(tag = "kind", rename_all = "lowercase")]
#[expect(dead_code, reason = "only the schema is made from it")]
pub(crate) enum SensorToml {
    /// An infrared satellite.
    Infrared(InfraredToml),
    /// A radar on the ground.
    Radar(RadarToml),
}

/// An infrared satellite.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only the schema is made from it")]
pub(crate) struct InfraredToml {
    /// Its name in reports.
    id: String,
    /// Whatever one fault could fool: stations, links, clocks, software.
    #[schemars(length(min = 1))]
    failure_domains: Vec<String>,
    /// Time between two looks at the same object [s].
    revisit_s: f64,
    /// Chance that something in view and above threshold is reported in one look.
    #[schemars(range(min = 0.0, max = 1.0))]
    detection_probability: f64,
    /// Mean number of false detections in a scan.
    false_detections_per_scan: f64,
    /// Where it is; may be left out where every report carries `sensor_position_m`.
    orbit: Option<OrbitToml>,
    /// Noise per axis [rad].
    sigma_rad: f64,
    /// Slowly varying pointing error per axis [rad].
    bias_sigma_rad: f64,
    /// Faintest source that it reports [W/sr].
    threshold_w_sr: f64,
    /// Spectral band.
    band: Option<Word<Band>>,
    /// It sees nothing within this angle of the Sun; 0 unless given.
    sun_exclusion_deg: Option<f64>,
    /// Height from which a plume is seen [m]; 10,000 unless given.
    cloud_break_height_m: Option<f64>,
    /// What part of the Earth it looks at; the whole disc unless given.
    view: Option<ViewToml>,
}

/// A field of view.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "only the schema is made from it")]
pub(crate) struct ViewToml {
    /// Latitude of the aim point.
    latitude_deg: f64,
    /// Longitude of the aim point.
    longitude_deg: f64,
    /// Half angle of the field of view.
    half_angle_deg: f64,
}

/// Where a satellite's position comes from.
#[derive(JsonSchema)]
#[schemars(untagged, deny_unknown_fields)]
#[expect(dead_code, reason = "only the schema is made from it")]
pub(crate) enum OrbitToml {
    /// Fixed over the equator.
    Geostationary {
        /// Longitude.
        geostationary_longitude_deg: f64,
    },
    /// A two-line element set.
    Tle {
        /// Its two lines.
        tle: [String; 2],
    },
    /// A CCSDS OMM file with one element set.
    Omm {
        /// Its name in the recording's folder.
        omm: String,
    },
    /// A CCSDS OEM file, earth-fixed.
    Oem {
        /// Its name in the recording's folder.
        oem: String,
    },
    /// Classical elements.
    Elements {
        /// Semi-major axis [m].
        semi_major_axis_m: f64,
        /// Eccentricity.
        eccentricity: f64,
        /// Inclination.
        inclination_deg: f64,
        /// Right ascension of the ascending node.
        raan_deg: f64,
        /// Argument of perigee.
        argument_of_perigee_deg: f64,
        /// Mean anomaly at the epoch.
        mean_anomaly_deg: f64,
        /// Epoch of the elements.
        epoch: UtcTime,
        /// `gcrf`, or `itrf_at_epoch`: inertial axes that coincide with ITRF at the epoch.
        frame: FrameToml,
    },
}

/// Axes of classical elements.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
#[expect(dead_code, reason = "only the schema is made from it")]
pub(crate) enum FrameToml {
    /// GCRF.
    Gcrf,
    /// Inertial axes that coincide with ITRF at the epoch.
    ItrfAtEpoch,
}

/// A radar on the ground.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only the schema is made from it")]
pub(crate) struct RadarToml {
    /// Its name in reports.
    id: String,
    /// Whatever one fault could fool: stations, links, clocks, software.
    #[schemars(length(min = 1))]
    failure_domains: Vec<String>,
    /// Time between two looks at the same object [s].
    revisit_s: f64,
    /// Chance that something in view and above threshold is reported in one look.
    #[schemars(range(min = 0.0, max = 1.0))]
    detection_probability: f64,
    /// Mean number of false detections in a scan.
    false_detections_per_scan: f64,
    /// Geodetic latitude.
    #[schemars(range(min = -90.0, max = 90.0))]
    latitude_deg: f64,
    /// Longitude.
    longitude_deg: f64,
    /// Height above the ellipsoid [m].
    height_m: f64,
    /// Clockwise from, to; equal values mean all round.
    azimuth_deg: [f64; 2],
    /// Lowest, highest.
    elevation_deg: [f64; 2],
    /// Instrumented range [m].
    range_max_m: f64,
    /// Echoes from beyond this come back as if from nearer [m]; left out where the radar tells
    /// them apart.
    #[serde(default)]
    unambiguous_range_m: Option<f64>,
    /// Slowly varying range error [m].
    bias_sigma_range_m: f64,
    /// Slowly varying azimuth error [rad].
    bias_sigma_azimuth_rad: f64,
    /// Slowly varying elevation error [rad].
    bias_sigma_elevation_rad: f64,
    /// `removed` (unless given) or `standard`.
    refraction: Option<String>,
    /// `removed` (unless given) or `included`.
    light_time: Option<String>,
    /// Nominal range noise, for simulation [m].
    sigma_range_m: Option<f64>,
    /// Nominal azimuth noise, for simulation [rad].
    sigma_azimuth_rad: Option<f64>,
    /// Nominal elevation noise, for simulation [rad].
    sigma_elevation_rad: Option<f64>,
    /// Nominal range-rate noise, for simulation [m/s].
    sigma_range_rate_m_s: Option<f64>,
}

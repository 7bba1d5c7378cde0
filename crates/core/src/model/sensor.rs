//! The sensors: where they are, what they can see, how well, and what they share.

use std::sync::Arc;

use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::time::Epoch;
use nalgebra::Vector3;

use super::Band;

/// A sensor's place in the run's sensor table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SensorIndex(pub u16);

/// One sensor of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Sensor {
    /// Its name in reports.
    pub id: Arc<str>,
    /// Whatever one fault could fool: stations, links, clocks, software.
    pub failure_domains: Vec<Arc<str>>,
    /// Time between two looks at the same object [s].
    pub revisit_s: f64,
    /// Chance that something in view and above threshold is reported in one look.
    pub detection_probability: f64,
    /// Mean number of false detections in a scan.
    pub false_detections_per_scan: f64,
    /// Its physics.
    pub kind: SensorKind,
}

/// The physics of a sensor.
#[derive(Debug, Clone, PartialEq)]
pub enum SensorKind {
    /// An infrared satellite.
    Infrared(InfraredSensor),
    /// A radar on the ground.
    Radar(RadarSensor),
}

/// An infrared satellite.
#[derive(Debug, Clone, PartialEq)]
pub struct InfraredSensor {
    /// Where it is; may be absent where every report carries the sensor's position.
    pub orbit: Option<OrbitSource>,
    /// Direction noise per axis [rad].
    pub sigma_rad: f64,
    /// Slowly varying pointing error per axis, one sigma [rad].
    pub bias_sigma_rad: f64,
    /// Faintest source that it reports [W/sr].
    pub threshold_w_sr: f64,
    /// Spectral band, where it is known.
    pub band: Option<Band>,
    /// What part of the Earth it looks at.
    pub view: View,
    /// It sees nothing within this angle of the Sun [rad].
    pub sun_exclusion_rad: f64,
    /// Height from which a plume is seen, as far as is known [m].
    pub cloud_break_height_m: f64,
}

/// What part of the Earth an infrared satellite looks at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum View {
    /// The whole disc and above the limb.
    Earth,
    /// Within an angle of the direction to a place.
    Around {
        /// Aim point.
        centre: Geodetic,
        /// Half angle of the field of view [rad].
        half_angle_rad: f64,
    },
}

/// Time, ITRF position [m] and velocity [m/s].
pub type EphemerisPoint = (Epoch, Vector3<f64>, Vector3<f64>);

/// Where a satellite's position comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum OrbitSource {
    /// Fixed over the equator.
    Geostationary {
        /// Longitude [rad].
        longitude_rad: f64,
    },
    /// Classical elements.
    Elements {
        /// Semi-major axis [m].
        semi_major_axis_m: f64,
        /// Eccentricity.
        eccentricity: f64,
        /// Inclination [rad].
        inclination_rad: f64,
        /// Right ascension of the ascending node [rad].
        raan_rad: f64,
        /// Argument of perigee [rad].
        argument_of_perigee_rad: f64,
        /// Mean anomaly at `epoch` [rad].
        mean_anomaly_rad: f64,
        /// Epoch of the elements.
        epoch: Epoch,
        /// True: inertial axes that coincide with ITRF at the epoch; false: GCRF.
        itrf_at_epoch: bool,
    },
    /// A two-line element set.
    Tle([String; 2]),
    /// Time-tagged ITRF positions [m] and velocities [m/s], in order of time.
    Ephemeris(Arc<[EphemerisPoint]>),
}

/// A radar on the ground.
#[derive(Debug, Clone, PartialEq)]
pub struct RadarSensor {
    /// Where it stands.
    pub site: Geodetic,
    /// Clockwise from, to [rad]; equal values mean all round.
    pub azimuth_rad: [f64; 2],
    /// Lowest, highest [rad].
    pub elevation_rad: [f64; 2],
    /// Instrumented range [m].
    pub range_max_m: f64,
    /// Echoes from beyond this come back as if from nearer [m]; none where the radar tells them
    /// apart.
    pub unambiguous_range_m: Option<f64>,
    /// Slowly varying range error, one sigma [m].
    pub bias_sigma_range_m: f64,
    /// Slowly varying azimuth error, one sigma [rad].
    pub bias_sigma_azimuth_rad: f64,
    /// Slowly varying elevation error, one sigma [rad].
    pub bias_sigma_elevation_rad: f64,
    /// True where elevations and ranges still hold standard refraction.
    pub refraction_included: bool,
    /// True where times still hold light time.
    pub light_time_included: bool,
}

//! A scenario: what flies, who watches, and what goes wrong.
//!
//! [`Scenario::read`] turns the text of a scenario file into checked values. Impossible values
//! and unknown keys are refused with file, line and column.

mod base;
mod check;
mod error;
mod file;
mod objects;
mod people;
mod sensors;

use std::sync::Arc;

use forewarn_core::engine::ProtectedArea;
use forewarn_core::model::{Class, Mode, Record, Sensor};
use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::time::{Epoch, parse_utc};

use check::{check_faults, check_head, check_keys, check_weather, sensors_without_truth, syntax};
pub use error::ScenarioError;
use error::Source;
use file::ScenarioFile;

/// A checked scenario.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Its name.
    pub name: String,
    /// What it shows.
    pub description: String,
    /// When it starts.
    pub start: Epoch,
    /// How long it lasts [s].
    pub duration_s: f64,
    /// Mode of the recording.
    pub mode: Mode,
    /// Seed where the caller gives none.
    pub seed: u64,
    /// Late window written to `recording.toml` [s].
    pub late_window_s: f64,
    /// Interval of true states [s].
    pub state_interval_s: f64,
    /// Write the orbits of the scenario to the recording's catalogue.
    pub write_catalogue: bool,
    /// Height from which plumes are seen, drawn once a launch between these [m].
    pub cloud_break_interval_m: [f64; 2],
    /// What flies, burns or shines.
    pub objects: Vec<ObjectSpec>,
    /// Who watches.
    pub sensors: Vec<SensorSpec>,
    /// What goes wrong.
    pub faults: Vec<Fault>,
    /// `sensors.toml` as the engine sees it: without the truth.
    pub sensors_toml: String,
    /// Notices, claims and actions, in order of time.
    pub people: Vec<Record>,
    /// Areas to be warned.
    pub protected_areas: Vec<ProtectedArea>,
    /// `[config]` of `recording.toml`.
    pub config: toml::Table,
}

/// One object, or several of a kind.
#[derive(Debug, Clone)]
pub struct ObjectSpec {
    /// Its name; several are numbered `name-1`, `name-2` and so on.
    pub name: String,
    /// What it is.
    pub kind: ObjectKind,
}

/// What an object is.
#[derive(Debug, Clone)]
pub enum ObjectKind {
    /// Something launched: missile, glider, space launch, sounding rocket.
    Launch(LaunchSpec),
    /// A real ascent from telemetry.
    Ascent {
        /// Name of the flight.
        flight: String,
        /// Lift-off after the scenario's start [s].
        time_s: f64,
        /// Whether the stage left behind flies on.
        pieces: bool,
    },
    /// Real orbits: name and element lines of each.
    Orbits {
        /// Name, line 1, line 2.
        sets: Vec<[Arc<str>; 3]>,
        /// Radar cross-section drawn log-uniformly between these [m²].
        rcs_interval_m2: [f64; 2],
    },
    /// Real fireballs.
    Fireballs {
        /// Rows with a position, an altitude and a velocity.
        rows: Vec<FireballRow>,
        /// First after the start [s].
        time_s: f64,
        /// Time between them [s].
        spacing_s: f64,
    },
    /// Fires.
    Fires {
        /// Where, and how strong.
        rows: Vec<FireRow>,
        /// Part of the radiative power inside the sensor's band.
        band_fraction: f64,
        /// Part of that which leaves the atmosphere.
        transmission: f64,
        /// Sigma of the logarithm of the brightness.
        flicker: f64,
        /// From, to, after the start [s].
        window_s: [f64; 2],
    },
    /// The Moon, as radars see it.
    Moon {
        /// Radar cross-section [m²].
        rcs_m2: f64,
    },
    /// Sunlight mirrored or scattered by cloud or sea towards one satellite.
    Glint {
        /// The satellite dazzled.
        sensor: String,
        /// Where; none where a mirror would be.
        place: Option<Geodetic>,
        /// Height of the mirror [m].
        height_m: f64,
        /// Brightness [W/sr].
        radiant_intensity_w_sr: f64,
        /// From, to, after the start [s].
        window_s: [f64; 2],
        /// Sigma of the logarithm of the brightness.
        flicker: f64,
    },
    /// Aircraft on constant headings.
    Aircraft {
        /// Where it is first.
        place: Geodetic,
        /// Spread of the places [m].
        scatter_m: f64,
        /// How many.
        count: u32,
        /// Heading [rad].
        azimuth_rad: f64,
        /// Ground speed [m/s].
        speed_m_s: f64,
        /// Afterburner [W/sr].
        radiant_intensity_w_sr: f64,
        /// Radar cross-section [m²].
        rcs_m2: f64,
        /// From, to, after the start [s].
        window_s: [f64; 2],
    },
    /// A flash.
    Explosion {
        /// Where.
        place: Geodetic,
        /// Brightness at first [W/sr].
        radiant_intensity_w_sr: f64,
        /// From, and to where it has faded to a twentieth, after the start [s].
        window_s: [f64; 2],
    },
}

/// What is launched, from where, where to.
#[derive(Debug, Clone)]
pub struct LaunchSpec {
    /// Class of vehicle.
    pub class: crate::objects::LaunchClass,
    /// Middle of the launch area.
    pub site: Geodetic,
    /// Radius of the launch area [m].
    pub scatter_m: f64,
    /// Launched between these, after the start [s].
    pub window_s: [f64; 2],
    /// How many.
    pub count: u32,
    /// Azimuth between these [rad].
    pub azimuth_interval_rad: [f64; 2],
    /// Range between these [m], or as the class prior has it.
    pub range_interval_m: Option<[f64; 2]>,
    /// How it steers.
    pub pitch_law: PitchChoice,
    /// Draw the vehicle from its class prior; otherwise its generic values.
    pub redraw: bool,
    /// Whether spent stages, fairings and debris fly on.
    pub pieces: bool,
    /// It never flew: somebody feeds it into the streams of sensors.
    pub injected: Option<Injection>,
    /// What it is, where it flies like something else: a sounding rocket may fly like a missile.
    pub truth: Option<Class>,
}

/// What is fed into sensors' streams without having flown: a test tape, a forgery.
#[derive(Debug, Clone, PartialEq)]
pub struct Injection {
    /// Into whose.
    pub sensors: Vec<String>,
    /// The mode that its records are marked with, if any.
    pub mode: Option<Mode>,
}

/// How a vehicle steers in boost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PitchChoice {
    /// Along the air-relative velocity after a kick.
    GravityTurn,
    /// By a programme that no gravity turn fits.
    Guided,
    /// As drawn: half and half.
    Drawn,
}

/// One real fireball.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FireballRow {
    /// Place of peak brightness.
    pub place: Geodetic,
    /// Earth-fixed velocity there [m/s].
    pub velocity_m_s: [f64; 3],
    /// Total radiated energy [J].
    pub radiated_energy_j: f64,
}

/// One real fire.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FireRow {
    /// Where.
    pub place: Geodetic,
    /// Radiative power [W].
    pub radiative_power_w: f64,
}

/// A sensor, and what only the simulator knows of it.
#[derive(Debug, Clone)]
pub struct SensorSpec {
    /// As the engine knows it.
    pub sensor: Sensor,
    /// As it really is.
    pub truth: SensorTruth,
}

/// What a sensor really does.
#[derive(Debug, Clone)]
pub struct SensorTruth {
    /// Time constant of the slowly varying biases [s] (first-order Gauss–Markov).
    pub bias_time_constant_s: f64,
    /// Constant biases in place of drawn ones: infrared (two angles) [rad].
    pub bias_rad: Option<[f64; 2]>,
    /// Radar range [m].
    pub bias_range_m: Option<f64>,
    /// Radar azimuth [rad].
    pub bias_azimuth_rad: Option<f64>,
    /// Radar elevation [rad].
    pub bias_elevation_rad: Option<f64>,
    /// Added to every reported time [s].
    pub clock_offset_s: f64,
    /// Looks at all at once; otherwise sweeps over its field once a revisit.
    pub staring: bool,
    /// Shortest and longest time from report to arrival [s].
    pub latency_s: [f64; 2],
    /// Range at which 1 m² gives 13 dB [m].
    pub reference_range_m: f64,
    /// Beam width [rad].
    pub beam_width_rad: f64,
    /// Length of a range cell [m].
    pub range_resolution_m: f64,
    /// Range noise is never below this [m].
    pub sigma_range_floor_m: f64,
    /// Range-rate noise at 13 dB [m/s].
    pub sigma_range_rate_m_s: f64,
    /// Report range rate.
    pub range_rate: bool,
    /// Cross-sections vary from scan to scan (Swerling 1).
    pub swerling: bool,
    /// Reports carry the satellite's position.
    pub position_in_reports: bool,
    /// A heartbeat closes each scan.
    pub heartbeats: bool,
}

/// Something that goes wrong.
#[derive(Debug, Clone)]
pub struct Fault {
    /// With which sensor; all if none.
    pub sensor: Option<String>,
    /// From, to, after the start [s].
    pub window_s: [f64; 2],
    /// For how many of the reports or scans.
    pub probability: f64,
    /// What.
    pub kind: FaultKind,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq)]
pub enum FaultKind {
    /// Not seen.
    Missed,
    /// Extra false detections, mean number a scan.
    False(f64),
    /// Arrives later by something between these [s].
    Late([f64; 2]),
    /// Arrives again, later by something between these [s].
    Duplicated([f64; 2]),
    /// Changes places with others that arrive within this time [s].
    Reordered(f64),
    /// The text of the line is damaged.
    Corrupted,
    /// Sent and counted, but never arrives.
    Lost,
    /// Constant errors: two infrared angles [rad]; range [m], azimuth and elevation [rad]; clock [s].
    Bias {
        /// Infrared [rad].
        infrared_rad: [f64; 2],
        /// Range [m], azimuth [rad], elevation [rad].
        radar: [f64; 3],
        /// Clock [s].
        clock_s: f64,
    },
    /// Falls silent, heartbeats too.
    Dies,
    /// Reports the same values for ever.
    Sticks,
    /// Sends old reports again under new ids.
    Repeats,
    /// Heartbeats count this many too many.
    Miscounts(i64),
    /// Noise from the direction of the Sun: this many plots a scan, and heartbeats say
    /// `degraded`.
    Jammed(f64),
    /// Sends the reports of another sensor as its own.
    Copies(String),
}

/// Hands out the text of a file that a scenario names.
pub type Files<'a> = dyn Fn(&str) -> Result<String, String> + 'a;

impl Scenario {
    /// Reads a scenario. `file` is its name for messages; `files` hands out the text of data
    /// files that it names.
    ///
    /// # Errors
    /// [`ScenarioError`] with file, line and column: no TOML, an unknown key (with the nearest
    /// known one), a key of another kind of object, an impossible value, a data file that
    /// cannot be read.
    pub fn read(file: &str, text: &str, files: &Files<'_>) -> Result<Self, ScenarioError> {
        let source = Source { file, text };
        let table: toml::Table = toml::from_str(text).map_err(|error| syntax(&source, &error))?;
        check_keys(&source, &table)?;
        let table = base::with_base(&source, table, files)?;
        let written: ScenarioFile = table.clone().try_into().map_err(|error| {
            match toml::from_str::<ScenarioFile>(text) {
                // From the text alone the message has a place.
                Err(placed) => syntax(&source, &placed),
                Ok(_) => source.at(0, error.to_string()),
            }
        })?;
        let head = &written.scenario;
        let start = parse_utc(&head.start)
            .map_err(|error| source.at_key("scenario", 0, "start", error.to_string()))?;
        let mode = Mode::from_word(&head.mode).ok_or_else(|| {
            source.at_key(
                "scenario",
                0,
                "mode",
                format!(
                    "`{}` is not a mode: live, exercise, test, replay",
                    head.mode
                ),
            )
        })?;
        check_head(&source, head)?;
        let sensors = sensors::check(&source, &written.sensor)?;
        let objects = objects::check(&source, &written.object, files, head.duration_s)?;
        let people = people::check(&source, &written, start)?;
        Ok(Self {
            name: head.name.clone(),
            description: head.description.clone(),
            start,
            duration_s: head.duration_s,
            mode,
            seed: head.seed,
            late_window_s: head.late_window_s.unwrap_or(30.0),
            state_interval_s: head.state_interval_s.unwrap_or(5.0),
            write_catalogue: head.write_catalogue,
            cloud_break_interval_m: check_weather(&source, &written.weather)?,
            objects,
            faults: check_faults(&source, &written.fault, &sensors, head.duration_s)?,
            sensors,
            sensors_toml: sensors_without_truth(&table),
            people: people.records,
            protected_areas: people.areas,
            config: written.config,
        })
    }
}

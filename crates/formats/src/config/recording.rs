//! A recording's folder: everything that an engine is started with.

use std::path::{Path, PathBuf};

use forewarn_core::engine::{ProtectedArea, Setup, Thresholds};
use forewarn_core::model::Mode;
use forewarn_physics::frames::EarthOrientation;
use serde_json::Value;
use thiserror::Error;

use super::catalogue::read_catalogue;
use super::section::{Document, Section, closed};
use super::sensors::{SensorTable, read_sensors};
use crate::geojson::read_region;
use crate::problem::{Problem, Problems};

/// Why a configuration is refused.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// A file could not be read.
    #[error("{}: cannot be read; check that it exists and that you may read it", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Something in a file is wrong.
    #[error("{0}")]
    Refused(Problems),
}

impl ConfigError {
    /// The same as a list.
    pub fn problems(&self) -> Vec<Problem> {
        match self {
            Self::Refused(problems) => problems.0.clone(),
            Self::Io { path, source } => vec![Problem {
                file: path.display().to_string(),
                line: 0,
                column: 0,
                field: String::new(),
                message: format!("cannot be read: {source}"),
                remedy: "check that it exists and that you may read it".into(),
            }],
        }
    }
}

/// A recording, ready to run.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// What the engine is started with; the seed is 0 and the gazetteer empty until the caller
    /// fills them.
    pub setup: Setup,
    /// Whether the launch-site prior is wanted; true unless the recording says otherwise.
    pub gazetteer: bool,
    /// The sensor table with what is not the engine's.
    pub sensors: SensorTable,
    /// Earth orientation where the recording brings it.
    pub earth_orientation: Option<EarthOrientation>,
    /// `places.csv` where the recording brings it.
    pub places: Option<PathBuf>,
    /// What was left out without refusing the recording: damaged sets of the catalogue.
    pub warnings: Vec<Problem>,
}

struct RecordingFile {
    mode: Mode,
    start: Option<forewarn_physics::time::Epoch>,
    late_window_s: f64,
    protected_areas: Vec<ProtectedArea>,
    thresholds: Thresholds,
    release_rule: Option<String>,
    gazetteer: bool,
}

/// Loads a recording's folder, detections excepted.
///
/// # Errors
/// A file cannot be read, or something in `recording.toml` or `sensors.toml` is wrong: all of it
/// is listed.
pub fn load_recording(dir: &Path) -> Result<Loaded, ConfigError> {
    let recording_text = read(&dir.join("recording.toml"))?;
    let sensors_text = read(&dir.join("sensors.toml"))?;
    let recording = read_recording("recording.toml", &recording_text, dir);
    let sensors = read_sensors("sensors.toml", &sensors_text, dir);
    let (recording, sensors) = match (recording, sensors) {
        (Ok(recording), Ok(sensors)) => (recording, sensors),
        (recording, sensors) => {
            let mut problems = recording.err().unwrap_or_default();
            problems.extend(sensors.err().unwrap_or_default());
            return Err(ConfigError::Refused(Problems(problems)));
        }
    };
    let (mut catalogue, mut warnings) = (Vec::new(), Vec::new());
    for name in ["catalogue.tle", "catalogue.omm"] {
        if dir.join(name).is_file() {
            let (entries, problems) = read_catalogue(name, &read(&dir.join(name))?);
            catalogue.extend(entries);
            warnings.extend(problems);
        }
    }
    let setup = Setup {
        mode: recording.mode,
        start: recording.start,
        late_window_s: recording.late_window_s,
        sensors: sensors.sensors.clone(),
        gazetteer: Vec::new(),
        protected_areas: recording.protected_areas,
        catalogue,
        thresholds: recording.thresholds,
        release_rule: recording.release_rule,
        seed: 0,
    };
    let places = dir.join("places.csv");
    Ok(Loaded {
        setup,
        gazetteer: recording.gazetteer,
        sensors,
        earth_orientation: earth_orientation(dir)?,
        places: places.is_file().then_some(places),
        warnings,
    })
}

fn read(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|source| ConfigError::Io {
        path: path.to_owned(),
        source,
    })
}

fn earth_orientation(dir: &Path) -> Result<Option<EarthOrientation>, ConfigError> {
    let path = dir.join("earth_orientation.txt");
    if !path.is_file() {
        return Ok(None);
    }
    EarthOrientation::parse(&read(&path)?)
        .map(Some)
        .map_err(|error| {
            ConfigError::Refused(Problems(vec![Problem {
                file: "earth_orientation.txt".into(),
                line: 0,
                column: 0,
                field: String::new(),
                message: error.to_string(),
                remedy: String::new(),
            }]))
        })
}

fn read_recording(file: &str, text: &str, dir: &Path) -> Result<RecordingFile, Vec<Problem>> {
    let document = Document::new(file, text);
    let recording = document.parse().and_then(|parsed| {
        let top = Section::new(&document, parsed.get_ref(), 0..0, "");
        let mode = top.word::<Mode>("mode");
        let mode = top.needed(
            "mode",
            mode,
            "\"live\", \"exercise\", \"test\" or \"replay\": there is no default",
        );
        let start = top.time("start");
        let late_window_s = top
            .number("late_window_s", closed(0.0, 3_600.0))
            .unwrap_or(30.0);
        let protected_areas = protected_areas(&top, dir);
        let config = top.section("config");
        let mut gazetteer = true;
        let mut release_rule = None;
        let mut thresholds = Thresholds::default();
        if let Some(config) = config {
            gazetteer = config.flag("gazetteer").unwrap_or(true);
            release_rule = config.text("release_rule").map(str::to_owned);
            if let Some(section) = config.section("thresholds") {
                thresholds = read_thresholds(section);
            }
            config.finish();
        }
        top.finish();
        Some(RecordingFile {
            mode: mode?,
            start,
            late_window_s,
            protected_areas,
            thresholds,
            release_rule,
            gazetteer,
        })
    });
    let problems = document.into_problems();
    match recording {
        Some(recording) if problems.is_empty() => Ok(recording),
        _ => Err(problems),
    }
}

/// What is wrong with the text of a `recording.toml`; files that it names are looked for in `dir`.
pub(crate) fn recording_problems(file: &str, text: &str, dir: &Path) -> Vec<Problem> {
    read_recording(file, text, dir).err().unwrap_or_default()
}

fn read_thresholds(section: Section<'_, '_>) -> Thresholds {
    let default = Thresholds::default();
    let thresholds = Thresholds {
        suspected: section
            .number("suspected", closed(0.0, 1.0))
            .unwrap_or(default.suspected),
        confirmed: section
            .number("confirmed", closed(0.0, 1.0))
            .unwrap_or(default.confirmed),
        dismissed: section
            .number("dismissed", closed(0.0, 1.0))
            .unwrap_or(default.dismissed),
    };
    if !(thresholds.dismissed < thresholds.suspected
        && thresholds.suspected <= thresholds.confirmed)
    {
        section.complain(
            "suspected",
            "the thresholds are out of order",
            "dismissed < suspected <= confirmed",
        );
    }
    section.finish();
    thresholds
}

fn protected_areas(top: &Section<'_, '_>, dir: &Path) -> Vec<ProtectedArea> {
    let Some(name) = top.text("protected_areas") else {
        return Vec::new();
    };
    let read = std::fs::read_to_string(dir.join(name))
        .map_err(|error| error.to_string())
        .and_then(|text| areas_of(&text));
    read.unwrap_or_else(|why| {
        top.complain(
            "protected_areas",
            format!("`{name}`: {why}"),
            "give a GeoJSON file of polygons",
        );
        Vec::new()
    })
}

/// The areas of a GeoJSON text: one a feature, named by its property `name`.
fn areas_of(text: &str) -> Result<Vec<ProtectedArea>, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let features = value["features"]
        .as_array()
        .cloned()
        .unwrap_or_else(|| vec![value.clone()]);
    let areas = features.iter().enumerate().map(|(place, feature)| {
        let name = feature["properties"]["name"]
            .as_str()
            .map_or_else(|| format!("area {}", place + 1), str::to_owned);
        // A point with a radius in its properties would be ambiguous; only polygons are areas.
        let region = read_region(feature).map_err(|why| format!("area {}: {why}", place + 1))?;
        Ok(ProtectedArea { name, region })
    });
    areas.collect()
}

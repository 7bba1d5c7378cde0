//! What flies, burns or shines: each object's true path, brightness and cross-section.

pub mod falcon;
mod launch;
mod path;
pub mod plume;
mod quiet;

use std::sync::Arc;

use forewarn_core::model::Class;
use forewarn_physics::flight::classes::VehicleClass;
use forewarn_physics::frames::wgs84::Geodetic;
use thiserror::Error;

pub use path::{Moment, Node, Path};
use plume::Emission;

use crate::random::Stream;
use crate::scenario::{Injection, ObjectKind, ObjectSpec, Scenario};

/// Why a scenario could not be flown.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SimulateError {
    /// A launch that no vehicle of its class can make.
    #[error("`{object}` cannot be flown: {why}; choose another range, azimuth or class")]
    Flight {
        /// Name of the object.
        object: String,
        /// Why.
        why: String,
    },
    /// An orbit that cannot be propagated.
    #[error("`{object}` cannot be propagated: {why}; take its elements out of the scenario")]
    Orbit {
        /// Name of the object or sensor.
        object: String,
        /// Why.
        why: String,
    },
}

/// Class of a launched vehicle, with the word used in scenarios.
pub type LaunchClass = VehicleClass;

/// Words of the classes of vehicle.
const CLASS_WORDS: [(&str, VehicleClass); 11] = [
    ("short_range", VehicleClass::ShortRange),
    ("medium_range", VehicleClass::MediumRange),
    ("intermediate_range", VehicleClass::IntermediateRange),
    ("long_range_solid", VehicleClass::LongRangeSolid),
    ("long_range_liquid", VehicleClass::LongRangeLiquid),
    ("submarine", VehicleClass::Submarine),
    ("depressed", VehicleClass::Depressed),
    ("lofted", VehicleClass::Lofted),
    ("glider", VehicleClass::Glider),
    ("space_launch", VehicleClass::SpaceLaunch),
    ("sounding_rocket", VehicleClass::SoundingRocket),
];

/// The class of this word.
pub fn class_from_word(word: &str) -> Option<LaunchClass> {
    CLASS_WORDS
        .iter()
        .find(|entry| entry.0 == word)
        .map(|entry| entry.1)
}

/// The word of a class.
pub fn class_word(class: LaunchClass) -> &'static str {
    CLASS_WORDS
        .iter()
        .find(|entry| entry.1 == class)
        .map_or("", |entry| entry.0)
}

/// All words of classes of vehicle.
pub fn class_words() -> Vec<&'static str> {
    CLASS_WORDS.iter().map(|entry| entry.0).collect()
}

/// Where and when something was launched.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrueLaunch {
    /// After the start [s].
    pub time_s: f64,
    /// Where.
    pub place: Geodetic,
    /// Azimuth of the earth-fixed velocity at cut-off [rad].
    pub azimuth_rad: f64,
}

/// Where and when something came down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrueImpact {
    /// After the start [s].
    pub time_s: f64,
    /// Where.
    pub place: Geodetic,
}

/// One true object.
#[derive(Debug, Clone)]
pub struct Object {
    /// Its name, unique in the recording.
    pub name: Arc<str>,
    /// What it is.
    pub class: Class,
    /// What it separated from.
    pub parent: Option<Arc<str>>,
    /// How it moves.
    pub path: Path,
    /// How it shines.
    pub emission: Emission,
    /// Radar cross-section [m²]; 0 is never seen.
    pub rcs_m2: f64,
    /// The same until `cutoff_s`.
    pub rcs_boost_m2: f64,
    /// Where it was launched.
    pub launch: Option<TrueLaunch>,
    /// Where it came down.
    pub impact: Option<TrueImpact>,
    /// Last cut-off, after the start [s].
    pub cutoff_s: Option<f64>,
    /// It never flew, and is in these streams alone.
    pub injected: Option<Injection>,
}

impl Object {
    /// Whether a sensor's stream can hold it at all.
    pub fn is_for(&self, sensor: &str) -> bool {
        let into = self.injected.as_ref().map(|injected| &injected.sensors);
        into.is_none_or(|sensors| sensors.iter().any(|name| name == sensor))
    }

    /// Nothing of it is true: what a scorer must know of a tape.
    fn into_tape(mut self, injected: &Injection) -> Self {
        self.class = Class::SensorFault;
        self.launch = None;
        self.impact = None;
        self.injected = Some(injected.clone());
        self
    }

    /// Radar cross-section at a time [m²].
    pub fn rcs_at_m2(&self, time_s: f64) -> f64 {
        if self.cutoff_s.is_some_and(|cutoff_s| time_s < cutoff_s) {
            self.rcs_boost_m2
        } else {
            self.rcs_m2
        }
    }
}

/// Everything that a scenario flies, in its order; `notes` tells what had to be left out.
///
/// # Errors
/// [`SimulateError`] names the object that cannot be flown.
pub fn build(
    scenario: &Scenario,
    seed: u64,
    notes: &mut Vec<String>,
    progress: &mut dyn FnMut(f64),
) -> Result<Vec<Object>, SimulateError> {
    let mut objects = Vec::new();
    let total = scenario.objects.len().max(1) as f64;
    for (index, spec) in scenario.objects.iter().enumerate() {
        progress(index as f64 / total);
        build_one(scenario, spec, seed, &mut objects, notes)?;
    }
    Ok(objects)
}

fn build_one(
    scenario: &Scenario,
    spec: &ObjectSpec,
    seed: u64,
    objects: &mut Vec<Object>,
    notes: &mut Vec<String>,
) -> Result<(), SimulateError> {
    match &spec.kind {
        ObjectKind::Launch(launch) => {
            for index in 0..launch.count {
                let name = numbered(&spec.name, index, launch.count);
                let mut stream = Stream::new(seed, &format!("object {name}"));
                let flown = launch::fly(scenario, &name, launch, &mut stream)?;
                objects.extend(flown.into_iter().map(|object| match &launch.injected {
                    Some(injected) => object.into_tape(injected),
                    None => object,
                }));
            }
        }
        ObjectKind::Ascent {
            flight,
            time_s,
            pieces,
        } => {
            let mut stream = Stream::new(seed, &format!("object {}", spec.name));
            objects.extend(falcon::fly(
                scenario,
                &spec.name,
                flight,
                *time_s,
                *pieces,
                &mut stream,
            ));
        }
        _ => quiet::build(scenario, spec, seed, objects, notes)?,
    }
    Ok(())
}

/// `name`, or `name-3` where there are several.
pub(crate) fn numbered(name: &str, index: u32, count: u32) -> String {
    if count == 1 {
        name.to_owned()
    } else {
        format!("{name}-{}", index + 1)
    }
}

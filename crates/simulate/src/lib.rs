//! A scenario and a seed in, sensor reports and the truth out.
//!
//! The crate is pure: the caller reads the scenario and writes the recording. The same scenario
//! and seed give the same bytes on every processor.
//!
//! ```text
//! scenario text → Scenario::read → simulate(seed) → Recording → ndjson()
//!    objects: true paths, brightness, cross-section
//!    sense:   looks, noise, biases, false detections, heartbeats
//!    faults:  lost, late, doubled, out of order, damaged
//! ```
#![warn(missing_docs)]

mod faults;
mod ndjson;
pub mod objects;
pub mod random;
mod record;
pub mod scenario;
mod sense;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use forewarn_core::engine::ProtectedArea;
use forewarn_core::model::{Mode, Record, ReportBody, Sensor};
use forewarn_physics::time::{Epoch, after, format_utc};

pub use objects::SimulateError;
pub use record::{Corruption, SimulatedRecord, Truth, TruthObject, TruthPlace, TruthState};
pub use scenario::{Files, Scenario, ScenarioError};

use objects::Object;
use scenario::ObjectKind;

/// A simulated recording.
#[derive(Debug, Clone)]
pub struct Recording {
    /// Name of the scenario.
    pub name: String,
    /// When it starts.
    pub start: Epoch,
    /// Mode of the recording.
    pub mode: Mode,
    /// The sensors as the engine knows them.
    pub sensors: Vec<Sensor>,
    /// Text of `sensors.toml`.
    pub sensors_toml: String,
    /// Text of `recording.toml`.
    pub recording_toml: String,
    /// Text of `catalogue.tle`, where the scenario wants its orbits catalogued.
    pub catalogue_tle: Option<String>,
    /// Reports in order of arrival.
    pub detections: Vec<SimulatedRecord>,
    /// What was really there.
    pub truth: Truth,
    /// What had to be left out, for people.
    pub notes: Vec<String>,
    /// Notices, claims and actions, in order of time.
    pub people: Vec<Record>,
    /// Areas to be warned.
    pub protected_areas: Vec<ProtectedArea>,
    /// `[config]` of `recording.toml`.
    pub config: toml::Table,
}

/// Flies a scenario. `progress` is called with shares from 0 to 1.
///
/// # Errors
/// [`SimulateError`] names an object that cannot be flown or an orbit that cannot be used.
pub fn simulate(
    scenario: &Scenario,
    seed: u64,
    progress: &mut dyn FnMut(f64),
) -> Result<Recording, SimulateError> {
    let mut notes = Vec::new();
    let objects = objects::build(scenario, seed, &mut notes, &mut |share| {
        progress(0.5 * share);
    })?;
    let count = scenario.sensors.len().max(1) as f64;
    let mut streams = Vec::with_capacity(scenario.sensors.len());
    for index in 0..scenario.sensors.len() {
        progress(0.5 + 0.5 * index as f64 / count);
        streams.push(sense::watch(scenario, index, &objects, seed)?);
    }
    faults::copies(scenario, &mut streams);
    let mut queue = Vec::new();
    for (spec, records) in scenario.sensors.iter().zip(streams) {
        queue.extend(faults::on_the_way(scenario, &spec.sensor.id, records, seed));
    }
    queue.sort_by_key(|queued| queued.order);
    let detections: Vec<SimulatedRecord> = queue.into_iter().map(|queued| queued.record).collect();
    let truth = truth(scenario, &objects, &detections);
    progress(1.0);
    Ok(Recording {
        name: scenario.name.clone(),
        start: scenario.start,
        mode: scenario.mode,
        sensors: scenario
            .sensors
            .iter()
            .map(|spec| spec.sensor.clone())
            .collect(),
        sensors_toml: scenario.sensors_toml.clone(),
        recording_toml: recording_toml(scenario),
        catalogue_tle: scenario.write_catalogue.then(|| catalogue(scenario)),
        detections,
        truth,
        notes,
        people: scenario.people.clone(),
        protected_areas: scenario.protected_areas.clone(),
        config: scenario.config.clone(),
    })
}

fn recording_toml(scenario: &Scenario) -> String {
    let mut text = format!(
        "# {}\nmode = \"{}\"\nstart = \"{}\"\nlate_window_s = {:?}\n",
        scenario.name.replace('\n', " "),
        scenario.mode.word(),
        format_utc(scenario.start),
        scenario.late_window_s
    );
    if !scenario.protected_areas.is_empty() {
        text.push_str("protected_areas = \"protected_areas.geojson\"\n");
    }
    if !scenario.config.is_empty() {
        let mut top = toml::Table::new();
        top.insert("config".into(), scenario.config.clone().into());
        text.push('\n');
        text.push_str(&toml::to_string(&top).unwrap_or_default());
    }
    text
}

fn catalogue(scenario: &Scenario) -> String {
    let mut text = String::new();
    for spec in &scenario.objects {
        if let ObjectKind::Orbits { sets, .. } = &spec.kind {
            for [name, first, second] in sets {
                text.push_str(&format!("{name}\n{first}\n{second}\n"));
            }
        }
    }
    text
}

fn truth(scenario: &Scenario, objects: &[Object], detections: &[SimulatedRecord]) -> Truth {
    let epoch = |time_s: f64| after(scenario.start, time_s);
    let described = |object: &Object| TruthObject {
        object: Arc::clone(&object.name),
        class: object.class,
        parent: object.parent.clone(),
        launch: object.launch.map(|launch| {
            (
                TruthPlace {
                    time: epoch(launch.time_s),
                    place: launch.place,
                },
                launch.azimuth_rad,
            )
        }),
        impact: object.impact.map(|impact| TruthPlace {
            time: epoch(impact.time_s),
            place: impact.place,
        }),
        cutoff_time: object.cutoff_s.map(epoch),
    };
    let mut states = Vec::new();
    for object in objects {
        states_of(scenario, object, &mut states);
    }
    let mut known = BTreeSet::new();
    let origins = detections
        .iter()
        .filter(|record| !matches!(record.report.body, ReportBody::Heartbeat(_)))
        .filter(|record| known.insert(Arc::clone(&record.report.id)))
        .map(|record| (Arc::clone(&record.report.id), record.origin.clone()))
        .collect();
    Truth {
        objects: objects.iter().map(described).collect(),
        states,
        origins,
    }
}

fn states_of(scenario: &Scenario, object: &Object, states: &mut Vec<TruthState>) {
    let [from_s, to_s] = object.path.window_s();
    let last_s = to_s.min(scenario.duration_s);
    let mut time_s = from_s.max(0.0);
    while time_s <= last_s {
        let Some(moment) = object.path.at(time_s) else {
            break;
        };
        states.push(TruthState {
            time: after(scenario.start, time_s),
            object: Arc::clone(&object.name),
            position_m: moment.position_m,
            velocity_m_s: moment.velocity_m_s,
            phase: moment.phase,
        });
        // What does not move is said once.
        let step_s = if object.path.is_fixed() {
            f64::INFINITY
        } else {
            scenario.state_interval_s
        };
        time_s = if time_s < last_s && step_s.is_finite() {
            (time_s + step_s).min(last_s)
        } else {
            f64::INFINITY
        };
    }
}

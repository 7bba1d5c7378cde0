//! Runs a simulated recording through the engine in memory: what the proofs are made of.

use std::collections::BTreeMap;
use std::fmt;

use crate::score::{Physics, Run, Score, Seen, score};
use forewarn_core::engine::{Engine, EngineError, ProtectedArea, Setup, Thresholds};
use forewarn_core::model::{Event, LaunchSite, Record, ReportBody};
use forewarn_formats::events::{EventLine, EventWriter};
use forewarn_formats::truth::{Truth, read_truth};
use forewarn_physics::time::{Epoch, after};
use forewarn_simulate::{Recording, Scenario, ScenarioError, SimulateError, simulate};

/// Longest that time goes on after the last record [s].
const LONGEST_S: f64 = 3.0 * 3600.0;

/// Why a run failed.
#[derive(Debug)]
pub enum RunError {
    /// The scenario was refused.
    Scenario(ScenarioError),
    /// It could not be flown.
    Simulate(SimulateError),
    /// The engine could not be started.
    Engine(EngineError),
}

impl fmt::Display for RunError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scenario(error) => write!(formatter, "{error}"),
            Self::Simulate(error) => write!(formatter, "{error}"),
            Self::Engine(error) => write!(formatter, "{error}"),
        }
    }
}

impl std::error::Error for RunError {}

/// Flies a scenario's text with a seed. Data files come from `scenarios/data` at build time's
/// place in the repository.
///
/// # Errors
/// [`RunError`] names what was refused.
pub fn fly(name: &str, text: &str, seed: u64) -> Result<Recording, RunError> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../scenarios");
    let files = |file: &str| {
        std::fs::read_to_string(format!("{root}/{name}/{file}"))
            .or_else(|_| std::fs::read_to_string(format!("{root}/{file}")))
            .map_err(|error| error.to_string())
    };
    let scenario = Scenario::read(name, text, &files).map_err(RunError::Scenario)?;
    simulate(&scenario, seed, &mut |_| {}).map_err(RunError::Simulate)
}

/// What an engine is given beside the recording.
#[derive(Debug, Clone, Default)]
pub struct Extras {
    /// Known launch sites.
    pub gazetteer: Vec<LaunchSite>,
    /// Areas to be warned.
    pub areas: Vec<ProtectedArea>,
    /// Rule that releases confirmed warnings.
    pub release_rule: Option<String>,
    /// Leaves the recording's catalogue out.
    pub no_catalogue: bool,
}

/// Runs a recording through the engine, ticking on as the command line does; every event goes to
/// `each`.
///
/// # Errors
/// [`RunError::Engine`] when a sensor cannot be used.
pub fn run(
    recording: &Recording,
    extras: &Extras,
    each: &mut dyn FnMut(&Event),
) -> Result<(), RunError> {
    let mut engine = Engine::new(setup(recording, extras)).map_err(RunError::Engine)?;
    for simulated in &recording.detections {
        if simulated.corruption.is_some() {
            continue;
        }
        engine
            .step(&Record::Report(simulated.report.clone()))
            .iter()
            .for_each(&mut *each);
    }
    let Some(end) = engine.time() else {
        return Ok(());
    };
    let mut now: Epoch = end;
    while engine.horizon().is_some_and(|horizon| now < horizon) && now < after(end, LONGEST_S) {
        now = after(now, 1.0);
        engine.step(&Record::Tick(now)).iter().for_each(&mut *each);
    }
    for _ in 0..3 {
        now = after(now, 30.0);
        engine.step(&Record::Tick(now)).iter().for_each(&mut *each);
    }
    Ok(())
}

/// What the engine is started with for a recording.
pub fn setup(recording: &Recording, extras: &Extras) -> Setup {
    let lines: Vec<&str> = recording
        .catalogue_tle
        .as_deref()
        .unwrap_or_default()
        .lines()
        .collect();
    let catalogue = lines
        .windows(2)
        .filter(|pair| {
            !extras.no_catalogue && pair[0].starts_with("1 ") && pair[1].starts_with("2 ")
        })
        .map(|pair| forewarn_core::engine::CatalogueEntry {
            name: pair[0][2..7].trim().into(),
            lines: [pair[0].into(), pair[1].into()],
        })
        .collect();
    Setup {
        mode: recording.mode,
        start: Some(recording.start),
        late_window_s: 30.0,
        sensors: recording.sensors.clone(),
        gazetteer: extras.gazetteer.clone(),
        protected_areas: extras.areas.clone(),
        catalogue,
        thresholds: Thresholds::default(),
        release_rule: extras.release_rule.clone(),
        seed: 1,
    }
}

/// Runs a recording and scores what was said against its truth.
///
/// # Errors
/// [`RunError::Engine`] when a sensor cannot be used.
pub fn run_and_score(recording: &Recording, extras: &Extras) -> Result<Score, RunError> {
    let setup = setup(recording, extras);
    let mut writer = EventWriter::new(&setup);
    let mut events: Vec<EventLine> = Vec::new();
    run(recording, extras, &mut |event| {
        events.push(writer.event(event))
    })?;
    let truth = truth_of(recording);
    let seen: BTreeMap<String, Seen> = recording
        .detections
        .iter()
        .filter_map(|simulated| {
            let report = &simulated.report;
            let physics = match &report.body {
                ReportBody::Infrared(_) => Physics::Infrared,
                ReportBody::Radar(_) => Physics::Radar,
                ReportBody::Heartbeat(_) => return None,
            };
            Some((
                report.id.to_string(),
                Seen {
                    time: report.time,
                    physics,
                },
            ))
        })
        .collect();
    Ok(score(&Run {
        truth: &truth,
        events: &events,
        seen: &seen,
    }))
}

/// The truth of a recording, through its own text: what a scorer of files would read.
fn truth_of(recording: &Recording) -> Truth {
    let name = format!(
        "forewarn-truth-{}-{}-{:?}.ndjson",
        std::process::id(),
        recording.name.replace('/', "-"),
        std::thread::current().id()
    );
    let path = std::env::temp_dir().join(name);
    let written = std::fs::write(&path, recording.truth_ndjson());
    let truth = read_truth(&path);
    let removed = std::fs::remove_file(&path);
    match (written, truth, removed) {
        (Ok(()), Ok(truth), _) => truth,
        _ => Truth::default(),
    }
}

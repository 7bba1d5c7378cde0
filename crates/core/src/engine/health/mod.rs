//! How the sensors are: silence, counts that do not match, values that repeat, noise of the Sun.

mod stream;

use std::collections::BTreeSet;
use std::sync::Arc;

use forewarn_physics::time::{Epoch, seconds_between};

use crate::assess::SensorFault;
use crate::model::{HealthKind, HeartbeatStatus, Report, ReportBody, SensorIndex};
use crate::sensors::SensorModel;
use stream::{Shared, Stream, values_of};

/// Sensors that share a domain and fall silent within this time fell silent together [s].
const TOGETHER_S: f64 = 60.0;

#[derive(Debug, Clone, Default)]
struct State {
    last: Option<Epoch>,
    /// When silence began, while it lasts.
    silent: Option<Epoch>,
    status: Option<HeartbeatStatus>,
    stream: Stream,
    /// Last record of another mode in its stream.
    foreign: Option<Epoch>,
}

/// The health of every sensor.
#[derive(Debug, Clone)]
pub(super) struct Health {
    states: Vec<State>,
    patience_s: Vec<f64>,
    models: Vec<SensorModel>,
    shared: Shared,
    /// Domains whose loss was said, while it lasts.
    lost: BTreeSet<Arc<str>>,
}

/// Something to say about a sensor.
pub(super) type Word = (SensorIndex, HealthKind, String);

impl Health {
    pub(super) fn new(models: &[SensorModel]) -> Self {
        Self {
            states: vec![State::default(); models.len()],
            patience_s: models
                .iter()
                .map(|model| (3.0 * model.sensor.revisit_s).max(30.0))
                .collect(),
            models: models.to_vec(),
            shared: Shared::default(),
            lost: BTreeSet::new(),
        }
    }

    /// A record of another mode stood in its stream: it was refused, and is remembered.
    pub(super) fn note_foreign(&mut self, sensor: SensorIndex, now: Epoch) {
        if let Some(state) = self.states.get_mut(usize::from(sensor.0)) {
            state.foreign = Some(now);
        }
    }

    /// Whether records of another mode stood in its stream within this time [s].
    pub(super) fn had_foreign(&self, sensor: SensorIndex, now: Epoch, within_s: f64) -> bool {
        let foreign = self.states[usize::from(sensor.0)].foreign;
        foreign.is_some_and(|when| seconds_between(when, now) <= within_s)
    }

    /// Whether it heard the Moon lately, and took it for something near.
    pub(super) fn hears_moon(&self, sensor: SensorIndex) -> bool {
        self.states[usize::from(sensor.0)].stream.hears_moon()
    }

    /// Closed scans (heartbeats that say all is well) after a moment.
    pub(super) fn scans_since(&self, sensor: SensorIndex, from: Epoch) -> u32 {
        self.states[usize::from(sensor.0)].stream.scans_since(from)
    }

    /// Heard within its own rhythm, and not down.
    pub(super) fn is_alive(&self, sensor: SensorIndex, now: Epoch) -> bool {
        let state = &self.states[usize::from(sensor.0)];
        let recent = state.last.is_some_and(|last| {
            seconds_between(last, now) <= self.patience_s[usize::from(sensor.0)]
        });
        recent && state.status != Some(HeartbeatStatus::Down)
    }

    /// A fault in its stream.
    pub(super) fn fault(&self, sensor: SensorIndex) -> Option<SensorFault> {
        self.states[usize::from(sensor.0)].stream.fault()
    }

    /// Notes an accepted report; returns what there is to say.
    pub(super) fn hear(&mut self, report: &Report, now: Epoch) -> Vec<Word> {
        let index = usize::from(report.sensor.0);
        let mut words = Vec::new();
        let model = &self.models[index];
        let name = model.sensor.id.clone();
        let state = &mut self.states[index];
        state.last = Some(now);
        if state.silent.take().is_some() {
            let what = format!("{name} is heard again");
            words.push((report.sensor, HealthKind::Recovered, what));
            let states = &self.states;
            let models = &self.models;
            self.lost
                .retain(|domain| silent_of(states, models, domain).len() > 1);
        }
        let state = &mut self.states[index];
        if let ReportBody::Heartbeat(beat) = &report.body {
            words.extend(state.status_word(report.sensor, &name, beat.status));
        }
        state.stream.hear(report, model, &mut words);
        self.twins(report, &mut words);
        words
    }

    /// Two sensors that send the same measurement are one: both are told so.
    fn twins(&mut self, report: &Report, words: &mut Vec<Word>) {
        let other = values_of(report).and_then(|values| self.shared.of_another(values, report));
        let Some(other) = other else { return };
        for (one, two) in [(report.sensor, other), (other, report.sensor)] {
            let stream = &mut self.states[usize::from(one.0)].stream;
            if !stream.same_as_another(report.time) {
                continue;
            }
            let [own, twin] = [one, two].map(|index| &self.models[usize::from(index.0)].sensor.id);
            let what = format!(
                "{own} and {twin} send the same values to the last bit: one path carries both"
            );
            words.push((one, HealthKind::Repeated, what));
        }
    }

    /// Says which sensors have fallen silent by now.
    pub(super) fn silent(&mut self, now: Epoch) -> Vec<Word> {
        let mut words = Vec::new();
        for (index, state) in self.states.iter_mut().enumerate() {
            let Some(last) = state.last else { continue };
            let silence_s = seconds_between(last, now);
            if state.silent.is_none() && silence_s > self.patience_s[index] {
                state.silent = Some(last);
                words.push((
                    SensorIndex(index as u16),
                    HealthKind::Silent,
                    format!(
                        "nothing was heard from {} for {silence_s:.0} s",
                        self.models[index].sensor.id
                    ),
                ));
            }
        }
        if !words.is_empty() {
            words.extend(self.shared_losses());
        }
        words
    }

    /// Domains of which two or more sensors fell silent at the same time: one fault explains it.
    fn shared_losses(&mut self) -> Vec<Word> {
        let domains: BTreeSet<Arc<str>> = self
            .models
            .iter()
            .flat_map(|model| model.sensor.failure_domains.iter().cloned())
            .collect();
        let mut words = Vec::new();
        for domain in domains {
            let silent = silent_of(&self.states, &self.models, &domain);
            let since: Vec<Epoch> = silent.iter().map(|(_, since)| *since).collect();
            let (Some(first), Some(last)) = (since.iter().min(), since.iter().max()) else {
                continue;
            };
            let together = seconds_between(*first, *last) <= TOGETHER_S;
            if silent.len() < 2 || !together || !self.lost.insert(domain.clone()) {
                continue;
            }
            let names: Vec<&str> = silent
                .iter()
                .map(|(index, _)| &*self.models[*index].sensor.id)
                .collect();
            let what = format!(
                "{} fell silent together and share `{domain}`: one fault there explains it, and a loss is not an attack",
                names.join(", ")
            );
            let speaker = SensorIndex(silent[0].0 as u16);
            words.push((speaker, HealthKind::SharedLoss, what));
        }
        words
    }
}

/// Sensors of a domain that are silent, and since when.
fn silent_of(states: &[State], models: &[SensorModel], domain: &Arc<str>) -> Vec<(usize, Epoch)> {
    let shares = |index: &usize| models[*index].sensor.failure_domains.contains(domain);
    (0..models.len())
        .filter(shares)
        .filter_map(|index| Some((index, states[index].silent?)))
        .collect()
}

impl State {
    fn status_word(
        &mut self,
        sensor: SensorIndex,
        name: &str,
        status: HeartbeatStatus,
    ) -> Option<Word> {
        if self.status == Some(status) {
            return None;
        }
        let before = self.status.replace(status);
        match status {
            HeartbeatStatus::Ok => before.is_some().then(|| {
                let what = format!("{name} says it is well again");
                (sensor, HealthKind::Recovered, what)
            }),
            HeartbeatStatus::Degraded => {
                let what = format!("{name} says it is degraded: its silence proves nothing");
                Some((sensor, HealthKind::Degraded, what))
            }
            HeartbeatStatus::Down => {
                Some((sensor, HealthKind::Down, format!("{name} says it is down")))
            }
        }
    }
}

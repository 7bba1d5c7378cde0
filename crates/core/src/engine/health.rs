//! How the sensors are: silence, counts that do not match, values that repeat.

use std::sync::Arc;

use forewarn_physics::time::{Epoch, seconds_between};

use crate::assess::SensorFault;
use crate::model::{HealthKind, HeartbeatStatus, Report, ReportBody, SensorIndex};
use crate::sensors::SensorModel;

/// Identical measurements in a row that make a sensor stuck.
const STUCK_AFTER: u32 = 4;

#[derive(Debug, Clone, Default)]
struct State {
    last: Option<Epoch>,
    heard: u64,
    silent: bool,
    stuck: bool,
    same: u32,
    previous: Option<[u64; 3]>,
    previous_time: Option<Epoch>,
    status: Option<HeartbeatStatus>,
}

/// The health of every sensor.
#[derive(Debug, Clone)]
pub(super) struct Health {
    states: Vec<State>,
    patience_s: Vec<f64>,
    names: Vec<Arc<str>>,
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
            names: models.iter().map(|model| model.sensor.id.clone()).collect(),
        }
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
        self.states[usize::from(sensor.0)]
            .stuck
            .then_some(SensorFault::Stuck)
    }

    /// Notes an accepted report; returns what there is to say.
    pub(super) fn hear(&mut self, report: &Report, now: Epoch) -> Vec<Word> {
        let index = usize::from(report.sensor.0);
        let name = self.names[index].clone();
        let state = &mut self.states[index];
        let mut words = Vec::new();
        state.last = Some(now);
        if std::mem::take(&mut state.silent) {
            words.push((
                report.sensor,
                HealthKind::Recovered,
                format!("{name} is heard again"),
            ));
        }
        match &report.body {
            ReportBody::Heartbeat(heartbeat) => {
                if let Some(count) = heartbeat.reports
                    && count != state.heard
                {
                    words.push((report.sensor, HealthKind::CountMismatch, format!("{name} says it sent {count} reports since its last heartbeat; {} arrived", state.heard)));
                }
                state.heard = 0;
                if state.status != Some(heartbeat.status) {
                    let before = state.status.replace(heartbeat.status);
                    match heartbeat.status {
                        HeartbeatStatus::Ok if before.is_some() => words.push((
                            report.sensor,
                            HealthKind::Recovered,
                            format!("{name} says it is well again"),
                        )),
                        HeartbeatStatus::Ok => {}
                        HeartbeatStatus::Degraded => words.push((
                            report.sensor,
                            HealthKind::Degraded,
                            format!("{name} says it is degraded: its silence proves nothing"),
                        )),
                        HeartbeatStatus::Down => words.push((
                            report.sensor,
                            HealthKind::Down,
                            format!("{name} says it is down"),
                        )),
                    }
                }
            }
            ReportBody::Infrared(infrared) => {
                state.heard += 1;
                let d = infrared.line_of_sight;
                words.extend(state.repeated(
                    [d.x.to_bits(), d.y.to_bits(), d.z.to_bits()],
                    report,
                    &name,
                ));
            }
            ReportBody::Radar(radar) => {
                state.heard += 1;
                words.extend(state.repeated(
                    [
                        radar.range_m.to_bits(),
                        radar.azimuth_rad.to_bits(),
                        radar.elevation_rad.to_bits(),
                    ],
                    report,
                    &name,
                ));
            }
        }
        words
    }

    /// Says which sensors have fallen silent by now.
    pub(super) fn silent(&mut self, now: Epoch) -> Vec<Word> {
        let mut words = Vec::new();
        for (index, state) in self.states.iter_mut().enumerate() {
            let Some(last) = state.last else { continue };
            let silence_s = seconds_between(last, now);
            if !state.silent && silence_s > self.patience_s[index] {
                state.silent = true;
                words.push((
                    SensorIndex(index as u16),
                    HealthKind::Silent,
                    format!(
                        "nothing was heard from {} for {silence_s:.0} s",
                        self.names[index]
                    ),
                ));
            }
        }
        words
    }
}

impl State {
    /// Values identical to the last bit at different times are no measurement.
    fn repeated(&mut self, values: [u64; 3], report: &Report, name: &str) -> Option<Word> {
        let same = self.previous == Some(values) && self.previous_time != Some(report.time);
        self.same = if same { self.same + 1 } else { 0 };
        self.previous = Some(values);
        self.previous_time = Some(report.time);
        let was = self.stuck;
        self.stuck = self.same >= STUCK_AFTER || (was && same);
        match (was, self.stuck) {
            (false, true) => Some((
                report.sensor,
                HealthKind::Stuck,
                format!("{name} repeats the same values"),
            )),
            (true, false) => Some((
                report.sensor,
                HealthKind::Recovered,
                format!("{name} no longer repeats itself"),
            )),
            _ => None,
        }
    }
}

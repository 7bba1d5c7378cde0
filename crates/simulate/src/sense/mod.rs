//! What the sensors make of it: looks, noise, biases, false detections, heartbeats.

mod bias;
mod glint;
mod infrared;
mod radar;

use std::sync::Arc;

use forewarn_core::model::{
    Heartbeat, HeartbeatStatus, Report, ReportBody, SensorIndex, SensorKind,
};
use forewarn_core::sensors::SatelliteOrbit;
use forewarn_physics::time::after;

pub(crate) use bias::{Biases, FaultBias};
#[cfg(test)]
pub(crate) use radar::{detection_probability, snr_db};

use crate::faults::{Scans, SensorFaults};
use crate::objects::{Object, SimulateError};
use crate::random::Stream;
use crate::record::SimulatedRecord;
use crate::scenario::{Scenario, SensorSpec};

/// One report before it has an id: when, what, of which object.
pub(crate) struct Look {
    /// True time after the start [s].
    pub(crate) time_s: f64,
    /// What is reported.
    pub(crate) body: ReportBody,
    /// Index of the object; none if false.
    pub(crate) origin: Option<usize>,
}

/// Everything one sensor needs at hand.
pub(crate) struct Watch<'a> {
    pub(crate) scenario: &'a Scenario,
    pub(crate) spec: &'a SensorSpec,
    pub(crate) index: SensorIndex,
    pub(crate) orbit: Option<SatelliteOrbit>,
    pub(crate) faults: SensorFaults,
    pub(crate) scans: Scans,
    pub(crate) biases: Biases,
    pub(crate) seed: u64,
}

impl Watch<'_> {
    /// A stream of this sensor for one purpose.
    pub(crate) fn stream(&self, purpose: &str) -> Stream {
        Stream::new(
            self.seed,
            &format!("sensor {} {purpose}", self.spec.sensor.id),
        )
    }

    /// The satellite's position [m] at a time after the start [s].
    pub(crate) fn position_m(&self, time_s: f64) -> Option<nalgebra::Vector3<f64>> {
        self.orbit
            .as_ref()?
            .position_itrf_m(after(self.scenario.start, time_s))
    }
}

/// Everything that one sensor sends, with arrival times, faults not yet applied to the lines.
///
/// # Errors
/// [`SimulateError::Orbit`] for a satellite whose orbit is unusable.
pub(crate) fn watch(
    scenario: &Scenario,
    index: usize,
    objects: &[Object],
    seed: u64,
) -> Result<Vec<SimulatedRecord>, SimulateError> {
    let spec = &scenario.sensors[index];
    let orbit = match &spec.sensor.kind {
        SensorKind::Infrared(infrared) => {
            infrared.orbit.as_ref().map(SatelliteOrbit::new).transpose()
        }
        SensorKind::Radar(_) => Ok(None),
    };
    let orbit = orbit.map_err(|error| SimulateError::Orbit {
        object: spec.sensor.id.to_string(),
        why: error.to_string(),
    })?;
    let mut phase = Stream::new(seed, &format!("sensor {} phase", spec.sensor.id));
    let scans = Scans {
        first_s: phase.unit() * spec.sensor.revisit_s,
        revisit_s: spec.sensor.revisit_s,
        end_s: scenario.duration_s,
    };
    let faults = SensorFaults::of(scenario, &spec.sensor.id);
    let biases = Biases::draw(spec, &scans, seed);
    let watch = Watch {
        scenario,
        spec,
        index: SensorIndex(index as u16),
        orbit,
        faults,
        scans,
        biases,
        seed,
    };
    let mut looks = match &spec.sensor.kind {
        SensorKind::Infrared(infrared) => infrared::looks(&watch, infrared, objects),
        SensorKind::Radar(radar) => radar::looks(&watch, radar, objects),
    };
    looks.sort_by(|a, b| a.time_s.total_cmp(&b.time_s).then(a.origin.cmp(&b.origin)));
    watch.faults.change_looks(&mut looks, &watch);
    Ok(send(&watch, looks, objects))
}

/// Names the reports, closes each scan with a heartbeat, and lets all of it travel.
fn send(watch: &Watch<'_>, looks: Vec<Look>, objects: &[Object]) -> Vec<SimulatedRecord> {
    let id = &watch.spec.sensor.id;
    let [shortest_s, longest_s] = watch.spec.truth.latency_s;
    let mut stream = watch.stream("latency");
    let mut records = Vec::with_capacity(looks.len());
    let mut looks = looks.into_iter().peekable();
    let mut number = 0u64;
    let clock_s = watch.spec.truth.clock_offset_s;
    let mut arrived_s = f64::NEG_INFINITY;
    let mut push =
        |time_s: f64, body, origin: Option<usize>, records: &mut Vec<SimulatedRecord>| {
            number += 1;
            // A link delivers in order: nothing overtakes the heartbeat that closes its scan.
            arrived_s = arrived_s.max(time_s + stream.between(shortest_s, longest_s));
            let shown_s = time_s + clock_s + watch.faults.clock_s(time_s);
            records.push(SimulatedRecord {
                report: Report {
                    id: format!("{id}-{number}").into(),
                    time: after(watch.scenario.start, shown_s),
                    received: Some(after(watch.scenario.start, arrived_s)),
                    mode: origin
                        .and_then(|index| objects[index].injected.as_ref())
                        .and_then(|injected| injected.mode),
                    sensor: watch.index,
                    body,
                },
                corruption: None,
                origin: origin.map(|index| Arc::clone(&objects[index].name)),
            });
        };
    for scan in 0..watch.scans.count() {
        let end_s = watch.scans.end_of_s(scan);
        let mut reports = 0;
        while let Some(look) = looks.next_if(|look| look.time_s <= end_s) {
            reports += 1;
            push(look.time_s, look.body, look.origin, &mut records);
        }
        if watch.spec.truth.heartbeats {
            let body = ReportBody::Heartbeat(Heartbeat {
                status: match watch.faults.jammed(end_s) {
                    Some(_) => HeartbeatStatus::Degraded,
                    None => HeartbeatStatus::Ok,
                },
                reports: Some(reports),
                coverage: None,
            });
            push(end_s, body, None, &mut records);
        }
    }
    records
}

//! What goes wrong between the sky and the line that arrives.

use forewarn_core::model::{ReportBody, SensorIndex};
use forewarn_physics::time::{Duration, duration_s, seconds_between};

use crate::random::Stream;
use crate::record::{Corruption, SimulatedRecord};
use crate::scenario::{Fault, FaultKind, Scenario};
use crate::sense::{FaultBias, Look, Watch};

/// The scans of one sensor: scan k lasts from `first_s + k·revisit_s` for one revisit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scans {
    pub(crate) first_s: f64,
    pub(crate) revisit_s: f64,
    pub(crate) end_s: f64,
}

impl Scans {
    pub(crate) fn count(&self) -> usize {
        ((self.end_s - self.first_s) / self.revisit_s)
            .floor()
            .max(0.0) as usize
    }

    pub(crate) fn start_of_s(&self, scan: usize) -> f64 {
        self.first_s + scan as f64 * self.revisit_s
    }

    pub(crate) fn middle_of_s(&self, scan: usize) -> f64 {
        self.first_s + (scan as f64 + 0.5) * self.revisit_s
    }

    pub(crate) fn end_of_s(&self, scan: usize) -> f64 {
        self.first_s + (scan as f64 + 1.0) * self.revisit_s
    }

    /// The scan that holds a time, clamped.
    pub(crate) fn of_time(&self, time_s: f64) -> usize {
        let scan = ((time_s - self.first_s) / self.revisit_s).floor().max(0.0) as usize;
        scan.min(self.count().saturating_sub(1))
    }

    /// The scans that overlap a window of time.
    pub(crate) fn within(&self, window_s: [f64; 2]) -> std::ops::Range<usize> {
        if self.count() == 0 || window_s[1] < self.first_s {
            return 0..0;
        }
        let last = ((window_s[1] - self.first_s) / self.revisit_s)
            .floor()
            .max(0.0) as usize;
        let first = ((window_s[0] - self.first_s) / self.revisit_s)
            .floor()
            .max(0.0) as usize;
        first..(last + 1).min(self.count())
    }
}

/// The faults of one sensor.
#[derive(Debug, Clone)]
pub(crate) struct SensorFaults {
    faults: Vec<Fault>,
}

impl SensorFaults {
    pub(crate) fn of(scenario: &Scenario, sensor: &str) -> Self {
        let concerns = |fault: &&Fault| fault.sensor.as_deref().is_none_or(|name| name == sensor);
        Self {
            faults: scenario.faults.iter().filter(concerns).cloned().collect(),
        }
    }

    fn active(&self, time_s: f64) -> impl Iterator<Item = &Fault> {
        self.faults
            .iter()
            .filter(move |fault| (fault.window_s[0]..=fault.window_s[1]).contains(&time_s))
    }

    /// Pointing errors of infrared sensors [rad], padded.
    pub(crate) fn bias(&self, time_s: f64) -> FaultBias {
        self.active(time_s)
            .fold([0.0; 3], |sum, fault| match &fault.kind {
                FaultKind::Bias { infrared_rad, .. } => {
                    [sum[0] + infrared_rad[0], sum[1] + infrared_rad[1], 0.0]
                }
                _ => sum,
            })
    }

    /// Range [m], azimuth and elevation errors [rad].
    pub(crate) fn radar_bias(&self, time_s: f64) -> FaultBias {
        self.active(time_s)
            .fold([0.0; 3], |sum, fault| match &fault.kind {
                FaultKind::Bias { radar, .. } => {
                    std::array::from_fn(|axis| sum[axis] + radar[axis])
                }
                _ => sum,
            })
    }

    /// Error of the clock [s].
    pub(crate) fn clock_s(&self, time_s: f64) -> f64 {
        self.active(time_s)
            .fold(0.0, |sum, fault| match &fault.kind {
                FaultKind::Bias { clock_s, .. } => sum + clock_s,
                _ => sum,
            })
    }

    /// Extra false detections a scan.
    pub(crate) fn false_rate(&self, time_s: f64) -> f64 {
        self.active(time_s)
            .fold(0.0, |sum, fault| match &fault.kind {
                FaultKind::False(rate) => sum + rate,
                _ => sum,
            })
    }

    /// Plots a scan out of the direction of the Sun, while it is dazzled.
    pub(crate) fn jammed(&self, time_s: f64) -> Option<f64> {
        self.active(time_s).find_map(|fault| match &fault.kind {
            FaultKind::Jammed(rate) => Some(*rate),
            _ => None,
        })
    }

    /// Faults inside the sensor: what it misses, and values that stick.
    pub(crate) fn change_looks(&self, looks: &mut Vec<Look>, watch: &Watch<'_>) {
        for (index, fault) in self.faults.iter().enumerate() {
            let mut stream = watch.stream(&format!("fault {index} inside"));
            let inside = |time_s: f64| (fault.window_s[0]..=fault.window_s[1]).contains(&time_s);
            match fault.kind {
                FaultKind::Missed => {
                    looks.retain(|look| !(inside(look.time_s) && stream.chance(fault.probability)))
                }
                FaultKind::Sticks => stick(looks, fault, &watch.scans),
                _ => {}
            }
        }
    }
}

/// From the start of the fault on, every scan repeats what the scan before it reported.
fn stick(looks: &mut Vec<Look>, fault: &Fault, scans: &Scans) {
    if scans.count() == 0 {
        return;
    }
    let first = scans.of_time(fault.window_s[0]);
    let last_seen = looks
        .iter()
        .rev()
        .find(|look| look.time_s < fault.window_s[0]);
    let Some(source) = last_seen.map(|look| scans.of_time(look.time_s)) else {
        return;
    };
    let kept: Vec<(f64, ReportBody)> = looks
        .iter()
        .filter(|look| scans.of_time(look.time_s) == source)
        .map(|look| (look.time_s - scans.start_of_s(source), look.body.clone()))
        .collect();
    looks.retain(|look| look.time_s < fault.window_s[0] || look.time_s > fault.window_s[1]);
    for scan in first + 1..=scans.of_time(fault.window_s[1]) {
        for (since_s, body) in &kept {
            looks.push(Look {
                time_s: scans.start_of_s(scan) + since_s,
                body: body.clone(),
                origin: None,
            });
        }
    }
    looks.sort_by(|a, b| a.time_s.total_cmp(&b.time_s));
}

/// Adds to each stream the reports of others that it sends as its own.
pub(crate) fn copies(scenario: &Scenario, streams: &mut [Vec<SimulatedRecord>]) {
    let place = |name: &str| {
        let mut all = scenario.sensors.iter();
        all.position(|spec| *spec.sensor.id == *name)
    };
    for fault in &scenario.faults {
        let FaultKind::Copies(of) = &fault.kind else {
            continue;
        };
        let into = fault.sensor.as_deref().and_then(place);
        let (Some(from), Some(into)) = (place(of), into) else {
            continue;
        };
        if from == into {
            continue;
        }
        let inside = |record: &&SimulatedRecord| {
            let time_s = seconds_between(scenario.start, record.report.time);
            (fault.window_s[0]..=fault.window_s[1]).contains(&time_s)
                && !matches!(record.report.body, ReportBody::Heartbeat(_))
        };
        let copied: Vec<SimulatedRecord> = streams[from]
            .iter()
            .filter(inside)
            .map(|record| {
                let mut copy = record.clone();
                copy.report.sensor = SensorIndex(into as u16);
                copy.report.id = format!("{}-as-{}", record.report.id, into).into();
                copy.origin = None;
                copy
            })
            .collect();
        streams[into].extend(copied);
        streams[into].sort_by_key(|record| record.report.received);
    }
}

/// A record with the time that decides its place in the file.
pub(crate) struct Queued {
    pub(crate) order: Duration,
    pub(crate) record: SimulatedRecord,
}

/// Faults on the way: what is lost, late, doubled, out of order or damaged.
pub(crate) fn on_the_way(
    scenario: &Scenario,
    sensor: &str,
    records: Vec<SimulatedRecord>,
    seed: u64,
) -> Vec<Queued> {
    let faults = SensorFaults::of(scenario, sensor).faults;
    let mut streams: Vec<Stream> = (0..faults.len())
        .map(|index| Stream::new(seed, &format!("sensor {sensor} fault {index} on the way")))
        .collect();
    let mut queue = Vec::with_capacity(records.len());
    for record in records {
        let arrival = record.report.received.unwrap_or(record.report.time);
        let mut here = vec![Queued {
            order: arrival - scenario.start,
            record,
        }];
        for (fault, stream) in faults.iter().zip(&mut streams) {
            let Some(first) = here.first() else { break };
            let time_s = seconds_between(scenario.start, first.record.report.time);
            if (fault.window_s[0]..=fault.window_s[1]).contains(&time_s)
                && stream.chance(fault.probability)
            {
                apply(fault, stream, &mut here);
            }
        }
        queue.extend(here);
    }
    queue
}

fn apply(fault: &Fault, stream: &mut Stream, here: &mut Vec<Queued>) {
    match &fault.kind {
        FaultKind::Dies | FaultKind::Lost => here.clear(),
        FaultKind::Late(delay_s) => {
            let delay = duration_s(stream.between(delay_s[0], delay_s[1]));
            for queued in here.iter_mut() {
                postpone(queued, delay);
            }
        }
        FaultKind::Duplicated(delay_s) => {
            let delay = duration_s(stream.between(delay_s[0], delay_s[1]));
            here.extend(again(here, delay));
        }
        FaultKind::Repeats => {
            // New ids, old times: a sender that works through its memory again.
            let delay = duration_s(10.0);
            let mut copies = again(here, delay);
            copies.retain(|copy| !matches!(copy.record.report.body, ReportBody::Heartbeat(_)));
            for copy in &mut copies {
                copy.record.report.id = format!("{}-again", copy.record.report.id).into();
            }
            here.extend(copies);
        }
        FaultKind::Reordered(spread_s) => {
            for queued in here.iter_mut() {
                queued.order += duration_s(stream.between(0.0, *spread_s));
            }
        }
        FaultKind::Corrupted => {
            for queued in here.iter_mut() {
                queued.record.corruption = Some(Corruption::draw(stream));
            }
        }
        FaultKind::Miscounts(extra) => {
            for queued in here.iter_mut() {
                if let ReportBody::Heartbeat(heartbeat) = &mut queued.record.report.body {
                    heartbeat.reports = heartbeat
                        .reports
                        .map(|count| count.saturating_add_signed(*extra));
                }
            }
        }
        FaultKind::Missed
        | FaultKind::False(_)
        | FaultKind::Bias { .. }
        | FaultKind::Sticks
        | FaultKind::Jammed(_)
        | FaultKind::Copies(_) => {}
    }
}

fn postpone(queued: &mut Queued, delay: Duration) {
    queued.order += delay;
    queued.record.report.received = queued
        .record
        .report
        .received
        .map(|received| received + delay);
}

fn again(here: &[Queued], delay: Duration) -> Vec<Queued> {
    let copy = |queued: &Queued| {
        let mut copy = Queued {
            order: queued.order,
            record: queued.record.clone(),
        };
        postpone(&mut copy, delay);
        copy
    };
    here.iter().map(copy).collect()
}

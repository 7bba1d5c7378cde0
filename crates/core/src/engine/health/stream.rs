//! What one sensor's stream gives away about itself: values that repeat, counts that jump, a clock
//! that steps, noise from the direction of the Sun.

use std::collections::{BTreeMap, VecDeque};

use forewarn_physics::frames::moon::moon_position_itrf;
use forewarn_physics::frames::sun::{sun_angle_rad, sun_direction_itrf};
use forewarn_physics::time::{Epoch, seconds_between};
use nalgebra::Vector3;

use super::Word;
use crate::assess::SensorFault;
use crate::model::{
    HealthKind, Heartbeat, HeartbeatStatus, RecordId, Report, ReportBody, SensorIndex, SensorKind,
};
use crate::sensors::SensorModel;

/// Identical measurements in a row that make a sensor stuck.
const STUCK_AFTER: u32 = 4;
/// Measurements sent twice, or by two sensors, that are no accident any more.
const REPEATED_AFTER: u32 = 3;
/// A fault is over when nothing of it was seen for so long [s].
const OVER_S: f64 = 60.0;
/// Measurements remembered to find those that come again.
const REMEMBERED: usize = 4_096;
/// Heartbeats over which counts are compared: what comes late arrives within them.
const COUNTED: usize = 20;
/// Reports that arrived beyond what was counted as sent, and as many as were: somebody else sends
/// as well. A heartbeat lost on the way leaves a few more than counted, and is no fault.
const TOO_MANY: i64 = 5;
/// A count this far above what arrived, and this many times as high, is a corrupt number.
const COUNT_JUMP: (u64, u64) = (50, 10);
/// Time of a report after its own arrival by more than this [s], so often, is a wrong clock.
const AFTER_ARRIVAL: (f64, u32) = (0.5, 3);
/// Arrivals compared to find a step of clock or link, and the least step that is said [s].
const STEP: (usize, f64) = (10, 5.0);
/// Plots near the Sun, among this many, and their share, that are its noise.
const SUN_NOISE: (usize, f64) = (60, 0.6);
/// How near [rad]: a main beam of 2° and its shoulders.
const SUN_RAD: f64 = 0.14;
/// Noise plots in the time of this many scans.
const SUN_SCANS: f64 = 10.0;
/// Plots where the Moon stands and its echo folds to, before it is said: in direction [rad] and
/// range [m], as wide as our series for it is good, its depth and the beam.
const MOON: (u32, f64, f64) = (6, 0.05, 2.5e6);
/// Closed scans remembered.
const BEATS: usize = 512;

/// The bits of a measurement.
pub(super) type Values = [u64; 3];

/// The bits of what a report measures; none for a heartbeat.
pub(super) fn values_of(report: &Report) -> Option<Values> {
    match &report.body {
        ReportBody::Heartbeat(_) => None,
        ReportBody::Infrared(infrared) => {
            let d = infrared.line_of_sight;
            Some([d.x.to_bits(), d.y.to_bits(), d.z.to_bits()])
        }
        ReportBody::Radar(radar) => Some([
            radar.range_m.to_bits(),
            radar.azimuth_rad.to_bits(),
            radar.elevation_rad.to_bits(),
        ]),
    }
}

/// Measurements of all sensors, to find two that send the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Shared {
    known: BTreeMap<Values, SensorIndex>,
    order: VecDeque<Values>,
}

impl Shared {
    /// The other sensor that sent the very same measurement.
    pub(super) fn of_another(&mut self, values: Values, report: &Report) -> Option<SensorIndex> {
        if let Some(sensor) = self.known.get(&values) {
            return (*sensor != report.sensor).then_some(*sensor);
        }
        self.known.insert(values, report.sensor);
        self.order.push_back(values);
        if self.order.len() > 4 * REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        None
    }
}

/// What one sensor sent lately.
#[derive(Debug, Clone, Default)]
pub(super) struct Stream {
    latest: Option<Epoch>,
    heard: u64,
    same: u32,
    previous: Option<(Values, Epoch)>,
    stuck: bool,
    sent: BTreeMap<(Epoch, Values), RecordId>,
    order: VecDeque<(Epoch, Values)>,
    again: Tally,
    shared: Tally,
    excess: VecDeque<(i64, i64)>,
    counts: Tally,
    ahead: Tally,
    delays_s: VecDeque<f64>,
    stepped: bool,
    near_sun: VecDeque<(Epoch, bool)>,
    /// How many of them are near it.
    sun_plots: usize,
    interference: bool,
    moon: Tally,
    beats: VecDeque<Epoch>,
}

/// How often something was seen, and when last.
#[derive(Debug, Clone, Default)]
struct Tally {
    count: u32,
    last: Option<Epoch>,
}

impl Tally {
    /// Counts one more; true when it becomes no accident.
    fn add(&mut self, now: Epoch, enough: u32) -> bool {
        if self
            .last
            .is_none_or(|last| seconds_between(last, now) > OVER_S)
        {
            self.count = 0;
        }
        self.last = Some(now);
        self.count += 1;
        self.count == enough
    }

    fn stands(&self, now: Option<Epoch>, enough: u32) -> bool {
        let recent = |last: Epoch| now.is_none_or(|now| seconds_between(last, now) <= OVER_S);
        self.count >= enough && self.last.is_some_and(recent)
    }
}

impl Stream {
    /// The fault that its reports must be taken for, if any.
    pub(super) fn fault(&self) -> Option<SensorFault> {
        let now = self.latest;
        if self.stuck {
            Some(SensorFault::Stuck)
        } else if self.shared.stands(now, REPEATED_AFTER) {
            // Its own reports doubled on the way are each taken once: that is said, and no fault
            // of the sensor for which a real flight may be dismissed.
            Some(SensorFault::Repeated)
        } else if self.counts.stands(now, 1) || self.ahead.stands(now, AFTER_ARRIVAL.1) {
            Some(SensorFault::Contradiction)
        } else {
            self.interference.then_some(SensorFault::Interference)
        }
    }

    /// Closed scans after a moment.
    pub(super) fn scans_since(&self, from: Epoch) -> u32 {
        let at = self.beats.partition_point(|beat| *beat < from);
        (self.beats.len() - at) as u32
    }

    /// Another sensor sent this as well; true when it is time to say so.
    pub(super) fn same_as_another(&mut self, time: Epoch) -> bool {
        self.shared.add(time, REPEATED_AFTER)
    }

    pub(super) fn hear(&mut self, report: &Report, model: &SensorModel, words: &mut Vec<Word>) {
        let time = report.time;
        self.latest = Some(self.latest.map_or(time, |latest| latest.max(time)));
        let name = &model.sensor.id;
        let mut say = |kind, what: String| words.push((report.sensor, kind, what));
        if let ReportBody::Heartbeat(beat) = &report.body {
            self.count(beat, time, name, &mut say);
            return;
        }
        let doubled =
            values_of(report).is_some_and(|values| self.repeated(values, report, name, &mut say));
        // What was doubled on the way was sent, and counted, once.
        self.heard += u64::from(!doubled);
        self.clock(report, name, &mut say);
        self.sun(report, model, &mut say);
        self.moon(report, model, &mut say);
    }

    fn count(
        &mut self,
        beat: &Heartbeat,
        time: Epoch,
        name: &str,
        say: &mut dyn FnMut(HealthKind, String),
    ) {
        let heard = std::mem::take(&mut self.heard);
        if beat.status == HeartbeatStatus::Ok && beat.coverage.is_none() {
            self.beats.push_back(time);
            if self.beats.len() > BEATS {
                self.beats.pop_front();
            }
        }
        let Some(count) = beat.reports else { return };
        let sent = count.min(1 << 40) as i64;
        self.excess.push_back((heard as i64 - sent, sent));
        if self.excess.len() > COUNTED {
            self.excess.pop_front();
        }
        if count == heard {
            return;
        }
        say(
            HealthKind::CountMismatch,
            format!(
                "{name} says it sent {count} reports since its last heartbeat; {heard} arrived"
            ),
        );
        let jumps = count >= heard + COUNT_JUMP.0 && count >= COUNT_JUMP.1 * heard.max(1);
        let (over, sent) = self.excess.iter().fold((0, 0), |sum: (i64, i64), beat| {
            (sum.0 + beat.0, sum.1 + beat.1)
        });
        if jumps || over >= TOO_MANY.max(sent) {
            self.counts.add(time, 1);
        }
    }

    /// Values identical to the last bit at different times are no measurement, and the same
    /// measurement under two names is one. Whether it came before.
    fn repeated(
        &mut self,
        values: Values,
        report: &Report,
        name: &str,
        say: &mut dyn FnMut(HealthKind, String),
    ) -> bool {
        let before = self.previous.replace((values, report.time));
        let same = before.is_some_and(|(known, time)| known == values && time != report.time);
        self.same = if same { self.same + 1 } else { 0 };
        let was = self.stuck;
        self.stuck = self.same >= STUCK_AFTER || (was && same);
        match (was, self.stuck) {
            (false, true) => say(HealthKind::Stuck, format!("{name} repeats the same values")),
            (true, false) => say(
                HealthKind::Recovered,
                format!("{name} no longer repeats itself"),
            ),
            _ => {}
        }
        let key = (report.time, values);
        if self.sent.contains_key(&key) {
            if self.again.add(report.time, REPEATED_AFTER) {
                let what = format!("{name} sends earlier reports again under new names");
                say(HealthKind::Repeated, what);
            }
            return true;
        }
        self.sent.insert(key, report.id.clone());
        self.order.push_back(key);
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.sent.remove(&oldest);
        }
        false
    }

    /// Nothing arrives before it happened; and what arrives a constant time later or earlier than
    /// before tells of a step.
    fn clock(&mut self, report: &Report, name: &str, say: &mut dyn FnMut(HealthKind, String)) {
        let Some(received) = report.received else {
            return;
        };
        let delay_s = seconds_between(report.time, received);
        if delay_s < -AFTER_ARRIVAL.0 && self.ahead.add(report.time, AFTER_ARRIVAL.1) {
            let what = format!(
                "reports of {name} carry times up to {:.1} s after their own arrival: its clock is wrong",
                -delay_s
            );
            say(HealthKind::ClockStep, what);
        }
        self.delays_s.push_back(delay_s);
        if self.delays_s.len() > 2 * STEP.0 {
            self.delays_s.pop_front();
        }
        if self.delays_s.len() < 2 * STEP.0 {
            return;
        }
        let (before, now) = (self.range_of(0), self.range_of(STEP.0));
        let steady = before.1 - before.0 < 2.0 && now.1 - now.0 < 2.0;
        let step_s = 0.5 * (now.0 + now.1 - before.0 - before.1);
        let steps = steady && step_s.abs() >= STEP.1;
        if steps && !self.stepped {
            let what = format!(
                "reports of {name} arrive {step_s:+.1} s later than before: its clock or its link made a step"
            );
            say(HealthKind::ClockStep, what);
        }
        self.stepped = steps;
    }

    /// Least and most of ten delays [s].
    fn range_of(&self, from: usize) -> (f64, f64) {
        let part = self.delays_s.iter().skip(from).take(STEP.0);
        part.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), delay| {
            (low.min(*delay), high.max(*delay))
        })
    }

    /// Whether it heard the Moon lately.
    pub(super) fn hears_moon(&self) -> bool {
        self.moon.stands(self.latest, MOON.0)
    }

    /// A radar that cannot tell ranges apart has echoes where the Moon's come back to.
    fn moon(
        &mut self,
        report: &Report,
        model: &SensorModel,
        say: &mut dyn FnMut(HealthKind, String),
    ) {
        let Some((range_m, site_m, toward)) = echo(report, model) else {
            return;
        };
        let SensorKind::Radar(kind) = &model.sensor.kind else {
            return;
        };
        let Some(unambiguous_m) = kind.unambiguous_range_m else {
            return;
        };
        let moon = moon_position_itrf(report.time) - site_m;
        let folded_m = (moon.norm() - range_m).rem_euclid(unambiguous_m);
        let apart_m = folded_m.min(unambiguous_m - folded_m);
        let angle_rad = sun_angle_rad(&toward, &moon);
        let hit = angle_rad < MOON.1 && apart_m < MOON.2;
        if hit && self.moon.add(report.time, MOON.0) {
            let name = &model.sensor.id;
            say(
                HealthKind::AmbiguousRange,
                format!(
                    "{name} has echoes where the Moon stands: at {:.2} s they come back after the next pulse has left",
                    2.0 * moon.norm() / 299_792_458.0
                ),
            );
        }
    }

    /// Most of what a radar reports lies where the Sun stands: it hears the Sun.
    fn sun(
        &mut self,
        report: &Report,
        model: &SensorModel,
        say: &mut dyn FnMut(HealthKind, String),
    ) {
        let Some((_, _, toward)) = echo(report, model) else {
            return;
        };
        let sun = sun_direction_itrf(report.time);
        let near = sun_angle_rad(&toward, &sun) < SUN_RAD;
        self.near_sun.push_back((report.time, near));
        self.sun_plots += usize::from(near);
        let kept_s = SUN_SCANS * model.sensor.revisit_s;
        while self.near_sun.len() > REMEMBERED
            || self
                .near_sun
                .front()
                .is_some_and(|(time, _)| seconds_between(*time, report.time) > kept_s)
        {
            let gone = self.near_sun.pop_front();
            self.sun_plots -= usize::from(gone.is_some_and(|(_, near)| near));
        }
        let noise = self.sun_plots;
        let share = noise as f64 / self.near_sun.len().max(1) as f64;
        let was = self.interference;
        self.interference = noise >= SUN_NOISE.0 && share >= SUN_NOISE.1
            || was && noise >= SUN_NOISE.0 / 4 && share >= 0.5 * SUN_NOISE.1;
        if self.interference && !was {
            let name = &model.sensor.id;
            say(
                HealthKind::Interference,
                format!(
                    "{noise} of the last {} plots of {name} lie where the Sun stands: noise of the Sun, which nobody sends",
                    self.near_sun.len()
                ),
            );
        }
    }
}

/// Of a radar's plot: its range [m], the radar's place and the way from there to the plot [m], in
/// ITRF.
fn echo(report: &Report, model: &SensorModel) -> Option<(f64, Vector3<f64>, Vector3<f64>)> {
    let (ReportBody::Radar(radar), Some(site)) = (&report.body, &model.site) else {
        return None;
    };
    let place_m = site.position_itrf_m(radar.range_m, radar.azimuth_rad, radar.elevation_rad);
    Some((radar.range_m, site.position_m, place_m - site.position_m))
}

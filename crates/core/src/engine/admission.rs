//! Which records are used: every other one is refused by name with its reason.

use std::collections::{BTreeMap, BTreeSet};

use forewarn_physics::time::{Epoch, after, format_utc, seconds_between};

use crate::model::{Mode, RecordId, Rejection, RejectionReason, Report, ReportBody, SensorKind};
use crate::sensors::SensorModel;

/// A report may be this much ahead of engine time [s].
const AHEAD_S: f64 = 5.0;
/// Engine time never jumps by more than this on the word of one record [s].
const JUMP_S: f64 = 6.0 * 3600.0;
/// Ids remembered to find duplicates.
const MOST_IDS: usize = 2_000_000;

/// Decides which reports are used, and keeps engine time.
#[derive(Debug, Clone)]
pub(super) struct Admission {
    mode: Mode,
    late_window_s: f64,
    start: Option<Epoch>,
    time: Option<Epoch>,
    seen: BTreeSet<RecordId>,
    by_age: BTreeMap<(Epoch, RecordId), ()>,
}

impl Admission {
    pub(super) fn new(mode: Mode, late_window_s: f64, start: Option<Epoch>) -> Self {
        Self {
            mode,
            late_window_s,
            start,
            time: None,
            seen: BTreeSet::new(),
            by_age: BTreeMap::new(),
        }
    }

    /// Engine time.
    pub(super) fn time(&self) -> Option<Epoch> {
        self.time
    }

    /// Time has reached an epoch.
    pub(super) fn advance(&mut self, to: Epoch) -> bool {
        let far = self
            .time
            .or(self.start)
            .is_some_and(|time| seconds_between(time, to) > JUMP_S);
        if far {
            return false;
        }
        self.time = Some(self.time.map_or(to, |time| time.max(to)));
        true
    }

    /// Takes a report or says why not. Engine time moves with those that are taken.
    pub(super) fn admit(
        &mut self,
        report: &Report,
        models: &[SensorModel],
    ) -> Result<(), Rejection> {
        let refuse = |reason, detail: String| {
            Err(Rejection {
                record: report.id.clone(),
                reason,
                detail,
            })
        };
        if let Some(mode) = report.mode
            && mode != self.mode
        {
            return refuse(
                RejectionReason::WrongMode,
                format!(
                    "its mode is `{}`, the run's is `{}`; never mixed",
                    mode.word(),
                    self.mode.word()
                ),
            );
        }
        let Some(model) = models.get(usize::from(report.sensor.0)) else {
            return refuse(
                RejectionReason::UnknownSensor,
                format!("sensor {} is not in the table", report.sensor.0),
            );
        };
        let suits = match (&report.body, &model.sensor.kind) {
            (ReportBody::Heartbeat(_), _)
            | (ReportBody::Infrared(_), SensorKind::Infrared(_))
            | (ReportBody::Radar(_), SensorKind::Radar(_)) => true,
            (ReportBody::Infrared(_), SensorKind::Radar(_))
            | (ReportBody::Radar(_), SensorKind::Infrared(_)) => false,
        };
        if !suits {
            return refuse(
                RejectionReason::WrongKind,
                format!(
                    "`{}` is of another kind in the sensor table",
                    model.sensor.id
                ),
            );
        }
        if let ReportBody::Infrared(infrared) = &report.body
            && infrared.sensor_position_m.is_none()
            && model.orbit.is_none()
        {
            return refuse(
                RejectionReason::NoPosition,
                format!(
                    "`{}` has no orbit in the table and the report no sensor_position_m",
                    model.sensor.id
                ),
            );
        }
        self.in_time(report)?;
        if !self.seen.insert(report.id.clone()) {
            return refuse(
                RejectionReason::Duplicate,
                "its id was seen before".to_owned(),
            );
        }
        self.remember(report);
        Ok(())
    }

    fn in_time(&mut self, report: &Report) -> Result<(), Rejection> {
        let refuse = |reason, detail: String| {
            Err(Rejection {
                record: report.id.clone(),
                reason,
                detail,
            })
        };
        let reference = self.time.or(self.start);
        let clock = report.received.unwrap_or(report.time);
        if let Some(reference) = reference
            && seconds_between(reference, clock) > JUMP_S
        {
            let what = if report.received.is_some() {
                "received"
            } else {
                "time"
            };
            return refuse(
                RejectionReason::InTheFuture,
                format!(
                    "{what} {} is {:.1} h ahead of engine time {}; check the sender's clock",
                    format_utc(clock),
                    seconds_between(reference, clock) / 3600.0,
                    format_utc(reference)
                ),
            );
        }
        let now = self.time.map_or(clock, |time| time.max(clock));
        if report.received.is_some() && seconds_between(now, report.time) > AHEAD_S {
            return refuse(
                RejectionReason::InTheFuture,
                format!(
                    "time {} is {:.1} s ahead of engine time {}",
                    format_utc(report.time),
                    seconds_between(now, report.time),
                    format_utc(now)
                ),
            );
        }
        let oldest = after(now, -self.late_window_s);
        if report.time < oldest {
            return refuse(
                RejectionReason::TooLate,
                format!(
                    "time {} is {:.1} s behind engine time {}; the late window is {} s",
                    format_utc(report.time),
                    seconds_between(report.time, now),
                    format_utc(now),
                    self.late_window_s
                ),
            );
        }
        self.time = Some(now);
        Ok(())
    }

    /// Ids outside the late window cannot come back as anything but too late.
    fn remember(&mut self, report: &Report) {
        self.by_age.insert((report.time, report.id.clone()), ());
        while self.by_age.len() > MOST_IDS {
            if let Some(((_, id), ())) = self.by_age.pop_first() {
                self.seen.remove(&id);
            }
        }
    }
}

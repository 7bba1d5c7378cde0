//! How fast a recording is played: sleeps until a record is due.

use std::time::{Duration, Instant};

use forewarn_core::model::Record;
use forewarn_physics::time::{Epoch, seconds_between};

use crate::args::Speed;

/// Gaps longer than this are not waited for [s]: a time that is far off must not stop the run.
const GAP_MAX_S: f64 = 3_600.0;

/// A clock that runs with the recording.
pub(super) struct Pace {
    speed: Speed,
    at: Option<(Instant, Epoch)>,
}

impl Pace {
    pub(super) fn new(speed: Speed) -> Self {
        Self { speed, at: None }
    }

    /// Waits until this time of the recording.
    pub(super) fn wait_for(&mut self, time: Epoch) {
        let Speed::Times(times) = self.speed else {
            return;
        };
        let now = Instant::now();
        let Some((started, first)) = self.at else {
            self.at = Some((now, time));
            return;
        };
        let due_s = seconds_between(first, time) / times;
        let waited_s = now.duration_since(started).as_secs_f64();
        let left_s = due_s - waited_s;
        if left_s > GAP_MAX_S {
            self.at = Some((now, time));
        } else if left_s > 0.0 {
            std::thread::sleep(Duration::from_secs_f64(left_s));
        }
    }
}

/// When a record arrived, if it says.
pub(super) fn arrival(record: &Record) -> Option<Epoch> {
    match record {
        Record::Report(report) => Some(report.received.unwrap_or(report.time)),
        Record::Notice(notice) => Some(notice.received),
        Record::Claim(claim) => Some(claim.time),
        Record::Action(action) => Some(action.time),
        Record::Tick(time) => Some(*time),
        Record::Unreadable { .. } => None,
    }
}

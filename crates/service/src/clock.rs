//! The service's clock: never goes back, and says when the system's clock was set.
//!
//! Live, it is the system's time as it was at the start, carried on by the monotonic clock. In an
//! exercise it may follow the reports instead: a recording of the past then plays as if it were
//! now, as fast as it is fed.

use std::sync::{Mutex, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use forewarn_physics::time::{Duration, Epoch, after, seconds_between};

/// The system's clock may differ by this much from the monotonic one before it counts as set [s].
const STEP_S: f64 = 1.0;

/// Time of the system's clock.
pub fn wall() -> Epoch {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| i128::try_from(since.as_nanos()).unwrap_or(0));
    Epoch::from_unix_seconds(0.0) + Duration::from_total_nanoseconds(since)
}

/// The service's clock.
#[derive(Debug)]
pub struct Clock {
    follow: bool,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    anchor: Instant,
    at_anchor: Option<Epoch>,
    /// The system's time, as the monotonic clock carries it on.
    wall_anchor: (Instant, Epoch),
}

impl Clock {
    /// Starts at the system's time, but not before `latest` (what the log has reached). With
    /// `follow` it starts with the first report instead.
    pub fn new(follow: bool, latest: Option<Epoch>) -> Self {
        let now = Instant::now();
        let system = wall();
        let at_anchor = if follow {
            latest
        } else {
            Some(latest.map_or(system, |latest| latest.max(system)))
        };
        Self {
            follow,
            state: Mutex::new(State {
                anchor: now,
                at_anchor,
                wall_anchor: (now, system),
            }),
        }
    }

    /// Now; none before the first report where the clock follows the reports.
    pub fn now(&self) -> Option<Epoch> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let passed_s = state.anchor.elapsed().as_secs_f64();
        state.at_anchor.map(|then| after(then, passed_s))
    }

    /// A report of this time arrives: where the clock follows, it moves on to it.
    pub fn hear(&self, time: Epoch) -> Epoch {
        let now = self.now();
        if self.follow && now.is_none_or(|now| time > now) {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.anchor = Instant::now();
            state.at_anchor = Some(time);
            return time;
        }
        now.unwrap_or(time)
    }

    /// Whether the clock follows the reports.
    pub fn follows(&self) -> bool {
        self.follow
    }

    /// By how much the system's clock was set since the last call, where it was [s].
    pub fn step_s(&self) -> Option<f64> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (then, at) = state.wall_anchor;
        let expected = after(at, then.elapsed().as_secs_f64());
        let system = wall();
        let step_s = seconds_between(expected, system);
        state.wall_anchor = (Instant::now(), system);
        (step_s.abs() > STEP_S).then_some(step_s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_never_goes_back_behind_the_log() {
        let ahead = after(wall(), 86_400.0);
        let clock = Clock::new(false, Some(ahead));
        assert!(clock.now().unwrap() >= ahead);
        // A report from the future does not move a clock that is not led by reports.
        assert!(clock.hear(after(ahead, 1e6)) < after(ahead, 60.0));
    }

    #[test]
    fn it_follows_reports_only_forward() {
        let clock = Clock::new(true, None);
        assert_eq!(clock.now(), None);
        let first = Epoch::from_unix_seconds(1e9);
        assert_eq!(clock.hear(first), first);
        let later = after(first, 60.0);
        assert_eq!(clock.hear(later), later);
        assert!(clock.hear(first) >= later);
        assert!(clock.step_s().is_none());
    }
}

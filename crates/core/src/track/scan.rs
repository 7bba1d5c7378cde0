//! Scans: the reports that one sensor made in one look at its view.
//!
//! An object shows at most once in a scan, which is what makes "one report per object" a valid
//! constraint of the assignment. A scanning sensor meets different objects at different times of
//! its turn, so a scan is no longer than half a revisit; who missed what is a matter of the time
//! since an object was last seen, not of a count of scans.

use std::sync::Arc;

use forewarn_physics::time::{Epoch, after, seconds_between};

use crate::model::{Heartbeat, Report, ReportBody, SensorIndex};

/// A scan stays open no shorter than this [s], however fast the sensor looks.
const SHORTEST_OPEN_S: f64 = 0.5;
/// Time tags of one look may differ by this much from the nominal window [s].
const MARGIN_S: f64 = 0.05;
/// A link that delivers within this time [s] is waited for; what takes longer comes late.
const LONGEST_LAG_S: f64 = 3.0;
/// What is remembered of the slowest delivery after each faster one.
const LAG_KEPT: f64 = 0.98;
/// A scan closes by itself at this many reports, so that a flood stays bounded.
pub const MAX_REPORTS_PER_SCAN: usize = 50_000;

/// The reports of one look.
#[derive(Debug, Clone)]
pub struct Scan {
    /// Whose.
    pub sensor: SensorIndex,
    /// Detections, in the order in which they came.
    pub reports: Vec<Arc<Report>>,
    /// The heartbeat that closed the scan, if one did.
    pub heartbeat: Option<ScanHeartbeat>,
    /// Time of the first report, or of the heartbeat where there was none.
    pub start: Epoch,
    /// Time of the last report, or of the heartbeat.
    pub end: Epoch,
}

/// A heartbeat and the interval that it speaks for.
#[derive(Debug, Clone)]
pub struct ScanHeartbeat {
    /// What it said.
    pub heartbeat: Heartbeat,
    /// The previous heartbeat; none for the first, which then says nothing about the past.
    pub since: Option<Epoch>,
    /// When it was sent.
    pub time: Epoch,
    /// Detections heard since the previous heartbeat, to compare with its own count.
    pub heard: u64,
}

/// Groups one sensor's time-ordered reports into scans.
#[derive(Debug, Clone)]
pub struct ScanBuilder {
    sensor: SensorIndex,
    revisit_s: f64,
    open: Vec<Arc<Report>>,
    last_heartbeat: Option<Epoch>,
    heard: u64,
    /// How long the link takes [s]: the slowest of the recent deliveries.
    lag_s: f64,
}

impl ScanBuilder {
    /// For a sensor that looks every `revisit_s` seconds.
    pub fn new(sensor: SensorIndex, revisit_s: f64) -> Self {
        Self {
            sensor,
            revisit_s,
            open: Vec::new(),
            last_heartbeat: None,
            heard: 0,
            lag_s: 0.0,
        }
    }

    /// Takes one report; returns the scan that it closes. Reports of other sensors are ignored.
    pub fn push(&mut self, report: Arc<Report>) -> Option<Scan> {
        if report.sensor != self.sensor {
            return None;
        }
        if let ReportBody::Heartbeat(heartbeat) = &report.body {
            return Some(self.close_by_heartbeat(heartbeat.clone(), report.time));
        }
        let belongs = self
            .open
            .first()
            .is_none_or(|first| seconds_between(first.time, report.time).abs() <= self.window_s());
        let closed = if belongs && self.open.len() < MAX_REPORTS_PER_SCAN {
            None
        } else {
            self.close()
        };
        self.heard += 1;
        self.learn_lag(&report);
        self.open.push(report);
        closed
    }

    fn learn_lag(&mut self, report: &Report) {
        let taken_s = report
            .received
            .map_or(0.0, |received| seconds_between(report.time, received));
        if taken_s <= LONGEST_LAG_S {
            self.lag_s = taken_s.max(LAG_KEPT * self.lag_s);
        }
    }

    /// Closes the open scan if engine time has passed its window by what the link takes: a scan
    /// that closes sooner falls to pieces while its reports still travel.
    pub fn close_due(&mut self, now: Epoch) -> Option<Scan> {
        self.close_complete(after(now, -self.lag_s))
    }

    /// The same where all reports up to `now` are known to be here.
    pub fn close_complete(&mut self, now: Epoch) -> Option<Scan> {
        let first = self.open.first()?;
        let open_s = self.window_s().max(SHORTEST_OPEN_S) + MARGIN_S;
        if seconds_between(first.time, now) > open_s {
            self.close()
        } else {
            None
        }
    }

    /// Closes the open scan whatever the time: for the end of a recording.
    pub fn close(&mut self) -> Option<Scan> {
        let reports = std::mem::take(&mut self.open);
        let start = reports.iter().map(|report| report.time).min()?;
        let end = reports.iter().map(|report| report.time).max()?;
        Some(Scan {
            sensor: self.sensor,
            reports,
            heartbeat: None,
            start,
            end,
        })
    }

    /// When [`Self::close_due`] will first close the open scan [s after its first report].
    pub fn window_s(&self) -> f64 {
        0.5 * self.revisit_s
    }

    fn close_by_heartbeat(&mut self, heartbeat: Heartbeat, time: Epoch) -> Scan {
        let beat = ScanHeartbeat {
            heartbeat,
            since: self.last_heartbeat,
            time,
            heard: self.heard,
        };
        self.last_heartbeat = Some(time);
        self.heard = 0;
        let mut scan = self.close().unwrap_or(Scan {
            sensor: self.sensor,
            reports: Vec::new(),
            heartbeat: None,
            start: time,
            end: time,
        });
        scan.heartbeat = Some(beat);
        scan
    }
}

#[cfg(test)]
mod tests {
    use forewarn_physics::time::parse_utc;
    use nalgebra::Vector3;

    use super::*;
    use crate::model::{HeartbeatStatus, Infrared};

    fn epoch(seconds: f64) -> Epoch {
        after(parse_utc("2026-03-01T12:00:00Z").unwrap(), seconds)
    }

    fn report(seconds: f64, body: ReportBody) -> Arc<Report> {
        let id = format!("r{seconds}").into();
        Arc::new(Report {
            id,
            time: epoch(seconds),
            received: None,
            mode: None,
            sensor: SensorIndex(0),
            body,
        })
    }

    fn spot(seconds: f64) -> Arc<Report> {
        report(
            seconds,
            ReportBody::Infrared(Infrared {
                line_of_sight: Vector3::x(),
                sensor_position_m: None,
                sigma_rad: 3e-5,
                radiant_intensity_w_sr: None,
                band: None,
            }),
        )
    }

    fn beat(seconds: f64) -> Arc<Report> {
        let heartbeat = Heartbeat {
            status: HeartbeatStatus::Ok,
            reports: None,
            coverage: None,
        };
        report(seconds, ReportBody::Heartbeat(heartbeat))
    }

    #[test]
    fn a_report_beyond_half_a_revisit_closes() {
        let mut builder = ScanBuilder::new(SensorIndex(0), 10.0);
        assert!(builder.push(spot(0.0)).is_none());
        assert!(builder.push(spot(4.9)).is_none());
        let scan = builder.push(spot(10.0)).unwrap();
        assert_eq!(
            (scan.reports.len(), scan.start, scan.end),
            (2, epoch(0.0), epoch(4.9))
        );
        assert_eq!(builder.close().unwrap().reports.len(), 1);
        assert!(builder.close().is_none());
    }

    #[test]
    fn time_alone_closes_but_never_early() {
        let mut builder = ScanBuilder::new(SensorIndex(0), 0.2);
        assert!(builder.push(spot(0.0)).is_none());
        assert!(builder.close_due(epoch(0.5)).is_none());
        assert_eq!(builder.close_due(epoch(0.6)).unwrap().reports.len(), 1);
        assert!(builder.close_due(epoch(9.0)).is_none());
    }

    #[test]
    fn reports_on_a_slow_link_stay_in_one_scan() {
        let mut builder = ScanBuilder::new(SensorIndex(0), 2.0);
        let slow = |seconds: f64| {
            let mut report = (*spot(seconds)).clone();
            report.received = Some(epoch(seconds + 1.5));
            Arc::new(report)
        };
        assert!(builder.push(slow(0.0)).is_none());
        assert!(builder.close_due(epoch(1.5)).is_none());
        assert!(builder.push(slow(0.9)).is_none());
        assert!(builder.close_due(epoch(2.4)).is_none());
        assert_eq!(builder.close_due(epoch(2.6)).unwrap().reports.len(), 2);
    }

    #[test]
    fn a_heartbeat_closes_and_names_its_interval() {
        let mut builder = ScanBuilder::new(SensorIndex(0), 10.0);
        let first = builder.push(beat(1.0)).unwrap().heartbeat.unwrap();
        assert_eq!((first.since, first.heard), (None, 0));
        assert!(builder.push(spot(9.0)).is_none());
        let scan = builder.push(beat(11.0)).unwrap();
        let beat = scan.heartbeat.unwrap();
        assert_eq!(scan.reports.len(), 1);
        assert_eq!(
            (beat.since, beat.time, beat.heard),
            (Some(epoch(1.0)), epoch(11.0), 1)
        );
    }

    #[test]
    fn another_sensors_report_is_not_taken() {
        let mut builder = ScanBuilder::new(SensorIndex(1), 10.0);
        assert!(builder.push(spot(0.0)).is_none());
        assert!(builder.close().is_none());
    }
}

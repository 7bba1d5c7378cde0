//! The sensors as people see them: heard, silent, wrong.

use std::collections::BTreeMap;

use forewarn_core::engine::Setup;
use forewarn_core::model::{Sensor, SensorIndex, SensorKind};
use forewarn_core::sensors::SensorModel;
use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::frames::{Itrf, Position};
use forewarn_physics::time::{Epoch, format_utc, seconds_between};
use serde_json::{Value, json};

use crate::entry::Frame;

/// What is heard of one sensor.
#[derive(Debug, Clone)]
struct State {
    model: Option<SensorModel>,
    sensor: Sensor,
    status: &'static str,
    detail: Option<String>,
    last_report: Option<Epoch>,
    last_heartbeat: Option<Epoch>,
    clock_offset_s: Option<f64>,
    frames: u64,
    records: u64,
}

/// All of them.
#[derive(Debug, Clone)]
pub(super) struct Sensors {
    states: BTreeMap<String, State>,
    /// Records that were not used.
    pub(super) rejections: u64,
}

impl Sensors {
    pub(super) fn new(setup: &Setup) -> Self {
        let states = setup.sensors.iter().zip(0..).map(|(sensor, index)| {
            let state = State {
                model: SensorModel::new(SensorIndex(index), sensor).ok(),
                sensor: sensor.clone(),
                // Nothing was heard yet: silence is an alarm, not peace.
                status: "silent",
                detail: None,
                last_report: None,
                last_heartbeat: None,
                clock_offset_s: None,
                frames: 0,
                records: 0,
            };
            (sensor.id.to_string(), state)
        });
        Self {
            states: states.collect(),
            rejections: 0,
        }
    }

    pub(super) fn frame(&mut self, frame: &Frame) {
        let Some(state) = self.states.get_mut(&frame.sensor) else {
            return;
        };
        state.frames += 1;
        state.clock_offset_s = Some(seconds_between(frame.received.0, frame.sent.0));
        for line in frame.lines.lines() {
            state.records += 1;
            if line.contains("\"heartbeat\"") {
                state.last_heartbeat = Some(frame.received.0);
                state.status = match status_of(line) {
                    Some("degraded") => "degraded",
                    Some("down") => "down",
                    _ => "ok",
                };
            } else {
                state.last_report = Some(frame.received.0);
                if state.status == "silent" {
                    state.status = "ok";
                }
            }
        }
    }

    pub(super) fn health(&mut self, event: &Value) {
        let name = event["sensor"].as_str().unwrap_or_default();
        let Some(state) = self.states.get_mut(name) else {
            return;
        };
        state.detail = event["detail"].as_str().map(str::to_owned);
        state.status = match event["kind"].as_str() {
            Some("silent") => "silent",
            Some("down") => "down",
            Some("recovered") => "ok",
            _ => "degraded",
        };
    }

    pub(super) fn rejection(&mut self) {
        self.rejections += 1;
    }

    pub(super) fn statuses(&self, now: Option<Epoch>) -> Vec<Value> {
        let states = self.states.iter();
        let one = |(name, state): (&String, &State)| {
            let last = state.last_report.max(state.last_heartbeat);
            let age_s = last.zip(now).map(|(last, now)| seconds_between(last, now));
            json!({ "id": name, "status": state.status, "age_s": age_s })
        };
        states.map(one).collect()
    }

    pub(super) fn value(&self, now: Option<Epoch>) -> Vec<Value> {
        let states = self.states.iter();
        states.map(|(name, state)| state.value(name, now)).collect()
    }
}

fn status_of(line: &str) -> Option<&str> {
    let after = line.split("\"status\"").nth(1)?;
    after.split('"').nth(1)
}

impl State {
    fn value(&self, name: &str, now: Option<Epoch>) -> Value {
        let (kind, fan) = match &self.sensor.kind {
            SensorKind::Infrared(_) => ("infrared", None),
            SensorKind::Radar(radar) => {
                let degrees = |pair: [f64; 2]| pair.map(f64::to_degrees);
                let fan = json!({
                    "azimuth_deg": degrees(radar.azimuth_rad),
                    "elevation_deg": degrees(radar.elevation_rad),
                    "range_max_m": radar.range_max_m,
                });
                ("radar", Some(fan))
            }
        };
        let place = self.place(now).map(|place| {
            json!({
                "latitude_deg": place.latitude_rad.to_degrees(),
                "longitude_deg": place.longitude_rad.to_degrees(),
                "height_m": place.height_m,
            })
        });
        json!({
            "id": name, "kind": kind,
            "failure_domains": self.sensor.failure_domains.iter().map(|d| &**d).collect::<Vec<_>>(),
            "status": self.status, "detail": self.detail,
            "last_report": self.last_report.map(format_utc),
            "last_heartbeat": self.last_heartbeat.map(format_utc),
            "position": place, "fan": fan,
            "clock_offset_s": self.clock_offset_s,
            "budget": { "frames": self.frames, "records": self.records },
        })
    }

    fn place(&self, now: Option<Epoch>) -> Option<Geodetic> {
        match &self.sensor.kind {
            SensorKind::Radar(radar) => Some(radar.site),
            SensorKind::Infrared(_) => {
                let orbit = self.model.as_ref()?.orbit.as_ref()?;
                let position = orbit.position_itrf_m(now?)?;
                Some(Geodetic::from_itrf(Position::<Itrf>::from_vector(position)))
            }
        }
    }
}

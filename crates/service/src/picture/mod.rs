//! What people see: a fold over the log, the same live and when the time bar looks back.

mod places;
mod sensors;
mod threats;
mod warnings;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use forewarn_core::engine::Setup;
use forewarn_formats::words::UtcTime;
use forewarn_physics::time::{Epoch, format_utc, parse_utc};
use serde_json::{Value, json};

use crate::entry::Entry;
pub use places::Places;
use sensors::Sensors;
pub use threats::Threat;
use threats::Threats;
use warnings::Warnings;

/// Remarks that are kept in view.
const REMARKS_MAX: usize = 100;

/// Something to be pushed to viewers.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Name of the event.
    pub name: &'static str,
    /// One JSON object, its `seq` included.
    pub data: String,
}

/// What people see at one moment of the log.
#[derive(Debug, Clone)]
pub struct Picture {
    setup: Arc<Setup>,
    places: Arc<Places>,
    /// Last entry taken in.
    pub seq: u64,
    /// Engine time.
    pub time: Option<Epoch>,
    from: Option<Epoch>,
    threats: Threats,
    warnings: Warnings,
    sensors: Sensors,
    notices: VecDeque<Value>,
    remarks: VecDeque<Value>,
    /// Pre-launch notices and claims that came in, newest last.
    announced: VecDeque<Value>,
}

impl Picture {
    /// Nothing has happened yet.
    pub fn new(setup: Arc<Setup>, places: Arc<Places>) -> Self {
        let sensors = Sensors::new(&setup);
        Self {
            setup,
            places,
            seq: 0,
            time: None,
            from: None,
            threats: Threats::default(),
            warnings: Warnings::default(),
            sensors,
            notices: VecDeque::new(),
            remarks: VecDeque::new(),
            announced: VecDeque::new(),
        }
    }

    /// Takes in an entry; says what viewers are to be shown of it.
    pub fn apply(&mut self, seq: u64, entry: &Entry) -> Option<Shown> {
        self.seq = seq;
        match entry {
            Entry::Frame(frame) => {
                self.pass(frame.received);
                self.sensors.frame(frame);
                None
            }
            Entry::Tick(tick) => {
                self.pass(tick.time);
                self.threats.sweep(tick.time.0);
                self.warnings.sweep(tick.time.0);
                None
            }
            Entry::Word(word) => self.word(seq, word),
            Entry::Event(event) => self.event(seq, event.event.get()),
            Entry::Publication(publication) => {
                self.warnings.publication(publication);
                let mut value = serde_json::to_value(publication).unwrap_or_default();
                value["bytes"].take();
                value["seq"] = seq.into();
                if !publication.broken.is_empty() {
                    self.notice("broken", &publication.broken.join("; "));
                }
                Some(shown("publication", &value))
            }
            Entry::Deed(deed) => {
                self.warnings.deed(deed);
                let mut value = serde_json::to_value(deed).unwrap_or_default();
                // Bytes are long, and codes are between two people and their screens.
                value["detail"].take();
                value["event"] = "action".into();
                value["seq"] = seq.into();
                Some(shown("action", &value))
            }
            Entry::Delivery(delivery) => {
                self.warnings.delivery(delivery);
                let mut value = serde_json::to_value(delivery).unwrap_or_default();
                value["seq"] = seq.into();
                if delivery.state == "dead" {
                    let text = format!("{} was not delivered to {}", delivery.key, delivery.sink);
                    self.notice("sink", &text);
                }
                Some(shown("delivery", &value))
            }
            Entry::Remark(remark) => {
                let value = json!({
                    "seq": seq, "wall": remark.wall, "what": remark.what, "text": remark.text,
                });
                push(&mut self.remarks, value.clone());
                Some(shown("notice", &value))
            }
            Entry::Start(start) => {
                let value = json!({
                    "seq": seq, "wall": start.wall, "what": "start",
                    "text": format!("forewarn {} started", start.version),
                });
                push(&mut self.remarks, value.clone());
                Some(shown("notice", &value))
            }
        }
    }

    fn pass(&mut self, time: UtcTime) {
        self.from.get_or_insert(time.0);
        self.time = Some(self.time.map_or(time.0, |now| now.max(time.0)));
    }

    fn notice(&mut self, what: &str, text: &str) {
        let value = json!({ "seq": self.seq, "what": what, "text": text });
        push(&mut self.notices, value);
    }

    fn word(&mut self, seq: u64, word: &crate::entry::SpokenWord) -> Option<Shown> {
        let first = word.line.lines().next_back()?;
        let mut value: Value = serde_json::from_str(first).ok()?;
        if word.what == "action" {
            self.threats.action(&value);
            self.warnings.action(&value);
        } else {
            value["what"] = word.what.clone().into();
            push(&mut self.announced, value.clone());
        }
        value["event"] = "action".into();
        value["what"] = word.what.clone().into();
        value["seq"] = seq.into();
        Some(shown("action", &value))
    }

    fn event(&mut self, seq: u64, text: &str) -> Option<Shown> {
        let mut value: Value = serde_json::from_str(text).ok()?;
        value["seq"] = seq.into();
        let time = parse_utc(value["time"].as_str()?).ok()?;
        self.pass(UtcTime(time));
        let name = match value["event"].as_str()? {
            "assessment" => "assessment",
            "warning" => "warning",
            "health" => "health",
            _ => "rejection",
        };
        let data = value.to_string();
        let value = Arc::new(value);
        match name {
            "assessment" => self.threats.assessment(time, &value, &self.places),
            "warning" => self.warnings.event(time, &value),
            "health" => self.sensors.health(&value),
            _ => self.sensors.rejection(),
        }
        Some(Shown { name, data })
    }

    /// The object's history.
    pub fn threat(&self, object: &str) -> Option<&Threat> {
        self.threats.get(object)
    }

    /// All objects that are in view.
    pub fn threats(&self) -> impl Iterator<Item = &Threat> {
        self.threats.all()
    }

    /// The newest message that went out about a warning.
    pub fn message(&self, warning: &str) -> Option<String> {
        self.warnings.message(warning)
    }

    /// Whether there is such a warning.
    pub fn has_warning(&self, warning: &str) -> bool {
        self.warnings.has(warning)
    }

    /// As `GET /api/v1/state` says it, without what is not in the log.
    pub fn value(&self) -> Value {
        let time = self.time.map(format_utc);
        json!({
            "mode": self.setup.mode.word(),
            "seq": self.seq,
            "engine_time": time,
            "threats": self.threats.value(),
            "warnings": self.warnings.value(),
            "sensors": self.sensors.value(self.time),
            "notices": self.announced,
            "remarks": self.remarks,
            "alarms": self.notices,
            "rejections": self.sensors.rejections,
            "range": { "from": self.from.map(format_utc), "to": time },
        })
    }

    /// How long each sensor has not been heard [s], for the tick of every second.
    pub fn sensor_ages(&self, now: Epoch) -> BTreeMap<String, f64> {
        self.sensors.ages(now)
    }
}

fn push(list: &mut VecDeque<Value>, value: Value) {
    list.push_back(value);
    if list.len() > REMARKS_MAX {
        list.pop_front();
    }
}

fn shown(name: &'static str, value: &Value) -> Shown {
    Shown {
        name,
        data: value.to_string(),
    }
}

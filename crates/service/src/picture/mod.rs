//! What people see: a fold over the log, the same live and when the time bar looks back.

mod places;
mod sensors;
mod shown;
mod threats;
mod warnings;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use forewarn_core::engine::Setup;
use forewarn_formats::words::UtcTime;
use forewarn_physics::time::{Epoch, format_utc, parse_utc};
use serde_json::{Value, json};

use crate::entry::{Deed, Delivery, DeliveryState, Entry, Publication, SpokenWord};
pub use places::Places;
use sensors::Sensors;
pub use shown::{Shown, shown};
pub use threats::Threat;
use threats::Threats;
use warnings::Warnings;

/// Remarks that are kept in view.
const REMARKS_MAX: usize = 100;

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
    shelved: BTreeMap<String, Shelved>,
}

/// An alarm that somebody put aside for a while.
#[derive(Debug, Clone)]
struct Shelved {
    until: UtcTime,
    by: String,
    reason: String,
}

impl Picture {
    /// Nothing has happened yet.
    pub fn new(setup: Arc<Setup>, places: Arc<Places>, sinks: Arc<BTreeSet<String>>) -> Self {
        let sensors = Sensors::new(&setup);
        Self {
            setup,
            places,
            seq: 0,
            time: None,
            from: None,
            threats: Threats::default(),
            warnings: Warnings::new(sinks),
            sensors,
            notices: VecDeque::new(),
            remarks: VecDeque::new(),
            announced: VecDeque::new(),
            shelved: BTreeMap::new(),
        }
    }

    /// Takes in an entry.
    pub fn apply(&mut self, seq: u64, entry: &Entry) {
        self.seq = seq;
        match entry {
            Entry::Frame(frame) => {
                self.pass(frame.received);
                self.sensors.frame(frame);
            }
            Entry::Tick(tick) => {
                self.pass(tick.time);
                self.threats.sweep(tick.time.0);
                self.warnings.sweep(tick.time.0);
                self.shelved.retain(|_, shelved| shelved.until > tick.time);
            }
            Entry::Word(word) => self.word(word),
            Entry::Event(event) => self.event(seq, event.event.get()),
            Entry::Publication(publication) => {
                self.warnings.publication(publication);
                if !publication.broken.is_empty() {
                    self.notice("broken", &publication.broken.join("; "));
                }
            }
            Entry::Deed(deed) => {
                self.warnings.deed(deed);
                if deed.what == "shelve" {
                    self.shelve(deed);
                }
            }
            Entry::Delivery(delivery) => {
                self.warnings.delivery(delivery);
                if delivery.state == DeliveryState::Dead {
                    let (key, sink) = (&delivery.key, &delivery.sink);
                    self.notice("sink", &format!("{key} was not delivered to {sink}"));
                }
            }
            Entry::Remark(remark) => {
                let text = json!({
                    "seq": seq, "wall": remark.wall, "what": remark.what, "text": remark.text,
                });
                push(&mut self.remarks, text);
            }
            Entry::Start(start) => {
                let text = format!("forewarn {} started", start.version);
                let remark = json!({
                    "seq": seq, "wall": start.wall, "what": "start", "text": text,
                });
                push(&mut self.remarks, remark);
            }
        }
    }

    fn shelve(&mut self, deed: &Deed) {
        let until = deed.detail["until"]
            .as_str()
            .and_then(|text| parse_utc(text).ok());
        let Some(until) = until else { return };
        let reason = deed.detail["reason"].as_str().unwrap_or_default();
        let shelved = Shelved {
            until: UtcTime(until),
            by: deed.by.clone(),
            reason: reason.to_owned(),
        };
        self.shelved.insert(deed.target.clone(), shelved);
    }

    fn pass(&mut self, time: UtcTime) {
        self.from.get_or_insert(time.0);
        self.time = Some(self.time.map_or(time.0, |now| now.max(time.0)));
    }

    fn notice(&mut self, what: &str, text: &str) {
        let value = json!({ "seq": self.seq, "what": what, "text": text });
        push(&mut self.notices, value);
    }

    fn word(&mut self, word: &SpokenWord) {
        for line in word.line.lines() {
            let Ok(mut value) = serde_json::from_str::<Value>(line) else {
                continue;
            };
            if word.what == "action" {
                self.threats.action(&value);
            } else {
                value["what"] = word.what.clone().into();
                push(&mut self.announced, value);
            }
        }
    }

    fn event(&mut self, seq: u64, text: &str) {
        let Ok(mut value) = serde_json::from_str::<Value>(text) else {
            return;
        };
        value["seq"] = seq.into();
        let time = value["time"].as_str().and_then(|time| parse_utc(time).ok());
        let Some(time) = time else { return };
        self.pass(UtcTime(time));
        let value = Arc::new(value);
        match value["event"].as_str() {
            Some("assessment") => self.threats.assessment(time, &value, &self.places),
            Some("warning") => self.warnings.event(time, &value),
            Some("health") => self.sensors.health(&value),
            _ => self.sensors.rejection(),
        }
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
    pub fn newest(&self, warning: &str) -> Option<Arc<Publication>> {
        self.warnings.newest(warning)
    }

    /// Messages that sinks do not have yet, in the order they went out.
    pub fn owed(&self) -> Vec<(Arc<Publication>, Delivery)> {
        self.warnings.owed()
    }

    /// All assessments of all objects in view, for a scene.
    pub fn assessments(&self) -> impl Iterator<Item = &Arc<Value>> {
        self.threats.all().flat_map(|threat| &threat.history)
    }

    /// What the sensors are and how they are, for the tick of every second.
    pub fn sensor_statuses(&self, now: Option<Epoch>) -> Vec<Value> {
        self.sensors.statuses(now)
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
            "shelved": self.shelved.iter().map(|(subject, shelved)| json!({
                "subject": subject, "until": shelved.until, "by": shelved.by,
                "reason": shelved.reason,
            })).collect::<Vec<_>>(),
            "range": { "from": self.from.map(format_utc), "to": time },
        })
    }
}

fn push(list: &mut VecDeque<Value>, value: Value) {
    list.push_back(value);
    if list.len() > REMARKS_MAX {
        list.pop_front();
    }
}

//! Warnings, who released them, and what became of their messages.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use forewarn_formats::words::UtcTime;
use forewarn_physics::time::{Epoch, seconds_between};
use serde_json::{Value, json};

use crate::entry::{Deed, Delivery, DeliveryState, Publication};

/// A warning that is over is shown for this long [s].
const SHOWN_AFTER_END_S: f64 = 6.0 * 3_600.0;

/// A message and where it is to go.
#[derive(Debug, Clone)]
struct Sent {
    publication: Arc<Publication>,
    deliveries: BTreeMap<String, Delivery>,
}

#[derive(Debug, Clone, Default)]
struct Warning {
    event: Option<Arc<Value>>,
    state: &'static str,
    released_by: Vec<String>,
    approvals: Vec<Value>,
    sent: Vec<Sent>,
    /// The newest revision that the engine put into words, and the newest that went out.
    revision: u64,
    revision_sent: u64,
    time: Option<Epoch>,
}

/// All of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Warnings {
    all: BTreeMap<String, Warning>,
    sinks: Arc<BTreeSet<String>>,
}

impl Warnings {
    pub(super) fn new(sinks: Arc<BTreeSet<String>>) -> Self {
        Self {
            all: BTreeMap::new(),
            sinks,
        }
    }

    pub(super) fn event(&mut self, time: Epoch, value: &Arc<Value>) {
        let Some(name) = value["warning"].as_str() else {
            return;
        };
        let warning = self.all.entry(name.to_owned()).or_default();
        warning.state = match value["action"].as_str() {
            Some("cancel") => "cancelled",
            Some("retract") => "retracted",
            _ if value["released_by"].is_null() => "draft",
            _ => "issued",
        };
        if let Some(people) = value["released_by"]["people"].as_array() {
            let names = people
                .iter()
                .filter_map(|name| name.as_str().map(str::to_owned));
            warning.released_by = names.collect();
        } else if let Some(rule) = value["released_by"]["rule"].as_str() {
            warning.released_by = vec![format!("rule \"{rule}\"")];
        }
        warning.revision = value["revision"].as_u64().unwrap_or(0);
        warning.time = Some(time);
        warning.event = Some(value.clone());
    }

    pub(super) fn publication(&mut self, publication: &Publication) {
        let warning = self.all.entry(publication.warning.clone()).or_default();
        // What breaks the rules of CAP goes nowhere.
        let wanted = self.sinks.iter().filter(|_| publication.broken.is_empty());
        let deliveries = wanted.map(|sink| (sink.clone(), Delivery::queued(publication, sink)));
        warning.sent.push(Sent {
            publication: Arc::new(publication.clone()),
            deliveries: deliveries.collect(),
        });
        warning.revision_sent = u64::from(publication.revision);
        warning.approvals.clear();
    }

    /// The first of two who release.
    pub(super) fn deed(&mut self, deed: &Deed) {
        let Some(warning) = self.all.get_mut(&deed.target) else {
            return;
        };
        match deed.what.as_str() {
            "confirm" => warning
                .approvals
                .push(json!({ "by": deed.by, "time": deed.wall })),
            "lapse" => warning.approvals.clear(),
            _ => {}
        }
    }

    pub(super) fn delivery(&mut self, delivery: &Delivery) {
        let Some(warning) = self.all.get_mut(&delivery.warning) else {
            return;
        };
        let sent = warning.sent.iter_mut();
        for sent in sent.filter(|sent| sent.publication.key == delivery.key) {
            sent.deliveries
                .insert(delivery.sink.clone(), delivery.clone());
        }
    }

    pub(super) fn sweep(&mut self, now: Epoch) {
        self.all.retain(|_, warning| {
            let over = matches!(warning.state, "cancelled" | "retracted");
            let old = warning
                .time
                .is_some_and(|time| seconds_between(time, now) > SHOWN_AFTER_END_S);
            !(over && old && warning.is_settled())
        });
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.all.contains_key(name)
    }

    pub(super) fn newest(&self, name: &str) -> Option<Arc<Publication>> {
        Some(self.all.get(name)?.sent.last()?.publication.clone())
    }

    /// Messages that a sink has neither taken nor failed for good, in the order they went out.
    pub(super) fn owed(&self) -> Vec<(Arc<Publication>, Delivery)> {
        let sent = self.all.values().flat_map(|warning| &warning.sent);
        let mut owed: Vec<_> = sent
            .flat_map(|sent| {
                let open = sent
                    .deliveries
                    .values()
                    .filter(|delivery| !delivery.state.is_final());
                open.map(|delivery| (sent.publication.clone(), delivery.clone()))
            })
            .collect();
        owed.sort_by_key(|(publication, _)| publication.of);
        owed
    }

    pub(super) fn value(&self) -> Vec<Value> {
        self.all
            .iter()
            .map(|(name, warning)| warning.value(name))
            .collect()
    }
}

impl Warning {
    fn is_settled(&self) -> bool {
        let mut deliveries = self.sent.iter().flat_map(|sent| sent.deliveries.values());
        deliveries.all(|delivery| delivery.state.is_final())
    }

    fn value(&self, name: &str) -> Value {
        let deliveries: Vec<Value> = self
            .sent
            .iter()
            .flat_map(|sent| {
                let publication = &sent.publication;
                sent.deliveries.values().map(move |delivery| {
                    json!({
                        "sink": delivery.sink, "state": delivery.state,
                        "attempts": delivery.attempts, "time": delivery.wall,
                        "receipt": delivery.receipt,
                        "action": publication.action, "revision": publication.revision,
                    })
                })
            })
            .collect();
        let newest = self.sent.last().map(|sent| &sent.publication);
        let broken: Vec<&String> = newest.iter().flat_map(|newest| &newest.broken).collect();
        json!({
            "warning": name,
            "state": self.state,
            "event": self.event.as_ref().map(|event| (**event).clone()),
            "released_by": self.released_by,
            "approvals": self.approvals,
            "bytes_sha256": newest.map(|publication| &publication.sha256),
            "published": self.sent.len(),
            "update_waits": self.state == "issued" && self.revision > self.revision_sent,
            "broken": broken,
            "deliveries": deliveries,
        })
    }
}

impl Delivery {
    /// What is to be done about a message at a sink when it was just let out.
    pub fn queued(publication: &Publication, sink: &str) -> Self {
        Self {
            key: publication.key.clone(),
            warning: publication.warning.clone(),
            sink: sink.to_owned(),
            state: DeliveryState::Queued,
            attempts: 0,
            wall: UtcTime(publication.time.0),
            receipt: String::new(),
        }
    }
}

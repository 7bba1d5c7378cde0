//! Warnings, who released them, and what became of their messages.

use std::collections::BTreeMap;
use std::sync::Arc;

use forewarn_physics::time::{Epoch, seconds_between};
use serde_json::{Value, json};

use crate::entry::{Deed, Delivery, Publication};

/// A warning that is over is shown for this long [s].
const SHOWN_AFTER_END_S: f64 = 6.0 * 3_600.0;

#[derive(Debug, Clone, Default)]
struct Warning {
    event: Option<Arc<Value>>,
    state: &'static str,
    released_by: Value,
    approvals: Vec<Value>,
    awaiting: Option<&'static str>,
    published: Vec<Publication>,
    deliveries: BTreeMap<(String, String), Delivery>,
    time: Option<Epoch>,
}

/// All of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Warnings(BTreeMap<String, Warning>);

impl Warnings {
    pub(super) fn event(&mut self, time: Epoch, value: &Arc<Value>) {
        let Some(name) = value["warning"].as_str() else {
            return;
        };
        let warning = self.0.entry(name.to_owned()).or_default();
        warning.state = match value["action"].as_str() {
            Some("cancel") => "cancelled",
            Some("retract") => "retracted",
            _ if value["released_by"].is_null() => "draft",
            _ => "issued",
        };
        if warning.state != "draft" {
            warning.awaiting = None;
        }
        if !value["released_by"].is_null() {
            warning.released_by = value["released_by"].clone();
        }
        warning.time = Some(time);
        warning.event = Some(value.clone());
    }

    pub(super) fn publication(&mut self, publication: &Publication) {
        let warning = self.0.entry(publication.warning.clone()).or_default();
        warning.published.push(publication.clone());
    }

    /// The first of two who release.
    pub(super) fn deed(&mut self, deed: &Deed) {
        if deed.what != "confirm" {
            return;
        }
        if let Some(warning) = self.0.get_mut(&deed.target) {
            warning
                .approvals
                .push(json!({ "by": deed.by, "time": deed.wall }));
            warning.awaiting = Some("second person");
        }
    }

    /// The second, or the one who takes back.
    pub(super) fn action(&mut self, action: &Value) {
        let name = action["target"].as_str().unwrap_or_default();
        let Some(warning) = self.0.get_mut(name) else {
            return;
        };
        if action["action"] != "acknowledge" {
            warning
                .approvals
                .push(json!({ "by": action["by"], "time": action["time"] }));
        }
    }

    pub(super) fn delivery(&mut self, delivery: &Delivery) {
        let warning = self.0.entry(delivery.warning.clone()).or_default();
        let key = (delivery.key.clone(), delivery.sink.clone());
        warning.deliveries.insert(key, delivery.clone());
    }

    pub(super) fn sweep(&mut self, now: Epoch) {
        self.0.retain(|_, warning| {
            let over = matches!(warning.state, "cancelled" | "retracted");
            let old = warning
                .time
                .is_some_and(|time| seconds_between(time, now) > SHOWN_AFTER_END_S);
            !(over && old)
        });
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(super) fn message(&self, name: &str) -> Option<String> {
        let newest = self.0.get(name)?.published.last()?;
        Some(newest.bytes.clone())
    }

    pub(super) fn value(&self) -> Vec<Value> {
        self.0.iter().map(|(name, warning)| warning.value(name)).collect()
    }
}

impl Warning {
    fn value(&self, name: &str) -> Value {
        let deliveries: Vec<&Delivery> = self.deliveries.values().collect();
        let newest = self.published.last();
        json!({
            "warning": name,
            "state": self.state,
            "awaiting": self.awaiting,
            "event": self.event.as_ref().map(|event| (**event).clone()),
            "released_by": self.released_by,
            "approvals": self.approvals,
            "published": self.published.len(),
            "bytes_sha256": newest.map(|publication| &publication.sha256),
            "deliveries": deliveries,
        })
    }
}

//! Objects that people watch.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::frames::{Itrf, Position};
use forewarn_physics::time::{Epoch, format_utc, seconds_between};
use serde_json::{Value, json};

use super::places::Places;

/// Points of a track that are kept.
const TRACK_MAX: usize = 200;
/// Assessments of one object that are kept in view; all are in the log.
const HISTORY_MAX: usize = 400;
/// An object that is over is shown for this long [s].
const SHOWN_AFTER_END_S: f64 = 2.0 * 3_600.0;
/// One that nothing is said about any more, likewise [s].
const SHOWN_AFTER_LAST_S: f64 = 2.0 * 3_600.0;
/// Most objects in view; beyond it the oldest that are over go, then the oldest.
const OBJECTS_MAX: usize = 5_000;

/// One object.
#[derive(Debug, Clone)]
pub struct Threat {
    /// Its name.
    pub object: String,
    first_report: Epoch,
    suspected: Option<Epoch>,
    confirmed: Option<Epoch>,
    acknowledged_by: Option<String>,
    last: Epoch,
    ended: Option<Epoch>,
    places: Vec<Value>,
    /// What was said about it, oldest first.
    pub history: VecDeque<Arc<Value>>,
    track: VecDeque<Value>,
}

/// All of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Threats(BTreeMap<String, Threat>);

impl Threats {
    pub(super) fn assessment(&mut self, time: Epoch, value: &Arc<Value>, places: &Places) {
        let Some(object) = value["object"].as_str() else {
            return;
        };
        let threat = self.0.entry(object.to_owned()).or_insert_with(|| Threat {
            object: object.to_owned(),
            first_report: time,
            suspected: None,
            confirmed: None,
            acknowledged_by: None,
            last: time,
            ended: None,
            places: Vec::new(),
            history: VecDeque::new(),
            track: VecDeque::new(),
        });
        threat.take(time, value, places);
        if self.0.len() > OBJECTS_MAX {
            self.drop_oldest();
        }
    }

    pub(super) fn action(&mut self, action: &Value) {
        if action["action"] != "acknowledge" {
            return;
        }
        let target = action["target"].as_str().unwrap_or_default();
        if let Some(threat) = self.0.get_mut(target) {
            threat.acknowledged_by = action["by"].as_str().map(str::to_owned);
        }
    }

    pub(super) fn sweep(&mut self, now: Epoch) {
        self.0.retain(|_, threat| {
            let over = threat
                .ended
                .is_some_and(|ended| seconds_between(ended, now) > SHOWN_AFTER_END_S);
            !over && seconds_between(threat.last, now) <= SHOWN_AFTER_LAST_S
        });
    }

    fn drop_oldest(&mut self) {
        let oldest = self
            .0
            .values()
            .min_by_key(|threat| (threat.ended.is_none(), threat.last))
            .map(|threat| threat.object.clone());
        if let Some(object) = oldest {
            self.0.remove(&object);
        }
    }

    pub(super) fn get(&self, object: &str) -> Option<&Threat> {
        self.0.get(object)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Threat> {
        self.0.values()
    }

    pub(super) fn value(&self) -> Vec<Value> {
        let worth = self.0.values().filter(|threat| threat.is_of_interest());
        worth.map(Threat::value).collect()
    }
}

impl Threat {
    fn take(&mut self, time: Epoch, value: &Arc<Value>, places: &Places) {
        self.last = time;
        match value["verdict"].as_str() {
            Some("suspected") => {
                self.suspected.get_or_insert(time);
            }
            Some("confirmed") => {
                self.confirmed.get_or_insert(time);
            }
            _ => {}
        }
        self.ended = (value["phase"] == "ended" || !value["merged_into"].is_null()).then_some(time);
        self.places = places.at_risk(value);
        self.track.extend(point(value));
        if self.track.len() > TRACK_MAX {
            // Every second point goes: the whole flight stays in view.
            let kept = self.track.iter().enumerate().filter(|(at, _)| at % 2 == 0);
            self.track = kept.map(|(_, point)| point.clone()).collect();
        }
        self.history.push_back(value.clone());
        if self.history.len() > HISTORY_MAX {
            self.history.pop_front();
        }
    }

    /// Whether people are to see it: it was suspected once, or nobody knows yet what it is.
    fn is_of_interest(&self) -> bool {
        let undecided = self
            .assessment()
            .is_some_and(|assessment| assessment["verdict"] == "insufficient");
        self.suspected.or(self.confirmed).is_some() || (self.ended.is_none() && undecided)
    }

    /// The newest assessment.
    pub fn assessment(&self) -> Option<&Arc<Value>> {
        self.history.back()
    }

    fn value(&self) -> Value {
        json!({
            "object": self.object,
            "first_report": format_utc(self.first_report),
            "suspected": self.suspected.map(format_utc),
            "confirmed": self.confirmed.map(format_utc),
            "acknowledged_by": self.acknowledged_by,
            "places": self.places,
            "assessment": self.assessment().map(|value| (**value).clone()),
            "track": self.track,
        })
    }
}

/// `[longitude_deg, latitude_deg, height_m, time]` of the state of an assessment.
fn point(value: &Value) -> Option<Value> {
    let state = &value["state"];
    let coordinate = |axis: usize| state["position_m"][axis].as_f64();
    let position = Position::<Itrf>::new(coordinate(0)?, coordinate(1)?, coordinate(2)?);
    let place = Geodetic::from_itrf(position);
    Some(json!([
        place.longitude_rad.to_degrees(),
        place.latitude_rad.to_degrees(),
        place.height_m,
        state["time"],
    ]))
}

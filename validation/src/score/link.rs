//! Which engine's object is which true object.

use std::collections::{BTreeMap, BTreeSet};

use forewarn_core::model::Class;
use forewarn_formats::events::{AssessmentEvent, EventLine};
use forewarn_formats::truth::TruthObject;

use super::Run;

/// An engine's object: what it held, and what that came from.
#[derive(Debug, Clone, Default)]
pub(super) struct Link {
    /// Reports it held at its end.
    pub(super) held: BTreeSet<String>,
    /// The true object most of them come from; none if most are false.
    pub(super) origin: Option<String>,
    /// How many come from there.
    pub(super) own: usize,
}

/// All engine's objects.
#[derive(Debug, Clone, Default)]
pub(super) struct Links {
    pub(super) by_object: BTreeMap<String, Link>,
    parents: BTreeMap<String, String>,
}

/// Whether this is a missile or glide vehicle as launched, not a piece of one.
pub(super) fn is_threat(object: &TruthObject) -> bool {
    let class = matches!(
        object.class.0,
        Class::BallisticMissile | Class::GlideVehicle
    );
    class && object.parent.is_none()
}

/// The assessments among the events.
pub(super) fn assessments(
    events: &[EventLine],
) -> impl DoubleEndedIterator<Item = &AssessmentEvent> {
    events.iter().filter_map(|event| match event {
        EventLine::Assessment(assessment) => Some(&**assessment),
        _ => None,
    })
}

impl Links {
    pub(super) fn of(run: &Run<'_>) -> Self {
        let mut links = Self {
            by_object: BTreeMap::new(),
            parents: run
                .truth
                .objects
                .iter()
                .filter_map(|object| Some((object.object.clone(), object.parent.clone()?)))
                .collect(),
        };
        for event in assessments(run.events) {
            let body = &event.assessment;
            let link = links.by_object.entry(body.object.clone()).or_default();
            link.held.extend(body.detections.iter().cloned());
            for gone in &body.withdrawn {
                link.held.remove(gone);
            }
        }
        let origins: BTreeMap<&str, Option<&str>> = run
            .truth
            .origins
            .iter()
            .map(|origin| (origin.detection.as_str(), origin.object.as_deref()))
            .collect();
        for link in links.by_object.values_mut() {
            name_origin(link, &origins);
        }
        links
    }

    /// The vehicle that a true object is, or came off.
    pub(super) fn vehicle<'a>(&'a self, object: &'a str) -> &'a str {
        let mut name = object;
        // A chain of pieces is short; the bound keeps a circular truth from hanging.
        for _ in 0..16 {
            match self.parents.get(name) {
                Some(parent) => name = parent,
                None => break,
            }
        }
        name
    }

    /// Names of the engine's objects that are of this vehicle, those with most reports first.
    pub(super) fn of_vehicle(&self, vehicle: &str) -> Vec<&str> {
        let mut found: Vec<(usize, &str)> = self
            .by_object
            .iter()
            .filter(|(_, link)| {
                let origin = link.origin.as_deref();
                origin.is_some_and(|origin| self.vehicle(origin) == vehicle)
            })
            .map(|(name, link)| (link.own, name.as_str()))
            .collect();
        found.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
        found.into_iter().map(|(_, name)| name).collect()
    }
}

fn name_origin(link: &mut Link, origins: &BTreeMap<&str, Option<&str>>) {
    let mut counts: BTreeMap<Option<&str>, usize> = BTreeMap::new();
    for detection in &link.held {
        let origin = origins.get(detection.as_str()).copied().flatten();
        *counts.entry(origin).or_default() += 1;
    }
    // The last of equal counts: a named object before none, since None sorts first.
    if let Some((origin, own)) = counts.into_iter().max_by_key(|(_, count)| *count) {
        link.origin = origin.map(str::to_owned);
        link.own = own;
    }
}

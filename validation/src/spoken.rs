//! What a run said of each object, beside what its reports really came from.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use forewarn_core::model::{
    Assessment, Event, EventBody, ObjectId, Reason, RecordId, Verdict, WarningAction,
};
use forewarn_physics::time::{Epoch, seconds_between};
use forewarn_simulate::Recording;

/// One object of the engine.
#[derive(Debug, Clone)]
pub struct Spoken {
    /// Its id.
    pub object: ObjectId,
    /// Spells of suspicion or confirmation, seconds after the start; the last may be open.
    pub spells: Vec<(f64, Option<f64>)>,
    /// It was confirmed at some time.
    pub confirmed: bool,
    /// Reports it holds.
    pub records: BTreeSet<RecordId>,
    /// Names of the catalogue it was given, in order.
    pub catalogue: Vec<Arc<str>>,
    /// What was said last: verdict and why.
    pub last: (Verdict, Reason),
    /// Every verdict and why, in order, without repetition, with its time [s].
    pub story: Vec<(f64, Verdict, Reason)>,
    /// Assessments.
    pub assessments: u32,
}

impl Spoken {
    /// Longest spell of suspicion [s]; an open one lasts until `end_s`.
    pub fn longest_s(&self, end_s: f64) -> f64 {
        self.spells
            .iter()
            .map(|(from, to)| to.unwrap_or(end_s) - from)
            .fold(0.0, f64::max)
    }

    /// How many of its reports come from each true object (none: false detections).
    pub fn origins(
        &self,
        origins: &BTreeMap<RecordId, Option<Arc<str>>>,
    ) -> BTreeMap<Option<Arc<str>>, u32> {
        let mut counts = BTreeMap::new();
        for record in &self.records {
            *counts
                .entry(origins.get(record).cloned().flatten())
                .or_default() += 1;
        }
        counts
    }
}

/// Gathers what is said.
#[derive(Debug)]
pub struct Ear {
    start: Epoch,
    /// By object.
    pub objects: BTreeMap<ObjectId, Spoken>,
    /// Warnings issued.
    pub issued: u32,
    /// All events.
    pub events: u64,
    /// Time of the last event [s].
    pub end_s: f64,
}

impl Ear {
    /// For a run that starts then.
    pub fn new(start: Epoch) -> Self {
        Self {
            start,
            objects: BTreeMap::new(),
            issued: 0,
            events: 0,
            end_s: 0.0,
        }
    }

    /// Hears one event.
    pub fn hear(&mut self, event: &Event) {
        self.events += 1;
        let time_s = seconds_between(self.start, event.time);
        self.end_s = self.end_s.max(time_s);
        match &event.body {
            EventBody::Assessment(assessment) => self.assessment(time_s, assessment),
            EventBody::Warning(warning) if warning.action == WarningAction::Issue => {
                self.issued += 1;
            }
            _ => {}
        }
    }

    fn assessment(&mut self, time_s: f64, said: &Assessment) {
        let spoken = self.objects.entry(said.object).or_insert_with(|| Spoken {
            object: said.object,
            spells: Vec::new(),
            confirmed: false,
            records: BTreeSet::new(),
            catalogue: Vec::new(),
            last: (said.verdict, said.reason),
            story: Vec::new(),
            assessments: 0,
        });
        spoken.assessments += 1;
        spoken.records.extend(said.detections.iter().cloned());
        for record in &said.withdrawn {
            spoken.records.remove(record);
        }
        if said.catalogue.is_some() && spoken.catalogue.last() != said.catalogue.as_ref() {
            spoken.catalogue.extend(said.catalogue.clone());
        }
        let threat = matches!(said.verdict, Verdict::Suspected | Verdict::Confirmed);
        spoken.confirmed |= said.verdict == Verdict::Confirmed;
        let ended = said.phase == forewarn_core::model::FlightPhase::Ended;
        let open = spoken.spells.last().is_some_and(|spell| spell.1.is_none());
        if threat && !open && !ended {
            spoken.spells.push((time_s, None));
        } else if open
            && (!threat || ended)
            && let Some(spell) = spoken.spells.last_mut()
        {
            spell.1 = Some(time_s);
        }
        spoken.last = (said.verdict, said.reason);
        if spoken
            .story
            .last()
            .is_none_or(|told| (told.1, told.2) != spoken.last)
        {
            spoken.story.push((time_s, said.verdict, said.reason));
        }
    }

    /// Objects that were ever suspected or confirmed.
    pub fn suspected(&self) -> Vec<&Spoken> {
        self.objects
            .values()
            .filter(|spoken| !spoken.spells.is_empty())
            .collect()
    }

    /// How many were confirmed.
    pub fn confirmed(&self) -> usize {
        self.objects
            .values()
            .filter(|spoken| spoken.confirmed)
            .count()
    }
}

/// Of each detection the true object.
pub fn origins(recording: &Recording) -> BTreeMap<RecordId, Option<Arc<str>>> {
    recording.truth.origins.iter().cloned().collect()
}

/// A line about a suspicion, for people.
pub fn describe(
    spoken: &Spoken,
    origins: &BTreeMap<RecordId, Option<Arc<str>>>,
    end_s: f64,
) -> String {
    let spells: Vec<String> = spoken
        .spells
        .iter()
        .map(|(from, to)| match to {
            Some(to) => format!("{from:.0} s for {:.0} s", to - from),
            None => format!("{from:.0} s, open for {:.0} s", end_s - from),
        })
        .collect();
    let held: Vec<String> = spoken
        .origins(origins)
        .iter()
        .map(|(name, count)| format!("{count} of {}", name.as_deref().unwrap_or("false plots")))
        .collect();
    format!(
        "{}: {}; then {} {}; {}",
        spoken.object,
        spells.join(", "),
        spoken.last.0.word(),
        spoken.last.1.word(),
        held.join(", ")
    )
}

//! What is said of each object, and when: revisions, and the warnings that follow.

use std::collections::BTreeMap;

use forewarn_physics::time::{Epoch, seconds_between};

use super::claims::Measured;
use super::context::Context;
use super::facts;
use super::health::Health;
use super::notices::{Notices, Origin};
use super::object::{Arc1, Object};
use super::outlook::Outlook;
use super::setup::{ProtectedArea, Setup};
use super::world::World;
use crate::assess::{Judgement, Memory, NoticeMatch, Priors, Rules, judge};
use crate::model::{
    Assessment, Class, Ellipse, Event, EventBody, FlightPhase, LaunchSite, Notice, ObjectId,
    RecordId, TimeLeft, Verdict,
};
use crate::warn::{ellipse_ring, ring_touches};

/// A threat is assessed anew at least this often [s].
const REPEAT_S: f64 = 10.0;
/// An object is judged at most this often while nothing is decided [s].
const PACE_S: f64 = 1.0;
/// What is no threat is told again at most this often [s].
const QUIET_S: f64 = 60.0;
/// What ended so long ago is forgotten: no late window reaches back further [s].
const FORGOTTEN_S: f64 = 600.0;
/// What was dismissed is told again at most this often while nothing changes [s].
const SETTLED_S: f64 = 600.0;

#[derive(Debug, Clone, Default)]
struct Told {
    memory: Memory,
    revision: u32,
    judged: Option<Epoch>,
    said: Option<Epoch>,
    last: Option<Assessment>,
    records: Vec<RecordId>,
    /// Where it came from, as far as it could ever be told.
    origin: Option<Origin>,
    closed: bool,
}

/// Keeps what was said, and says what is new.
#[derive(Debug)]
pub(super) struct Publisher {
    told: BTreeMap<ObjectId, Told>,
    priors: Priors,
    rules: Rules,
    gazetteer: Vec<LaunchSite>,
    areas: Vec<ProtectedArea>,
    notices: Notices,
}

impl Publisher {
    pub(super) fn new(setup: &Setup) -> Self {
        let rules = Rules {
            suspected: setup.thresholds.suspected,
            confirmed: setup.thresholds.confirmed,
            dismissed: setup.thresholds.dismissed,
            ..Rules::default()
        };
        Self {
            told: BTreeMap::new(),
            priors: Priors::default(),
            rules,
            gazetteer: setup.gazetteer.clone(),
            areas: setup.protected_areas.clone(),
            notices: Notices::default(),
        }
    }

    /// Adds a notice.
    pub(super) fn announce(&mut self, notice: &Notice) {
        self.notices.add(notice);
    }

    /// Somebody says that he saw something: a notice, where the target is one.
    pub(super) fn acknowledge(&mut self, target: &str, by: &str) {
        self.notices.acknowledge(target, by);
    }

    /// Whether anything more must be said of an object.
    pub(super) fn is_open(&self, id: ObjectId) -> bool {
        self.told.get(&id).is_some_and(|told| !told.closed)
    }

    /// What was said last of each object that is held.
    pub(super) fn measured(&self, world: &World) -> Vec<Measured<'_>> {
        self.told
            .iter()
            .filter_map(|(id, told)| {
                Some(Measured {
                    assessment: told.last.as_ref()?,
                    first: world.objects.get(id)?.first,
                })
            })
            .collect()
    }

    /// Latest end of what still flies: predicted impacts of threats.
    pub(super) fn last_impact(&self) -> Option<Epoch> {
        self.told
            .values()
            .filter(|told| !told.closed)
            .filter_map(|told| told.last.as_ref())
            .filter(|last| matches!(last.verdict, Verdict::Suspected | Verdict::Confirmed))
            .filter_map(|last| {
                let point = last.impact.as_ref().map(|impact| impact.time);
                point.or_else(|| last.impact_region.as_ref().map(|region| region.time))
            })
            .max()
    }

    /// Judges what changed (and threats at their rhythm), and returns the assessments that say
    /// something new.
    pub(super) fn publish(
        &mut self,
        world: &mut World,
        context: &Context,
        health: &Health,
        now: Epoch,
    ) -> Vec<Event> {
        let changed = std::mem::take(&mut world.changed);
        let due: Vec<ObjectId> = world
            .objects
            .keys()
            .copied()
            .filter(|id| self.is_due(*id, changed.contains_key(id), &world.objects[id], now))
            .collect();
        let mut events = Vec::new();
        for id in changed.keys().filter(|id| !due.contains(id)) {
            // It stays to be judged at its pace.
            world.changed.insert(*id, changed[id].clone());
        }
        for id in due {
            let object = world.objects[&id].clone();
            let causes = changed.get(&id).cloned().unwrap_or_default();
            if let Some(assessment) = self.assess(&object, world, context, health, now) {
                let caused_by = if causes.is_empty() {
                    assessment
                        .detections
                        .last()
                        .or(object.records.last())
                        .cloned()
                        .into_iter()
                        .collect()
                } else {
                    causes
                };
                events.push(Event {
                    time: now,
                    body: EventBody::Assessment(Box::new(assessment)),
                    caused_by,
                });
            }
        }
        self.vanished(world, now, &mut events);
        events
    }

    fn is_due(&self, id: ObjectId, changed: bool, object: &Object, now: Epoch) -> bool {
        let Some(told) = self.told.get(&id) else {
            // What ended before anything was said of it, or long after, is not news.
            return changed && object.is_open();
        };
        if told.closed {
            return false;
        }
        if !object.is_open() {
            return true;
        }
        let threat = told
            .last
            .as_ref()
            .is_some_and(|last| matches!(last.verdict, Verdict::Suspected | Verdict::Confirmed));
        let since = told
            .judged
            .map_or(f64::INFINITY, |judged| seconds_between(judged, now));
        let said = told
            .said
            .map_or(f64::INFINITY, |said| seconds_between(said, now));
        let pace = match told.last.as_ref().map(|last| last.verdict) {
            Some(Verdict::Dismissed) => REPEAT_S,
            // A settled arc tells little new in a second.
            Some(Verdict::Confirmed) if object.arc.as_ref().is_some_and(|arc| arc.updates > 30) => {
                5.0
            }
            _ => PACE_S,
        };
        (changed && since >= pace)
            || (threat && said >= REPEAT_S)
            || (since >= REPEAT_S
                && object.boost.is_some()
                && !matches!(
                    told.last.as_ref().map(|last| last.verdict),
                    Some(Verdict::Dismissed)
                ))
    }

    fn assess(
        &mut self,
        object: &Object,
        world: &World,
        context: &Context,
        health: &Health,
        now: Epoch,
    ) -> Option<Assessment> {
        let siblings: Vec<&Arc1> = world
            .objects
            .values()
            .filter(|other| {
                other.is_open()
                    && other
                        .parent
                        .is_some_and(|parent| parent.object == object.id && parent.at_last_cutoff)
            })
            .filter_map(|other| other.arc.as_ref())
            .collect();
        let outlook = Outlook::of(object, &siblings, &self.gazetteer, now);
        let mut dossier = facts::dossier(object, &outlook, context, health, now);
        if let Some(parent) = object.parent {
            let known = self
                .told
                .get(&parent.object)
                .and_then(|told| told.last.as_ref());
            let (verdict, class) = known.map_or((Verdict::Insufficient, Class::Unknown), |last| {
                (last.verdict, last.classification)
            });
            dossier.parent = facts::parent(object, verdict, class);
        }
        let before = self.told.get(&object.id).and_then(|told| told.origin);
        let origin = Origin::of(object, &outlook, before);
        dossier.notice = origin.and_then(|origin| self.noticed(object.id, &origin, &outlook));
        dossier.protected_probability = self.protected(&outlook);
        let mut told = self.told.remove(&object.id).unwrap_or_default();
        let judgement = judge(&dossier, &self.priors, &self.rules, &mut told.memory);
        told.judged = Some(now);
        told.origin = origin;
        let notice = dossier.notice.take();
        let assessment = self.say(&mut told, object, outlook, judgement, notice, now);
        self.told.insert(object.id, told);
        assessment
    }

    /// The notice that announces it, given to one launch after another up to its count.
    fn noticed(&self, id: ObjectId, origin: &Origin, outlook: &Outlook) -> Option<NoticeMatch> {
        let matched = |notice: &RecordId| {
            let others = self.told.iter().filter(|(other, told)| {
                let given = told.last.as_ref().and_then(|last| last.notice.as_ref());
                let apart = told.origin.is_none_or(|other| !other.may_be(origin));
                **other != id && given == Some(notice) && apart
            });
            others.count() as u32
        };
        self.notices.best(origin, outlook.impact.as_ref(), &matched)
    }

    fn protected(&self, outlook: &Outlook) -> Option<f64> {
        if self.areas.is_empty() {
            return None;
        }
        let ring = match (&outlook.impact, &outlook.region) {
            (Some(impact), _) => {
                ellipse_ring(&impact.place, &Ellipse::of(&impact.covariance_en_m2, 0.999))
            }
            (None, Some(region)) => region.ring_rad.clone(),
            (None, None) => return None,
        };
        let touched = self
            .areas
            .iter()
            .any(|area| ring_touches(&ring, &area.region));
        Some(if touched { 0.5 } else { 0.001 })
    }

    fn say(
        &self,
        told: &mut Told,
        object: &Object,
        outlook: Outlook,
        judgement: Judgement,
        notice: Option<NoticeMatch>,
        now: Epoch,
    ) -> Option<Assessment> {
        let ended = !object.is_open();
        let (detections, withdrawn) = difference(&told.records, &object.records);
        let phase = outlook.phase.unwrap_or(FlightPhase::Boost);
        let said = told
            .said
            .map_or(f64::INFINITY, |said| seconds_between(said, now));
        let rhythm_s = match judgement.verdict {
            Verdict::Suspected | Verdict::Confirmed => REPEAT_S,
            Verdict::Insufficient => QUIET_S,
            Verdict::Dismissed => SETTLED_S,
        };
        let news = match &told.last {
            None => true,
            Some(last) => {
                last.verdict != judgement.verdict
                    || last.classification != judgement.classification && said >= 2.0
                    || last.phase != phase
                    || last.notice.as_ref() != notice.as_ref().map(|notice| &notice.id)
                    || last.catalogue.as_ref() != object.catalogue.as_ref().map(|found| &found.name)
                    || ended
                    || last.impact.is_some() != outlook.impact.is_some()
                    || said >= rhythm_s
            }
        };
        if !news || told.closed {
            return None;
        }
        told.revision += 1;
        let time_left = time_left(&outlook, now).filter(|_| !ended);
        let assessment = Assessment {
            object: object.id,
            revision: told.revision,
            verdict: judgement.verdict,
            reason: judgement.reason,
            classification: judgement.classification,
            probabilities: judgement.probabilities,
            phase,
            launch: outlook.launch,
            impact: outlook.impact,
            impact_region: outlook.region,
            time_left,
            state: outlook.state,
            burnout: outlook.burnout,
            evidence: judgement.evidence,
            basis: judgement.basis,
            notice_departs: notice.as_ref().map_or(Vec::new(), NoticeMatch::departures),
            notice_acknowledged_by: notice
                .as_ref()
                .and_then(|notice| self.notices.acknowledged_by(&notice.id)),
            notice: notice.map(|notice| notice.id),
            catalogue: object.catalogue.as_ref().map(|found| found.name.clone()),
            parent: object.parent.map(|parent| parent.object),
            claim: None,
            merged_into: object.merged_into,
            split_from: None,
            detections,
            withdrawn,
        };
        told.said = Some(now);
        told.records.clone_from(&object.records);
        told.closed = ended;
        let mut kept = assessment.clone();
        kept.detections = Vec::new();
        told.last = Some(kept);
        if ended {
            told.records = Vec::new();
        }
        Some(assessment)
    }

    /// Objects that a late report undid: what was said of them is taken back.
    fn vanished(&mut self, world: &World, now: Epoch, events: &mut Vec<Event>) {
        let gone: Vec<ObjectId> = self
            .told
            .iter()
            .filter(|(id, told)| {
                !told.closed && told.last.is_some() && !world.objects.contains_key(id)
            })
            .map(|(id, _)| *id)
            .collect();
        for id in gone {
            let Some(told) = self.told.get_mut(&id) else {
                continue;
            };
            told.closed = true;
            let withdrawn = std::mem::take(&mut told.records);
            let Some(mut last) = told.last.clone() else {
                continue;
            };
            told.revision += 1;
            last.revision = told.revision;
            last.verdict = Verdict::Insufficient;
            last.reason = crate::model::Reason::Lost;
            last.phase = FlightPhase::Ended;
            last.basis = None;
            last.time_left = None;
            let caused_by = withdrawn.last().cloned().into_iter().collect();
            last.withdrawn = withdrawn;
            told.last = Some(last.clone());
            events.push(Event {
                time: now,
                body: EventBody::Assessment(Box::new(last)),
                caused_by,
            });
        }
    }

    /// Forgets objects that ended so long ago that no late report can bring them back; ids stay
    /// unique.
    pub(super) fn sweep(&mut self, world: &World, now: Epoch) {
        self.told.retain(|id, told| {
            let said_s = told.said.map_or(0.0, |said| seconds_between(said, now));
            !told.closed || said_s < FORGOTTEN_S || world.objects.contains_key(id)
        });
    }
}

fn time_left(outlook: &Outlook, now: Epoch) -> Option<TimeLeft> {
    let (time, earliest) = match (&outlook.impact, &outlook.region) {
        (Some(impact), _) => (impact.time, impact.earliest_95),
        (None, Some(region)) => (region.time, region.earliest_95),
        (None, None) => return None,
    };
    Some(TimeLeft {
        median_s: seconds_between(now, time),
        earliest_95_s: seconds_between(now, earliest),
    })
}

/// What was taken and what was given back since the last telling.
fn difference(before: &[RecordId], now: &[RecordId]) -> (Vec<RecordId>, Vec<RecordId>) {
    if now.len() >= before.len() && now[..before.len()] == *before {
        return (now[before.len()..].to_vec(), Vec::new());
    }
    let (old, new): (std::collections::BTreeSet<_>, std::collections::BTreeSet<_>) =
        (before.iter().collect(), now.iter().collect());
    let taken = now.iter().filter(|id| !old.contains(id)).cloned().collect();
    let withdrawn = before
        .iter()
        .filter(|id| !new.contains(id))
        .cloned()
        .collect();
    (taken, withdrawn)
}

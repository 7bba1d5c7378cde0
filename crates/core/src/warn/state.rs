//! The state machine.

use std::collections::BTreeMap;

use forewarn_physics::time::{Epoch, seconds_between};

use super::area::NamedArea;
use super::member::Member;
use super::rules::WarnRules;
use super::text::{Message, description, headline};
use crate::model::{
    Action, ActionKind, Assessment, Mode, ObjectId, ReleasedBy, Verdict, Warning, WarningAction,
    WarningId,
};

/// Turns assessments and people's actions into steps of warnings.
#[derive(Debug, Clone)]
pub struct Warner {
    mode: Mode,
    areas: Vec<NamedArea>,
    release_rule: Option<String>,
    /// A rule that is not in force yet, and who has approved it.
    proposed_rule: Option<(String, Vec<String>)>,
    rules: WarnRules,
    members: BTreeMap<ObjectId, Member>,
    open: Vec<Open>,
    issued: u64,
}

/// A warning that is neither cancelled nor retracted.
#[derive(Debug, Clone)]
struct Open {
    id: WarningId,
    revision: u32,
    objects: Vec<ObjectId>,
    released_by: Option<ReleasedBy>,
    released_so_far: Vec<String>,
    told_at: Epoch,
    told: BTreeMap<ObjectId, Member>,
    /// How many objects were told of: `told` shrinks when two of them turn out to be one.
    count_told: usize,
}

/// One step to be put into words.
struct Said<'a> {
    action: WarningAction,
    objects: Vec<ObjectId>,
    /// How many objects of the warning stand after it.
    standing: usize,
    /// Who took it back.
    by: Option<&'a str>,
    /// Its objects went into another warning.
    moved: bool,
}

impl Warner {
    /// A machine without warnings. `release_rule` names the rule, approved beforehand, that
    /// releases warnings of confirmed objects; without it they stay drafts until people act.
    pub fn new(
        mode: Mode,
        areas: Vec<NamedArea>,
        release_rule: Option<String>,
        rules: WarnRules,
    ) -> Self {
        Self {
            mode,
            areas,
            release_rule,
            proposed_rule: None,
            rules,
            members: BTreeMap::new(),
            open: Vec::new(),
            issued: 0,
        }
    }

    /// Takes in what was assessed at this moment (none: time alone passed) and says what people
    /// must be told. Call it for every step of the engine in which something was assessed, and
    /// at least every few seconds of engine time besides.
    pub fn step(&mut self, now: Epoch, assessments: &[Assessment]) -> Vec<Warning> {
        for assessment in assessments {
            let taken_back = self
                .members
                .get(&assessment.object)
                .is_some_and(|member| member.taken_back);
            self.members.insert(
                assessment.object,
                Member::of(assessment, now, &self.areas, taken_back),
            );
        }
        let mut out = Vec::new();
        self.withdraw(now, &mut out);
        self.finish(now, &mut out);
        self.enlist(now, &mut out);
        self.unite(now, &mut out);
        self.update(now, &mut out);
        self.forget(now);
        out
    }

    /// What a person did. `release`, `cancel` and `retract` act on a warning (`w-3`) or on the
    /// open warning of an object (`o-17`), the actions on rules on the rule of that name;
    /// `acknowledge` and unknown targets change nothing.
    pub fn act(&mut self, now: Epoch, action: &Action) -> Vec<Warning> {
        let mut out = Vec::new();
        match action.kind {
            ActionKind::ApproveRule => self.approve(&action.target, &action.by),
            ActionKind::WithdrawRule => self.withdraw_rule(&action.target),
            _ => {}
        }
        let named = |open: &Open| {
            open.id.to_string() == action.target
                || open
                    .objects
                    .iter()
                    .any(|object| object.to_string() == action.target)
        };
        let Some(at) = self.open.iter().position(named) else {
            return out;
        };
        match action.kind {
            ActionKind::Acknowledge | ActionKind::ApproveRule | ActionKind::WithdrawRule => {}
            ActionKind::Release => self.release(at, now, &action.by, &mut out),
            ActionKind::Retract => {
                self.end(at, WarningAction::Retract, now, &action.by, &mut out);
            }
            ActionKind::Cancel => self.end(at, WarningAction::Cancel, now, &action.by, &mut out),
        }
        out
    }

    /// A person ends a warning; no rule releases it again.
    fn end(
        &mut self,
        at: usize,
        action: WarningAction,
        now: Epoch,
        by: &str,
        out: &mut Vec<Warning>,
    ) {
        let open = self.open.remove(at);
        for object in &open.objects {
            if let Some(member) = self.members.get_mut(object) {
                member.taken_back = true;
            }
        }
        let close = Said {
            action,
            objects: open.objects.clone(),
            standing: 0,
            by: Some(by),
            moved: false,
        };
        self.close(open, &close, now, out);
    }

    /// A rule comes into force when as many different people approved it as must release a draft.
    fn approve(&mut self, rule: &str, by: &str) {
        let mut people = match self.proposed_rule.take() {
            Some((proposed, people)) if proposed == rule => people,
            _ => Vec::new(),
        };
        if !people.iter().any(|person| person == by) {
            people.push(by.to_owned());
        }
        if people.len() >= self.rules.people_needed {
            self.release_rule = Some(rule.to_owned());
        } else {
            self.proposed_rule = Some((rule.to_owned(), people));
        }
    }

    fn withdraw_rule(&mut self, rule: &str) {
        self.proposed_rule = None;
        if self.release_rule.as_deref() == Some(rule) {
            self.release_rule = None;
        }
    }

    /// The rule in force that releases confirmed warnings.
    pub fn release_rule(&self) -> Option<&str> {
        self.release_rule.as_deref()
    }

    /// Ids of the warnings that are neither cancelled nor retracted, with their objects.
    pub fn open(&self) -> impl Iterator<Item = (WarningId, &[ObjectId])> {
        self.open
            .iter()
            .map(|open| (open.id, open.objects.as_slice()))
    }

    fn release(&mut self, at: usize, now: Epoch, by: &str, out: &mut Vec<Warning>) {
        let needed = self.rules.people_needed;
        let open = &mut self.open[at];
        if open.released_by.is_some() || open.released_so_far.iter().any(|person| person == by) {
            return;
        }
        open.released_so_far.push(by.to_owned());
        if open.released_so_far.len() >= needed {
            open.released_by = Some(ReleasedBy::People(open.released_so_far.clone()));
            self.tell(at, WarningAction::Issue, now, out);
        }
    }

    /// Takes back what no longer holds: at once, whatever was told last and when.
    fn withdraw(&mut self, now: Epoch, out: &mut Vec<Warning>) {
        let mut at = 0;
        while at < self.open.len() {
            self.follow_merges(at);
            let (stands, gone): (Vec<_>, Vec<_>) = self.open[at]
                .objects
                .iter()
                .partition(|object| self.stands(**object, &self.open[at]));
            if gone.is_empty() {
                at += 1;
                continue;
            }
            let rest = stands.len();
            if stands.is_empty() {
                let open = self.open.remove(at);
                let close = Said {
                    action: WarningAction::Retract,
                    objects: gone,
                    standing: 0,
                    by: None,
                    moved: false,
                };
                self.close(open, &close, now, out);
                continue;
            }
            let close = Said {
                action: WarningAction::Retract,
                objects: gone,
                standing: rest,
                by: None,
                moved: false,
            };
            self.close(self.open[at].clone(), &close, now, out);
            self.open[at].revision += 1;
            self.open[at].objects = stands;
            self.tell(at, WarningAction::Update, now, out);
            at += 1;
        }
    }

    /// An object that became another goes on under its name.
    fn follow_merges(&mut self, at: usize) {
        let followed = |object: &ObjectId| {
            let into = self
                .members
                .get(object)
                .and_then(|member| member.assessment.merged_into);
            into.filter(|other| self.members.contains_key(other))
                .unwrap_or(*object)
        };
        let pairs: Vec<(ObjectId, ObjectId)> = self.open[at]
            .objects
            .iter()
            .map(|object| (*object, followed(object)))
            .collect();
        let open = &mut self.open[at];
        for (from, into) in pairs.iter().filter(|(from, into)| from != into) {
            // What was told of the one was told of the other: it must be taken back likewise.
            if let Some(told) = open.told.remove(from) {
                open.told.entry(*into).or_insert(told);
            }
        }
        open.objects = pairs.into_iter().map(|(_, into)| into).collect();
        open.objects.sort_unstable();
        open.objects.dedup();
    }

    /// A confirmed object's warning stands while it is confirmed; a draft of a suspected one
    /// while it is suspected and may touch what it was drafted for, or was confirmed since.
    fn stands(&self, object: ObjectId, open: &Open) -> bool {
        let Some(member) = self.members.get(&object) else {
            return false;
        };
        let was_confirmed = open.told.get(&object).is_some_and(Member::confirmed);
        member.confirmed() || (!was_confirmed && member.suspected())
    }

    /// Cancels warnings whose danger is over.
    fn finish(&mut self, now: Epoch, out: &mut Vec<Warning>) {
        let mut at = 0;
        while at < self.open.len() {
            let over = |object: &ObjectId| {
                self.members
                    .get(object)
                    .is_none_or(|member| member.over(now, &self.rules))
            };
            if self.open[at].objects.iter().all(over) {
                let open = self.open.remove(at);
                let objects = open.objects.clone();
                let close = Said {
                    action: WarningAction::Cancel,
                    objects,
                    standing: 0,
                    by: None,
                    moved: false,
                };
                self.close(open, &close, now, out);
            } else {
                at += 1;
            }
        }
    }

    /// Gives every object that must be warned of a warning: its raid's, or its own.
    fn enlist(&mut self, now: Epoch, out: &mut Vec<Warning>) {
        let waiting: Vec<ObjectId> = self
            .members
            .iter()
            .filter(|(_, member)| self.must_warn(member, now))
            .map(|(object, _)| *object)
            .collect();
        let mut fresh: Vec<WarningId> = Vec::new();
        for object in waiting {
            let release = self.rule_for(object);
            if self.open.iter().any(|open| {
                open.objects.contains(&object) && (open.released_by.is_some() || release.is_none())
            }) {
                continue;
            }
            let at = self.join(object, release.as_ref(), now, &mut fresh);
            if release.is_some() && self.open[at].released_by.is_none() {
                self.open[at].released_by = release;
                fresh.push(self.open[at].id);
            }
        }
        self.drop_empty(now, out);
        fresh.sort_unstable();
        fresh.dedup();
        for id in fresh {
            if let Some(at) = self.open.iter().position(|open| open.id == id) {
                self.tell(at, WarningAction::Issue, now, out);
            }
        }
    }

    /// The place in `open` of the warning that now holds the object.
    fn join(
        &mut self,
        object: ObjectId,
        release: Option<&ReleasedBy>,
        now: Epoch,
        fresh: &mut Vec<WarningId>,
    ) -> usize {
        let own = self
            .open
            .iter()
            .position(|open| open.objects.contains(&object));
        let raid = self.open.iter().position(|open| {
            open.released_by.is_some() == release.is_some()
                && !open.objects.contains(&object)
                && self.one_raid(object, open)
        });
        match (own, raid) {
            (Some(own), None) => self.part_from_suspects(own, object, now, fresh),
            (Some(own), Some(raid)) => {
                self.open[own].objects.retain(|other| *other != object);
                self.enter(raid, object);
                raid
            }
            (None, Some(raid)) => {
                self.enter(raid, object);
                raid
            }
            (None, None) => self.start(vec![object], now, fresh),
        }
    }

    /// Only confirmed objects leave a draft to be released; suspected ones stay behind in it.
    fn part_from_suspects(
        &mut self,
        own: usize,
        object: ObjectId,
        now: Epoch,
        fresh: &mut Vec<WarningId>,
    ) -> usize {
        if self.open[own].objects.len() == 1 {
            return own;
        }
        self.open[own].objects.retain(|other| *other != object);
        self.start(vec![object], now, fresh)
    }

    fn enter(&mut self, at: usize, object: ObjectId) {
        self.open[at].objects.push(object);
        self.open[at].objects.sort_unstable();
    }

    /// Warnings that turn out to be of one raid become one: the older takes over the younger's
    /// objects and says so before the younger ends.
    fn unite(&mut self, now: Epoch, out: &mut Vec<Warning>) {
        let mut grown: Vec<WarningId> = Vec::new();
        let mut ended: Vec<Open> = Vec::new();
        let mut older = 0;
        while older < self.open.len() {
            let younger = (older + 1..self.open.len()).find(|at| {
                let (a, b) = (&self.open[older], &self.open[*at]);
                a.released_by == b.released_by && b.objects.iter().any(|id| self.one_raid(*id, a))
            });
            let Some(younger) = younger else {
                older += 1;
                continue;
            };
            let gone = self.open.remove(younger);
            let objects = gone.objects.clone();
            self.open[older].objects.extend(objects);
            self.open[older].objects.sort_unstable();
            self.open[older].objects.dedup();
            grown.push(self.open[older].id);
            ended.push(gone);
        }
        grown.dedup();
        for id in grown {
            if let Some(at) = self.open.iter().position(|open| open.id == id) {
                self.tell(at, WarningAction::Update, now, out);
            }
        }
        for gone in ended.into_iter().filter(|gone| gone.revision > 0) {
            let close = Said {
                action: WarningAction::Cancel,
                objects: gone.objects.clone(),
                standing: 0,
                by: None,
                moved: true,
            };
            self.close(gone, &close, now, out);
        }
    }

    /// Ends drafts that have nobody left: their objects are in another warning now.
    fn drop_empty(&mut self, now: Epoch, out: &mut Vec<Warning>) {
        let (empty, open): (Vec<Open>, Vec<Open>) = core::mem::take(&mut self.open)
            .into_iter()
            .partition(|open| open.objects.is_empty());
        self.open = open;
        for draft in empty {
            let gone: Vec<ObjectId> = draft.told.keys().copied().collect();
            let close = Said {
                action: WarningAction::Cancel,
                objects: gone,
                standing: 0,
                by: None,
                moved: true,
            };
            self.close(draft, &close, now, out);
        }
    }

    fn start(&mut self, objects: Vec<ObjectId>, now: Epoch, fresh: &mut Vec<WarningId>) -> usize {
        self.issued += 1;
        let id = WarningId(self.issued);
        fresh.push(id);
        self.open.push(Open {
            id,
            revision: 0,
            objects,
            released_by: None,
            released_so_far: Vec::new(),
            told_at: now,
            told: BTreeMap::new(),
            count_told: 0,
        });
        self.open.len() - 1
    }

    fn one_raid(&self, object: ObjectId, open: &Open) -> bool {
        let Some(member) = self.members.get(&object) else {
            return false;
        };
        open.objects
            .iter()
            .filter_map(|other| self.members.get(other))
            .any(|other| member.same_raid(other, &self.rules))
    }

    fn must_warn(&self, member: &Member, now: Epoch) -> bool {
        if member.over(now, &self.rules) || member.assessment.merged_into.is_some() {
            return false;
        }
        let placed =
            member.assessment.impact.is_some() || member.assessment.impact_region.is_some();
        let draft =
            member.suspected() && placed && (self.areas.is_empty() || !member.touches.is_empty());
        member.confirmed() || (draft && !member.taken_back)
    }

    fn rule_for(&self, object: ObjectId) -> Option<ReleasedBy> {
        let member = self.members.get(&object)?;
        let by_rule = member.assessment.verdict == Verdict::Confirmed && !member.taken_back;
        self.release_rule
            .clone()
            .filter(|_| by_rule)
            .map(ReleasedBy::Rule)
    }

    /// Tells what changed enough to matter, not too often.
    fn update(&mut self, now: Epoch, out: &mut Vec<Warning>) {
        for at in 0..self.open.len() {
            let open = &self.open[at];
            if seconds_between(open.told_at, now) >= self.rules.update_every_s && self.is_news(open)
            {
                self.tell(at, WarningAction::Update, now, out);
            }
        }
    }

    fn is_news(&self, open: &Open) -> bool {
        let changed = |object: &ObjectId| match (self.members.get(object), open.told.get(object)) {
            (Some(now), Some(told)) => {
                now.confirmed() != told.confirmed() || now.moved_since(told, &self.rules)
            }
            (now, told) => now.is_some() != told.is_some(),
        };
        open.objects.len() != open.count_told || open.objects.iter().any(changed)
    }

    fn tell(&mut self, at: usize, action: WarningAction, now: Epoch, out: &mut Vec<Warning>) {
        self.open[at].revision += 1;
        self.open[at].told_at = now;
        self.open[at].count_told = self.open[at].objects.len();
        let objects = self.open[at].objects.clone();
        self.open[at].told = objects
            .iter()
            .filter_map(|object| Some((*object, self.members.get(object)?.clone())))
            .collect();
        let said = Said {
            action,
            standing: objects.len(),
            objects,
            by: None,
            moved: false,
        };
        out.push(self.compose(&self.open[at], &said, now));
    }

    fn close(&self, mut open: Open, closing: &Said<'_>, now: Epoch, out: &mut Vec<Warning>) {
        open.revision += 1;
        out.push(self.compose(&open, closing, now));
    }

    fn compose(&self, open: &Open, said: &Said<'_>, now: Epoch) -> Warning {
        let (action, objects) = (said.action, &said.objects);
        let alarm = matches!(action, WarningAction::Issue | WarningAction::Update);
        // What is taken back or over is described as it was told, not as it is now.
        let known = |object: &ObjectId| {
            if alarm {
                self.members.get(object)
            } else {
                open.told.get(object).or_else(|| self.members.get(object))
            }
        };
        let members: Vec<&Member> = objects.iter().filter_map(known).collect();
        let message = Message {
            now,
            mode: self.mode,
            action,
            members: &members,
            areas: &self.areas,
            released_by: open.released_by.as_ref(),
            standing: said.standing,
            taken_back_by: said.by,
            moved: said.moved,
        };
        let first = |times: &mut dyn Iterator<Item = Epoch>| {
            times
                .min()
                .filter(|_| alarm)
                .map(|time| seconds_between(now, time).max(0.0))
        };
        Warning {
            warning: open.id,
            revision: open.revision,
            action,
            mode: self.mode,
            objects: objects.clone(),
            areas: members
                .iter()
                .filter_map(|member| member.region())
                .collect(),
            time_left_s: first(
                &mut members
                    .iter()
                    .filter_map(|member| Some(member.impact_time()?.0)),
            ),
            earliest_95_s: first(&mut members.iter().filter_map(|member| member.earliest_95())),
            released_by: open.released_by.clone(),
            headline: headline(&message),
            description: description(&message),
        }
    }

    /// Objects that can no longer matter are dropped, so that the machine stays small.
    fn forget(&mut self, now: Epoch) {
        let (open, rules) = (&self.open, &self.rules);
        self.members.retain(|object, member| {
            let held = open.iter().any(|warning| warning.objects.contains(object));
            held || seconds_between(member.assessed, now) < rules.unknown_impact_hold_s
        });
    }
}

//! Each true threat, and each object that was none.

use forewarn_core::model::Verdict;
use forewarn_formats::events::{AssessmentEvent, AssessmentLine};
use forewarn_formats::truth::TruthObject;
use forewarn_physics::time::{Epoch, after, seconds_between};
use serde::Serialize;

use super::estimates::{Moment, MomentScore, judge};
use super::link::{Links, assessments, is_threat};
use super::{AFTER_CUTOFF_S, AFTER_RADAR_S, BEFORE_IMPACT_S, Physics, Run};

/// One missile or glide vehicle of the truth.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ThreatScore {
    /// Its name in the truth.
    pub truth: String,
    /// Its class.
    pub class: &'static str,
    /// The engine's objects that are it or pieces of it, those with most reports first.
    pub objects: Vec<String>,
    /// Whether it was ever `suspected` or `confirmed`.
    pub found: bool,
    /// First report to `suspected` [s].
    pub suspected_after_s: Option<f64>,
    /// First report to `confirmed` [s].
    pub confirmed_after_s: Option<f64>,
    /// The later of cut-off and the radar's first report to `confirmed` [s]; negative is early.
    pub confirmed_after_cutoff_and_radar_s: Option<f64>,
    /// `confirmed` to the true impact [s].
    pub warned_before_impact_s: Option<f64>,
    /// The classification that was said last before the end of the flight.
    pub classification: Option<&'static str>,
    /// Reports of the threat.
    pub reports: usize,
    /// Reports in its first object.
    pub held: usize,
    /// How many of those are the threat's own.
    pub own: usize,
    /// Engine's objects that were confirmed as threats of their own beyond the first.
    pub duplicates: usize,
    /// What was said at each moment of judgement.
    pub moments: Vec<MomentScore>,
}

/// An object called a threat that is none.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FalseObject {
    /// The engine's object.
    pub object: String,
    /// What its reports come from; none for false detections.
    pub truth: Option<String>,
    /// Whether it was confirmed.
    pub confirmed: bool,
    /// How long it was `suspected` or `confirmed` [s].
    pub suspected_s: f64,
}

/// Scores one threat.
pub(super) fn threat(run: &Run<'_>, links: &Links, truth: &TruthObject) -> ThreatScore {
    let names = links.of_vehicle(&truth.object);
    let own: Vec<&AssessmentEvent> = assessments(run.events)
        .filter(|event| names.contains(&event.assessment.object.as_str()))
        .collect();
    let first_report = first_seen(run, links, truth, None);
    let radar = first_seen(run, links, truth, Some(Physics::Radar));
    let reached = |verdicts: &[Verdict]| first_verdict(&own, verdicts);
    let suspected = reached(&[Verdict::Suspected, Verdict::Confirmed]);
    let confirmed = reached(&[Verdict::Confirmed]);
    let since = |time: Option<Epoch>, from: Option<Epoch>| Some(seconds_between(from?, time?));
    let both_known = truth
        .cutoff_time
        .map(|cutoff| radar.map_or(cutoff.0, |radar| radar.max(cutoff.0)));
    let link = names.first().and_then(|name| links.by_object.get(*name));
    ThreatScore {
        truth: truth.object.clone(),
        class: truth.class.0.word(),
        objects: names.iter().map(ToString::to_string).collect(),
        found: suspected.is_some(),
        suspected_after_s: since(suspected, first_report),
        confirmed_after_s: since(confirmed, first_report),
        confirmed_after_cutoff_and_radar_s: since(confirmed, both_known),
        warned_before_impact_s: since(truth.impact.as_ref().map(|impact| impact.time.0), confirmed),
        classification: last_classification(&own, &names),
        reports: reports_of(run, links, truth).count(),
        held: link.map_or(0, |link| link.held.len()),
        own: link.map_or(0, |link| link.own),
        duplicates: confirmed_names(&own).len().saturating_sub(1),
        moments: moments(truth, radar, &own, &names),
    }
}

fn reports_of<'a>(
    run: &'a Run<'_>,
    links: &'a Links,
    truth: &'a TruthObject,
) -> impl Iterator<Item = super::Seen> + 'a {
    let own = run.truth.origins.iter().filter(move |origin| {
        let object = origin.object.as_deref();
        object.is_some_and(|object| links.vehicle(object) == truth.object)
    });
    own.filter_map(|origin| run.seen.get(&origin.detection).copied())
}

fn first_seen(
    run: &Run<'_>,
    links: &Links,
    truth: &TruthObject,
    physics: Option<Physics>,
) -> Option<Epoch> {
    reports_of(run, links, truth)
        .filter(|seen| physics.is_none_or(|physics| seen.physics == physics))
        .map(|seen| seen.time)
        .min()
}

fn first_verdict(events: &[&AssessmentEvent], verdicts: &[Verdict]) -> Option<Epoch> {
    events
        .iter()
        .find(|event| verdicts.contains(&event.assessment.verdict.0))
        .map(|event| event.time.0)
}

fn last_classification(events: &[&AssessmentEvent], names: &[&str]) -> Option<&'static str> {
    let first = names.first()?;
    let mut of_first = events
        .iter()
        .filter(|event| event.assessment.object == *first);
    of_first
        .next_back()
        .map(|event| event.assessment.classification.0.word())
}

/// Objects confirmed in their own right: not as a piece of another, not merged away.
fn confirmed_names<'a>(events: &[&'a AssessmentEvent]) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for event in events {
        let line = &event.assessment;
        let alone = line.parent.is_none() && line.merged_into.is_none();
        if alone && line.verdict.0 == Verdict::Confirmed && !names.contains(&line.object.as_str()) {
            names.push(&line.object);
        }
    }
    let merged = |name: &str| {
        events
            .iter()
            .any(|event| event.assessment.object == name && event.assessment.merged_into.is_some())
    };
    names.retain(|name| !merged(name));
    names
}

fn moments(
    truth: &TruthObject,
    radar: Option<Epoch>,
    events: &[&AssessmentEvent],
    names: &[&str],
) -> Vec<MomentScore> {
    let cutoff = truth.cutoff_time.map(|time| after(time.0, AFTER_CUTOFF_S));
    let radar = radar.map(|time| after(time, AFTER_RADAR_S));
    let impact = truth
        .impact
        .as_ref()
        .map(|place| after(place.time.0, -BEFORE_IMPACT_S));
    let all = [
        (Moment::AfterCutoff, cutoff),
        (Moment::AfterRadar, radar),
        (Moment::BeforeImpact, impact),
    ];
    all.into_iter()
        .filter_map(|(moment, time)| Some((moment, time?)))
        .map(|(moment, time)| judge(moment, time, spoken(events, names, time), truth))
        .collect()
}

/// What was said last, up to a time, by the object with most reports that had said anything of a
/// launch or an impact.
fn spoken<'a>(
    events: &[&'a AssessmentEvent],
    names: &[&str],
    time: Epoch,
) -> Option<&'a AssessmentLine> {
    let last_of = |name: &str| {
        let mut said = events
            .iter()
            .filter(|event| event.assessment.object == name && event.time.0 <= time);
        said.next_back().map(|event| &event.assessment)
    };
    let told = |line: &&AssessmentLine| {
        line.launch.is_some() || line.impact.is_some() || line.impact_region.is_some()
    };
    let alive = |line: &&AssessmentLine| line.merged_into.is_none();
    let mut all = names.iter().filter_map(|name| last_of(name)).filter(alive);
    let telling = all.clone().find(told);
    telling.or_else(|| all.next())
}

/// The objects that were called threats and are none.
pub(super) fn false_objects(run: &Run<'_>, links: &Links) -> Vec<FalseObject> {
    let mut found = Vec::new();
    for (name, link) in &links.by_object {
        let vehicle = link.origin.as_deref().map(|origin| links.vehicle(origin));
        let threat = vehicle.is_some_and(|vehicle| {
            let mut objects = run.truth.objects.iter();
            objects.any(|object| object.object == vehicle && is_threat(object))
        });
        if threat {
            continue;
        }
        let own: Vec<&AssessmentEvent> = assessments(run.events)
            .filter(|event| event.assessment.object == *name)
            .collect();
        let suspected_s = suspected_s(&own);
        let called = |event: &&AssessmentEvent| is_called(event);
        if own.iter().any(called) {
            found.push(FalseObject {
                object: name.clone(),
                truth: link.origin.clone(),
                confirmed: first_verdict(&own, &[Verdict::Confirmed]).is_some(),
                suspected_s,
            });
        }
    }
    found
}

fn is_called(event: &AssessmentEvent) -> bool {
    matches!(
        event.assessment.verdict.0,
        Verdict::Suspected | Verdict::Confirmed
    )
}

fn suspected_s(events: &[&AssessmentEvent]) -> f64 {
    events
        .windows(2)
        .filter(|pair| is_called(pair[0]))
        .map(|pair| seconds_between(pair[0].time.0, pair[1].time.0))
        .sum()
}

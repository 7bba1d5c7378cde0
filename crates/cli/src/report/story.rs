//! The events of a run, sorted by what they are about.

use std::collections::BTreeMap;

use forewarn_core::model::{
    Assessment, Class, Event, EventBody, EvidenceState, Health, ImpactEstimate, ImpactRegion,
    LaunchEstimate, ObjectId, Rejection, RejectionReason, Sensor, SensorKind, Verdict, Warning,
    WarningAction,
};
use forewarn_formats::truth::{Truth, TruthObject};
use forewarn_physics::time::Epoch;

/// Refused records of one reason.
#[derive(Default)]
pub(super) struct Refused<'a> {
    pub(super) count: usize,
    /// The first few.
    pub(super) examples: Vec<&'a Rejection>,
}

/// Examples kept of each reason.
const EXAMPLES: usize = 3;

/// Everything that happened, by what it is about.
pub(super) struct Story<'a> {
    /// Objects, threats first.
    pub(super) tracks: Vec<Track<'a>>,
    pub(super) warnings: Vec<(Epoch, &'a Warning)>,
    pub(super) refused: BTreeMap<RejectionReason, Refused<'a>>,
    pub(super) health: Vec<(Epoch, &'a Health)>,
    /// True threats that no object stands for.
    pub(super) missed: Vec<&'a TruthObject>,
    pub(super) span: Option<[Epoch; 2]>,
}

/// All that was said about one object.
pub(super) struct Track<'a> {
    pub(super) id: ObjectId,
    pub(super) history: Vec<(Epoch, &'a Assessment)>,
    /// What it really was: for a threat the whole flight.
    pub(super) truth: Option<&'a TruthObject>,
    /// What most of its reports came from.
    pub(super) voted: Option<&'a TruthObject>,
}

impl<'a> Story<'a> {
    pub(super) fn of(events: &'a [Event], truth: Option<&'a Truth>) -> Self {
        let mut histories: BTreeMap<ObjectId, Vec<(Epoch, &Assessment)>> = BTreeMap::new();
        let (mut warnings, mut health) = (Vec::new(), Vec::new());
        let mut refused: BTreeMap<RejectionReason, Refused<'a>> = BTreeMap::new();
        for event in events {
            match &event.body {
                EventBody::Assessment(body) => {
                    let history = histories.entry(body.object).or_default();
                    history.push((event.time, body));
                }
                EventBody::Warning(body) => warnings.push((event.time, body.as_ref())),
                EventBody::Health(body) => health.push((event.time, body)),
                EventBody::Rejection(body) => refused.entry(body.reason).or_default().add(body),
            }
        }
        let mut tracks: Vec<Track<'a>> = histories
            .into_iter()
            .map(|(id, history)| Track {
                id,
                history,
                truth: None,
                voted: None,
            })
            .collect();
        let missed = truth.map_or_else(Vec::new, |truth| recognise(&mut tracks, truth));
        tracks.sort_by_key(|track| (track.rank(), track.id));
        let span = events
            .iter()
            .map(|event| event.time)
            .fold(None, |span, time| {
                let [first, last] = span.unwrap_or([time, time]);
                Some([first.min(time), last.max(time)])
            });
        Self {
            tracks,
            warnings,
            refused,
            health,
            missed,
            span,
        }
    }

    /// Objects that were suspected or confirmed at any time.
    pub(super) fn threats(&self) -> &[Track<'a>] {
        let end = self.tracks.partition_point(|track| track.rank() < 2);
        &self.tracks[..end]
    }

    /// Objects that were never more than insufficient or dismissed.
    pub(super) fn others(&self) -> &[Track<'a>] {
        &self.tracks[self.threats().len()..]
    }

    /// Records refused in all.
    pub(super) fn refusals(&self) -> usize {
        self.refused.values().map(|refused| refused.count).sum()
    }

    /// The warnings about one object.
    pub(super) fn warnings_of(&self, id: ObjectId) -> impl Iterator<Item = &(Epoch, &'a Warning)> {
        let about = move |(_, warning): &&(Epoch, &Warning)| warning.objects.contains(&id);
        self.warnings.iter().filter(about)
    }

    /// The first warning that was issued and never taken back.
    pub(super) fn first_issue(&self) -> Option<&(Epoch, &'a Warning)> {
        let taken_back = |id| {
            let retracts = |(_, warning): &(Epoch, &Warning)| {
                warning.warning == id && warning.action == WarningAction::Retract
            };
            self.warnings.iter().any(retracts)
        };
        self.warnings.iter().find(|(_, warning)| {
            warning.action == WarningAction::Issue && !taken_back(warning.warning)
        })
    }
}

impl<'a> Refused<'a> {
    fn add(&mut self, rejection: &'a Rejection) {
        self.count += 1;
        if self.examples.len() < EXAMPLES {
            self.examples.push(rejection);
        }
    }
}

/// Gives each object the true one that most of its reports came from. Returns the true threats that
/// no object stands for.
fn recognise<'a>(tracks: &mut [Track<'a>], truth: &'a Truth) -> Vec<&'a TruthObject> {
    let origins: BTreeMap<&str, &str> = truth
        .origins
        .iter()
        .filter_map(|origin| Some((origin.detection.as_str(), origin.object.as_deref()?)))
        .collect();
    let objects: BTreeMap<&str, &TruthObject> = truth
        .objects
        .iter()
        .map(|object| (object.object.as_str(), object))
        .collect();
    let mut found = Vec::new();
    for track in tracks {
        let voted = track
            .most_of(&origins)
            .and_then(|name| objects.get(name).copied());
        // One launch is one threat: a threat that follows a stage is held against the whole flight.
        let whole = voted
            .filter(|_| track.rank() < 2)
            .map(|object| root_of(object, &objects));
        track.voted = voted;
        track.truth = whole.or(voted);
        found.extend(track.truth.map(|object| object.object.as_str()));
    }
    found.sort_unstable();
    let is_threat = |class: Class| matches!(class, Class::BallisticMissile | Class::GlideVehicle);
    let missed = truth.objects.iter().filter(|object| {
        is_threat(object.class.0) && found.binary_search(&object.object.as_str()).is_err()
    });
    missed.collect()
}

/// What an object came off in the end; itself where it came off nothing.
fn root_of<'a>(
    object: &'a TruthObject,
    objects: &BTreeMap<&str, &'a TruthObject>,
) -> &'a TruthObject {
    let mut root = object;
    // No chain is longer than the list: a circle in the file must not hang the report.
    for _ in 0..objects.len() {
        let parent = root.parent.as_deref().and_then(|name| objects.get(name));
        match parent {
            Some(parent) => root = parent,
            None => break,
        }
    }
    root
}

impl<'a> Track<'a> {
    /// 0 ever confirmed, 1 ever suspected, 2 neither.
    pub(super) fn rank(&self) -> u8 {
        match self.peak() {
            Verdict::Confirmed => 0,
            Verdict::Suspected => 1,
            Verdict::Insufficient | Verdict::Dismissed => 2,
        }
    }

    /// The gravest verdict that it ever had; else the last.
    pub(super) fn peak(&self) -> Verdict {
        for grave in [Verdict::Confirmed, Verdict::Suspected] {
            if self.since(grave).is_some() {
                return grave;
            }
        }
        self.last().verdict
    }

    /// When a verdict was first given.
    pub(super) fn since(&self, verdict: Verdict) -> Option<Epoch> {
        let has = |(_, assessment): &&(Epoch, &Assessment)| assessment.verdict == verdict;
        self.history.iter().find(has).map(|(time, _)| *time)
    }

    /// When it was first assessed.
    pub(super) fn began(&self) -> Epoch {
        self.history[0].0
    }

    /// When it was last assessed.
    pub(super) fn ended(&self) -> Epoch {
        self.history[self.history.len() - 1].0
    }

    pub(super) fn last(&self) -> &'a Assessment {
        self.history[self.history.len() - 1].1
    }

    /// The last thing said of some kind, and when.
    pub(super) fn latest<T>(
        &self,
        get: impl Fn(&'a Assessment) -> Option<T>,
    ) -> Option<(Epoch, T)> {
        let said = |(time, assessment): &(Epoch, &'a Assessment)| Some((*time, get(assessment)?));
        self.history.iter().rev().find_map(said)
    }

    pub(super) fn launch(&self) -> Option<&'a LaunchEstimate> {
        Some(self.latest(|assessment| assessment.launch.as_ref())?.1)
    }

    pub(super) fn impact(&self) -> Option<&'a ImpactEstimate> {
        Some(self.latest(|assessment| assessment.impact.as_ref())?.1)
    }

    /// The region that stands for the impact where no point was ever given.
    pub(super) fn region(&self) -> Option<&'a ImpactRegion> {
        match self.impact() {
            Some(_) => None,
            None => Some(
                self.latest(|assessment| assessment.impact_region.as_ref())?
                    .1,
            ),
        }
    }

    /// When it will come or came down: the last prediction.
    pub(super) fn impact_time(&self) -> Option<Epoch> {
        let point = self.impact().map(|impact| impact.time);
        point.or_else(|| Some(self.region()?.time))
    }

    /// The assessment that says most: the last that still spoke of a flight, else the last.
    pub(super) fn fullest(&self) -> &'a Assessment {
        let grave = self.peak();
        let speaks = |assessment: &&'a Assessment| assessment.verdict == grave;
        let found = self.latest(|assessment| Some(assessment).filter(speaks));
        found.map_or_else(|| self.last(), |(_, assessment)| assessment)
    }

    /// When a sensor of one physics first agreed.
    pub(super) fn first_agreed(
        &self,
        sensors: &[Sensor],
        physics: fn(&SensorKind) -> bool,
    ) -> Option<Epoch> {
        let seen = |assessment: &Assessment| {
            assessment.evidence.iter().any(|evidence| {
                let sensor = sensors.get(usize::from(evidence.sensor.0));
                evidence.state == EvidenceState::Agrees
                    && evidence.reports > 0
                    && sensor.is_some_and(|sensor| physics(&sensor.kind))
            })
        };
        let first = self.history.iter().find(|(_, assessment)| seen(assessment));
        first.map(|(time, _)| *time)
    }

    fn most_of<'b>(&self, origins: &BTreeMap<&'b str, &'b str>) -> Option<&'b str> {
        let mut votes: BTreeMap<&'b str, i64> = BTreeMap::new();
        let changes = self.history.iter().flat_map(|(_, assessment)| {
            let held = assessment.detections.iter().map(|id| (id, 1));
            held.chain(assessment.withdrawn.iter().map(|id| (id, -1)))
        });
        for (id, weight) in changes {
            if let Some(object) = origins.get(id.as_ref()) {
                *votes.entry(object).or_default() += weight;
            }
        }
        let best = votes.into_iter().filter(|(_, weight)| *weight > 0);
        best.max_by_key(|(_, weight)| *weight)
            .map(|(object, _)| object)
    }
}

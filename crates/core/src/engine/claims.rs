//! What others say without a measurement: a display, a phone call, another system.
//!
//! A claim moves no verdict about anything that was measured. It becomes an object of its own,
//! which is judged by asking the sensors: who must see what is claimed, and what do they say? So
//! an alert that nothing supports is refused with its true reason, and one that is supported goes
//! into the object that was measured.

use forewarn_physics::frames::wgs84::Geodetic;
use forewarn_physics::math::{exp, ln};
use forewarn_physics::time::{Epoch, seconds_between};

use super::context::{Context, Registry};
use super::health::Health;
use super::places::{centre_of, distance_m};
use crate::assess::SensorFault;
use crate::model::{
    Assessment, Claim, Class, Event, EventBody, Evidence, EvidenceState, FlightPhase, ObjectId,
    Probabilities, Reason, Rejection, RejectionReason, SensorIndex, SensorKind, Verdict,
};
use crate::sensors::SensorModel;
use crate::sensors::coverage::can_see;

/// Claims asked about at once; beyond it new ones are refused and said so.
const MOST_CLAIMS: usize = 256;
/// Closed scans with nothing in them from which a sensor disagrees.
const SCANS: u32 = 6;
/// No claim is refused before it is so old: what was launched may still be under cloud [s].
const PATIENCE_S: f64 = 60.0;
/// A claim is asked about for this long [s].
const ASKED_S: f64 = 900.0;
/// A measured object this much older than the claim may be what the claim is about [s].
const ABOUT_S: f64 = 900.0;
/// What a sensor that the claim names saw first within this time of it may be its cause [s].
const CAUSE_S: f64 = 240.0;
/// Records of another mode within this time of a claim may be what a display showed [s].
const FOREIGN_S: f64 = 900.0;
/// Claims within this time of each other are about the same thing [s].
const SAME_S: f64 = 300.0;
/// A cloud sends more than its share of sunlight within this angle of the mirrored Sun [degrees]:
/// where the ledger's likelihood of a glint's geometry is even.
const GLINT_DEG: f64 = 66.0;
/// How far from the claimed area a launch may lie and still be meant [m].
const NEAR_M: f64 = 300e3;
/// What is said of a claim is repeated this often while nothing changes [s].
const REPEAT_S: f64 = 60.0;
/// Chance that a claim without a measurement is of a real attack: 147 false alarms were counted
/// in the 18 months to mid-1980, none of them real (report to the US Senate, 1980); by the rule of
/// succession, 1 in 149.
const PRIOR: f64 = 1.0 / 149.0;
/// Nobody is believed beyond odds of about a thousand: a sensor may fail in ways nobody modelled.
const SENSOR_WRONG: f64 = 0.002;

/// One claim, and what was said of it.
#[derive(Debug, Clone)]
struct Asked {
    claim: Claim,
    object: ObjectId,
    since: Epoch,
    revision: u32,
    said: Option<Epoch>,
    last: Option<(Verdict, Reason, Vec<EvidenceState>)>,
    /// A reason that explained it once, and stays one when what showed it is gone.
    explained: Option<Reason>,
    closed: bool,
}

/// What is measured, as far as claims need it.
#[derive(Debug, Clone)]
pub(super) struct Measured<'a> {
    /// What was said of it last.
    pub assessment: &'a Assessment,
    /// Its first report.
    pub first: Epoch,
}

/// Something new that one infrared sensor sees and that does not move.
#[derive(Debug, Clone)]
pub(super) struct StillSource {
    /// Who sees it.
    pub sensor: SensorIndex,
    /// First report.
    pub first: Epoch,
    /// Angle from where a mirror would throw the Sun [rad]; none where it cannot be the Sun.
    pub glint_angle_rad: Option<f64>,
}

/// What claims are held against, besides the health of the sensors.
#[derive(Debug)]
pub(super) struct Picture<'a> {
    /// What was said of each object.
    pub measured: Vec<Measured<'a>>,
    /// What stands still.
    pub still: Vec<StillSource>,
}

/// All claims that are asked about.
#[derive(Debug, Default)]
pub(super) struct Claims {
    asked: Vec<Asked>,
}

impl Claims {
    /// Takes a claim; refused where too many are open.
    pub(super) fn take(
        &mut self,
        claim: &Claim,
        registry: &mut Registry,
        now: Epoch,
    ) -> Result<(), Rejection> {
        self.asked
            .retain(|asked| !asked.closed || seconds_between(asked.since, now) < SAME_S);
        if self.asked.len() >= MOST_CLAIMS {
            return Err(Rejection {
                record: claim.id.clone(),
                reason: RejectionReason::Overflow,
                detail: format!("{MOST_CLAIMS} claims are asked about already"),
            });
        }
        // Who says that there is nothing claims nothing, but may contradict another.
        let denies = claim.count == Some(0);
        self.asked.push(Asked {
            object: registry.id_of(&claim.id),
            claim: claim.clone(),
            since: now,
            revision: 0,
            said: None,
            last: None,
            explained: None,
            closed: denies,
        });
        Ok(())
    }

    /// Asks the sensors about every open claim; returns what is new.
    pub(super) fn ask<'a>(
        &mut self,
        picture: &dyn Fn() -> Picture<'a>,
        context: &Context,
        health: &Health,
        now: Epoch,
    ) -> Vec<Event> {
        if self.asked.iter().all(|asked| asked.closed) {
            return Vec::new();
        }
        let picture = picture();
        let counts: Vec<(Epoch, u32)> = self
            .asked
            .iter()
            .filter_map(|asked| Some((asked.since, asked.claim.count?)))
            .collect();
        let room = Room {
            picture: &picture,
            counts: &counts,
            models: &context.models,
            health,
            now,
        };
        let open = self.asked.iter_mut().filter(|asked| !asked.closed);
        open.filter_map(|asked| room.judge(asked)).collect()
    }
}

impl Asked {
    /// What explained it once still does when nothing else is known.
    fn remember(&mut self, answer: Answer) -> Answer {
        let explains = matches!(
            answer.reason,
            Reason::Environment
                | Reason::AmbiguousRange
                | Reason::GlintGeometry
                | Reason::Stationary
                | Reason::SensorsLost
        );
        if explains {
            self.explained = Some(answer.reason);
        }
        match self.explained {
            Some(reason) if answer.reason == Reason::UnsupportedClaim => Answer {
                reason,
                class: match reason {
                    Reason::GlintGeometry => Class::SunGlint,
                    Reason::Stationary => Class::Fire,
                    Reason::SensorsLost => Class::SensorFault,
                    Reason::AmbiguousRange => Class::Satellite,
                    _ => answer.class,
                },
                ..answer
            },
            _ => answer,
        }
    }
}

/// Everything that one claim is held against.
struct Room<'a> {
    picture: &'a Picture<'a>,
    counts: &'a [(Epoch, u32)],
    models: &'a [SensorModel],
    health: &'a Health,
    now: Epoch,
}

/// Verdict, reason, class, and the object that it went into.
struct Answer {
    verdict: Verdict,
    reason: Reason,
    class: Class,
    into: Option<ObjectId>,
}

impl Answer {
    fn new(verdict: Verdict, reason: Reason, class: Class) -> Self {
        Self {
            verdict,
            reason,
            class,
            into: None,
        }
    }
}

impl Room<'_> {
    fn judge(&self, asked: &mut Asked) -> Option<Event> {
        let evidence = self.evidence(asked);
        let answer = asked.remember(self.answer(asked, &evidence));
        let over = answer.into.is_some() || seconds_between(asked.since, self.now) > ASKED_S;
        let states = evidence.iter().map(|given| given.state).collect();
        let key = (answer.verdict, answer.reason, states);
        let due = asked
            .said
            .is_none_or(|said| seconds_between(said, self.now) >= REPEAT_S);
        let settled = answer.verdict == Verdict::Dismissed;
        if asked.last.as_ref() == Some(&key) && !over && (settled || !due) {
            return None;
        }
        asked.closed = over;
        asked.last = Some(key);
        asked.said = Some(self.now);
        asked.revision += 1;
        Some(Event {
            time: self.now,
            caused_by: vec![asked.claim.id.clone()],
            body: EventBody::Assessment(Box::new(assessment(asked, answer, evidence, over))),
        })
    }

    fn answer(&self, asked: &Asked, evidence: &[Evidence]) -> Answer {
        if let Some(object) = self.threat(asked) {
            let known = Answer::new(Verdict::Insufficient, Reason::ClaimMeasured, Class::Unknown);
            return Answer {
                into: Some(object),
                ..known
            };
        }
        let old = seconds_between(asked.since, self.now) >= PATIENCE_S;
        let named = self.named(asked);
        let refused = evidence
            .iter()
            .any(|given| given.state == EvidenceState::Disagrees);
        let interference =
            |sensor: &SensorIndex| self.health.fault(*sensor) == Some(SensorFault::Interference);
        if !asked.claim.sensors.is_empty() && named.iter().any(interference) {
            return Answer::new(Verdict::Dismissed, Reason::Environment, Class::Unknown);
        }
        let moon = |sensor: &SensorIndex| self.health.hears_moon(*sensor);
        if !asked.claim.sensors.is_empty() && named.iter().any(moon) {
            return Answer::new(Verdict::Dismissed, Reason::AmbiguousRange, Class::Satellite);
        }
        if old && let Some((object, reason)) = self.cause(asked, &named) {
            let known = Answer::new(Verdict::Dismissed, reason, Class::Unknown);
            return Answer {
                into: Some(object),
                ..known
            };
        }
        if old && let Some(answer) = self.still(asked, &named) {
            return answer;
        }
        if named
            .iter()
            .all(|sensor| !self.health.is_alive(*sensor, self.now))
        {
            return Answer::new(Verdict::Insufficient, Reason::SensorsLost, Class::Unknown);
        }
        if !old || !refused {
            let reason = Reason::ClaimWithoutMeasurement;
            return Answer::new(Verdict::Insufficient, reason, Class::Unknown);
        }
        let foreign = |sensor: &SensorIndex| self.health.had_foreign(*sensor, self.now, FOREIGN_S);
        if named.iter().any(foreign) {
            return Answer::new(Verdict::Dismissed, Reason::ExerciseData, Class::SensorFault);
        }
        if self.contradicted(asked) {
            let reason = Reason::InconsistentCounts;
            return Answer::new(Verdict::Dismissed, reason, Class::SensorFault);
        }
        Answer::new(Verdict::Dismissed, Reason::UnsupportedClaim, Class::Unknown)
    }

    /// A threat that was measured, and that the claim may be about.
    fn threat(&self, asked: &Asked) -> Option<ObjectId> {
        let fits = |measured: &&Measured<'_>| {
            let said = measured.assessment;
            let threat = matches!(said.verdict, Verdict::Suspected | Verdict::Confirmed);
            let near = match (&asked.claim.launch_area, &said.launch) {
                (Some(area), Some(launch)) => distance_m(area, &launch.place) <= NEAR_M,
                _ => true,
            };
            threat
                && said.phase != FlightPhase::Ended
                && near
                && seconds_between(measured.first, asked.since) <= ABOUT_S
        };
        let all = self.picture.measured.iter().filter(fits);
        all.min_by_key(|measured| measured.first)
            .map(|measured| measured.assessment.object)
    }

    /// Something that was no threat and that a sensor named by the claim took for one.
    fn cause(&self, asked: &Asked, named: &[SensorIndex]) -> Option<(ObjectId, Reason)> {
        if asked.claim.sensors.is_empty() {
            return None;
        }
        let reports = |measured: &Measured<'_>| -> u32 {
            let given = measured.assessment.evidence.iter();
            given
                .filter(|given| named.contains(&given.sensor))
                .map(|given| given.reports)
                .sum()
        };
        let fits = |measured: &&Measured<'_>| {
            let told = matches!(
                measured.assessment.reason,
                Reason::AmbiguousRange
                    | Reason::Environment
                    | Reason::SensorFault
                    | Reason::GlintGeometry
                    | Reason::SoundingRocket
                    | Reason::MatchesNotice
            );
            told && measured.assessment.verdict == Verdict::Dismissed
                && reports(measured) > 0
                && seconds_between(measured.first, asked.since).abs() <= CAUSE_S
        };
        let all = self.picture.measured.iter().filter(fits);
        all.max_by_key(|measured| reports(measured))
            .map(|measured| (measured.assessment.object, measured.assessment.reason))
    }

    /// What a sensor named by the claim saw for the first time about then does not move: the Sun on
    /// clouds, or fires.
    fn still(&self, asked: &Asked, named: &[SensorIndex]) -> Option<Answer> {
        if asked.claim.sensors.is_empty() {
            return None;
        }
        let about = |source: &&StillSource| {
            let before_s = seconds_between(source.first, asked.since);
            named.contains(&source.sensor) && (0.0..=CAUSE_S).contains(&before_s)
        };
        let mut all = self.picture.still.iter().filter(about).peekable();
        all.peek()?;
        let glints = |source: &StillSource| {
            let angle_rad = source.glint_angle_rad;
            angle_rad.is_some_and(|angle_rad| angle_rad.to_degrees() <= GLINT_DEG)
        };
        Some(if all.all(glints) {
            Answer::new(Verdict::Dismissed, Reason::GlintGeometry, Class::SunGlint)
        } else {
            Answer::new(Verdict::Dismissed, Reason::Stationary, Class::Fire)
        })
    }

    /// Somebody else says another number of the same thing.
    fn contradicted(&self, asked: &Asked) -> bool {
        asked.claim.count.is_some_and(|count| {
            self.counts.iter().any(|(since, other)| {
                *other != count && seconds_between(*since, asked.since).abs() <= SAME_S
            })
        })
    }

    /// The sensors that the claim names; all where it names none, or none that are known.
    fn named(&self, asked: &Asked) -> Vec<SensorIndex> {
        let all = (0..).map(SensorIndex).zip(self.models);
        let named: Vec<SensorIndex> = all
            .clone()
            .filter(|(_, model)| asked.claim.sensors.contains(&model.sensor.id))
            .map(|(index, _)| index)
            .collect();
        if named.is_empty() {
            return all.map(|(index, _)| index).collect();
        }
        named
    }

    fn evidence(&self, asked: &Asked) -> Vec<Evidence> {
        let named = self.named(asked);
        let of = |(sensor, model): (SensorIndex, &SensorModel)| {
            let state = if !self.health.is_alive(sensor, self.now) {
                EvidenceState::Silent
            } else if !self.must_see(asked, named.contains(&sensor), model) {
                EvidenceState::CouldNotSee
            } else if self.health.scans_since(sensor, asked.since) >= SCANS {
                EvidenceState::Disagrees
            } else {
                EvidenceState::Silent
            };
            let missed =
                f64::from(SCANS) * ln((1.0 - model.sensor.detection_probability).max(1e-3));
            let ratio = ln(SENSOR_WRONG + (1.0 - SENSOR_WRONG) * exp(missed));
            Evidence {
                sensor,
                state,
                log_likelihood_ratio: if state == EvidenceState::Disagrees {
                    ratio
                } else {
                    0.0
                },
                reports: 0,
            }
        };
        (0..).map(SensorIndex).zip(self.models).map(of).collect()
    }

    /// Whether the sensor must see what is claimed: the area, if one is given, at the heights where
    /// it looks; otherwise whatever it watches, where the claim rests on it.
    fn must_see(&self, asked: &Asked, named: bool, model: &SensorModel) -> bool {
        let Some(area) = &asked.claim.launch_area else {
            return named;
        };
        let centre = centre_of(area);
        let heights_m: &[f64] = match model.sensor.kind {
            SensorKind::Infrared(_) => &[15e3, 60e3],
            SensorKind::Radar(_) => &[150e3, 400e3, 800e3],
        };
        heights_m.iter().any(|height_m| {
            let place = Geodetic {
                height_m: *height_m,
                ..centre
            };
            can_see(model, self.now, &place.to_itrf().vector(), None).is_in_view()
        })
    }
}

fn assessment(asked: &Asked, answer: Answer, evidence: Vec<Evidence>, over: bool) -> Assessment {
    Assessment {
        object: asked.object,
        revision: asked.revision,
        verdict: answer.verdict,
        reason: answer.reason,
        classification: answer.class,
        probabilities: probabilities(answer.class, &evidence),
        phase: if over {
            FlightPhase::Ended
        } else {
            FlightPhase::Boost
        },
        launch: None,
        impact: None,
        impact_region: None,
        time_left: None,
        state: None,
        burnout: None,
        evidence,
        basis: None,
        notice: None,
        notice_departs: Vec::new(),
        notice_acknowledged_by: None,
        catalogue: None,
        parent: None,
        claim: Some(asked.claim.id.clone()),
        merged_into: answer.into,
        split_from: None,
        detections: Vec::new(),
        withdrawn: Vec::new(),
    }
}

/// The prior of claims, and each sensor that must have seen it and did not.
fn probabilities(class: Class, evidence: &[Evidence]) -> Probabilities {
    let against: f64 = evidence
        .iter()
        .map(|given| given.log_likelihood_ratio)
        .sum();
    let odds = PRIOR / (1.0 - PRIOR) * exp(against.max(-20.0));
    let threat = odds / (1.0 + odds);
    let mut all = [0.0; 14];
    all[Class::BallisticMissile as usize] = threat;
    let rest = match class {
        Class::BallisticMissile | Class::GlideVehicle => Class::Unknown,
        other => other,
    };
    all[rest as usize] += 1.0 - threat;
    Probabilities(all)
}

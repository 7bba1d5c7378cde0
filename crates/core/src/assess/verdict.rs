//! The published rules: from facts and probabilities to a verdict with its reason.
//!
//! Order of the rules, first that applies wins:
//!
//! 1. the object ended: what was said last stands, with `ended` or `lost`;
//! 2. it is explained: sensor fault, catalogue, piece of another, a notice that it keeps to
//!    while it threatens nobody, insertion into orbit;
//! 3. `confirmed`: two failure domains, and the published conditions on physics;
//! 4. `suspected`: a powered ascent or an impact arc is established;
//! 5. `dismissed`: a threat is improbable, with the best class as the reason;
//! 6. `insufficient`.
//!
//! Hysteresis is in the thresholds (a verdict ends lower than it begins) and in a dwell after a
//! withdrawal; the withdrawal itself never waits.

use forewarn_physics::time::{Epoch, seconds_between};

use super::domains::independent_groups;
use super::dossier::{AmbiguousEcho, Dossier, End, SensorFacts, SensorFault};
use super::ledger::account;
use super::likelihood::{MISSILE_BURN_MAX_S, THREATENED};
use super::priors::Priors;
use super::rules::Rules;
use crate::model::{Basis, Class, Evidence, EvidenceState, Probabilities, Reason, Verdict};

/// What is concluded about one object at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// Is a missile or glide vehicle flying?
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// What it most probably is.
    pub classification: Class,
    /// Probability of each class.
    pub probabilities: Probabilities,
    /// Each sensor's part, in the order of the dossier.
    pub evidence: Vec<Evidence>,
    /// What a confirmation rests on; present exactly when `confirmed`.
    pub basis: Option<Basis>,
}

/// What was said before about one object. Start with `default()`, one for each object.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Memory {
    verdict: Option<Verdict>,
    pub(super) reason: Option<Reason>,
    pub(super) basis: Option<Basis>,
    /// When a suspicion or confirmation was last withdrawn.
    withdrawn: Option<Epoch>,
    /// It was seen to reach orbit under power: it keeps its class.
    space_launch: bool,
    /// Probability of a threat at the last judgement.
    threat: Option<f64>,
    /// When one look turned the opposite conclusion round: it must hold before it confirms.
    overturned: Option<Epoch>,
}

impl Memory {
    /// The verdict given last.
    pub fn verdict(&self) -> Option<Verdict> {
        self.verdict
    }

    pub(super) fn was(&self, verdict: Verdict) -> bool {
        self.verdict == Some(verdict)
    }

    /// Notes a conclusion that was surely no threat and is surely one a judgement later: a wrong
    /// join of tracks does that, and is undone within seconds.
    fn weigh(&mut self, threat: f64, now: Epoch) {
        const NO_THREAT: f64 = 0.1;
        const EVEN: f64 = 0.5;
        if threat < EVEN {
            self.overturned = None;
        } else if self.threat.is_some_and(|before| before < NO_THREAT) {
            self.overturned = Some(now);
        }
        self.threat = Some(threat);
    }

    /// Whether a conclusion that was turned round has not held for long enough yet.
    pub(super) fn is_overturned(&self, now: Epoch, dwell_s: f64) -> bool {
        self.overturned
            .is_some_and(|since| seconds_between(since, now) < dwell_s)
    }
}

/// Judges one object now. Pure but for `memory`, which it brings up to date.
pub fn judge(dossier: &Dossier, priors: &Priors, rules: &Rules, memory: &mut Memory) -> Judgement {
    let probabilities = account(dossier, priors);
    memory.weigh(probabilities.threat(), dossier.now);
    let case = Case {
        dossier,
        probabilities: &probabilities,
        rules,
        memory,
    };
    let evidence = case.evidence();
    if case.reaches_orbit() {
        memory.space_launch = true;
    }
    let case = Case {
        dossier,
        probabilities: &probabilities,
        rules,
        memory,
    };
    let (verdict, reason, basis) = case.decide();
    let classification = case.classification(reason);
    remember(memory, dossier.now, verdict, reason, basis.as_ref());
    Judgement {
        verdict,
        reason,
        classification,
        probabilities,
        evidence,
        basis,
    }
}

fn remember(
    memory: &mut Memory,
    now: Epoch,
    verdict: Verdict,
    reason: Reason,
    basis: Option<&Basis>,
) {
    let rank = |verdict: Option<Verdict>| match verdict {
        Some(Verdict::Confirmed) => 2,
        Some(Verdict::Suspected) => 1,
        _ => 0,
    };
    if rank(memory.verdict) > rank(Some(verdict)) {
        memory.withdrawn = Some(now);
    }
    memory.verdict = Some(verdict);
    memory.reason = Some(reason);
    memory.basis = basis.cloned();
}

type Decision = (Verdict, Reason, Option<Basis>);

pub(super) struct Case<'a> {
    pub(super) dossier: &'a Dossier,
    pub(super) probabilities: &'a Probabilities,
    pub(super) rules: &'a Rules,
    pub(super) memory: &'a Memory,
}

impl Case<'_> {
    fn decide(&self) -> Decision {
        if let Some(decision) = self.ended() {
            return decision;
        }
        if let Some((verdict, reason)) = self.explained() {
            return (verdict, reason, None);
        }
        if let Some((reason, basis)) = self.confirmed() {
            return (Verdict::Confirmed, reason, Some(basis));
        }
        if let Some(reason) = self.suspected() {
            return (Verdict::Suspected, reason, None);
        }
        if let Some(reason) = self.dismissed() {
            return (Verdict::Dismissed, reason, None);
        }
        (Verdict::Insufficient, self.abstains_because(), None)
    }

    fn ended(&self) -> Option<Decision> {
        let reason = match self.dossier.end? {
            End::ImpactPassed | End::Merged => Reason::Ended,
            End::Lost => Reason::Lost,
        };
        let said = self.memory.verdict.unwrap_or(Verdict::Insufficient);
        let verdict = match (said, self.dossier.end) {
            // Lost before it could be judged: nothing may be left hanging as suspected.
            (Verdict::Suspected, Some(End::Lost | End::Merged)) => Verdict::Insufficient,
            (said, _) => said,
        };
        let reason = if verdict == Verdict::Dismissed {
            self.memory.reason.unwrap_or(reason)
        } else {
            reason
        };
        Some((
            verdict,
            reason,
            self.memory
                .basis
                .clone()
                .filter(|_| verdict == Verdict::Confirmed),
        ))
    }

    /// A plain explanation that needs no weighing.
    fn explained(&self) -> Option<(Verdict, Reason)> {
        let held = || {
            self.dossier
                .sensors
                .iter()
                .filter(|sensor| sensor.reports > 0)
        };
        if held().next().is_some() && held().all(|sensor| sensor.fault.is_some()) {
            let noise = held().any(|sensor| sensor.fault == Some(SensorFault::Interference));
            let reason = if noise {
                Reason::Environment
            } else {
                Reason::SensorFault
            };
            return Some((Verdict::Dismissed, reason));
        }
        if self
            .dossier
            .ambiguous
            .as_ref()
            .is_some_and(AmbiguousEcho::holds)
        {
            return Some((Verdict::Dismissed, Reason::AmbiguousRange));
        }
        if let Some(found) = &self.dossier.catalogue
            && found.p_value > 0.001
            && self.probabilities.threat() < 0.5
        {
            let sure = found.reports >= self.rules.reports_min;
            return Some(if sure {
                (Verdict::Dismissed, Reason::CataloguedSatellite)
            } else {
                (Verdict::Insufficient, Reason::OrbitNotExcluded)
            });
        }
        if self
            .dossier
            .parent
            .as_ref()
            .is_some_and(|parent| !parent.carries_on && parent.probability > 0.9)
        {
            return Some((Verdict::Dismissed, Reason::PieceOfAnother));
        }
        if self.notified_away() {
            return Some((Verdict::Dismissed, Reason::MatchesNotice));
        }
        self.memory
            .space_launch
            .then_some((Verdict::Dismissed, Reason::OrbitInsertion))
    }

    /// Seen under power, and now its vacuum path misses the Earth, or it burns on and on.
    fn reaches_orbit(&self) -> bool {
        let clear = |perigee: super::dossier::Uncertain| {
            perigee.is_known() && perigee.mean - 3.0 * perigee.sigma > self.rules.orbit_perigee_m
        };
        let powered = self
            .dossier
            .ascent
            .as_ref()
            .filter(|ascent| self.established(ascent.log_evidence_ratio));
        powered.is_some_and(|ascent| {
            let by_arc = self.dossier.arc.as_ref().is_some_and(|arc| {
                self.believed(arc.updates, arc.nis_per_dof) && clear(arc.perigee_height_m)
            });
            (by_arc || clear(ascent.perigee_height_m) || self.burns_past_missiles())
                && self.probabilities.threat() < 0.5
        })
    }

    pub(super) fn established(&self, log_evidence: f64) -> bool {
        log_evidence >= self.rules.ascent_log_evidence
    }

    fn believed(&self, updates: u32, nis_per_dof: f64) -> bool {
        updates >= self.rules.arc_updates_min && nis_per_dof <= self.rules.nis_max
    }

    /// A powered ascent or an impact arc is established, and neither is contradicted.
    pub(super) fn flies(&self) -> bool {
        self.ascent_established() || self.arc_established() || self.motion_established()
    }

    fn ascent_established(&self) -> bool {
        self.dossier.ascent.as_ref().is_some_and(|ascent| {
            self.established(ascent.log_evidence_ratio)
                && ascent.reports >= self.rules.reports_min
                && ascent.speed_max_m_s.mean >= self.rules.ascent_speed_m_s
        })
    }

    fn motion_established(&self) -> bool {
        self.dossier.ascent.is_none()
            && self.dossier.motion.as_ref().is_some_and(|motion| {
                motion.reports > self.rules.reports_min
                    && motion.duration_s >= 12.0
                    && motion.log_odds_moving >= self.rules.ascent_log_evidence
                    && motion.log_odds_real >= self.rules.ascent_log_evidence
                    && motion.speed_m_s.mean >= self.rules.ascent_speed_m_s
                    && motion.acceleration_m_s2.mean >= 2.0 * motion.acceleration_m_s2.sigma
            })
    }

    fn arc_established(&self) -> bool {
        self.dossier.arc.as_ref().is_some_and(|arc| {
            let perigee = arc.perigee_height_m;
            self.believed(arc.updates, arc.nis_per_dof)
                && perigee.is_known()
                && perigee.mean + self.rules.perigee_sigmas * perigee.sigma
                    < self.rules.orbit_perigee_m
        })
    }

    fn suspected(&self) -> Option<Reason> {
        if self.dossier.reports() < self.rules.reports_min || !self.flies() || self.went_quiet() {
            return None;
        }
        let disagreeing = self.disagreeing();
        if disagreeing > 0 && (disagreeing >= self.agreeing_groups() || self.agreeing_groups() < 2)
        {
            return None;
        }
        let held = self.memory.was(Verdict::Suspected) || self.memory.was(Verdict::Confirmed);
        let (rocket, floor) = if held {
            (self.rules.suspected_leave, 0.5 * self.rules.threat_floor)
        } else {
            (self.rules.suspected, self.rules.threat_floor)
        };
        if self.rocket() < rocket
            || self.probabilities.threat() < floor
            || (!held && self.dwelling())
        {
            return None;
        }
        Some(self.suspicion_rests_on())
    }

    fn suspicion_rests_on(&self) -> Reason {
        if self.agreeing_groups() >= 2 {
            Reason::NotYetCertain
        } else if self.ascent_established() || self.motion_established() {
            Reason::PoweredAscentOneDomain
        } else {
            Reason::ImpactArcOneDomain
        }
    }

    fn rocket(&self) -> f64 {
        self.probabilities.threat()
            + self.probabilities.of(Class::SpaceLaunch)
            + self.probabilities.of(Class::SoundingRocket)
    }

    /// A slow, short thing that has stopped reporting: no missile ends its burn like that.
    fn went_quiet(&self) -> bool {
        let long = seconds_between(self.dossier.first_report, self.dossier.last_report) >= 15.0;
        let fast = self
            .dossier
            .ascent
            .as_ref()
            .is_some_and(|ascent| ascent.speed_max_m_s.mean > 1_200.0);
        self.dossier.arc.is_none()
            && !(long && fast)
            && self.dossier.silence_s() > self.rules.silence_withdraws_s
    }

    pub(super) fn dwelling(&self) -> bool {
        self.memory.withdrawn.is_some_and(|when| {
            seconds_between(when, self.dossier.now) < self.rules.dwell_after_withdrawal_s
        })
    }

    /// A launch as announced, under power or on its arc, and away from every protected area.
    fn notified_away(&self) -> bool {
        self.flies()
            && self
                .dossier
                .notice
                .as_ref()
                .is_some_and(|notice| notice.holds() && !is_threat(notice.class))
            && self
                .dossier
                .protected_probability
                .is_some_and(|chance| chance <= THREATENED)
    }

    fn dismissed(&self) -> Option<Reason> {
        if self.dossier.reports() < self.rules.reports_min {
            return None;
        }
        let held = self.memory.was(Verdict::Dismissed);
        let limit = if held {
            self.rules.dismissed_leave
        } else {
            self.rules.dismissed
        };
        if self.probabilities.threat() >= limit {
            return None;
        }
        self.dismissed_as()
    }

    /// The reason that goes with the best class; none where that class is not established itself.
    fn dismissed_as(&self) -> Option<Reason> {
        let orbit_sure = self.dossier.arc.as_ref().is_some_and(|arc| {
            let perigee = arc.perigee_height_m;
            self.believed(arc.updates, arc.nis_per_dof)
                && perigee.is_known()
                && perigee.mean - 2.0 * perigee.sigma > self.rules.orbit_perigee_m
        });
        match self.probabilities.best() {
            Class::Satellite => orbit_sure.then_some(Reason::InOrbit),
            Class::SpaceLaunch if self.memory.space_launch => Some(Reason::OrbitInsertion),
            Class::SpaceLaunch => self.falls_alone().then_some(Reason::SlowOrLow),
            Class::Bolide => Some(Reason::FireballSpeed),
            Class::Fire | Class::Explosion => Some(Reason::Stationary),
            Class::SunGlint => Some(Reason::GlintGeometry),
            Class::SoundingRocket => Some(Reason::SoundingRocket),
            Class::Debris => Some(Reason::PieceOfAnother),
            Class::Aircraft | Class::Reentry => Some(Reason::SlowOrLow),
            Class::SensorFault => Some(Reason::SensorFault),
            Class::Unknown => (self.disagreeing() > 0).then_some(Reason::MustHaveSeen),
            Class::BallisticMissile | Class::GlideVehicle => None,
        }
    }

    /// Under power for longer than any missile: only a launcher does that, whether or not its
    /// perigee can be told yet.
    fn burns_past_missiles(&self) -> bool {
        self.dossier.ascent.as_ref().is_some_and(|ascent| {
            self.established(ascent.log_evidence_ratio)
                && ascent.burn_s.is_known()
                && ascent.burn_s.mean - 3.0 * ascent.burn_s.sigma > MISSILE_BURN_MAX_S
        })
    }

    /// Out of power and on an arc that meets the ground: of a launcher, a stage that was dropped.
    fn falls_alone(&self) -> bool {
        let out = self
            .dossier
            .ascent
            .as_ref()
            .is_none_or(|ascent| ascent.burning_probability < 0.5);
        let arc = self.dossier.arc.as_ref();
        out && arc.is_some_and(|arc| {
            self.believed(arc.updates, arc.nis_per_dof) && arc.impact_probability > 0.99
        })
    }

    fn abstains_because(&self) -> Reason {
        if self.disagreeing() > 0 {
            return Reason::MustHaveSeen;
        }
        if self.dossier.reports() < self.rules.reports_min {
            return Reason::TooFewReports;
        }
        if self.went_quiet() {
            return Reason::Lost;
        }
        let orbit = self.probabilities.of(Class::Satellite)
            + self.probabilities.of(Class::SpaceLaunch)
            + self.probabilities.of(Class::Reentry);
        if orbit > 0.2 {
            Reason::OrbitNotExcluded
        } else if self.flies() {
            Reason::NotYetCertain
        } else {
            Reason::NoPhysicalModel
        }
    }

    fn classification(&self, reason: Reason) -> Class {
        if self.memory.space_launch && reason != Reason::PieceOfAnother {
            return Class::SpaceLaunch;
        }
        match reason {
            Reason::CataloguedSatellite => Class::Satellite,
            Reason::PieceOfAnother => Class::Debris,
            Reason::SensorFault => Class::SensorFault,
            Reason::AmbiguousRange | Reason::Environment => Class::Unknown,
            Reason::MatchesNotice => self
                .dossier
                .notice
                .as_ref()
                .map_or(Class::Unknown, |notice| notice.class),
            _ => {
                let best = self.probabilities.best();
                if self.probabilities.of(best) < 0.4 {
                    Class::Unknown
                } else {
                    best
                }
            }
        }
    }

    /// Failure domains that report the object.
    fn agreeing_groups(&self) -> usize {
        let agreeing: Vec<&SensorFacts> = self
            .dossier
            .sensors
            .iter()
            .filter(|sensor| sensor.counts())
            .collect();
        independent_groups(&agreeing).len()
    }

    /// Failure domains that must have seen it and did not.
    pub(super) fn disagreeing(&self) -> usize {
        let against: Vec<&SensorFacts> = self
            .dossier
            .sensors
            .iter()
            .filter(|sensor| self.state_of(sensor) == EvidenceState::Disagrees)
            .collect();
        independent_groups(&against).len()
    }

    fn state_of(&self, sensor: &SensorFacts) -> EvidenceState {
        if sensor.reports > 0 {
            EvidenceState::Agrees
        } else if !sensor.alive || sensor.fault.is_some() {
            EvidenceState::Silent
        } else if !sensor.could_have_seen && !sensor.sees_now {
            EvidenceState::CouldNotSee
        } else if sensor.missed_log_likelihood <= self.rules.disagrees_log_likelihood {
            EvidenceState::Disagrees
        } else {
            EvidenceState::Silent
        }
    }

    fn evidence(&self) -> Vec<Evidence> {
        let ratio = |sensor: &SensorFacts, state| match state {
            EvidenceState::Agrees if sensor.fault.is_some() => 0.0,
            EvidenceState::Agrees => {
                super::likelihood::bounded(sensor.log_likelihood_ratio, -20.0, 20.0)
            }
            EvidenceState::Disagrees | EvidenceState::Silent => {
                super::likelihood::bounded(sensor.missed_log_likelihood, -20.0, 0.0)
            }
            EvidenceState::CouldNotSee => 0.0,
        };
        let of = |sensor: &SensorFacts| {
            let state = self.state_of(sensor);
            Evidence {
                sensor: sensor.sensor,
                state,
                log_likelihood_ratio: ratio(sensor, state),
                reports: sensor.reports,
            }
        };
        self.dossier.sensors.iter().map(of).collect()
    }
}

fn is_threat(class: Class) -> bool {
    matches!(class, Class::BallisticMissile | Class::GlideVehicle)
}

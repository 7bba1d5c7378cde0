//! What confirms: two failure domains, and the published conditions on their physics.

use forewarn_physics::time::Epoch;

use super::domains::{independent_groups, physics_differ};
use super::dossier::{Glint, Physics, SensorFacts};
use super::verdict::Case;
use crate::model::{Basis, Reason, Verdict};

impl Case<'_> {
    pub(super) fn confirmed(&self) -> Option<(Reason, Basis)> {
        let threat = self.probabilities.threat();
        let held = self.memory.was(Verdict::Confirmed);
        let arc = self
            .dossier
            .arc
            .as_ref()
            .is_some_and(|arc| arc.updates >= 2 * self.rules.arc_updates_min);
        let needed = if held {
            self.rules.confirmed_leave
        } else if arc && self.two_physics() {
            self.rules.confirmed_two_physics
        } else {
            self.rules.confirmed
        };
        if threat <= needed || self.disagreeing() > 0 {
            return None;
        }
        let agreeing: Vec<&SensorFacts> = self
            .dossier
            .sensors
            .iter()
            .filter(|sensor| sensor.counts())
            .collect();
        let groups = independent_groups(&agreeing);
        if groups.len() < 2 {
            return None;
        }
        if held && let Some(basis) = self.held_basis(&groups) {
            return Some((self.memory.reason.unwrap_or(Reason::TwoDomainsAgree), basis));
        }
        let dwell_s = self.rules.dwell_after_withdrawal_s;
        if self.dwelling() || self.memory.is_overturned(self.dossier.now, dwell_s) {
            return None;
        }
        if self.two_physics() {
            return Some((Reason::TwoPhysicsAgree, Basis::TwoPhysics));
        }
        self.single_physics().then(|| {
            (
                Reason::TwoDomainsAgree,
                Basis::SinglePhysics {
                    other_physics_first: self.other_physics_first(),
                },
            )
        })
    }

    /// A confirmation stands while its own basis does; a second physics that joins makes it firmer.
    fn held_basis(&self, groups: &[Vec<&SensorFacts>]) -> Option<Basis> {
        match self.memory.basis.as_ref()? {
            Basis::TwoPhysics => physics_differ(groups).then_some(Basis::TwoPhysics),
            Basis::SinglePhysics { .. } if self.two_physics() => None,
            Basis::SinglePhysics { .. } => Some(Basis::SinglePhysics {
                other_physics_first: self.other_physics_first(),
            }),
        }
    }

    fn two_physics(&self) -> bool {
        let each = self.rules.reports_each_two_physics;
        let sensors: Vec<&SensorFacts> = self
            .dossier
            .sensors
            .iter()
            .filter(|sensor| sensor.counts() && sensor.reports >= each)
            .collect();
        physics_differ(&independent_groups(&sensors)) && self.flies()
    }

    /// Two domains of one physics, under the published conditions.
    fn single_physics(&self) -> bool {
        if self.other_physics_could_have_seen() {
            return false;
        }
        let Some(ascent) = &self.dossier.ascent else {
            return false;
        };
        let groups = independent_groups(&self.agreeing_infrared());
        let each = |group: &Vec<&SensorFacts>| {
            group.iter().map(|sensor| sensor.reports).sum::<u32>()
                >= self.rules.reports_each_single_physics
                && group.iter().all(|sensor| sensor.glint == Glint::Excluded)
        };
        groups.iter().filter(|group| each(group)).count() >= 2
            && groups
                .iter()
                .flatten()
                .all(|sensor| sensor.glint == Glint::Excluded)
            && ascent.satellites >= 2
            && self.established(ascent.log_evidence_ratio)
            && ascent.p_value > self.rules.single_physics_p_value
            && ascent.speed_max_m_s.mean > self.rules.single_physics_speed_m_s
            && self.probabilities.threat() > self.rules.confirmed
    }

    fn agreeing_infrared(&self) -> Vec<&SensorFacts> {
        self.dossier
            .sensors
            .iter()
            .filter(|sensor| sensor.counts() && sensor.physics == Physics::Infrared)
            .collect()
    }

    /// A live, sound sensor of a physics that has not reported the object could have seen it.
    fn other_physics_could_have_seen(&self) -> bool {
        let seen = |physics| {
            self.dossier
                .sensors
                .iter()
                .any(|sensor| sensor.physics == physics && sensor.counts())
        };
        self.dossier.sensors.iter().any(|sensor| {
            let started = sensor
                .first_could_see
                .is_some_and(|first| first <= self.dossier.now);
            let could = sensor.could_have_seen || sensor.sees_now || started;
            sensor.alive && sensor.fault.is_none() && could && !seen(sensor.physics)
        }) || (seen(Physics::Infrared) && seen(Physics::Radar))
    }

    fn other_physics_first(&self) -> Option<Epoch> {
        let seen = |physics| {
            self.dossier
                .sensors
                .iter()
                .any(|sensor| sensor.physics == physics && sensor.counts())
        };
        self.dossier
            .sensors
            .iter()
            .filter(|sensor| !seen(sensor.physics))
            .filter_map(|sensor| sensor.first_could_see)
            .min()
    }
}

//! Agreement is counted over failure domains, not over sensors.

use super::dossier::{Physics, SensorFacts};

/// Splits the given sensors into groups that no single declared fault can fool together.
///
/// Union-find over shared domains: sensors that share any domain, directly or through a third
/// sensor in the list, are one group. Sensors that declare no domain are taken to share one
/// undeclared fault: independence must be stated, never assumed. Groups and members keep the
/// order of the list.
pub fn independent_groups<'a>(sensors: &[&'a SensorFacts]) -> Vec<Vec<&'a SensorFacts>> {
    let mut root: Vec<usize> = (0..sensors.len()).collect();
    for i in 0..sensors.len() {
        for j in 0..i {
            if share_a_domain(sensors[i], sensors[j]) {
                let (a, b) = (find(&root, i), find(&root, j));
                root[a.max(b)] = a.min(b);
            }
        }
    }
    let mut groups: Vec<Vec<&SensorFacts>> = vec![Vec::new(); sensors.len()];
    for (i, sensor) in sensors.iter().enumerate() {
        groups[find(&root, i)].push(sensor);
    }
    groups.retain(|group| !group.is_empty());
    groups
}

/// Two different groups exist of which one holds infrared and the other radar.
///
/// A group that holds both physics under one fault lends either, but not both.
pub(super) fn physics_differ(groups: &[Vec<&SensorFacts>]) -> bool {
    let has =
        |group: &Vec<&SensorFacts>, physics| group.iter().any(|sensor| sensor.physics == physics);
    groups.iter().enumerate().any(|(i, a)| {
        has(a, Physics::Infrared)
            && groups
                .iter()
                .enumerate()
                .any(|(j, b)| i != j && has(b, Physics::Radar))
    })
}

fn share_a_domain(a: &SensorFacts, b: &SensorFacts) -> bool {
    let both_undeclared = a.failure_domains.is_empty() && b.failure_domains.is_empty();
    both_undeclared
        || a.sensor == b.sensor
        || a.failure_domains
            .iter()
            .any(|domain| b.failure_domains.contains(domain))
}

fn find(root: &[usize], mut i: usize) -> usize {
    while root[i] != i {
        i = root[i];
    }
    i
}

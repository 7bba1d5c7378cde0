//! The same reports lead to the same conclusion, on time or late, doubled and out of order.
#![allow(
    clippy::unwrap_used,
    reason = "a test may unwrap outside of its test function"
)]

use std::collections::BTreeMap;

use forewarn_core::model::{Class, EventBody, ObjectId, Verdict};
use forewarn_physics::time::after;
use forewarn_validation::harness::{Extras, fly, run};

const FAULTS: &str = r#"
[[fault]]
kind = "late"
probability = 0.2
delay_s = [0.0, 23.0]

[[fault]]
kind = "duplicated"
probability = 0.2
delay_s = [0.1, 10.0]

[[fault]]
kind = "reordered"
probability = 0.2
delay_s = [0.0, 5.0]
"#;

/// Objects that were confirmed in their own right, with what they were called then, and whether
/// any was called a threat that the truth does not hold.
fn confirmed(recording: &forewarn_simulate::Recording) -> Vec<Class> {
    let mut called: BTreeMap<ObjectId, Class> = BTreeMap::new();
    run(recording, &Extras::default(), &mut |event| {
        if let EventBody::Assessment(said) = &event.body {
            if said.merged_into.is_some() || said.parent.is_some() {
                called.remove(&said.object);
            } else if said.verdict == Verdict::Confirmed {
                called.insert(said.object, said.classification);
            }
        }
    })
    .unwrap();
    called.into_values().collect()
}

#[test]
fn late_doubled_and_reordered_reports_confirm_the_same() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../scenarios/classes/short_range/scenario.toml"
    );
    let text = format!("{}\n{FAULTS}", std::fs::read_to_string(path).unwrap());
    let late = fly("short_range", &text, 1).unwrap();
    let mut punctual = late.clone();
    punctual
        .detections
        .sort_by(|a, b| a.report.id.cmp(&b.report.id));
    punctual
        .detections
        .dedup_by(|a, b| a.report.id == b.report.id);
    assert!(punctual.detections.len() < late.detections.len());
    for record in &mut punctual.detections {
        record.report.received = Some(after(record.report.time, 1.5));
    }
    punctual
        .detections
        .sort_by_key(|record| record.report.received);
    assert_eq!(confirmed(&punctual), vec![Class::BallisticMissile]);
    assert_eq!(confirmed(&late), confirmed(&punctual));
}

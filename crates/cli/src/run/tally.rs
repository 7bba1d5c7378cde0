//! What a run came to, counted as it goes.

use std::collections::BTreeMap;
use std::time::Duration;

use forewarn_core::model::{Event, EventBody, Mode, ObjectId, Record, Verdict, WarningAction};
use forewarn_formats::record::UnknownKeys;
use forewarn_formats::reports::Summary;
use forewarn_formats::words::Word;

/// Percentiles of latency that are published, as shares.
const PERCENTILES: [(&str, f64); 4] = [("p50", 0.5), ("p90", 0.9), ("p95", 0.95), ("p99", 0.99)];

/// Counts.
#[derive(Debug, Default)]
pub(super) struct Tally {
    records: u64,
    detections: u64,
    events: BTreeMap<String, u64>,
    rejections: BTreeMap<String, u64>,
    verdicts: BTreeMap<ObjectId, Verdict>,
    warnings: u64,
    steps_ns: Vec<u64>,
}

impl Tally {
    pub(super) fn record(&mut self, record: &Record, took: Duration) {
        if matches!(record, Record::Tick(_)) {
            return;
        }
        self.records += 1;
        if matches!(record, Record::Report(_)) {
            self.detections += 1;
        }
        self.steps_ns
            .push(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
    }

    pub(super) fn event(&mut self, event: &Event) {
        let kind = match &event.body {
            EventBody::Assessment(assessment) => {
                self.verdicts.insert(assessment.object, assessment.verdict);
                "assessment"
            }
            EventBody::Warning(warning) => {
                self.warnings += u64::from(warning.action == WarningAction::Issue);
                "warning"
            }
            EventBody::Rejection(rejection) => {
                *self
                    .rejections
                    .entry(rejection.reason.word().into())
                    .or_default() += 1;
                "rejection"
            }
            EventBody::Health(_) => "health",
        };
        *self.events.entry(kind.into()).or_default() += 1;
    }

    pub(super) fn summary(
        mut self,
        mode: Mode,
        unknown: &UnknownKeys,
        wall: Duration,
        events_sha256: String,
    ) -> Summary {
        let wall_time_s = wall.as_secs_f64();
        let mut objects_by_verdict: BTreeMap<String, u64> = BTreeMap::new();
        for verdict in self.verdicts.values() {
            *objects_by_verdict.entry(verdict.word().into()).or_default() += 1;
        }
        self.steps_ns.sort_unstable();
        Summary {
            mode: Word(mode),
            records: self.records,
            detections: self.detections,
            rejections: self.rejections.values().sum(),
            rejections_by_reason: self.rejections,
            unknown_keys: unknown.counts.clone(),
            events: self.events,
            objects_by_verdict,
            warnings: self.warnings,
            wall_time_s,
            detections_per_s: if wall_time_s > 0.0 {
                self.detections as f64 / wall_time_s
            } else {
                0.0
            },
            latency_s: latency_s(&self.steps_ns),
            events_sha256,
        }
    }
}

fn latency_s(sorted_ns: &[u64]) -> BTreeMap<String, f64> {
    let Some(last) = sorted_ns.len().checked_sub(1) else {
        return BTreeMap::new();
    };
    let rank =
        |share: f64| ((share * sorted_ns.len() as f64).ceil() as usize).clamp(1, last + 1) - 1;
    let seconds = |at: usize| sorted_ns[at] as f64 * 1e-9;
    let mut found: BTreeMap<String, f64> = PERCENTILES
        .iter()
        .map(|(name, share)| ((*name).to_owned(), seconds(rank(*share))))
        .collect();
    found.insert("max".into(), seconds(last));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latency_is_by_nearest_rank() {
        assert!(latency_s(&[]).is_empty());
        let steps: Vec<u64> = (1..=1000).map(|step| step * 1_000_000).collect();
        let latency = latency_s(&steps);
        for (name, expected_s) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0)] {
            assert!((latency[name] - expected_s).abs() < 1e-12, "{name}");
        }
    }
}

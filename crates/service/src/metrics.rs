//! Figures for Prometheus: a fixed list, each a number that threads may raise.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use forewarn_physics::time::Epoch;

/// Upper ends of the buckets of durations [s].
const BUCKETS_S: [f64; 12] = [
    0.000_1, 0.000_5, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];

/// A count that only rises.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Raises it.
    pub fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    /// As it stands.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// How long things took.
#[derive(Debug, Default)]
pub struct Durations {
    buckets: [AtomicU64; BUCKETS_S.len()],
    count: AtomicU64,
    sum_ns: AtomicU64,
}

impl Durations {
    /// One more.
    pub fn observe(&self, seconds: f64) {
        for (bucket, end) in self.buckets.iter().zip(BUCKETS_S) {
            if seconds <= end {
                bucket.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.count.fetch_add(1, Ordering::Relaxed);
        self.sum_ns
            .fetch_add((seconds * 1e9).max(0.0) as u64, Ordering::Relaxed);
    }

    fn write(&self, out: &mut String, name: &str, help: &str) {
        let load = |number: &AtomicU64| number.load(Ordering::Relaxed);
        let mut text = format!("# HELP {name} {help}\n# TYPE {name} histogram\n");
        for (bucket, end) in self.buckets.iter().zip(BUCKETS_S) {
            text.push_str(&format!("{name}_bucket{{le=\"{end}\"}} {}\n", load(bucket)));
        }
        let (count, sum_s) = (load(&self.count), load(&self.sum_ns) as f64 * 1e-9);
        text.push_str(&format!(
            "{name}_bucket{{le=\"+Inf\"}} {count}\n{name}_sum {sum_s}\n{name}_count {count}\n"
        ));
        out.push_str(&text);
    }
}

macro_rules! figures {
    ($($(#[doc = $doc:literal])+ $name:ident: $type:ident = $prometheus:literal,)+) => {
        /// Everything that is counted.
        #[derive(Debug, Default)]
        pub struct Metrics {
            $($(#[doc = $doc])+ pub $name: $type,)+
            /// Engine time [ns since 1970 UTC].
            pub engine_time_ns: AtomicI64,
        }

        impl Metrics {
            /// In the text format of Prometheus.
            pub fn render(&self) -> String {
                let mut out = String::new();
                $(self.$name.render(&mut out, $prometheus, concat!($($doc),+).trim());)+
                let seconds = self.engine_time_ns.load(Ordering::Relaxed) as f64 * 1e-9;
                gauge(&mut out, "forewarn_engine_time_seconds", "Engine time, since 1970.", seconds);
                gauge(&mut out, "process_resident_memory_bytes", "Memory in use.", resident_bytes());
                out
            }
        }
    };
}

figures! {
    /// Frames that were acknowledged.
    frames_accepted: Counter = "forewarn_frames_accepted_total",
    /// Records in them.
    records_accepted: Counter = "forewarn_records_accepted_total",
    /// Records that could not be used.
    records_refused: Counter = "forewarn_records_refused_total",
    /// Frames that were refused: signature, sequence, mode, clock.
    frames_refused: Counter = "forewarn_frames_refused_total",
    /// Frames that had come before.
    frames_duplicate: Counter = "forewarn_frames_duplicate_total",
    /// Frames told to come again: a budget or a queue was full.
    frames_busy: Counter = "forewarn_frames_busy_total",
    /// Appends that the disk refused.
    append_failures: Counter = "forewarn_append_failures_total",
    /// Warnings that went out to at least one sink.
    deliveries_accepted: Counter = "forewarn_deliveries_accepted_total",
    /// Attempts to deliver that failed.
    deliveries_failed: Counter = "forewarn_deliveries_failed_total",
    /// Messages that no attempt could deliver.
    deliveries_dead: Counter = "forewarn_deliveries_dead_total",
    /// Requests that were answered.
    requests: Counter = "forewarn_requests_total",
    /// Requests that were refused for want of a sign-in or a role.
    requests_refused: Counter = "forewarn_requests_refused_total",
    /// Viewers that fell behind and were brought up from the log.
    viewers_lagged: Counter = "forewarn_viewers_lagged_total",
    /// Viewers connected now.
    viewers: Level = "forewarn_viewers",
    /// Records that wait for the engine.
    queue_records: Level = "forewarn_queue_records",
    /// Last sequence number of the log.
    log_seq: AtomicU64 = "forewarn_log_sequence",
    /// Size of the log.
    log_bytes: AtomicU64 = "forewarn_log_bytes",
    /// Space left on the log's disk.
    disk_free_bytes: AtomicU64 = "forewarn_disk_free_bytes",
    /// 1 while an alarm about the service itself stands.
    alarm: AtomicU64 = "forewarn_alarm",
    /// From arrival to decision.
    decision_s: Durations = "forewarn_decision_seconds",
    /// One step of the engine.
    step_s: Durations = "forewarn_step_seconds",
    /// One append to the log, on disk.
    append_s: Durations = "forewarn_append_seconds",
}

impl Metrics {
    /// Notes engine time.
    pub fn set_engine_time(&self, time: Option<Epoch>) {
        if let Some(time) = time {
            let nanoseconds = (time - Epoch::from_unix_seconds(0.0)).total_nanoseconds();
            let nanoseconds = i64::try_from(nanoseconds).unwrap_or(i64::MAX);
            self.engine_time_ns.store(nanoseconds, Ordering::Relaxed);
        }
    }
}

/// A number that rises and falls.
#[derive(Debug, Default)]
pub struct Level(AtomicI64);

impl Level {
    /// Changes it.
    pub fn add(&self, change: i64) {
        self.0.fetch_add(change, Ordering::Relaxed);
    }

    /// Sets it.
    pub fn set(&self, value: i64) {
        self.0.store(value, Ordering::Relaxed);
    }

    /// As it stands.
    pub fn get(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

trait Render {
    fn render(&self, out: &mut String, name: &str, help: &str);
}

impl Render for Counter {
    fn render(&self, out: &mut String, name: &str, help: &str) {
        let count = self.get();
        out.push_str(&format!(
            "# HELP {name} {help}\n# TYPE {name} counter\n{name} {count}\n"
        ));
    }
}

impl Render for Level {
    fn render(&self, out: &mut String, name: &str, help: &str) {
        gauge(out, name, help, self.get() as f64);
    }
}

impl Render for AtomicU64 {
    fn render(&self, out: &mut String, name: &str, help: &str) {
        gauge(out, name, help, self.load(Ordering::Relaxed) as f64);
    }
}

impl Render for Durations {
    fn render(&self, out: &mut String, name: &str, help: &str) {
        self.write(out, name, help);
    }
}

/// A figure for each of several, such as sensors.
pub fn labelled(
    out: &mut String,
    (name, help): (&str, &str),
    label: &str,
    values: impl Iterator<Item = (String, f64)>,
) {
    out.push_str(&format!("# HELP {name} {help}\n# TYPE {name} gauge\n"));
    for (of, value) in values {
        let of = of.replace('\\', "\\\\").replace('"', "\\\"");
        out.push_str(&format!("{name}{{{label}=\"{of}\"}} {value}\n"));
    }
}

/// One figure that is known when it is asked for.
pub fn gauge(out: &mut String, name: &str, help: &str, value: f64) {
    out.push_str(&format!(
        "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}\n"
    ));
}

/// Memory in use, where the system says.
pub fn resident_bytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kib.unwrap_or(0.0) * 1_024.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_as_prometheus_reads_them() {
        let metrics = Metrics::default();
        metrics.frames_accepted.add(3);
        metrics.decision_s.observe(0.02);
        let text = metrics.render();
        assert!(text.contains("forewarn_frames_accepted_total 3\n"));
        assert!(text.contains("forewarn_decision_seconds_bucket{le=\"0.01\"} 0\n"));
        assert!(text.contains("forewarn_decision_seconds_bucket{le=\"0.025\"} 1\n"));
        assert!(text.contains("forewarn_decision_seconds_count 1\n"));
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (_, value) = line.rsplit_once(' ').unwrap();
            assert!(value.parse::<f64>().is_ok(), "{line}");
        }
    }
}

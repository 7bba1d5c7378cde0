//! The engine's thread: takes inputs that are on disk, in the order of the log.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender};
use std::time::Instant;

use forewarn_formats::words::UtcTime;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::fold::{Fold, Prepared};
use super::writer::ToWriter;
use crate::entry::{Entry, Remark, Step};
use crate::metrics::Metrics;

/// What the engine is asked.
pub enum Job {
    /// An input that is on disk.
    Input {
        /// Its sequence number.
        seq: u64,
        /// The input.
        entry: Arc<Entry>,
        /// When it came in.
        since: Instant,
        /// Its place in the queue, given back when it is done.
        permit: Option<OwnedSemaphorePermit>,
        /// Who waits for what it leads to.
        outcome: Option<oneshot::Sender<Vec<Entry>>>,
    },
    /// The exact message that would go out.
    Prepare {
        /// The warning.
        warning: String,
        /// What would be done to it.
        step: Step,
        /// By whom.
        by: String,
        /// Who waits.
        reply: oneshot::Sender<Result<Prepared, String>>,
    },
}

/// The engine's thread.
pub struct Brain<'a> {
    /// Engine and writers, up to date with the log.
    pub fold: Fold<'a>,
    /// What to do.
    pub jobs: Receiver<Job>,
    /// Where outputs go.
    pub writer: SyncSender<ToWriter>,
    /// Figures.
    pub metrics: Arc<Metrics>,
}

impl Brain<'_> {
    /// Works until everybody who could ask has gone.
    pub fn run(mut self) {
        while let Ok(job) = self.jobs.recv() {
            let went_on = match job {
                Job::Input {
                    seq,
                    entry,
                    since,
                    permit,
                    outcome,
                } => {
                    let went_on = self.input(seq, &entry, since, outcome);
                    drop(permit);
                    went_on
                }
                Job::Prepare {
                    warning,
                    step,
                    by,
                    reply,
                } => {
                    // One that went away does not matter.
                    drop(reply.send(self.fold.prepare(&warning, step, &by)));
                    true
                }
            };
            if !went_on {
                return;
            }
        }
    }

    fn input(
        &mut self,
        seq: u64,
        entry: &Entry,
        since: Instant,
        outcome: Option<oneshot::Sender<Vec<Entry>>>,
    ) -> bool {
        let started = Instant::now();
        let outputs = catch_unwind(AssertUnwindSafe(|| self.fold.input(seq, entry)));
        let Ok(outputs) = outputs else {
            return self.failed(seq);
        };
        self.metrics.step_s.observe(started.elapsed().as_secs_f64());
        if matches!(entry, Entry::Frame(_)) {
            self.metrics
                .decision_s
                .observe(since.elapsed().as_secs_f64());
            self.metrics.records_refused.add(self.fold.refused);
        }
        self.metrics.set_engine_time(self.fold.time());
        if let Some(outcome) = outcome {
            drop(outcome.send(outputs.clone()));
        }
        outputs.is_empty() || self.writer.send(ToWriter::Outputs(outputs)).is_ok()
    }

    /// A fault of ours: said, written down, and the program ends, to be started anew without the
    /// input that did it. Silence would be the worst output.
    fn failed(&mut self, seq: u64) -> bool {
        let remark = Remark {
            wall: UtcTime(crate::clock::wall()),
            what: "skip".into(),
            text: format!("input {seq} made the engine fail; it is left out from now on"),
        };
        tracing::error!(seq, "the engine failed");
        drop(self.writer.send(ToWriter::Fatal(seq, remark)));
        false
    }
}

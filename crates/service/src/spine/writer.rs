//! The log's thread: gathers what waits, writes it, and only then lets anybody know.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::brain::Job;
use super::hub::Hub;
use super::journal::{Journal, JournalError};
use crate::entry::{Entry, Publication, Remark};
use crate::metrics::Metrics;

/// Most bytes of one append: what came in while the disk was busy goes together.
const BATCH_BYTES_MAX: usize = 4 << 20;
/// While the disk refuses, outputs that are owed are tried again this often.
const RETRY: Duration = Duration::from_millis(200);
/// Exit status of a fault of ours.
const STATUS_INTERNAL: i32 = 4;

/// Something to be written, and who waits for it.
pub struct Submission {
    /// What.
    pub entry: Entry,
    /// When it came in.
    pub since: Instant,
    /// Its place in the engine's queue, for inputs that may be refused when there is none.
    pub permit: Option<OwnedSemaphorePermit>,
    /// Is told the sequence number when it is on disk.
    pub durable: Option<oneshot::Sender<Result<u64, JournalError>>>,
    /// Is told what it led to.
    pub outcome: Option<oneshot::Sender<Vec<Entry>>>,
}

/// What the writer is asked.
pub enum ToWriter {
    /// Write it.
    Append(Box<Submission>),
    /// Write what an input led to; never refused.
    Outputs(Vec<Entry>),
    /// The engine failed at an input: write it down and end.
    Fatal(u64, Remark),
    /// Write what waits, close the log in good order, and end.
    Close(oneshot::Sender<Result<(), JournalError>>),
}

/// The log's thread.
pub struct Writer {
    /// The log.
    pub journal: Box<dyn Journal>,
    /// What to do.
    pub inbox: Receiver<ToWriter>,
    /// The engine.
    pub brain: SyncSender<Job>,
    /// Who sends messages out.
    pub outbox: tokio::sync::mpsc::UnboundedSender<Publication>,
    /// Who shows things to people.
    pub hub: Arc<Hub>,
    /// Figures.
    pub metrics: Arc<Metrics>,
}

/// Why something could not be handed to the writer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SubmitError {
    /// The queue is full.
    #[error("busy: try again shortly")]
    Busy,
    /// The log refuses.
    #[error(transparent)]
    Log(#[from] JournalError),
    /// The service is ending.
    #[error("the service is ending")]
    Gone,
}

/// How the rest of the service reaches the writer.
#[derive(Clone)]
pub struct WriterHandle {
    inbox: SyncSender<ToWriter>,
}

impl WriterHandle {
    /// Around the writer's inbox.
    pub fn new(inbox: SyncSender<ToWriter>) -> Self {
        Self { inbox }
    }

    /// Hands something over and waits until it is on disk.
    ///
    /// # Errors
    /// It is not on disk.
    pub async fn append(
        &self,
        entry: Entry,
        permit: Option<OwnedSemaphorePermit>,
    ) -> Result<u64, SubmitError> {
        let (durable, on_disk) = oneshot::channel();
        self.submit(entry, permit, Some(durable), None)?;
        Ok(on_disk.await.map_err(|_closed| SubmitError::Gone)??)
    }

    /// Hands an input over and waits for what it leads to.
    ///
    /// # Errors
    /// It is not on disk.
    pub async fn act(&self, entry: Entry) -> Result<(u64, Vec<Entry>), SubmitError> {
        let (durable, on_disk) = oneshot::channel();
        let (outcome, led_to) = oneshot::channel();
        self.submit(entry, None, Some(durable), Some(outcome))?;
        let seq = on_disk.await.map_err(|_closed| SubmitError::Gone)??;
        let outputs = led_to.await.map_err(|_closed| SubmitError::Gone)?;
        Ok((seq, outputs))
    }

    /// Hands something over without waiting.
    ///
    /// # Errors
    /// The queue is full.
    pub fn note(&self, entry: Entry) -> Result<(), SubmitError> {
        self.submit(entry, None, None, None)
    }

    /// Closes the log: what waits is written first, with a checkpoint behind it.
    ///
    /// # Errors
    /// It cannot be written.
    pub async fn close(&self) -> Result<(), SubmitError> {
        let (done, closed) = oneshot::channel();
        self.inbox
            .try_send(ToWriter::Close(done))
            .map_err(|_full_or_gone| SubmitError::Gone)?;
        Ok(closed.await.map_err(|_gone| SubmitError::Gone)??)
    }

    fn submit(
        &self,
        entry: Entry,
        permit: Option<OwnedSemaphorePermit>,
        durable: Option<oneshot::Sender<Result<u64, JournalError>>>,
        outcome: Option<oneshot::Sender<Vec<Entry>>>,
    ) -> Result<(), SubmitError> {
        let submission = Submission {
            entry,
            since: Instant::now(),
            permit,
            durable,
            outcome,
        };
        self.inbox
            .try_send(ToWriter::Append(Box::new(submission)))
            .map_err(|error| match error {
                TrySendError::Full(_) => SubmitError::Busy,
                TrySendError::Disconnected(_) => SubmitError::Gone,
            })
    }
}

/// One thing of a batch: an output, or what somebody submitted.
enum Item {
    Output(Box<Entry>),
    Submitted(Box<Submission>),
}

impl Item {
    fn entry(&self) -> &Entry {
        match self {
            Self::Output(entry) => entry,
            Self::Submitted(submission) => &submission.entry,
        }
    }
}

impl Writer {
    /// Works until everybody who could ask has gone.
    pub fn run(mut self) {
        let mut owed: Vec<Item> = Vec::new();
        let mut closing = None;
        while closing.is_none() {
            let wait = if owed.is_empty() {
                Duration::from_secs(1)
            } else {
                RETRY
            };
            let mut batch = std::mem::take(&mut owed);
            match self.inbox.recv_timeout(wait) {
                Ok(first) => closing = self.gather(first, &mut batch),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) if batch.is_empty() => return,
                Err(RecvTimeoutError::Disconnected) => std::thread::sleep(RETRY),
            }
            if !batch.is_empty() {
                owed = self.write(batch);
            }
            self.metrics
                .log_bytes
                .store(self.journal.bytes(), Ordering::Relaxed);
        }
        let closed = self.journal.close();
        if let Some(done) = closing {
            drop(done.send(closed));
        }
    }

    /// Takes what waits; whom to tell when it is closed, if it is to be.
    fn gather(
        &mut self,
        first: ToWriter,
        batch: &mut Vec<Item>,
    ) -> Option<oneshot::Sender<Result<(), JournalError>>> {
        let mut bytes = 0;
        let mut next = Some(first);
        while let Some(message) = next {
            match message {
                ToWriter::Append(submission) => {
                    bytes += weight(&submission.entry);
                    batch.push(Item::Submitted(submission));
                }
                ToWriter::Outputs(outputs) => {
                    bytes += outputs.iter().map(weight).sum::<usize>();
                    batch.extend(outputs.into_iter().map(Box::new).map(Item::Output));
                }
                ToWriter::Fatal(seq, remark) => self.end(seq, remark, std::mem::take(batch)),
                ToWriter::Close(done) => return Some(done),
            }
            next = if bytes < BATCH_BYTES_MAX {
                self.inbox.try_recv().ok()
            } else {
                None
            };
        }
        None
    }

    /// Writes a batch; what is owed although it could not be written is returned.
    fn write(&mut self, batch: Vec<Item>) -> Vec<Item> {
        let bytes: Vec<Vec<u8>> = batch.iter().map(|item| item.entry().encode()).collect();
        let started = Instant::now();
        match self.journal.append(&bytes) {
            Ok(first) => {
                self.metrics
                    .append_s
                    .observe(started.elapsed().as_secs_f64());
                self.hub.set_alarm(None);
                for (item, seq) in batch.into_iter().zip(first..) {
                    self.on_disk(seq, item);
                }
                Vec::new()
            }
            Err(error) => {
                tracing::error!(%error, "nothing can be acknowledged");
                self.metrics.append_failures.add(1);
                self.hub.set_alarm(Some(error.to_string()));
                batch
                    .into_iter()
                    .filter_map(|item| refuse(item, &error))
                    .collect()
            }
        }
    }

    fn on_disk(&self, seq: u64, item: Item) {
        match item {
            Item::Output(entry) => self.show(seq, &entry),
            Item::Submitted(submission) => {
                let Submission {
                    entry,
                    since,
                    permit,
                    durable,
                    outcome,
                } = *submission;
                if let Some(durable) = durable {
                    // One that went away does not matter: it is on disk.
                    drop(durable.send(Ok(seq)));
                }
                self.show(seq, &entry);
                if !entry.is_input() {
                    return;
                }
                let job = Job::Input {
                    seq,
                    entry: Arc::new(entry),
                    since,
                    permit,
                    outcome,
                };
                if self.brain.send(job).is_err() {
                    tracing::error!("the engine has ended");
                }
            }
        }
    }

    fn show(&self, seq: u64, entry: &Entry) {
        self.metrics.log_seq.store(seq, Ordering::Relaxed);
        self.hub.apply(seq, entry);
        if let Entry::Publication(publication) = entry {
            drop(self.outbox.send(publication.clone()));
        }
    }

    #[allow(
        clippy::exit,
        reason = "the engine is not to be trusted after a panic; the supervisor starts it anew"
    )]
    fn end(&mut self, seq: u64, mut remark: Remark, batch: Vec<Item>) -> ! {
        drop(self.write(batch));
        remark.text = format!("{seq}: {}", remark.text);
        let written = self.journal.append(&[Entry::Remark(remark).encode()]);
        if let Err(error) = written {
            tracing::error!(%error, "the failure could not be written down");
        }
        std::process::exit(STATUS_INTERNAL)
    }
}

fn weight(entry: &Entry) -> usize {
    match entry {
        Entry::Frame(frame) => frame.lines.len(),
        Entry::Event(event) => event.event.get().len(),
        Entry::Publication(publication) => publication.bytes.len(),
        _ => 200,
    }
}

/// Tells who waits that it is not on disk; outputs stay owed.
fn refuse(item: Item, error: &JournalError) -> Option<Item> {
    match item {
        Item::Output(entry) => Some(Item::Output(entry)),
        Item::Submitted(submission) => {
            if let Some(durable) = submission.durable {
                drop(durable.send(Err(error.clone())));
            }
            None
        }
    }
}

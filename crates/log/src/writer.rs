//! A log with a thread of its own: many may append at once, and share one sync.

use std::ops::Range;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crate::chain::Checkpoint;
use crate::entry::{NewEntry, encoded_len};
use crate::error::AppendError;
use crate::log::Log;
use crate::mode::Mode;
use crate::snapshot::{SavedSnapshot, SnapshotMaker};
use crate::view::View;

/// At most so many bytes are written with one sync; a single append may be longer.
const BATCH_BYTES_MAX: usize = 4 << 20;

/// What became of an append.
pub type Answer = Result<Range<u64>, AppendError>;

type Done = Box<dyn FnOnce(Answer) + Send>;

enum Request<M> {
    Append(Vec<NewEntry<M>>, Done),
    Snapshot(SavedSnapshot, Done),
    Checkpoint(Box<dyn FnOnce(Result<Checkpoint, AppendError>) + Send>),
}

/// How the log is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// The last append was acknowledged.
    Good,
    /// It was not: an alarm. The next append is tried all the same, and mends this if it succeeds.
    Failing(AppendError),
}

/// Appends from many threads.
#[derive(Debug)]
pub struct Writer<M> {
    requests: Option<SyncSender<Request<M>>>,
    thread: Option<JoinHandle<Log<M>>>,
    status: Arc<Mutex<Status>>,
    view: View<M>,
    snapshots: SnapshotMaker<M>,
}

/// An append under way.
#[derive(Debug)]
pub struct Pending(Receiver<Answer>);

impl Pending {
    /// Waits until it is on disk, or was refused.
    ///
    /// # Errors
    /// As [`Log::append`].
    pub fn wait(self) -> Answer {
        self.0.recv().unwrap_or(Err(AppendError::Closed))
    }
}

impl<M: Mode> Writer<M> {
    /// Gives a log a thread; at most so many appends wait.
    pub fn start(log: Log<M>, queue_max: usize) -> Self {
        let (requests, received) = sync_channel(queue_max);
        let status = Arc::new(Mutex::new(Status::Good));
        let (view, snapshots) = (log.view(), log.snapshot_maker());
        let worker = Worker {
            log,
            status: Arc::clone(&status),
        };
        let thread = std::thread::spawn(move || worker.work(&received));
        Self {
            requests: Some(requests),
            thread: Some(thread),
            status,
            view,
            snapshots,
        }
    }

    /// Appends; waits where the queue is full.
    ///
    /// # Errors
    /// The writer has stopped.
    pub fn append(&self, entries: Vec<NewEntry<M>>) -> Result<Pending, AppendError> {
        let (sender, receiver) = sync_channel(1);
        let done = Box::new(move |answer| drop(sender.send(answer)));
        self.send(Request::Append(entries, done))?;
        Ok(Pending(receiver))
    }

    /// Appends if the queue is not full, and calls back from the writer's thread when the entries
    /// are on disk or were refused. The call should be short.
    ///
    /// # Errors
    /// The queue is full, or the writer has stopped: the entries come back.
    pub fn try_append(
        &self,
        entries: Vec<NewEntry<M>>,
        done: impl FnOnce(Answer) + Send + 'static,
    ) -> Result<(), Vec<NewEntry<M>>> {
        let Some(requests) = &self.requests else {
            return Err(entries);
        };
        match requests.try_send(Request::Append(entries, Box::new(done))) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(back) | TrySendError::Disconnected(back)) => match back {
                Request::Append(entries, _) => Err(entries),
                _ => Err(Vec::new()),
            },
        }
    }

    /// Saves a snapshot on the caller's thread, while appends go on, and has it noted in the log.
    ///
    /// # Errors
    /// As [`SnapshotMaker::save`]; the writer has stopped.
    pub fn save_snapshot(&self, seq: u64, state: &[u8]) -> Result<Pending, AppendError> {
        let saved = self.snapshots.save(seq, state)?;
        let (sender, receiver) = sync_channel(1);
        let done = Box::new(move |answer| drop(sender.send(answer)));
        self.send(Request::Snapshot(saved, done))?;
        Ok(Pending(receiver))
    }

    /// Signs a checkpoint of everything that was appended before, and waits for it.
    ///
    /// # Errors
    /// As [`Log::append`].
    pub fn checkpoint(&self) -> Result<Checkpoint, AppendError> {
        let (sender, receiver) = sync_channel(1);
        let done = Box::new(move |answer| drop(sender.send(answer)));
        self.send(Request::Checkpoint(done))?;
        receiver.recv().unwrap_or(Err(AppendError::Closed))
    }

    /// A look at the log.
    pub fn view(&self) -> View<M> {
        self.view.clone()
    }

    /// How the log is.
    pub fn status(&self) -> Status {
        let status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        status.clone()
    }

    /// Finishes what waits, and gives the log back.
    ///
    /// # Errors
    /// The thread has ended by a fault of ours.
    pub fn stop(mut self) -> Result<Log<M>, AppendError> {
        self.requests = None;
        let thread = self.thread.take().ok_or(AppendError::Closed)?;
        thread.join().map_err(|_panic| AppendError::Closed)
    }

    fn send(&self, request: Request<M>) -> Result<(), AppendError> {
        let requests = self.requests.as_ref().ok_or(AppendError::Closed)?;
        requests.send(request).map_err(|_gone| AppendError::Closed)
    }
}

struct Worker<M> {
    log: Log<M>,
    status: Arc<Mutex<Status>>,
}

impl<M: Mode> Worker<M> {
    fn work(mut self, requests: &Receiver<Request<M>>) -> Log<M> {
        let mut waiting = None;
        loop {
            let request = match waiting.take() {
                Some(request) => request,
                None => match requests.recv() {
                    Ok(request) => request,
                    Err(_closed) => return self.log,
                },
            };
            match request {
                Request::Append(entries, done) => {
                    let (batch, left) = gather(requests, entries, done);
                    self.append(batch);
                    waiting = left;
                }
                Request::Snapshot(saved, done) => {
                    let answer = self.heal().and_then(|()| self.log.note_snapshot(saved));
                    self.note(answer.as_ref().err());
                    let next = self.log.last().seq + 1;
                    done(answer.map(|()| next..next));
                }
                Request::Checkpoint(done) => {
                    let answer = self.heal().and_then(|()| self.log.checkpoint());
                    self.note(answer.as_ref().err());
                    done(answer);
                }
            }
        }
    }

    /// Writes what waits together. If that is refused for one of them, each is tried alone.
    fn append(&mut self, batch: Batch<M>) {
        let Batch { entries, parts } = batch;
        let answer = self.heal().and_then(|()| self.log.append(&entries));
        let theirs = matches!(
            answer,
            Err(AppendError::TooLong { .. } | AppendError::OwnKind(_))
        );
        if theirs && parts.len() > 1 {
            let mut rest = entries.as_slice();
            for (count, done) in parts {
                let (own, others) = rest.split_at(count);
                rest = others;
                done(self.log.append(own));
            }
            return;
        }
        if !theirs {
            self.note(answer.as_ref().err());
        }
        let mut first = answer.as_ref().map_or(0, |numbers| numbers.start);
        for (count, done) in parts {
            let next = first + count as u64;
            done(answer.clone().map(|_all| first..next));
            first = next;
        }
    }

    /// Opens the log anew where it was poisoned.
    fn heal(&mut self) -> Result<(), AppendError> {
        let Some(why) = self.log.poisoned.clone() else {
            return Ok(());
        };
        match self.log.reopen() {
            Ok(_recovery) => Ok(()),
            Err(_still) => Err(why),
        }
    }

    fn note(&self, failure: Option<&AppendError>) {
        let mut status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        *status = failure.map_or(Status::Good, |error| Status::Failing(error.clone()));
    }
}

struct Batch<M> {
    entries: Vec<NewEntry<M>>,
    parts: Vec<(usize, Done)>,
}

/// Takes what else waits, up to a bound; also what came that is no append.
fn gather<M>(
    requests: &Receiver<Request<M>>,
    entries: Vec<NewEntry<M>>,
    done: Done,
) -> (Batch<M>, Option<Request<M>>) {
    let size = |entries: &[NewEntry<M>]| -> usize {
        entries
            .iter()
            .map(|entry| encoded_len(entry.payload.len()))
            .sum()
    };
    let mut bytes = size(&entries);
    let mut batch = Batch {
        parts: vec![(entries.len(), done)],
        entries,
    };
    while bytes < BATCH_BYTES_MAX {
        match requests.try_recv() {
            Ok(Request::Append(entries, done)) => {
                bytes += size(&entries);
                batch.parts.push((entries.len(), done));
                batch.entries.extend(entries);
            }
            Ok(other) => return (batch, Some(other)),
            Err(TryRecvError::Empty | TryRecvError::Disconnected) => break,
        }
    }
    (batch, None)
}

//! The gate: what a frame must be to get in, in the order in which it is cheap to ask.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use forewarn_core::model::Mode;
use forewarn_formats::words::UtcTime;
use forewarn_physics::time::{Epoch, seconds_between};
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::budget::Budget;
use super::frame::{Header, split};
use super::keys::{Key, Keys};
use super::window::{Place, Windows};
use crate::clock::Clock;
use crate::config::Intake;
use crate::entry::{Entry, Frame};
use crate::metrics::Metrics;
use crate::spine::{SubmitError, WriterHandle};

/// A clock that follows reports is not moved by more than this at once [s].
const FOLLOW_MAX_S: f64 = 86_400.0;
/// When the engine's queue is full, come again after this [s].
const QUEUE_RETRY_S: f64 = 0.25;

/// A frame is on disk.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ack {
    /// Its number in the key's sequence.
    pub sequence: u64,
    /// Always true.
    pub ack: bool,
    /// Its number in the log; none where it came before.
    pub seq: Option<u64>,
    /// It had come before, and nothing was done now.
    pub duplicate: bool,
    /// Records in it.
    pub records: u64,
}

/// Why a frame was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Not a frame.
    Malformed,
    /// Too many bytes.
    TooLarge,
    /// No such key, or one that is revoked.
    UnknownKey,
    /// The connection's certificate is not that of the key.
    WrongCertificate,
    /// The signature does not hold.
    BadSignature,
    /// Another mode than the service's.
    WrongMode,
    /// Its time is far from the service's.
    ImplausibleClock,
    /// Its number is too far behind.
    TooOld,
    /// Come again.
    Busy,
    /// The log refuses: nothing is acknowledged.
    Unavailable,
}

/// A frame was not taken.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Refusal {
    /// Its number, where it could be read.
    pub sequence: Option<u64>,
    /// Why, from a closed list.
    pub error: Why,
    /// For a person.
    pub detail: String,
    /// When to come again, where that helps [s].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<f64>,
}

/// The gate.
pub struct Gate {
    mode: Mode,
    intake: Intake,
    /// Without TLS (a demonstration) the signature alone says who it is.
    certificates: bool,
    keys: RwLock<Keys>,
    windows: Mutex<Windows>,
    budgets: Mutex<BTreeMap<String, Budget>>,
    queue: Arc<Semaphore>,
    clock: Arc<Clock>,
    writer: WriterHandle,
    metrics: Arc<Metrics>,
}

/// What a gate is made of.
pub struct GateParts {
    /// Of the service.
    pub mode: Mode,
    /// Bounds.
    pub intake: Intake,
    /// Whether connections show certificates.
    pub certificates: bool,
    /// Who may sign.
    pub keys: Keys,
    /// What came before, from the log.
    pub windows: Windows,
    /// The service's clock.
    pub clock: Arc<Clock>,
    /// The log.
    pub writer: WriterHandle,
    /// Figures.
    pub metrics: Arc<Metrics>,
}

fn refusal(header: &Header, error: Why, detail: impl Into<String>) -> Refusal {
    Refusal {
        sequence: Some(header.sequence),
        error,
        detail: detail.into(),
        retry_after_s: None,
    }
}

fn busy(header: &Header, detail: &str, after_s: f64) -> Refusal {
    Refusal {
        retry_after_s: Some(after_s.max(0.05)),
        ..refusal(header, Why::Busy, detail)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Gate {
    /// A gate.
    pub fn new(parts: GateParts) -> Self {
        Self {
            mode: parts.mode,
            queue: Arc::new(Semaphore::new(parts.intake.queue_records as usize)),
            intake: parts.intake,
            certificates: parts.certificates,
            keys: RwLock::new(parts.keys),
            windows: Mutex::new(parts.windows),
            budgets: Mutex::new(BTreeMap::new()),
            clock: parts.clock,
            writer: parts.writer,
            metrics: parts.metrics,
        }
    }

    /// Bounds on what comes in.
    pub fn intake(&self) -> &Intake {
        &self.intake
    }

    /// Whether any key that counts belongs to this client certificate.
    pub fn knows(&self, certificate_sha256: &str) -> bool {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.values()
            .any(|key| !key.revoked && key.certificate_sha256 == certificate_sha256)
    }

    /// From now on no frame of the sensor is believed. Says whether it had a key.
    pub fn revoke(&self, sensor: &str) -> bool {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        let mut found = false;
        for key in keys.values_mut().filter(|key| key.sensor == sensor) {
            (key.revoked, found) = (true, true);
        }
        found
    }

    /// Takes a frame that came to this sensor's address on a connection with this client
    /// certificate; when it returns `Ok`, the frame is on disk.
    ///
    /// # Errors
    /// It was not taken.
    pub async fn take(
        &self,
        sensor: &str,
        certificate: Option<&str>,
        frame: &[u8],
    ) -> Result<Ack, Refusal> {
        let taken = self.judge(sensor, certificate, frame).await;
        match &taken {
            Ok(ack) if ack.duplicate => self.metrics.frames_duplicate.add(1),
            Ok(ack) => {
                self.metrics.frames_accepted.add(1);
                self.metrics.records_accepted.add(ack.records);
            }
            Err(refusal) if refusal.error == Why::Busy => self.metrics.frames_busy.add(1),
            Err(refusal) => {
                self.metrics.frames_refused.add(1);
                tracing::warn!(error = ?refusal.error, detail = refusal.detail, "a frame is refused");
            }
        }
        taken
    }

    async fn judge(
        &self,
        sensor: &str,
        certificate: Option<&str>,
        frame: &[u8],
    ) -> Result<Ack, Refusal> {
        if frame.len() > self.intake.frame_bytes_max {
            let most = self.intake.frame_bytes_max;
            return Err(Refusal {
                sequence: None,
                error: Why::TooLarge,
                detail: format!("{} bytes; at most {most}, send less at once", frame.len()),
                retry_after_s: None,
            });
        }
        let (header, records) = split(frame).map_err(|error| Refusal {
            sequence: None,
            error: Why::Malformed,
            detail: error.to_string(),
            retry_after_s: None,
        })?;
        if header.sensor != sensor {
            let detail = "the frame is of another sensor than its address";
            return Err(refusal(&header, Why::Malformed, detail));
        }
        let key = self.key(&header, certificate)?;
        let count = records
            .lines()
            .filter(|line| !line.trim().is_empty())
            .count() as u64;
        self.budget(&header, count)?;
        if !header.is_signed(records.as_bytes(), &key.public_key) {
            return Err(refusal(
                &header,
                Why::BadSignature,
                "the signature does not hold",
            ));
        }
        if header.mode.0 != self.mode {
            let (its, ours) = (header.mode.0.word(), self.mode.word());
            let detail =
                format!("the frame is `{its}`, this service is `{ours}`; nothing is mixed");
            return Err(refusal(&header, Why::WrongMode, detail));
        }
        let received = self.plausible(&header)?;
        let permit = self.room(&header, count)?;
        match self.begin(&header)? {
            Place::Fresh => self.write(header, records, received, permit, count).await,
            _ => Ok(Ack {
                sequence: header.sequence,
                ack: true,
                seq: None,
                duplicate: true,
                records: count,
            }),
        }
    }

    fn key(&self, header: &Header, certificate: Option<&str>) -> Result<Key, Refusal> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let key = keys
            .get(&header.key)
            .filter(|key| !key.revoked && key.sensor == header.sensor);
        let Some(key) = key else {
            let detail = format!(
                "key {} of `{}` is not in keys.toml, or is revoked",
                header.key.chars().take(40).collect::<String>(),
                header.sensor.chars().take(60).collect::<String>()
            );
            return Err(refusal(header, Why::UnknownKey, detail));
        };
        if self.certificates && certificate != Some(&key.certificate_sha256) {
            let detail = "the connection's certificate is not that of the key";
            return Err(refusal(header, Why::WrongCertificate, detail));
        }
        Ok(key.clone())
    }

    fn budget(&self, header: &Header, count: u64) -> Result<(), Refusal> {
        let (per_s, burst) = (self.intake.records_per_s, self.intake.burst_records);
        let mut budgets = lock(&self.budgets);
        budgets
            .entry(header.key.clone())
            .or_insert_with(|| Budget::new(burst))
            .take((count as f64).max(1.0), per_s, burst)
            .map_err(|wait_s| busy(header, "the sensor's budget is spent", wait_s))
    }

    /// When the frame arrives, by the service's clock.
    fn plausible(&self, header: &Header) -> Result<Epoch, Refusal> {
        let now = self.clock.now();
        let off_s = now.map_or(0.0, |now| seconds_between(now, header.time.0));
        let most_s = if self.clock.follows() {
            FOLLOW_MAX_S
        } else {
            self.intake.clock_tolerance_s
        };
        if off_s.abs() <= most_s {
            return Ok(self.clock.hear(header.time.0));
        }
        let detail = format!(
            "the frame's time is {off_s:+.1} s from ours, at most {most_s} s; set the sensor's clock"
        );
        Err(refusal(header, Why::ImplausibleClock, detail))
    }

    fn room(&self, header: &Header, count: u64) -> Result<OwnedSemaphorePermit, Refusal> {
        let places = u32::try_from(count.max(1)).unwrap_or(u32::MAX);
        let places = places.min(self.intake.queue_records);
        let permit = self.queue.clone().try_acquire_many_owned(places);
        let free = self.queue.available_permits();
        let waiting =
            self.intake.queue_records as usize - free.min(self.intake.queue_records as usize);
        self.metrics
            .queue_records
            .set(i64::try_from(waiting).unwrap_or(i64::MAX));
        permit.map_err(|_full| busy(header, "the engine's queue is full", QUEUE_RETRY_S))
    }

    /// Marks a fresh number as being written.
    fn begin(&self, header: &Header) -> Result<Place, Refusal> {
        let mut windows = lock(&self.windows);
        let window = windows.entry(header.key.clone()).or_default();
        match window.place(header.sequence) {
            Place::Fresh => {
                window.begin(header.sequence);
                Ok(Place::Fresh)
            }
            Place::Seen => Ok(Place::Seen),
            Place::Underway => Err(busy(header, "this frame is being written", QUEUE_RETRY_S)),
            Place::TooOld => {
                let detail = format!(
                    "sequence {} is far behind {}",
                    header.sequence,
                    window.high()
                );
                Err(refusal(header, Why::TooOld, detail))
            }
        }
    }

    async fn write(
        &self,
        header: Header,
        records: &str,
        received: Epoch,
        permit: OwnedSemaphorePermit,
        count: u64,
    ) -> Result<Ack, Refusal> {
        let entry = Entry::Frame(Frame {
            sensor: header.sensor.clone(),
            key: header.key.clone(),
            sequence: header.sequence,
            sent: header.time,
            received: UtcTime(received),
            lines: records.to_owned(),
        });
        // However this ends, also when the connection goes away: the number is settled.
        let mut settle = Settle {
            gate: self,
            key: &header.key,
            sequence: header.sequence,
            on_disk: false,
        };
        match self.writer.append(entry, Some(permit)).await {
            Ok(seq) => {
                settle.on_disk = true;
                Ok(Ack {
                    sequence: header.sequence,
                    ack: true,
                    seq: Some(seq),
                    duplicate: false,
                    records: count,
                })
            }
            Err(SubmitError::Busy) => Err(busy(&header, "the log's queue is full", QUEUE_RETRY_S)),
            Err(error) => Err(Refusal {
                retry_after_s: Some(1.0),
                ..refusal(&header, Why::Unavailable, error.to_string())
            }),
        }
    }
}

struct Settle<'a> {
    gate: &'a Gate,
    key: &'a str,
    sequence: u64,
    on_disk: bool,
}

impl Drop for Settle<'_> {
    fn drop(&mut self) {
        let mut windows = lock(&self.gate.windows);
        if let Some(window) = windows.get_mut(self.key) {
            window.settle(self.sequence, self.on_disk);
        }
    }
}

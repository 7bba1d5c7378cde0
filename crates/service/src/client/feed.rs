//! A recording played to a service: each report goes out when it arrived, in a frame of its sensor.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use forewarn_core::model::Mode;
use forewarn_formats::words::{UtcTime, Word};
use forewarn_physics::time::{Epoch, parse_utc, seconds_between};
use serde::Deserialize;
use thiserror::Error;

use super::identity::Identity;
use super::link::{Answer, Link, LinkFailure};
use crate::ingest::{FRAME_VERSION, Header, seal};

/// Reports of this much time go into one frame [s].
const FRAME_S: f64 = 0.2;
/// And at most so many.
const FRAME_RECORDS_MAX: usize = 1_000;
/// Longest line [bytes].
const LINE_BYTES_MAX: usize = 1 << 20;
/// A service that is away is waited for so long [s].
const AWAY_MAX_S: f64 = 60.0;
/// Gaps longer than this are not waited for [s].
const GAP_MAX_S: f64 = 3_600.0;

/// How fast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pace {
    /// As fast as it is taken.
    Max,
    /// So many times as fast as it was.
    Times(f64),
}

/// What was played.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize)]
pub struct Fed {
    /// Records that are on the service's disk.
    pub records: u64,
    /// In how many frames.
    pub frames: u64,
    /// Frames that had come before.
    pub duplicates: u64,
    /// Times the service said to come again.
    pub waits: u64,
    /// Lines without a time or a known sensor; they were not sent.
    pub left_out: u64,
}

/// Why playing ended early.
#[derive(Debug, Error)]
pub enum FeedError {
    /// The recording cannot be read.
    #[error("the recording cannot be read: {0}")]
    Read(#[from] std::io::Error),
    /// The service does not take a frame.
    #[error("the service refuses: {error}: {detail}")]
    Refused {
        /// Why, from its list.
        error: String,
        /// For a person.
        detail: String,
    },
    /// It is away.
    #[error("the service is away: {0}")]
    Away(#[from] LinkFailure),
}

/// The few keys that playing needs.
#[derive(Deserialize)]
struct Glance<'a> {
    #[serde(borrow)]
    sensor: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    time: std::borrow::Cow<'a, str>,
    #[serde(borrow, default)]
    received: Option<std::borrow::Cow<'a, str>>,
}

/// One sensor's side.
struct Player {
    identity: Identity,
    link: Option<Link>,
    sequence: u64,
    pending: String,
    count: usize,
    since: Option<Epoch>,
    newest: Option<Epoch>,
}

/// Plays lines of `detections.ndjson` to a service.
///
/// # Errors
/// The recording cannot be read, the service refuses a frame, or is away for long.
pub async fn feed(
    lines: &mut (dyn BufRead + Send),
    to: &str,
    mode: Mode,
    identities: Vec<Identity>,
    pace: Pace,
) -> Result<Fed, FeedError> {
    let mut players = players(identities);
    let mut fed = Fed::default();
    let mut started: Option<(Instant, Epoch)> = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        let mut bounded = std::io::Read::take(&mut *lines, LINE_BYTES_MAX as u64);
        if bounded.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let Some((sensor, time)) = glance(&line) else {
            fed.left_out += u64::from(!line.trim_ascii().is_empty());
            continue;
        };
        flush_due(&mut players, Some(time), (to, mode), &mut fed).await?;
        wait(&mut started, time, pace).await;
        let Some(player) = players.get_mut(&sensor) else {
            fed.left_out += 1;
            continue;
        };
        player.add(&line, time);
    }
    flush_due(&mut players, None, (to, mode), &mut fed).await?;
    Ok(fed)
}

/// Numbers go on from run to run, also where the last one was not written down anywhere.
fn players(identities: Vec<Identity>) -> BTreeMap<String, Player> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let first = since.map_or(1, |since| u64::try_from(since.as_micros()).unwrap_or(1));
    let player = |identity: Identity| Player {
        identity,
        link: None,
        sequence: first,
        pending: String::new(),
        count: 0,
        since: None,
        newest: None,
    };
    let named = identities
        .into_iter()
        .map(|identity| (identity.sensor.clone(), player(identity)));
    named.collect()
}

fn glance(line: &[u8]) -> Option<(String, Epoch)> {
    let glance: Glance<'_> = serde_json::from_slice(line).ok()?;
    let arrived = glance.received.as_deref().unwrap_or(&glance.time);
    Some((glance.sensor.into_owned(), parse_utc(arrived).ok()?))
}

async fn wait(started: &mut Option<(Instant, Epoch)>, time: Epoch, pace: Pace) {
    let Pace::Times(times) = pace else { return };
    let (then, first) = *started.get_or_insert((Instant::now(), time));
    let due_s = seconds_between(first, time) / times;
    let left_s = due_s - then.elapsed().as_secs_f64();
    if left_s > GAP_MAX_S {
        *started = Some((Instant::now(), time));
    } else if left_s > 0.0 {
        tokio::time::sleep(Duration::from_secs_f64(left_s)).await;
    }
}

/// Sends what is due before this time; at the end, everything.
async fn flush_due(
    players: &mut BTreeMap<String, Player>,
    time: Option<Epoch>,
    (to, mode): (&str, Mode),
    fed: &mut Fed,
) -> Result<(), FeedError> {
    for player in players.values_mut() {
        let due = match (player.since, time) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(since), Some(time)) => {
                seconds_between(since, time) >= FRAME_S || player.count >= FRAME_RECORDS_MAX
            }
        };
        if due {
            player.flush(to, mode, fed).await?;
        }
    }
    Ok(())
}

impl Player {
    fn add(&mut self, line: &[u8], time: Epoch) {
        self.pending
            .push_str(String::from_utf8_lossy(line).trim_end());
        self.pending.push('\n');
        self.count += 1;
        self.since.get_or_insert(time);
        self.newest = Some(self.newest.map_or(time, |newest| newest.max(time)));
    }

    async fn flush(&mut self, to: &str, mode: Mode, fed: &mut Fed) -> Result<(), FeedError> {
        let Some(newest) = self.newest.take() else {
            return Ok(());
        };
        self.sequence += 1;
        let header = Header {
            frame: FRAME_VERSION,
            sensor: self.identity.sensor.clone(),
            key: String::new(),
            sequence: self.sequence,
            time: UtcTime(newest),
            mode: Word(mode),
            bytes: 0,
            signature: String::new(),
        };
        let frame = seal(&self.identity.signer, header, &self.pending);
        let answer = self.deliver(to, &frame, fed).await?;
        fed.frames += 1;
        fed.records += self.count as u64;
        fed.duplicates += u64::from(answer.duplicate);
        (self.count, self.since) = (0, None);
        self.pending.clear();
        Ok(())
    }

    /// Sends a frame until it is on the service's disk.
    async fn deliver(
        &mut self,
        to: &str,
        frame: &[u8],
        fed: &mut Fed,
    ) -> Result<Answer, FeedError> {
        let mut away_since: Option<Instant> = None;
        loop {
            match self.once(to, frame).await {
                Ok(answer) if answer.ack => return Ok(answer),
                Ok(answer) => match answer.retry_after_s {
                    Some(wait_s) => {
                        fed.waits += 1;
                        tokio::time::sleep(Duration::from_secs_f64(wait_s.clamp(0.01, 60.0))).await;
                    }
                    None => {
                        return Err(FeedError::Refused {
                            error: answer.error.unwrap_or_default(),
                            detail: answer.detail.unwrap_or_default(),
                        });
                    }
                },
                Err(failure) => {
                    self.link = None;
                    let since = *away_since.get_or_insert_with(Instant::now);
                    if since.elapsed().as_secs_f64() > AWAY_MAX_S {
                        return Err(failure.into());
                    }
                    tokio::time::sleep(Duration::from_millis(250)).await;
                }
            }
        }
    }

    async fn once(&mut self, to: &str, frame: &[u8]) -> Result<Answer, LinkFailure> {
        if self.link.is_none() {
            self.link = Some(Link::open(to, &self.identity).await?);
        }
        match &mut self.link {
            Some(link) => link.send(frame).await,
            None => Err(LinkFailure::Broke("no connection".into())),
        }
    }
}

//! One stream of all the records of a recording, in order of arrival.

use std::collections::VecDeque;
use std::io::BufRead;
use std::path::Path;

use forewarn_core::model::{Record, Sensor};
use forewarn_physics::time::{Epoch, seconds_between};

use super::decode::UnknownKeys;
use super::people::{read_actions, read_claims, read_notices};
use super::reader::{ReadError, Reader, Source, find_detections, open};

/// A jump of the reports' own time that one report alone cannot bring about [s].
///
/// Without `received`, arrival is the running maximum of `time`: one report a year ahead would
/// otherwise let out every later notice at once.
const JUMP_S: f64 = 86_400.0;

/// Detections with notices, claims and actions in between, each where its time puts it.
///
/// Reports keep the order of their file. What people said comes before the first report that
/// arrived later.
pub struct Merged<R> {
    reader: Reader<R>,
    people: VecDeque<(Option<Epoch>, Record)>,
    held: Option<Record>,
    arrival: Option<Epoch>,
    doubted: Option<Epoch>,
    unknown: UnknownKeys,
}

/// Opens all the records of a recording.
///
/// # Errors
/// A file cannot be opened, or there are no detections.
pub fn merged(dir: &Path, sensors: &[Sensor]) -> Result<Merged<Source>, ReadError> {
    let detections = find_detections(dir)?;
    merged_with(dir, open(&detections, sensors)?)
}

/// The same with detections from elsewhere, such as standard input.
///
/// # Errors
/// A file of notices, claims or actions cannot be read.
pub fn merged_with<R: BufRead>(dir: &Path, reader: Reader<R>) -> Result<Merged<R>, ReadError> {
    type Read = fn(&Path, &mut UnknownKeys) -> Result<Vec<Record>, ReadError>;
    let files: [(&str, Read); 3] = [
        ("notices.ndjson", read_notices),
        ("claims.ndjson", read_claims),
        ("actions.ndjson", read_actions),
    ];
    let (mut people, mut unknown) = (Vec::new(), UnknownKeys::default());
    for (name, read) in files {
        let path = dir.join(name);
        if !path.is_file() {
            continue;
        }
        let mut last = None;
        for record in read(&path, &mut unknown)? {
            // A line that could not be read stands where the one before it stands.
            last = time_of(&record).or(last);
            people.push((last, record));
        }
    }
    people.sort_by_key(|(time, _)| *time);
    Ok(Merged {
        reader,
        people: people.into(),
        held: None,
        arrival: None,
        doubted: None,
        unknown,
    })
}

fn time_of(record: &Record) -> Option<Epoch> {
    match record {
        Record::Notice(notice) => Some(notice.received),
        Record::Claim(claim) => Some(claim.time),
        Record::Action(action) => Some(action.time),
        Record::Report(report) => report.received.or(Some(report.time)),
        Record::Tick(time) => Some(*time),
        Record::Unreadable { .. } => None,
    }
}

impl<R: BufRead> Merged<R> {
    /// Unknown keys met so far, in all the files.
    pub fn unknown_keys(&self) -> UnknownKeys {
        let mut all = self.unknown.clone();
        all.merge(self.reader.unknown_keys());
        all
    }

    /// Number of the last line of detections read.
    pub fn line(&self) -> u64 {
        self.reader.line()
    }

    fn advance(&mut self, record: &Record) {
        let Some(time) = time_of(record) else { return };
        let Some(arrival) = self.arrival else {
            self.arrival = Some(time);
            return;
        };
        if seconds_between(arrival, time) <= JUMP_S {
            self.arrival = Some(arrival.max(time));
            self.doubted = None;
        } else if self
            .doubted
            .is_some_and(|doubted| seconds_between(doubted, time).abs() <= JUMP_S)
        {
            (self.arrival, self.doubted) = (Some(time), None);
        } else {
            self.doubted = Some(time);
        }
    }
}

impl<R: BufRead> Iterator for Merged<R> {
    type Item = Result<Record, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.held.is_none() {
            match self.reader.next() {
                Some(Ok(record)) => {
                    self.advance(&record);
                    self.held = Some(record);
                }
                Some(Err(error)) => return Some(Err(error)),
                None => return self.people.pop_front().map(|(_, record)| Ok(record)),
            }
        }
        let due = self
            .people
            .front()
            .is_some_and(|(time, _)| match (time, self.arrival) {
                (None, _) => true,
                (Some(time), Some(arrival)) => *time <= arrival,
                (Some(_), None) => false,
            });
        if due {
            self.people.pop_front().map(|(_, record)| Ok(record))
        } else {
            self.held.take().map(Ok)
        }
    }
}

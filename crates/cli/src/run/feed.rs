//! Where the records come from: the recording's file, or standard input as they arrive.

use std::io::{BufRead, BufReader};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use forewarn_core::model::{Record, Sensor};
use forewarn_formats::record::{Merged, ReadError, Reader, UnknownKeys, merged, merged_with};

use super::Job;
use crate::args::Speed;
use crate::failure::{Failure, Outcome};

/// Records that may wait between reader and engine: the reader stops when they are full.
const QUEUE_RECORDS: usize = 1_024;
/// Live, time passes when nothing arrives: so long until the engine is told.
const IDLE: Duration = Duration::from_secs(1);

/// A source of records.
pub(super) enum Feed {
    /// One after another: a file, or standard input played as fast as it comes.
    Steady(Box<Merged<Box<dyn BufRead + Send>>>),
    /// Standard input at the pace of the clock.
    Live(Live),
}

/// Standard input, read by a thread of its own, so that time can pass while nothing arrives.
pub(super) struct Live {
    records: Receiver<Result<Record, ReadError>>,
    reader: Option<JoinHandle<UnknownKeys>>,
}

/// What comes next.
pub(super) enum Next {
    /// A record.
    Record(Box<Record>),
    /// Nothing arrived for [`IDLE`].
    Nothing,
    /// It is over.
    End,
}

impl Feed {
    pub(super) fn open(job: &Job, sensors: &[Sensor]) -> Outcome<Self> {
        if !job.from_standard_input {
            let records = merged(&job.recording, sensors).map_err(Failure::input)?;
            return Ok(Self::Steady(Box::new(records)));
        }
        let input: Box<dyn BufRead + Send> = Box::new(BufReader::new(std::io::stdin()));
        let reader = Reader::new("standard input", input, sensors);
        let records = merged_with(&job.recording, reader).map_err(Failure::input)?;
        Ok(match job.speed {
            Speed::Max => Self::Steady(Box::new(records)),
            Speed::Times(_) => Self::Live(Live::start(records)),
        })
    }

    pub(super) fn next(&mut self) -> Outcome<Next> {
        let record = match self {
            Self::Steady(records) => match records.next() {
                Some(record) => record,
                None => return Ok(Next::End),
            },
            Self::Live(live) => match live.records.recv_timeout(IDLE) {
                Ok(record) => record,
                Err(RecvTimeoutError::Timeout) => return Ok(Next::Nothing),
                Err(RecvTimeoutError::Disconnected) => return Ok(Next::End),
            },
        };
        record
            .map(|record| Next::Record(Box::new(record)))
            .map_err(Failure::input)
    }

    /// Keys that no reader knows, when it is over.
    pub(super) fn unknown_keys(self) -> UnknownKeys {
        match self {
            Self::Steady(records) => records.unknown_keys(),
            Self::Live(mut live) => live
                .reader
                .take()
                .and_then(|reader| reader.join().ok())
                .unwrap_or_default(),
        }
    }
}

impl Live {
    fn start(mut merged: Merged<Box<dyn BufRead + Send>>) -> Self {
        let (sender, records) = sync_channel(QUEUE_RECORDS);
        let reader = std::thread::spawn(move || {
            for record in merged.by_ref() {
                if sender.send(record).is_err() {
                    break;
                }
            }
            merged.unknown_keys()
        });
        Self {
            records,
            reader: Some(reader),
        }
    }
}

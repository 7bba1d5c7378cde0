//! The loop: a record in, events out, until the last object is down.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context;
use forewarn_alerts::{AlertWriter, Message};
use forewarn_core::engine::{Engine, Setup};
use forewarn_core::model::{Event, Record};
use forewarn_formats::events::{EventLine, EventWriter};
use forewarn_physics::time::after;
use indicatif::ProgressBar;
use sha2::{Digest, Sha256};

use super::feed::{Feed, Next};
use super::pace::{Pace, arrival};
use super::tally::Tally;
use super::{Done, Job, engine};
use crate::failure::{Failure, Outcome, make_dir, write_file};
use crate::output::Output;

/// Interval of ticks after the last record [s].
const TICK_S: f64 = 1.0;
/// Time is not let run on for longer than this after the last record [s].
const RUN_ON_S: f64 = 3.0 * 3_600.0;

/// Everything that is written while it happens.
struct Session<'a> {
    engine: Engine,
    writer: EventWriter<'a>,
    alerts: AlertWriter,
    file: BufWriter<File>,
    events_path: PathBuf,
    warnings_dir: PathBuf,
    flush_each: bool,
    output: Output,
    digest: Sha256,
    tally: Tally,
    events: Vec<Event>,
    lines: Vec<EventLine>,
    broken: Vec<String>,
}

/// Plays a recording to its end.
pub(super) fn play(job: &Job, setup: Setup, output: Output) -> Outcome<Done> {
    let started = Instant::now();
    let mut feed = Feed::open(job, &setup.sensors)?;
    let mut session = Session::start(job, &setup, output)?;
    for refused in session.engine.refused_catalogue() {
        output.complain(&format!("catalogue: {refused}; the other entries are used"));
    }
    let mut pace = Pace::new(job.speed);
    let bar = output.progress("watching", records_of(job));
    session.all(&mut feed, &mut pace, &bar)?;
    session.run_on(&mut pace, &bar)?;
    bar.finish_and_clear();
    let unknown = feed.unknown_keys();
    let Session {
        file,
        events_path,
        digest,
        tally,
        events,
        lines,
        broken,
        ..
    } = session;
    close(file, &events_path)?;
    let summary = tally.summary(
        setup.mode,
        &unknown,
        started.elapsed(),
        hexadecimal(&digest.finalize()),
    );
    Ok(Done {
        setup,
        events,
        lines,
        summary,
        truth: None,
        broken,
    })
}

/// How many records there are to come, for progress; unknown for standard input.
fn records_of(job: &Job) -> Option<u64> {
    if job.from_standard_input {
        return None;
    }
    let bytes = std::fs::read(job.recording.join("detections.ndjson")).ok()?;
    Some(bytes.iter().filter(|byte| **byte == b'\n').count() as u64)
}

impl<'a> Session<'a> {
    fn start(job: &Job, setup: &'a Setup, output: Output) -> Outcome<Self> {
        let warnings_dir = job.out.join("warnings");
        make_dir(&warnings_dir)?;
        forget_warnings(&warnings_dir)?;
        let events_path = job.out.join("events.ndjson");
        let file = File::create(&events_path)
            .with_context(|| {
                format!(
                    "{}: cannot be written; check the folder and the space left",
                    events_path.display()
                )
            })
            .map_err(Failure::Input)?;
        Ok(Self {
            engine: engine(setup)?,
            writer: EventWriter::new(setup),
            alerts: AlertWriter::new(setup),
            file: BufWriter::new(file),
            events_path,
            warnings_dir,
            flush_each: job.from_standard_input,
            output,
            digest: Sha256::new(),
            tally: Tally::default(),
            events: Vec::new(),
            lines: Vec::new(),
            broken: Vec::new(),
        })
    }

    fn all(&mut self, feed: &mut Feed, pace: &mut Pace, bar: &ProgressBar) -> Outcome<()> {
        let mut quiet_since = Instant::now();
        let mut quiet_from = None;
        loop {
            match feed.next()? {
                Next::End => return Ok(()),
                Next::Record(record) => {
                    if let Some(time) = arrival(&record) {
                        pace.wait_for(time);
                    }
                    self.step(&record)?;
                    bar.inc(1);
                    (quiet_since, quiet_from) = (Instant::now(), self.engine.time());
                }
                Next::Nothing => {
                    // Nothing arrives, but time passes: a sensor that falls silent is noticed.
                    if let Some(from) = quiet_from {
                        self.step(&Record::Tick(after(
                            from,
                            quiet_since.elapsed().as_secs_f64(),
                        )))?;
                    }
                }
            }
        }
    }

    /// Lets time run on until the last predicted impact is past.
    fn run_on(&mut self, pace: &mut Pace, bar: &ProgressBar) -> Outcome<()> {
        let Some(from) = self.engine.time() else {
            return Ok(());
        };
        bar.set_message("running on");
        let mut passed_s = 0.0;
        while passed_s < RUN_ON_S {
            let Some(horizon) = self.engine.horizon() else {
                return Ok(());
            };
            passed_s += TICK_S;
            let now = after(from, passed_s);
            pace.wait_for(now);
            self.step(&Record::Tick(now))?;
            if now > horizon {
                // One more, so that everything ends.
                return self.step(&Record::Tick(after(now, TICK_S)));
            }
        }
        Ok(())
    }

    fn step(&mut self, record: &Record) -> Outcome<()> {
        let started = Instant::now();
        let events = self.engine.step(record);
        let took = started.elapsed();
        self.tally.record(record, took);
        if events.is_empty() {
            return Ok(());
        }
        for event in events {
            self.write(event)?;
        }
        if self.flush_each {
            self.file
                .flush()
                .map_err(|error| unwritten(error, &self.events_path))?;
        }
        Ok(())
    }

    fn write(&mut self, event: Event) -> Outcome<()> {
        self.tally.event(&event);
        let said = self.writer.event(&event);
        let mut line =
            serde_json::to_string(&said).map_err(|error| Failure::Internal(error.into()))?;
        line.push('\n');
        self.digest.update(line.as_bytes());
        self.file
            .write_all(line.as_bytes())
            .map_err(|error| unwritten(error, &self.events_path))?;
        if let Some(message) = self.alerts.message(&event) {
            self.alert(&message)?;
        }
        self.lines.push(said);
        self.events.push(event);
        Ok(())
    }

    fn alert(&mut self, message: &Message) -> Outcome<()> {
        if let Some(xml) = &message.xml {
            write_file(&self.warnings_dir.join(&message.file), xml.as_bytes())?;
        }
        if let Some(why) = &message.redrawn {
            let file = &message.file;
            self.output
                .complain(&format!("{file}: areas drawn as circles: {why}"));
        }
        let broken = message
            .broken
            .iter()
            .map(|rule| format!("{}: {rule}", message.file));
        self.broken.extend(broken);
        Ok(())
    }
}

/// Messages of an earlier run into the same folder: they would be taken for this one's.
fn forget_warnings(dir: &std::path::Path) -> Outcome<()> {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("w-") && name.ends_with(".xml") {
            std::fs::remove_file(entry.path())
                .with_context(|| {
                    format!(
                        "{}: a message of an earlier run cannot be removed; remove it",
                        entry.path().display()
                    )
                })
                .map_err(Failure::Input)?;
        }
    }
    Ok(())
}

fn close(mut file: BufWriter<File>, path: &std::path::Path) -> Outcome<()> {
    file.flush()
        .and_then(|()| file.get_ref().sync_all())
        .map_err(|error| unwritten(error, path))
}

fn unwritten(error: std::io::Error, path: &std::path::Path) -> Failure {
    let what = format!(
        "{}: cannot be written; check the space left",
        path.display()
    );
    Failure::Input(anyhow::Error::new(error).context(what))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

//! `run`: one recording through the whole chain.

mod feed;
mod pace;
mod session;
mod tally;
mod write;

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use forewarn_core::engine::{Engine, Setup};
use forewarn_core::model::Event;
use forewarn_formats::config::{Loaded, load_recording};
use forewarn_formats::events::EventLine;
use forewarn_formats::reports::Summary;
use forewarn_formats::truth::{Truth, read_truth};

use crate::args::{RunArgs, Speed};
use crate::failure::{Failure, Outcome, make_dir};
use crate::output::Output;

/// What is run, and how.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    /// The recording.
    pub(crate) recording: PathBuf,
    /// Where to write.
    pub(crate) out: PathBuf,
    /// Seed of the engine's draws.
    pub(crate) seed: u64,
    /// How fast to play.
    pub(crate) speed: Speed,
    /// Threads, where the caller says.
    pub(crate) threads: Option<u16>,
    /// Detections come from standard input.
    pub(crate) from_standard_input: bool,
}

/// What a run came to.
pub(crate) struct Done {
    /// What the engine was started with.
    pub(crate) setup: Setup,
    /// Everything it said, in order.
    pub(crate) events: Vec<Event>,
    /// The same as it stands in `events.ndjson`.
    pub(crate) lines: Vec<EventLine>,
    /// The figures.
    pub(crate) summary: Summary,
    /// The truth of the recording, where it has one.
    pub(crate) truth: Option<Truth>,
    /// CAP messages that the rules refuse: a fault of ours.
    pub(crate) broken: Vec<String>,
}

pub(crate) fn command(args: &RunArgs, output: Output) -> Outcome<()> {
    let from_standard_input = match &args.detections {
        None => false,
        Some(path) if path == Path::new("-") => true,
        Some(path) => {
            return Err(Failure::Usage(anyhow!(
                "--detections {}: only `-` (standard input) may stand here; files belong into the recording",
                path.display()
            )));
        }
    };
    let job = Job {
        recording: args.recording.clone(),
        out: args.out.clone(),
        seed: args.seed,
        speed: args.speed,
        threads: args.threads,
        from_standard_input,
    };
    let done = run(&job, output)?;
    output.text(&write::account(&job, &done))?;
    output.last_line(&done.summary)?;
    refuse_broken(&done)
}

/// A warning that our own rules refuse is a fault of ours: everything is written, then it is said.
pub(crate) fn refuse_broken(done: &Done) -> Outcome<()> {
    if done.broken.is_empty() {
        return Ok(());
    }
    Err(crate::failure::internal(format_args!(
        "{} CAP messages break the rules and must not be used:\n{}",
        done.broken.len(),
        done.broken.join("\n")
    )))
}

/// Runs a recording and writes everything that it leads to.
pub(crate) fn run(job: &Job, output: Output) -> Outcome<Done> {
    let loaded = load(job, output)?;
    make_dir(&job.out)?;
    let threads = job.threads.map_or(0, usize::from);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|error| Failure::Internal(error.into()))?;
    let mut done = pool.install(|| session::play(job, loaded.setup, output))?;
    done.truth = truth(&job.recording)?;
    write::outputs(job, &done)?;
    Ok(done)
}

fn load(job: &Job, output: Output) -> Outcome<Loaded> {
    let mut loaded = load_recording(&job.recording).map_err(Failure::input)?;
    for warning in &loaded.warnings {
        output.complain(&warning.to_string());
    }
    loaded.setup.seed = job.seed;
    if loaded.gazetteer {
        loaded.setup.gazetteer = forewarn_formats::gazetteer::load();
    }
    Ok(loaded)
}

/// The truth, for the report alone: the engine has finished.
fn truth(recording: &Path) -> Outcome<Option<Truth>> {
    let path = recording.join("truth.ndjson");
    if !path.is_file() {
        return Ok(None);
    }
    read_truth(&path).map(Some).map_err(Failure::input)
}

/// An engine, or why the setup is refused.
fn engine(setup: &Setup) -> Outcome<Engine> {
    Engine::new(setup.clone()).map_err(Failure::input)
}

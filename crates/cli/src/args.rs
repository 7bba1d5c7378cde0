//! What may be typed.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Parser, Subcommand};

const EXAMPLES: &str = "\
Examples:
  forewarn demo                                       a shipped scenario through the whole chain
  forewarn simulate scenario.toml --out rec --seed 7  fly a scenario; write a recording
  forewarn run rec --out result                       what a recording leads to
  forewarn score rec result                           how right that was
  tail -f reports | forewarn run rec --out result --detections - --speed 1

Exit status: 0 done (rejected records are counted and summarised); 2 usage; 3 a file that could
not be read or a configuration refused; 4 internal failure.";

/// An open missile early-warning system: it watches and warns.
#[derive(Debug, Parser)]
#[command(name = "forewarn", version, about, long_about = None, after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Args {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Make the last line of standard output one JSON object.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Say nothing but errors (and the line of --json).
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run one recording through the whole chain.
    #[command(
        after_help = "Writes events.ndjson, summary.json, report.html, scene.czml and warnings/*.xml into DIR.\n\nExamples:\n  forewarn run rec --out result\n  forewarn run rec --out result --detections - < reports.ndjson"
    )]
    Run(RunArgs),
    /// Fly a scenario: write its truth and what its sensors reported.
    #[command(
        after_help = "Example:\n  forewarn simulate scenarios/demo/scenario.toml --out rec --seed 7"
    )]
    Simulate(SimulateArgs),
    /// Score a run against the truth of its recording; writes DIR/score.json.
    #[command(after_help = "Example:\n  forewarn score rec result")]
    Score {
        /// The recording, with its truth.ndjson.
        recording: PathBuf,
        /// What `run` wrote.
        dir: PathBuf,
    },
    /// Turn tracking data messages (CCSDS TDM) or CSV into detections of a recording.
    #[command(
        after_help = "The recording's sensors.toml must name the stations.\n\nExample:\n  forewarn import pass.tdm --out rec --mode replay"
    )]
    Import(ImportArgs),
    /// Check any of our files, or CAP 1.2 warnings; says line and column.
    #[command(
        after_help = "Exit status 3 if anything is wrong.\n\nExamples:\n  forewarn validate rec\n  forewarn validate result/warnings/*.xml sensors.toml"
    )]
    Validate {
        /// Files, or recordings as a whole.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Print the JSON Schema of a file, or the names of all.
    #[command(after_help = "Example:\n  forewarn schema detections")]
    Schema {
        /// Such as `events`; without it the names are listed.
        name: Option<String>,
    },
    /// Fly a shipped scenario through simulator, engine and warnings.
    Demo {
        /// Where to write; else ./runs/demo, or a temporary folder where that cannot be.
        #[arg(long)]
        out: Option<PathBuf>,
        /// Another draw of noise, misses and vehicles.
        #[arg(long)]
        seed: Option<u64>,
    },
    /// Print completions for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page.
    Man,
}

/// Arguments of `run`.
#[derive(Debug, clap::Args)]
pub(crate) struct RunArgs {
    /// The recording: a folder with recording.toml, sensors.toml and detections.ndjson.
    pub(crate) recording: PathBuf,
    /// Where to write.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Seed of the engine's draws.
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
    /// `max`, or how many times faster than the reports arrived: 1 is as they came.
    #[arg(long, default_value = "max")]
    pub(crate) speed: Speed,
    /// Threads; the result is the same whatever their number.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// `-` reads the detections from standard input as they arrive.
    #[arg(long, value_name = "FILE")]
    pub(crate) detections: Option<PathBuf>,
}

/// Arguments of `simulate`.
#[derive(Debug, clap::Args)]
pub(crate) struct SimulateArgs {
    /// The scenario; `demo` is the shipped one.
    pub(crate) scenario: PathBuf,
    /// The recording to write.
    #[arg(long, value_name = "RECORDING")]
    pub(crate) out: PathBuf,
    /// Seed of all draws; else the scenario's own.
    #[arg(long)]
    pub(crate) seed: Option<u64>,
}

/// Arguments of `import`.
#[derive(Debug, clap::Args)]
pub(crate) struct ImportArgs {
    /// A TDM (KVN or XML) or CSV file.
    pub(crate) file: PathBuf,
    /// The recording: it must hold sensors.toml.
    #[arg(long, value_name = "RECORDING")]
    pub(crate) out: PathBuf,
    /// Mode written to recording.toml where there is none yet.
    #[arg(long, value_parser = ["live", "exercise", "test", "replay"])]
    pub(crate) mode: Option<String>,
}

/// How fast a recording is played.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Speed {
    /// As fast as it goes.
    Max,
    /// This many times faster than it arrived.
    Times(f64),
}

impl FromStr for Speed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "max" {
            return Ok(Self::Max);
        }
        match text.parse::<f64>() {
            Ok(times) if times.is_finite() && times > 0.0 => Ok(Self::Times(times)),
            _ => Err("give `max` or a number above zero, such as 1 or 10".into()),
        }
    }
}

//! What may be typed.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Parser, Subcommand};
use forewarn_log::{Kind, PublicKey};

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
    /// Look at the log of the service: check it, show it, write it for others.
    #[command(subcommand)]
    Log(LogCommand),
    /// Watch day and night: reports in over the network, people, warnings out.
    #[command(
        after_help = "Examples:\n  forewarn serve --init exercise              keys, people and configuration for a first try\n  forewarn serve --config exercise/forewarn.toml\n  forewarn serve --print-config               the default, with what each key means\n\ndocs/service.md walks from here to a retracted exercise warning."
    )]
    Serve(ServeArgs),
    /// Play a recording to a service, as its sensors would send it.
    #[command(
        after_help = "Examples:\n  forewarn feed exercise/recording --to https://127.0.0.1:8444 --keys exercise/sensors\n  forewarn feed rec --to tls://127.0.0.1:8445 --keys exercise/sensors --speed 10"
    )]
    Feed(FeedArgs),
    /// Take what a service publishes over HTTP, keep it, and confirm what was read.
    #[command(after_help = "Example:\n  forewarn listen --out heard --address 127.0.0.1:9443")]
    Listen(ListenArgs),
    /// Fly a shipped scenario through simulator, engine and warnings.
    Demo {
        /// Where to write; else ./runs/demo, or a temporary folder where that cannot be.
        #[arg(long)]
        out: Option<PathBuf>,
        /// Another draw of noise, misses and vehicles.
        #[arg(long, conflicts_with = "live")]
        seed: Option<u64>,
        /// Start the live service with its console and play the scenario to it in real time.
        #[arg(long)]
        live: bool,
        /// With --live: how many times faster than in reality, or `max`.
        #[arg(long, default_value = "1", requires = "live")]
        speed: Speed,
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

/// Arguments of `serve`.
#[derive(Debug, clap::Args)]
pub(crate) struct ServeArgs {
    /// The configuration.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Make an exercise for a first try in this folder: authority, keys, people, configuration.
    #[arg(long, value_name = "DIR", conflicts_with = "config")]
    pub(crate) init: Option<PathBuf>,
    /// With --init: the recording whose sensors are watched; else the demo is flown.
    #[arg(long, value_name = "RECORDING", requires = "init")]
    pub(crate) site: Option<PathBuf>,
    /// Print the default configuration.
    #[arg(long, conflicts_with_all = ["config", "init"])]
    pub(crate) print_config: bool,
    /// Read a secret from standard input and print what people.toml holds of it.
    #[arg(long, conflicts_with_all = ["config", "init", "print_config"])]
    pub(crate) hash_secret: bool,
}

/// Arguments of `feed`.
#[derive(Debug, clap::Args)]
pub(crate) struct FeedArgs {
    /// The recording.
    pub(crate) recording: PathBuf,
    /// The service's address for sensors: `https://`, `wss://` or `tls://` HOST:PORT; on loopback
    /// also `http://`, `ws://`, `tcp://`.
    #[arg(long, value_name = "URL")]
    pub(crate) to: String,
    /// The folder of the sensors' keys and certificates, as `serve --init` makes it.
    #[arg(long, value_name = "DIR")]
    pub(crate) keys: PathBuf,
    /// What the reports are signed for: the service's mode.
    #[arg(long, default_value = "exercise", value_parser = ["exercise", "test", "replay"])]
    pub(crate) mode: String,
    /// `max`, or how many times faster than the reports arrived.
    #[arg(long, default_value = "1")]
    pub(crate) speed: Speed,
}

/// Arguments of `listen`.
#[derive(Debug, clap::Args)]
pub(crate) struct ListenArgs {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:9443")]
    pub(crate) address: std::net::SocketAddr,
    /// Where to keep what came.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
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

/// What to do with a log. Nothing is changed, except by `quarantine`; the service may run meanwhile.
#[derive(Debug, Subcommand)]
pub(crate) enum LogCommand {
    /// Check every entry: checksums, hash chain, signatures, and that nothing is missing.
    #[command(
        after_help = "Exit status 3 if anything is damaged or missing.\n\nA checkpoint that `--json` gave, kept elsewhere, shows later whether the log was changed or cut:\n  forewarn log verify state/log --json | tail -1 > checkpoint.json\n  forewarn log verify state/log --checkpoint checkpoint.json"
    )]
    Verify {
        /// The folder of the log.
        dir: PathBuf,
        /// A checkpoint kept from earlier (the JSON of `--json`, or its `checkpoint`): the log must
        /// still hold what it states.
        #[arg(long, value_name = "FILE")]
        checkpoint: Option<PathBuf>,
        /// Only these may have signed (public keys, 64 hexadecimal digits; may be repeated).
        #[arg(long = "signed-by", value_name = "KEY")]
        signed_by: Vec<PublicKey>,
    },
    /// Print entries, a line each.
    #[command(
        after_help = "Example:\n  forewarn log show state/log --from 1200 --kind action --kind delivery"
    )]
    Show {
        /// The folder of the log.
        dir: PathBuf,
        #[command(flatten)]
        which: Which,
    },
    /// Write entries as NDJSON or Parquet.
    #[command(
        after_help = "NDJSON lines follow `forewarn schema log`; a Parquet table has the same columns.\n\nExamples:\n  forewarn log export state/log --out log.parquet\n  forewarn log export state/log --out - --kind event | jq .payload"
    )]
    Export {
        /// The folder of the log.
        dir: PathBuf,
        /// FILE.ndjson, FILE.parquet, or `-` for NDJSON on standard output.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        #[command(flatten)]
        which: Which,
    },
    /// Set damage aside, so that the service can go on; the log then says what is missing.
    #[command(
        after_help = "Stop the service first. Damaged files are kept in quarantine/ inside the log's folder.\n\nExample:\n  forewarn log quarantine state/log --key state/log.key"
    )]
    Quarantine {
        /// The folder of the log.
        dir: PathBuf,
        /// The private key that signs the log (Ed25519, PKCS#8, DER).
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
    },
}

/// Which entries of a log.
#[derive(Debug, clap::Args)]
pub(crate) struct Which {
    /// From this number on.
    #[arg(long, value_name = "SEQ", default_value_t = 1)]
    pub(crate) from: u64,
    /// Up to this number.
    #[arg(long, value_name = "SEQ")]
    pub(crate) to: Option<u64>,
    /// Only such entries: input, event, action, delivery, setup, tick, note, checkpoint, snapshot,
    /// gap (may be repeated).
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: Vec<Kind>,
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

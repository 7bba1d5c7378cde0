//! `forewarn.toml`: what the service is started with. Refused as a whole if anything is wrong.

mod read;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use forewarn_core::model::Mode;
pub use read::{DEFAULT, read_config};

/// What the service is started with.
#[derive(Debug, Clone)]
pub struct Config {
    /// Fixed at the start.
    pub mode: Mode,
    /// Folder with `recording.toml`, `sensors.toml` and what else a recording may hold.
    pub site: PathBuf,
    /// Folder of the log and of state that is no secret of anybody's.
    pub data: PathBuf,
    /// Sender of messages, as CAP wants it.
    pub sender: String,
    /// Whom public messages are for, in words that releasers see.
    pub audience: String,
    /// Seed of the engine's draws.
    pub seed: u64,
    /// Damage of the log is set aside at the start, and said, instead of refused.
    pub quarantine: bool,
    /// Plain HTTP on loopback, for demonstrations alone.
    pub insecure_loopback: bool,
    /// Time follows the reports; never live.
    pub follow_reports: bool,
    /// Where to listen.
    pub listen: Listen,
    /// Certificates.
    pub tls: Option<TlsFiles>,
    /// Who may do what.
    pub people_file: PathBuf,
    /// Hours until one must sign in again.
    pub session_h: f64,
    /// Keys of the sensors.
    pub keys_file: PathBuf,
    /// Bounds on what comes in.
    pub intake: Intake,
    /// The rule that two releasers may approve; without it nothing is ever released by a rule.
    pub rule: Option<String>,
    /// Where messages go.
    pub sinks: Vec<SinkConfig>,
}

/// Where to listen.
#[derive(Debug, Clone)]
pub struct Listen {
    /// People and programs that read.
    pub people: SocketAddr,
    /// Sensors, over HTTPS and WebSocket.
    pub sensors: SocketAddr,
    /// Sensors, by lines over TCP.
    pub lines: Option<SocketAddr>,
}

/// Certificates and keys, PEM.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The service's chain.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
    /// Who vouches for sensors.
    pub client_authority: PathBuf,
    /// Certificates that no longer count: a revocation list of that authority.
    pub revoked: Option<PathBuf>,
}

/// Bounds on what comes in.
#[derive(Debug, Clone)]
pub struct Intake {
    /// Records that may wait for the engine.
    pub queue_records: u32,
    /// Each sensor may send this many records a second on average.
    pub records_per_s: f64,
    /// And this many at once.
    pub burst_records: f64,
    /// A frame whose time differs by more from the service's is refused [s].
    pub clock_tolerance_s: f64,
    /// Most bytes of one frame.
    pub frame_bytes_max: usize,
}

/// A place where messages go.
#[derive(Debug, Clone)]
pub struct SinkConfig {
    /// Its name.
    pub id: String,
    /// What it takes; must be the service's mode.
    pub mode: Mode,
    /// How.
    pub kind: SinkKind,
    /// Tries before it is given up.
    pub attempts_max: u32,
}

/// How a message gets there.
#[derive(Debug, Clone)]
pub enum SinkKind {
    /// A folder.
    File {
        /// Which.
        folder: PathBuf,
    },
    /// An HTTP callback.
    Http {
        /// Where.
        url: String,
        /// Who vouches for the receiver, where it is `https`.
        authority: Option<PathBuf>,
    },
    /// A TCP connection.
    Tcp {
        /// Where.
        address: String,
    },
}

impl Config {
    /// A path of the file, from the folder that the file is in.
    pub fn log_folder(&self) -> PathBuf {
        self.data.join("log")
    }

    /// Where the service keeps the secret that signs sessions.
    pub fn session_key(&self) -> PathBuf {
        self.data.join("session.key")
    }

    /// Where the service keeps the key that signs the log.
    pub fn log_key(&self) -> PathBuf {
        self.data.join("log.key")
    }
}

/// Joins a path of a file to the file's folder.
pub(crate) fn beside(folder: &Path, path: &str) -> PathBuf {
    folder.join(path)
}

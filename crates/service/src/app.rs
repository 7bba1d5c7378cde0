//! The service as a whole: what all of its parts share, and how it is raised from its log.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use forewarn_core::engine::Setup;
use forewarn_core::model::Mode;
use forewarn_formats::config::load_recording;
use forewarn_formats::words::{UtcTime, Word};
use forewarn_physics::time::Epoch;
use thiserror::Error;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::sync::{Semaphore, watch};

use crate::clock::{Clock, wall};
use crate::config::Config;
use crate::entry::{Entry, Publication, Remark, Start};
use crate::hex;
use crate::ingest::{Gate, GateParts, Windows, read_keys};
use crate::metrics::Metrics;
use crate::people::{Desk, People, Sessions, read_people};
use crate::picture::{Picture, Places};
use crate::spine::{
    Brain, Fold, Hub, Job, Journal, OpenLog, Recovered, ToWriter, Writer, WriterHandle, first,
    open_log, recover, run_name,
};

/// Things that may wait for the log besides what waits for the engine.
const INBOX_MAX: usize = 4_096;
/// How many may look back in time at once: each folds the log.
const LOOKING_BACK_MAX: usize = 2;
/// How many secrets are checked at once: each takes 19 MiB.
const SIGNING_IN_MAX: usize = 4;

/// Why the service does not start.
#[derive(Debug, Error)]
pub enum ServiceError {
    /// Something that people wrote is wrong, or a file cannot be used.
    #[error("{0}")]
    Refused(String),
    /// A fault of ours.
    #[error("{0}")]
    Internal(String),
}

/// What all parts of the service share.
pub struct App {
    /// As it was started.
    pub config: Config,
    /// What the engine was started with.
    pub setup: Arc<Setup>,
    /// The picture, and who watches.
    pub hub: Arc<Hub>,
    /// Where reports come in.
    pub gate: Gate,
    /// The log.
    pub writer: WriterHandle,
    /// The engine.
    pub brain: SyncSender<Job>,
    /// What waits for people.
    pub desk: tokio::sync::Mutex<Desk>,
    /// Who they are.
    pub people: People,
    /// Who is signed in.
    pub sessions: Sessions,
    /// What time it is.
    pub clock: Arc<Clock>,
    /// Figures.
    pub metrics: Arc<Metrics>,
    /// Whether it is alive.
    pub pulse: Pulse,
    /// Places on which impacts may fall.
    pub places: Arc<Places>,
    /// Names of the sinks.
    pub sinks: Arc<BTreeSet<String>>,
    /// Bounds how many look back.
    pub looking_back: Semaphore,
    /// Bounds how many secrets are checked.
    pub signing_in: Semaphore,
    /// Set when the service ends.
    pub stop: watch::Sender<bool>,
}

/// Whether the service is alive, as it notices itself.
#[derive(Debug)]
pub struct Pulse {
    started: Instant,
    /// When the engine last answered a tick [ms since the start].
    beat_ms: AtomicU64,
    begun: AtomicBool,
    /// When the system's clock was last set, and by how much [s].
    stepped: Mutex<Option<(Instant, f64)>>,
}

impl Default for Pulse {
    fn default() -> Self {
        Self {
            started: Instant::now(),
            beat_ms: AtomicU64::new(0),
            begun: AtomicBool::new(false),
            stepped: Mutex::new(None),
        }
    }
}

impl Pulse {
    /// The engine answered.
    pub fn beat(&self) {
        let now_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.beat_ms.store(now_ms, Ordering::Relaxed);
        self.begun.store(true, Ordering::Relaxed);
    }

    /// How long the engine has not answered [s]; none before its first answer.
    pub fn age_s(&self) -> Option<f64> {
        let beat_s = self.beat_ms.load(Ordering::Relaxed) as f64 * 1e-3;
        let begun = self.begun.load(Ordering::Relaxed);
        begun.then(|| self.started.elapsed().as_secs_f64() - beat_s)
    }

    /// The system's clock was set.
    pub fn stepped(&self, step_s: f64) {
        let mut stepped = self.stepped.lock().unwrap_or_else(PoisonError::into_inner);
        *stepped = Some((Instant::now(), step_s));
    }

    /// Whether it was set in the last ten minutes.
    pub fn was_stepped(&self) -> bool {
        let stepped = self.stepped.lock().unwrap_or_else(PoisonError::into_inner);
        stepped.is_some_and(|(when, _)| when.elapsed().as_secs() < 600)
    }
}

/// A service that was raised: its threads run, nobody can reach it yet.
pub struct Raised {
    /// What all parts share.
    pub app: Arc<App>,
    /// Messages that go out, those first that were owed.
    pub outbox: UnboundedReceiver<Publication>,
}

/// What the log says besides what the engine makes of it.
struct Known {
    picture: Picture,
    windows: Windows,
    desk: Desk,
    ended: Vec<String>,
    revoked: Vec<String>,
}

impl Known {
    fn take(&mut self, seq: u64, entry: &Entry) {
        self.picture.apply(seq, entry);
        self.desk.apply(entry);
        match entry {
            Entry::Frame(frame) => {
                let window = self.windows.entry(frame.key.clone()).or_default();
                window.accept(frame.sequence);
            }
            Entry::Deed(deed) if deed.what == "sign_out" => {
                self.ended.push(deed.target.clone());
            }
            Entry::Deed(deed) if deed.what == "revoke" => self.revoked.push(deed.target.clone()),
            _ => {}
        }
    }
}

/// Raises a service: reads its log again and starts its threads.
///
/// # Errors
/// The configuration, the site, the people, the keys or the log are refused.
pub fn raise(config: Config) -> Result<Raised, ServiceError> {
    let (setup, places) = site(&config).map_err(ServiceError::Refused)?;
    let people = read_people(&config.people_file).map_err(ServiceError::Refused)?;
    let keys = read_keys(&config.keys_file, config.mode).map_err(ServiceError::Refused)?;
    let lines = setup.sensors.iter().map(|sensor| sensor.id.to_string());
    let sensors: BTreeSet<String> = lines.collect();
    if let Some(key) = keys.values().find(|key| !sensors.contains(&key.sensor)) {
        let (file, sensor) = (config.keys_file.display(), &key.sensor);
        return Err(ServiceError::Refused(format!(
            "{file}: `{sensor}` is no sensor of the site; name one of its sensors.toml"
        )));
    }
    let sessions = Sessions::new(
        &config.session_key(),
        config.session_h,
        !config.insecure_loopback,
    );
    let sessions = sessions.map_err(ServiceError::Refused)?;
    let open = OpenLog {
        mode: config.mode,
        quarantine: config.quarantine,
    };
    let refused = |error: &dyn std::fmt::Display| ServiceError::Refused(error.to_string());
    let mut journal =
        open_log(&config.log_folder(), &config.log_key(), open).map_err(|error| refused(&error))?;
    let reader = journal.reader();
    let begun = begin(journal.as_mut(), &config, &setup).map_err(|error| refused(&error))?;
    let run = run_name(&begun);
    let sinks: Arc<BTreeSet<String>> =
        Arc::new(config.sinks.iter().map(|sink| sink.id.clone()).collect());
    let mut known = Known {
        picture: Picture::new(setup.clone(), places.clone(), sinks.clone()),
        windows: Windows::default(),
        desk: Desk::default(),
        ended: Vec::new(),
        revoked: Vec::new(),
    };
    // The engine lives as long as the program: so does what it was started with.
    let lasting: &'static Setup = Box::leak(Box::new((*setup).clone()));
    let fold = Fold::new(lasting, &config.sender, &run).map_err(ServiceError::Refused)?;
    let recovered = recover(reader.as_ref(), fold, &mut |seq, entry| {
        known.take(seq, entry)
    })
    .map_err(|error| refused(&error))?;
    known
        .ended
        .iter()
        .for_each(|session| drop(sessions.end(session)));
    let clock = Arc::new(Clock::new(config.follow_reports, recovered.latest));
    let metrics = Arc::new(Metrics::default());
    let hub = Arc::new(Hub::new(known.picture, reader, metrics.clone()));
    let (outbox_in, outbox) = unbounded_channel();
    for (publication, _) in hub.look(Picture::owed) {
        // The receiver is here: it cannot be gone.
        drop(outbox_in.send((*publication).clone()));
    }
    let remarks = remarks(&recovered, journal.mended());
    let (writer, brain) = threads(Threads {
        journal,
        recovered,
        hub: hub.clone(),
        metrics: metrics.clone(),
        outbox: outbox_in,
        brain_max: config.intake.queue_records as usize + INBOX_MAX,
    })?;
    for text in remarks {
        tracing::warn!(text, "found when the log was read");
        let remark = Remark {
            wall: UtcTime(wall()),
            what: "recovery".into(),
            text,
        };
        writer
            .note(Entry::Remark(remark))
            .map_err(|error| refused(&error))?;
    }
    let gate = Gate::new(GateParts {
        mode: config.mode,
        intake: config.intake.clone(),
        certificates: !config.insecure_loopback,
        keys,
        windows: known.windows,
        clock: clock.clone(),
        writer: writer.clone(),
        metrics: metrics.clone(),
    });
    for sensor in &known.revoked {
        gate.revoke(sensor);
    }
    let app = App {
        setup,
        hub,
        gate,
        writer,
        brain,
        desk: tokio::sync::Mutex::new(known.desk),
        people,
        sessions,
        clock,
        metrics,
        pulse: Pulse::default(),
        places,
        sinks,
        looking_back: Semaphore::new(LOOKING_BACK_MAX),
        signing_in: Semaphore::new(SIGNING_IN_MAX),
        stop: watch::channel(false).0,
        config,
    };
    Ok(Raised {
        app: Arc::new(app),
        outbox,
    })
}

/// The site: what the engine is started with, and the places around.
fn site(config: &Config) -> Result<(Arc<Setup>, Arc<Places>), String> {
    let folder = config.site.display();
    let loaded = load_recording(&config.site).map_err(|error| format!("{folder}: {error}"))?;
    for warning in &loaded.warnings {
        tracing::warn!(%warning, "left out");
    }
    let mut setup = loaded.setup;
    if setup.mode != config.mode {
        return Err(format!(
            "{folder}/recording.toml: mode is `{}`, the service's is `{}`; nothing is mixed",
            setup.mode.word(),
            config.mode.word()
        ));
    }
    if setup.release_rule.take().is_some() {
        tracing::warn!(
            "the site's release_rule is left out: two releasers must approve the rule here"
        );
    }
    setup.seed = config.seed;
    if loaded.gazetteer {
        setup.gazetteer = forewarn_formats::gazetteer::load();
    }
    let places = match &loaded.places {
        Some(path) => Places::read(path)?,
        None => Places::default(),
    };
    Ok((Arc::new(setup), Arc::new(places)))
}

/// Writes the start of a new log, or of another go on one that is there; returns the first start.
fn begin(
    journal: &mut dyn Journal,
    config: &Config,
    setup: &Setup,
) -> Result<Start, crate::spine::JournalError> {
    let start = Start {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        mode: Word(config.mode),
        wall: UtcTime(wall()),
        setup_sha256: hex::sha256(format!("{setup:?}").as_bytes()),
    };
    let begun = first(journal.reader().as_ref())?;
    journal.append(&[Entry::Start(start.clone()).encode()])?;
    Ok(begun.unwrap_or(start))
}

fn remarks(recovered: &Recovered<'_>, mended: Option<String>) -> Vec<String> {
    let (count, told) = &recovered.differing;
    let differs = (*count > 0).then(|| {
        format!(
            "this version concludes {count} things otherwise than they stand in the log, which stays as it is: {}",
            told.join("; ")
        )
    });
    mended.into_iter().chain(differs).collect()
}

struct Threads {
    journal: Box<dyn Journal>,
    recovered: Recovered<'static>,
    hub: Arc<Hub>,
    metrics: Arc<Metrics>,
    outbox: tokio::sync::mpsc::UnboundedSender<Publication>,
    brain_max: usize,
}

fn threads(parts: Threads) -> Result<(WriterHandle, SyncSender<Job>), ServiceError> {
    let (to_writer, inbox) = sync_channel(INBOX_MAX);
    // The engine may have all waiting frames and more: the writer never waits for it while the
    // engine waits for the writer.
    let (to_brain, jobs) = sync_channel(parts.brain_max);
    let writer = Writer {
        journal: parts.journal,
        inbox,
        brain: to_brain.clone(),
        outbox: parts.outbox,
        hub: parts.hub,
        metrics: parts.metrics.clone(),
    };
    let brain = Brain {
        fold: parts.recovered.fold,
        jobs,
        writer: to_writer.clone(),
        metrics: parts.metrics,
    };
    let spawn = |name: &str, work: Box<dyn FnOnce() + Send>| {
        let builder = std::thread::Builder::new().name(name.into());
        builder
            .spawn(work)
            .map_err(|error| ServiceError::Internal(format!("no thread for the {name}: {error}")))
    };
    spawn("log", Box::new(move || writer.run()))?;
    spawn("engine", Box::new(move || brain.run()))?;
    let owed = parts.recovered.owed;
    if !owed.is_empty() {
        // What a crash kept from being written is written now, before anything new.
        drop(to_writer.send(ToWriter::Outputs(owed)));
    }
    Ok((WriterHandle::new(to_writer), to_brain))
}

impl App {
    /// The mode.
    pub fn mode(&self) -> Mode {
        self.config.mode
    }

    /// Engine time for people: what the log has reached, else what the clock says.
    pub fn now(&self) -> Epoch {
        self.clock.now().unwrap_or_else(wall)
    }

    /// Space left where the log is [bytes].
    pub fn disk_free_bytes(&self) -> u64 {
        free_bytes(&self.config.data)
    }
}

fn free_bytes(folder: &Path) -> u64 {
    rustix::fs::statvfs(folder).map_or(0, |stat| stat.f_bavail.saturating_mul(stat.f_frsize))
}

//! How the service is raised from its files and its log.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};

use forewarn_core::engine::Setup;
use forewarn_formats::config::load_recording;
use forewarn_formats::words::{UtcTime, Word};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{Semaphore, watch};

use crate::app::{App, Pulse, ServiceError};
use crate::clock::{Clock, wall};
use crate::config::Config;
use crate::entry::{Entry, Publication, Remark, Start};
use crate::hex;
use crate::ingest::{Gate, GateParts, Keys, Windows, read_keys};
use crate::metrics::Metrics;
use crate::people::{Desk, People, Sessions, read_people};
use crate::picture::{Picture, Places};
use crate::spine::{
    Brain, Fold, Hub, Job, Journal, JournalReader, OpenLog, Recovered, ToWriter, Writer,
    WriterHandle, first, open_log, recover, run_name,
};

/// Things that may wait for the log besides what waits for the engine.
const INBOX_MAX: usize = 4_096;
/// How many may look back in time at once: each folds the log.
const LOOKING_BACK_MAX: usize = 2;
/// How many secrets are checked at once: each takes 19 MiB.
const SIGNING_IN_MAX: usize = 4;

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

/// What the service is told by files.
struct Files {
    setup: Arc<Setup>,
    places: Arc<Places>,
    people: People,
    keys: Keys,
    sessions: Sessions,
}

/// Raises a service: reads its log again and starts its threads.
///
/// # Errors
/// The configuration, the site, the people, the keys or the log are refused.
pub fn raise(config: Config) -> Result<Raised, ServiceError> {
    let files = read_files(&config).map_err(ServiceError::Refused)?;
    let sinks = config.sinks.iter().map(|sink| sink.id.clone());
    let sinks: Arc<BTreeSet<String>> = Arc::new(sinks.collect());
    let open = OpenLog {
        mode: config.mode,
        quarantine: config.quarantine,
    };
    let mut journal = open_log(&config.log_folder(), &config.log_key(), open).map_err(refused)?;
    let begun = begin(journal.as_mut(), &config, &files.setup).map_err(refused)?;
    let reader = journal.reader();
    let (recovered, known) = reread(reader.as_ref(), &config, &files, &sinks, &run_name(&begun))?;
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
    note(&writer, remarks).map_err(refused)?;
    let gate = Gate::new(GateParts {
        mode: config.mode,
        intake: config.intake.clone(),
        certificates: !config.insecure_loopback,
        keys: files.keys,
        windows: known.windows,
        clock: clock.clone(),
        writer: writer.clone(),
        metrics: metrics.clone(),
    });
    known.revoked.iter().for_each(|sensor| {
        gate.revoke(sensor);
    });
    let app = App {
        setup: files.setup,
        hub,
        gate,
        writer,
        brain,
        desk: tokio::sync::Mutex::new(known.desk),
        people: files.people,
        sessions: files.sessions,
        clock,
        metrics,
        pulse: Pulse::default(),
        places: files.places,
        sinks,
        looking_back: Semaphore::new(LOOKING_BACK_MAX),
        signing_in: Semaphore::new(SIGNING_IN_MAX),
        stop: watch::channel(false).0,
        config,
    };
    let app = Arc::new(app);
    Ok(Raised { app, outbox })
}

fn refused(error: impl std::fmt::Display) -> ServiceError {
    ServiceError::Refused(error.to_string())
}

fn read_files(config: &Config) -> Result<Files, String> {
    let (setup, places) = site(config)?;
    let people = read_people(&config.people_file)?;
    let keys = read_keys(&config.keys_file, config.mode)?;
    let sensors = setup.sensors.iter().map(|sensor| sensor.id.to_string());
    let sensors: BTreeSet<String> = sensors.collect();
    if let Some(key) = keys.values().find(|key| !sensors.contains(&key.sensor)) {
        let (file, sensor) = (config.keys_file.display(), &key.sensor);
        return Err(format!(
            "{file}: `{sensor}` is no sensor of the site; name one of its sensors.toml"
        ));
    }
    let sessions = Sessions::new(
        &config.session_key(),
        config.session_h,
        !config.insecure_loopback,
    )?;
    Ok(Files {
        setup,
        places,
        people,
        keys,
        sessions,
    })
}

/// Folds the log anew: what the engine makes of it, and what else it says.
fn reread(
    reader: &dyn JournalReader,
    config: &Config,
    files: &Files,
    sinks: &Arc<BTreeSet<String>>,
    run: &str,
) -> Result<(Recovered<'static>, Known), ServiceError> {
    let mut known = Known {
        picture: Picture::new(files.setup.clone(), files.places.clone(), sinks.clone()),
        windows: Windows::default(),
        desk: Desk::default(),
        ended: Vec::new(),
        revoked: Vec::new(),
    };
    // The engine lives as long as the program: so does what it was started with.
    let lasting: &'static Setup = Box::leak(Box::new((*files.setup).clone()));
    let fold = Fold::new(lasting, &config.sender, run).map_err(ServiceError::Refused)?;
    let recovered = recover(reader, fold, &mut |seq, entry| known.take(seq, entry));
    let recovered = recovered.map_err(refused)?;
    for session in &known.ended {
        drop(files.sessions.end(session));
    }
    Ok((recovered, known))
}

/// Writes down what was found when the log was read.
fn note(writer: &WriterHandle, remarks: Vec<String>) -> Result<(), crate::spine::SubmitError> {
    for text in remarks {
        tracing::warn!(text, "found when the log was read");
        writer.note(Entry::Remark(Remark {
            wall: UtcTime(wall()),
            what: "recovery".into(),
            text,
        }))?;
    }
    Ok(())
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
    outbox: UnboundedSender<Publication>,
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

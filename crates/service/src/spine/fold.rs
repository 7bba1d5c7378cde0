//! Inputs to outputs: the engine, the writer of events and the writer of messages as one fold.
//!
//! The same inputs give the same outputs, byte for byte: live and when the log is read again.

use std::collections::BTreeMap;

use forewarn_alerts::{AlertWriter, Message, Standing};
use forewarn_cap::Alert;
use forewarn_core::engine::{Engine, Setup};
use forewarn_core::model::{
    Action, ActionKind, Event, EventBody, Record, RejectionReason, ReleasedBy, Sensor, Warning,
    WarningAction,
};
use forewarn_formats::events::EventWriter;
use forewarn_formats::record::{Decoder, Spoken, decode_spoken};
use forewarn_formats::words::UtcTime;
use forewarn_physics::time::Epoch;
use serde_json::value::RawValue;

use crate::entry::{Approved, Entry, Event as EventEntry, Frame, Publication, SpokenWord, Step};
use crate::hex;

/// The two who release, as a public message calls them: names are in the log, not in public.
const RELEASERS: [&str; 2] = ["the duty releaser", "a second releaser"];

/// Engine and writers.
pub struct Fold<'a> {
    setup: &'a Setup,
    engine: Engine,
    events: EventWriter<'a>,
    alerts: AlertWriter,
    decoders: BTreeMap<String, Decoder>,
    /// Bytes that people approved and that go out with the engine's next word on the warning.
    approved: BTreeMap<String, Approved>,
    /// The newest content of warnings that people released, while it waits for them.
    waiting: BTreeMap<String, (Epoch, Warning)>,
    /// The input and the warning that was last taken back, in part or whole.
    taken_back: Option<(u64, String)>,
    /// Records of the last frame that could not be used.
    pub refused: u64,
}

/// A message that waits for people.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// What would be sent.
    pub message: Message,
    /// Engine time.
    pub time: Epoch,
    /// The revision of the warning that it tells.
    pub revision: u32,
    /// Whether anybody outside has heard of the warning, or would.
    pub public: bool,
}

impl<'a> Fold<'a> {
    /// A new engine. `sender` and `run` name the messages.
    ///
    /// # Errors
    /// The setup is refused.
    pub fn new(setup: &'a Setup, sender: &str, run: &str) -> Result<Self, String> {
        Ok(Self {
            setup,
            engine: Engine::new(setup.clone()).map_err(|error| error.to_string())?,
            events: EventWriter::new(setup),
            alerts: AlertWriter::new(setup).sent_by(sender, run),
            decoders: BTreeMap::new(),
            approved: BTreeMap::new(),
            waiting: BTreeMap::new(),
            taken_back: None,
            refused: 0,
        })
    }

    /// Engine time.
    pub fn time(&self) -> Option<Epoch> {
        self.engine.time()
    }

    /// The rule in force that releases confirmed warnings.
    pub fn release_rule(&self) -> Option<&str> {
        self.engine.release_rule()
    }

    /// Takes an input and returns what it led to; other entries lead to nothing.
    pub fn input(&mut self, of: u64, entry: &Entry) -> Vec<Entry> {
        let mut out = Vec::new();
        match entry {
            Entry::Frame(frame) => self.frame(of, frame, &mut out),
            Entry::Tick(tick) => self.record(of, &Record::Tick(tick.time.0), &mut out),
            Entry::Word(word) => self.word(of, word, &mut out),
            _ => {}
        }
        out
    }

    fn frame(&mut self, of: u64, frame: &Frame, out: &mut Vec<Entry>) {
        self.refused = 0;
        let sensors = &self.setup.sensors;
        let mut decoder = self
            .decoders
            .remove(&frame.sensor)
            .unwrap_or_else(|| Decoder::new(&format!("frame of {}", frame.sensor), sensors));
        for (line, number) in frame.lines.lines().zip(1..) {
            let Some(record) = decoder.decode(number, line.as_bytes()) else {
                continue;
            };
            let record = arrived(record, frame, sensors);
            self.refused += u64::from(matches!(record, Record::Unreadable { .. }));
            self.record(of, &record, out);
        }
        self.decoders.insert(frame.sensor.clone(), decoder);
    }

    fn word(&mut self, of: u64, word: &SpokenWord, out: &mut Vec<Entry>) {
        if let Some(approved) = &word.approved {
            self.approved
                .insert(approved.warning.clone(), approved.clone());
        }
        let spoken = match word.what.as_str() {
            "notice" => Spoken::Notice,
            "claim" => Spoken::Claim,
            _ => Spoken::Action,
        };
        for line in word.line.lines() {
            if let Some(record) = decode_spoken("what people said", spoken, line.as_bytes()) {
                self.record(of, &record, out);
            }
        }
        if let Some(approved) = &word.approved
            && approved.action == Step::Update
        {
            out.extend(self.update(of, approved).map(Entry::Publication));
        }
        // What was approved goes out now or never.
        self.approved.clear();
    }

    /// The newest content of a released warning, as people approved it.
    fn update(&mut self, of: u64, approved: &Approved) -> Option<Publication> {
        let (then, mut warning) = self.waiting.remove(&approved.warning)?;
        let time = self.engine.time()?;
        self.keep_newer(then, &warning, approved.revision);
        warning.revision = approved.revision;
        Some(match Alert::from_xml(&approved.bytes) {
            Ok(alert) => {
                let broken = self.alerts.publish(warning.warning, &alert);
                let released_by = approved.by.clone();
                let bytes = approved.bytes.clone();
                sent(of, time, &warning, (bytes, alert, broken), released_by)
            }
            Err(error) => unsent(of, time, &warning, error.to_string()),
        })
    }

    /// What is newer than what people approved waits for them.
    fn keep_newer(&mut self, time: Epoch, warning: &Warning, approved_revision: u32) {
        if warning.revision > approved_revision && !ends(warning) {
            let name = warning.warning.to_string();
            self.waiting.insert(name, (time, warning.clone()));
        }
    }

    fn record(&mut self, of: u64, record: &Record, out: &mut Vec<Entry>) {
        for event in self.engine.step(record) {
            let line = self.events.line(&event);
            let Ok(raw) = RawValue::from_string(line) else {
                continue;
            };
            out.push(Entry::Event(EventEntry { of, event: raw }));
            out.extend(self.publication(of, &event).map(Entry::Publication));
        }
    }

    /// What goes out with a warning event: what people approved, word for word, else what a rule
    /// or an earlier release lets out. Drafts stay inside, and so does the end of a draft.
    fn publication(&mut self, of: u64, event: &Event) -> Option<Publication> {
        let EventBody::Warning(warning) = &event.body else {
            return None;
        };
        let name = warning.warning.to_string();
        if ends(warning) {
            self.taken_back = Some((of, name.clone()));
            self.waiting.remove(&name);
        }
        let released_by = match warning.released_by.as_ref()? {
            ReleasedBy::People(people) => people.clone(),
            ReleasedBy::Rule(rule) => vec![format!("rule \"{rule}\"")],
        };
        if ends(warning) && !self.alerts.is_published(warning.warning) {
            return None;
        }
        let approved = self.approved.remove(&name);
        let approved = approved.filter(|approved| fits(approved.action, warning.action));
        if approved.is_none() && self.must_wait(of, warning, &name) {
            self.waiting.insert(name, (event.time, (**warning).clone()));
            return None;
        }
        self.waiting.remove(&name);
        let mut told = warning.clone();
        let (bytes, alert, mut broken) = match approved {
            Some(approved) => match Alert::from_xml(&approved.bytes) {
                Ok(alert) => {
                    self.keep_newer(event.time, warning, approved.revision);
                    told.revision = approved.revision;
                    (approved.bytes, alert, Vec::new())
                }
                Err(error) => return Some(unsent(of, event.time, warning, error.to_string())),
            },
            None => {
                let standing = Standing::Released { log_sequence: of };
                let message = self.alerts.compose(event.time, warning, standing);
                (
                    message.xml.unwrap_or_default(),
                    message.alert,
                    message.broken,
                )
            }
        };
        broken.extend(self.alerts.publish(warning.warning, &alert));
        Some(sent(
            of,
            event.time,
            &told,
            (bytes, alert, broken),
            released_by,
        ))
    }

    /// What people released, only people let change. But what stays of a warning of which a part was
    /// just taken back follows at once: otherwise all of it would seem to be over.
    fn must_wait(&self, of: u64, warning: &Warning, name: &str) -> bool {
        let by_people = matches!(warning.released_by, Some(ReleasedBy::People(_)));
        let remains = self
            .taken_back
            .as_ref()
            .is_some_and(|(then, what)| *then == of && what == name);
        by_people && !ends(warning) && !remains
    }

    /// The exact message that would go out if people did this now.
    ///
    /// # Errors
    /// There is no such warning, it cannot be done to it, or the message would break the rules.
    pub fn prepare(&self, warning: &str, step: Step, by: &str) -> Result<Prepared, String> {
        let time = self.engine.time().ok_or("nothing has been reported yet")?;
        let (content, public) = match step {
            Step::Update => {
                let waiting = self.waiting.get(warning);
                let (_, content) = waiting.ok_or_else(|| {
                    format!("there is nothing new about {warning} that waits to go out")
                })?;
                (content.clone(), true)
            }
            _ => self.previewed(warning, step, by)?,
        };
        let standing = if public {
            Standing::Released { log_sequence: 0 }
        } else {
            Standing::Draft
        };
        let message = self.alerts.compose(time, &content, standing);
        if message.broken.is_empty() {
            return Ok(Prepared {
                message,
                time,
                revision: content.revision,
                public,
            });
        }
        let broken = message.broken.join("; ");
        Err(format!(
            "the message would break the rules of CAP: {broken}"
        ))
    }

    /// What the engine would say if this were done, and whether anybody outside would hear it.
    fn previewed(&self, warning: &str, step: Step, by: &str) -> Result<(Warning, bool), String> {
        let (kind, people): (_, &[&str]) = match step {
            Step::Release | Step::Update => (ActionKind::Release, &RELEASERS),
            Step::Cancel => (ActionKind::Cancel, &[by]),
            Step::Retract => (ActionKind::Retract, &[by]),
        };
        let time = self.engine.time().ok_or("nothing has been reported yet")?;
        let actions: Vec<Action> = people
            .iter()
            .map(|by| Action {
                id: "preview".into(),
                time,
                by: (*by).to_owned(),
                kind,
                target: warning.to_owned(),
            })
            .collect();
        let said = self.engine.preview(&actions);
        let content = said
            .into_iter()
            .rev()
            .find(|said| said.warning.to_string() == warning && fits(step, said.action));
        let content = content.ok_or_else(|| {
            format!("{warning} is not open, or was released before; look at its state")
        })?;
        let public = content.released_by.is_some()
            && (!ends(&content) || self.alerts.is_published(content.warning));
        Ok((content, public))
    }
}

/// A report with its arrival; one that names another sensor than its frame's is refused.
fn arrived(record: Record, frame: &Frame, sensors: &[Sensor]) -> Record {
    let Record::Report(mut report) = record else {
        return record;
    };
    let sensor = sensors.get(usize::from(report.sensor.0));
    if sensor.is_none_or(|sensor| *sensor.id != *frame.sensor) {
        let named = sensor.map_or("", |sensor| &sensor.id);
        return Record::Unreadable {
            id: report.id,
            reason: RejectionReason::UnknownSensor,
            detail: format!(
                "the record is of `{named}`, but its frame is signed by `{}`; each sensor signs its own",
                frame.sensor
            ),
        };
    }
    report.received = Some(frame.received.0);
    Record::Report(report)
}

fn ends(warning: &Warning) -> bool {
    matches!(
        warning.action,
        WarningAction::Cancel | WarningAction::Retract
    )
}

/// Whether what people did leads to this step of the warning.
fn fits(step: Step, said: WarningAction) -> bool {
    match step {
        Step::Release => matches!(said, WarningAction::Issue | WarningAction::Update),
        Step::Update => false,
        Step::Cancel => said == WarningAction::Cancel,
        Step::Retract => said == WarningAction::Retract,
    }
}

/// A message that goes out.
fn sent(
    of: u64,
    time: Epoch,
    warning: &Warning,
    (bytes, alert, broken): (String, Alert, Vec<String>),
    released_by: Vec<String>,
) -> Publication {
    Publication {
        of,
        key: alert.identifier,
        warning: warning.warning.to_string(),
        revision: warning.revision,
        action: warning.action.word().to_owned(),
        file: file_name(warning),
        sha256: hex::sha256(bytes.as_bytes()),
        bytes,
        time: UtcTime(time),
        released_by,
        broken,
    }
}

fn file_name(warning: &Warning) -> String {
    let (id, action) = (warning.warning, warning.action.word());
    format!("{id}-{:03}-{action}.xml", warning.revision)
}

fn unsent(of: u64, time: Epoch, warning: &Warning, why: String) -> Publication {
    Publication {
        of,
        key: format!("unsent-{of}"),
        warning: warning.warning.to_string(),
        revision: warning.revision,
        action: warning.action.word().to_owned(),
        file: file_name(warning),
        bytes: String::new(),
        sha256: hex::sha256(b""),
        time: UtcTime(time),
        released_by: Vec::new(),
        broken: vec![why],
    }
}

//! Warnings as CAP 1.2 messages. A run writes drafts, exercises or tests; only a live service
//! writes `Actual`, and only with the proof of a release that stands in its log.

mod areas;
mod text;

use std::collections::BTreeMap;

use forewarn_cap::{
    Alert, Category, Certainty, Finding, Grade, Info, MsgType, NamedValue, Reference, ResponseType,
    Scope, Sequence, Severity, Status, Time, Urgency, check, check_xml,
};
use forewarn_core::engine::{ProtectedArea, Setup};
use forewarn_core::model::{Event, EventBody, Mode, Warning, WarningAction, WarningId};
use forewarn_physics::time::{Epoch, after, format_utc};

/// Nobody's address (RFC 2606): a draft is not sent, and must not look as if somebody had.
const SENDER: &str = "drafts@forewarn.invalid";
/// How long after the first impact a warning lasts, unless it is updated [s].
const LASTS_AFTER_IMPACT_S: f64 = 1_800.0;
/// How long a warning lasts that can name no impact, and any cancel [s].
const LASTS_S: f64 = 3_600.0;

/// A message and what is wrong with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Name of its file.
    pub file: String,
    /// The message before it is text.
    pub alert: Alert,
    /// Its text; none where the rules refuse it.
    pub xml: Option<String>,
    /// Rules that it breaks.
    pub broken: Vec<String>,
    /// Why its areas had to be drawn as circles, if they had.
    pub redrawn: Option<String>,
    /// Where it applies, in words.
    pub areas: Vec<String>,
}

/// How far a message may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has released it: a live or replayed warning is `Draft`.
    Draft,
    /// A release of it stands in the log under this sequence number: a live warning is `Actual`.
    Released {
        /// Sequence number of the release, or of the prepared release that it will confirm.
        log_sequence: u64,
    },
}

impl Standing {
    /// The status of a message of a mode. Only live and released together are `Actual`.
    pub fn status(self, mode: Mode) -> Status {
        match (mode, self) {
            (Mode::Live, Self::Released { .. }) => Status::Actual,
            (Mode::Live | Mode::Replay, _) => Status::Draft,
            (Mode::Exercise, _) => Status::Exercise,
            (Mode::Test, _) => Status::Test,
        }
    }
}

/// Turns the warnings of one run into messages, each referring to the one before it.
#[derive(Debug, Clone)]
pub struct AlertWriter {
    sender: String,
    start: Option<Epoch>,
    protected_areas: Vec<ProtectedArea>,
    run: Option<String>,
    last: BTreeMap<WarningId, Reference>,
    sequence: Sequence,
}

impl AlertWriter {
    /// For one run, whose messages are not sent.
    pub fn new(setup: &Setup) -> Self {
        Self {
            sender: SENDER.to_owned(),
            start: setup.start,
            protected_areas: setup.protected_areas.clone(),
            run: None,
            last: BTreeMap::new(),
            sequence: Sequence::new(),
        }
    }

    /// For a service: who sends, and the name of its run, which every identifier carries.
    #[must_use]
    pub fn sent_by(mut self, sender: &str, run: &str) -> Self {
        self.sender = sender.to_owned();
        self.run = Some(run.to_owned());
        self
    }

    /// The message of an event; none where it is no warning. Later ones refer to it.
    pub fn message(&mut self, event: &Event) -> Option<Message> {
        let EventBody::Warning(warning) = &event.body else {
            return None;
        };
        let started = self.start.unwrap_or(event.time);
        self.run.get_or_insert_with(|| digits(started));
        let mut message = self.compose(event.time, warning, Standing::Draft);
        message.broken.splice(0..0, self.follow(&message.alert));
        if message.xml.is_some() {
            let reference = message.alert.reference();
            self.last.insert(warning.warning, reference);
        }
        Some(message)
    }

    /// The message of a warning, judged alone; nothing refers to it until [`Self::publish`].
    pub fn compose(&self, time: Epoch, warning: &Warning, standing: Standing) -> Message {
        let mut alert = self.alert(time, warning, standing.status(warning.mode));
        let redrawn = self.redraw(&mut alert, warning);
        let revision = warning.revision;
        let file = format!(
            "{}-{revision:03}-{}.xml",
            warning.warning,
            warning.action.word()
        );
        let (xml, broken) = match alert.to_xml() {
            Ok(xml) => {
                let broken = errors(check_xml(&xml));
                (Some(xml), broken)
            }
            Err(invalid) => (None, errors(invalid.findings)),
        };
        let areas = alert.infos.iter().flat_map(|info| &info.areas);
        Message {
            file,
            xml,
            broken,
            redrawn,
            areas: areas.map(|area| area.area_desc.clone()).collect(),
            alert,
        }
    }

    /// A message goes out: later ones refer to it. Says which rules of sequence it breaks.
    pub fn publish(&mut self, warning: WarningId, alert: &Alert) -> Vec<String> {
        let broken = self.follow(alert);
        self.last.insert(warning, alert.reference());
        broken
    }

    /// Whether a message about this warning went out.
    pub fn is_published(&self, warning: WarningId) -> bool {
        self.last.contains_key(&warning)
    }

    fn follow(&mut self, alert: &Alert) -> Vec<String> {
        errors(self.sequence.check(alert))
    }

    /// A shape that the rules refuse becomes a circle around it: too large an area is better than
    /// no warning.
    fn redraw(&self, alert: &mut Alert, warning: &Warning) -> Option<String> {
        let wrong = check(alert)
            .into_iter()
            .find(|finding| finding.grade == Grade::Error && finding.path.contains("/area["))?;
        for info in &mut alert.infos {
            info.areas = areas::circles(&warning.areas, &self.protected_areas);
        }
        Some(wrong.to_string())
    }

    fn alert(&self, time: Epoch, warning: &Warning, status: Status) -> Alert {
        let identifier = format!(
            "forewarn-{}-{}-{}-{}",
            warning.mode.word(),
            self.run.as_deref().unwrap_or("0"),
            warning.warning,
            warning.revision
        );
        let kind = match warning.action {
            WarningAction::Issue => MsgType::Alert,
            // Where the first message was refused, the next is the first that anybody sees.
            WarningAction::Update if !self.last.contains_key(&warning.warning) => MsgType::Alert,
            WarningAction::Update => MsgType::Update,
            WarningAction::Cancel | WarningAction::Retract => MsgType::Cancel,
        };
        let mut alert = Alert::new(
            &identifier,
            &self.sender,
            Time::floor(time),
            status,
            kind,
            Scope::Public,
        );
        alert.source = Some(format!("forewarn {}", env!("CARGO_PKG_VERSION")));
        alert.note = Some(text::note(warning, status));
        alert.references = self
            .last
            .get(&warning.warning)
            .cloned()
            .into_iter()
            .collect();
        alert.infos.push(self.info(time, warning, status));
        if warning.action == WarningAction::Retract {
            alert.mark_retraction();
        }
        alert
    }

    fn info(&self, time: Epoch, warning: &Warning, status: Status) -> Info {
        let over = matches!(
            warning.action,
            WarningAction::Cancel | WarningAction::Retract
        );
        let (urgency, severity) = if over {
            (Urgency::Past, Severity::Minor)
        } else {
            (Urgency::Immediate, Severity::Extreme)
        };
        let certainty = match warning.action {
            WarningAction::Issue | WarningAction::Update => Certainty::Likely,
            WarningAction::Cancel => Certainty::Observed,
            WarningAction::Retract => Certainty::Unlikely,
        };
        let mut info = Info::new(
            Category::Security,
            "Missile warning",
            urgency,
            severity,
            certainty,
        );
        info.language = Some("en-GB".into());
        info.response_types = if over {
            vec![ResponseType::AllClear]
        } else {
            vec![ResponseType::Shelter, ResponseType::Monitor]
        };
        let lasts_s = match warning.time_left_s {
            Some(left_s) if !over => left_s.max(0.0) + LASTS_AFTER_IMPACT_S,
            _ => LASTS_S,
        };
        info.expires = Some(Time::ceil(after(time, lasts_s)));
        info.sender_name = Some("Forewarn".into());
        info.headline = Some(text::headline(warning, status));
        info.description = Some(text::description(time, warning, status));
        info.instruction = Some(text::instruction(warning.action).into());
        info.parameters = parameters(warning);
        info.areas = areas::areas(&warning.areas, &self.protected_areas);
        info
    }
}

fn errors(findings: Vec<Finding>) -> Vec<String> {
    let wrong = findings
        .into_iter()
        .filter(|finding| finding.grade == Grade::Error);
    wrong.map(|finding| finding.to_string()).collect()
}

fn parameters(warning: &Warning) -> Vec<NamedValue> {
    let objects: Vec<String> = warning.objects.iter().map(ToString::to_string).collect();
    let mut parameters = vec![
        NamedValue::new("forewarn:warning", &warning.warning.to_string()),
        NamedValue::new("forewarn:revision", &warning.revision.to_string()),
        NamedValue::new("forewarn:mode", warning.mode.word()),
        NamedValue::new("forewarn:count", &warning.objects.len().to_string()),
    ];
    if !objects.is_empty() {
        parameters.push(NamedValue::new("forewarn:objects", &objects.join(" ")));
    }
    parameters
}

/// A time as digits alone, such as `20260301T120000`.
fn digits(time: Epoch) -> String {
    let text = format_utc(time);
    let seconds = text.split(['.', 'Z']).next().unwrap_or_default();
    seconds
        .chars()
        .filter(|character| character.is_ascii_alphanumeric())
        .collect()
}

#[cfg(test)]
mod tests;

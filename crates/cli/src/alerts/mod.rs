//! Warnings of a run as CAP 1.2 messages: always drafts, exercises or tests. Only a live service
//! writes `Actual`, after a logged release.

mod areas;
mod text;

use std::collections::BTreeMap;

use forewarn_cap::{
    Alert, Category, Certainty, Finding, Grade, Info, MsgType, NamedValue, Reference, ResponseType,
    Scope, Sequence, Severity, Status, Time, Urgency, check, check_xml,
};
use forewarn_core::engine::Setup;
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
pub(crate) struct Message {
    /// Name of its file.
    pub(crate) file: String,
    /// Its text; none where the rules refuse it.
    pub(crate) xml: Option<String>,
    /// Rules that it breaks.
    pub(crate) broken: Vec<String>,
    /// Why its areas had to be drawn as circles, if they had.
    pub(crate) redrawn: Option<String>,
}

/// Turns the warnings of one run into messages, each referring to the one before it.
pub(crate) struct AlertWriter<'a> {
    setup: &'a Setup,
    run: Option<String>,
    last: BTreeMap<WarningId, Reference>,
    sequence: Sequence,
}

impl<'a> AlertWriter<'a> {
    pub(crate) fn new(setup: &'a Setup) -> Self {
        Self {
            setup,
            run: None,
            last: BTreeMap::new(),
            sequence: Sequence::new(),
        }
    }

    /// The message of an event; none where it is no warning.
    pub(crate) fn message(&mut self, event: &Event) -> Option<Message> {
        let EventBody::Warning(warning) = &event.body else {
            return None;
        };
        let mut alert = self.alert(event.time, warning);
        let redrawn = self.redraw(&mut alert, warning);
        let revision = warning.revision;
        let file = format!(
            "{}-{revision:03}-{}.xml",
            warning.warning,
            warning.action.word()
        );
        let mut broken = errors(self.sequence.check(&alert));
        let xml = match alert.to_xml() {
            Ok(xml) => {
                broken.extend(errors(check_xml(&xml)));
                self.last.insert(warning.warning, alert.reference());
                Some(xml)
            }
            Err(invalid) => {
                broken.extend(errors(invalid.findings));
                None
            }
        };
        Some(Message {
            file,
            xml,
            broken,
            redrawn,
        })
    }

    /// A shape that the rules refuse becomes a circle around it: too large an area is better than
    /// no warning.
    fn redraw(&self, alert: &mut Alert, warning: &Warning) -> Option<String> {
        let wrong = check(alert)
            .into_iter()
            .find(|finding| finding.grade == Grade::Error && finding.path.contains("/area["))?;
        for info in &mut alert.infos {
            info.areas = areas::circles(&warning.areas, &self.setup.protected_areas);
        }
        Some(wrong.to_string())
    }

    fn alert(&mut self, time: Epoch, warning: &Warning) -> Alert {
        let started = self.setup.start.unwrap_or(time);
        let run = self.run.get_or_insert_with(|| digits(started));
        let identifier = format!(
            "forewarn-{}-{run}-{}-{}",
            warning.mode.word(),
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
        let status = match warning.mode {
            Mode::Live | Mode::Replay => Status::Draft,
            Mode::Exercise => Status::Exercise,
            Mode::Test => Status::Test,
        };
        let mut alert = Alert::new(
            &identifier,
            SENDER,
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
        info.areas = areas::areas(&warning.areas, &self.setup.protected_areas);
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

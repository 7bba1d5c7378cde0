//! Rules over a sequence of messages: identifiers used twice, references to messages that never
//! came, that were cancelled, or that differ in status.

use std::collections::BTreeMap;

use crate::rules::{Finding, Findings, Key};
use crate::time::Time;
use crate::types::{Alert, MsgType, Reference, Scope, Status};

/// Remembers every message it was shown: about a hundred bytes each, for as long as it lives,
/// since an identifier must never come again.
#[derive(Debug, Clone, Default)]
pub struct Sequence {
    seen: BTreeMap<(String, String), Seen>,
}

#[derive(Debug, Clone)]
struct Seen {
    sent: Time,
    status: Status,
    scope: Scope,
    cancelled: bool,
}

impl Sequence {
    /// Nothing seen yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many messages were seen.
    pub fn len(&self) -> usize {
        self.seen.len()
    }

    /// Whether no message was seen.
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    /// Judges the next message against those before it, then remembers it; rules for a message
    /// alone are [`crate::check`]'s. A message whose identifier was used is not remembered.
    pub fn check(&mut self, alert: &Alert) -> Vec<Finding> {
        let mut findings = Findings::default();
        let key = (alert.sender.clone(), alert.identifier.clone());
        if let Some(seen) = self.seen.get(&key) {
            let message = format!("`{}` was used at {}", alert.identifier, seen.sent);
            findings.add(Key::Reused, "alert/identifier[1]", message);
            return findings.0;
        }
        for reference in &alert.references {
            self.check_reference(alert, reference, &mut findings);
        }
        // A message that is refused cancels nothing.
        let refused = findings
            .0
            .iter()
            .any(|finding| finding.grade == crate::rules::Grade::Error);
        if alert.msg_type == MsgType::Cancel && !refused {
            self.cancel(&alert.references);
        }
        let seen = Seen {
            sent: alert.sent,
            status: alert.status,
            scope: alert.scope,
            cancelled: false,
        };
        self.seen.insert(key, seen);
        findings.0
    }

    fn check_reference(&self, alert: &Alert, reference: &Reference, findings: &mut Findings) {
        const PATH: &str = "alert/references[1]";
        let Some(seen) = self
            .seen
            .get(&(reference.sender.clone(), reference.identifier.clone()))
        else {
            findings.add(
                Key::ReferenceUnseen,
                PATH,
                format!("`{reference}` was never seen"),
            );
            return;
        };
        let changes = matches!(alert.msg_type, MsgType::Update | MsgType::Cancel);
        let mut require = |holds: bool, key: Key, message: &str| {
            findings.require(holds, key, PATH, || format!("`{reference}` {message}"));
        };
        require(
            seen.sent.unix_s() == reference.sent.unix_s(),
            Key::ReferenceSent,
            "was sent at another time",
        );
        require(
            !(changes && seen.cancelled),
            Key::AfterCancel,
            "was cancelled before",
        );
        require(
            seen.status == alert.status,
            Key::StatusMixed,
            "has another status",
        );
        require(
            !changes || reference.sender == alert.sender,
            Key::SenderMixed,
            "is of another sender",
        );
        require(
            !changes || seen.scope == alert.scope,
            Key::ScopeMixed,
            "has another scope",
        );
    }

    fn cancel(&mut self, references: &[Reference]) {
        for reference in references {
            if let Some(seen) = self
                .seen
                .get_mut(&(reference.sender.clone(), reference.identifier.clone()))
            {
                seen.cancelled = true;
            }
        }
    }
}

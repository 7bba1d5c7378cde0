//! Message types, references, retraction, audience.

use super::identity::is_name;
use super::{Findings, Key};
use crate::retract;
use crate::types::{Alert, MsgType, Reference, Scope};

const REFERENCES: &str = "alert/references[1]";
const MSG_TYPE: &str = "alert/msgType[1]";

pub(super) fn check(alert: &Alert, findings: &mut Findings) {
    check_type(alert, findings);
    for (index, reference) in alert.references.iter().enumerate() {
        check_reference(alert, index, reference, findings);
    }
    check_retraction(alert, findings);
    check_scope(alert, findings);
}

fn check_type(alert: &Alert, findings: &mut Findings) {
    let refers = !alert.references.is_empty();
    let kind = alert.msg_type;
    let noted = alert
        .note
        .as_ref()
        .is_some_and(|note| !note.trim().is_empty());
    let warns = matches!(kind, MsgType::Alert | MsgType::Update);
    findings.require(
        refers || kind == MsgType::Alert,
        Key::NeedsReference,
        MSG_TYPE,
        || format!("{kind} refers to nothing"),
    );
    findings.require(
        !refers || kind != MsgType::Alert,
        Key::AlertReference,
        REFERENCES,
        || "an Alert refers back".into(),
    );
    findings.require(
        noted || kind != MsgType::Error,
        Key::ErrorNote,
        MSG_TYPE,
        || "Error without `note`".into(),
    );
    findings.require(
        noted || kind != MsgType::Cancel,
        Key::CancelReason,
        MSG_TYPE,
        || "Cancel without `note`".into(),
    );
    findings.require(
        !warns || !alert.infos.is_empty(),
        Key::NoInfo,
        "alert",
        || format!("{kind} without `info`"),
    );
}

fn check_reference(alert: &Alert, index: usize, reference: &Reference, findings: &mut Findings) {
    let good = is_name(&reference.sender) && is_name(&reference.identifier);
    findings.require(good, Key::ReferenceCharacters, REFERENCES, || {
        format!("`{reference}`")
    });
    let same = reference.identifier == alert.identifier && reference.sender == alert.sender;
    findings.require(!same, Key::ReferenceSelf, REFERENCES, || {
        format!("`{reference}` is this message")
    });
    let earlier = reference.sent.unix_s() <= alert.sent.unix_s();
    findings.require(earlier, Key::ReferenceFuture, REFERENCES, || {
        format!("`{reference}` was sent after {}", alert.sent)
    });
    let repeated = alert.references[..index]
        .iter()
        .any(|other| other.sender == reference.sender && other.identifier == reference.identifier);
    findings.require(!repeated, Key::ReferenceTwice, REFERENCES, || {
        format!("`{reference}` again")
    });
}

fn check_retraction(alert: &Alert, findings: &mut Findings) {
    let mark = retract::marks(alert);
    if !mark.any {
        return;
    }
    let cancels = alert.msg_type == MsgType::Cancel;
    findings.require(cancels, Key::RetractType, MSG_TYPE, || {
        format!("{} is marked as a retraction", alert.msg_type)
    });
    findings.require(mark.everywhere, Key::RetractMark, "alert", || {
        "the marks disagree".to_owned()
    });
}

fn check_scope(alert: &Alert, findings: &mut Findings) {
    let scope = "alert/scope[1]";
    let restricted = alert.restriction.is_some();
    let needs = alert.scope == Scope::Restricted;
    findings.require(restricted || !needs, Key::Restriction, scope, || {
        "Restricted without `restriction`".to_owned()
    });
    findings.require(
        !restricted || needs,
        Key::RestrictionIdle,
        "alert/restriction[1]",
        || format!("scope is {}", alert.scope),
    );
    let addressed = !alert.addresses.is_empty() || alert.scope != Scope::Private;
    findings.require(addressed, Key::Addresses, scope, || {
        "Private without `addresses`".to_owned()
    });
    let warns =
        matches!(alert.msg_type, MsgType::Alert | MsgType::Update) && alert.scope == Scope::Public;
    for (index, info) in alert.infos.iter().enumerate() {
        let path = super::child("alert", "info", index);
        findings.require(
            !warns || !info.areas.is_empty(),
            Key::PublicArea,
            &path,
            || "no `area`".to_owned(),
        );
    }
}

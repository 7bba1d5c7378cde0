//! Identifiers, senders, codes and the characters of every text.

use super::{Findings, Key, child};
use crate::tree::is_xml_char;
use crate::types::{Alert, Info};

pub(super) fn check(alert: &Alert, findings: &mut Findings) {
    check_name(
        &alert.identifier,
        Key::Identifier,
        "alert/identifier[1]",
        findings,
    );
    check_name(&alert.sender, Key::Sender, "alert/sender[1]", findings);
    let unique = alert.sender.contains(['@', '.', ':']);
    findings.require(unique, Key::SenderUnique, "alert/sender[1]", || {
        format!("`{}` is a bare word", alert.sender)
    });
    check_lists(alert, findings);
    for text in texts(alert) {
        check_characters(&text, findings);
        let blank = text.value.trim().is_empty() && text.blank_matters;
        findings.require(!blank, Key::Blank, &text.path, || {
            "only white space".to_owned()
        });
    }
}

/// Whether a text can be an identifier or a sender.
pub(super) fn is_name(text: &str) -> bool {
    let bad = |character: char| {
        matches!(character, ',' | '<' | '&') || character.is_whitespace() || character.is_control()
    };
    !text.is_empty() && !text.contains(bad)
}

fn check_name(name: &str, key: Key, path: &str, findings: &mut Findings) {
    findings.require(is_name(name), key, path, || {
        format!("`{name}` is empty or has a forbidden character")
    });
}

fn check_lists(alert: &Alert, findings: &mut Findings) {
    for (index, code) in alert.codes.iter().enumerate() {
        let good = !code.is_empty() && !code.contains(char::is_whitespace);
        findings.require(good, Key::CodeForm, &child("alert", "code", index), || {
            format!("code `{code}`")
        });
    }
    let lists = [
        ("alert/addresses[1]", &alert.addresses),
        ("alert/incidents[1]", &alert.incidents),
    ];
    for (path, items) in lists {
        for item in items {
            let good = !item.trim().is_empty() && !item.contains('"');
            findings.require(good, Key::CodeForm, path, || format!("item `{item}`"));
        }
    }
}

/// One text of a message and where it stands.
pub(super) struct Text<'a> {
    pub(super) path: String,
    pub(super) value: &'a str,
    /// Whether people read it.
    pub(super) public: bool,
    /// Whether no other rule asks that it be filled.
    pub(super) blank_matters: bool,
}

/// Every text of a message.
pub(super) fn texts(alert: &Alert) -> Vec<Text<'_>> {
    let mut out = Vec::new();
    let mut add = |path: String, value, public, blank_matters| {
        out.push(Text {
            path,
            value,
            public,
            blank_matters,
        })
    };
    add(
        "alert/identifier[1]".into(),
        &alert.identifier,
        false,
        false,
    );
    add("alert/sender[1]".into(), &alert.sender, false, false);
    let options = [
        ("source", &alert.source),
        ("restriction", &alert.restriction),
        ("note", &alert.note),
    ];
    for (name, value) in options {
        if let Some(value) = value {
            add(format!("alert/{name}[1]"), value, name == "note", true);
        }
    }
    for (index, code) in alert.codes.iter().enumerate() {
        add(child("alert", "code", index), code, false, false);
    }
    alert
        .addresses
        .iter()
        .for_each(|item| add("alert/addresses[1]".into(), item, false, false));
    alert
        .incidents
        .iter()
        .for_each(|item| add("alert/incidents[1]".into(), item, false, false));
    for (index, reference) in alert.references.iter().enumerate() {
        let path = if index == 0 {
            "alert/references[1]"
        } else {
            "alert/references[1]/further"
        };
        add(path.into(), &reference.sender, false, false);
        add(path.into(), &reference.identifier, false, false);
    }
    for (index, info) in alert.infos.iter().enumerate() {
        out.extend(info_texts(info, &child("alert", "info", index)));
    }
    out
}

fn info_texts<'a>(info: &'a Info, path: &str) -> Vec<Text<'a>> {
    let mut out = Vec::new();
    let mut add = |path: String, value, public, blank_matters| {
        out.push(Text {
            path,
            value,
            public,
            blank_matters,
        })
    };
    add(format!("{path}/event[1]"), info.event.as_str(), true, true);
    let options = [
        ("language", &info.language, false),
        ("audience", &info.audience, true),
        ("senderName", &info.sender_name, true),
        ("headline", &info.headline, true),
        ("description", &info.description, true),
        ("instruction", &info.instruction, true),
        ("web", &info.web, false),
        ("contact", &info.contact, true),
    ];
    for (name, value, public) in options {
        if let Some(value) = value {
            add(format!("{path}/{name}[1]"), value, public, true);
        }
    }
    let named = |name: &'static str,
                 values: &'a [crate::types::NamedValue],
                 parent: &str|
     -> Vec<(String, &'a str)> {
        let both = values.iter().enumerate().flat_map(|(index, value)| {
            let path = child(parent, name, index);
            [
                (path.clone(), value.value_name.as_str()),
                (path, value.value.as_str()),
            ]
        });
        both.collect()
    };
    for (path, value) in named("eventCode", &info.event_codes, path) {
        add(path, value, false, false);
    }
    for (path, value) in named("parameter", &info.parameters, path) {
        add(path, value, true, false);
    }
    for (index, resource) in info.resources.iter().enumerate() {
        let path = child(path, "resource", index);
        add(
            format!("{path}/resourceDesc[1]"),
            &resource.resource_desc,
            true,
            true,
        );
        add(
            format!("{path}/mimeType[1]"),
            &resource.mime_type,
            false,
            false,
        );
        for value in [&resource.uri, &resource.deref_uri, &resource.digest]
            .into_iter()
            .flatten()
        {
            add(path.clone(), value, false, true);
        }
    }
    for (index, area) in info.areas.iter().enumerate() {
        let path = child(path, "area", index);
        add(format!("{path}/areaDesc[1]"), &area.area_desc, true, true);
        for (path, value) in named("geocode", &area.geocodes, &path) {
            add(path, value, false, false);
        }
    }
    out
}

fn check_characters(text: &Text<'_>, findings: &mut Findings) {
    if let Some(bad) = text
        .value
        .chars()
        .find(|&character| !is_xml_char(character))
    {
        findings.add(
            Key::Characters,
            &text.path,
            format!("U+{:04X}", u32::from(bad)),
        );
    }
    let hides = |&character: &char| matches!(character, '\u{200b}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    if let Some(hidden) = text.value.chars().find(hides).filter(|_| text.public) {
        findings.add(
            Key::Hidden,
            &text.path,
            format!("U+{:04X}", u32::from(hidden)),
        );
    }
}

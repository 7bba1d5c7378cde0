//! Writing: only what the rules pass, always in the order of the schema.

use std::fmt::{Display, Write};

use thiserror::Error;

use crate::rules::{self, Finding, Grade};
use crate::types::{Alert, Area, Circle, Info, NamedValue, Point, Polygon, Resource};

/// The namespace of CAP 1.2.
pub const NAMESPACE: &str = "urn:oasis:names:tc:emergency:cap:1.2";

/// Why a message was not written.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("the CAP message is refused by {} rule(s), first {}", findings.len(), first(findings))]
pub struct Invalid {
    /// Every error that the rules found; never empty.
    pub findings: Vec<Finding>,
}

fn first(findings: &[Finding]) -> String {
    findings
        .first()
        .map(ToString::to_string)
        .unwrap_or_default()
}

impl Alert {
    /// The message as CAP 1.2 XML in UTF-8, with a line for each element.
    ///
    /// The same message always gives the same bytes.
    ///
    /// # Errors
    /// [`Invalid`] with every rule of grade [`Grade::Error`] that the message breaks; warnings do
    /// not stop it.
    pub fn to_xml(&self) -> Result<String, Invalid> {
        let findings: Vec<Finding> = rules::check(self)
            .into_iter()
            .filter(|finding| finding.grade == Grade::Error)
            .collect();
        if findings.is_empty() {
            Ok(render(self))
        } else {
            Err(Invalid { findings })
        }
    }
}

/// The text without any check, for the tests of the rules.
pub(crate) fn render(alert: &Alert) -> String {
    let mut out = Writer {
        text: String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"),
        depth: 1,
    };
    out.text
        .push_str(&format!("<alert xmlns=\"{NAMESPACE}\">\n"));
    out.leaf("identifier", &alert.identifier);
    out.leaf("sender", &alert.sender);
    out.leaf("sent", alert.sent);
    out.leaf("status", alert.status);
    out.leaf("msgType", alert.msg_type);
    out.option("source", alert.source.as_ref());
    out.leaf("scope", alert.scope);
    out.option("restriction", alert.restriction.as_ref());
    out.words("addresses", &alert.addresses);
    alert.codes.iter().for_each(|code| out.leaf("code", code));
    out.option("note", alert.note.as_ref());
    let references: Vec<String> = alert.references.iter().map(ToString::to_string).collect();
    out.option(
        "references",
        (!references.is_empty())
            .then(|| references.join(" "))
            .as_ref(),
    );
    out.words("incidents", &alert.incidents);
    alert
        .infos
        .iter()
        .for_each(|info| out.group("info", |out| write_info(out, info)));
    out.text.push_str("</alert>\n");
    out.text
}

fn write_info(out: &mut Writer, info: &Info) {
    out.option("language", info.language.as_ref());
    info.categories
        .iter()
        .for_each(|category| out.leaf("category", category));
    out.leaf("event", &info.event);
    info.response_types
        .iter()
        .for_each(|response| out.leaf("responseType", response));
    out.leaf("urgency", info.urgency);
    out.leaf("severity", info.severity);
    out.leaf("certainty", info.certainty);
    out.option("audience", info.audience.as_ref());
    out.named("eventCode", &info.event_codes);
    out.option("effective", info.effective.as_ref());
    out.option("onset", info.onset.as_ref());
    out.option("expires", info.expires.as_ref());
    out.option("senderName", info.sender_name.as_ref());
    out.option("headline", info.headline.as_ref());
    out.option("description", info.description.as_ref());
    out.option("instruction", info.instruction.as_ref());
    out.option("web", info.web.as_ref());
    out.option("contact", info.contact.as_ref());
    out.named("parameter", &info.parameters);
    info.resources
        .iter()
        .for_each(|resource| out.group("resource", |out| write_resource(out, resource)));
    info.areas
        .iter()
        .for_each(|area| out.group("area", |out| write_area(out, area)));
}

fn write_resource(out: &mut Writer, resource: &Resource) {
    out.leaf("resourceDesc", &resource.resource_desc);
    out.leaf("mimeType", &resource.mime_type);
    out.option("size", resource.size_bytes.as_ref());
    out.option("uri", resource.uri.as_ref());
    out.option("derefUri", resource.deref_uri.as_ref());
    out.option("digest", resource.digest.as_ref());
}

fn write_area(out: &mut Writer, area: &Area) {
    out.leaf("areaDesc", &area.area_desc);
    area.polygons
        .iter()
        .for_each(|polygon| out.leaf("polygon", polygon));
    area.circles
        .iter()
        .for_each(|circle| out.leaf("circle", circle));
    out.named("geocode", &area.geocodes);
    out.option("altitude", area.altitude_ft.as_ref());
    out.option("ceiling", area.ceiling_ft.as_ref());
}

struct Writer {
    text: String,
    depth: usize,
}

impl Writer {
    fn indent(&mut self) {
        (0..self.depth).for_each(|_| self.text.push_str("  "));
    }

    fn leaf(&mut self, name: &str, value: impl Display) {
        self.indent();
        let value = escape(&value.to_string());
        self.text.push_str(&format!("<{name}>{value}</{name}>\n"));
    }

    fn option<T: Display>(&mut self, name: &str, value: Option<&T>) {
        if let Some(value) = value {
            self.leaf(name, value);
        }
    }

    fn group(&mut self, name: &str, content: impl FnOnce(&mut Self)) {
        self.indent();
        self.text.push_str(&format!("<{name}>\n"));
        self.depth += 1;
        content(self);
        self.depth -= 1;
        self.indent();
        self.text.push_str(&format!("</{name}>\n"));
    }

    fn named(&mut self, name: &str, values: &[NamedValue]) {
        for value in values {
            self.group(name, |out| {
                out.leaf("valueName", &value.value_name);
                out.leaf("value", &value.value);
            });
        }
    }

    /// A list separated by spaces; an item with a space is quoted (OASIS CAP 1.2 §3.2.1).
    fn words(&mut self, name: &str, words: &[String]) {
        if words.is_empty() {
            return;
        }
        let quote = |word: &String| {
            if word.contains(char::is_whitespace) {
                format!("\"{word}\"")
            } else {
                word.clone()
            }
        };
        let joined: Vec<String> = words.iter().map(quote).collect();
        self.leaf(name, joined.join(" "));
    }
}

/// Escapes markup, and the carriage return that a reader would otherwise turn into a line feed.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#13;"),
            // XML 1.1 readers treat these as line ends, so they go by number.
            '\u{85}' | '\u{2028}' => out.push_str(&format!("&#{};", u32::from(character))),
            other => out.push(other),
        }
    }
    out
}

impl Display for crate::types::Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{},{},{}", self.sender, self.identifier, self.sent)
    }
}

impl Display for Point {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{},{}", self.latitude_deg, self.longitude_deg)
    }
}

impl Display for Polygon {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, point) in self.points.iter().enumerate() {
            if index > 0 {
                f.write_char(' ')?;
            }
            write!(f, "{point}")?;
        }
        Ok(())
    }
}

impl Display for Circle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.centre, self.radius_km)
    }
}

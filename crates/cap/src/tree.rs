//! XML to a small tree, hardened: no document type, no entities, limits on size, depth and count.

use quick_xml::NsReader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};

use crate::rules::{Finding, Findings, Key};
use crate::write::NAMESPACE;

/// Longest text that is read, bytes.
pub const MAX_BYTES: usize = 4 << 20;
/// Deepest nesting that is read; CAP itself needs five, a signature within it about ten.
pub const MAX_DEPTH: usize = 32;
/// Most elements that are read.
pub const MAX_ELEMENTS: usize = 50_000;

const SIGNATURE_NAMESPACE: &[u8] = b"http://www.w3.org/2000/09/xmldsig#";
const INSTANCE_NAMESPACE: &[u8] = b"http://www.w3.org/2001/XMLSchema-instance";

/// Where an element begins, from 1; the column counts characters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) line: u32,
    pub(crate) column: u32,
}

/// Which vocabulary an element belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    Cap,
    Signature,
    Other,
}

#[derive(Debug)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) origin: Origin,
    pub(crate) place: Place,
    /// The first attribute that CAP does not allow.
    pub(crate) stray_attribute: Option<String>,
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
}

impl Element {
    fn new(name: String, origin: Origin, place: Place) -> Self {
        Self {
            name,
            origin,
            place,
            stray_attribute: None,
            text: String::new(),
            children: Vec::new(),
        }
    }
}

/// Reads the whole text; the first fault ends it, as nothing after it can be trusted.
pub(crate) fn parse(text: &str) -> Result<Element, Box<Finding>> {
    if text.len() > MAX_BYTES {
        let message = format!("{} bytes, more than {MAX_BYTES}", text.len());
        return Err(fault(Key::Limits, Place { line: 1, column: 1 }, message));
    }
    Builder::new(text).run()
}

pub(crate) fn fault(key: Key, place: Place, message: impl Into<String>) -> Box<Finding> {
    let mut findings = Findings::default();
    findings.add(key, "alert", message);
    let mut finding = findings.0.remove(0);
    finding.line = Some(place.line);
    finding.column = Some(place.column);
    Box::new(finding)
}

struct Builder<'a> {
    text: &'a str,
    reader: NsReader<&'a [u8]>,
    /// Where the last place was asked for: byte, line, and byte at which that line begins.
    cursor: (usize, u32, usize),
    open: Vec<Element>,
    root: Option<Element>,
    count: usize,
}

impl<'a> Builder<'a> {
    fn new(text: &'a str) -> Self {
        let mut reader = NsReader::from_str(text);
        let config = reader.config_mut();
        config.check_end_names = true;
        config.check_comments = true;
        config.expand_empty_elements = true;
        Self {
            text,
            reader,
            cursor: (0, 1, 0),
            open: Vec::new(),
            root: None,
            count: 0,
        }
    }

    fn run(mut self) -> Result<Element, Box<Finding>> {
        if let Some((at, character)) = self
            .text
            .char_indices()
            .find(|&(_, character)| !is_xml_char(character))
        {
            let place = self.place(at);
            return Err(fault(
                Key::WellFormed,
                place,
                format!("character U+{:04X} is not XML", u32::from(character)),
            ));
        }
        loop {
            let at = usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX);
            let place = self.place(at);
            let (origin, event) = match self.reader.read_resolved_event() {
                Ok((resolved, event)) => (origin_of(&resolved), event),
                Err(error) => {
                    let at = usize::try_from(self.reader.error_position()).unwrap_or(usize::MAX);
                    let place = self.place_from_start(at);
                    return Err(fault(Key::WellFormed, place, error.to_string()));
                }
            };
            if matches!(event, Event::Eof) {
                return self.finish(place);
            }
            self.take(origin, &event, place)?;
        }
    }

    fn take(
        &mut self,
        origin: Option<Origin>,
        event: &Event<'_>,
        place: Place,
    ) -> Result<(), Box<Finding>> {
        let decode_failed = |_error| fault(Key::WellFormed, place, "the text is not UTF-8");
        match event {
            Event::Start(start) | Event::Empty(start) => self.start(origin, start, place),
            Event::End(_) => self.end(place),
            Event::Text(text) => {
                let content = text.xml10_content().map_err(decode_failed)?;
                if content.contains("]]>") {
                    return Err(fault(Key::WellFormed, place, "`]]>` in text"));
                }
                self.append(&content, place)
            }
            Event::CData(data) => self.append(&data.xml10_content().map_err(decode_failed)?, place),
            Event::GeneralRef(reference) => {
                let character = resolve(reference, place)?;
                self.append(character.encode_utf8(&mut [0; 4]), place)
            }
            Event::DocType(_) => Err(fault(Key::NoDtd, place, "a document type is declared")),
            Event::PI(_) => Err(fault(Key::NoDtd, place, "a processing instruction")),
            Event::Decl(_) if place != (Place { line: 1, column: 1 }) => Err(fault(
                Key::WellFormed,
                place,
                "the XML declaration is not at the beginning",
            )),
            Event::Decl(declaration) if !is_declaration(declaration) => Err(fault(
                Key::WellFormed,
                place,
                "the XML declaration is malformed or not of XML 1.0",
            )),
            Event::Decl(_) => Ok(()),
            Event::Comment(_) | Event::Eof => Ok(()),
        }
    }

    fn start(
        &mut self,
        origin: Option<Origin>,
        start: &BytesStart<'_>,
        place: Place,
    ) -> Result<(), Box<Finding>> {
        self.count += 1;
        if self.count > MAX_ELEMENTS || self.open.len() >= MAX_DEPTH {
            return Err(fault(
                Key::Limits,
                place,
                "too many elements, or nested too deep",
            ));
        }
        if self.root.is_some() {
            return Err(fault(Key::WellFormed, place, "a second root element"));
        }
        let local = start.local_name();
        let name = String::from_utf8_lossy(local.as_ref()).into_owned();
        let valid_start = name
            .chars()
            .next()
            .is_some_and(|first| first.is_alphabetic() || first == '_');
        let Some(origin) = origin.filter(|_| valid_start) else {
            return Err(fault(
                Key::WellFormed,
                place,
                format!("element `{name}` has no valid name"),
            ));
        };
        let mut element = Element::new(name, origin, place);
        element.stray_attribute = self.stray_attribute(start, place)?;
        self.open.push(element);
        Ok(())
    }

    /// The first attribute that is neither a namespace declaration nor a schema location; fails
    /// on malformed, repeated or undeclared ones.
    fn stray_attribute(
        &self,
        start: &BytesStart<'_>,
        place: Place,
    ) -> Result<Option<String>, Box<Finding>> {
        let mut stray = None;
        for attribute in start.attributes() {
            let attribute =
                attribute.map_err(|error| fault(Key::WellFormed, place, error.to_string()))?;
            let key = attribute.key;
            if attribute.value.contains(&b'<') {
                return Err(fault(Key::WellFormed, place, "`<` in an attribute"));
            }
            if key.as_namespace_binding().is_some() {
                continue;
            }
            let (resolved, local) = self.reader.resolver().resolve_attribute(key);
            let location = matches!(
                local.as_ref(),
                b"schemaLocation" | b"noNamespaceSchemaLocation"
            );
            match resolved {
                ResolveResult::Unknown(_) => {
                    return Err(fault(Key::WellFormed, place, "an undeclared prefix"));
                }
                ResolveResult::Bound(Namespace(INSTANCE_NAMESPACE)) if location => {}
                _ => stray = stray.or(Some(String::from_utf8_lossy(key.as_ref()).into_owned())),
            }
        }
        Ok(stray)
    }

    fn end(&mut self, place: Place) -> Result<(), Box<Finding>> {
        let element = self
            .open
            .pop()
            .ok_or_else(|| fault(Key::WellFormed, place, "an end without a beginning"))?;
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn append(&mut self, text: &str, place: Place) -> Result<(), Box<Finding>> {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text
                .trim_matches(['\u{feff}', ' ', '\t', '\r', '\n'])
                .is_empty() => {}
            None => {
                return Err(fault(
                    Key::WellFormed,
                    place,
                    "text outside of the root element",
                ));
            }
        }
        Ok(())
    }

    fn finish(self, place: Place) -> Result<Element, Box<Finding>> {
        if let Some(open) = self.open.last() {
            return Err(fault(
                Key::WellFormed,
                place,
                format!("`{}` is not closed", open.name),
            ));
        }
        self.root
            .ok_or_else(|| fault(Key::WellFormed, place, "there is no element"))
    }

    /// Line and column of a byte that is not before the last one asked for.
    fn place(&mut self, at: usize) -> Place {
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let (from, mut line, mut line_start) = self.cursor;
        for (offset, byte) in self.text.as_bytes()[from.min(at)..at].iter().enumerate() {
            if *byte == b'\n' {
                line = line.saturating_add(1);
                line_start = from + offset + 1;
            }
        }
        self.cursor = (at, line, line_start);
        // Characters of one line only, and elements are few: cheap except for one endless line,
        // where the column is counted in bytes.
        let within = &self.text[line_start..at];
        let column = if within.len() > 4_096 {
            within.len()
        } else {
            within.chars().count()
        };
        Place {
            line,
            column: u32::try_from(column).unwrap_or(u32::MAX).saturating_add(1),
        }
    }

    fn place_from_start(&mut self, at: usize) -> Place {
        self.cursor = (0, 1, 0);
        self.place(at)
    }
}

fn origin_of(resolved: &ResolveResult<'_>) -> Option<Origin> {
    match resolved {
        ResolveResult::Bound(Namespace(name)) if *name == NAMESPACE.as_bytes() => Some(Origin::Cap),
        ResolveResult::Bound(Namespace(SIGNATURE_NAMESPACE)) => Some(Origin::Signature),
        ResolveResult::Bound(_) | ResolveResult::Unbound => Some(Origin::Other),
        ResolveResult::Unknown(_) => None,
    }
}

/// `xml`, then version 1.0, perhaps an encoding, perhaps standalone; nothing else (production 23).
fn is_declaration(declaration: &[u8]) -> bool {
    let Some(mut rest) = std::str::from_utf8(declaration)
        .ok()
        .and_then(|text| text.strip_prefix("xml"))
    else {
        return false;
    };
    let mut names = ["version", "encoding", "standalone"].into_iter();
    let mut seen_version = false;
    while !rest.trim_start().is_empty() {
        let Some((name, value, after)) = pseudo_attribute(rest) else {
            return false;
        };
        // Each name may come once, in this order: the iterator never goes back.
        let known = names.any(|allowed| allowed == name);
        let good = match name {
            "version" => value == "1.0",
            "encoding" => {
                value.starts_with(|first: char| first.is_ascii_alphabetic())
                    && value
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
            }
            _ => matches!(value, "yes" | "no"),
        };
        seen_version |= name == "version";
        if !(known && good) {
            return false;
        }
        rest = after;
    }
    seen_version
}

/// White space, a name, `=`, a quoted value, and what follows.
fn pseudo_attribute(text: &str) -> Option<(&str, &str, &str)> {
    let trimmed = text.trim_start_matches([' ', '\t', '\r', '\n']);
    if trimmed.len() == text.len() {
        return None;
    }
    let (name, after) = trimmed.split_once('=')?;
    let after = after.trim_start();
    let quote = after
        .chars()
        .next()
        .filter(|first| matches!(first, '"' | '\''))?;
    let (value, rest) = after[1..].split_once(quote)?;
    Some((name.trim_end(), value, rest))
}

fn resolve(reference: &BytesRef<'_>, place: Place) -> Result<char, Box<Finding>> {
    let number = reference
        .resolve_char_ref()
        .map_err(|error| fault(Key::WellFormed, place, error.to_string()))?;
    let character = match number {
        Some(character) => character,
        None => match reference.as_ref() {
            b"amp" => '&',
            b"lt" => '<',
            b"gt" => '>',
            b"apos" => '\'',
            b"quot" => '"',
            other => {
                let name = String::from_utf8_lossy(other);
                return Err(fault(
                    Key::NoDtd,
                    place,
                    format!("entity `&{name};` is not one of XML's five"),
                ));
            }
        },
    };
    if is_xml_char(character) {
        Ok(character)
    } else {
        Err(fault(
            Key::WellFormed,
            place,
            format!("character U+{:04X} is not XML", u32::from(character)),
        ))
    }
}

/// XML 1.0 production 2.
pub(crate) fn is_xml_char(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

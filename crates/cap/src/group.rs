//! The parts of the schema as data, and one element's children held against them.

use std::collections::BTreeMap;
use std::str::FromStr;

use crate::rules::{Finding, Findings, Key, child};
use crate::time::Time;
use crate::tree::{Element, Origin, Place};
use crate::values::{collapse, shorten, split_quoted};

/// Where each element is, by its path.
#[derive(Default)]
pub(crate) struct Places(pub(crate) BTreeMap<String, Place>);

impl Places {
    /// Gives each finding the place of its element, or of the nearest one around it.
    pub(crate) fn fill(&self, findings: &mut [Finding]) {
        for finding in findings.iter_mut().filter(|finding| finding.line.is_none()) {
            let mut path = finding.path.as_str();
            let place = loop {
                if let Some(place) = self.0.get(path) {
                    break *place;
                }
                match path.rfind('/') {
                    Some(at) => path = &path[..at],
                    None => break Place { line: 1, column: 1 },
                }
            };
            finding.line = Some(place.line);
            finding.column = Some(place.column);
        }
    }
}

/// How often an element may occur.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Times {
    One,
    Optional,
    Many,
    OneOrMore,
}
use Times::{Many, One, OneOrMore, Optional};

pub(crate) type Schema = &'static [(&'static str, Times)];

pub(crate) const ALERT: Schema = &[
    ("identifier", One),
    ("sender", One),
    ("sent", One),
    ("status", One),
    ("msgType", One),
    ("source", Optional),
    ("scope", One),
    ("restriction", Optional),
    ("addresses", Optional),
    ("code", Many),
    ("note", Optional),
    ("references", Optional),
    ("incidents", Optional),
    ("info", Many),
];
pub(crate) const INFO: Schema = &[
    ("language", Optional),
    ("category", OneOrMore),
    ("event", One),
    ("responseType", Many),
    ("urgency", One),
    ("severity", One),
    ("certainty", One),
    ("audience", Optional),
    ("eventCode", Many),
    ("effective", Optional),
    ("onset", Optional),
    ("expires", Optional),
    ("senderName", Optional),
    ("headline", Optional),
    ("description", Optional),
    ("instruction", Optional),
    ("web", Optional),
    ("contact", Optional),
    ("parameter", Many),
    ("resource", Many),
    ("area", Many),
];
pub(crate) const RESOURCE: Schema = &[
    ("resourceDesc", One),
    ("mimeType", One),
    ("size", Optional),
    ("uri", Optional),
    ("derefUri", Optional),
    ("digest", Optional),
];
pub(crate) const AREA: Schema = &[
    ("areaDesc", One),
    ("polygon", Many),
    ("circle", Many),
    ("geocode", Many),
    ("altitude", Optional),
    ("ceiling", Optional),
];
pub(crate) const NAMED: Schema = &[("valueName", One), ("value", One)];

/// The children of one element by name, after checking them against its part of the schema.
pub(crate) struct Group<'a> {
    children: BTreeMap<&'static str, Vec<(String, &'a Element)>>,
}

impl<'a> Group<'a> {
    pub(crate) fn new(
        element: &'a Element,
        path: &str,
        schema: Schema,
        places: &mut Places,
        findings: &mut Findings,
    ) -> Self {
        let mut children: BTreeMap<&'static str, Vec<(String, &'a Element)>> = BTreeMap::new();
        let mut reached = 0;
        check_bare(element, path, findings);
        findings.require(element.text.trim().is_empty(), Key::Unknown, path, || {
            "text between elements".to_owned()
        });
        for item in &element.children {
            let known = schema
                .iter()
                .position(|(name, _)| item.origin == Origin::Cap && *name == item.name);
            let Some(position) = known else {
                unknown(item, path, places, findings);
                continue;
            };
            let (name, times) = schema[position];
            let found = children.entry(name).or_default();
            let item_path = child(path, name, found.len());
            places.0.insert(item_path.clone(), item.place);
            let again = !found.is_empty() && matches!(times, One | Optional);
            findings.require(!again, Key::Order, &item_path, || {
                format!("`{name}` is repeated")
            });
            findings.require(position >= reached, Key::Order, &item_path, || {
                format!("`{name}` comes too late")
            });
            reached = reached.max(position);
            found.push((item_path, item));
        }
        for (name, _) in schema
            .iter()
            .filter(|(_, times)| matches!(times, One | OneOrMore))
        {
            findings.require(children.contains_key(name), Key::Missing, path, || {
                format!("`{name}` is missing")
            });
        }
        Self { children }
    }

    pub(crate) fn all(&self, name: &str) -> &[(String, &'a Element)] {
        self.children.get(name).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn text(&self, name: &str, findings: &mut Findings) -> Option<String> {
        self.all(name)
            .first()
            .map(|(path, element)| leaf(element, path, findings).to_owned())
    }

    pub(crate) fn texts(&self, name: &str, findings: &mut Findings) -> Vec<String> {
        self.all(name)
            .iter()
            .map(|(path, element)| leaf(element, path, findings).to_owned())
            .collect()
    }

    /// The values of one type; the ones that are not are named and left out.
    pub(crate) fn values<T>(
        &self,
        name: &str,
        key: Key,
        findings: &mut Findings,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Vec<T> {
        let mut values = Vec::new();
        for (path, element) in self.all(name) {
            match read(leaf(element, path, findings)) {
                Ok(value) => values.push(value),
                Err(message) => findings.add(key, path, message),
            }
        }
        values
    }

    /// As [`Self::values`], with a stand-in for a bad value so that the others keep their number.
    pub(crate) fn shapes<T>(
        &self,
        name: &str,
        stand_in: &T,
        findings: &mut Findings,
        read: fn(&str) -> Result<T, String>,
    ) -> Vec<T>
    where
        T: Clone,
    {
        let mut values = Vec::new();
        for (path, element) in self.all(name) {
            let value = read(leaf(element, path, findings)).unwrap_or_else(|message| {
                findings.add(Key::ShapeForm, path, message);
                stand_in.clone()
            });
            values.push(value);
        }
        values
    }

    pub(crate) fn value<T>(
        &self,
        name: &str,
        key: Key,
        findings: &mut Findings,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        self.values(name, key, findings, read).into_iter().next()
    }

    pub(crate) fn time(&self, name: &str, findings: &mut Findings) -> Option<Time> {
        self.value(name, Key::TimeForm, findings, |text| {
            Time::from_str(collapse(text)).map_err(|error| error.to_string())
        })
    }

    pub(crate) fn words(&self, name: &str, findings: &mut Findings) -> Vec<String> {
        self.text(name, findings)
            .map(|text| split_quoted(&text))
            .unwrap_or_default()
    }
}

fn unknown(item: &Element, path: &str, places: &mut Places, findings: &mut Findings) {
    let item_path = format!("{path}/{}", item.name);
    places.0.insert(item_path.clone(), item.place);
    if item.origin == Origin::Signature && path == "alert" {
        findings.add(Key::Signature, &item_path, "not verified");
    } else {
        findings.add(
            Key::Unknown,
            &item_path,
            format!("`{}` does not belong here", item.name),
        );
    }
}

fn check_bare(element: &Element, path: &str, findings: &mut Findings) {
    if let Some(attribute) = &element.stray_attribute {
        findings.add(Key::Unknown, path, format!("attribute `{attribute}`"));
    }
}

pub(crate) fn leaf<'a>(element: &'a Element, path: &str, findings: &mut Findings) -> &'a str {
    check_bare(element, path, findings);
    findings.require(element.children.is_empty(), Key::Unknown, path, || {
        "elements where text belongs".to_owned()
    });
    &element.text
}

pub(crate) fn word<T>(read: fn(&str) -> Option<T>) -> impl Fn(&str) -> Result<T, String> {
    move |text| {
        read(text).ok_or_else(|| format!("`{}` is not a word of the standard", shorten(text)))
    }
}

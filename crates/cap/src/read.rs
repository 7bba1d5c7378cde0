//! Reading: a tree to a message, with every departure from the schema named at its place.

use std::collections::BTreeMap;
use std::str::FromStr;

use thiserror::Error;

use crate::rules::{self, Finding, Findings, Grade, Key, child};
use crate::time::Time;
use crate::tree::{self, Element, Origin, Place};
use crate::types::{
    Alert, Area, Category, Certainty, Circle, Info, MsgType, NamedValue, Point, Polygon, Reference,
    Resource, ResponseType, Scope, Severity, Status, Urgency,
};

/// Why a text is not a CAP message: the first departure from the schema.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("not CAP 1.2: line {line}, column {column}: {message} at {path} [{rule}] ({remedy})")]
pub struct ParseError {
    /// The rule broken, one of `FW-CAP-001` to `FW-CAP-012`.
    pub rule: &'static str,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// The element.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub remedy: &'static str,
}

impl From<Finding> for ParseError {
    fn from(finding: Finding) -> Self {
        Self {
            rule: finding.rule,
            line: finding.line.unwrap_or(1),
            column: finding.column.unwrap_or(1),
            path: finding.path,
            message: finding.message,
            remedy: finding.remedy,
        }
    }
}

impl Alert {
    /// Reads a message that obeys the schema of CAP 1.2. The stricter rules are not applied:
    /// see [`crate::check`]. XML signatures are skipped, not verified; comments are dropped.
    ///
    /// # Errors
    /// [`ParseError`] with the place of the first fault: malformed XML, a document type or
    /// entity, a limit passed, an element unknown, missing, repeated or out of order, or a value
    /// that is not of its type. Bad input never panics.
    pub fn from_xml(text: &str) -> Result<Self, ParseError> {
        let (alert, findings) = read(text);
        match (
            alert,
            findings
                .into_iter()
                .find(|finding| finding.grade == Grade::Error),
        ) {
            (Some(alert), None) => Ok(alert),
            (_, Some(finding)) => Err(finding.into()),
            // A message that could not be made always comes with a finding.
            (None, None) => {
                Err((*tree::fault(Key::Missing, Place { line: 1, column: 1 }, "unreadable")).into())
            }
        }
    }
}

/// Checks a text by every rule for one message: each finding has its line and column.
///
/// Faults of the schema do not hide faults of the rules, so far as the message can be understood.
pub fn check_xml(text: &str) -> Vec<Finding> {
    read_and_check(text, rules::check)
}

/// As [`check_xml`], and the rules that need to know the present.
pub fn check_xml_at(text: &str, now: Time) -> Vec<Finding> {
    read_and_check(text, |alert| rules::check_at(alert, now))
}

fn read_and_check(text: &str, check: impl Fn(&Alert) -> Vec<Finding>) -> Vec<Finding> {
    let root = match tree::parse(text) {
        Ok(root) => root,
        Err(finding) => return vec![*finding],
    };
    let mut places = Places::default();
    let (alert, mut findings) = build(&root, &mut places);
    if let Some(alert) = alert {
        let mut more = check(&alert);
        places.fill(&mut more);
        findings.extend(more);
    }
    findings
}

fn read(text: &str) -> (Option<Alert>, Vec<Finding>) {
    match tree::parse(text) {
        Ok(root) => build(&root, &mut Places::default()),
        Err(finding) => (None, vec![*finding]),
    }
}

/// Where each element is, by its path.
#[derive(Default)]
struct Places(BTreeMap<String, Place>);

impl Places {
    /// Gives each finding the place of its element, or of the nearest one around it.
    fn fill(&self, findings: &mut [Finding]) {
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

fn build(root: &Element, places: &mut Places) -> (Option<Alert>, Vec<Finding>) {
    let mut findings = Findings::default();
    places.0.insert("alert".to_owned(), root.place);
    let alert = if root.name == "alert" && root.origin == Origin::Cap {
        build_alert(root, places, &mut findings)
    } else {
        findings.add(Key::Root, "alert", format!("the root is `{}`", root.name));
        None
    };
    places.fill(&mut findings.0);
    (alert, findings.0)
}

/// How often an element may occur.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Times {
    One,
    Optional,
    Many,
    OneOrMore,
}
use Times::{Many, One, OneOrMore, Optional};

type Schema = &'static [(&'static str, Times)];

const ALERT: Schema = &[
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
const INFO: Schema = &[
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
const RESOURCE: Schema = &[
    ("resourceDesc", One),
    ("mimeType", One),
    ("size", Optional),
    ("uri", Optional),
    ("derefUri", Optional),
    ("digest", Optional),
];
const AREA: Schema = &[
    ("areaDesc", One),
    ("polygon", Many),
    ("circle", Many),
    ("geocode", Many),
    ("altitude", Optional),
    ("ceiling", Optional),
];
const NAMED: Schema = &[("valueName", One), ("value", One)];

/// The children of one element by name, after checking them against its part of the schema.
struct Group<'a> {
    children: BTreeMap<&'static str, Vec<(String, &'a Element)>>,
}

impl<'a> Group<'a> {
    fn new(
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

    fn all(&self, name: &str) -> &[(String, &'a Element)] {
        self.children.get(name).map_or(&[], Vec::as_slice)
    }

    fn text(&self, name: &str, findings: &mut Findings) -> Option<String> {
        self.all(name)
            .first()
            .map(|(path, element)| leaf(element, path, findings).to_owned())
    }

    fn texts(&self, name: &str, findings: &mut Findings) -> Vec<String> {
        self.all(name)
            .iter()
            .map(|(path, element)| leaf(element, path, findings).to_owned())
            .collect()
    }

    /// The values of one type; the ones that are not are named and left out.
    fn values<T>(
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
    fn shapes<T>(
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

    fn value<T>(
        &self,
        name: &str,
        key: Key,
        findings: &mut Findings,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        self.values(name, key, findings, read).into_iter().next()
    }

    fn time(&self, name: &str, findings: &mut Findings) -> Option<Time> {
        self.value(name, Key::TimeForm, findings, |text| {
            Time::from_str(collapse(text)).map_err(|error| error.to_string())
        })
    }

    fn words(&self, name: &str, findings: &mut Findings) -> Vec<String> {
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

fn leaf<'a>(element: &'a Element, path: &str, findings: &mut Findings) -> &'a str {
    check_bare(element, path, findings);
    findings.require(element.children.is_empty(), Key::Unknown, path, || {
        "elements where text belongs".to_owned()
    });
    &element.text
}

fn word<T>(read: fn(&str) -> Option<T>) -> impl Fn(&str) -> Result<T, String> {
    move |text| {
        read(text).ok_or_else(|| format!("`{}` is not a word of the standard", shorten(text)))
    }
}

fn build_alert(root: &Element, places: &mut Places, findings: &mut Findings) -> Option<Alert> {
    let group = Group::new(root, "alert", ALERT, places, findings);
    let identifier = group.text("identifier", findings);
    let sender = group.text("sender", findings);
    let sent = group.time("sent", findings);
    let status = group.value("status", Key::Word, findings, word(Status::from_word));
    let msg_type = group.value("msgType", Key::Word, findings, word(MsgType::from_word));
    let scope = group.value("scope", Key::Word, findings, word(Scope::from_word));
    let source = group.text("source", findings);
    let restriction = group.text("restriction", findings);
    let addresses = group.words("addresses", findings);
    let codes = group.texts("code", findings);
    let note = group.text("note", findings);
    let references = group.value("references", Key::ReferenceForm, findings, read_references);
    let incidents = group.words("incidents", findings);
    let infos = group
        .all("info")
        .iter()
        .map(|(path, info)| build_info(info, path, places, findings))
        .collect();
    Some(Alert {
        identifier: identifier?,
        sender: sender?,
        sent: sent?,
        status: status?,
        msg_type: msg_type?,
        source,
        scope: scope?,
        restriction,
        addresses,
        codes,
        note,
        references: references.unwrap_or_default(),
        incidents,
        infos,
    })
}

fn build_info(element: &Element, path: &str, places: &mut Places, findings: &mut Findings) -> Info {
    let group = Group::new(element, path, INFO, places, findings);
    let categories = group.values("category", Key::Word, findings, word(Category::from_word));
    let response_types = group.values(
        "responseType",
        Key::Word,
        findings,
        word(ResponseType::from_word),
    );
    let event = group.text("event", findings);
    let urgency = group.value("urgency", Key::Word, findings, word(Urgency::from_word));
    let severity = group.value("severity", Key::Word, findings, word(Severity::from_word));
    let certainty = group.value("certainty", Key::Word, findings, word(Certainty::from_word));
    let mut info = Info {
        language: group
            .text("language", findings)
            .map(|text| collapse(&text).to_owned()),
        categories,
        event: event.unwrap_or_default(),
        response_types,
        urgency: urgency.unwrap_or(Urgency::Unknown),
        severity: severity.unwrap_or(Severity::Unknown),
        certainty: certainty.unwrap_or(Certainty::Unknown),
        audience: group.text("audience", findings),
        event_codes: build_named(&group, "eventCode", places, findings),
        effective: group.time("effective", findings),
        onset: group.time("onset", findings),
        expires: group.time("expires", findings),
        sender_name: group.text("senderName", findings),
        headline: group.text("headline", findings),
        description: group.text("description", findings),
        instruction: group.text("instruction", findings),
        web: group
            .text("web", findings)
            .map(|text| collapse(&text).to_owned()),
        contact: group.text("contact", findings),
        parameters: build_named(&group, "parameter", places, findings),
        resources: Vec::new(),
        areas: Vec::new(),
    };
    for (path, resource) in group.all("resource") {
        info.resources
            .push(build_resource(resource, path, places, findings));
    }
    for (path, area) in group.all("area") {
        info.areas.push(build_area(area, path, places, findings));
    }
    info
}

fn build_named(
    group: &Group<'_>,
    name: &str,
    places: &mut Places,
    findings: &mut Findings,
) -> Vec<NamedValue> {
    let mut values = Vec::new();
    for (path, element) in group.all(name) {
        let pair = Group::new(element, path, NAMED, places, findings);
        let value_name = pair.text("valueName", findings).unwrap_or_default();
        let value = pair.text("value", findings).unwrap_or_default();
        values.push(NamedValue { value_name, value });
    }
    values
}

fn build_resource(
    element: &Element,
    path: &str,
    places: &mut Places,
    findings: &mut Findings,
) -> Resource {
    let group = Group::new(element, path, RESOURCE, places, findings);
    let read_size = |text: &str| {
        collapse(text)
            .parse::<u64>()
            .map_err(|_error| format!("size `{}`", shorten(text)))
    };
    Resource {
        resource_desc: group.text("resourceDesc", findings).unwrap_or_default(),
        mime_type: group.text("mimeType", findings).unwrap_or_default(),
        size_bytes: group.value("size", Key::NumberForm, findings, read_size),
        uri: group
            .text("uri", findings)
            .map(|text| collapse(&text).to_owned()),
        deref_uri: group.text("derefUri", findings),
        digest: group.text("digest", findings),
    }
}

/// Stands in for a circle that could not be read; the rules refuse it.
const NO_CIRCLE: Circle = Circle {
    centre: Point {
        latitude_deg: 0.0,
        longitude_deg: 0.0,
    },
    radius_km: f64::NAN,
};

fn build_area(element: &Element, path: &str, places: &mut Places, findings: &mut Findings) -> Area {
    let group = Group::new(element, path, AREA, places, findings);
    let read_height = |text: &str| decimal(collapse(text));
    Area {
        area_desc: group.text("areaDesc", findings).unwrap_or_default(),
        polygons: group.shapes(
            "polygon",
            &Polygon { points: Vec::new() },
            findings,
            read_polygon,
        ),
        circles: group.shapes("circle", &NO_CIRCLE, findings, read_circle),
        geocodes: build_named(&group, "geocode", places, findings),
        altitude_ft: group.value("altitude", Key::NumberForm, findings, read_height),
        ceiling_ft: group.value("ceiling", Key::NumberForm, findings, read_height),
    }
}

fn read_references(text: &str) -> Result<Vec<Reference>, String> {
    text.split_ascii_whitespace().map(read_reference).collect()
}

fn read_reference(text: &str) -> Result<Reference, String> {
    let mut parts = text.split(',');
    let (Some(sender), Some(identifier), Some(sent), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(format!("`{}` is not sender,identifier,sent", shorten(text)));
    };
    let sent = sent.parse::<Time>().map_err(|error| error.to_string())?;
    Ok(Reference {
        sender: sender.to_owned(),
        identifier: identifier.to_owned(),
        sent,
    })
}

fn read_polygon(text: &str) -> Result<Polygon, String> {
    let points = text
        .split_ascii_whitespace()
        .map(read_point)
        .collect::<Result<_, _>>()?;
    Ok(Polygon { points })
}

fn read_circle(text: &str) -> Result<Circle, String> {
    let mut parts = text.split_ascii_whitespace();
    let (Some(centre), Some(radius), None) = (parts.next(), parts.next(), parts.next()) else {
        return Err(format!("`{}` is not a point and a radius", shorten(text)));
    };
    Ok(Circle {
        centre: read_point(centre)?,
        radius_km: decimal(radius)?,
    })
}

fn read_point(text: &str) -> Result<Point, String> {
    let (latitude, longitude) = text
        .split_once(',')
        .ok_or_else(|| format!("`{}` is not latitude,longitude", shorten(text)))?;
    Ok(Point {
        latitude_deg: decimal(latitude)?,
        longitude_deg: decimal(longitude)?,
    })
}

/// A number in XML Schema's `decimal`: sign, digits, point; no exponent, no `inf`.
fn decimal(text: &str) -> Result<f64, String> {
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.'));
    let number = if plain {
        text.parse::<f64>().ok()
    } else {
        None
    };
    number
        .filter(|number| number.is_finite())
        .ok_or_else(|| format!("`{}` is not a decimal number", shorten(text)))
}

/// Leaves off the white space around, as XML Schema does for all types but strings.
fn collapse(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\r', '\n'])
}

/// Splits at white space, keeping quoted items together (OASIS CAP 1.2 §3.2.1).
fn split_quoted(text: &str) -> Vec<String> {
    let mut items = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (item, after) = match rest
            .strip_prefix('"')
            .and_then(|quoted| quoted.split_once('"'))
        {
            Some(split) => split,
            None => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
        };
        items.push(item.to_owned());
        rest = after.trim_start();
    }
    items
}

fn shorten(text: &str) -> String {
    text.chars().take(60).collect()
}

//! Reading: a tree to a message, with every departure from the schema named at its place.

use thiserror::Error;

use crate::group::{ALERT, AREA, Group, INFO, NAMED, Places, RESOURCE, word};
use crate::rules::{self, Finding, Findings, Grade, Key};
use crate::time::Time;
use crate::tree::{self, Element, Origin, Place};
use crate::types::{
    Alert, Area, Category, Certainty, Circle, Info, MsgType, NamedValue, Point, Polygon, Resource,
    ResponseType, Scope, Severity, Status, Urgency,
};
use crate::values::{collapse, decimal, read_circle, read_polygon, read_references, shorten};

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
    /// Reads a message that obeys the schema of CAP 1.2, but for the grammar of `anyURI`
    /// (`FW-CAP-123` and `124`). The stricter rules are not applied: see [`crate::check`]. XML signatures are skipped, not verified; comments are dropped.
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

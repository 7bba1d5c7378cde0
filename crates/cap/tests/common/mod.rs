//! A message that breaks no rule, and the official schema.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test file uses its own part of these helpers, which may fail as tests do"
)]

use forewarn_cap::{
    Alert, Area, Category, Certainty, Circle, Info, MsgType, NamedValue, Point, Polygon, Resource,
    ResponseType, Scope, Severity, Status, Time, Urgency,
};
use uppsala::XsdValidator;

pub(crate) const SCHEMA: &str = include_str!("../data/CAP-v1.2.xsd");

pub(crate) fn at(offset_s: i64) -> Time {
    let start: Time = "2026-03-01T12:00:00-00:00".parse().unwrap();
    Time::from_unix_s(start.unix_s() + offset_s)
}

/// An Actual, Public Alert that uses every element of CAP 1.2 and breaks no rule at all.
pub(crate) fn full_alert() -> Alert {
    let mut alert = Alert::new(
        "fw-2026-0001",
        "warnings@example.org",
        at(0),
        Status::Actual,
        MsgType::Alert,
        Scope::Public,
    );
    alert.source = Some("Forewarn & sensors <1>".into());
    alert.addresses = vec!["desk@example.org".into(), "night desk".into()];
    alert.codes = vec!["forewarn-1".into()];
    alert.note = Some("First line\r\nsecond ]]> line".into());
    alert.incidents = vec!["raid-1".into()];
    alert.infos = vec![full_info("en-GB", "Missile"), full_info("pl", "Pocisk")];
    alert
}

fn full_info(language: &str, event: &str) -> Info {
    let mut info = Info::new(
        Category::Security,
        event,
        Urgency::Immediate,
        Severity::Extreme,
        Certainty::Observed,
    );
    info.language = Some(language.into());
    info.categories.push(Category::Cbrne);
    info.response_types = vec![ResponseType::Shelter, ResponseType::Monitor];
    info.audience = Some("Everyone".into());
    info.event_codes = vec![NamedValue::new("SAME", "CDW")];
    info.effective = Some(at(0));
    info.onset = Some(at(600));
    info.expires = Some(at(1_800));
    info.sender_name = Some("Civil protection".into());
    info.headline = Some("Missile expected near the town at 12:10".into());
    info.description = Some("  A missile is expected. \u{142}\u{1f680} \t\u{85}".into());
    info.instruction = Some("Take shelter.".into());
    info.web = Some("https://example.org/a?b=1&c=2".into());
    info.contact = Some("112".into());
    info.parameters = vec![NamedValue::new("forewarn:probability", "0.97")];
    info.resources = vec![resource()];
    info.areas = vec![area()];
    info
}

fn resource() -> Resource {
    Resource {
        resource_desc: "Map".into(),
        mime_type: "image/png".into(),
        size_bytes: Some(12),
        uri: Some("https://example.org/map.png".into()),
        deref_uri: Some("aGVsbG8=".into()),
        digest: Some("da39a3ee5e6b4b0d3255bfef95601890afd80709".into()),
    }
}

fn area() -> Area {
    let mut area = Area::new("The town");
    area.polygons = vec![Polygon::closed(&[
        (52.0, 19.0),
        (52.0, 19.5),
        (52.3, 19.5),
        (52.3, 19.0),
    ])];
    area.circles = vec![Circle {
        centre: Point {
            latitude_deg: 52.15,
            longitude_deg: 19.25,
        },
        radius_km: 12.5,
    }];
    area.geocodes = vec![NamedValue::new("TERYT", "1461011")];
    area.altitude_ft = Some(0.0);
    area.ceiling_ft = Some(1_500.5);
    area
}

pub(crate) fn exercise() -> Alert {
    let mut alert = full_alert();
    alert.status = Status::Exercise;
    for info in &mut alert.infos {
        info.headline = Some("EXERCISE: missile expected".into());
    }
    alert
}

pub(crate) fn cancel_of(alert: &Alert) -> Alert {
    let mut cancel = Alert::new(
        "fw-2026-0002",
        &alert.sender,
        at(120),
        alert.status,
        MsgType::Cancel,
        alert.scope,
    );
    cancel.note = Some("The threat is over".into());
    cancel.references = vec![alert.reference()];
    cancel
}

/// The messages of the official schema's validator: empty when the text passes.
pub(crate) fn schema_errors(validator: &XsdValidator, text: &str) -> Vec<String> {
    match uppsala::parse(text) {
        Ok(document) => validator
            .validate(&document)
            .iter()
            .map(ToString::to_string)
            .collect(),
        Err(error) => vec![error.to_string()],
    }
}

pub(crate) fn validator() -> XsdValidator {
    XsdValidator::from_schema(&uppsala::parse(SCHEMA).unwrap()).unwrap()
}

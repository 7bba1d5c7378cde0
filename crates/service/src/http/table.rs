//! The table of routes. A route that is not a row does not exist.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, delete, get, post};
use serde_json::Value;

use super::{access, act, assets, export, ingest, openapi, release, see, session, stream, watch};
use crate::app::App;
use crate::people::Role;
use crate::people::Role::{Administrator, Auditor, Operator, Partner, Releaser, Viewer};

/// How it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Reads.
    Get,
    /// Does something.
    Post,
    /// Ends something.
    Delete,
}

impl Method {
    /// As HTTP writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }
}

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Open,
    /// People with one of these roles.
    Roles(&'static [Role]),
    /// A sensor, by its client certificate.
    Certificate,
}

/// On which address a route is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// That for people.
    People,
    /// That for sensors.
    Sensors,
}

/// A part of a path, or a key of a query.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Whether it is in the query.
    pub in_query: bool,
    /// What it means.
    pub meaning: &'static str,
}

/// One route.
pub struct Row {
    /// How.
    pub method: Method,
    /// Where.
    pub path: &'static str,
    /// On which address.
    pub door: Door,
    /// Who.
    pub access: Access,
    /// What it does, in a sentence.
    pub summary: &'static str,
    /// Parts of its path and keys of its query.
    pub parameters: &'static [Parameter],
    /// The JSON Schema of its body, where it takes one.
    pub body: Option<fn() -> Value>,
    /// What it answers with when all is well: media type.
    pub answers: &'static str,
    handler: fn() -> MethodRouter<Arc<App>>,
}

const SEE: Access = Access::Roles(&[Viewer, Operator, Releaser, Auditor]);
const SHARE: Access = Access::Roles(&[Viewer, Operator, Releaser, Auditor, Partner]);
const OPERATE: Access = Access::Roles(&[Operator, Releaser]);
const RELEASE: Access = Access::Roles(&[Releaser]);
const AUDIT: Access = Access::Roles(&[Auditor]);
const ADMINISTER: Access = Access::Roles(&[Administrator]);
const ANYBODY_SIGNED_IN: Access =
    Access::Roles(&[Viewer, Operator, Releaser, Auditor, Partner, Administrator]);

/// Longest body that people send: a notice with its areas [bytes].
const PEOPLE_BODY_BYTES_MAX: usize = 64 << 10;

const JSON: &str = "application/json";
const AFTER: Parameter = query("after", "Only what is later than this sequence number.");
const OBJECT: Parameter = part("id", "Name of an object, such as o-3.");
const WARNING: Parameter = part("id", "Name of a warning, such as w-1.");
const SENSOR: Parameter = part("id", "Name of a sensor.");

const fn query(name: &'static str, meaning: &'static str) -> Parameter {
    Parameter {
        name,
        in_query: true,
        meaning,
    }
}

const fn part(name: &'static str, meaning: &'static str) -> Parameter {
    Parameter {
        name,
        in_query: false,
        meaning,
    }
}

const fn get_row(
    path: &'static str,
    access: Access,
    summary: &'static str,
    parameters: &'static [Parameter],
    answers: &'static str,
    handler: fn() -> MethodRouter<Arc<App>>,
) -> Row {
    Row {
        method: Method::Get,
        path,
        door: Door::People,
        access,
        summary,
        parameters,
        body: None,
        answers,
        handler,
    }
}

const fn post_row(
    path: &'static str,
    access: Access,
    summary: &'static str,
    parameters: &'static [Parameter],
    body: fn() -> Value,
    handler: fn() -> MethodRouter<Arc<App>>,
) -> Row {
    Row {
        method: Method::Post,
        path,
        door: Door::People,
        access,
        summary,
        parameters,
        body: Some(body),
        answers: JSON,
        handler,
    }
}

/// Every route that there is, besides the console's files.
#[rustfmt::skip]
pub static ROUTES: &[Row] = &[
    get_row("/healthz", Access::Open, "Whether the program runs.", &[], JSON, || get(watch::healthz)),
    get_row("/readyz", Access::Open, "Whether it watches: the engine answers and the log can be written.", &[], JSON, || get(watch::readyz)),
    get_row("/metrics", Access::Open, "Figures for Prometheus.", &[], "text/plain", || get(watch::metrics)),
    get_row("/openapi.json", Access::Open, "This document.", &[], JSON, || get(openapi::openapi)),
    post_row("/api/v1/session", Access::Open, "Sign in: sets the cookie of the session.", &[], session::schema, || post(session::sign_in)),
    Row { method: Method::Delete, body: None, ..get_row("/api/v1/session", ANYBODY_SIGNED_IN, "Sign out.", &[], JSON, || delete(session::sign_out)) },
    get_row("/api/v1/me", ANYBODY_SIGNED_IN, "Who is signed in.", &[], JSON, || get(session::me)),
    get_row("/api/v1/state", SEE, "The picture now, or at an earlier time.", &[query("at", "Engine time: the log is read again up to it.")], JSON, || get(see::state)),
    get_row("/api/v1/events", SEE, "What was logged, page by page.", &[AFTER, query("limit", "At most so many, 1 to 1000.")], JSON, || get(see::events)),
    get_row("/api/v1/stream", SEE, "What happens, as server-sent events; resumes by Last-Event-ID or `after`.", &[AFTER], "text/event-stream", || get(stream::events)),
    get_row("/api/v1/ws", SEE, "The same over a WebSocket, one JSON object a message.", &[AFTER], JSON, || get(stream::socket)),
    get_row("/api/v1/objects/{id}/explain", SEE, "Why an object is judged as it is: the ledger of its evidence.", &[OBJECT], JSON, || get(see::explain)),
    get_row("/api/v1/objects/{id}/history", SEE, "All assessments of an object.", &[OBJECT], JSON, || get(see::history)),
    get_row("/api/v1/scene.czml", SEE, "The picture as a Cesium scene.", &[], JSON, || get(export::czml)),
    get_row("/api/v1/threats.geojson", SEE, "Launches, impacts and tracks as GeoJSON.", &[], "application/geo+json", || get(export::geojson)),
    get_row("/api/v1/warnings/{id}", SHARE, "The newest published message of a warning as CAP 1.2; `id` may end in `.xml`.", &[WARNING], "application/cap+xml", || get(export::cap)),
    get_row("/api/v1/audit", AUDIT, "Entries of the log as they stand there, codes included.", &[AFTER, query("limit", "At most so many, 1 to 1000.")], JSON, || get(see::audit)),
    post_row("/api/v1/actions/acknowledge", OPERATE, "An object was seen and understood.", &[], act::acknowledge_schema, || post(act::acknowledge)),
    post_row("/api/v1/actions/shelve", OPERATE, "Put an alarm aside for a while; never a confirmed object.", &[], act::shelve_schema, || post(act::shelve)),
    post_row("/api/v1/notices", OPERATE, "Enter a pre-launch notice: a line of notices.ndjson.", &[], act::record_schema, || post(act::notice)),
    post_row("/api/v1/claims", OPERATE, "Enter an alert of others: a line of claims.ndjson.", &[], act::record_schema, || post(act::claim)),
    post_row("/api/v1/warnings/{id}/prepare", RELEASE, "The exact message that would go out, and the code that confirms it.", &[WARNING], release::prepare_schema, || post(release::prepare)),
    post_row("/api/v1/warnings/{id}/confirm", RELEASE, "Confirm these bytes; a release or update needs two different people.", &[WARNING], release::confirm_schema, || post(release::confirm)),
    post_row("/api/v1/rule/approve", RELEASE, "Approve the configured rule of release; it is in force when two have.", &[], act::empty_schema, || post(act::approve_rule)),
    post_row("/api/v1/rule/withdraw", RELEASE, "End the rule of release at once.", &[], act::empty_schema, || post(act::withdraw_rule)),
    post_row("/api/v1/sensors/{id}/revoke", ADMINISTER, "Believe no frame of a sensor any more.", &[SENSOR], act::empty_schema, || post(act::revoke)),
    Row { door: Door::Sensors, ..post_row("/api/v1/ingest/{id}", Access::Certificate, "One signed frame of records; answered when it is on disk.", &[SENSOR], ingest::schema, || post(ingest::frame)) },
    Row { door: Door::Sensors, ..get_row("/api/v1/ingest/{id}/ws", Access::Certificate, "Signed frames over a WebSocket, each answered by one JSON object.", &[SENSOR], JSON, || get(ingest::socket)) },
];

/// The routes of one address.
pub fn router(app: &Arc<App>, door: Door) -> Router {
    // Over plain loopback sensors use the people's address too: it is one machine's demonstration.
    let rows = ROUTES
        .iter()
        .filter(|row| row.door == door || row.path == "/healthz");
    let mut router = Router::new();
    for row in rows {
        let guard = from_fn_with_state((app.clone(), row), access::guard);
        router = router.route(row.path, (row.handler)().route_layer(guard));
    }
    if door == Door::People {
        router = router.fallback(assets::file);
    }
    let body_max = match door {
        Door::People => PEOPLE_BODY_BYTES_MAX,
        Door::Sensors => app.config.intake.frame_bytes_max + 4_096,
    };
    router
        .layer(from_fn(assets::not_found_as_json))
        .layer(from_fn_with_state(app.clone(), access::dress))
        .layer(DefaultBodyLimit::max(body_max))
        .with_state(app.clone())
}

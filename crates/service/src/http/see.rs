//! The picture, now or then, and the log behind it.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use forewarn_physics::time::{Epoch, format_utc, parse_utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Answer, Refused};
use crate::app::App;
use crate::clock::wall;
use crate::entry::Entry;
use crate::picture::{Picture, shown};
use crate::pulse::{clock_health, log_health};

/// Entries of one page.
const PAGE: usize = 200;
const PAGE_MAX: usize = 1_000;

#[derive(Deserialize)]
pub(super) struct At {
    at: Option<String>,
}

pub(super) async fn state(
    State(app): State<Arc<App>>,
    Query(at): Query<At>,
) -> Answer<Json<Value>> {
    let Some(at) = at.at else {
        let mut value = app.hub.look(Picture::value);
        let now = app.hub.look(|picture| picture.time);
        value["live"] = true.into();
        complete(&app, &mut value, now);
        return Ok(Json(value));
    };
    let at = parse_utc(&at).map_err(|error| {
        Refused::bad(format!("at: {error}")).remedy("Give a time such as 2026-03-01T12:00:00Z.")
    })?;
    let _turn = app.looking_back.try_acquire().map_err(|_taken| {
        let said = "others look back just now";
        Refused::new(StatusCode::TOO_MANY_REQUESTS, said).remedy("Try again in a second.")
    })?;
    let looking = app.clone();
    let then = tokio::task::spawn_blocking(move || back_then(&looking, at)).await;
    let picture = then.map_err(|_panic| Refused::conflict("the log could not be read"))??;
    let mut value = picture.value();
    value["live"] = false.into();
    complete(&app, &mut value, Some(at));
    Ok(Json(value))
}

/// What is not in the log, and times where the log has none yet.
fn complete(app: &App, value: &mut Value, now: Option<Epoch>) {
    let now = format_utc(now.unwrap_or_else(|| app.now()));
    value["wall_time"] = format_utc(wall()).into();
    value["clock"] = clock_health(app);
    value["log"] = log_health(app);
    value["engine_time"] = now.clone().into();
    for end in ["from", "to"] {
        if value["range"][end].is_null() {
            value["range"][end] = now.clone().into();
        }
    }
}

/// The picture when the log had reached this time.
fn back_then(app: &App, at: Epoch) -> Answer<Picture> {
    let empty = || Picture::new(app.setup.clone(), app.places.clone(), app.sinks.clone());
    let mut picture = empty();
    let mut unreadable = None;
    let read = app.hub.reader.read(1, &mut |seq, bytes| {
        match Entry::decode(bytes) {
            Ok(entry) if !is_later(&entry, at) => picture.apply(seq, &entry),
            Ok(_) => return false,
            Err(error) => {
                unreadable = Some(error.to_string());
                return false;
            }
        }
        true
    });
    let trouble = read.err().map(|error| error.to_string()).or(unreadable);
    match trouble {
        Some(error) => Err(Refused::new(StatusCode::SERVICE_UNAVAILABLE, error)
            .remedy("Run `forewarn log verify`.")),
        None => Ok(picture),
    }
}

/// Inputs carry the time that the log has reached.
fn is_later(entry: &Entry, at: Epoch) -> bool {
    match entry {
        Entry::Frame(frame) => frame.received.0 > at,
        Entry::Tick(tick) => tick.time.0 > at,
        _ => false,
    }
}

#[derive(Deserialize)]
pub(super) struct Page {
    after: Option<u64>,
    limit: Option<usize>,
}

pub(super) async fn events(
    State(app): State<Arc<App>>,
    Query(page): Query<Page>,
) -> Answer<Json<Value>> {
    paged(app, page, |seq, entry| {
        let shown = shown(seq, entry)?;
        serde_json::from_str(&shown.data).ok()
    })
    .await
}

pub(super) async fn audit(
    State(app): State<Arc<App>>,
    Query(page): Query<Page>,
) -> Answer<Json<Value>> {
    paged(app, page, |seq, entry| {
        let mut value: Value = serde_json::from_slice(&entry.encode()).ok()?;
        value["seq"] = seq.into();
        Some(value)
    })
    .await
}

async fn paged(
    app: Arc<App>,
    page: Page,
    show: impl Fn(u64, &Entry) -> Option<Value> + Send + 'static,
) -> Answer<Json<Value>> {
    let after = page.after.unwrap_or(0);
    let limit = page.limit.unwrap_or(PAGE).clamp(1, PAGE_MAX);
    let reader = app.hub.reader.clone();
    let read = tokio::task::spawn_blocking(move || {
        let (mut events, mut last) = (Vec::new(), after);
        let read = reader.read(after.saturating_add(1), &mut |seq, bytes| {
            last = seq;
            if let Ok(entry) = Entry::decode(bytes) {
                events.extend(show(seq, &entry));
            }
            events.len() < limit
        });
        read.map(|()| (events, last))
    });
    let unavailable = |error: String| Refused::new(StatusCode::SERVICE_UNAVAILABLE, error);
    let read = read
        .await
        .map_err(|_panic| unavailable("the log could not be read".into()))?;
    let (events, last) = read.map_err(|error| unavailable(error.to_string()))?;
    let more = last < app.hub.seq();
    let mode = app.mode().word();
    Ok(Json(
        json!({ "mode": mode, "events": events, "next": last, "more": more }),
    ))
}

pub(super) async fn history(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Answer<Json<Value>> {
    let history = app.hub.look(|picture| {
        let threat = picture.threat(&id)?;
        let all: Vec<Value> = threat
            .history
            .iter()
            .map(|value| (**value).clone())
            .collect();
        Some(all)
    });
    let history = history.ok_or_else(|| unknown(&id))?;
    let mode = app.mode().word();
    Ok(Json(
        json!({ "mode": mode, "object": id, "history": history }),
    ))
}

pub(super) async fn explain(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Answer<Json<Value>> {
    let explained = app.hub.look(|picture| {
        let threat = picture.threat(&id)?;
        let newest = threat.assessment()?;
        let verdicts: Vec<Value> = changes(threat.history.iter().map(|value| &**value));
        Some(json!({
            "mode": app.mode().word(), "object": id,
            "verdict": newest["verdict"], "reason": newest["reason"],
            "classification": newest["classification"],
            "probabilities": newest["probabilities"],
            "evidence": newest["evidence"], "notice": newest["notice"],
            "basis": newest["basis"], "other_physics_first": newest["other_physics_first"],
            "ledger": newest["ledger"],
            "seq": newest["seq"], "verdicts": verdicts,
        }))
    });
    explained.map(Json).ok_or_else(|| unknown(&id))
}

/// Where the verdict or its reason changed.
fn changes<'a>(history: impl Iterator<Item = &'a Value>) -> Vec<Value> {
    let mut last: Option<(&Value, &Value)> = None;
    let mut out = Vec::new();
    for value in history {
        let now = (&value["verdict"], &value["reason"]);
        if last != Some(now) {
            out.push(json!({
                "time": value["time"], "seq": value["seq"], "verdict": now.0, "reason": now.1,
                "detections": value["detections"], "withdrawn": value["withdrawn"],
            }));
            last = Some(now);
        }
    }
    out
}

pub(super) fn unknown(id: &str) -> Refused {
    let id: String = id.chars().take(60).collect();
    Refused::missing(format!("there is no object `{id}` in view"))
        .remedy("See /api/v1/state for those that are; older ones are in the log.")
}

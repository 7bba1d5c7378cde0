//! What operators, releasers and administrators do, besides releasing. All of it is in the log.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use forewarn_core::model::Record;
use forewarn_formats::record::{Spoken, decode_spoken};
use forewarn_formats::words::UtcTime;
use forewarn_physics::time::{after, format_utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::Caller;
use super::answer::{Answer, Refused};
use super::see::unknown;
use crate::app::App;
use crate::clock::wall;
use crate::entry::{Deed, Entry, SpokenWord};

/// Shortest reason for shelving an alarm [characters].
const REASON_CHARACTERS_MIN: usize = 3;
/// Longest shelving [min].
const SHELVED_MAX_MIN: f64 = 60.0;

pub(super) fn empty_schema() -> Value {
    json!({ "type": "object" })
}

pub(super) fn record_schema() -> Value {
    json!({ "type": "object", "description": "One record; `forewarn schema notices` and `claims` have its fields." })
}

pub(super) fn acknowledge_schema() -> Value {
    json!({
        "type": "object", "required": ["object"], "additionalProperties": false,
        "properties": { "object": { "type": "string", "description": "Such as o-3." } },
    })
}

pub(super) fn shelve_schema() -> Value {
    json!({
        "type": "object", "required": ["subject", "minutes", "reason"], "additionalProperties": false,
        "properties": {
            "subject": { "type": "string", "description": "`sensor:ID` or `object:ID`." },
            "minutes": { "type": "number", "minimum": 1, "maximum": SHELVED_MAX_MIN },
            "reason": { "type": "string", "minLength": REASON_CHARACTERS_MIN },
        },
    })
}

/// A line of `actions.ndjson`.
pub(super) fn action_line(app: &App, by: &str, action: &str, target: &str) -> Answer<String> {
    let id = app
        .sessions
        .digits(16)
        .map_err(|error| Refused::new(StatusCode::SERVICE_UNAVAILABLE, error))?;
    let time = format_utc(app.now());
    Ok(json!({ "id": format!("a-{id}"), "time": time, "by": by, "action": action, "target": target }).to_string())
}

/// A word of people goes to the log and the engine; its number, and what it led to.
pub(super) async fn say(app: &App, what: &str, line: String) -> Answer<(u64, Vec<Entry>)> {
    let word = SpokenWord {
        what: what.to_owned(),
        line,
        approved: None,
    };
    Ok(app.writer.act(Entry::Word(word)).await?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Acknowledge {
    object: String,
}

pub(super) async fn acknowledge(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Json(body): Json<Acknowledge>,
) -> Answer<Json<Value>> {
    if app
        .hub
        .look(|picture| picture.threat(&body.object).is_none())
    {
        return Err(unknown(&body.object));
    }
    let line = action_line(&app, &caller.name, "acknowledge", &body.object)?;
    let (seq, _) = say(&app, "action", line).await?;
    Ok(Json(json!({ "seq": seq, "acknowledged_by": caller.name })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shelve {
    subject: String,
    minutes: f64,
    reason: String,
}

pub(super) async fn shelve(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Json(body): Json<Shelve>,
) -> Answer<Json<Value>> {
    if !(1.0..=SHELVED_MAX_MIN).contains(&body.minutes) {
        return Err(Refused::bad("minutes must be 1 to 60"));
    }
    if body.reason.trim().chars().count() < REASON_CHARACTERS_MIN || body.reason.len() > 500 {
        return Err(Refused::bad("a reason of 3 to 500 characters is needed"));
    }
    shelvable(&app, &body.subject)?;
    let until = format_utc(after(app.now(), body.minutes * 60.0));
    let detail = json!({ "until": until, "reason": body.reason.trim() });
    let seq = deed(&app, &caller.name, "shelve", &body.subject, detail).await?;
    Ok(Json(json!({ "seq": seq, "until": until })))
}

fn shelvable(app: &App, subject: &str) -> Answer<()> {
    match subject.split_once(':') {
        Some(("sensor", id)) => {
            let known = app.setup.sensors.iter().any(|sensor| *sensor.id == *id);
            known
                .then_some(())
                .ok_or_else(|| Refused::missing("there is no such sensor"))
        }
        Some(("object", id)) => app.hub.look(|picture| {
            let newest = picture.threat(id).and_then(|threat| threat.assessment());
            match newest {
                None => Err(unknown(id)),
                Some(newest) if newest["verdict"] == "confirmed" => {
                    Err(Refused::conflict("a confirmed threat is never shelved")
                        .remedy("Acknowledge it instead."))
                }
                Some(_) => Ok(()),
            }
        }),
        _ => Err(Refused::bad("subject must be `sensor:ID` or `object:ID`")),
    }
}

/// What a person did goes to the log; its number.
pub(super) async fn deed(
    app: &App,
    by: &str,
    what: &str,
    target: &str,
    detail: Value,
) -> Answer<u64> {
    let deed = Entry::Deed(Deed {
        by: by.to_owned(),
        wall: UtcTime(wall()),
        what: what.to_owned(),
        target: target.to_owned(),
        detail,
    });
    let seq = app.writer.append(deed.clone(), None).await?;
    app.desk.lock().await.apply(&deed);
    Ok(seq)
}

pub(super) async fn notice(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Json(body): Json<Value>,
) -> Answer<Json<Value>> {
    enter(&app, &caller, ("notice", Spoken::Notice), &body).await
}

pub(super) async fn claim(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Json(body): Json<Value>,
) -> Answer<Json<Value>> {
    enter(&app, &caller, ("claim", Spoken::Claim), &body).await
}

/// Refused before it is logged where it cannot be read: whoever typed it can mend it.
async fn enter(
    app: &App,
    caller: &Caller,
    (what, spoken): (&str, Spoken),
    body: &Value,
) -> Answer<Json<Value>> {
    let line = body.to_string();
    match decode_spoken(what, spoken, line.as_bytes()) {
        Some(Record::Unreadable { detail, .. }) => return Err(Refused::bad(detail)),
        None => return Err(Refused::bad("nothing was given")),
        Some(_) => {}
    }
    let id = body["id"].as_str().unwrap_or_default();
    deed(app, &caller.name, what, id, Value::Null).await?;
    let (seq, _) = say(app, what, line).await?;
    Ok(Json(json!({ "seq": seq })))
}

pub(super) async fn approve_rule(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Json(_): Json<Value>,
) -> Answer<Json<Value>> {
    rule(&app, &caller, "approve_rule").await
}

pub(super) async fn withdraw_rule(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    Json(_): Json<Value>,
) -> Answer<Json<Value>> {
    rule(&app, &caller, "withdraw_rule").await
}

async fn rule(app: &App, caller: &Caller, action: &str) -> Answer<Json<Value>> {
    let Some(rule) = app.config.rule.clone() else {
        return Err(Refused::conflict("no rule of release is configured")
            .remedy("Set release_rule in forewarn.toml and start the service anew."));
    };
    let line = action_line(app, &caller.name, action, &rule)?;
    let (seq, _) = say(app, "action", line).await?;
    Ok(Json(
        json!({ "seq": seq, "rule": rule, "action": action, "by": caller.name }),
    ))
}

pub(super) async fn revoke(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Extension(caller): Extension<Caller>,
    Json(_): Json<Value>,
) -> Answer<Json<Value>> {
    if !app.gate.revoke(&id) {
        let id: String = id.chars().take(60).collect();
        return Err(Refused::missing(format!("`{id}` has no key")));
    }
    let seq = deed(&app, &caller.name, "revoke", &id, Value::Null).await?;
    let note = "remove the key from keys.toml, or mark it revoked there";
    Ok(Json(json!({ "seq": seq, "revoked": id, "note": note })))
}

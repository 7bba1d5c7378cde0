//! Letting a warning out, or taking it back: people see the exact bytes and type a code.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use forewarn_physics::time::format_utc;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::access::Caller;
use super::act::action_line;
use super::answer::{Answer, Refused};
use crate::app::App;
use crate::clock::wall;
use crate::entry::{Approved, Deed, Entry, SpokenWord, Step};
use crate::hex;
use crate::people::{DeskError, Prepare};
use crate::spine::Job;
use forewarn_formats::words::UtcTime;

fn steps() -> Value {
    json!({ "enum": ["release", "update", "cancel", "retract"] })
}

pub(super) fn prepare_schema() -> Value {
    json!({
        "type": "object", "required": ["action"], "additionalProperties": false,
        "properties": { "action": steps() },
    })
}

pub(super) fn confirm_schema() -> Value {
    json!({
        "type": "object", "required": ["action", "sha256", "code"], "additionalProperties": false,
        "properties": {
            "action": steps(),
            "sha256": { "type": "string", "description": "Of the bytes that were seen." },
            "code": { "type": "string", "description": "The four digits of `prepare`." },
        },
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Prepared {
    action: Step,
}

pub(super) async fn prepare(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Extension(caller): Extension<Caller>,
    Json(body): Json<Prepared>,
) -> Answer<Json<Value>> {
    let code = app
        .sessions
        .code()
        .map_err(|error| Refused::new(StatusCode::SERVICE_UNAVAILABLE, error))?;
    // One at a time, so that two people who prepare at once see the same bytes.
    let mut desk = app.desk.lock().await;
    let what = match desk.waiting(&id, body.action, wall()) {
        Some(waiting) => Prepare {
            code,
            ..waiting.clone()
        },
        None => fresh(&app, &id, body.action, &caller.name, code).await?,
    };
    let deed = Entry::Deed(Deed {
        by: caller.name.clone(),
        wall: UtcTime(wall()),
        what: "prepare".into(),
        target: id,
        detail: serde_json::to_value(&what).unwrap_or_default(),
    });
    app.writer.append(deed.clone(), None).await?;
    desk.apply(&deed);
    Ok(Json(json!({
        "bytes": what.bytes, "sha256": what.sha256, "audience": app.config.audience,
        "areas": what.areas, "mode": app.mode().word(), "time": what.time, "code": what.code,
        "people_needed": body.action.people_needed(),
    })))
}

/// Asks the engine what would be said now.
async fn fresh(app: &App, id: &str, step: Step, by: &str, code: String) -> Answer<Prepare> {
    let known = app.hub.look(|picture| picture.has_warning(id));
    if !known {
        let id: String = id.chars().take(40).collect();
        return Err(Refused::missing(format!("there is no warning `{id}`")));
    }
    let (reply, answer) = oneshot::channel();
    let job = Job::Prepare {
        warning: id.to_owned(),
        step,
        by: by.to_owned(),
        reply,
    };
    let busy = || Refused::new(StatusCode::SERVICE_UNAVAILABLE, "the engine is busy");
    app.brain.try_send(job).map_err(|_full| busy())?;
    let prepared = answer.await.map_err(|_gone| busy())?;
    let prepared = prepared.map_err(Refused::conflict)?;
    let bytes = prepared.message.xml.unwrap_or_default();
    Ok(Prepare {
        action: step,
        sha256: hex::sha256(bytes.as_bytes()),
        bytes,
        revision: prepared.revision,
        areas: prepared.message.areas,
        time: format_utc(prepared.time),
        code,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Confirm {
    action: Step,
    sha256: String,
    code: String,
}

pub(super) async fn confirm(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Extension(caller): Extension<Caller>,
    Json(body): Json<Confirm>,
) -> Answer<Json<Value>> {
    let mut desk = app.desk.lock().await;
    let given = (body.sha256.as_str(), body.code.as_str());
    let checked = desk.check(&id, body.action, given, &caller.name, wall());
    let deed = |what: &str| {
        Entry::Deed(Deed {
            by: caller.name.clone(),
            wall: UtcTime(wall()),
            what: what.into(),
            target: id.clone(),
            detail: json!({ "action": body.action, "sha256": body.sha256 }),
        })
    };
    let (what, people) = match checked {
        Ok(checked) => checked,
        Err(error) => {
            let refused = deed(match error {
                DeskError::WrongCode => "wrong_code",
                _ => "confirm_refused",
            });
            app.writer.append(refused.clone(), None).await?;
            desk.apply(&refused);
            return Err(Refused::conflict(error.to_string()).remedy(error.remedy()));
        }
    };
    if people.len() < body.action.people_needed() {
        let approval = deed("confirm");
        let seq = app.writer.append(approval.clone(), None).await?;
        desk.apply(&approval);
        return Ok(Json(
            json!({ "state": "awaiting_second_person", "seq": seq }),
        ));
    }
    let word = Entry::Word(word(&app, &id, what, people)?);
    let (seq, led_to) = app.writer.act(word.clone()).await?;
    desk.apply(&word);
    let said = led_to
        .iter()
        .any(|entry| matches!(entry, Entry::Event(_) | Entry::Publication(_)));
    if !said {
        return Err(
            Refused::conflict("the engine no longer holds this warning; nothing went out")
                .remedy("Look at its state."),
        );
    }
    let state = match body.action {
        Step::Release => "issued",
        Step::Update => "updated",
        Step::Cancel => "cancelled",
        Step::Retract => "retracted",
    };
    let published = led_to.iter().find_map(|entry| match entry {
        Entry::Publication(publication) => Some(&publication.key),
        _ => None,
    });
    Ok(Json(
        json!({ "state": state, "seq": seq, "published": published }),
    ))
}

/// What everybody who approved did, for the engine, and the bytes that they approved.
fn word(app: &App, id: &str, what: Prepare, people: Vec<String>) -> Answer<SpokenWord> {
    let mut lines = String::new();
    if what.action != Step::Update {
        for by in &people {
            lines.push_str(&action_line(app, by, what.action.word(), id)?);
            lines.push('\n');
        }
    }
    Ok(SpokenWord {
        what: "action".into(),
        line: lines,
        approved: Some(Approved {
            warning: id.to_owned(),
            action: what.action,
            revision: what.revision,
            bytes: what.bytes,
            sha256: what.sha256,
            by: people,
        }),
    })
}

//! Signing in and out.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::{Extension, Json};
use forewarn_formats::words::UtcTime;
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::Caller;
use super::answer::{Answer, Refused};
use crate::app::App;
use crate::clock::wall;
use crate::entry::{Deed, Entry};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignIn {
    name: String,
    secret: String,
}

pub(super) fn schema() -> Value {
    json!({
        "type": "object", "additionalProperties": false, "required": ["name", "secret"],
        "properties": { "name": { "type": "string" }, "secret": { "type": "string" } },
    })
}

pub(super) async fn sign_in(
    State(app): State<Arc<App>>,
    Json(body): Json<SignIn>,
) -> Answer<impl IntoResponse> {
    // Checking takes memory: so many at once, the others wait their turn or come again.
    let turn = tokio::time::timeout(std::time::Duration::from_secs(5), app.signing_in.acquire());
    let Ok(Ok(_turn)) = turn.await else {
        return Err(Refused::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too many are signing in at once",
        )
        .remedy("Try again in a few seconds."));
    };
    let (checker, name, secret) = (app.clone(), body.name.clone(), body.secret);
    let knows = tokio::task::spawn_blocking(move || checker.people.knows(&name, &secret));
    let knows = knows.await.unwrap_or(false);
    let what = if knows { "sign_in" } else { "sign_in_refused" };
    let name: String = body.name.chars().take(60).collect();
    note(&app, &name, what, "").await?;
    if !knows {
        return Err(
            Refused::new(StatusCode::UNAUTHORIZED, "name and secret do not fit")
                .remedy("Check both; the administrator can give a new secret."),
        );
    }
    let begun = app.sessions.begin(&name);
    let (_, cookie) =
        begun.map_err(|error| Refused::new(StatusCode::SERVICE_UNAVAILABLE, error))?;
    let roles = app.people.get(&name).map(|person| words(&person.roles));
    let body = json!({ "name": name, "roles": roles, "mode": app.mode().word() });
    Ok(([(header::SET_COOKIE, cookie)], Json(body)))
}

pub(super) async fn sign_out(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
) -> Answer<impl IntoResponse> {
    note(&app, &caller.name, "sign_out", &caller.session.id).await?;
    let cookie = app.sessions.end(&caller.session.id);
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]))
}

pub(super) async fn me(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
) -> Json<Value> {
    let mode = app.mode().word();
    Json(json!({ "name": caller.name, "roles": words(&caller.roles), "mode": mode }))
}

fn words(roles: &[crate::people::Role]) -> Vec<&'static str> {
    roles.iter().map(|role| role.word()).collect()
}

async fn note(app: &App, by: &str, what: &str, target: &str) -> Answer<()> {
    let deed = Entry::Deed(Deed {
        by: by.to_owned(),
        wall: UtcTime(wall()),
        what: what.to_owned(),
        target: target.to_owned(),
        detail: Value::Null,
    });
    app.writer.append(deed, None).await?;
    Ok(())
}

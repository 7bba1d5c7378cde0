//! Whether the service is well, for machines.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde_json::{Value, json};

use crate::app::App;
use crate::metrics::{gauge, labelled};

/// Without an answer of the engine for longer than this, it does not watch [s].
const SILENT_MAX_S: f64 = 5.0;

pub(super) async fn healthz(State(app): State<Arc<App>>) -> Json<Value> {
    Json(json!({ "status": "ok", "mode": app.mode().word() }))
}

/// What keeps the service from watching; nothing where it watches.
pub(crate) fn troubles(app: &App) -> Vec<String> {
    let mut troubles: Vec<String> = app.hub.alarm().into_iter().collect();
    match app.pulse.age_s() {
        None => troubles.push("the engine has not answered yet".into()),
        Some(age_s) if age_s > SILENT_MAX_S => {
            troubles.push(format!("the engine has not answered for {age_s:.0} s"));
        }
        Some(_) => {}
    }
    troubles
}

pub(super) async fn readyz(State(app): State<Arc<App>>) -> impl IntoResponse {
    let troubles = troubles(&app);
    let status = if troubles.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let ready = troubles.is_empty();
    let body = json!({ "ready": ready, "mode": app.mode().word(), "troubles": troubles });
    (status, Json(body))
}

pub(super) async fn metrics(State(app): State<Arc<App>>) -> impl IntoResponse {
    let kind = [(
        header::CONTENT_TYPE,
        "text/plain; version=0.0.4; charset=utf-8",
    )];
    let mut text = app.metrics.render();
    let silent_s = app.pulse.age_s().unwrap_or(0.0);
    let help = "Since the engine's last answer.";
    gauge(&mut text, "forewarn_engine_silent_seconds", help, silent_s);
    let now = app.clock.now();
    let statuses = app.hub.look(|picture| picture.sensor_statuses(now));
    let ages = statuses.iter().filter_map(|sensor| {
        let id = sensor["id"].as_str()?.to_owned();
        // One that was never heard is silent since the start.
        Some((id, sensor["age_s"].as_f64().unwrap_or(app.pulse.up_s())))
    });
    let name = (
        "forewarn_sensor_age_seconds",
        "Since the last heartbeat or report of each sensor.",
    );
    labelled(&mut text, name, "sensor", ages);
    (kind, text)
}

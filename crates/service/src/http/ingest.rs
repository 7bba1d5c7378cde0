//! Signed frames over HTTPS and WebSocket.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde_json::{Value, json};

use super::access::Peer;
use crate::app::App;
use crate::ingest::{Ack, Refusal, Why};

/// A sensor that sends nothing for so long on a WebSocket is let go; it connects anew.
const IDLE: Duration = Duration::from_secs(120);

pub(super) fn schema() -> Value {
    json!({
        "type": "string", "contentMediaType": "application/x-forewarn-frame",
        "description": "A line of JSON {frame, sensor, key, sequence, time, mode, bytes, signature}, a line feed, then `bytes` bytes of records, one a line.",
    })
}

fn certificate(peer: Option<&ConnectInfo<Peer>>) -> Option<String> {
    peer.and_then(|peer| peer.0.certificate.clone())
}

pub(super) async fn frame(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    peer: Option<Extension<ConnectInfo<Peer>>>,
    body: Bytes,
) -> Response {
    let certificate = certificate(peer.as_ref().map(|peer| &peer.0));
    answer(app.gate.take(&id, certificate.as_deref(), &body).await)
}

fn answer(taken: Result<Ack, Refusal>) -> Response {
    let refusal = match taken {
        Ok(ack) => return Json(ack).into_response(),
        Err(refusal) => refusal,
    };
    let status = match refusal.error {
        Why::Malformed => StatusCode::BAD_REQUEST,
        Why::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Why::UnknownKey | Why::WrongCertificate | Why::BadSignature => StatusCode::FORBIDDEN,
        Why::WrongMode | Why::TooOld => StatusCode::CONFLICT,
        Why::ImplausibleClock => StatusCode::UNPROCESSABLE_ENTITY,
        Why::Busy => StatusCode::TOO_MANY_REQUESTS,
        Why::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    };
    let after_s = refusal.retry_after_s;
    let mut response = (status, Json(refusal)).into_response();
    if let Some(after_s) = after_s {
        let seconds = HeaderValue::from(after_s.ceil() as u64);
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}

pub(super) async fn socket(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    upgrade: WebSocketUpgrade,
    request: Request,
) -> Response {
    let certificate = certificate(request.extensions().get::<ConnectInfo<Peer>>());
    let bounded = upgrade.max_message_size(app.config.intake.frame_bytes_max + 4_096);
    bounded.on_upgrade(move |socket| take_all(app, id, certificate, socket))
}

/// One frame after the other: the next is not read before this one is on disk.
async fn take_all(app: Arc<App>, id: String, certificate: Option<String>, mut socket: WebSocket) {
    let mut stop = app.stop.subscribe();
    loop {
        let heard = tokio::select! {
            heard = tokio::time::timeout(IDLE, socket.recv()) => heard,
            _ = stop.changed() => return,
        };
        let frame = match heard {
            Ok(Some(Ok(Message::Binary(bytes)))) => bytes,
            Ok(Some(Ok(Message::Text(text)))) => Bytes::from(text),
            Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => continue,
            _ => return,
        };
        let taken = app.gate.take(&id, certificate.as_deref(), &frame).await;
        let answer = match &taken {
            Ok(ack) => serde_json::to_string(ack),
            Err(refusal) => serde_json::to_string(refusal),
        };
        let Ok(answer) = answer else { return };
        if socket.send(Message::Text(answer.into())).await.is_err() {
            return;
        }
    }
}

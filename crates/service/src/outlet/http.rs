//! An HTTP callback: POST with an Idempotency-Key; the answer may echo the hash of what was read.

use std::path::Path;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::Value;

use super::link::{LinkError, Target, dial, trust};
use super::{Miss, Receipt};
use crate::entry::Publication;

/// Longest answer that is read [bytes].
const ANSWER_BYTES_MAX: usize = 64 << 10;

pub(super) async fn send(
    url: &str,
    authority: Option<&Path>,
    publication: &Publication,
) -> Result<Receipt, Miss> {
    let later = |error: LinkError| Miss::Later(error.to_string());
    let body = publication.bytes.clone().into();
    let (status, answer) = exchange(url, authority, (Method::POST, body), publication)
        .await
        .map_err(later)?;
    let said: String = answer.chars().take(200).collect();
    let said = format!("{status} {said}");
    // A conflict is how a receiver says that it had the key with other bytes.
    match status.as_u16() {
        200..=299 => Ok(receipt(&answer, publication, said)),
        400 | 403 | 404 | 405 | 409 | 410 | 413 | 415 | 422 => Err(Miss::Never(said)),
        _ => Err(Miss::Later(said)),
    }
}

/// A receiver that says the right hash has read the message.
fn receipt(answer: &str, publication: &Publication, said: String) -> Receipt {
    let value: Value = serde_json::from_str(answer).unwrap_or_default();
    if value["sha256"] == publication.sha256.as_str() {
        Receipt::Seen(said)
    } else {
        Receipt::Accepted(said)
    }
}

pub(super) async fn ask(
    url: &str,
    authority: Option<&Path>,
    publication: &Publication,
) -> Option<Receipt> {
    let request = (Method::GET, Bytes::new());
    let (status, answer) = exchange(url, authority, request, publication).await.ok()?;
    let value: Value = serde_json::from_str(&answer).ok()?;
    let has = status == StatusCode::OK && value["sha256"] == publication.sha256.as_str();
    has.then(|| Receipt::Seen("it had it already".into()))
}

async fn exchange(
    url: &str,
    authority: Option<&Path>,
    (method, body): (Method, Bytes),
    publication: &Publication,
) -> Result<(StatusCode, String), LinkError> {
    let broken = |error: &dyn std::fmt::Display| LinkError::Unreachable(error.to_string());
    let target = Target::read(url)?;
    let wire = dial(&target, trust(authority)?).await?;
    let handshake = hyper::client::conn::http1::handshake(TokioIo::new(wire)).await;
    let (mut sender, connection) = handshake.map_err(|error| broken(&error))?;
    let driver = tokio::spawn(connection);
    let request = Request::builder()
        .method(method)
        .uri(&target.path)
        .header("host", format!("{}:{}", target.host, target.port))
        .header("content-type", "application/cap+xml")
        .header("idempotency-key", &publication.key)
        .header("x-forewarn-sha256", &publication.sha256)
        .header("x-forewarn-action", &publication.action)
        .body(Full::new(body))
        .map_err(|error| broken(&error))?;
    let answer = sender
        .send_request(request)
        .await
        .map_err(|error| broken(&error))?;
    let status = answer.status();
    let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX)
        .collect()
        .await;
    driver.abort();
    let body = body
        .map_err(|error| LinkError::Unreachable(error.to_string()))?
        .to_bytes();
    Ok((status, String::from_utf8_lossy(&body).into_owned()))
}

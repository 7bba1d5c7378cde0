//! The console's files, and what is said of paths that are none.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

use super::answer::Refused;
use crate::hex;

#[derive(RustEmbed)]
#[folder = "../../console/dist"]
struct Console;

/// A file of the console.
pub(super) async fn file(request: Request) -> Response {
    if request.method() != axum::http::Method::GET && request.method() != axum::http::Method::HEAD {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let path = request.uri().path().trim_start_matches('/');
    let path = if path.is_empty() { "index.html" } else { path };
    let Some(file) = Console::get(path) else {
        return Refused::missing(format!("there is no /{path}"))
            .remedy("See /openapi.json for what there is.")
            .into_response();
    };
    let tag = format!("\"{}\"", &hex::encode(&file.metadata.sha256_hash())[..32]);
    let known = request.headers().get(header::IF_NONE_MATCH);
    let unchanged = known.is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let headers = [
        (header::CONTENT_TYPE, content_type(path).to_owned()),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
        (header::ETAG, tag),
    ];
    if unchanged {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (headers, Body::from(file.data.into_owned())).into_response()
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

/// Refusals of the framework itself (a body that is no JSON, a wrong method) also say what and why.
pub(super) async fn not_found_as_json(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    let status = response.status();
    let json = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    if !(status.is_client_error() || status.is_server_error()) || json {
        return response;
    }
    let body = axum::body::to_bytes(response.into_body(), 4_096).await;
    let said = body.map(|body| String::from_utf8_lossy(&body).into_owned());
    let said = said.ok().filter(|said| !said.trim().is_empty());
    let reason = status
        .canonical_reason()
        .unwrap_or("refused")
        .to_lowercase();
    Refused::new(status, said.unwrap_or_else(|| format!("{path}: {reason}"))).into_response()
}

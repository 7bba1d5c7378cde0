//! A listening receiver: takes what a service publishes over HTTP, keeps it, and says the hash of
//! what it read back from its disk. What a siren's controller would be, and the witness in tests.

use std::future::Future;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use forewarn_cap::check_xml;
use serde_json::json;
use tokio::net::TcpListener;

use crate::hex;

/// Longest message [bytes].
const MESSAGE_BYTES_MAX: usize = 1 << 20;

/// A message came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// Its key.
    pub key: String,
    /// SHA-256 of what is on disk.
    pub sha256: String,
    /// It had come before.
    pub duplicate: bool,
    /// Rules of CAP that it breaks.
    pub broken: usize,
}

type Told = Box<dyn FnMut(&Heard) + Send>;

struct Receiver {
    folder: PathBuf,
    told: Mutex<Told>,
}

/// Listens until `stop` is done. `ready` is told where; `told` hears of every message.
///
/// # Errors
/// The address or the folder cannot be used.
pub async fn listen(
    address: SocketAddr,
    folder: &Path,
    told: impl FnMut(&Heard) + Send + 'static,
    ready: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let receiver = Arc::new(Receiver {
        folder: folder.to_owned(),
        told: Mutex::new(Box::new(told)),
    });
    let router = Router::new()
        .route("/cap", get(has).post(take))
        .layer(DefaultBodyLimit::max(MESSAGE_BYTES_MAX))
        .with_state(receiver);
    let listener = TcpListener::bind(address).await?;
    ready(listener.local_addr()?);
    axum::serve(listener, router)
        .with_graceful_shutdown(stop)
        .await
}

fn key(headers: &HeaderMap) -> Option<String> {
    let key = headers.get("idempotency-key")?.to_str().ok()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    (!key.is_empty() && key.len() <= 200 && !key.starts_with('.') && key.chars().all(plain))
        .then(|| key.to_owned())
}

fn no_key() -> Response {
    let error = "give an Idempotency-Key of letters, digits, `-` and `.`";
    (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response()
}

async fn has(State(receiver): State<Arc<Receiver>>, headers: HeaderMap) -> Response {
    let Some(key) = key(&headers) else {
        return no_key();
    };
    match std::fs::read(receiver.folder.join(format!("{key}.xml"))) {
        Ok(bytes) => Json(json!({ "key": key, "sha256": hex::sha256(&bytes) })).into_response(),
        Err(_) => (StatusCode::NOT_FOUND, Json(json!({ "key": key }))).into_response(),
    }
}

async fn take(State(receiver): State<Arc<Receiver>>, headers: HeaderMap, body: Bytes) -> Response {
    let Some(key) = key(&headers) else {
        return no_key();
    };
    let unwell = |error: std::io::Error| {
        let body = Json(json!({ "error": error.to_string() }));
        (StatusCode::SERVICE_UNAVAILABLE, body).into_response()
    };
    let path = receiver.folder.join(format!("{key}.xml"));
    let duplicate = path.exists();
    if !duplicate && let Err(error) = keep(&path, &body) {
        return unwell(error);
    }
    let kept = match std::fs::read(&path) {
        Ok(kept) => kept,
        Err(error) => return unwell(error),
    };
    let text = String::from_utf8_lossy(&kept);
    let heard = Heard {
        sha256: hex::sha256(&kept),
        broken: check_xml(&text).len(),
        key,
        duplicate,
    };
    {
        let mut told = receiver.told.lock().unwrap_or_else(PoisonError::into_inner);
        told(&heard);
    }
    if kept != body {
        let error = "this key came before with other bytes";
        return (StatusCode::CONFLICT, Json(json!({ "error": error }))).into_response();
    }
    Json(json!({
        "accepted": true, "key": heard.key, "sha256": heard.sha256,
        "duplicate": heard.duplicate, "broken": heard.broken,
    }))
    .into_response()
}

/// Whole or not at all, and on disk.
fn keep(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    let part = path.with_extension("part");
    let mut file = std::fs::File::create(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&part, path)?;
    path.parent()
        .map_or(Ok(()), |folder| std::fs::File::open(folder)?.sync_all())
}

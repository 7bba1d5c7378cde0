//! What happens, as it happens, resumable by sequence number: server-sent events and WebSocket.
//!
//! A viewer that falls behind what is kept in memory is brought up from the log; one that takes
//! nothing for a while is let go. Nobody else waits for it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use http_body_util::channel::Channel;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::app::App;
use crate::entry::Entry;
use crate::picture::shown;
use crate::spine::Push;

/// Entries read from the log at once, for one who comes late.
const CATCH_UP: usize = 500;
/// One who takes nothing for so long is let go.
const STALLED: Duration = Duration::from_secs(30);
/// Pieces that wait for one viewer.
const PIECES: usize = 16;

#[derive(Deserialize)]
pub(super) struct After {
    after: Option<u64>,
}

/// One who watches.
struct Follower {
    app: Arc<App>,
    live: Receiver<Arc<Push>>,
    /// The newest entry that was looked at for this viewer.
    seen: u64,
    /// The entries up to here are to be read from the log.
    until: u64,
    ready: VecDeque<Arc<Push>>,
}

impl Follower {
    fn new(app: Arc<App>, after: Option<u64>) -> Self {
        // First listen, then look where the log ends: nothing falls between.
        let live = app.hub.watch();
        let until = app.hub.seq();
        app.metrics.viewers.add(1);
        Self {
            seen: after.unwrap_or(until),
            app,
            live,
            until,
            ready: VecDeque::new(),
        }
    }

    /// What comes next; none when the service ends.
    async fn next(&mut self) -> Option<Arc<Push>> {
        let mut stop = self.app.stop.subscribe();
        loop {
            if let Some(push) = self.ready.pop_front() {
                return Some(push);
            }
            if self.seen < self.until {
                self.catch_up().await;
                continue;
            }
            let heard = tokio::select! {
                heard = self.live.recv() => heard,
                _ = stop.changed() => return None,
            };
            match heard {
                // Ticks and notices carry the number of the newest entry, not one of their own.
                Ok(push) if push.name == "tick" || push.name == "notice" => return Some(push),
                Ok(push) if push.seq > self.seen => {
                    self.seen = push.seq;
                    return Some(push);
                }
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => {
                    self.app.metrics.viewers_lagged.add(1);
                    self.until = self.app.hub.seq();
                }
                Err(RecvError::Closed) => return None,
            }
        }
    }

    async fn catch_up(&mut self) {
        let reader = self.app.hub.reader.clone();
        let (from, until) = (self.seen + 1, self.until);
        let page = tokio::task::spawn_blocking(move || {
            let (mut pushes, mut last, mut looked) = (VecDeque::new(), until, 0);
            let read = reader.read(from, &mut |seq, bytes| {
                last = seq;
                looked += 1;
                let entry = Entry::decode(bytes).ok();
                let shown = entry.and_then(|entry| shown(seq, &entry));
                pushes.extend(shown.map(|shown| {
                    Arc::new(Push {
                        seq,
                        name: shown.name,
                        data: shown.data,
                    })
                }));
                looked < CATCH_UP && seq < until
            });
            if let Err(error) = read {
                tracing::error!(%error, "a viewer cannot be brought up");
            }
            (
                pushes,
                if looked < CATCH_UP {
                    until.max(last)
                } else {
                    last
                },
            )
        });
        match page.await {
            Ok((pushes, last)) => {
                self.ready = pushes;
                self.seen = last;
            }
            Err(_panic) => self.seen = self.until,
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.app.metrics.viewers.add(-1);
    }
}

pub(super) async fn events(
    State(app): State<Arc<App>>,
    Query(after): Query<After>,
    headers: HeaderMap,
) -> Response {
    let last = headers.get("last-event-id");
    let last = last.and_then(|last| last.to_str().ok()?.parse().ok());
    let mut follower = Follower::new(app, last.or(after.after));
    let (mut pieces, body) = Channel::<Bytes, std::convert::Infallible>::new(PIECES);
    tokio::spawn(async move {
        // A comment at once, so that the other side knows that it is connected.
        let mut piece = Bytes::from_static(b": forewarn\nretry: 2000\n\n");
        loop {
            let sent = tokio::time::timeout(STALLED, pieces.send_data(piece)).await;
            if !matches!(sent, Ok(Ok(()))) {
                return;
            }
            let Some(push) = follower.next().await else {
                return;
            };
            piece = sse(&push);
        }
    });
    let kind = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (kind, Body::new(body)).into_response()
}

/// One event. Ticks have no number: resuming goes by the log.
fn sse(push: &Push) -> Bytes {
    let (name, data) = (push.name, &push.data);
    if name == "tick" {
        return format!("event: tick\ndata: {data}\n\n").into();
    }
    format!("id: {}\nevent: {name}\ndata: {data}\n\n", push.seq).into()
}

pub(super) async fn socket(
    State(app): State<Arc<App>>,
    Query(after): Query<After>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let bounded = upgrade
        .max_message_size(4_096)
        .max_write_buffer_size(1 << 20);
    bounded.on_upgrade(move |socket| watch(app, after.after, socket))
}

async fn watch(app: Arc<App>, after: Option<u64>, mut socket: WebSocket) {
    let mut follower = Follower::new(app, after);
    loop {
        let push = tokio::select! {
            push = follower.next() => push,
            heard = socket.recv() => match heard {
                // Viewers have nothing to say; pings are answered by the library.
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                _ => return,
            },
        };
        let Some(push) = push else { return };
        let Ok(data) = RawValue::from_string(push.data.clone()) else {
            continue;
        };
        let message = serde_json::json!({ "name": push.name, "data": data }).to_string();
        let sent = tokio::time::timeout(STALLED, socket.send(Message::Text(message.into()))).await;
        if !matches!(sent, Ok(Ok(()))) {
            return;
        }
    }
}

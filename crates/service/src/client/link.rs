//! The three ways in, from the sensor's side: frame in, answer out.

use futures_util::{SinkExt, StreamExt};
use http_body_util::{BodyExt, Full, Limited};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use thiserror::Error;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use super::identity::Identity;
use crate::outlet::{LinkError, Target, Wire, dial};

/// Longest answer [bytes].
const ANSWER_BYTES_MAX: usize = 64 << 10;

/// What the service said of a frame.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Answer {
    /// It is on disk.
    #[serde(default)]
    pub ack: bool,
    /// It had come before.
    #[serde(default)]
    pub duplicate: bool,
    /// Its number in the log.
    #[serde(default)]
    pub seq: Option<u64>,
    /// Why it was not taken.
    #[serde(default)]
    pub error: Option<String>,
    /// For a person.
    #[serde(default)]
    pub detail: Option<String>,
    /// When to come again [s].
    #[serde(default)]
    pub retry_after_s: Option<f64>,
}

/// The connection failed: whether the frame arrived is unknown, and it may be sent again.
#[derive(Debug, Error)]
pub enum LinkFailure {
    /// No connection.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// It broke.
    #[error("the connection broke: {0}")]
    Broke(String),
}

fn broke(error: impl std::fmt::Display) -> LinkFailure {
    LinkFailure::Broke(error.to_string())
}

/// A connection of one sensor.
pub enum Link {
    /// `http://` or `https://`: a request a frame.
    Http(SendRequest<Full<Bytes>>, String, String),
    /// `ws://` or `wss://`: a message a frame.
    Socket(Box<WebSocketStream<Box<dyn Wire>>>),
    /// `tcp://` or `tls://`: frames one after the other.
    Lines(BufReader<Box<dyn Wire>>),
}

impl Link {
    /// Connects to the service's address for sensors: `https://host:port`, `wss://…` or `tls://…`.
    ///
    /// # Errors
    /// There is no connection.
    pub async fn open(to: &str, identity: &Identity) -> Result<Self, LinkFailure> {
        let target = Target::read(to)?;
        let wire = dial(&target, identity.tls.clone()).await?;
        let host = format!("{}:{}", target.host, target.port);
        let sensor = &identity.sensor;
        match target.scheme.as_str() {
            "http" | "https" => {
                let handshake = hyper::client::conn::http1::handshake(TokioIo::new(wire)).await;
                let (sender, connection) = handshake.map_err(broke)?;
                tokio::spawn(connection);
                Ok(Self::Http(sender, host, format!("/api/v1/ingest/{sensor}")))
            }
            "ws" | "wss" => {
                // The connection is made and secured already: what is asked for is plain.
                let url = format!("ws://{host}/api/v1/ingest/{sensor}/ws");
                let opened = tokio_tungstenite::client_async(url, wire).await;
                Ok(Self::Socket(Box::new(opened.map_err(broke)?.0)))
            }
            _ => Ok(Self::Lines(BufReader::new(wire))),
        }
    }

    /// Sends a frame and waits for the answer.
    ///
    /// # Errors
    /// The connection broke; open another and send the same frame again.
    pub async fn send(&mut self, frame: &[u8]) -> Result<Answer, LinkFailure> {
        let text = match self {
            Self::Http(sender, host, path) => http(sender, (host, path), frame).await?,
            Self::Socket(socket) => {
                let message = Message::Binary(Bytes::copy_from_slice(frame));
                socket.send(message).await.map_err(broke)?;
                loop {
                    match socket.next().await {
                        Some(Ok(Message::Text(text))) => break text.to_string(),
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                        Some(Err(error)) => return Err(broke(error)),
                        _ => return Err(broke("it was closed")),
                    }
                }
            }
            Self::Lines(wire) => {
                wire.get_mut().write_all(frame).await.map_err(broke)?;
                wire.get_mut().flush().await.map_err(broke)?;
                let mut line = String::new();
                if wire.read_line(&mut line).await.map_err(broke)? == 0 {
                    return Err(broke("it was closed"));
                }
                line
            }
        };
        serde_json::from_str(&text)
            .map_err(|_not_json| broke(text.chars().take(200).collect::<String>()))
    }
}

async fn http(
    sender: &mut SendRequest<Full<Bytes>>,
    (host, path): (&str, &str),
    frame: &[u8],
) -> Result<String, LinkFailure> {
    sender.ready().await.map_err(broke)?;
    let request = Request::post(path)
        .header("host", host)
        .header("content-type", "application/x-forewarn-frame")
        .body(Full::new(Bytes::copy_from_slice(frame)))
        .map_err(broke)?;
    let answer = sender.send_request(request).await.map_err(broke)?;
    let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX)
        .collect()
        .await;
    let body = body.map_err(broke)?.to_bytes();
    Ok(String::from_utf8_lossy(&body).into_owned())
}

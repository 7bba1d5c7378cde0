//! A TCP connection: one JSON line with the message, answered by one line.

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use super::{Miss, Receipt};
use crate::entry::Publication;

/// Longest answer that is read [bytes].
const ANSWER_BYTES_MAX: u64 = 64 << 10;

pub(super) async fn send(address: &str, publication: &Publication) -> Result<Receipt, Miss> {
    let line = json!({
        "key": publication.key, "warning": publication.warning, "action": publication.action,
        "sha256": publication.sha256, "bytes": publication.bytes,
    });
    let answer = exchange(address, &line).await.map_err(Miss::Later)?;
    let said = answer.to_string();
    if answer["accepted"] != true {
        let never = answer["never"] == true;
        return Err(if never {
            Miss::Never(said)
        } else {
            Miss::Later(said)
        });
    }
    if answer["sha256"] == publication.sha256.as_str() {
        Ok(Receipt::Seen(said))
    } else {
        Ok(Receipt::Accepted(said))
    }
}

pub(super) async fn ask(address: &str, publication: &Publication) -> Option<Receipt> {
    let answer = exchange(address, &json!({ "ask": publication.key }))
        .await
        .ok()?;
    let has = answer["sha256"] == publication.sha256.as_str();
    has.then(|| Receipt::Seen("it had it already".into()))
}

async fn exchange(address: &str, line: &Value) -> Result<Value, String> {
    let fail = |error: std::io::Error| format!("{address}: {error}");
    let mut stream = TcpStream::connect(address).await.map_err(fail)?;
    stream
        .write_all(format!("{line}\n").as_bytes())
        .await
        .map_err(fail)?;
    let mut answer = String::new();
    let mut reader = BufReader::new(stream).take(ANSWER_BYTES_MAX);
    let read = reader.read_line(&mut answer).await.map_err(fail)?;
    if read == 0 {
        return Err(format!("{address}: it closed without an answer"));
    }
    serde_json::from_str(&answer).map_err(|error| format!("{address}: no receipt: {error}"))
}

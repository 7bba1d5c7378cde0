//! Frames over a plain stream (TLS on TCP): a header line, its bytes of records, the next header.
//! Each is answered by one line of JSON; the next is not read before.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

use super::frame::{HEADER_BYTES_MAX, read_header};
use super::gate::{Refusal, Why};
use crate::app::App;
use crate::http::Peer;
use crate::net::{Doors, Stream};

/// A sensor that sends nothing for so long is let go; it connects anew.
const IDLE: Duration = Duration::from_secs(120);

/// Takes connections until the service ends.
pub async fn listen(app: Arc<App>, mut doors: Doors) {
    let mut stop = app.stop.subscribe();
    loop {
        let next = tokio::select! {
            next = doors.next() => next,
            _ = stop.changed() => return,
        };
        let Some((stream, peer)) = next else { return };
        tokio::spawn(serve(app.clone(), stream, peer));
    }
}

async fn serve(app: Arc<App>, stream: Stream, peer: Peer) {
    let mut stop = app.stop.subscribe();
    let mut stream = BufReader::new(stream);
    loop {
        let read = tokio::select! {
            read = tokio::time::timeout(IDLE, read_frame(&app, &mut stream)) => read,
            _ = stop.changed() => return,
        };
        let (answer, last) = match read {
            Ok(Ok(Some((sensor, frame)))) => {
                let certificate = peer.certificate.as_deref();
                let taken = app.gate.take(&sensor, certificate, &frame).await;
                let answer = match &taken {
                    Ok(ack) => serde_json::to_string(ack),
                    Err(refusal) => serde_json::to_string(refusal),
                };
                (answer, false)
            }
            // Where one header ends wrongly nobody knows where the next begins.
            Ok(Err(refusal)) => (serde_json::to_string(&refusal), true),
            Ok(Ok(None)) | Err(_) => return,
        };
        let Ok(mut line) = answer else { return };
        line.push('\n');
        if stream.get_mut().write_all(line.as_bytes()).await.is_err() || last {
            drop(stream.get_mut().shutdown().await);
            return;
        }
    }
}

/// The next frame and the sensor that it names; none at the end of the stream.
async fn read_frame(
    app: &App,
    stream: &mut BufReader<Stream>,
) -> Result<Option<(String, Vec<u8>)>, Refusal> {
    let malformed = |detail: String| Refusal {
        sequence: None,
        error: Why::Malformed,
        detail,
        retry_after_s: None,
    };
    let mut frame = Vec::new();
    let mut head = (&mut *stream).take(HEADER_BYTES_MAX as u64);
    let read = head.read_until(b'\n', &mut frame).await;
    if read.map_err(|error| malformed(error.to_string()))? == 0 {
        return Ok(None);
    }
    let Some(line) = frame.strip_suffix(b"\n") else {
        return Err(malformed(format!(
            "the header does not end within {HEADER_BYTES_MAX} bytes"
        )));
    };
    let header = read_header(line).map_err(|error| malformed(error.to_string()))?;
    let most = app.gate.intake().frame_bytes_max;
    if header.bytes > most {
        return Err(Refusal {
            sequence: Some(header.sequence),
            error: Why::TooLarge,
            detail: format!("{} bytes; at most {most}, send less at once", header.bytes),
            retry_after_s: None,
        });
    }
    let start = frame.len();
    frame.resize(start + header.bytes, 0);
    let rest = stream.read_exact(&mut frame[start..]).await;
    rest.map_err(|error| malformed(format!("the frame ends early: {error}")))?;
    Ok(Some((header.sensor, frame)))
}

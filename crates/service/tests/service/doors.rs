//! What comes in: who may connect, which frames are taken, and what is said of the others.

use std::sync::Arc;

use forewarn_core::model::Mode;
use forewarn_formats::words::{UtcTime, Word};
use forewarn_physics::time::{Epoch, after};
use forewarn_service::client::{Answer, Identity, Link};
use forewarn_service::ingest::{FRAME_VERSION, Header, Signer, seal};
use forewarn_service::init::{Authority, Issued};
use forewarn_service::net::client;

use crate::support::{Client, Running, Site, flight, flown, start};

const SENSOR: &str = "geo-west";

fn header(sequence: u64, time: Epoch) -> Header {
    Header {
        frame: FRAME_VERSION,
        sensor: SENSOR.into(),
        key: String::new(),
        sequence,
        time: UtcTime(time),
        mode: Word(Mode::Exercise),
        bytes: 0,
        signature: String::new(),
    }
}

/// The first report of the sensor, as a line.
fn line() -> String {
    let of_it = format!("\"sensor\":\"{SENSOR}\"");
    let all = flown(60.0);
    let line = all.lines().find(|line| line.contains(&of_it)).unwrap();
    format!("{line}\n")
}

fn own(site: &Site, secure: bool) -> Identity {
    Identity::read(&site.path("sensors"), SENSOR, secure).unwrap()
}

async fn send(to: &str, identity: &Identity, frame: &[u8]) -> Answer {
    let mut link = Link::open(to, identity).await.unwrap();
    link.send(frame).await.unwrap()
}

fn doors(running: &Running) -> [String; 3] {
    let at = running.at;
    [
        format!("https://{}", at.sensors),
        format!("wss://{}", at.sensors),
        format!("tls://{}", at.lines.unwrap()),
    ]
}

#[tokio::test]
async fn each_door_takes_a_frame_once_and_knows_it_again_after_a_restart() {
    let site = Site::new("once", false);
    let running = start(site.config()).await;
    let identity = own(&site, true);
    let mut frames = Vec::new();
    for (door, sequence) in doors(&running).iter().zip(100..) {
        let frame = seal(&identity.signer, header(sequence, flight().start), &line());
        let answer = send(door, &identity, &frame).await;
        assert!(
            answer.ack && !answer.duplicate && answer.seq.is_some(),
            "{door}: {answer:?}"
        );
        let again = send(door, &identity, &frame).await;
        assert!(
            again.ack && again.duplicate && again.seq.is_none(),
            "{door}: {again:?}"
        );
        frames.push(frame);
    }
    running.end().await;
    let running = start(site.config()).await;
    for (door, frame) in doors(&running).iter().zip(&frames) {
        let again = send(door, &identity, frame).await;
        assert!(again.ack && again.duplicate, "{door}: {again:?}");
    }
    running.end().await;
}

#[tokio::test]
async fn a_frame_that_is_not_as_it_should_be_is_refused_and_said_why() {
    let site = Site::new("refused", false);
    let mut config = site.config();
    config.intake.frame_bytes_max = 100_000;
    config.intake.burst_records = 50.0;
    config.intake.records_per_s = 1.0;
    let running = start(config).await;
    let identity = own(&site, true);
    let (start_at, line) = (flight().start, line());
    let frame = |change: &dyn Fn(&mut Header), records: &str| {
        let mut header = header(7, start_at);
        change(&mut header);
        seal(&identity.signer, header, records)
    };
    let altered = |from: &str, to: &str| {
        let text = String::from_utf8(frame(&|_| {}, &line)).unwrap();
        text.replacen(from, to, 1).into_bytes()
    };
    let stranger = Signer::new(&Signer::generate().unwrap()).unwrap();
    let cases = [
        ("malformed", b"no frame\n".to_vec()),
        ("malformed", altered("\"frame\":1", "\"frame\":2")),
        (
            "malformed",
            frame(&|header| header.sensor = "geo-east".into(), &line),
        ),
        ("bad_signature", altered("\"sequence\":7", "\"sequence\":8")),
        (
            "wrong_mode",
            frame(&|header| header.mode = Word(Mode::Live), &line),
        ),
        (
            "implausible_clock",
            frame(&|header| header.time.0 = after(start_at, 1e6), &line),
        ),
        ("unknown_key", seal(&stranger, header(7, start_at), &line)),
        ("too_large", frame(&|_| {}, &"x".repeat(100_001))),
        ("busy", frame(&|_| {}, &line.repeat(60))),
    ];
    let [https, wss, _] = doors(&running);
    // Something must have come before a time can be far from it.
    let first = frame(&|header| header.sequence = 1, &line);
    assert!(send(&https, &identity, &first).await.ack);
    for (why, frame) in cases {
        for door in [&https, &wss] {
            let answer = send(door, &identity, &frame).await;
            assert_eq!(answer.error.as_deref(), Some(why), "{door}: {answer:?}");
            assert!(!answer.ack && answer.detail.is_some_and(|said| said.len() > 10));
            assert_eq!(answer.retry_after_s.is_some(), why == "busy");
        }
    }
    let watcher = Client::of("viewer", &site, &running).await;
    let state = watcher.get("/api/v1/state").await;
    assert_eq!(state["mode"], "exercise");
    running.end().await;
}

/// A certificate and the connection that shows it.
fn showing(site: &Site, issued: &Issued) -> Identity {
    let (chain, secret) = (site.path("its.cert.pem"), site.path("its.key.pem"));
    std::fs::write(&chain, &issued.pem).unwrap();
    std::fs::write(&secret, &issued.secret).unwrap();
    let tls = client(&site.path("authority.cert.pem"), Some((&chain, &secret))).unwrap();
    Identity {
        tls: Some(Arc::new(tls)),
        ..own(site, true)
    }
}

#[tokio::test]
async fn nobody_connects_without_a_certificate_that_counts() {
    let site = Site::new("certificates", false);
    let running = start(site.config()).await;
    let frame = seal(&own(&site, true).signer, header(1, flight().start), &line());
    let stranger = Authority::new().unwrap().issue(SENSOR, false).unwrap();
    let none = Identity {
        tls: Some(Arc::new(
            client(&site.path("authority.cert.pem"), None).unwrap(),
        )),
        ..own(&site, true)
    };
    for identity in [none, showing(&site, &stranger)] {
        for door in doors(&running) {
            // TLS 1.3 lets a client believe that it is connected until it first reads.
            let sent = match Link::open(&door, &identity).await {
                Ok(mut link) => link.send(&frame).await.map(|_| ()),
                Err(error) => Err(error),
            };
            assert!(sent.is_err(), "{door}");
        }
    }
    // One of ours, but another's: the connection stands, the frame does not.
    let other = Identity::read(&site.path("sensors"), "geo-east", true).unwrap();
    let borrowed = Identity {
        tls: other.tls,
        ..own(&site, true)
    };
    let answer = send(&doors(&running)[0], &borrowed, &frame).await;
    assert_eq!(answer.error.as_deref(), Some("wrong_certificate"));
    running.end().await;
}

#[tokio::test]
async fn a_revoked_sensor_is_not_believed_also_after_a_restart() {
    let site = Site::new("revoked", false);
    let running = start(site.config()).await;
    let identity = own(&site, true);
    let administrator = Client::of("administrator", &site, &running).await;
    let path = format!("/api/v1/sensors/{SENSOR}/revoke");
    let (status, said) = administrator.post(&path, &serde_json::json!({})).await;
    assert_eq!(status, 200, "{said}");
    let frame = seal(&identity.signer, header(1, flight().start), &line());
    let [https, _, tls] = doors(&running);
    let refused = Link::open(&https, &identity)
        .await
        .unwrap()
        .send(&frame)
        .await;
    assert!(refused.unwrap().error.is_some());
    assert_eq!(
        send(&tls, &identity, &frame).await.error.as_deref(),
        Some("unknown_key")
    );
    running.end().await;
    let running = start(site.config()).await;
    let [_, _, tls] = doors(&running);
    assert_eq!(
        send(&tls, &identity, &frame).await.error.as_deref(),
        Some("unknown_key")
    );
    running.end().await;
}

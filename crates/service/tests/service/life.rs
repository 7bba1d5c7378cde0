//! A warning's life: reports in, a draft, two people release it, one takes it back, all of it out.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use forewarn_service::config::{SinkConfig, SinkKind};
use forewarn_service::receiver::listen;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::support::{Client, Running, Site, sha256, start};

/// Until the flight is confirmed and a draft waits [s of the flight].
const CONFIRMED_S: f64 = 400.0;

fn draft(state: &Value) -> Option<&Value> {
    let warnings = state["warnings"].as_array()?;
    warnings.iter().find(|warning| warning["state"] == "draft")
}

fn of<'a>(state: &'a Value, id: &str) -> &'a Value {
    let warnings = state["warnings"].as_array().unwrap();
    let found = warnings.iter().find(|warning| warning["warning"] == id);
    found.unwrap_or(&Value::Null)
}

/// Prepares something and returns what was shown.
async fn prepare(who: &Client, id: &str, action: &str) -> Value {
    let path = format!("/api/v1/warnings/{id}/prepare");
    let (status, shown) = who.post(&path, &json!({ "action": action })).await;
    assert_eq!(status, 200, "{shown}");
    assert_eq!(
        sha256(shown["bytes"].as_str().unwrap()),
        shown["sha256"].as_str().unwrap()
    );
    shown
}

async fn confirm(who: &Client, id: &str, action: &str, shown: &Value) -> (u16, Value) {
    let body = json!({ "action": action, "sha256": shown["sha256"], "code": shown["code"] });
    who.post(&format!("/api/v1/warnings/{id}/confirm"), &body)
        .await
}

/// A receiver of messages; it ends with the test's runtime.
async fn receiver(folder: &Path) -> SocketAddr {
    let (told, ready) = oneshot::channel();
    let folder = folder.to_owned();
    tokio::spawn(async move {
        let tell = |at| {
            let _unheard = told.send(at).is_err();
        };
        let at = ([127, 0, 0, 1], 0).into();
        listen(at, &folder, |_| {}, tell, std::future::pending()).await
    });
    ready.await.unwrap()
}

fn published(folder: &Path) -> BTreeMap<String, String> {
    let Ok(listed) = std::fs::read_dir(folder) else {
        return BTreeMap::new();
    };
    let files = listed.flatten().map(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        (name, std::fs::read_to_string(entry.path()).unwrap())
    });
    files.collect()
}

fn all_seen(warning: &Value, count: usize) -> bool {
    let deliveries = warning["deliveries"].as_array();
    deliveries.is_some_and(|all| {
        all.len() == count && all.iter().all(|delivery| delivery["state"] == "seen")
    })
}

async fn three(site: &Site, running: &Running) -> [Client; 3] {
    [
        Client::of("releaser-1", site, running).await,
        Client::of("releaser-2", site, running).await,
        Client::of("operator", site, running).await,
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_release_and_one_takes_it_back_and_a_restart_forgets_nothing() {
    let site = Site::new("life", false);
    let heard = site.path("heard");
    let listener = receiver(&heard).await;
    let mut config = site.config();
    config.sinks.push(SinkConfig {
        id: "listener".into(),
        mode: config.mode,
        kind: SinkKind::Http {
            url: format!("http://{listener}/cap"),
            authority: None,
        },
        attempts_max: 5,
    });
    let running = start(config.clone()).await;
    let to = format!("https://{}", running.at.sensors);
    let fed = site.play(&to, CONFIRMED_S).await.unwrap();
    assert!(fed.records > 500 && fed.left_out == 0, "{fed:?}");
    let [first, second, operator] = three(&site, &running).await;
    let state = first.until("a draft", |state| draft(state).is_some()).await;
    let id = draft(&state).unwrap()["warning"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(published(&heard).is_empty(), "a draft went out");
    let object = state["threats"][0]["assessment"]["object"].clone();
    let seen = operator
        .post("/api/v1/actions/acknowledge", &json!({ "object": object }))
        .await;
    assert_eq!(seen.0, 200, "{}", seen.1);

    // One person is not two, and a wrong code is none.
    let shown = prepare(&first, &id, "release").await;
    let mut wrong = shown.clone();
    wrong["code"] = "no code".into();
    assert_eq!(confirm(&first, &id, "release", &wrong).await.0, 409);
    let (status, said) = confirm(&first, &id, "release", &shown).await;
    assert_eq!(
        (status, &said["state"]),
        (200, &json!("awaiting_second_person"))
    );
    assert_eq!(confirm(&first, &id, "release", &shown).await.0, 409);
    assert!(published(&heard).is_empty(), "one person released it");

    // The second sees the same bytes, also after the service was started anew.
    running.end().await;
    let running = start(config.clone()).await;
    let [first, second, _] = {
        drop(second);
        three(&site, &running).await
    };
    let again = prepare(&second, &id, "release").await;
    assert_eq!(again["bytes"], shown["bytes"]);
    let (status, said) = confirm(&second, &id, "release", &again).await;
    assert_eq!((status, &said["state"]), (200, &json!("issued")), "{said}");
    let state = first
        .until("seen by both sinks", |state| all_seen(of(state, &id), 2))
        .await;
    assert_eq!(
        of(&state, &id)["released_by"],
        json!(["releaser-1", "releaser-2"])
    );
    let out = published(&heard);
    assert_eq!(
        out.values().collect::<Vec<_>>(),
        [shown["bytes"].as_str().unwrap()]
    );

    // One person takes it back.
    let shown = prepare(&second, &id, "retract").await;
    let (status, said) = confirm(&second, &id, "retract", &shown).await;
    assert_eq!(
        (status, &said["state"]),
        (200, &json!("retracted")),
        "{said}"
    );
    let state = first
        .until("retraction seen", |state| all_seen(of(state, &id), 4))
        .await;
    assert_eq!(of(&state, &id)["state"], "retracted");
    assert_eq!(published(&heard).len(), 2);
    assert_eq!(published(&site.path("published")).len(), 2);

    // All of it is in the log, and what one saw in the stream is what a late comer sees.
    let auditor = Client::of("auditor", &site, &running).await;
    everything_is_in_the_log(&auditor).await;
    let live = stream(&first, 0).await;
    let later = stream(&auditor, 0).await;
    assert_eq!(live, later);
    assert!(live.iter().any(|event| event == "warning"), "{live:?}");

    // Started anew, it says the same and sends nothing again.
    let before = first.get("/api/v1/state").await;
    running.end().await;
    let running = start(config).await;
    let first = Client::of("releaser-1", &site, &running).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let after = first.get("/api/v1/state").await;
    assert_eq!(of(&before, &id), of(&after, &id));
    let remarks = after["remarks"].as_array().unwrap();
    let found = remarks.iter().find(|remark| remark["what"] != "start");
    assert_eq!(found, None, "the log read again says something else");
    assert_eq!(published(&heard).len(), 2);
    running.end().await;
}

async fn everything_is_in_the_log(auditor: &Client) {
    let mut kinds: BTreeMap<String, u32> = BTreeMap::new();
    let mut after = 0;
    loop {
        let page = auditor
            .get(&format!("/api/v1/audit?after={after}&limit=1000"))
            .await;
        for entry in page["events"].as_array().unwrap() {
            let kind = entry["kind"].as_str().unwrap();
            let what = entry["what"].as_str().unwrap_or_default();
            *kinds
                .entry(format!("{kind} {what}").trim().to_owned())
                .or_default() += 1;
        }
        after = page["next"].as_u64().unwrap();
        if page["more"] == false {
            break;
        }
    }
    let wanted = [
        ("start", 2),
        ("deed sign_in", 7),
        ("deed prepare", 3),
        ("deed wrong_code", 1),
        ("deed confirm", 1),
        ("deed confirm_refused", 1),
        ("publication", 2),
        ("word action", 3),
    ];
    for (kind, count) in wanted {
        assert_eq!(kinds.get(kind), Some(&count), "{kind} of {kinds:?}");
    }
}

/// Names of the events of a stream, up to the newest there is now.
async fn stream(who: &Client, after: u64) -> Vec<String> {
    let newest = who.get("/api/v1/state").await["seq"].as_u64().unwrap();
    let answer = who
        .send("GET", &format!("/api/v1/stream?after={after}"), None)
        .await;
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let mut body = answer.into_body();
    let (mut text, mut names) = (String::new(), Vec::new());
    let mut seen = 0;
    while seen < newest {
        let frame = tokio::time::timeout(Duration::from_secs(20), body.frame()).await;
        let frame = frame.unwrap().unwrap().unwrap();
        text.push_str(&String::from_utf8_lossy(frame.data_ref().unwrap()));
        while let Some((event, rest)) = text.split_once("\n\n") {
            let field = |name: &str| {
                let mut lines = event.lines();
                lines
                    .find_map(|line| line.strip_prefix(name))
                    .map(str::to_owned)
            };
            let id = field("id: ").and_then(|id| id.parse::<u64>().ok());
            if field("event: ").as_deref() == Some("tick") {
                // A tick tells how far the log is: what is not shown makes no event.
                let data: Value = serde_json::from_str(&field("data: ").unwrap()).unwrap();
                seen = seen.max(data["seq"].as_u64().unwrap());
            } else if let (Some(id), Some(name)) = (id, field("event: "))
                && id <= newest
            {
                assert!(id > seen || seen >= newest, "{id} came after {seen}");
                seen = id;
                names.push(name);
            }
            text = rest.to_owned();
        }
    }
    names
}

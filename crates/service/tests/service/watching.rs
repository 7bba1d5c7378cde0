//! What machines watch it by: figures, the alerts and the dashboard that name them, the document.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::support::{Client, Site, start};

/// Names of ours in a text.
fn named(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let ours = words.filter(|word| word.starts_with("forewarn_"));
    ours.map(str::to_owned).collect()
}

fn packaged(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging");
    std::fs::read_to_string(path.join(name)).unwrap()
}

#[tokio::test]
async fn alerts_and_dashboard_name_figures_that_there_are() {
    let site = Site::new("figures", false);
    let running = start(site.config()).await;
    let client = Client::new(&site, &running);
    let (status, text) = client.ask("GET", "/metrics", None).await;
    assert_eq!(status, 200);
    let there = named(&text);
    for file in ["prometheus/alerts.yml", "grafana/forewarn.json"] {
        let missing: Vec<String> = named(&packaged(file)).difference(&there).cloned().collect();
        assert!(missing.is_empty(), "{file} names {missing:?}");
    }
    let dashboard: Value = serde_json::from_str(&packaged("grafana/forewarn.json")).unwrap();
    assert!(
        dashboard["panels"]
            .as_array()
            .is_some_and(|panels| panels.len() > 10)
    );
    assert!(
        text.contains("forewarn_sensor_age_seconds{sensor=\"picket\"}"),
        "{text}"
    );
    let (status, ready) = client.ask("GET", "/readyz", None).await;
    assert_eq!(status, 200, "{ready}");
    running.end().await;
}

#[tokio::test]
async fn the_console_comes_with_the_service_and_nothing_else_does() {
    let site = Site::new("files", false);
    let running = start(site.config()).await;
    let client = Client::new(&site, &running);
    let (status, page) = client.ask("GET", "/", None).await;
    assert!(status == 200 && page.contains("assets/index.js"), "{page}");
    let script = client.send("GET", "/assets/index.js", None).await;
    assert_eq!(
        script.headers()["content-type"],
        "text/javascript; charset=utf-8"
    );
    assert_eq!(script.headers()["cache-control"], "no-cache");
    for path in [
        "/../Cargo.toml",
        "/assets/../../package.json",
        "/nothing",
        "/assets",
    ] {
        let (status, said) = client.ask("GET", path, None).await;
        assert_eq!(status, 404, "{path}: {said}");
        let said: Value = serde_json::from_str(&said).unwrap();
        assert!(said["error"].is_string() && said["remedy"].is_string());
    }
    let document = client.get("/openapi.json").await;
    assert_eq!(document["openapi"], "3.1.0");
    running.end().await;
}

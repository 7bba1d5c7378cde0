//! A site of its own for each test, a flight played to it, and a client that asks over a connection.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use forewarn_core::model::Mode;
use forewarn_service::app::ServiceError;
use forewarn_service::client::{Fed, FeedError, Identity, Pace, feed};
use forewarn_service::config::{Config, read_config};
use forewarn_service::hex;
use forewarn_service::init::{Init, Made, init};
use forewarn_service::net::client;
use forewarn_service::outlet::{Target, dial};
use forewarn_service::people::{Role, hash_secret};
use forewarn_service::serve::{Addresses, serve};
use forewarn_simulate::{Recording, Scenario, simulate};
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::{Bytes, Incoming};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A short flight, two satellites and a radar, flown once for all tests.
pub(crate) fn flight() -> &'static Recording {
    static FLIGHT: OnceLock<Recording> = OnceLock::new();
    FLIGHT.get_or_init(|| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../scenarios/classes/short_range/scenario.toml");
        let text = std::fs::read_to_string(path).unwrap();
        let none = |name: &str| Err(format!("{name}: is not needed"));
        let scenario = Scenario::read("scenario.toml", &text, &none).unwrap();
        simulate(&scenario, scenario.seed, &mut |_| {}).unwrap()
    })
}

/// A folder with everything that a service needs.
pub(crate) struct Site {
    folder: PathBuf,
    pub(crate) made: Made,
}

impl Site {
    /// A fresh one. `insecure`: over plain loopback.
    pub(crate) fn new(name: &str, insecure: bool) -> Self {
        let name = format!("service-{name}-{}", std::process::id());
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        drop(std::fs::remove_dir_all(&folder));
        let site = folder.join("site");
        std::fs::create_dir_all(&site).unwrap();
        let flight = flight();
        std::fs::write(site.join("recording.toml"), &flight.recording_toml).unwrap();
        std::fs::write(site.join("sensors.toml"), &flight.sensors_toml).unwrap();
        let sensors = flight.sensors.iter().map(|sensor| sensor.id.to_string());
        let made = init(&Init {
            folder: folder.clone(),
            mode: Mode::Exercise,
            sensors: sensors.collect(),
            insecure_loopback: insecure,
            follow_reports: true,
        });
        let made = made.unwrap();
        Self { folder, made }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// As its file says, on free ports.
    pub(crate) fn config(&self) -> Config {
        let text = std::fs::read_to_string(&self.made.config).unwrap();
        let mut config = read_config("forewarn.toml", &text, &self.folder).unwrap();
        config.listen.people.set_port(0);
        config.listen.sensors.set_port(0);
        config.listen.lines = Some(([127, 0, 0, 1], 0).into());
        config
    }

    /// SHA-256 of a sensor's client certificate, as `keys.toml` has it.
    pub(crate) fn certificate(&self, sensor: &str) -> String {
        let keys = std::fs::read_to_string(self.path("keys.toml")).unwrap();
        let after = keys
            .split_once(&format!("sensor = \"{sensor}\""))
            .unwrap()
            .1;
        let value = after.split_once("certificate_sha256 = \"").unwrap().1;
        value.split_once('"').unwrap().0.to_owned()
    }

    pub(crate) fn identities(&self, secure: bool) -> Vec<Identity> {
        let keys = self.path("sensors");
        let sensors = flight().sensors.iter();
        sensors
            .map(|sensor| Identity::read(&keys, &sensor.id, secure).unwrap())
            .collect()
    }

    /// Plays the first so many seconds of the flight.
    pub(crate) async fn play(&self, to: &str, until_s: f64) -> Result<Fed, FeedError> {
        let secure = !to.starts_with("http://");
        let lines = flown(until_s);
        let mode = Mode::Exercise;
        feed(
            &mut lines.as_bytes(),
            to,
            mode,
            self.identities(secure),
            Pace::Max,
        )
        .await
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

/// Reports of the first so many seconds, as lines.
pub(crate) fn flown(until_s: f64) -> String {
    use forewarn_physics::time::{parse_utc, seconds_between};
    let text = flight().detections_ndjson();
    let kept = text.lines().filter(|line| {
        let value: Value = serde_json::from_str(line).unwrap();
        let time = value["received"]
            .as_str()
            .or(value["time"].as_str())
            .unwrap();
        seconds_between(flight().start, parse_utc(time).unwrap()) <= until_s
    });
    kept.map(|line| format!("{line}\n")).collect()
}

/// One person for each role, named after it.
pub(crate) fn everybody(site: &Site) {
    let hash = hash_secret("one secret for all").unwrap();
    let people = Role::ALL[1..].iter().map(|role| {
        let name = role.word();
        format!("[[person]]\nname = \"{name}\"\nroles = [\"{name}\"]\nsecret = \"{hash}\"\n\n")
    });
    std::fs::write(site.path("people.toml"), people.collect::<String>()).unwrap();
}

/// A service that runs.
pub(crate) struct Running {
    pub(crate) at: Addresses,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<Result<(), ServiceError>>,
}

/// Starts a service and waits until it listens.
pub(crate) async fn start(config: Config) -> Running {
    let (told, ready) = oneshot::channel();
    let (stop, stopped) = oneshot::channel::<()>();
    let tell = move |at| {
        let _unheard = told.send(at).is_err();
    };
    let until = async move { drop(stopped.await) };
    let ended = tokio::spawn(serve(config, tell, until));
    Running {
        at: ready.await.unwrap(),
        stop,
        ended,
    }
}

impl Running {
    pub(crate) async fn end(self) {
        self.stop.send(()).unwrap();
        self.ended.await.unwrap().unwrap();
    }
}

/// Somebody who asks.
pub(crate) struct Client {
    to: Target,
    authority: PathBuf,
    cookie: Option<String>,
}

impl Client {
    pub(crate) fn new(site: &Site, running: &Running) -> Self {
        let secure = !site.config().insecure_loopback;
        let scheme = if secure { "https" } else { "http" };
        let to = Target::read(&format!("{scheme}://{}/", running.at.people)).unwrap();
        Self {
            to,
            authority: site.path("authority.cert.pem"),
            cookie: None,
        }
    }

    /// Signed in as somebody of the first try.
    pub(crate) async fn of(name: &str, site: &Site, running: &Running) -> Self {
        let mut client = Self::new(site, running);
        let secret = &site.made.secrets[name];
        let body = json!({ "name": name, "secret": secret });
        let answer = client.send("POST", "/api/v1/session", Some(&body)).await;
        assert!(answer.status().is_success(), "{}", answer.status());
        let cookie = answer.headers()["set-cookie"].to_str().unwrap();
        client.cookie = Some(cookie.split(';').next().unwrap().to_owned());
        client
    }

    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> hyper::Response<Incoming> {
        let tls = client(&self.authority, None).unwrap();
        let wire = dial(&self.to, Some(tls.into())).await.unwrap();
        let handshake = hyper::client::conn::http1::handshake(TokioIo::new(wire)).await;
        let (mut sender, connection) = handshake.unwrap();
        tokio::spawn(connection);
        let body = body.map_or_else(Bytes::new, |body| body.to_string().into());
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost")
            .header("content-type", "application/json");
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        let request = request.body(Full::new(body)).unwrap();
        sender.send_request(request).await.unwrap()
    }

    /// Status and text of an answer.
    pub(crate) async fn ask(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> (u16, String) {
        let answer = self.send(method, path, body).await;
        let mode = answer.headers().get("x-forewarn-mode").unwrap();
        assert_eq!(mode, "exercise");
        let status = answer.status().as_u16();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(bytes.to_vec()).unwrap())
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let (status, text) = self.ask("GET", path, None).await;
        assert_eq!(status, 200, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let (status, text) = self.ask("POST", path, Some(body)).await;
        (status, serde_json::from_str(&text).unwrap())
    }

    /// The picture, once it is as wanted.
    pub(crate) async fn until(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let since = Instant::now();
        loop {
            let state = self.get("/api/v1/state").await;
            if wanted(&state) {
                return state;
            }
            let waited = since.elapsed();
            assert!(waited < Duration::from_secs(60), "never {what}: {state:#}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// SHA-256 of a text.
pub(crate) fn sha256(text: &str) -> String {
    hex::sha256(text.as_bytes())
}

//! Who may do what: every route, method and role against a table that is written here once more.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use forewarn_service::app::App;
use forewarn_service::http::{Door, Peer, ROUTES, router};
use forewarn_service::people::Role;
use forewarn_service::raise::raise;
use tower::ServiceExt;

use crate::support::{Site, everybody};

const ANYBODY: &[Role] = &Role::ALL;
const PEOPLE: &[Role] = &[
    Role::Viewer,
    Role::Operator,
    Role::Releaser,
    Role::Auditor,
    Role::Partner,
    Role::Administrator,
];
const SEE: &[Role] = &[Role::Viewer, Role::Operator, Role::Releaser, Role::Auditor];
const SHARE: &[Role] = &[
    Role::Viewer,
    Role::Operator,
    Role::Releaser,
    Role::Auditor,
    Role::Partner,
];
const OPERATE: &[Role] = &[Role::Operator, Role::Releaser];
const RELEASE: &[Role] = &[Role::Releaser];
const AUDIT: &[Role] = &[Role::Auditor];
const ADMINISTER: &[Role] = &[Role::Administrator];
const SENSOR: &[Role] = &[Role::Sensor];

/// Method, path, who may. What is not here may not be there.
const TABLE: &[(&str, &str, &[Role])] = &[
    ("GET", "/healthz", ANYBODY),
    ("GET", "/readyz", ANYBODY),
    ("GET", "/metrics", ANYBODY),
    ("GET", "/openapi.json", ANYBODY),
    ("POST", "/api/v1/session", ANYBODY),
    ("DELETE", "/api/v1/session", PEOPLE),
    ("GET", "/api/v1/me", PEOPLE),
    ("GET", "/api/v1/state", SEE),
    ("GET", "/api/v1/events", SEE),
    ("GET", "/api/v1/stream", SEE),
    ("GET", "/api/v1/ws", SEE),
    ("GET", "/api/v1/objects/{id}/explain", SEE),
    ("GET", "/api/v1/objects/{id}/history", SEE),
    ("GET", "/api/v1/scene.czml", SEE),
    ("GET", "/api/v1/threats.geojson", SEE),
    ("GET", "/api/v1/warnings/{id}", SHARE),
    ("GET", "/api/v1/audit", AUDIT),
    ("POST", "/api/v1/actions/acknowledge", OPERATE),
    ("POST", "/api/v1/actions/shelve", OPERATE),
    ("POST", "/api/v1/notices", OPERATE),
    ("POST", "/api/v1/claims", OPERATE),
    ("POST", "/api/v1/warnings/{id}/prepare", RELEASE),
    ("POST", "/api/v1/warnings/{id}/confirm", RELEASE),
    ("POST", "/api/v1/rule/approve", RELEASE),
    ("POST", "/api/v1/rule/withdraw", RELEASE),
    ("POST", "/api/v1/sensors/{id}/revoke", ADMINISTER),
    ("POST", "/api/v1/ingest/{id}", SENSOR),
    ("GET", "/api/v1/ingest/{id}/ws", SENSOR),
];

const METHODS: [&str; 6] = ["GET", "POST", "DELETE", "PUT", "PATCH", "OPTIONS"];

/// Somebody who asks: a role, or nobody.
struct Asker {
    role: Option<Role>,
    cookie: Option<String>,
    certificate: Option<String>,
}

#[test]
fn every_route_has_a_row_here_and_every_row_a_route() {
    let table: BTreeSet<(&str, &str)> = TABLE.iter().map(|row| (row.0, row.1)).collect();
    let routes: BTreeSet<(&str, &str)> = ROUTES
        .iter()
        .map(|row| (row.method.word(), row.path))
        .collect();
    assert_eq!(table, routes);
    assert_eq!(TABLE.len(), ROUTES.len(), "a row stands twice");
}

#[tokio::test]
async fn every_route_method_and_role_is_allowed_or_refused_as_the_table_says() {
    let site = Site::new("access", false);
    everybody(&site);
    let app = raise(site.config()).unwrap().app;
    let askers = askers(&site, &app);
    let paths: BTreeSet<&str> = TABLE.iter().map(|row| row.1).collect();
    let mut cells = 0;
    for (door, path) in [Door::People, Door::Sensors]
        .into_iter()
        .flat_map(|door| paths.iter().map(move |path| (door, *path)))
    {
        for (method, asker) in METHODS
            .into_iter()
            .flat_map(|method| askers.iter().map(move |asker| (method, asker)))
        {
            cell(&app, door, (method, path), asker).await;
            cells += 1;
        }
    }
    assert_eq!(cells, 2 * paths.len() * METHODS.len() * 8);
    app.writer.close().await.unwrap();
}

fn askers(site: &Site, app: &App) -> Vec<Asker> {
    let mut askers = vec![Asker {
        role: None,
        cookie: None,
        certificate: Some("00".repeat(32)),
    }];
    for role in Role::ALL {
        let sensor = role == Role::Sensor;
        let cookie = (!sensor).then(|| {
            let (_, cookie) = app.sessions.begin(role.word()).unwrap();
            cookie.split(';').next().unwrap().to_owned()
        });
        askers.push(Asker {
            role: Some(role),
            cookie,
            certificate: sensor.then(|| site.certificate("geo-west")),
        });
    }
    askers
}

async fn cell(app: &Arc<App>, door: Door, (method, path): (&str, &str), asker: &Asker) {
    let row = TABLE.iter().find(|row| (row.0, row.1) == (method, path));
    let here = ROUTES.iter().any(|row| {
        (row.method.word(), row.path) == (method, path) && (row.door == door || path == "/healthz")
    });
    let status = ask(app, door, (method, path), asker).await;
    let cell = format!("{method} {path} at {door:?} by {:?}: {status}", asker.role);
    let Some((_, _, who)) = row.filter(|_| here) else {
        let absent = [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED];
        assert!(
            absent.contains(&status),
            "{cell}, but there is no such route"
        );
        return;
    };
    let open = *who == ANYBODY;
    let refused = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&status);
    let allowed = open || asker.role.is_some_and(|role| who.contains(&role));
    // Signing in with a wrong secret is refused by itself: that is no matter of roles.
    if path != "/api/v1/session" || method != "POST" {
        assert_eq!(!refused, allowed, "{cell}");
    }
    assert!(!status.is_server_error() || path == "/readyz", "{cell}");
}

async fn ask(
    app: &Arc<App>,
    door: Door,
    (method, path): (&str, &str),
    asker: &Asker,
) -> StatusCode {
    let id = if path.contains("ingest") {
        "geo-west"
    } else {
        "x"
    };
    let mut request = Request::builder()
        .method(method)
        .uri(path.replace("{id}", id))
        .header("content-type", "application/json");
    if let Some(cookie) = &asker.cookie {
        request = request.header("cookie", cookie);
    }
    let mut request = request.body(Body::from("{}")).unwrap();
    request.extensions_mut().insert(ConnectInfo(Peer {
        address: ([127, 0, 0, 1], 1).into(),
        certificate: asker.certificate.clone(),
    }));
    // Signing out ends the session that the next cell needs: it is asked about, not done.
    if (method, path) == ("DELETE", "/api/v1/session") && asker.cookie.is_some() {
        let (_, cookie) = app.sessions.begin(asker.role.unwrap().word()).unwrap();
        let cookie = cookie.split(';').next().unwrap().parse().unwrap();
        request.headers_mut().insert("cookie", cookie);
    }
    router(app, door).oneshot(request).await.unwrap().status()
}

#[tokio::test]
async fn nobody_forges_a_session_and_who_was_taken_out_is_out() {
    let site = Site::new("forged", false);
    everybody(&site);
    let app = raise(site.config()).unwrap().app;
    let (_, cookie) = app.sessions.begin("nobody-of-the-file").unwrap();
    let stranger = Asker {
        role: None,
        cookie: Some(cookie.split(';').next().unwrap().to_owned()),
        certificate: None,
    };
    let me = ("GET", "/api/v1/me");
    let status = ask(&app, Door::People, me, &stranger).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let (session, cookie) = app.sessions.begin("viewer").unwrap();
    let mut viewer = Asker {
        role: Some(Role::Viewer),
        cookie: Some(cookie.split(';').next().unwrap().to_owned()),
        certificate: None,
    };
    assert_eq!(ask(&app, Door::People, me, &viewer).await, StatusCode::OK);
    let own = viewer.cookie.clone();
    let as_another = own
        .as_ref()
        .unwrap()
        .replace("766965776572", "61756469746f72");
    assert_ne!(Some(&as_another), own.as_ref());
    viewer.cookie = Some(as_another);
    let status = ask(&app, Door::People, me, &viewer).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    viewer.cookie = own;
    app.sessions.end(&session.id);
    let status = ask(&app, Door::People, me, &viewer).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    app.writer.close().await.unwrap();
}

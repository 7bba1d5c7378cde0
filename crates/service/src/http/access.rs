//! Who asks, and whether they may: by the row of the table and nothing else.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::answer::Refused;
use super::table::{Access, Row};
use crate::app::App;
use crate::people::{Role, Session};

/// The other end of a connection.
#[derive(Debug, Clone)]
pub struct Peer {
    /// Where.
    pub address: SocketAddr,
    /// SHA-256 of the client certificate that it showed and that was verified.
    pub certificate: Option<String>,
}

/// Who asks.
#[derive(Debug, Clone)]
pub struct Caller {
    /// By name.
    pub name: String,
    /// What they may do.
    pub roles: Vec<Role>,
    /// The session.
    pub session: Session,
}

/// Lets a request through if its row allows.
pub(super) async fn guard(
    State((app, row)): State<(Arc<App>, &'static Row)>,
    mut request: Request,
    next: Next,
) -> Response {
    app.metrics.requests.add(1);
    match allowed(&app, row, &request) {
        Ok(caller) => {
            if let Some(caller) = caller {
                request.extensions_mut().insert(caller);
            }
            next.run(request).await
        }
        Err(refused) => {
            app.metrics.requests_refused.add(1);
            refused.into_response()
        }
    }
}

fn allowed(app: &App, row: &Row, request: &Request) -> Result<Option<Caller>, Refused> {
    match row.access {
        Access::Open => Ok(caller(app, request)),
        Access::Certificate => certified(app, request).map(|()| None),
        Access::Roles(roles) => {
            let caller = caller(app, request).ok_or_else(|| {
                Refused::new(StatusCode::UNAUTHORIZED, "nobody is signed in").remedy("Sign in.")
            })?;
            if caller.roles.iter().any(|role| roles.contains(role)) {
                return Ok(Some(caller));
            }
            let need: Vec<&str> = roles.iter().map(|role| role.word()).collect();
            let said = format!("{} may not do this", caller.name);
            let remedy = format!("It needs one of the roles {}.", need.join(", "));
            Err(Refused::new(StatusCode::FORBIDDEN, said).remedy(remedy))
        }
    }
}

fn caller(app: &App, request: &Request) -> Option<Caller> {
    let cookies = request.headers().get(header::COOKIE)?.to_str().ok()?;
    let session = app.sessions.read(cookies)?;
    // Whoever was taken out of the file is out, whatever cookie they hold.
    let person = app.people.get(&session.name)?;
    Some(Caller {
        name: person.name.clone(),
        roles: person.roles.clone(),
        session,
    })
}

fn certified(app: &App, request: &Request) -> Result<(), Refused> {
    if app.config.insecure_loopback {
        return Ok(());
    }
    let peer = request.extensions().get::<ConnectInfo<Peer>>();
    let certificate = peer.and_then(|peer| peer.0.certificate.as_deref());
    match certificate {
        Some(certificate) if app.gate.knows(certificate) => Ok(()),
        Some(_) => Err(Refused::new(
            StatusCode::FORBIDDEN,
            "no key in keys.toml belongs to this certificate, or it is revoked",
        )),
        None => Err(
            Refused::new(StatusCode::UNAUTHORIZED, "a client certificate is needed")
                .remedy("Connect to the address for sensors."),
        ),
    }
}

/// What every answer carries.
pub(super) async fn dress(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mode = HeaderValue::from_static(app.mode().word());
    headers.insert("x-forewarn-mode", mode);
    let fixed = [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        (
            "content-security-policy",
            "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; frame-ancestors 'none'",
        ),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let api = HeaderValue::from_static("no-store");
    headers.entry(header::CACHE_CONTROL).or_insert(api);
    response
}

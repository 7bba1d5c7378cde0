//! The service from its raising to its end.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use rustls::ServerConfig;

use crate::app::{App, ServiceError};
use crate::config::Config;
use crate::http::{Door, Peer, router};
use crate::ingest::lines;
use crate::net::{Doors, open, server_for_people, server_for_sensors};
use crate::people::Role;
use crate::raise::{Raised, raise};
use crate::{notify, outlet, pulse};

/// Where a service listens, once it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Addresses {
    /// People and programs that read.
    pub people: SocketAddr,
    /// Sensors, over HTTP and WebSocket.
    pub sensors: SocketAddr,
    /// Sensors, by lines.
    pub lines: Option<SocketAddr>,
}

/// How long connections may finish when the service ends.
const FAREWELL: Duration = Duration::from_secs(5);

/// Runs a service until `stop` is done. `ready` is told where it listens.
///
/// # Errors
/// It cannot start.
pub async fn serve(
    config: Config,
    ready: impl FnOnce(Addresses),
    stop: impl Future<Output = ()>,
) -> Result<(), ServiceError> {
    let refused = |error: &dyn std::fmt::Display| ServiceError::Refused(error.to_string());
    let (people_tls, sensors_tls) = tls(&config).map_err(|error| refused(&error))?;
    let listen = config.listen.clone();
    let bind = |address: SocketAddr| {
        move |error: std::io::Error| {
            ServiceError::Refused(format!("{address}: cannot be listened at: {error}"))
        }
    };
    let people = open(listen.people, people_tls)
        .await
        .map_err(bind(listen.people))?;
    let sensors = open(listen.sensors, sensors_tls.clone())
        .await
        .map_err(bind(listen.sensors))?;
    let lines_door = match listen.lines {
        Some(address) => Some(open(address, sensors_tls).await.map_err(bind(address))?),
        None => None,
    };
    let raised = tokio::task::spawn_blocking(move || raise(config)).await;
    let raised = raised.map_err(|error| ServiceError::Internal(error.to_string()))?;
    let Raised { app, outbox } = raised?;
    let addresses = Addresses {
        people: people.address(),
        sensors: sensors.address(),
        lines: lines_door.as_ref().map(Doors::address),
    };
    if app.people.count(Role::Releaser) < 2 {
        tracing::warn!("fewer than two releasers: nothing can be released by people");
    }
    let mut parts = vec![
        tokio::spawn(pulse::beat(app.clone())),
        tokio::spawn(outlet::run(app.clone(), outbox)),
        tokio::spawn(answer(app.clone(), people, Door::People)),
        tokio::spawn(answer(app.clone(), sensors, Door::Sensors)),
        tokio::spawn(notify::watchdog(app.clone())),
    ];
    if let Some(doors) = lines_door {
        parts.push(tokio::spawn(lines::listen(app.clone(), doors)));
    }
    tracing::info!(
        mode = app.mode().word(), people = %addresses.people, sensors = %addresses.sensors,
        seq = app.hub.seq(), "watching"
    );
    ready(addresses);
    notify::ready();
    stop.await;
    notify::stopping();
    tracing::info!("ending");
    app.stop.send_replace(true);
    let all = async {
        for part in parts {
            drop(part.await);
        }
    };
    drop(tokio::time::timeout(FAREWELL, all).await);
    app.writer.close().await.map_err(|error| refused(&error))
}

type Both = (Option<ServerConfig>, Option<ServerConfig>);

fn tls(config: &Config) -> Result<Both, crate::net::TlsError> {
    match &config.tls {
        Some(files) if !config.insecure_loopback => Ok((
            Some(server_for_people(files)?),
            Some(server_for_sensors(files)?),
        )),
        // `read_config` lets this through on loopback only.
        _ => Ok((None, None)),
    }
}

async fn answer(app: Arc<App>, doors: Doors, door: Door) {
    let router: Router = router(&app, door);
    let service = router.into_make_service_with_connect_info::<Peer>();
    let mut stop = app.stop.subscribe();
    let ended = async move { drop(stop.changed().await) };
    let served = axum::serve(doors, service)
        .with_graceful_shutdown(ended)
        .await;
    if let Err(error) = served {
        tracing::error!(%error, "an address is no longer answered");
    }
}

//! The live service on the command line: `serve`, `feed`, `listen`, `demo --live`.

mod demo;
mod feed;
mod listen;
mod serve;

pub(crate) use demo::command as demo;
pub(crate) use feed::command as feed;
pub(crate) use listen::command as listen;
pub(crate) use serve::command as serve;

use std::future::Future;

use forewarn_service::app::ServiceError;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};

use crate::failure::{Failure, Outcome, internal};

/// A runtime for everything that waits on sockets.
fn runtime() -> Outcome<Runtime> {
    Runtime::new().map_err(|error| Failure::Internal(error.into()))
}

/// Ends when somebody wants it to.
fn asked_to_stop() -> Outcome<impl Future<Output = ()> + Send + 'static> {
    let fail = |error: std::io::Error| Failure::Internal(error.into());
    let mut term = signal(SignalKind::terminate()).map_err(fail)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(fail)?;
    Ok(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Structured logs on standard error, one JSON object a line.
fn log_as_json(quiet: bool) {
    let level = if quiet {
        tracing::Level::ERROR
    } else {
        tracing::Level::INFO
    };
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .finish();
    // A second one in the same process changes nothing.
    drop(tracing::subscriber::set_global_default(subscriber));
}

fn failed(error: ServiceError) -> Failure {
    match error {
        ServiceError::Refused(_) => Failure::input(error),
        ServiceError::Internal(what) => internal(what),
    }
}

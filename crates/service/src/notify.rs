//! What systemd is told: that the service is ready, that it is alive, that it ends.

use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::sync::Arc;
use std::time::Duration;

use crate::app::App;

/// The service watches.
pub fn ready() {
    say("READY=1");
}

/// The service ends.
pub fn stopping() {
    say("STOPPING=1");
}

/// Tells systemd every few seconds that the engine answers; when it does not, systemd starts the
/// service anew.
pub async fn watchdog(app: Arc<App>) {
    let asked = std::env::var("WATCHDOG_USEC").ok();
    let Some(within_us) = asked.and_then(|text| text.parse::<u64>().ok()) else {
        return;
    };
    let within_s = within_us as f64 * 1e-6;
    let mut stop = app.stop.subscribe();
    let mut rhythm = tokio::time::interval(Duration::from_micros((within_us / 3).max(1_000)));
    loop {
        tokio::select! {
            _ = rhythm.tick() => {}
            _ = stop.changed() => return,
        }
        // A full disk is an alarm, not a reason to start anew; an engine that hangs is.
        let stuck =
            app.pulse.age_s().is_some_and(|age_s| age_s > within_s) && app.hub.alarm().is_none();
        if !stuck {
            say("WATCHDOG=1");
        }
    }
}

fn say(text: &str) {
    let Ok(name) = std::env::var("NOTIFY_SOCKET") else {
        return;
    };
    let address = match name.strip_prefix('@') {
        Some(name) => SocketAddr::from_abstract_name(name),
        None => SocketAddr::from_pathname(&name),
    };
    let sent = address
        .and_then(|address| UnixDatagram::unbound()?.send_to_addr(text.as_bytes(), &address));
    if let Err(error) = sent {
        tracing::warn!(%error, "systemd was not told");
    }
}

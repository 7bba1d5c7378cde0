//! What happens every second: time passes for the engine, the clock is looked at, people are told.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use forewarn_formats::words::UtcTime;
use forewarn_physics::time::{format_utc, seconds_between};
use serde_json::{Value, json};

use crate::app::App;
use crate::clock::wall;
use crate::entry::{Deed, Entry, Remark, Tick};
use crate::spine::Push;

/// The rhythm.
const TICK: Duration = Duration::from_secs(1);
/// Behind the clock by more than this, the engine is late [s].
const LATE_S: f64 = 5.0;

/// Beats until the service ends.
pub async fn beat(app: Arc<App>) {
    let mut stop = app.stop.subscribe();
    let mut rhythm = tokio::time::interval(TICK);
    rhythm.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = rhythm.tick() => {}
            _ = stop.changed() => return,
        }
        look_at_clock(&app);
        app.metrics
            .disk_free_bytes
            .store(app.disk_free_bytes(), Ordering::Relaxed);
        lapse(&app).await;
        pass(&app).await;
        let now = app.hub.look(|picture| picture.time);
        app.hub.push(Push {
            seq: app.hub.seq(),
            name: "tick",
            data: tick(&app, now.unwrap_or_else(|| app.now())).to_string(),
        });
    }
}

/// Lets the engine's time pass and waits for its answer: one tick at a time is under way.
async fn pass(app: &App) {
    let Some(now) = app.clock.now() else {
        // Time follows the reports and none has come: the engine is idle, not late.
        app.pulse.beat();
        return;
    };
    match app
        .writer
        .act(Entry::Tick(Tick { time: UtcTime(now) }))
        .await
    {
        Ok(_) => app.pulse.beat(),
        Err(error) => tracing::error!(%error, "time does not pass"),
    }
}

fn look_at_clock(app: &App) {
    let Some(step_s) = app.clock.step_s() else {
        return;
    };
    app.pulse.stepped(step_s);
    let text = format!("the system's clock was set by {step_s:+.1} s; ours goes on as before");
    tracing::warn!(step_s, "the system's clock was set");
    let remark = Remark {
        wall: UtcTime(wall()),
        what: "clock".into(),
        text,
    };
    if let Err(error) = app.writer.note(Entry::Remark(remark)) {
        tracing::error!(%error, "the step of the clock is not in the log");
    }
}

/// Approvals that nobody joined in time are over, and people see that.
async fn lapse(app: &App) {
    let mut desk = app.desk.lock().await;
    for warning in desk.lapsed(wall()) {
        let deed = Entry::Deed(Deed {
            by: "service".into(),
            wall: UtcTime(wall()),
            what: "lapse".into(),
            target: warning,
            detail: Value::Null,
        });
        if app.writer.append(deed.clone(), None).await.is_ok() {
            desk.apply(&deed);
        }
    }
}

/// How the clock is, for people.
pub fn clock_health(app: &App) -> Value {
    let reached = app.hub.look(|picture| picture.time);
    let lag_s = reached
        .zip(app.clock.now())
        .map_or(0.0, |(reached, now)| seconds_between(reached, now).max(0.0));
    let silent_s = app.pulse.age_s().unwrap_or(0.0);
    let lag_s = if silent_s > LATE_S {
        lag_s.max(silent_s)
    } else {
        lag_s
    };
    let status = if app.pulse.was_stepped() {
        "stepped"
    } else if lag_s > LATE_S {
        "late"
    } else {
        "ok"
    };
    json!({ "status": status, "engine_lag_s": lag_s, "follows_reports": app.clock.follows() })
}

/// How the log is, for people.
pub fn log_health(app: &App) -> Value {
    json!({
        "seq": app.hub.seq(),
        "bytes": app.metrics.log_bytes.load(Ordering::Relaxed),
        "disk_free_bytes": app.disk_free_bytes(),
        "alarm": app.hub.alarm(),
    })
}

fn tick(app: &App, now: forewarn_physics::time::Epoch) -> Value {
    json!({
        "seq": app.hub.seq(),
        "mode": app.mode().word(),
        "engine_time": format_utc(now),
        "wall_time": format_utc(wall()),
        "clock": clock_health(app),
        "log": log_health(app),
        "sensors": app.hub.look(|picture| picture.sensor_statuses(Some(now))),
    })
}

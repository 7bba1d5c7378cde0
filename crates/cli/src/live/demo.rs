//! `demo --live`: the service on its own log, with the shipped scenario played to it.

use std::path::{Path, PathBuf};

use forewarn_core::model::Mode;
use forewarn_service::config::Config;
use forewarn_service::serve::{Addresses, serve};
use tokio::sync::oneshot;

use super::feed::{pace, play};
use super::serve::{fly, make, read};
use super::{asked_to_stop, failed, log_as_json, runtime};
use crate::args::Speed;
use crate::failure::{Failure, Outcome, make_dir, write_file};
use crate::output::Output;

/// Plays the demo to a service of its own until somebody ends it.
pub(crate) fn command(out: Option<PathBuf>, speed: Speed, output: Output) -> Outcome<()> {
    let folder = out.unwrap_or_else(|| {
        std::env::temp_dir().join(format!("forewarn-live-{}", std::process::id()))
    });
    make_dir(&folder)?;
    let recording = fly(&folder.join("recording"), output)?;
    let made = make(&folder, &recording, true)?;
    let mut config = read(&made.config)?;
    free_ports(&mut config);
    log_as_json(true);
    let people: String = made
        .secrets
        .iter()
        .map(|(name, secret)| format!("  {name:14} {secret}\n"))
        .collect();
    runtime()?.block_on(async {
        let stop = asked_to_stop()?;
        let (told, ready) = oneshot::channel::<Addresses>();
        let tell = |at| {
            // Whoever waits for it may have been ended meanwhile.
            let _unheard = told.send(at).is_err();
        };
        let service = tokio::spawn(serve(config, tell, stop));
        let Ok(at) = ready.await else {
            return ended(service.await);
        };
        output.text(&format!(
            "An exercise: nothing here is real.\n\nconsole  http://{}/\n{people}\nA test flight is played as it would come in (press Ctrl-C to end; the log stays in {}).\n",
            at.people,
            folder.join("data").display()
        ))?;
        write_address(&folder, &at)?;
        let keys = folder.join("sensors");
        let to = format!("http://{}", at.sensors);
        let fed = play(&recording, &to, &keys, Mode::Exercise, pace(speed)).await?;
        output.text(&format!(
            "{} records were played; time goes on until you end it.\n",
            fed.records
        ))?;
        ended(service.await)
    })
}

fn ended(
    joined: Result<Result<(), forewarn_service::app::ServiceError>, tokio::task::JoinError>,
) -> Outcome<()> {
    joined
        .map_err(|error| Failure::Internal(error.into()))?
        .map_err(failed)
}

/// Any free port: a demonstration must not meet another service.
fn free_ports(config: &mut Config) {
    config.listen.people.set_port(0);
    config.listen.sensors.set_port(0);
    config.listen.lines = None;
}

/// For programs that start a demonstration and then look at it.
fn write_address(folder: &Path, at: &Addresses) -> Outcome<()> {
    let text = serde_json::json!({
        "people": format!("http://{}", at.people), "sensors": format!("http://{}", at.sensors),
    });
    write_file(
        &folder.join("addresses.json"),
        format!("{text}\n").as_bytes(),
    )
}

//! `feed`: a recording played to a service, as its sensors would send it.

use std::path::Path;

use anyhow::anyhow;
use forewarn_core::model::Mode;
use forewarn_formats::config::load_recording;
use forewarn_formats::record::{find_detections, open_source};
use forewarn_service::client::{Fed, Identity, Pace, feed};

use super::runtime;
use crate::args::{FeedArgs, Speed};
use crate::failure::{Failure, Outcome};
use crate::output::Output;

pub(crate) fn command(args: &FeedArgs, output: Output) -> Outcome<()> {
    let mode = Mode::from_word(&args.mode)
        .ok_or_else(|| Failure::Usage(anyhow!("--mode {}: is no mode", args.mode)))?;
    let pace = pace(args.speed);
    let fed = runtime()?.block_on(play(&args.recording, &args.to, &args.keys, mode, pace))?;
    output.text(&format!(
        "{} records in {} frames are on the service's disk; {} frames had come before, {} waits, {} lines left out\n",
        fed.records, fed.frames, fed.duplicates, fed.waits, fed.left_out
    ))?;
    output.last_line(&fed)
}

pub(super) fn pace(speed: Speed) -> Pace {
    match speed {
        Speed::Max => Pace::Max,
        Speed::Times(times) => Pace::Times(times),
    }
}

/// Plays a recording with the keys of a folder.
pub(super) async fn play(
    recording: &Path,
    to: &str,
    keys: &Path,
    mode: Mode,
    pace: Pace,
) -> Outcome<Fed> {
    let secure = ["https://", "wss://", "tls://"]
        .iter()
        .any(|scheme| to.starts_with(scheme));
    let loaded = load_recording(recording).map_err(Failure::input)?;
    let sensors = loaded.setup.sensors.iter();
    let identities = sensors
        .map(|sensor| Identity::read(keys, &sensor.id, secure))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| Failure::Input(anyhow!(error)))?;
    let path = find_detections(recording).map_err(Failure::input)?;
    let mut lines = open_source(&path).map_err(Failure::input)?;
    feed(&mut *lines, to, mode, identities, pace)
        .await
        .map_err(Failure::input)
}

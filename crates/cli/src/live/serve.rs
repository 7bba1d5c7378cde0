//! `serve`: the live service, its default configuration, and everything for a first try.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use forewarn_core::model::Mode;
use forewarn_formats::config::load_recording;
use forewarn_service::config::{Config, DEFAULT, read_config};
use forewarn_service::init::{Init, Made, init};
use forewarn_service::people::hash_secret;
use forewarn_service::serve::serve;

use super::{asked_to_stop, failed, log_as_json, runtime};
use crate::args::ServeArgs;
use crate::failure::{Failure, Outcome, make_dir, read_text, write_file};
use crate::output::{Output, put};
use crate::simulate;

pub(crate) fn command(args: &ServeArgs, output: Output) -> Outcome<()> {
    if args.print_config {
        return put(DEFAULT);
    }
    if args.hash_secret {
        return hash();
    }
    if let Some(folder) = &args.init {
        let made = begin(folder, args.site.as_deref(), output)?;
        return tell(folder, &made, output);
    }
    let path = args.config.as_deref().ok_or_else(|| {
        Failure::Usage(anyhow!(
            "give --config forewarn.toml; `forewarn serve --init DIR` makes one for a first try"
        ))
    })?;
    log_as_json(output.quiet);
    run(read(path)?, output)
}

/// Reads a configuration file.
pub(super) fn read(path: &Path) -> Outcome<Config> {
    let text = read_text(path)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    read_config(&path.display().to_string(), &text, folder)
        .map_err(|problems| Failure::Input(anyhow!("{problems}")))
}

fn run(config: Config, output: Output) -> Outcome<()> {
    let secure = !config.insecure_loopback;
    let mode = config.mode.word();
    let runtime = runtime()?;
    runtime.block_on(async {
        let stop = asked_to_stop()?;
        let ready = |at: forewarn_service::serve::Addresses| {
            let scheme = if secure { "https" } else { "http" };
            let said = output.text(&format!(
                "watching, mode {mode}: console {scheme}://{}/, sensors {scheme}://{}/\n",
                at.people, at.sensors
            ));
            if let Err(failure) = said {
                output.complain(&failure.to_string());
            }
        };
        serve(config, ready, stop).await.map_err(failed)
    })
}

fn hash() -> Outcome<()> {
    let mut secret = String::new();
    std::io::stdin()
        .read_line(&mut secret)
        .context("standard input cannot be read")
        .map_err(Failure::Input)?;
    let hash = hash_secret(secret.trim_end_matches(['\r', '\n']));
    let hash = hash.map_err(|error| Failure::Usage(anyhow!(error)))?;
    put(&format!("{hash}\n"))
}

/// A folder with everything for a first try: an exercise of a recording, else of the demo.
fn begin(folder: &Path, site: Option<&Path>, output: Output) -> Outcome<Made> {
    make_dir(folder)?;
    if folder.join("forewarn.toml").exists() {
        let said = anyhow!(
            "{}: there is a forewarn.toml already; choose an empty folder",
            folder.display()
        );
        return Err(Failure::Input(said));
    }
    let recording = match site {
        Some(site) => site.to_owned(),
        None => fly(&folder.join("recording"), output)?,
    };
    make(folder, &recording, false)
}

/// Flies the shipped scenario into a folder.
pub(super) fn fly(folder: &Path, output: Output) -> Outcome<PathBuf> {
    let scenario = simulate::demo()?;
    let recording = simulate::fly(&scenario, scenario.seed, output)?;
    simulate::write(&recording, folder)?;
    Ok(folder.to_owned())
}

/// Makes site, keys, people and configuration for an exercise of a recording.
pub(super) fn make(folder: &Path, recording: &Path, insecure_loopback: bool) -> Outcome<Made> {
    let site = folder.join("site");
    copy_site(recording, &site)?;
    let loaded = load_recording(&site).map_err(Failure::input)?;
    let sensors = loaded
        .setup
        .sensors
        .iter()
        .map(|sensor| sensor.id.to_string());
    init(&Init {
        folder: folder.to_owned(),
        mode: Mode::Exercise,
        sensors: sensors.collect(),
        insecure_loopback,
        follow_reports: true,
    })
    .map_err(Failure::input)
}

/// Everything of a recording that is no record: the site of an exercise.
fn copy_site(recording: &Path, site: &Path) -> Outcome<()> {
    make_dir(site)?;
    let records = ["detections", "notices", "claims", "actions", "truth"];
    let listed = std::fs::read_dir(recording)
        .with_context(|| format!("{}: is no recording", recording.display()))
        .map_err(Failure::Input)?;
    for entry in listed.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_record = records.iter().any(|record| name.starts_with(record));
        if is_record || !entry.path().is_file() {
            continue;
        }
        let mut bytes = std::fs::read(entry.path())
            .with_context(|| format!("{}: cannot be read", entry.path().display()))
            .map_err(Failure::Input)?;
        if name == "recording.toml" {
            bytes = as_exercise(&String::from_utf8_lossy(&bytes)).into_bytes();
        }
        write_file(&site.join(name), &bytes)?;
    }
    Ok(())
}

/// The same in mode exercise; a rule of release is approved by people, not by a file.
fn as_exercise(text: &str) -> String {
    let is = |line: &str, key: &str| {
        let rest = line.trim_start().strip_prefix(key);
        rest.is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    let lines = text.lines().filter(|line| !is(line, "release_rule"));
    let lines = lines.map(|line| {
        if is(line, "mode") {
            "mode = \"exercise\""
        } else {
            line
        }
    });
    lines.map(|line| format!("{line}\n")).collect()
}

fn tell(folder: &Path, made: &Made, output: Output) -> Outcome<()> {
    let people: String = made
        .secrets
        .iter()
        .map(|(name, secret)| format!("  {name:14} {secret}\n"))
        .collect();
    let at = folder.display();
    output.text(&format!(
        "{at}: an exercise, with its own authority, keys and people (also in {at}/secrets.txt):\n{people}\
         \nStart it:             forewarn serve --config {at}/forewarn.toml\
         \nPlay a recording:     forewarn feed {at}/recording --to https://127.0.0.1:8444 --keys {at}/sensors\
         \nOpen the console:     https://127.0.0.1:8443/  (your browser does not know the authority: {at}/authority.cert.pem)\n",
    ))?;
    output.last_line(&serde_json::json!({ "config": made.config, "people": made.secrets }))
}

//! Proves what the log does when the disk is full: no false acknowledgement, an alarm within a
//! second, and it goes on without a restart. On a real file system of a few megabytes where one can
//! be mounted (needs root), else on a simulated one.
//!
//! `cargo run --release -p forewarn-validation --bin prove-disk-full -- [FOLDER]`: a folder on a
//! small file system of its own, which is filled.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use forewarn_log::simulated::SimulatedStore;
use forewarn_log::trials::{Fills, fill_disk, options};
use forewarn_log::{AppendError, FileStore, Kind, Log, NewEntry, Status, Test, Writer};
use forewarn_validation::proof::Proof;

const FILLS: u64 = 20;
const ALARM_S_MAX: f64 = 1.0;

fn main() -> ExitCode {
    let mut proof = Proof::new("disk-full", "The disk under the log is full");
    let given = std::env::args().nth(1).map(PathBuf::from);
    let mounted = given.is_none().then(Mounted::try_new).flatten();
    let folder = given.or_else(|| mounted.as_ref().map(|mounted| mounted.0.clone()));
    simulated(&mut proof);
    match folder {
        None => proof.goal("on a real file system", "none could be mounted", false),
        Some(folder) => {
            real(&mut proof, &folder);
            alarm(&mut proof, &folder);
        }
    }
    proof.finish()
}

/// A small file system in memory, gone with this value.
struct Mounted(PathBuf);

impl Mounted {
    fn try_new() -> Option<Self> {
        let path = std::env::temp_dir().join(format!("forewarn-disk-full-{}", std::process::id()));
        std::fs::create_dir_all(&path).ok()?;
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"])
            .arg(&path)
            .status();
        mount
            .is_ok_and(|status| status.success())
            .then_some(Self(path))
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        drop(Command::new("umount").arg(&self.0).status());
        drop(std::fs::remove_dir(&self.0));
    }
}

fn tell(proof: &mut Proof, place: &str, outcome: Result<Fills, String>) {
    let told = match &outcome {
        Ok(fills) => format!(
            "{} fills, {} acknowledged and found, {} refused",
            fills.fills, fills.acknowledged, fills.refused
        ),
        Err(fault) => fault.clone(),
    };
    proof.goal(
        &format!("{place}: filled {FILLS} times, no false acknowledgement, goes on by itself"),
        &told,
        outcome.is_ok_and(|fills| fills.fills == FILLS && fills.refused >= FILLS),
    );
}

fn simulated(proof: &mut Proof) {
    let store = SimulatedStore::new(3);
    let mut room = 0;
    let mut fill = || {
        room += 300_000;
        store.set_room(Some(room));
        Ok(())
    };
    let mut free = || {
        store.set_room(None);
        Ok(())
    };
    let outcome = options().and_then(|mut options| {
        options.segment_bytes = 100_000;
        let opened = Log::<Test>::open(store.clone(), options);
        let (mut log, _) = opened.map_err(|error| error.to_string())?;
        fill_disk(&mut log, FILLS, &mut fill, &mut free)
    });
    tell(proof, "a simulated disk", outcome);
}

/// Takes all the space there is.
fn take_all(ballast: &Path) -> Result<(), String> {
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(ballast)
        .map_err(|error| error.to_string())?;
    for size in [65_536, 4_096, 512, 1] {
        let block = vec![7; size];
        while file.write_all(&block).is_ok() {}
    }
    Ok(())
}

fn real(proof: &mut Proof, folder: &Path) {
    let ballast = folder.join("ballast");
    let outcome = options().and_then(|mut options| {
        options.segment_bytes = 50_000;
        let store = FileStore::create(folder.join("log")).map_err(|error| error.to_string())?;
        let opened = Log::<Test>::open(store, options);
        let (mut log, _) = opened.map_err(|error| error.to_string())?;
        let mut fill = || take_all(&ballast);
        let mut free = || std::fs::remove_file(&ballast).map_err(|error| error.to_string());
        fill_disk(&mut log, FILLS, &mut fill, &mut free)
    });
    tell(proof, "a real file system of 8 MB", outcome);
    drop(std::fs::remove_file(&ballast));
}

/// How long until the writer says that the disk is full, and until it is well again.
fn alarm(proof: &mut Proof, folder: &Path) {
    let told = alarm_times(folder);
    let figure = match &told {
        Ok((full_s, well_s)) => format!("{:.1} ms; {:.1} ms", full_s * 1e3, well_s * 1e3),
        Err(fault) => fault.clone(),
    };
    proof.goal(
        &format!("alarm within {ALARM_S_MAX} s of the first refused report; well again after space was made"),
        &figure,
        told.is_ok_and(|(full_s, well_s)| full_s < ALARM_S_MAX && well_s < ALARM_S_MAX),
    );
}

fn alarm_times(folder: &Path) -> Result<(f64, f64), String> {
    let text = |error: AppendError| error.to_string();
    let store = FileStore::create(folder.join("alarm")).map_err(|error| error.to_string())?;
    let (log, _) = Log::<Test>::open(store, options()?).map_err(|error| error.to_string())?;
    let writer = Writer::start(log, 16);
    let ballast = folder.join("ballast");
    take_all(&ballast)?;
    let report = || vec![NewEntry::new(Kind::Input, 0, vec![b'x'; 8_192])];
    let mut start = Instant::now();
    while writer.append(report()).map_err(text)?.wait().is_ok() {
        start = Instant::now();
    }
    let status = writer.status();
    let full_s = start.elapsed().as_secs_f64();
    if !matches!(status, Status::Failing(AppendError::DiskFull { .. })) {
        return Err(format!("no alarm: {status:?}"));
    }
    let freed = File::create(&ballast).map_err(|error| error.to_string())?;
    drop(freed);
    let start = Instant::now();
    writer
        .append(report())
        .map_err(text)?
        .wait()
        .map_err(text)?;
    if writer.status() != Status::Good {
        return Err("the alarm stays".to_owned());
    }
    Ok((full_s, start.elapsed().as_secs_f64()))
}

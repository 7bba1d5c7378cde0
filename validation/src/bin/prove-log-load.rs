//! Proves how fast the log acknowledges: reports come at a steady rate in frames, each frame is
//! acknowledged when it is on disk, and how long that took is measured.
//!
//! `cargo run --release -p forewarn-validation --bin prove-log-load -- [SECONDS [FOLDER]]`

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use forewarn_log::trials::options;
use forewarn_log::{FileStore, Kind, Log, NewEntry, Test, Writer};
use forewarn_validation::proof::Proof;

/// Reports of one frame.
const FRAME: usize = 100;
/// Frames that may wait.
const QUEUE: usize = 256;
/// Reports a second, and the longest that 99 of 100 frames may wait for the disk [s].
const RATES: [(u64, f64); 2] = [(2_000, 0.1), (20_000, 0.5)];

/// What was measured at one rate.
struct Load {
    offered: u64,
    acknowledged: u64,
    refused: u64,
    latency_s: Vec<f64>,
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let seconds: u64 = arguments.next().and_then(|a| a.parse().ok()).unwrap_or(60);
    let own = std::env::temp_dir().join(format!("forewarn-log-load-{}", std::process::id()));
    let folder = arguments.next().map_or(own, PathBuf::from);
    let mut proof = Proof::new("log-load", "The log under load");
    proof.line("| reports/s | seconds | acknowledged | refused (queue full) | to disk, median | 99 of 100 | longest | frame written alone, median |");
    proof.line("| --- | --- | --- | --- | --- | --- | --- | --- |");
    for (rate, p99_s_max) in RATES {
        let measured = alone(&folder)
            .and_then(|alone_s| offer(&folder, rate, seconds).map(|load| (load, alone_s)));
        drop(std::fs::remove_dir_all(&folder));
        match measured {
            Ok((load, alone_s)) => tell(&mut proof, (rate, p99_s_max, seconds), &load, alone_s),
            Err(error) => proof.goal(&format!("{rate} reports a second"), &error, false),
        }
    }
    proof.line("\nThe disk is that of the folder given, or of the temporary folder; the last column is what one append and its sync cost there with nothing else to do.");
    proof.finish()
}

fn frame(number: u64) -> Vec<NewEntry<Test>> {
    let entry = |index| {
        let payload = format!(
            "{{\"id\":\"m{number}.{index}\",\"filler\":\"{:0200}\"}}",
            index
        );
        NewEntry::new(Kind::Input, 0, payload)
    };
    (0..FRAME).map(entry).collect()
}

fn opened(folder: &Path) -> Result<Log<Test>, String> {
    let store = FileStore::create(folder).map_err(|error| error.to_string())?;
    let opened = Log::<Test>::open(store, options()?);
    opened
        .map(|(log, _)| log)
        .map_err(|error| error.to_string())
}

/// What one append costs when nobody else appends [s].
fn alone(folder: &Path) -> Result<f64, String> {
    let mut log = opened(folder)?;
    let mut times_s = Vec::new();
    for number in 0..50 {
        let frame = frame(number);
        let start = Instant::now();
        log.append(&frame).map_err(|error| error.to_string())?;
        times_s.push(start.elapsed().as_secs_f64());
    }
    Ok(quantile(&mut times_s, 0.5))
}

fn offer(folder: &Path, rate: u64, seconds: u64) -> Result<Load, String> {
    let writer = Writer::start(opened(folder)?, QUEUE);
    let (sender, answers) = channel();
    let frames = rate * seconds / FRAME as u64;
    let pace = Duration::from_secs_f64(FRAME as f64 / rate as f64);
    let begun = Instant::now();
    let mut refused = 0;
    for number in 0..frames {
        let due = begun + pace * u32::try_from(number).unwrap_or(u32::MAX);
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let (sender, start) = (sender.clone(), Instant::now());
        let done = move |answer: forewarn_log::Answer| {
            drop(sender.send(answer.map(|_numbers| start.elapsed().as_secs_f64())));
        };
        refused += u64::from(writer.try_append(frame(number), done).is_err());
    }
    drop(sender);
    let log = writer.stop().map_err(|error| error.to_string())?;
    let latency_s = answers.iter().collect::<Result<Vec<f64>, _>>();
    let latency_s = latency_s.map_err(|error| error.to_string())?;
    let there = log
        .read(1)
        .filter(|entry| entry.as_ref().is_ok_and(|e| e.kind == Kind::Input));
    let acknowledged = (latency_s.len() * FRAME) as u64;
    let before = 50 * FRAME as u64;
    let found = there.count() as u64 - before;
    if found != acknowledged {
        return Err(format!("{acknowledged} acknowledged, {found} found"));
    }
    Ok(Load {
        offered: frames * FRAME as u64,
        acknowledged,
        refused: refused * FRAME as u64,
        latency_s,
    })
}

fn quantile(values: &mut [f64], part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let index = (values.len() as f64 * part) as usize;
    values
        .get(index.min(values.len().saturating_sub(1)))
        .copied()
        .unwrap_or(f64::NAN)
}

fn tell(proof: &mut Proof, wanted: (u64, f64, u64), load: &Load, alone_s: f64) {
    let (rate, p99_s_max, seconds) = wanted;
    let mut latency_s = load.latency_s.clone();
    let [p50, p99, longest] = [0.5, 0.99, 1.0].map(|part| quantile(&mut latency_s, part));
    proof.line(&format!(
        "| {rate} | {seconds} | {} | {} | {:.1} ms | {:.1} ms | {:.0} ms | {:.1} ms |",
        load.acknowledged,
        load.refused,
        p50 * 1e3,
        p99 * 1e3,
        longest * 1e3,
        alone_s * 1e3
    ));
    proof.goal(
        &format!("{rate} reports a second for {seconds} s: all acknowledged, 99 of 100 frames within {:.0} ms", p99_s_max * 1e3),
        &format!("{} of {}, {:.1} ms", load.acknowledged, load.offered, p99 * 1e3),
        load.acknowledged == load.offered && p99 < p99_s_max,
    );
}

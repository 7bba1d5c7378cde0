//! Proves how fast a long log is taken up: ten million records, opened with every checksum, link
//! and signature checked, then the newest snapshot and the entries after it.
//!
//! `cargo run --release -p forewarn-validation --bin prove-log-recovery -- [RECORDS [FOLDER]]`

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use forewarn_log::trials::options;
use forewarn_log::{FileStore, Kind, Log, NewEntry, Test};
use forewarn_validation::proof::Proof;

const RECOVERY_S_MAX: f64 = 10.0;
/// Records of one append.
const BATCH: u64 = 5_000;
/// Records after the snapshot, one in so many.
const TAIL_ONE_IN: u64 = 100;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let records: u64 = arguments
        .next()
        .and_then(|a| a.parse().ok())
        .unwrap_or(10_000_000);
    let own = std::env::temp_dir().join(format!("forewarn-log-recovery-{}", std::process::id()));
    let folder = arguments.next().map_or(own, PathBuf::from);
    let mut proof = Proof::new("log-recovery", "A long log is taken up");
    let outcome = measure(&mut proof, records, &folder);
    drop(std::fs::remove_dir_all(&folder));
    match outcome {
        Ok(()) => proof.finish(),
        Err(error) => {
            Proof::progress(&error);
            ExitCode::from(4)
        }
    }
}

/// A report as sensors send it: about 250 bytes.
fn report(number: u64) -> NewEntry<Test> {
    let unit = (number % 1_000) as f64 * 1e-3;
    let payload = format!(
        "{{\"id\":\"m{number}\",\"time\":\"2026-03-01T12:00:00.{:09}Z\",\"sensor\":\"geo-1\",\"kind\":\"infrared\",\"line_of_sight\":[{unit:.15},0.123456789012345,-0.987654321098765],\"sigma_rad\":2e-05,\"radiant_intensity_w_sr\":51234.56}}",
        number % 1_000_000_000
    );
    NewEntry::new(
        Kind::Input,
        1_772_366_400_000_000_000 + number.cast_signed(),
        payload,
    )
}

fn measure(proof: &mut Proof, records: u64, folder: &Path) -> Result<(), String> {
    let store = FileStore::create(folder).map_err(|error| error.to_string())?;
    let opened = Log::<Test>::open(store.clone(), options()?);
    let (mut log, _) = opened.map_err(|error| error.to_string())?;
    let start = Instant::now();
    let state = vec![5; 1 << 20];
    let mut saved = false;
    for first in (0..records).step_by(BATCH as usize) {
        let batch: Vec<_> = (first..(first + BATCH).min(records)).map(report).collect();
        log.append(&batch).map_err(|error| error.to_string())?;
        if !saved && first >= records - records / TAIL_ONE_IN {
            let seq = log.last().seq;
            log.save_snapshot(seq, &state)
                .map_err(|error| error.to_string())?;
            saved = true;
        }
    }
    let written_s = start.elapsed().as_secs_f64();
    let bytes = log.view().bytes();
    drop(log);
    let start = Instant::now();
    let opened = Log::<Test>::open(store, options()?);
    let (log, recovery) = opened.map_err(|error| error.to_string())?;
    let opened_s = start.elapsed().as_secs_f64();
    let (snapshot, _) = log.latest_snapshot().map_err(|error| error.to_string())?;
    let snapshot = snapshot.ok_or("the snapshot is gone")?;
    let mut tail = 0_u64;
    for entry in log.read(snapshot.seq + 1) {
        let entry = entry.map_err(|error| error.to_string())?;
        tail += u64::from(entry.kind == Kind::Input);
    }
    let whole_s = start.elapsed().as_secs_f64();
    proof.goal(
        &format!("{records} records, their newest snapshot and what came after it: taken up within {RECOVERY_S_MAX} s"),
        &format!("{whole_s:.1} s"),
        whole_s < RECOVERY_S_MAX && recovery.is_clean() && recovery.last_seq >= records,
    );
    proof.line(&format!(
        "The log: {:.2} GB in {} segments, written in {written_s:.0} s ({:.0} records/s, {BATCH} an append). Opening it, with every checksum, link and signature checked: {opened_s:.1} s ({:.0} MB/s); then the snapshot of 1 MiB and {tail} records after it: {:.2} s. The file system's cache was warm, so the disk itself is not in this figure.",
        bytes as f64 / 1e9,
        bytes.div_ceil(64 << 20),
        records as f64 / written_s,
        bytes as f64 / 1e6 / opened_s,
        whole_s - opened_s,
    ));
    Ok(())
}

//! The program as a person or another program meets it: arguments, files, exit statuses, bytes.
//!
//! One short flight is simulated and run once; what follows is compared with that.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod bad_input;
mod bytes;
mod files;
mod import;
mod log;
mod parquet;
mod whole;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// A short flight of the shipped scenarios.
fn scenario() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/classes/short_range/scenario.toml")
}

/// A fresh folder for one test.
fn folder(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("commands-{}", std::process::id()))
        .join(name);
    if dir.exists() {
        std::fs::remove_dir_all(&dir).unwrap();
    }
    std::fs::create_dir_all(&dir).unwrap();
    dir
}

/// Calls the program.
fn forewarn(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_forewarn"))
        .args(arguments)
        .output()
        .unwrap()
}

/// Calls the program with bytes on standard input.
fn forewarn_with_input(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_forewarn"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input).unwrap();
    drop(stdin);
    child.wait_with_output().unwrap()
}

#[track_caller]
fn must_end_with(output: &Output, status: i32) {
    assert_eq!(
        output.status.code(),
        Some(status),
        "{}\n{}",
        said(output),
        complained(output)
    );
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn complained(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The last line of standard output, which `--json` makes one JSON object.
#[track_caller]
fn last_json(output: &Output) -> Value {
    let text = said(output);
    let value: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert!(value.is_object());
    value
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The recording and what running it gives.
struct Reference {
    recording: PathBuf,
    out: PathBuf,
    summary: Value,
}

/// Simulated and run once for all tests.
fn reference() -> &'static Reference {
    static REFERENCE: OnceLock<Reference> = OnceLock::new();
    REFERENCE.get_or_init(|| {
        let recording = folder("reference-recording");
        let simulated = forewarn(&[
            "simulate",
            text(&scenario()),
            "--out",
            text(&recording),
            "--json",
        ]);
        must_end_with(&simulated, 0);
        assert!(last_json(&simulated)["records"].as_u64().unwrap() > 1_000);
        let out = folder("reference-out");
        let run = forewarn(&[
            "run",
            text(&recording),
            "--out",
            text(&out),
            "--threads",
            "1",
            "--json",
        ]);
        must_end_with(&run, 0);
        Reference {
            recording,
            out,
            summary: last_json(&run),
        }
    })
}

fn events(dir: &Path) -> Vec<u8> {
    std::fs::read(dir.join("events.ndjson")).unwrap()
}

/// A copy of the reference's recording, to be changed.
fn copy_of_recording(name: &str) -> PathBuf {
    let dir = folder(name);
    for entry in std::fs::read_dir(&reference().recording).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), dir.join(entry.file_name())).unwrap();
    }
    dir
}

//! The short form of `cargo xtask prove log-kill`.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;
use std::process::Command;

use forewarn_validation::log_kill::kill;

#[test]
fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    let name = format!("log-kill-{}", std::process::id());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let start = |round: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_prove-log-kill"));
        command.arg("--writer").arg(&folder).arg(round);
        command
    };
    let kills = kill(&folder, 40, &start).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(kills.kills, 40);
    assert!(kills.acknowledged > 200, "{kills:?}");
}

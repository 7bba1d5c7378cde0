//! Proves the log against kill -9: a process that writes under load is killed at random instants,
//! with a ledger of its acknowledgements kept outside.
//!
//! `cargo run --release -p forewarn-validation --bin prove-log-kill -- [KILLS]`

use std::path::Path;
use std::process::{Command, ExitCode};

use forewarn_validation::log_kill::{Kills, kill, write_until_killed};
use forewarn_validation::proof::Proof;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [word, folder, round] = arguments.as_slice()
        && word == "--writer"
    {
        let error = write_until_killed(Path::new(folder), round).err();
        Proof::progress(&error.unwrap_or_default());
        return ExitCode::from(4);
    }
    let kills: u64 = arguments
        .first()
        .and_then(|a| a.parse().ok())
        .unwrap_or(1_000);
    let folder = std::env::temp_dir().join(format!("forewarn-log-kill-{}", std::process::id()));
    let program = std::env::current_exe().unwrap_or_default();
    let start = |round: &str| {
        let mut command = Command::new(&program);
        command.arg("--writer").arg(&folder).arg(round);
        command
    };
    let outcome = kill(&folder, kills, &start);
    drop(std::fs::remove_dir_all(&folder));
    report(kills, outcome)
}

fn report(kills: u64, outcome: Result<Kills, String>) -> ExitCode {
    let mut proof = Proof::new("log-kill", "The process that writes the log is killed");
    let count = outcome.clone().unwrap_or_default();
    proof.goal(
        &format!("killed (SIGKILL) {kills} times at random instants under load"),
        &format!("{}", count.kills),
        count.kills == kills,
    );
    let figure = match &outcome {
        Ok(count) => format!("0 of {}", count.acknowledged),
        Err(fault) => fault.clone(),
    };
    proof.goal(
        "acknowledged entries lost or changed: none",
        &figure,
        outcome.is_ok(),
    );
    proof.line(&format!(
        "Sixteen threads append; each acknowledgement goes through a pipe to the process that kills. Of the kills, {} came before the first acknowledgement, while the log was taken up. After every kill the log was taken up and everything acknowledged was looked for; at the end all of it, archived segments too. {} entries were found that had not been acknowledged when the kill came; {} torn ends were cut and said. A kill leaves what the system took over for the disk: what a loss of power does is the proof `power-loss`.",
        count.before_first, count.beyond, count.torn
    ));
    proof.finish()
}

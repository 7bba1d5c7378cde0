//! Running other programs, and keeping count of steps.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// The cargo that runs us, or the one in the path.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs a command, its output passed through; says how it ended.
pub(crate) fn passes(command: &mut Command) -> Result<bool> {
    let shown = shown(command);
    println!("    $ {shown}");
    let status = command
        .status()
        .with_context(|| format!("failed to start `{shown}`"))?;
    if !status.success() {
        println!("    {shown}: {status}");
    }
    Ok(status.success())
}

/// Runs a command quietly and returns its standard output; its complaint if it fails.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let shown = shown(command);
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("failed to start `{shown}`"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let last: Vec<&str> = said.lines().rev().take(12).collect();
        let last: Vec<&str> = last.into_iter().rev().collect();
        bail!("`{shown}`: {}\n{}", output.status, last.join("\n"));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn shown(command: &Command) -> String {
    let program = PathBuf::from(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    let mut words = vec![name.to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|a| a.to_string_lossy().into_owned()));
    words.join(" ")
}

/// Builds a program of the workspace for release and says where it is.
///
/// Cargo is asked, not guessed: its target folder may be anywhere.
pub(crate) fn release_program(package: &str, kind: &str, name: &str) -> Result<PathBuf> {
    let mut command = cargo();
    command.args([
        "build",
        "--release",
        "--message-format=json-render-diagnostics",
    ]);
    command.args(["--package", package, &format!("--{kind}"), name]);
    command.stderr(Stdio::inherit());
    println!("    $ {}", shown(&command));
    let output = command.output().context("failed to start cargo")?;
    if !output.status.success() {
        bail!("`{name}` does not build");
    }
    let text = String::from_utf8_lossy(&output.stdout);
    executable(&text).with_context(|| format!("cargo does not say where it put `{name}`"))
}

/// The last executable that cargo's messages name.
fn executable(messages: &str) -> Option<PathBuf> {
    messages
        .lines()
        .rev()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
}

/// Steps taken, how long each took and how it ended.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    done: Vec<(String, Duration, bool)>,
}

impl Steps {
    /// Takes a step. An error fails it; the steps after it are taken all the same.
    pub(crate) fn step(&mut self, name: &str, body: impl FnOnce() -> Result<bool>) {
        println!("\n==> {name}");
        let start = Instant::now();
        let passed = body().unwrap_or_else(|error| {
            println!("    {error:#}");
            false
        });
        let took = start.elapsed();
        let word = if passed { "passed" } else { "FAILED" };
        println!("    {name}: {word} in {:.1} s", took.as_secs_f64());
        self.done.push((name.to_owned(), took, passed));
    }

    /// Prints the table of steps, and last the line that counts them.
    pub(crate) fn finish(&self) -> bool {
        let failed = self.done.iter().filter(|(_, _, passed)| !passed).count();
        let total: f64 = self
            .done
            .iter()
            .map(|(_, took, _)| took.as_secs_f64())
            .sum();
        println!();
        for (name, took, passed) in &self.done {
            let word = if *passed { "passed" } else { "FAILED" };
            println!("{word}  {:>8.1} s  {name}", took.as_secs_f64());
        }
        println!("        {total:>8.1} s  in all");
        println!("{} passed, {failed} failed", self.done.len() - failed);
        failed == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_is_counted_and_the_next_one_taken() {
        let mut steps = Steps::default();
        steps.step("bad", || bail!("broken"));
        steps.step("worse", || Ok(false));
        steps.step("good", || Ok(true));
        assert_eq!(steps.done.len(), 3);
        assert!(!steps.finish());
    }

    #[test]
    fn the_executable_is_the_last_one_named() {
        let text =
            "{\"executable\":null}\nnoise\n{\"executable\":\"/x/forewarn\"}\n{\"success\":true}";
        assert_eq!(executable(text), Some(PathBuf::from("/x/forewarn")));
    }
}

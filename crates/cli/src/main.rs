//! `forewarn`: the command line.
#![warn(missing_docs)]

mod args;
mod demo;
mod failure;
mod files;
mod import;
mod live;
mod log;
mod output;
mod report;
mod run;
mod score;
mod simulate;

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Mutex;

use clap::{CommandFactory, Parser};

use args::{Args, Command};
use failure::{Failure, Outcome, internal};
use output::Output;

/// Where a panic happened and what it said, for the message.
static PANIC: Mutex<Option<String>> = Mutex::new(None);

fn main() -> ExitCode {
    let args = Args::parse();
    let output = Output {
        json: args.json,
        quiet: args.quiet,
    };
    std::panic::set_hook(Box::new(|info| {
        if let Ok(mut panic) = PANIC.lock() {
            panic.get_or_insert_with(|| info.to_string());
        }
    }));
    let outcome = catch_unwind(AssertUnwindSafe(|| execute(args.command, output)));
    let outcome = outcome.unwrap_or_else(|_| {
        let said = PANIC.lock().ok().and_then(|mut panic| panic.take());
        Err(internal(
            said.unwrap_or_else(|| "a panic without a message".into()),
        ))
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output.complain(&failure.to_string());
            ExitCode::from(failure.status())
        }
    }
}

fn execute(command: Command, output: Output) -> Outcome<()> {
    match command {
        Command::Run(args) => run::command(&args, output),
        Command::Simulate(args) => simulate::command(&args, output),
        Command::Score { recording, dir } => score::command(&recording, &dir, output),
        Command::Import(args) => import::command(&args, output),
        Command::Validate { files } => files::validate(&files, output),
        Command::Schema { name } => files::schema(name.as_deref(), output),
        Command::Log(command) => log::command(&command, output),
        Command::Serve(args) => live::serve(&args, output),
        Command::Feed(args) => live::feed(&args, output),
        Command::Listen(args) => live::listen(&args, output),
        Command::Demo {
            out,
            live: true,
            speed,
            ..
        } => live::demo(out, speed, output),
        Command::Demo { out, seed, .. } => demo::command(out, seed, output),
        Command::Completions { shell } => completions(shell),
        Command::Man => manual(),
    }
}

fn completions(shell: clap_complete::Shell) -> Outcome<()> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "forewarn", &mut text);
    output::put(&String::from_utf8_lossy(&text))
}

/// The page of the program, then one for each command.
fn manual() -> Outcome<()> {
    let mut text = Vec::new();
    let mut command = Args::command();
    // Names the subcommands `forewarn-run` and so on.
    command.build();
    let mut render = |command: clap::Command| -> std::io::Result<()> {
        clap_mangen::Man::new(command).render(&mut text)?;
        text.write_all(b"\n")
    };
    let pages = render(command.clone())
        .and_then(|()| command.get_subcommands().cloned().try_for_each(&mut render));
    pages.map_err(|error| Failure::Internal(error.into()))?;
    output::put(&String::from_utf8_lossy(&text))
}

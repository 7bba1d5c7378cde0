//! Everything a developer types: `cargo xtask help`.
#![allow(clippy::print_stdout, reason = "a command line speaks")]

mod bench;
mod console;
mod generate;
mod history;
mod outcome;
mod prove;
mod run;
mod same_bytes;
mod scenarios;
mod test;
mod tidy;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
cargo xtask COMMAND: everything a developer types

  test              every test there is, nothing skipped: format, lints, tidy, schemas, unit,
                    integration, property, validation and documentation tests, the demo, the
                    same bytes on one and two threads, every golden scenario, and the console in
                    a real browser (needs Node with npm, and Chromium)
  console           only the console: types, build against the committed one, unit and browser
                    tests
  tidy              the rules of the house that no compiler holds (ARCHITECTURE.md lists them)
  scenarios [NAME]  fly the golden scenarios (or those whose name contains NAME), compare what
                    was said with what their expected.toml says
  schemas [--check] write schemas/ anew from the types; or only compare
  priors            fit the ascent priors anew to drawn flights (minutes)
  bench             how fast the parts are
  prove [NAME]      run a longer proof and write docs/proofs/NAME.md; without NAME list them

Examples:
  cargo xtask test
  cargo xtask scenarios raid
  cargo xtask prove classes -- --draws 400
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Does one command; says whether all was well.
fn dispatch(arguments: &[String]) -> Result<bool> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    std::env::set_current_dir(root())?;
    match words.as_slice() {
        ["test"] => test::test(),
        ["console"] => console::console(),
        ["tidy"] => tidy::tidy(),
        ["scenarios", rest @ ..] => scenarios::scenarios(rest.first().copied()),
        ["schemas"] => generate::schemas(false),
        ["schemas", "--check"] => generate::schemas(true),
        ["priors"] => generate::priors(),
        ["bench"] => bench::bench(),
        ["prove"] => prove::list(),
        ["prove", name, rest @ ..] => prove::prove(name, rest),
        [] | ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            Ok(true)
        }
        other => bail!(
            "`{}` is not a command of xtask; try `cargo xtask help`",
            other.join(" ")
        ),
    }
}

/// The folder of the repository.
fn root() -> PathBuf {
    let mut root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.pop();
    root
}

//! `cargo xtask test`: every test there is.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};

use crate::run::{Steps, cargo, passes, release_program};
use crate::{console, generate, same_bytes, scenarios, tidy};

/// What the demo may take once it is built, on two cores [s].
const DEMO_LIMIT: Duration = Duration::from_secs(20);

/// Takes every step, whatever fails on the way.
pub(crate) fn test() -> Result<bool> {
    let mut steps = Steps::default();
    steps.step("format", || {
        passes(cargo().args(["fmt", "--all", "--check"]))
    });
    steps.step("tidy", tidy::tidy);
    steps.step("lints", || {
        passes(cargo().args([
            "clippy",
            "--workspace",
            "--all-targets",
            "--quiet",
            "--",
            "-Dwarnings",
        ]))
    });
    steps.step("tests: unit, integration, property, validation", || {
        passes(cargo().args(["test", "--workspace", "--all-targets", "--no-fail-fast"]))
    });
    steps.step("tests: documentation", || {
        passes(cargo().args(["test", "--workspace", "--doc", "--no-fail-fast"]))
    });
    steps.step("schemas", || generate::schemas(true));
    steps.step("release build", || {
        release_program("forewarn", "bin", "forewarn").map(|_| true)
    });
    steps.step("demo", demo);
    steps.step("same bytes on one and two threads", same_bytes::same_bytes);
    steps.step("golden scenarios", || scenarios::scenarios(None));
    steps.step("console", console::console);
    Ok(steps.finish())
}

/// What a newcomer types first: it must end well, in time, and leave a report.
fn demo() -> Result<bool> {
    let forewarn = release_program("forewarn", "bin", "forewarn")?;
    let out = scenarios::scratch()?.join("demo");
    let start = Instant::now();
    let mut command = Command::new(forewarn);
    if !passes(command.arg("demo").arg("--out").arg(&out))? {
        return Ok(false);
    }
    let took = start.elapsed();
    if !scenarios::find(&out, "report.html") {
        bail!("the demo left no report.html in {}", out.display());
    }
    ensure!(
        took <= DEMO_LIMIT,
        "the demo took {:.1} s; {} s is what the README promises",
        took.as_secs_f64(),
        DEMO_LIMIT.as_secs()
    );
    Ok(true)
}

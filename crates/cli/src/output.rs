//! What is said: results on standard output, progress and complaints on standard error.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::failure::{Failure, Outcome};

/// How to speak.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    /// The last line is one JSON object.
    pub(crate) json: bool,
    /// Nothing but errors.
    pub(crate) quiet: bool,
}

impl Output {
    /// A text for people, with its own line feeds.
    pub(crate) fn text(&self, text: &str) -> Outcome<()> {
        if self.quiet { Ok(()) } else { put(text) }
    }

    /// The line that `--json` asks for.
    pub(crate) fn last_line(&self, value: &impl Serialize) -> Outcome<()> {
        if !self.json {
            return Ok(());
        }
        let line = serde_json::to_string(value).map_err(|error| Failure::Internal(error.into()))?;
        put(&format!("{line}\n"))
    }

    /// Something that a person should know, on standard error.
    pub(crate) fn complain(&self, text: &str) {
        // Nothing can be done when standard error is closed.
        drop(writeln!(io::stderr(), "forewarn: {text}"));
    }

    /// Progress of `total` steps, with what remains; shown only on a terminal.
    pub(crate) fn progress(&self, what: &'static str, total: Option<u64>) -> ProgressBar {
        if self.quiet || !io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let (bar, form) = match total {
            Some(total) => (
                ProgressBar::new(total),
                "{msg:12} {bar:30} {percent:>3} %  {eta} left",
            ),
            None => (
                ProgressBar::new_spinner(),
                "{msg:12} {spinner} {pos} records",
            ),
        };
        let style =
            ProgressStyle::with_template(form).unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style);
        bar.set_message(what);
        bar.enable_steady_tick(Duration::from_millis(200));
        bar
    }
}

/// Writes to standard output; a reader that went away (`| head`) is no failure.
pub(crate) fn put(text: &str) -> Outcome<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::Input(
            anyhow::Error::new(error).context("standard output cannot be written"),
        )),
        _ => Ok(()),
    }
}

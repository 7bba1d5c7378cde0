//! How a command can fail, and with which exit status.

use std::fmt;
use std::path::Path;

use anyhow::{Context, Error, anyhow};

/// A command that did not succeed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Arguments that cannot be meant: status 2.
    Usage(Error),
    /// A file that could not be read or written, or a configuration refused: status 3.
    Input(Error),
    /// A fault of ours: status 4.
    Internal(Error),
}

impl Failure {
    /// A file or configuration is at fault.
    pub(crate) fn input(error: impl Into<Error>) -> Self {
        Self::Input(error.into())
    }

    /// The exit status.
    pub(crate) fn status(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Input(_) => 3,
            Self::Internal(_) => 4,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(error) | Self::Input(error) => write!(formatter, "{error:#}"),
            Self::Internal(error) => write!(formatter, "internal failure: {error:#}"),
        }
    }
}

/// What a command returns.
pub(crate) type Outcome<T> = Result<T, Failure>;

/// Reads a text file.
pub(crate) fn read_text(path: &Path) -> Outcome<String> {
    std::fs::read_to_string(path)
        .with_context(|| format!("{}: cannot be read; check that it exists, that you may read it and that it is UTF-8", path.display()))
        .map_err(Failure::Input)
}

/// Writes a file whole: under another name first, so that nobody meets half of it.
pub(crate) fn write_file(path: &Path, content: &[u8]) -> Outcome<()> {
    let mut name = path
        .file_name()
        .map(std::ffi::OsStr::to_owned)
        .unwrap_or_default();
    name.push(".part");
    let part = path.with_file_name(name);
    std::fs::write(&part, content)
        .and_then(|()| std::fs::rename(&part, path))
        .with_context(|| {
            format!(
                "{}: cannot be written; check the folder and the space left",
                path.display()
            )
        })
        .map_err(Failure::Input)
}

/// Makes a folder and those above it.
pub(crate) fn make_dir(path: &Path) -> Outcome<()> {
    std::fs::create_dir_all(path)
        .with_context(|| {
            format!(
                "{}: the folder cannot be made; check that you may write there",
                path.display()
            )
        })
        .map_err(Failure::Input)
}

/// A fault of ours.
pub(crate) fn internal(what: impl fmt::Display) -> Failure {
    Failure::Internal(anyhow!(
        "{what}; please report it with the input that led to it"
    ))
}

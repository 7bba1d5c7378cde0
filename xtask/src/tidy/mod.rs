//! `cargo xtask tidy`: the rules of the house that no compiler holds.
//!
//! - arrows between crates and between rooms (`arrows`)
//! - purity of core, physics and simulate (`purity`)
//! - nothing ignored, nothing left to do, no long function; long files are named (`code`)
//! - links and names in documents hold, data say where they come from, no file names a place on
//!   somebody's machine (`documents`)

mod arrows;
mod code;
mod documents;
mod purity;
mod source;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// A rule that is broken, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    file: String,
    line: usize,
    rule: String,
}

impl Finding {
    fn new(file: &str, line: usize, rule: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line,
            rule: rule.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.rule)
    }
}

/// A text file of the repository.
#[derive(Debug, Clone)]
pub(crate) struct File {
    /// Its path from the root, with `/`.
    path: String,
    text: String,
}

/// Checks the whole repository.
pub(crate) fn tidy() -> Result<bool> {
    let mut paths = Vec::new();
    walk(Path::new("."), &mut paths)?;
    paths.sort();
    let files = texts(&paths)?;
    let sources = source::read(&files);
    let mut findings = arrows::crates(&files);
    findings.extend(arrows::unused(&files));
    findings.extend(arrows::processor(&files));
    findings.extend(arrows::rooms(&sources));
    findings.extend(purity::impure(&sources));
    findings.extend(code::unfinished(&sources));
    findings.extend(code::long_functions(&sources));
    findings.extend(documents::links(&files, &paths));
    findings.extend(documents::names(&files, &paths));
    findings.extend(documents::sources(&paths));
    findings.extend(documents::machine_paths(&files));
    findings.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    for finding in &findings {
        println!("    {finding}");
    }
    for note in code::long_files(&sources) {
        println!("    note: {note}");
    }
    println!("    {} files, {} rules broken", paths.len(), findings.len());
    Ok(findings.is_empty())
}

/// Folders that are made, not written.
const MADE: [&str; 4] = ["target", "runs", "out", "node_modules"];

/// All files, as paths from the root with `/`.
fn walk(folder: &Path, found: &mut Vec<String>) -> Result<()> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("failed to read {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let made = MADE.contains(&name.as_str()) || name == ".git";
        if made {
            continue;
        }
        if path.is_dir() {
            walk(&path, found)?;
        } else {
            let path = path.strip_prefix(".").unwrap_or(&path);
            found.push(path.to_string_lossy().replace('\\', "/"));
        }
    }
    Ok(())
}

/// Endings of files that people write.
const WRITTEN: [&str; 6] = ["rs", "toml", "md", "sh", "py", "yml"];

fn texts(paths: &[String]) -> Result<Vec<File>> {
    let written = paths.iter().filter(|path| {
        let ending = Path::new(path).extension().unwrap_or_default();
        let data = path.split('/').any(|part| part == "data") && ending != "md";
        let script = path.starts_with(".ci/");
        (WRITTEN.iter().any(|known| ending == *known) && !data) || script
    });
    written
        .map(|path| {
            let text = fs::read_to_string(PathBuf::from(path))
                .with_context(|| format!("failed to read {path}"))?;
            Ok(File {
                path: path.clone(),
                text,
            })
        })
        .collect()
}

/// Fixtures for the tests of each rule.
#[cfg(test)]
mod fixtures {
    use super::File;
    use super::source::{self, Source};

    pub(super) fn file(path: &str, text: &str) -> File {
        File {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    pub(super) fn one(path: &str, text: &str) -> Vec<Source> {
        source::read(&[file(path, text)])
    }
}

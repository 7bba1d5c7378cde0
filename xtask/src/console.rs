//! The console: its types, its build against the committed one, its tests in a real browser.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::run::{output, passes};

const FOLDER: &str = "console";

/// What the tools of the lock file need.
const NODE_AT_LEAST: (u32, u32) = (18, 19);

/// Checks, builds and tries the console. Nothing of it is left out where a tool is missing.
pub(crate) fn console() -> Result<bool> {
    node()?;
    browser()?;
    let mut passed = passes(npm().args(["ci", "--no-audit", "--no-fund"]))?;
    if !passed {
        return Ok(false);
    }
    passed &= passes(npm().args(["run", "--silent", "check"]))?;
    passed &= same_build()?;
    passed &= passes(npm().args(["run", "--silent", "unit"]))?;
    passed &= passes(npm().args(["run", "--silent", "browser"]))?;
    Ok(passed)
}

fn npm() -> Command {
    let mut command = Command::new("npm");
    command.current_dir(FOLDER);
    command
}

fn node() -> Result<()> {
    let (major, minor) = NODE_AT_LEAST;
    let remedy = format!("install nodejs ({major}.{minor} or newer) and npm; `.ci/run` does so");
    let said = output(Command::new("node").arg("--version"))
        .with_context(|| format!("Node is missing: {remedy}"))?;
    let found = version(&said).with_context(|| format!("`node --version` says {said:?}"))?;
    ensure!(
        found >= NODE_AT_LEAST,
        "this is Node {}: {remedy}",
        said.trim()
    );
    output(Command::new("npm").arg("--version"))
        .with_context(|| format!("npm is missing: {remedy}"))?;
    Ok(())
}

/// `v20.19.2` as (20, 19).
fn version(said: &str) -> Option<(u32, u32)> {
    let mut parts = said.trim().trim_start_matches('v').split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// The same browser that `console/playwright.config.ts` starts.
fn browser() -> Result<()> {
    let named = std::env::var_os("FOREWARN_CHROMIUM");
    let path = named.map_or_else(|| PathBuf::from("/usr/bin/chromium"), PathBuf::from);
    ensure!(
        path.exists(),
        "there is no Chromium at {}: install it (Debian: chromium; `.ci/run` does so), or say in \
         FOREWARN_CHROMIUM where it is",
        path.display()
    );
    Ok(())
}

/// Builds beside the committed build, which must be the same to the byte.
fn same_build() -> Result<bool> {
    let out = Path::new(FOLDER).join("test-results/dist");
    let built = passes(npm().args([
        "run",
        "--silent",
        "build",
        "--",
        "--logLevel=warn",
        "--outDir=test-results/dist",
    ]))?;
    if !built {
        return Ok(false);
    }
    let differing = differing(&files(&out)?, &files(&Path::new(FOLDER).join("dist"))?);
    for name in &differing {
        println!("    console/dist/{name} is not what the sources build");
    }
    if !differing.is_empty() {
        bail!(
            "the committed console is not that of its sources: `npm run build` in console/, and commit console/dist"
        );
    }
    Ok(true)
}

type Files = BTreeMap<String, Vec<u8>>;

/// Names of files that only one has, or that differ.
fn differing(ours: &Files, theirs: &Files) -> Vec<String> {
    let names = ours
        .keys()
        .chain(theirs.keys().filter(|name| !ours.contains_key(*name)));
    names
        .filter(|name| ours.get(*name) != theirs.get(*name))
        .cloned()
        .collect()
}

/// Every file below a folder, by its name from there.
fn files(folder: &Path) -> Result<Files> {
    let mut found = Files::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        let entries =
            std::fs::read_dir(&next).with_context(|| format!("cannot list {}", next.display()))?;
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path.strip_prefix(folder)?.to_string_lossy().into_owned();
            let bytes =
                std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            found.insert(name, bytes);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_says_its_version_and_is_believed() {
        assert_eq!(version("v20.19.2\n"), Some((20, 19)));
        assert_eq!(version("v18.20.4"), Some((18, 20)));
        assert_eq!(version("node"), None);
        assert!(version("v18.13.0") < Some(NODE_AT_LEAST));
    }

    #[test]
    fn a_file_too_many_too_few_or_other_is_named() {
        let file = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
        let ours = Files::from([file("a", "1"), file("b", "2"), file("c", "3")]);
        let theirs = Files::from([file("a", "1"), file("b", "0"), file("d", "4")]);
        assert_eq!(differing(&ours, &theirs), ["b", "c", "d"]);
        assert!(differing(&ours, &ours.clone()).is_empty());
    }
}

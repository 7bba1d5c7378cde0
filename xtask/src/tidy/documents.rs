//! Documents point at what is there, data say where they come from, and no file names a place on
//! somebody's machine.

use std::collections::BTreeSet;

use super::{File, Finding};

/// Links of documents that lead nowhere.
pub(super) fn links(files: &[File], paths: &[String]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, line, text) in prose(files) {
        for target in targets(text) {
            let outside = target.contains("://") || target.starts_with("mailto:");
            let path = target.split('#').next().unwrap_or_default();
            if outside || path.is_empty() {
                continue;
            }
            let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            if !there(&joined(folder, path), paths) {
                let rule = format!("the link `{target}` leads nowhere");
                findings.push(Finding::new(&file.path, line, rule));
            }
        }
    }
    findings
}

/// The lines of documents outside blocks of code.
fn prose(files: &[File]) -> impl Iterator<Item = (&File, usize, &str)> {
    let documents = files.iter().filter(|file| file.path.ends_with(".md"));
    documents.flat_map(|file| {
        let mut inside = false;
        file.text
            .lines()
            .enumerate()
            .filter_map(move |(index, line)| {
                let fence = line.trim_start().starts_with("```");
                inside ^= fence;
                (!inside && !fence).then_some((file, index + 1, line))
            })
    })
}

/// What stands in the round brackets of `[text](target)`.
fn targets(line: &str) -> Vec<&str> {
    line.match_indices("](")
        .filter_map(|(at, _)| {
            let rest = &line[at + 2..];
            rest.find(')').map(|end| rest[..end].trim())
        })
        .map(|target| target.split_whitespace().next().unwrap_or_default())
        .collect()
}

fn joined(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Whether a file or folder is there.
fn there(path: &str, paths: &[String]) -> bool {
    let folder = format!("{}/", path.trim_end_matches('/'));
    path.is_empty() || paths.iter().any(|p| p == path || p.starts_with(&folder))
}

/// Folders whose files documents name in backticks.
const ROOTS: [&str; 7] = [
    "crates/",
    "validation/",
    "xtask/",
    "scenarios/",
    "schemas/",
    "docs/",
    ".ci/",
];

/// Files, and tests in them (`path/to/file.rs::name`), that documents name and are not there.
pub(super) fn names(files: &[File], paths: &[String]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, line, text) in prose(files) {
        for word in text.split('`').skip(1).step_by(2) {
            let ours = ROOTS.iter().any(|root| word.starts_with(root));
            let pattern = word.contains(['*', '<', '{', ' ']) || word.contains("NAME");
            if !ours || pattern {
                continue;
            }
            let (path, name) = word.split_once("::").unwrap_or((word, ""));
            if !there(path, paths) {
                let rule = format!("`{path}` is named here and is not there");
                findings.push(Finding::new(&file.path, line, rule));
            } else if !name.is_empty() && !defines(files, path, name) {
                let rule = format!("`{path}` holds no `{name}`");
                findings.push(Finding::new(&file.path, line, rule));
            }
        }
    }
    findings
}

/// Whether a file, or one in a folder, defines the name.
fn defines(files: &[File], path: &str, name: &str) -> bool {
    let name = name.trim_end_matches("()");
    let mut own = files.iter().filter(|file| file.path.starts_with(path));
    own.any(|file| {
        ["fn", "struct", "enum", "const", "mod", "trait"]
            .iter()
            .any(|kind| {
                let start = format!("{kind} {name}");
                file.text.match_indices(&start).any(|(at, _)| {
                    let after = file.text[at + start.len()..].chars().next();
                    !after.is_some_and(|c| c == '_' || c.is_alphanumeric())
                })
            })
    })
}

/// Folders of data that do not say where they come from.
pub(super) fn sources(paths: &[String]) -> Vec<Finding> {
    let mut silent = BTreeSet::new();
    for path in paths {
        let parts: Vec<&str> = path.split('/').collect();
        let Some(data) = parts.iter().position(|part| *part == "data") else {
            continue;
        };
        if data + 1 == parts.len() {
            continue;
        }
        let said = (data + 1..parts.len()).any(|end| {
            let source = format!("{}/SOURCE.md", parts[..end].join("/"));
            paths.binary_search(&source).is_ok()
        });
        if !said {
            let end = (data + 2).min(parts.len() - 1);
            silent.insert(parts[..end].join("/"));
        }
    }
    let rule = "data without a SOURCE.md: say where they come from and under what licence";
    silent
        .iter()
        .map(|folder| Finding::new(folder, 1, rule))
        .collect()
}

/// Files that name a place on somebody's machine.
pub(super) fn machine_paths(files: &[File]) -> Vec<Finding> {
    // In two halves, so that this file does not name them.
    let places: Vec<String> = ["home", "root", "work", "Users", "tmp/fw"]
        .iter()
        .map(|place| ["/", place, "/"].concat())
        .collect();
    let mut findings = Vec::new();
    for file in files {
        for (index, line) in file.text.lines().enumerate() {
            for place in &places {
                let named = line.match_indices(place.as_str()).any(|(at, _)| {
                    let before = line[..at].chars().next_back();
                    !before.is_some_and(|c| c.is_alphanumeric() || "_-./)}~".contains(c))
                });
                if named {
                    let rule = format!("`{place}` is a place on somebody's machine");
                    findings.push(Finding::new(&file.path, index + 1, rule));
                }
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixtures::file;

    fn paths(all: &[&str]) -> Vec<String> {
        all.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_link_to_nowhere_is_found_and_a_good_one_is_not() {
        let text = "[a](../README.md) [b](no.md#x) [c](https://x.org/y)\n```\n[d](no.md)\n```\n";
        let paths = paths(&["README.md", "docs/a.md"]);
        let found = links(&[file("docs/a.md", text)], &paths);
        assert_eq!(found.len(), 1);
        assert!(found[0].rule.contains("no.md#x"));
    }

    #[test]
    fn a_test_that_is_named_must_exist() {
        let text = "`crates/core/src/a.rs::works` `crates/core/src/a.rs::fails` `crates/core/src/b.rs`\n`crates/core/src` `crates/*/x`";
        let files = [
            file("A.md", text),
            file("crates/core/src/a.rs", "fn works() {} fn fails_not() {}"),
        ];
        let found = names(&files, &paths(&["A.md", "crates/core/src/a.rs"]));
        assert_eq!(found.len(), 2, "{found:?}");
    }

    #[test]
    fn data_that_do_not_say_where_they_come_from_are_found() {
        let paths = paths(&[
            "crates/cli/data/SOURCE.md",
            "crates/cli/data/sites.csv",
            "validation/data/bad/x.csv",
            "validation/data/good/SOURCE.md",
            "validation/data/good/deep/x.csv",
        ]);
        let found = sources(&paths);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].file, "validation/data/bad");
    }

    #[test]
    fn a_machine_s_path_is_found() {
        let bad = ["see /ho", "me/me/x and a/wo", "rk/b"].concat();
        assert_eq!(machine_paths(&[file("a.md", &bad)]).len(), 1);
    }

    #[test]
    fn paths_are_joined() {
        assert_eq!(joined("docs/proofs", "../../README.md"), "README.md");
        assert_eq!(joined("", "a/./b"), "a/b");
    }
}

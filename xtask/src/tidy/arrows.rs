//! Who may use whom: between crates (Cargo.toml) and between rooms (modules inside a crate).

use super::source::Source;
use super::{File, Finding};

/// Crates of ours that each crate may build on. Tests (dev-dependencies) are free.
const CRATES: [(&str, &[&str]); 11] = [
    ("forewarn-physics", &[]),
    ("forewarn-core", &["physics"]),
    ("forewarn-simulate", &["physics", "core"]),
    ("forewarn-formats", &["physics", "core"]),
    ("forewarn-cap", &[]),
    ("forewarn-log", &[]),
    ("forewarn-alerts", &["physics", "core", "formats", "cap"]),
    (
        "forewarn-service",
        &["physics", "core", "formats", "cap", "log", "alerts"],
    ),
    (
        "forewarn-validation",
        &["physics", "core", "simulate", "formats", "cap", "log"],
    ),
    (
        "forewarn",
        &[
            "physics",
            "core",
            "simulate",
            "formats",
            "cap",
            "log",
            "alerts",
            "service",
            "validation",
        ],
    ),
    ("xtask", &[]),
];

/// A room and those that it may use.
type Room = (&'static str, &'static [&'static str]);

/// Rooms of each crate, and the rooms that they may use. A room that is not named is refused.
const ROOMS: [(&str, &[Room]); 2] = [
    (
        "core",
        &[
            ("model", &[]),
            ("sensors", &["model"]),
            ("track", &["model", "sensors"]),
            ("estimate", &["model", "sensors"]),
            ("assess", &["model", "sensors"]),
            ("warn", &["model"]),
            (
                "engine",
                &["model", "sensors", "track", "estimate", "assess", "warn"],
            ),
        ],
    ),
    (
        "physics",
        &[
            ("math", &[]),
            ("time", &["math"]),
            ("frames", &["math", "time"]),
            ("flight", &["math", "time", "frames"]),
            ("orbit", &["math", "time", "frames"]),
        ],
    ),
];

/// Arrows between crates that point up.
pub(super) fn crates(files: &[File]) -> Vec<Finding> {
    manifests(files)
        .flat_map(|(file, manifest)| {
            let package = manifest["package"]["name"].as_str().unwrap_or_default();
            let allowed = CRATES.iter().find(|(name, _)| *name == package);
            let Some((_, allowed)) = allowed else {
                let rule = format!("crate `{package}` is not in the table of crates (xtask tidy)");
                return vec![Finding::new(&file.path, 1, rule)];
            };
            dependencies(&manifest, "dependencies")
                .into_iter()
                .filter_map(|name| {
                    let ours = name.strip_prefix("forewarn-")?;
                    let up = !allowed.contains(&ours);
                    up.then(|| {
                        let rule = format!("`{package}` may not depend on `{name}`");
                        Finding::new(&file.path, line_of(&file.text, &name), rule)
                    })
                })
                .collect()
        })
        .collect()
}

/// Matrix products that depend on the processor: nalgebra with its `std` feature takes fused
/// instructions where there are any.
pub(super) fn processor(files: &[File]) -> Vec<Finding> {
    let root = files.iter().find(|file| file.path == "Cargo.toml");
    let Some((file, manifest)) = root.and_then(|file| Some((file, file.text.parse().ok()?))) else {
        return Vec::new();
    };
    let manifest: toml::Table = manifest;
    let nalgebra = &manifest["workspace"]["dependencies"]["nalgebra"];
    let features = nalgebra.get("features").and_then(toml::Value::as_array);
    let std = features.is_some_and(|list| list.iter().any(|f| f.as_str() == Some("std")));
    let default = nalgebra
        .get("default-features")
        .and_then(toml::Value::as_bool)
        != Some(false);
    if !std && !default {
        return Vec::new();
    }
    let rule = "nalgebra's `std` makes bits depend on the processor: use `alloc` alone";
    vec![Finding::new(
        &file.path,
        line_of(&file.text, "nalgebra"),
        rule,
    )]
}

/// Dependencies that no file of the crate names.
pub(super) fn unused(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, manifest) in manifests(files) {
        let folder = file.path.trim_end_matches("Cargo.toml");
        let own: Vec<&File> = files
            .iter()
            .filter(|other| other.path.starts_with(folder) && other.path.ends_with(".rs"))
            .collect();
        for kind in ["dependencies", "dev-dependencies"] {
            for name in dependencies(&manifest, kind) {
                let word = name.replace('-', "_");
                let used = own.iter().any(|source| has_word(&source.text, &word));
                if !used {
                    let rule = format!("`{name}` is a dependency that nothing uses");
                    let line = line_of(&file.text, &name);
                    findings.push(Finding::new(&file.path, line, rule));
                }
            }
        }
    }
    findings
}

fn manifests(files: &[File]) -> impl Iterator<Item = (&File, toml::Table)> {
    files
        .iter()
        .filter(|file| file.path.ends_with("Cargo.toml"))
        .filter_map(|file| Some((file, file.text.parse::<toml::Table>().ok()?)))
        .filter(|(_, manifest)| manifest.contains_key("package"))
}

fn dependencies(manifest: &toml::Table, kind: &str) -> Vec<String> {
    let table = manifest.get(kind).and_then(toml::Value::as_table);
    table.map_or_else(Vec::new, |table| table.keys().cloned().collect())
}

fn line_of(text: &str, word: &str) -> usize {
    let found = text.lines().position(|line| line.starts_with(word));
    found.map_or(1, |index| index + 1)
}

fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let after = text[at + word.len()..].chars().next();
        let before = text[..at].chars().next_back();
        let joined = |c: Option<char>| c.is_some_and(|c| c == '_' || c.is_alphanumeric());
        !joined(before) && !joined(after)
    })
}

/// Arrows between rooms that point up or sideways.
pub(super) fn rooms(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources {
        let krate = source.krate().unwrap_or_default();
        let Some((_, rooms)) = ROOMS.iter().find(|(name, _)| *name == krate) else {
            continue;
        };
        let modules = source.modules();
        let Some(room) = modules.first() else {
            continue;
        };
        let Some((_, allowed)) = rooms.iter().find(|(name, _)| name == room) else {
            let rule = format!("room `{room}` is not in the table of rooms (xtask tidy)");
            findings.push(Finding::new(&source.path, 1, rule));
            continue;
        };
        for (used, at) in rooms_used(&source.shipped, modules.len()) {
            let known = rooms.iter().any(|(name, _)| *name == used);
            if known && used != *room && !allowed.contains(&used.as_str()) {
                let line = source.shipped[..at].matches('\n').count() + 1;
                let rule = format!("`{krate}::{room}` may not use `{krate}::{used}`");
                findings.push(Finding::new(&source.path, line, rule));
            }
        }
    }
    findings
}

/// Names that follow `crate::`, or as many `super::` as lead to the root, and where.
fn rooms_used(code: &str, depth: usize) -> Vec<(String, usize)> {
    let to_root = "super::".repeat(depth.max(1));
    let mut found = Vec::new();
    for prefix in ["crate::", to_root.as_str()] {
        for (at, _) in code.match_indices(prefix) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|c| c == '_' || c == ':' || c == '$' || c.is_alphanumeric()) {
                continue;
            }
            let rest = &code[at + prefix.len()..];
            found.extend(heads(rest).into_iter().map(|name| (name, at)));
        }
    }
    found
}

/// The first names of a path, or of each path of a group in braces.
fn heads(rest: &str) -> Vec<String> {
    let name = |text: &str| -> String {
        text.trim_start()
            .chars()
            .take_while(|c| *c == '_' || c.is_alphanumeric())
            .collect()
    };
    let Some(group) = rest.strip_prefix('{') else {
        return vec![name(rest)];
    };
    let mut depth = 0usize;
    let mut names = vec![name(group)];
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(name(&group[at + 1..])),
            _ => {}
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixtures::{file, one};

    #[test]
    fn a_crate_that_depends_upward_is_found() {
        let text = "[package]\nname = \"forewarn-core\"\n[dependencies]\nforewarn-formats.workspace = true\nforewarn-physics.workspace = true\n";
        let found = crates(&[file("crates/core/Cargo.toml", text)]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].line, 4);
        assert!(
            found[0]
                .rule
                .contains("may not depend on `forewarn-formats`")
        );
    }

    #[test]
    fn products_that_depend_on_the_processor_are_found() {
        let root = |nalgebra: &str| {
            let text = format!("[workspace.dependencies]\nnalgebra = {nalgebra}\n");
            processor(&[file("Cargo.toml", &text)]).len()
        };
        assert_eq!(root("\"0.35\""), 1);
        assert_eq!(
            root("{ default-features = false, features = [\"std\"] }"),
            1
        );
        assert_eq!(
            root("{ default-features = false, features = [\"alloc\"] }"),
            0
        );
    }

    #[test]
    fn an_unknown_crate_and_an_unused_dependency_are_found() {
        let text = "[package]\nname = \"forewarn-new\"\n[dependencies]\nserde-json = \"1\"\n";
        let files = [
            file("crates/new/Cargo.toml", text),
            file("crates/new/src/lib.rs", "use my_serde_json::X;"),
        ];
        assert_eq!(crates(&files).len(), 1);
        assert_eq!(unused(&files)[0].line, 4);
    }

    #[test]
    fn a_room_that_uses_its_neighbour_is_found_however_it_is_written() {
        for text in [
            "\nuse crate::estimate::impact::X;",
            "\nuse crate::{model::Y, estimate::{X, Z}};",
            "\nfn f() { crate::estimate::g() }",
            "\nuse super::super::estimate::X;",
        ] {
            let found = rooms(&one("crates/core/src/track/tracklet.rs", text));
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].line, 2);
        }
    }

    #[test]
    fn arrows_that_point_down_and_tests_are_free() {
        for text in [
            "use crate::model::X; use crate::sensors::Y; use super::stereo::Z;",
            "#[cfg(test)]\nmod tests { use crate::estimate::X; }",
            "// use crate::estimate::X;",
        ] {
            assert!(rooms(&one("crates/core/src/track/tracklet.rs", text)).is_empty());
        }
        assert!(!rooms(&one("crates/core/src/cellar/mod.rs", "")).is_empty());
    }
}

//! Nothing ignored, nothing left to do, no function over its limit; long files are named.

use super::Finding;
use super::source::Source;

/// Most lines of code in a function.
const FUNCTION_LINES: usize = 70;
/// A file longer than this is worth a hard look.
const FILE_LINES: usize = 600;

const UNFINISHED: [(&str, &str); 5] = [
    (
        "#[ignore",
        "no test is skipped: make it fast or make it a proof",
    ),
    ("todo!(", "nothing is left to do"),
    ("unimplemented!(", "nothing is left to do"),
    (
        "#[should_panic]",
        "say which panic: #[should_panic(expected = ...)]",
    ),
    ("extern crate", "use the 2024 edition's paths"),
];

/// Tests that are skipped and code that is not there.
pub(super) fn unfinished(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources {
        for (index, line) in source.code.lines().enumerate() {
            for (word, why) in UNFINISHED {
                if line.contains(word) {
                    let rule = format!("`{word}`: {why}");
                    findings.push(Finding::new(&source.path, index + 1, rule));
                }
            }
        }
    }
    findings
}

/// Functions that were longer before there was a limit: they may shrink, and may not grow.
const LONG: [(&str, &str, usize); 9] = [
    ("crates/cap/src/rules/identity.rs", "info_texts", 73),
    ("crates/cli/src/report/cards.rs", "facts", 73),
    ("crates/core/src/engine/facts.rs", "motion", 73),
    // The published theory's own blocks; its names and order help whoever compares.
    ("crates/physics/src/orbit/deep_space.rs", "new", 81),
    (
        "crates/physics/src/orbit/deep_space.rs",
        "half_day_waves",
        106,
    ),
    ("crates/physics/src/orbit/theory.rs", "new", 107),
    ("crates/physics/src/orbit/omm.rs", "read_json", 74),
    ("crates/simulate/src/objects/quiet.rs", "build", 91),
    ("validation/src/bin/ascent-trial.rs", "trial", 95),
];

/// Functions whose body is longer than its limit. Tests may be tables and are free.
pub(super) fn long_functions(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources {
        for (name, line, length) in functions(&source.shipped) {
            let known = LONG
                .iter()
                .find(|(path, long, _)| *path == source.path && *long == name);
            let limit = known.map_or(FUNCTION_LINES, |(_, _, lines)| *lines);
            if length > limit {
                let rule = format!("`{name}` has {length} lines of code; {limit} at most");
                findings.push(Finding::new(&source.path, line, rule));
            }
        }
    }
    findings
}

/// Files worth a hard look; not a fault.
pub(super) fn long_files(sources: &[Source]) -> Vec<String> {
    sources
        .iter()
        .map(|source| (&source.path, source.code.lines().count()))
        .filter(|(_, lines)| *lines > FILE_LINES)
        .map(|(path, lines)| format!("{path} has {lines} lines; look hard past {FILE_LINES}"))
        .collect()
}

/// Name, first line and lines of code of each function with a body.
fn functions(code: &str) -> Vec<(String, usize, usize)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c == '_' || c.is_alphanumeric()) {
            continue;
        }
        let rest = &code[at + 3..];
        let name: String = rest
            .chars()
            .take_while(|c| *c == '_' || c.is_alphanumeric())
            .collect();
        if name.is_empty() {
            continue;
        }
        if let Some(body) = body(rest) {
            let line = code[..at].matches('\n').count() + 1;
            let length = body.lines().filter(|line| !line.trim().is_empty()).count();
            found.push((name, line, length));
        }
    }
    found
}

/// What stands between the braces of a function, if it has any.
fn body(rest: &str) -> Option<&str> {
    let mut brackets = 0i32;
    let open = rest.char_indices().find_map(|(at, c)| {
        match c {
            '(' | '[' => brackets += 1,
            ')' | ']' => brackets -= 1,
            '{' if brackets == 0 => return Some(Some(at)),
            ';' if brackets == 0 => return Some(None),
            _ => {}
        }
        None
    })??;
    let mut depth = 0usize;
    for (at, c) in rest[open..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return rest.get(open + 1..open + at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixtures::one;

    #[test]
    fn a_skipped_test_and_a_missing_body_are_found() {
        let text = ["#[test]\n#[ig", "nore = \"slow\"]\nfn f() { to", "do!() }"].concat();
        let found = unfinished(&one("crates/core/src/a.rs", &text));
        assert_eq!(found.iter().map(|f| f.line).collect::<Vec<_>>(), [2, 3]);
    }

    #[test]
    fn a_long_function_is_found_and_its_comments_do_not_count() {
        let long = format!("\nfn f(a: [u8; 3]) -> X {{\n{}}}\n", "    a;\n".repeat(71));
        let found = long_functions(&one("crates/core/src/a.rs", &long));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].line, 2);
        let talk = format!(
            "fn f() {{\n{}}}\ntrait T {{ fn g(); }}",
            "    // a\n".repeat(99)
        );
        assert!(long_functions(&one("crates/core/src/a.rs", &talk)).is_empty());
    }

    #[test]
    fn a_long_file_is_named() {
        assert_eq!(
            long_files(&one("crates/core/src/a.rs", &"\n".repeat(700))).len(),
            1
        );
    }
}

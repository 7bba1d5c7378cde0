//! Core, physics and simulate read no clock, file, environment or random device, print nothing,
//! keep no order that depends on a hash, and compute no number that depends on the processor.

use super::Finding;
use super::source::Source;

const PURE: [&str; 3] = ["core", "physics", "simulate"];

const FORBIDDEN: [(&str, &str); 24] = [
    ("std::fs", "reads files"),
    ("std::env", "reads the environment"),
    ("std::net", "uses the network"),
    ("std::process", "runs programs"),
    ("std::io::stdin", "reads standard input"),
    (
        "std::thread",
        "starts threads; only ordered rayon loops are allowed",
    ),
    ("SystemTime", "reads a clock"),
    ("Instant", "reads a clock"),
    ("Epoch::now", "reads a clock"),
    ("HashMap", "has an order of its own; use BTreeMap"),
    ("HashSet", "has an order of its own; use BTreeSet"),
    ("println!", "prints"),
    ("eprintln!", "prints"),
    ("print!", "prints"),
    ("eprint!", "prints"),
    ("dbg!", "prints"),
    ("static mut", "is a global"),
    ("thread_local!", "is a global"),
    ("rand::rng", "draws from the system"),
    ("from_os_rng", "draws from the system"),
    ("thread_rng", "draws from the system"),
    (".mul_add(", "is fused on some processors and not on others"),
    ("par_bridge", "has no order"),
    ("find_any", "has no order"),
];

/// What is not pure in the crates that must be.
pub(super) fn impure(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let pure = sources
        .iter()
        .filter(|source| source.krate().is_some_and(|krate| PURE.contains(&krate)));
    for source in pure {
        for (index, line) in source.shipped.lines().enumerate() {
            for (word, why) in FORBIDDEN {
                if has(line, word) {
                    let krate = source.krate().unwrap_or_default();
                    let rule = format!("`{word}` {why}: not in {krate}");
                    findings.push(Finding::new(&source.path, index + 1, rule));
                }
            }
        }
    }
    findings
}

/// Whether a line has the word, not as part of a longer one.
fn has(line: &str, word: &str) -> bool {
    let joined = |c: Option<char>| c.is_some_and(|c| c == '_' || c.is_alphanumeric());
    line.match_indices(word).any(|(at, _)| {
        let before = joined(line[..at].chars().next_back()) && !word.starts_with('.');
        let after = joined(line[at + word.len()..].chars().next()) && !word.ends_with(['!', '(']);
        !before && !after
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixtures::one;

    #[test]
    fn each_impurity_is_found() {
        for (word, _) in FORBIDDEN {
            let text = format!("fn f() {{\n    x{word};\n}}").replace("x.", "1.0.");
            let text = text.replace(&format!("x{word}"), &format!("x({word})"));
            let found = impure(&one("crates/physics/src/a.rs", &text));
            assert!(found.iter().any(|f| f.line == 2), "{word}: {text}");
        }
    }

    #[test]
    fn words_within_words_tests_and_other_crates_are_free() {
        for (path, text) in [
            (
                "crates/core/src/a.rs",
                "struct InstantaneousRate; sprint!();",
            ),
            (
                "crates/core/src/a.rs",
                "#[cfg(test)]\nmod t { fn f() { println!(); } }",
            ),
            ("crates/cli/src/a.rs", "use std::fs;"),
            (
                "crates/core/src/a.rs",
                "const X: &str = \"std::fs\"; // Instant",
            ),
        ] {
            assert!(impure(&one(path, text)).is_empty(), "{text}");
        }
    }
}

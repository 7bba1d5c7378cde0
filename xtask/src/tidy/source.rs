//! Rust files without what is not code: comments, the inside of strings, and tests.

use std::collections::BTreeSet;

use super::File;

/// One Rust file.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// Its path from the root.
    pub(super) path: String,
    /// Its text with comments and strings blanked; lines stay where they are.
    pub(super) code: String,
    /// The same with tests blanked too; empty if all of it is a test.
    pub(super) shipped: String,
}

impl Source {
    /// The crate that it belongs to, such as `core`; none outside `crates/*/src`.
    pub(super) fn krate(&self) -> Option<&str> {
        let mut parts = self.path.split('/');
        let krate = (parts.next()? == "crates").then(|| parts.next())??;
        (parts.next()? == "src").then_some(krate)
    }

    /// The modules that lead to it, its own name last: `track/tracklet/filter.rs` is
    /// `["track", "tracklet", "filter"]`; a crate's root is empty.
    pub(super) fn modules(&self) -> Vec<&str> {
        let inside = self.path.split("/src/").nth(1).unwrap_or_default();
        let stem = inside.strip_suffix(".rs").unwrap_or(inside);
        let mut parts: Vec<&str> = stem.split('/').collect();
        if matches!(parts.last(), Some(&"mod" | &"lib" | &"main")) {
            parts.pop();
        }
        parts
    }
}

/// Reads all Rust files.
pub(super) fn read(files: &[File]) -> Vec<Source> {
    let mut sources: Vec<Source> = files
        .iter()
        .filter(|file| file.path.ends_with(".rs"))
        .map(|file| {
            let code = code_only(&file.text);
            Source {
                path: file.path.clone(),
                shipped: without_tests(&code),
                code,
            }
        })
        .collect();
    let tests = test_modules(&sources);
    for source in &mut sources {
        let stem = source.path.trim_end_matches(".rs").trim_end_matches("/mod");
        let within = |test: &String| {
            stem == test
                || stem
                    .strip_prefix(test.as_str())
                    .is_some_and(|s| s.starts_with('/'))
        };
        let folder = source.path.contains("/tests/") || source.path.contains("/examples/");
        if folder || tests.iter().any(within) {
            source.shipped.clear();
        }
    }
    sources
}

/// Modules declared as `#[cfg(test)] mod NAME;`, as paths without ending.
fn test_modules(sources: &[Source]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for source in sources {
        let stem = source.path.trim_end_matches(".rs");
        let folder = ["/mod", "/lib", "/main"]
            .iter()
            .find_map(|root| stem.strip_suffix(root))
            .unwrap_or(stem);
        let mut after_cfg = false;
        for line in source.code.lines().map(str::trim) {
            let declared = line
                .trim_start_matches("pub(crate) ")
                .trim_start_matches("pub ")
                .strip_prefix("mod ")
                .and_then(|rest| rest.strip_suffix(';'));
            if let Some(name) = declared.filter(|_| after_cfg) {
                found.insert(format!("{folder}/{}", name.trim()));
            }
            after_cfg = line.starts_with("#[cfg(test)]") || (after_cfg && line.starts_with('#'));
        }
    }
    found
}

/// Blanks what follows each `#[cfg(test)]`: the item up to its closing brace or semicolon.
fn without_tests(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut out = code.as_bytes().to_vec();
    let mut from = 0;
    while let Some(found) = code.get(from..).and_then(|rest| rest.find(MARK)) {
        let start = from + found;
        let end = item_end(code, start + MARK.len());
        for byte in &mut out[start..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        from = end;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Where the item that begins at `from` ends.
fn item_end(code: &str, from: usize) -> usize {
    let mut depth = 0usize;
    for (index, byte) in code.bytes().enumerate().skip(from) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth <= 1 => return index + 1,
            b'}' => depth -= 1,
            b';' if depth == 0 => return index + 1,
            _ => {}
        }
    }
    code.len()
}

/// Blanks comments and the inside of strings and characters.
fn code_only(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let (from, to) = match &bytes[at..] {
            [b'/', b'/', ..] => (at, line_end(bytes, at)),
            [b'/', b'*', ..] => (at, comment_end(bytes, at)),
            [b'r', b'"' | b'#', ..] if !part_of_name(bytes, at) => match raw_string(bytes, at) {
                Some(inside) => inside,
                None => (at + 1, at + 1),
            },
            [b'"', ..] => (at + 1, string_end(bytes, at)),
            [b'\'', b'\\', ..] => (at + 1, quote_end(bytes, at + 3)),
            [b'\'', _, b'\'', ..] => (at + 1, at + 2),
            _ => (at + 1, at + 1),
        };
        for byte in &mut out[from.min(to)..to] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        let closed = bytes.get(to).is_some_and(|b| *b == b'"' || *b == b'\'') && to > from;
        at = (to + usize::from(closed)).max(at + 1);
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn part_of_name(bytes: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| bytes[before]);
    before.is_some_and(|byte| byte == b'_' || (byte.is_ascii_alphanumeric() && byte != b'b'))
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    let found = bytes[at..].iter().position(|byte| *byte == b'\n');
    found.map_or(bytes.len(), |length| at + length)
}

fn comment_end(bytes: &[u8], at: usize) -> usize {
    let mut depth = 0usize;
    let mut index = at;
    while index < bytes.len() {
        match &bytes[index..] {
            [b'/', b'*', ..] => {
                depth += 1;
                index += 2;
            }
            [b'*', b'/', ..] if depth == 1 => return index + 2,
            [b'*', b'/', ..] => {
                depth -= 1;
                index += 2;
            }
            _ => index += 1,
        }
    }
    bytes.len()
}

/// The inside of a raw string that begins at `at`, if one does.
fn raw_string(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let hashes = bytes[at + 1..].iter().take_while(|b| **b == b'#').count();
    let open = at + 1 + hashes;
    if bytes.get(open) != Some(&b'"') {
        return None;
    }
    let close: Vec<u8> = std::iter::once(b'"')
        .chain(std::iter::repeat_n(b'#', hashes))
        .collect();
    let inside = open + 1;
    let length = bytes[inside..]
        .windows(close.len())
        .position(|window| window == close)?;
    Some((inside, inside + length))
}

/// Where a string that opens at `at` closes.
fn string_end(bytes: &[u8], at: usize) -> usize {
    let mut index = at + 1;
    while index < bytes.len() {
        match bytes[index] {
            b'\\' => index += 2,
            b'"' => return index,
            _ => index += 1,
        }
    }
    bytes.len()
}

fn quote_end(bytes: &[u8], from: usize) -> usize {
    let from = from.min(bytes.len());
    let found = bytes[from..].iter().position(|byte| *byte == b'\'');
    found.map_or(bytes.len(), |length| from + length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::fixtures::{file, one};

    #[test]
    fn comments_and_strings_are_blanked_and_lines_stay() {
        let text =
            "a(\"std::fs\"); // std::fs\n/* std::fs /* \n */ */ b('\"', '\\'', r#\"x\"y\"#);\nc\n";
        let code = code_only(text);
        assert_eq!(code.lines().count(), text.lines().count());
        assert!(!code.contains("std::fs"));
        assert!(code.contains("b(") && code.ends_with("c\n"));
        assert!(!code.contains('x'), "{code}");
    }

    #[test]
    fn lifetimes_are_not_characters() {
        let text = "fn f<'a>(x: &'a str) -> &'a str { x } use std::fs;";
        assert!(code_only(text).contains("use std::fs;"));
    }

    #[test]
    fn tests_inside_and_beside_are_left_out() {
        let inside = one(
            "crates/core/src/a.rs",
            "fn f() {}\n#[cfg(test)]\nmod tests { fn g() { println!(); } }\nfn h() {}\n",
        );
        assert!(!inside[0].shipped.contains("println"));
        assert!(inside[0].shipped.contains("fn h"));
        let beside = read(&[
            file(
                "crates/core/src/a/mod.rs",
                "#[cfg(test)]\nmod cases;\nmod real;\n",
            ),
            file("crates/core/src/a/cases.rs", "fn f() {}\n"),
            file("crates/core/src/a/cases/more.rs", "fn f() {}\n"),
            file("crates/core/src/a/real.rs", "fn f() {}\n"),
        ]);
        let left: Vec<bool> = beside.iter().map(|s| s.shipped.contains("fn f")).collect();
        assert_eq!(left, [false, false, false, true]);
    }

    #[test]
    fn a_file_knows_its_crate_and_modules() {
        let source = &one("crates/core/src/track/tracklet/mod.rs", "")[0];
        assert_eq!(source.krate(), Some("core"));
        assert_eq!(source.modules(), ["track", "tracklet"]);
        assert!(one("crates/core/src/lib.rs", "")[0].modules().is_empty());
    }
}

//! What is wrong with a scenario file, and where.

use thiserror::Error;

/// Why a scenario is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{file}:{line}:{column}: {what}{}", remedy_text(.remedy))]
pub struct ScenarioError {
    /// Name of the file as given by the caller.
    pub file: String,
    /// Line, from 1; 0 where the whole file is meant.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub remedy: Option<String>,
}

fn remedy_text(remedy: &Option<String>) -> String {
    remedy
        .as_ref()
        .map_or(String::new(), |text| format!("; {text}"))
}

/// The text being read, for places in it.
pub(super) struct Source<'a> {
    pub(super) file: &'a str,
    pub(super) text: &'a str,
}

impl Source<'_> {
    /// An error at a byte offset.
    pub(super) fn at(&self, offset: usize, what: String) -> ScenarioError {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1;
        ScenarioError {
            file: self.file.into(),
            line,
            column,
            what,
            remedy: None,
        }
    }

    /// An error at a key of the `index`-th table with this header, as near as it can be found.
    pub(super) fn at_key(
        &self,
        header: &str,
        index: usize,
        key: &str,
        what: String,
    ) -> ScenarioError {
        let offset = self.find(header, index, key).unwrap_or(0);
        self.at(offset, what)
    }

    fn find(&self, header: &str, index: usize, key: &str) -> Option<usize> {
        let mut offset = 0;
        let (mut seen, mut inside, mut start) = (0, false, None);
        for line in self.text.split_inclusive('\n') {
            let trimmed = line.trim_start();
            let name = trimmed.strip_prefix('[').map(|rest| {
                let rest = rest.trim_start_matches('[');
                rest.split(']').next().unwrap_or("").trim()
            });
            if name == Some(header) {
                inside = seen == index;
                seen += 1;
                start = if inside { Some(offset) } else { start };
            } else if name.is_some_and(|name| !name.starts_with(&format!("{header}."))) {
                inside = false;
            }
            let assigned = trimmed.split(['=', '#']).next().unwrap_or("").trim();
            if inside && assigned == key {
                return Some(offset + line.len() - trimmed.len());
            }
            offset += line.len();
        }
        start
    }
}

/// The nearest of some words, if any is near: at most a third of the letters differ.
pub(super) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let (distance, best) = known
        .iter()
        .map(|candidate| (levenshtein(word, candidate), *candidate))
        .min()?;
    (distance <= best.len().max(word.len()) / 3 + 1).then_some(best)
}

/// Number of letters to insert, remove or change (Levenshtein 1966).
fn levenshtein(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, other) in b.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_nearest_word_and_the_place() {
        assert_eq!(
            nearest("latitud_deg", &["latitude_deg", "longitude_deg"]),
            Some("latitude_deg")
        );
        assert_eq!(nearest("colour", &["latitude_deg", "longitude_deg"]), None);
        let source = Source {
            file: "f",
            text: "[a]\nx = 1\n[[b]]\nx = 1\n[[b]]\n  x = 2\n",
        };
        let error = source.at_key("b", 1, "x", "no".into());
        assert_eq!((error.line, error.column), (6, 3));
    }
}

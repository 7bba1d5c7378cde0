//! Files of one JSON object a line whose types are derived: our own outputs and truth.

use std::path::Path;

use serde::de::DeserializeOwned;

use super::decode::read_text;
use super::lines::Lines;
use super::reader::{ReadError, file_name, open_source};
use crate::problem::Problem;

/// Our own lines may be long: an object may hold many reports.
const OWN_LINE_BYTES_MAX: usize = 1 << 24;

/// Hands each line on; lines that cannot be read come back as problems.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn read_json_lines<T: DeserializeOwned>(
    path: &Path,
    mut take: impl FnMut(T),
) -> Result<Vec<Problem>, ReadError> {
    let (name, mut lines) = (
        file_name(path),
        Lines::with_limit(open_source(path)?, OWN_LINE_BYTES_MAX),
    );
    let (mut problems, mut last) = (Vec::new(), 0);
    loop {
        let next = lines.next().map_err(|source| ReadError::Io {
            path: path.to_owned(),
            line: last,
            source,
        })?;
        let Some((number, line)) = next else {
            return Ok(problems);
        };
        last = number;
        let problem = |column: usize, message: String| Problem {
            file: name.clone(),
            line: number as usize,
            column,
            field: String::new(),
            message,
            remedy: "correct the line, or leave it out".into(),
        };
        match read_text(&line) {
            Ok(text) if text.trim().is_empty() => {}
            Ok(text) => match serde_json::from_str(text) {
                Ok(value) => take(value),
                Err(error) => problems.push(problem(error.column(), error.to_string())),
            },
            Err(refusal) => problems.push(problem(0, refusal.detail)),
        }
    }
}

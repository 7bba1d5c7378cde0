//! Reads `detections.ndjson` (also compressed, or as a Parquet table) record by record, as it arrives.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use forewarn_core::model::{Record, Sensor};
use thiserror::Error;

use super::decode::{Decoder, UnknownKeys};
use super::lines::Lines;
use crate::parquet::open_rows;

/// Why a file of records could not be read. A bad line is not an error but a record.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The system refused.
    #[error("{}: cannot read {}; check that it exists and that you may read it", path.display(), if *line == 0 { "the file".to_owned() } else { format!("beyond line {line}") })]
    Io {
        /// The file.
        path: PathBuf,
        /// The last line that was read.
        line: u64,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// There are no detections, or twice.
    #[error("{}: {what}", dir.display())]
    Detections {
        /// The recording.
        dir: PathBuf,
        /// What is wrong, and the remedy.
        what: &'static str,
    },
}

/// A stream of records.
pub struct Reader<R> {
    path: PathBuf,
    lines: Lines<R>,
    decoder: Decoder,
    line: u64,
    failed: bool,
}

impl<R: BufRead> Reader<R> {
    /// From any source; `name` goes into messages. Standard input is read as it arrives.
    pub fn new(name: &str, source: R, sensors: &[Sensor]) -> Self {
        Self {
            path: name.into(),
            lines: Lines::new(source),
            decoder: Decoder::new(name, sensors),
            line: 0,
            failed: false,
        }
    }

    /// Unknown keys met so far.
    pub fn unknown_keys(&self) -> &UnknownKeys {
        &self.decoder.unknown
    }

    /// Number of the last line read.
    pub fn line(&self) -> u64 {
        self.line
    }
}

impl<R: BufRead> Iterator for Reader<R> {
    type Item = Result<Record, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.failed {
            match self.lines.next() {
                Ok(None) => return None,
                Ok(Some((number, line))) => {
                    self.line = number;
                    if let Some(record) = self.decoder.line(number, &line) {
                        return Some(Ok(record));
                    }
                }
                Err(source) => {
                    self.failed = true;
                    return Some(Err(ReadError::Io {
                        path: self.path.clone(),
                        line: self.line,
                        source,
                    }));
                }
            }
        }
        None
    }
}

/// A source of any kind.
pub type Source = Box<dyn BufRead + Send>;

/// The lines of a file: plain, compressed (`.zst`), or a table (`.parquet`), a record each.
///
/// # Errors
/// The file cannot be opened.
pub fn open_source(path: &Path) -> Result<Source, ReadError> {
    let fail = |source| ReadError::Io {
        path: path.to_owned(),
        line: 0,
        source,
    };
    let file = File::open(path).map_err(fail)?;
    if path
        .extension()
        .is_some_and(|extension| extension == "parquet")
    {
        return Ok(Box::new(open_rows(file).map_err(fail)?));
    }
    if path.extension().is_some_and(|extension| extension == "zst") {
        let plain = zstd::stream::read::Decoder::new(file).map_err(fail)?;
        return Ok(Box::new(BufReader::with_capacity(1 << 18, plain)));
    }
    Ok(Box::new(BufReader::with_capacity(1 << 18, file)))
}

pub(crate) fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// Opens `detections.ndjson`, `detections.ndjson.zst` or `detections.parquet`.
///
/// # Errors
/// The file cannot be opened.
pub fn open(path: &Path, sensors: &[Sensor]) -> Result<Reader<Source>, ReadError> {
    let mut reader = Reader::new(&file_name(path), open_source(path)?, sensors);
    reader.path = path.to_owned();
    Ok(reader)
}

/// Names under which a recording may hold its detections.
const DETECTIONS: [&str; 3] = [
    "detections.ndjson",
    "detections.ndjson.zst",
    "detections.parquet",
];

/// The file of detections of a recording.
///
/// # Errors
/// There is none, or more than one.
pub fn find_detections(dir: &Path) -> Result<PathBuf, ReadError> {
    let mut found = DETECTIONS
        .iter()
        .map(|name| dir.join(name))
        .filter(|path| path.is_file());
    let fail = |what| ReadError::Detections {
        dir: dir.to_owned(),
        what,
    };
    let path = found.next().ok_or_else(|| {
        fail("no detections.ndjson (or .ndjson.zst, .parquet); add one, or pass --detections -")
    })?;
    match found.next() {
        Some(_) => Err(fail(
            "more than one of detections.ndjson, detections.ndjson.zst and detections.parquet; keep one",
        )),
        None => Ok(path),
    }
}

//! `log show` and `log export`.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use forewarn_formats::log_line::{LogRow, write_log_line};
use forewarn_formats::parquet::LogTable;
use forewarn_log::{AnyMode, Entry, Inspection};
use forewarn_physics::time::{format_utc, of_unix_ns};
use serde_json::json;

use super::{inspected, refuse_damage};
use crate::args::Which;
use crate::failure::{Failure, Outcome};
use crate::output::{Output, put};

/// So much of a payload is shown.
const SHOWN_CHARS: usize = 200;

/// Prints entries for a person.
pub(super) fn show(dir: &Path, which: &Which, output: Output) -> Outcome<()> {
    let inspection = inspected(dir)?;
    let mut shown = 0_u64;
    each(dir, &inspection, which, |entry| {
        shown += 1;
        output.text(&line(entry))
    })?;
    output.last_line(&json!({ "shown": shown }))?;
    refuse_damage(dir, &inspection, output)
}

fn line(entry: &Entry<AnyMode>) -> String {
    let time = format_utc(of_unix_ns(entry.wall_ns));
    let text = String::from_utf8_lossy(&entry.payload);
    let flat = text.replace(char::is_control, " ");
    let mut shown: String = flat.chars().take(SHOWN_CHARS).collect();
    if shown.len() < flat.len() {
        shown.push_str(&format!(" … ({} bytes)", entry.payload.len()));
    }
    format!(
        "{:>8}  {time:<30}  {:<10}  {shown}\n",
        entry.seq, entry.kind
    )
}

/// Hands on the entries that were asked for, past places that are damaged.
fn each(
    dir: &Path,
    inspection: &Inspection,
    which: &Which,
    mut take: impl FnMut(&Entry<AnyMode>) -> Outcome<()>,
) -> Outcome<()> {
    let oldest = inspection.oldest_seq;
    for entry in inspection.view.read(which.from.max(oldest)) {
        let entry = entry.map_err(|error| Failure::Input(anyhow!("{}: {error}", dir.display())))?;
        if which.to.is_some_and(|to| entry.seq > to) {
            break;
        }
        if which.kind.is_empty() || which.kind.contains(&entry.kind) {
            take(&entry)?;
        }
    }
    Ok(())
}

/// Where an export goes.
enum Sink {
    Printed,
    Lines(BufWriter<File>),
    Table(Box<LogTable<BufWriter<File>>>),
}

/// Writes entries for other programs.
pub(super) fn export(dir: &Path, out: &Path, which: &Which, output: Output) -> Outcome<()> {
    let part = part_of(out);
    let failed = |error: io::Error| {
        let why = format!(
            "{}: cannot be written; check the folder and the space left",
            out.display()
        );
        Failure::Input(anyhow::Error::new(error).context(why))
    };
    let kind = Form::of(out)?;
    let inspection = inspected(dir)?;
    let mut sink = kind.open(&part).map_err(failed)?;
    let mut written = 0_u64;
    each(dir, &inspection, which, |entry| {
        written += 1;
        sink.put(entry, &failed)
    })?;
    if !matches!(sink, Sink::Printed) {
        sink.finish()
            .and_then(|()| std::fs::rename(&part, out))
            .map_err(failed)?;
        output.text(&format!("{written} entries written to {}\n", out.display()))?;
    }
    output.last_line(&json!({ "entries": written, "out": out }))?;
    refuse_damage(dir, &inspection, output)
}

/// Nobody meets half of a file.
fn part_of(out: &Path) -> PathBuf {
    let mut name = out.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    out.with_file_name(name)
}

#[derive(Debug, Clone, Copy)]
enum Form {
    Printed,
    Lines,
    Table,
}

impl Form {
    fn of(out: &Path) -> Outcome<Self> {
        if out == Path::new("-") {
            return Ok(Self::Printed);
        }
        match out.extension().and_then(|ending| ending.to_str()) {
            Some("ndjson") => Ok(Self::Lines),
            Some("parquet") => Ok(Self::Table),
            _ => Err(Failure::Usage(anyhow!(
                "--out {}: the ending says what is written: .ndjson or .parquet (or `-`)",
                out.display()
            ))),
        }
    }

    fn open(self, part: &Path) -> io::Result<Sink> {
        if matches!(self, Self::Printed) {
            return Ok(Sink::Printed);
        }
        let file = BufWriter::new(File::create(part)?);
        Ok(match self {
            Self::Table => Sink::Table(Box::new(LogTable::new(file)?)),
            _ => Sink::Lines(file),
        })
    }
}

impl Sink {
    fn put(
        &mut self,
        entry: &Entry<AnyMode>,
        failed: &impl Fn(io::Error) -> Failure,
    ) -> Outcome<()> {
        let (kind, hash) = (entry.kind.to_string(), entry.hash.to_string());
        let row = LogRow {
            seq: entry.seq,
            batch: entry.batch,
            wall_ns: entry.wall_ns,
            engine_ns: entry.engine_ns,
            kind: &kind,
            mode: entry.mode.word(),
            payload: &entry.payload,
            hash: &hash,
        };
        match self {
            Self::Printed => put(&format!("{}\n", write_log_line(&row))),
            Self::Lines(file) => writeln!(file, "{}", write_log_line(&row)).map_err(failed),
            Self::Table(table) => table.push(&row).map_err(failed),
        }
    }

    fn finish(self) -> io::Result<()> {
        let mut file = match self {
            Self::Printed => return Ok(()),
            Self::Lines(file) => file,
            Self::Table(table) => table.finish()?,
        };
        file.flush()?;
        file.get_ref().sync_all()
    }
}

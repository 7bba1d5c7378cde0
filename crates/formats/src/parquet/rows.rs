//! Rows of a table as lines of NDJSON.

use std::fs::File;
use std::io::{self, BufRead, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use forewarn_physics::time::{format_utc, of_unix_ns};
use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type as Physical};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::reader::RowIter;
use parquet::record::{Field, Row};
use parquet::schema::types::Type;
use serde_json::Value;

/// Reads a table as if it were NDJSON.
///
/// # Errors
/// It is no Parquet file, or a column is of a kind whose meaning would have to be guessed.
pub(crate) fn open_rows(file: File) -> io::Result<impl BufRead + Send> {
    let (rows, columns) = guarded(|| {
        let reader = SerializedFileReader::new(file).map_err(refused)?;
        let columns = columns(reader.metadata().file_metadata().schema())?;
        Ok((RowIter::from_file_into(Box::new(reader)), columns))
    })?;
    Ok(Lines {
        rows,
        columns,
        line: Vec::new(),
        begin: 0,
    })
}

fn refused(error: ParquetError) -> io::Error {
    let remedy = match &error {
        ParquetError::General(text) if text.contains("Disabled feature") => {
            "; write it with compression snappy, zstd or none"
        }
        _ => "",
    };
    io::Error::other(format!("Parquet: {error}{remedy}"))
}

/// Runs the library on bytes that anybody may have made: where it gives up by panic, that is an
/// error like any other.
fn guarded<T>(read: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_panic| {
        let what = "Parquet: the file is damaged, or of a kind that is not read";
        Err(io::Error::new(io::ErrorKind::InvalidData, what))
    })
}

/// What a column's values need to become JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Plain,
    /// Nanoseconds since 1970, which the library hands out as integers.
    Nanoseconds,
    /// Whole numbers, which tables with gaps often hold as floating point.
    Count,
    /// GeoJSON as text.
    Json,
}

fn columns(schema: &Type) -> io::Result<Vec<Column>> {
    schema
        .get_fields()
        .iter()
        .map(|field| column(field))
        .collect()
}

fn column(field: &Type) -> io::Result<Column> {
    let name = field.name();
    let fail = |what: &str| {
        let text = format!("Parquet: column `{name}`: {what}");
        Err(io::Error::new(io::ErrorKind::InvalidData, text))
    };
    if !field.is_primitive() {
        return Ok(Column::Plain);
    }
    if field.get_physical_type() == Physical::INT96 {
        return fail("INT96 times are of a zone unknown; write timestamps in UTC");
    }
    match field.get_basic_info().logical_type_ref() {
        Some(LogicalType::Timestamp(stamp)) if !stamp.is_adjusted_to_u_t_c => {
            return fail("times without a zone; write timestamps in UTC");
        }
        Some(LogicalType::Timestamp(stamp)) if stamp.unit == TimeUnit::NANOS => {
            return Ok(Column::Nanoseconds);
        }
        _ => {}
    }
    let text = field.get_basic_info().converted_type() == ConvertedType::UTF8;
    Ok(match name {
        "coverage" if text => Column::Json,
        "reports" => Column::Count,
        _ => Column::Plain,
    })
}

struct Lines<'a> {
    rows: RowIter<'a>,
    columns: Vec<Column>,
    line: Vec<u8>,
    begin: usize,
}

impl Lines<'_> {
    /// Makes the next row the line at hand; the line is empty at the end.
    fn advance(&mut self) -> io::Result<()> {
        self.line.clear();
        self.begin = 0;
        let rows = &mut self.rows;
        let next = guarded(|| rows.next().transpose().map_err(refused))?;
        if let Some(row) = next {
            write_row(&mut self.line, &row, &self.columns);
            self.line.push(b'\n');
        }
        Ok(())
    }
}

impl BufRead for Lines<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.begin == self.line.len() {
            self.advance()?;
        }
        Ok(&self.line[self.begin..])
    }

    fn consume(&mut self, amount: usize) {
        self.begin = (self.begin + amount).min(self.line.len());
    }
}

impl Read for Lines<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let there = self.fill_buf()?;
        let count = there.len().min(buffer.len());
        buffer[..count].copy_from_slice(&there[..count]);
        self.consume(count);
        Ok(count)
    }
}

/// One JSON object; what is null is left out.
fn write_row(line: &mut Vec<u8>, row: &Row, columns: &[Column]) {
    line.push(b'{');
    let mut first = true;
    for (index, (name, field)) in row.get_column_iter().enumerate() {
        if *field == Field::Null {
            continue;
        }
        if !first {
            line.push(b',');
        }
        first = false;
        write_text(line, name);
        line.push(b':');
        let column = columns.get(index).copied().unwrap_or(Column::Plain);
        write_column(line, field, column);
    }
    line.push(b'}');
}

fn write_column(line: &mut Vec<u8>, field: &Field, column: Column) {
    match (column, field) {
        (Column::Nanoseconds, Field::Long(ns)) => write_time(line, *ns),
        (Column::Count, Field::Double(number)) if whole(*number) => {
            line.extend_from_slice(format!("{number:.0}").as_bytes());
        }
        (Column::Json, Field::Str(text)) if serde_json::from_str::<Value>(text).is_ok() => {
            // Line feeds between its tokens would end the line.
            let flat = text
                .bytes()
                .map(|byte| if byte == b'\n' { b' ' } else { byte });
            line.extend(flat);
        }
        _ => write_value(line, field),
    }
}

/// Whether a number is an integer that a floating-point number holds exactly.
fn whole(number: f64) -> bool {
    number.fract() == 0.0 && number.abs() < 9e15
}

fn write_value(line: &mut Vec<u8>, field: &Field) {
    match field {
        Field::Str(text) => write_text(line, text),
        Field::Double(number) => write_number(line, *number),
        Field::Float(number) => write_number(line, f64::from(*number)),
        Field::TimestampMillis(time) => write_scaled(line, *time, 1_000_000),
        Field::TimestampMicros(time) => write_scaled(line, *time, 1_000),
        Field::ListInternal(list) => {
            line.push(b'[');
            for (index, element) in list.elements().iter().enumerate() {
                if index > 0 {
                    line.push(b',');
                }
                write_value(line, element);
            }
            line.push(b']');
        }
        Field::Group(row) => write_row(line, row, &[]),
        Field::Bool(_)
        | Field::Byte(_)
        | Field::Short(_)
        | Field::Int(_)
        | Field::Long(_)
        | Field::UByte(_)
        | Field::UShort(_)
        | Field::UInt(_)
        | Field::ULong(_) => line.extend_from_slice(field.to_string().as_bytes()),
        Field::Null => line.extend_from_slice(b"null"),
        // No field of ours is of such a kind: as text it meets the checks of NDJSON.
        other => write_text(line, &other.to_string()),
    }
}

/// A number; what is not finite stands as in careless JSON, and is refused like there.
fn write_number(line: &mut Vec<u8>, number: f64) {
    if number.is_finite() {
        line.extend_from_slice(Value::from(number).to_string().as_bytes());
    } else {
        line.extend_from_slice(if number.is_nan() { b"NaN" } else { b"Infinity" });
    }
}

fn write_scaled(line: &mut Vec<u8>, time: i64, factor: i64) {
    match time.checked_mul(factor) {
        Some(ns) => write_time(line, ns),
        // Beyond three centuries from 1970: a number, which is no time.
        None => line.extend_from_slice(time.to_string().as_bytes()),
    }
}

fn write_time(line: &mut Vec<u8>, unix_ns: i64) {
    write_text(line, &format_utc(of_unix_ns(unix_ns)));
}

fn write_text(line: &mut Vec<u8>, text: &str) {
    line.extend_from_slice(Value::from(text).to_string().as_bytes());
}

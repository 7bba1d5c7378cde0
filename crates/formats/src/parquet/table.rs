//! The log as a table.

use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use crate::log_line::LogRow;

const COLUMNS: &str = "
message log {
  required int64 seq (INTEGER(64,false));
  required int64 batch (INTEGER(64,false));
  required int64 time (TIMESTAMP(NANOS,true));
  optional int64 engine_time (TIMESTAMP(NANOS,true));
  required binary kind (STRING);
  required binary mode (STRING);
  required binary payload;
  required binary hash (STRING);
}";
/// A group of rows is written when so many are gathered, or so many bytes of payload.
const ROWS_MAX: usize = 1 << 17;
const BYTES_MAX: usize = 64 << 20;

/// Writes entries of the log as a Parquet table.
pub struct LogTable<W: Write + Send> {
    file: SerializedFileWriter<W>,
    rows: Rows,
}

#[derive(Default)]
struct Rows {
    seq: Vec<i64>,
    batch: Vec<i64>,
    time: Vec<i64>,
    engine_time: Vec<i64>,
    engine_time_there: Vec<i16>,
    kind: Vec<ByteArray>,
    mode: Vec<ByteArray>,
    payload: Vec<ByteArray>,
    hash: Vec<ByteArray>,
    bytes: usize,
}

fn failed(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => io::Error::other(source),
        other => io::Error::other(other),
    }
}

impl<W: Write + Send> LogTable<W> {
    /// A table that goes to this file.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn new(file: W) -> io::Result<Self> {
        let schema = Arc::new(parse_message_type(COLUMNS).map_err(failed)?);
        let level = ZstdLevel::try_new(3).map_err(failed)?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(level))
            .build();
        let file = SerializedFileWriter::new(file, schema, Arc::new(properties));
        Ok(Self {
            file: file.map_err(failed)?,
            rows: Rows::default(),
        })
    }

    /// Adds an entry.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn push(&mut self, row: &LogRow<'_>) -> io::Result<()> {
        self.rows.push(row);
        if self.rows.seq.len() >= ROWS_MAX || self.rows.bytes >= BYTES_MAX {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        let rows = std::mem::take(&mut self.rows);
        if rows.seq.is_empty() {
            return Ok(());
        }
        let mut group = self.file.next_row_group().map_err(failed)?;
        rows.write(&mut group).map_err(failed)?;
        group.close().map_err(failed)?;
        Ok(())
    }

    /// Writes what is left, and the foot of the table.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        self.flush()?;
        self.file.into_inner().map_err(failed)
    }
}

impl Rows {
    fn push(&mut self, row: &LogRow<'_>) {
        self.seq.push(row.seq.cast_signed());
        self.batch.push(row.batch.cast_signed());
        self.time.push(row.wall_ns);
        self.engine_time.extend(row.engine_ns);
        self.engine_time_there
            .push(i16::from(row.engine_ns.is_some()));
        self.kind.push(row.kind.into());
        self.mode.push(row.mode.into());
        self.payload.push(row.payload.to_vec().into());
        self.hash.push(row.hash.into());
        self.bytes += row.payload.len();
    }

    fn write<W: Write + Send>(
        &self,
        group: &mut SerializedRowGroupWriter<'_, W>,
    ) -> Result<(), ParquetError> {
        column::<Int64Type, W>(group, &self.seq, None)?;
        column::<Int64Type, W>(group, &self.batch, None)?;
        column::<Int64Type, W>(group, &self.time, None)?;
        column::<Int64Type, W>(group, &self.engine_time, Some(&self.engine_time_there))?;
        for texts in [&self.kind, &self.mode, &self.payload, &self.hash] {
            column::<ByteArrayType, W>(group, texts, None)?;
        }
        Ok(())
    }
}

fn column<T: DataType, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: &[T::T],
    there: Option<&[i16]>,
) -> Result<(), ParquetError> {
    let Some(mut column) = group.next_column()? else {
        return Err(ParquetError::General("a column too many".to_owned()));
    };
    column.typed::<T>().write_batch(values, there, None)?;
    column.close()
}

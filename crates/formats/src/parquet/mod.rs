//! Apache Parquet: detections are read from it, the log is exported to it.
//!
//! The columns of a table are the fields of the NDJSON format of the same name. A row of detections
//! is handed on as the line it would be in NDJSON, so that every check and every refusal is the
//! same; its number stands where the number of the line would.

mod rows;
mod table;

pub(crate) use rows::open_rows;
pub use table::LogTable;

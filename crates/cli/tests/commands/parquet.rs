//! Recordings whose detections are a Parquet table.

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::Arc;

use ::parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::schema::parser::parse_message_type;

use super::*;

/// Columns of text, of numbers, of vectors.
const TEXTS: [&str; 7] = ["id", "time", "sensor", "kind", "received", "status", "band"];
const NUMBERS: [&str; 12] = [
    "sigma_rad",
    "radiant_intensity_w_sr",
    "range_m",
    "azimuth_rad",
    "elevation_rad",
    "range_rate_m_s",
    "sigma_range_m",
    "sigma_azimuth_rad",
    "sigma_elevation_rad",
    "sigma_range_rate_m_s",
    "snr_db",
    "rcs_m2",
];
const VECTORS: [&str; 2] = ["line_of_sight", "sensor_position_m"];

/// The rows of a table, each value as the library prints it.
pub(super) fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    let rows = reader.get_row_iter(None).unwrap();
    rows.map(|row| {
        let row = row.unwrap();
        let columns = row.get_column_iter();
        columns
            .map(|(name, field)| (name.clone(), field.to_string()))
            .collect()
    })
    .collect()
}

/// Lines as a table, in several groups of rows.
fn write_table(path: &Path, lines: &[Value]) {
    let texts = TEXTS.map(|name| format!("optional binary {name} (STRING);"));
    let numbers = NUMBERS.map(|name| format!("optional double {name};"));
    let vectors = VECTORS.map(|name| {
        format!(
            "optional group {name} (LIST) {{ repeated group list {{ optional double element; }} }}"
        )
    });
    let schema = format!(
        "message detections {{ {} {} {} optional int64 reports; }}",
        texts.concat(),
        numbers.concat(),
        vectors.concat()
    );
    let schema = Arc::new(parse_message_type(&schema).unwrap());
    let properties = Arc::new(WriterProperties::builder().build());
    let file = File::create(path).unwrap();
    let mut writer = SerializedFileWriter::new(file, schema, properties).unwrap();
    for group_lines in lines.chunks(1_000) {
        let mut group = writer.next_row_group().unwrap();
        for name in TEXTS {
            let text = |value: &Value| value.as_str().map(ByteArray::from);
            column::<ByteArrayType>(&mut group, group_lines, name, text);
        }
        for name in NUMBERS {
            column::<DoubleType>(&mut group, group_lines, name, Value::as_f64);
        }
        for name in VECTORS {
            vectors_of(&mut group, group_lines, name);
        }
        column::<Int64Type>(&mut group, group_lines, "reports", Value::as_i64);
        group.close().unwrap();
    }
    writer.close().unwrap();
}

fn column<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, File>,
    lines: &[Value],
    name: &str,
    value: impl Fn(&Value) -> Option<T::T>,
) {
    let values: Vec<Option<T::T>> = lines.iter().map(|line| value(&line[name])).collect();
    let there: Vec<i16> = values
        .iter()
        .map(|value| i16::from(value.is_some()))
        .collect();
    let values: Vec<T::T> = values.into_iter().flatten().collect();
    let mut column = group.next_column().unwrap().unwrap();
    column
        .typed::<T>()
        .write_batch(&values, Some(&there), None)
        .unwrap();
    column.close().unwrap();
}

fn vectors_of(group: &mut SerializedRowGroupWriter<'_, File>, lines: &[Value], name: &str) {
    let (mut values, mut there, mut again) = (Vec::new(), Vec::new(), Vec::new());
    for line in lines {
        let Some(vector) = line[name].as_array() else {
            there.push(0);
            again.push(0);
            continue;
        };
        for (index, element) in vector.iter().enumerate() {
            values.push(element.as_f64().unwrap());
            there.push(3);
            again.push(i16::from(index > 0));
        }
    }
    let mut column = group.next_column().unwrap().unwrap();
    column
        .typed::<DoubleType>()
        .write_batch(&values, Some(&there), Some(&again))
        .unwrap();
    column.close().unwrap();
}

#[test]
fn a_table_gives_the_same_bytes_as_lines() {
    let recording = copy_of_recording("parquet");
    let lines = recording.join("detections.ndjson");
    let values: Vec<Value> = std::fs::read_to_string(&lines)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(values.len() > 1_000, "more than one group of rows");
    let keys: std::collections::BTreeSet<&str> = values
        .iter()
        .flat_map(|value| value.as_object().unwrap().keys().map(String::as_str))
        .collect();
    let known = |key: &&str| {
        TEXTS.contains(key) || NUMBERS.contains(key) || VECTORS.contains(key) || *key == "reports"
    };
    assert!(keys.iter().all(known), "a column is missing: {keys:?}");
    write_table(&recording.join("detections.parquet"), &values);
    let both = forewarn(&[
        "run",
        text(&recording),
        "--out",
        text(&folder("parquet-both")),
    ]);
    must_end_with(&both, 3);
    std::fs::remove_file(lines).unwrap();
    let out = folder("parquet-out");
    let run = forewarn(&["run", text(&recording), "--out", text(&out), "--json"]);
    must_end_with(&run, 0);
    assert!(events(&out) == events(&reference().out));
    assert_eq!(
        last_json(&run)["detections"],
        reference().summary["detections"]
    );
    must_end_with(&forewarn(&["validate", text(&recording)]), 0);
}

#[test]
fn a_bad_row_is_refused_by_its_number_and_the_rest_is_used() {
    let recording = copy_of_recording("parquet-bad");
    let lines = recording.join("detections.ndjson");
    let read = std::fs::read_to_string(&lines).unwrap();
    let mut values: Vec<Value> = read
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let at = values
        .iter()
        .position(|value| value["kind"] == "infrared")
        .unwrap();
    values[at]["line_of_sight"] = serde_json::json!([0.0, 0.0, 2.0]);
    std::fs::remove_file(lines).unwrap();
    let table = recording.join("detections.parquet");
    write_table(&table, &values);
    let output = forewarn(&["validate", text(&table), "--json"]);
    must_end_with(&output, 3);
    let problems = last_json(&output)["problems"].clone();
    assert_eq!(problems.as_array().unwrap().len(), 1, "{problems}");
    assert_eq!(problems[0]["line"], at + 1, "{problems}");
    assert!(problems.to_string().contains("line_of_sight"), "{problems}");
}

#[test]
fn what_is_no_table_is_refused() {
    let recording = copy_of_recording("parquet-none");
    std::fs::remove_file(recording.join("detections.ndjson")).unwrap();
    std::fs::write(recording.join("detections.parquet"), b"PAR1 nonsense").unwrap();
    let run = forewarn(&[
        "run",
        text(&recording),
        "--out",
        text(&folder("parquet-none-out")),
    ]);
    must_end_with(&run, 3);
    let said = complained(&run);
    assert!(
        said.contains("detections.parquet") && said.contains("Parquet"),
        "{said}"
    );
}

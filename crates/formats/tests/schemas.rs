//! The committed schemas are those of the types. `FOREWARN_WRITE_SCHEMAS=1` writes them anew.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests may fail the test"
)]

use std::path::Path;

use forewarn_formats::schema;

#[test]
fn the_committed_schemas_are_up_to_date() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas");
    if std::env::var_os("FOREWARN_WRITE_SCHEMAS").is_some() {
        schema::write_all(&dir).unwrap();
    }
    for name in schema::names() {
        let path = dir.join(format!("{name}.schema.json"));
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        let now = schema::text(name).unwrap();
        assert!(
            committed == now,
            "{} is out of date: run `cargo xtask schemas`",
            path.display()
        );
    }
}

#[test]
fn schemas_are_found_by_name_and_by_file() {
    assert_eq!(schema::schema("sensors"), schema::schema("sensors.toml"));
    assert!(schema::schema("nonsense").is_none());
    let detections = schema::schema("detections").unwrap();
    assert!(detections.to_string().contains("line_of_sight"));
}

/// The properties of a schema, references followed, of all its alternatives.
fn properties(
    root: &serde_json::Value,
    node: &serde_json::Value,
    found: &mut std::collections::BTreeSet<String>,
) {
    if let Some(reference) = node["$ref"].as_str() {
        properties(
            root,
            root.pointer(reference.trim_start_matches('#')).unwrap(),
            found,
        );
    }
    if let Some(names) = node["properties"].as_object() {
        found.extend(names.keys().cloned());
    }
    for alternative in node["oneOf"]
        .as_array()
        .into_iter()
        .chain(node["anyOf"].as_array())
        .flatten()
    {
        properties(root, alternative, found);
    }
}

/// The keys that a reader says it knows, from its answer to one that it does not.
fn known_keys(text: &str) -> std::collections::BTreeSet<String> {
    let problems =
        forewarn_formats::config::read_sensors("sensors.toml", text, Path::new(".")).unwrap_err();
    let unknown = problems
        .iter()
        .find(|problem| problem.field.ends_with("QQQQQQQQQQQQ"))
        .unwrap();
    unknown
        .remedy
        .trim_start_matches("known here: ")
        .split(", ")
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_schema_of_sensors_names_the_keys_that_the_reader_knows() {
    let schema = schema::schema("sensors").unwrap();
    let (mut described, mut orbit) = Default::default();
    properties(&schema, &schema["$defs"]["SensorToml"], &mut described);
    properties(&schema, &schema["$defs"]["OrbitToml"], &mut orbit);
    let mut known = known_keys("[[sensor]]\nkind = \"infrared\"\nQQQQQQQQQQQQ = 1\n");
    known.extend(known_keys(
        "[[sensor]]\nkind = \"radar\"\nQQQQQQQQQQQQ = 1\n",
    ));
    assert_eq!(described, known);
    let elements =
        "[[sensor]]\nkind = \"infrared\"\norbit = { semi_major_axis_m = 7e6, QQQQQQQQQQQQ = 1 }\n";
    assert_eq!(orbit, known_keys(elements));
}

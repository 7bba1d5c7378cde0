//! The committed schemas are those of the types. `FOREWARN_WRITE_SCHEMAS=1` writes them anew.

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

//! `base`: a scenario that is another one with some parts replaced.
//!
//! A twin of an event has the same sensors, geometry and timing, and something else that flies.
//! Saying only what differs keeps the two from drifting apart.

use super::check::{check_keys, syntax};
use super::error::{ScenarioError, Source};
use super::{Files, check};

/// The table of a scenario with its base filled in: keys of `[scenario]` and `[weather]` one by
/// one, every other table as a whole.
pub(super) fn with_base(
    source: &Source<'_>,
    mut table: toml::Table,
    files: &Files<'_>,
) -> Result<toml::Table, ScenarioError> {
    let Some(base) = table.remove("base") else {
        return Ok(table);
    };
    let refuse = |what: String| source.at_key("", 0, "base", what);
    let name = base
        .as_str()
        .ok_or_else(|| refuse("`base` must name a scenario file".into()))?;
    let text = files(name).map_err(|why| refuse(format!("`{name}` cannot be read: {why}")))?;
    let below = Source {
        file: name,
        text: &text,
    };
    let mut merged: toml::Table = toml::from_str(&text).map_err(|error| syntax(&below, &error))?;
    check_keys(&below, &merged)?;
    if merged.contains_key("base") {
        return Err(refuse(format!("`{name}` has a base itself; name that one")));
    }
    for (key, value) in table {
        match (merged.get_mut(&key), value) {
            (Some(toml::Value::Table(known)), toml::Value::Table(new))
                if check::is_merged(&key) =>
            {
                known.extend(new);
            }
            (_, value) => {
                merged.insert(key, value);
            }
        }
    }
    Ok(merged)
}

//! Checks of everything but objects and sensors: keys, head, weather, faults.

use super::error::{ScenarioError, Source, nearest};
use super::file::{FaultFile, HeadFile, WeatherFile, keys};
use super::{Fault, FaultKind, SensorSpec, objects};

pub(super) fn syntax(source: &Source<'_>, error: &toml::de::Error) -> ScenarioError {
    let offset = error.span().map_or(0, |span| span.start);
    source.at(offset, error.message().replace('\n', " "))
}

/// Tables of which a scenario with a base says only what differs, with their keys.
const MERGED: [(&str, &[&str]); 2] = [("scenario", keys::SCENARIO), ("weather", keys::WEATHER)];

/// Whether a table is taken over from the base key by key.
pub(super) fn is_merged(table: &str) -> bool {
    MERGED.iter().any(|(name, _)| *name == table)
}

pub(super) fn check_keys(source: &Source<'_>, table: &toml::Table) -> Result<(), ScenarioError> {
    check_table(source, ("", 0), table, keys::TOP)?;
    for (name, known) in MERGED {
        if let Some(toml::Value::Table(inner)) = table.get(name) {
            check_table(source, (name, 0), inner, known)?;
        }
    }
    let list = |name: &str| {
        let items = table.get(name).and_then(toml::Value::as_array);
        items
            .map_or(&[][..], Vec::as_slice)
            .iter()
            .filter_map(toml::Value::as_table)
            .enumerate()
    };
    for (index, inner) in list("object") {
        let kind = inner
            .get("kind")
            .and_then(toml::Value::as_str)
            .unwrap_or("");
        let known = objects::keys_of(kind).ok_or_else(|| {
            let words = objects::KINDS;
            let near = nearest(kind, words)
                .map_or(String::new(), |word| format!("; did you mean `{word}`?"));
            source.at_key(
                "object",
                index,
                "kind",
                format!(
                    "`{kind}` is not a kind of object ({}){near}",
                    words.join(", ")
                ),
            )
        })?;
        check_table(source, ("object", index), inner, known)?;
    }
    for (index, inner) in list("sensor") {
        check_table(source, ("sensor", index), inner, keys::SENSOR)?;
        if let Some(truth) = inner.get("truth").and_then(toml::Value::as_table) {
            check_table(source, ("sensor", index), truth, keys::TRUTH)?;
        }
    }
    for (index, inner) in list("fault") {
        check_table(source, ("fault", index), inner, keys::FAULT)?;
    }
    Ok(())
}

fn check_table(
    source: &Source<'_>,
    place: (&str, usize),
    table: &toml::Table,
    known: &[&str],
) -> Result<(), ScenarioError> {
    let Some(key) = table.keys().find(|key| !known.contains(&key.as_str())) else {
        return Ok(());
    };
    let mut error = if place.0.is_empty() {
        source.at_key(key, 0, key, format!("unknown key `{key}`"))
    } else {
        source.at_key(place.0, place.1, key, format!("unknown key `{key}`"))
    };
    error.remedy = nearest(key, known).map(|word| format!("the nearest known key is `{word}`"));
    Err(error)
}

pub(super) fn check_head(source: &Source<'_>, head: &HeadFile) -> Result<(), ScenarioError> {
    let positive = [
        ("duration_s", Some(head.duration_s)),
        ("state_interval_s", head.state_interval_s),
        ("late_window_s", head.late_window_s),
    ];
    for (key, value) in positive {
        if value.is_some_and(|value| !(value > 0.0 && value <= 10.0 * 86_400.0)) {
            let what = format!("`{key}` must be above 0 and at most ten days");
            return Err(source.at_key("scenario", 0, key, what));
        }
    }
    Ok(())
}

pub(super) fn check_weather(
    source: &Source<'_>,
    weather: &WeatherFile,
) -> Result<[f64; 2], ScenarioError> {
    let single = weather.cloud_break_height_m.unwrap_or(0.0);
    let interval = weather.cloud_break_interval_m.unwrap_or([single, single]);
    if !(interval[0] >= 0.0 && interval[1] >= interval[0] && interval[1] <= 30e3) {
        let what = "the height of the cloud break must lie between 0 and 30,000 m".into();
        return Err(source.at_key("weather", 0, "cloud_break_height_m", what));
    }
    Ok(interval)
}

/// Words for faults.
const FAULT_KINDS: &[&str] = &[
    "missed",
    "false",
    "late",
    "duplicated",
    "reordered",
    "corrupted",
    "lost",
    "bias",
    "dies",
    "sticks",
    "repeats",
    "miscounts",
    "jammed",
    "copies",
];

pub(super) fn check_faults(
    source: &Source<'_>,
    written: &[FaultFile],
    sensors: &[SensorSpec],
    duration_s: f64,
) -> Result<Vec<Fault>, ScenarioError> {
    let check = |(index, fault): (usize, &FaultFile)| {
        let refuse = |key: &str, what: String| source.at_key("fault", index, key, what);
        for (key, name) in [("sensor", &fault.sensor), ("of", &fault.of)] {
            if let Some(name) = name
                && !sensors.iter().any(|spec| *spec.sensor.id == **name)
            {
                let what = format!("there is no sensor `{name}` in this scenario");
                return Err(refuse(key, what));
            }
        }
        let window_s = [
            fault.from_s.unwrap_or(0.0),
            fault.to_s.unwrap_or(duration_s),
        ];
        if window_s[0].is_nan() || window_s[1].is_nan() || window_s[0] > window_s[1] {
            return Err(refuse(
                "from_s",
                "`from_s` must not come after `to_s`".into(),
            ));
        }
        let probability = fault.probability.unwrap_or(1.0);
        if !(0.0..=1.0).contains(&probability) {
            return Err(refuse(
                "probability",
                format!("probability {probability} is not within 0 to 1"),
            ));
        }
        let delay_s = fault.delay_s.unwrap_or([5.0, 20.0]);
        if !(delay_s[0] >= 0.0 && delay_s[1] >= delay_s[0]) {
            return Err(refuse(
                "delay_s",
                "a delay is [shortest, longest], not negative".into(),
            ));
        }
        let kind = match fault.kind.as_str() {
            "missed" => FaultKind::Missed,
            "false" => FaultKind::False(fault.rate_per_scan.unwrap_or(1.0).clamp(0.0, 1e5)),
            "late" => FaultKind::Late(delay_s),
            "duplicated" => FaultKind::Duplicated(delay_s),
            "reordered" => FaultKind::Reordered(delay_s[1]),
            "corrupted" => FaultKind::Corrupted,
            "lost" => FaultKind::Lost,
            "bias" => FaultKind::Bias {
                infrared_rad: fault.bias_rad.unwrap_or_default(),
                radar: [
                    fault.bias_range_m.unwrap_or(0.0),
                    fault.bias_azimuth_rad.unwrap_or(0.0),
                    fault.bias_elevation_rad.unwrap_or(0.0),
                ],
                clock_s: fault.clock_offset_s.unwrap_or(0.0),
            },
            "dies" => FaultKind::Dies,
            "sticks" => FaultKind::Sticks,
            "repeats" => FaultKind::Repeats,
            "miscounts" => FaultKind::Miscounts(fault.extra.unwrap_or(1)),
            "jammed" => FaultKind::Jammed(fault.rate_per_scan.unwrap_or(30.0).clamp(0.0, 1e4)),
            "copies" => FaultKind::Copies(fault.of.clone().ok_or_else(|| {
                refuse(
                    "of",
                    "`of` is missing: the sensor whose reports are copied".into(),
                )
            })?),
            other => {
                let near = nearest(other, FAULT_KINDS)
                    .map_or(String::new(), |word| format!("; did you mean `{word}`?"));
                let what = format!(
                    "`{other}` is not a kind of fault ({}){near}",
                    FAULT_KINDS.join(", ")
                );
                return Err(refuse("kind", what));
            }
        };
        let sharing = |domain: &String| {
            let of = |spec: &&SensorSpec| {
                spec.sensor
                    .failure_domains
                    .iter()
                    .any(|own| **own == **domain)
            };
            let names = sensors
                .iter()
                .filter(of)
                .map(|spec| spec.sensor.id.to_string());
            names.map(Some).collect::<Vec<_>>()
        };
        let concerned = match &fault.domain {
            Some(domain) => sharing(domain),
            None => vec![fault.sensor.clone()],
        };
        if concerned.is_empty() {
            let what = "no sensor of this scenario shares this failure domain".into();
            return Err(refuse("domain", what));
        }
        let one = |sensor| Fault {
            sensor,
            window_s,
            probability,
            kind: kind.clone(),
        };
        Ok(concerned.into_iter().map(one).collect::<Vec<_>>())
    };
    let all: Result<Vec<Vec<Fault>>, ScenarioError> =
        written.iter().enumerate().map(check).collect();
    Ok(all?.into_iter().flatten().collect())
}

pub(super) fn sensors_without_truth(table: &toml::Table) -> String {
    let mut sensors = table
        .get("sensor")
        .cloned()
        .unwrap_or(toml::Value::Array(Vec::new()));
    if let Some(list) = sensors.as_array_mut() {
        for sensor in list.iter_mut().filter_map(toml::Value::as_table_mut) {
            sensor.remove("truth");
        }
    }
    let mut top = toml::Table::new();
    top.insert("sensor".into(), sensors);
    toml::to_string(&top).unwrap_or_default()
}

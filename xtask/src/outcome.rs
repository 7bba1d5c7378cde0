//! What a run came to, object by object, and what it should have come to.
//!
//! An engine's object is the true object from which most of its reports come. A piece (a spent
//! stage, a payload) counts for the vehicle that it came off: one launch is one threat.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// `expected.toml`.
#[derive(Debug, Default)]
pub(crate) struct Expected {
    objects: Vec<ExpectedObject>,
    counts: BTreeMap<String, u64>,
}

#[derive(Debug)]
struct ExpectedObject {
    name: String,
    classification: Option<String>,
    verdict: Option<String>,
}

impl Expected {
    /// Reads an `expected.toml`.
    ///
    /// # Errors
    /// The file cannot be read, or holds a key that is not known here.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path)
            .with_context(|| format!("failed to read {}", path.display()))?;
        Self::parse(&text).with_context(|| path.display().to_string())
    }

    fn parse(text: &str) -> Result<Self> {
        let table: toml::Table = text.parse()?;
        let mut expected = Self::default();
        for (key, value) in &table {
            match key.as_str() {
                "object" => {
                    for object in value.as_array().context("`object` must be a list")? {
                        expected.objects.push(ExpectedObject::parse(object)?);
                    }
                }
                "counts" => {
                    for (key, value) in value.as_table().context("`counts` must be a table")? {
                        ensure!(COUNTS.contains(&key.as_str()), "unknown count `{key}`");
                        let count = value.as_integer().and_then(|n| u64::try_from(n).ok());
                        let count = count.with_context(|| format!("`{key}` must count"))?;
                        expected.counts.insert(key.clone(), count);
                    }
                }
                other => anyhow::bail!("unknown key `{other}`; known: object, counts"),
            }
        }
        Ok(expected)
    }
}

impl ExpectedObject {
    fn parse(value: &toml::Value) -> Result<Self> {
        let table = value.as_table().context("an `object` must be a table")?;
        for key in table.keys() {
            let known = ["name", "classification", "verdict"].contains(&key.as_str());
            ensure!(known, "unknown key `object.{key}`");
        }
        let text = |key: &str| Some(table.get(key)?.as_str()?.to_owned());
        Ok(Self {
            name: text("name").context("an `object` must have a name")?,
            classification: text("classification"),
            verdict: text("verdict"),
        })
    }
}

const COUNTS: [&str; 5] = [
    "threats_confirmed",
    "threats_suspected",
    "false_confirmed",
    "threats_in_one_warning",
    "warnings_retracted",
];

/// What was said of one of the engine's objects.
#[derive(Debug, Default, Clone)]
struct Said {
    classification: String,
    verdict: String,
    suspected: bool,
    confirmed: bool,
    piece: bool,
    merged: bool,
    held: BTreeSet<String>,
}

/// What a run came to.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// What was said last of each true object's first object.
    objects: BTreeMap<String, (String, String)>,
    counts: BTreeMap<&'static str, u64>,
    reports: usize,
}

impl Outcome {
    /// Reads the truth of a recording and the events of its run.
    ///
    /// # Errors
    /// A file is missing, or not one JSON object a line.
    pub(crate) fn read(recording: &Path, result: &Path) -> Result<Self> {
        let truth = lines(&recording.join("truth.ndjson"))?;
        let events = lines(&result.join("events.ndjson"))?;
        Ok(Self::of(&truth, &events))
    }

    fn of(truth: &[Value], events: &[Value]) -> Self {
        let truth = Truth::of(truth);
        let said = said(events);
        let links = links(&truth, &said);
        let mut outcome = Self {
            reports: truth.origins.values().flatten().count(),
            ..Self::default()
        };
        for (vehicle, objects) in &links {
            if let Some(first) = objects.first() {
                let last = &said[*first];
                let words = (last.classification.clone(), last.verdict.clone());
                outcome.objects.insert(vehicle.clone(), words);
            }
        }
        outcome.count(&truth, &said, &links, events);
        outcome
    }

    fn count(
        &mut self,
        truth: &Truth,
        said: &BTreeMap<String, Said>,
        links: &BTreeMap<String, Vec<&str>>,
        events: &[Value],
    ) {
        let confirmed = |objects: &[&str]| {
            let own = objects.iter().map(|object| &said[*object]);
            own.filter(|said| said.confirmed && !said.piece && !said.merged)
                .count() as u64
        };
        let of_threats: Vec<u64> = links
            .iter()
            .filter(|(vehicle, _)| truth.threats.contains(*vehicle))
            .map(|(_, objects)| confirmed(objects))
            .collect();
        let threats = of_threats.iter().filter(|count| **count > 0).count() as u64;
        let all: Vec<&str> = said.keys().map(String::as_str).collect();
        let suspected = said.values().filter(|said| said.suspected).count() as u64;
        self.counts.insert("threats_confirmed", threats);
        self.counts.insert("threats_suspected", suspected);
        self.counts
            .insert("false_confirmed", confirmed(&all).saturating_sub(threats));
        let widest = events
            .iter()
            .filter(|event| event["event"] == "warning")
            .filter_map(|event| Some(event["objects"].as_array()?.len() as u64))
            .max();
        self.counts
            .insert("threats_in_one_warning", widest.unwrap_or(0));
        let retracted = events
            .iter()
            .filter(|event| event["event"] == "warning" && event["action"] == "retract")
            .count() as u64;
        self.counts.insert("warnings_retracted", retracted);
    }

    /// Where it differs from what was expected, in words.
    pub(crate) fn differences(&self, expected: &Expected) -> Vec<String> {
        let mut found = Vec::new();
        for object in &expected.objects {
            let Some((classification, verdict)) = self.objects.get(&object.name) else {
                found.push(format!("`{}` was never an object", object.name));
                continue;
            };
            let mut compare = |what: &str, wanted: &Option<String>, said: &str| {
                if wanted.as_deref().is_some_and(|wanted| wanted != said) {
                    let wanted = wanted.as_deref().unwrap_or_default();
                    let name = &object.name;
                    found.push(format!(
                        "`{name}`: {what} should end as {wanted}, is {said}"
                    ));
                }
            };
            compare("classification", &object.classification, classification);
            compare("verdict", &object.verdict, verdict);
        }
        for (key, wanted) in &expected.counts {
            let counted = self.counts.get(key.as_str()).copied().unwrap_or(0);
            if counted != *wanted {
                found.push(format!("{key} should be {wanted}, is {counted}"));
            }
        }
        found
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |key| self.counts.get(key).copied().unwrap_or(0);
        write!(
            f,
            "{} reports, {} suspected, {} confirmed, {} of them false, {} warnings retracted",
            self.reports,
            count("threats_suspected"),
            count("threats_confirmed") + count("false_confirmed"),
            count("false_confirmed"),
            count("warnings_retracted"),
        )
    }
}

/// The truth, as far as outcomes need it.
#[derive(Debug, Default)]
struct Truth {
    parents: BTreeMap<String, String>,
    threats: BTreeSet<String>,
    /// True object of each detection; none for a false one.
    origins: BTreeMap<String, Option<String>>,
}

impl Truth {
    fn of(lines: &[Value]) -> Self {
        let mut truth = Self::default();
        for line in lines {
            let object = line["object"].as_str().map(str::to_owned);
            match (line["kind"].as_str(), object) {
                (Some("object"), Some(object)) => {
                    let threat = ["ballistic_missile", "glide_vehicle"]
                        .iter()
                        .any(|class| line["class"] == *class);
                    match line["parent"].as_str() {
                        Some(parent) => {
                            truth.parents.insert(object, parent.to_owned());
                        }
                        None if threat => {
                            truth.threats.insert(object);
                        }
                        None => {}
                    }
                }
                (Some("origin"), object) => {
                    let detection = line["detection"].as_str().unwrap_or_default();
                    truth.origins.insert(detection.to_owned(), object);
                }
                _ => {}
            }
        }
        truth
    }

    /// The vehicle that an object came off in the end.
    fn vehicle<'a>(&'a self, object: &'a str) -> &'a str {
        let mut vehicle = object;
        for _ in 0..self.parents.len() {
            match self.parents.get(vehicle) {
                Some(parent) => vehicle = parent,
                None => break,
            }
        }
        vehicle
    }
}

/// What was said of each object in the end, and what it then held.
fn said(events: &[Value]) -> BTreeMap<String, Said> {
    let mut all: BTreeMap<String, Said> = BTreeMap::new();
    for event in events.iter().filter(|e| e["event"] == "assessment") {
        let word = |key: &str| event[key].as_str().unwrap_or_default().to_owned();
        let ids = |key: &str| {
            let list = event[key].as_array().into_iter().flatten();
            list.filter_map(|id| Some(id.as_str()?.to_owned()))
                .collect::<Vec<_>>()
        };
        let said = all.entry(word("object")).or_default();
        said.classification = word("classification");
        said.verdict = word("verdict");
        said.confirmed |= said.verdict == "confirmed";
        said.suspected |= said.confirmed || said.verdict == "suspected";
        said.piece = event["parent"].is_string();
        said.merged |= event["merged_into"].is_string();
        said.held.extend(ids("detections"));
        for id in ids("withdrawn") {
            said.held.remove(&id);
        }
    }
    all
}

/// The engine's objects of each vehicle: those with most reports first, pieces last.
fn links<'a>(truth: &Truth, said: &'a BTreeMap<String, Said>) -> BTreeMap<String, Vec<&'a str>> {
    let mut links: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (object, said) in said {
        let mut votes: BTreeMap<&str, usize> = BTreeMap::new();
        for id in &said.held {
            let origin = truth.origins.get(id).and_then(Option::as_deref);
            *votes
                .entry(origin.map_or("", |o| truth.vehicle(o)))
                .or_default() += 1;
        }
        let most = votes
            .iter()
            .max_by_key(|(_, count)| **count)
            .map(|(name, _)| *name);
        if let Some(vehicle) = most.filter(|name| !name.is_empty()) {
            links.entry(vehicle.to_owned()).or_default().push(object);
        }
    }
    for objects in links.values_mut() {
        objects.sort_by_key(|object| {
            let said = &said[*object];
            (said.piece || said.merged, usize::MAX - said.held.len())
        });
    }
    links
}

fn lines(path: &Path) -> Result<Vec<Value>> {
    let text =
        fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))?;
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .enumerate()
        .map(|(index, line)| {
            serde_json::from_str(line)
                .with_context(|| format!("{}:{}: not JSON", path.display(), index + 1))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn truth() -> Vec<Value> {
        vec![
            json!({"kind": "object", "object": "flight", "class": "ballistic_missile", "parent": null}),
            json!({"kind": "object", "object": "stage", "class": "debris", "parent": "flight"}),
            json!({"kind": "origin", "detection": "m1", "object": "flight"}),
            json!({"kind": "origin", "detection": "m2", "object": "stage"}),
            json!({"kind": "origin", "detection": "m3", "object": null}),
        ]
    }

    fn assessment(object: &str, verdict: &str, detections: &[&str]) -> Value {
        json!({"event": "assessment", "object": object, "verdict": verdict,
            "classification": "ballistic_missile", "parent": null, "merged_into": null,
            "detections": detections, "withdrawn": []})
    }

    fn expected() -> Expected {
        Expected::parse(
            "[[object]]\nname = \"flight\"\nclassification = \"ballistic_missile\"\n\
             verdict = \"confirmed\"\n[counts]\nthreats_confirmed = 1\nfalse_confirmed = 0\n",
        )
        .unwrap()
    }

    #[test]
    fn a_run_as_expected_has_no_differences() {
        let events = [assessment("o-1", "confirmed", &["m1", "m2"])];
        assert!(
            Outcome::of(&truth(), &events)
                .differences(&expected())
                .is_empty()
        );
    }

    #[test]
    fn a_missed_threat_and_a_false_one_are_named() {
        let nothing = Outcome::of(&truth(), &[]).differences(&expected());
        assert_eq!(nothing.len(), 2, "{nothing:?}");
        let events = [
            assessment("o-1", "suspected", &["m1"]),
            assessment("o-2", "confirmed", &["m3"]),
        ];
        let found = Outcome::of(&truth(), &events).differences(&expected());
        assert_eq!(found.len(), 3, "{found:?}");
    }

    #[test]
    fn a_second_object_of_the_same_threat_is_false() {
        let events = [
            assessment("o-1", "confirmed", &["m1"]),
            assessment("o-2", "confirmed", &["m2"]),
        ];
        let found = Outcome::of(&truth(), &events).differences(&expected());
        assert_eq!(found, ["false_confirmed should be 0, is 1"]);
    }

    #[test]
    fn an_unknown_key_is_refused() {
        assert!(Expected::parse("[counts]\nthreats = 1\n").is_err());
        assert!(Expected::parse("[[object]]\nname = \"x\"\nclass = \"y\"\n").is_err());
    }
}

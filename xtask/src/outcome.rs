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
    reason: Option<String>,
    /// The highest verdict that may ever be said of it. Alone, it is also met by silence.
    at_most: Option<Rank>,
}

/// Verdicts in order of what they ask of people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Rank {
    #[default]
    Quiet,
    Suspected,
    Confirmed,
}

impl Rank {
    fn of(verdict: &str) -> Self {
        match verdict {
            "confirmed" => Self::Confirmed,
            "suspected" => Self::Suspected,
            _ => Self::Quiet,
        }
    }
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
                "object" | "claim" => {
                    for object in value
                        .as_array()
                        .with_context(|| format!("`{key}` must be a list"))?
                    {
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
                other => anyhow::bail!("unknown key `{other}`; known: object, claim, counts"),
            }
        }
        Ok(expected)
    }
}

impl ExpectedObject {
    fn parse(value: &toml::Value) -> Result<Self> {
        let table = value.as_table().context("an `object` must be a table")?;
        for key in table.keys() {
            let known = OBJECT_KEYS.contains(&key.as_str());
            ensure!(known, "unknown key `object.{key}`");
        }
        let text = |key: &str| Some(table.get(key)?.as_str()?.to_owned());
        Ok(Self {
            name: text("name").context("an `object` must have a name")?,
            classification: text("classification"),
            verdict: text("verdict"),
            reason: text("reason"),
            at_most: text("at_most").map(|word| Rank::of(&word)),
        })
    }
}

impl ExpectedObject {
    /// Only a limit is set: what was never an object stays below it.
    fn may_be_unseen(&self) -> bool {
        let asked = [&self.classification, &self.verdict, &self.reason];
        self.at_most.is_some() && asked.iter().all(|wanted| wanted.is_none())
    }
}

const OBJECT_KEYS: [&str; 5] = ["name", "classification", "verdict", "reason", "at_most"];

const COUNTS: [&str; 8] = [
    "threats_confirmed",
    "threats_suspected",
    "false_suspected",
    "false_confirmed",
    "threats_in_one_warning",
    "warnings_retracted",
    "warnings_cancelled",
    "sensors_lost_together",
];

/// What was said of one of the engine's objects.
#[derive(Debug, Default, Clone)]
struct Said {
    classification: String,
    verdict: String,
    reason: String,
    claim: Option<String>,
    suspected: bool,
    confirmed: bool,
    piece: bool,
    merged: bool,
    held: BTreeSet<String>,
}

impl Said {
    fn rank(&self) -> Rank {
        match (self.confirmed, self.suspected) {
            (true, _) => Rank::Confirmed,
            (false, true) => Rank::Suspected,
            (false, false) => Rank::Quiet,
        }
    }
}

/// What a run came to.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// What was said last of each true object's first object, and of each claim.
    objects: BTreeMap<String, Said>,
    /// The highest verdict that was ever said of any object of a vehicle.
    highest: BTreeMap<String, Rank>,
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
                outcome
                    .objects
                    .insert(vehicle.clone(), said[*first].clone());
            }
            let highest = objects.iter().map(|object| said[*object].rank()).max();
            outcome
                .highest
                .insert(vehicle.clone(), highest.unwrap_or_default());
        }
        for said in said.values() {
            if let Some(claim) = &said.claim {
                outcome.highest.insert(claim.clone(), said.rank());
                outcome.objects.insert(claim.clone(), said.clone());
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
        self.counts.insert("threats_confirmed", threats);
        self.count_suspected(truth, said, links);
        self.counts
            .insert("false_confirmed", confirmed(&all).saturating_sub(threats));
        let widest = events
            .iter()
            .filter(|event| event["event"] == "warning")
            .filter_map(|event| Some(event["objects"].as_array()?.len() as u64))
            .max();
        self.counts
            .insert("threats_in_one_warning", widest.unwrap_or(0));
        let said_so = |event: &str, key: &str, word: &str| {
            let all = events.iter();
            all.filter(|line| line["event"] == event && line[key] == word)
                .count() as u64
        };
        for (key, event, field, word) in [
            ("warnings_retracted", "warning", "action", "retract"),
            ("warnings_cancelled", "warning", "action", "cancel"),
            ("sensors_lost_together", "health", "kind", "shared_loss"),
        ] {
            self.counts.insert(key, said_so(event, field, word));
        }
    }

    /// Threats suspected at least once, and everything else that ever was.
    fn count_suspected(
        &mut self,
        truth: &Truth,
        said: &BTreeMap<String, Said>,
        links: &BTreeMap<String, Vec<&str>>,
    ) {
        let suspected = |vehicle: &String, objects: &[&str]| {
            let any = objects.iter().filter(|object| said[**object].suspected);
            (truth.threats.contains(vehicle), any.count() as u64)
        };
        let (of_threats, of_others): (Vec<_>, Vec<_>) = links
            .iter()
            .map(|(vehicle, objects)| suspected(vehicle, objects))
            .partition(|(threat, _)| *threat);
        let threats = of_threats
            .iter()
            .filter(|(_, objects)| *objects > 0)
            .count() as u64;
        self.counts.insert("threats_suspected", threats);
        let false_ones = of_others.iter().map(|(_, objects)| objects).sum::<u64>();
        let linked: BTreeSet<&str> = links.values().flatten().copied().collect();
        let of_nothing = said
            .iter()
            .filter(|(object, said)| said.suspected && !linked.contains(object.as_str()));
        self.counts
            .insert("false_suspected", false_ones + of_nothing.count() as u64);
    }

    /// One of the counts.
    pub(crate) fn counted(&self, key: &str) -> u64 {
        self.counts.get(key).copied().unwrap_or(0)
    }

    /// Where it differs from what was expected, in words.
    pub(crate) fn differences(&self, expected: &Expected) -> Vec<String> {
        let mut found = Vec::new();
        for object in &expected.objects {
            let Some(last) = self.objects.get(&object.name) else {
                if object.may_be_unseen() {
                    continue;
                }
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
            compare(
                "classification",
                &object.classification,
                &last.classification,
            );
            compare("verdict", &object.verdict, &last.verdict);
            compare("reason", &object.reason, &last.reason);
            let highest = self.highest.get(&object.name).copied().unwrap_or_default();
            if object.at_most.is_some_and(|at_most| highest > at_most) {
                found.push(format!("`{}` was {highest:?} for a while", object.name));
            }
        }
        for (key, wanted) in &expected.counts {
            let counted = self.counted(key);
            if counted != *wanted {
                found.push(format!("{key} should be {wanted}, is {counted}"));
            }
        }
        found
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |key| self.counted(key);
        write!(
            f,
            "{} reports, {} threats and {} others suspected, {} confirmed, {} of them false, {} warnings retracted",
            self.reports,
            count("threats_suspected"),
            count("false_suspected"),
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
        said.reason = word("reason");
        said.claim = event["claim"].as_str().map(str::to_owned);
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
    fn a_threat_suspected_twice_is_one_and_nothing_suspected_is_false() {
        let events = [
            assessment("o-1", "suspected", &["m1"]),
            assessment("o-2", "suspected", &["m2"]),
            assessment("o-3", "suspected", &["m3"]),
        ];
        let counts = Outcome::of(&truth(), &events).counts;
        assert_eq!(
            (counts["threats_suspected"], counts["false_suspected"]),
            (1, 1)
        );
    }

    #[test]
    fn a_limit_alone_is_met_by_silence_and_broken_by_a_suspicion() {
        let text = "[[object]]\nname = \"flight\"\nat_most = \"insufficient\"\n";
        let limit = Expected::parse(text).unwrap();
        assert!(Outcome::of(&truth(), &[]).differences(&limit).is_empty());
        let events = [
            assessment("o-1", "suspected", &["m1"]),
            assessment("o-1", "dismissed", &[]),
        ];
        assert_eq!(Outcome::of(&truth(), &events).differences(&limit).len(), 1);
    }

    #[test]
    fn an_unknown_key_is_refused() {
        assert!(Expected::parse("[counts]\nthreats = 1\n").is_err());
        assert!(Expected::parse("[[object]]\nname = \"x\"\nclass = \"y\"\n").is_err());
    }
}

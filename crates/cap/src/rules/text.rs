//! What people read.

use super::identity::texts;
use super::{Findings, Key, child};
use crate::types::{Alert, Info, MsgType, Status};

/// Says that it is real. Compared after everything but letters and digits became one space.
const REAL: &[&str] = &[
    "not a drill",
    "not an exercise",
    "not a test",
    "isn t a drill",
    "no drill",
    "not a simulation",
    "ceci n est pas un exercice",
    "no es un simulacro",
    "keine ubung",
    "keine übung",
    "nie są ćwiczenia",
    "to nie ćwiczenia",
];
/// Says that it is not real.
const UNREAL: &[&str] = &[
    "this is a drill",
    "this is only a drill",
    "this is a test",
    "this is only a test",
    "this is an exercise",
    "this is only an exercise",
    "exercise exercise",
    "test test test",
    "exercise only",
    "drill only",
    "test message",
];
/// What templates leave behind.
const PLACEHOLDERS: &[&str] = &["{{", "}}", "${", "TODO", "FIXME", "Lorem ipsum"];
const PLACEHOLDER_WORDS: &[&str] = &["NaN", "null", "undefined", "inf"];
const HEADLINE_LIMIT: usize = 160;

pub(super) fn check(alert: &Alert, findings: &mut Findings) {
    let warns = matches!(alert.msg_type, MsgType::Alert | MsgType::Update);
    for (index, info) in alert.infos.iter().enumerate() {
        let path = child("alert", "info", index);
        if warns {
            check_present(info, &path, findings);
        }
        check_headline(alert.status, info, &path, findings);
    }
    let noted = alert.note.is_some() || alert.status != Status::Exercise;
    findings.require(noted, Key::ExerciseNote, "alert", || "no `note`".to_owned());
    for text in texts(alert).iter().filter(|text| text.public) {
        check_reality(alert.status, text.value, &text.path, findings);
        check_placeholder(text.value, &text.path, findings);
    }
}

fn check_present(info: &Info, path: &str, findings: &mut Findings) {
    findings.require(info.headline.is_some(), Key::Headline, path, || {
        "no `headline`".to_owned()
    });
    findings.require(info.description.is_some(), Key::Description, path, || {
        "no `description`".to_owned()
    });
    findings.require(info.instruction.is_some(), Key::Instruction, path, || {
        "no `instruction`".to_owned()
    });
}

fn check_headline(status: Status, info: &Info, path: &str, findings: &mut Findings) {
    let Some(headline) = &info.headline else {
        return;
    };
    let path = format!("{path}/headline[1]");
    let length = headline.chars().count();
    findings.require(length <= HEADLINE_LIMIT, Key::HeadlineLong, &path, || {
        format!("{length} characters")
    });
    let words: &[&str] = match status {
        Status::Exercise => &["exercise", "drill"],
        Status::Test => &["test"],
        Status::Draft => &["draft"],
        Status::Actual | Status::System => return,
    };
    let english = info
        .language_or_default()
        .to_ascii_lowercase()
        .starts_with("en");
    let says = plain(headline).split(' ').any(|word| words.contains(&word));
    findings.require(!english || says, Key::SaysExercise, &path, || {
        format!("no word says {status}")
    });
}

fn check_reality(status: Status, value: &str, path: &str, findings: &mut Findings) {
    let padded = format!(" {} ", plain(value));
    let said = |phrases: &[&'static str]| {
        phrases
            .iter()
            .copied()
            .find(|phrase| padded.contains(&format!(" {phrase} ")))
    };
    let (key, phrase) = if status == Status::Actual {
        (Key::SaysDrill, said(UNREAL))
    } else {
        (Key::NotADrill, said(REAL))
    };
    if let Some(phrase) = phrase {
        findings.add(
            key,
            path,
            format!("`{phrase}` in a message of status {status}"),
        );
    }
}

fn check_placeholder(value: &str, path: &str, findings: &mut Findings) {
    let left = PLACEHOLDERS.iter().find(|mark| value.contains(**mark));
    let words = value.split(|character: char| !character.is_alphanumeric());
    let word = words
        .into_iter()
        .find_map(|word| PLACEHOLDER_WORDS.iter().find(|left| **left == word));
    if let Some(found) = left.or(word) {
        findings.add(Key::Placeholder, path, format!("`{found}` was left in"));
    }
}

/// Lower case, with one space for anything but letters and digits, so that capitals, dashes and
/// line breaks do not hide a phrase.
fn plain(text: &str) -> String {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ")
}

//! What people read in a message.

use forewarn_cap::Status;
use forewarn_core::model::{Warning, WarningAction};
use forewarn_physics::time::{Epoch, after, format_utc};

/// Many channels cut a headline here.
const HEADLINE_CHARACTERS_MAX: usize = 160;

pub(super) fn headline(warning: &Warning, status: Status) -> String {
    let mut text = one_line(&warning.headline);
    if status != Status::Actual && !says(&text, status) {
        text = format!("{}: {text}", status.as_str().to_uppercase());
    }
    if text.chars().count() <= HEADLINE_CHARACTERS_MAX {
        return text;
    }
    let kept: String = text.chars().take(HEADLINE_CHARACTERS_MAX - 1).collect();
    let whole_words = kept
        .rsplit_once(' ')
        .map_or(kept.as_str(), |(words, _)| words);
    format!("{whole_words}…")
}

pub(super) fn description(time: Epoch, warning: &Warning, status: Status) -> String {
    let mut sentences = vec![one_line(&warning.description)];
    if status != Status::Actual && !says(&sentences[0], status) {
        sentences.insert(0, standing(status).to_owned());
    }
    let over = matches!(
        warning.action,
        WarningAction::Cancel | WarningAction::Retract
    );
    if let (Some(left_s), false) = (warning.time_left_s, over) {
        let mut sentence = format!(
            "The first impact is expected about {} UTC",
            clock(after(time, left_s))
        );
        if let Some(earliest_s) = warning.earliest_95_s {
            sentence.push_str(&format!(
                ", hardly before {} UTC",
                clock(after(time, earliest_s))
            ));
        }
        sentences.push(sentence + ".");
    }
    sentences.retain(|sentence| !sentence.is_empty());
    sentences.join(" ")
}

/// Whether a text begins with its status, as the engine's own texts may.
fn says(text: &str, status: Status) -> bool {
    let first = text
        .split(|character: char| !character.is_alphanumeric())
        .next();
    first.is_some_and(|first| first.eq_ignore_ascii_case(status.as_str()))
}

fn standing(status: Status) -> &'static str {
    match status {
        Status::Exercise => "Exercise.",
        Status::Test => "Test.",
        Status::Actual => "Released.",
        _ => "Draft: nobody has released this.",
    }
}

pub(super) fn note(warning: &Warning, status: Status) -> String {
    let why = match warning.action {
        WarningAction::Issue => "First message.",
        WarningAction::Update => "What is known has changed.",
        WarningAction::Cancel => "The danger is over.",
        WarningAction::Retract => "The warning was a mistake.",
    };
    format!("{} {why}", standing(status))
}

pub(super) fn instruction(action: WarningAction) -> &'static str {
    match action {
        WarningAction::Issue | WarningAction::Update => {
            "Go indoors at once, to a cellar or an inner room without windows, lie down low and cover \
             your head. If you are outside, lie flat behind something solid. Stay there until you \
             are told that the danger is over. Follow official channels."
        }
        WarningAction::Cancel => {
            "The danger is over. Leave shelter with care, keep away from debris and craters, and \
             report them. Follow official channels."
        }
        WarningAction::Retract => {
            "The earlier warning was a mistake: there is no known danger. You may leave shelter. \
             Follow official channels."
        }
    }
}

/// Hours, minutes and whole seconds.
fn clock(time: Epoch) -> String {
    format_utc(time).get(11..19).unwrap_or_default().to_owned()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

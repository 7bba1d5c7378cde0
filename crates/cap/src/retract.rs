//! A retraction: the warning was our mistake. Not the same as a Cancel, which says that the threat
//! is over; tsunami centres keep the two apart, CAP 1.2 does not.
//!
//! It is marked twice, so that both a receiver that reads only the head and one that reads only
//! `info` can tell: the token `forewarn:action=retract` in `note`, and in every `info` the
//! parameter `forewarn:action` with value `retract`. A receiver that knows neither still cancels.

use crate::types::{Alert, MsgType, NamedValue};

/// Name of the parameter.
pub const ACTION: &str = "forewarn:action";
/// Its value.
pub const RETRACT: &str = "retract";
/// The token in `note`.
pub const NOTE_TOKEN: &str = "forewarn:action=retract";

/// Which marks a message has.
pub(crate) struct Marks {
    pub(crate) any: bool,
    pub(crate) everywhere: bool,
}

pub(crate) fn marks(alert: &Alert) -> Marks {
    let note = alert.note.as_deref().unwrap_or_default();
    let mut tokens = note
        .split_whitespace()
        .filter(|word| word.starts_with(ACTION))
        .peekable();
    let noted = tokens.peek().is_some();
    let note_right = noted && tokens.all(|token| token == NOTE_TOKEN);
    let mut parameters = alert.infos.iter().map(|info| {
        let mut actions = info
            .parameters
            .iter()
            .filter(|parameter| parameter.value_name == ACTION)
            .peekable();
        (
            actions.peek().is_some(),
            actions.all(|action| action.value == RETRACT),
        )
    });
    let any = noted || parameters.clone().any(|(present, _)| present);
    Marks {
        any,
        everywhere: note_right && parameters.all(|(present, right)| present && right),
    }
}

impl Alert {
    /// Whether this message retracts: the earlier message was a mistake.
    pub fn is_retraction(&self) -> bool {
        self.msg_type == MsgType::Cancel && marks(self).everywhere
    }

    /// Makes this message a retraction: sets msgType to Cancel and marks `note` and every `info`
    /// that is in place. The references remain to be filled.
    pub fn mark_retraction(&mut self) {
        self.msg_type = MsgType::Cancel;
        let note = self.note.take().unwrap_or_default();
        let mut words: Vec<&str> = note
            .split_whitespace()
            .filter(|word| !word.starts_with(ACTION))
            .collect();
        words.push(NOTE_TOKEN);
        self.note = Some(words.join(" "));
        for info in &mut self.infos {
            info.parameters
                .retain(|parameter| parameter.value_name != ACTION);
            info.parameters.push(NamedValue::new(ACTION, RETRACT));
        }
    }
}

//! What viewers are shown of an entry, one JSON object each: the same from the log as live.

use serde::Serialize;
use serde_json::{Value, json};

use crate::entry::{Entry, Event, SpokenWord};

/// Something to be shown to viewers.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Name of the event.
    pub name: &'static str,
    /// One JSON object, its `seq` included.
    pub data: String,
}

/// What viewers are shown of an entry; nothing of frames and ticks.
pub fn shown(seq: u64, entry: &Entry) -> Option<Shown> {
    match entry {
        Entry::Frame(_) | Entry::Tick(_) => None,
        Entry::Event(event) => of_event(seq, event),
        Entry::Word(word) => Some(of_word(seq, word)),
        Entry::Publication(publication) => Some(action(seq, "publication", publication)),
        Entry::Deed(deed) => Some(action(seq, &deed.what, deed)),
        Entry::Delivery(delivery) => Some(action(seq, "delivery", delivery)),
        Entry::Remark(remark) => Some(notice(seq, &json!(remark))),
        Entry::Start(start) => {
            let text = format!("forewarn {} started", start.version);
            Some(notice(
                seq,
                &json!({ "wall": start.wall, "what": "start", "text": text }),
            ))
        }
    }
}

/// The logged event itself, with its number in front.
fn of_event(seq: u64, event: &Event) -> Option<Shown> {
    let text = event.event.get();
    let rest = text.strip_prefix('{')?;
    let has = |word: &str| {
        // Written by us: `event` is the second key, without spaces.
        text.get(..200)
            .unwrap_or(text)
            .contains(&format!("\"event\":\"{word}\""))
    };
    let name = ["assessment", "warning", "health"]
        .into_iter()
        .find(|word| has(word));
    Some(Shown {
        name: name.unwrap_or("rejection"),
        data: format!("{{\"seq\":{seq},{rest}"),
    })
}

fn of_word(seq: u64, word: &SpokenWord) -> Shown {
    let said = word
        .line
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap_or_default());
    let said: Vec<Value> = said.collect();
    let step = word.approved.as_ref().map(|approved| {
        json!({ "warning": approved.warning, "action": approved.action, "by": approved.by,
                "sha256": approved.sha256 })
    });
    action(seq, &word.what, &json!({ "said": said, "approved": step }))
}

/// Bytes are long, and codes are between one person and one screen.
fn action(seq: u64, what: &str, body: &impl Serialize) -> Shown {
    let mut value = serde_json::to_value(body).unwrap_or_default();
    if let Some(object) = value.as_object_mut() {
        object.remove("bytes");
        object.remove("detail");
    }
    value["event"] = "action".into();
    value["what"] = what.into();
    value["seq"] = seq.into();
    Shown {
        name: "action",
        data: value.to_string(),
    }
}

fn notice(seq: u64, body: &Value) -> Shown {
    let mut value = body.clone();
    value["seq"] = seq.into();
    Shown {
        name: "notice",
        data: value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::value::RawValue;

    #[test]
    fn an_event_is_shown_as_logged_with_its_number() {
        let text = r#"{"time":"2026-01-01T00:00:00Z","event":"warning","n":1.50}"#;
        let event = RawValue::from_string(text.into()).unwrap();
        let shown = shown(7, &Entry::Event(Event { of: 3, event })).unwrap();
        assert_eq!(shown.name, "warning");
        assert_eq!(shown.data, format!("{{\"seq\":7,{}", &text[1..]));
    }
}

//! The key-value form.

use super::segment::Collector;

pub(super) fn read(text: &str, collector: &mut Collector) {
    for (index, raw) in text.lines().enumerate() {
        let (number, line) = (index + 1, raw.trim());
        match line {
            "META_START" => collector.start_segment(),
            "" | "META_STOP" | "DATA_START" | "DATA_STOP" => {}
            _ if line.starts_with("COMMENT") => {}
            _ => match line.split_once('=') {
                None => collector.refuse(
                    number,
                    format!("`{}` is no `KEY = value`; correct the line", short(line)),
                ),
                Some((key, value)) => {
                    let mut fields = value.split_whitespace();
                    match (fields.next(), fields.next(), fields.next()) {
                        // A value of data has a time in front.
                        (Some(time), Some(number_text), None) if looks_like_time(time) => {
                            collector.value(number, key.trim(), time, number_text);
                        }
                        _ => collector.metadata(key.trim(), value.trim()),
                    }
                }
            },
        }
    }
}

fn looks_like_time(text: &str) -> bool {
    text.contains('T') && text.starts_with(|first: char| first.is_ascii_digit())
}

pub(super) fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

//! The XML form: the same keys as elements.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::TdmError;
use super::segment::Collector;
use crate::problem::line_and_column;

pub(super) fn read(text: &str, collector: &mut Collector) -> Result<(), TdmError> {
    let mut reader = Reader::from_str(text);
    let mut path: Vec<String> = Vec::new();
    let (mut content, mut epoch) = (String::new(), String::new());
    loop {
        let line = line_and_column(
            text,
            usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX),
        )
        .0;
        let event = reader.read_event().map_err(|error| TdmError {
            line,
            message: format!("broken XML: {error}"),
        })?;
        match event {
            Event::Eof if path.is_empty() => return Ok(()),
            Event::Eof => {
                return Err(TdmError {
                    line,
                    message: "broken XML: it ends inside an element".into(),
                });
            }
            Event::Start(start) => {
                let name = String::from_utf8_lossy(start.local_name().as_ref()).into_owned();
                if path.is_empty() && name != "tdm" && name != "ndm" {
                    return Err(TdmError {
                        line,
                        message: format!("<{name}> is not a tracking data message; expected <tdm>"),
                    });
                }
                if name == "segment" {
                    collector.start_segment();
                }
                content.clear();
                path.push(name);
            }
            Event::Text(part) => content.push_str(&String::from_utf8_lossy(&part)),
            Event::End(_) => {
                let name = path.pop().unwrap_or_default();
                let value = content.trim();
                match (path.last().map_or("", String::as_str), name.as_str()) {
                    (_, "COMMENT") => {}
                    ("metadata", key) => collector.metadata(key, value),
                    ("observation", "EPOCH") => epoch = value.to_owned(),
                    ("observation", key) => collector.value(line, key, &epoch, value),
                    _ => {}
                }
                content.clear();
            }
            _ => {}
        }
    }
}

//! Common Alerting Protocol 1.2 (OASIS, 2010): types, a writer that refuses what is wrong, a
//! reader that trusts nothing, and rules stricter than the schema.
//!
//! The OASIS schema passes messages that harm: a Cancel that cancels nothing, a polygon left
//! open, latitude 200, a warning that expired before it was sent. [`check`] names these by stable
//! rule identifiers, [`Alert::to_xml`] refuses to write them, [`check_xml`] finds them, with
//! line and column, in what others wrote. [`Sequence`] judges messages one after another.
//! `RULES.md` lists the rules.
//!
//! ```
//! use forewarn_cap::{Alert, Area, Category, Certainty, Circle, Info, MsgType, Point, Scope, Severity, Status, Time, Urgency};
//!
//! let sent: Time = "2026-03-01T12:00:00-00:00".parse()?;
//! let mut alert = Alert::new("demo-1", "demo@example.org", sent, Status::Exercise, MsgType::Alert, Scope::Public);
//! alert.note = Some("Exercise Northern Light".into());
//! let mut info = Info::new(Category::Security, "Ballistic missile", Urgency::Immediate, Severity::Extreme, Certainty::Observed);
//! info.expires = Some(Time::from_unix_s(sent.unix_s() + 1_800));
//! info.headline = Some("EXERCISE: ballistic missile approaching".into());
//! info.description = Some("Exercise. A missile is expected to fall near the town.".into());
//! info.instruction = Some("Exercise. Take shelter.".into());
//! let mut area = Area::new("The town");
//! area.circles.push(Circle { centre: Point { latitude_deg: 52.1, longitude_deg: 19.4 }, radius_km: 30.0 });
//! info.areas.push(area);
//! alert.infos.push(info);
//! let xml = alert.to_xml()?;
//! assert_eq!(Alert::from_xml(&xml)?, alert);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod group;
mod read;
mod retract;
mod rules;
mod sequence;
mod time;
mod tree;
mod types;
mod values;
mod write;

pub use read::{ParseError, check_xml, check_xml_at};
pub use retract::{ACTION, NOTE_TOKEN, RETRACT};
pub use rules::{Finding, Grade, RULES, Rule, check, check_at, rules_markdown};
pub use sequence::Sequence;
pub use time::{Time, TimeError};
pub use tree::{MAX_BYTES, MAX_DEPTH, MAX_ELEMENTS};
pub use types::{
    Alert, Area, Category, Certainty, Circle, EventCode, Geocode, Info, MsgType, NamedValue,
    Parameter, Point, Polygon, Reference, Resource, ResponseType, Scope, Severity, Status, Urgency,
};
pub use write::{Invalid, NAMESPACE};

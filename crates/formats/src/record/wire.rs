//! A record as it stands in the line, before any check: every field optional, text borrowed.
//!
//! Written by hand rather than derived for two reasons: unknown keys are kept, and a failure knows
//! which field it was in.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::Value;

/// Text that borrows from the line unless it holds escapes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text<'a>(pub(crate) Cow<'a, str>);

impl<'de> de::Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Text<'de>;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a string")
            }
            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Read)
    }
}

impl std::ops::Deref for Text<'_> {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

macro_rules! wire {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Default)]
        pub(crate) struct $name<'a> {
            $(pub(crate) $field: Option<$type>,)+
            /// Keys that no reader knows, with their values.
            pub(crate) unknown: Vec<(String, Value)>,
            /// The field being read when reading stopped.
            pub(crate) reading: Option<&'static str>,
        }

        impl<'a> $name<'a> {
            /// Fills the fields from a line. What was read before a failure stays.
            pub(crate) fn fill(&mut self, text: &'a str) -> Result<(), serde_json::Error> {
                let mut json = serde_json::Deserializer::from_str(text);
                Fill(self).deserialize(&mut json)?;
                json.end()
            }
        }

        impl<'de> DeserializeSeed<'de> for Fill<'_, $name<'de>> {
            type Value = ();
            fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
                deserializer.deserialize_map(self)
            }
        }

        impl<'de> Visitor<'de> for Fill<'_, $name<'de>> {
            type Value = ();
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a JSON object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
                let wire = self.0;
                while let Some(key) = map.next_key::<Text<'de>>()? {
                    match &*key {
                        $(stringify!($field) => {
                            wire.reading = Some(stringify!($field));
                            if wire.$field.is_some() {
                                return Err(de::Error::duplicate_field(stringify!($field)));
                            }
                            wire.$field = map.next_value()?;
                            wire.reading = None;
                        })+
                        other => wire.unknown.push((other.to_owned(), map.next_value()?)),
                    }
                }
                Ok(())
            }
        }
    };
}

struct Fill<'w, T>(&'w mut T);

wire!(
    /// A sensor's report.
    ReportWire {
        id: Text<'a>, time: Text<'a>, sensor: Text<'a>, kind: Text<'a>, received: Text<'a>, mode: Text<'a>,
        line_of_sight: [f64; 3], sensor_position_m: [f64; 3], sigma_rad: f64, radiant_intensity_w_sr: f64, band: Text<'a>,
        range_m: f64, azimuth_rad: f64, elevation_rad: f64, range_rate_m_s: f64,
        sigma_range_m: f64, sigma_azimuth_rad: f64, sigma_elevation_rad: f64, sigma_range_rate_m_s: f64,
        snr_db: f64, rcs_m2: f64,
        status: Text<'a>, reports: u64, coverage: Value,
    }
);

wire!(
    /// A notice, a claim or an action.
    PeopleWire {
        id: Text<'a>, issuer: Text<'a>, received: Text<'a>, class: Text<'a>, window: [Text<'a>; 2],
        launch_area: Value, impact_areas: Value, azimuth_rad: f64, azimuth_tolerance_rad: f64, count: u32,
        time: Text<'a>, text: Text<'a>, by: Text<'a>, action: Text<'a>, target: Text<'a>,
        sensors: Vec<Text<'a>>,
    }
);

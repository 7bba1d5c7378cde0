//! The parts of a CAP 1.2 message, named as OASIS names them.
//!
//! Types hold whatever a file may say, right or wrong, so that [`crate::check`] can name every
//! fault; nothing wrong can be written, because [`Alert::to_xml`] checks first.

use crate::time::Time;

/// An enumeration whose values are the words of the standard.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$value_doc:meta])* $value:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$value_doc])* $value),+ }

        impl $name {
            /// Every value, in the order of the standard.
            pub const ALL: &'static [Self] = &[$(Self::$value),+];

            /// The word of the standard.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$value => $word),+ }
            }

            /// The value of exactly this word, capitals included.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$value),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// How a message is to be taken.
    Status {
        /// To be acted on by everyone addressed.
        Actual = "Actual",
        /// Only for the participants of an exercise.
        Exercise = "Exercise",
        /// For the machines of the alert network.
        System = "System",
        /// A technical test; everyone ignores it.
        Test = "Test",
        /// A preliminary form; not to be acted on.
        Draft = "Draft",
    }
}

words! {
    /// What a message does.
    MsgType {
        /// The first message about something.
        Alert = "Alert",
        /// Replaces the messages referred to.
        Update = "Update",
        /// Ends the messages referred to.
        Cancel = "Cancel",
        /// Says that the messages referred to arrived.
        Ack = "Ack",
        /// Says that the messages referred to were refused; `note` says why.
        Error = "Error",
    }
}

words! {
    /// Who may read a message.
    Scope {
        /// Everyone.
        Public = "Public",
        /// Those whom `restriction` names.
        Restricted = "Restricted",
        /// Those whom `addresses` lists.
        Private = "Private",
    }
}

words! {
    /// The kind of event.
    Category {
        /// Of the ground, landslides included.
        Geo = "Geo",
        /// Weather and flood.
        Met = "Met",
        /// General emergency and public safety.
        Safety = "Safety",
        /// Police, military, national and private security.
        Security = "Security",
        /// Rescue and recovery.
        Rescue = "Rescue",
        /// Fire.
        Fire = "Fire",
        /// Medical and public health.
        Health = "Health",
        /// Pollution and other environmental harm.
        Env = "Env",
        /// Transport.
        Transport = "Transport",
        /// Utilities, telecommunications and other infrastructure.
        Infra = "Infra",
        /// Chemical, biological, radiological, nuclear or high-yield explosive.
        Cbrne = "CBRNE",
        /// Anything else.
        Other = "Other",
    }
}

words! {
    /// What the reader should do.
    ResponseType {
        /// Take shelter in place.
        Shelter = "Shelter",
        /// Leave, as `instruction` says.
        Evacuate = "Evacuate",
        /// Make ready.
        Prepare = "Prepare",
        /// Carry out a prepared action that `instruction` names.
        Execute = "Execute",
        /// Keep away from the event.
        Avoid = "Avoid",
        /// Watch the sources of information.
        Monitor = "Monitor",
        /// Judge the information; not for public warnings.
        Assess = "Assess",
        /// The event no longer threatens.
        AllClear = "AllClear",
        /// Nothing.
        None = "None",
    }
}

words! {
    /// How soon to act.
    Urgency {
        /// At once.
        Immediate = "Immediate",
        /// Within the hour.
        Expected = "Expected",
        /// In the near future.
        Future = "Future",
        /// No longer needed.
        Past = "Past",
        /// Not known.
        Unknown = "Unknown",
    }
}

words! {
    /// How bad.
    Severity {
        /// Extraordinary threat to life or property.
        Extreme = "Extreme",
        /// Significant threat.
        Severe = "Severe",
        /// Possible threat.
        Moderate = "Moderate",
        /// Minimal threat.
        Minor = "Minor",
        /// Not known.
        Unknown = "Unknown",
    }
}

words! {
    /// How sure.
    Certainty {
        /// Happened or going on.
        Observed = "Observed",
        /// More probable than not (p > about 0.5).
        Likely = "Likely",
        /// Possible, not likely (p <= about 0.5).
        Possible = "Possible",
        /// Not expected (p near 0).
        Unlikely = "Unlikely",
        /// Not known.
        Unknown = "Unknown",
    }
}

/// One CAP message.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// Unique for the sender, for ever: no space, comma, `<` or `&`.
    pub identifier: String,
    /// Globally unique name of the sender: an address with `@`, a domain or a `urn:`.
    pub sender: String,
    /// When the message was written.
    pub sent: Time,
    /// How to take the message.
    pub status: Status,
    /// What the message does.
    pub msg_type: MsgType,
    /// The operator or device behind the message.
    pub source: Option<String>,
    /// Who may read the message.
    pub scope: Scope,
    /// The rule of distribution of a Restricted message.
    pub restriction: Option<String>,
    /// The recipients of a Private message.
    pub addresses: Vec<String>,
    /// Codes of special handling.
    pub codes: Vec<String>,
    /// Purpose or reason, chiefly for Cancel, Error and Exercise.
    pub note: Option<String>,
    /// The earlier messages that this one speaks about.
    pub references: Vec<Reference>,
    /// Names of the incidents that the message belongs to.
    pub incidents: Vec<String>,
    /// The content, one entry for each language, audience or grade.
    pub infos: Vec<Info>,
}

impl Alert {
    /// A message with only what every message needs.
    pub fn new(
        identifier: &str,
        sender: &str,
        sent: Time,
        status: Status,
        msg_type: MsgType,
        scope: Scope,
    ) -> Self {
        Self {
            identifier: identifier.to_owned(),
            sender: sender.to_owned(),
            sent,
            status,
            msg_type,
            source: None,
            scope,
            restriction: None,
            addresses: Vec::new(),
            codes: Vec::new(),
            note: None,
            references: Vec::new(),
            incidents: Vec::new(),
            infos: Vec::new(),
        }
    }

    /// How a later message refers to this one.
    pub fn reference(&self) -> Reference {
        Reference {
            sender: self.sender.clone(),
            identifier: self.identifier.clone(),
            sent: self.sent,
        }
    }
}

/// An earlier message: `sender,identifier,sent`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reference {
    /// Its sender.
    pub sender: String,
    /// Its identifier.
    pub identifier: String,
    /// Its time, with the offset that it was written in.
    pub sent: Time,
}

/// What is expected, for whom, and what to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Info {
    /// RFC 5646 tag such as `en-GB`; absent means `en-US`.
    pub language: Option<String>,
    /// At least one.
    pub categories: Vec<Category>,
    /// The kind of event in words.
    pub event: String,
    /// What the reader should do.
    pub response_types: Vec<ResponseType>,
    /// How soon.
    pub urgency: Urgency,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub certainty: Certainty,
    /// For whom it is meant.
    pub audience: Option<String>,
    /// The kind of event in the codes of some system.
    pub event_codes: Vec<EventCode>,
    /// When the information takes effect; absent means `sent`.
    pub effective: Option<Time>,
    /// When the event is expected to begin.
    pub onset: Option<Time>,
    /// When the information ends.
    pub expires: Option<Time>,
    /// The sender's name for people.
    pub sender_name: Option<String>,
    /// One line.
    pub headline: Option<String>,
    /// What is happening.
    pub description: Option<String>,
    /// What to do.
    pub instruction: Option<String>,
    /// Absolute URI of more.
    pub web: Option<String>,
    /// Whom to ask.
    pub contact: Option<String>,
    /// Values of some system.
    pub parameters: Vec<Parameter>,
    /// Files that go with it.
    pub resources: Vec<Resource>,
    /// Where.
    pub areas: Vec<Area>,
}

impl Info {
    /// Content with only what the schema requires.
    pub fn new(
        category: Category,
        event: &str,
        urgency: Urgency,
        severity: Severity,
        certainty: Certainty,
    ) -> Self {
        Self {
            language: None,
            categories: vec![category],
            event: event.to_owned(),
            response_types: Vec::new(),
            urgency,
            severity,
            certainty,
            audience: None,
            event_codes: Vec::new(),
            effective: None,
            onset: None,
            expires: None,
            sender_name: None,
            headline: None,
            description: None,
            instruction: None,
            web: None,
            contact: None,
            parameters: Vec::new(),
            resources: Vec::new(),
            areas: Vec::new(),
        }
    }

    /// The language of the text, `en-US` when none is named (OASIS CAP 1.2 §3.2.2).
    pub fn language_or_default(&self) -> &str {
        self.language.as_deref().unwrap_or("en-US")
    }
}

/// A value under a name that some other system defines.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NamedValue {
    /// The name, such as `SAME`.
    pub value_name: String,
    /// The value.
    pub value: String,
}

impl NamedValue {
    /// A value and its name.
    pub fn new(value_name: &str, value: &str) -> Self {
        Self {
            value_name: value_name.to_owned(),
            value: value.to_owned(),
        }
    }
}

/// The kind of event in a code of some system.
pub type EventCode = NamedValue;
/// A value of some system.
pub type Parameter = NamedValue;
/// An area in a code of some system.
pub type Geocode = NamedValue;

/// A file that goes with the content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// What it is, for people.
    pub resource_desc: String,
    /// Its RFC 2046 type, such as `image/png`.
    pub mime_type: String,
    /// Its size, bytes.
    pub size_bytes: Option<u64>,
    /// Where it is.
    pub uri: Option<String>,
    /// The file itself, base 64.
    pub deref_uri: Option<String>,
    /// Its SHA-1 in hexadecimal (FIPS 180-2).
    pub digest: Option<String>,
}

/// A place: words, and any number of shapes and codes that together make it up.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    /// The place in words.
    pub area_desc: String,
    /// Shapes.
    pub polygons: Vec<Polygon>,
    /// Circles.
    pub circles: Vec<Circle>,
    /// Codes of places.
    pub geocodes: Vec<Geocode>,
    /// Its height, or its lower limit when `ceiling_ft` is given; feet above mean sea level.
    pub altitude_ft: Option<f64>,
    /// Its upper limit, feet above mean sea level.
    pub ceiling_ft: Option<f64>,
}

impl Area {
    /// A place in words only.
    pub fn new(area_desc: &str) -> Self {
        Self {
            area_desc: area_desc.to_owned(),
            polygons: Vec::new(),
            circles: Vec::new(),
            geocodes: Vec::new(),
            altitude_ft: None,
            ceiling_ft: None,
        }
    }
}

/// A point on WGS 84.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Latitude, degrees north, -90 to 90.
    pub latitude_deg: f64,
    /// Longitude, degrees east, -180 to 180.
    pub longitude_deg: f64,
}

/// A closed shape: at least four points, the last equal to the first.
#[derive(Debug, Clone, PartialEq)]
pub struct Polygon {
    /// The corners, the first repeated at the end.
    pub points: Vec<Point>,
}

impl Polygon {
    /// A polygon from corners in degrees (latitude, longitude), closed if they are not.
    pub fn closed(corners_deg: &[(f64, f64)]) -> Self {
        let mut points: Vec<Point> = corners_deg
            .iter()
            .map(|&(latitude_deg, longitude_deg)| Point {
                latitude_deg,
                longitude_deg,
            })
            .collect();
        if let (Some(&first), Some(&last)) = (points.first(), points.last())
            && (first != last || points.len() == 1)
        {
            points.push(first);
        }
        Self { points }
    }
}

/// A circle on the ground.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Circle {
    /// The middle.
    pub centre: Point,
    /// The radius, kilometres, as CAP writes it.
    pub radius_km: f64,
}

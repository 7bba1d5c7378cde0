//! Roles. Nobody who administers releases.

/// What somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Sends reports, by certificate; never a person.
    Sensor,
    /// Sees the picture.
    Viewer,
    /// Also acknowledges, shelves, and enters notices and claims.
    Operator,
    /// Also releases (with another one), cancels and retracts.
    Releaser,
    /// Reads the log.
    Auditor,
    /// Another organisation: reads what was published.
    Partner,
    /// Revokes keys; cannot release.
    Administrator,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Sensor,
        Self::Viewer,
        Self::Operator,
        Self::Releaser,
        Self::Auditor,
        Self::Partner,
        Self::Administrator,
    ];

    /// As it stands in files and answers.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sensor => "sensor",
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Releaser => "releaser",
            Self::Auditor => "auditor",
            Self::Partner => "partner",
            Self::Administrator => "administrator",
        }
    }

    /// The role of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }
}

//! Live, exercise, test or replay: a type, so that one cannot end up in the log of another.

use std::fmt;
use std::str::FromStr;

/// What a log, and every entry in it, is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ModeName {
    /// The real thing.
    Live,
    /// People train.
    Exercise,
    /// Machines are tried.
    Test,
    /// The past is played again.
    Replay,
}

impl ModeName {
    const ALL: [(Self, u8, &'static str); 4] = [
        (Self::Live, 1, "live"),
        (Self::Exercise, 2, "exercise"),
        (Self::Test, 3, "test"),
        (Self::Replay, 4, "replay"),
    ];

    /// As it stands in files.
    pub fn word(self) -> &'static str {
        let found = Self::ALL.iter().find(|(mode, ..)| *mode == self);
        found.map_or("", |(_, _, word)| word)
    }

    pub(crate) fn byte(self) -> u8 {
        let found = Self::ALL.iter().find(|(mode, ..)| *mode == self);
        found.map_or(0, |(_, byte, _)| *byte)
    }

    pub(crate) fn of_byte(byte: u8) -> Option<Self> {
        let found = Self::ALL.iter().find(|(_, known, _)| *known == byte);
        found.map(|(mode, ..)| *mode)
    }
}

impl fmt::Display for ModeName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.word())
    }
}

impl FromStr for ModeName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|(_, _, word)| *word == text);
        found
            .map(|(mode, ..)| *mode)
            .ok_or_else(|| format!("`{text}` is no mode; live, exercise, test or replay"))
    }
}

mod sealed {
    /// No other crate makes a mode.
    pub trait Sealed {}
}

/// A mode as a type.
pub trait Mode: sealed::Sealed + fmt::Debug + Clone + Copy + Send + Sync + 'static {
    /// Which one.
    const NAME: ModeName;
}

macro_rules! modes {
    ($($(#[$doc:meta])* $name:ident),+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct $name;
        impl sealed::Sealed for $name {}
        impl Mode for $name {
            const NAME: ModeName = ModeName::$name;
        }
    )+};
}

modes!(
    /// The real thing.
    Live,
    /// People train.
    Exercise,
    /// Machines are tried.
    Test,
    /// The past is played again.
    Replay
);

/// Whoever only looks (verifies, shows, exports) may look at a log of any mode. It is not a
/// [`Mode`]: nothing can be appended as it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnyMode;

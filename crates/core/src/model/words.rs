//! Closed sets whose members have a fixed word in files.

macro_rules! words {
    ($(#[$top:meta])* $name:ident { $($(#[$doc:meta])* $member:ident = $word:literal),+ $(,)? }) => {
        $(#[$top])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$doc])* $member),+ }
        impl $name {
            /// All members, in order.
            pub const ALL: &'static [$name] = &[$($name::$member),+];
            /// The word used in files.
            pub const fn word(self) -> &'static str { match self { $($name::$member => $word),+ } }
            /// From the word used in files.
            pub fn from_word(word: &str) -> Option<$name> { match word { $($word => Some($name::$member),)+ _ => None } }
        }
    };
}
pub(super) use words;

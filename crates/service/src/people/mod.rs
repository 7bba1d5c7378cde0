//! People: who they are, what they may do, and what two of them must do together.

mod desk;
mod file;
mod role;
mod sessions;

pub use desk::{Desk, DeskError, Prepare};
pub use file::{People, Person, hash_secret, read_people};
pub use role::Role;
pub use sessions::{Session, Sessions};

//! The other side of the service: a sensor's client for each way in, and a recording played to it.

mod feed;
mod identity;
mod link;

pub use feed::{Fed, FeedError, Pace, feed};
pub use identity::Identity;
pub use link::{Answer, Link, LinkFailure};

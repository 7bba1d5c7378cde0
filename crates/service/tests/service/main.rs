//! The service as sensors, people and sinks meet it, over real connections.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod access;
mod doors;
mod life;
mod support;
mod watching;

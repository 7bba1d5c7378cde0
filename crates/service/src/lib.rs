//! The live service of Forewarn: signed reports in, a durable log, the engine, people, warnings out.
//!
//! Everything that it knows is a fold over its log; see [`spine`]. Who may do what stands in one
//! table; see [`http`].

pub mod app;
pub mod client;
pub mod clock;
pub mod config;
pub mod entry;
pub mod hex;
pub mod http;
pub mod ingest;
pub mod init;
pub mod metrics;
pub mod net;
pub mod notify;
pub mod outlet;
pub mod people;
pub mod picture;
pub mod pulse;
pub mod raise;
pub mod receiver;
pub mod serve;
pub mod spine;

#[cfg(test)]
mod tests_support;

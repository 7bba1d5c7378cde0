//! Connections: plain on loopback, else TLS 1.3 and nothing older.

mod door;
mod tls;

pub use door::{Doors, Stream, open};
pub use tls::{TlsError, client, server_for_people, server_for_sensors};

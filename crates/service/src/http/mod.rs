//! What people and programs reach over HTTP: one table of routes, from which both who may use them
//! and the OpenAPI document are made.

mod access;
mod act;
mod answer;
mod assets;
mod export;
mod ingest;
mod openapi;
mod release;
mod see;
mod session;
mod stream;
mod table;
mod watch;

pub use access::{Caller, Peer};
pub use openapi::document;
pub use table::{Access, Door, Method, ROUTES, Row, router};

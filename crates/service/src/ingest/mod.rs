//! Reports in: signed frames of records, over HTTPS, WebSocket and lines on TCP, each through the
//! same gate.

mod budget;
mod frame;
mod gate;
mod keys;
pub mod lines;
mod window;

pub use frame::{FRAME_VERSION, FrameError, Header, Signer, key_id, read_header, seal, split};
pub use gate::{Ack, Gate, GateParts, Refusal, Why};
pub use keys::{Key, Keys, read_keys};
pub use window::{Place, Window, Windows};

//! The spine: what comes in is written to the log, then the engine takes it, then what it led to
//! is written, then people see it. Two threads, one order.

mod brain;
mod fold;
mod hash_log;
mod hub;
mod journal;
mod recover;
mod writer;

pub use brain::{Brain, Job};
pub use fold::{Fold, Prepared};
pub use hash_log::{OpenLog, open_log, write_secret};
pub use hub::{Hub, Push};
pub use journal::{Journal, JournalError, JournalReader, Visit};
pub use recover::{Recovered, first, recover, run_name};
pub use writer::{Submission, SubmitError, ToWriter, Writer, WriterHandle};

//! `listen`: a receiver of published messages, for trying sinks.

use super::{asked_to_stop, runtime};
use crate::args::ListenArgs;
use crate::failure::{Failure, Outcome};
use crate::output::{Output, put};

pub(crate) fn command(args: &ListenArgs, output: Output) -> Outcome<()> {
    let runtime = runtime()?;
    runtime.block_on(async {
        let stop = asked_to_stop()?;
        let told = |heard: &forewarn_service::receiver::Heard| {
            let line = serde_json::json!({
                "key": heard.key, "sha256": heard.sha256, "duplicate": heard.duplicate,
                "broken": heard.broken,
            });
            drop(put(&format!("{line}\n")));
        };
        let ready = |at: std::net::SocketAddr| {
            drop(output.text(&format!("listening at http://{at}/cap\n")));
        };
        let listened =
            forewarn_service::receiver::listen(args.address, &args.out, told, ready, stop).await;
        listened.map_err(Failure::input)
    })
}

//! `log`: looking at the log of the service, which may run meanwhile.

mod entries;
mod quarantine;
mod verify;

use std::io;
use std::path::Path;

use anyhow::anyhow;
use forewarn_log::{FileStore, Inspection, inspect};

use crate::args::LogCommand;
use crate::failure::{Failure, Outcome};
use crate::output::Output;

pub(crate) fn command(command: &LogCommand, output: Output) -> Outcome<()> {
    match command {
        LogCommand::Verify {
            dir,
            checkpoint,
            signed_by,
        } => verify::verify(dir, checkpoint.as_deref(), signed_by, output),
        LogCommand::Show { dir, which } => entries::show(dir, which, output),
        LogCommand::Export { dir, out, which } => entries::export(dir, out, which, output),
        LogCommand::Quarantine { dir, key } => quarantine::quarantine(dir, key, output),
    }
}

fn store(dir: &Path) -> Outcome<FileStore> {
    FileStore::existing(dir).map_err(|error| {
        let why = match error.kind() {
            io::ErrorKind::NotFound => "there is no such folder".to_owned(),
            io::ErrorKind::NotADirectory => "is a file; give the folder that holds it".to_owned(),
            _ => format!("cannot be read: {error}"),
        };
        Failure::Input(anyhow!("{}: {why}", dir.display()))
    })
}

/// Reads and checks everything in a folder.
fn inspected(dir: &Path) -> Outcome<Inspection> {
    let inspection = inspect(store(dir)?)
        .map_err(|error| Failure::Input(anyhow!("{}: {error}", dir.display())))?;
    if inspection.id.is_none() && inspection.damage.is_empty() {
        return Err(Failure::Input(anyhow!(
            "{}: holds no log (a log's folder holds files such as 00000000000000000001.log)",
            dir.display()
        )));
    }
    Ok(inspection)
}

/// Says what is damaged, and ends with status 3; nothing where nothing is.
fn refuse_damage(dir: &Path, inspection: &Inspection, output: Output) -> Outcome<()> {
    for damage in &inspection.damage {
        output.complain(&format!("{}: {damage}", dir.display()));
    }
    match inspection.damage.len() {
        0 => Ok(()),
        1 => Err(damaged(dir, "1 place")),
        many => Err(damaged(dir, &format!("{many} places"))),
    }
}

fn damaged(dir: &Path, places: &str) -> Failure {
    Failure::Input(anyhow!(
        "{}: the log is damaged in {places}; restore it from a copy, or set the damage aside with `forewarn log quarantine`",
        dir.display()
    ))
}

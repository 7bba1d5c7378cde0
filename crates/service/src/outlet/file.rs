//! A folder: one file a message, whole or not at all, read back after it was written.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::{Miss, Receipt};
use crate::entry::Publication;
use crate::hex;

pub(super) async fn send(folder: &Path, publication: &Publication) -> Result<Receipt, Miss> {
    let (folder, publication) = (folder.to_owned(), publication.clone());
    let written = tokio::task::spawn_blocking(move || write(&folder, &publication)).await;
    written.unwrap_or_else(|_panic| Err(Miss::Later("the writer failed".into())))
}

pub(super) async fn ask(folder: &Path, publication: &Publication) -> Option<Receipt> {
    let path = path(folder, publication);
    let wanted = publication.sha256.clone();
    let read = tokio::task::spawn_blocking(move || std::fs::read(path)).await;
    let found = read.ok()?.ok()?;
    (hex::sha256(&found) == wanted).then(|| Receipt::Seen("it is there already".into()))
}

/// Messages of several logs may share a folder: the run is part of the name.
fn path(folder: &Path, publication: &Publication) -> PathBuf {
    let key = publication
        .key
        .replace(|c: char| !c.is_ascii_alphanumeric() && c != '-', "_");
    folder.join(format!("{key}.{}.xml", publication.action))
}

fn write(folder: &Path, publication: &Publication) -> Result<Receipt, Miss> {
    let later = |error: std::io::Error| Miss::Later(error.to_string());
    std::fs::create_dir_all(folder).map_err(later)?;
    let path = path(folder, publication);
    let part = path.with_extension("part");
    let mut file = std::fs::File::create(&part).map_err(later)?;
    file.write_all(publication.bytes.as_bytes())
        .map_err(later)?;
    file.sync_all().map_err(later)?;
    std::fs::rename(&part, &path).map_err(later)?;
    let synced = std::fs::File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(later)?;
    let found = std::fs::read(&path).map_err(later)?;
    if hex::sha256(&found) == publication.sha256 {
        Ok(Receipt::Seen(format!("read back from {}", path.display())))
    } else {
        Err(Miss::Later(format!("{} holds other bytes", path.display())))
    }
}

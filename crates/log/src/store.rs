//! Where the log's files lie. The real store is [`FileStore`](crate::FileStore); tests have one
//! that loses, tears and reorders whatever was not synced.

use std::any::Any;
use std::fmt::Debug;
use std::io;

/// What a file is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// To be read; it must be there.
    Read,
    /// To be read and written; it must be there.
    Write,
    /// To be read and written; it must not be there yet.
    Create,
}

/// A folder of files. Names are relative, with at most one `/`.
pub trait Store: Debug + Send + Sync {
    /// Names of the files of a folder (`""` is the root), sorted. A folder that is not there is
    /// empty.
    ///
    /// # Errors
    /// The system refused.
    fn list(&self, folder: &str) -> io::Result<Vec<String>>;

    /// Opens a file.
    ///
    /// # Errors
    /// It is not there (or is, for [`Access::Create`]), or the system refused.
    fn open(&self, name: &str, access: Access) -> io::Result<Box<dyn StoreFile>>;

    /// Gives a file another name, replacing what has that name.
    ///
    /// # Errors
    /// The system refused.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// The system refused.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Returns when the names in a folder are on disk.
    ///
    /// # Errors
    /// The system refused: whether the names are on disk is unknown.
    fn sync_folder(&self, folder: &str) -> io::Result<()>;

    /// Keeps others out for as long as the result lives.
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`]: another process has it.
    fn lock(&self) -> io::Result<Box<dyn Any + Send + Sync>>;
}

/// An open file of a [`Store`].
pub trait StoreFile: Debug + Send + Sync {
    /// Reads up to `buffer.len()` bytes from an offset; 0 at the end.
    ///
    /// # Errors
    /// The system refused.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;

    /// Writes all bytes at an offset. After an error any part of them may be written.
    ///
    /// # Errors
    /// The system refused; [`io::ErrorKind::StorageFull`] where the disk is full.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;

    /// Cuts the file, or fills it up with zeros.
    ///
    /// # Errors
    /// The system refused.
    fn set_len(&self, length: u64) -> io::Result<()>;

    /// Its length [bytes].
    ///
    /// # Errors
    /// The system refused.
    fn length(&self) -> io::Result<u64>;

    /// Returns when content and length are on disk.
    ///
    /// # Errors
    /// The system refused: what was written since the last success may be lost, even if reading
    /// still shows it and a second attempt succeeds.
    fn sync(&self) -> io::Result<()>;
}

/// Reads until the buffer is full or the file ends; says how many bytes.
pub(crate) fn read_full(file: &dyn StoreFile, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read_at(&mut buffer[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// The whole of a file.
pub(crate) fn read_all(store: &dyn Store, name: &str) -> io::Result<Vec<u8>> {
    let file = store.open(name, Access::Read)?;
    let length = usize::try_from(file.length()?).map_err(io::Error::other)?;
    let mut bytes = vec![0; length];
    let count = read_full(file.as_ref(), &mut bytes, 0)?;
    bytes.truncate(count);
    Ok(bytes)
}

/// Writes a file whole: under another name first, synced, then renamed.
pub(crate) fn write_whole(store: &dyn Store, name: &str, bytes: &[u8]) -> io::Result<()> {
    let part = format!("{name}{PART}");
    let written = write_part(store, &part, bytes).and_then(|()| store.rename(&part, name));
    if let Err(error) = written {
        // What is left over is swept away when the log is opened next.
        drop(store.remove(&part));
        return Err(error);
    }
    store.sync_folder(folder_of(name))
}

fn write_part(store: &dyn Store, part: &str, bytes: &[u8]) -> io::Result<()> {
    if store.open(part, Access::Read).is_ok() {
        store.remove(part)?;
    }
    let file = store.open(part, Access::Create)?;
    file.write_at(bytes, 0)?;
    file.sync()
}

/// Ending of files that are not whole yet.
pub(crate) const PART: &str = ".part";

/// The folder of a name.
pub(crate) fn folder_of(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

//! sled itself: the one module that calls it.
//!
//! Every call runs under `catch_unwind`: sled panics on some damage, and a panic must not take the
//! server along. What sled promises in 0.34.7, read in its source:
//! - a transaction holds a lock over every sled call of the process, so it cannot conflict, and its rows
//!   are recovered all or none (a manifest in the log names the last of them);
//! - a leaf is split when a key is looked for in it and it has more than 16 values, so it never has more than 17; a
//!   page above a quarter of a segment goes to a file under `blobs/` that is never synced. Deleting
//!   rows merges leaves past that, so nothing here deletes;
//! - `flush` is `pwrite` and `sync_file_range`, which is no promise: [`Trees::sync`] adds an fsync of
//!   our own handle on the same file;
//! - `Mode` is read nowhere, so it is not set.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use sled::transaction::{TransactionError, Transactional};

use super::StoreError;
use super::codec::{self, PIECE, damaged};
use super::keys::TreeName;
use super::rows::Rows;

/// An open sled.
pub(super) struct Trees {
    dir: PathBuf,
    db: sled::Db,
    /// In the order of [`TreeName::ALL`].
    list: Vec<sled::Tree>,
    file: File,
}

/// How often, and how long apart, opening is tried while sled's threads of an earlier opening in this
/// process still hold its file.
const ATTEMPTS: u32 = 50;
const PAUSE: Duration = Duration::from_millis(40);

/// A row as it was found.
type KeyAndPayload = (Vec<u8>, Vec<u8>);
/// Key and value of a row as sled has them, or why it has not.
pub(super) type RawRow = Result<(sled::IVec, sled::IVec), StoreError>;

impl Trees {
    /// Opens or creates sled in a folder, and makes its files' names durable.
    pub(super) fn open(dir: &Path, cache_mb: u64) -> Result<Self, StoreError> {
        let config = || {
            sled::Config::new()
                .path(dir)
                .cache_capacity(cache_mb.max(1).saturating_mul(1 << 20))
                .flush_every_ms(None)
        };
        let mut opened = guarded(|| config().open());
        for _ in 1..ATTEMPTS {
            if !matches!(&opened, Err(StoreError::Io(reason)) if reason.contains("could not acquire lock")) {
                break;
            }
            sleep(PAUSE);
            opened = guarded(|| config().open());
        }
        let db = opened?;
        let mut list = Vec::new();
        for name in TreeName::ALL {
            list.push(guarded(|| db.open_tree(name.as_str()))?);
        }
        let file = File::open(dir.join("db")).map_err(io)?;
        let trees = Self {
            dir: dir.to_owned(),
            db,
            list,
            file,
        };
        trees.sync()?;
        Ok(trees)
    }

    /// Closes sled's files and waits until its threads have let go of them: nothing is written afterwards.
    pub(super) fn close(self) -> Result<(), StoreError> {
        let Self { dir, db, list, file } = self;
        // sled fsyncs when it is dropped, and panics when that fails.
        catch(|| drop((list, db)))?;
        for _ in 0..ATTEMPTS {
            // sled holds such a lock itself as long as its file is open.
            if flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok() {
                return Ok(());
            }
            sleep(PAUSE);
        }
        Err(StoreError::Io(format!("{}: sled does not let go of its files", dir.display())))
    }

    /// Makes everything written so far survive a power cut, the names of sled's files too.
    pub(super) fn sync(&self) -> Result<(), StoreError> {
        self.flush()?;
        sync_path(&self.dir.join("conf"))?;
        sync_path(&self.dir)
    }

    /// Makes every row written so far survive a power cut.
    pub(super) fn flush(&self) -> Result<(), StoreError> {
        guarded(|| self.db.flush())?;
        self.file.sync_all().map_err(io)
    }

    /// Writes all rows or none. They survive a power cut after [`Trees::flush`].
    pub(super) fn write(&self, rows: &Rows) -> Result<(), StoreError> {
        let written = catch(|| {
            self.list.as_slice().transaction(|trees| {
                for (tree, rows) in trees.iter().zip(rows.by_tree()) {
                    for (key, value) in rows {
                        tree.insert(key.as_slice(), value.as_slice())?;
                    }
                }
                Ok(())
            })
        })?;
        written.map_err(|error: TransactionError<()>| match error {
            TransactionError::Storage(error) => StoreError::Io(error.to_string()),
            TransactionError::Abort(()) => StoreError::Io("a transaction was given up".to_owned()),
        })
    }

    /// Writes rows tree by tree, quicker than [`Trees::write`]: a kill may leave some of them.
    pub(super) fn fill(&self, rows: &Rows) -> Result<(), StoreError> {
        for (tree, rows) in self.list.iter().zip(rows.by_tree()) {
            let mut batch = sled::Batch::default();
            for (key, value) in rows {
                batch.insert(key.as_slice(), value.as_slice());
            }
            guarded(|| tree.apply_batch(batch))?;
        }
        Ok(())
    }

    /// A row as it is.
    pub(super) fn row(&self, tree: TreeName, row_key: &[u8]) -> Result<Option<sled::IVec>, StoreError> {
        self.with(tree, |tree| tree.get(row_key))
    }

    /// The payload under a key, from all its pieces.
    pub(super) fn get(&self, tree: TreeName, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let mut payload = Vec::new();
        for piece in 0..=u16::MAX {
            let row_key = codec::row_key(key, piece);
            let Some(value) = self.row(tree, &row_key)? else {
                return if piece == 0 {
                    Ok(None)
                } else {
                    Err(damaged(tree, &row_key, "a piece is missing"))
                };
            };
            let (bytes, flags) = codec::open(tree, &row_key, &value)?;
            payload.extend_from_slice(bytes);
            if flags.last {
                return codec::assembled(tree, key, payload, flags).map(Some);
            }
        }
        Err(damaged(tree, key, "the last piece is missing"))
    }

    /// The greatest key up to and including `key`, without the number of its piece, and its payload.
    pub(super) fn up_to(&self, tree: TreeName, key: &[u8]) -> Result<Option<KeyAndPayload>, StoreError> {
        // No key is longer than the last piece's of `key`, so nothing of `key` stands behind this.
        let end = [key, &[0xff; PIECE + 1]].concat();
        let Some((row_key, value)) = self.with(tree, |tree| tree.get_lt(end))? else {
            return Ok(None);
        };
        let (key, piece) = codec::split_key(&row_key).ok_or_else(|| damaged(tree, &row_key, "a key too short"))?;
        if piece == 0 {
            let (bytes, flags) = codec::open(tree, &row_key, &value)?;
            if flags.last {
                return Ok(Some((key.to_vec(), codec::assembled(tree, key, bytes.to_vec(), flags)?)));
            }
        }
        let payload = self
            .get(tree, key)?
            .ok_or_else(|| damaged(tree, key, "the first piece is missing"))?;
        Ok(Some((key.to_vec(), payload)))
    }

    /// The greatest key, without the number of its piece.
    pub(super) fn last_key(&self, tree: TreeName) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self
            .with(tree, sled::Tree::last)?
            .and_then(|(row_key, _)| codec::split_key(&row_key).map(|(key, _)| key.to_vec())))
    }

    /// Keys and payloads whose keys begin with `prefix`, in order, each from all its pieces.
    pub(super) fn stream(&self, tree: TreeName, prefix: &[u8]) -> Result<Stream, StoreError> {
        let rows = catch(|| self.tree(tree).map(|tree| tree.scan_prefix(prefix)))??;
        Ok(Stream { tree, rows })
    }

    /// Takes a row out, which nothing but damage does.
    #[cfg(test)]
    pub(super) fn remove(&self, tree: TreeName, row_key: &[u8]) {
        self.with(tree, |tree| tree.remove(row_key)).unwrap().unwrap();
    }

    /// Bytes of the largest value in any tree.
    #[cfg(test)]
    pub(super) fn largest_value(&self) -> usize {
        self.list
            .iter()
            .flat_map(sled::Tree::iter)
            .map(|row| row.unwrap().1.len())
            .max()
            .unwrap_or(0)
    }

    fn with<T>(&self, tree: TreeName, call: impl FnOnce(&sled::Tree) -> sled::Result<T>) -> Result<T, StoreError> {
        let tree = self.tree(tree)?;
        guarded(|| call(tree))
    }

    fn tree(&self, name: TreeName) -> Result<&sled::Tree, StoreError> {
        self.list
            .get(name as usize)
            .ok_or_else(|| StoreError::Io(format!("tree '{}' is not open", name.as_str())))
    }
}

/// See [`Trees::stream`].
pub(super) struct Stream {
    tree: TreeName,
    rows: sled::Iter,
}

impl Stream {
    /// The rows as they are, each piece by itself.
    pub(super) fn rows(mut self) -> impl Iterator<Item = RawRow> {
        std::iter::from_fn(move || self.next_row())
    }

    fn next_row(&mut self) -> Option<RawRow> {
        match catch(|| self.rows.next()) {
            Ok(row) => row.map(|row| row.map_err(|error| StoreError::Io(error.to_string()))),
            Err(error) => Some(Err(error)),
        }
    }

    fn assemble(&mut self, (row_key, value): &(sled::IVec, sled::IVec)) -> Result<(Vec<u8>, Vec<u8>), StoreError> {
        let tree = self.tree;
        let Some((key, 0)) = codec::split_key(row_key) else {
            return Err(damaged(tree, row_key, "the first piece is missing"));
        };
        let (bytes, mut flags) = codec::open(tree, row_key, value)?;
        let mut payload = bytes.to_vec();
        for piece in 1..=u16::MAX {
            if flags.last {
                break;
            }
            let (row_key, value) = self.next_row().ok_or_else(|| damaged(tree, key, "the last piece is missing"))??;
            if codec::split_key(&row_key) != Some((key, piece)) {
                return Err(damaged(tree, key, "a piece is missing"));
            }
            let (bytes, next) = codec::open(tree, &row_key, &value)?;
            payload.extend_from_slice(bytes);
            flags = next;
        }
        Ok((key.to_vec(), codec::assembled(tree, key, payload, flags)?))
    }
}

impl Iterator for Stream {
    type Item = Result<(Vec<u8>, Vec<u8>), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let first = self.next_row()?;
        Some(first.and_then(|row| self.assemble(&row)))
    }
}

fn guarded<T>(call: impl FnOnce() -> sled::Result<T>) -> Result<T, StoreError> {
    catch(call)?.map_err(|error| StoreError::Io(error.to_string()))
}

/// Runs a call; a panic becomes an error.
pub(super) fn catch<T>(call: impl FnOnce() -> T) -> Result<T, StoreError> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|panic| {
        let text = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or(panic.downcast_ref::<&str>().copied());
        StoreError::Io(format!("sled panicked: {}", text.unwrap_or("without a word")))
    })
}

/// Fsyncs a file or folder.
pub(super) fn sync_path(path: &Path) -> Result<(), StoreError> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(|error| StoreError::Io(format!("{}: {error}", path.display())))
}

pub(super) fn io(error: impl std::fmt::Display) -> StoreError {
    StoreError::Io(error.to_string())
}

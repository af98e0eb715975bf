//! A copy of a store: a whole data folder, written commit by commit.
//!
//! The copy keeps store id, numbers, revisions and recorded times. A file `BACKUP` in it says that it
//! is one: when it is first opened, a new incarnation begins, so that cursors and entity tags of the
//! original, which may have gone on since, are not taken for the copy's. `HEAD` is written last: a
//! folder with `BACKUP` and without `HEAD` is a copy that was cut off, and does not open.

use std::fs::{self, File};
use std::path::Path;

use super::head::{self, HeadFile};
use super::trees::{Trees, io, sync_path};
use super::{Store, StoreError, engine, migrate, opening, rows};
use crate::model::Head;

const FILE: &str = "BACKUP";
/// The copy is written once from start to end: a small cache does.
const CACHE_MB: u64 = 16;

/// Copies what `from` holds up to `sealed` into an empty or new folder.
pub(super) fn write(from: &dyn Store, sealed: Head, into: &Path) -> Result<Head, StoreError> {
    begin(into)?;
    let trees = Trees::open(&into.join(engine::SLED), CACHE_MB)?;
    migrate::run(&trees)?;
    from.replay(true, &mut |commit| {
        if commit.head.revision <= sealed.revision {
            trees.write(&rows::of_commit(&commit)?)
        } else {
            Ok(())
        }
    })?;
    let identity = from.identity();
    let mut rest = opening::identity_rows(&identity)?;
    if let Some(text) = from.ontology()? {
        engine::put_ontology(&mut rest, &text)?;
    }
    trees.write(&rest)?;
    trees.flush()?;
    let (mut file, _) = HeadFile::open(into)?;
    file.write(&identity, &sealed)?;
    sync_path(into)?;
    Ok(sealed)
}

fn begin(into: &Path) -> Result<(), StoreError> {
    fs::create_dir_all(into).map_err(|error| StoreError::Io(format!("{}: {error}", into.display())))?;
    if fs::read_dir(into).map_err(io)?.next().is_some() {
        return Err(StoreError::Refused(format!("the folder {} is not empty", into.display())));
    }
    File::create_new(into.join(FILE)).and_then(|file| file.sync_all()).map_err(io)?;
    sync_path(into)
}

/// Whether a folder is a copy that was never opened, whole or not.
pub(super) fn is_marked(dir: &Path) -> bool {
    dir.join(FILE).exists()
}

/// Whether a folder is a copy that was never opened.
pub(super) fn is_unopened(dir: &Path) -> Result<bool, StoreError> {
    if !is_marked(dir) {
        return Ok(false);
    }
    if dir.join(head::FILE).exists() {
        return Ok(true);
    }
    Err(StoreError::Io(format!(
        "the backup in {} was cut off while it was written",
        dir.display()
    )))
}

/// From now on the copy is a store like others.
pub(super) fn forget(dir: &Path) -> Result<(), StoreError> {
    fs::remove_file(dir.join(FILE)).map_err(io)?;
    sync_path(dir)
}

//! From one folder of sled's files to another that takes its place, whatever moment the process is killed at.
//!
//! The new files are written beside the old ones, in `sled.new`, and fsynced. Then the file `SWAP` appears
//! (a rename, so it is there whole or not): from that moment the new ones are the store. What is left is three
//! renames, which [`settle`] does, now or when the store is next opened:
//!
//! | `SWAP` | `sled.new` | `sled` | so far |
//! |--|--|--|--|
//! | no | perhaps | the old | cut off before the end: the old ones stay, the rest goes |
//! | yes | yes | the old | nothing is renamed yet |
//! | yes | yes | none | the old ones are out of the way, in `sled.old` |
//! | yes | no | the new | only leftovers remain |
//!
//! An older binary that comes between finds the old files, with their own format, or none and a `HEAD` that names
//! what it misses; it never writes into what is about to go. The lock of the data folder is held throughout.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::StoreError;
use super::engine::SLED;
use super::trees::sync_path;

/// Where new files are written.
const NEW: &str = "sled.new";
/// Where old ones are on their way out.
const OLD: &str = "sled.old";
/// Says that the new ones are the store.
const SWAP: &str = "SWAP";
/// The same file while it is written.
const SWAP_UNDER_WAY: &str = "SWAP.new";

/// Whether sled's files are in a data folder, or about to be.
pub(super) fn is_there(dir: &Path) -> bool {
    dir.join(SLED).is_dir() || dir.join(SWAP).exists()
}

/// The folder whose files are the store, as long as nothing is settled, and what there is to say of that.
pub(super) fn current(dir: &Path) -> (PathBuf, Option<String>) {
    let told = |what: &str| Some(format!("a compaction was cut off; when the store is next opened, {what}"));
    if dir.join(SWAP).exists() {
        let name = if dir.join(NEW).exists() { NEW } else { SLED };
        return (dir.join(name), told("it is brought to its end"));
    }
    let left = [NEW, OLD, SWAP_UNDER_WAY].iter().any(|name| dir.join(name).exists());
    (dir.join(SLED), if left { told("what it had written is removed") } else { None })
}

/// An empty folder for new files.
pub(super) fn begin(dir: &Path) -> Result<PathBuf, StoreError> {
    let new = dir.join(NEW);
    remove_folder(&new)?;
    fs::create_dir(&new).map_err(|error| named(&new, &error))?;
    Ok(new)
}

/// Makes the new files the store. Nobody may have files of either folder open.
pub(super) fn finish(dir: &Path) -> Result<(), StoreError> {
    sync_folder(&dir.join(NEW))?;
    sync_path(dir)?;
    let under_way = dir.join(SWAP_UNDER_WAY);
    File::create(&under_way)
        .and_then(|file| file.sync_all())
        .map_err(|error| named(&under_way, &error))?;
    rename(dir, SWAP_UNDER_WAY, SWAP)?;
    rename_all(dir)
}

/// Ends or takes back what a kill left half done, and says so.
pub(super) fn settle(dir: &Path) -> Result<Option<String>, StoreError> {
    if dir.join(SWAP).exists() {
        rename_all(dir)?;
        return Ok(Some(
            "a compaction that was cut off in its last moment was brought to its end".to_owned(),
        ));
    }
    let mut found = false;
    for name in [NEW, OLD] {
        found |= remove_folder(&dir.join(name))?;
    }
    found |= remove_file(&dir.join(SWAP_UNDER_WAY))?;
    if !found {
        return Ok(None);
    }
    sync_path(dir)?;
    Ok(Some(
        "what a compaction that was cut off had written was removed; the store is as before".to_owned(),
    ))
}

/// Gives up new files that are not going to be the store.
pub(super) fn abandon(dir: &Path) -> Result<(), StoreError> {
    remove_folder(&dir.join(NEW))?;
    sync_path(dir)
}

fn rename_all(dir: &Path) -> Result<(), StoreError> {
    if dir.join(NEW).exists() {
        if dir.join(SLED).exists() {
            remove_folder(&dir.join(OLD))?;
            rename(dir, SLED, OLD)?;
        }
        rename(dir, NEW, SLED)?;
    }
    remove_file(&dir.join(SWAP))?;
    sync_path(dir)?;
    remove_folder(&dir.join(OLD))?;
    sync_path(dir)
}

fn rename(dir: &Path, from: &str, to: &str) -> Result<(), StoreError> {
    fs::rename(dir.join(from), dir.join(to)).map_err(|error| named(&dir.join(from), &error))?;
    sync_path(dir)
}

/// Fsyncs a folder and all that is in it.
fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    for entry in fs::read_dir(folder).map_err(|error| named(folder, &error))? {
        let path = entry.map_err(|error| named(folder, &error))?.path();
        if path.is_dir() {
            sync_folder(&path)?;
        } else {
            sync_path(&path)?;
        }
    }
    sync_path(folder)
}

/// Whether there was one.
fn remove_folder(path: &Path) -> Result<bool, StoreError> {
    if !path.exists() {
        return Ok(false);
    }
    fs::remove_dir_all(path).map(|()| true).map_err(|error| named(path, &error))
}

/// Whether there was one.
fn remove_file(path: &Path) -> Result<bool, StoreError> {
    if !path.exists() {
        return Ok(false);
    }
    fs::remove_file(path).map(|()| true).map_err(|error| named(path, &error))
}

/// Bytes that a folder takes on disk.
pub(super) fn disk_bytes(folder: &Path) -> Result<u64, StoreError> {
    use std::os::unix::fs::MetadataExt as _;
    let mut bytes = 0;
    for entry in fs::read_dir(folder).map_err(|error| named(folder, &error))? {
        let entry = entry.map_err(|error| named(folder, &error))?;
        let about = entry.metadata().map_err(|error| named(&entry.path(), &error))?;
        bytes += if about.is_dir() {
            disk_bytes(&entry.path())?
        } else {
            // Blocks of 512 bytes, whatever the file system's are.
            about.blocks() * 512
        };
    }
    Ok(bytes)
}

fn named(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Io(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is in the folder, what is read then, and whether something is said.
    type Moment<'a> = (&'a [(&'a str, &'a str)], &'a str, bool);

    /// A data folder with `old` in its sled, and `new` beside it when `SWAP` is there or may come.
    fn folder(names: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, content) in names {
            if *name == SWAP || *name == SWAP_UNDER_WAY {
                fs::write(dir.path().join(name), "").unwrap();
            } else {
                fs::create_dir(dir.path().join(name)).unwrap();
                fs::write(dir.path().join(name).join("db"), content).unwrap();
            }
        }
        dir
    }

    fn names(dir: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(dir)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn every_moment_of_a_swap_leaves_the_old_files_or_the_new() {
        let old = (SLED, "old");
        let new = (NEW, "new");
        let mark = (SWAP, "");
        let moments: [Moment<'_>; 9] = [
            (&[old], "old", false),
            (&[old, (NEW, "half")], "old", true),
            (&[old, new, (SWAP_UNDER_WAY, "")], "old", true),
            (&[old, new, mark], "new", true),
            (&[(OLD, "old"), new, mark], "new", true),
            (&[(OLD, "old"), (SLED, "new"), mark], "new", true),
            (&[(SLED, "new"), mark], "new", true),
            (&[(OLD, "old"), (SLED, "new")], "new", true),
            (&[(SLED, "new")], "new", false),
        ];
        for (found, left, told) in moments {
            let dir = folder(found);
            assert!(is_there(dir.path()), "{found:?}");
            let (now, said) = current(dir.path());
            assert_eq!(fs::read_to_string(now.join("db")).unwrap(), left, "{found:?}");
            assert_eq!(said.is_some(), told, "{found:?}");
            assert_eq!(settle(dir.path()).unwrap().is_some(), told, "{found:?}");
            assert_eq!(fs::read_to_string(dir.path().join(SLED).join("db")).unwrap(), left, "{found:?}");
            assert_eq!(names(dir.path()), [SLED], "{found:?}");
            assert_eq!(settle(dir.path()).unwrap(), None);
        }
    }

    #[test]
    fn a_swap_goes_from_one_moment_to_the_next() {
        let dir = folder(&[(SLED, "old")]);
        let new = begin(dir.path()).unwrap();
        fs::write(new.join("db"), "half").unwrap();
        abandon(dir.path()).unwrap();
        assert_eq!(names(dir.path()), [SLED]);
        let new = begin(dir.path()).unwrap();
        fs::write(new.join("db"), "new").unwrap();
        finish(dir.path()).unwrap();
        assert_eq!(names(dir.path()), [SLED]);
        assert_eq!(fs::read_to_string(dir.path().join(SLED).join("db")).unwrap(), "new");
        assert_eq!(settle(dir.path()).unwrap(), None);
    }

    #[test]
    fn an_empty_folder_holds_no_files_of_sled() {
        let dir = folder(&[]);
        assert!(!is_there(dir.path()));
        assert_eq!(settle(dir.path()).unwrap(), None);
    }
}

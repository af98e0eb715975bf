//! The engine on disk: sled, and the protocol that makes it trustworthy.
//!
//! A commit is encoded, then written as one transaction, flushed, and fsynced through a handle of our own;
//! then it is durable. [`Store::seal`] names it in `HEAD` beside. After any write that failed the store
//! only reads until it is opened again, since what sled holds is then not known. How bytes lie is said in
//! [`super::keys`]; sled itself is called in [`super::trees`] alone.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

use super::head::HeadFile;
use super::keys::{self, TreeName};
use super::lock::{self, Holder, Lock};
use super::opening::{Opened, Opening};
use super::replay::{self, EvidenceReader};
use super::rows::{self, Rows};
use super::trees::{self, Trees, io, sync_path};
use super::{Commit, Compacted, Identity, Outlined, RequestRecord, Store, StoreError, backup, codec, compact, follow, migrate, swap};
use crate::model::{DocumentNumber, Evidence, FactNumber, Head};

/// Folder of sled's files in the data folder.
pub(super) const SLED: &str = "sled";

/// How a store on disk is opened.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// The data folder; made when missing.
    pub dir: PathBuf,
    /// Whether to go on when acknowledged commits are lost, above their numbers.
    pub accept_loss: bool,
    /// Megabytes of pages that sled keeps in memory.
    pub cache_mb: u64,
    /// Megabytes of disk below which commits are refused; 0 for none.
    pub reserve_mb: u64,
}

impl OpenOptions {
    /// The usual ones.
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self {
            dir: dir.into(),
            accept_loss: false,
            cache_mb: 64,
            reserve_mb: 0,
        }
    }
}

/// A store on disk.
pub struct SledStore {
    options: OpenOptions,
    identity: Identity,
    migrated: Vec<String>,
    warnings: Vec<String>,
    head: RwLock<Head>,
    /// Held for the length of a commit.
    writing: Mutex<()>,
    head_file: Mutex<HeadFile>,
    /// Why nothing can be written any more.
    failed: OnceLock<String>,
    /// There until dropped.
    trees: Option<Trees>,
    /// Dropped last.
    lock: Lock,
}

impl SledStore {
    /// Opens or creates the store in a data folder, and brings it to the newest format.
    ///
    /// # Errors
    ///
    /// [`StoreError::InUse`], [`StoreError::Newer`], [`StoreError::Lost`], [`StoreError::Damaged`] and
    /// [`StoreError::Io`], as they say.
    pub fn open(options: OpenOptions) -> Result<Self, StoreError> {
        let dir = options.dir.as_path();
        std::fs::create_dir_all(dir).map_err(|error| StoreError::Io(format!("{}: {error}", dir.display())))?;
        let lock = Lock::take(dir)?;
        let settled = swap::settle(dir)?;
        let restored = backup::is_unopened(dir)?;
        let (mut head_file, mark) = HeadFile::open(dir)?;
        let trees = Trees::open(&dir.join(SLED), options.cache_mb)?;
        let done = migrate::run(&trees)?;
        let opening = Opening {
            trees: &trees,
            mark,
            accept_loss: options.accept_loss,
            restored,
        };
        let Opened { identity, head, warnings } = opening.finish()?;
        // What sled holds beyond `HEAD` was durable and is served from now on.
        head_file.write(&identity, &head)?;
        if restored {
            backup::forget(dir)?;
        }
        sync_path(dir)?;
        Ok(Self {
            identity,
            migrated: done.applied,
            warnings: settled.into_iter().chain(warnings).chain(done.changed).collect(),
            head: RwLock::new(head),
            writing: Mutex::new(()),
            head_file: Mutex::new(head_file),
            failed: OnceLock::new(),
            trees: Some(trees),
            lock,
            options,
        })
    }

    /// Whether a data folder holds a store.
    #[must_use]
    pub fn exists(dir: &Path) -> bool {
        swap::is_there(dir)
    }

    /// Who holds the store in a data folder; `None` when nobody does.
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`] when the lock's file cannot be looked at.
    pub fn holder(dir: &Path) -> Result<Option<Holder>, StoreError> {
        lock::holder(dir)
    }

    /// Lets commands beside this process know where it serves, and by which token it knows its owner.
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`].
    pub fn announce(&self, address: &str, token: &str) -> Result<(), StoreError> {
        self.lock.announce(address, token)
    }

    /// What opening changed of the stored format, one line a step; empty for a new store.
    #[must_use]
    pub fn migrated(&self) -> &[String] {
        &self.migrated
    }

    /// What opening found and went on in spite of, one line each.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Writes the whole store anew, without what many small transactions left behind, and closes it. Answers
    /// stay as they are, cursors included. A kill at any moment leaves the store as it was or compacted.
    ///
    /// # Errors
    ///
    /// [`StoreError::NoRoom`] when the disk has less room than the store takes now, above the reserve;
    /// [`StoreError::Damaged`] when a record is not what was written; [`StoreError::Io`]. The store is then as it was.
    pub fn compact(mut self) -> Result<Compacted, StoreError> {
        let dir = self.options.dir.clone();
        let bytes_before = swap::disk_bytes(&dir.join(SLED))?;
        self.check_room(bytes_before)?;
        let tally = match compact::write(self.trees()?, &self.read_head(), &dir) {
            Ok(tally) => tally,
            Err(error) => {
                // Should it fail too, the next opening does it.
                drop(swap::abandon(&dir));
                return Err(error);
            }
        };
        if let Some(trees) = self.trees.take() {
            trees.close()?;
        }
        // The lock stays held until this is dropped.
        swap::finish(&dir)?;
        Ok(Compacted {
            facts: tally.facts,
            bytes_before,
            bytes_after: swap::disk_bytes(&dir.join(SLED))?,
            bytes_plain: tally.bytes_plain,
        })
    }

    /// Checks that the disk has room for as much again as the store takes, and the reserve.
    fn check_room(&self, bytes: u64) -> Result<(), StoreError> {
        let needed_mb = (bytes >> 20) + 1 + self.options.reserve_mb;
        let free_mb = self.free_mb()?;
        if free_mb < needed_mb {
            Err(StoreError::NoRoom { needed_mb, free_mb })
        } else {
            Ok(())
        }
    }

    fn free_mb(&self) -> Result<u64, StoreError> {
        let disk = rustix::fs::statvfs(&self.options.dir).map_err(io)?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize) >> 20)
    }

    /// Bytes of the largest value in any tree.
    #[cfg(test)]
    pub(super) fn largest_value(&self) -> usize {
        self.trees.as_ref().map_or(0, Trees::largest_value)
    }

    fn trees(&self) -> Result<&Trees, StoreError> {
        self.trees.as_ref().ok_or_else(|| StoreError::Io("the store is closed".to_owned()))
    }

    fn begin_write(&self) -> Result<MutexGuard<'_, ()>, StoreError> {
        let guard = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        self.check_failed()?;
        Ok(guard)
    }

    fn check_failed(&self) -> Result<(), StoreError> {
        self.failed.get().map_or(Ok(()), |reason| Err(StoreError::ReadOnly(reason.clone())))
    }

    /// Notes that a write failed.
    fn note<T>(&self, written: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(error) = &written {
            self.failed.get_or_init(|| error.to_string());
        }
        written
    }

    fn write(&self, rows: &Rows) -> Result<(), StoreError> {
        let trees = self.trees()?;
        self.note(trees.write(rows).and_then(|()| trees.flush()))
    }

    fn check_reserve(&self) -> Result<(), StoreError> {
        let reserve_mb = self.options.reserve_mb;
        if reserve_mb == 0 {
            return Ok(());
        }
        if self.free_mb()? < reserve_mb {
            Err(StoreError::Full { reserve_mb })
        } else {
            Ok(())
        }
    }

    fn read_head(&self) -> Head {
        *self.head.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for SledStore {
    fn drop(&mut self) {
        let trees = self.trees.take();
        // sled fsyncs when it is dropped, and panics when that fails. Nothing acknowledged depends on it.
        drop(trees::catch(|| drop(trees)));
    }
}

impl fmt::Debug for SledStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SledStore")
            .field("dir", &self.options.dir)
            .field("head", &self.read_head())
            .finish_non_exhaustive()
    }
}

impl Store for SledStore {
    fn identity(&self) -> Identity {
        self.identity.clone()
    }

    fn head(&self) -> Head {
        self.read_head()
    }

    fn commit(&self, commit: &Commit) -> Result<(), StoreError> {
        let _writing = self.begin_write()?;
        follow::check(&self.read_head(), commit)?;
        self.check_reserve()?;
        let rows = rows::of_commit(commit)?;
        self.write(&rows)?;
        *self.head.write().unwrap_or_else(PoisonError::into_inner) = commit.head;
        Ok(())
    }

    fn seal(&self, head: &Head) -> Result<(), StoreError> {
        self.check_failed()?;
        if head.revision > self.read_head().revision {
            return Err(StoreError::Refused(format!("{} was never committed", head.revision)));
        }
        let mut file = self.head_file.lock().unwrap_or_else(PoisonError::into_inner);
        if head.revision <= file.sealed().revision {
            return Ok(());
        }
        self.note(file.write(&self.identity, head))
    }

    fn replay(&self, full: bool, visit: &mut dyn FnMut(Commit) -> Result<(), StoreError>) -> Result<(), StoreError> {
        replay::replay(self.trees()?, self.read_head().revision, full, visit)
    }

    fn outlines(&self, visit: &mut dyn FnMut(Outlined) -> Result<(), StoreError>) -> Result<(), StoreError> {
        replay::outlines(self.trees()?, self.read_head().revision, visit)
    }

    fn evidence(&self, facts: &[FactNumber]) -> Result<Vec<Vec<Evidence>>, StoreError> {
        let mut reader = EvidenceReader::new(self.trees()?, self.read_head());
        facts.iter().map(|fact| reader.read(*fact)).collect()
    }

    fn text(&self, document: DocumentNumber) -> Result<Option<String>, StoreError> {
        replay::text(self.trees()?, document)
    }

    fn request(&self, key: &str) -> Result<Option<RequestRecord>, StoreError> {
        let digest = keys::request_digest(key);
        let trees = self.trees()?;
        let newest = trees.up_to(TreeName::Requests, &keys::request(&digest, self.read_head().revision))?;
        newest
            .filter(|(newest, _)| newest.starts_with(&digest))
            .map(|(newest, payload)| rows::read_request(&newest, &payload))
            .transpose()
    }

    fn ontology(&self) -> Result<Option<String>, StoreError> {
        let Some(payload) = self.trees()?.get(TreeName::Meta, keys::ONTOLOGY)? else {
            return Ok(None);
        };
        String::from_utf8(payload)
            .map(Some)
            .map_err(|error| codec::damaged(TreeName::Meta, keys::ONTOLOGY, error))
    }

    fn set_ontology(&self, text: &str) -> Result<(), StoreError> {
        let _writing = self.begin_write()?;
        self.check_reserve()?;
        let mut rows = Rows::default();
        put_ontology(&mut rows, text)?;
        self.write(&rows)
    }

    fn backup(&self, into: &Path) -> Result<Head, StoreError> {
        let sealed = self.head_file.lock().unwrap_or_else(PoisonError::into_inner).sealed();
        backup::write(self, sealed, into)
    }
}

/// Adds the user's ontology file.
pub(super) fn put_ontology(rows: &mut Rows, text: &str) -> Result<(), StoreError> {
    rows.put(TreeName::Meta, keys::ONTOLOGY, text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{Folder, Op, Scribe, commits};

    #[test]
    fn after_a_failed_write_the_store_only_reads_until_it_is_opened_again() {
        let folder = Folder::new();
        let mut scribe = Scribe::default();
        let first = scribe.write(&[Op::Node { bytes: 9 }]);
        let second = scribe.write(&[Op::Node { bytes: 9 }]);
        let store = SledStore::open(OpenOptions::new(folder.path())).unwrap();
        store.commit(&first).unwrap();
        assert!(store.note::<()>(Err(StoreError::Io("no space".to_owned()))).is_err());
        for refused in [store.commit(&second), store.seal(&first.head), store.set_ontology("")] {
            assert!(matches!(refused, Err(StoreError::ReadOnly(reason)) if reason.contains("no space")));
        }
        assert_eq!(commits(&store, true), [first]);
        drop(store);
        SledStore::open(OpenOptions::new(folder.path())).unwrap().commit(&second).unwrap();
    }

    #[test]
    fn a_panic_in_sled_is_an_error() {
        let panicked = trees::catch(|| -> () { panic!("page {} is gone", 7) });
        assert!(matches!(panicked, Err(StoreError::Io(reason)) if reason.contains("page 7 is gone")));
    }
}

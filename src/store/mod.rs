//! The durable home of nodes, documents, facts and their evidence.
//!
//! [`Store`] is the promise, [`SledStore`] the engine that keeps it on disk and [`MemoryStore`] the
//! small and obvious one that tests compare it with; `conformance` holds both to the contract. What
//! goes in and comes out are [`Commit`]s: all that one transaction recorded. Questions are not
//! answered here: there is no index by name, neighbour or day in this module.
//!
//! From the contract down to the bytes: `engine` (the commit protocol), `rows` (a commit as rows, and
//! back), `pack` (the form of a record), `keys` (trees and keys), `codec` (what stands around every
//! value), `trees` (sled itself). Beside them `opening`, `head`, `lock`, `backup`, `compact` (over `swap`), `verify` and
//! `migrate`.

mod record;
mod outline;
mod follow;
mod memory;
mod keys;
mod codec;
mod pack;
mod rows;
mod trees;
mod head;
mod lock;
mod migrate;
mod replay;
mod backup;
mod swap;
mod compact;
mod verify;
mod opening;
mod engine;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod conformance;

use std::path::Path;

pub use compact::Compacted;
pub use engine::{OpenOptions, SledStore};
pub use lock::Holder;
pub use memory::MemoryStore;
pub use migrate::FORMAT;
pub use outline::{FactOutline, FactSlice, FactTable, ObjectOutline, OriginOutline, Outlined, TimeOutline};
pub use record::{
    Closing, Commit, DocumentClosing, DocumentRecord, EvidenceRecord, FactRecord, NodeRecord, RequestRecord, StoredObject, plain_bytes,
};
pub use verify::{Finding, FindingKind, Told, Verified, verify};

use crate::model::{DocumentNumber, Evidence, FactNumber, Head, Revision};

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Reading or writing failed. After a failed write whether the commit is there, whole, is known
    /// only after reopening; until then every commit fails.
    #[error("the store could not be read or written: {0}")]
    Io(String),
    /// A record is not what was written: its checksum or its form is wrong.
    #[error("damaged record in '{tree}': {reason}")]
    Damaged {
        /// The tree it stands in.
        tree: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Another process holds the store.
    #[error("the store is in use{}", .address.as_ref().map(|a| format!(" by the server at {a}")).unwrap_or_default())]
    InUse {
        /// Where the process that holds it serves, when it says so.
        address: Option<String>,
    },
    /// Written by a newer version of Dateline.
    #[error("the store has format {found}, this binary knows formats up to {known}: use a newer dateline")]
    Newer {
        /// The store's format.
        found: u32,
        /// The newest format known here.
        known: u32,
    },
    /// `HEAD` is ahead of what sled has: acknowledged commits are lost.
    #[error("commits {first} to {last} were acknowledged and are not in the store; restore a backup, or start with --accept-loss")]
    Lost {
        /// First lost revision.
        first: Revision,
        /// Last lost revision.
        last: Revision,
    },
    /// An earlier write failed: the store only reads until it is opened again.
    #[error("the store is read-only since a write failed: {0}")]
    ReadOnly(String),
    /// The disk's reserve is used up.
    #[error("less than {reserve_mb} MB are left on the disk")]
    Full {
        /// The reserve that is kept free.
        reserve_mb: u64,
    },
    /// The disk has no room for a second copy of the store.
    #[error("compacting takes up to {needed_mb} MB of free disk (what the store takes now, and the reserve), and {free_mb} MB are free")]
    NoRoom {
        /// What has to be free.
        needed_mb: u64,
        /// What is free.
        free_mb: u64,
    },
    /// The commit breaks the contract: it does not follow the head.
    #[error("commit refused: {0}")]
    Refused(String),
}

/// Which store this is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Random at creation, kept for ever.
    pub store: String,
    /// Grows with every restore of a backup; cursors and `ETags` carry it.
    pub incarnation: u32,
}

/// Durable home of nodes, documents, facts and evidence, as a sequence of commits.
///
/// The contract, which one suite of tests holds every engine to:
/// - [`commit`](Store::commit) writes all of a commit or none of it, and returns once it survives a
///   power cut. [`seal`](Store::seal) then records durably that it was acknowledged.
/// - Commits are numbered without gaps: `commit.head.revision` is the last one's next, its time is
///   larger, its counters are the last ones plus what the commit brings. The one gap there can be is
///   a loss that was accepted when the store was opened: an empty commit stands for all lost ones,
///   its revision and counters above theirs.
/// - Numbers of nodes, documents and facts run in commit order and are never given twice.
/// - Reads answer from everything committed, and may run beside a commit.
///
/// Methods block: call them from a blocking thread.
pub trait Store: Send + Sync {
    /// Which store this is.
    fn identity(&self) -> Identity;

    /// The newest commit's head; all zero for an empty store.
    fn head(&self) -> Head;

    /// Writes all of `commit` or none of it; returns once it survives power loss.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] when it does not follow the head: nothing was written.
    /// [`StoreError::Io`]: whether it is there, whole, is known only after reopening; until then
    /// every commit fails with [`StoreError::ReadOnly`].
    fn commit(&self, commit: &Commit) -> Result<(), StoreError>;

    /// Records durably that everything up to `head` is acknowledged. May run beside the next
    /// [`commit`](Store::commit), on another thread.
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`].
    fn seal(&self, head: &Head) -> Result<(), StoreError>;

    /// Hands every commit to `visit`, oldest first. With `full` false the evidence comes without
    /// quote, url, rule and confidence, documents come without text, and requests not at all: what
    /// the graph in memory needs.
    ///
    /// # Errors
    ///
    /// [`StoreError`], or the first error of `visit`.
    fn replay(&self, full: bool, visit: &mut dyn FnMut(Commit) -> Result<(), StoreError>) -> Result<(), StoreError>;

    /// Hands every commit to `visit`, oldest first, as [`replay`](Store::replay) does with `full` false, but for its
    /// facts, which come in tables: several times as quick.
    ///
    /// # Errors
    ///
    /// [`StoreError`], or the first error of `visit`.
    fn outlines(&self, visit: &mut dyn FnMut(Outlined) -> Result<(), StoreError>) -> Result<(), StoreError> {
        self.replay(false, &mut |commit| visit(Outlined::of(commit)?))
    }

    /// All evidence of each fact, whole, in order of its number (the first is number 0). A fact that
    /// was never recorded has none.
    ///
    /// # Errors
    ///
    /// [`StoreError::Damaged`] when a record is not what was written.
    fn evidence(&self, facts: &[FactNumber]) -> Result<Vec<Vec<Evidence>>, StoreError>;

    /// The stored text of a document.
    ///
    /// # Errors
    ///
    /// [`StoreError::Damaged`] when a record is not what was written.
    fn text(&self, document: DocumentNumber) -> Result<Option<String>, StoreError>;

    /// What an idempotency key was used for, the last time.
    ///
    /// # Errors
    ///
    /// [`StoreError::Damaged`] when a record is not what was written.
    fn request(&self, key: &str) -> Result<Option<RequestRecord>, StoreError>;

    /// The user's own ontology file, as kept with the store.
    ///
    /// # Errors
    ///
    /// [`StoreError::Damaged`] when a record is not what was written.
    fn ontology(&self) -> Result<Option<String>, StoreError>;

    /// Keeps the user's own ontology file with the store, durably.
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`].
    fn set_ontology(&self, text: &str) -> Result<(), StoreError>;

    /// Writes a copy of the store, as of its newest sealed commit, into an empty or new folder, from
    /// which it opens again with the same numbers, revisions and recorded times.
    ///
    /// # Errors
    ///
    /// [`StoreError::Io`].
    fn backup(&self, into: &Path) -> Result<Head, StoreError>;
}

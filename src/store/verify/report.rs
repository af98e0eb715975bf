//! What a scrub tells: findings as they are made, and what was read.

use std::fmt::Display;

use serde::Serialize;

use super::runs::Runs;
use crate::model::Revision;
use crate::store::keys::TreeName;
use crate::store::{StoreError, codec};

/// In what way something is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// It cannot be read: a checksum or a form is wrong.
    Damaged,
    /// It is not there, and something else says that it is.
    Missing,
    /// It is there, and nothing else knows of it.
    Stray,
    /// Two places that must say the same do not.
    Disagrees,
    /// A revision, a time or a number does not follow the one before it.
    Order,
    /// An id is not that of its content, or is given twice.
    Id,
    /// It names something that does not exist, or did not yet.
    Reference,
    /// The words of a quote do not stand where it says.
    Quote,
}

/// One thing that is not as it has to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// In what way.
    pub kind: FindingKind,
    /// The tree or file that it was found in.
    #[serde(rename = "in")]
    pub place: &'static str,
    /// Which record of it, such as `fact 7`, `r12`, `text of document 3`.
    pub record: String,
    /// What is wrong. Never holds words of a report.
    pub reason: String,
}

impl Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}: {}", self.place, self.record, self.reason)
    }
}

/// What a scrub read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// The newest revision.
    pub revision: Revision,
    /// Commits.
    pub commits: u64,
    /// Acknowledged commits that are gone, which was accepted when the store was opened.
    pub lost: u64,
    /// Nodes, each counted once, whatever its versions.
    pub nodes: u64,
    /// Documents.
    pub documents: u64,
    /// Facts.
    pub facts: u64,
    /// Pieces of evidence, the first of each fact among them.
    pub evidence: u64,
    /// Answered requests that carried an idempotency key.
    pub requests: u64,
    /// Bytes of keys and values, as sled holds them.
    pub bytes: u64,
    /// How much was found.
    pub findings: u64,
    /// What is worth knowing and is not wrong, one line each.
    pub notes: Vec<String>,
}

/// What a scrub tells while it runs.
#[derive(Clone, Debug)]
pub enum Told {
    /// Something is wrong.
    Found(Finding),
    /// So many values of this tree were read.
    Reading {
        /// The tree.
        tree: &'static str,
        /// Values so far.
        values: u64,
    },
}

/// After so many values it is told how far the scrub is.
const TELL_EVERY: u64 = 500;

/// Where findings go, and what is counted.
pub(super) struct Report<'f> {
    tell: &'f mut dyn FnMut(Told),
    /// What was read so far.
    pub(super) read: Verified,
    /// The tree under way, and its values so far.
    under_way: (&'static str, u64),
}

impl<'f> Report<'f> {
    pub(super) fn new(tell: &'f mut dyn FnMut(Told)) -> Self {
        Self {
            tell,
            read: Verified::default(),
            under_way: ("", 0),
        }
    }

    pub(super) fn found(&mut self, kind: FindingKind, place: &'static str, record: impl Display, reason: impl Display) {
        self.read.findings += 1;
        (self.tell)(Told::Found(Finding {
            kind,
            place,
            record: record.to_string(),
            reason: reason.to_string(),
        }));
    }

    /// Says of each run of numbers the same.
    pub(super) fn found_runs(&mut self, kind: FindingKind, tree: TreeName, what: &str, runs: &Runs) {
        let reason = match kind {
            FindingKind::Stray => "no commit brought it",
            _ => "a commit brought it, and it is not there",
        };
        for run in runs.iter() {
            let last = run.end - 1;
            if run.start == last {
                self.found(kind, tree.as_str(), format_args!("{what} {last}"), reason);
            } else {
                self.found(kind, tree.as_str(), format_args!("{what}s {} to {last}", run.start), reason);
            }
        }
    }

    /// What a value says; when it cannot be read, nothing and a finding.
    pub(super) fn value<T>(
        &mut self,
        tree: TreeName,
        key: &[u8],
        payload: Result<Vec<u8>, StoreError>,
        decode: impl FnOnce(&[u8], &[u8]) -> Result<T, StoreError>,
    ) -> Option<T> {
        self.step(tree.as_str());
        match payload.and_then(|payload| decode(key, &payload)) {
            Ok(read) => Some(read),
            Err(error) => {
                let reason = match error {
                    StoreError::Damaged { reason, .. } => reason,
                    other => other.to_string(),
                };
                self.found(FindingKind::Damaged, tree.as_str(), named(tree, key), reason);
                None
            }
        }
    }

    fn step(&mut self, tree: &'static str) {
        let (last, values) = self.under_way;
        let values = if last == tree { values + 1 } else { 1 };
        self.under_way = (tree, values);
        if values % TELL_EVERY == 1 {
            (self.tell)(Told::Reading { tree, values });
        }
    }
}

/// Which record a key stands for, as people say it.
fn named(tree: TreeName, key: &[u8]) -> String {
    let number = || crate::store::keys::number_of(key).unwrap_or_default();
    match (tree, key.len()) {
        (TreeName::Commits | TreeName::Nodes, 8) => crate::store::keys::revision_of(key).unwrap_or_default().to_string(),
        (TreeName::Columns | TreeName::Bodies, 4) => format!("facts from {}", number()),
        (TreeName::Evidence, 8) => match crate::store::keys::evidence_of(key) {
            Some((fact, number)) => format!("fact {}, evidence {number}", fact.0),
            None => codec::hex(key),
        },
        (TreeName::Documents, 5) if key.first() == Some(&0) => format!("document {}", number()),
        (TreeName::Documents, 5) => format!("text of document {}", number()),
        (TreeName::Requests, 24) => format!("a request of {}", crate::store::keys::revision_of(key).unwrap_or_default()),
        (TreeName::Meta, _) => String::from_utf8_lossy(key).into_owned(),
        _ => format!("key {}", codec::hex(key)),
    }
}

//! The small and obvious engine: a list of commits in memory.
//!
//! Tests compare [`super::SledStore`] with it, and whatever needs a store but no disk runs on it.
//! Nothing survives the process, except what [`Store::backup`] writes.

use std::path::Path;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::{Commit, Identity, RequestRecord, Store, StoreError, backup, follow};
use crate::model::{DocumentNumber, Evidence, FactNumber, Head};

/// A store in memory.
#[derive(Debug)]
pub struct MemoryStore {
    identity: Identity,
    kept: RwLock<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    commits: Vec<Commit>,
    sealed: Head,
    ontology: Option<String>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self {
            identity: Identity {
                store: "memory".to_owned(),
                incarnation: 0,
            },
            kept: RwLock::default(),
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Kept> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Kept> {
        self.kept.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl Kept {
    fn head(&self) -> Head {
        self.commits.last().map(|commit| commit.head).unwrap_or_default()
    }

    fn evidence(&self, fact: FactNumber) -> Vec<Evidence> {
        let mut found = Vec::new();
        for commit in &self.commits {
            found.extend(
                commit
                    .facts
                    .iter()
                    .filter(|record| record.number == fact)
                    .map(|record| (0, record.evidence.clone())),
            );
            found.extend(
                commit
                    .evidence
                    .iter()
                    .filter(|record| record.fact == fact)
                    .map(|record| (record.number, record.evidence.clone())),
            );
        }
        found.sort_by_key(|(number, _)| *number);
        found.into_iter().map(|(_, evidence)| evidence).collect()
    }
}

/// What [`Store::replay`] hands out when it is not asked for everything.
fn without_bodies(mut commit: Commit) -> Commit {
    commit.documents.iter_mut().for_each(|record| record.document.text = None);
    let first = commit.facts.iter_mut().map(|record| &mut record.evidence);
    for evidence in first.chain(commit.evidence.iter_mut().map(|record| &mut record.evidence)) {
        *evidence = evidence.light();
    }
    commit.requests.clear();
    commit
}

impl Store for MemoryStore {
    fn identity(&self) -> Identity {
        self.identity.clone()
    }

    fn head(&self) -> Head {
        self.read().head()
    }

    fn commit(&self, commit: &Commit) -> Result<(), StoreError> {
        let mut kept = self.write();
        follow::check(&kept.head(), commit)?;
        kept.commits.push(commit.clone());
        Ok(())
    }

    fn seal(&self, head: &Head) -> Result<(), StoreError> {
        let mut kept = self.write();
        if head.revision > kept.head().revision {
            return Err(StoreError::Refused(format!("{} was never committed", head.revision)));
        }
        if head.revision > kept.sealed.revision {
            kept.sealed = *head;
        }
        Ok(())
    }

    fn replay(&self, full: bool, visit: &mut dyn FnMut(Commit) -> Result<(), StoreError>) -> Result<(), StoreError> {
        // A copy, so that `visit` may call the store.
        let commits = self.read().commits.clone();
        commits
            .into_iter()
            .map(|commit| if full { commit } else { without_bodies(commit) })
            .try_for_each(visit)
    }

    fn evidence(&self, facts: &[FactNumber]) -> Result<Vec<Vec<Evidence>>, StoreError> {
        let kept = self.read();
        Ok(facts.iter().map(|fact| kept.evidence(*fact)).collect())
    }

    fn text(&self, document: DocumentNumber) -> Result<Option<String>, StoreError> {
        let kept = self.read();
        let found = kept
            .commits
            .iter()
            .flat_map(|commit| &commit.documents)
            .find(|record| record.number == document);
        Ok(found.and_then(|record| record.document.text.clone()))
    }

    fn request(&self, key: &str) -> Result<Option<RequestRecord>, StoreError> {
        let kept = self.read();
        let found = kept
            .commits
            .iter()
            .rev()
            .flat_map(|commit| &commit.requests)
            .find(|record| record.key == key);
        Ok(found.cloned())
    }

    fn ontology(&self) -> Result<Option<String>, StoreError> {
        Ok(self.read().ontology.clone())
    }

    fn set_ontology(&self, text: &str) -> Result<(), StoreError> {
        self.write().ontology = Some(text.to_owned());
        Ok(())
    }

    fn backup(&self, into: &Path) -> Result<Head, StoreError> {
        let sealed = self.read().sealed;
        backup::write(self, sealed, into)
    }
}

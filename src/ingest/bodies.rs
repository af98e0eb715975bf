//! What is not in memory, through a bounded cache: whole evidence, and texts.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::model::{DocumentNumber, Evidence, FactNumber};
use crate::query::Bodies;
use crate::store::{Commit, Store};

/// Facts whose evidence is kept, in each half of the cache.
const FACTS: usize = 8_192;
/// Documents whose text is kept, in each half of the cache.
const TEXTS: usize = 64;

/// Reads through to the store, and keeps what was asked for last.
pub(super) struct CachedBodies {
    store: Arc<dyn Store>,
    evidence: Mutex<Halves<FactNumber, Arc<[Evidence]>>>,
    texts: Mutex<Halves<DocumentNumber, Option<String>>>,
}

impl CachedBodies {
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            evidence: Mutex::new(Halves::new(FACTS)),
            texts: Mutex::new(Halves::new(TEXTS)),
        }
    }

    /// Forgets the evidence that a commit adds to. To be called once it is written and before it is visible.
    pub(super) fn outdated_by(&self, commit: &Commit) {
        if !commit.evidence.is_empty() {
            lock(&self.evidence).forget(commit.evidence.iter().map(|record| record.fact));
        }
    }
}

impl Bodies for CachedBodies {
    fn evidence(&self, fact: FactNumber) -> Result<Arc<[Evidence]>, String> {
        let round = {
            let mut cache = lock(&self.evidence);
            if let Some(evidence) = cache.get(&fact) {
                return Ok(evidence);
            }
            cache.round
        };
        let read = self.store.evidence(&[fact]).map_err(|error| error.to_string())?;
        let evidence: Arc<[Evidence]> = read.into_iter().next().unwrap_or_default().into();
        lock(&self.evidence).keep(round, fact, evidence.clone());
        Ok(evidence)
    }

    fn text(&self, document: DocumentNumber) -> Result<Option<String>, String> {
        let round = {
            let mut cache = lock(&self.texts);
            if let Some(text) = cache.get(&document) {
                return Ok(text);
            }
            cache.round
        };
        let text = self.store.text(document).map_err(|error| error.to_string())?;
        lock(&self.texts).keep(round, document, text.clone());
        Ok(text)
    }
}

/// A cache holds nothing that a panic could leave half done.
fn lock<T>(cache: &Mutex<T>) -> MutexGuard<'_, T> {
    cache.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Two halves: what was asked for since the last turn, and what was before. When the new half is full
/// the old one is dropped, so what is asked for again and again stays.
struct Halves<K, V> {
    size: usize,
    new: HashMap<K, V>,
    old: HashMap<K, V>,
    /// Grows whenever something is forgotten: what was read before must not be kept after.
    round: u64,
}

impl<K: Hash + Eq, V: Clone> Halves<K, V> {
    fn new(size: usize) -> Self {
        Self {
            size,
            new: HashMap::new(),
            old: HashMap::new(),
            round: 0,
        }
    }

    fn get(&mut self, key: &K) -> Option<V> {
        if let Some(value) = self.new.get(key) {
            return Some(value.clone());
        }
        let (key, value) = self.old.remove_entry(key)?;
        self.insert(key, value.clone());
        Some(value)
    }

    fn keep(&mut self, round: u64, key: K, value: V) {
        if round == self.round {
            self.insert(key, value);
        }
    }

    fn insert(&mut self, key: K, value: V) {
        if self.new.len() >= self.size {
            self.old = std::mem::take(&mut self.new);
        }
        self.new.insert(key, value);
    }

    fn forget(&mut self, keys: impl Iterator<Item = K>) {
        self.round += 1;
        for key in keys {
            self.new.remove(&key);
            self.old.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_is_bounded_and_keeps_what_is_asked_for() {
        let mut cache = Halves::new(10);
        for key in 0..100 {
            cache.keep(0, key, key);
            assert_eq!(cache.get(&0), Some(0));
            assert!(cache.new.len() + cache.old.len() <= 20);
        }
        assert_eq!(cache.get(&50), None);
    }

    #[test]
    fn what_was_read_before_a_change_is_not_kept_after_it() {
        let mut cache = Halves::new(10);
        let round = cache.round;
        cache.forget([1].into_iter());
        cache.keep(round, 1, "old");
        assert_eq!(cache.get(&1), None);
    }
}

//! From a hash to numbers: the one index behind ids, names, interned values and fingerprints.
//!
//! A [`HashIndex`] is a persistent multimap in sorted runs, 12 B an entry. It stores no key: whoever
//! looks up compares what the numbers stand for. New entries go to a small sorted list, which becomes a
//! run when full; runs merge as soon as one is not [`RATIO`] times as large as the next.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// Entries that wait in the sorted list.
const FRESH: usize = 256;
/// How many times larger a run is than the next.
const RATIO: usize = 8;

/// The hash by which a value is looked up; the same in every process.
pub(super) fn hash_of<T: Hash + ?Sized>(value: &T) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[derive(Debug, Default)]
struct Sorted {
    keys: Vec<u64>,
    values: Vec<u32>,
}

impl Sorted {
    fn merged(left: &Self, right: &Self) -> Self {
        let mut out = Self::default();
        out.keys.reserve_exact(left.keys.len() + right.keys.len());
        out.values.reserve_exact(left.keys.len() + right.keys.len());
        let (mut left, mut right) = (left.pairs(0).peekable(), right.pairs(0).peekable());
        loop {
            let next = match (left.peek(), right.peek()) {
                (Some(a), Some(b)) if a <= b => left.next(),
                (_, Some(_)) => right.next(),
                (_, None) => left.next(),
            };
            let Some((key, value)) = next else { return out };
            out.keys.push(key);
            out.values.push(value);
        }
    }

    fn pairs(&self, from: usize) -> impl Iterator<Item = (u64, u32)> {
        // Sliced, not skipped: without optimisation `skip` walks a zip step by step.
        let keys = self.keys.get(from..).unwrap_or_default();
        let values = self.values.get(from..).unwrap_or_default();
        keys.iter().copied().zip(values.iter().copied())
    }
}

/// A persistent multimap from hashes to numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct HashIndex {
    /// Largest first.
    runs: Vec<Arc<Sorted>>,
    fresh: Arc<Vec<(u64, u32)>>,
}

impl HashIndex {
    /// Adds a number under a hash.
    pub(super) fn insert(&mut self, key: u64, value: u32) {
        let fresh = Arc::make_mut(&mut self.fresh);
        let at = fresh.partition_point(|entry| *entry < (key, value));
        fresh.insert(at, (key, value));
        if fresh.len() < FRESH {
            return;
        }
        let (keys, values) = fresh.drain(..).unzip();
        self.runs.push(Arc::new(Sorted { keys, values }));
        while let [.., larger, smaller] = self.runs.as_slice()
            && smaller.keys.len() * RATIO > larger.keys.len()
        {
            self.merge_last();
        }
    }

    /// All numbers under a hash, in no promised order.
    pub(super) fn get(&self, key: u64) -> impl Iterator<Item = u32> {
        let in_runs = self.runs.iter().flat_map(move |run| {
            let from = run.keys.partition_point(|known| *known < key);
            run.pairs(from).take_while(move |(known, _)| *known == key)
        });
        let from = self.fresh.partition_point(|(known, _)| *known < key);
        let fresh = self.fresh.iter().skip(from).copied().take_while(move |(known, _)| *known == key);
        in_runs.chain(fresh).map(|(_, value)| value)
    }

    /// Merges all runs into one.
    pub(super) fn merge(&mut self) {
        while self.runs.len() > 1 {
            self.merge_last();
        }
    }

    fn merge_last(&mut self) {
        if let (Some(right), Some(left)) = (self.runs.pop(), self.runs.pop()) {
            self.runs.push(Arc::new(Sorted::merged(&left, &right)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_found_under_its_hash() {
        let mut index = HashIndex::default();
        for value in 0..5_000u32 {
            index.insert(hash_of(&(value % 1_000)), value);
        }
        let before = index.clone();
        index.insert(hash_of(&7u32), 9_999);
        index.merge();
        for key in 0..1_000u32 {
            let mut found: Vec<u32> = index.get(hash_of(&key)).filter(|value| *value < 5_000).collect();
            found.sort_unstable();
            assert_eq!(found, (0..5).map(|turn| turn * 1_000 + key).collect::<Vec<_>>());
        }
        assert!(index.get(hash_of(&7u32)).any(|value| value == 9_999));
        assert!(before.get(hash_of(&7u32)).all(|value| value != 9_999));
    }

    #[test]
    fn runs_stay_few() {
        let mut index = HashIndex::default();
        for value in 0..40_000u32 {
            index.insert(hash_of(&value), value);
        }
        assert!(index.runs.len() <= 4, "{} runs", index.runs.len());
    }
}

//! From a hash to numbers: the one index behind ids, names, interned values and fingerprints.
//!
//! A [`HashIndex`] is a persistent multimap in sorted runs, 8 B an entry: half a hash and a number. It
//! stores no key: whoever looks up compares what the numbers stand for. New entries go to a small sorted list,
//! which becomes a run when full; runs merge as soon as one is not [`RATIO`] times as large as the next.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use super::buckets::in_buckets;

/// Entries that wait in the sorted list.
const FRESH: usize = 256;
/// How many times larger a run is than the next.
const RATIO: usize = 8;
/// The first bits of a hash, by which entries are dealt out before they are sorted.
const BUCKET_BITS: u32 = 12;

/// The hash by which a value is looked up; the same in every process.
pub(super) fn hash_of<T: Hash + ?Sized>(value: &T) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// The upper half of a hash, and a number below it: sorted by both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry(u64);

impl Entry {
    pub(super) fn new(key: u64, value: u32) -> Self {
        Self(key >> 32 << 32 | u64::from(value))
    }

    const fn value(self) -> u32 {
        (self.0 & 0xffff_ffff) as u32
    }

    const fn has_key(self, key: u64) -> bool {
        self.0 >> 32 == key >> 32
    }
}

/// Sorted entries.
#[derive(Debug, Default)]
pub(super) struct Sorted(Vec<Entry>);

impl Sorted {
    fn merged(left: &Self, right: &Self) -> Self {
        let mut out = Vec::with_capacity(left.0.len() + right.0.len());
        let (mut left, mut right) = (left.0.iter().copied().peekable(), right.0.iter().copied().peekable());
        loop {
            let next = match (left.peek(), right.peek()) {
                (Some(a), Some(b)) if a <= b => left.next(),
                (_, Some(_)) => right.next(),
                (_, None) => left.next(),
            };
            let Some(entry) = next else { return Self(out) };
            out.push(entry);
        }
    }

    /// All numbers under a hash.
    pub(super) fn get(&self, key: u64) -> impl Iterator<Item = u32> {
        let found = self.0.get(self.first(key)..).unwrap_or_default().iter();
        found.take_while(move |entry| entry.has_key(key)).map(|entry| entry.value())
    }

    /// The place of the first entry that is not before a hash.
    fn first(&self, key: u64) -> usize {
        let wanted = Entry::new(key, 0);
        let is_before = |at: usize| self.0.get(at).is_some_and(|entry| *entry < wanted);
        let length = self.0.len();
        // Hashes are spread evenly, so an entry stands about where its hash says: four deviations either way
        // are a few pages of memory, all entries are thousands. Where they are not spread, all are searched.
        let about = usize::try_from((u128::from(key >> 32) * length as u128) >> 32).unwrap_or(0);
        let reach = 2 * length.isqrt() + 16;
        let (mut low, mut high) = (about.saturating_sub(reach), (about + reach).min(length));
        if low > 0 && !is_before(low - 1) {
            (low, high) = (0, low);
        } else if high < length && is_before(high) {
            (low, high) = (high, length);
        }
        low + self.0.get(low..high).unwrap_or_default().partition_point(|entry| *entry < wanted)
    }

    /// Bytes that it takes.
    pub(super) const fn bytes(&self) -> usize {
        self.0.capacity() * size_of::<Entry>()
    }
}

/// A persistent multimap from hashes to numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct HashIndex {
    /// Largest first.
    runs: Vec<Arc<Sorted>>,
    fresh: Arc<Vec<Entry>>,
}

impl HashIndex {
    /// Of many entries at once, in any order; `entries` gives them twice.
    pub(super) fn of<I: Iterator<Item = (u64, u32)>>(entries: impl Fn() -> I) -> Self {
        let entry = |(key, value)| {
            let entry = Entry::new(key, value);
            ((entry.0 >> (u64::BITS - BUCKET_BITS)) as usize, entry)
        };
        let sorted = in_buckets(1 << BUCKET_BITS, Entry(0), || entries().map(entry), <[Entry]>::sort_unstable);
        Self {
            runs: vec![Arc::new(Sorted(sorted))],
            fresh: Arc::default(),
        }
    }

    /// Adds a number under a hash.
    pub(super) fn insert(&mut self, key: u64, value: u32) {
        let fresh = Arc::make_mut(&mut self.fresh);
        let entry = Entry::new(key, value);
        fresh.insert(fresh.partition_point(|known| *known < entry), entry);
        if fresh.len() < FRESH {
            return;
        }
        self.runs.push(Arc::new(Sorted(fresh.split_off(0))));
        while let [.., larger, smaller] = self.runs.as_slice()
            && smaller.0.len() * RATIO > larger.0.len()
        {
            self.merge_last();
        }
    }

    /// All numbers under a hash, in no promised order.
    pub(super) fn get(&self, key: u64) -> impl Iterator<Item = u32> {
        let in_runs = self.runs.iter().flat_map(move |run| run.get(key));
        let from = self.fresh.partition_point(|entry| *entry < Entry::new(key, 0));
        let fresh = self.fresh.get(from..).unwrap_or_default().iter();
        in_runs.chain(fresh.take_while(move |entry| entry.has_key(key)).map(|entry| entry.value()))
    }

    /// Calls `visit` with every number that has its hash in common with another, in an index made at once.
    pub(super) fn each_shared(&self, mut visit: impl FnMut(u32)) {
        for run in &self.runs {
            let same_hash = run.0.chunk_by(|a, b| a.0 >> 32 == b.0 >> 32);
            for shared in same_hash.filter(|entries| entries.len() > 1) {
                for entry in shared {
                    visit(entry.value());
                }
            }
        }
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

    /// Bytes that it takes.
    pub(super) fn bytes(&self) -> usize {
        let runs: usize = self.runs.iter().map(|run| run.bytes()).sum();
        runs + self.fresh.capacity() * size_of::<Entry>()
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
    fn an_index_made_at_once_finds_the_same_however_its_hashes_lie() {
        let evenly = |value: u32| hash_of(&value);
        let crowded = |value: u32| u64::from(value / 3) << 32;
        let at_both_ends = |value: u32| {
            if value.is_multiple_of(2) {
                u64::from(value) << 32
            } else {
                u64::MAX - u64::from(value)
            }
        };
        for key_of in [&evenly as &dyn Fn(u32) -> u64, &crowded, &at_both_ends] {
            let mut one_by_one = HashIndex::default();
            (0..9_000).for_each(|value| one_by_one.insert(key_of(value), value));
            let at_once = HashIndex::of(|| (0..9_000).map(|value| (key_of(value), value)));
            for value in 0..9_100 {
                let sorted = |index: &HashIndex| {
                    let mut found: Vec<u32> = index.get(key_of(value)).collect();
                    found.sort_unstable();
                    found
                };
                assert_eq!(sorted(&at_once), sorted(&one_by_one), "{value}");
                assert_eq!(sorted(&at_once).contains(&value), value < 9_000);
            }
        }
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

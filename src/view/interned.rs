//! Tables of distinct values: odd valid times, qualifiers, plain values and provenance are held once each.

use std::borrow::Borrow;
use std::hash::Hash;

use super::chunked::Column;
use super::hashed::{HashIndex, hash_of};

/// Distinct values by number, in the order in which they first came.
#[derive(Clone, Debug)]
pub(super) struct Interned<T> {
    table: Column<T>,
    index: HashIndex,
}

impl<T> Default for Interned<T> {
    fn default() -> Self {
        Self {
            table: Column::default(),
            index: HashIndex::default(),
        }
    }
}

impl<T: Clone> Interned<T> {
    /// The number of a value; when it was not there, a new one, for the value that `own` makes of it.
    pub(super) fn intern<Q>(&mut self, value: &Q, own: impl FnOnce(&Q) -> T) -> u32
    where
        T: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let key = hash_of(value);
        let known = self
            .index
            .get(key)
            .find(|number| self.get(*number).is_some_and(|known| known.borrow() == value));
        known.unwrap_or_else(|| {
            // A store numbers its facts in 32 bits, so its distinct values fit too.
            let number = u32::try_from(self.table.push(own(value))).unwrap_or(u32::MAX);
            self.index.insert(key, number);
            number
        })
    }

    /// The value of a number.
    pub(super) fn get(&self, number: u32) -> Option<&T> {
        self.table.get(number as usize)
    }

    /// Merges the index's runs.
    pub(super) fn merge(&mut self) {
        self.index.merge();
    }

    /// Bytes that it takes; `heap` says what a value holds elsewhere. Costs a look at every value.
    pub(super) fn bytes(&self, heap: impl Fn(&T) -> usize) -> usize {
        self.table.bytes() + self.index.bytes() + self.table.iter().map(heap).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_share_a_number() {
        let mut table: Interned<String> = Interned::default();
        let numbers: Vec<u32> = ["a", "b", "a", "c", "b"]
            .into_iter()
            .map(|text| table.intern(text, str::to_owned))
            .collect();
        assert_eq!(numbers, [0, 1, 0, 2, 1]);
        assert_eq!(table.get(2).map(String::as_str), Some("c"));
        assert_eq!(table.get(3), None);
    }
}

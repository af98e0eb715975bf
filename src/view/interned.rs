//! Tables of distinct values: valid times, qualifiers, plain values and provenance are held once each.

use std::hash::Hash;
use std::sync::Arc;

use super::chunked::Column;
use super::hashed::{HashIndex, hash_of};

/// Distinct values by number, in the order in which they first came.
#[derive(Clone, Debug)]
pub(super) struct Interned<T> {
    table: Column<Arc<T>>,
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

impl<T: Eq + Hash> Interned<T> {
    /// The number of a value, a new one when it was not there.
    pub(super) fn intern(&mut self, value: T) -> u32 {
        let key = hash_of(&value);
        let known = self.index.get(key).find(|number| self.get(*number) == Some(&value));
        known.unwrap_or_else(|| {
            // A store numbers its facts in 32 bits, so its distinct values fit too.
            let number = u32::try_from(self.table.push(Arc::new(value))).unwrap_or(u32::MAX);
            self.index.insert(key, number);
            number
        })
    }

    /// The value of a number.
    pub(super) fn get(&self, number: u32) -> Option<&T> {
        self.table.get(number as usize).map(Arc::as_ref)
    }

    /// Merges the index's runs.
    pub(super) fn merge(&mut self) {
        self.index.merge();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_share_a_number() {
        let mut table = Interned::default();
        let numbers: Vec<u32> = ["a", "b", "a", "c", "b"]
            .into_iter()
            .map(|text| table.intern(text.to_owned()))
            .collect();
        assert_eq!(numbers, [0, 1, 0, 2, 1]);
        assert_eq!(table.get(2).map(String::as_str), Some("c"));
        assert_eq!(table.get(3), None);
    }
}

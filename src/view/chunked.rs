//! Append-only columns that share what did not change: the body of every table of the view.
//!
//! A [`Column`] keeps its values in chunks of [`CHUNK`] behind `Arc`s. A clone shares them all; a push
//! or a change afterwards copies the chunk it falls into, and only while a clone still holds it. So the
//! next snapshot costs what a commit brings, never what the store holds, and a reader's clone answers as
//! before. Values are never removed.

use std::ops::Range;
use std::sync::Arc;

/// Values of a chunk.
const CHUNK: usize = 512;
/// Chunks of a branch: a quarter of a million values hang on one `Arc`, so that a clone touches few.
const BRANCH: usize = 512;

type Chunk<T> = Arc<Vec<T>>;

/// A persistent column: values by number, from 0.
#[derive(Clone, Debug)]
pub(super) struct Column<T> {
    /// Full chunks; all branches but the last one are full.
    full: Vec<Arc<Vec<Chunk<T>>>>,
    /// The last chunk, never full.
    tail: Chunk<T>,
    len: usize,
}

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self {
            full: Vec::new(),
            tail: Arc::new(Vec::new()),
            len: 0,
        }
    }
}

impl<T> Column<T> {
    /// How many values there are.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// The value of a number.
    #[inline]
    pub(super) fn get(&self, index: usize) -> Option<&T> {
        let chunk = index / CHUNK;
        if chunk == self.len / CHUNK {
            return self.tail.get(index % CHUNK);
        }
        self.full.get(chunk / BRANCH)?.get(chunk % BRANCH)?.get(index % CHUNK)
    }

    /// The newest value.
    pub(super) fn last(&self) -> Option<&T> {
        self.get(self.len.checked_sub(1)?)
    }

    /// All values, by number.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.full
            .iter()
            .flat_map(|branch| branch.iter())
            .chain([&self.tail])
            .flat_map(|chunk| chunk.iter())
    }

    /// Values by number, from one number on to another.
    pub(super) fn range(&self, numbers: Range<usize>) -> impl Iterator<Item = &T> {
        let chunks = numbers.start / CHUNK..numbers.end.div_ceil(CHUNK);
        chunks.flat_map(move |chunk| {
            let values = if chunk == self.len / CHUNK {
                self.tail.as_slice()
            } else {
                let branch = self.full.get(chunk / BRANCH);
                branch
                    .and_then(|branch| branch.get(chunk % BRANCH))
                    .map_or(&[][..], |chunk| chunk.as_slice())
            };
            let first = chunk * CHUNK;
            let (from, to) = (numbers.start.max(first) - first, (numbers.end - first).min(values.len()));
            values.get(from..to).unwrap_or_default()
        })
    }

    /// The first number whose value does not meet `holds`, when it holds for all before it and for none after.
    pub(super) fn partition_point(&self, holds: impl Fn(&T) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.get(middle).is_some_and(&holds) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

impl<T> Column<T> {
    /// Bytes that it takes, without what its values hold elsewhere.
    pub(super) fn bytes(&self) -> usize {
        // Full chunks hold no more than their values; an `Arc` adds two counts, a list three words.
        const AROUND: usize = 5 * size_of::<usize>();
        let directory: usize = self
            .full
            .iter()
            .map(|branch| AROUND + branch.capacity() * size_of::<Chunk<T>>())
            .sum();
        let full = self.len / CHUNK * (AROUND + CHUNK * size_of::<T>());
        let tail = AROUND + self.tail.capacity() * size_of::<T>();
        self.full.capacity() * size_of::<usize>() + directory + full + tail
    }
}

impl<T: Clone> Column<T> {
    /// Puts a value at the end and gives its number.
    pub(super) fn push(&mut self, value: T) -> usize {
        let tail = Arc::make_mut(&mut self.tail);
        tail.push(value);
        if tail.len() == CHUNK {
            tail.shrink_to_fit();
            let sealed = std::mem::take(&mut self.tail);
            match self.full.last_mut() {
                Some(branch) if branch.len() < BRANCH => Arc::make_mut(branch).push(sealed),
                _ => self.full.push(Arc::new(vec![sealed])),
            }
        }
        self.len += 1;
        self.len - 1
    }

    /// Puts copies of a value at the end until there are `len`.
    pub(super) fn pad(&mut self, len: usize, value: &T) {
        while self.len < len {
            self.push(value.clone());
        }
    }

    /// The value of a number, to be changed: its chunk is copied when a clone holds it.
    pub(super) fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        let chunk = index / CHUNK;
        if chunk == self.len / CHUNK {
            return Arc::make_mut(&mut self.tail).get_mut(index % CHUNK);
        }
        let branch = Arc::make_mut(self.full.get_mut(chunk / BRANCH)?);
        Arc::make_mut(branch.get_mut(chunk % BRANCH)?).get_mut(index % CHUNK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_holds_what_was_pushed_across_chunks_and_branches() {
        let mut column = Column::default();
        let count = CHUNK * BRANCH + CHUNK + 3;
        for value in 0..count {
            assert_eq!(column.push(value), value);
        }
        assert_eq!(column.len(), count);
        assert!((0..count).all(|at| column.get(at) == Some(&at)));
        assert_eq!(column.get(count), None);
        assert_eq!(column.last(), Some(&(count - 1)));
        assert!(column.iter().copied().eq(0..count));
        for range in [0..count, 700..CHUNK * BRANCH + 1, count - 2..count, 5..5, 3..9] {
            assert!(column.range(range.clone()).copied().eq(range));
        }
        assert_eq!(column.partition_point(|value| *value < 1_000), 1_000);
    }

    #[test]
    fn a_clone_does_not_see_what_is_changed_afterwards() {
        let mut column = Column::default();
        column.pad(CHUNK * 2 + 1, &0);
        let before = column.clone();
        *column.get_mut(3).unwrap() = 1;
        *column.get_mut(CHUNK * 2).unwrap() = 1;
        column.push(7);
        assert!(before.iter().all(|value| *value == 0));
        assert_eq!(before.get(CHUNK * 2 + 1), None);
        assert_eq!(
            (column.get(3), column.get(CHUNK * 2), column.last()),
            (Some(&1), Some(&1), Some(&7))
        );
    }

    #[test]
    fn a_full_last_chunk_leaves_no_value_behind() {
        let mut column = Column::default();
        column.pad(CHUNK, &5);
        assert_eq!(column.get(CHUNK - 1), Some(&5));
        assert_eq!(column.get(CHUNK), None);
        assert_eq!(column.last(), Some(&5));
    }
}

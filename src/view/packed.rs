//! Rows of numbers in as few bits as they take: the body of the table of facts.
//!
//! New rows of a [`Packed`] wait as they are in a tail. Every [`BLOCK`] of them are sealed: a column is kept
//! as the distance from its least number in the block, in as many bits as the greatest distance takes, and a
//! column that is the same all over takes none. The numbers of a row stand side by side, so that a row is one
//! or two lines of memory away, wherever it is. Clones share blocks and tail, as those of a `chunked` column
//! do; rows are never changed or removed.

use std::ops::Range;
use std::sync::Arc;

use smallvec::SmallVec;

use super::chunked::Column;

/// Rows of a block.
const BLOCK: usize = 1024;

/// A table of rows of `N` numbers.
#[derive(Clone, Debug)]
pub(super) struct Packed<const N: usize> {
    sealed: Column<Arc<Block<N>>>,
    /// The last rows, fewer than [`BLOCK`].
    tail: Arc<Vec<[u32; N]>>,
    /// Bytes that the sealed blocks take.
    sealed_bytes: usize,
}

impl<const N: usize> Default for Packed<N> {
    fn default() -> Self {
        Self {
            sealed: Column::default(),
            tail: Arc::default(),
            sealed_bytes: 0,
        }
    }
}

impl<const N: usize> Packed<N> {
    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.sealed.len() * BLOCK + self.tail.len()
    }

    /// Puts a row at the end and gives its place.
    pub(super) fn push(&mut self, row: [u32; N]) -> usize {
        let place = self.len();
        let tail = Arc::make_mut(&mut self.tail);
        tail.push(row);
        if tail.len() == BLOCK {
            let block = Block::seal(tail);
            // Emptied, not dropped: the next block needs the room again.
            tail.clear();
            self.sealed_bytes += block.bytes();
            self.sealed.push(Arc::new(block));
        }
        place
    }

    /// The row at a place.
    #[inline]
    pub(super) fn row(&self, place: usize) -> Option<[u32; N]> {
        match self.sealed.get(place / BLOCK) {
            Some(block) => Some(block.row(place % BLOCK)),
            None => self.tail.get(place - self.sealed.len() * BLOCK).copied(),
        }
    }

    /// Reads a little of a row, to have it at hand.
    #[inline]
    pub(super) fn touch(&self, place: usize) -> u64 {
        let block = self.sealed.get(place / BLOCK);
        block.map_or(0, |block| {
            block.words.get((place % BLOCK) * block.row_bits / 64).copied().unwrap_or(0)
        })
    }

    /// Some numbers of the row at a place, by their columns.
    #[inline]
    pub(super) fn numbers<const M: usize>(&self, place: usize, columns: [usize; M]) -> Option<[u32; M]> {
        if let Some(block) = self.sealed.get(place / BLOCK) {
            return Some(block.numbers(place % BLOCK, columns));
        }
        let row = self.tail.get(place - self.sealed.len() * BLOCK)?;
        Some(columns.map(|column| row.get(column).copied().unwrap_or(0)))
    }

    /// Rows at places that follow each other.
    pub(super) fn iter(&self, places: Range<usize>) -> impl Iterator<Item = [u32; N]> {
        let blocks = places.start / BLOCK..places.end.div_ceil(BLOCK);
        blocks.flat_map(move |at| {
            let block = self.sealed.get(at);
            let (start, end) = (places.start.max(at * BLOCK), places.end.min((at + 1) * BLOCK).min(self.len()));
            (start..end).map(move |place| match block {
                Some(block) => block.row(place % BLOCK),
                None => self.tail.get(place % BLOCK).copied().unwrap_or([0; N]),
            })
        })
    }

    /// Some numbers of rows at places that follow each other, by their columns.
    pub(super) fn iter_numbers<const M: usize>(&self, places: Range<usize>, columns: [usize; M]) -> impl Iterator<Item = [u32; M]> {
        let blocks = places.start / BLOCK..places.end.div_ceil(BLOCK);
        blocks.flat_map(move |at| {
            let block = self.sealed.get(at);
            let (start, end) = (places.start.max(at * BLOCK), places.end.min((at + 1) * BLOCK).min(self.len()));
            (start..end).map(move |place| match block {
                Some(block) => block.numbers(place % BLOCK, columns),
                None => self.numbers(place, columns).unwrap_or([0; M]),
            })
        })
    }

    /// The newest row.
    pub(super) fn last(&self) -> Option<[u32; N]> {
        if let Some(row) = self.tail.last() {
            return Some(*row);
        }
        self.row(self.len().checked_sub(1)?)
    }

    /// Bytes that it takes.
    pub(super) fn bytes(&self) -> usize {
        self.sealed.bytes() + self.sealed_bytes + self.tail.capacity() * size_of::<[u32; N]>()
    }
}

/// How the numbers of a column are kept in a block.
#[derive(Clone, Copy, Debug, Default)]
struct Frame {
    least: u32,
    /// Bits before it in a row.
    offset: u16,
    /// Bits it takes, at most 32.
    width: u8,
}

/// [`BLOCK`] rows, one behind another in a stream of bits that begins at the lowest bit of the first word.
#[derive(Debug)]
struct Block<const N: usize> {
    frames: [Frame; N],
    row_bits: usize,
    words: Box<[u64]>,
}

impl<const N: usize> Block<N> {
    fn seal(rows: &[[u32; N]]) -> Self {
        let mut least = [u32::MAX; N];
        let mut greatest = [0; N];
        for row in rows {
            for ((least, greatest), number) in least.iter_mut().zip(&mut greatest).zip(row) {
                *least = (*least).min(*number);
                *greatest = (*greatest).max(*number);
            }
        }
        let mut row_bits: u16 = 0;
        let mut frames = [Frame::default(); N];
        for (frame, (least, greatest)) in frames.iter_mut().zip(least.into_iter().zip(greatest)) {
            let width = u32::BITS - greatest.saturating_sub(least).leading_zeros();
            *frame = Frame {
                least,
                offset: row_bits,
                width: u8::try_from(width).unwrap_or(32),
            };
            row_bits += u16::from(frame.width);
        }
        let row_bits = usize::from(row_bits);
        // A column that is the same all over takes no bits, and most are.
        let varied: SmallVec<[(usize, Frame); N]> = frames.iter().copied().enumerate().filter(|(_, frame)| frame.width > 0).collect();
        let mut words = Vec::with_capacity((rows.len() * row_bits).div_ceil(64));
        let (mut waiting, mut bits): (u64, u32) = (0, 0);
        for row in rows {
            for (column, frame) in &varied {
                let distance = u64::from(row.get(*column).map_or(0, |number| number.wrapping_sub(frame.least)));
                waiting |= distance << bits;
                bits += u32::from(frame.width);
                if bits >= 64 {
                    words.push(waiting);
                    bits -= 64;
                    // What did not fit. A number takes at most half a word, so some of it did.
                    waiting = distance >> (u32::from(frame.width) - bits);
                }
            }
        }
        if bits > 0 {
            words.push(waiting);
        }
        Self {
            frames,
            row_bits,
            words: words.into_boxed_slice(),
        }
    }

    #[inline]
    fn row(&self, row: usize) -> [u32; N] {
        // Filled, not mapped: arrays are mapped one call an element.
        let mut numbers = [0; N];
        for (number, frame) in numbers.iter_mut().zip(&self.frames) {
            *number = self.read(row, *frame);
        }
        numbers
    }

    #[inline]
    fn numbers<const M: usize>(&self, row: usize, columns: [usize; M]) -> [u32; M] {
        let mut numbers = [0; M];
        for (number, column) in numbers.iter_mut().zip(columns) {
            *number = self.frames.get(column).map_or(0, |frame| self.read(row, *frame));
        }
        numbers
    }

    #[inline]
    fn read(&self, row: usize, frame: Frame) -> u32 {
        if frame.width == 0 {
            return frame.least;
        }
        let bit = row * self.row_bits + usize::from(frame.offset);
        // A number may lie across two words; behind the last word there is nothing but unused bits.
        let word = |at: usize| u128::from(self.words.get(at).copied().unwrap_or(0));
        let pair = word(bit / 64) | word(bit / 64 + 1) << 64;
        let distance = low_word(pair >> (bit % 64)) & ((1 << frame.width) - 1);
        #[expect(clippy::cast_possible_truncation, reason = "masked to at most 32 bits")]
        let distance = distance as u32;
        frame.least.wrapping_add(distance)
    }

    /// Bytes that it takes, with the counts of its `Arc`.
    fn bytes(&self) -> usize {
        size_of::<Self>() + 2 * size_of::<usize>() + size_of_val(&*self.words)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the upper half is what the caller keeps")]
const fn low_word(bits: u128) -> u64 {
    bits as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Rows whose columns are constant, narrow, wide and anything at all.
    fn rows(count: usize, seed: u64) -> Vec<[u32; 5]> {
        let mut state = seed;
        let mut next = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            u32::try_from(state >> 32).unwrap()
        };
        let (narrow, wide) = (next() % 33, next() % 33);
        let below = |bits: u32, number: u32| if bits == 0 { 0 } else { number >> (32 - bits) };
        (0..count)
            .map(|_| [7, below(narrow, next()), u32::MAX - below(wide, next()), next(), next() & 1])
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

        #[test]
        fn what_went_in_comes_out(count in 0..3 * BLOCK, seed in any::<u64>()) {
            let expected = rows(count, seed);
            let mut packed = Packed::default();
            let mut halfway = Packed::default();
            for (place, row) in expected.iter().enumerate() {
                prop_assert_eq!(packed.push(*row), place);
                if place == count / 2 {
                    halfway = packed.clone();
                }
            }
            prop_assert_eq!(packed.len(), count);
            for (place, row) in expected.iter().enumerate() {
                prop_assert_eq!(packed.row(place), Some(*row));
                prop_assert_eq!(packed.numbers(place, [3, 0]), Some([row[3], row[0]]));
                prop_assert_eq!(halfway.row(place), (place <= count / 2).then_some(*row));
            }
            prop_assert!(packed.iter(0..count).eq(expected.iter().copied()));
            prop_assert!(packed.iter(count / 3..count / 2).eq(expected.iter().take(count / 2).skip(count / 3).copied()));
            prop_assert!(packed.iter_numbers(0..count, [1, 3]).eq(expected.iter().map(|row| [row[1], row[3]])));
            prop_assert_eq!(packed.last(), expected.last().copied());
            prop_assert_eq!(packed.row(count), None);
            prop_assert_eq!(packed.numbers(count, [0]), None);
        }
    }

    #[test]
    fn a_column_takes_the_bits_of_its_range_and_a_constant_one_none() {
        let mut packed = Packed::<3>::default();
        for number in 0..4 * 1024 {
            packed.push([u32::MAX, 1_000_000 + number % 500, number % 2]);
        }
        let a_row = 9 + 1;
        let blocks = 4 * (size_of::<Block<3>>() + 16);
        assert_eq!(packed.sealed_bytes, blocks + 4 * 1024 * a_row / 8);
    }
}

//! A set of numbers that snapshots share: one bit each.

use super::chunked::Column;

/// Numbers of a word.
const WORD: usize = 64;

/// A persistent set of numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Bits(Column<u64>);

impl Bits {
    /// Whether a number is in the set.
    #[inline]
    pub(super) fn has(&self, number: usize) -> bool {
        self.0.get(number / WORD).is_some_and(|word| word & bit(number) != 0)
    }

    /// Bytes that it takes.
    pub(super) fn bytes(&self) -> usize {
        self.0.bytes()
    }

    /// Adds a number.
    pub(super) fn set(&mut self, number: usize) {
        self.0.pad(number / WORD + 1, &0);
        if let Some(word) = self.0.get_mut(number / WORD) {
            *word |= bit(number);
        }
    }
}

const fn bit(number: usize) -> u64 {
    1 << (number % WORD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_what_was_added_and_a_clone_what_was_there() {
        let mut bits = Bits::default();
        for number in [0, 63, 64, 100_000] {
            bits.set(number);
        }
        let before = bits.clone();
        bits.set(7);
        let has = |bits: &Bits| (0..100_100).filter(|number| bits.has(*number)).collect::<Vec<_>>();
        assert_eq!(has(&bits), [0, 7, 63, 64, 100_000]);
        assert_eq!(has(&before), [0, 63, 64, 100_000]);
    }
}

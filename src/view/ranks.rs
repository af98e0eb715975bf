//! Which nodes of a chunk have a list, and at which place: a bit a node, and how many come before each word.
//!
//! A run that few facts went into has few of a chunk's nodes, and a search asks every run for every node it meets:
//! by halving, that was most of what several runs cost.

/// Nodes of a word.
const WORD: usize = 64;
/// Words of a chunk.
const WORDS: usize = super::chunk::CHUNK as usize / WORD;

/// A set of a chunk's nodes, in order.
#[derive(Clone, Debug)]
pub(super) struct Ranks {
    words: [u64; WORDS],
    /// How many nodes the words before hold.
    before: [u16; WORDS],
}

impl Default for Ranks {
    fn default() -> Self {
        Self {
            words: [0; WORDS],
            before: [0; WORDS],
        }
    }
}

impl Ranks {
    /// Adds a node; the set is [sealed](Self::seal) afterwards.
    pub(super) fn add(&mut self, node: u16) {
        if let Some(bits) = self.words.get_mut(usize::from(node) / WORD) {
            *bits |= 1 << (usize::from(node) % WORD);
        }
    }

    /// Counts, once all are there.
    pub(super) fn seal(&mut self) {
        let mut count = 0;
        for (before, bits) in self.before.iter_mut().zip(&self.words) {
            *before = count;
            // At most a chunk's nodes.
            count += u16::try_from(bits.count_ones()).unwrap_or(0);
        }
    }

    /// How many nodes come before this one; `None` when it is not there.
    #[inline]
    pub(super) fn place(&self, node: u16) -> Option<usize> {
        let (word, bit) = (usize::from(node) / WORD, usize::from(node) % WORD);
        let (bits, before) = (self.words.get(word)?, self.before.get(word)?);
        let is_there = bits >> bit & 1 != 0;
        is_there.then(|| usize::from(*before) + (bits & ((1 << bit) - 1)).count_ones() as usize)
    }

    /// The nodes of this set or another, in order.
    pub(super) fn union(&self, other: &Self) -> impl Iterator<Item = u16> {
        let words = self.words.iter().zip(&other.words).map(|(a, b)| a | b);
        let starts = (0..super::chunk::NODES).step_by(WORD);
        starts.zip(words).flat_map(|(start, bits)| {
            let is_there = move |bit: &u16| bits >> bit & 1 != 0;
            (0..64).filter(is_there).map(move |bit| start + bit)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(nodes: &[u16]) -> Ranks {
        let mut ranks = Ranks::default();
        for node in nodes {
            ranks.add(*node);
        }
        ranks.seal();
        ranks
    }

    #[test]
    fn a_node_stands_behind_those_before_it() {
        let nodes = [0, 1, 63, 64, 100, 4_000, 4_095];
        let ranks = of(&nodes);
        for (place, node) in nodes.iter().enumerate() {
            assert_eq!(ranks.place(*node), Some(place));
        }
        assert!([2, 62, 65, 4_001].iter().all(|node| ranks.place(*node).is_none()));
    }

    #[test]
    fn two_sets_are_gone_through_together() {
        let (left, right) = (of(&[0, 63, 64, 4_095]), of(&[1, 63, 70]));
        assert_eq!(left.union(&right).collect::<Vec<_>>(), [0, 1, 63, 64, 70, 4_095]);
    }
}

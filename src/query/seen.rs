//! What a search has met: sets of nodes, and a value a node, kept from question to question.
//!
//! Nodes are dense numbers, so a set is a bit each, found in one step. To clear it would cost as much as the
//! store has nodes, so a set notes the words it touched and clears those: a question pays for what it met. Each
//! thread keeps the few sets that it uses at a time.

use std::cell::RefCell;

use crate::model::NodeNumber;

/// Nodes of a word.
const WORD: usize = 64;
/// Sets that a thread keeps: more than any question uses at once.
const KEPT: usize = 8;

thread_local! {
    static KEPT_SETS: RefCell<Vec<Bits>> = const { RefCell::new(Vec::new()) };
    static KEPT_VALUES: RefCell<Vec<Vec<u32>>> = const { RefCell::new(Vec::new()) };
}

/// All bits are zero but those of the words that were touched.
#[derive(Debug, Default)]
struct Bits {
    words: Vec<u64>,
    touched: Vec<u32>,
}

/// A set of nodes.
#[derive(Debug)]
pub(super) struct Seen(Bits);

impl Seen {
    /// An empty set.
    pub(super) fn new() -> Self {
        Self(KEPT_SETS.with_borrow_mut(|kept| kept.pop().unwrap_or_default()))
    }

    /// Adds a node; whether it was not there.
    #[inline]
    pub(super) fn insert(&mut self, node: NodeNumber) -> bool {
        let (place, bit) = (node.index() / WORD, 1 << (node.index() % WORD));
        if place >= self.0.words.len() {
            self.0.words.resize((place + 1).next_power_of_two(), 0);
        }
        let Some(word) = self.0.words.get_mut(place) else { return false };
        if *word == 0 {
            // Nodes have 32 bits, so their words have fewer.
            self.0.touched.push(u32::try_from(place).unwrap_or(u32::MAX));
        }
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    /// Whether a node is in the set.
    #[inline]
    pub(super) fn has(&self, node: NodeNumber) -> bool {
        let bit = 1 << (node.index() % WORD);
        self.0.words.get(node.index() / WORD).is_some_and(|word| word & bit != 0)
    }
}

impl Drop for Seen {
    fn drop(&mut self) {
        let Bits { mut words, mut touched } = std::mem::take(&mut self.0);
        for place in touched.drain(..) {
            if let Some(word) = words.get_mut(place as usize) {
                *word = 0;
            }
        }
        KEPT_SETS.with_borrow_mut(|kept| {
            if kept.len() < KEPT {
                kept.push(Bits { words, touched });
            }
        });
    }
}

/// A number for each of the nodes that were met.
#[derive(Debug)]
pub(super) struct Values {
    met: Seen,
    values: Vec<u32>,
}

impl Values {
    /// No node met.
    pub(super) fn new() -> Self {
        Self {
            met: Seen::new(),
            values: KEPT_VALUES.with_borrow_mut(|kept| kept.pop().unwrap_or_default()),
        }
    }

    /// The number of a node; `None` for one that was not met.
    #[inline]
    pub(super) fn get(&self, node: NodeNumber) -> Option<u32> {
        if self.met.has(node) {
            self.values.get(node.index()).copied()
        } else {
            None
        }
    }

    /// Gives a node a number.
    #[inline]
    pub(super) fn set(&mut self, node: NodeNumber, value: u32) {
        self.met.insert(node);
        if node.index() >= self.values.len() {
            self.values.resize((node.index() + 1).next_power_of_two(), 0);
        }
        if let Some(slot) = self.values.get_mut(node.index()) {
            *slot = value;
        }
    }
}

impl Drop for Values {
    fn drop(&mut self) {
        let values = std::mem::take(&mut self.values);
        KEPT_VALUES.with_borrow_mut(|kept| {
            if kept.len() < KEPT {
                kept.push(values);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_empty_again_when_it_is_taken_up_anew() {
        for round in 0..3 {
            let mut seen = Seen::new();
            let nodes = [0, 1, 63, 64, 5_000, 70_000].map(|number| NodeNumber(number + round));
            assert!(nodes.iter().all(|node| !seen.has(*node)));
            assert!(nodes.iter().all(|node| seen.insert(*node)));
            assert!(nodes.iter().all(|node| seen.has(*node) && !seen.insert(*node)));
        }
    }

    #[test]
    fn a_value_is_that_of_this_search() {
        let mut values = Values::new();
        values.set(NodeNumber(300), 7);
        assert_eq!((values.get(NodeNumber(300)), values.get(NodeNumber(2))), (Some(7), None));
        drop(values);
        assert_eq!(Values::new().get(NodeNumber(300)), None);
    }
}

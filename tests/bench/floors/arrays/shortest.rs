//! The length of a shortest path, by two searches that grow towards each other.

use super::{Arrays, Scratch, has, insert};

impl Arrays {
    /// Hops of a shortest path of at most `most`; `None` when there is none or both ends are the same.
    pub(crate) fn shortest(&self, from: u32, to: u32, most: u32, scratch: &mut Scratch) -> Option<u32> {
        if from == to {
            return None;
        }
        let Scratch { here, there, touched, .. } = scratch;
        let (mut near, mut far) = (Side::new(from, here), Side::new(to, there));
        let mut length = None;
        for hops in 1..=most {
            if self.cost(&far) < self.cost(&near) {
                std::mem::swap(&mut near, &mut far);
            }
            if self.grow(&mut near, &far, touched) {
                length = Some(hops);
                break;
            }
            if near.frontier.is_empty() {
                break;
            }
        }
        near.forget(touched);
        far.forget(touched);
        touched.clear();
        length
    }

    /// Neighbours of the whole frontier.
    fn cost(&self, side: &Side<'_>) -> usize {
        side.frontier.iter().map(|node| self.neighbours(*node).len()).sum()
    }

    /// Grows one side by a hop; whether it met the other.
    fn grow(&self, side: &mut Side<'_>, other: &Side<'_>, touched: &mut Vec<u32>) -> bool {
        let mut next = Vec::new();
        for node in &side.frontier {
            for near in self.neighbours(*node) {
                if has(other.seen, *near) {
                    touched.extend(next);
                    return true;
                }
                if insert(side.seen, *near) {
                    next.push(*near);
                }
            }
        }
        touched.extend(&next);
        side.frontier = next;
        false
    }
}

/// One of the two searches.
struct Side<'s> {
    start: u32,
    seen: &'s mut [u64],
    frontier: Vec<u32>,
}

impl<'s> Side<'s> {
    fn new(start: u32, seen: &'s mut [u64]) -> Self {
        insert(seen, start);
        Self {
            start,
            seen,
            frontier: vec![start],
        }
    }

    /// Takes back its bits.
    fn forget(&mut self, touched: &[u32]) {
        self.seen[self.start as usize / 64] = 0;
        for node in touched {
            self.seen[*node as usize / 64] = 0;
        }
    }
}

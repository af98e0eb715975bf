//! A neighbourhood of one hop or two.

use dateline::model::time::Window;

use super::{Arrays, Scratch, days, insert};

/// A fact of a neighbourhood: its hop and its rank.
pub(crate) type Found = (u32, u32);

/// Newest first, then by id: the later first day, the later last day, the smaller rank.
fn newness(first: i32, last: i32, rank: u32) -> u128 {
    let later = |day: i32| u128::from(!(day as u32 ^ 0x8000_0000));
    later(first) << 64 | later(last) << 32 | u128::from(rank)
}

impl Arrays {
    /// The newest facts of a node, perhaps of one relation alone.
    pub(crate) fn one_hop(&self, node: u32, relation: Option<u16>, window: Window, limit: usize) -> Vec<Found> {
        let mut found = Vec::with_capacity(limit);
        self.newest(node, window, limit, |place| {
            let entry = &self.entries[place];
            let passes = relation.is_none_or(|relation| relation == entry.relation);
            if passes {
                found.push((1, entry.rank));
            }
            passes
        });
        found
    }

    /// The newest facts of a node, and behind them, when there is room, the newest of the nodes they lead to.
    pub(crate) fn two_hops(&self, node: u32, per_node: usize, limit: usize, scratch: &mut Scratch) -> Vec<Found> {
        let all = Window::default();
        let mut found = Vec::with_capacity(limit);
        let seen = &mut scratch.here;
        let frontier = &mut scratch.touched;
        insert(seen, node);
        self.newest(node, all, limit, |place| {
            let entry = &self.entries[place];
            found.push((1, entry.rank));
            if insert(seen, entry.other) {
                frontier.push(entry.other);
            }
            true
        });
        let room = limit - found.len();
        if self.list(node).len() <= limit && room > 0 {
            let mut further = Vec::with_capacity(frontier.len() * per_node);
            for near in &*frontier {
                self.newest(*near, all, per_node, |place| {
                    let entry = &self.entries[place];
                    // What leads back was met on the first hop.
                    let is_new = entry.other != node;
                    if is_new {
                        further.push(newness(entry.first, self.last(place), entry.rank));
                    }
                    is_new
                });
            }
            // A fact between two of them was met from both.
            if further.len() > 2 * room {
                further.select_nth_unstable(2 * room);
                further.truncate(2 * room);
            }
            further.sort_unstable();
            further.dedup();
            found.extend(further.iter().take(room).map(|key| (2, *key as u32)));
        }
        for near in frontier.drain(..) {
            seen[near as usize / 64] = 0;
        }
        seen[node as usize / 64] = 0;
        found
    }

    /// Visits a node's facts newest first, those of the same days by rank, until so many were taken.
    fn newest(&self, node: u32, window: Window, limit: usize, mut take: impl FnMut(usize) -> bool) {
        let (since, until) = days(window);
        let places = self.between(node, since, until);
        let (mut end, mut left) = (places.end, limit);
        while end > places.start && left > 0 {
            let days = (self.entries[end - 1].first, self.last(end - 1));
            let mut start = end - 1;
            while start > places.start && (self.entries[start - 1].first, self.last(start - 1)) == days {
                start -= 1;
            }
            if days.1 >= since {
                for place in start..end {
                    left -= usize::from(take(place));
                    if left == 0 {
                        return;
                    }
                }
            }
            end = start;
        }
    }
}

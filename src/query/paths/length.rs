//! How many hops a shortest path has: a two-sided breadth-first search over neighbours.
//!
//! No path is kept: whoever wants them asks `shortest`. The two sides are the nodes within so many hops of either
//! end; as long as they share none, every path is longer than both radii together. So the first node that one
//! side meets in the other ends the search.

use std::ops::ControlFlow;

use crate::model::NodeNumber;
use crate::query::budget::{Cost, Meter};
use crate::query::expand::Walk;
use crate::query::seen::Seen;

use super::Search;

/// One side of the search.
struct Side<'a, 'v> {
    walk: Walk<'a, 'v>,
    seen: Seen,
    outermost: Vec<NodeNumber>,
    /// What the next level costs, about; found out when it is asked for.
    cost: Option<u64>,
}

impl<'a, 'v> Side<'a, 'v> {
    fn new(walk: Walk<'a, 'v>, end: NodeNumber) -> Self {
        let mut seen = Seen::new();
        seen.insert(end);
        Self {
            cost: None,
            walk,
            seen,
            outermost: vec![end],
        }
    }

    fn cost(&mut self) -> u64 {
        let listed = |node: &NodeNumber| self.walk.reading.listed(*node) as u64;
        *self.cost.get_or_insert_with(|| self.outermost.iter().map(listed).sum())
    }

    /// Goes one hop further; whether it met a node of the other side.
    fn grow(&mut self, search: &Search<'_, '_>, other: &Seen, meter: &mut Meter<'_>) -> bool {
        let mut met = false;
        let mut next = Vec::new();
        // By number, where the meter may run out on the way: then it always runs out at the same place.
        if !meter.affords(Cost::Edge, self.cost()) {
            self.outermost.sort_unstable();
        }
        self.cost = None;
        for node in self.outermost.drain(..) {
            self.walk.neighbours(node, meter, |to| {
                if other.has(to) {
                    met = true;
                    return ControlFlow::Break(());
                }
                if search.inner.allows(search.reading, to) && self.seen.insert(to) {
                    next.push(to);
                }
                ControlFlow::Continue(())
            });
            // A node that was cut short may have been left before or after the meeting: it counts for neither.
            if meter.is_cut() {
                return false;
            }
            if met {
                return true;
            }
        }
        self.outermost = next;
        false
    }
}

/// Hops of a shortest path of at most `max_hops` between two different nodes.
pub(super) fn length(search: &Search<'_, '_>, max_hops: usize, meter: &mut Meter<'_>) -> Option<usize> {
    let walk = search.walk();
    let mut forward = Side::new(walk, search.from);
    let mut backward = Side::new(walk.reversed(), search.to);
    for length in 1..=max_hops {
        let met = if forward.cost() <= backward.cost() {
            forward.grow(search, &backward.seen, meter)
        } else {
            backward.grow(search, &forward.seen, meter)
        };
        if met {
            return Some(length);
        }
        if meter.is_cut() || forward.outermost.is_empty() || backward.outermost.is_empty() {
            return None;
        }
    }
    None
}

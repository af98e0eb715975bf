//! One side of a two-sided search: everything within so many hops of one end, level by level.

use std::collections::HashMap;
use std::ops::ControlFlow;

use crate::model::NodeNumber;
use crate::query::budget::Meter;
use crate::query::expand::Walk;

use super::inner::Inner;

/// The nodes around one end of a path.
pub(super) struct Ball<'a, 'v> {
    walk: Walk<'a, 'v>,
    inner: &'a Inner,
    origin: NodeNumber,
    /// The other end: reached, never passed.
    goal: NodeNumber,
    /// Nodes by distance from the origin; the last level is not expanded yet.
    levels: Vec<Vec<NodeNumber>>,
    distance: HashMap<NodeNumber, u32>,
    /// Distinct neighbours of each expanded node, by number.
    links: HashMap<NodeNumber, Vec<NodeNumber>>,
    /// The same from the other side: which expanded nodes have this one as a neighbour.
    back: HashMap<NodeNumber, Vec<NodeNumber>>,
}

impl<'a, 'v> Ball<'a, 'v> {
    /// The origin alone.
    pub(super) fn new(walk: Walk<'a, 'v>, inner: &'a Inner, origin: NodeNumber, goal: NodeNumber) -> Self {
        Self {
            walk,
            inner,
            origin,
            goal,
            levels: vec![vec![origin]],
            distance: HashMap::from([(origin, 0)]),
            links: HashMap::new(),
            back: HashMap::new(),
        }
    }

    /// How many levels have been expanded.
    pub(super) fn radius(&self) -> usize {
        self.levels.len() - 1
    }

    /// What expanding the outermost level will cost, about.
    pub(super) fn next_cost(&self) -> u64 {
        let outermost = self.levels.last().map_or(&[][..], Vec::as_slice);
        outermost.iter().map(|node| u64::from(self.walk.reading.degree(*node))).sum()
    }

    /// The nodes at a distance.
    pub(super) fn level(&self, distance: usize) -> &[NodeNumber] {
        self.levels.get(distance).map_or(&[], Vec::as_slice)
    }

    /// Every node reached, in no promised order.
    pub(super) fn nodes(&self) -> impl Iterator<Item = NodeNumber> {
        self.distance.keys().copied()
    }

    /// Whether the node has been reached.
    pub(super) fn holds(&self, node: NodeNumber) -> bool {
        self.distance.contains_key(&node)
    }

    /// Neighbours of an expanded node.
    pub(super) fn links(&self, node: NodeNumber) -> &[NodeNumber] {
        self.links.get(&node).map_or(&[], Vec::as_slice)
    }

    /// Expanded nodes that have this one as a neighbour.
    pub(super) fn back(&self, node: NodeNumber) -> &[NodeNumber] {
        self.back.get(&node).map_or(&[], Vec::as_slice)
    }

    /// Expands the outermost level. A node in whose list the meter runs out counts as not expanded.
    pub(super) fn grow(&mut self, meter: &mut Meter<'_>) {
        let mut outermost: Vec<NodeNumber> = self
            .level(self.radius())
            .iter()
            .copied()
            .filter(|node| *node != self.goal)
            .collect();
        outermost.sort_unstable();
        let mut found: Vec<(NodeNumber, NodeNumber)> = Vec::new();
        for node in outermost {
            let whole = found.len();
            self.walk.neighbours(node, meter, |to| {
                let leads_on = to == self.goal || to != self.origin && self.inner.allows(self.walk.reading, to);
                // Parallel facts often stand side by side: most repetitions are seen here already.
                if leads_on && to != node && found.last() != Some(&(node, to)) {
                    found.push((node, to));
                }
                ControlFlow::Continue(())
            });
            if meter.is_cut() {
                found.truncate(whole);
                break;
            }
        }
        found.sort_unstable();
        found.dedup();
        self.add(&found);
    }

    fn add(&mut self, found: &[(NodeNumber, NodeNumber)]) {
        let distance = u32::try_from(self.levels.len()).unwrap_or(u32::MAX);
        let mut level = Vec::new();
        for (from, to) in found {
            self.links.entry(*from).or_default().push(*to);
            self.back.entry(*to).or_default().push(*from);
            self.distance.entry(*to).or_insert_with(|| {
                level.push(*to);
                distance
            });
        }
        self.levels.push(level);
    }
}

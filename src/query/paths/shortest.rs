//! The k shortest simple paths, the most telling first.
//!
//! Two balls grow towards each other, always the one whose next level is cheaper, until together they span the
//! length looked at. The paths of exactly that length are then taken out of them best first: a table of what
//! the rest of a walk must at least cost guides the search (A*), so that of thousands of paths of equal length
//! only a few more than asked for are ever built. Lengths go up one by one until there are enough.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::ops::ControlFlow;

use smallvec::SmallVec;

use crate::model::NodeNumber;
use crate::query::budget::{Cost, Meter};

use super::Search;
use super::ball::Ball;
use super::inner::weight;

/// Nodes that a path still has to lead through, as bits in the order they were asked for.
type Needs = u8;

/// What the rest of a walk costs at least, by node and by what it still leads through.
type Rest = HashMap<NodeNumber, SmallVec<[(Needs, u64); 1]>>;

/// A path and how well connected its inner nodes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// The nodes, both ends included.
    pub(super) nodes: Vec<NodeNumber>,
    /// Sum of the inner nodes' weights.
    pub(super) weight: u64,
}

/// Paths by length, then weight; of the last weight all there are, so that the caller can rank them further.
pub(super) fn shortest(search: &Search<'_, '_>, max_hops: usize, k: usize, meter: &mut Meter<'_>) -> Vec<Found> {
    let mut pair = Pair::new(search);
    let mut found: Vec<Found> = Vec::new();
    for length in 1..=max_hops {
        let grown = pair.grow_to(length, meter);
        if pair.met() {
            let want = k - found.len();
            // What was found before the budget ran out is still worth an answer.
            let more = if meter.is_cut() {
                pair.of_length(length, want, &mut Meter::new(search.budget))
            } else {
                pair.of_length(length, want, meter)
            };
            found.extend(more);
        }
        if found.len() >= k || grown.is_break() || meter.is_cut() {
            break;
        }
    }
    found
}

/// Both sides of the search.
struct Pair<'a, 'v, 's> {
    search: &'s Search<'a, 'v>,
    forward: Ball<'s, 'v>,
    backward: Ball<'s, 'v>,
    all_needs: Needs,
}

/// A path from the start, as far as it has been built.
struct Partial {
    node: NodeNumber,
    previous: Option<usize>,
    spent: u64,
    needs: Needs,
}

impl<'a, 'v, 's> Pair<'a, 'v, 's> {
    fn new(search: &'s Search<'a, 'v>) -> Self {
        let walk = search.walk();
        Self {
            forward: Ball::new(walk, search.inner, search.from, search.to),
            backward: Ball::new(walk.reversed(), search.inner, search.to, search.from),
            all_needs: search.via.iter().enumerate().fold(0, |bits, (place, _)| bits | 1 << place),
            search,
        }
    }

    /// Grows until paths of this length lie in the two balls together. `Break` when none longer can exist.
    fn grow_to(&mut self, length: usize, meter: &mut Meter<'_>) -> ControlFlow<()> {
        while self.forward.radius() + self.backward.radius() < length {
            let (forward, backward) = (self.forward.next_cost(), self.backward.next_cost());
            let side = if forward <= backward {
                &mut self.forward
            } else {
                &mut self.backward
            };
            side.grow(meter);
            if meter.is_cut() {
                return ControlFlow::Break(());
            }
        }
        // With nothing more to expand, a side can still hold longer paths among what it has.
        ControlFlow::Continue(())
    }

    /// Whether the two balls touch at all.
    fn met(&self) -> bool {
        self.forward.nodes().any(|node| self.backward.holds(node))
    }

    fn bit(&self, node: NodeNumber) -> Needs {
        self.search.via.iter().position(|via| *via == node).map_or(0, |place| 1 << place)
    }

    /// What a step onto the node costs: nothing at the ends.
    fn weight(&self, node: NodeNumber) -> u64 {
        if node == self.search.to {
            0
        } else {
            weight(self.search.reading, node)
        }
    }

    /// For each number of hops that remain: what the rest of a walk to the end costs at least, from each node
    /// that may stand there.
    fn rests(&self, length: usize, meter: &mut Meter<'_>) -> Vec<Rest> {
        let mut rests: Vec<Rest> = vec![HashMap::from([(self.search.to, SmallVec::from_elem((0, 0), 1))])];
        for remaining in 1..=length {
            let Some(next) = rests.last() else { break };
            let mut rest = Rest::new();
            if remaining <= self.backward.radius() {
                // By number, so that a meter that runs out here always runs out at the same place.
                let mut nodes: Vec<NodeNumber> = next.keys().copied().collect();
                nodes.sort_unstable();
                for node in nodes {
                    for before in self.backward.links(node) {
                        self.extend(&mut rest, *before, next, node, remaining == length, meter);
                    }
                }
            } else {
                for distance in 0..=length - remaining {
                    for before in self.forward.level(distance) {
                        for node in self.forward.links(*before) {
                            self.extend(&mut rest, *before, next, *node, remaining == length, meter);
                        }
                    }
                }
            }
            rests.push(rest);
        }
        rests
    }

    /// Notes what a walk costs that goes on from `before` over `node`.
    fn extend(&self, rest: &mut Rest, before: NodeNumber, next: &Rest, node: NodeNumber, is_start: bool, meter: &mut Meter<'_>) {
        if (before == self.search.from) != is_start || before == self.search.to || meter.pay(Cost::Glance).is_break() {
            return;
        }
        let Some(known) = next.get(&node) else { return };
        let (bit, weight) = (self.bit(node), self.weight(node));
        for (needs, cost) in known.iter().filter(|(needs, _)| needs & bit == 0) {
            let (needs, cost) = (needs | bit, cost + weight);
            let entry = rest.entry(before).or_default();
            match entry.iter_mut().find(|(same, _)| *same == needs) {
                Some((_, least)) => *least = cost.min(*least),
                None => entry.push((needs, cost)),
            }
        }
    }

    /// The best `want` simple paths of exactly this length, and those that weigh as much as the last of them.
    fn of_length(&self, length: usize, want: usize, meter: &mut Meter<'_>) -> Vec<Found> {
        let rests = self.rests(length, meter);
        let least = |remaining: usize, node: NodeNumber, needs: Needs| {
            let known = rests.get(remaining)?.get(&node)?;
            known.iter().find(|(same, _)| *same == needs).map(|(_, cost)| *cost)
        };
        let mut found: Vec<Found> = Vec::new();
        let mut partials = vec![Partial {
            node: self.search.from,
            previous: None,
            spent: 0,
            needs: self.all_needs,
        }];
        let mut queue: BinaryHeap<Reverse<(u64, usize, usize)>> = BinaryHeap::new();
        queue.extend(least(length, self.search.from, self.all_needs).map(|cost| Reverse((cost, length, 0))));
        while let Some(Reverse((cost, remaining, index))) = queue.pop() {
            let enough = want
                .checked_sub(1)
                .and_then(|last| found.get(last))
                .is_some_and(|last| cost > last.weight);
            if enough || meter.pay(Cost::Glance).is_break() {
                break;
            }
            if remaining == 0 {
                found.push(Found {
                    nodes: trail(&partials, index),
                    weight: cost,
                });
                continue;
            }
            let Some(here) = partials.get(index) else { continue };
            let (node, spent, needs) = (here.node, here.spent, here.needs);
            for to in self.successors(node, remaining) {
                let bit = self.bit(*to);
                let open = needs & !bit;
                let Some(rest) = least(remaining - 1, *to, open) else { continue };
                if meter.pay(Cost::Glance).is_break() {
                    break;
                }
                if !trail(&partials, index).contains(to) {
                    let spent = spent + self.weight(*to);
                    queue.push(Reverse((spent + rest, remaining - 1, partials.len())));
                    partials.push(Partial {
                        node: *to,
                        previous: Some(index),
                        spent,
                        needs: open,
                    });
                }
            }
        }
        found
    }

    fn successors(&self, node: NodeNumber, remaining: usize) -> &[NodeNumber] {
        if remaining > self.backward.radius() {
            self.forward.links(node)
        } else {
            self.backward.back(node)
        }
    }
}

/// The nodes of a partial path, from the start.
fn trail(partials: &[Partial], index: usize) -> Vec<NodeNumber> {
    let mut nodes: Vec<NodeNumber> = std::iter::successors(partials.get(index), |partial| partials.get(partial.previous?))
        .map(|partial| partial.node)
        .collect();
    nodes.reverse();
    nodes
}

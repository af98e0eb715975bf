//! A neighbourhood fact by fact: the newest of each node, read off its list, and no more of it than is shown.
//!
//! The list of a hub is never walked to find what is shown of it. How many facts were left out is counted
//! afterwards, as far as the budget reaches.

use std::ops::ControlFlow;

use crate::model::{Day, FactNumber, NodeNumber};
use crate::query::budget::{Cost, Meter};
use crate::query::expand::{Hit, Step, Walk};
use crate::query::seen::Seen;
use crate::view::{NeighbourList, Reading};

/// How far a neighbourhood goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    /// Hops.
    pub(super) depth: u32,
    /// Facts of a node beyond the first hop.
    pub(super) per_node: usize,
    /// Facts in all.
    pub(super) limit: usize,
}

/// A fact that is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown {
    /// The hop of its nearer end.
    pub(super) hop: u32,
    /// The fact.
    pub(super) fact: FactNumber,
    /// Subject and object.
    pub(super) ends: [NodeNumber; 2],
    /// Smaller is newer: the later day, then the later end; undated last. Of the same days by the prefix of the id.
    age: u128,
}

impl Shown {
    fn new(hop: u32, from: NodeNumber, hit: &Hit) -> Self {
        let later = |day: Day| u128::from(!(day.0.cast_unsigned() ^ 1 << 31));
        let days = hit.earliest.or(hit.latest).map_or(u128::from(u64::MAX), |at| {
            later(at) << 32 | later(hit.latest.unwrap_or(Day(i32::MAX)))
        });
        Self {
            hop,
            fact: hit.fact,
            ends: if hit.reversed { [hit.to, from] } else { [from, hit.to] },
            age: days << 16 | u128::from(hit.id_prefix),
        }
    }
}

/// What was found.
pub(super) struct Newest {
    /// The facts, hop by hop, newest first, of the same days by id.
    pub(super) shown: Vec<Shown>,
    /// The nodes that they lead to by hop, in the order in which they were met, the middle first.
    pub(super) reached: Vec<(NodeNumber, u32)>,
    /// How many of them were expanded.
    expanded: usize,
    /// Whether there are more than `limit`.
    pub(super) limit_cut: bool,
    /// Whether some node has more than `per_node`.
    pub(super) per_node_cut: bool,
}

/// What was left out.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Omitted {
    /// Nodes that no shown fact leads to.
    pub(super) nodes: u64,
    /// Facts.
    pub(super) edges: u64,
}

/// The search under way.
struct Growth<'w, 'a, 'v> {
    walk: &'w Walk<'a, 'v>,
    extent: Extent,
    found: Newest,
    reached: Seen,
    /// Nodes whose lists were read in earlier hops: a fact between two nodes belongs to the nearer one.
    expanded: Seen,
}

/// The newest facts around a node, and the nodes they lead to.
pub(super) fn newest(walk: &Walk<'_, '_>, node: NodeNumber, extent: Extent, meter: &mut Meter<'_>) -> Newest {
    let mut growth = Growth {
        walk,
        extent,
        found: Newest {
            shown: Vec::new(),
            reached: vec![(node, 0)],
            expanded: 0,
            limit_cut: false,
            per_node_cut: false,
        },
        reached: Seen::new(),
        expanded: Seen::new(),
    };
    growth.reached.insert(node);
    for hop in 1..=extent.depth {
        let mut frontier: Vec<NodeNumber> = growth.frontier().collect();
        if frontier.is_empty() || growth.found.limit_cut || meter.is_cut() {
            break;
        }
        frontier.sort_unstable();
        growth.found.expanded = growth.found.reached.len();
        let candidates = growth.candidates(hop, &frontier, meter);
        growth.show(hop, candidates);
        for node in frontier {
            growth.expanded.insert(node);
        }
    }
    growth.found
}

impl Growth<'_, '_, '_> {
    fn frontier(&self) -> impl Iterator<Item = NodeNumber> {
        self.found.reached.iter().skip(self.found.expanded).map(|(node, _)| *node)
    }

    /// The newest facts of each node of the frontier, in the order of the answer, one more than there is room for.
    fn candidates(&mut self, hop: u32, frontier: &[NodeNumber], meter: &mut Meter<'_>) -> Vec<Shown> {
        let (walk, extent) = (self.walk, self.extent);
        let room = extent.limit - self.found.shown.len();
        let per_node = if hop == 1 { usize::MAX } else { extent.per_node };
        let mut candidates: Vec<Shown> = Vec::new();
        let mut left: Vec<FactNumber> = Vec::new();
        for node in frontier {
            let mut kept = 0;
            walk.newest(walk.step(*node), meter, |hit| {
                if self.is_earlier(&hit) {
                    return ControlFlow::Continue(());
                }
                if kept == per_node {
                    left.push(hit.fact);
                    return ControlFlow::Break(());
                }
                candidates.push(Shown::new(hop, *node, &hit));
                kept += 1;
                // One more tells that there are more than the limit.
                if kept > room {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            });
        }
        if frontier.len() > 1 {
            candidates = first_of(&candidates, room.saturating_add(1), walk.reading);
        }
        // What one of its ends has no room for may be among the newest of the other.
        self.found.per_node_cut |= left.iter().any(|fact| candidates.iter().all(|shown| shown.fact != *fact));
        candidates
    }

    /// Whether a fact belongs to an earlier hop: it was met at its other end.
    fn is_earlier(&self, hit: &Hit) -> bool {
        self.expanded.has(hit.to) && self.walk.goes_both_ways(hit)
    }

    fn show(&mut self, hop: u32, mut candidates: Vec<Shown>) {
        let room = self.extent.limit - self.found.shown.len();
        self.found.limit_cut = candidates.len() > room;
        candidates.truncate(room);
        for shown in candidates {
            for end in shown.ends {
                if self.reached.insert(end) {
                    self.found.reached.push((end, hop));
                }
            }
            self.found.shown.push(shown);
        }
    }
}

/// The first few of all, in order, each once.
fn first_of(candidates: &[Shown], many: usize, reading: Reading<'_>) -> Vec<Shown> {
    // One number each: its age, and where it stands here.
    let mut keys: Vec<u128> = (0..).zip(candidates).map(|(place, shown)| shown.age << 32 | place).collect();
    let at = |key: u128| candidates.get(usize::try_from(key & u128::from(u32::MAX)).unwrap_or(usize::MAX));
    // A fact between two nodes of the frontier comes twice, so that twice as many hold as many as are wanted. Ages
    // are alike only among facts of the same days whose ids begin alike: those at the edge are all taken.
    let twice = many.saturating_mul(2);
    if keys.len() > twice {
        let (_, edge, _) = keys.select_nth_unstable(twice);
        let age = *edge >> 32;
        keys.retain(|key| key >> 32 <= age);
    }
    keys.sort_unstable();
    let mut first: Vec<Shown> = Vec::with_capacity(keys.len());
    for alike in keys.chunk_by(|a, b| a >> 32 == b >> 32) {
        let from = first.len();
        first.extend(alike.iter().filter_map(|key| at(*key)));
        if let Some(alike @ [_, _, ..]) = first.get_mut(from..) {
            alike.sort_by_cached_key(|shown| reading.fact_id(shown.fact));
        }
    }
    first.dedup_by_key(|shown| shown.fact);
    first.truncate(many);
    first
}

impl Newest {
    /// What the nodes that were expanded have besides, within the budget of the meter.
    pub(super) fn omitted(&self, walk: &Walk<'_, '_>, meter: &mut Meter<'_>) -> Omitted {
        let mut nodes = Seen::new();
        for (node, _) in &self.reached {
            nodes.insert(*node);
        }
        if let Some([(middle, _)]) = self.reached.get(..self.expanded)
            && let Some(near) = walk.all_near(*middle)
        {
            return self.omitted_around(&near, nodes, meter);
        }
        let mut omitted = Omitted::default();
        let (mut edges, mut earlier) = (0u64, Seen::new());
        let expanded = self.reached.get(..self.expanded).unwrap_or_default();
        for same_hop in expanded.chunk_by(|(_, a), (_, b)| a == b) {
            let mut frontier = Seen::new();
            let mut steps: Vec<Step> = same_hop.iter().map(|(node, _)| walk.step(*node)).collect();
            walk.expand(&mut steps, meter, |step, hit| {
                let both_ways = walk.goes_both_ways(&hit);
                // A fact is counted where it was met first.
                let was_met = both_ways && (earlier.has(hit.to) || frontier.has(hit.to) && hit.to != step.node);
                edges += u64::from(!was_met);
                omitted.nodes += u64::from(!was_met && nodes.insert(hit.to));
                frontier.insert(step.node);
            });
            for (node, _) in same_hop {
                earlier.insert(*node);
            }
        }
        omitted.edges = edges.saturating_sub(self.shown.len() as u64);
        omitted
    }

    /// The same around a single node, whose list of neighbours answers for its facts.
    fn omitted_around(&self, near: &NeighbourList<'_>, mut reached: Seen, meter: &mut Meter<'_>) -> Omitted {
        if meter.pay_for(Cost::Glance, near.facts).is_break() {
            return Omitted::default();
        }
        let mut nodes = 0;
        near.each(|neighbour, _| {
            nodes += u64::from(reached.insert(neighbour));
            ControlFlow::Continue(())
        });
        Omitted {
            nodes,
            edges: near.leading.saturating_sub(self.shown.len()) as u64,
        }
    }
}

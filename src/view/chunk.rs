//! Chunks: the lists of up to 4,096 nodes in one run, and each node's distinct neighbours.
//!
//! The neighbours serve questions whose filter excludes nothing: a hub has a third as many of them as facts, and
//! each is met once. They are those of every fact in the run, known or not, so that they never change; where a
//! fact was ever closed, the reader goes by the facts themselves.

use std::sync::Arc;

use super::facts::Facts;
use super::incidence::{Class, Entry};
use super::list::{Classes, Lengths, List};
use super::ranks::Ranks;
use crate::model::{NodeNumber, Polarity};

/// Nodes of a chunk.
pub(super) const CHUNK: u32 = NODES as u32;
/// The same as their numbers in the chunk are held.
pub(super) const NODES: u16 = 4096;

/// A node at the other end of a fact, once a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Neighbour(u32);

impl Neighbour {
    /// Nodes are numbered far below this.
    const ONLY_NEGATED: u32 = 1 << 31;

    fn of(node: NodeNumber, polarity: Polarity) -> Self {
        let negated = if polarity == Polarity::Negated { Self::ONLY_NEGATED } else { 0 };
        Self(node.0 | negated)
    }

    /// The node.
    pub(super) const fn node(self) -> NodeNumber {
        NodeNumber(self.0 & !Self::ONLY_NEGATED)
    }

    /// Whether all facts between the two are negated.
    pub(super) const fn is_only_negated(self) -> bool {
        self.0 & Self::ONLY_NEGATED != 0
    }

    /// The same neighbour by more facts.
    const fn and(self, other: Self) -> Self {
        Self(self.0 & (other.0 | !Self::ONLY_NEGATED))
    }
}

/// Lists of up to [`CHUNK`] nodes.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    /// Nodes that have a list, by their number in the chunk.
    nodes: Ranks,
    /// Where each one's list begins in each class, and one more for the end; empty for a class that is.
    starts: [Vec<u32>; 4],
    classes: Classes<Entry>,
    /// Where each one's neighbours begin, and one more for the end.
    neighbour_starts: Vec<u32>,
    /// By node number.
    neighbours: Vec<Neighbour>,
    /// How many entries of each one's list lead to a node.
    leading: Vec<u32>,
}

/// What a chunk knows of a node without its facts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Near<'a> {
    /// How many entries its list has.
    pub(super) facts: usize,
    /// How many of them lead to a node.
    pub(super) leading: usize,
    /// Its neighbours, by number.
    pub(super) neighbours: &'a [Neighbour],
}

impl Chunk {
    /// The list of a node.
    #[inline]
    pub(super) fn list(&self, node: u16) -> Option<List<'_, Entry>> {
        Some(self.at(self.place(node)?))
    }

    /// What is known of a node without its facts.
    #[inline]
    pub(super) fn near(&self, node: u16) -> Option<Near<'_>> {
        let place = self.place(node)?;
        let of_class = |starts: &Vec<u32>| match starts.get(place..place + 2) {
            Some([from, to]) => (to - from) as usize,
            _ => 0,
        };
        Some(Near {
            facts: self.starts.iter().map(of_class).sum(),
            leading: self.leading.get(place).map_or(0, |leading| *leading as usize),
            neighbours: self.neighbours_at(place),
        })
    }

    #[inline]
    fn place(&self, node: u16) -> Option<usize> {
        self.nodes.place(node)
    }

    fn at(&self, place: usize) -> List<'_, Entry> {
        self.classes.list(self.start(place), self.start(place + 1))
    }

    fn start(&self, place: usize) -> Lengths {
        self.starts.each_ref().map(|starts| starts.get(place).copied().unwrap_or(0))
    }

    fn neighbours_at(&self, place: usize) -> &[Neighbour] {
        let start = |place: usize| self.neighbour_starts.get(place).map_or(0, |start| *start as usize);
        self.neighbours.get(start(place)..start(place + 1)).unwrap_or_default()
    }

    /// Two chunks of the same nodes as one.
    pub(super) fn merged(left: &Self, right: &Self, facts: &Facts) -> Arc<Self> {
        let mut out = Builder::default();
        let empty = Classes::default();
        for node in left.nodes.union(&right.nodes) {
            out.begin(node);
            let (from_left, left_neighbours) = left.all_of(node).unwrap_or_else(|| (empty.whole(), &[]));
            let (from_right, right_neighbours) = right.all_of(node).unwrap_or_else(|| (empty.whole(), &[]));
            out.chunk.classes.append(&from_left, &from_right, facts);
            out.join(left_neighbours, right_neighbours);
            let leading = |chunk: &Self| chunk.place(node).and_then(|place| chunk.leading.get(place)).copied();
            out.leading = leading(left).unwrap_or(0) + leading(right).unwrap_or(0);
        }
        out.finish(facts)
    }

    /// The list of a node and its neighbours.
    fn all_of(&self, node: u16) -> Option<(List<'_, Entry>, &[Neighbour])> {
        let place = self.place(node)?;
        Some((self.at(place), self.neighbours_at(place)))
    }

    /// Turns the starts into columns, makes the skip blocks, and gives back what was not used.
    fn sealed(mut self, starts: &[Lengths], facts: &Facts) -> Arc<Self> {
        self.neighbour_starts.push(u32::try_from(self.neighbours.len()).unwrap_or(u32::MAX));
        for (class, length) in self.classes.end().into_iter().enumerate() {
            let of_class = |lengths: &Lengths| lengths.get(class).copied().unwrap_or(0);
            if let Some(column) = self.starts.get_mut(class).filter(|_| length > 0) {
                *column = starts.iter().map(of_class).collect();
            }
        }
        self.nodes.seal();
        self.neighbour_starts.shrink_to_fit();
        self.neighbours.shrink_to_fit();
        self.leading.shrink_to_fit();
        self.classes = self.classes.seal(facts);
        Arc::new(self)
    }

    /// Bytes of its lists, and of its neighbours.
    pub(super) fn bytes(&self) -> (usize, usize) {
        let starts: usize = self.starts.iter().map(|starts| starts.capacity() * size_of::<u32>()).sum();
        let lists = size_of::<Ranks>() + starts + self.classes.bytes();
        let counts = self.neighbour_starts.capacity() + self.leading.capacity();
        let neighbours = counts * size_of::<u32>() + self.neighbours.capacity() * size_of::<Neighbour>();
        (lists, neighbours)
    }
}

/// A chunk being filled, node by node.
#[derive(Default)]
pub(super) struct Builder {
    chunk: Chunk,
    starts: Vec<Lengths>,
    /// Neighbours of the list under way, each as often as it comes.
    met: Vec<Neighbour>,
    /// How many entries of that list lead to a node.
    leading: u32,
}

impl Builder {
    /// Ends the list of the node before, and begins that of the next.
    pub(super) fn begin(&mut self, node: u16) {
        self.begin_neighbours();
        self.chunk.nodes.add(node);
        self.starts.push(self.chunk.classes.end());
    }

    fn begin_neighbours(&mut self) {
        if !self.chunk.neighbour_starts.is_empty() {
            self.end_neighbours();
        }
        self.chunk
            .neighbour_starts
            .push(u32::try_from(self.chunk.neighbours.len()).unwrap_or(u32::MAX));
    }

    /// Adds an entry to the list of a node; those of a class come by day, latest day and id.
    pub(super) fn push(&mut self, node: NodeNumber, entry: Entry, class: Class) {
        self.chunk.classes.push(entry, class);
        self.meet(node, entry);
    }

    fn meet(&mut self, node: NodeNumber, entry: Entry) {
        self.leading += u32::from(entry.other().is_some());
        if let Some(other) = entry.other().filter(|other| *other != node) {
            self.met.push(Neighbour::of(other, entry.tag.polarity()));
        }
    }

    fn end_neighbours(&mut self) {
        self.met.sort_unstable_by_key(|neighbour| neighbour.node());
        let neighbours = &mut self.chunk.neighbours;
        for same in self.met.chunk_by(|a, b| a.node() == b.node()) {
            neighbours.extend(same.iter().copied().reduce(Neighbour::and));
        }
        self.met.clear();
        self.chunk.leading.push(std::mem::take(&mut self.leading));
    }

    /// Adds the neighbours of one node from two sides.
    fn join(&mut self, mut left: &[Neighbour], mut right: &[Neighbour]) {
        let neighbours = &mut self.chunk.neighbours;
        loop {
            let next = match (left.first(), right.first()) {
                (Some(a), Some(b)) if a.node() == b.node() => {
                    let both = a.and(*b);
                    left.split_off_first();
                    right.split_off_first();
                    Some(both)
                }
                (Some(a), Some(b)) if b.node() < a.node() => right.split_off_first().copied(),
                (Some(_), _) => left.split_off_first().copied(),
                (None, _) => right.split_off_first().copied(),
            };
            let Some(next) = next else { return };
            neighbours.push(next);
        }
    }

    /// The chunk.
    pub(super) fn finish(mut self, facts: &Facts) -> Arc<Chunk> {
        if !self.chunk.neighbour_starts.is_empty() {
            self.end_neighbours();
        }
        let Self { chunk, mut starts, .. } = self;
        starts.push(chunk.classes.end());
        chunk.sealed(&starts, facts)
    }
}

/// A chunk whose lists are as long as they will be, filled in any order: how all lists are made at once.
pub(super) struct Filling {
    /// The first node of the chunk.
    first: NodeNumber,
    starts: Vec<Lengths>,
    /// Where the next entry of each list belongs.
    next: Vec<Lengths>,
    classes: Classes<Entry>,
}

impl Filling {
    /// Room for lists of these lengths, one a node.
    pub(super) fn new(first: NodeNumber, lengths: &[Lengths]) -> Self {
        let mut end = Lengths::default();
        let mut starts = vec![end];
        for list in lengths {
            for (end, length) in end.iter_mut().zip(list) {
                *end += length;
            }
            starts.push(end);
        }
        let next = starts.iter().take(lengths.len()).copied().collect();
        Self {
            first,
            starts,
            next,
            classes: Classes::of_lengths(end),
        }
    }

    /// Adds an entry to the list of a node; they come in any order.
    pub(super) fn put(&mut self, node: usize, entry: Entry, class: Class) {
        let next = self.next.get_mut(node).and_then(|next| next.get_mut(class.number()));
        if let Some(next) = next {
            self.classes.put(*next as usize, entry, class);
            *next += 1;
        }
    }

    /// The chunk; `None` when no node has a list.
    pub(super) fn finish(mut self, facts: &Facts) -> Option<Arc<Chunk>> {
        if self.classes.end() == Lengths::default() {
            return None;
        }
        let mut builder = Builder::default();
        for (node, list) in (0..).zip(self.starts.windows(2)) {
            let [from, to] = list else { continue };
            if from != to {
                builder.chunk.nodes.add(node);
                builder.starts.push(*from);
                builder.begin_neighbours();
                self.classes.sort(*from, *to, facts);
                let own = NodeNumber(self.first.0 + u32::from(node));
                let entries = self.classes.list(*from, *to).hits(facts).map(|hit| hit.entry);
                entries.for_each(|entry| builder.meet(own, entry));
            }
        }
        builder.chunk.classes = self.classes;
        Some(builder.finish(facts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_neighbour_is_only_negated_while_every_fact_is() {
        let negated = Neighbour::of(NodeNumber(7), Polarity::Negated);
        let affirmed = Neighbour::of(NodeNumber(7), Polarity::Affirmed);
        assert!(negated.and(negated).is_only_negated());
        assert!(!negated.and(affirmed).is_only_negated());
        assert!(!affirmed.and(negated).is_only_negated());
        assert_eq!(negated.and(affirmed).node(), NodeNumber(7));
    }
}

//! Sorted runs: all lists, as a few layers of one form.
//!
//! What a commit brings becomes a small [`Run`]. [`Runs`] holds at most [`MOST`], each about [`RATIO`] times as
//! large as the next; when one has grown too near to the one before, both become one. Nothing is ever taken out
//! of a list: whether a fact counts at a revision is not the lists' business. So the layout is free, and no
//! answer depends on it.
//!
//! Small runs are merged where they arise. Merging large ones takes seconds: a process that serves leaves that to
//! another thread ([`Runs::due`], [`Due::merge`], [`Runs::replace`]), which changes nothing but the layout.

use std::sync::Arc;

use super::chunk::{Builder, CHUNK, Chunk, Near};
use super::facts::Facts;
use super::incidence::{Class, Entry};
use super::list::{Classes, List, SortKey};
use crate::model::{FactId, FactNumber, NodeNumber};

/// How many times larger a run is than the next.
const RATIO: usize = 8;
/// Most runs that are not being merged elsewhere.
const MOST: usize = 6;
/// Entries of runs that are merged at once, wherever: a few milliseconds of work.
const SMALL: usize = 1 << 15;

/// What one commit adds to the lists.
#[derive(Debug, Default)]
pub(super) struct Additions {
    nodes: Vec<(NodeNumber, SortKey, Entry, Class)>,
    whole: Vec<(SortKey, FactNumber, Class)>,
}

impl Additions {
    /// An entry in the list of a node.
    pub(super) fn add(&mut self, node: NodeNumber, id: FactId, entry: Entry, class: Class) {
        self.nodes.push((node, (class.day(), class.last(), id), entry, class));
    }

    /// A fact in the list of the whole store.
    pub(super) fn add_to_whole(&mut self, id: FactId, fact: FactNumber, class: Class) {
        self.whole.push(((class.day(), class.last(), id), fact, class));
    }
}

/// One layer of the lists.
#[derive(Debug, Default)]
struct Run {
    chunks: Vec<Option<Arc<Chunk>>>,
    whole: Classes<FactNumber>,
    /// Entries in the lists of nodes.
    size: usize,
}

impl Run {
    fn new(additions: Additions, facts: &Facts) -> Self {
        let Additions { mut nodes, mut whole } = additions;
        let mut run = Self {
            size: nodes.len(),
            ..Self::default()
        };
        whole.sort_unstable_by_key(|(key, ..)| *key);
        for (_, fact, class) in whole {
            run.whole.push(fact, class);
        }
        run.whole = run.whole.seal(facts);
        nodes.sort_unstable_by_key(|(node, key, ..)| (*node, *key));
        for same_chunk in nodes.chunk_by(|(a, ..), (b, ..)| chunk_of(*a).0 == chunk_of(*b).0) {
            let mut chunk = Builder::default();
            for same_node in same_chunk.chunk_by(|(a, ..), (b, ..)| a == b) {
                let Some((node, ..)) = same_node.first() else { continue };
                chunk.begin(chunk_of(*node).1);
                for (_, _, entry, class) in same_node {
                    chunk.push(*node, *entry, *class);
                }
            }
            let Some((node, ..)) = same_chunk.first() else { continue };
            run.chunks.resize(chunk_of(*node).0, None);
            run.chunks.push(Some(chunk.finish(facts)));
        }
        run
    }

    #[inline]
    fn chunk(&self, node: NodeNumber) -> Option<(&Chunk, u16)> {
        let (chunk, node) = chunk_of(node);
        Some((self.chunks.get(chunk)?.as_ref()?, node))
    }

    fn merged(left: &Self, right: &Self, facts: &Facts) -> Self {
        let length = left.chunks.len().max(right.chunks.len());
        let chunk = |place: usize| {
            let (left, right) = (
                left.chunks.get(place).cloned().flatten(),
                right.chunks.get(place).cloned().flatten(),
            );
            match (left, right) {
                (Some(left), Some(right)) => Some(Chunk::merged(&left, &right, facts)),
                (left, right) => left.or(right),
            }
        };
        let mut whole = Classes::default();
        whole.append(&left.whole.whole(), &right.whole.whole(), facts);
        Self {
            chunks: (0..length).map(chunk).collect(),
            whole: whole.seal(facts),
            size: left.size + right.size,
        }
    }
}

/// The chunk of a node and its number there.
#[inline]
fn chunk_of(node: NodeNumber) -> (usize, u16) {
    ((node.0 / CHUNK) as usize, u16::try_from(node.0 % CHUNK).unwrap_or(0))
}

/// All layers, the largest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Runs {
    layers: Vec<Arc<Run>>,
    /// Whether large ones are merged by somebody else.
    elsewhere: bool,
    /// How many of the layers somebody else is merging: those stay as they are.
    lent: usize,
}

/// Runs that are due to become one. It shares them, and outlives the view it was taken from.
#[derive(Debug)]
pub(super) struct Due {
    /// How many larger runs stand before them.
    before: usize,
    layers: Vec<Arc<Run>>,
}

/// What [`Due::merge`] made, to be put in place of the runs it was made of.
#[derive(Debug)]
pub(super) struct Merged {
    due: Due,
    run: Arc<Run>,
}

impl Due {
    /// The runs as one: as much work as they are large.
    pub(super) fn merge(self, facts: &Facts) -> Merged {
        let smallest_first = self.layers.iter().rev().cloned();
        let run = smallest_first.reduce(|right, left| Arc::new(Run::merged(&left, &right, facts)));
        Merged {
            run: run.unwrap_or_default(),
            due: self,
        }
    }
}

impl Merged {
    /// The runs it was made of: to be let go by whoever can wait.
    pub(super) fn into_old(self) -> Due {
        self.due
    }
}

impl Due {
    /// Whether nobody else holds one of them any more, so that to drop them frees them.
    pub(super) fn is_last(&self) -> bool {
        self.layers.iter().all(|run| Arc::strong_count(run) == 1)
    }
}

impl Runs {
    /// Puts one run in the place of all there are; what is lent comes back in vain.
    pub(super) fn become_one(&mut self, chunks: Vec<Option<Arc<Chunk>>>, whole: Classes<FactNumber>, size: usize) {
        self.layers = vec![Arc::new(Run { chunks, whole, size })];
        self.lent = 0;
    }

    /// Leaves the merging of large runs to somebody who asks for what is [`Runs::due`].
    pub(super) const fn merge_elsewhere(&mut self) {
        self.elsewhere = true;
    }

    /// Takes in what a commit adds.
    pub(super) fn push(&mut self, additions: Additions, facts: &Facts) {
        if additions.nodes.is_empty() {
            return;
        }
        self.layers.push(Arc::new(Run::new(additions, facts)));
        while self.merges_here() {
            self.merge_last(facts);
        }
    }

    fn merges_here(&self) -> bool {
        let (true, [.., larger, smaller]) = (self.layers.len() >= self.lent + 2, self.layers.as_slice()) else {
            return false;
        };
        let uneven = smaller.size * RATIO > larger.size;
        // Too many to read from are worse than a pause of the writer.
        let too_many = self.layers.len() - self.lent > MOST;
        too_many || uneven && !(self.elsewhere && larger.size + smaller.size > SMALL)
    }

    fn merge_last(&mut self, facts: &Facts) {
        if let (Some(right), Some(left)) = (self.layers.pop(), self.layers.pop()) {
            self.layers.push(Arc::new(Run::merged(&left, &right, facts)));
        }
    }

    /// The runs that should become one, unless some are lent already. They are lent until [`Runs::replace`].
    pub(super) fn due(&mut self) -> Option<Due> {
        if self.lent > 0 {
            return None;
        }
        let sizes: Vec<usize> = self.layers.iter().map(|run| run.size).collect();
        let after = |from: usize| sizes.iter().skip(from + 1).sum::<usize>();
        let before = (0..sizes.len()).find(|from| after(*from) * RATIO > sizes.get(*from).copied().unwrap_or(0))?;
        let layers: Vec<_> = self.layers.iter().skip(before).cloned().collect();
        if layers.len() < 2 || layers.iter().map(|run| run.size).sum::<usize>() <= SMALL {
            return None;
        }
        self.lent = self.layers.len();
        Some(Due { before, layers })
    }

    /// Puts what was lent back, as one.
    pub(super) fn replace(&mut self, merged: &Merged) {
        let range = merged.due.before..merged.due.before + merged.due.layers.len();
        let is_ours = self
            .layers
            .get(range.clone())
            .is_some_and(|layers| layers.iter().zip(&merged.due.layers).all(|(here, there)| Arc::ptr_eq(here, there)));
        if is_ours {
            self.layers.splice(range, [Arc::clone(&merged.run)]);
        }
        self.lent = 0;
    }

    /// How many there are.
    pub(super) const fn len(&self) -> usize {
        self.layers.len()
    }

    /// The parts of a node's list.
    #[inline]
    pub(super) fn lists(&self, node: NodeNumber) -> impl Iterator<Item = List<'_, Entry>> {
        let lists = self.layers.iter().filter_map(move |run| run.chunk(node));
        lists.filter_map(|(chunk, node)| chunk.list(node))
    }

    /// What is known of a node without its facts, in parts; a neighbour in several parts comes several times.
    #[inline]
    pub(super) fn near(&self, node: NodeNumber) -> impl Iterator<Item = Near<'_>> {
        let chunks = self.layers.iter().filter_map(move |run| run.chunk(node));
        chunks.filter_map(|(chunk, node)| chunk.near(node))
    }

    /// The parts of the list of the whole store.
    pub(super) fn whole(&self) -> impl Iterator<Item = List<'_, FactNumber>> {
        self.layers.iter().map(|run| run.whole.whole())
    }

    /// Bytes of the lists of nodes, of their neighbours, and of the list of the whole store.
    pub(super) fn bytes(&self) -> [usize; 3] {
        let mut sum = [0; 3];
        for run in &self.layers {
            let chunks = run.chunks.iter().flatten().map(|chunk| chunk.bytes());
            let (lists, neighbours) = chunks.fold((0, 0), |(a, b), (lists, neighbours)| (a + lists, b + neighbours));
            let frame = run.chunks.capacity() * size_of::<Option<Arc<Chunk>>>();
            for (sum, more) in sum.iter_mut().zip([lists + frame, neighbours, run.whole.bytes()]) {
                *sum += more;
            }
        }
        sum
    }
}

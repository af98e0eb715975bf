//! Sorted runs: all lists, as a few layers of one form.
//!
//! What a commit brings becomes a small [`Run`]. [`Runs`] holds at most [`MOST`], each about [`RATIO`]
//! times as large as the next; when one has grown too near to the one before, both become one. Nothing is
//! ever taken out of a list: whether a fact counts at a revision is not the lists' business. So the
//! layout is free, and no answer depends on it.

use std::sync::Arc;

use smallvec::SmallVec;

use super::incidence::{Class, Classes, Dated, Entry, List, Listed, Start};
use crate::model::NodeNumber;

/// Nodes of a chunk.
const CHUNK: u32 = 4096;
/// How many times larger a run is than the next.
const RATIO: usize = 8;
/// Most runs.
pub(super) const MOST: usize = 6;

/// Lists of up to [`CHUNK`] nodes.
#[derive(Debug, Default)]
struct Chunk {
    /// Nodes that have a list, by their number in the chunk.
    nodes: Vec<u16>,
    /// Where each one's list begins; one more for the end.
    starts: Vec<Start>,
    classes: Classes<Entry>,
}

impl Chunk {
    /// Begins the list of the next node.
    fn begin(&mut self, node: u16) {
        self.nodes.push(node);
        self.starts.push(self.classes.end());
    }

    fn finish(mut self) -> Arc<Self> {
        self.starts.push(self.classes.end());
        self.nodes.shrink_to_fit();
        self.starts.shrink_to_fit();
        self.classes.shrink();
        Arc::new(self)
    }

    fn list(&self, node: u16) -> Option<List<'_, Entry>> {
        // In a large run every node has a list, and stands at its own place.
        let own = usize::from(node);
        let place = if self.nodes.get(own) == Some(&node) {
            own
        } else {
            self.nodes.binary_search(&node).ok()?
        };
        self.at(place)
    }

    fn at(&self, place: usize) -> Option<List<'_, Entry>> {
        Some(self.classes.list(*self.starts.get(place)?, *self.starts.get(place + 1)?))
    }

    fn merged(left: &Self, right: &Self) -> Arc<Self> {
        let mut out = Self::default();
        let empty = Classes::default();
        let (mut a, mut b) = (0, 0);
        loop {
            let node = match (left.nodes.get(a), right.nodes.get(b)) {
                (Some(left), Some(right)) => *left.min(right),
                (Some(node), None) | (None, Some(node)) => *node,
                (None, None) => return out.finish(),
            };
            out.begin(node);
            let from_left = left.list_if(&mut a, node).unwrap_or_else(|| empty.whole());
            let from_right = right.list_if(&mut b, node).unwrap_or_else(|| empty.whole());
            out.classes.append(from_left, from_right);
        }
    }

    /// The list at a place when it is a node's; the place then moves on.
    fn list_if(&self, place: &mut usize, node: u16) -> Option<List<'_, Entry>> {
        let here = *place;
        if self.nodes.get(here) != Some(&node) {
            return None;
        }
        *place += 1;
        self.at(here)
    }
}

/// What one commit adds to the lists.
#[derive(Debug, Default)]
pub(super) struct Additions {
    nodes: Vec<(NodeNumber, Entry, Class)>,
    whole: Vec<(Dated, Class)>,
}

impl Additions {
    /// An entry in the list of a node.
    pub(super) fn add(&mut self, node: NodeNumber, entry: Entry, class: Class) {
        self.nodes.push((node, entry, class));
    }

    /// A fact in the list of the whole store.
    pub(super) fn add_to_whole(&mut self, entry: Dated, class: Class) {
        self.whole.push((entry, class));
    }
}

/// One layer of the lists.
#[derive(Debug, Default)]
struct Run {
    chunks: Vec<Option<Arc<Chunk>>>,
    whole: Classes<Dated>,
    /// Entries in the lists of nodes.
    size: usize,
}

impl Run {
    fn new(additions: Additions) -> Self {
        let Additions { mut nodes, mut whole } = additions;
        let mut run = Self {
            size: nodes.len(),
            ..Self::default()
        };
        whole.sort_unstable_by_key(|(entry, _)| (entry.day(), entry.fact()));
        for (entry, class) in whole {
            run.whole.push(entry, class);
        }
        nodes.sort_unstable_by_key(|(node, entry, _)| (*node, entry.day(), entry.fact()));
        for same_chunk in nodes.chunk_by(|(a, ..), (b, ..)| chunk_of(*a).0 == chunk_of(*b).0) {
            let mut chunk = Chunk::default();
            for same_node in same_chunk.chunk_by(|(a, ..), (b, ..)| a == b) {
                let Some((node, ..)) = same_node.first() else { continue };
                chunk.begin(chunk_of(*node).1);
                for (_, entry, class) in same_node {
                    chunk.classes.push(*entry, *class);
                }
            }
            let Some((node, ..)) = same_chunk.first() else { continue };
            run.chunks.resize(chunk_of(*node).0, None);
            run.chunks.push(Some(chunk.finish()));
        }
        run
    }

    fn list(&self, node: NodeNumber) -> Option<List<'_, Entry>> {
        let (chunk, node) = chunk_of(node);
        self.chunks.get(chunk)?.as_ref()?.list(node)
    }

    fn merged(left: &Self, right: &Self) -> Self {
        let length = left.chunks.len().max(right.chunks.len());
        let chunk = |place: usize| {
            let (left, right) = (
                left.chunks.get(place).cloned().flatten(),
                right.chunks.get(place).cloned().flatten(),
            );
            match (left, right) {
                (Some(left), Some(right)) => Some(Chunk::merged(&left, &right)),
                (left, right) => left.or(right),
            }
        };
        let mut whole = Classes::default();
        whole.append(left.whole.whole(), right.whole.whole());
        whole.shrink();
        Self {
            chunks: (0..length).map(chunk).collect(),
            whole,
            size: left.size + right.size,
        }
    }
}

/// The chunk of a node and its number there.
fn chunk_of(node: NodeNumber) -> (usize, u16) {
    ((node.0 / CHUNK) as usize, u16::try_from(node.0 % CHUNK).unwrap_or(0))
}

/// All layers, the largest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Runs(Vec<Arc<Run>>);

impl Runs {
    /// Takes in what a commit adds.
    pub(super) fn push(&mut self, additions: Additions) {
        if additions.nodes.is_empty() {
            return;
        }
        self.0.push(Arc::new(Run::new(additions)));
        while self.is_uneven() {
            self.merge_last();
        }
    }

    fn is_uneven(&self) -> bool {
        match self.0.as_slice() {
            [.., larger, smaller] => self.0.len() > MOST || smaller.size * RATIO > larger.size,
            _ => false,
        }
    }

    fn merge_last(&mut self) {
        if let (Some(right), Some(left)) = (self.0.pop(), self.0.pop()) {
            self.0.push(Arc::new(Run::merged(&left, &right)));
        }
    }

    /// Merges all into one.
    pub(super) fn merge(&mut self) {
        while self.0.len() > 1 {
            self.merge_last();
        }
    }

    /// How many there are.
    pub(super) const fn len(&self) -> usize {
        self.0.len()
    }

    /// The parts of a node's list.
    pub(super) fn lists(&self, node: NodeNumber) -> SmallVec<[List<'_, Entry>; MOST]> {
        self.0.iter().filter_map(|run| run.list(node)).collect()
    }

    /// The parts of the list of the whole store.
    pub(super) fn whole(&self) -> SmallVec<[List<'_, Dated>; MOST]> {
        self.0.iter().map(|run| run.whole.whole()).collect()
    }
}

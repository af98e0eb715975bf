//! The bare arrays: a day-sorted adjacency, and a list of each node's distinct neighbours.
//!
//! It knows nothing of names, sources, revisions, moods or budgets, cannot be changed, and answers the same
//! questions with the same facts in the same order as the store. About 36 bytes a fact of one day.

mod arrival;
mod around;
mod page;
pub(crate) mod pass;
mod reach;
mod shortest;

use dateline::model::time::Window;
use dateline::model::{FactId, FactNumber};
use dateline::view::{ObjectRef, Reading};

/// Entries whose last days share one maximum.
const BLOCK: usize = 64;

/// A fact in the list of one of its ends, 16 bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry {
    /// The other end.
    pub(crate) other: u32,
    /// The fact's place in the order of a timeline, over all facts: by first day, last day, id.
    pub(crate) rank: u32,
    /// The first day.
    first: i32,
    relation: u16,
}

/// All lists, one behind another.
#[derive(Debug, Default)]
pub(crate) struct Arrays {
    /// Where each node's list begins, and the end.
    starts: Vec<u32>,
    /// Every list by rank.
    entries: Vec<Entry>,
    /// Last days of the entries, and of each block the latest; empty when every fact has one day.
    lasts: Vec<i32>,
    peaks: Vec<i32>,
    /// Where each node's neighbours begin.
    near_starts: Vec<u32>,
    /// The distinct neighbours of every node.
    near: Vec<u32>,
    /// The store's numbers of the facts, by rank. For comparing answers, not for giving them.
    numbers: Vec<FactNumber>,
}

/// What a question needs beside the arrays, kept from one to the next.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    /// A bit a node.
    here: Vec<u64>,
    there: Vec<u64>,
    /// Earliest arrivals, and the ones before the last improvement.
    arrivals: Vec<i32>,
    before: Vec<i32>,
    touched: Vec<u32>,
    /// Fewest hops so far.
    hops: Vec<u8>,
}

/// A fact on its way into the lists.
struct Told {
    first: i32,
    last: i32,
    id: FactId,
    number: FactNumber,
    ends: [u32; 2],
    relation: u16,
}

impl Arrays {
    /// The arrays of a reading all of whose facts are dated, known, and lie between two different nodes.
    pub(crate) fn of(reading: Reading<'_>) -> Self {
        let mut facts: Vec<Told> = reading.facts().map(|number| told(reading, number)).collect();
        facts.sort_unstable_by_key(|fact| (fact.first, fact.last, fact.id));
        Self::of_sorted(reading.node_count() as usize, &facts)
    }

    fn of_sorted(nodes: usize, facts: &[Told]) -> Self {
        let mut starts = vec![0; nodes + 1];
        for end in facts.iter().flat_map(|fact| fact.ends) {
            starts[end as usize + 1] += 1;
        }
        for node in 0..nodes {
            starts[node + 1] += starts[node];
        }
        let nobody = Entry {
            other: 0,
            rank: 0,
            first: 0,
            relation: 0,
        };
        let mut next = starts.clone();
        let mut entries = vec![nobody; facts.len() * 2];
        let has_spans = facts.iter().any(|fact| fact.first != fact.last);
        let mut lasts = vec![0; if has_spans { entries.len() } else { 0 }];
        for (rank, fact) in (0..).zip(facts) {
            let [a, b] = fact.ends;
            for (end, other) in [(a, b), (b, a)] {
                let place = next[end as usize] as usize;
                next[end as usize] += 1;
                entries[place] = Entry {
                    other,
                    rank,
                    first: fact.first,
                    relation: fact.relation,
                };
                if has_spans {
                    lasts[place] = fact.last;
                }
            }
        }
        let mut arrays = Self {
            starts,
            entries,
            peaks: lasts.chunks(BLOCK).map(|block| *block.iter().max().unwrap()).collect(),
            lasts,
            numbers: facts.iter().map(|fact| fact.number).collect(),
            ..Self::default()
        };
        arrays.find_neighbours(nodes as u32);
        arrays
    }

    fn find_neighbours(&mut self, nodes: u32) {
        self.near_starts = vec![0];
        for node in 0..nodes {
            let mut near: Vec<u32> = self.list(node).iter().map(|entry| entry.other).collect();
            near.sort_unstable();
            near.dedup();
            self.near.extend(near);
            self.near_starts.push(self.near.len() as u32);
        }
        self.near.shrink_to_fit();
    }

    /// How many nodes there are.
    pub(crate) const fn nodes(&self) -> u32 {
        self.starts.len() as u32 - 1
    }

    /// How many facts a node is in.
    pub(crate) fn degree(&self, node: u32) -> u32 {
        self.starts[node as usize + 1] - self.starts[node as usize]
    }

    /// The first and the last day on which anything begins.
    pub(crate) fn days(&self) -> (i32, i32) {
        let firsts = self.entries.iter().map(|entry| entry.first);
        (firsts.clone().min().unwrap_or(0), firsts.max().unwrap_or(0))
    }

    /// The store's number of a fact.
    pub(crate) fn number(&self, rank: u32) -> FactNumber {
        self.numbers[rank as usize]
    }

    /// The facts of a node by rank.
    pub(crate) fn list(&self, node: u32) -> &[Entry] {
        &self.entries[self.starts[node as usize] as usize..self.starts[node as usize + 1] as usize]
    }

    /// Bytes a fact of what answers are found in.
    pub(crate) fn bytes_a_fact(&self) -> f64 {
        let words = self.starts.len() + self.lasts.len() + self.peaks.len() + self.near_starts.len() + self.near.len();
        (words * 4 + self.entries.len() * size_of::<Entry>()) as f64 / self.numbers.len() as f64
    }

    fn neighbours(&self, node: u32) -> &[u32] {
        &self.near[self.near_starts[node as usize] as usize..self.near_starts[node as usize + 1] as usize]
    }

    fn has_spans(&self) -> bool {
        !self.lasts.is_empty()
    }

    /// The place of a node's first entry.
    fn start(&self, node: u32) -> usize {
        self.starts[node as usize] as usize
    }

    /// The last day of the entry at a place.
    fn last(&self, place: usize) -> i32 {
        if self.has_spans() {
            self.lasts[place]
        } else {
            self.entries[place].first
        }
    }

    /// Places of a node's facts that begin up to a day and, when all facts have one day, not before another.
    fn between(&self, node: u32, since: i32, until: i32) -> std::ops::Range<usize> {
        let list = self.list(node);
        let to = if until == i32::MAX {
            list.len()
        } else {
            list.partition_point(|entry| entry.first <= until)
        };
        let from = if self.has_spans() || since == i32::MIN {
            0
        } else {
            list[..to].partition_point(|entry| entry.first < since)
        };
        self.start(node) + from..self.start(node) + to
    }

    /// Visits a node's facts that hold on some day between two, with their last days, by rank.
    fn each(&self, node: u32, since: i32, until: i32, mut visit: impl FnMut(&Entry, i32)) {
        let places = self.between(node, since, until);
        if !self.has_spans() {
            for entry in &self.entries[places] {
                visit(entry, entry.first);
            }
            return;
        }
        let mut place = places.start;
        while place < places.end {
            let block_end = (place / BLOCK + 1) * BLOCK;
            if self.peaks[place / BLOCK] >= since {
                for place in place..block_end.min(places.end) {
                    let last = self.lasts[place];
                    if last >= since {
                        visit(&self.entries[place], last);
                    }
                }
            }
            place = block_end;
        }
    }
}

fn told(reading: Reading<'_>, number: FactNumber) -> Told {
    let fact = reading.fact(number).unwrap();
    let ObjectRef::Node(object) = fact.object else {
        panic!("{} leads to no node", fact.id)
    };
    assert_ne!(fact.subject, object, "{} leads to its own subject", fact.id);
    let span = fact.span.unwrap();
    Told {
        first: span.first_start.unwrap().0,
        last: span.last_end.map_or(i32::MAX, |day| day.0),
        id: fact.id,
        number,
        ends: [fact.subject.0, object.0],
        relation: fact.relation.0,
    }
}

/// The days of a window, both inclusive.
fn days(window: Window) -> (i32, i32) {
    (
        window.since.map_or(i32::MIN, |day| day.0),
        window.until.map_or(i32::MAX, |day| day.0),
    )
}

impl Entry {
    /// The store's number of the relation.
    pub(crate) const fn relation(&self) -> u16 {
        self.relation
    }
}

impl Scratch {
    pub(crate) fn of(arrays: &Arrays) -> Self {
        let nodes = arrays.nodes() as usize;
        let words = nodes.div_ceil(64);
        Self {
            here: vec![0; words],
            there: vec![0; words],
            arrivals: vec![i32::MAX; nodes],
            before: vec![i32::MAX; nodes],
            touched: Vec::new(),
            hops: vec![u8::MAX; nodes],
        }
    }
}

/// Sets a node's bit; whether it was not set before.
fn insert(bits: &mut [u64], node: u32) -> bool {
    let (word, bit) = (&mut bits[node as usize / 64], 1_u64 << (node % 64));
    let is_new = *word & bit == 0;
    *word |= bit;
    is_new
}

fn has(bits: &[u64], node: u32) -> bool {
    bits[node as usize / 64] & 1 << (node % 64) != 0
}

//! All lists at once, from the tables: how a store is opened.
//!
//! Commit by commit, lists are made small and merged again and again. Here the facts are put in the order of a
//! timeline once, and dealt out to the lists of their ends and places in that order, so that every list comes
//! out sorted. The answers are those of [`View::apply`].

use std::sync::Arc;
use std::thread;

use smallvec::SmallVec;

use super::apply::ends;
use super::chunk::{CHUNK, Chunk, Filling};
use super::facts::{FactEntry, Facts, ObjectEntry};
use super::incidence::{Class, Entry, Prefix, Tag};
use super::list::{Classes, Lengths};
use super::{Side, View};
use crate::model::{FactNumber, NodeNumber};

/// A fact by what a timeline sorts by, as far as that can be held here.
type Dated = (i32, i32, Prefix, FactNumber);

impl View {
    /// Makes the lists anew from facts and evidence, whatever they hold.
    pub(super) fn build_lists(&mut self) {
        let order = in_order(&self.facts);
        let lengths = self.lengths(&order);
        let chunks = (0..).step_by(CHUNK as usize).map(NodeNumber).zip(lengths.chunks(CHUNK as usize));
        let mut chunks: Vec<Filling> = chunks.map(|(first, lengths)| Filling::new(first, lengths)).collect();
        let mut size = 0;
        for (.., prefix, fact) in &order {
            self.each_entry(*fact, *prefix, |node, entry, class| {
                let (chunk, place) = (node.index() / CHUNK as usize, node.index() % CHUNK as usize);
                if let Some(chunk) = chunks.get_mut(chunk) {
                    chunk.put(place, entry, class);
                    size += 1;
                }
            });
        }
        let facts = &self.facts;
        let (chunks, whole) = thread::scope(|scope| {
            let whole = scope.spawn(|| whole(&order, facts));
            let chunks = finished(chunks, facts);
            (chunks, joined(whole))
        });
        self.runs.become_one(chunks, whole, size);
    }

    /// How long each node's list is, class by class.
    fn lengths(&self, order: &[Dated]) -> Vec<Lengths> {
        let mut lengths = vec![Lengths::default(); self.nodes.len()];
        for (.., fact) in order {
            self.each_entry(*fact, Prefix::default(), |node, _, class| {
                let length = lengths.get_mut(node.index()).and_then(|lengths| lengths.get_mut(class.number()));
                if let Some(length) = length {
                    *length += 1;
                }
            });
        }
        lengths
    }

    /// Calls `visit` with every entry of a fact: at its ends, and wherever any evidence, open or closed, has it
    /// happen.
    fn each_entry(&self, fact: FactNumber, prefix: Prefix, mut visit: impl FnMut(NodeNumber, Entry, Class)) {
        let Some(content) = self.facts.get(fact) else { return };
        let class = Class::of(self.facts.span(&content));
        let entry = |other, side| {
            let tag = Tag::new(side, content.modality, content.polarity, content.kind, prefix);
            Entry::new(other, fact, class, content.relation, tag)
        };
        let (subject, object) = ends(&content);
        let other = if content.object == ObjectEntry::Node(subject) {
            Some(subject)
        } else {
            object
        };
        visit(subject, entry(other, Side::Subject), class);
        if let Some(object) = object {
            visit(object, entry(Some(subject), Side::Object), class);
        }
        for place in self.places(fact, &content) {
            if place != subject && Some(place) != object {
                visit(place, entry(None, Side::Place), class);
            }
        }
    }

    /// Where a fact happened by any of its evidence, each place once.
    fn places(&self, fact: FactNumber, content: &FactEntry) -> SmallVec<[NodeNumber; 2]> {
        let place = |origin| self.evidence.provenance(origin).and_then(|known| known.place);
        let mut places: SmallVec<[NodeNumber; 2]> = SmallVec::new();
        match self.evidence.history(fact) {
            None => places.extend(place(content.origin)),
            Some(history) => {
                for place in history.iter().filter_map(|interval| place(interval.origin)) {
                    if !places.contains(&place) {
                        places.push(place);
                    }
                }
            }
        }
        places
    }
}

/// All facts that can be read, in the order of a timeline; undated ones by id.
fn in_order(facts: &Facts) -> Vec<Dated> {
    let numbers = (0..u32::try_from(facts.len()).unwrap_or(u32::MAX)).map(FactNumber);
    let mut order: Vec<Dated> = numbers
        .filter(|fact| facts.get(*fact).is_some())
        .map(|fact| {
            let class = Class::of(facts.span_of(fact));
            (
                class.day(),
                class.last(),
                facts.id(fact).map_or_else(Prefix::default, Prefix::of),
                fact,
            )
        })
        .collect();
    in_halves(&mut order, <[Dated]>::sort_unstable);
    // Two sorted runs: this only merges them.
    order.sort();
    in_halves(&mut order, |half| {
        for tied in half.chunk_by_mut(|(a, b, c, _), (d, e, f, _)| (a, b, c) == (d, e, f)) {
            if tied.len() > 1 {
                tied.sort_by_cached_key(|(.., fact)| facts.id(*fact));
            }
        }
    });
    order
}

/// Does one half of the work on another thread; what is tied stays together.
fn in_halves(order: &mut [Dated], work: impl Fn(&mut [Dated]) + Sync) {
    let middle = order.len() / 2;
    let key = |place: usize| order.get(place).map(|(day, last, prefix, _)| (*day, *last, *prefix));
    let split = (middle..order.len()).find(|place| key(*place) != key(place.wrapping_sub(1)));
    let (left, right) = order.split_at_mut(split.unwrap_or(order.len()));
    thread::scope(|scope| {
        scope.spawn(|| work(left));
        work(right);
    });
}

fn whole(order: &[Dated], facts: &Facts) -> Classes<FactNumber> {
    let mut whole = Classes::default();
    for (.., fact) in order {
        whole.push(*fact, Class::of(facts.span_of(*fact)));
    }
    whole.seal(facts)
}

/// Every chunk, with its neighbours; `None` where no node has a list.
fn finished(chunks: Vec<Filling>, facts: &Facts) -> Vec<Option<Arc<Chunk>>> {
    let mut left = chunks;
    let right = left.split_off(left.len() / 2);
    let finish = |half: Vec<Filling>| -> Vec<_> { half.into_iter().map(|chunk| chunk.finish(facts)).collect() };
    thread::scope(|scope| {
        let left = scope.spawn(|| finish(left));
        let right = finish(right);
        let mut all = joined(left);
        all.extend(right);
        all
    })
}

/// What a thread made; its panic goes on here.
fn joined<T>(thread: thread::ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

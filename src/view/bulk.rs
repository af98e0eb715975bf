//! All lists at once, from the tables: how a store is opened.
//!
//! Commit by commit, lists are made small and merged again and again. Here the facts are gone through once, as they
//! stand, and their entries dealt out to the chunks of the lists they belong to; then chunk after chunk is filled and
//! sorted, small enough to stay near the processor. Two threads share the work. The answers are those of
//! [`View::apply`].

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use smallvec::SmallVec;

use super::apply::ends;
use super::buckets::in_buckets;
use super::chunk::{CHUNK, Chunk, Filling};
use super::facts::{FactEntry, Facts, ObjectEntry};
use super::incidence::{Class, Entry, Prefix, Tag};
use super::list::{Classes, Lengths};
use super::{Side, View};
use crate::model::{FactId, FactNumber, NodeNumber};

/// Days between the first and the last for which facts are dealt out day by day; they are sorted all together where
/// dates lie further apart.
const DAYS: usize = 1 << 22;

impl View {
    /// Makes lists and degrees anew from facts and evidence, whatever they hold.
    pub(super) fn build_lists(&mut self) {
        let (view, length) = (&*self, self.facts.len());
        let (built, whole) = thread::scope(|scope| {
            let whole = scope.spawn(|| whole(&view.facts));
            let newer = scope.spawn(|| view.deal(length / 2..length));
            let older = view.deal(0..length / 2);
            (view.built(&[older, joined(newer)]), joined(whole))
        });
        let size = built.iter().map(|built| built.size).sum();
        self.nodes.put_degrees(built.iter().flat_map(|built| built.degrees.iter().copied()));
        self.runs
            .become_one(built.into_iter().map(|built| built.chunk).collect(), whole, size);
    }

    /// How many chunks the lists of all nodes take.
    fn chunks(&self) -> usize {
        self.nodes.len().div_ceil(CHUNK as usize)
    }

    /// The entries of some facts, by the chunks they belong to.
    fn deal(&self, facts: Range<usize>) -> Dealt {
        let mut dealt = Dealt::new(self.entries_by_chunk(facts.clone()));
        let newest = self.head().revision;
        for (fact, content, id) in self.facts.iter(facts) {
            let is_known = self.evidence.is_known(fact, newest);
            self.each_entry(fact, &content, Prefix::of(id), |node, entry, class| {
                dealt.put(node, entry, class, is_known);
            });
        }
        dealt
    }

    /// How many entries of some facts belong to each chunk.
    fn entries_by_chunk(&self, facts: Range<usize>) -> Vec<usize> {
        let mut counts = vec![0; self.chunks()];
        let mut count = |node: NodeNumber| {
            if let Some(count) = counts.get_mut(node.index() / CHUNK as usize) {
                *count += 1;
            }
        };
        if self.evidence.is_placeless() {
            for (subject, object) in self.facts.ends(facts) {
                count(subject);
                object.into_iter().for_each(&mut count);
            }
        } else {
            for (fact, content, _) in self.facts.iter(facts) {
                self.each_entry(fact, &content, Prefix::default(), |node, _, _| count(node));
            }
        }
        counts
    }

    /// Every chunk, from the entries of older and of newer facts.
    fn built(&self, dealt: &[Dealt]) -> Vec<Built> {
        let mut chunks = Vec::new();
        chunks.resize_with(self.chunks(), Built::default);
        let starts = (0..).step_by(CHUNK as usize).map(NodeNumber);
        let waiting = Mutex::new(starts.zip(&mut chunks).enumerate());
        let work = || {
            loop {
                // Held for the taking alone.
                let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some((chunk, (first, built))) = next else { return };
                *built = Built::of(first, chunk, dealt, &self.facts);
            }
        };
        thread::scope(|scope| {
            scope.spawn(work);
            work();
        });
        chunks
    }

    /// Calls `visit` with every entry of a fact: at its ends, and wherever any evidence, open or closed, has it
    /// happen.
    fn each_entry(&self, fact: FactNumber, content: &FactEntry, prefix: Prefix, mut visit: impl FnMut(NodeNumber, Entry, Class)) {
        let class = Class::of(self.facts.span(content));
        let entry = |other, side| {
            let tag = Tag::new(side, content.modality, content.polarity, content.kind, prefix);
            Entry::new(other, fact, class, content.relation, tag)
        };
        let (subject, object) = ends(content);
        let other = if content.object == ObjectEntry::Node(subject) {
            Some(subject)
        } else {
            object
        };
        visit(subject, entry(other, Side::Subject), class);
        if let Some(object) = object {
            visit(object, entry(Some(subject), Side::Object), class);
        }
        for place in self.places(fact, content) {
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
            None if self.evidence.is_placeless() => {}
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

/// The first bits of a fact's id, and its number behind them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct ById(u64);

impl ById {
    fn new(id: FactId, fact: FactNumber) -> Self {
        let [a, b, c, d, ..] = id.to_bytes();
        Self(u64::from(u32::from_be_bytes([a, b, c, d])) << 32 | u64::from(fact.0))
    }

    const fn fact(self) -> FactNumber {
        FactNumber((self.0 & 0xffff_ffff) as u32)
    }

    const fn is_tied(self, other: Self) -> bool {
        self.0 >> 32 == other.0 >> 32
    }

    /// Puts facts in the order of their ids.
    fn sort(facts: &mut [Self], all: &Facts) {
        facts.sort_unstable();
        for tied in facts.chunk_by_mut(|a, b| a.is_tied(*b)) {
            if tied.len() > 1 {
                tied.sort_by_cached_key(|fact| all.id(fact.fact()));
            }
        }
    }
}

/// Entries of lists by the chunk they belong to, in each in the order of the facts. They lie in a few large pieces of
/// memory, which go back to the system as soon as they are dropped.
#[derive(Debug)]
struct Dealt {
    /// The node's number in the chunk, then the class, then whether the fact counts for its degree.
    places: Vec<u16>,
    entries: Vec<Entry>,
    /// Last days of spans; nothing while there is no span.
    lasts: Vec<i32>,
    /// Where the next entry of each chunk belongs: in the end, where the next chunk begins.
    next: Vec<usize>,
}

impl Dealt {
    const CLASS: u32 = CHUNK.ilog2();
    const COUNTS: u32 = Self::CLASS + 2;

    /// Room for so many entries of each chunk.
    fn new(counts: Vec<usize>) -> Self {
        let (mut next, mut total) = (counts, 0);
        for next in &mut next {
            (*next, total) = (total, total + *next);
        }
        Self {
            places: vec![0; total],
            entries: vec![Entry::NOTHING; total],
            lasts: Vec::new(),
            next,
        }
    }

    fn put(&mut self, node: NodeNumber, entry: Entry, class: Class, is_known: bool) {
        let Some(next) = self.next.get_mut(node.index() / CHUNK as usize) else {
            return;
        };
        let at = std::mem::replace(next, *next + 1);
        let (Some(place), Some(slot)) = (self.places.get_mut(at), self.entries.get_mut(at)) else {
            return;
        };
        let counts = u32::from(is_known && entry.tag.side() != Side::Place);
        let class_bits = u32::try_from(class.number()).unwrap_or(0) << Self::CLASS;
        let packed = (node.0 % CHUNK) | class_bits | counts << Self::COUNTS;
        // 12 bits, 2 and 1.
        *place = u16::try_from(packed).unwrap_or(0);
        *slot = entry;
        if let Class::Span(_, last) = class {
            self.lasts.resize(self.entries.len(), 0);
            if let Some(slot) = self.lasts.get_mut(at) {
                *slot = last;
            }
        }
    }

    /// Node in the chunk, number of the class, and whether it counts.
    fn read(place: u16) -> (usize, usize, bool) {
        let place = u32::from(place);
        let class = place >> Self::CLASS & 3;
        ((place % CHUNK) as usize, class as usize, place >> Self::COUNTS & 1 != 0)
    }

    /// Where the entries of a chunk stand, once all are there.
    fn range(&self, chunk: usize) -> Range<usize> {
        let end = |chunk: usize| self.next.get(chunk).copied().unwrap_or(0);
        chunk.checked_sub(1).map_or(0, end)..end(chunk)
    }

    fn places(&self, chunk: usize) -> &[u16] {
        self.places.get(self.range(chunk)).unwrap_or_default()
    }

    fn each(&self, chunk: usize) -> impl Iterator<Item = (usize, Entry, Class)> {
        let range = self.range(chunk);
        let entries = self.entries.get(range.clone()).unwrap_or_default();
        range.zip(self.places(chunk).iter().zip(entries)).map(|(at, (place, entry))| {
            let (node, class, _) = Self::read(*place);
            let class = match class {
                0 => Class::Point(entry.day()),
                1 => Class::Span(entry.day(), self.lasts.get(at).copied().unwrap_or_default()),
                2 => Class::OpenStart(entry.day()),
                _ => Class::Undated,
            };
            (node, *entry, class)
        })
    }
}

/// A chunk, and what is counted of its nodes.
#[derive(Debug, Default)]
struct Built {
    chunk: Option<Arc<Chunk>>,
    degrees: Vec<u32>,
    size: usize,
}

impl Built {
    fn of(first: NodeNumber, chunk: usize, dealt: &[Dealt], facts: &Facts) -> Self {
        let mut lengths = vec![Lengths::default(); CHUNK as usize];
        let mut degrees = vec![0; CHUNK as usize];
        for place in dealt.iter().flat_map(|dealt| dealt.places(chunk)) {
            let (node, class, counts) = Dealt::read(*place);
            if let Some(length) = lengths.get_mut(node).and_then(|lengths| lengths.get_mut(class)) {
                *length += 1;
            }
            if let Some(degree) = degrees.get_mut(node) {
                *degree += u32::from(counts);
            }
        }
        let mut lists = Filling::new(first, &lengths);
        for (node, entry, class) in dealt.iter().flat_map(|dealt| dealt.each(chunk)) {
            lists.put(node, entry, class);
        }
        Self {
            chunk: lists.finish(facts),
            degrees,
            size: dealt.iter().map(|dealt| dealt.range(chunk).len()).sum(),
        }
    }
}

/// The list of the whole store.
fn whole(facts: &Facts) -> Classes<FactNumber> {
    let mut lengths = [0; 4];
    for (_, span, _) in facts.spans() {
        if let Some(length) = lengths.get_mut(Class::of(span).number()) {
            *length += 1;
        }
    }
    // Room for all at once: to grow would touch far more memory than they take.
    let [points, spans, opens, undated] = lengths;
    let mut spans = Vec::with_capacity(spans);
    let [mut points, mut opens, mut undated] = [points, opens, undated].map(Vec::<(i32, ById)>::with_capacity);
    for (fact, span, id) in facts.spans() {
        let (class, fact) = (Class::of(span), ById::new(id, fact));
        match class {
            Class::Point(day) => points.push((day, fact)),
            Class::Span(day, last) => spans.push((day, (last, fact))),
            Class::OpenStart(day) => opens.push((day, fact)),
            Class::Undated => undated.push((0, fact)),
        }
    }
    let by_day = |of_class: Vec<(i32, ById)>| {
        let sorted = on_days(ById::default(), &of_class, |same_day| ById::sort(same_day, facts));
        sorted.into_iter().map(ById::fact).collect()
    };
    let spans = on_days((0, ById::default()), &spans, |same_day| {
        same_day.sort_unstable();
        for tied in same_day.chunk_by_mut(|(a, b), (c, d)| a == c && b.is_tied(*d)) {
            if tied.len() > 1 {
                tied.sort_by_cached_key(|(_, fact)| facts.id(fact.fact()));
            }
        }
    });
    let spans = spans.iter().map(|(last, fact)| (fact.fact(), *last));
    Classes::of_sorted(by_day(points), spans, by_day(opens), by_day(undated))
}

/// Items by day, those of each in the order that `sort` makes.
fn on_days<T: Copy + Ord>(filler: T, items: &[(i32, T)], sort: impl Fn(&mut [T])) -> Vec<T> {
    let days = || items.iter().map(|(day, _)| *day);
    let (Some(first), Some(last)) = (days().min(), days().max()) else {
        return Vec::new();
    };
    let days = last.abs_diff(first) as usize;
    if days < DAYS {
        let items = || items.iter().map(|(day, item)| (day.abs_diff(first) as usize, *item));
        return in_buckets(days + 1, filler, items, sort);
    }
    let mut all = items.to_vec();
    all.sort_by_key(|(day, _)| *day);
    let same_days = all.chunk_by(|(a, _), (b, _)| a == b);
    let sorted = same_days.flat_map(|same_day| {
        let mut same_day: Vec<T> = same_day.iter().map(|(_, item)| *item).collect();
        sort(&mut same_day);
        same_day
    });
    sorted.collect()
}

/// What a thread made; its panic goes on here.
fn joined<T>(thread: thread::ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

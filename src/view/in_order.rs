//! Several strands read as one, in the order of a timeline: by day, latest day and id.
//!
//! Each strand stands in that order already, so reading is a merge, and a place to begin at is found by halving.
//! Ids lie far away in memory: they are looked at only where days tie between strands.

use std::cmp::Ordering;
use std::ops::{ControlFlow, Range};

use smallvec::SmallVec;

use super::facts::Facts;
use super::incidence::{Hit, Listed};
use super::list::{Key, Strand};
use crate::model::FactNumber;

/// The strands of one question: three classes of a few runs.
pub(super) type Strands<'a, E> = SmallVec<[Strand<'a, E>; 4]>;

/// A strand and how far it has been read.
struct Front<'a, E> {
    strand: Strand<'a, E>,
    /// Where the next entry stands; read backwards, the place behind it.
    place: usize,
    /// What the next entry is sorted by.
    key: Key,
}

impl<'a, E: Listed> Front<'a, E> {
    fn forward(mut strand: Strand<'a, E>, facts: &Facts) -> Option<Self> {
        strand.start = strand.next(strand.start, facts);
        (!strand.is_empty()).then(|| Self {
            place: strand.start,
            key: strand.key(strand.start, facts),
            strand,
        })
    }

    fn backward(strand: Strand<'a, E>, facts: &Facts) -> Option<Self> {
        let place = strand.previous(strand.end, facts);
        (place > strand.start).then(|| Self {
            key: strand.key(place - 1, facts),
            strand,
            place,
        })
    }

    /// Moves on; whether there is more.
    fn step(&mut self, facts: &Facts) -> bool {
        self.place = self.strand.next(self.place + 1, facts);
        self.key = self.strand.key(self.place, facts);
        self.place < self.strand.end
    }

    /// Moves back; whether there is more.
    fn back_to(&mut self, place: usize, facts: &Facts) -> bool {
        self.place = self.strand.previous(place, facts);
        if self.place <= self.strand.start {
            return false;
        }
        self.key = self.strand.key(self.place - 1, facts);
        true
    }

    /// The places of the entries of the same days, read backwards: they stand together, and all or none belong.
    fn same_days(&self, facts: &Facts) -> Range<usize> {
        let mut start = self.place - 1;
        while start > self.strand.start && self.strand.key(start - 1, facts).days() == self.key.days() {
            start -= 1;
        }
        start..self.place
    }

    /// Which stands first in a timeline, of the entries so far behind the place.
    fn compare(&self, other: &Self, offset: usize, facts: &Facts) -> Ordering {
        let ids = || self.strand.compare(self.place - offset, &other.strand, other.place - offset, facts);
        self.key.cmp(&other.key).then_with(ids)
    }
}

/// Which of the fronts is first by `order`.
fn first<E: Listed>(fronts: &[Front<'_, E>], order: impl Fn(&Front<'_, E>, &Front<'_, E>) -> Ordering) -> Option<usize> {
    fronts
        .iter()
        .enumerate()
        .min_by(|(_, a), (_, b)| order(a, b))
        .map(|(index, _)| index)
}

/// The front that is first in a timeline, and the least key of the others.
fn first_and_next<E: Listed>(fronts: &[Front<'_, E>], facts: &Facts) -> Option<(usize, Key)> {
    let index = first(fronts, |a, b| a.compare(b, 0, facts))?;
    let others = fronts.iter().enumerate().filter(|(other, _)| *other != index);
    Some((index, others.map(|(_, front)| front.key).min().unwrap_or(Key::END)))
}

/// Calls `visit` with every entry, oldest first.
pub(super) fn oldest_first<E: Listed>(strands: Strands<'_, E>, facts: &Facts, mut visit: impl FnMut(Hit<E>) -> ControlFlow<()>) {
    let mut fronts: SmallVec<[Front<'_, E>; 4]> = strands.into_iter().filter_map(|strand| Front::forward(strand, facts)).collect();
    while fronts.len() > 1
        && let Some((index, next)) = first_and_next(&fronts, facts)
        && let Some(front) = fronts.get_mut(index)
    {
        // A large run has long stretches between the entries of a small one.
        let ended = loop {
            if front.strand.hit(front.place, facts).is_some_and(|hit| visit(hit).is_break()) {
                return;
            }
            if !front.step(facts) {
                break true;
            }
            if front.key >= next {
                break false;
            }
        };
        if ended {
            fronts.swap_remove(index);
        }
    }
    // What is left of one strand stands in order.
    if let Some(mut front) = fronts.pop() {
        front.strand.start = front.place;
        let _ = front.strand.each(facts, &mut visit);
    }
}

/// The first facts of all, oldest first, so many at most.
pub(super) fn oldest<E: Listed>(strands: Strands<'_, E>, facts: &Facts, most: usize) -> Vec<FactNumber> {
    let mut found = Vec::with_capacity(most);
    if let [strand] = strands.as_slice() {
        let mut strand = *strand;
        strand.take(most, facts, &mut found);
        return found;
    }
    let mut fronts: SmallVec<[Front<'_, E>; 4]> = strands.into_iter().filter_map(|strand| Front::forward(strand, facts)).collect();
    while fronts.len() > 1
        && found.len() < most
        && let Some((index, next)) = first_and_next(&fronts, facts)
        && let Some(front) = fronts.get_mut(index)
    {
        front.strand.take_before(next, most, facts, &mut found);
        front.place = front.strand.start;
        front.key = front.strand.key(front.place, facts);
        if front.strand.is_empty() {
            fronts.swap_remove(index);
        }
    }
    if let Some(mut front) = fronts.pop() {
        front.strand.take(most, facts, &mut found);
    }
    found
}

/// Calls `visit` with every entry, in the opposite order.
pub(super) fn newest_first<E: Listed>(strands: Strands<'_, E>, facts: &Facts, mut visit: impl FnMut(Hit<E>) -> ControlFlow<()>) {
    let mut fronts: SmallVec<[Front<'_, E>; 4]> = strands.into_iter().filter_map(|strand| Front::backward(strand, facts)).collect();
    while let Some(index) = first(&fronts, |a, b| b.compare(a, 1, facts)) {
        let Some(front) = fronts.get_mut(index) else { return };
        if front.strand.hit(front.place - 1, facts).is_some_and(|hit| visit(hit).is_break()) {
            return;
        }
        if !front.back_to(front.place - 1, facts) {
            fronts.swap_remove(index);
        }
    }
}

/// Calls `visit` with every entry, newest first, of the same days by id: the order of edges in a neighbourhood.
pub(super) fn by_newness<E: Listed>(strands: Strands<'_, E>, facts: &Facts, mut visit: impl FnMut(Hit<E>) -> ControlFlow<()>) {
    if let [strand] = strands.as_slice() {
        if let Some(front) = Front::backward(*strand, facts) {
            one_by_newness(front, facts, visit);
        }
        return;
    }
    let mut fronts: SmallVec<[Front<'_, E>; 4]> = strands.into_iter().filter_map(|strand| Front::backward(strand, facts)).collect();
    let mut together: Vec<Hit<E>> = Vec::new();
    while fronts.len() > 1
        && let Some(days) = fronts.iter().map(|front| front.key.days()).max()
    {
        let several = fronts.iter().filter(|front| front.key.days() == days).count() > 1;
        let mut stopped = false;
        fronts.retain(|front| {
            if stopped || front.key.days() != days {
                return true;
            }
            let places = front.same_days(facts);
            let start = places.start;
            for hit in places.filter_map(|place| front.strand.hit(place, facts)) {
                if several {
                    together.push(hit);
                } else if visit(hit).is_break() {
                    stopped = true;
                    return true;
                }
            }
            front.back_to(start, facts)
        });
        if stopped {
            return;
        }
        // What stands in one strand stands by id.
        together.sort_unstable_by(|a, b| a.entry.compare_ids(&b.entry, facts));
        for hit in together.drain(..) {
            if visit(hit).is_break() {
                return;
            }
        }
    }
    if let Some(front) = fronts.pop() {
        one_by_newness(front, facts, visit);
    }
}

/// As [`by_newness`] for a single strand, which stands by id where the days are the same.
#[inline]
fn one_by_newness<E: Listed>(mut front: Front<'_, E>, facts: &Facts, mut visit: impl FnMut(Hit<E>) -> ControlFlow<()>) {
    if let Some(mut entries) = front.strand.points_until(front.place) {
        while let Some(newest) = entries.last() {
            let day = newest.day(facts);
            let start = entries
                .iter()
                .rposition(|entry| entry.day(facts) != day)
                .map_or(0, |place| place + 1);
            let (older, same_day) = entries.split_at(start);
            for entry in same_day {
                if visit(Hit::of_point(*entry, day)).is_break() {
                    return;
                }
            }
            entries = older;
        }
        return;
    }
    loop {
        let places = front.same_days(facts);
        let start = places.start;
        for hit in places.filter_map(|place| front.strand.hit(place, facts)) {
            if visit(hit).is_break() {
                return;
            }
        }
        if !front.back_to(start, facts) {
            return;
        }
    }
}

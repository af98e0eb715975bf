//! Several strands read as one, in the order of a timeline: by day, latest day and id.
//!
//! Each strand stands in that order already, so reading is a merge, and a place to begin at is found by halving.
//! Ids lie far away in memory: they are looked at only where days tie between strands.

use std::cmp::Ordering;
use std::ops::{ControlFlow, Range};

use smallvec::SmallVec;

use super::facts::Facts;
use super::incidence::{Hit, Listed};
use super::list::Strand;

/// The strands of one question: three classes of a few runs.
pub(super) type Strands<'a, E> = SmallVec<[Strand<'a, E>; 4]>;

/// A strand and how far it has been read.
struct Front<'a, E> {
    strand: Strand<'a, E>,
    /// Where the next entry stands; read backwards, the place behind it.
    place: usize,
    days: (i32, i32),
}

impl<'a, E: Listed> Front<'a, E> {
    fn forward(strand: Strand<'a, E>, facts: &Facts) -> Option<Self> {
        let place = strand.next(strand.start, facts);
        let days = strand.days(place, facts);
        (place < strand.end).then_some(Self { strand, place, days })
    }

    fn backward(strand: Strand<'a, E>, facts: &Facts) -> Option<Self> {
        let place = strand.previous(strand.end, facts);
        (place > strand.start).then(|| Self {
            days: strand.days(place - 1, facts),
            strand,
            place,
        })
    }

    /// Moves on; whether there is more.
    fn step(&mut self, facts: &Facts) -> bool {
        self.place = self.strand.next(self.place + 1, facts);
        self.days = self.strand.days(self.place, facts);
        self.place < self.strand.end
    }

    /// Moves back; whether there is more.
    fn step_back(&mut self, facts: &Facts) -> bool {
        self.back_to(self.place - 1, facts)
    }

    fn back_to(&mut self, place: usize, facts: &Facts) -> bool {
        self.place = self.strand.previous(place, facts);
        if self.place <= self.strand.start {
            return false;
        }
        self.days = self.strand.days(self.place - 1, facts);
        true
    }

    /// The places of the entries of the same days, read backwards: they stand together, and all or none belong.
    fn same_days(&self, facts: &Facts) -> Range<usize> {
        let mut start = self.place - 1;
        while start > self.strand.start && self.strand.days(start - 1, facts) == self.days {
            start -= 1;
        }
        start..self.place
    }

    fn compare(&self, other: &Self, offset: usize, facts: &Facts) -> Ordering {
        let id = |front: &Self| front.strand.id(front.place - offset, facts);
        self.days.cmp(&other.days).then_with(|| id(self).cmp(&id(other)))
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

/// Calls `visit` with every entry, oldest first.
pub(super) fn oldest_first<E: Listed>(strands: Strands<'_, E>, facts: &Facts, mut visit: impl FnMut(Hit<E>) -> ControlFlow<()>) {
    let mut fronts: SmallVec<[Front<'_, E>; 4]> = strands.into_iter().filter_map(|strand| Front::forward(strand, facts)).collect();
    while fronts.len() > 1 {
        let Some(index) = first(&fronts, |a, b| a.compare(b, 0, facts)) else {
            return;
        };
        let others = fronts.iter().enumerate().filter(|(other, _)| *other != index);
        let next_days = others.map(|(_, front)| front.days).min();
        let Some(front) = fronts.get_mut(index) else { return };
        // A large run has long stretches between the entries of a small one.
        let ended = loop {
            if front.strand.hit(front.place, facts).is_some_and(|hit| visit(hit).is_break()) {
                return;
            }
            if !front.step(facts) {
                break true;
            }
            if next_days.is_some_and(|days| front.days >= days) {
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

/// Calls `visit` with every entry, in the opposite order.
pub(super) fn newest_first<E: Listed>(strands: Strands<'_, E>, facts: &Facts, mut visit: impl FnMut(Hit<E>) -> ControlFlow<()>) {
    let mut fronts: SmallVec<[Front<'_, E>; 4]> = strands.into_iter().filter_map(|strand| Front::backward(strand, facts)).collect();
    while let Some(index) = first(&fronts, |a, b| b.compare(a, 1, facts)) {
        let Some(front) = fronts.get_mut(index) else { return };
        if front.strand.hit(front.place - 1, facts).is_some_and(|hit| visit(hit).is_break()) {
            return;
        }
        if !front.step_back(facts) {
            fronts.swap_remove(index);
        }
    }
}

/// Calls `visit` with every entry, newest first, of the same days by id: the order of edges in a neighbourhood.
pub(super) fn by_newness<E: Listed>(strands: Strands<'_, E>, facts: &Facts, mut visit: impl FnMut(Hit<E>) -> ControlFlow<()>) {
    let mut fronts: SmallVec<[Front<'_, E>; 4]> = strands.into_iter().filter_map(|strand| Front::backward(strand, facts)).collect();
    let mut together: Vec<Hit<E>> = Vec::new();
    while fronts.len() > 1
        && let Some(days) = fronts.iter().map(|front| front.days).max()
    {
        let several = fronts.iter().filter(|front| front.days == days).count() > 1;
        let mut stopped = false;
        fronts.retain(|front| {
            if stopped || front.days != days {
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
        together.sort_by_cached_key(|hit| facts.id(hit.entry.fact()));
        for hit in together.drain(..) {
            if visit(hit).is_break() {
                return;
            }
        }
    }
    // What is left of one strand stands by id where the days are the same.
    let Some(mut front) = fronts.pop() else { return };
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

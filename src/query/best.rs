//! Which of several facts stands for all of them, and which is newer.

use std::cmp::Reverse;

use crate::model::time::Span;
use crate::model::{Day, FactId, FactNumber};
use crate::view::Reading;

/// How new a fact is; smaller is newer: the later day in a timeline, then the later end, undated last.
pub(super) type Newness = Reverse<Option<(Day, Day)>>;

/// The fact's four days; `None` for one without a date.
pub(super) fn span(reading: Reading<'_>, fact: FactNumber) -> Option<Span> {
    reading.fact(fact).and_then(|fact| fact.span)
}

/// How new the fact is.
pub(super) fn newness(reading: Reading<'_>, fact: FactNumber) -> Newness {
    let days = span(reading, fact).and_then(|span| Some((span.at()?, span.last_end.unwrap_or(Day(i32::MAX)))));
    Reverse(days)
}

/// The fact on the most independent texts; of several the newest; of several the one with the smallest id.
pub(super) fn best(reading: Reading<'_>, facts: &[FactNumber]) -> Option<FactNumber> {
    match facts {
        // Sources are dear to count, and most edges are one fact.
        [only] => Some(*only),
        several => several.iter().copied().min_by_key(|fact| standing(reading, *fact)),
    }
}

fn standing(reading: Reading<'_>, fact: FactNumber) -> (Reverse<u32>, Newness, Option<FactId>) {
    let id = reading.fact(fact).map(|fact| fact.id);
    (Reverse(reading.source_count(fact)), newness(reading, fact), id)
}

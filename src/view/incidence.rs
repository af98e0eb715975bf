//! Entries: a fact in the list of a node, with what most filters ask of it.

use std::cmp::Ordering;

use super::facts::Facts;
use super::{Incidence, Side};
use crate::model::time::Span;
use crate::model::{Day, FactId, FactNumber, Modality, NodeNumber, Polarity};
use crate::ontology::{Kind, RelationNumber};

/// The day of an open end.
pub(super) const OPEN: i32 = i32::MAX;

/// In place of a node where there is none.
const NOBODY: NodeNumber = NodeNumber(u32::MAX);

/// What can stand in a list: a fact, with or without more about it.
pub(super) trait Listed: Copy {
    /// Whether the last days of spans are kept beside their entries; else the facts tell.
    const LASTS_BESIDE: bool;
    /// The fact.
    fn fact(&self) -> FactNumber;
    /// The day it stands at in its class; 0 when undated.
    fn day(&self, facts: &Facts) -> i32;
    /// Whether it may hold on any day when undated.
    fn is_state(&self, facts: &Facts) -> bool;
    /// What is known here of the fact's id.
    fn prefix(&self) -> Prefix;

    /// How the fact's id compares with another.
    #[inline]
    fn compare_id(&self, id: FactId, facts: &Facts) -> Ordering {
        facts.id(self.fact()).cmp(&Some(id))
    }

    /// Which of two entries has the smaller id.
    #[inline]
    fn compare_ids(&self, other: &Self, facts: &Facts) -> Ordering {
        let id = |entry: &Self| facts.id(entry.fact());
        self.prefix().cmp(&other.prefix()).then_with(|| id(self).cmp(&id(other)))
    }
}

/// The first ten bits of a fact's id. Ids lie far away in memory; these stand with the entry, and settle all but a
/// thousandth of the ties between facts of the same days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Prefix(u16);

impl Prefix {
    const BITS: u32 = 10;

    pub(super) const fn of(id: FactId) -> Self {
        let [first, second, ..] = id.to_bytes();
        Self(u16::from_be_bytes([first, second]) >> (u16::BITS - Self::BITS))
    }

    /// As a number.
    pub(super) const fn number(self) -> u16 {
        self.0
    }
}

/// A fact in the list of a node, 16 B.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// The other end; [`NOBODY`] where there is none.
    other: NodeNumber,
    fact: FactNumber,
    day: i32,
    pub(super) relation: RelationNumber,
    pub(super) tag: Tag,
}

/// Side (2 bits), modality (2), polarity, kind, and the prefix of the fact's id (10).
#[derive(Clone, Copy, Debug)]
pub(super) struct Tag(u16);

impl Tag {
    const PREFIX: u32 = u16::BITS - Prefix::BITS;
    const NEGATED: u16 = 1 << 4;
    const STATE: u16 = 1 << 5;

    pub(super) const fn new(side: Side, modality: Modality, polarity: Polarity, kind: Kind, prefix: Prefix) -> Self {
        let negated = if matches!(polarity, Polarity::Negated) { Self::NEGATED } else { 0 };
        let state = if matches!(kind, Kind::State) { Self::STATE } else { 0 };
        Self(side as u16 | (modality as u16) << 2 | negated | state | prefix.0 << Self::PREFIX)
    }
    /// Whether another says the same, whatever the id.
    pub(super) const fn is_like(self, other: Self) -> bool {
        (self.0 ^ other.0) & ((1 << Self::PREFIX) - 1) == 0
    }
    const fn prefix(self) -> Prefix {
        Prefix(self.0 >> Self::PREFIX)
    }
    pub(super) const fn side(self) -> Side {
        match self.0 & 3 {
            0 => Side::Subject,
            1 => Side::Object,
            _ => Side::Place,
        }
    }
    pub(super) const fn modality(self) -> Modality {
        match self.0 >> 2 & 3 {
            0 => Modality::Asserted,
            1 => Modality::Intended,
            2 => Modality::Requested,
            _ => Modality::Possible,
        }
    }
    pub(super) const fn polarity(self) -> Polarity {
        if self.0 & Self::NEGATED == 0 {
            Polarity::Affirmed
        } else {
            Polarity::Negated
        }
    }
    pub(super) const fn kind(self) -> Kind {
        if self.0 & Self::STATE == 0 { Kind::Event } else { Kind::State }
    }
}

/// Which class an entry falls into, with its days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Point(i32),
    Span(i32, i32),
    OpenStart(i32),
    Undated,
}

impl Class {
    pub(super) fn of(span: Option<Span>) -> Self {
        let first_and_last = span.map(|span| (span.first_start, span.last_end));
        match first_and_last {
            Some((Some(first), Some(last))) if first == last => Self::Point(first.0),
            Some((Some(first), last)) => Self::Span(first.0, last.map_or(OPEN, |day| day.0)),
            Some((None, Some(last))) => Self::OpenStart(last.0),
            Some((None, None)) | None => Self::Undated,
        }
    }
    /// The number of the class, from 0 to 3.
    pub(super) const fn number(self) -> usize {
        match self {
            Self::Point(_) => 0,
            Self::Span(..) => 1,
            Self::OpenStart(_) => 2,
            Self::Undated => 3,
        }
    }
    /// The day it stands at; 0 when undated.
    pub(super) const fn day(self) -> i32 {
        match self {
            Self::Point(day) | Self::Span(day, _) | Self::OpenStart(day) => day,
            Self::Undated => 0,
        }
    }
    /// The latest day, where a timeline puts it after its day; [`OPEN`] when open.
    pub(super) const fn last(self) -> i32 {
        match self {
            Self::Point(day) | Self::Span(_, day) | Self::OpenStart(day) => day,
            Self::Undated => OPEN,
        }
    }
}

impl Entry {
    /// What stands in a list until the entry is there.
    pub(super) const NOTHING: Self = Self {
        other: NOBODY,
        fact: FactNumber(u32::MAX),
        day: 0,
        relation: RelationNumber(u16::MAX),
        tag: Tag(0),
    };

    pub(super) const fn new(other: Option<NodeNumber>, fact: FactNumber, class: Class, relation: RelationNumber, tag: Tag) -> Self {
        let other = match other {
            Some(other) => other,
            None => NOBODY,
        };
        Self {
            other,
            fact,
            day: class.day(),
            relation,
            tag,
        }
    }

    /// The day it stands at in its class; 0 when undated.
    pub(super) const fn day(&self) -> i32 {
        self.day
    }

    /// The node at the other end.
    pub(super) fn other(&self) -> Option<NodeNumber> {
        (self.other != NOBODY).then_some(self.other)
    }
}

impl Listed for Entry {
    const LASTS_BESIDE: bool = true;
    fn fact(&self) -> FactNumber {
        self.fact
    }
    fn day(&self, _: &Facts) -> i32 {
        self.day
    }
    fn is_state(&self, _: &Facts) -> bool {
        self.tag.kind() == Kind::State
    }
    fn prefix(&self) -> Prefix {
        self.tag.prefix()
    }
    fn compare_id(&self, id: FactId, facts: &Facts) -> Ordering {
        let by_prefix = self.prefix().cmp(&Prefix::of(id));
        by_prefix.then_with(|| facts.id(self.fact).cmp(&Some(id)))
    }
}

impl Listed for FactNumber {
    const LASTS_BESIDE: bool = false;
    fn fact(&self) -> FactNumber {
        *self
    }
    fn day(&self, facts: &Facts) -> i32 {
        Class::of(facts.span_of(*self)).day()
    }
    fn is_state(&self, facts: &Facts) -> bool {
        facts.get(*self).is_some_and(|fact| fact.kind == Kind::State)
    }
    fn prefix(&self) -> Prefix {
        Prefix::default()
    }
}

/// An entry and its days; `None` where open, both when undated.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit<E> {
    pub(super) entry: E,
    pub(super) first: Option<Day>,
    pub(super) last: Option<Day>,
}

impl<E> Hit<E> {
    /// An entry of one known day.
    #[inline]
    pub(super) const fn of_point(entry: E, day: i32) -> Self {
        Self {
            entry,
            first: Some(Day(day)),
            last: Some(Day(day)),
        }
    }
}

impl From<Hit<Entry>> for Incidence {
    #[inline]
    fn from(hit: Hit<Entry>) -> Self {
        let tag = hit.entry.tag;
        Self {
            other: hit.entry.other(),
            fact: hit.entry.fact,
            id_prefix: tag.prefix().0,
            side: tag.side(),
            relation: hit.entry.relation,
            modality: tag.modality(),
            polarity: tag.polarity(),
            kind: tag.kind(),
            earliest: hit.first,
            latest: hit.last,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_takes_sixteen_bytes() {
        assert_eq!(size_of::<Entry>(), 16);
    }

    #[test]
    fn prefixes_stand_as_the_ids_do() {
        let of = |first, second| Prefix::of(FactId::from_bytes([first, second, 9, 9, 9, 9, 9, 9, 9, 9]));
        assert!(of(1, 0) < of(1, 64) && of(1, 255) < of(2, 0) && of(2, 0) < of(255, 255));
        assert_eq!(of(1, 0), of(1, 63));
    }

    #[test]
    fn a_tag_gives_back_what_went_in() {
        for side in [Side::Subject, Side::Object, Side::Place] {
            for modality in Modality::ALL {
                for polarity in Polarity::ALL {
                    for kind in [Kind::State, Kind::Event] {
                        let prefix = Prefix::of(FactId::from_bytes([0xAB; 10]));
                        let tag = Tag::new(side, *modality, *polarity, kind, prefix);
                        let read = (tag.side(), tag.modality(), tag.polarity(), tag.kind(), tag.prefix());
                        assert_eq!(read, (side, *modality, *polarity, kind, prefix));
                        assert!(tag.is_like(Tag::new(side, *modality, *polarity, kind, Prefix::default())));
                    }
                }
            }
        }
    }
}

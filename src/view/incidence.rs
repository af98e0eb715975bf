//! Entries of lists, and the lists: facts of one node, or of the whole store, by their days.
//!
//! A list has four classes, so that a window costs what it finds: *points* (one known day), *spans*
//! (by first day, the last day beside), *open starts* such as `../2017-11-22` (by last day, which is
//! where a timeline puts them), and *undated*. Inside a class entries stand by day, then number.

use smallvec::SmallVec;

use super::Side;
use crate::model::time::{Span, Window};
use crate::model::{Day, FactNumber, Modality, NodeNumber, Polarity};
use crate::ontology::{Kind, RelationNumber};

/// The day of an open end.
pub(super) const OPEN: i32 = i32::MAX;

/// In place of a node where there is none.
const NOBODY: NodeNumber = NodeNumber(u32::MAX);

/// What any list can be sorted by.
pub(super) trait Listed: Copy {
    /// The day it stands at in its class; 0 when undated.
    fn day(&self) -> i32;
    /// The fact.
    fn fact(&self) -> FactNumber;
    /// Whether it may hold on any day when undated.
    fn is_state(&self) -> bool;
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

/// A fact in the list of the whole store, 8 B.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dated {
    fact: FactNumber,
    day: i32,
}

/// Side (2 bits), modality (2), polarity, kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tag(u16);

impl Tag {
    const NEGATED: u16 = 1 << 4;
    const STATE: u16 = 1 << 5;

    pub(super) const fn new(side: Side, modality: Modality, polarity: Polarity, kind: Kind) -> Self {
        let negated = if matches!(polarity, Polarity::Negated) { Self::NEGATED } else { 0 };
        let state = if matches!(kind, Kind::State) { Self::STATE } else { 0 };
        Self(side as u16 | (modality as u16) << 2 | negated | state)
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
    const fn day(self) -> i32 {
        match self {
            Self::Point(day) | Self::Span(day, _) | Self::OpenStart(day) => day,
            Self::Undated => 0,
        }
    }
}

impl Entry {
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

    /// The node at the other end.
    pub(super) fn other(&self) -> Option<NodeNumber> {
        (self.other != NOBODY).then_some(self.other)
    }
}

impl Dated {
    pub(super) const fn new(fact: FactNumber, class: Class) -> Self {
        Self { fact, day: class.day() }
    }
}

impl Listed for Entry {
    fn day(&self) -> i32 {
        self.day
    }
    fn fact(&self) -> FactNumber {
        self.fact
    }
    fn is_state(&self) -> bool {
        self.tag.kind() == Kind::State
    }
}

impl Listed for Dated {
    fn day(&self) -> i32 {
        self.day
    }
    fn fact(&self) -> FactNumber {
        self.fact
    }
    fn is_state(&self) -> bool {
        false
    }
}

/// Lists that stand one behind another, class by class.
#[derive(Clone, Debug)]
pub(super) struct Classes<E> {
    points: Vec<E>,
    spans: Vec<E>,
    /// Last days of the spans.
    lasts: Vec<i32>,
    opens: Vec<E>,
    undated: Vec<E>,
}

impl<E> Default for Classes<E> {
    fn default() -> Self {
        Self {
            points: Vec::new(),
            spans: Vec::new(),
            lasts: Vec::new(),
            opens: Vec::new(),
            undated: Vec::new(),
        }
    }
}

/// Where a list begins in each class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Start([u32; 4]);

/// One list, borrowed.
#[derive(Clone, Copy, Debug)]
pub(super) struct List<'a, E> {
    points: &'a [E],
    spans: &'a [E],
    lasts: &'a [i32],
    opens: &'a [E],
    undated: &'a [E],
}

impl<E: Listed> Classes<E> {
    /// Adds an entry; the caller adds them by day and number.
    pub(super) fn push(&mut self, entry: E, class: Class) {
        match class {
            Class::Point(_) => self.points.push(entry),
            Class::Span(_, last) => {
                self.spans.push(entry);
                self.lasts.push(last);
            }
            Class::OpenStart(_) => self.opens.push(entry),
            Class::Undated => self.undated.push(entry),
        }
    }

    /// Where the next list would begin.
    pub(super) fn end(&self) -> Start {
        // Lists hold at most two entries a fact and a place each, chunks of them far less than 2³².
        let lengths = [self.points.len(), self.spans.len(), self.opens.len(), self.undated.len()];
        Start(lengths.map(|length| u32::try_from(length).unwrap_or(u32::MAX)))
    }

    /// Everything as one list.
    pub(super) fn whole(&self) -> List<'_, E> {
        self.list(Start::default(), self.end())
    }

    /// The list between two starts.
    pub(super) fn list(&self, from: Start, to: Start) -> List<'_, E> {
        let ([points, spans, opens, undated], [to_points, to_spans, to_opens, to_undated]) = (from.0, to.0);
        List {
            points: cut(&self.points, points, to_points),
            spans: cut(&self.spans, spans, to_spans),
            lasts: cut(&self.lasts, spans, to_spans),
            opens: cut(&self.opens, opens, to_opens),
            undated: cut(&self.undated, undated, to_undated),
        }
    }

    /// Adds two lists, merged into one.
    pub(super) fn append(&mut self, left: List<'_, E>, right: List<'_, E>) {
        merge(left.points, right.points, |entry, _| self.points.push(entry));
        let (spans, lasts) = (&mut self.spans, &mut self.lasts);
        merge(left.spans, right.spans, |entry, (from_left, place)| {
            let beside = if from_left { left.lasts } else { right.lasts };
            spans.push(entry);
            lasts.push(beside.get(place).copied().unwrap_or(OPEN));
        });
        merge(left.opens, right.opens, |entry, _| self.opens.push(entry));
        merge(left.undated, right.undated, |entry, _| self.undated.push(entry));
    }

    /// Gives back what was reserved and not used.
    pub(super) fn shrink(&mut self) {
        self.points.shrink_to_fit();
        self.spans.shrink_to_fit();
        self.lasts.shrink_to_fit();
        self.opens.shrink_to_fit();
        self.undated.shrink_to_fit();
    }
}

fn cut<T>(all: &[T], from: u32, to: u32) -> &[T] {
    all.get(from as usize..to as usize).unwrap_or_default()
}

/// Hands the entries of both sides to `keep` by day and number, with side (left?) and place there.
fn merge<E: Listed>(left: &[E], right: &[E], mut keep: impl FnMut(E, (bool, usize))) {
    let (mut from_left, mut from_right) = (left.iter().enumerate().peekable(), right.iter().enumerate().peekable());
    loop {
        let take_left = match (from_left.peek(), from_right.peek()) {
            (Some((_, a)), Some((_, b))) => (a.day(), a.fact()) <= (b.day(), b.fact()),
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => return,
        };
        let next = if take_left { from_left.next() } else { from_right.next() };
        if let Some((place, entry)) = next {
            keep(*entry, (take_left, place));
        }
    }
}

/// An entry and its days; `None` where open, both when undated.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit<E> {
    pub(super) entry: E,
    pub(super) first: Option<Day>,
    pub(super) last: Option<Day>,
}

/// All entries of a list with their days, in no promised order.
pub(super) struct Hits<'a, E> {
    left: List<'a, E>,
}

impl<E> Default for Hits<'_, E> {
    fn default() -> Self {
        Self {
            left: List {
                points: &[],
                spans: &[],
                lasts: &[],
                opens: &[],
                undated: &[],
            },
        }
    }
}

impl<E: Listed> Iterator for Hits<'_, E> {
    type Item = Hit<E>;
    fn next(&mut self) -> Option<Hit<E>> {
        let left = &mut self.left;
        if let Some(entry) = left.points.split_off_first() {
            return Some(Hit {
                entry: *entry,
                first: Some(Day(entry.day())),
                last: Some(Day(entry.day())),
            });
        }
        if let Some(entry) = left.spans.split_off_first() {
            let last = left.lasts.split_off_first().filter(|last| **last != OPEN).map(|last| Day(*last));
            return Some(Hit {
                entry: *entry,
                first: Some(Day(entry.day())),
                last,
            });
        }
        if let Some(entry) = left.opens.split_off_first() {
            return Some(Hit {
                entry: *entry,
                first: None,
                last: Some(Day(entry.day())),
            });
        }
        left.undated.split_off_first().map(|entry| Hit {
            entry: *entry,
            first: None,
            last: None,
        })
    }
}

impl<'a, E: Listed> List<'a, E> {
    /// All entries with their days, in no promised order.
    pub(super) const fn hits(self) -> Hits<'a, E> {
        Hits { left: self }
    }

    /// How many entries there are.
    pub(super) const fn len(&self) -> usize {
        self.points.len() + self.spans.len() + self.opens.len() + self.undated.len()
    }

    /// All entries, in no promised order.
    pub(super) fn entries(&self) -> impl Iterator<Item = &'a E> {
        self.points.iter().chain(self.spans).chain(self.opens).chain(self.undated)
    }

    /// The dated entries that may meet a window.
    pub(super) fn strands(&self, window: Window) -> SmallVec<[Strand<'a, E>; 3]> {
        let since = window.since.map_or(i32::MIN, |day| day.0);
        let until = window.until.map_or(i32::MAX, |day| day.0);
        let mut strands: SmallVec<[Strand<'a, E>; 3]> = SmallVec::new();
        let points = Strand {
            entries: self.points,
            ends: Ends::Same,
            since,
        };
        strands.push(points.not_before(since).not_after(until));
        let spans = Strand {
            entries: self.spans,
            ends: Ends::Beside(self.lasts),
            since,
        };
        strands.push(spans.not_after(until));
        let opens = Strand {
            entries: self.opens,
            ends: Ends::OpenStart,
            since,
        };
        strands.push(opens.not_before(since));
        strands.retain(|strand| !strand.entries.is_empty());
        strands
    }

    /// The undated entries that come with a window: states may hold on any day, events meet none.
    pub(super) fn undated(&self, window: Window) -> impl Iterator<Item = Hit<E>> + use<'a, E> {
        let all = window.is_everything();
        let wanted = self.undated.iter().filter(move |entry| all || entry.is_state());
        wanted.map(|entry| Hit {
            entry: *entry,
            first: None,
            last: None,
        })
    }
}

/// Dated entries of one class, by day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strand<'a, E> {
    entries: &'a [E],
    ends: Ends<'a>,
    /// Entries that end before this day are passed over.
    since: i32,
}

/// What the days of a strand's entries are.
#[derive(Clone, Copy, Debug)]
enum Ends<'a> {
    /// First and last.
    Same,
    /// First; these are the last.
    Beside(&'a [i32]),
    /// Last; the first is open.
    OpenStart,
}

impl<E: Listed> Strand<'_, E> {
    /// Without what stands before a day.
    pub(super) fn not_before(self, day: i32) -> Self {
        let from = self.entries.partition_point(|entry| entry.day() < day);
        self.between(from, self.entries.len())
    }

    /// Without what stands after a day.
    pub(super) fn not_after(self, day: i32) -> Self {
        let to = self.entries.partition_point(|entry| entry.day() <= day);
        self.between(0, to)
    }

    fn between(self, from: usize, to: usize) -> Self {
        let ends = match self.ends {
            Ends::Beside(lasts) => Ends::Beside(lasts.get(from..to).unwrap_or_default()),
            ends => ends,
        };
        Self {
            entries: self.entries.get(from..to).unwrap_or_default(),
            ends,
            since: self.since,
        }
    }

    /// The day at the end from which it is read.
    pub(super) fn next_day(&self, newest_first: bool) -> Option<i32> {
        let next = if newest_first { self.entries.last() } else { self.entries.first() };
        next.map(Listed::day)
    }

    /// Moves the entries of the day at its end into `into`.
    pub(super) fn take(&mut self, day: i32, newest_first: bool, into: &mut Vec<Hit<E>>) {
        let on_day = |entry: &&E| entry.day() == day;
        let length = self.entries.len();
        let (taken, left) = if newest_first {
            let from = length - self.entries.iter().rev().take_while(on_day).count();
            (self.between(from, length), self.between(0, from))
        } else {
            let to = self.entries.iter().take_while(on_day).count();
            (self.between(0, to), self.between(to, length))
        };
        into.extend(taken.hits());
        *self = left;
    }

    /// Its entries with their days, by day.
    pub(super) fn hits(&self) -> impl Iterator<Item = Hit<E>> {
        self.entries.iter().enumerate().filter_map(|(place, entry)| {
            let day = Some(Day(entry.day()));
            let (first, last) = match self.ends {
                Ends::Same => (day, day),
                Ends::OpenStart => (None, day),
                Ends::Beside(lasts) => (day, lasts.get(place).filter(|last| **last != OPEN).map(|last| Day(*last))),
            };
            let lasts_long_enough = last.is_none_or(|last| last.0 >= self.since);
            lasts_long_enough.then_some(Hit {
                entry: *entry,
                first,
                last,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_takes_sixteen_bytes_and_a_dated_one_eight() {
        assert_eq!((size_of::<Entry>(), size_of::<Dated>()), (16, 8));
    }

    #[test]
    fn a_tag_gives_back_what_went_in() {
        for side in [Side::Subject, Side::Object, Side::Place] {
            for modality in Modality::ALL {
                for polarity in Polarity::ALL {
                    for kind in [Kind::State, Kind::Event] {
                        let tag = Tag::new(side, *modality, *polarity, kind);
                        let read = (tag.side(), tag.modality(), tag.polarity(), tag.kind());
                        assert_eq!(read, (side, *modality, *polarity, kind));
                    }
                }
            }
        }
    }
}

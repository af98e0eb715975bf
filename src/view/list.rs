//! Lists: facts of one node, or of the whole store, by their days.
//!
//! A list has four classes, so that a window costs what it finds: *points* (one known day), *spans* (by first day,
//! the last day beside, skip blocks over them), *open starts* such as `../2017-11-22` (by last day, which is where a
//! timeline puts them), and *undated*. Inside a class entries stand in the order of a timeline: by day, latest day
//! and id. What lies in one class can be read off in order; `in_order` puts several together.

use std::cmp::Ordering;
use std::ops::ControlFlow;

use smallvec::SmallVec;

use super::DayKey;
use super::facts::Facts;
use super::incidence::{Class, Entry, Hit, Listed, OPEN, Prefix};
use super::maxima::Maxima;
use crate::model::time::Window;
use crate::model::{Day, FactId, FactNumber};

/// Lists that stand one behind another, class by class.
#[derive(Clone, Debug)]
pub(super) struct Classes<E> {
    points: Vec<E>,
    spans: Vec<E>,
    /// Last days of the spans, where entries have theirs beside.
    lasts: Vec<i32>,
    maxima: Maxima,
    opens: Vec<E>,
    undated: Vec<E>,
}

impl<E> Default for Classes<E> {
    fn default() -> Self {
        Self {
            points: Vec::new(),
            spans: Vec::new(),
            lasts: Vec::new(),
            maxima: Maxima::default(),
            opens: Vec::new(),
            undated: Vec::new(),
        }
    }
}

/// Lengths of the four classes: where a list begins in each.
pub(super) type Lengths = [u32; 4];

/// What entries are sorted by inside their class.
pub(super) type SortKey = (i32, i32, FactId);

impl Classes<Entry> {
    /// So many entries of each class, to be put in place.
    pub(super) fn of_lengths(lengths: Lengths) -> Self {
        let [points, spans, opens, undated] = lengths.map(|length| vec![Entry::NOTHING; length as usize]);
        Self {
            points,
            lasts: vec![OPEN; spans.len()],
            spans,
            maxima: Maxima::default(),
            opens,
            undated,
        }
    }

    /// Puts an entry at a place of its class.
    pub(super) fn put(&mut self, place: usize, entry: Entry, class: Class) {
        let entries = match class {
            Class::Point(_) => &mut self.points,
            Class::Span(_, last) => {
                if let Some(slot) = self.lasts.get_mut(place) {
                    *slot = last;
                }
                &mut self.spans
            }
            Class::OpenStart(_) => &mut self.opens,
            Class::Undated => &mut self.undated,
        };
        if let Some(slot) = entries.get_mut(place) {
            *slot = entry;
        }
    }
}

impl Classes<Entry> {
    /// Puts the entries of a list in order.
    pub(super) fn sort(&mut self, from: Lengths, to: Lengths, facts: &Facts) {
        let place = |lengths: &Lengths, class: usize| lengths.get(class).map_or(0, |length| *length as usize);
        let range = |class: usize| place(&from, class)..place(&to, class);
        for (class, entries) in [(0, &mut self.points), (2, &mut self.opens), (3, &mut self.undated)] {
            let key = |entry: &Entry| i64::from(entry.day()) << u16::BITS | i64::from(entry.prefix().number());
            sort_by_key(entries.get_mut(range(class)).unwrap_or_default(), key, Entry::fact, facts);
        }
        let (spans, lasts) = (self.spans.get_mut(range(1)), self.lasts.get_mut(range(1)));
        let (spans, lasts) = (spans.unwrap_or_default(), lasts.unwrap_or_default());
        if spans.len() > 1 {
            let mut together: Vec<(Entry, i32)> = spans.iter().copied().zip(lasts.iter().copied()).collect();
            let key = |(entry, last): &(Entry, i32)| Key::new(entry.day(), *last, entry.prefix());
            sort_by_key(&mut together, key, |(entry, _)| entry.fact(), facts);
            for ((span, last), sorted) in spans.iter_mut().zip(lasts).zip(together) {
                (*span, *last) = sorted;
            }
        }
    }
}

/// Sorts by a key, and what is tied by id.
fn sort_by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K, fact: impl Fn(&T) -> FactNumber, facts: &Facts) {
    if items.len() < 2 {
        return;
    }
    items.sort_unstable_by_key(&key);
    for tied in items.chunk_by_mut(|a, b| key(a) == key(b)) {
        if tied.len() > 1 {
            tied.sort_unstable_by_key(|item| facts.id(fact(item)));
        }
    }
}

impl Classes<FactNumber> {
    /// Of facts that stand in order in each class; spans come with their last days.
    pub(super) fn of_sorted(
        points: Vec<FactNumber>,
        spans: impl ExactSizeIterator<Item = (FactNumber, i32)> + Clone,
        opens: Vec<FactNumber>,
        undated: Vec<FactNumber>,
    ) -> Self {
        Self {
            points,
            maxima: Maxima::over(spans.clone().map(|(_, last)| last)),
            spans: spans.map(|(fact, _)| fact).collect(),
            lasts: Vec::new(),
            opens,
            undated,
        }
    }
}

impl<E: Listed> Classes<E> {
    /// Adds an entry; the caller adds those of a class and list by day, latest day and id.
    pub(super) fn push(&mut self, entry: E, class: Class) {
        match class {
            Class::Point(_) => self.points.push(entry),
            Class::Span(_, last) => {
                self.spans.push(entry);
                if E::LASTS_BESIDE {
                    self.lasts.push(last);
                }
            }
            Class::OpenStart(_) => self.opens.push(entry),
            Class::Undated => self.undated.push(entry),
        }
    }

    /// Makes the skip blocks, and gives back what was reserved and not used. Once, when all is in.
    pub(super) fn seal(mut self, facts: &Facts) -> Self {
        self.points.shrink_to_fit();
        self.spans.shrink_to_fit();
        self.lasts.shrink_to_fit();
        self.opens.shrink_to_fit();
        self.undated.shrink_to_fit();
        self.maxima = if E::LASTS_BESIDE {
            Maxima::over(self.lasts.iter().copied())
        } else {
            Maxima::over(self.spans.iter().map(|entry| last_by_fact(*entry, facts)))
        };
        self
    }

    /// Where the next list would begin.
    pub(super) fn end(&self) -> Lengths {
        // Lists hold at most two entries a fact and a place each, chunks of them far less than 2³².
        let lengths = [self.points.len(), self.spans.len(), self.opens.len(), self.undated.len()];
        lengths.map(|length| u32::try_from(length).unwrap_or(u32::MAX))
    }

    /// Everything as one list.
    pub(super) fn whole(&self) -> List<'_, E> {
        self.list(Lengths::default(), self.end())
    }

    /// The list between two places.
    #[inline]
    pub(super) const fn list(&self, from: Lengths, to: Lengths) -> List<'_, E> {
        List { classes: self, from, to }
    }

    /// Adds two lists, merged into one.
    pub(super) fn append(&mut self, left: &List<'_, E>, right: &List<'_, E>, facts: &Facts) {
        let everything = Window::default();
        for of in [Of::Points, Of::Spans, Of::Opens] {
            let (left, right) = (left.strand(of, everything), right.strand(of, everything));
            let (mut a, mut b) = (left.start, right.start);
            while a < left.end || b < right.end {
                let take_left = b >= right.end || a < left.end && left.compare(a, &right, b, facts) != Ordering::Greater;
                let (strand, place) = if take_left { (&left, &mut a) } else { (&right, &mut b) };
                if let Some(entry) = strand.entries().get(*place) {
                    let (day, last) = strand.days(*place, facts);
                    self.push(*entry, of.class(day, last));
                }
                *place += 1;
            }
        }
        let order = |a: E, b: E| a.compare_ids(&b, facts);
        merge(left.undated_entries(), right.undated_entries(), order, |entry| {
            self.push(entry, Class::Undated);
        });
    }

    /// Bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        let entries = self.points.capacity() + self.spans.capacity() + self.opens.capacity() + self.undated.capacity();
        entries * size_of::<E>() + self.lasts.capacity() * size_of::<i32>() + self.maxima.bytes()
    }
}

fn last_by_fact<E: Listed>(entry: E, facts: &Facts) -> i32 {
    Class::of(facts.span_of(entry.fact())).last()
}

/// Hands the entries of both sides to `keep` in order.
fn merge<E: Copy>(mut left: &[E], mut right: &[E], order: impl Fn(E, E) -> Ordering, mut keep: impl FnMut(E)) {
    loop {
        let take_left = match (left.first(), right.first()) {
            (Some(a), Some(b)) => order(*a, *b) != Ordering::Greater,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => return,
        };
        let next = if take_left {
            left.split_off_first()
        } else {
            right.split_off_first()
        };
        if let Some(entry) = next {
            keep(*entry);
        }
    }
}

/// One list, borrowed.
#[derive(Clone, Copy, Debug)]
pub(super) struct List<'a, E> {
    classes: &'a Classes<E>,
    from: Lengths,
    to: Lengths,
}

impl<'a, E: Listed> List<'a, E> {
    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        let lengths = self.to.iter().zip(self.from).map(|(to, from)| (to - from) as usize);
        lengths.sum()
    }

    /// All entries with their days, in no promised order.
    pub(super) fn hits(&self, facts: &'a Facts) -> Hits<'a, E> {
        let mut strands = SmallVec::new();
        self.each_strand(Window::default(), facts, |strand| strands.push(strand));
        Hits {
            facts,
            strands,
            undated: self.undated_entries(),
        }
    }

    /// Calls `visit` with each class of dated entries that may meet a window.
    #[inline]
    pub(super) fn each_strand(&self, window: Window, facts: &Facts, mut visit: impl FnMut(Strand<'a, E>)) {
        let since = window.since.map_or(i32::MIN, |day| day.0);
        let until = window.until.map_or(i32::MAX, |day| day.0);
        for of in [Of::Points, Of::Spans, Of::Opens] {
            let mut strand = self.strand(of, window);
            if strand.is_empty() {
                continue;
            }
            // Spans that began before may still hold; open starts may have begun at any time.
            if of != Of::Spans {
                strand = strand.not_before(since, facts);
            }
            if of != Of::Opens {
                strand = strand.not_after(until, facts);
            }
            if !strand.is_empty() {
                visit(strand);
            }
        }
    }

    #[inline]
    fn strand(&self, of: Of, window: Window) -> Strand<'a, E> {
        let place = |lengths: &Lengths| lengths.get(of as usize).map_or(0, |length| *length as usize);
        Strand {
            classes: self.classes,
            of,
            since: window.since.map_or(i32::MIN, |day| day.0),
            start: place(&self.from),
            end: place(&self.to),
        }
    }

    fn undated_entries(&self) -> &'a [E] {
        let [.., from] = self.from;
        let [.., to] = self.to;
        self.classes.undated.get(from as usize..to as usize).unwrap_or_default()
    }

    /// The undated entries that come with a window, by id: states may hold on any day, events meet none.
    pub(super) fn undated(&self, window: Window, facts: &'a Facts) -> impl DoubleEndedIterator<Item = Hit<E>> + use<'a, E> {
        let all = window.is_everything();
        let wanted = self.undated_entries().iter().filter(move |entry| all || entry.is_state(facts));
        wanted.map(|entry| Hit {
            entry: *entry,
            first: None,
            last: None,
        })
    }
}

/// All entries of a list with their days, in no promised order.
pub(super) struct Hits<'a, E> {
    facts: &'a Facts,
    strands: SmallVec<[Strand<'a, E>; 3]>,
    undated: &'a [E],
}

impl<E: Listed> Iterator for Hits<'_, E> {
    type Item = Hit<E>;
    fn next(&mut self) -> Option<Hit<E>> {
        while let Some(strand) = self.strands.last_mut() {
            if !strand.is_empty() {
                strand.start += 1;
                return strand.hit(strand.start - 1, self.facts);
            }
            self.strands.pop();
        }
        self.undated.split_off_first().map(|entry| Hit {
            entry: *entry,
            first: None,
            last: None,
        })
    }
}

/// What entries are sorted by, as far as it stands with them: day, latest day, and the first bits of the id, in
/// one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(i128);

impl Key {
    /// Behind every entry.
    pub(super) const END: Self = Self(i128::MAX);

    #[inline]
    fn new(day: i32, latest: i32, prefix: Prefix) -> Self {
        let latest = i128::from(latest) - i128::from(i32::MIN);
        Self(i128::from(day) << 48 | latest << 16 | i128::from(prefix.number()))
    }

    /// The two days of it, to be compared with those of others.
    #[inline]
    pub(super) const fn days(self) -> i128 {
        self.0 >> 16
    }
}

/// A class of dated entries, by its place in [`Lengths`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    /// First and last day are one.
    Points,
    /// By the first day.
    Spans,
    /// By the last day; the first is open.
    Opens,
}

impl Of {
    const fn class(self, day: i32, last: i32) -> Class {
        match self {
            Self::Points => Class::Point(day),
            Self::Spans => Class::Span(day, last),
            Self::Opens => Class::OpenStart(day),
        }
    }
}

/// Dated entries of one class, in the order of a timeline.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strand<'a, E> {
    classes: &'a Classes<E>,
    of: Of,
    /// Spans that end before this day are passed over.
    since: i32,
    /// The place of the first of its entries in the class.
    pub(super) start: usize,
    /// The place behind the last.
    pub(super) end: usize,
}

impl<'a, E: Listed> Strand<'a, E> {
    /// The entries the places are of.
    #[inline]
    fn entries(&self) -> &'a [E] {
        match self.of {
            Of::Points => &self.classes.points,
            Of::Spans => &self.classes.spans,
            Of::Opens => &self.classes.opens,
        }
    }

    /// Whether no entry belongs to it.
    pub(super) const fn is_empty(&self) -> bool {
        self.start >= self.end
    }

    /// Without what stands before a day.
    fn not_before(mut self, day: i32, facts: &Facts) -> Self {
        if day > i32::MIN {
            self.start = self.partition(|entry, _| entry.day(facts) < day);
        }
        self
    }

    /// Without what stands after a day.
    fn not_after(mut self, day: i32, facts: &Facts) -> Self {
        if day < i32::MAX {
            self.end = self.partition(|entry, _| entry.day(facts) <= day);
        }
        self
    }

    /// Without what stands before or at a key.
    pub(super) fn after(mut self, key: DayKey, facts: &Facts) -> Self {
        self.start = self.partition(|entry, place| self.key_cmp(entry, place, key, facts) != Ordering::Greater);
        self
    }

    /// Without what stands behind or at a key.
    pub(super) fn before(mut self, key: DayKey, facts: &Facts) -> Self {
        self.end = self.partition(|entry, place| self.key_cmp(entry, place, key, facts) == Ordering::Less);
        self
    }

    fn key_cmp(&self, entry: E, place: usize, key: DayKey, facts: &Facts) -> Ordering {
        self.days(place, facts)
            .cmp(&(key.at.0, key.latest.0))
            .then_with(|| entry.compare_id(key.id, facts))
    }

    /// The first place whose entry does not meet `holds`, when it holds for all before it and for none after.
    fn partition(&self, holds: impl Fn(E, usize) -> bool) -> usize {
        let (mut low, mut high) = (self.start, self.end);
        let entries = self.entries();
        while low < high {
            let middle = low + (high - low) / 2;
            if entries.get(middle).is_some_and(|entry| holds(*entry, middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// Day and latest day of the entry at a place: what a timeline sorts by before the id.
    #[inline]
    pub(super) fn days(&self, place: usize, facts: &Facts) -> (i32, i32) {
        let Some(entry) = self.entries().get(place) else {
            return (OPEN, OPEN);
        };
        let day = entry.day(facts);
        if self.of == Of::Spans {
            (day, self.last(place, facts))
        } else {
            (day, day)
        }
    }

    /// Last day of the span at a place.
    #[inline]
    fn last(&self, place: usize, facts: &Facts) -> i32 {
        if E::LASTS_BESIDE {
            return self.classes.lasts.get(place).copied().unwrap_or(OPEN);
        }
        self.entries().get(place).map_or(OPEN, |entry| last_by_fact(*entry, facts))
    }

    /// What the entry at a place is sorted by, as far as it stands there.
    #[inline]
    pub(super) fn key(&self, place: usize, facts: &Facts) -> Key {
        let Some(entry) = self.entries().get(place) else {
            return Key::END;
        };
        let (day, latest) = self.days(place, facts);
        Key::new(day, latest, entry.prefix())
    }

    /// Which of two entries stands first in a timeline.
    pub(super) fn compare(&self, place: usize, other: &Self, other_place: usize, facts: &Facts) -> Ordering {
        self.key(place, facts).cmp(&other.key(other_place, facts)).then_with(|| {
            let id = |strand: &Self, place: usize| strand.entries().get(place).map(|entry| facts.id(entry.fact()));
            id(self, place).cmp(&id(other, other_place))
        })
    }

    /// The first place from `from` on that belongs to the answer; the end when there is none.
    #[inline]
    pub(super) fn next(&self, from: usize, facts: &Facts) -> usize {
        if self.of == Of::Spans && self.since > i32::MIN {
            let last = |place| self.last(place, facts);
            return self.classes.maxima.next(from, self.end, self.since, last);
        }
        from
    }

    /// The place behind the last one before `to` that belongs to the answer; the start when there is none.
    #[inline]
    pub(super) fn previous(&self, to: usize, facts: &Facts) -> usize {
        if self.of == Of::Spans && self.since > i32::MIN {
            let last = |place| self.last(place, facts);
            return self.classes.maxima.before(self.start, to, self.since, last);
        }
        to
    }

    /// The entry at a place with its days.
    #[inline]
    pub(super) fn hit(&self, place: usize, facts: &Facts) -> Option<Hit<E>> {
        let entry = *self.entries().get(place)?;
        let day = Some(Day(entry.day(facts)));
        let (first, last) = match self.of {
            Of::Points => (day, day),
            Of::Opens => (None, day),
            Of::Spans => {
                let last = self.last(place, facts);
                (day, (last != OPEN).then_some(Day(last)))
            }
        };
        Some(Hit { entry, first, last })
    }

    /// How many entries belong to the answer, when that can be told without a walk.
    pub(super) fn count(&self) -> Option<u64> {
        let is_told = self.of != Of::Spans || self.since == i32::MIN;
        is_told.then(|| (self.end - self.start) as u64)
    }

    /// Its entries before a place, when each has one known day.
    pub(super) fn points_until(&self, place: usize) -> Option<&'a [E]> {
        (self.of == Of::Points).then(|| self.entries().get(self.start..place).unwrap_or_default())
    }

    /// Takes its first facts until so many are found.
    pub(super) fn take(&mut self, most: usize, facts: &Facts, found: &mut Vec<FactNumber>) {
        if self.of == Of::Points {
            let entries = self.entries().get(self.start..self.end).unwrap_or_default();
            let taken = entries.iter().take(most.saturating_sub(found.len()));
            self.start += taken.len();
            return found.extend(taken.map(Listed::fact));
        }
        self.start = self.next(self.start, facts);
        while !self.is_empty() && found.len() < most {
            found.extend(self.entries().get(self.start).map(Listed::fact));
            self.start = self.next(self.start + 1, facts);
        }
    }

    /// Takes the first fact, and those behind it that surely stand before a key, until so many are found.
    pub(super) fn take_before(&mut self, key: Key, most: usize, facts: &Facts, found: &mut Vec<FactNumber>) {
        if self.of == Of::Points {
            let entries = self.entries().get(self.start..self.end).unwrap_or_default();
            let before = |entry: &&E| {
                let day = entry.day(facts);
                Key::new(day, day, entry.prefix()) < key
            };
            let rest = entries.iter().skip(1).take_while(before);
            let from = found.len();
            found.extend(
                entries
                    .first()
                    .into_iter()
                    .chain(rest)
                    .take(most.saturating_sub(from))
                    .map(Listed::fact),
            );
            self.start += found.len() - from;
            return;
        }
        loop {
            found.extend(self.entries().get(self.start).map(Listed::fact));
            self.start = self.next(self.start + 1, facts);
            if self.is_empty() || found.len() >= most || self.key(self.start, facts) >= key {
                return;
            }
        }
    }

    /// Calls `visit` with its entries.
    ///
    /// # Errors
    ///
    /// `Break` as soon as `visit` says so.
    #[inline]
    pub(super) fn each(&self, facts: &Facts, visit: &mut impl FnMut(Hit<E>) -> ControlFlow<()>) -> ControlFlow<()> {
        if self.of == Of::Points {
            for entry in self.entries().get(self.start..self.end).unwrap_or_default() {
                visit(Hit::of_point(*entry, entry.day(facts)))?;
            }
            return ControlFlow::Continue(());
        }
        let mut place = self.next(self.start, facts);
        while place < self.end {
            if let Some(hit) = self.hit(place, facts) {
                visit(hit)?;
            }
            place = self.next(place + 1, facts);
        }
        ControlFlow::Continue(())
    }
}

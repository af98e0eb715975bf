//! Lists: facts of one node, or of the whole store, by their days.
//!
//! A list has four classes, so that a window costs what it finds: *points* (one known day), *spans* (by first day,
//! the last day beside, skip blocks over them), *open starts* such as `../2017-11-22` (by last day, which is where a
//! timeline puts them), and *undated*. Inside a class entries stand in the order of a timeline: by day, latest day
//! and id. What lies in one class can be read off in order; `in_order` puts several together.

use std::cmp::Ordering;
use std::ops::{ControlFlow, Range};

use smallvec::SmallVec;

use super::DayKey;
use super::facts::Facts;
use super::incidence::{Class, Entry, Hit, Listed, OPEN};
use super::maxima::Maxima;
use crate::model::time::Window;
use crate::model::{Day, FactId};

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
    pub(super) fn list(&self, from: Lengths, to: Lengths) -> List<'_, E> {
        let ([points, spans, opens, undated], [to_points, to_spans, to_opens, to_undated]) = (from, to);
        List {
            classes: self,
            points: cut(&self.points, points, to_points),
            spans: spans as usize..to_spans as usize,
            opens: cut(&self.opens, opens, to_opens),
            undated: cut(&self.undated, undated, to_undated),
        }
    }

    /// Adds two lists, merged into one.
    pub(super) fn append(&mut self, left: &List<'_, E>, right: &List<'_, E>, facts: &Facts) {
        let by_day = |a: E, b: E| by_key(a, b, facts, |entry| (entry.day(facts), 0));
        merge(left.points, right.points, by_day, |entry| self.points.push(entry));
        merge(left.opens, right.opens, by_day, |entry| self.opens.push(entry));
        let (left_spans, right_spans) = (left.span_strand(Window::default()), right.span_strand(Window::default()));
        let (mut a, mut b) = (left_spans.places.clone(), right_spans.places.clone());
        while !(a.is_empty() && b.is_empty()) {
            let take_left = match (a.is_empty(), b.is_empty()) {
                (false, false) => left_spans.compare(a.start, &right_spans, b.start, facts) == Ordering::Less,
                (left_ended, _) => !left_ended,
            };
            let (strand, place) = if take_left { (&left_spans, &mut a) } else { (&right_spans, &mut b) };
            if let Some(entry) = strand.entries.get(place.start) {
                self.spans.push(*entry);
                if E::LASTS_BESIDE {
                    self.lasts.push(strand.days(place.start, facts).1);
                }
            }
            place.start += 1;
        }
        merge(
            left.undated,
            right.undated,
            |a, b| by_key(a, b, facts, |_| (0, 0)),
            |entry| self.undated.push(entry),
        );
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

fn cut<T>(all: &[T], from: u32, to: u32) -> &[T] {
    all.get(from as usize..to as usize).unwrap_or_default()
}

/// By days, of the same days by id.
fn by_key<E: Listed>(a: E, b: E, facts: &Facts, days: impl Fn(E) -> (i32, i32)) -> Ordering {
    // Ids lie far away in memory, and are seldom needed.
    days(a).cmp(&days(b)).then_with(|| facts.id(a.fact()).cmp(&facts.id(b.fact())))
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
#[derive(Clone, Debug)]
pub(super) struct List<'a, E> {
    classes: &'a Classes<E>,
    points: &'a [E],
    spans: Range<usize>,
    opens: &'a [E],
    undated: &'a [E],
}

/// The dated strands of a list.
pub(super) type Strands<'a, E> = SmallVec<[Strand<'a, E>; 3]>;

impl<'a, E: Listed> List<'a, E> {
    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        self.points.len() + self.spans.len() + self.opens.len() + self.undated.len()
    }

    /// All entries with their days, in no promised order.
    pub(super) fn hits(&self, facts: &'a Facts) -> Hits<'a, E> {
        Hits {
            facts,
            strands: self.strands(Window::default(), facts),
            undated: self.undated,
        }
    }

    /// The dated entries that may meet a window.
    pub(super) fn strands(&self, window: Window, facts: &Facts) -> Strands<'a, E> {
        let since = window.since.map_or(i32::MIN, |day| day.0);
        let until = window.until.map_or(i32::MAX, |day| day.0);
        let mut strands = Strands::new();
        if !self.points.is_empty() {
            let points = Strand::of(self.points, Ends::Same);
            strands.push(points.not_before(since, facts).not_after(until, facts));
        }
        if !self.spans.is_empty() {
            strands.push(self.span_strand(window).not_after(until, facts));
        }
        if !self.opens.is_empty() {
            strands.push(Strand::of(self.opens, Ends::OpenStart).not_before(since, facts));
        }
        strands.retain(|strand| !strand.places.is_empty());
        strands
    }

    fn span_strand(&self, window: Window) -> Strand<'a, E> {
        let ends = Ends::Spans {
            lasts: &self.classes.lasts,
            maxima: &self.classes.maxima,
            since: window.since.map_or(i32::MIN, |day| day.0),
        };
        Strand {
            entries: &self.classes.spans,
            places: self.spans.clone(),
            ends,
        }
    }

    /// The undated entries that come with a window, by id: states may hold on any day, events meet none.
    pub(super) fn undated(&self, window: Window, facts: &'a Facts) -> impl DoubleEndedIterator<Item = Hit<E>> + use<'a, E> {
        let all = window.is_everything();
        let wanted = self.undated.iter().filter(move |entry| all || entry.is_state(facts));
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
    strands: Strands<'a, E>,
    undated: &'a [E],
}

impl<E: Listed> Iterator for Hits<'_, E> {
    type Item = Hit<E>;
    fn next(&mut self) -> Option<Hit<E>> {
        while let Some(strand) = self.strands.last_mut() {
            if let Some(place) = strand.places.next() {
                return strand.hit(place, self.facts);
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

/// Dated entries of one class, in the order of a timeline.
#[derive(Clone, Debug)]
pub(super) struct Strand<'a, E> {
    /// The entries the places are of.
    entries: &'a [E],
    /// Which of them belong to it.
    pub(super) places: Range<usize>,
    ends: Ends<'a>,
}

/// What the days of a strand's entries are.
#[derive(Clone, Copy, Debug)]
enum Ends<'a> {
    /// First and last.
    Same,
    /// First; the last is beside, or the fact's. Spans that end before `since` are passed over.
    Spans { lasts: &'a [i32], maxima: &'a Maxima, since: i32 },
    /// Last; the first is open.
    OpenStart,
}

impl<'a, E: Listed> Strand<'a, E> {
    fn of(entries: &'a [E], ends: Ends<'a>) -> Self {
        Self {
            entries,
            places: 0..entries.len(),
            ends,
        }
    }

    /// Without what stands before a day.
    fn not_before(mut self, day: i32, facts: &Facts) -> Self {
        if day > i32::MIN {
            self.places.start = self.partition(|entry, _| entry.day(facts) < day);
        }
        self
    }

    /// Without what stands after a day.
    fn not_after(mut self, day: i32, facts: &Facts) -> Self {
        if day < i32::MAX {
            self.places.end = self.partition(|entry, _| entry.day(facts) <= day);
        }
        self
    }

    /// Without what stands before or at a key.
    pub(super) fn after(mut self, key: DayKey, facts: &Facts) -> Self {
        self.places.start = self.partition(|entry, place| self.key_cmp(entry, place, key, facts) != Ordering::Greater);
        self
    }

    /// Without what stands behind or at a key.
    pub(super) fn before(mut self, key: DayKey, facts: &Facts) -> Self {
        self.places.end = self.partition(|entry, place| self.key_cmp(entry, place, key, facts) == Ordering::Less);
        self
    }

    fn key_cmp(&self, entry: E, place: usize, key: DayKey, facts: &Facts) -> Ordering {
        self.days(place, facts)
            .cmp(&(key.at.0, key.latest.0))
            .then_with(|| facts.id(entry.fact()).cmp(&Some(key.id)))
    }

    /// The first place whose entry does not meet `holds`, when it holds for all before it and for none after.
    fn partition(&self, holds: impl Fn(E, usize) -> bool) -> usize {
        let (mut low, mut high) = (self.places.start, self.places.end);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.entries.get(middle).is_some_and(|entry| holds(*entry, middle)) {
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
        let Some(entry) = self.entries.get(place) else {
            return (OPEN, OPEN);
        };
        let day = entry.day(facts);
        match self.ends {
            Ends::Same | Ends::OpenStart => (day, day),
            Ends::Spans { lasts, .. } => (day, last_at(*entry, place, lasts, facts)),
        }
    }

    /// The id of the entry at a place.
    pub(super) fn id(&self, place: usize, facts: &Facts) -> Option<FactId> {
        facts.id(self.entries.get(place)?.fact())
    }

    fn compare(&self, place: usize, other: &Self, other_place: usize, facts: &Facts) -> Ordering {
        self.days(place, facts)
            .cmp(&other.days(other_place, facts))
            .then_with(|| self.id(place, facts).cmp(&other.id(other_place, facts)))
    }

    /// The first place from `from` on that belongs to the answer; the end when there is none.
    #[inline]
    pub(super) fn next(&self, from: usize, facts: &Facts) -> usize {
        match self.ends {
            Ends::Spans { lasts, maxima, since } if since > i32::MIN => {
                let last = |place: usize| self.entries.get(place).map_or(OPEN, |entry| last_at(*entry, place, lasts, facts));
                maxima.next(from, self.places.end, since, last)
            }
            _ => from,
        }
    }

    /// The place behind the last one before `to` that belongs to the answer; the start when there is none.
    #[inline]
    pub(super) fn previous(&self, to: usize, facts: &Facts) -> usize {
        match self.ends {
            Ends::Spans { lasts, maxima, since } if since > i32::MIN => {
                let last = |place: usize| self.entries.get(place).map_or(OPEN, |entry| last_at(*entry, place, lasts, facts));
                maxima.before(self.places.start, to, since, last)
            }
            _ => to,
        }
    }

    /// The entry at a place with its days.
    #[inline]
    pub(super) fn hit(&self, place: usize, facts: &Facts) -> Option<Hit<E>> {
        let entry = *self.entries.get(place)?;
        let day = Some(Day(entry.day(facts)));
        let (first, last) = match self.ends {
            Ends::Same => (day, day),
            Ends::OpenStart => (None, day),
            Ends::Spans { lasts, .. } => {
                let last = last_at(entry, place, lasts, facts);
                (day, (last != OPEN).then_some(Day(last)))
            }
        };
        Some(Hit { entry, first, last })
    }

    /// How many entries belong to the answer, when that can be told without a walk.
    pub(super) fn count(&self) -> Option<u64> {
        match self.ends {
            Ends::Spans { since, .. } if since > i32::MIN => None,
            _ => Some(self.places.len() as u64),
        }
    }

    /// Calls `visit` with its entries.
    ///
    /// # Errors
    ///
    /// `Break` as soon as `visit` says so.
    #[inline]
    pub(super) fn each(&self, facts: &Facts, visit: &mut impl FnMut(Hit<E>) -> ControlFlow<()>) -> ControlFlow<()> {
        if let Ends::Same = self.ends {
            for entry in self.entries.get(self.places.clone()).unwrap_or_default() {
                let day = Some(Day(entry.day(facts)));
                visit(Hit {
                    entry: *entry,
                    first: day,
                    last: day,
                })?;
            }
            return ControlFlow::Continue(());
        }
        let mut place = self.next(self.places.start, facts);
        while place < self.places.end {
            if let Some(hit) = self.hit(place, facts) {
                visit(hit)?;
            }
            place = self.next(place + 1, facts);
        }
        ControlFlow::Continue(())
    }
}

fn last_at<E: Listed>(entry: E, place: usize, lasts: &[i32], facts: &Facts) -> i32 {
    if E::LASTS_BESIDE {
        lasts.get(place).copied().unwrap_or(OPEN)
    } else {
        last_by_fact(entry, facts)
    }
}

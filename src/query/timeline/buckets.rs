//! Buckets: how many facts may fall into each day, week, month, quarter or year, and how many surely do.
//!
//! A bucket counts as the list would: `count_max` is how many facts the same question has for the bucket's days
//! alone, `count_min` how many of them with `certain=true`. So a fact that spans several buckets counts in each,
//! and the bounds of the question cut the first and the last bucket short.
//!
//! Buckets go from the first to the last day that any of the facts names (its start, its end, and the newest
//! report of one that is still open), or to the bound of the question where a fact is open there. A fact that
//! is open for ever would else fill buckets for ever.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use crate::model::time::{Span, Window};
use crate::model::{Day, FactNumber};
use crate::query::Bucket;
use crate::query::budget::Meter;
use crate::view::Reading;

use super::scan::{Placed, Scan};
use super::unit::Unit;
use super::{Asked, Axis};

/// Buckets at most, of one group: a few decades of days.
pub(super) const MOST: u64 = 20_000;

type Group = Option<String>;

/// What buckets need to know of the facts.
#[derive(Debug, Default)]
pub(super) struct Tally {
    certain_only: bool,
    grouped: bool,
    facts: Vec<Extent>,
    groups: BTreeMap<Group, usize>,
    /// Numbers of a group and of a fact in it.
    members: Vec<(usize, usize)>,
}

/// On which days a fact may have held, and from when until when it surely did.
#[derive(Clone, Copy, Debug)]
struct Extent {
    first: Option<Day>,
    last: Option<Day>,
    /// The day by which it had surely begun, and the one up to which it surely lasted.
    certain: Option<(Day, Day)>,
    /// The last day that it names.
    named: Option<Day>,
}

impl Extent {
    fn of(reading: Reading<'_>, fact: FactNumber, span: Span) -> Self {
        let report = if span.first_end.is_none() || span.last_end.is_none() {
            reading.newest_report(fact)
        } else {
            None
        };
        Self {
            first: span.first_start,
            last: span.last_end,
            // The two days that `Span::certainly_meets` compares with a window that is bounded on both sides.
            certain: span.last_start.zip(span.first_start.and(span.first_end.or(report))),
            named: span.last_end.or(report).or(span.first_start),
        }
    }

    /// The days it may have held on, as far as they are named.
    fn named(&self) -> Option<(Day, Day)> {
        let first = self.first.or(self.last)?;
        Some((first, self.named.map_or(first, |named| named.max(first))))
    }
}

impl Tally {
    /// Looks at every fact of a question.
    pub(super) fn count(reading: Reading<'_>, asked: &Asked, scan: &Scan<'_, '_>, meter: &mut Meter<'_>) -> Self {
        let mut tally = Self {
            certain_only: asked.filter.is_certain() && asked.axis == Axis::Valid,
            grouped: asked.group_by.is_some(),
            ..Self::default()
        };
        scan.each(None, meter, &mut |placed: Placed| {
            let fact = placed.fact;
            let days = match asked.axis {
                Axis::Valid => reading.fact(fact).and_then(|content| content.span),
                Axis::Reported => Some(Span::on(placed.at)),
            };
            if let Some(days) = days {
                let extent = Extent::of(reading, fact, days);
                match asked.group_by {
                    Some(by) => tally.add(extent, by.groups(reading, asked, fact)),
                    None => tally.add(extent, [None]),
                }
            }
            ControlFlow::Continue(())
        });
        tally
    }

    fn add(&mut self, extent: Extent, groups: impl IntoIterator<Item = Group>) {
        for group in groups {
            let next = self.groups.len();
            let number = *self.groups.entry(group).or_insert(next);
            self.members.push((number, self.facts.len()));
        }
        self.facts.push(extent);
    }

    /// The buckets in order, those of one unit by group. With groups a bucket without facts is one without a
    /// group; groups that have none in a bucket are not there.
    ///
    /// # Errors
    ///
    /// How many there would be, when that is more than [`MOST`].
    pub(super) fn buckets(&self, unit: Unit, window: Window) -> Result<Vec<Bucket>, u64> {
        let Some((first, last)) = self.range(window) else {
            return Ok(Vec::new());
        };
        let (first, last) = (unit.number(first), unit.number(last));
        let many = u64::try_from(last - first + 1).unwrap_or(u64::MAX);
        let length = usize::try_from(many).ok().filter(|_| many <= MOST).ok_or(many)?;
        let mut counts = self.counts(&Frame { unit, first, last, window }, length);
        let mut buckets = Vec::new();
        for (place, number) in (first..=last).enumerate() {
            let mut of_unit: Vec<Bucket> = Vec::new();
            for (group, at_most, at_least) in &mut counts {
                let count = |sums: &[i64]| sums.get(place).and_then(|sum| u64::try_from(*sum).ok()).unwrap_or(0);
                let (count_max, count_min) = (count(at_most), count(at_least));
                if count_max > 0 || !self.grouped {
                    of_unit.push(bucket(unit, number, window, (count_min, count_max), group.clone()));
                }
            }
            if of_unit.is_empty() {
                of_unit.push(bucket(unit, number, window, (0, 0), None));
            }
            buckets.extend(of_unit);
        }
        Ok(buckets)
    }

    /// The days from which and to which there are buckets; `None` without facts.
    fn range(&self, window: Window) -> Option<(Day, Day)> {
        let named = || self.facts.iter().filter_map(Extent::named);
        let (mut first, mut last) = (named().map(|days| days.0).min()?, named().map(|days| days.1).max()?);
        if let Some(since) = window.since {
            let open = self.facts.iter().any(|fact| fact.first.is_none());
            first = if open { since } else { first.max(since) };
            last = last.max(first);
        }
        if let Some(until) = window.until {
            let open = self.facts.iter().any(|fact| fact.last.is_none());
            last = if open { until } else { last.min(until) };
            first = first.min(last);
        }
        Some((first, last))
    }

    /// Running sums of each group, by place of the bucket: facts at most, facts at least.
    fn counts(&self, frame: &Frame, length: usize) -> Vec<(Group, Vec<i64>, Vec<i64>)> {
        let mut counts: Vec<(Group, Vec<i64>, Vec<i64>)> = vec![(None, vec![0; length + 1], vec![0; length + 1]); self.groups.len()];
        for (group, number) in &self.groups {
            if let Some(of_group) = counts.get_mut(*number) {
                of_group.0.clone_from(group);
            }
        }
        for (group, fact) in &self.members {
            let (Some(extent), Some((_, at_most, at_least))) = (self.facts.get(*fact), counts.get_mut(*group)) else {
                continue;
            };
            let certain = frame.certain(extent);
            let possible = if self.certain_only { certain } else { frame.possible(extent) };
            mark(at_most, possible);
            mark(at_least, certain);
        }
        for (_, at_most, at_least) in &mut counts {
            run(at_most);
            run(at_least);
        }
        counts.sort_by(|a, b| a.0.cmp(&b.0));
        counts
    }
}

/// The buckets of a question, by number of their unit.
struct Frame {
    unit: Unit,
    first: i64,
    last: i64,
    window: Window,
}

impl Frame {
    /// Places of the buckets that the fact may fall into, both inclusive.
    fn possible(&self, fact: &Extent) -> Option<(usize, usize)> {
        let from = fact.first.map_or(self.first, |day| self.unit.number(day));
        let to = fact.last.map_or(self.last, |day| self.unit.number(day));
        self.places(from, to)
    }

    /// Places of the buckets that it falls into whatever its unknown days are: those that do not end before it
    /// had surely begun, nor start after it surely lasted.
    fn certain(&self, fact: &Extent) -> Option<(usize, usize)> {
        let (begun, lasting) = fact.certain?;
        let mut from = self.unit.number(begun);
        let mut to = self.unit.number(lasting);
        // The first and the last bucket may be cut short by the window.
        let (since, until) = (self.window.since, self.window.until);
        if until.is_some_and(|until| begun > until) {
            from = self.last + 1;
        }
        if since.is_some_and(|since| lasting < since) {
            to = self.first - 1;
        }
        self.places(from, to)
    }

    fn places(&self, from: i64, to: i64) -> Option<(usize, usize)> {
        let (from, to) = (from.max(self.first) - self.first, to.min(self.last) - self.first);
        let place = |number: i64| usize::try_from(number).ok();
        (from <= to).then(|| place(from).zip(place(to))).flatten()
    }
}

/// Notes one fact in the buckets from one place to another.
fn mark(changes: &mut [i64], places: Option<(usize, usize)>) {
    let Some((from, to)) = places else { return };
    for (place, change) in [(from, 1), (to + 1, -1)] {
        if let Some(at) = changes.get_mut(place) {
            *at += change;
        }
    }
}

/// Turns changes into counts.
fn run(changes: &mut [i64]) {
    let mut sum = 0;
    for at in changes {
        sum += *at;
        *at = sum;
    }
}

fn bucket(unit: Unit, number: i64, window: Window, (count_min, count_max): (u64, u64), group: Group) -> Bucket {
    let (start, end) = (unit.start(number), unit.end(number));
    Bucket {
        start: window.since.map_or(start, |since| since.max(start)),
        end: window.until.map_or(end, |until| until.min(end)),
        count_min,
        count_max,
        group,
    }
}

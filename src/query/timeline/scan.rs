//! The facts of a timeline in their order, each once, from any place on and in either direction.

use std::collections::{HashSet, VecDeque};
use std::ops::ControlFlow;

use crate::model::time::Window;
use crate::model::{Day, FactId, FactNumber, NodeNumber};
use crate::query::budget::{Cost, Meter};
use crate::query::filter::{Filter, within};
use crate::query::sieve::Sieve;
use crate::view::{DayKey, Incidence, ObjectRef, Reading};

use super::{Asked, Axis};

/// A fact and its place on the axis, but for its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Placed {
    /// The day it stands at.
    pub(super) at: Day,
    /// The latest day on which it may have held; `Day(i32::MAX)` when open.
    pub(super) latest: Day,
    /// The fact.
    pub(super) fact: FactNumber,
}

/// Facts that are read ahead of each of several nodes.
const AHEAD: usize = 64;

/// How the facts of a question are found.
pub(super) struct Scan<'a, 'v> {
    reading: Reading<'v>,
    asked: &'a Asked,
    /// The filter over all days: for facts that have none.
    timeless: Filter,
}

impl<'a, 'v> Scan<'a, 'v> {
    /// The facts of a question.
    pub(super) fn new(reading: Reading<'v>, asked: &'a Asked) -> Self {
        Self {
            reading,
            asked,
            timeless: asked.filter.clone().at_any_time(),
        }
    }

    /// Up to `limit` facts behind a place, and whether there are more.
    pub(super) fn page(&self, after: Option<DayKey>, limit: usize, meter: &mut Meter<'_>) -> (Vec<Placed>, bool) {
        let mut shown = Vec::new();
        let mut more = false;
        if limit == 0 {
            return (shown, more);
        }
        self.each(after, meter, &mut |placed| {
            more = shown.len() == limit;
            if more {
                return ControlFlow::Break(());
            }
            shown.push(placed);
            ControlFlow::Continue(())
        });
        (shown, more)
    }

    /// The whole place of a fact.
    pub(super) fn key(&self, placed: Placed) -> DayKey {
        // Every fact that was placed is there, and has an id.
        let id = self.reading.fact(placed.fact).map_or(FactId::from_bytes([0; 10]), |fact| fact.id);
        DayKey {
            at: placed.at,
            latest: placed.latest,
            id,
        }
    }

    /// How many facts there are; `None` when they cost more to count than is left.
    pub(super) fn total(&self, meter: &mut Meter<'_>) -> Option<u64> {
        let asked = self.asked;
        if asked.nodes.is_empty() && asked.axis == Axis::Valid && asked.filter.is_everything() {
            let undated = self.undated(meter);
            return (!meter.is_cut()).then(|| u64::from(self.reading.fact_count()) - undated);
        }
        if let ([node], Axis::Valid, true) = (asked.nodes.as_slice(), asked.axis, asked.with.is_empty())
            && asked.filter.asks_only_dates()
            && let Some(count) = self.reading.dated_count(*node, asked.filter.window())
        {
            return Some(count);
        }
        let mut total = 0;
        self.each(None, meter, &mut |_| {
            total += 1;
            ControlFlow::Continue(())
        });
        (!meter.is_cut()).then_some(total)
    }

    /// How many facts meet every other filter and have no day on the axis, as far as the meter goes.
    pub(super) fn undated(&self, meter: &mut Meter<'_>) -> u64 {
        let mut undated = HashSet::new();
        match self.asked.axis {
            Axis::Valid => self.each_undated(meter, &mut |fact| {
                undated.insert(fact);
            }),
            Axis::Reported => self.each_touching(meter, &mut |fact| {
                if self.reported(fact).is_none() {
                    undated.insert(fact);
                }
            }),
        }
        undated.len() as u64
    }

    /// Calls `visit` with every fact behind a place, in order.
    pub(super) fn each(&self, after: Option<DayKey>, meter: &mut Meter<'_>, visit: &mut dyn FnMut(Placed) -> ControlFlow<()>) {
        match (self.asked.axis, self.asked.nodes.as_slice()) {
            (Axis::Reported, _) => self.each_reported(after, meter, visit),
            (Axis::Valid, []) => self.each_of_all(after, meter, visit),
            (Axis::Valid, [node]) => self.each_of(*node, after, meter, visit),
            (Axis::Valid, nodes) => self.each_of_several(nodes, after, meter, visit),
        }
    }

    fn each_of_all(&self, after: Option<DayKey>, meter: &mut Meter<'_>, visit: &mut dyn FnMut(Placed) -> ControlFlow<()>) {
        let filter = &self.asked.filter;
        let all = filter.is_everything();
        let mut look = |fact: FactNumber| {
            meter.pay(Cost::Edge)?;
            if all || filter.passes_fact(self.reading, fact) {
                let Some(key) = self.reading.day_key(fact) else {
                    return ControlFlow::Continue(());
                };
                visit(Placed {
                    at: key.at,
                    latest: key.latest,
                    fact,
                })
            } else {
                ControlFlow::Continue(())
            }
        };
        if self.asked.newest_first {
            self.reading.by_day_back(filter.window(), after, &mut look);
        } else {
            self.reading.by_day(filter.window(), after, &mut look);
        }
    }

    fn each_of(&self, node: NodeNumber, after: Option<DayKey>, meter: &mut Meter<'_>, visit: &mut dyn FnMut(Placed) -> ControlFlow<()>) {
        let filter = &self.asked.filter;
        let sieve = Sieve::new(self.reading, filter);
        let mut look = |incidence: Incidence| {
            meter.pay(Cost::Edge)?;
            let passes = sieve.passes(&incidence) && self.is_shared(incidence.fact);
            if passes && let Some(at) = incidence.earliest.or(incidence.latest) {
                visit(Placed {
                    at,
                    latest: incidence.latest.unwrap_or(Day(i32::MAX)),
                    fact: incidence.fact,
                })
            } else {
                ControlFlow::Continue(())
            }
        };
        if self.asked.newest_first {
            self.reading.incident_by_day_back(node, filter.window(), after, &mut look);
        } else {
            self.reading.incident_by_day(node, filter.window(), after, &mut look);
        }
    }

    /// Merges the lists of several nodes, a few facts of each at a time.
    fn each_of_several(
        &self,
        nodes: &[NodeNumber],
        after: Option<DayKey>,
        meter: &mut Meter<'_>,
        visit: &mut dyn FnMut(Placed) -> ControlFlow<()>,
    ) {
        let source = |node: &NodeNumber| Source {
            node: *node,
            ahead: VecDeque::new(),
            last: after,
            ended: false,
        };
        let mut sources: Vec<Source> = nodes.iter().map(source).collect();
        let mut last = None;
        loop {
            for source in &mut sources {
                self.refill(source, meter);
            }
            if meter.is_cut() {
                return;
            }
            let heads = sources.iter_mut().filter(|source| !source.ahead.is_empty());
            let head = |source: &Source| source.ahead.front().map(|placed| self.key(*placed));
            let sooner = |a: &Source, b: &Source| {
                if self.asked.newest_first {
                    head(b).cmp(&head(a))
                } else {
                    head(a).cmp(&head(b))
                }
            };
            let Some(next) = heads.min_by(|a, b| sooner(a, b)).and_then(|source| source.ahead.pop_front()) else {
                return;
            };
            // A fact of two of the nodes stands in both lists, at the same place.
            if last != Some(next) && visit(next).is_break() {
                return;
            }
            last = Some(next);
        }
    }

    fn refill(&self, source: &mut Source, meter: &mut Meter<'_>) {
        if source.ended || !source.ahead.is_empty() {
            return;
        }
        let ahead = &mut source.ahead;
        self.each_of(source.node, source.last, meter, &mut |placed| {
            ahead.push_back(placed);
            if ahead.len() < AHEAD {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
        source.ended = ahead.len() < AHEAD;
        source.last = ahead.back().map(|placed| self.key(*placed));
    }

    /// By report date there is no list to follow: all facts are taken and sorted.
    fn each_reported(&self, after: Option<DayKey>, meter: &mut Meter<'_>, visit: &mut dyn FnMut(Placed) -> ControlFlow<()>) {
        let mut facts: Vec<(DayKey, FactNumber)> = Vec::new();
        self.each_touching(meter, &mut |fact| {
            if let Some(at) = self.reported(fact)
                && within(self.asked.window, Some(at))
                && let Some(content) = self.reading.fact(fact)
            {
                let latest = content.span.and_then(|span| span.last_end).unwrap_or(Day(i32::MAX));
                facts.push((
                    DayKey {
                        at,
                        latest,
                        id: content.id,
                    },
                    fact,
                ));
            }
        });
        facts.sort_unstable_by_key(|(key, _)| *key);
        facts.dedup();
        if self.asked.newest_first {
            facts.reverse();
        }
        for (key, fact) in facts {
            let behind = |place: DayKey| if self.asked.newest_first { key < place } else { key > place };
            let placed = Placed {
                at: key.at,
                latest: key.latest,
                fact,
            };
            if after.is_none_or(behind) && visit(placed).is_break() {
                return;
            }
        }
    }

    /// The day on which the shown evidence was printed.
    fn reported(&self, fact: FactNumber) -> Option<Day> {
        self.reading.shown_evidence(fact).and_then(|shown| shown.reported)
    }

    /// Every fact of the question, dated or not, in no order, some perhaps twice.
    fn each_touching(&self, meter: &mut Meter<'_>, visit: &mut dyn FnMut(FactNumber)) {
        let filter = &self.asked.filter;
        // Undated facts come on their own: with a window the lists hold back some of them.
        let dated = Window::default();
        if self.asked.nodes.is_empty() {
            self.reading.by_day(dated, None, |fact| {
                meter.pay(Cost::Edge)?;
                if filter.passes_fact(self.reading, fact) {
                    visit(fact);
                }
                ControlFlow::Continue(())
            });
        }
        let sieve = Sieve::new(self.reading, filter);
        for node in &self.asked.nodes {
            self.reading.incident_by_day(*node, filter.window(), None, |incidence| {
                meter.pay(Cost::Edge)?;
                if sieve.passes(&incidence) && self.is_shared(incidence.fact) {
                    visit(incidence.fact);
                }
                ControlFlow::Continue(())
            });
        }
        let bounded = !filter.window().is_everything();
        self.each_undated(meter, &mut |fact| {
            if !bounded || filter.passes_fact(self.reading, fact) {
                visit(fact);
            }
        });
    }

    /// Every fact without a valid time that meets all other filters.
    fn each_undated(&self, meter: &mut Meter<'_>, visit: &mut dyn FnMut(FactNumber)) {
        if self.asked.nodes.is_empty() {
            self.reading.undated(&mut |fact| {
                meter.pay(Cost::Edge)?;
                if self.timeless.passes_fact(self.reading, fact) {
                    visit(fact);
                }
                ControlFlow::Continue(())
            });
        }
        let sieve = Sieve::new(self.reading, &self.timeless);
        for node in &self.asked.nodes {
            self.reading.incident_undated(*node, |incidence| {
                meter.pay(Cost::Edge)?;
                if sieve.passes(&incidence) && self.is_shared(incidence.fact) {
                    visit(incidence.fact);
                }
                ControlFlow::Continue(())
            });
        }
    }

    /// Whether one of `with` is subject, object or place of the fact.
    fn is_shared(&self, fact: FactNumber) -> bool {
        let with = &self.asked.with;
        if with.is_empty() {
            return true;
        }
        let Some(content) = self.reading.fact(fact) else { return false };
        let object = match content.object {
            ObjectRef::Node(node) => Some(node),
            ObjectRef::Value(_) | ObjectRef::None => None,
        };
        with.contains(&content.subject)
            || object.is_some_and(|node| with.contains(&node))
            || self
                .reading
                .open_evidence(fact)
                .iter()
                .any(|evidence| evidence.provenance.place.is_some_and(|place| with.contains(&place)))
    }
}

/// The list of one of several nodes.
struct Source {
    node: NodeNumber,
    ahead: VecDeque<Placed>,
    last: Option<DayKey>,
    ended: bool,
}

//! Paths in order of time: each hop no earlier than the one before.
//!
//! [`earliest`] goes level by level and keeps, for each node and number of hops, the earliest day of arrival:
//! under a hop limit an earlier arrival by more hops must not shadow a later one by fewer, which is what
//! Dijkstra's algorithm would do. What it gives is the Pareto set: each path arrives earlier than every
//! shorter one.
//!
//! A fact is used on the first of its possible days that is no earlier than the arrival before it: a state on
//! any day it holds, an event of an uncertain day on any day it may have happened. Facts without a date are
//! never used.

use std::collections::{BTreeMap, HashMap};

use smallvec::SmallVec;

use crate::model::time::Window;
use crate::model::{Day, NodeNumber};
use crate::query::budget::Meter;
use crate::query::expand::{Hit, Step};
use crate::query::seen::Values;

use super::Search;
use super::inner::weight;

/// Before every day: where a state that was always so can be used.
pub(super) const ALWAYS: Day = Day(i32::MIN);

/// A path in order, with the day of arrival at each of its nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chain {
    /// The nodes, both ends included, and the day from which one can go on from each.
    pub(super) stops: Vec<(NodeNumber, Day)>,
}

impl Chain {
    /// The day of arrival at the end.
    pub(super) fn arrival(&self) -> Day {
        self.stops.last().map_or(ALWAYS, |(_, day)| *day)
    }
}

/// The best way known to a node by exactly so many hops: earliest, then through less connected nodes, then by
/// the number of the node before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Label {
    day: Day,
    weight: u64,
    before: NodeNumber,
}

/// A node that was reached earlier than by fewer hops.
#[derive(Clone, Copy, Debug)]
struct Reached {
    node: NodeNumber,
    label: Label,
    /// The day of arrival by fewer hops, if any.
    earlier_hops: Option<Day>,
}

impl Search<'_, '_> {
    /// The first day on which a path may be under way.
    fn departure(&self) -> Day {
        self.filter.window().since.unwrap_or(ALWAYS)
    }

    /// A step from a node at which one arrived on a day.
    pub(super) fn step_from(&self, node: NodeNumber, day: Day) -> Step {
        Step {
            node,
            window: self.window_from(day),
        }
    }

    /// The days of the filter from one on.
    pub(super) fn window_from(&self, day: Day) -> Window {
        let window = self.filter.window();
        let since = (day != ALWAYS).then_some(day);
        Window {
            since: window.since.max(since),
            until: window.until,
        }
    }
}

/// The first day on which the fact can be used by one who arrived on `day`; `None` when it has no date, or it was
/// over by then.
pub(super) fn used_on(hit: &Hit, day: Day) -> Option<Day> {
    // Open on both sides there is no day to place it by.
    hit.earliest.or(hit.latest)?;
    let used = hit.earliest.map_or(day, |start| start.max(day));
    hit.latest.is_none_or(|end| used <= end).then_some(used)
}

/// The paths that arrive earlier than every shorter one, shortest first. Without `max_hops` all there are: a
/// path of earliest arrival never visits a node twice.
pub(super) fn earliest(search: &Search<'_, '_>, max_hops: Option<usize>, meter: &mut Meter<'_>) -> Vec<Chain> {
    if search.via.is_empty() {
        Levels::new(search).climb(max_hops, meter)
    } else {
        // Those who must pass somewhere may have to wait: here the earliest at a node need not be the best.
        Trail::new(search, max_hops.unwrap_or(usize::MAX)).follow(meter)
    }
}

/// Level by level.
struct Levels<'s, 'a, 'v> {
    search: &'s Search<'a, 'v>,
    /// By number of hops: nodes that were reached earlier than by fewer, by number.
    by_hops: Vec<Vec<Reached>>,
    /// The earliest day on which each node was reached, see [`as_value`].
    earliest: Values,
    /// The earliest day of arrival at the end.
    arrival: Option<Day>,
}

/// Days as numbers that sort alike.
const fn as_value(day: Day) -> u32 {
    day.0.cast_unsigned() ^ 1 << 31
}

const fn as_day(value: u32) -> Day {
    Day((value ^ 1 << 31).cast_signed())
}

impl<'s, 'a, 'v> Levels<'s, 'a, 'v> {
    fn new(search: &'s Search<'a, 'v>) -> Self {
        let start = Reached {
            node: search.from,
            label: Label {
                day: search.departure(),
                weight: 0,
                before: search.from,
            },
            earlier_hops: None,
        };
        let mut earliest = Values::new();
        // Nobody arrives at the start earlier than always.
        earliest.set(search.from, as_value(ALWAYS));
        Self {
            search,
            by_hops: vec![vec![start]],
            earliest,
            arrival: None,
        }
    }

    fn climb(mut self, max_hops: Option<usize>, meter: &mut Meter<'_>) -> Vec<Chain> {
        let mut chains = Vec::new();
        while max_hops.is_none_or(|most| self.by_hops.len() <= most) && !meter.is_cut() {
            let is_last = max_hops == Some(self.by_hops.len());
            let level = if is_last { self.last_level(meter) } else { self.next_level(meter) };
            if level.is_empty() {
                break;
            }
            for reached in &level {
                self.earliest.set(reached.node, as_value(reached.label.day));
            }
            let arrival = level
                .iter()
                .find(|reached| reached.node == self.search.to)
                .map(|reached| reached.label.day);
            self.by_hops.push(level);
            if arrival.is_some() {
                self.arrival = arrival;
                chains.push(self.trace());
            }
        }
        chains
    }

    /// Where one gets by one more hop, by number.
    fn next_level(&self, meter: &mut Meter<'_>) -> Vec<Reached> {
        let mut level: Vec<Reached> = Vec::new();
        let mut places = Values::new();
        for from in self.by_hops.last().into_iter().flatten() {
            let Some(step) = self.step(from) else { continue };
            let weight = self.weight_behind(from);
            let old = level.len();
            let mut changed: SmallVec<[(usize, Label); 8]> = SmallVec::new();
            let whole = self.search.walk().expand(&mut [step], meter, |_, hit| {
                let Some(day) = self.news(hit.to, &hit, from.label.day) else {
                    return;
                };
                let label = Label {
                    day,
                    weight,
                    before: from.node,
                };
                let known = places
                    .get(hit.to)
                    .and_then(|place| Some((place as usize, level.get_mut(place as usize)?)));
                match known {
                    Some((place, known)) if label < known.label => {
                        if place < old {
                            changed.push((place, known.label));
                        }
                        known.label = label;
                    }
                    Some(_) => {}
                    None => {
                        places.set(hit.to, u32::try_from(level.len()).unwrap_or(u32::MAX));
                        level.push(Reached {
                            node: hit.to,
                            label,
                            earlier_hops: self.earliest.get(hit.to).map(as_day),
                        });
                    }
                }
            });
            if whole == 0 {
                // What the meter cuts off in the middle of a node would depend on the layout of memory.
                level.truncate(old);
                for (place, label) in changed.into_iter().rev() {
                    if let Some(known) = level.get_mut(place) {
                        known.label = label;
                    }
                }
                break;
            }
        }
        level.sort_unstable_by_key(|reached| reached.node);
        level
    }

    /// Whether one gets to the end by one more hop: its own list says so sooner than those of all nodes reached.
    fn last_level(&self, meter: &mut Meter<'_>) -> Vec<Reached> {
        let search = self.search;
        let Some(window) = self.in_time(search.window_from(search.departure())) else {
            return Vec::new();
        };
        let mut arrival: Option<Label> = None;
        let mut steps = [Step { node: search.to, window }];
        let whole = search.walk().reversed().expand(&mut steps, meter, |_, hit| {
            if let Some(from) = self.reached(hit.to).filter(|from| from.node != search.to)
                && let Some(day) = self.news(search.to, &hit, from.label.day)
            {
                let label = Label {
                    day,
                    weight: self.weight_behind(from),
                    before: from.node,
                };
                arrival = [arrival, Some(label)].into_iter().flatten().min();
            }
        });
        let reached = |label| Reached {
            node: search.to,
            label,
            earlier_hops: self.arrival,
        };
        arrival.filter(|_| whole == 1).map(reached).into_iter().collect()
    }

    /// How a node was reached by the last hop.
    fn reached(&self, node: NodeNumber) -> Option<&Reached> {
        self.earliest.get(node)?;
        let level = self.by_hops.last()?;
        level.get(level.binary_search_by_key(&node, |reached| reached.node).ok()?)
    }

    /// The step from a node reached on a day: facts that begin on or after the day of an earlier visit were used
    /// then, by fewer hops, and those on or after the arrival at the end come too late.
    fn step(&self, from: &Reached) -> Option<Step> {
        if from.node == self.search.to {
            return None;
        }
        let mut window = self.in_time(self.search.window_from(from.label.day))?;
        if let Some(before) = from.earlier_hops {
            window.until = Some(window.until.map_or(before.plus(-1), |until| until.min(before.plus(-1))));
        }
        Some(Step { node: from.node, window })
    }

    /// The days of a window before the end was reached; `None` when there are none.
    fn in_time(&self, mut window: Window) -> Option<Window> {
        if let Some(arrival) = self.arrival {
            let before = arrival.plus(-1);
            window.until = Some(window.until.map_or(before, |until| until.min(before)));
        }
        let is_empty = window.since.zip(window.until).is_some_and(|(since, until)| since > until);
        (!is_empty).then_some(window)
    }

    /// What a way weighs once it leads on through its last node.
    fn weight_behind(&self, from: &Reached) -> u64 {
        let inner = if from.node == self.search.from {
            0
        } else {
            weight(self.search.reading, from.node)
        };
        from.label.weight + inner
    }

    /// The day on which one arrives by a fact when one could leave on `day`, if that is earlier than by fewer hops
    /// and can still lead to something earlier.
    #[inline]
    fn news(&self, to: NodeNumber, hit: &Hit, day: Day) -> Option<Day> {
        let search = self.search;
        let used = used_on(hit, day)?;
        let in_time = self.arrival.is_none_or(|arrival| used < arrival);
        let earlier = self.earliest.get(to).is_none_or(|best| as_value(used) < best);
        (in_time && earlier && (to == search.to || search.inner.allows(search.reading, to))).then_some(used)
    }

    fn trace(&self) -> Chain {
        let mut node = self.search.to;
        let mut stops = Vec::new();
        for level in self.by_hops.iter().rev() {
            let label = level
                .binary_search_by_key(&node, |reached| reached.node)
                .ok()
                .and_then(|place| level.get(place));
            let Some(reached) = label else { break };
            stops.push((node, reached.label.day));
            node = reached.label.before;
        }
        stops.reverse();
        Chain { stops }
    }
}

/// Depth first over simple paths, for those that must lead through given nodes.
struct Trail<'s, 'a, 'v> {
    search: &'s Search<'a, 'v>,
    max_hops: usize,
    stops: Vec<(NodeNumber, Day)>,
    /// By number of hops: the earliest arrival, and how.
    best: BTreeMap<usize, Chain>,
}

impl<'s, 'a, 'v> Trail<'s, 'a, 'v> {
    fn new(search: &'s Search<'a, 'v>, max_hops: usize) -> Self {
        Self {
            search,
            max_hops,
            stops: vec![(search.from, search.departure())],
            best: BTreeMap::new(),
        }
    }

    fn follow(mut self, meter: &mut Meter<'_>) -> Vec<Chain> {
        self.visit(meter);
        let mut earliest = None;
        let mut chains: Vec<Chain> = self.best.into_values().collect();
        chains.retain(|chain| {
            let news = earliest.is_none_or(|day| chain.arrival() < day);
            earliest = if news { Some(chain.arrival()) } else { earliest };
            news
        });
        chains
    }

    /// Goes on from the last stop in every way that may still be worth it.
    fn visit(&mut self, meter: &mut Meter<'_>) {
        let Some((node, day)) = self.stops.last().copied() else { return };
        if node == self.search.to {
            if self.needs() == 0 {
                self.best.insert(self.stops.len() - 1, Chain { stops: self.stops.clone() });
            }
            return;
        }
        for (to, day) in self.next_stops(node, day, meter) {
            self.stops.push((to, day));
            if self.is_promising(day) {
                self.visit(meter);
            }
            self.stops.pop();
        }
    }

    /// How many nodes are still to be passed.
    fn needs(&self) -> usize {
        self.search
            .via
            .iter()
            .filter(|via| self.stops.iter().all(|(node, _)| node != *via))
            .count()
    }

    /// Whether enough hops are left, and no path that needs no more of them arrived as early.
    fn is_promising(&self, day: Day) -> bool {
        let arrived = self.stops.last().is_some_and(|(node, _)| *node == self.search.to);
        let least = self.stops.len() - 1 + self.needs() + usize::from(!arrived);
        least <= self.max_hops && self.best.range(..=least).all(|(_, chain)| day < chain.arrival())
    }

    /// The nodes that can be reached from here, earliest first, each on its earliest day.
    fn next_stops(&self, node: NodeNumber, day: Day, meter: &mut Meter<'_>) -> Vec<(NodeNumber, Day)> {
        let search = self.search;
        let mut days: HashMap<NodeNumber, Day> = HashMap::new();
        let whole = search.walk().expand(&mut [search.step_from(node, day)], meter, |_, hit| {
            let leads_on = hit.to == search.to || search.inner.allows(search.reading, hit.to);
            if leads_on
                && self.stops.iter().all(|(stop, _)| *stop != hit.to)
                && let Some(used) = used_on(&hit, day)
            {
                days.entry(hit.to).and_modify(|known| *known = used.min(*known)).or_insert(used);
            }
        });
        let mut stops: Vec<(NodeNumber, Day)> = if whole == 0 { Vec::new() } else { days.into_iter().collect() };
        stops.sort_unstable_by_key(|(node, day)| (*day, *node));
        stops
    }
}

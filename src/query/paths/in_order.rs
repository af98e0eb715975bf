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

use crate::model::time::Window;
use crate::model::{Day, NodeNumber};
use crate::query::budget::Meter;
use crate::query::expand::{Hit, Step};

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
    /// By number of hops: nodes that were reached earlier than by fewer.
    labels: Vec<HashMap<NodeNumber, Label>>,
    earliest: HashMap<NodeNumber, Day>,
    /// Of nodes that were reached more than once: the earliest day before the last time.
    earliest_before: HashMap<NodeNumber, Day>,
}

impl<'s, 'a, 'v> Levels<'s, 'a, 'v> {
    fn new(search: &'s Search<'a, 'v>) -> Self {
        let label = Label {
            day: search.departure(),
            weight: 0,
            before: search.from,
        };
        Self {
            search,
            labels: vec![HashMap::from([(search.from, label)])],
            // Nobody arrives at the start earlier than always.
            earliest: HashMap::from([(search.from, ALWAYS)]),
            earliest_before: HashMap::new(),
        }
    }

    fn climb(mut self, max_hops: Option<usize>, meter: &mut Meter<'_>) -> Vec<Chain> {
        let mut chains = Vec::new();
        while max_hops.is_none_or(|most| self.labels.len() <= most) && !meter.is_cut() {
            let is_last = max_hops == Some(self.labels.len());
            let level = if is_last { self.last_level(meter) } else { self.next_level(meter) };
            if level.is_empty() {
                break;
            }
            for (node, label) in &level {
                if let Some(before) = self.earliest.insert(*node, label.day) {
                    self.earliest_before.insert(*node, before);
                }
            }
            let arrived = level.contains_key(&self.search.to);
            self.labels.push(level);
            if arrived {
                chains.push(self.trace());
            }
        }
        chains
    }

    /// Where one gets by one more hop.
    fn next_level(&self, meter: &mut Meter<'_>) -> HashMap<NodeNumber, Label> {
        let reached = self.labels.last().into_iter().flatten();
        let mut steps: Vec<Step> = reached.filter_map(|(node, label)| self.step(*node, label.day)).collect();
        let mut level: HashMap<NodeNumber, Label> = HashMap::new();
        // What the meter cuts off in the middle of a node would depend on the layout of memory.
        let mut open: Vec<(NodeNumber, Label)> = Vec::new();
        let mut current = None;
        let whole = self.search.walk().expand(&mut steps, meter, &mut |step, hit| {
            if current != Some(step.node) {
                current = Some(step.node);
                settle(&mut level, &mut open);
            }
            open.extend(self.label(step.node, &hit, hit.to).map(|label| (hit.to, label)));
        });
        if steps.get(whole).is_none_or(|partial| current != Some(partial.node)) {
            settle(&mut level, &mut open);
        }
        level
    }

    /// Whether one gets to the end by one more hop: its own list says so sooner than those of all nodes reached.
    fn last_level(&self, meter: &mut Meter<'_>) -> HashMap<NodeNumber, Label> {
        let search = self.search;
        let mut arrival: Option<Label> = None;
        let mut steps: Vec<Step> = self
            .in_time(search.window_from(search.departure()))
            .map(|window| Step { node: search.to, window })
            .into_iter()
            .collect();
        let asked = steps.len();
        let whole = search.walk().reversed().expand(&mut steps, meter, &mut |_, hit| {
            arrival = [arrival, self.label(hit.to, &hit, search.to)].into_iter().flatten().min();
        });
        arrival
            .filter(|_| whole == asked)
            .map(|label| (search.to, label))
            .into_iter()
            .collect()
    }

    /// The step from a node reached on a day: facts that begin on or after the day of an earlier visit were used
    /// then, by fewer hops, and those on or after the arrival at the end come too late.
    fn step(&self, node: NodeNumber, day: Day) -> Option<Step> {
        if node == self.search.to {
            return None;
        }
        let mut window = self.in_time(self.search.window_from(day))?;
        if let Some(before) = self.earliest_before.get(&node) {
            window.until = Some(window.until.map_or(before.plus(-1), |until| until.min(before.plus(-1))));
        }
        Some(Step { node, window })
    }

    /// The days of a window before the end was reached; `None` when there are none.
    fn in_time(&self, mut window: Window) -> Option<Window> {
        if let Some(arrival) = self.earliest.get(&self.search.to) {
            let before = arrival.plus(-1);
            window.until = Some(window.until.map_or(before, |until| until.min(before)));
        }
        let is_empty = window.since.zip(window.until).is_some_and(|(since, until)| since > until);
        (!is_empty).then_some(window)
    }

    /// How one gets from a node to another by a fact, when that is news.
    fn label(&self, from: NodeNumber, hit: &Hit, to: NodeNumber) -> Option<Label> {
        let here = self.labels.last()?.get(&from).filter(|_| from != self.search.to)?;
        let day = used_on(hit, here.day).filter(|day| self.is_news(to, *day))?;
        let inner = if from == self.search.from {
            0
        } else {
            weight(self.search.reading, from)
        };
        Some(Label {
            day,
            weight: here.weight + inner,
            before: from,
        })
    }

    /// Whether arriving there on that day is earlier than by fewer hops, and can still lead to something earlier.
    fn is_news(&self, node: NodeNumber, day: Day) -> bool {
        let earlier = |known: NodeNumber| self.earliest.get(&known).is_none_or(|best| day < *best);
        let search = self.search;
        earlier(node) && earlier(search.to) && (node == search.to || search.inner.allows(search.reading, node))
    }

    fn trace(&self) -> Chain {
        let mut node = self.search.to;
        let mut stops = Vec::new();
        for labels in self.labels.iter().rev() {
            let Some(label) = labels.get(&node) else { break };
            stops.push((node, label.day));
            node = label.before;
        }
        stops.reverse();
        Chain { stops }
    }
}

fn settle(level: &mut HashMap<NodeNumber, Label>, open: &mut Vec<(NodeNumber, Label)>) {
    for (node, label) in open.drain(..) {
        level.entry(node).and_modify(|known| *known = label.min(*known)).or_insert(label);
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
        let whole = search.walk().expand(&mut [search.step_from(node, day)], meter, &mut |_, hit| {
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

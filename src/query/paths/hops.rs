//! Hops: the best of the facts between two nodes of a path, and when the whole chain held.

use std::collections::HashMap;

use crate::model::{Day, FactNumber, NodeNumber};
use crate::ontology::Kind;
use crate::query::best::{Newness, best, newness, span};
use crate::query::budget::Meter;
use crate::query::resolve_node::brief;
use crate::query::{Asking, Hop, Include, PathAnswer, QueryError, row};
use crate::view::Reading;

use super::in_order::{ALWAYS, used_on};
use super::{Route, Search, end};

/// The facts that make one hop.
#[derive(Clone, Debug, Default)]
struct Parallel {
    /// The one that is shown.
    best: Option<FactNumber>,
    /// How many there are.
    count: usize,
}

/// Where a hop starts and ends, and for a path in order when it can be made.
type Leg = (NodeNumber, NodeNumber, Option<(Day, Day)>);

/// Finds the facts between two nodes, each pair once.
pub(super) struct Hops<'a, 'v> {
    search: &'a Search<'a, 'v>,
    known: HashMap<Leg, Parallel>,
    cut: Option<&'static str>,
    stopped: bool,
}

impl<'a, 'v> Hops<'a, 'v> {
    /// Nothing found yet.
    pub(super) fn new(search: &'a Search<'a, 'v>) -> Self {
        Self {
            search,
            known: HashMap::new(),
            cut: None,
            stopped: false,
        }
    }

    /// How new the hop from one node to another is.
    pub(super) fn newest(&mut self, from: NodeNumber, to: NodeNumber) -> Newness {
        let best = self.parallel((from, to, None)).best;
        best.map_or(std::cmp::Reverse(None), |fact| newness(self.search.reading, fact))
    }

    /// Whether a hop has more facts than could be looked at.
    ///
    /// # Errors
    ///
    /// [`QueryError::Stopped`], as [`Meter::finish`].
    pub(super) fn finish(&self) -> Result<Option<&'static str>, QueryError> {
        if self.stopped { Err(QueryError::Stopped) } else { Ok(self.cut) }
    }

    /// The path as it is answered.
    ///
    /// # Errors
    ///
    /// [`QueryError::Bodies`] when a quote cannot be read.
    pub(super) fn answer(&mut self, ask: &Asking<'_>, route: &Route) -> Result<PathAnswer, QueryError> {
        let mut hops = Vec::new();
        let mut facts = Vec::new();
        for pair in route.stops.windows(2) {
            let [(from, left), (to, arrived)] = pair else { continue };
            let parallel = self.parallel((*from, *to, route.in_order.then_some((*left, *arrived))));
            let Some(fact) = parallel.best else { continue };
            facts.push(fact);
            hops.push(hop(ask, fact, *from, *to, parallel.count)?);
        }
        let text = hops.iter().map(|hop| hop.row.text.as_str()).collect::<Vec<_>>().join("; ");
        let (earliest, latest) = held(ask.reading, &facts);
        let nodes = route
            .stops
            .iter()
            .map(|(node, _)| end(ask.reading, *node))
            .collect::<Result<_, _>>()?;
        Ok(PathAnswer {
            length: u32::try_from(hops.len()).unwrap_or(u32::MAX),
            text,
            earliest,
            latest,
            nodes,
            hops,
        })
    }

    fn parallel(&mut self, leg: Leg) -> Parallel {
        if let Some(known) = self.known.get(&leg) {
            return known.clone();
        }
        let found = self.look(leg);
        self.known.insert(leg, found.clone());
        found
    }

    /// All facts of a hop, from the end with fewer facts. In order of time: those that can be used from the day
    /// one leaves, and the best of those that arrive as early as the path does.
    fn look(&mut self, (from, to, days): Leg) -> Parallel {
        let search = self.search;
        let walk = search.walk();
        let from_far = search.reading.degree(to) < search.reading.degree(from);
        let (walk, start, goal) = if from_far { (walk.reversed(), to, from) } else { (walk, from, to) };
        let (left, arrived) = days.map_or((ALWAYS, None), |(left, arrived)| (left, Some(arrived)));
        let mut meter = Meter::new(search.budget);
        let (mut facts, mut count) = (Vec::new(), 0);
        walk.expand(&mut [search.step_from(start, left)], &mut meter, |_, hit| {
            if hit.to == goal {
                let used = used_on(&hit, left);
                count += usize::from(arrived.is_none() || used.is_some());
                if arrived.is_none() || used == arrived {
                    facts.push(hit.fact);
                }
            }
        });
        match meter.finish() {
            Ok(cut) => self.cut = self.cut.or(cut),
            Err(_) => self.stopped = true,
        }
        Parallel {
            best: best(search.reading, &facts),
            count,
        }
    }
}

fn hop(ask: &Asking<'_>, fact: FactNumber, from: NodeNumber, to: NodeNumber, count: usize) -> Result<Hop, QueryError> {
    let id = |node: NodeNumber| brief(ask.reading, node).map(|node| node.id).unwrap_or_default();
    let reversed = ask.reading.fact(fact).is_some_and(|content| content.subject != from);
    let parallel = u64::try_from(count.saturating_sub(1)).unwrap_or(u64::MAX);
    Ok(Hop {
        row: row(ask, fact, &[Include::Quote])?,
        from: id(from),
        to: id(to),
        reversed,
        parallel,
    })
}

/// The days on which every fact of the chain may have held at once; open ends, and chains that never held at
/// once, have none. An undated state may hold on any day; an undated event leaves nothing to say.
fn held(reading: Reading<'_>, facts: &[FactNumber]) -> (Option<Day>, Option<Day>) {
    let (mut earliest, mut latest) = (None, None);
    for fact in facts {
        match span(reading, *fact) {
            Some(span) => {
                earliest = earliest.max(span.first_start);
                latest = [latest, span.last_end].into_iter().flatten().min();
            }
            None if is_event(reading, *fact) => return (None, None),
            None => {}
        }
    }
    match (earliest, latest) {
        (Some(first), Some(last)) if first > last => (None, None),
        held => held,
    }
}

fn is_event(reading: Reading<'_>, fact: FactNumber) -> bool {
    let kind = |content: crate::view::FactRef<'_>| reading.view().ontology().relation(content.relation).kind;
    reading.fact(fact).map(kind) == Some(Kind::Event)
}

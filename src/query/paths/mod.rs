//! Paths: how two nodes are connected, fact by fact.
//!
//! A path is a sequence of distinct nodes. Parallel facts between two of them are one hop, shown by its best
//! fact and how many more there are; so `k` counts ways through other nodes, never other facts of the same way.
//! [`shortest`] finds the k shortest, [`in_order`] those that respect time; `reason` says why there is none.
//! Facts with a value lead nowhere, and negated facts connect only when asked for.

mod ball;
mod hops;
mod in_order;
mod inner;
mod length;
mod reason;
mod shortest;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::HashSet;

use serde_json::json;

use crate::model::{Day, NodeNumber};
use crate::view::Reading;

use super::budget::Meter;
use super::expand::{Direction, Walk};
use super::filter::{Filter, FilterDefaults, number_between, type_mask};
use super::question::{Question, answered};
use super::resolve_node::{brief, resolve_node, resolve_nodes};
use super::{Asking, Budget, Echo, FilterParams, NodeBrief, Paths, PathsParams, QueryError, Truncated};
use hops::Hops;
use in_order::{ALWAYS, Chain};
use inner::Inner;
use shortest::Found;

const ROUTE: &str = "/v1/paths";
/// Paths when nothing is said, and at most.
const PATHS: (u32, u32) = (3, 10);
/// Hops when nothing is said, and at most.
const HOPS: (u32, u32) = (6, 8);

/// Paths from one node to another, the most telling first.
///
/// # Errors
///
/// [`QueryError`] when a parameter cannot be read or names no node.
pub fn paths<'v>(ask: &Asking<'v>, params: &PathsParams, filters: &FilterParams) -> Result<Paths<'v>, QueryError> {
    answered(ask, ROUTE, params, filters, |ask, params, filters| {
        let asked = Asked::read(ask, params, filters)?;
        let search = asked.search(ask);
        let mut meter = Meter::new(&ask.budget);
        let mut hops = Hops::new(&search);
        let routes = routes(&asked, &search, &mut hops, &mut meter);
        let answers = routes.iter().map(|route| hops.answer(ask, route)).collect::<Result<Vec<_>, _>>()?;
        let cut = meter.finish()?.or(hops.finish()?);
        let reason = if answers.is_empty() {
            Some(reason::reason(ask, params, filters, &asked, cut)?)
        } else {
            None
        };
        Ok(Paths {
            query: asked.echo.clone(),
            revision: ask.reading.head().revision,
            from: end(ask.reading, asked.from)?,
            to: end(ask.reading, asked.to)?,
            paths: answers,
            reason,
            truncated: cut.map(|reason| Truncated {
                reason: reason.to_owned(),
                nodes_omitted: None,
                edges_omitted: None,
            }),
        })
    })
}

/// The number of hops of a shortest path; `None` when there is none of up to `max_hops`, or it lies beyond the
/// budget.
///
/// # Errors
///
/// [`QueryError`] when a parameter cannot be read or names no node.
pub fn shortest_length(ask: &Asking<'_>, params: &PathsParams, filters: &FilterParams) -> Result<Option<u32>, QueryError> {
    let asked = Asked::read(ask, params, filters)?;
    let mut meter = Meter::new(&ask.budget);
    let length = asked.length(ask, &mut meter);
    meter.finish()?;
    Ok(length)
}

/// The earliest day on which `to` is reached in order of time, each hop no earlier than the one before, by at
/// most `max_hops` hops (as many as it takes when that is `None`); `None` when it cannot be reached. A chain of
/// states that always were arrives on `Day(i32::MIN)`.
///
/// # Errors
///
/// [`QueryError`] when a parameter cannot be read or names no node.
pub fn earliest_arrival(
    ask: &Asking<'_>,
    params: &PathsParams,
    filters: &FilterParams,
    max_hops: Option<u32>,
) -> Result<Option<Day>, QueryError> {
    let asked = Asked::read(ask, params, filters)?;
    let search = asked.search(ask);
    let mut meter = Meter::new(&ask.budget);
    let most = max_hops.map(|hops| usize::try_from(hops).unwrap_or(usize::MAX));
    let chains = in_order::earliest(&search, most, &mut meter);
    meter.finish()?;
    Ok(chains.last().map(Chain::arrival))
}

/// Any path between two nodes under a filter, for [`super::Lookup`].
pub(super) struct Ways {
    inner: Inner,
}

impl Ways {
    /// Paths through whatever nodes the filter lets through.
    pub(super) fn new(reading: Reading<'_>, filter: &Filter) -> Self {
        Self {
            inner: inner(reading, filter, HashSet::new(), None),
        }
    }

    fn search<'a, 'v>(&'a self, ask: &'a Asking<'v>, filter: &'a Filter, [from, to]: [NodeNumber; 2]) -> Search<'a, 'v> {
        Search {
            reading: ask.reading,
            filter,
            direction: Direction::Both,
            from,
            to,
            inner: &self.inner,
            via: &[],
            budget: &ask.budget,
        }
    }

    /// Hops of a shortest path.
    ///
    /// # Errors
    ///
    /// [`QueryError::Stopped`] when the client has left, or a first try ran out.
    pub(super) fn length(
        &self,
        ask: &Asking<'_>,
        filter: &Filter,
        ends: [NodeNumber; 2],
        max_hops: u32,
    ) -> Result<Option<u32>, QueryError> {
        let mut meter = Meter::new(&ask.budget);
        let [from, to] = ends;
        let most = usize::try_from(max_hops).unwrap_or(usize::MAX);
        let search = self.search(ask, filter, ends);
        let length = if from == to {
            None
        } else {
            length::length(&search, most, &mut meter)
        };
        meter.finish()?;
        Ok(length.and_then(|hops| u32::try_from(hops).ok()))
    }

    /// The earliest arrival, as [`earliest_arrival`].
    ///
    /// # Errors
    ///
    /// [`QueryError::Stopped`] when the client has left, or a first try ran out.
    pub(super) fn arrival(
        &self,
        ask: &Asking<'_>,
        filter: &Filter,
        ends: [NodeNumber; 2],
        max_hops: Option<u32>,
    ) -> Result<Option<Day>, QueryError> {
        let mut meter = Meter::new(&ask.budget);
        let most = max_hops.map(|hops| usize::try_from(hops).unwrap_or(usize::MAX));
        let chains = in_order::earliest(&self.search(ask, filter, ends), most, &mut meter);
        meter.finish()?;
        Ok(chains.last().map(Chain::arrival))
    }
}

/// The question, read.
struct Asked {
    from: NodeNumber,
    to: NodeNumber,
    filter: Filter,
    direction: Direction,
    inner: Inner,
    via: Vec<NodeNumber>,
    k: usize,
    max_hops: usize,
    in_order: bool,
    echo: Echo,
}

impl Asked {
    fn read(ask: &Asking<'_>, params: &PathsParams, filters: &FilterParams) -> Result<Self, QueryError> {
        let question = Question::new(ROUTE, params, filters);
        for (name, given) in [("cursor", filters.cursor.is_some()), ("limit", filters.limit.is_some())] {
            if given {
                return Err(QueryError::invalid(name, "paths have no pages: 'k' says how many there are"));
            }
        }
        let node = |name: &str, text: &str| resolve_node(ask, &question, name, text);
        let (from, to) = (node("from", &params.from)?, node("to", &params.to)?);
        let (filter, common) = Filter::resolve(ask, &question, filters, &FilterDefaults::PATHS)?;
        let direction = Direction::read(ask, &question, params.direction.as_deref())?;
        let via = resolve_nodes(ask, &question, "via", &params.via)?;
        let not_via = resolve_nodes(ask, &question, "not_via", &params.not_via)?;
        let not_type = type_mask(ask, &question, "not_type", &params.not_type)?;
        let k = number_between(ask, &question, "k", params.k, PATHS.0, 1..=PATHS.1)?;
        let max_hops = number_between(ask, &question, "max_hops", params.max_hops, HOPS.0, 1..=HOPS.1)?;
        let in_order = params.in_order.unwrap_or(false);
        let id = |node: &NodeNumber| brief(ask.reading, *node).map(|node| node.id);
        let own = [
            ("from", json!(id(&from))),
            ("to", json!(id(&to))),
            ("k", json!(k)),
            ("max_hops", json!(max_hops)),
            ("in_order", json!(in_order)),
            ("via", json!(via.iter().filter_map(id).collect::<Vec<_>>())),
            ("not_via", json!(not_via.iter().filter_map(id).collect::<Vec<_>>())),
            ("not_type", json!(super::filter::split(&params.not_type))),
            ("direction", json!(direction.as_str())),
        ];
        let echo = common.behind(own).without("limit");
        let inner = inner(ask.reading, &filter, not_via.into_iter().collect(), not_type);
        Ok(Self {
            via: sights(&inner, ask.reading, via, [from, to], max_hops)?,
            from,
            to,
            // The ends are given: of a path `type` speaks of the nodes between them.
            filter: filter.of_any_type(),
            direction,
            inner,
            k: usize::try_from(k).unwrap_or(usize::MAX),
            max_hops: usize::try_from(max_hops).unwrap_or(usize::MAX),
            in_order,
            echo,
        })
    }

    fn search<'a, 'v>(&'a self, ask: &'a Asking<'v>) -> Search<'a, 'v> {
        Search {
            reading: ask.reading,
            filter: &self.filter,
            direction: self.direction,
            from: self.from,
            to: self.to,
            inner: &self.inner,
            via: &self.via,
            budget: &ask.budget,
        }
    }

    /// Hops of a shortest path.
    fn length(&self, ask: &Asking<'_>, meter: &mut Meter<'_>) -> Option<u32> {
        if self.from == self.to {
            return None;
        }
        let search = self.search(ask);
        let hops = if self.in_order {
            in_order::earliest(&search, Some(self.max_hops), meter)
                .first()
                .map(|chain| chain.stops.len() - 1)
        } else if self.via.is_empty() {
            length::length(&search, self.max_hops, meter)
        } else {
            shortest::shortest(&search, self.max_hops, 1, meter)
                .first()
                .map(|found| found.nodes.len() - 1)
        };
        hops.and_then(|hops| u32::try_from(hops).ok())
    }
}

/// What the nodes between the ends must be.
fn inner(reading: Reading<'_>, filter: &Filter, not_via: HashSet<NodeNumber>, not_type: Option<Vec<bool>>) -> Inner {
    let count = u16::try_from(reading.view().ontology().types().len()).unwrap_or(u16::MAX);
    let unwanted = not_type.unwrap_or_default();
    let allowed = |number: u16| {
        let excluded = unwanted.get(usize::from(number)).copied().unwrap_or(false);
        !excluded && filter.passes_type(crate::ontology::TypeNumber(number))
    };
    Inner::new(not_via, (0..count).map(allowed).collect())
}

/// The nodes a path must lead through, each once, ends left out.
fn sights(
    inner: &Inner,
    reading: Reading<'_>,
    via: Vec<NodeNumber>,
    ends: [NodeNumber; 2],
    max_hops: u32,
) -> Result<Vec<NodeNumber>, QueryError> {
    let mut sights: Vec<NodeNumber> = Vec::new();
    for node in via {
        if ends.contains(&node) || sights.contains(&node) {
            continue;
        }
        if !inner.allows(reading, node) {
            let id = brief(reading, node).map(|node| node.id).unwrap_or_default();
            return Err(QueryError::invalid(
                "via",
                format!("'{id}' is excluded by 'not_via', 'not_type' or 'type'"),
            ));
        }
        sights.push(node);
    }
    let most = usize::try_from(max_hops).unwrap_or(usize::MAX).saturating_sub(1);
    if sights.len() > most {
        let reason = format!(
            "a path of {max_hops} hops leads through {most} nodes at most, not through {}",
            sights.len()
        );
        return Err(QueryError::invalid("via", reason));
    }
    Ok(sights)
}

/// What a search needs to know.
#[derive(Clone, Copy)]
struct Search<'a, 'v> {
    reading: Reading<'v>,
    filter: &'a Filter,
    direction: Direction,
    from: NodeNumber,
    to: NodeNumber,
    inner: &'a Inner,
    /// At most seven, ends left out.
    via: &'a [NodeNumber],
    budget: &'a Budget,
}

impl<'a, 'v> Search<'a, 'v> {
    fn walk(&self) -> Walk<'a, 'v> {
        Walk::new(self.reading, self.filter, self.direction)
    }
}

/// The nodes of a path; in order of time with the day from which one can go on from each.
struct Route {
    stops: Vec<(NodeNumber, Day)>,
    in_order: bool,
}

fn routes(asked: &Asked, search: &Search<'_, '_>, hops: &mut Hops<'_, '_>, meter: &mut Meter<'_>) -> Vec<Route> {
    if asked.from == asked.to {
        return Vec::new();
    }
    if asked.in_order {
        let chains = in_order::earliest(search, Some(asked.max_hops), meter);
        return chains
            .into_iter()
            .take(asked.k)
            .map(|chain| Route {
                stops: chain.stops,
                in_order: true,
            })
            .collect();
    }
    let mut found = shortest::shortest(search, asked.max_hops, asked.k, meter);
    rank(search.reading, hops, &mut found);
    let stops = |found: Found| found.nodes.into_iter().map(|node| (node, ALWAYS)).collect();
    found
        .into_iter()
        .take(asked.k)
        .map(|found| Route {
            stops: stops(found),
            in_order: false,
        })
        .collect()
}

/// By length, then through the less connected nodes, then latest hop first, then by ids.
fn rank(reading: Reading<'_>, hops: &mut Hops<'_, '_>, found: &mut [Found]) {
    found.sort_by_cached_key(|path| {
        let latest = path
            .nodes
            .windows(2)
            .filter_map(|pair| Some(hops.newest(*pair.first()?, *pair.last()?)))
            .min();
        let ids: Vec<_> = path
            .nodes
            .iter()
            .filter_map(|node| reading.node(*node))
            .map(|node| node.id.clone())
            .collect();
        (path.nodes.len(), path.weight, latest.unwrap_or(Reverse(None)), ids)
    });
}

fn end(reading: Reading<'_>, node: NodeNumber) -> Result<NodeBrief, QueryError> {
    brief(reading, node).ok_or_else(|| QueryError::NotFound {
        what: "node",
        given: format!("number {}", node.0),
    })
}

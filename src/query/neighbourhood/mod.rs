//! Neighbourhoods: the facts around a node, hop by hop, and the nodes they lead to.
//!
//! [`neighbourhood`] grows level by level. What is shown of a level is its newest facts: beyond the first hop
//! at most `per_node` of each node, and of all of them as many as `limit` leaves. Facts with a value show in
//! timelines, not here, and a place is no neighbour. There is no cursor: one hop is the list `/v1/facts?node=`,
//! which has one.

mod newest;
mod pairs;
mod shown;
#[cfg(test)]
mod tests;

use std::ops::ControlFlow;

use serde_json::json;

use crate::model::{FactNumber, NodeNumber};
use crate::view::Reading;

use crate::query::budget::Meter;
use crate::query::expand::{Direction, Walk};
use crate::query::filter::{Filter, FilterDefaults, choice, number_between};
use crate::query::question::{Question, answered};
use crate::query::resolve_node::{brief, resolve_node};
use crate::query::row::rows;
use crate::query::seen::Seen;
use crate::query::{Around, Asking, Echo, Edge, FilterParams, Neighbourhood, NeighbourhoodParams, QueryError};
use newest::{Extent, Omitted, newest};
use shown::{Cut, Found};

const ROUTE: &str = "/v1/neighbourhood";
/// Hops at most.
const DEEPEST: u32 = 4;
/// Edges of a node beyond the first hop when nothing is said, and at most.
const PER_NODE: (u32, u32) = (25, 5_000);

/// The facts around a node.
///
/// # Errors
///
/// [`QueryError`] when a parameter cannot be read or names no node.
pub fn neighbourhood<'v>(ask: &Asking<'v>, params: &NeighbourhoodParams, filters: &FilterParams) -> Result<Neighbourhood<'v>, QueryError> {
    answered(ask, ROUTE, params, filters, |ask, params, filters| {
        let asked = Asked::read(ask, params, filters)?;
        let mut meter = Meter::new(&ask.budget);
        let found = if asked.pairs {
            pairs::found(ask, &asked, &mut meter)?
        } else {
            facts(ask, &asked, &mut meter)?
        };
        shown::answer(ask, filters, &asked, found)
    })
}

/// The facts of a neighbourhood by number, in its order.
///
/// # Errors
///
/// [`QueryError::Stopped`] when the client has left, or a first try ran out.
pub(super) fn around(
    ask: &Asking<'_>,
    filter: &Filter,
    node: NodeNumber,
    depth: u32,
    per_node: usize,
    limit: usize,
) -> Result<Vec<Around>, QueryError> {
    let walk = Walk::new(ask.reading, filter, Direction::Both);
    let extent = Extent { depth, per_node, limit };
    let mut meter = Meter::new(&ask.budget);
    let found = newest(&walk, node, extent, &mut meter);
    meter.finish()?;
    let around = |shown: &newest::Shown| Around {
        hop: shown.hop,
        fact: shown.fact,
    };
    Ok(found.shown.iter().map(around).collect())
}

/// What is shown of a neighbourhood of facts that stand for themselves.
fn facts<'v>(ask: &Asking<'v>, asked: &Asked, meter: &mut Meter<'_>) -> Result<Found<'v>, QueryError> {
    let walk = asked.walk(ask.reading);
    let extent = Extent {
        depth: asked.depth,
        per_node: asked.per_node,
        limit: asked.filter.limit(),
    };
    let newest = newest(&walk, asked.node, extent, meter);
    let is_cut = meter.is_cut();
    let is_all = !(is_cut || newest.limit_cut || newest.per_node_cut);
    let omitted = if is_all { Omitted::default() } else { newest.omitted(&walk, meter) };
    let cut = Cut {
        limit: newest.limit_cut,
        per_node: newest.per_node_cut,
        // Running out while the rest was counted left nothing out.
        is_whole: !is_cut,
        omitted,
    };
    let numbers: Vec<FactNumber> = newest.shown.iter().map(|shown| shown.fact).collect();
    let mut rows = rows(ask, &numbers, asked.filter.include())?;
    for (row, shown) in rows.iter_mut().zip(&newest.shown) {
        row.hop = Some(shown.hop);
    }
    Ok(Found {
        truncated: cut.told(meter)?,
        edges: rows.into_iter().map(Edge::Fact).collect(),
        ends: newest.shown.iter().map(|shown| (shown.ends, 1)).collect(),
        reached: newest.reached,
    })
}

/// How many other nodes lie within so many hops; `None` when the budget does not reach so far.
///
/// # Errors
///
/// [`QueryError::Stopped`] when the client has left, or a first try ran out.
pub(super) fn reached(ask: &Asking<'_>, filter: &Filter, node: NodeNumber, depth: u32) -> Result<Option<u64>, QueryError> {
    let walk = Walk::new(ask.reading, filter, Direction::Both);
    let mut meter = Meter::new(&ask.budget);
    let mut reached = Seen::new();
    reached.insert(node);
    let (mut frontier, mut next) = (vec![node], Vec::new());
    let mut count = 0;
    for hop in 1..=depth {
        for node in frontier.drain(..) {
            walk.neighbours(node, &mut meter, |to| {
                if reached.insert(to) {
                    count += 1;
                    if hop < depth {
                        next.push(to);
                    }
                }
                ControlFlow::Continue(())
            });
        }
        std::mem::swap(&mut frontier, &mut next);
    }
    Ok(meter.finish()?.is_none().then_some(count))
}

/// The question, read.
struct Asked {
    node: NodeNumber,
    filter: Filter,
    direction: Direction,
    depth: u32,
    per_node: usize,
    pairs: bool,
    echo: Echo,
}

impl Asked {
    fn read(ask: &Asking<'_>, params: &NeighbourhoodParams, filters: &FilterParams) -> Result<Self, QueryError> {
        let question = Question::new(ROUTE, params, filters);
        if filters.cursor.is_some() {
            return Err(QueryError::invalid(
                "cursor",
                "a neighbourhood has no pages: ask '/v1/facts?node=' for a list of its facts",
            ));
        }
        let node = resolve_node(ask, &question, "node", &params.node)?;
        let (filter, echo) = Filter::resolve(ask, &question, filters, &FilterDefaults::NEIGHBOURHOOD)?;
        let direction = Direction::read(ask, &question, params.direction.as_deref())?;
        let depth = number_between(ask, &question, "depth", params.depth, 1, 1..=DEEPEST)?;
        let per_node = number_between(ask, &question, "per_node", params.per_node, PER_NODE.0, 1..=PER_NODE.1)?;
        let group_by = params.group_by.as_deref();
        let pairs = choice(ask, &question, "group_by", group_by, &[("pair", ())])?.is_some();
        let own = [
            ("node", json!(brief(ask.reading, node).map(|node| node.id))),
            ("depth", json!(depth)),
            ("direction", json!(direction.as_str())),
            ("per_node", json!(per_node)),
            ("group_by", json!(group_by)),
        ];
        let echo = echo.behind(own);
        let per_node = usize::try_from(per_node).unwrap_or(usize::MAX);
        Ok(Self {
            node,
            filter,
            direction,
            depth,
            per_node,
            pairs,
            echo,
        })
    }
}

impl Asked {
    fn walk<'a, 'v>(&'a self, reading: Reading<'v>) -> Walk<'a, 'v> {
        Walk::new(reading, &self.filter, self.direction)
    }
}

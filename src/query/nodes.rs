//! Nodes: the best-connected ones, those that a name finds, and one with all its names.

use std::cmp::Reverse;
use std::ops::ControlFlow;

use serde_json::json;

use crate::model::NodeNumber;
use crate::view::{Incidence, Reading, Side};

use super::budget::{Cost, Meter};
use super::cursor::Turn;
use super::fact::time_of;
use super::filter::{Filter, FilterDefaults, Verdict};
use super::question::answered;
use super::scan::{Place, Scan};
use super::search::{Found, search};
use super::sieve::Sieve;
use super::{Asking, FilterParams, Hidden, HistoryEntry, Include, Matched, NameRow, NodeRow, Nodes, NodesParams, QueryError, SingleNode};

const ROUTE: &str = "/v1/nodes";

type NodesTurn<'a> = Turn<'a, NodesParams, Place<u32>>;

/// Nodes whose name matches `q`, best match first; without, the best-connected ones.
///
/// `type` is the type of the node itself; with any other filter a node is listed if at least one of its
/// facts passes. `hidden.undated` counts nodes that only lack a date for that. Cost: every name of the
/// store with `q`, and the facts of each node until one passes.
///
/// # Errors
///
/// [`QueryError`] naming the parameter, or the cursor.
pub fn nodes(ask: &Asking<'_>, params: &NodesParams, filters: &FilterParams) -> Result<Nodes, QueryError> {
    answered(ask, ROUTE, params, filters, list)
}

fn list(ask: &Asking<'_>, params: &NodesParams, filters: &FilterParams) -> Result<Nodes, QueryError> {
    let turn = NodesTurn::take_up(ask, ROUTE, params, filters)?;
    let Turn {
        ask,
        params,
        filters,
        question,
        after,
        ..
    } = &turn;
    let reading = ask.reading;
    let (filter, of_filter) = Filter::resolve(ask, question, filters, &FilterDefaults::LIST)?;
    let text = params.q.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let ranked = match text {
        Some(text) => search(ask, text)?.into_iter().map(Listed::Found).collect(),
        None => best_connected(ask)?,
    };
    let facts = filter.clone().of_any_type();
    let mut undated = after.map_or(0, |place| place.undated);
    let mut meter = Meter::new(&ask.budget);
    let mut scan = Scan::new(&mut meter, *after, filter.limit());
    for (place, listed) in (0u32..).zip(ranked) {
        if after.is_some_and(|after| place <= after.key) {
            continue;
        }
        let node = listed.node();
        let passes = || {
            let standing = if filter.passes_type(reading.node_type(node)) {
                standing(reading, &facts, node)
            } else {
                Verdict::Fails
            };
            undated += u64::from(standing == Verdict::Undated && after.is_none());
            Ok(standing == Verdict::Passes)
        };
        if scan.offer(place, listed, Cost::Edge, passes)?.is_break() {
            break;
        }
    }
    let filled = scan.finish()?;
    let names = filter.include().contains(&Include::Names);
    let next = filled.next.map(|key| Place {
        key,
        total: filled.total,
        undated,
    });
    Ok(Nodes {
        query: of_filter.behind([("q", json!(params.q))]),
        revision: reading.head().revision,
        nodes: filled.found.iter().filter_map(|listed| node_row(reading, listed, names)).collect(),
        page: turn.page(filled.total, next.as_ref()),
        hidden: Hidden { undated },
        truncated: filled.truncated,
    })
}

/// A node in the order of its list.
enum Listed<'v> {
    Found(Found<'v>),
    Connected(NodeNumber),
}

impl Listed<'_> {
    const fn node(&self) -> NodeNumber {
        match self {
            Self::Found(found) => found.node,
            Self::Connected(node) => *node,
        }
    }
}

fn best_connected<'v>(ask: &Asking<'v>) -> Result<Vec<Listed<'v>>, QueryError> {
    let reading = ask.reading;
    let count = usize::try_from(reading.node_count()).unwrap_or(usize::MAX);
    if Meter::for_everything(&ask.budget).pay_for(Cost::Glance, count).is_break() {
        return Err(QueryError::Stopped);
    }
    let mut nodes: Vec<_> = (0..reading.node_count())
        .map(NodeNumber)
        .filter_map(|node| Some((Reverse(reading.degree(node)), reading.node(node)?.id.as_str(), node)))
        .collect();
    nodes.sort_unstable();
    Ok(nodes.into_iter().map(|(.., node)| Listed::Connected(node)).collect())
}

/// Whether a fact of the node passes, or would but for its date.
fn standing(reading: Reading<'_>, filter: &Filter, node: NodeNumber) -> Verdict {
    if filter.is_everything() {
        return Verdict::Passes;
    }
    let mut found = Verdict::Fails;
    let sieve = Sieve::new(reading, filter);
    reading.incident(node, filter.window(), |incidence: Incidence| {
        if sieve.passes(&incidence) {
            found = Verdict::Passes;
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    });
    if found == Verdict::Fails && !filter.window().is_everything() {
        reading.incident_undated(node, |incidence| {
            found = filter.judge(reading, incidence.fact, Some(node));
            if found == Verdict::Fails {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
    }
    found
}

fn node_row(reading: Reading<'_>, listed: &Listed<'_>, names: bool) -> Option<NodeRow> {
    let number = listed.node();
    let node = reading.node(number)?;
    let (matched, score) = match listed {
        Listed::Found(found) => {
            let matched = Matched {
                text: found.name.to_owned(),
                how: found.how.as_str().to_owned(),
            };
            (Some(matched), Some(found.score))
        }
        Listed::Connected(_) => (None, None),
    };
    Some(NodeRow {
        id: node.id.to_string(),
        node_type: node.node_type.to_string(),
        name: node.name.clone(),
        facts: reading.degree(number),
        names: names.then(|| name_rows(node)),
        matched,
        score,
    })
}

fn name_rows(node: &crate::model::Node) -> Vec<NameRow> {
    let row = |name: &crate::model::Name| NameRow {
        text: name.text.clone(),
        lang: name.lang.clone(),
        script: name.script.clone(),
    };
    node.names.iter().map(row).collect()
}

/// The node of an id, as known at the revision asked.
///
/// Cost: its list, for its first and last day.
///
/// # Errors
///
/// [`QueryError::NotFound`] when no node of that id was known.
pub fn node(ask: &Asking<'_>, id: &str) -> Result<SingleNode, QueryError> {
    let reading = ask.reading;
    let unknown = || QueryError::NotFound {
        what: "node",
        given: id.to_owned(),
    };
    let number = reading.node_by_id(id).ok_or_else(unknown)?;
    let node = reading.node(number).ok_or_else(unknown)?;
    let (mut first, mut last) = (None, None);
    reading.incident(number, crate::model::time::Window::default(), |incidence| {
        if incidence.side != Side::Place {
            let days = [incidence.earliest, incidence.latest];
            first = days.into_iter().flatten().chain(first).min();
            last = days.into_iter().flatten().chain(last).max();
        }
        ControlFlow::Continue(())
    });
    Ok(SingleNode {
        id: node.id.to_string(),
        node_type: node.node_type.to_string(),
        name: node.name.clone(),
        names: name_rows(node),
        properties: node.properties.clone(),
        external_ids: node.external_ids.clone(),
        facts: reading.degree(number),
        first,
        last,
        merged: Vec::new(),
        history: history(reading, number),
    })
}

fn history(reading: Reading<'_>, node: NodeNumber) -> Vec<HistoryEntry> {
    let versions = reading.node_versions(node);
    let entry = |(place, version): (usize, &crate::view::NodeVersion<'_>)| HistoryEntry {
        revision: version.recorded,
        recorded_at: time_of(reading, version.recorded),
        event: if place == 0 { "asserted" } else { "changed" }.to_owned(),
        known: true,
        reason: version.reason.map(str::to_owned),
        by: version.by.map(str::to_owned),
    };
    versions.iter().enumerate().map(entry).collect()
}

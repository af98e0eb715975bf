//! Timelines: dated facts in the order they happened, or how many there are in each day, month, year.
//!
//! [`timeline`] answers for one node, for several (each fact once), for what some nodes share with others, and
//! for the whole store. A node's timeline holds what happened there too: facts whose place it is. Facts
//! without a date are not placed by guess; they are left out and counted in `hidden`.
//!
//! With `by=reported` the axis is the day on which the shown evidence was printed, and `since` and `until`
//! bound that day; `valid_at` still speaks of when it held.

mod buckets;
mod group;
mod scan;
#[cfg(test)]
mod tests;
mod unit;

use std::ops::ControlFlow;

use serde_json::json;

use crate::model::time::Window;
use crate::model::{Day, FactId, FactNumber, NodeNumber};
use crate::view::DayKey;

use super::budget::{Cost, Meter};
use super::cursor::Turn;
use super::filter::{Filter, FilterDefaults, choice};
use super::question::{Question, answered};
use super::resolve_node::{brief, resolve_nodes};
use super::row::rows;
use super::sieve::Sieve;
use super::{Asking, Echo, FilterParams, Hidden, QueryError, Timeline, TimelineParams, Truncated, dates};
use group::GroupBy;
use scan::Scan;
use unit::Unit;

const ROUTE: &str = "/v1/timeline";

/// Where a page ended: the parts of a [`DayKey`].
type Position = (i32, i32, [u8; 10]);

/// Dated facts, oldest first unless `order=desc`, or their counts.
///
/// # Errors
///
/// [`QueryError`] when a parameter cannot be read or names no node, or a bucket would be one of too many.
pub fn timeline<'v>(ask: &Asking<'v>, params: &TimelineParams, filters: &FilterParams) -> Result<Timeline<'v>, QueryError> {
    answered(ask, ROUTE, params, filters, |ask, params, filters| {
        let turn: Turn<'_, TimelineParams, Position> = Turn::take_up(ask, ROUTE, params, filters)?;
        let asked = Asked::read(&turn)?;
        match asked.bucket {
            Some(unit) => counted(&turn, &asked, unit),
            None => listed(&turn, &asked),
        }
    })
}

/// Up to `limit` facts of one node behind a place, oldest first, by number.
///
/// # Errors
///
/// [`QueryError::Stopped`] when the client has left, or a first try ran out.
pub(super) fn page(
    ask: &Asking<'_>,
    filter: &Filter,
    node: NodeNumber,
    after: Option<DayKey>,
    limit: usize,
) -> Result<Vec<FactNumber>, QueryError> {
    let mut meter = Meter::new(&ask.budget);
    if filter.asks_only_dates() {
        let mut shown = ask.reading.facts_by_day(node, filter.window(), after, limit);
        if meter.pay_for(Cost::Edge, shown.len()).is_break() {
            shown.truncate(ask.budget.edges);
        }
        meter.finish()?;
        return Ok(shown);
    }
    let mut shown = Vec::with_capacity(limit);
    if limit > 0 {
        let sieve = Sieve::new(ask.reading, filter);
        ask.reading.incident_by_day(node, filter.window(), after, |incidence| {
            meter.pay(Cost::Edge)?;
            if sieve.passes(&incidence) {
                shown.push(incidence.fact);
            }
            if shown.len() < limit {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
    }
    meter.finish()?;
    Ok(shown)
}

/// By which day facts are placed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Axis {
    /// When they held.
    #[default]
    Valid,
    /// When the shown evidence was printed.
    Reported,
}

/// The question, read.
struct Asked {
    /// Whose timeline; empty for the whole store's.
    nodes: Vec<NodeNumber>,
    /// With whom they share the facts; empty for anybody.
    with: Vec<NodeNumber>,
    filter: Filter,
    axis: Axis,
    /// The days of the axis asked about.
    window: Window,
    newest_first: bool,
    bucket: Option<Unit>,
    group_by: Option<GroupBy>,
    echo: Echo,
}

impl Asked {
    fn read(turn: &Turn<'_, TimelineParams, Position>) -> Result<Self, QueryError> {
        let (ask, params, question) = (&turn.ask, &turn.params, &turn.question);
        let word = |name: &str, given: &Option<String>, words: &[(&str, bool)]| choice(ask, question, name, given.as_deref(), words);
        let nodes = distinct(resolve_nodes(ask, question, "node", &params.node)?);
        let with = distinct(resolve_nodes(ask, question, "with", &params.with)?);
        if nodes.is_empty() && !with.is_empty() {
            return Err(QueryError::invalid(
                "with",
                "it says with whom 'node' shares the facts: give 'node' too",
            ));
        }
        let reported = word("by", &params.by, &[("valid", false), ("reported", true)])?.unwrap_or(false);
        let axis = if reported { Axis::Reported } else { Axis::Valid };
        let newest_first = word("order", &params.order, &[("asc", false), ("desc", true)])?.unwrap_or(false);
        let bucket = choice(ask, question, "bucket", params.bucket.as_deref(), &Unit::WORDS)?;
        let group_by = choice(ask, question, "group_by", params.group_by.as_deref(), &GroupBy::WORDS)?;
        if group_by.is_some() && bucket.is_none() {
            return Err(QueryError::invalid("group_by", "it splits buckets: give 'bucket' too"));
        }
        let (filter, window, common) = filter(ask, question, &turn.filters, axis)?;
        let ids = |nodes: &[NodeNumber]| -> Vec<String> {
            nodes
                .iter()
                .filter_map(|node| brief(ask.reading, *node))
                .map(|node| node.id)
                .collect()
        };
        let own = [
            ("node", json!(ids(&nodes))),
            ("with", json!(ids(&with))),
            ("bucket", json!(params.bucket)),
            ("group_by", json!(params.group_by)),
            ("by", json!(if reported { "reported" } else { "valid" })),
            ("order", json!(if newest_first { "desc" } else { "asc" })),
        ];
        let echo = common.behind(own);
        Ok(Self {
            nodes,
            with,
            filter,
            axis,
            window,
            newest_first,
            bucket,
            group_by,
            echo,
        })
    }
}

/// The filter, and the window of the axis. By report date `since` and `until` are no bounds of valid time.
fn filter(ask: &Asking<'_>, question: &Question, filters: &FilterParams, axis: Axis) -> Result<(Filter, Window, Echo), QueryError> {
    if axis == Axis::Valid {
        let (filter, echo) = Filter::resolve(ask, question, filters, &FilterDefaults::LIST)?;
        let window = filter.window();
        return Ok((filter, window, echo));
    }
    let window = dates::between("since", filters.since.as_deref(), "until", filters.until.as_deref())?;
    let unbounded = FilterParams {
        since: None,
        until: None,
        ..filters.clone()
    };
    let (filter, mut echo) = Filter::resolve(ask, question, &unbounded, &FilterDefaults::LIST)?;
    echo.set("since", json!(filters.since));
    echo.set("until", json!(filters.until));
    Ok((filter, window, echo))
}

fn distinct(nodes: Vec<NodeNumber>) -> Vec<NodeNumber> {
    let mut seen = Vec::new();
    for node in nodes {
        if !seen.contains(&node) {
            seen.push(node);
        }
    }
    seen
}

fn listed<'v>(turn: &Turn<'v, TimelineParams, Position>, asked: &Asked) -> Result<Timeline<'v>, QueryError> {
    let ask = &turn.ask;
    let scan = Scan::new(ask.reading, asked);
    let mut meter = match asked.axis {
        Axis::Valid => Meter::new(&ask.budget),
        // Facts are not kept in this order: all of them are needed to know the first.
        Axis::Reported => Meter::for_everything(&ask.budget),
    };
    let after = turn.after.map(key);
    let limit = asked.filter.limit();
    let (shown, more) = scan.page(after, limit, &mut meter);
    let cut = meter.finish()?;
    let is_all = after.is_none() && !more && limit > 0 && cut.is_none();
    let total = if is_all { Some(shown.len() as u64) } else { scan.total(&mut meter) };
    // A first try that could not count everything is asked again; a last one says so by `total: null`.
    meter.finish()?;
    let mut meter = Meter::for_everything(&ask.budget);
    let undated = scan.undated(&mut meter);
    let cut = cut.or(meter.finish()?);
    let last = shown.last().filter(|_| more || cut.is_some()).map(|last| position(scan.key(*last)));
    let numbers: Vec<FactNumber> = shown.iter().map(|placed| placed.fact).collect();
    let mut facts = rows(ask, &numbers, asked.filter.include())?;
    for (row, placed) in facts.iter_mut().zip(&shown) {
        row.at = Some(placed.at);
    }
    Ok(Timeline {
        facts: Some(facts),
        page: Some(turn.page(total, last.as_ref())),
        ..frame(turn, asked, undated, cut)
    })
}

fn counted<'v>(turn: &Turn<'v, TimelineParams, Position>, asked: &Asked, unit: Unit) -> Result<Timeline<'v>, QueryError> {
    let ask = &turn.ask;
    let scan = Scan::new(ask.reading, asked);
    // Counts of a part would be wrong, and look right.
    let mut meter = Meter::for_everything(&ask.budget);
    let tally = buckets::Tally::count(ask.reading, asked, &scan, &mut meter);
    let undated = scan.undated(&mut meter);
    let cut = meter.finish()?;
    let buckets = tally
        .buckets(unit, asked.window)
        .map_err(|many| too_many(turn, asked, unit, many))?;
    Ok(Timeline {
        buckets: Some(buckets),
        ..frame(turn, asked, undated, cut)
    })
}

fn too_many(turn: &Turn<'_, TimelineParams, Position>, asked: &Asked, unit: Unit, many: u64) -> QueryError {
    let coarser: Vec<String> = unit.coarser().iter().map(|(word, _)| (*word).to_owned()).collect();
    let question = |word: &String| {
        turn.question
            .replacing("bucket", turn.params.bucket.as_deref().unwrap_or_default(), word)
    };
    let bounded = if asked.window.is_everything() {
        ", or bound it by 'since' and 'until'"
    } else {
        ""
    };
    QueryError::Invalid {
        parameter: "bucket".to_owned(),
        reason: format!(
            "that makes {many} buckets, of at most {}: take a longer one{bounded}",
            buckets::MOST
        ),
        try_url: coarser.first().map(|word| question(word).url(turn.ask.base_path)),
        nearest: coarser,
    }
}

/// All of the answer but facts and buckets.
fn frame<'v>(turn: &Turn<'v, TimelineParams, Position>, asked: &Asked, undated: u64, cut: Option<&'static str>) -> Timeline<'v> {
    let reading = turn.ask.reading;
    Timeline {
        query: asked.echo.clone(),
        revision: reading.head().revision,
        nodes: asked.nodes.iter().filter_map(|node| brief(reading, *node)).collect(),
        facts: None,
        page: None,
        buckets: None,
        hidden: Hidden { undated },
        truncated: cut.map(|reason| Truncated {
            reason: reason.to_owned(),
            nodes_omitted: None,
            edges_omitted: None,
        }),
    }
}

fn position(key: DayKey) -> Position {
    (key.at.0, key.latest.0, key.id.to_bytes())
}

fn key((at, latest, id): Position) -> DayKey {
    DayKey {
        at: Day(at),
        latest: Day(latest),
        id: FactId::from_bytes(id),
    }
}

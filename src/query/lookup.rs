//! The three questions by number: what they find, before rows are written.
//!
//! A [`Lookup`] reads the common filters once and answers again and again, in node and fact numbers. It finds
//! what `/v1/neighbourhood`, `/v1/paths` and `/v1/timeline` find, by the same searches: for users of the library
//! who need no rows, and for benchmarks that compare the searches alone.
//!
//! Deliberately absent: names, cursors and totals. Numbers are those of the reading it was made with.

use crate::model::{Day, FactNumber, NodeNumber};
use crate::view::DayKey;

use super::filter::{Filter, FilterDefaults};
use super::paths::Ways;
use super::question::Question;
use super::{Asking, FilterParams, QueryError, neighbourhood, timeline};

/// Filters, read and ready to be asked with.
pub struct Lookup<'a> {
    ask: Asking<'a>,
    filter: Filter,
    ways: Ways,
}

/// A fact of a neighbourhood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Around {
    /// The hop of its nearer end, from 1.
    pub hop: u32,
    /// The fact.
    pub fact: FactNumber,
}

impl<'a> Lookup<'a> {
    /// Reads the filters; `limit` and `cursor` among them say nothing here.
    ///
    /// # Errors
    ///
    /// [`QueryError`] when a filter cannot be read or names no node.
    pub fn new(ask: &Asking<'a>, filters: &FilterParams) -> Result<Self, QueryError> {
        let question = Question::new("/v1/facts", &(), filters);
        let (filter, _) = Filter::resolve(ask, &question, filters, &FilterDefaults::LIST)?;
        Ok(Self {
            ask: ask.clone(),
            ways: Ways::new(ask.reading, &filter),
            filter,
        })
    }

    /// The facts around a node as a neighbourhood shows them: hop by hop, newest first, beyond the first hop at
    /// most `per_node` of each node, at most `limit` of all.
    ///
    /// # Errors
    ///
    /// [`QueryError::Stopped`] when the client has left, or a first try ran out.
    pub fn around(&self, node: NodeNumber, depth: u32, per_node: usize, limit: usize) -> Result<Vec<Around>, QueryError> {
        neighbourhood::around(&self.ask, &self.filter, node, depth, per_node, limit)
    }

    /// How many other nodes lie within `depth` hops; `None` when the budget does not reach so far.
    ///
    /// # Errors
    ///
    /// [`QueryError::Stopped`] when the client has left, or a first try ran out.
    pub fn reached(&self, node: NodeNumber, depth: u32) -> Result<Option<u64>, QueryError> {
        neighbourhood::reached(&self.ask, &self.filter, node, depth)
    }

    /// Up to `limit` facts of a node's timeline, oldest first, behind a place: that of the last fact of the page
    /// before, see [`crate::view::Reading::day_key`].
    ///
    /// # Errors
    ///
    /// [`QueryError::Stopped`] when the client has left, or a first try ran out.
    pub fn page(&self, node: NodeNumber, after: Option<DayKey>, limit: usize) -> Result<Vec<FactNumber>, QueryError> {
        timeline::page(&self.ask, &self.filter, node, after, limit)
    }

    /// Hops of a shortest path of at most `max_hops`; `None` when there is none, or it lies beyond the budget.
    ///
    /// # Errors
    ///
    /// [`QueryError::Stopped`] when the client has left, or a first try ran out.
    pub fn shortest_length(&self, from: NodeNumber, to: NodeNumber, max_hops: u32) -> Result<Option<u32>, QueryError> {
        self.ways.length(&self.ask, &self.filter, [from, to], max_hops)
    }

    /// The earliest day of arrival in order of time, as [`super::earliest_arrival`].
    ///
    /// # Errors
    ///
    /// [`QueryError::Stopped`] when the client has left, or a first try ran out.
    pub fn earliest_arrival(&self, from: NodeNumber, to: NodeNumber, max_hops: Option<u32>) -> Result<Option<Day>, QueryError> {
        self.ways.arrival(&self.ask, &self.filter, [from, to], max_hops)
    }
}

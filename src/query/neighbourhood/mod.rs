//! Neighbourhoods: the facts around a node, hop by hop, and the nodes they lead to.
//!
//! [`neighbourhood`] grows level by level. What is shown of a level is its newest facts: beyond the first hop
//! at most `per_node` of each node, and of all of them as many as `limit` leaves. Facts with a value show in
//! timelines, not here, and a place is no neighbour. There is no cursor: one hop is the list `/v1/facts?node=`,
//! which has one.

mod newest;
mod shown;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::ControlFlow;

use serde_json::json;

use crate::model::{FactId, FactNumber, NodeNumber};
use crate::ontology::RelationNumber;
use crate::view::Reading;

use crate::query::best::{Newness, newness};
use crate::query::budget::Meter;
use crate::query::expand::{Direction, Step, Walk};
use crate::query::filter::{Filter, FilterDefaults, choice, number_between};
use crate::query::question::{Question, answered};
use crate::query::resolve_node::{brief, resolve_node};
use crate::query::seen::Seen;
use crate::query::{Around, Asking, Echo, FilterParams, Neighbourhood, NeighbourhoodParams, QueryError, Truncated};
use newest::{Extent, Omitted, newest};

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
        let grown = if asked.pairs {
            Growth::new(ask.reading, &asked).grow(&mut meter)
        } else {
            Growth::fact_by_fact(ask.reading, &asked, &mut meter)
        };
        shown::answer(ask, filters, &asked, &grown, &meter)
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
        let (filter, mut echo) = Filter::resolve(ask, &question, filters, &FilterDefaults::NEIGHBOURHOOD)?;
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
        echo = own.into_iter().map(|(name, value)| (name.to_owned(), value)).chain(echo).collect();
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

/// What is drawn as one edge: a fact, or with `group_by=pair` all facts of one subject, relation and object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum EdgeKey {
    Fact(FactNumber),
    Pair(NodeNumber, RelationNumber, NodeNumber),
}

/// The id an edge is shown under. Facts or pairs: an answer never mixes them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum EdgeId {
    Fact(FactId),
    Pair(String),
}

/// An edge that may be shown.
#[derive(Clone, Debug)]
struct Candidate {
    /// Newest first, then by id: the order of the answer, and of what survives a cut.
    rank: (Newness, EdgeId),
    key: EdgeKey,
    ends: [NodeNumber; 2],
    facts: Vec<FactNumber>,
}

/// What has been found so far.
struct Growth<'a, 'v> {
    reading: Reading<'v>,
    asked: &'a Asked,
    hops: HashMap<NodeNumber, u32>,
    /// Every edge met, shown or not: an edge belongs to the hop of its nearer end, and is decided there.
    met: HashSet<EdgeKey>,
    shown: Vec<(u32, Candidate)>,
    omitted: Vec<Candidate>,
    /// What was left out, when it was counted otherwise.
    counted: Option<Omitted>,
    per_node_cut: bool,
    limit_cut: bool,
    /// Whether the budget reached for all that is shown, if not to count the rest.
    whole: bool,
}

impl<'a, 'v> Growth<'a, 'v> {
    fn new(reading: Reading<'v>, asked: &'a Asked) -> Self {
        Self {
            reading,
            asked,
            hops: HashMap::from([(asked.node, 0)]),
            met: HashSet::new(),
            shown: Vec::new(),
            omitted: Vec::new(),
            counted: None,
            per_node_cut: false,
            limit_cut: false,
            whole: false,
        }
    }

    /// The neighbourhood of facts that stand for themselves.
    fn fact_by_fact(reading: Reading<'v>, asked: &'a Asked, meter: &mut Meter<'_>) -> Self {
        let walk = asked.walk(reading);
        let extent = Extent {
            depth: asked.depth,
            per_node: asked.per_node,
            limit: asked.filter.limit(),
        };
        let found = newest(&walk, asked.node, extent, meter);
        let cut = meter.is_cut();
        let is_all = !(cut || found.limit_cut || found.per_node_cut);
        let omitted = if is_all { Omitted::default() } else { found.omitted(&walk, meter) };
        let candidate = |shown: &newest::Shown| {
            let mut candidate = Candidate::new(EdgeKey::Fact(shown.fact), shown.ends);
            candidate.facts.push(shown.fact);
            candidate.rank.1 = candidate.id(reading);
            (shown.hop, candidate)
        };
        Self {
            hops: found.reached.iter().copied().collect(),
            shown: found.shown.iter().map(candidate).collect(),
            per_node_cut: found.per_node_cut,
            limit_cut: found.limit_cut,
            whole: !cut,
            counted: Some(omitted),
            ..Self::new(reading, asked)
        }
    }

    fn grow(mut self, meter: &mut Meter<'_>) -> Self {
        let mut frontier = vec![self.asked.node];
        for hop in 1..=self.asked.depth {
            let found = self.expand(&frontier, meter);
            frontier = self.take(hop, found);
            if meter.is_cut() || self.limit_cut || frontier.is_empty() {
                break;
            }
        }
        self
    }

    /// The edges of each node of the frontier, those of earlier hops left out. A node whose edges the budget cut
    /// short is left out whole: a part of them would depend on the layout of memory.
    fn expand(&mut self, frontier: &[NodeNumber], meter: &mut Meter<'_>) -> BTreeMap<NodeNumber, BTreeMap<EdgeKey, Candidate>> {
        let asked = self.asked;
        let walk = asked.walk(self.reading);
        let mut steps: Vec<Step> = frontier.iter().map(|node| walk.step(*node)).collect();
        let mut found: BTreeMap<NodeNumber, BTreeMap<EdgeKey, Candidate>> = BTreeMap::new();
        let whole = walk.expand(&mut steps, meter, |step, hit| {
            let ends = if hit.reversed { [hit.to, step.node] } else { [step.node, hit.to] };
            let key = if asked.pairs {
                EdgeKey::Pair(ends[0], hit.relation, ends[1])
            } else {
                EdgeKey::Fact(hit.fact)
            };
            if !self.met.contains(&key) {
                let candidate = found.entry(step.node).or_default().entry(key);
                candidate.or_insert_with(|| Candidate::new(key, ends)).facts.push(hit.fact);
            }
        });
        for step in steps.iter().skip(whole) {
            found.remove(&step.node);
        }
        found
    }

    /// Takes what may be shown of a hop, and answers the nodes it leads to.
    fn take(&mut self, hop: u32, found: BTreeMap<NodeNumber, BTreeMap<EdgeKey, Candidate>>) -> Vec<NodeNumber> {
        let (mut kept, mut left) = (BTreeMap::new(), BTreeMap::new());
        for candidates in found.into_values() {
            let mut candidates: Vec<Candidate> = candidates.into_values().collect();
            for candidate in &mut candidates {
                candidate.finish(self.reading);
            }
            candidates.sort_unstable_by(|a, b| a.rank.cmp(&b.rank));
            let room = if hop == 1 { candidates.len() } else { self.asked.per_node };
            let rest = candidates.split_off(room.min(candidates.len()));
            merge(&mut kept, candidates);
            merge(&mut left, rest);
        }
        self.met.extend(kept.keys().chain(left.keys()));
        // An edge that one of its ends has no room for may be among the newest of the other.
        left.retain(|key, _| !kept.contains_key(key));
        self.per_node_cut |= !left.is_empty();
        let mut kept: Vec<Candidate> = kept.into_values().collect();
        kept.sort_unstable_by(|a, b| a.rank.cmp(&b.rank));
        let room = self.asked.filter.limit() - self.shown.len();
        let rest = kept.split_off(room.min(kept.len()));
        self.limit_cut = !rest.is_empty();
        self.omitted.extend(left.into_values().chain(rest));
        self.show(hop, kept)
    }

    fn show(&mut self, hop: u32, edges: Vec<Candidate>) -> Vec<NodeNumber> {
        let mut reached = Vec::new();
        for edge in edges {
            for end in edge.ends {
                self.hops.entry(end).or_insert_with(|| {
                    reached.push(end);
                    hop
                });
            }
            self.shown.push((hop, edge));
        }
        reached
    }

    fn truncated(&self, meter: &Meter<'_>) -> Result<Option<Truncated>, QueryError> {
        let cut = meter.finish()?;
        let reason = match cut.filter(|_| !self.whole) {
            Some(reason) => reason,
            None if self.limit_cut => "limit",
            None if self.per_node_cut => "per_node",
            None => return Ok(None),
        };
        // What lies behind an edge that was never looked at nobody knows.
        let counted = cut.is_none();
        if let Some(omitted) = self.counted {
            return Ok(Some(Truncated {
                reason: reason.to_owned(),
                nodes_omitted: counted.then_some(omitted.nodes),
                edges_omitted: counted.then_some(omitted.edges),
            }));
        }
        let nodes: HashSet<NodeNumber> = self
            .omitted
            .iter()
            .flat_map(|edge| edge.ends)
            .filter(|end| !self.hops.contains_key(end))
            .collect();
        Ok(Some(Truncated {
            reason: reason.to_owned(),
            nodes_omitted: counted.then_some(nodes.len() as u64),
            edges_omitted: counted.then_some(self.omitted.len() as u64),
        }))
    }
}

fn merge(into: &mut BTreeMap<EdgeKey, Candidate>, candidates: Vec<Candidate>) {
    for candidate in candidates {
        match into.entry(candidate.key) {
            Entry::Vacant(place) => {
                place.insert(candidate);
            }
            Entry::Occupied(mut same) => same.get_mut().join(candidate),
        }
    }
}

impl Candidate {
    fn new(key: EdgeKey, ends: [NodeNumber; 2]) -> Self {
        Self {
            rank: (Reverse(None), EdgeId::Pair(String::new())),
            key,
            ends,
            facts: Vec::new(),
        }
    }

    /// Sorts its facts and finds its rank, once all facts are there.
    fn finish(&mut self, reading: Reading<'_>) {
        self.facts.sort_unstable();
        self.facts.dedup();
        let newest = self.facts.iter().map(|fact| newness(reading, *fact)).min().unwrap_or(Reverse(None));
        self.rank = (newest, self.id(reading));
    }

    /// Takes over the facts that the other end of the pair found.
    fn join(&mut self, other: Self) {
        self.facts.extend(other.facts);
        self.facts.sort_unstable();
        self.facts.dedup();
        self.rank = other.rank.min(self.rank.clone());
    }

    fn id(&self, reading: Reading<'_>) -> EdgeId {
        let name = |node: NodeNumber| reading.node(node).map_or("", |node| node.id.as_str());
        match self.key {
            EdgeKey::Fact(fact) => EdgeId::Fact(reading.fact(fact).map_or(FactId::from_bytes([0; 10]), |fact| fact.id)),
            EdgeKey::Pair(subject, relation, object) => {
                let relation = &reading.view().ontology().relation(relation).name;
                EdgeId::Pair(format!("{}~{relation}~{}", name(subject), name(object)))
            }
        }
    }
}

//! The store in numbers: how much there is, how it hangs together, who stands in the middle.
//!
//! Components and centrality are petgraph's: its union-find over all facts that join two nodes, and its
//! `page_rank` over the best-connected nodes alone, because its cost grows with the square of their number.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};

use petgraph::algo::page_rank;
use petgraph::graph::DiGraph;
use petgraph::unionfind::UnionFind;
use serde_json::{Map, Value};

use crate::model::time::Span;
use crate::model::{Day, NodeNumber};
use crate::ontology::RelationNumber;
use crate::view::{FactRef, ObjectRef, Reading};

use super::budget::{Cost, Meter};
use super::{Asking, CentralNode, QueryError, Stats};

/// Nodes among which centrality is counted.
const RANKED: usize = 100;
/// How many of them are named.
const CENTRAL: usize = 10;
const DAMPING: f64 = 0.85;
const ROUNDS: usize = 20;

/// The store in numbers, as known at the revision asked.
///
/// Cost: one look at every fact; it ends at the deadline, not at a number of edges.
///
/// # Errors
///
/// [`QueryError::Stopped`] when the client has left, or time has run out.
pub fn stats(ask: &Asking<'_>) -> Result<Stats, QueryError> {
    let reading = ask.reading;
    let mut count = Count::new(reading);
    let mut meter = Meter::for_everything(&ask.budget);
    for fact in reading.facts() {
        meter.pay_or_stop(Cost::Glance)?;
        if let Some(content) = reading.fact(fact) {
            count.take(&content);
        }
    }
    let (components, largest_component) = count.components();
    Ok(Stats {
        revision: reading.head().revision,
        nodes: u64::from(reading.node_count()),
        facts: u64::from(reading.fact_count()),
        claims: count.claims(),
        documents: u64::from(reading.document_count()),
        publishers: u64::try_from(reading.publishers().len()).unwrap_or(u64::MAX),
        first: count.first,
        last: count.last,
        components,
        largest_component,
        relations: count.relations(),
        types: types(reading),
        central: count.central(),
    })
}

struct Count<'v> {
    reading: Reading<'v>,
    hasher: RandomState,
    /// A hash of each fact's claim: of ten million claims, two have the same in one store of four hundred thousand.
    claims: Vec<u64>,
    first: Option<Day>,
    last: Option<Day>,
    joined: UnionFind<u32>,
    by_relation: HashMap<RelationNumber, u64>,
    /// The best-connected nodes, and their place in `graph`.
    ranked: HashMap<NodeNumber, petgraph::graph::NodeIndex>,
    graph: DiGraph<NodeNumber, ()>,
}

impl<'v> Count<'v> {
    fn new(reading: Reading<'v>) -> Self {
        let mut nodes: Vec<_> = (0..reading.node_count())
            .map(NodeNumber)
            .map(|node| (Reverse(reading.degree(node)), node))
            .collect();
        nodes.sort_unstable();
        let mut graph = DiGraph::new();
        let ranked = nodes
            .iter()
            .filter(|(degree, _)| degree.0 > 0)
            .take(RANKED)
            .map(|(_, node)| (*node, graph.add_node(*node)))
            .collect();
        Self {
            reading,
            hasher: RandomState::new(),
            claims: Vec::new(),
            first: None,
            last: None,
            joined: UnionFind::new(usize::try_from(reading.node_count()).unwrap_or(0)),
            by_relation: HashMap::new(),
            ranked,
            graph,
        }
    }

    fn take(&mut self, fact: &FactRef<'v>) {
        let (object, value) = match fact.object {
            ObjectRef::Node(node) => (Some(node), None),
            ObjectRef::Value(text) => (None, Some(text)),
            ObjectRef::None => (None, None),
        };
        let content = (
            fact.subject,
            fact.relation,
            object,
            value,
            fact.modality,
            fact.polarity,
            fact.qualifiers,
        );
        self.claims.push(self.hasher.hash_one(content));
        *self.by_relation.entry(fact.relation).or_default() += 1;
        if let Some(Span { first_start, last_end, .. }) = fact.span {
            let days = [first_start, last_end];
            self.first = days.into_iter().flatten().chain(self.first).min();
            self.last = days.into_iter().flatten().chain(self.last).max();
        }
        if let Some(object) = object {
            self.joined.union(fact.subject.0, object.0);
            if let (Some(from), Some(to)) = (self.ranked.get(&fact.subject), self.ranked.get(&object)) {
                // Who is told of together counts, not who is the subject.
                self.graph.update_edge(*from, *to, ());
                self.graph.update_edge(*to, *from, ());
            }
        }
    }

    /// How many different claims there are.
    fn claims(&mut self) -> u64 {
        self.claims.sort_unstable();
        self.claims.dedup();
        self.claims.len() as u64
    }

    /// Components of two nodes and more, and the size of the largest.
    fn components(&self) -> (u64, u64) {
        let mut sizes: HashMap<u32, u64> = HashMap::new();
        for node in 0..self.reading.node_count() {
            *sizes.entry(self.joined.find(node)).or_default() += 1;
        }
        sizes.retain(|_, size| *size > 1);
        (
            u64::try_from(sizes.len()).unwrap_or(u64::MAX),
            sizes.values().copied().max().unwrap_or(0),
        )
    }

    fn relations(&self) -> Map<String, Value> {
        let ontology = self.reading.view().ontology();
        most_first(
            self.by_relation
                .iter()
                .map(|(number, count)| (ontology.relation(*number).name.to_string(), *count)),
        )
    }

    fn central(&self) -> Vec<CentralNode> {
        if self.graph.node_count() == 0 {
            return Vec::new();
        }
        let ranks = page_rank(&self.graph, DAMPING, ROUNDS);
        let mut nodes: Vec<_> = self
            .graph
            .node_weights()
            .zip(ranks)
            .filter_map(|(number, rank)| {
                let node = self.reading.node(*number)?;
                Some(CentralNode {
                    id: node.id.to_string(),
                    name: node.name.clone(),
                    degree: self.reading.degree(*number),
                    rank,
                })
            })
            .collect();
        nodes.sort_by(|a, b| b.rank.total_cmp(&a.rank).then_with(|| a.id.cmp(&b.id)));
        nodes.truncate(CENTRAL);
        nodes
    }
}

fn types(reading: Reading<'_>) -> Map<String, Value> {
    let mut counts: HashMap<String, u64> = HashMap::new();
    for node in (0..reading.node_count()).filter_map(|number| reading.node(NodeNumber(number))) {
        *counts.entry(node.node_type.to_string()).or_default() += 1;
    }
    most_first(counts)
}

fn most_first(counts: impl IntoIterator<Item = (String, u64)>) -> Map<String, Value> {
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_unstable_by(|(a, of_a), (b, of_b)| of_b.cmp(of_a).then_with(|| a.cmp(b)));
    counts.into_iter().map(|(name, count)| (name, Value::from(count))).collect()
}

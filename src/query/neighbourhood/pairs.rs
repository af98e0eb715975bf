//! A neighbourhood pair by pair: all facts of one subject, relation and object drawn as one edge.
//!
//! It grows level by level, with all facts of every node it reaches: which pairs are the newest is known once all
//! facts are.

use std::cmp::Reverse;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

use crate::model::{Day, FactNumber, NodeNumber};
use crate::ontology::RelationNumber;
use crate::query::best::{Newness, best, newness, span};
use crate::query::budget::Meter;
use crate::query::expand::Step;
use crate::query::{Asking, Edge, PairEdge, QueryError, row};
use crate::view::{EvidenceRef, Reading};

use super::Asked;
use super::newest::Omitted;
use super::shown::{Cut, Found};

/// What is shown of a neighbourhood of pairs.
///
/// # Errors
///
/// [`QueryError::Stopped`] as [`Meter::finish`], [`QueryError::Bodies`] when a quote cannot be read.
pub(super) fn found<'v>(ask: &Asking<'v>, asked: &Asked, meter: &mut Meter<'_>) -> Result<Found<'v>, QueryError> {
    let grown = Growth::new(ask.reading, asked).grow(meter);
    let cut = Cut {
        limit: grown.limit_cut,
        per_node: grown.per_node_cut,
        is_whole: !meter.is_cut(),
        omitted: grown.omitted(),
    };
    Ok(Found {
        truncated: cut.told(meter)?,
        edges: grown
            .shown
            .iter()
            .map(|(hop, pair)| pair.show(ask, asked, *hop))
            .collect::<Result<_, _>>()?,
        ends: grown.shown.iter().map(|(_, pair)| (pair.ends(), pair.facts.len())).collect(),
        reached: grown.reached,
    })
}

/// Subject, relation and object.
type Pair = (NodeNumber, RelationNumber, NodeNumber);

/// A pair that may be shown.
#[derive(Clone, Debug)]
struct Candidate {
    /// Newest first, then by id: the order of the answer, and of what survives a cut.
    rank: (Newness, String),
    pair: Pair,
    facts: Vec<FactNumber>,
}

/// What has been found so far.
struct Growth<'a, 'v> {
    reading: Reading<'v>,
    asked: &'a Asked,
    hops: HashMap<NodeNumber, u32>,
    /// The nodes in the order in which they were met.
    reached: Vec<(NodeNumber, u32)>,
    /// Every pair met, shown or not: it belongs to the hop of its nearer end, and is decided there.
    met: HashSet<Pair>,
    shown: Vec<(u32, Candidate)>,
    omitted: Vec<Candidate>,
    per_node_cut: bool,
    limit_cut: bool,
}

impl<'a, 'v> Growth<'a, 'v> {
    fn new(reading: Reading<'v>, asked: &'a Asked) -> Self {
        Self {
            reading,
            asked,
            hops: HashMap::from([(asked.node, 0)]),
            reached: vec![(asked.node, 0)],
            met: HashSet::new(),
            shown: Vec::new(),
            omitted: Vec::new(),
            per_node_cut: false,
            limit_cut: false,
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
    fn expand(&mut self, frontier: &[NodeNumber], meter: &mut Meter<'_>) -> BTreeMap<NodeNumber, BTreeMap<Pair, Candidate>> {
        let asked = self.asked;
        let walk = asked.walk(self.reading);
        let mut steps: Vec<Step> = frontier.iter().map(|node| walk.step(*node)).collect();
        let mut found: BTreeMap<NodeNumber, BTreeMap<Pair, Candidate>> = BTreeMap::new();
        let whole = walk.expand(&mut steps, meter, |step, hit| {
            let ends = if hit.reversed { [hit.to, step.node] } else { [step.node, hit.to] };
            let [subject, object] = ends;
            let pair = (subject, hit.relation, object);
            if !self.met.contains(&pair) {
                let candidate = found.entry(step.node).or_default().entry(pair);
                candidate.or_insert_with(|| Candidate::new(pair)).facts.push(hit.fact);
            }
        });
        for step in steps.iter().skip(whole) {
            found.remove(&step.node);
        }
        found
    }

    /// Takes what may be shown of a hop, and answers the nodes it leads to.
    fn take(&mut self, hop: u32, found: BTreeMap<NodeNumber, BTreeMap<Pair, Candidate>>) -> Vec<NodeNumber> {
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
            for end in edge.ends() {
                self.hops.entry(end).or_insert_with(|| {
                    reached.push(end);
                    hop
                });
            }
            self.shown.push((hop, edge));
        }
        self.reached.extend(reached.iter().map(|node| (*node, hop)));
        reached
    }

    fn omitted(&self) -> Omitted {
        let ends = self.omitted.iter().flat_map(Candidate::ends);
        let nodes: HashSet<NodeNumber> = ends.filter(|end| !self.hops.contains_key(end)).collect();
        Omitted {
            nodes: nodes.len() as u64,
            edges: self.omitted.len() as u64,
        }
    }
}

fn merge(into: &mut BTreeMap<Pair, Candidate>, candidates: Vec<Candidate>) {
    for candidate in candidates {
        match into.entry(candidate.pair) {
            Entry::Vacant(place) => {
                place.insert(candidate);
            }
            Entry::Occupied(mut same) => same.get_mut().join(candidate),
        }
    }
}

impl Candidate {
    const fn new(pair: Pair) -> Self {
        Self {
            rank: (Reverse(None), String::new()),
            pair,
            facts: Vec::new(),
        }
    }

    const fn ends(&self) -> [NodeNumber; 2] {
        let (subject, _, object) = self.pair;
        [subject, object]
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

    /// The id it is shown under.
    fn id(&self, reading: Reading<'_>) -> String {
        let (subject, relation, object) = self.pair;
        let name = |node: NodeNumber| reading.node(node).map_or("", |node| node.id.as_str());
        let relation = &reading.view().ontology().relation(relation).name;
        format!("{}~{relation}~{}", name(subject), name(object))
    }

    fn show<'v>(&self, ask: &Asking<'v>, asked: &Asked, hop: u32) -> Result<Edge<'v>, QueryError> {
        let fact = best(ask.reading, &self.facts).ok_or(QueryError::Stopped)?;
        let mut row = row(ask, fact, asked.filter.include())?;
        row.hop = Some(hop);
        let (earliest, latest) = bounds(ask.reading, &self.facts);
        Ok(Edge::Pair(Box::new(PairEdge {
            id: self.rank.1.clone(),
            facts: self.facts.len() as u64,
            earliest,
            latest,
            source_count: sources(ask.reading, &self.facts),
            best: row,
        })))
    }
}

/// The earliest and the latest day of any of the facts; `None` where one of them is open there. Facts without a
/// date say nothing.
fn bounds(reading: Reading<'_>, facts: &[FactNumber]) -> (Option<Day>, Option<Day>) {
    let spans: Vec<_> = facts.iter().filter_map(|fact| span(reading, *fact)).collect();
    let earliest: Option<Vec<Day>> = spans.iter().map(|span| span.first_start).collect();
    let latest: Option<Vec<Day>> = spans.iter().map(|span| span.last_end).collect();
    (
        earliest.and_then(|days| days.into_iter().min()),
        latest.and_then(|days| days.into_iter().max()),
    )
}

/// Independent texts behind any of the facts.
fn sources(reading: Reading<'_>, facts: &[FactNumber]) -> u32 {
    let group = |evidence: EvidenceRef<'_>| evidence.group;
    let groups: HashSet<_> = facts.iter().flat_map(|fact| reading.open_evidence(*fact)).map(group).collect();
    u32::try_from(groups.len()).unwrap_or(u32::MAX)
}

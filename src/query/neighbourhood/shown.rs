//! What is shown of a neighbourhood that has been found: edges as rows, nodes, and where the rest of each is.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use crate::model::{Day, FactNumber, NodeNumber};
use crate::query::best::{best, span};
use crate::query::budget::Meter;
use crate::query::expand::Direction;
use crate::query::question::Question;
use crate::query::resolve_node::brief;
use crate::query::{Asking, Edge, FilterParams, More, NeighbourNode, Neighbourhood, PairEdge, QueryError, UrlAbout, row};
use crate::view::{EvidenceRef, Reading};

use super::{Asked, Candidate, EdgeId, Growth};

/// The answer.
///
/// # Errors
///
/// [`QueryError::Stopped`] as [`Meter::finish`], [`QueryError::Bodies`] when a quote cannot be read.
pub(super) fn answer<'v>(
    ask: &Asking<'v>,
    filters: &FilterParams,
    asked: &Asked,
    grown: &Growth<'_, '_>,
    meter: &Meter<'_>,
) -> Result<Neighbourhood<'v>, QueryError> {
    let truncated = grown.truncated(meter)?;
    let edges = grown
        .shown
        .iter()
        .map(|(hop, edge)| show_edge(ask, asked, *hop, edge))
        .collect::<Result<_, _>>()?;
    let nodes = show_nodes(ask.reading, &grown.hops);
    Ok(Neighbourhood {
        query: asked.echo.clone(),
        revision: ask.reading.head().revision,
        node: brief(ask.reading, asked.node).ok_or(QueryError::Stopped)?,
        more: more(ask, filters, asked, grown, &nodes),
        nodes: nodes.into_iter().map(|(_, node)| node).collect(),
        edges,
        truncated,
    })
}

type Numbered<'v> = (NodeNumber, NeighbourNode<'v>);

/// The nodes by hop, best connected first, then by id.
fn show_nodes<'v>(reading: Reading<'v>, hops: &HashMap<NodeNumber, u32>) -> Vec<Numbered<'v>> {
    let shown = |(number, hop): (&NodeNumber, &u32)| {
        let node = reading.node(*number)?;
        let shown = NeighbourNode {
            id: node.id.as_str(),
            node_type: &node.node_type,
            name: &node.name,
            hop: *hop,
            degree: reading.degree(*number),
        };
        Some((*number, shown))
    };
    let mut nodes: Vec<Numbered<'v>> = hops.iter().filter_map(shown).collect();
    nodes.sort_unstable_by_key(|(_, node)| (node.hop, Reverse(node.degree), node.id));
    nodes
}

/// The nodes of which not all facts are shown, and where the rest is.
fn more<'v>(ask: &Asking<'_>, filters: &FilterParams, asked: &Asked, grown: &Growth<'_, '_>, nodes: &[Numbered<'v>]) -> Vec<More<'v>> {
    // No two edges share a fact.
    let mut shown: HashMap<NodeNumber, usize> = HashMap::with_capacity(nodes.len());
    for (_, edge) in &grown.shown {
        let [one, other] = edge.ends;
        *shown.entry(one).or_default() += edge.facts.len();
        if other != one {
            *shown.entry(other).or_default() += edge.facts.len();
        }
    }
    let frame = Arc::new(frame_of_rest(ask, filters, asked.direction));
    let rest = |(number, node): &Numbered<'v>| {
        let count = shown.get(number).copied().unwrap_or(0);
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        (node.degree > count).then(|| More {
            id: node.id,
            degree: node.degree,
            shown: count,
            next: UrlAbout {
                frame: Arc::clone(&frame),
                id: node.id,
            },
        })
    };
    nodes.iter().filter_map(rest).collect()
}

/// The URL of all facts of a node under the same filters, before and behind the node's id.
fn frame_of_rest(ask: &Asking<'_>, filters: &FilterParams, direction: Direction) -> [String; 2] {
    const ID: &str = "id";
    let parameter = match direction {
        Direction::Both => "node",
        Direction::Out => "subject",
        Direction::In => "object",
    };
    let rest = FilterParams {
        limit: None,
        cursor: None,
        ..filters.clone()
    };
    let url = Question::new("/v1/facts", &BTreeMap::from([(parameter, ID)]), &rest).url(ask.base_path);
    // Parameters of the route come first.
    let before = format!("{}/v1/facts?{parameter}=", ask.base_path);
    let behind = url.get(before.len() + ID.len()..).unwrap_or_default().to_owned();
    [before, behind]
}

fn show_edge<'v>(ask: &Asking<'v>, asked: &Asked, hop: u32, edge: &Candidate) -> Result<Edge<'v>, QueryError> {
    let fact = best(ask.reading, &edge.facts).ok_or(QueryError::Stopped)?;
    let mut row = row(ask, fact, asked.filter.include())?;
    row.hop = Some(hop);
    match &edge.rank.1 {
        EdgeId::Fact(_) => Ok(Edge::Fact(Box::new(row))),
        EdgeId::Pair(id) => {
            let (earliest, latest) = bounds(ask.reading, &edge.facts);
            Ok(Edge::Pair(Box::new(PairEdge {
                id: id.clone(),
                facts: edge.facts.len() as u64,
                earliest,
                latest,
                source_count: sources(ask.reading, &edge.facts),
                best: row,
            })))
        }
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

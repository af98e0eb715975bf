//! What is shown of a neighbourhood that has been found: edges as rows, nodes, and where the rest of each is.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::NodeNumber;
use crate::query::budget::Meter;
use crate::query::expand::Direction;
use crate::query::question::Question;
use crate::query::resolve_node::brief;
use crate::query::seen::Values;
use crate::query::{Asking, Edge, FilterParams, More, NeighbourNode, Neighbourhood, QueryError, Truncated, UrlAbout};
use crate::view::Reading;

use super::Asked;
use super::newest::Omitted;

/// What was found and is shown.
pub(super) struct Found<'v> {
    /// The edges, in order.
    pub(super) edges: Vec<Edge<'v>>,
    /// The ends of each, and how many facts it stands for.
    pub(super) ends: Vec<([NodeNumber; 2], usize)>,
    /// The nodes they lead to by hop, the middle first.
    pub(super) reached: Vec<(NodeNumber, u32)>,
    /// Whether and how it was cut.
    pub(super) truncated: Option<Truncated>,
}

/// Whether there is more than is shown.
pub(super) struct Cut {
    /// Than `limit`.
    pub(super) limit: bool,
    /// Than `per_node` of some node.
    pub(super) per_node: bool,
    /// Whether the budget reached for all that is shown, if not to count the rest.
    pub(super) is_whole: bool,
    /// What was left out.
    pub(super) omitted: Omitted,
}

impl Cut {
    /// As the answer tells it.
    ///
    /// # Errors
    ///
    /// [`QueryError::Stopped`] as [`Meter::finish`].
    pub(super) fn told(&self, meter: &Meter<'_>) -> Result<Option<Truncated>, QueryError> {
        let cut = meter.finish()?;
        let reason = match cut.filter(|_| !self.is_whole) {
            Some(reason) => reason,
            None if self.limit => "limit",
            None if self.per_node => "per_node",
            None => return Ok(None),
        };
        // What lies behind an edge that was never looked at nobody knows.
        let counted = cut.is_none();
        Ok(Some(Truncated {
            reason: reason.to_owned(),
            nodes_omitted: counted.then_some(self.omitted.nodes),
            edges_omitted: counted.then_some(self.omitted.edges),
        }))
    }
}

/// The answer.
///
/// # Errors
///
/// [`QueryError::Stopped`] when the middle was never recorded.
pub(super) fn answer<'v>(
    ask: &Asking<'v>,
    filters: &FilterParams,
    asked: &Asked,
    found: Found<'v>,
) -> Result<Neighbourhood<'v>, QueryError> {
    let node = brief(ask.reading, asked.node).ok_or(QueryError::Stopped)?;
    let nodes = show_nodes(ask.reading, &found.reached);
    Ok(Neighbourhood {
        query: asked.echo.clone(),
        revision: ask.reading.head().revision,
        node,
        more: more(ask, filters, asked, &found.ends, &nodes),
        nodes: nodes.into_iter().map(|(_, node)| node).collect(),
        edges: found.edges,
        truncated: found.truncated,
    })
}

type Numbered<'v> = (NodeNumber, NeighbourNode<'v>);

/// The nodes by hop, best connected first, then by id.
fn show_nodes<'v>(reading: Reading<'v>, reached: &[(NodeNumber, u32)]) -> Vec<Numbered<'v>> {
    let shown = |(number, hop): &(NodeNumber, u32)| {
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
    let mut nodes: Vec<Numbered<'v>> = reached.iter().filter_map(shown).collect();
    nodes.sort_unstable_by_key(|(_, node)| (node.hop, Reverse(node.degree), node.id));
    nodes
}

/// The nodes of which not all facts are shown, and where the rest is.
fn more<'v>(
    ask: &Asking<'_>,
    filters: &FilterParams,
    asked: &Asked,
    ends: &[([NodeNumber; 2], usize)],
    nodes: &[Numbered<'v>],
) -> Vec<More<'v>> {
    // No two edges share a fact.
    let mut shown = Values::new();
    for ([one, other], facts) in ends {
        let facts = u32::try_from(*facts).unwrap_or(u32::MAX);
        shown.set(*one, shown.get(*one).unwrap_or(0).saturating_add(facts));
        if other != one {
            shown.set(*other, shown.get(*other).unwrap_or(0).saturating_add(facts));
        }
    }
    let frame = Arc::new(frame_of_rest(ask, filters, asked.direction));
    let rest = |(number, node): &Numbered<'v>| {
        let count = shown.get(*number).unwrap_or(0);
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

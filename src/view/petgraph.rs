//! petgraph's visit traits for readings, so that its algorithms run on the view as it stands.
//!
//! A [`Reading`] is a directed graph: its nodes are the known nodes, its edges the known facts that lead
//! from a node to a node, parallel ones included. Facts with a value or nothing for an object, and
//! places, are no edges. For a graph without directions or with fewer facts take petgraph's own
//! `UndirectedAdaptor` and `EdgeFiltered`; a filter reads the edge's [`Incidence`] as its weight.
//!
//! Indices are node numbers. When a loss of commits was accepted, the lost numbers are nodes without edges.

use std::ops::Range;

use petgraph::visit::{
    Data, EdgeCount, EdgeRef, GraphBase, GraphProp, GraphRef, IntoEdgeReferences, IntoEdges, IntoEdgesDirected, IntoNeighbors,
    IntoNeighborsDirected, IntoNodeIdentifiers, IntoNodeReferences, NodeCompactIndexable, NodeCount, NodeIndexable, VisitMap, Visitable,
};
use petgraph::{Directed, Direction};
use smallvec::SmallVec;

use super::facts::ObjectEntry;
use super::incidence::{Entry, Prefix};
use super::list::Hits;
use super::{Incidence, Reading, Side};
use crate::model::{FactNumber, Node, NodeNumber};

/// A fact as an edge, from its subject to its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The subject.
    pub source: NodeNumber,
    /// The object.
    pub target: NodeNumber,
    /// The fact, seen from the node whose edges were asked for.
    pub incidence: Incidence,
}

impl EdgeRef for Edge {
    type NodeId = NodeNumber;
    type EdgeId = FactNumber;
    type Weight = Incidence;
    fn source(&self) -> NodeNumber {
        self.source
    }
    fn target(&self) -> NodeNumber {
        self.target
    }
    fn weight(&self) -> &Incidence {
        &self.incidence
    }
    fn id(&self) -> FactNumber {
        self.incidence.fact
    }
}

/// Edges of one node in one direction, in no promised order.
pub struct Edges<'v> {
    reading: Reading<'v>,
    node: NodeNumber,
    direction: Direction,
    /// Parts of the node's list that were not ended.
    parts: SmallVec<[Hits<'v, Entry>; 2]>,
}

impl<'v> Edges<'v> {
    fn new(reading: Reading<'v>, node: NodeNumber, direction: Direction) -> Self {
        let facts = &reading.view.facts;
        Self {
            reading,
            node,
            direction,
            parts: reading.view.runs.lists(node).map(|list| list.hits(facts)).collect(),
        }
    }

    /// The edge of an entry, when it is one in this direction.
    fn edge(&self, incidence: Incidence) -> Option<Edge> {
        let other = incidence.other?;
        let (source, target) = match incidence.side {
            Side::Subject => (self.node, other),
            Side::Object => (other, self.node),
            Side::Place => return None,
        };
        let here = match self.direction {
            Direction::Outgoing => source,
            Direction::Incoming => target,
        };
        (here == self.node).then_some(Edge { source, target, incidence })
    }
}

impl Iterator for Edges<'_> {
    type Item = Edge;
    fn next(&mut self) -> Option<Edge> {
        loop {
            let Some(hit) = self.parts.last_mut()?.next() else {
                self.parts.pop();
                continue;
            };
            if let Some(edge) = self.edge(hit.into())
                && self.reading.is_known(edge.incidence.fact)
            {
                return Some(edge);
            }
        }
    }
}

/// Nodes at the other ends of one node's edges: one for each edge.
pub struct Neighbours<'v>(Edges<'v>);

impl Iterator for Neighbours<'_> {
    type Item = NodeNumber;
    fn next(&mut self) -> Option<NodeNumber> {
        self.0.next()?.incidence.other
    }
}

/// All edges, by number.
pub struct EdgeReferences<'v> {
    reading: Reading<'v>,
    left: Range<u32>,
}

impl Iterator for EdgeReferences<'_> {
    type Item = Edge;
    fn next(&mut self) -> Option<Edge> {
        let reading = self.reading;
        self.left.by_ref().map(FactNumber).find_map(|fact| reading.edge(fact))
    }
}

/// All nodes with their content, by number.
pub struct NodeReferences<'v> {
    reading: Reading<'v>,
    left: Range<u32>,
}

impl<'v> Iterator for NodeReferences<'v> {
    type Item = (NodeNumber, &'v Node);
    fn next(&mut self) -> Option<Self::Item> {
        let reading = self.reading;
        self.left
            .by_ref()
            .map(NodeNumber)
            .find_map(|number| Some((number, reading.node(number)?)))
    }
}

/// Which nodes an algorithm has visited.
#[derive(Clone, Debug, Default)]
pub struct Visited(Vec<bool>);

impl VisitMap<NodeNumber> for Visited {
    fn visit(&mut self, node: NodeNumber) -> bool {
        self.0
            .get_mut(node.index())
            .is_some_and(|visited| !std::mem::replace(visited, true))
    }
    fn is_visited(&self, node: &NodeNumber) -> bool {
        self.0.get(node.index()).copied().unwrap_or(false)
    }
    fn unvisit(&mut self, node: NodeNumber) -> bool {
        self.0.get_mut(node.index()).is_some_and(std::mem::take)
    }
}

impl Reading<'_> {
    /// A known fact as an edge, seen from its subject.
    fn edge(self, fact: FactNumber) -> Option<Edge> {
        let entry = self.entry(fact)?;
        let ObjectEntry::Node(target) = entry.object else { return None };
        let span = self.view.facts.span(&entry);
        let incidence = Incidence {
            other: Some(target),
            fact,
            id_prefix: self.view.facts.id(fact).map_or(0, |id| Prefix::of(id).number()),
            side: Side::Subject,
            relation: entry.relation,
            modality: entry.modality,
            polarity: entry.polarity,
            kind: entry.kind,
            earliest: span.and_then(|span| span.first_start),
            latest: span.and_then(|span| span.last_end),
        };
        self.is_known(fact).then_some(Edge {
            source: entry.subject,
            target,
            incidence,
        })
    }
}

impl GraphBase for Reading<'_> {
    type NodeId = NodeNumber;
    type EdgeId = FactNumber;
}

impl GraphRef for Reading<'_> {}

impl Data for Reading<'_> {
    type NodeWeight = Node;
    type EdgeWeight = Incidence;
}

impl GraphProp for Reading<'_> {
    type EdgeType = Directed;
}

impl NodeCount for Reading<'_> {
    fn node_count(&self) -> usize {
        self.head().counters.nodes as usize
    }
}

impl NodeIndexable for Reading<'_> {
    fn node_bound(&self) -> usize {
        self.head().counters.nodes as usize
    }
    fn to_index(&self, node: NodeNumber) -> usize {
        node.index()
    }
    fn from_index(&self, index: usize) -> NodeNumber {
        // Indices come from `to_index`, so they fit.
        NodeNumber(u32::try_from(index).unwrap_or(u32::MAX))
    }
}

impl NodeCompactIndexable for Reading<'_> {}

impl EdgeCount for Reading<'_> {
    fn edge_count(&self) -> usize {
        self.edge_references().count()
    }
}

impl Visitable for Reading<'_> {
    type Map = Visited;
    fn visit_map(&self) -> Visited {
        Visited(vec![false; self.node_bound()])
    }
    fn reset_map(&self, map: &mut Visited) {
        map.0.clear();
        map.0.resize(self.node_bound(), false);
    }
}

impl IntoNodeIdentifiers for Reading<'_> {
    type NodeIdentifiers = std::iter::Map<Range<u32>, fn(u32) -> NodeNumber>;
    fn node_identifiers(self) -> Self::NodeIdentifiers {
        (0..self.head().counters.nodes).map(NodeNumber)
    }
}

impl<'v> IntoNodeReferences for Reading<'v> {
    type NodeRef = (NodeNumber, &'v Node);
    type NodeReferences = NodeReferences<'v>;
    fn node_references(self) -> NodeReferences<'v> {
        NodeReferences {
            reading: self,
            left: 0..self.head().counters.nodes,
        }
    }
}

impl<'v> IntoEdgeReferences for Reading<'v> {
    type EdgeRef = Edge;
    type EdgeReferences = EdgeReferences<'v>;
    fn edge_references(self) -> EdgeReferences<'v> {
        EdgeReferences {
            reading: self,
            left: 0..self.head().counters.facts,
        }
    }
}

impl<'v> IntoNeighbors for Reading<'v> {
    type Neighbors = Neighbours<'v>;
    fn neighbors(self, node: NodeNumber) -> Neighbours<'v> {
        self.neighbors_directed(node, Direction::Outgoing)
    }
}

impl<'v> IntoNeighborsDirected for Reading<'v> {
    type NeighborsDirected = Neighbours<'v>;
    fn neighbors_directed(self, node: NodeNumber, direction: Direction) -> Neighbours<'v> {
        Neighbours(Edges::new(self, node, direction))
    }
}

impl<'v> IntoEdges for Reading<'v> {
    type Edges = Edges<'v>;
    fn edges(self, node: NodeNumber) -> Edges<'v> {
        self.edges_directed(node, Direction::Outgoing)
    }
}

impl<'v> IntoEdgesDirected for Reading<'v> {
    type EdgesDirected = Edges<'v>;
    fn edges_directed(self, node: NodeNumber, direction: Direction) -> Edges<'v> {
        Edges::new(self, node, direction)
    }
}

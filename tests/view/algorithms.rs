//! petgraph's algorithms give the same on the view as on a `petgraph::Graph` built from the model.

use std::collections::BTreeMap;

use dateline::model::{FactNumber, NodeNumber, Polarity};
use dateline::view::Reading;
use petgraph::Graph;
use petgraph::algo::{connected_components, dijkstra, kosaraju_scc, page_rank};
use petgraph::graph::NodeIndex;
use petgraph::visit::{
    Bfs, EdgeCount, EdgeFiltered, EdgeRef, IntoEdgeReferences, IntoEdgesDirected, IntoNodeReferences, NodeCount, UndirectedAdaptor,
    Visitable, Walker,
};

use crate::model::Model;

fn naive(model: &Model, revision: u64) -> Graph<(), FactNumber> {
    let mut graph = Graph::new();
    for _ in 0..model.head(revision).counters.nodes {
        graph.add_node(());
    }
    for (number, fact) in model.known(revision) {
        if let Some(object) = fact.object() {
            graph.add_edge(NodeIndex::new(fact.record.subject.index()), NodeIndex::new(object.index()), number);
        }
    }
    graph
}

pub(crate) fn agree(reading: Reading<'_>, model: &Model, revision: u64) {
    let graph = naive(model, revision);
    assert_eq!(
        (NodeCount::node_count(&reading), reading.edge_count()),
        (graph.node_count(), graph.edge_count())
    );
    assert_eq!(reading.node_references().count(), graph.node_count());
    let edges: Vec<_> = reading
        .edge_references()
        .map(|edge| (edge.id(), edge.source().index(), edge.target().index()))
        .collect();
    let expected = graph
        .edge_references()
        .map(|edge| (*edge.weight(), edge.source().index(), edge.target().index()));
    assert_eq!(edges, expected.collect::<Vec<_>>());

    assert_eq!(connected_components(reading), connected_components(&graph));
    assert_eq!(kosaraju_scc(reading).len(), kosaraju_scc(&graph).len());
    let (ranks, expected) = (page_rank(reading, 0.85_f64, 20), page_rank(&graph, 0.85_f64, 20));
    assert!(
        ranks.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-9),
        "{ranks:?} {expected:?}"
    );

    for start in 0..graph.node_count() {
        let (here, there) = (NodeNumber(u32::try_from(start).unwrap()), NodeIndex::new(start));
        let costs: BTreeMap<_, _> = dijkstra(reading, here, None, |_| 1u32)
            .into_iter()
            .map(|(node, cost)| (node.index(), cost))
            .collect();
        let expected: BTreeMap<_, _> = dijkstra(&graph, there, None, |_| 1u32)
            .into_iter()
            .map(|(node, cost)| (node.index(), cost))
            .collect();
        assert_eq!(costs, expected);

        let both_ways = UndirectedAdaptor(reading);
        let mut reached: Vec<_> = Bfs::new(&both_ways, here).iter(&both_ways).map(NodeNumber::index).collect();
        let mut expected: Vec<_> = Bfs::new(UndirectedAdaptor(&graph), there)
            .iter(UndirectedAdaptor(&graph))
            .map(NodeIndex::index)
            .collect();
        reached.sort_unstable();
        expected.sort_unstable();
        assert_eq!(reached, expected);

        for direction in [petgraph::Outgoing, petgraph::Incoming] {
            let mut edges: Vec<_> = reading
                .edges_directed(here, direction)
                .map(|edge| (edge.id(), edge.source.0, edge.target.0))
                .collect();
            let mut expected: Vec<_> = graph
                .edges_directed(there, direction)
                .map(|edge| {
                    (
                        *edge.weight(),
                        u32::try_from(edge.source().index()).unwrap(),
                        u32::try_from(edge.target().index()).unwrap(),
                    )
                })
                .collect();
            edges.sort_unstable();
            expected.sort_unstable();
            assert_eq!(edges, expected);
        }
    }

    let is_negated = |fact: FactNumber| model.facts[fact.index()].record.polarity == Polarity::Negated;
    let affirmed = EdgeFiltered::from_fn(reading, |edge| edge.weight().polarity == Polarity::Affirmed);
    let mut expected = graph.clone();
    expected.retain_edges(|graph, edge| !is_negated(graph[edge]));
    assert_eq!(connected_components(&affirmed), connected_components(&expected));
    assert_eq!(affirmed.edge_references().count(), expected.edge_count());
    let _: dateline::view::Visited = reading.visit_map();
}

//! Generated facts as commits, ready for the view or a store.

use std::sync::Arc;

use dateline::model::{
    Asserter, Counters, Day, Evidence, Fact, FactNumber, Head, Modality, Node, NodeNumber, Object, Polarity, Qualifiers, Revision,
    Timestamp, ValidTime,
};
use dateline::store::{Commit, FactRecord, NodeRecord, StoredObject};

use super::vocabulary::{self, RELATIONS};
use super::{Drawn, Graph, OPEN, mixed};

/// A fact's days in EDTF.
pub(crate) fn valid(fact: &Drawn) -> String {
    let first = Day(fact.first);
    match fact.last {
        OPEN => format!("{first}/.."),
        last if last == fact.first => first.to_string(),
        last => format!("{first}/{}", Day(last)),
    }
}

/// Something that follows from a fact and looks like chance.
pub(super) fn chance(fact: &Drawn) -> u64 {
    mixed(u64::from(fact.subject) << 32 | u64::from(fact.object)) ^ mixed(u64::from(fact.first as u32) << 16 | u64::from(fact.relation))
}

/// A fact as the store records it.
pub(crate) fn record(number: u32, fact: &Drawn, nodes: &[Node], relations: &[Arc<str>]) -> FactRecord {
    let valid: ValidTime = valid(fact).parse().unwrap();
    let relation = &relations[usize::from(fact.relation)];
    let content = Fact {
        subject: nodes[fact.subject as usize].id.clone(),
        relation: relation.clone(),
        object: Object::Node(nodes[fact.object as usize].id.clone()),
        valid: Some(valid.clone()),
        modality: Modality::Asserted,
        polarity: Polarity::Affirmed,
        qualifiers: Qualifiers::new(),
    };
    FactRecord {
        number: FactNumber(number),
        id: content.id(),
        subject: NodeNumber(fact.subject),
        relation: relation.clone(),
        object: StoredObject::Node(NodeNumber(fact.object)),
        valid: Some(valid),
        modality: Modality::Asserted,
        polarity: Polarity::Affirmed,
        qualifiers: Qualifiers::new(),
        supersedes: None,
        evidence: Evidence {
            document: None,
            publisher: Some(vocabulary::publisher(chance(fact)).to_owned()),
            reported: Some(Day(fact.first)),
            url: None,
            sentence: None,
            quote: None,
            speakers: Vec::new(),
            place: None,
            qualifiers: Qualifiers::new(),
            confidence: None,
            rule: None,
            asserted_by: Asserter::Import("bench".to_owned()),
            mirrored: false,
        },
    }
}

/// The facts of a graph as commits, one after another; the first one brings the nodes.
pub(crate) struct Commits<'g> {
    graph: &'g Graph,
    nodes: Vec<Node>,
    relations: Vec<Arc<str>>,
    done: usize,
    revision: u64,
}

impl<'g> Commits<'g> {
    pub(crate) fn of(graph: &'g Graph) -> Self {
        Self {
            graph,
            nodes: (0..graph.nodes).map(vocabulary::node).collect(),
            relations: (0..RELATIONS).map(|number| vocabulary::relation(number).into()).collect(),
            done: 0,
            revision: 0,
        }
    }

    /// How many facts have come.
    pub(crate) const fn done(&self) -> usize {
        self.done
    }

    /// How many facts are left.
    pub(crate) const fn left(&self) -> usize {
        self.graph.facts.len() - self.done
    }

    /// The commit of the next facts, at most so many.
    pub(crate) fn next(&mut self, most: usize) -> Commit {
        let facts = &self.graph.facts[self.done..][..most.min(self.left())];
        let record = |(place, fact): (usize, &Drawn)| record((self.done + place) as u32, fact, &self.nodes, &self.relations);
        let node = |(number, node): (u32, &Node)| NodeRecord {
            number: NodeNumber(number),
            node: node.clone(),
            reason: None,
            by: None,
        };
        let is_first = self.revision == 0;
        let new_nodes = if is_first { self.nodes.as_slice() } else { &[] };
        let commit = Commit {
            head: Head {
                revision: Revision(self.revision + 1),
                time: Timestamp(1_700_000_000_000_000 + self.revision as i64),
                counters: Counters {
                    nodes: self.graph.nodes,
                    documents: 0,
                    facts: (self.done + facts.len()) as u32,
                },
            },
            nodes: (0..).zip(new_nodes).map(node).collect(),
            facts: facts.iter().enumerate().map(record).collect(),
            ..Commit::default()
        };
        self.done += facts.len();
        self.revision += 1;
        commit
    }
}

//! What a bucket is split by. The same question with a group's own filter (`relation=`, `publisher=`, `node=`,
//! `with=`) has the facts of the group; a fact of several groups counts in each.

use std::collections::BTreeSet;

use crate::model::{FactNumber, NodeNumber};
use crate::query::resolve_node::brief;
use crate::view::{ObjectRef, Reading};

use super::Asked;

/// What buckets are split by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GroupBy {
    /// The relation.
    Relation,
    /// The relation's PLOVER category; `null` without one.
    Category,
    /// Each publisher of open evidence that meets the filter; `null` for evidence without one.
    Publisher,
    /// Each of the nodes asked for. Where one or none was: each other node at an end or the place of the fact.
    Node,
    /// The claim.
    Claim,
}

impl GroupBy {
    /// The words of the parameter `group_by`.
    pub(super) const WORDS: [(&'static str, Self); 5] = [
        ("relation", Self::Relation),
        ("category", Self::Category),
        ("publisher", Self::Publisher),
        ("node", Self::Node),
        ("claim", Self::Claim),
    ];

    /// The groups of a fact.
    pub(super) fn groups(self, reading: Reading<'_>, asked: &Asked, fact: FactNumber) -> BTreeSet<Option<String>> {
        let ontology = reading.view().ontology();
        let relation = || reading.fact(fact).map(|content| ontology.relation(content.relation));
        match self {
            Self::Relation => BTreeSet::from([relation().map(|relation| relation.name.to_string())]),
            Self::Category => BTreeSet::from([relation().and_then(|relation| relation.category.clone())]),
            Self::Claim => BTreeSet::from([reading.claim(fact).map(|claim| claim.to_string())]),
            Self::Publisher => {
                let open = reading.open_evidence(fact);
                let meets = open.iter().filter(|evidence| asked.filter.meets(evidence));
                meets
                    .map(|evidence| evidence.provenance.publisher.as_deref().map(str::to_owned))
                    .collect()
            }
            Self::Node => {
                let id = |node: NodeNumber| brief(reading, node).map(|node| node.id);
                touched(reading, fact)
                    .into_iter()
                    .filter(|node| counts(asked, *node))
                    .map(id)
                    .collect()
            }
        }
    }
}

fn counts(asked: &Asked, node: NodeNumber) -> bool {
    match asked.nodes.as_slice() {
        [only] => *only != node,
        several => several.is_empty() || several.contains(&node),
    }
}

/// The nodes a fact touches: its ends, and the places of its open evidence.
fn touched(reading: Reading<'_>, fact: FactNumber) -> BTreeSet<NodeNumber> {
    let Some(content) = reading.fact(fact) else {
        return BTreeSet::new();
    };
    let object = match content.object {
        ObjectRef::Node(node) => Some(node),
        ObjectRef::Value(_) | ObjectRef::None => None,
    };
    let open = reading.open_evidence(fact);
    let places = open.iter().filter_map(|evidence| evidence.provenance.place);
    std::iter::once(content.subject).chain(object).chain(places).collect()
}

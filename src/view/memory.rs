//! How much memory a view takes, part by part.
//!
//! Counted by capacity: what was reserved, used or not, with the counts of shared allocations and without what
//! the allocator puts around them. Persistent maps, which do not say what they reserve, are estimated. Parts
//! that snapshots share are counted in each.

use super::View;
use crate::model::{Document, Name, Node, Qualifiers};

/// Bytes that a view takes, by part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Facts in the lists of nodes, by day.
    pub lists: usize,
    /// Distinct neighbours of nodes.
    pub neighbours: usize,
    /// Facts in the list of the whole store, by day.
    pub days: usize,
    /// The facts' contents but for their ids.
    pub facts: usize,
    /// Plain values, qualifiers and odd dates.
    pub values: usize,
    /// Distinct provenance, which facts have a history, and which nodes a fact that was closed.
    pub evidence: usize,
    /// All evidence of facts that were corroborated, closed or asserted again.
    pub history: usize,
    /// Revisions, times and counters.
    pub heads: usize,
    /// How many facts each node has.
    pub degrees: usize,
    /// Ids of facts by number.
    pub fact_ids: usize,
    /// From ids to facts.
    pub fact_index: usize,
    /// Nodes in all their versions, with their ids and names.
    pub nodes: usize,
    /// From ids and names to nodes.
    pub node_index: usize,
    /// Documents without their texts, the facts in them, and what finds them.
    pub documents: usize,
}

impl Memory {
    /// The graph itself: without ids, names and documents, and what finds them.
    #[must_use]
    pub const fn graph(&self) -> usize {
        let lists = self.lists + self.neighbours + self.days;
        lists + self.facts + self.values + self.evidence + self.history + self.heads + self.degrees
    }
    /// Everything.
    #[must_use]
    pub const fn total(&self) -> usize {
        self.graph() + self.fact_ids + self.fact_index + self.nodes + self.node_index + self.documents
    }
}

impl View {
    /// Bytes that the view takes. Costs a look at every distinct value and provenance, and at every fact with a history.
    #[must_use]
    pub fn memory(&self) -> Memory {
        let [lists, neighbours, days] = self.runs.bytes();
        let mut memory = Memory {
            lists,
            neighbours,
            days,
            evidence: self.unsettled.bytes(),
            heads: self.heads.bytes(),
            ..Memory::default()
        };
        self.facts.measure(&mut memory);
        self.evidence.measure(&mut memory);
        self.nodes.measure(&mut memory);
        memory.node_index += self.names.bytes();
        memory.documents += self.documents.bytes();
        memory
    }
}

/// What an allocation behind an `Arc` has beside its value.
pub(super) const COUNTS: usize = 2 * size_of::<usize>();

/// About what an entry of a persistent map takes beside key and value: its node, and its part of those above.
const MAP_ENTRY: usize = 64;

/// About what a persistent map takes that holds entries of `size`.
pub(super) const fn map_bytes(entries: usize, size: usize) -> usize {
    entries * (MAP_ENTRY + size)
}

/// What a node holds elsewhere; the name of its type is shared.
pub(super) fn of_node(node: &Node) -> usize {
    let of_name = |name: &Name| {
        let optional = |text: &Option<String>| text.as_ref().map_or(0, String::capacity);
        size_of::<Name>() + name.text.capacity() + optional(&name.lang) + optional(&name.script)
    };
    let unused = (node.names.capacity() - node.names.len()) * size_of::<Name>();
    let names: usize = node.names.iter().map(of_name).sum();
    let id = COUNTS + node.id.as_str().len();
    id + node.name.capacity() + names + unused + of_texts(&node.properties) + of_texts(&node.external_ids)
}

/// What a document holds elsewhere.
pub(super) fn of_document(document: &Document) -> usize {
    let optional = |text: &Option<String>| text.as_ref().map_or(0, String::capacity);
    let texts = [&document.publisher, &document.title, &document.url, &document.lang].map(optional);
    let fingerprint = document.fingerprint.capacity() * size_of::<u32>();
    COUNTS + document.id.as_str().len() + texts.iter().sum::<usize>() + fingerprint
}

/// About what a map of texts holds elsewhere: the standard library's tree has room for eleven entries a leaf.
pub(super) fn of_texts(texts: &Qualifiers) -> usize {
    const LEAF: usize = 11 * 2 * size_of::<String>() + 2 * size_of::<usize>();
    let held: usize = texts.iter().map(|(name, value)| name.capacity() + value.capacity()).sum();
    texts.len().div_ceil(11) * LEAF + held
}

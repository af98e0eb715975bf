//! Which nodes ever had a name.
//!
//! The index is by folded name over all versions of all nodes; whether a node has the name at a
//! revision is read off its version then.

use super::hashed::{HashIndex, hash_of};
use crate::model::{Node, NodeNumber, fold};

/// From folded names to nodes.
#[derive(Clone, Debug, Default)]
pub(super) struct Names(HashIndex);

impl Names {
    /// Takes in the names of a version; `last` is the one before it.
    pub(super) fn record(&mut self, number: NodeNumber, node: &Node, last: Option<&Node>) {
        let known: Vec<String> = last.into_iter().flat_map(folded).collect();
        for name in folded(node) {
            if !name.is_empty() && !known.contains(&name) {
                self.0.insert(hash_of(name.as_str()), number.0);
            }
        }
    }

    /// Nodes that may have had a folded name at some time, by number.
    pub(super) fn candidates(&self, folded: &str) -> Vec<NodeNumber> {
        let mut found: Vec<_> = self.0.get(hash_of(folded)).map(NodeNumber).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Bytes that the index takes.
    pub(super) fn bytes(&self) -> usize {
        self.0.bytes()
    }

    /// Merges the index's runs.
    pub(super) fn merge(&mut self) {
        self.0.merge();
    }
}

/// Whether one of a node's names folds to this.
pub(super) fn has_name(node: &Node, name: &str) -> bool {
    folded(node).any(|known| known == name)
}

fn folded(node: &Node) -> impl Iterator<Item = String> {
    std::iter::once(node.name.as_str())
        .chain(node.names.iter().map(|name| name.text.as_str()))
        .map(fold)
}

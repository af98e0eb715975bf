//! A reading as the alias index that `resolve` asks.

use super::Reading;
use crate::model::{Node, NodeNumber};
use crate::resolve::KnownNames;

impl KnownNames for Reading<'_> {
    fn named(&self, name: &str) -> Vec<(NodeNumber, &Node)> {
        self.nodes_named(name)
            .into_iter()
            .filter_map(|number| Some((number, self.node(number)?)))
            .collect()
    }
}

//! Which nodes a path may lead through, and what it costs to be as well connected as they are.

use std::collections::HashSet;

use crate::model::NodeNumber;
use crate::view::Reading;

/// What the nodes between the two ends must be.
#[derive(Clone, Debug, Default)]
pub(super) struct Inner {
    /// None of these.
    not_via: HashSet<NodeNumber>,
    /// By type number: whether nodes of the type may be there. A type that is not listed may not.
    types: Vec<bool>,
    /// Whether that excludes no node.
    allows_all: bool,
}

/// Logarithms are counted in 2⁻²⁰ so that sums are exact, whatever the order in which they are made.
const FINE: f64 = 1_048_576.0;

impl Inner {
    /// Nodes of the types that are marked, but for some.
    pub(super) fn new(not_via: HashSet<NodeNumber>, types: Vec<bool>) -> Self {
        Self {
            allows_all: not_via.is_empty() && types.iter().all(|allowed| *allowed),
            not_via,
            types,
        }
    }

    /// Whether a path may lead through the node.
    pub(super) fn allows(&self, reading: Reading<'_>, node: NodeNumber) -> bool {
        if self.allows_all {
            return true;
        }
        let number = usize::from(reading.node_type(node).0);
        self.types.get(number).copied().unwrap_or(false) && !self.not_via.contains(&node)
    }
}

/// How much a path through the node is held back: the logarithm of its degree. A chain through a colonel tells
/// more than one through a great power.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the logarithm of a u32 of at least 1 lies between 0 and 23"
)]
pub(super) fn weight(reading: Reading<'_>, node: NodeNumber) -> u64 {
    (f64::from(reading.degree(node).max(1)).ln() * FINE).round() as u64
}

//! Nodes by number and id, in all their versions.
//!
//! The newest version stands in a column; older ones, which only readings at old revisions see, in a map.

use std::sync::Arc;

use rpds::HashTrieMapSync;

use super::chunked::Column;
use super::hashed::{HashIndex, hash_of};
use super::memory::{COUNTS, Memory, map_bytes, of_node};
use crate::model::{Node, NodeId, NodeNumber, Revision};
use crate::ontology::TypeNumber;
use crate::store::NodeRecord;

/// One version of a node.
#[derive(Clone, Debug)]
pub(super) struct Version {
    pub(super) node: Arc<Node>,
    pub(super) node_type: TypeNumber,
    pub(super) recorded: Revision,
    /// Why and by whom it was changed; seldom there.
    pub(super) why: Option<Arc<Why>>,
}

/// Why and by whom a node was changed.
#[derive(Debug)]
pub(super) struct Why {
    pub(super) reason: Option<String>,
    pub(super) by: Option<String>,
}

/// All nodes.
#[derive(Clone, Debug, Default)]
pub(super) struct Nodes {
    /// By number; `None` for one lost with a commit whose loss was accepted.
    newest: Column<Option<Version>>,
    /// Versions that are no longer the newest, oldest first.
    older: HashTrieMapSync<NodeNumber, Column<Version>>,
    ids: HashIndex,
    /// Known facts a node is subject or object of, at the newest revision.
    degrees: Column<u32>,
    /// Bytes that the versions hold elsewhere: to ask half a million of them would take a while.
    held: usize,
}

impl Nodes {
    /// Takes in a new node or a new version.
    pub(super) fn record(&mut self, record: NodeRecord, node_type: TypeNumber, recorded: Revision) {
        let NodeRecord { number, node, reason, by } = record;
        let why = (reason.is_some() || by.is_some()).then(|| Arc::new(Why { reason, by }));
        self.held += COUNTS + size_of::<Node>() + of_node(&node);
        let node = Arc::new(node);
        let version = Version {
            node: Arc::clone(&node),
            node_type,
            recorded,
            why,
        };
        self.newest.pad(number.index() + 1, &None);
        self.degrees.pad(number.index() + 1, &0);
        let Some(slot) = self.newest.get_mut(number.index()) else { return };
        match slot.replace(version) {
            None => self.ids.insert(hash_of(node.id.as_str()), number.0),
            Some(last) => {
                let mut older = self.older.get(&number).cloned().unwrap_or_default();
                older.push(last);
                self.older.insert_mut(number, older);
            }
        }
    }

    /// The newest version recorded by a revision.
    pub(super) fn at(&self, number: NodeNumber, revision: Revision) -> Option<&Version> {
        let newest = self.newest.get(number.index())?.as_ref()?;
        if newest.recorded <= revision {
            return Some(newest);
        }
        let older = self.older.get(&number)?;
        older.get(older.partition_point(|version| version.recorded <= revision).checked_sub(1)?)
    }

    /// All versions recorded by a revision, oldest first.
    pub(super) fn versions(&self, number: NodeNumber, revision: Revision) -> impl Iterator<Item = &Version> {
        let newest = self.newest.get(number.index()).and_then(Option::as_ref);
        let older = self.older.get(&number).into_iter().flat_map(Column::iter);
        older.chain(newest).take_while(move |version| version.recorded <= revision)
    }

    /// How many have a number.
    pub(super) const fn len(&self) -> usize {
        self.newest.len()
    }

    /// The node of an id.
    pub(super) fn by_id(&self, id: &str) -> Option<NodeNumber> {
        self.ids
            .get(hash_of(id))
            .map(NodeNumber)
            .find(|number| self.id(*number).is_some_and(|known| known.as_str() == id))
    }

    /// The id of a node, which never changes.
    pub(super) fn id(&self, number: NodeNumber) -> Option<&NodeId> {
        Some(&self.newest.get(number.index())?.as_ref()?.node.id)
    }

    /// Known facts it is subject or object of, at the newest revision.
    pub(super) fn degree(&self, number: NodeNumber) -> u32 {
        self.degrees.get(number.index()).copied().unwrap_or(0)
    }

    /// Counts a fact that became known (or no longer is) at its ends.
    pub(super) fn count_fact_at(&mut self, (subject, object): (NodeNumber, Option<NodeNumber>), known: bool) {
        for end in std::iter::once(subject).chain(object) {
            if let Some(degree) = self.degrees.get_mut(end.index()) {
                *degree = if known { *degree + 1 } else { degree.saturating_sub(1) };
            }
        }
    }

    /// Takes the degrees of all nodes, by number.
    pub(super) fn put_degrees(&mut self, degrees: impl Iterator<Item = u32>) {
        self.degrees = Column::default();
        for degree in degrees.take(self.newest.len()) {
            self.degrees.push(degree);
        }
    }

    /// Counts the bytes that they take.
    pub(super) fn measure(&self, memory: &mut Memory) {
        let older: usize = self.older.values().map(Column::bytes).sum();
        let map = map_bytes(self.older.size(), size_of::<(NodeNumber, Column<Version>)>());
        memory.nodes += self.newest.bytes() + older + map + self.held;
        memory.node_index += self.ids.bytes();
        memory.degrees += self.degrees.bytes();
    }

    /// Merges the index's runs.
    pub(super) fn merge(&mut self) {
        self.ids.merge();
    }
}

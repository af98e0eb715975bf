//! Nodes and their versions: which there are, and which revision brought them.

use std::collections::{HashMap, HashSet};

use super::FindingKind;
use super::report::Report;
use super::runs::Runs;
use super::values::{self, Values, revision};
use crate::model::{Counters, NodeId, NodeNumber};
use crate::store::keys::TreeName;
use crate::store::trees::Trees;
use crate::store::{NodeRecord, StoreError, rows};

/// What the tree `nodes` holds.
#[derive(Default)]
pub(super) struct Nodes {
    ids: HashMap<u32, NodeId>,
    taken: HashSet<NodeId>,
    next: u32,
    brought: Vec<Brought>,
    /// Revisions whose records cannot be read.
    unread: Runs,
}

/// The records of one revision.
#[derive(Clone, Copy, Debug)]
pub(super) struct Brought {
    pub(super) revision: u64,
    pub(super) records: u32,
    /// How many nodes are new, and the number of the first of them.
    pub(super) new: u32,
    pub(super) first_new: Option<u32>,
}

impl Nodes {
    /// Reads all of them.
    pub(super) fn read(trees: &Trees, report: &mut Report<'_>) -> Result<Self, StoreError> {
        let tree = TreeName::Nodes;
        let mut nodes = Self::default();
        let mut values = Values::new(trees, tree, &[])?;
        for value in values.by_ref() {
            let (key, is_end) = (value.key, value.is_end);
            let records = report.value(tree, &key, value.payload, |key, payload| {
                Ok((revision(tree, key)?, rows::read_nodes(key, payload)?))
            });
            match records {
                Some((revision, records)) => nodes.take(revision, &records, report),
                None => nodes.unread.push(values::unread(revision(tree, &key).ok(), is_end)),
            }
        }
        report.read.bytes += values.bytes;
        report.read.nodes = nodes.ids.len() as u64;
        Ok(nodes)
    }

    fn take(&mut self, revision: u64, records: &[NodeRecord], report: &mut Report<'_>) {
        let mut brought = Brought {
            revision,
            records: u32::try_from(records.len()).unwrap_or(u32::MAX),
            new: 0,
            first_new: None,
        };
        for record in records {
            let (number, id) = (record.number.0, &record.node.id);
            if number < self.next {
                self.version(number, id, report);
                continue;
            }
            if brought.new > 0 && number != self.next {
                let reason = format_args!("it comes after {} others", self.next);
                report.found(FindingKind::Order, "nodes", format_args!("node {number}"), reason);
            }
            brought.first_new.get_or_insert(number);
            brought.new += 1;
            self.next = number.saturating_add(1);
            self.name(number, id, report);
        }
        self.brought.push(brought);
    }

    /// A node keeps its id for ever.
    fn version(&mut self, number: u32, id: &NodeId, report: &mut Report<'_>) {
        match self.ids.get(&number) {
            Some(known) if known == id => {}
            Some(known) => {
                let reason = format_args!("a version of it has the id '{id}', and its own is '{known}'");
                report.found(FindingKind::Disagrees, "nodes", format_args!("node {number}"), reason);
            }
            // The value that brought it cannot be read, and this is how its id is known after all.
            None if !self.unread.is_empty() => self.name(number, id, report),
            None => report.found(
                FindingKind::Missing,
                "nodes",
                format_args!("node {number}"),
                "it has versions and no beginning",
            ),
        }
    }

    fn name(&mut self, number: u32, id: &NodeId, report: &mut Report<'_>) {
        if !self.taken.insert(id.clone()) {
            let reason = format_args!("another node has its id '{id}'");
            report.found(FindingKind::Id, "nodes", format_args!("node {number}"), reason);
        }
        self.ids.insert(number, id.clone());
    }

    /// What each revision brought, in order.
    pub(super) fn brought(&self) -> &[Brought] {
        &self.brought
    }

    /// Whether the records of a revision are out of reach.
    pub(super) fn is_unread(&self, revision: u64) -> bool {
        self.unread.contains(revision)
    }

    /// Whether all that is there could be read: then every number is known.
    pub(super) const fn is_whole(&self) -> bool {
        self.unread.is_empty()
    }

    /// Whether a node was recorded by the time of these counters. One that may stand in a damaged value was.
    pub(super) fn exists(&self, node: NodeNumber, by: &Counters) -> bool {
        by.has_node(node) && (self.ids.contains_key(&node.0) || !self.is_whole())
    }

    pub(super) fn id(&self, node: NodeNumber) -> Option<&NodeId> {
        self.ids.get(&node.0)
    }
}

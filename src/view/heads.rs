//! The history of the store in heads: which revision came when, and what had been recorded by then.

use super::chunked::Column;
use crate::model::{FactNumber, Head, Revision, Timestamp};

/// A head and what counted at it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Recorded {
    /// Revision, time, counters.
    pub(super) head: Head,
    /// Facts with open evidence.
    pub(super) known_facts: u32,
    /// Documents that were not closed.
    pub(super) open_documents: u32,
}

/// All heads, oldest first. Revisions grow, but may leave numbers out after a loss was accepted.
#[derive(Clone, Debug, Default)]
pub(super) struct Heads(Column<Recorded>);

impl Heads {
    /// Adds the newest.
    pub(super) fn push(&mut self, recorded: Recorded) {
        self.0.push(recorded);
    }

    /// The newest; all zero for an empty store.
    pub(super) fn newest(&self) -> Recorded {
        self.0.last().copied().unwrap_or_default()
    }

    /// The newest one that is not after a revision.
    pub(super) fn at(&self, revision: Revision) -> Recorded {
        self.before(self.0.partition_point(|known| known.head.revision <= revision))
    }

    /// The newest one that is not after a moment.
    pub(super) fn at_time(&self, time: Timestamp) -> Recorded {
        self.before(self.0.partition_point(|known| known.head.time <= time))
    }

    /// The revision that recorded a fact; `None` when none did yet.
    pub(super) fn recorded(&self, fact: FactNumber) -> Option<Revision> {
        let place = self.0.partition_point(|known| !known.head.counters.has_fact(fact));
        self.0.get(place).map(|known| known.head.revision)
    }

    /// Bytes that they take.
    pub(super) fn bytes(&self) -> usize {
        self.0.bytes()
    }

    fn before(&self, place: usize) -> Recorded {
        place.checked_sub(1).and_then(|last| self.0.get(last)).copied().unwrap_or_default()
    }
}

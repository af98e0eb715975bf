//! What facts rest on, and since when: the table of distinct provenance, and the history of facts
//! that have one.
//!
//! Most facts have one piece of evidence and keep it: for them the fact's own revision says all, and a
//! bit that is not set in `changed`. A fact that was corroborated, closed or asserted again has all its
//! evidence in `history`, each with the revisions between which it counts.

use std::sync::Arc;

use rpds::HashTrieMapSync;

use super::chunked::Column;
use super::hashed::hash_of;
use super::interned::Interned;
use super::memory::{COUNTS, Memory, map_bytes, of_texts};
use super::{Closed, EvidenceRef, Provenance};
use crate::model::{Asserter, Day, DocumentNumber, FactNumber, NodeNumber, Revision, SourceGroup};

/// Facts of a word of the bit map.
const WORD: usize = 64;

/// Where a piece of evidence comes from: the number of its provenance, and the day it was printed, which says
/// nothing when the provenance knows none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) provenance: u32,
    pub(super) day: Day,
}

/// Which text evidence is independent by, but for the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Text {
    /// Every day's is the same.
    Document(DocumentNumber),
    /// Without a document: all that one publisher printed on one day is one. A hash of the publisher.
    Bare(u64),
}

impl Text {
    pub(super) fn of_publisher(name: Option<&str>) -> Self {
        Self::Bare(hash_of(name.unwrap_or_default()))
    }

    const fn on(self, day: Option<Day>) -> SourceGroup {
        match (self, day) {
            (Self::Document(number), _) => SourceGroup::Document(number),
            // An odd factor: no two days of one publisher meet, and two publishers' as seldom as hashes do.
            (Self::Bare(hash), Some(Day(day))) => {
                SourceGroup::Bare(hash.wrapping_add((day.cast_unsigned() as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)))
            }
            (Self::Bare(hash), None) => SourceGroup::Bare(hash),
        }
    }
}

/// One piece of evidence in a history.
#[derive(Clone, Debug)]
pub(super) struct Interval {
    pub(super) origin: Origin,
    pub(super) opened: Revision,
    pub(super) closed: Option<Arc<Closed>>,
}

impl Interval {
    /// Whether it counts at a revision.
    pub(super) fn is_open(&self, revision: Revision) -> bool {
        self.opened <= revision && self.closed.as_ref().is_none_or(|closed| revision < closed.revision)
    }
}

/// All evidence of all facts.
#[derive(Clone, Debug, Default)]
pub(super) struct EvidenceTable {
    provenance: Interned<Arc<Provenance>>,
    /// Whether any of them names a place.
    placed: bool,
    /// One bit a fact: whether `history` knows it. Words past the end are zero.
    changed: Column<u64>,
    history: HashTrieMapSync<FactNumber, Column<Interval>>,
}

impl EvidenceTable {
    /// The number of a provenance.
    pub(super) fn intern(&mut self, provenance: &Provenance) -> u32 {
        self.placed |= provenance.place.is_some();
        self.provenance.intern(provenance, |known| Arc::new(known.clone()))
    }

    /// Whether no evidence of all says where anything happened.
    pub(super) const fn is_placeless(&self) -> bool {
        !self.placed
    }

    /// The provenance of evidence.
    pub(super) fn provenance(&self, origin: Origin) -> Option<&Provenance> {
        self.provenance.get(origin.provenance).map(Arc::as_ref)
    }

    /// Which text evidence is independent by.
    pub(super) fn group(&self, origin: Origin) -> Option<SourceGroup> {
        let provenance = self.provenance(origin)?;
        Some(provenance.text.on(provenance.dated.then_some(origin.day)))
    }

    /// Evidence as a reader sees it.
    pub(super) fn told<'v>(&'v self, number: u32, origin: Origin, opened: Revision, closed: Option<&'v Closed>) -> Option<EvidenceRef<'v>> {
        let provenance = self.provenance(origin)?;
        let reported = provenance.dated.then_some(origin.day);
        Some(EvidenceRef {
            number,
            provenance,
            reported,
            group: provenance.text.on(reported),
            opened,
            closed,
        })
    }

    /// All evidence of a fact, by number; `None` for one with a single piece that was never closed.
    #[inline]
    pub(super) fn history(&self, fact: FactNumber) -> Option<&Column<Interval>> {
        if self.changed.len() == 0 {
            return None;
        }
        let word = self.changed.get(fact.index() / WORD)?;
        if word & bit(fact) == 0 {
            return None;
        }
        self.history.get(&fact)
    }

    /// Whether a fact that had been recorded by a revision was known at it.
    #[inline]
    pub(super) fn is_known(&self, fact: FactNumber, revision: Revision) -> bool {
        self.history(fact)
            .is_none_or(|history| history.iter().any(|interval| interval.is_open(revision)))
    }

    /// Opens further evidence; `first` is the fact's first one and the revision of it.
    pub(super) fn open(&mut self, fact: FactNumber, first: Interval, interval: Interval) {
        self.change(fact, first, |history| {
            history.push(interval);
        });
    }

    /// Closes evidence by number, and gives its origin when it was open.
    pub(super) fn close(&mut self, fact: FactNumber, first: Interval, number: usize, closed: &Arc<Closed>) -> Option<Origin> {
        let mut open = None;
        self.change(fact, first, |history| {
            if let Some(interval) = history.get_mut(number).filter(|interval| interval.closed.is_none()) {
                interval.closed = Some(Arc::clone(closed));
                open = Some(interval.origin);
            }
        });
        open
    }

    /// Numbers of a fact's evidence that stands in a document and is open.
    pub(super) fn open_in(&self, fact: FactNumber, first: &Interval, document: DocumentNumber) -> Vec<usize> {
        let stands = |interval: &Interval| {
            interval.closed.is_none()
                && self
                    .provenance(interval.origin)
                    .is_some_and(|known| known.document == Some(document))
        };
        match self.history(fact) {
            None => stands(first).then_some(0).into_iter().collect(),
            Some(history) => history
                .iter()
                .enumerate()
                .filter(|(_, interval)| stands(interval))
                .map(|(number, _)| number)
                .collect(),
        }
    }

    /// Whether any evidence of a fact so far, open or closed, has it happen at a place.
    pub(super) fn ever_at(&self, fact: FactNumber, first: &Interval, place: NodeNumber) -> bool {
        let there = |interval: &Interval| self.provenance(interval.origin).is_some_and(|known| known.place == Some(place));
        self.history(fact).map_or_else(|| there(first), |history| history.iter().any(there))
    }

    /// A fact that counts at no revision: it cannot be read here.
    pub(super) fn withhold(&mut self, fact: FactNumber) {
        self.mark(fact);
        self.history.insert_mut(fact, Column::default());
    }

    fn change(&mut self, fact: FactNumber, first: Interval, change: impl FnOnce(&mut Column<Interval>)) {
        let mut history = self.history(fact).cloned().unwrap_or_default();
        // A withheld fact has none either, but nothing opens or closes it.
        if history.len() == 0 {
            self.mark(fact);
            history.push(first);
        }
        change(&mut history);
        self.history.insert_mut(fact, history);
    }

    fn mark(&mut self, fact: FactNumber) {
        let word = fact.index() / WORD;
        self.changed.pad(word + 1, &0);
        if let Some(word) = self.changed.get_mut(word) {
            *word |= bit(fact);
        }
    }

    /// Counts the bytes that it takes.
    pub(super) fn measure(&self, memory: &mut Memory) {
        let of_provenance = |known: &Arc<Provenance>| {
            let speakers = known.speakers.capacity() * size_of::<NodeNumber>();
            let asserter = match &known.asserted_by {
                Asserter::Extractor(name) | Asserter::Import(name) | Asserter::Person(name) => name.capacity(),
            };
            COUNTS + size_of::<Provenance>() + speakers + asserter + of_texts(&known.qualifiers)
        };
        memory.evidence += self.provenance.bytes(of_provenance) + self.changed.bytes();
        let intervals: usize = self.history.values().map(Column::bytes).sum();
        memory.history += intervals + map_bytes(self.history.size(), size_of::<(FactNumber, Column<Interval>)>());
    }

    /// Merges the index's runs.
    pub(super) fn merge(&mut self) {
        self.provenance.merge();
    }
}

const fn bit(fact: FactNumber) -> u64 {
    1 << (fact.0 % 64)
}

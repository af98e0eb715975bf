//! The one piece of evidence that a row shows of a fact, found without the others where a fact has only one.

use super::evidence::Origin;
use super::facts::FactEntry;
use super::{FactRef, Provenance, Reading};
use crate::model::{Day, FactNumber, Revision, SourceGroup};

/// The piece of evidence that a row shows.
#[derive(Clone, Copy, Debug)]
pub struct ShownEvidence<'v> {
    /// Its number among the fact's evidence.
    pub number: u32,
    /// What is held of it.
    pub provenance: &'v Provenance,
    /// The day it was printed.
    pub reported: Option<Day>,
    /// Stands for provenance and day in this view: of equal ones every word is equal.
    pub origin: u64,
}

impl<'v> Reading<'v> {
    /// The most direct open evidence (shortest chain of speakers, then oldest); of a fact that is not known, the
    /// most direct it had.
    #[must_use]
    pub fn shown_evidence(&self, fact: FactNumber) -> Option<ShownEvidence<'v>> {
        self.shown_of(fact, &self.entry(fact)?)
    }

    /// The same of a fact at hand.
    #[must_use]
    pub fn shown_evidence_of(&self, fact: &FactRef<'_>) -> Option<ShownEvidence<'v>> {
        self.shown_of(fact.number, &fact.entry)
    }

    fn shown_of(&self, fact: FactNumber, entry: &FactEntry) -> Option<ShownEvidence<'v>> {
        let table = &self.view.evidence;
        let shown = |number, origin: Origin| {
            let provenance = table.provenance(origin)?;
            Some(ShownEvidence {
                number,
                provenance,
                reported: provenance.dated.then_some(origin.day),
                origin: u64::from(origin.provenance) << 32 | u64::from(origin.day.0.cast_unsigned()),
            })
        };
        let Some(history) = table.history(fact) else {
            return shown(0, entry.origin);
        };
        let revision: Revision = self.head().revision;
        (0..)
            .zip(history.iter())
            .filter(|(_, interval)| interval.opened <= revision)
            .filter_map(|(number, interval)| Some((!interval.is_open(revision), shown(number, interval.origin)?)))
            .min_by_key(|(closed, evidence)| (*closed, evidence.provenance.speakers.len(), evidence.number))
            .map(|(_, evidence)| evidence)
    }

    /// Calls `visit` with the independent text behind each piece of open evidence.
    pub(super) fn each_open_group(&self, fact: FactNumber, entry: &FactEntry, mut visit: impl FnMut(SourceGroup)) {
        let table = &self.view.evidence;
        let Some(history) = table.history(fact) else {
            return table.group(entry.origin).into_iter().for_each(visit);
        };
        let revision: Revision = self.head().revision;
        let open = history.iter().filter(|interval| interval.is_open(revision));
        open.filter_map(|interval| table.group(interval.origin)).for_each(&mut visit);
    }
}

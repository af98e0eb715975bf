//! The one piece of evidence that a row shows of a fact, found without the others where a fact has only one.

use super::{Provenance, Reading};
use crate::model::{FactNumber, Revision};

/// The piece of evidence that a row shows.
#[derive(Clone, Copy, Debug)]
pub struct ShownEvidence<'v> {
    /// Its number among the fact's evidence.
    pub number: u32,
    /// What is held of it.
    pub provenance: &'v Provenance,
    /// Number of the provenance in this view: of equal numbers every word is equal.
    pub provenance_number: u32,
}

impl<'v> Reading<'v> {
    /// The most direct open evidence (shortest chain of speakers, then oldest); of a fact that is not known, the
    /// most direct it had.
    #[must_use]
    pub fn shown_evidence(&self, fact: FactNumber) -> Option<ShownEvidence<'v>> {
        let entry = self.entry(fact)?;
        let table = &self.view.evidence;
        let shown = |number, provenance_number| {
            Some(ShownEvidence {
                number,
                provenance: table.provenance(provenance_number)?,
                provenance_number,
            })
        };
        let Some(history) = table.history(fact) else {
            return shown(0, entry.provenance);
        };
        let revision: Revision = self.head().revision;
        (0..)
            .zip(history.iter())
            .filter(|(_, interval)| interval.opened <= revision)
            .filter_map(|(number, interval)| Some((!interval.is_open(revision), shown(number, interval.provenance)?)))
            .min_by_key(|(closed, evidence)| (*closed, evidence.provenance.speakers.len(), evidence.number))
            .map(|(_, evidence)| evidence)
    }

    /// Calls `visit` with what is held of each piece of open evidence, by number.
    pub(super) fn each_open_provenance(&self, fact: FactNumber, mut visit: impl FnMut(&'v Provenance)) {
        let Some(entry) = self.entry(fact) else { return };
        let table = &self.view.evidence;
        let Some(history) = table.history(fact) else {
            return table.provenance(entry.provenance).into_iter().for_each(visit);
        };
        let open = history.iter().filter(|interval| interval.is_open(self.head().revision));
        for provenance in open.filter_map(|interval| table.provenance(interval.provenance)) {
            visit(provenance);
        }
    }
}

//! A filter made ready for lists: what stands in their entries is asked first, and the rest only where it is asked.
//!
//! Lists of hubs are long, and most questions ask of a fact no more than its relation, or nothing.

use crate::model::{Modality, Polarity};
use crate::view::{Incidence, Reading};

use super::filter::Filter;

/// Decides on the facts of a node's list.
#[derive(Clone, Copy)]
pub(crate) struct Sieve<'a, 'v> {
    reading: Reading<'v>,
    filter: &'a Filter,
    /// By number of the relation; `None` lets all pass.
    relations: Option<&'a [bool]>,
    /// A bit for each modality and polarity, see [`mood`].
    moods: u8,
    /// Whether more is asked than stands in an entry.
    asks_more: bool,
}

/// Modality and polarity as one bit of eight.
pub(super) const fn mood(modality: Modality, polarity: Polarity) -> u8 {
    1 << (modality as u8 * 2 + polarity as u8)
}

impl<'a, 'v> Sieve<'a, 'v> {
    pub(super) fn new(reading: Reading<'v>, filter: &'a Filter) -> Self {
        Self {
            reading,
            filter,
            relations: filter.relations(),
            moods: filter.moods(),
            asks_more: filter.asks_more_than_entries_hold(),
        }
    }

    /// Whether a fact passes; that its days may meet the window, the list has seen to.
    #[inline]
    pub(crate) fn passes(&self, incidence: &Incidence) -> bool {
        self.passes_by_entry(incidence) && self.passes_besides(incidence)
    }

    /// Whether it passes what stands in the entry.
    #[inline]
    pub(crate) fn passes_by_entry(&self, incidence: &Incidence) -> bool {
        let allowed = |relations: &[bool]| relations.get(usize::from(incidence.relation.0)) == Some(&true);
        self.relations.is_none_or(allowed) && self.moods & mood(incidence.modality, incidence.polarity) != 0
    }

    /// Whether it passes what has to be looked up.
    #[inline]
    pub(crate) fn passes_besides(&self, incidence: &Incidence) -> bool {
        !self.asks_more || self.filter.passes_beyond_entry(self.reading, incidence)
    }
}

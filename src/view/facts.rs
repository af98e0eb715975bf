//! Facts by number: their content, 40 B each, beside tables of distinct valid times, values and qualifiers.

use std::sync::Arc;

use rpds::HashTrieMapSync;
use smallvec::SmallVec;

use super::chunked::Column;
use super::hashed::HashIndex;
use super::interned::Interned;
use crate::model::time::Span;
use crate::model::{FactId, FactNumber, Modality, NodeNumber, Polarity, Qualifiers, ValidTime};
use crate::ontology::{Kind, RelationNumber};
use crate::store::{FactRecord, StoredObject};

/// What a fact leads to: a node, or the number of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ObjectEntry {
    Node(NodeNumber),
    Value(u32),
    None,
}

/// One fact. `provenance` is that of its first evidence.
#[derive(Clone, Copy, Debug)]
pub(super) struct FactEntry {
    pub(super) object: ObjectEntry,
    pub(super) subject: NodeNumber,
    pub(super) provenance: u32,
    valid: Option<ValidNumber>,
    pub(super) qualifiers: u32,
    pub(super) relation: RelationNumber,
    pub(super) id: FactId,
    pub(super) modality: Modality,
    pub(super) polarity: Polarity,
    pub(super) kind: Kind,
}

/// Number of a valid time plus one: room for `None` in four bytes.
type ValidNumber = std::num::NonZeroU32;

/// A valid time and its four days.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Dated {
    time: ValidTime,
    span: Span,
}

/// All facts.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// By number; `None` for one that cannot be read here: lost, or of an unknown relation.
    entries: Column<Option<FactEntry>>,
    times: Interned<Dated>,
    values: Interned<Arc<str>>,
    qualifiers: Interned<Qualifiers>,
    ids: HashIndex,
    /// From a fact to the one it corrects.
    supersedes: HashTrieMapSync<FactNumber, FactNumber>,
    /// From a fact to those that correct it, oldest first.
    superseded: HashTrieMapSync<FactNumber, SmallVec<[FactNumber; 2]>>,
}

impl Facts {
    /// Takes in a new fact.
    pub(super) fn record(&mut self, record: &FactRecord, relation: RelationNumber, kind: Kind, provenance: u32) -> FactEntry {
        let entry = FactEntry {
            object: match &record.object {
                StoredObject::Node(number) => ObjectEntry::Node(*number),
                StoredObject::Value(text) => ObjectEntry::Value(self.values.intern(Arc::clone(text))),
                StoredObject::None => ObjectEntry::None,
            },
            subject: record.subject,
            provenance,
            valid: record.valid.as_ref().and_then(|time| self.valid_number(time)),
            qualifiers: self.qualifiers.intern(record.qualifiers.clone()),
            relation,
            id: record.id,
            modality: record.modality,
            polarity: record.polarity,
            kind,
        };
        self.entries.push(Some(entry));
        self.ids.insert(prefix(record.id), record.number.0);
        if let Some(old) = record.supersedes {
            self.supersedes.insert_mut(record.number, old);
            let mut by = self.superseded.get(&old).cloned().unwrap_or_default();
            by.push(record.number);
            self.superseded.insert_mut(old, by);
        }
        entry
    }

    /// Leaves a number empty: its fact cannot be read here.
    pub(super) fn withhold(&mut self, number: usize) {
        self.entries.pad(number + 1, &None);
    }

    fn valid_number(&mut self, time: &ValidTime) -> Option<ValidNumber> {
        let number = self.times.intern(Dated {
            time: time.clone(),
            span: time.span(),
        });
        ValidNumber::new(number.wrapping_add(1))
    }

    /// How many have a number.
    pub(super) const fn len(&self) -> usize {
        self.entries.len()
    }

    /// The fact of a number.
    pub(super) fn get(&self, number: FactNumber) -> Option<&FactEntry> {
        self.entries.get(number.index())?.as_ref()
    }

    /// The id of a fact.
    pub(super) fn id(&self, number: FactNumber) -> Option<FactId> {
        self.get(number).map(|entry| entry.id)
    }

    /// When a fact held, in days.
    pub(super) fn span_of(&self, number: FactNumber) -> Option<Span> {
        self.span(self.get(number)?)
    }

    /// The fact of an id.
    pub(super) fn by_id(&self, id: FactId) -> Option<FactNumber> {
        self.ids
            .get(prefix(id))
            .map(FactNumber)
            .find(|number| self.get(*number).is_some_and(|entry| entry.id == id))
    }

    fn dated(&self, entry: &FactEntry) -> Option<&Dated> {
        self.times.get(entry.valid?.get() - 1)
    }

    /// When it held.
    pub(super) fn valid(&self, entry: &FactEntry) -> Option<&ValidTime> {
        self.dated(entry).map(|dated| &dated.time)
    }

    /// When it held, in days.
    pub(super) fn span(&self, entry: &FactEntry) -> Option<Span> {
        self.dated(entry).map(|dated| dated.span)
    }

    /// A plain value.
    pub(super) fn value(&self, number: u32) -> &str {
        self.values.get(number).map_or("", |text| text)
    }

    /// Identifying qualifiers.
    pub(super) fn qualifiers(&self, number: u32) -> &Qualifiers {
        static NONE: Qualifiers = Qualifiers::new();
        self.qualifiers.get(number).unwrap_or(&NONE)
    }

    /// The fact that this one corrects.
    pub(super) fn supersedes(&self, number: FactNumber) -> Option<FactNumber> {
        self.supersedes.get(&number).copied()
    }

    /// Facts that correct this one, newest first.
    pub(super) fn superseded_by(&self, number: FactNumber) -> impl Iterator<Item = FactNumber> {
        self.superseded.get(&number).into_iter().flatten().rev().copied()
    }

    /// Merges the indexes' runs.
    pub(super) fn merge(&mut self) {
        self.ids.merge();
        self.times.merge();
        self.values.merge();
        self.qualifiers.merge();
    }
}

/// The part of an id that the index holds.
fn prefix(id: FactId) -> u64 {
    id.to_bytes().iter().take(8).fold(0, |bits, byte| (bits << 8) | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_takes_forty_bytes() {
        assert_eq!(size_of::<Option<FactEntry>>(), 40);
    }
}

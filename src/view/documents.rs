//! Documents by number and id, the facts that ever stood in them, and near-identical texts.

use std::sync::Arc;

use super::Closed;
use super::chunked::Column;
use super::hashed::{HashIndex, hash_of};
use super::memory::{COUNTS, of_document};
use crate::model::{Document, DocumentNumber, FactNumber, Revision, bands, resemblance};
use crate::store::DocumentRecord;

/// Texts that resemble each other at least this much are one source.
const NEAR: f64 = 0.8;

/// One document.
#[derive(Clone, Debug)]
pub(super) struct DocumentEntry {
    /// All but the text.
    pub(super) document: Arc<Document>,
    pub(super) publisher: Option<Arc<str>>,
    pub(super) opened: Revision,
    pub(super) closed: Option<Arc<Closed>>,
    pub(super) replaces: Option<DocumentNumber>,
    /// Facts of which some evidence stands or stood in it; with repetitions.
    pub(super) facts: Column<FactNumber>,
}

/// All documents.
#[derive(Clone, Debug, Default)]
pub(super) struct Documents {
    /// By number; `None` for one lost with a commit whose loss was accepted.
    entries: Column<Option<DocumentEntry>>,
    /// An id may come back after its document was deleted.
    ids: HashIndex,
    /// From a band of a fingerprint to documents. Texts with the very same fingerprint stand here once.
    bands: HashIndex,
}

impl Documents {
    /// Takes in a new document.
    pub(super) fn record(&mut self, record: &DocumentRecord, publisher: Option<Arc<str>>, opened: Revision) {
        let number = record.number;
        let document = Document {
            text: None,
            ..record.document.clone()
        };
        let is_copy = self.resembling(&document.fingerprint, 1.0).next().is_some();
        if !is_copy {
            for band in bands(&document.fingerprint) {
                self.bands.insert(band, number.0);
            }
        }
        self.ids.insert(hash_of(document.id.as_str()), number.0);
        self.entries.pad(number.index(), &None);
        self.entries.push(Some(DocumentEntry {
            document: Arc::new(document),
            publisher,
            opened,
            closed: None,
            replaces: record.replaces,
            facts: Column::default(),
        }));
    }

    /// How many have a number.
    pub(super) const fn len(&self) -> usize {
        self.entries.len()
    }

    /// The document of a number.
    pub(super) fn get(&self, number: DocumentNumber) -> Option<&DocumentEntry> {
        self.entries.get(number.index())?.as_ref()
    }

    /// The document of a number, to be changed.
    pub(super) fn get_mut(&mut self, number: DocumentNumber) -> Option<&mut DocumentEntry> {
        self.entries.get_mut(number.index())?.as_mut()
    }

    /// Documents that have or had an id.
    pub(super) fn by_id(&self, id: &str) -> impl Iterator<Item = DocumentNumber> {
        let has_id = move |number: &DocumentNumber| self.get(*number).is_some_and(|entry| entry.document.id.as_str() == id);
        self.ids.get(hash_of(id)).map(DocumentNumber).filter(has_id)
    }

    /// Documents whose text is nearly the same, in no promised order, some more than once. A text that repeats an older
    /// one exactly is left out.
    pub(super) fn near_identical(&self, fingerprint: &[u32]) -> impl Iterator<Item = DocumentNumber> {
        self.resembling(fingerprint, NEAR)
    }

    fn resembling(&self, fingerprint: &[u32], least: f64) -> impl Iterator<Item = DocumentNumber> {
        let resembles = move |number: &DocumentNumber| {
            self.get(*number)
                .is_some_and(|entry| resemblance(&entry.document.fingerprint, fingerprint) >= least)
        };
        bands(fingerprint)
            .flat_map(|band| self.bands.get(band))
            .map(DocumentNumber)
            .filter(resembles)
    }

    /// Bytes that they take. Costs a look at each.
    pub(super) fn bytes(&self) -> usize {
        let of_entry = |entry: &DocumentEntry| COUNTS + size_of::<Document>() + of_document(&entry.document) + entry.facts.bytes();
        let entries: usize = self.entries.iter().flatten().map(of_entry).sum();
        self.entries.bytes() + entries + self.ids.bytes() + self.bands.bytes()
    }

    /// Merges the indexes' runs.
    pub(super) fn merge(&mut self) {
        self.ids.merge();
        self.bands.merge();
    }
}

//! Documents and their texts.
//!
//! A fingerprint is not computed again: it measures likeness, and where words end follows the tables of Unicode.

use std::cell::Cell;
use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;

use super::FindingKind;
use super::history::History;
use super::nodes::Nodes;
use super::report::Report;
use super::runs::Runs;
use super::values::{self, Value, Values, no_key};
use crate::model::{DocumentId, DocumentNumber, Evidence};
use crate::store::keys::{self, TreeName};
use crate::store::trees::Trees;
use crate::store::{DocumentRecord, StoreError, replay, rows};

const TREE: TreeName = TreeName::Documents;
/// Texts kept at hand: facts of one document mostly stand together.
const AT_HAND: usize = 8;

/// What is known of a document's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Text {
    /// The document says that it has none.
    None,
    /// It is missing or cannot be read, which was told.
    Lost,
    /// It can be read.
    There,
}

/// Which documents there are, and which of them have a text.
pub(super) struct Documents<'t> {
    trees: &'t Trees,
    known: HashMap<u32, Text>,
    at_hand: VecDeque<(u32, Rc<str>)>,
}

impl<'t> Documents<'t> {
    /// Reads all of them, and all texts.
    pub(super) fn read(trees: &'t Trees, nodes: &Nodes, history: &History, report: &mut Report<'_>) -> Result<Self, StoreError> {
        let mut reader = Reader {
            nodes,
            history,
            documents: Self {
                trees,
                known: HashMap::new(),
                at_hand: VecDeque::new(),
            },
            ids: HashSet::new(),
            there: Runs::default(),
            unread: Runs::default(),
        };
        let mut values = Values::new(trees, TREE, &[])?;
        for value in values.by_ref() {
            // Their keys sort behind those of all records.
            if is_text(&value.key) && !value.is_end {
                reader.text(value, report);
            } else {
                reader.record(value, report);
            }
        }
        report.read.bytes += values.bytes;
        Ok(reader.finish(report))
    }

    /// Whether the words of a quote stand where it says, when the text is stored.
    pub(super) fn check_quote(&mut self, evidence: &Evidence) -> Result<(), String> {
        let (Some(document), Some(quote)) = (evidence.document, &evidence.quote) else {
            return Ok(());
        };
        let Some(text) = self.text(document) else { return Ok(()) };
        let place = format_args!("the text of document {}", document.0);
        match (quote.start, quote.end) {
            (Some(start), Some(end)) if span(&text, start, end) == Some(&quote.text) => Ok(()),
            (Some(start), Some(end)) => Err(format!("its quote does not stand at {start} to {end} of {place}")),
            _ => Err(format!("its quote does not say where it stands in {place}, which is stored")),
        }
    }

    fn text(&mut self, document: DocumentNumber) -> Option<Rc<str>> {
        let number = document.0;
        if let Some((_, text)) = self.at_hand.iter().find(|(kept, _)| *kept == number) {
            return Some(text.clone());
        }
        if self.known.get(&number) != Some(&Text::There) {
            return None;
        }
        // It was read before: should it fail now, there is nothing to compare with.
        let text: Rc<str> = replay::text(self.trees, document).ok()??.into();
        self.at_hand.push_front((number, text.clone()));
        self.at_hand.truncate(AT_HAND);
        Some(text)
    }
}

struct Reader<'s, 't> {
    nodes: &'s Nodes,
    history: &'s History,
    documents: Documents<'t>,
    ids: HashSet<DocumentId>,
    /// Numbers of records that were read, and of those that cannot be.
    there: Runs,
    unread: Runs,
}

impl<'t> Reader<'_, 't> {
    /// A document without its text, which is read with it: damage to it is another finding.
    fn record(&mut self, value: Value, report: &mut Report<'_>) {
        let (key, is_end) = (value.key, value.is_end);
        let read = report.value(TREE, &key, value.payload, |key, payload| {
            if !is_record(key) {
                return Err(no_key(TREE, key));
            }
            let has_text = Cell::new(false);
            let record = rows::read_document(key, payload, &|_| {
                has_text.set(true);
                Ok(None)
            })?;
            Ok((record, has_text.get()))
        });
        let Some((record, has_text)) = read else {
            self.unread.push(values::unread(keys::number_of(&key).map(u64::from), is_end));
            return;
        };
        let number = record.number.0;
        self.there.push(u64::from(number)..u64::from(number) + 1);
        if !self.ids.insert(record.document.id.clone()) {
            let reason = format_args!("another document has its id '{}'", record.document.id);
            report.found(FindingKind::Id, "documents", format_args!("document {number}"), reason);
        }
        check_references(&record, self.nodes, self.history, report);
        let text = if has_text {
            self.read_text(record.number, report)
        } else {
            Text::None
        };
        self.documents.known.insert(number, text);
        report.read.documents += 1;
    }

    /// The text that a document says it has.
    fn read_text(&self, document: DocumentNumber, report: &mut Report<'_>) -> Text {
        match replay::text(self.documents.trees, document) {
            Ok(Some(_)) => return Text::There,
            Ok(None) => report.found(
                FindingKind::Missing,
                "documents",
                format_args!("text of document {}", document.0),
                "its document has one, and it is not there",
            ),
            Err(error) => {
                report.value(TREE, &keys::text(document), Err(error), |_, _| Ok(()));
            }
        }
        Text::Lost
    }

    /// A text where it stands; that of a document was read with it.
    fn text(&self, value: Value, report: &mut Report<'_>) {
        let number = keys::number_of(&value.key).unwrap_or_default();
        let reason = match self.documents.known.get(&number) {
            Some(Text::There | Text::Lost) => return,
            Some(Text::None) => "its document says that it has none",
            None => "there is no such document",
        };
        let read = report.value(TREE, &value.key, value.payload, rows::read_text);
        if read.is_some() && !self.unread.contains(u64::from(number)) {
            report.found(FindingKind::Stray, "documents", format_args!("text of document {number}"), reason);
        }
    }

    fn finish(self, report: &mut Report<'_>) -> Documents<'t> {
        let history = self.history;
        let missing = history.documents.without(&self.there).without(&self.unread);
        let stray = self.there.without(&history.documents).without(&history.unknown_documents);
        report.found_runs(FindingKind::Missing, TREE, "document", &missing);
        report.found_runs(FindingKind::Stray, TREE, "document", &stray);
        self.documents
    }
}

fn is_record(key: &[u8]) -> bool {
    keys::number_of(key).is_some_and(|number| keys::document(DocumentNumber(number)) == key)
}

fn is_text(key: &[u8]) -> bool {
    keys::number_of(key).is_some_and(|number| keys::text(DocumentNumber(number)) == key)
}

fn check_references(record: &DocumentRecord, nodes: &Nodes, history: &History, report: &mut Report<'_>) {
    let by = history.counters_of_document(record.number);
    let mut wrong = |reason: String| {
        report.found(
            FindingKind::Reference,
            "documents",
            format_args!("document {}", record.number.0),
            reason,
        );
    };
    if let Some(place) = record.document.place.filter(|place| !nodes.exists(*place, &by)) {
        wrong(format!("its place is node {}, which did not exist", place.0));
    }
    let group = record.document.group;
    if group != record.number && (group > record.number || !history.has_document(group, &by)) {
        wrong(format!("its text is one with that of document {}, which did not exist", group.0));
    }
    let replaces = record
        .replaces
        .filter(|old| *old >= record.number || !history.has_document(*old, &by));
    if let Some(old) = replaces {
        wrong(format!("it replaces document {}, which did not exist", old.0));
    }
}

/// A part of a text, by code points.
fn span(text: &str, start: u32, end: u32) -> Option<&str> {
    let length = end.checked_sub(start)? as usize;
    let mut places = text.char_indices().map(|(place, _)| place).chain([text.len()]);
    let from = places.nth(start as usize)?;
    let to = match length.checked_sub(1) {
        Some(more) => places.nth(more)?,
        None => from,
    };
    text.get(from..to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_counts_code_points() {
        let text = "李作成 met";
        assert_eq!(span(text, 0, 3), Some("李作成"));
        assert_eq!(span(text, 4, 7), Some("met"));
        assert_eq!(span(text, 7, 7), Some(""));
        assert_eq!(span(text, 4, 8), None);
        assert_eq!(span(text, 8, 8), None);
        assert_eq!(span(text, 3, 2), None);
        assert_eq!(span(text, 0, u32::MAX), None);
    }
}

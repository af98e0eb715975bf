//! Documents: listed by publisher, date, words and what they tell of; and one with its text.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use serde_json::json;

use crate::model::time::Window;
use crate::model::{DocumentNumber, NodeNumber};
use crate::view::{DocumentRef, Reading};

use super::budget::{Cost, Meter};
use super::cursor::Turn;
use super::fact::time_of;
use super::filter::{Filter, FilterDefaults, Verdict, within};
use super::question::answered;
use super::resolve_node::resolve_node;
use super::scan::{Place, Scan};
use super::words::Words;
use super::{Asking, DocumentRow, Documents, DocumentsParams, Echo, FilterParams, Hidden, HistoryEntry, QueryError, SingleDocument};

const ROUTE: &str = "/v1/documents";

type DocumentsTurn<'a> = Turn<'a, DocumentsParams, Place<u32>>;

/// Documents that count, in the order they were recorded.
///
/// `publisher`, `since` and `until` speak of the document itself, as `q` does; a document without a date
/// is counted in `hidden.undated` when there is a window. `node` and every other filter ask for one fact of the
/// document that passes them all.
///
/// # Errors
///
/// [`QueryError`] naming the parameter, or the cursor.
pub fn documents(ask: &Asking<'_>, params: &DocumentsParams, filters: &FilterParams) -> Result<Documents, QueryError> {
    answered(ask, ROUTE, params, filters, list)
}

fn list(ask: &Asking<'_>, params: &DocumentsParams, filters: &FilterParams) -> Result<Documents, QueryError> {
    let turn = DocumentsTurn::take_up(ask, ROUTE, params, filters)?;
    let (ask, after) = (&turn.ask, turn.after);
    let reading = ask.reading;
    let (wanted, query) = Wanted::resolve(&turn)?;
    let mut undated = after.map_or(0, |place| place.undated);
    let mut meter = Meter::new(&ask.budget);
    let mut scan = Scan::new(&mut meter, after, wanted.filter.limit());
    let first = after.map_or(0, |place| place.key.saturating_add(1));
    for number in wanted.candidates(reading, first) {
        let passes = || {
            let verdict = wanted.judge(ask, number)?;
            undated += u64::from(verdict == Verdict::Undated && after.is_none());
            Ok(verdict == Verdict::Passes)
        };
        if scan.offer(number.0, number, wanted.cost(), passes)?.is_break() {
            break;
        }
    }
    let filled = scan.finish()?;
    let next = filled.next.map(|key| Place {
        key,
        total: filled.total,
        undated,
    });
    Ok(Documents {
        query,
        revision: reading.head().revision,
        documents: filled.found.iter().filter_map(|number| document_row(reading, *number)).collect(),
        page: turn.page(filled.total, next.as_ref()),
        hidden: Hidden { undated },
        truncated: filled.truncated,
    })
}

/// What is asked for, resolved.
struct Wanted {
    filter: Filter,
    /// What a fact of the document must meet: the filter but for what speaks of the document itself.
    of_facts: Filter,
    node: Option<NodeNumber>,
    words: Words,
}

impl Wanted {
    fn resolve(turn: &DocumentsTurn<'_>) -> Result<(Self, Echo), QueryError> {
        let Turn {
            ask,
            params,
            filters,
            question,
            ..
        } = turn;
        let node = params
            .node
            .as_ref()
            .map(|text| resolve_node(ask, question, "node", text))
            .transpose()?;
        let (filter, of_filter) = Filter::resolve(ask, question, filters, &FilterDefaults::LIST)?;
        let of_facts = filter.clone().at_any_time().of_any_publisher();
        let words = Words::new(params.q.as_deref().unwrap_or_default());
        let id = node.and_then(|node| ask.reading.node(node)).map(|node| node.id.to_string());
        let own = [("node", json!(id)), ("q", json!(params.q))];
        Ok((
            Self {
                filter,
                of_facts,
                node,
                words,
            },
            of_filter.behind(own),
        ))
    }

    /// Numbers to look at, from one on: those that tell of the node, or all.
    fn candidates(&self, reading: Reading<'_>, first: u32) -> Box<dyn Iterator<Item = DocumentNumber>> {
        let Some(node) = self.node else {
            return Box::new((first..reading.head().counters.documents).map(DocumentNumber));
        };
        let mut found = BTreeSet::new();
        reading.incident(node, Window::default(), |incidence| {
            let open = reading.open_evidence(incidence.fact);
            found.extend(
                open.iter()
                    .filter_map(|evidence| evidence.provenance.document)
                    .filter(|number| number.0 >= first),
            );
            ControlFlow::Continue(())
        });
        Box::new(found.into_iter())
    }

    fn cost(&self) -> Cost {
        if self.words.is_empty() { Cost::Edge } else { Cost::Body }
    }

    fn judge(&self, ask: &Asking<'_>, number: DocumentNumber) -> Result<Verdict, QueryError> {
        let Some(found) = ask.reading.document(number).filter(|found| found.closed.is_none()) else {
            return Ok(Verdict::Fails);
        };
        let (window, date) = (self.filter.window(), found.document.date);
        if date.is_some() && !within(window, date)
            || !self.filter.passes_publisher(found.document.publisher.as_deref())
            || !self.tells(ask.reading, number)
            || !self.holds_words(ask, &found)?
        {
            return Ok(Verdict::Fails);
        }
        Ok(if within(window, date) { Verdict::Passes } else { Verdict::Undated })
    }

    /// Whether one fact of the document meets what is asked of facts.
    fn tells(&self, reading: Reading<'_>, number: DocumentNumber) -> bool {
        if self.node.is_none() && self.of_facts.is_everything() {
            return true;
        }
        let filter = self.of_facts.clone().in_document(number);
        let of_node = |fact| {
            self.node.is_none_or(|node| {
                let content = reading.fact(fact);
                let is_end = content.is_some_and(|fact| fact.subject == node || fact.object == crate::view::ObjectRef::Node(node));
                is_end
                    || reading
                        .open_evidence(fact)
                        .iter()
                        .any(|evidence| evidence.provenance.place == Some(node))
            })
        };
        let facts = reading.document_facts(number);
        facts
            .into_iter()
            .any(|fact| of_node(fact) && filter.judge(reading, fact, self.node) == Verdict::Passes)
    }

    fn holds_words(&self, ask: &Asking<'_>, found: &DocumentRef<'_>) -> Result<bool, QueryError> {
        if self.words.is_empty() {
            return Ok(true);
        }
        let text = ask.bodies.text(found.number).map_err(QueryError::Bodies)?.unwrap_or_default();
        let title = found.document.title.as_deref().unwrap_or_default();
        Ok(self.words.stand_in(&format!("{title}\n{text}")))
    }
}

/// A document's row; `None` when it had not been recorded.
pub(crate) fn document_row(reading: Reading<'_>, number: DocumentNumber) -> Option<DocumentRow> {
    let found = reading.document(number)?;
    let document = found.document;
    Some(DocumentRow {
        id: document.id.to_string(),
        date: document.date,
        publisher: document.publisher.clone(),
        place: document.place.and_then(|node| reading.node(node)).map(|node| node.id.to_string()),
        title: document.title.clone(),
        url: document.url.clone(),
        lang: document.lang.clone(),
        facts: u32::try_from(reading.document_facts(number).len()).unwrap_or(u32::MAX),
        recorded_at: time_of(reading, found.opened),
    })
}

/// The document of an id with its text, deleted or not.
///
/// # Errors
///
/// [`QueryError::NotFound`] when no document of that id had been recorded.
pub fn document(ask: &Asking<'_>, id: &str) -> Result<SingleDocument, QueryError> {
    let reading = ask.reading;
    let unknown = || QueryError::NotFound {
        what: "document",
        given: id.to_owned(),
    };
    let number = reading.document_by_id(id).ok_or_else(unknown)?;
    let found = reading.document(number).ok_or_else(unknown)?;
    Ok(SingleDocument {
        row: document_row(reading, number).ok_or_else(unknown)?,
        text: ask.bodies.text(number).map_err(QueryError::Bodies)?,
        deleted_at: found.closed.map(|closed| time_of(reading, closed.revision)),
        replaces: found
            .replaces
            .and_then(|old| reading.document(old))
            .map(|old| old.document.id.to_string()),
        history: history(reading, &found),
    })
}

fn history(reading: Reading<'_>, found: &DocumentRef<'_>) -> Vec<HistoryEntry> {
    let entry = |revision, event: &str, known| HistoryEntry {
        revision,
        recorded_at: time_of(reading, revision),
        event: event.to_owned(),
        known,
        reason: None,
        by: None,
    };
    let mut entries = vec![entry(found.opened, "recorded", true)];
    if let Some(closed) = found.closed {
        let counter = |revision: u64| {
            let head = reading.view().head_of(crate::model::Revision(revision));
            head.map_or(0, |head| head.counters.documents)
        };
        // A report and the one that corrects it change places in one revision.
        let of_revision = counter(closed.revision.0.saturating_sub(1))..counter(closed.revision.0);
        let replaces = |number| {
            reading
                .document(DocumentNumber(number))
                .is_some_and(|newer| newer.replaces == Some(found.number))
        };
        let event = if of_revision.into_iter().any(replaces) {
            "replaced"
        } else {
            "deleted"
        };
        entries.push(HistoryEntry {
            reason: closed.reason.as_deref().map(str::to_owned),
            by: closed.by.as_deref().map(str::to_owned),
            ..entry(closed.revision, event, false)
        });
    }
    entries
}

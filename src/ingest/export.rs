//! The whole of a store as NDJSON, and back into an empty one.
//!
//! The first line is the store's (`kind: store`, with the user's ontology), the last its end (`kind: end`),
//! so that a cut file is noticed. Between them each transaction is a line of its own (`kind: commit`, with
//! revision, recorded time and counters) and one line for each thing it recorded. Numbers of nodes,
//! documents and facts are those of the store, so what is read back has the same ids, numbers, revisions
//! and times. Memory holds one transaction.

use std::io::{BufRead, Write};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::committer::Kind;
use super::{Engine, IngestError};
use crate::format::{Fault, problem};
use crate::model::{Head, Revision};
use crate::store::{
    Closing, Commit, DocumentClosing, DocumentRecord, EvidenceRecord, FactRecord, NodeRecord, RequestRecord, Store, StoreError,
};

/// The form of the lines; another form takes another number.
const FORM: u32 = 1;
/// The longest line that is read: a report of the longest kind, written as JSON.
const MAX_LINE: u64 = 16 << 20;

/// One line.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Record {
    Store {
        form: u32,
        store: String,
        incarnation: u32,
        ontology: Option<String>,
    },
    Commit(Head),
    Node(Box<NodeRecord>),
    Document(Box<DocumentRecord>),
    Fact(Box<FactRecord>),
    Evidence(Box<EvidenceRecord>),
    Closing(Box<Closing>),
    DocumentClosing(Box<DocumentClosing>),
    Request(Box<RequestRecord>),
    End {
        revision: Revision,
    },
}

/// Writes everything that a store recorded, one JSON object a line; gives the head it ends at.
///
/// # Errors
///
/// [`StoreError`] when the store cannot be read, or `out` cannot be written to.
pub fn export(store: &dyn Store, out: &mut dyn Write) -> Result<Head, StoreError> {
    let identity = store.identity();
    // What is committed while the file is written is left out of it.
    let last = store.head();
    let first = Record::Store {
        form: FORM,
        store: identity.store,
        incarnation: identity.incarnation,
        ontology: store.ontology()?,
    };
    write_line(out, &first)?;
    store.replay(true, &mut |commit| {
        if commit.head.revision > last.revision {
            return Ok(());
        }
        write_line(out, &Record::Commit(commit.head))?;
        for record in records(commit) {
            write_line(out, &record)?;
        }
        Ok(())
    })?;
    write_line(out, &Record::End { revision: last.revision })?;
    out.flush().map_err(|error| unwritable(&error))?;
    Ok(last)
}

fn records(commit: Commit) -> impl Iterator<Item = Record> {
    let nodes = commit.nodes.into_iter().map(|record| Record::Node(Box::new(record)));
    let documents = commit.documents.into_iter().map(|record| Record::Document(Box::new(record)));
    let facts = commit.facts.into_iter().map(|record| Record::Fact(Box::new(record)));
    let evidence = commit.evidence.into_iter().map(|record| Record::Evidence(Box::new(record)));
    let closings = commit.closings.into_iter().map(|record| Record::Closing(Box::new(record)));
    let deleted = commit
        .document_closings
        .into_iter()
        .map(|record| Record::DocumentClosing(Box::new(record)));
    let requests = commit.requests.into_iter().map(|record| Record::Request(Box::new(record)));
    nodes
        .chain(documents)
        .chain(facts)
        .chain(evidence)
        .chain(closings)
        .chain(deleted)
        .chain(requests)
}

fn write_line(out: &mut dyn Write, record: &Record) -> Result<(), StoreError> {
    serde_json::to_writer(&mut *out, record).map_err(|error| unwritable(&error.into()))?;
    out.write_all(b"\n").map_err(|error| unwritable(&error))
}

fn unwritable(error: &std::io::Error) -> StoreError {
    StoreError::Io(format!("the export cannot be written: {error}"))
}

/// Reads an exported file into an empty store that nothing serves; gives the head it ends at.
///
/// # Errors
///
/// [`IngestError::Conflict`] when the store is not empty; [`IngestError::Field`] with the line for a file that
/// is no export, or is cut: what was read before stays. [`IngestError::Store`].
pub fn import_export(store: &dyn Store, reader: impl BufRead) -> Result<Head, IngestError> {
    read_export(
        reader,
        |ontology| prepare(store, ontology),
        |commit| {
            store.commit(&commit)?;
            store.seal(&commit.head)?;
            Ok(())
        },
    )?;
    Ok(store.head())
}

fn prepare(store: &dyn Store, ontology: Option<String>) -> Result<(), IngestError> {
    if store.head().revision != Revision::default() {
        return Err(not_empty(store));
    }
    match ontology {
        Some(ontology) => Ok(store.set_ontology(&ontology)?),
        None => Ok(()),
    }
}

fn not_empty(store: &dyn Store) -> IngestError {
    IngestError::Conflict(format!(
        "the store is not empty: it is at {}; an export can only be read into an empty one",
        store.head().revision
    ))
}

impl Engine {
    /// Everything the store recorded, one JSON object a line, recorded times included. Blocks.
    ///
    /// # Errors
    ///
    /// [`IngestError::Store`] when the store cannot be read or `out` not be written to.
    pub fn export(&self, out: &mut dyn Write) -> Result<Head, IngestError> {
        Ok(export(&*self.store, out)?)
    }

    /// Reads an exported file into this running store, which has to be empty. Blocks; `runtime` waits for the commits.
    ///
    /// # Errors
    ///
    /// As [`import_export`]; also when the file brings an ontology that is not the store's.
    pub fn import_export(self: &Arc<Self>, reader: impl BufRead, runtime: &tokio::runtime::Handle) -> Result<Head, IngestError> {
        let prepare = |ontology: Option<String>| {
            if self.store.head().revision != Revision::default() {
                return Err(not_empty(&*self.store));
            }
            if ontology.is_some() && ontology != self.store.ontology()? {
                let reason = "the export has an ontology of its own: read it in with no server running";
                return Err(IngestError::Conflict(reason.to_owned()));
            }
            Ok(())
        };
        read_export(reader, prepare, |commit| {
            runtime.block_on(async {
                let pledge = self.submit(Kind::Alone, move |planner| planner.replay(commit)).await?;
                pledge.kept().await.map(drop)
            })
        })?;
        Ok(self.view().head())
    }
}

/// Reads line by line, hands over the ontology and then each commit, and checks that the file is whole.
fn read_export(
    mut reader: impl BufRead,
    prepare: impl FnOnce(Option<String>) -> Result<(), IngestError>,
    mut write: impl FnMut(Commit) -> Result<(), IngestError>,
) -> Result<(), IngestError> {
    let mut number = 0;
    let ontology = match next_record(&mut reader, &mut number)? {
        Some(Record::Store { form: FORM, ontology, .. }) => ontology,
        Some(Record::Store { form, .. }) => {
            return Err(bad_line(
                number,
                &format!("the export has form {form}, this binary reads form {FORM}"),
            ));
        }
        _ => return Err(bad_line(number, "the file does not begin as an export")),
    };
    prepare(ontology)?;
    let mut commit: Option<Commit> = None;
    while let Some(record) = next_record(&mut reader, &mut number)? {
        match (record, &mut commit) {
            (Record::Commit(head), under_way) => {
                if let Some(whole) = under_way.replace(Commit { head, ..Commit::default() }) {
                    write(whole)?;
                }
            }
            (Record::End { revision }, held) => {
                let last = held.as_ref().map_or(Revision::default(), |commit| commit.head.revision);
                if last != revision {
                    return Err(bad_line(
                        number,
                        &format!("the export ends at {revision} and its last commit is {last}"),
                    ));
                }
                return held.take().map_or(Ok(()), &mut write);
            }
            (record, Some(commit)) => add(commit, record).map_err(|()| bad_line(number, "a store begins in the middle of the file"))?,
            (_, None) => return Err(bad_line(number, "a record stands before the first commit")),
        }
    }
    Err(bad_line(number, "the file is cut: its last line is not there"))
}

fn add(commit: &mut Commit, record: Record) -> Result<(), ()> {
    match record {
        Record::Node(record) => commit.nodes.push(*record),
        Record::Document(record) => commit.documents.push(*record),
        Record::Fact(record) => commit.facts.push(*record),
        Record::Evidence(record) => commit.evidence.push(*record),
        Record::Closing(record) => commit.closings.push(*record),
        Record::DocumentClosing(record) => commit.document_closings.push(*record),
        Record::Request(record) => commit.requests.push(*record),
        Record::Store { .. } | Record::Commit(_) | Record::End { .. } => return Err(()),
    }
    Ok(())
}

fn next_record(reader: &mut impl BufRead, number: &mut u64) -> Result<Option<Record>, IngestError> {
    use std::io::Read;
    *number += 1;
    let mut line = Vec::new();
    let read = reader
        .by_ref()
        .take(MAX_LINE)
        .read_until(b'\n', &mut line)
        .map_err(|error| bad_line(*number, &error.to_string()))?;
    if read == 0 {
        return Ok(None);
    }
    serde_json::from_slice(&line)
        .map(Some)
        .map_err(|error| bad_line(*number, &format!("the line is no record of an export: {error}")))
}

fn bad_line(number: u64, detail: &str) -> IngestError {
    Fault::new(format!("line {number}"), problem::INVALID_JSON, detail).into()
}

//! A scrub: all that a store holds is read and held against each other, and no record is changed.
//!
//! [`verify`] takes the lock of the data folder, so no server may hold it, and goes through the trees one after
//! another. A value that cannot be read is a [`Finding`], and so is a number that is not there, an id that is not that
//! of its content, a quote that does not stand in its document. The scrub goes on behind each: what a damaged value
//! would have said is not missed a second time. In memory are the ids of nodes and facts, the heads of commits, and a
//! value of each tree; never all texts or bodies.
//!
//! Nothing is repaired, nothing migrated and nothing settled: a store of an older format is read as it is. sled itself
//! writes to its own files whenever it opens them, and cannot be told not to. What is not looked at: whether facts keep to
//! the ontology, which may have changed since, and whether evidence was closed twice, which changes no answer.

mod report;
mod runs;
mod values;
mod nodes;
mod history;
mod documents;
mod facts;
mod changes;
mod files;

#[cfg(test)]
mod tests;

use std::fmt::Display;
use std::path::Path;

pub use report::{Finding, FindingKind, Told, Verified};

use super::lock::Lock;
use super::trees::Trees;
use super::{StoreError, backup, head, swap};
use crate::model::{Counters, Evidence};
use documents::Documents;
use history::History;
use nodes::Nodes;
use report::Report;

/// Pages that sled keeps in memory. Most are read once, from start to end.
const CACHE_MB: u64 = 32;

/// Reads all of the store in a data folder; hands over what is wrong as it is found. Blocks.
///
/// # Errors
///
/// [`StoreError::InUse`] when a process holds it, [`StoreError::Newer`] when its format is not known here, and
/// [`StoreError::Io`] when sled cannot open its files at all, or the disk fails.
pub fn verify(dir: &Path, tell: &mut dyn FnMut(Told)) -> Result<Verified, StoreError> {
    let _lock = Lock::take(dir)?;
    let mut report = Report::new(tell);
    let (sled, cut_off) = swap::current(dir);
    report.read.notes.extend(cut_off);
    if backup::is_marked(dir) {
        report.read.notes.push("it is a backup that was never opened".to_owned());
    }
    // Before sled comes, which removes some of what it finds there.
    files::check_blobs(&sled, &mut report)?;
    let trees = Trees::open(&sled, CACHE_MB)?;
    let store = files::check_meta(&trees, &mut report)?;
    let look = head::look(dir)?;
    let mark = look.as_ref().and_then(|look| look.mark.as_ref());

    let nodes = Nodes::read(&trees, &mut report)?;
    let history = History::read(&trees, &nodes, mark, &mut report)?;
    files::check_head(look.as_ref(), store.as_deref(), &history, &mut report);
    let documents = Documents::read(&trees, &nodes, &history, &mut report)?;
    let mut scrub = Scrub {
        trees: &trees,
        nodes,
        history,
        documents,
        report,
    };
    facts::check(&mut scrub)?;
    let further = changes::check(&mut scrub)?;
    changes::check_evidence(&further, &mut scrub)?;
    changes::check_answers(&mut scrub)?;
    let read = scrub.report.read;
    trees.close()?;
    Ok(read)
}

/// A scrub under way, once it is known which nodes, commits and documents there are.
struct Scrub<'t, 'f> {
    trees: &'t Trees,
    nodes: Nodes,
    history: History,
    documents: Documents<'t>,
    report: Report<'f>,
}

impl Scrub<'_, '_> {
    /// Whether everything that a piece of evidence names had been recorded by then.
    fn check_evidence(&mut self, place: &'static str, record: &dyn Display, evidence: &Evidence, by: &Counters) {
        let mut wrong = |reason: String| self.report.found(FindingKind::Reference, place, record, reason);
        if let Some(document) = evidence.document.filter(|document| !self.history.has_document(*document, by)) {
            wrong(format!("its evidence stands in document {}, which did not exist", document.0));
        }
        if let Some(node) = evidence.place.filter(|node| !self.nodes.exists(*node, by)) {
            wrong(format!("its place is node {}, which did not exist", node.0));
        }
        for speaker in evidence.speakers.iter().filter(|speaker| !self.nodes.exists(**speaker, by)) {
            wrong(format!("a speaker is node {}, which did not exist", speaker.0));
        }
    }

    fn check_quote(&mut self, place: &'static str, record: &dyn Display, evidence: &Evidence) {
        if let Err(reason) = self.documents.check_quote(evidence) {
            self.report.found(FindingKind::Quote, place, record, reason);
        }
    }
}

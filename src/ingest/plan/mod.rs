//! From a request to what it records: facts, reports, and changes of what is there.
//!
//! [`Planner`] lives on the committer's thread. It reads the newest view, published or not, and what
//! the group has recorded so far, and writes to the commit under construction alone. The newest view may hold a
//! commit that is still being written: what is in no view is then looked for in that commit before the store.

mod changes;
mod documents;
mod evidence;
mod facts;
mod nodes;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use super::IngestError;
use super::committer::next_head;
use super::pending::{Mark, Pending};
use crate::format::Fault;
use crate::model::{Document, DocumentNumber, Evidence, FactNumber, Head, Revision};
use crate::ontology::Ontology;
use crate::store::{Commit, RequestRecord, Store, StoreError};
use crate::view::{Reading, View};

pub(super) use documents::{PlannedDocument, ReadReport};
pub(super) use facts::Tally;
use facts::{Dates, Fit};
use nodes::Spellings;

/// Texts of documents that quotes are looked for in, kept at hand.
const TEXTS: usize = 16;

/// Plans requests against the newest view and what is pending behind it.
pub(super) struct Planner {
    store: Arc<dyn Store>,
    view: View,
    pending: Pending,
    /// The commit that is being written, and the view without it.
    unwritten: Option<(Arc<Commit>, View)>,
    /// Where the search for a free number behind a slug goes on. Ids are never freed, so this changes nothing but its cost.
    next_suffix: HashMap<String, u32>,
    texts: VecDeque<(DocumentNumber, Option<Arc<str>>)>,
    spellings: Spellings,
    dates: Dates,
    fits: HashSet<Fit>,
}

impl Planner {
    pub(super) fn new(store: Arc<dyn Store>, view: View) -> Self {
        let pending = Pending::after(&view.head());
        Self {
            store,
            view,
            pending,
            unwritten: None,
            next_suffix: HashMap::new(),
            texts: VecDeque::new(),
            spellings: Spellings::default(),
            dates: Dates::default(),
            fits: HashSet::new(),
        }
    }

    /// The newest head, written or being written.
    pub(super) fn head(&self) -> Head {
        self.view.head()
    }

    /// The revision at which what is planned now will be visible.
    fn revision(&self) -> Revision {
        self.head().revision.next()
    }

    /// Facts and pieces of evidence planned so far.
    pub(super) fn weight(&self) -> usize {
        self.pending.weight()
    }

    /// What is planned, as the commit with this head; `None` when there is nothing.
    pub(super) fn take(&mut self, head: Head) -> Option<Commit> {
        if let Some(replayed) = self.pending.take_replayed() {
            return Some(replayed);
        }
        (!self.pending.is_empty()).then(|| self.pending.take(head))
    }

    /// Takes in what is being written; gives the view with it.
    pub(super) fn apply(&mut self, commit: Arc<Commit>) -> View {
        let before = self.view.clone();
        self.view.apply(&commit);
        self.pending = Pending::after(&commit.head);
        self.unwritten = Some((commit, before));
        self.view.clone()
    }

    /// The view, for what changes its layout alone.
    pub(super) fn view_mut(&mut self) -> &mut View {
        &mut self.view
    }

    /// What was being written is in the store.
    pub(super) fn written(&mut self) {
        self.unwritten = None;
    }

    /// What was being written was not, and nothing of what is planned.
    pub(super) fn take_back(&mut self) {
        if let Some((_, before)) = self.unwritten.take() {
            self.view = before;
        }
        self.pending = Pending::after(&self.view.head());
        // A slug that was given to what is forgotten is free again.
        self.next_suffix.clear();
        self.texts.clear();
        self.spellings.forget();
    }

    pub(super) fn mark(&self) -> Mark {
        self.pending.mark()
    }

    /// Takes back everything planned since the mark.
    pub(super) fn roll_back(&mut self, mark: Mark) {
        if mark == self.mark() {
            return;
        }
        self.pending.roll_back(mark);
        // Slugs and numbers that were given since are free again.
        self.next_suffix.clear();
        self.spellings.forget();
        let documents = self.pending.counters().documents;
        self.texts.retain(|(number, _)| number.0 < documents);
    }

    /// Takes a commit of an export as it is.
    pub(super) fn replay(&mut self, commit: Commit) -> Result<(), IngestError> {
        self.view.check(&commit).map_err(|reason| IngestError::Field {
            field: "commit".to_owned(),
            reason,
            nearest: Vec::new(),
        })?;
        self.pending.replay(commit);
        self.spellings.forget();
        Ok(())
    }

    fn ontology(&self) -> &Arc<Ontology> {
        self.view.ontology()
    }

    fn reading(&self) -> Reading<'_> {
        self.view.newest()
    }

    /// The view as it will be once what is pending is written. Costs as much as is pending.
    pub(super) fn scratch_view(&self) -> View {
        let mut view = self.view.clone();
        if !self.pending.is_empty() {
            view.apply(&self.pending.commit(next_head(&self.head())));
        }
        view
    }

    /// What is pending, as a commit that is not going to be written.
    pub(super) fn pending_commit(&self) -> Commit {
        self.pending.commit(next_head(&self.head()))
    }

    /// A document of the view or of this commit, without its text, and whether it still counts.
    fn document(&self, id: &str) -> Option<(DocumentNumber, &Document, bool)> {
        if let Some(record) = self.pending.document_by_id(id) {
            return Some((record.number, &record.document, true));
        }
        let number = self.reading().document_by_id(id)?;
        self.reading()
            .document(number)
            .map(|held| (number, held.document, held.closed.is_none()))
    }

    /// The text of a document, of the store or of this commit.
    fn text(&mut self, number: DocumentNumber) -> Result<Option<Arc<str>>, IngestError> {
        if let Some((_, text)) = self.texts.iter().find(|(kept, _)| *kept == number) {
            return Ok(text.clone());
        }
        let records = std::iter::once(self.pending.records()).chain(self.being_written());
        let mut documents = records.flat_map(|records| &records.documents);
        let text: Option<Arc<str>> = match documents.find(|record| record.number == number) {
            Some(record) => record.document.text.as_deref().map(Arc::from),
            None => self.store.text(number)?.map(Arc::from),
        };
        self.texts.push_front((number, text.clone()));
        self.texts.truncate(TEXTS);
        Ok(text)
    }

    /// The commit that may not be in the store yet.
    fn being_written(&self) -> Option<&Commit> {
        self.unwritten.as_ref().map(|(commit, _)| &**commit)
    }

    /// All evidence of a fact that the view holds, whole, by number.
    fn whole_evidence(&self, fact: FactNumber) -> Result<Vec<Evidence>, StoreError> {
        let mut all = self.store.evidence(&[fact])?.into_iter().next().unwrap_or_default();
        if let Some(commit) = self.being_written() {
            // It may be in the store by now: then the store has given what it brings.
            if all.is_empty() {
                let first = commit.facts.iter().find(|record| record.number == fact);
                all.extend(first.map(|record| record.evidence.clone()));
            }
            for record in commit.evidence.iter().filter(|record| record.fact == fact) {
                if record.number as usize == all.len() {
                    all.push(record.evidence.clone());
                }
            }
        }
        Ok(all)
    }

    /// The first free spelling of a slug: itself, or the next free number behind it.
    fn free_slug(&mut self, slug: String, taken: impl Fn(&Self, &str) -> bool) -> String {
        let mut number = self.next_suffix.get(&slug).copied().unwrap_or(1);
        loop {
            let candidate = if number == 1 { slug.clone() } else { format!("{slug}-{number}") };
            if !taken(self, &candidate) {
                self.next_suffix.insert(slug, number);
                return candidate;
            }
            number += 1;
        }
    }

    // Idempotency.

    /// The answer that was given to a request with this key, when it was the same request.
    pub(super) fn answered(&self, key: &str, digest: &[u8; 32]) -> Result<Option<String>, IngestError> {
        let being_written = || self.being_written()?.requests.iter().find(|request| request.key == key);
        let held = match self.pending.request(key).or_else(being_written) {
            Some(request) => Some(request.clone()),
            None => self.store.request(key)?,
        };
        match held {
            None => Ok(None),
            Some(request) if request.digest == *digest => Ok(Some(request.answer)),
            Some(_) => Err(IngestError::KeyReused),
        }
    }

    /// Keeps an answer under the request's key.
    pub(super) fn keep_answer(&mut self, (key, digest): (String, [u8; 32]), status: u16, answer: String) {
        let revision = self.revision();
        self.pending.answer(RequestRecord {
            key,
            digest,
            revision,
            status,
            answer,
        });
    }

    /// The revision that an answer kept now will have been given at.
    pub(super) fn answer_revision(&self) -> Revision {
        self.revision()
    }
}

impl From<Fault> for IngestError {
    fn from(fault: Fault) -> Self {
        Self::Field {
            field: fault.pointer,
            reason: fault.detail,
            nearest: Vec::new(),
        }
    }
}

/// Why a line, or a part of one, was not planned: it is wrong, or the store failed.
#[derive(Debug)]
pub(super) enum Stop {
    Fault(Fault),
    Failed(IngestError),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<IngestError> for Stop {
    fn from(error: IngestError) -> Self {
        Self::Failed(error)
    }
}

impl From<crate::store::StoreError> for Stop {
    fn from(error: crate::store::StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Stop> for IngestError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Fault(fault) => fault.into(),
            Stop::Failed(error) => error,
        }
    }
}

//! From a commit to the next snapshot: the one place where the view changes.

use std::collections::HashMap;
use std::sync::Arc;

use smallvec::SmallVec;

use super::claims::{Claim, claim_of};
use super::evidence::{Interval, Origin, Text};
use super::facts::{FactEntry, ObjectEntry};
use super::heads::Recorded;
use super::incidence::{Class, Entry, Prefix, Tag};
use super::outlined::Known;
use super::publishers::Turnover;
use super::run::Additions;
use super::{Closed, Provenance, Side, View};
use crate::model::{DocumentNumber, Evidence, FactId, FactNumber, NodeNumber, Revision};
use crate::ontology::TypeNumber;
use crate::store::{Closing, Commit, DocumentClosing, DocumentRecord, EvidenceRecord, FactRecord, NodeRecord, Outlined, StoredObject};

impl View {
    /// Takes in what a transaction recorded. Facts are visible to readings made afterwards.
    ///
    /// The commit must pass [`View::check`]. What does not is left out and never misread: a fact of an
    /// unknown relation is known at no revision.
    pub fn apply(&mut self, commit: &Commit) {
        let nodes = commit.nodes.iter().cloned();
        self.take(commit, nodes, true, |next| commit.facts.iter().for_each(|record| next.fact(record)));
    }

    /// Takes in a commit, all but what [`super::Loading`] makes at the end: lists, indexes of facts, degrees of nodes.
    ///
    /// # Errors
    ///
    /// What is wrong, as [`View::check`] says. Part of it was taken in then.
    pub(super) fn record(&mut self, outlined: Outlined, known: &mut Known) -> Result<(), String> {
        let Outlined { mut commit, facts } = outlined;
        self.check(&commit)?;
        let nodes = std::mem::take(&mut commit.nodes).into_iter();
        let mut taken = Ok(());
        self.take(&commit, nodes, false, |next| {
            taken = facts.iter().try_for_each(|slice| next.slice(slice, known));
            known.count(&mut next.turnover);
        });
        taken
    }

    fn take(&mut self, commit: &Commit, nodes: impl Iterator<Item = NodeRecord>, listed: bool, facts: impl FnOnce(&mut Next<'_>)) {
        let before = self.heads.newest();
        let mut next = Next {
            recorded: Recorded {
                head: commit.head,
                ..before
            },
            revision: commit.head.revision,
            view: self,
            listed,
            additions: Additions::default(),
            claims: HashMap::new(),
            turnover: Turnover::default(),
        };
        nodes.for_each(|record| next.node(record));
        commit.documents.iter().for_each(|record| next.document(record));
        facts(&mut next);
        commit.evidence.iter().for_each(|record| next.evidence(record));
        commit.closings.iter().for_each(|closing| next.closing(closing));
        commit.document_closings.iter().for_each(|closing| next.document_closing(closing));
        next.finish();
    }

    /// Whether a commit can be applied: it follows the newest one, and every relation, type and number
    /// in it is known. For whoever loads a store; what `ingest` builds passes by construction.
    ///
    /// # Errors
    ///
    /// What is wrong, for people.
    pub fn check(&self, commit: &Commit) -> Result<(), String> {
        let head = self.head();
        if commit.head.revision <= head.revision || commit.head.time <= head.time {
            return Err(format!("{} does not follow {}", commit.head.revision, head.revision));
        }
        for NodeRecord { node, .. } in &commit.nodes {
            if self.ontology.type_number(&node.node_type).is_none() {
                return Err(format!("node '{}' has the unknown type '{}'", node.id, node.node_type));
            }
        }
        let after = commit.head.counters;
        for document in &commit.documents {
            in_order(
                "document",
                document.number.index(),
                self.documents.len(),
                after.has_document(document.number),
            )?;
        }
        for fact in &commit.facts {
            in_order("fact", fact.number.index(), self.facts.len(), after.has_fact(fact.number))?;
            if self.ontology.relation_number(&fact.relation).is_none() {
                return Err(format!("fact '{}' has the unknown relation '{}'", fact.id, fact.relation));
            }
            let object_known = !matches!(&fact.object, StoredObject::Node(number) if !after.has_node(*number));
            if !after.has_node(fact.subject) || !object_known {
                return Err(format!("fact '{}' leads to a node that was never recorded", fact.id));
            }
        }
        let mut touched = commit
            .evidence
            .iter()
            .map(|record| record.fact)
            .chain(commit.closings.iter().map(|closing| closing.fact));
        if let Some(fact) = touched.find(|fact| !after.has_fact(*fact)) {
            return Err(format!("evidence of fact number {} that was never recorded", fact.0));
        }
        let mut closed = commit.document_closings.iter().map(|closing| closing.document);
        if let Some(document) = closed.find(|document| !after.has_document(*document)) {
            return Err(format!("closing of document number {} that was never recorded", document.0));
        }
        Ok(())
    }
}

pub(super) fn in_order(what: &str, number: usize, next: usize, counted: bool) -> Result<(), String> {
    if number < next || !counted {
        return Err(format!("{what} number {number} does not follow {next} others"));
    }
    Ok(())
}

/// The snapshot under way.
pub(super) struct Next<'v> {
    pub(super) view: &'v mut View,
    pub(super) recorded: Recorded,
    revision: Revision,
    /// Whether facts are put into the lists, and counted at their ends.
    listed: bool,
    additions: Additions,
    /// The newest fact of each claim in this commit.
    claims: HashMap<Claim, FactNumber>,
    pub(super) turnover: Turnover,
}

impl Next<'_> {
    fn node(&mut self, record: NodeRecord) {
        let view = &mut *self.view;
        let node_type = view.ontology.type_number(&record.node.node_type).unwrap_or(TypeNumber(u16::MAX));
        let last = view.nodes.at(record.number, self.revision).map(|version| Arc::clone(&version.node));
        view.names.record(record.number, &record.node, last.as_deref());
        view.nodes.record(record, node_type, self.revision);
    }

    fn document(&mut self, record: &DocumentRecord) {
        let publisher = record.document.publisher.as_deref().map(|name| self.view.publishers.shared(name));
        self.turnover.count(publisher.as_ref(), 1);
        self.recorded.open_documents += 1;
        self.view.documents.record(record, publisher, self.revision);
    }

    fn fact(&mut self, record: &FactRecord) {
        self.withhold_before(record.number);
        let Some(relation) = self.view.ontology.relation_number(&record.relation) else {
            tracing::error!(fact = %record.id, relation = %record.relation, "fact of an unknown relation left out");
            return self.withhold(record.number.index());
        };
        let kind = self.view.ontology.relation(relation).kind;
        let origin = self.origin(&record.evidence);
        let entry = self.view.facts.record(record, relation, kind, origin);
        self.view.nodes.count_fact_at(ends(&entry), true);
        self.recorded.known_facts += 1;
        self.opened(record.number, origin);
        self.list(record.number, &entry);
        if let Some(place) = record.evidence.place {
            self.list_at_place(record.number, &entry, place);
        }
    }

    /// Leaves out the numbers before a fact that no fact was recorded for.
    pub(super) fn withhold_before(&mut self, number: FactNumber) {
        for lost in self.view.facts.len()..number.index() {
            self.withhold(lost);
        }
    }

    /// A fact that cannot be read here.
    fn withhold(&mut self, number: usize) {
        self.view.facts.withhold(number);
        if let Ok(number) = u32::try_from(number) {
            self.view.evidence.withhold(FactNumber(number));
        }
    }

    /// Puts a fact into the lists of its ends and of the store.
    fn list(&mut self, number: FactNumber, entry: &FactEntry) {
        if !self.listed {
            return;
        }
        let (id, class) = (self.id(number), self.class(entry));
        self.additions.add_to_whole(id, number, class);
        let tag = |side| Tag::new(side, entry.modality, entry.polarity, entry.kind, Prefix::of(id));
        let (subject, object) = ends(entry);
        let other = if entry.object == ObjectEntry::Node(subject) {
            Some(subject)
        } else {
            object
        };
        self.crowd(number, entry);
        let from_subject = Entry::new(other, number, class, entry.relation, tag(Side::Subject));
        self.additions.add(subject, id, from_subject, class);
        if let Some(object) = object {
            let from_object = Entry::new(Some(subject), number, class, entry.relation, tag(Side::Object));
            self.additions.add(object, id, from_object, class);
        }
    }

    /// Notes which facts share their claim with a new one.
    fn crowd(&mut self, number: FactNumber, entry: &FactEntry) {
        let mut mates = self.view.listed_mates(entry);
        // Those of this commit are in no list yet.
        mates.extend(self.claims.insert(claim_of(entry), number));
        if mates.iter().any(|mate| *mate != number) {
            self.view.facts.crowd(number);
            mates.into_iter().for_each(|mate| self.view.facts.crowd(mate));
        }
    }

    fn class(&self, entry: &FactEntry) -> Class {
        Class::of(self.view.facts.span(entry))
    }

    /// The id of a fact that was recorded.
    fn id(&self, number: FactNumber) -> FactId {
        self.view.facts.id(number).unwrap_or(FactId::from_bytes([0; 10]))
    }

    /// Puts a fact into the list of where it happened, unless it stands there as an end.
    fn list_at_place(&mut self, number: FactNumber, entry: &FactEntry, place: NodeNumber) {
        let (subject, object) = ends(entry);
        if self.listed && place != subject && Some(place) != object {
            let class = self.class(entry);
            let id = self.id(number);
            let tag = Tag::new(Side::Place, entry.modality, entry.polarity, entry.kind, Prefix::of(id));
            let there = Entry::new(None, number, class, entry.relation, tag);
            self.additions.add(place, id, there, class);
        }
    }

    fn evidence(&mut self, record: &EvidenceRecord) {
        let Some(entry) = self.view.facts.get(record.fact) else {
            return;
        };
        let origin = self.origin(&record.evidence);
        let first = self.first(record.fact, &entry);
        if let Some(place) = record.evidence.place
            && !self.view.evidence.ever_at(record.fact, &first, place)
        {
            self.list_at_place(record.fact, &entry, place);
        }
        let was_known = self.view.evidence.is_known(record.fact, self.revision);
        let interval = Interval {
            origin,
            opened: self.revision,
            closed: None,
        };
        self.view.evidence.open(record.fact, first, interval);
        self.opened(record.fact, origin);
        self.settle(record.fact, &entry, was_known);
    }

    fn closing(&mut self, closing: &Closing) {
        let closed = Arc::new(Closed {
            revision: self.revision,
            reason: closing.reason.as_deref().map(Arc::from),
            by: closing.by.as_deref().map(Arc::from),
            by_person: closing.by_person,
        });
        self.close(closing.fact, &[closing.number as usize], &closed);
    }

    fn document_closing(&mut self, closing: &DocumentClosing) {
        let by = closing.by.as_deref();
        let closed = Arc::new(Closed {
            revision: self.revision,
            reason: closing.reason.as_deref().map(Arc::from),
            by: by.map(Arc::from),
            by_person: !by.is_some_and(|by| by.starts_with("extractor:") || by.starts_with("import:")),
        });
        let Some(document) = self
            .view
            .documents
            .get_mut(closing.document)
            .filter(|document| document.closed.is_none())
        else {
            return;
        };
        document.closed = Some(Arc::clone(&closed));
        let (publisher, facts) = (document.publisher.clone(), document.facts.clone());
        self.turnover.count(publisher.as_ref(), -1);
        self.recorded.open_documents = self.recorded.open_documents.saturating_sub(1);
        for fact in facts.iter() {
            let Some(entry) = self.view.facts.get(*fact) else {
                continue;
            };
            let first = self.first(*fact, &entry);
            let numbers = self.view.evidence.open_in(*fact, &first, closing.document);
            self.close(*fact, &numbers, &closed);
        }
    }

    /// Closes evidence of a fact, by number.
    fn close(&mut self, fact: FactNumber, numbers: &[usize], closed: &Arc<Closed>) {
        let Some(entry) = self.view.facts.get(fact) else { return };
        let was_known = self.view.evidence.is_known(fact, self.revision);
        self.unsettle(fact, &entry);
        for number in numbers {
            let first = self.first(fact, &entry);
            if let Some(origin) = self.view.evidence.close(fact, first, *number, closed) {
                let publisher = self.view.evidence.provenance(origin).and_then(|known| known.publisher.as_ref());
                self.turnover.count(publisher, -1);
            }
        }
        self.settle(fact, &entry, was_known);
    }

    /// Notes that whether a fact counts must be asked, wherever it is listed.
    fn unsettle(&mut self, fact: FactNumber, entry: &FactEntry) {
        let view = &mut *self.view;
        let (subject, object) = ends(entry);
        let mut nodes: SmallVec<[NodeNumber; 4]> = std::iter::once(subject).chain(object).collect();
        let place = |origin| view.evidence.provenance(origin).and_then(|known| known.place);
        match view.evidence.history(fact) {
            Some(history) => nodes.extend(history.iter().filter_map(|interval| place(interval.origin))),
            None => nodes.extend(place(entry.origin)),
        }
        nodes.into_iter().for_each(|node| view.unsettled.set(node.index()));
    }

    /// A fact's first evidence, as it was recorded.
    fn first(&self, fact: FactNumber, entry: &FactEntry) -> Interval {
        let opened = self.view.heads.recorded(fact).unwrap_or(self.revision);
        Interval {
            origin: entry.origin,
            opened,
            closed: None,
        }
    }

    /// Notes evidence that opened with its publisher and document.
    fn opened(&mut self, fact: FactNumber, origin: Origin) {
        let Some(provenance) = self.view.evidence.provenance(origin) else {
            return;
        };
        self.turnover.count(provenance.publisher.as_ref(), 1);
        if let Some(document) = provenance.document.and_then(|number| self.view.documents.get_mut(number)) {
            document.facts.push(fact);
        }
    }

    /// Counts a fact that became known or is no longer.
    fn settle(&mut self, fact: FactNumber, entry: &FactEntry, was_known: bool) {
        let is_known = self.view.evidence.is_known(fact, self.revision);
        if is_known == was_known {
            return;
        }
        if self.listed {
            self.view.nodes.count_fact_at(ends(entry), is_known);
        }
        let known = &mut self.recorded.known_facts;
        *known = if is_known { *known + 1 } else { known.saturating_sub(1) };
    }

    /// What the view holds of a piece of evidence, in two numbers.
    fn origin(&mut self, evidence: &Evidence) -> Origin {
        let provenance = Provenance {
            document: evidence.document,
            publisher: evidence.publisher.as_deref().map(|name| self.view.publishers.shared(name)),
            speakers: evidence.speakers.clone(),
            place: evidence.place,
            qualifiers: evidence.qualifiers.clone(),
            asserted_by: evidence.asserted_by.clone(),
            mirrored: evidence.mirrored,
            dated: evidence.reported.is_some(),
            text: self.text(evidence.document, evidence.publisher.as_deref()),
        };
        let provenance = self.view.evidence.intern(&provenance);
        Origin {
            provenance,
            // The one of the fact before costs least.
            day: evidence.reported.unwrap_or_else(|| self.view.facts.last_reported()),
        }
    }

    /// Which text evidence is independent by.
    pub(super) fn text(&self, document: Option<DocumentNumber>, publisher: Option<&str>) -> Text {
        match document {
            Some(document) => Text::Document(self.group(document)),
            None => Text::of_publisher(publisher),
        }
    }

    fn group(&self, document: DocumentNumber) -> DocumentNumber {
        self.view.documents.get(document).map_or(document, |entry| entry.document.group)
    }

    fn finish(self) {
        let Self {
            view,
            recorded,
            revision,
            listed: _,
            additions,
            claims: _,
            turnover,
        } = self;
        view.publishers.apply(turnover, revision);
        view.runs.push(additions, &view.facts);
        view.heads.push(recorded);
    }
}

/// Subject and object node of a fact; no object when it is the subject again.
pub(super) fn ends(entry: &FactEntry) -> (NodeNumber, Option<NodeNumber>) {
    match entry.object {
        ObjectEntry::Node(object) if object != entry.subject => (entry.subject, Some(object)),
        _ => (entry.subject, None),
    }
}

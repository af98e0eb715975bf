//! The model: everything in plain vectors, every question answered by looking at all of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use dateline::model::{
    Document, DocumentNumber, Evidence, Fact, FactNumber, Head, Node, NodeNumber, Revision, SourceGroup, ValidTime, resemblance,
};
use dateline::ontology::Ontology;
use dateline::store::{Closing, Commit, DocumentClosing, DocumentRecord, EvidenceRecord, FactRecord, NodeRecord, StoredObject};
use dateline::view::Closed;

pub(crate) struct Model {
    pub(crate) ontology: Arc<Ontology>,
    pub(crate) heads: Vec<Head>,
    pub(crate) nodes: Vec<Vec<ModelVersion>>,
    pub(crate) documents: Vec<ModelDocument>,
    pub(crate) facts: Vec<ModelFact>,
}

pub(crate) struct ModelVersion {
    pub(crate) node: Node,
    pub(crate) recorded: Revision,
    pub(crate) reason: Option<String>,
}

pub(crate) struct ModelDocument {
    pub(crate) document: Document,
    pub(crate) opened: Revision,
    pub(crate) closed: Option<Closed>,
    pub(crate) replaces: Option<DocumentNumber>,
}

pub(crate) struct ModelFact {
    pub(crate) fact: Fact,
    pub(crate) record: FactRecord,
    pub(crate) evidence: Vec<ModelEvidence>,
}

pub(crate) struct ModelEvidence {
    pub(crate) evidence: Evidence,
    pub(crate) opened: Revision,
    pub(crate) closed: Option<Closed>,
}

impl ModelEvidence {
    pub(crate) fn open_at(&self, revision: u64) -> bool {
        self.opened.0 <= revision && self.closed.as_ref().is_none_or(|closed| closed.revision.0 > revision)
    }
}

impl ModelFact {
    pub(crate) fn open_at(&self, revision: u64) -> impl Iterator<Item = (usize, &ModelEvidence)> {
        self.evidence
            .iter()
            .enumerate()
            .filter(move |(_, evidence)| evidence.open_at(revision))
    }
    pub(crate) fn known_at(&self, revision: u64) -> bool {
        self.open_at(revision).next().is_some()
    }
    pub(crate) fn object(&self) -> Option<NodeNumber> {
        match self.record.object {
            StoredObject::Node(number) => Some(number),
            _ => None,
        }
    }
    pub(crate) fn is_end(&self, node: NodeNumber) -> bool {
        self.record.subject == node || self.object() == Some(node)
    }
    pub(crate) fn place_at(&self, node: NodeNumber, revision: u64) -> bool {
        self.open_at(revision).any(|(_, evidence)| evidence.evidence.place == Some(node))
    }
}

impl Model {
    pub(crate) fn new(ontology: Arc<Ontology>) -> Self {
        Self {
            ontology,
            heads: Vec::new(),
            nodes: Vec::new(),
            documents: Vec::new(),
            facts: Vec::new(),
        }
    }

    pub(crate) fn node(&mut self, record: &NodeRecord, recorded: Revision) {
        let version = ModelVersion {
            node: record.node.clone(),
            recorded,
            reason: record.reason.clone(),
        };
        match self.nodes.get_mut(record.number.index()) {
            Some(versions) => versions.push(version),
            None => self.nodes.push(vec![version]),
        }
    }

    pub(crate) fn document(&mut self, record: &DocumentRecord, opened: Revision) {
        let document = Document {
            text: None,
            ..record.document.clone()
        };
        self.documents.push(ModelDocument {
            document,
            opened,
            closed: None,
            replaces: record.replaces,
        });
    }

    pub(crate) fn fact(&mut self, fact: Fact, record: &FactRecord, opened: Revision) {
        let first = ModelEvidence {
            evidence: record.evidence.clone(),
            opened,
            closed: None,
        };
        self.facts.push(ModelFact {
            fact,
            record: record.clone(),
            evidence: vec![first],
        });
    }

    pub(crate) fn evidence(&mut self, record: &EvidenceRecord, opened: Revision) {
        let evidence = ModelEvidence {
            evidence: record.evidence.clone(),
            opened,
            closed: None,
        };
        self.facts[record.fact.index()].evidence.push(evidence);
    }

    /// Whether there was something open to close.
    pub(crate) fn close(&mut self, closing: &Closing, revision: Revision) -> bool {
        let evidence = self.facts[closing.fact.index()].evidence.get_mut(closing.number as usize);
        let Some(evidence) = evidence.filter(|evidence| evidence.closed.is_none()) else {
            return false;
        };
        evidence.closed = Some(Closed {
            revision,
            reason: closing.reason.as_deref().map(Arc::from),
            by: closing.by.as_deref().map(Arc::from),
            by_person: closing.by_person,
        });
        true
    }

    pub(crate) fn closed_document(closing: &DocumentClosing, revision: Revision) -> Closed {
        Closed {
            revision,
            reason: closing.reason.as_deref().map(Arc::from),
            by: closing.by.as_deref().map(Arc::from),
            by_person: false,
        }
    }

    pub(crate) fn close_documents(&mut self, commit: &Commit) {
        for closing in &commit.document_closings {
            let closed = Self::closed_document(closing, commit.head.revision);
            for evidence in self.facts.iter_mut().flat_map(|fact| &mut fact.evidence) {
                if evidence.evidence.document == Some(closing.document) && evidence.closed.is_none() {
                    evidence.closed = Some(closed.clone());
                }
            }
        }
    }

    /// The oldest of the first `count` documents whose text is nearly the same.
    pub(crate) fn near(&self, fingerprint: &[u32], count: usize) -> Option<DocumentNumber> {
        let near = |known: &ModelDocument| resemblance(&known.document.fingerprint, fingerprint) >= 0.8;
        let place = self.documents.iter().take(count).position(near)?;
        Some(DocumentNumber(u32::try_from(place).unwrap()))
    }

    pub(crate) fn head(&self, revision: u64) -> Head {
        self.heads
            .iter()
            .rev()
            .find(|head| head.revision.0 <= revision)
            .copied()
            .unwrap_or_default()
    }

    /// Facts recorded by a revision.
    pub(crate) fn recorded(&self, revision: u64) -> impl Iterator<Item = (FactNumber, &ModelFact)> {
        (0..)
            .map(FactNumber)
            .zip(&self.facts)
            .take(self.head(revision).counters.facts as usize)
    }

    pub(crate) fn known(&self, revision: u64) -> impl Iterator<Item = (FactNumber, &ModelFact)> {
        self.recorded(revision).filter(move |(_, fact)| fact.known_at(revision))
    }

    pub(crate) fn source_count(&self, of: &ModelFact, revision: u64) -> usize {
        let days = |fact: &ModelFact| {
            let span = fact.fact.valid.as_ref().map(ValidTime::span);
            let first = span.and_then(|span| span.first_start).map_or(i32::MIN, |day| day.0);
            (first, span.and_then(|span| span.last_end).map_or(i32::MAX, |day| day.0))
        };
        let (first, last) = days(of);
        let mut groups = BTreeSet::new();
        for (_, fact) in self.known(revision).filter(|(_, fact)| fact.fact.claim() == of.fact.claim()) {
            let (other_first, other_last) = days(fact);
            if other_first <= last && other_last >= first {
                groups.extend(fact.open_at(revision).map(|(_, evidence)| self.group(&evidence.evidence)));
            }
        }
        groups.len()
    }

    fn group(&self, evidence: &Evidence) -> String {
        match evidence.document {
            Some(number) => format!("{:?}", SourceGroup::Document(self.documents[number.index()].document.group)),
            None => format!("{:?} {:?}", evidence.publisher, evidence.reported),
        }
    }
}

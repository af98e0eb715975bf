//! What a commit changes of older records, in `commits`.

use serde::{Deserialize, Serialize};

use super::evidence::LightEvidence;
use super::{Block, Texts};
use crate::model::{Counters, DocumentNumber, FactNumber, Head, Revision, Timestamp};
use crate::store::keys::{self, RequestDigest};
use crate::store::{Closing, Commit, DocumentClosing};

/// What a commit records beside its facts, nodes and documents.
#[derive(Debug, Serialize, Deserialize)]
pub(in crate::store) struct PackedCommit<S = String> {
    time: i64,
    counters: [u32; 3],
    /// How many records of nodes, documents and facts it brings.
    pub(in crate::store) brings: [u32; 3],
    /// Further evidence, light: fact, number, evidence.
    pub(in crate::store) evidence: Block<(u32, u32, LightEvidence), S>,
    closings: Vec<PackedClosing>,
    document_closings: Vec<PackedDocumentClosing>,
    /// Digests of the idempotency keys of its requests.
    pub(in crate::store) requests: Vec<RequestDigest>,
}

#[derive(Debug, Serialize, Deserialize)]
struct PackedClosing {
    fact: u32,
    number: u32,
    reason: Option<String>,
    by: Option<String>,
    by_person: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct PackedDocumentClosing {
    document: u32,
    reason: Option<String>,
    by: Option<String>,
}

impl<'c> PackedCommit<&'c str> {
    pub(in crate::store) fn pack(commit: &'c Commit) -> Self {
        let Counters { nodes, documents, facts } = commit.head.counters;
        // A commit of more records than a counter can count is refused before it comes here.
        let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let mut texts = Texts::default();
        let evidence = &commit.evidence;
        let further = evidence
            .iter()
            .map(|record| (record.fact.0, record.number, LightEvidence::pack(&record.evidence, &mut texts)))
            .collect();
        Self {
            time: commit.head.time.0,
            counters: [nodes, documents, facts],
            brings: [count(commit.nodes.len()), count(commit.documents.len()), count(commit.facts.len())],
            evidence: Block::new(texts, further),
            closings: commit.closings.iter().map(PackedClosing::pack).collect(),
            document_closings: commit.document_closings.iter().map(PackedDocumentClosing::pack).collect(),
            requests: commit.requests.iter().map(|request| keys::request_digest(&request.key)).collect(),
        }
    }
}

impl PackedCommit {
    pub(in crate::store) const fn head(&self, revision: Revision) -> Head {
        let [nodes, documents, facts] = self.counters;
        Head {
            revision,
            time: Timestamp(self.time),
            counters: Counters { nodes, documents, facts },
        }
    }

    /// Whether it records nothing, as one does that stands for lost ones.
    pub(in crate::store) const fn is_empty(&self) -> bool {
        let nothing_new = matches!(self.brings, [0, 0, 0]) && self.evidence.items.is_empty();
        nothing_new && self.closings.is_empty() && self.document_closings.is_empty() && self.requests.is_empty()
    }

    pub(in crate::store) fn closings(&mut self) -> (Vec<Closing>, Vec<DocumentClosing>) {
        let closings = std::mem::take(&mut self.closings).into_iter().map(PackedClosing::unpack).collect();
        (
            closings,
            std::mem::take(&mut self.document_closings)
                .into_iter()
                .map(PackedDocumentClosing::unpack)
                .collect(),
        )
    }
}

impl PackedClosing {
    fn pack(closing: &Closing) -> Self {
        let Closing {
            fact,
            number,
            reason,
            by,
            by_person,
        } = closing.clone();
        Self {
            fact: fact.0,
            number,
            reason,
            by,
            by_person,
        }
    }

    fn unpack(self) -> Closing {
        let Self {
            fact,
            number,
            reason,
            by,
            by_person,
        } = self;
        Closing {
            fact: FactNumber(fact),
            number,
            reason,
            by,
            by_person,
        }
    }
}

impl PackedDocumentClosing {
    fn pack(closing: &DocumentClosing) -> Self {
        let DocumentClosing { document, reason, by } = closing.clone();
        Self {
            document: document.0,
            reason,
            by,
        }
    }

    fn unpack(self) -> DocumentClosing {
        let Self { document, reason, by } = self;
        DocumentClosing {
            document: DocumentNumber(document),
            reason,
            by,
        }
    }
}

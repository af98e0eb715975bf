//! What one transaction records.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{StoreError, codec};
use crate::model::{
    Document, DocumentNumber, Evidence, FactId, FactNumber, Head, Modality, Node, NodeNumber, Polarity, Qualifiers, Revision, ValidTime,
};

/// Everything that one transaction recorded, in the order in which a reader must apply it:
/// nodes, documents, facts, evidence, then closings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Commit {
    /// Revision, time, and the counters after it.
    pub head: Head,
    /// New nodes, and new versions of old ones.
    pub nodes: Vec<NodeRecord>,
    /// New documents.
    pub documents: Vec<DocumentRecord>,
    /// New facts, each with its first evidence.
    pub facts: Vec<FactRecord>,
    /// Further evidence of facts, new in this commit or older.
    pub evidence: Vec<EvidenceRecord>,
    /// Evidence that no longer counts.
    pub closings: Vec<Closing>,
    /// Documents that no longer count, with all their evidence.
    pub document_closings: Vec<DocumentClosing>,
    /// Answered requests that carried an idempotency key.
    pub requests: Vec<RequestRecord>,
}

/// A node, or a new version of one. The newest version counts; older revisions see older ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NodeRecord {
    /// Its number: the next one for a new node.
    pub number: NodeNumber,
    /// All of it.
    pub node: Node,
    /// Why it was changed, when a person changed it.
    pub reason: Option<String>,
    /// Who changed it.
    pub by: Option<String>,
}

/// A document as it came in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DocumentRecord {
    /// Its number: the next one.
    pub number: DocumentNumber,
    /// All of it.
    pub document: Document,
    /// The document it replaces, which the same commit closes.
    pub replaces: Option<DocumentNumber>,
}

/// What the relation leads to, by number.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum StoredObject {
    /// Another node.
    Node(NodeNumber),
    /// A plain value.
    Value(Arc<str>),
    /// Nothing.
    None,
}

/// A fact with its first evidence (number 0).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FactRecord {
    /// Its number: the next one.
    pub number: FactNumber,
    /// Digest of its content, as at creation.
    pub id: FactId,
    /// Who or what it is about.
    pub subject: NodeNumber,
    /// Name of the relation.
    pub relation: Arc<str>,
    /// What the relation leads to.
    pub object: StoredObject,
    /// When it held.
    pub valid: Option<ValidTime>,
    /// In which mood it is told.
    pub modality: Modality,
    /// Whether it is told to be so.
    pub polarity: Polarity,
    /// The identifying qualifiers.
    pub qualifiers: Qualifiers,
    /// The fact it corrects, which the same commit closes.
    pub supersedes: Option<FactNumber>,
    /// Its first evidence.
    pub evidence: Evidence,
}

/// Further evidence of a fact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EvidenceRecord {
    /// The fact.
    pub fact: FactNumber,
    /// Its number among the fact's evidence: 1 for the second, and so on without gaps.
    pub number: u32,
    /// The evidence.
    pub evidence: Evidence,
}

/// The end of one piece of evidence's recorded interval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Closing {
    /// The fact.
    pub fact: FactNumber,
    /// Which of its evidence.
    pub number: u32,
    /// Why.
    pub reason: Option<String>,
    /// By whom.
    pub by: Option<String>,
    /// Whether a person decided it: an extractor then cannot reopen it from the same document.
    pub by_person: bool,
}

/// The end of a document, and of all evidence that stands in it. One record, whatever its facts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DocumentClosing {
    /// The document.
    pub document: DocumentNumber,
    /// Why.
    pub reason: Option<String>,
    /// By whom.
    pub by: Option<String>,
}

/// What a request with an idempotency key was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestRecord {
    /// The client's key.
    pub key: String,
    /// BLAKE3 of method, path and body: the same key with another body is refused.
    pub digest: [u8; 32],
    /// The revision it was committed at.
    pub revision: Revision,
    /// HTTP status of the answer.
    pub status: u16,
    /// The answer's counts and ids (JSON, without the rows, which can be read again).
    pub answer: String,
}

/// Bytes of a commit's facts and evidence as plain records, the simplest thing a store could keep: each fact
/// with its first evidence, and each further piece of evidence, as one postcard of its record, with every
/// text in it. Nodes, documents, closings and keys are not counted.
///
/// # Errors
///
/// [`StoreError::Refused`] when a record cannot be written so.
pub fn plain_bytes(commit: &Commit) -> Result<u64, StoreError> {
    let mut bytes = 0;
    for fact in &commit.facts {
        bytes += plain_bytes_of_fact(fact)?;
    }
    for evidence in &commit.evidence {
        bytes += plain_bytes_of_evidence(evidence)?;
    }
    Ok(bytes)
}

pub(super) fn plain_bytes_of_fact(fact: &FactRecord) -> Result<u64, StoreError> {
    codec::encode(fact).map(|record| record.len() as u64)
}

pub(super) fn plain_bytes_of_evidence(evidence: &EvidenceRecord) -> Result<u64, StoreError> {
    codec::encode(evidence).map(|record| record.len() as u64)
}

impl Evidence {
    /// Without words, url, confidence and rule: what the graph in memory needs.
    pub(super) fn light(&self) -> Self {
        Self {
            url: None,
            quote: None,
            confidence: None,
            rule: None,
            ..self.clone()
        }
    }
}

//! A document: one report, with its dateline. A layer beside the graph, not a node of it.

use serde::{Deserialize, Serialize};

use super::{Day, DocumentId, DocumentNumber, NodeNumber};

/// Which text a piece of evidence is independent by: near-identical reports share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SourceGroup {
    /// The group of a document: the oldest near-identical one's number, else its own.
    Document(DocumentNumber),
    /// Facts posted without a document: one group per publisher and report day (a digest of both).
    Bare(u64),
}

/// One report as it was put in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its identity, such as `2017-11-24-reuters-beijing`.
    pub id: DocumentId,
    /// The day of its dateline.
    pub date: Option<Day>,
    /// Who printed it.
    pub publisher: Option<String>,
    /// The place of its dateline, as a node.
    pub place: Option<NodeNumber>,
    /// Its title.
    pub title: Option<String>,
    /// Where it can be read.
    pub url: Option<String>,
    /// Its language as a BCP 47 tag.
    pub lang: Option<String>,
    /// The text, exactly as offsets count it; `None` for a document known by name alone.
    pub text: Option<String>,
    /// Number of the document whose text this one (nearly) repeats; its own when it is the first.
    pub group: DocumentNumber,
    /// Shingle fingerprint (`MinHash`) by which later near-identical texts are found; empty without text.
    pub fingerprint: Vec<u32>,
}

//! The graph in memory: every node, fact and piece of evidence, ready to be asked.
//!
//! [`View`] is one immutable snapshot; [`View::apply`] makes the next one from a [`Commit`], sharing
//! all that did not change. [`Reading`] is a view as the store knew it at one revision, and what
//! `query` reads. Nothing here touches sled, and nothing here waits.
//!
//! Two kinds of structure, both cheap to clone: tables by number (`chunked`, with `facts`, `nodes`,
//! `documents` and `evidence` on top) and sorted runs (`hashed` for ids and names; for the lists of facts by node
//! and by day `run`, made of `chunk`s of `list`s of `incidence`s, read `in_order`). Lists only grow: whether a fact counts at a revision is
//! never told by a list but by the counters of the revision and, for facts that were corroborated or
//! closed, by their history (`evidence`). So a change of an old fact moves nothing, and every old revision
//! can be read from the newest view.

mod apply;
mod background;
mod bits;
mod buckets;
mod bulk;
mod chunk;
mod chunked;
mod claims;
mod documents;
mod evidence;
mod facts;
mod gather;
mod hashed;
mod heads;
mod in_order;
mod incidence;
mod interned;
mod known_names;
mod list;
mod load;
mod maxima;
mod memory;
mod names;
mod nodes;
mod outlined;
mod packed;
mod petgraph;
mod publishers;
mod reading;
mod ranks;
mod recent;
mod run;
mod valid;
mod shown;

use std::sync::Arc;

use crate::model::time::Span;
use crate::model::{
    Asserter, Day, Document, DocumentNumber, FactId, FactNumber, Head, Modality, Node, NodeNumber, Polarity, Qualifiers, Revision,
    SourceGroup, Timestamp,
};
use crate::ontology::{Kind, Ontology, RelationNumber};
pub use background::{Merge, MergedRuns, OldRuns};
use heads::Recorded;
pub use load::Loading;
pub use memory::Memory;
pub use petgraph::{Edge, EdgeReferences, Edges, Neighbours, NodeReferences, Visited};
pub use reading::NeighbourList;
pub use shown::ShownEvidence;
pub use valid::ValidRef;

/// One snapshot of the graph. Cloning is cheap: everything big is shared.
#[derive(Clone, Debug)]
pub struct View {
    ontology: Arc<Ontology>,
    heads: heads::Heads,
    nodes: nodes::Nodes,
    names: names::Names,
    documents: documents::Documents,
    facts: facts::Facts,
    evidence: evidence::EvidenceTable,
    publishers: publishers::Publishers,
    runs: run::Runs,
    /// Nodes with a fact that was ever closed, by number: whether a fact of theirs counts must be asked.
    unsettled: bits::Bits,
}

/// The view as the store knew it at one revision: all a question sees.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'v> {
    view: &'v View,
    recorded: Recorded,
    /// Whether it is read at the snapshot's own revision.
    is_newest: bool,
}

/// Which end of a fact a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The node is the fact's subject.
    Subject,
    /// The node is the fact's object.
    Object,
    /// The fact happened there, by its evidence.
    Place,
}

/// One entry of a node's list: a fact, seen from the node.
///
/// A fact stands once in a list: with both ends the same as [`Side::Subject`], and as [`Side::Place`]
/// only when the node is neither end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Incidence {
    /// The node at the other end (the same one when both are); `None` when the object is a value or
    /// nothing, and at a place.
    pub other: Option<NodeNumber>,
    /// The fact.
    pub fact: FactNumber,
    /// The first ten bits of the fact's id: of two facts, the smaller comes first wherever ids decide.
    pub id_prefix: u16,
    /// Which end the node is.
    pub side: Side,
    /// The relation.
    pub relation: RelationNumber,
    /// The mood.
    pub modality: Modality,
    /// The polarity.
    pub polarity: Polarity,
    /// State or event.
    pub kind: Kind,
    /// The earliest day on which it may have held; `None` when open.
    pub earliest: Option<Day>,
    /// The latest day on which it may have held; `None` when open. Undated facts have neither.
    pub latest: Option<Day>,
}

/// What a relation leads to, as the view holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectRef<'v> {
    /// Another node.
    Node(NodeNumber),
    /// A plain value.
    Value(&'v str),
    /// Nothing.
    None,
}

/// A fact's content, as the view holds it.
#[derive(Clone, Copy, Debug)]
pub struct FactRef<'v> {
    /// Its number.
    pub number: FactNumber,
    /// Its id.
    pub id: FactId,
    /// Who or what it is about.
    pub subject: NodeNumber,
    /// The relation.
    pub relation: RelationNumber,
    /// What it leads to.
    pub object: ObjectRef<'v>,
    /// When it held.
    pub valid: Option<ValidRef<'v>>,
    /// The same as four days.
    pub span: Option<Span>,
    /// State or event.
    pub kind: Kind,
    /// The mood.
    pub modality: Modality,
    /// The polarity.
    pub polarity: Polarity,
    /// The identifying qualifiers.
    pub qualifiers: &'v Qualifiers,
    /// As the view holds it.
    entry: facts::FactEntry,
}

/// What pieces of evidence have in common, whenever they were printed. Quote, url, rule and confidence stay in
/// the store.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Provenance {
    /// The document.
    pub document: Option<DocumentNumber>,
    /// Who printed it.
    pub publisher: Option<Arc<str>>,
    /// Who says so, innermost first.
    pub speakers: Vec<NodeNumber>,
    /// Where it happened.
    pub place: Option<NodeNumber>,
    /// Describing qualifiers.
    pub qualifiers: Qualifiers,
    /// Who put it in.
    pub asserted_by: Asserter,
    /// Told from the other end of a symmetric relation.
    pub mirrored: bool,
    /// Whether the day it was printed is known.
    dated: bool,
    /// Which text it is independent by, with the day it was printed.
    text: evidence::Text,
}

/// One piece of evidence of a fact and its recorded interval.
#[derive(Clone, Copy, Debug)]
pub struct EvidenceRef<'v> {
    /// Its number among the fact's evidence.
    pub number: u32,
    /// What is held of it.
    pub provenance: &'v Provenance,
    /// The day it was printed.
    pub reported: Option<Day>,
    /// Which text it is independent by.
    pub group: SourceGroup,
    /// Since which revision it counts.
    pub opened: Revision,
    /// Since which revision it no longer counts, and why.
    pub closed: Option<&'v Closed>,
}

/// The end of a recorded interval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// The first revision at which it no longer counts.
    pub revision: Revision,
    /// Why.
    pub reason: Option<Arc<str>>,
    /// By whom.
    pub by: Option<Arc<str>>,
    /// Whether a person decided it.
    pub by_person: bool,
}

/// A document as the view holds it (without text), and its recorded interval.
#[derive(Clone, Copy, Debug)]
pub struct DocumentRef<'v> {
    /// Its number.
    pub number: DocumentNumber,
    /// All but the text, which is `None` here.
    pub document: &'v Document,
    /// Since which revision it counts.
    pub opened: Revision,
    /// Since which revision it no longer counts.
    pub closed: Option<&'v Closed>,
    /// The document it replaces.
    pub replaces: Option<DocumentNumber>,
}

/// One version of a node and the revision it was recorded at.
#[derive(Clone, Copy, Debug)]
pub struct NodeVersion<'v> {
    /// The node.
    pub node: &'v Node,
    /// Since which revision it is so.
    pub recorded: Revision,
    /// Why it was changed.
    pub reason: Option<&'v str>,
    /// Who changed it.
    pub by: Option<&'v str>,
}

impl View {
    /// The graph of an empty store.
    #[must_use]
    pub fn new(ontology: Arc<Ontology>) -> Self {
        Self {
            ontology,
            heads: heads::Heads::default(),
            nodes: nodes::Nodes::default(),
            names: names::Names::default(),
            documents: documents::Documents::default(),
            facts: facts::Facts::default(),
            evidence: evidence::EvidenceTable::default(),
            publishers: publishers::Publishers::default(),
            runs: run::Runs::default(),
            unsettled: bits::Bits::default(),
        }
    }
    /// The vocabulary the facts are read by.
    #[must_use]
    pub const fn ontology(&self) -> &Arc<Ontology> {
        &self.ontology
    }
    /// The newest revision.
    #[must_use]
    pub fn head(&self) -> Head {
        self.heads.newest().head
    }
    /// Everything, as known at the newest revision.
    #[must_use]
    pub fn newest(&self) -> Reading<'_> {
        Reading {
            view: self,
            recorded: self.heads.newest(),
            is_newest: true,
        }
    }
    /// Everything, as known at a revision (the newest one when it lies in the future).
    #[must_use]
    pub fn at(&self, revision: Revision) -> Reading<'_> {
        let recorded = self.heads.at(revision);
        Reading {
            view: self,
            recorded,
            is_newest: recorded.head.revision == self.head().revision,
        }
    }
    /// The last revision recorded up to a moment; revision 0 when nothing was.
    #[must_use]
    pub fn revision_at(&self, time: Timestamp) -> Revision {
        self.heads.at_time(time).head.revision
    }
    /// Revision, time and counters of a revision; `None` for one that does not exist. Revision 0 is the
    /// empty store.
    #[must_use]
    pub fn head_of(&self, revision: Revision) -> Option<Head> {
        let head = self.heads.at(revision).head;
        (head.revision == revision).then_some(head)
    }
    /// Merges all sorted runs into one. Answers do not change.
    pub fn merge(&mut self) {
        self.build_lists();
        self.nodes.merge();
        self.names.merge();
        self.documents.merge();
        self.facts.merge();
        self.evidence.merge();
    }
    /// How many sorted runs stand behind the base.
    #[must_use]
    pub const fn runs(&self) -> usize {
        self.runs.len().saturating_sub(1)
    }
}

/// Where a fact stands in a timeline: `at`, latest day, id. Total and stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DayKey {
    /// The earliest day, else the latest.
    pub at: Day,
    /// The latest day; `Day(i32::MAX)` when open.
    pub latest: Day,
    /// The fact's id.
    pub id: FactId,
}

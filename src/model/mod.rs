//! The words of the domain as types: nodes, facts, evidence, documents, and time.
//!
//! Nothing here does I/O, and nothing here knows how a thing is stored, shown
//! or asked for. Everything with a rule arrives through one checked door
//! ([`NodeId`], [`ValidTime`], …), so a value that exists is a valid one.

mod id;
mod node;
mod fact;
mod evidence;
mod document;
mod fingerprint;
mod recorded;
pub mod time;

pub use document::{Document, SourceGroup};
pub use evidence::{Asserter, Evidence, Quote};
pub use fact::{Content, Fact, Modality, Object, ObjectText, Polarity, Qualifiers};
pub use fingerprint::{bands, fingerprint, resemblance};
pub use id::{ClaimId, DocumentId, DocumentNumber, FactId, FactNumber, InvalidId, NodeId, NodeNumber, slug};
pub use node::{Name, Node, NodeType, fold};
pub use recorded::{Counters, Head, Revision, Timestamp};
pub use time::{Day, ValidTime};

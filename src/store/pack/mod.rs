//! The form of every record on disk: the bytes of a fact, of its evidence, of a node, of a document.
//!
//! These are types of their own, so that a change of the model is no change of the format by accident;
//! a change here takes a step in `migrations/`. Texts that repeat (relation names, dates, publishers,
//! qualifiers, …) stand once per value, in [`Texts`], and are named by their place. An optional number
//! is stored as 0 or itself plus one.

mod texts;
mod evidence;
mod fact;
mod commit;
mod node;
mod document;
mod request;

pub(super) use commit::PackedCommit;
pub(super) use document::PackedDocument;
pub(super) use evidence::WholeEvidence;
pub(super) use fact::PackedFact;
pub(super) use node::PackedNode;
pub(super) use request::PackedRequest;
pub(super) use texts::{Block, Texts};

/// Why bytes with a right checksum are no record: the text says what is wrong.
pub(super) type Unpacked<T> = Result<T, String>;

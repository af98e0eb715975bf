//! The form of every record on disk: the bytes of a fact, of its evidence, of a node, of a document.
//!
//! These are types of their own, so that a change of the model is no change of the format by accident;
//! a change here takes a step in `migrations/`. Texts that repeat (relation names, dates, publishers,
//! qualifiers, …) stand once per value and are named by their place. An optional number is stored as 0 or
//! itself plus one.
//!
//! Two families stand beside each other. Facts and their bodies, of which there are most, are written as
//! columns of numbers (`facts`, `bodies`, over `numbers` and `origins`); all else is postcard over [`Block`]s. Format 1
//! wrote facts and bodies as blocks too: `fact` and [`WholeEvidence`] read those.

mod texts;
mod numbers;
mod evidence;
mod origins;
mod facts;
mod bodies;
mod fact;
mod commit;
mod node;
mod document;
mod request;

pub(super) use bodies::{BodyBlock, pack as pack_bodies};
pub(super) use commit::PackedCommit;
pub(super) use document::PackedDocument;
pub(super) use evidence::WholeEvidence;
pub(super) use fact::PackedFact;
pub(super) use facts::{FactBlock, Seen, pack as pack_facts};
pub(super) use node::PackedNode;
pub(super) use request::PackedRequest;
pub(super) use texts::{Block, Texts};

use crate::model::Evidence;

/// How values of columns begin. A [`Block`] of facts or bodies begins with how many texts it has, and has
/// some (who asserted it is one), so the first byte alone tells them apart; the second is the form's number.
const FORM: [u8; 2] = [0, 2];

/// Whether a payload of `columns` or `bodies` is one of columns.
pub(super) fn is_columns(payload: &[u8]) -> bool {
    payload.starts_with(&FORM)
}

/// Whether light evidence is all there is of it.
pub(super) const fn is_whole_when_light(evidence: &Evidence) -> bool {
    evidence.url.is_none() && evidence.quote.is_none() && evidence.rule.is_none() && evidence.confidence.is_none()
}

/// Why bytes with a right checksum are no record: the text says what is wrong.
pub(super) type Unpacked<T> = Result<T, String>;

//! The trees and their keys.
//!
//! | tree | key | value |
//! |--|--|--|
//! | `commits` | revision | time, counters, further evidence (light), closings, request digests |
//! | `columns` | first fact | up to 150 facts, first evidence light |
//! | `bodies` | first fact | whole first evidence of up to 4 facts |
//! | `evidence` | fact, number | whole further evidence |
//! | `nodes` | revision | node records of that revision |
//! | `documents` | 0, document | a document without its text |
//! | `documents` | 1, document | its text, zstd |
//! | `requests` | digest of the key, revision | what it was answered |
//! | `meta` | name | identity, ontology file, applied steps; `format` (see `migrate`) |
//!
//! Numbers are big endian, so keys sort as numbers do. Behind every key stand two bytes that number
//! the pieces of a value too large for one row, see [`super::codec`].

use crate::model::{DocumentNumber, FactNumber, Revision};

/// One of sled's trees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TreeName {
    Commits,
    Columns,
    Bodies,
    Evidence,
    Nodes,
    Documents,
    Requests,
    Meta,
}

impl TreeName {
    /// All of them, each at the place of its number.
    pub(super) const ALL: [Self; 8] = [
        Self::Commits,
        Self::Columns,
        Self::Bodies,
        Self::Evidence,
        Self::Nodes,
        Self::Documents,
        Self::Requests,
        Self::Meta,
    ];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Commits => "commits",
            Self::Columns => "columns",
            Self::Bodies => "bodies",
            Self::Evidence => "evidence",
            Self::Nodes => "nodes",
            Self::Documents => "documents",
            Self::Requests => "requests",
            Self::Meta => "meta",
        }
    }
}

/// Name in `meta` of store id and incarnation.
pub(super) const IDENTITY: &[u8] = b"identity";
/// Name in `meta` of the user's ontology file.
pub(super) const ONTOLOGY: &[u8] = b"ontology";

const RECORD: u8 = 0;
const TEXT: u8 = 1;

/// Key in `commits` and `nodes`.
pub(super) fn revision(revision: Revision) -> Vec<u8> {
    revision.0.to_be_bytes().to_vec()
}

/// Key in `columns` and `bodies`.
pub(super) fn first_fact(fact: FactNumber) -> Vec<u8> {
    fact.0.to_be_bytes().to_vec()
}

/// Key in `evidence`.
pub(super) fn evidence(fact: FactNumber, number: u32) -> Vec<u8> {
    [fact.0.to_be_bytes(), number.to_be_bytes()].concat()
}

/// Fact and number in a key of `evidence`.
pub(super) fn evidence_of(key: &[u8]) -> Option<(FactNumber, u32)> {
    let (fact, number) = key.split_first_chunk()?;
    let number = number.try_into().ok()?;
    Some((FactNumber(u32::from_be_bytes(*fact)), u32::from_be_bytes(number)))
}

/// Key in `documents` of the document without its text.
pub(super) fn document(number: DocumentNumber) -> Vec<u8> {
    tagged(RECORD, number)
}

/// How the keys of all documents without their texts begin.
pub(super) const fn documents() -> [u8; 1] {
    [RECORD]
}

/// Key in `documents` of the text.
pub(super) fn text(number: DocumentNumber) -> Vec<u8> {
    tagged(TEXT, number)
}

fn tagged(tag: u8, number: DocumentNumber) -> Vec<u8> {
    let mut key = vec![tag];
    key.extend(number.0.to_be_bytes());
    key
}

/// Digest of an idempotency key: clients choose keys of any length.
pub(super) type RequestDigest = [u8; 16];

/// The digest of an idempotency key.
pub(super) fn request_digest(key: &str) -> RequestDigest {
    blake3::hash(key.as_bytes()).as_bytes().first_chunk().copied().unwrap_or_default()
}

/// Key in `requests`.
pub(super) fn request(digest: &RequestDigest, revision: Revision) -> Vec<u8> {
    let mut key = digest.to_vec();
    key.extend(revision.0.to_be_bytes());
    key
}

/// The revision at the end of a key.
pub(super) fn revision_of(key: &[u8]) -> Option<Revision> {
    key.last_chunk().map(|bytes| Revision(u64::from_be_bytes(*bytes)))
}

/// The number at the end of a key: a fact's, a document's, a piece of evidence's.
pub(super) fn number_of(key: &[u8]) -> Option<u32> {
    key.last_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}

//! What can be put in, and what is answered.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use crate::format::{Cut, Cutter, EvidenceIn, FactIn, Fault, Line, LineError, Piece, cuts};
use crate::model::Revision;
use crate::query::{DocumentRow, Row};

/// What happens with a wrong line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnError {
    /// Nothing is stored.
    #[default]
    Reject,
    /// It is left out and named.
    Skip,
}

/// How facts are taken in.
#[derive(Clone, Debug, Default)]
pub struct FactsOptions {
    /// What happens with a wrong line.
    pub on_error: OnError,
    /// Check and count only.
    pub dry_run: bool,
    /// The client's idempotency key and the digest of the request.
    pub idempotency: Option<(String, [u8; 32])>,
}

/// What became of posted facts. `known` = `corroborated` + `mirror` + `duplicate`;
/// `received` = `created` + `known` + `rejected`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FactsReply {
    /// Rows that came in.
    pub received: u64,
    /// Rows stored as new facts.
    pub created: u64,
    /// Rows whose fact was there already.
    pub known: u64,
    /// Of these: stored as new evidence of it.
    pub corroborated: u64,
    /// Of these: told from the other end of a symmetric relation, with the same evidence.
    pub mirror: u64,
    /// Of these: nothing new.
    pub duplicate: u64,
    /// Rows that were not stored.
    pub rejected: u64,
    /// Nodes created.
    pub nodes_created: u64,
    /// What is wrong with the first 100 rejected rows.
    pub errors: Vec<LineError>,
    /// How many more there are.
    pub errors_omitted: u64,
    /// The revision at which all of it is visible.
    #[schema(value_type = u64)]
    pub revision: Revision,
}

/// A line that was not stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    /// What is wrong with it.
    pub error: LineError,
    /// What it says, as far as it could be read.
    pub fact: Option<Box<FactIn<'static>>>,
}

/// A report as posted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DocumentIn {
    /// The report: wire form, classic opening, or plain paragraphs.
    pub text: String,
    /// The day of the dateline; wins over the text.
    pub date: Option<String>,
    /// Who printed it; wins over the text.
    pub publisher: Option<String>,
    /// The dateline's place; wins over the text.
    pub place: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// Where it can be read.
    pub url: Option<String>,
    /// Its language.
    pub lang: Option<String>,
}

/// How a report is taken in.
#[derive(Clone, Debug, Default)]
pub struct DocumentOptions {
    /// Extract and check only.
    pub dry_run: bool,
    /// Id of the document that this one corrects.
    pub replaces: Option<String>,
    /// Why and by whom, with `replaces`.
    pub why: Why,
    /// The client's idempotency key and the digest of the request.
    pub idempotency: Option<(String, [u8; 32])>,
}

/// What became of a posted report.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct DocumentReply {
    /// The document.
    pub document: DocumentRow,
    /// Its facts, with their quotes.
    pub facts: Vec<Row>,
    /// Nodes created.
    pub nodes_created: u64,
    /// Facts created.
    pub facts_created: u64,
    /// Facts that were there already.
    pub facts_known: u64,
    /// Sentences that gave no fact.
    pub skipped: Vec<SkippedSentence>,
    /// The revision at which all of it is visible.
    #[schema(value_type = u64)]
    pub revision: Revision,
    /// Whether the document was stored now (201) or was there already (200).
    #[serde(skip)]
    pub created: bool,
}

/// A sentence that gave no fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SkippedSentence {
    /// The sentence.
    pub sentence: String,
    /// Why.
    pub reason: String,
}

/// Why something is put right, and by whom. A person decides unless `by` starts with `extractor:` or `import:`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Why {
    /// Why.
    pub reason: Option<String>,
    /// By whom.
    pub by: Option<String>,
}

/// Changes of a fact: given keys replace, `null` empties, absent keys stay.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct FactPatch {
    /// Keys of the row and their new values.
    #[schema(value_type = Object)]
    pub keys: serde_json::Map<String, serde_json::Value>,
}

/// Changes of a node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct NodePatch {
    /// The name it is shown under; added to its names.
    pub name: Option<String>,
    /// Its type; refused where its facts would break the ontology.
    #[serde(rename = "type")]
    pub node_type: Option<String>,
    /// Names to add.
    pub add_names: Vec<String>,
    /// Names to drop; the shown one stays.
    pub drop_names: Vec<String>,
    /// Identifiers elsewhere to set; an empty text removes one.
    pub external_ids: BTreeMap<String, String>,
    /// Properties to set; an empty text removes one.
    pub properties: BTreeMap<String, String>,
    /// Why.
    pub reason: Option<String>,
    /// By whom.
    pub by: Option<String>,
}

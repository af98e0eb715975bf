//! What can be asked: the parameters of every question, one definition for HTTP, command line and OpenAPI.
//!
//! Values are kept as given here and are read, with errors that name the parameter, when a question
//! is resolved against a reading (names need it).

use serde::{Deserialize, Serialize};

/// The filters that every list knows.
#[derive(Clone, Debug, Default, Serialize, Deserialize, clap::Args, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub struct FilterParams {
    /// Only these relations, or PLOVER categories in capitals (`CONSULT`).
    #[arg(long, value_delimiter = ',')]
    pub relation: Vec<String>,
    /// Not these relations or categories.
    #[arg(long, value_delimiter = ',')]
    pub not_relation: Vec<String>,
    /// Only facts whose other node has one of these types (or classes such as `Org`).
    #[arg(long = "type", value_delimiter = ',')]
    #[serde(rename = "type")]
    pub r#type: Vec<String>,
    /// Only facts that may hold on or after this EDTF date.
    #[arg(long)]
    pub since: Option<String>,
    /// Only facts that may hold on or before this EDTF date.
    #[arg(long)]
    pub until: Option<String>,
    /// Only facts that may hold on this date: both `since` and `until`.
    #[arg(long)]
    pub valid_at: Option<String>,
    /// Only facts that meet the window whatever their unknown days are.
    #[arg(long)]
    pub certain: Option<bool>,
    /// Only evidence reported on or after this date.
    #[arg(long)]
    pub reported_since: Option<String>,
    /// Only evidence reported on or before this date.
    #[arg(long)]
    pub reported_until: Option<String>,
    /// As the store knew it: an RFC 3339 time, a date, or a revision such as `r123`.
    #[arg(long)]
    pub known_at: Option<String>,
    /// Only these moods: asserted, intended, requested, possible.
    #[arg(long, value_delimiter = ',')]
    pub modality: Vec<String>,
    /// Only affirmed, or only negated facts.
    #[arg(long, value_delimiter = ',')]
    pub polarity: Vec<String>,
    /// Only what this node says (an id or a name).
    #[arg(long)]
    pub speaker: Option<String>,
    /// Only what happened in this place (an id or a name).
    #[arg(long)]
    pub place: Option<String>,
    /// Only what these publishers printed.
    #[arg(long, value_delimiter = ',')]
    pub publisher: Vec<String>,
    /// Not what only these publishers printed.
    #[arg(long, value_delimiter = ',')]
    pub not_publisher: Vec<String>,
    /// Only facts whose claim rests on so many independent texts.
    #[arg(long)]
    pub min_sources: Option<u32>,
    /// Add `quote` or `evidence` to each row.
    #[arg(long, value_delimiter = ',')]
    pub include: Vec<String>,
    /// Form of the answer: json, ndjson, csv, text.
    #[arg(long)]
    pub format: Option<String>,
    /// How many rows at most.
    #[arg(long)]
    #[param(minimum = 0, maximum = 5000)]
    pub limit: Option<u32>,
    /// Where the last page ended.
    #[arg(long)]
    pub cursor: Option<String>,
}

impl FilterParams {
    /// Names of the common filters, as they stand in a URL.
    pub const KEYS: &'static [&'static str] = &[
        "relation",
        "not_relation",
        "type",
        "since",
        "until",
        "valid_at",
        "certain",
        "reported_since",
        "reported_until",
        "known_at",
        "modality",
        "polarity",
        "speaker",
        "place",
        "publisher",
        "not_publisher",
        "min_sources",
        "include",
        "format",
        "limit",
        "cursor",
    ];
}

/// What `include` may add.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Include {
    /// The words the fact rests on.
    Quote,
    /// All open evidence.
    Evidence,
    /// All names of a node.
    Names,
}

/// `GET /v1/neighbourhood`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, clap::Args, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub struct NeighbourhoodParams {
    /// The node in the middle: an id, or a name in any script.
    #[arg(long)]
    #[param(required = true)]
    pub node: String,
    /// How many hops, 1 to 4. Default: 1.
    #[arg(long)]
    #[param(minimum = 1, maximum = 4)]
    pub depth: Option<u32>,
    /// Follow facts out of a node, into it, or both. Default: both.
    #[arg(long)]
    pub direction: Option<String>,
    /// Edges per node beyond the first hop. Default: 25.
    #[arg(long)]
    #[param(minimum = 1, maximum = 5000)]
    pub per_node: Option<u32>,
    /// `pair`: one edge per subject, relation and object.
    #[arg(long)]
    pub group_by: Option<String>,
}

/// `GET /v1/paths`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, clap::Args, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub struct PathsParams {
    /// Where paths start: an id, or a name in any script.
    #[arg(long)]
    #[param(required = true)]
    pub from: String,
    /// Where they end.
    #[arg(long)]
    #[param(required = true)]
    pub to: String,
    /// How many paths, 1 to 10. Default: 3.
    #[arg(long)]
    #[param(minimum = 1, maximum = 10)]
    pub k: Option<u32>,
    /// How many hops at most, 1 to 8. Default: 6.
    #[arg(long)]
    #[param(minimum = 1, maximum = 8)]
    pub max_hops: Option<u32>,
    /// Each hop no earlier than the one before. Default: false.
    #[arg(long)]
    pub in_order: Option<bool>,
    /// Only paths through these nodes (repeatable).
    #[arg(long)]
    pub via: Vec<String>,
    /// No path through these nodes (repeatable).
    #[arg(long)]
    pub not_via: Vec<String>,
    /// No path through nodes of these types.
    #[arg(long, value_delimiter = ',')]
    pub not_type: Vec<String>,
    /// Follow facts out of a node, into it, or both. Default: both.
    #[arg(long)]
    pub direction: Option<String>,
}

/// `GET /v1/timeline`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, clap::Args, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub struct TimelineParams {
    /// Whose timeline (repeatable); the whole store's without.
    #[arg(long)]
    pub node: Vec<String>,
    /// Only what the nodes share with this one.
    #[arg(long)]
    pub with: Vec<String>,
    /// Count per day, week, month, quarter or year instead of listing.
    #[arg(long)]
    pub bucket: Option<String>,
    /// Split buckets by relation, category, publisher, node or claim.
    #[arg(long)]
    pub group_by: Option<String>,
    /// By the day it held (valid) or was printed (reported). Default: valid.
    #[arg(long)]
    pub by: Option<String>,
    /// asc or desc. Default: asc.
    #[arg(long)]
    pub order: Option<String>,
}

/// `GET /v1/facts`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, clap::Args, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub struct FactsParams {
    /// Facts at whose either end this node stands.
    #[arg(long)]
    pub node: Option<String>,
    /// Facts about this node.
    #[arg(long)]
    pub subject: Option<String>,
    /// Facts that lead to this node.
    #[arg(long)]
    pub object: Option<String>,
    /// Facts that stand in this document.
    #[arg(long)]
    pub document: Option<String>,
    /// Facts of this claim.
    #[arg(long)]
    pub claim: Option<String>,
    /// Words of the quote.
    #[arg(long)]
    pub q: Option<String>,
    /// `claim`: one row a claim.
    #[arg(long)]
    pub group_by: Option<String>,
    /// asc or desc (by revision). Default: asc.
    #[arg(long)]
    pub order: Option<String>,
}

/// `GET /v1/nodes`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, clap::Args, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub struct NodesParams {
    /// A name, or the beginning of one, in any script. Empty: the best-connected nodes.
    #[arg(long)]
    pub q: Option<String>,
}

/// `GET /v1/documents`.
#[derive(Clone, Debug, Default, Serialize, Deserialize, clap::Args, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub struct DocumentsParams {
    /// Documents with a fact about this node.
    #[arg(long)]
    pub node: Option<String>,
    /// Words of the title or the text.
    #[arg(long)]
    pub q: Option<String>,
}

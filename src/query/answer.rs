//! What is answered: the shapes of the API as types. Keys are always there, `null` when unknown.
//!
//! Lists of facts hold handles on their rows ([`RowRef`]) and borrow from the view they were read from. What
//! serde makes of them is what every writer must make too.

use std::fmt;
use std::ops::Index;
use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::RowRef;
use crate::model::{ClaimId, Day, FactId, Modality, Polarity, Qualifiers, Revision, Timestamp};

/// A fact as one flat row: in lists, as edges, as hops, as CSV columns in this order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Row {
    /// The fact's id.
    #[schema(value_type = String)]
    pub id: FactId,
    /// The fact as one sentence.
    pub text: String,
    /// Id of the subject.
    pub subject: String,
    /// Its name.
    pub subject_name: String,
    /// Its type.
    pub subject_type: String,
    /// The relation.
    pub relation: String,
    /// Id of the object.
    pub object: Option<String>,
    /// Its name.
    pub object_name: Option<String>,
    /// Its type.
    pub object_type: Option<String>,
    /// The value, where it leads to no node.
    pub value: Option<String>,
    /// When it held, in EDTF; `null` when the source gives no date.
    pub valid: Option<String>,
    /// The earliest day on which it may have held; `null` when open.
    #[schema(value_type = Option<String>, format = Date)]
    pub earliest: Option<Day>,
    /// The latest day on which it may have held; `null` when open.
    #[schema(value_type = Option<String>, format = Date)]
    pub latest: Option<Day>,
    /// The mood.
    pub modality: Modality,
    /// Whether it is told to be so.
    pub polarity: Polarity,
    /// Ids of those who say so, innermost first.
    pub speakers: Vec<String>,
    /// Their names, joined by `, via `.
    pub said_by: Option<String>,
    /// Id of the place.
    pub place: Option<String>,
    /// Its name.
    pub place_name: Option<String>,
    /// Identifying and describing qualifiers.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub qualifiers: Qualifiers,
    /// Independent texts behind the claim.
    pub source_count: u32,
    /// Who printed it.
    pub publisher: Option<String>,
    /// When it was printed.
    #[schema(value_type = Option<String>, format = Date)]
    pub reported: Option<Day>,
    /// The document it stands in.
    pub document: Option<String>,
    /// The words it rests on, with `include=quote`: then the key is there, `null` when there are none.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub quote: Option<Option<String>>,
    /// All open evidence, with `include=evidence`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Vec<EvidenceRow>>,
    /// Its place in a timeline, in timelines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub at: Option<Day>,
    /// How far from the middle, in neighbourhoods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hop: Option<u32>,
}

/// Reads a key that is there, whatever its value; serde gives the default where it is not.
#[expect(clippy::option_option, reason = "a key that is there with no value is not a key that is not there")]
fn present<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(from).map(Some)
}

/// One piece of evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EvidenceRow {
    /// The document.
    pub document: Option<String>,
    /// Who printed it.
    pub publisher: Option<String>,
    /// Where it can be read.
    pub url: Option<String>,
    /// When it was printed.
    #[schema(value_type = Option<String>, format = Date)]
    pub reported: Option<Day>,
    /// The words it rests on.
    pub quote: Option<String>,
    /// Where they start, in Unicode code points of the stored text.
    pub start: Option<u32>,
    /// Where they end.
    pub end: Option<u32>,
    /// Ids of those who say so.
    pub speakers: Vec<String>,
    /// What decided it.
    pub rule: Option<String>,
}

/// A node in a few words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NodeBrief {
    /// Its id.
    pub id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub node_type: String,
    /// Its name.
    pub name: String,
}

/// Where a list goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Page {
    /// How many there are; `null` when counting would pass the budget.
    pub total: Option<u64>,
    /// URL of the next page.
    pub next: Option<String>,
    /// Its cursor.
    pub cursor: Option<String>,
}

/// What the answer leaves out on purpose.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Hidden {
    /// Facts that met every filter but have no date.
    pub undated: u64,
}

/// How an answer was cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Truncated {
    /// `limit`, `per_node`, `deadline` or `edges`.
    pub reason: String,
    /// Nodes left out, when known.
    pub nodes_omitted: Option<u64>,
    /// Edges left out, when known.
    pub edges_omitted: Option<u64>,
}

/// Every parameter after defaults, names resolved to ids, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Echo(Vec<(&'static str, Value)>);

impl Echo {
    /// The value of a parameter; `None` for one that the question does not have.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Gives a parameter another value.
    pub(crate) fn set(&mut self, name: &str, value: Value) {
        if let Some((_, slot)) = self.0.iter_mut().find(|(known, _)| *known == name) {
            *slot = value;
        }
    }

    /// The parameters of a route before those that all have.
    #[must_use]
    pub(crate) fn behind<const N: usize>(self, own: [(&'static str, Value); N]) -> Self {
        Self(own.into_iter().chain(self.0).collect())
    }

    /// All but one.
    #[must_use]
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.retain(|(known, _)| *known != name);
        self
    }
}

impl FromIterator<(&'static str, Value)> for Echo {
    fn from_iter<I: IntoIterator<Item = (&'static str, Value)>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

impl Index<&str> for Echo {
    type Output = Value;

    /// The value of a parameter, null for one that the question does not have.
    fn index(&self, name: &str) -> &Value {
        self.get(name).unwrap_or(&Value::Null)
    }
}

impl Serialize for Echo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// `GET /v1/facts`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Facts<'v> {
    /// The question as understood.
    #[schema(value_type = Object)]
    pub query: Echo,
    /// The revision it was answered at.
    #[schema(value_type = u64)]
    pub revision: Revision,
    /// The facts.
    #[schema(value_type = Vec<Row>)]
    pub facts: Vec<RowRef<'v>>,
    /// Where it goes on.
    pub page: Page,
    /// What is left out.
    pub hidden: Hidden,
    /// How it was cut.
    pub truncated: Option<Truncated>,
}

/// `GET /v1/timeline`: `facts` and `page`, or `buckets`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Timeline<'v> {
    /// The question as understood.
    #[schema(value_type = Object)]
    pub query: Echo,
    /// The revision it was answered at.
    #[schema(value_type = u64)]
    pub revision: Revision,
    /// Whose timeline it is.
    pub nodes: Vec<NodeBrief>,
    /// The facts, in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Row>>)]
    pub facts: Option<Vec<RowRef<'v>>>,
    /// Where it goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<Page>,
    /// The counts, with `bucket`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buckets: Option<Vec<Bucket>>,
    /// What is left out.
    pub hidden: Hidden,
    /// How it was cut.
    pub truncated: Option<Truncated>,
}

/// How many facts may, and surely do, fall into some days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Bucket {
    /// First day.
    #[schema(value_type = String, format = Date)]
    pub start: Day,
    /// Last day.
    #[schema(value_type = String, format = Date)]
    pub end: Day,
    /// Facts that surely fall into it.
    pub count_min: u64,
    /// Facts that may fall into it.
    pub count_max: u64,
    /// The group, with `group_by`.
    pub group: Option<String>,
}

/// `GET /v1/neighbourhood`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Neighbourhood<'v> {
    /// The question as understood.
    #[schema(value_type = Object)]
    pub query: Echo,
    /// The revision it was answered at.
    #[schema(value_type = u64)]
    pub revision: Revision,
    /// The node in the middle.
    pub node: NodeBrief,
    /// All nodes, the middle first.
    pub nodes: Vec<NeighbourNode<'v>>,
    /// The facts between them, or one edge per pair with `group_by=pair`.
    #[schema(value_type = Vec<Row>)]
    pub edges: Vec<Edge<'v>>,
    /// Nodes that have more facts than are shown.
    pub more: Vec<More<'v>>,
    /// How it was cut.
    pub truncated: Option<Truncated>,
}

/// A node of a neighbourhood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct NeighbourNode<'v> {
    /// Its id.
    pub id: &'v str,
    /// Its type.
    #[serde(rename = "type")]
    pub node_type: &'v str,
    /// Its name.
    pub name: &'v str,
    /// How far from the middle.
    pub hop: u32,
    /// How many known facts it has in all.
    pub degree: u32,
}

/// An edge of a neighbourhood.
#[expect(clippy::large_enum_variant, reason = "an answer has edges of one kind alone")]
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Edge<'v> {
    /// One fact.
    Fact(RowRef<'v>),
    /// All facts of one subject, relation and object.
    Pair(Box<PairEdge<'v>>),
}

/// All facts of one subject, relation and object; the other keys are those of its best fact.
#[derive(Clone, Debug)]
pub struct PairEdge<'v> {
    /// Such as `china~supported~myanmar`.
    pub id: String,
    /// How many facts.
    pub facts: u64,
    /// The earliest day of any of them.
    pub earliest: Option<Day>,
    /// The latest day of any of them.
    pub latest: Option<Day>,
    /// Independent texts behind any of them.
    pub source_count: u32,
    /// The best fact.
    pub best: RowRef<'v>,
}

impl PairEdge<'_> {
    /// Keys of its own that the row of the best fact has too.
    pub const OWN: [&'static str; 4] = ["id", "earliest", "latest", "source_count"];
}

impl Serialize for PairEdge<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Flat<'a> {
            id: &'a str,
            facts: u64,
            earliest: Option<Day>,
            latest: Option<Day>,
            source_count: u32,
            #[serde(flatten)]
            best: Map<String, Value>,
        }
        let mut best = match serde_json::to_value(&self.best) {
            Ok(Value::Object(keys)) => keys,
            _ => Map::new(),
        };
        for own in Self::OWN {
            best.shift_remove(own);
        }
        let flat = Flat {
            id: &self.id,
            facts: self.facts,
            earliest: self.earliest,
            latest: self.latest,
            source_count: self.source_count,
            best,
        };
        flat.serialize(serializer)
    }
}

/// A node of which not all facts are shown.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct More<'v> {
    /// Its id.
    pub id: &'v str,
    /// How many known facts it has.
    pub degree: u32,
    /// How many of them are shown.
    pub shown: u32,
    /// URL that lists them.
    #[schema(value_type = String)]
    pub next: UrlAbout<'v>,
}

/// A URL that asks about one of many nodes, the same but for the node.
#[derive(Clone, Debug)]
pub struct UrlAbout<'v> {
    /// What stands before the node's id, and behind it.
    pub frame: Arc<[String; 2]>,
    /// The node's id.
    pub id: &'v str,
}

impl UrlAbout<'_> {
    /// Hands over the URL piece by piece, in order.
    pub fn each_piece(&self, mut visit: impl FnMut(&str)) {
        let [before, behind] = &*self.frame;
        visit(before);
        // Of what an id is made of, a URL escapes the colon alone.
        for (place, part) in self.id.split(':').enumerate() {
            if place > 0 {
                visit("%3A");
            }
            visit(part);
        }
        visit(behind);
    }
}

impl fmt::Display for UrlAbout<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut written = Ok(());
        self.each_piece(|piece| written = written.and_then(|()| f.write_str(piece)));
        written
    }
}

impl Serialize for UrlAbout<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// `GET /v1/paths`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Paths<'v> {
    /// The question as understood.
    #[schema(value_type = Object)]
    pub query: Echo,
    /// The revision it was answered at.
    #[schema(value_type = u64)]
    pub revision: Revision,
    /// Where they start.
    pub from: NodeBrief,
    /// Where they end.
    pub to: NodeBrief,
    /// The paths, most telling first.
    pub paths: Vec<PathAnswer<'v>>,
    /// Why there is none.
    pub reason: Option<String>,
    /// How it was cut.
    pub truncated: Option<Truncated>,
}

/// One path.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PathAnswer<'v> {
    /// How many hops.
    pub length: u32,
    /// The hops as one sentence.
    pub text: String,
    /// Since when the whole chain held.
    #[schema(value_type = Option<String>, format = Date)]
    pub earliest: Option<Day>,
    /// Until when the whole chain held.
    #[schema(value_type = Option<String>, format = Date)]
    pub latest: Option<Day>,
    /// The nodes on it, both ends included.
    pub nodes: Vec<NodeBrief>,
    /// The facts along it.
    pub hops: Vec<Hop<'v>>,
}

/// One hop of a path.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Hop<'v> {
    /// The fact.
    #[serde(flatten)]
    #[schema(value_type = Row)]
    pub row: RowRef<'v>,
    /// Where the hop starts.
    pub from: &'v str,
    /// Where it ends.
    pub to: &'v str,
    /// Whether it goes from object to subject.
    pub reversed: bool,
    /// How many more facts connect the two.
    pub parallel: u64,
}

/// `GET /v1/facts/{id}`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SingleFact {
    /// The row; `quote` and `evidence` are always there.
    #[serde(flatten)]
    pub row: Row,
    /// The claim.
    #[schema(value_type = String)]
    pub claim: ClaimId,
    /// Other known facts of the claim.
    #[schema(value_type = Vec<String>)]
    pub same_claim: Vec<FactId>,
    /// How sure its asserter was.
    pub confidence: Option<f32>,
    /// Who put it in.
    pub asserted_by: Option<String>,
    /// Since when the store knows it.
    #[schema(value_type = String, format = DateTime)]
    pub recorded_at: Timestamp,
    /// Since when it no longer counts.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub retracted_at: Option<Timestamp>,
    /// The fact it corrects.
    #[schema(value_type = Option<String>)]
    pub supersedes: Option<FactId>,
    /// The fact that corrects it.
    #[schema(value_type = Option<String>)]
    pub superseded_by: Option<FactId>,
    /// Why it was retracted or corrected.
    pub reason: Option<String>,
    /// By whom.
    pub by: Option<String>,
    /// When it was known and when not.
    pub history: Vec<HistoryEntry>,
}

/// One change of what the store knew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HistoryEntry {
    /// The revision.
    #[schema(value_type = u64)]
    pub revision: Revision,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub recorded_at: Timestamp,
    /// Of a fact `asserted`, `corroborated`, `retracted`, `corrected`, `document_deleted` or `asserted_again`; of a
    /// node `asserted` or `changed`; of a document `recorded`, `replaced` or `deleted`.
    pub event: String,
    /// Whether it is known from then on.
    pub known: bool,
    /// Why.
    pub reason: Option<String>,
    /// By whom.
    pub by: Option<String>,
}

/// A node in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NodeRow {
    /// Its id.
    pub id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub node_type: String,
    /// Its name.
    pub name: String,
    /// How many known facts it has.
    pub facts: u32,
    /// All names, with `include=names`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub names: Option<Vec<NameRow>>,
    /// Which name matched, and how, in a search.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matched: Option<Matched>,
    /// How well, 0 to 1, in a search.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f32>,
}

/// A name of a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NameRow {
    /// The name.
    pub text: String,
    /// Its language.
    pub lang: Option<String>,
    /// Its script.
    pub script: Option<String>,
}

/// How a search found a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Matched {
    /// The name that matched.
    pub text: String,
    /// exact, prefix, words, transliteration, typo.
    pub how: String,
}

/// `GET /v1/nodes`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Nodes {
    /// The question as understood.
    #[schema(value_type = Object)]
    pub query: Echo,
    /// The revision it was answered at.
    #[schema(value_type = u64)]
    pub revision: Revision,
    /// The nodes.
    pub nodes: Vec<NodeRow>,
    /// Where it goes on.
    pub page: Page,
    /// What is left out.
    pub hidden: Hidden,
    /// How it was cut.
    pub truncated: Option<Truncated>,
}

/// `GET /v1/nodes/{id}`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SingleNode {
    /// Its id.
    pub id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub node_type: String,
    /// Its name.
    pub name: String,
    /// All names.
    pub names: Vec<NameRow>,
    /// Free properties.
    pub properties: std::collections::BTreeMap<String, String>,
    /// Identifiers elsewhere.
    pub external_ids: std::collections::BTreeMap<String, String>,
    /// How many known facts it has.
    pub facts: u32,
    /// The first day of any of them.
    #[schema(value_type = Option<String>, format = Date)]
    pub first: Option<Day>,
    /// The last day of any of them.
    #[schema(value_type = Option<String>, format = Date)]
    pub last: Option<Day>,
    /// Nodes merged into it.
    pub merged: Vec<String>,
    /// When it was recorded and changed.
    pub history: Vec<HistoryEntry>,
}

/// A document in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DocumentRow {
    /// Its id.
    pub id: String,
    /// The day of its dateline.
    #[schema(value_type = Option<String>, format = Date)]
    pub date: Option<Day>,
    /// Who printed it.
    pub publisher: Option<String>,
    /// Id of the dateline's place.
    pub place: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// Where it can be read.
    pub url: Option<String>,
    /// Its language.
    pub lang: Option<String>,
    /// How many known facts rest on it.
    pub facts: u32,
    /// Since when the store has it.
    #[schema(value_type = String, format = DateTime)]
    pub recorded_at: Timestamp,
}

/// `GET /v1/documents`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Documents {
    /// The question as understood.
    #[schema(value_type = Object)]
    pub query: Echo,
    /// The revision it was answered at.
    #[schema(value_type = u64)]
    pub revision: Revision,
    /// The documents, in commit order.
    pub documents: Vec<DocumentRow>,
    /// Where it goes on.
    pub page: Page,
    /// What is left out.
    pub hidden: Hidden,
    /// How it was cut.
    pub truncated: Option<Truncated>,
}

/// `GET /v1/documents/{id}`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SingleDocument {
    /// The row.
    #[serde(flatten)]
    pub row: DocumentRow,
    /// The stored text.
    pub text: Option<String>,
    /// Since when it no longer counts.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub deleted_at: Option<Timestamp>,
    /// The document it replaces.
    pub replaces: Option<String>,
    /// When it was recorded, replaced, deleted.
    pub history: Vec<HistoryEntry>,
}

/// `GET /v1/publishers`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Publishers {
    /// The revision it was answered at.
    #[schema(value_type = u64)]
    pub revision: Revision,
    /// The publishers, in alphabetical order.
    pub publishers: Vec<PublisherRow>,
}

/// A publisher.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PublisherRow {
    /// Its name.
    pub name: String,
    /// Documents printed by it.
    pub documents: u64,
    /// Known facts with open evidence printed by it.
    pub facts: u64,
}

/// `GET /v1/stats`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Stats {
    /// The revision it was answered at.
    #[schema(value_type = u64)]
    pub revision: Revision,
    /// Nodes with at least one known fact, or just put in.
    pub nodes: u64,
    /// Known facts.
    pub facts: u64,
    /// Their claims.
    pub claims: u64,
    /// Documents that count.
    pub documents: u64,
    /// Publishers.
    pub publishers: u64,
    /// The first day of any known fact.
    #[schema(value_type = Option<String>, format = Date)]
    pub first: Option<Day>,
    /// The last day of any known fact.
    #[schema(value_type = Option<String>, format = Date)]
    pub last: Option<Day>,
    /// Connected components among nodes with a traversable fact.
    pub components: u64,
    /// Nodes of the largest component.
    pub largest_component: u64,
    /// Facts by relation, most first.
    pub relations: Map<String, Value>,
    /// Nodes by type, most first.
    pub types: Map<String, Value>,
    /// The most central nodes by PageRank over the best-connected part of the graph.
    pub central: Vec<CentralNode>,
}

/// A central node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CentralNode {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Known facts.
    pub degree: u32,
    /// PageRank within the part of the graph that was ranked.
    pub rank: f64,
}

/// `GET /v1/schema`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Schema {
    /// Node types.
    pub types: Vec<SchemaType>,
    /// Relations.
    pub relations: Vec<SchemaRelation>,
}

/// A node type of the vocabulary.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SchemaType {
    /// Its name.
    pub name: String,
    /// Its classes.
    pub is_a: Vec<String>,
    /// One sentence.
    pub description: String,
    /// Type of schema.org.
    pub schema_org: Option<String>,
    /// Schema of FollowTheMoney.
    pub follow_the_money: Option<String>,
}

/// A relation of the vocabulary.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SchemaRelation {
    /// Its name.
    pub name: String,
    /// Between subject and object.
    pub phrase: String,
    /// The same, negated.
    pub phrase_negated: String,
    /// What may be its subject.
    pub from: Vec<String>,
    /// What may be its object; `value` and `nothing` too.
    pub to: Vec<String>,
    /// state or event.
    pub kind: String,
    /// Read the same from both ends.
    pub symmetric: bool,
    /// Its name read from the object.
    pub inverse: Option<String>,
    /// Qualifiers that identify.
    pub identifying: Vec<String>,
    /// PLOVER category.
    pub category: Option<String>,
    /// CAMEO codes.
    pub cameo: Option<String>,
    /// Wikidata property.
    pub wikidata: Option<String>,
    /// FollowTheMoney schema.
    pub follow_the_money: Option<String>,
}

//! A node: a person, a state, an organisation, a place, …, under all its names.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::NodeId;

/// Name of a node type of the ontology, such as `Person` or `ArmedForce`.
pub type NodeType = Arc<str>;

/// One name of a node.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Name {
    /// The name as written.
    pub text: String,
    /// Its language as a BCP 47 tag, when known.
    #[serde(default)]
    pub lang: Option<String>,
    /// Its script as an ISO 15924 code, when it is not Latin.
    #[serde(default)]
    pub script: Option<String>,
}

impl Name {
    /// A name whose language is not known and whose script is read off its letters.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        let text = text.into();
        let script = script_of(&text).map(str::to_owned);
        Self { text, lang: None, script }
    }
}

/// ISO 15924 code of the first letter outside the Latin script; `None` for Latin text.
fn script_of(text: &str) -> Option<&'static str> {
    text.chars().find_map(|c| match u32::from(c) {
        0x0370..=0x03ff => Some("Grek"),
        0x0400..=0x052f => Some("Cyrl"),
        0x0590..=0x05ff => Some("Hebr"),
        0x0600..=0x06ff | 0x0750..=0x077f => Some("Arab"),
        0x0900..=0x097f => Some("Deva"),
        0x0980..=0x09ff => Some("Beng"),
        0x0e00..=0x0e7f => Some("Thai"),
        0x1000..=0x109f => Some("Mymr"),
        0x10a0..=0x10ff => Some("Geor"),
        0x0530..=0x058f => Some("Armn"),
        0x3040..=0x30ff => Some("Jpan"),
        0x3400..=0x4dbf | 0x4e00..=0x9fff | 0x2_0000..=0x2_a6df => Some("Hani"),
        0xac00..=0xd7af => Some("Hang"),
        _ => None,
    })
}

/// A node of the graph, at one revision.
///
/// `names` holds every name, the first of which is [`Node::name`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// Its identity, stable for ever.
    pub id: NodeId,
    /// Its type in the ontology.
    #[serde(rename = "type")]
    pub node_type: NodeType,
    /// The name it is shown under.
    pub name: String,
    /// All names, the shown one among them.
    pub names: Vec<Name>,
    /// Free properties.
    #[serde(default)]
    pub properties: BTreeMap<String, String>,
    /// Identifiers elsewhere, such as `wikidata` → `Q836`.
    #[serde(default)]
    pub external_ids: BTreeMap<String, String>,
}

impl Node {
    /// A node with one name.
    #[must_use]
    pub fn new(id: NodeId, node_type: impl Into<NodeType>, name: impl Into<String>) -> Self {
        let name = name.into();
        Self {
            id,
            node_type: node_type.into(),
            names: vec![Name::plain(name.clone())],
            name,
            properties: BTreeMap::new(),
            external_ids: BTreeMap::new(),
        }
    }
}

/// A name as it is compared: compatibility forms and European accents dropped, lower case, punctuation and
/// repeated blanks one blank.
///
/// `Li Zuocheng` and `LI ZUOCHENG` are equal, `Müller` and `Muller` too; scripts stay apart
/// (search transliterates, identity does not). A name of punctuation alone folds to nothing.
#[must_use]
pub fn fold(name: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    use unicode_normalization::char::is_combining_mark;
    let mut out = String::with_capacity(name.len());
    // Only the accents of European scripts are dropped: an Indic vowel sign is a combining mark too.
    let dropped = |c: &char| matches!(c, '\u{300}'..='\u{36f}' | '\'' | '\u{2019}' | '\u{2018}' | '.');
    for c in name.nfkd().filter(|c| !dropped(c)) {
        if c.is_alphanumeric() || is_combining_mark(c) {
            out.extend(c.to_lowercase());
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    if out.ends_with(' ') {
        out.pop();
    }
    out
}

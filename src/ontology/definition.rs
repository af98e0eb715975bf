//! What the vocabulary says of one node type and of one relation.

use std::sync::Arc;

use super::sentence::Pattern;

/// Number of a relation in the ontology of this process; never stored, never shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelationNumber(pub u16);

/// Number of a node type in the ontology of this process; never stored, never shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeNumber(pub u16);

/// Whether a relation holds over an interval or happens at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Holds over an interval; undated, it may hold on any day.
    State,
    /// Happens at a point or in a short span; undated, it meets no window.
    Event,
}

impl Kind {
    /// `state` or `event`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Event => "event",
        }
    }
}

/// A node type.
#[derive(Clone, Debug)]
pub struct NodeTypeDef {
    /// Its name, such as `ArmedForce`.
    pub name: Arc<str>,
    /// The classes it belongs to, such as `Org`, `Actor` (`Org` implies `Actor`).
    pub is_a: Vec<String>,
    /// Type of schema.org.
    pub schema_org: Option<String>,
    /// Schema of FollowTheMoney.
    pub follow_the_money: Option<String>,
    /// One sentence for `/v1/schema`.
    pub description: String,
}

/// A relation.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four independent properties of a relation, not the states of one thing"
)]
pub struct RelationDef {
    /// Its name, such as `met_with`.
    pub name: Arc<str>,
    /// Between subject and object in a sentence, such as `met with`.
    pub phrase: String,
    /// The same, negated, such as `did not meet with`.
    pub phrase_negated: String,
    /// How a sentence goes on after the phrase: the first of these whose `{parts}` are all there.
    pub(super) reads: Vec<Pattern>,
    /// Types and classes the subject may have; `any` for all.
    pub from: Vec<String>,
    /// Types and classes the object may have; `any` for all; empty when it takes no node.
    pub to: Vec<String>,
    /// Types and classes the subject may have when the object is a value or missing; empty for `from`.
    pub value_from: Vec<String>,
    /// Whether both ends must belong to the same one of `from`, as with `part_of`.
    pub same_class: bool,
    /// Whether a value may stand in place of the object.
    pub takes_value: bool,
    /// Whether the object may be missing.
    pub takes_nothing: bool,
    /// State or event.
    pub kind: Kind,
    /// Read the same from both ends, and stored once.
    pub symmetric: bool,
    /// Its name read from the object.
    pub inverse: Option<String>,
    /// Qualifiers that make it another fact when they differ.
    pub identifying: Vec<String>,
    /// Property of Wikidata; `(inverse)` when it points the other way there.
    pub wikidata: Option<String>,
    /// Schema of FollowTheMoney.
    pub follow_the_money: Option<String>,
    /// Codes of CAMEO.
    pub cameo: Option<String>,
    /// Category of PLOVER, in capitals.
    pub category: Option<String>,
}

/// What a fact that is to be written leads to.
#[derive(Clone, Copy, Debug)]
pub enum ObjectType<'a> {
    /// A node of this type.
    Node(&'a str),
    /// A plain value.
    Value,
    /// Nothing.
    None,
}

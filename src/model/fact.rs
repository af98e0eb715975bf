//! A fact: one statement somebody made, as content alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::{ClaimId, FactId, NodeId, ValidTime};

/// Qualifiers of a fact or of its evidence, by name.
pub type Qualifiers = BTreeMap<String, String>;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, clap::ValueEnum, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every word, in the order of the specification.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word as it stands in the API.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(format!("'{text}' is none of {}", [$($word),+].join(", "))),
                }
            }
        }
    };
}

words! {
    /// In which mood the fact is told.
    Modality {
        /// Told as fact.
        #[default]
        Asserted = "asserted",
        /// Somebody wants, plans or is willing to.
        Intended = "intended",
        /// Somebody calls for it or urges that it be done.
        Requested = "requested",
        /// It may or could be, or is alleged without a speaker.
        Possible = "possible",
    }
}

words! {
    /// Whether the fact is told to be so, or told not to be so.
    Polarity {
        /// It is so.
        #[default]
        Affirmed = "affirmed",
        /// It is not so.
        Negated = "negated",
    }
}

/// What a relation leads to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Object {
    /// Another node.
    Node(NodeId),
    /// A plain value; such a fact shows in timelines, not in traversals.
    Value(String),
    /// Nothing, as in "the pipeline opened".
    None,
}

/// One statement: `subject` has `relation` to `object`, when, and in which mood.
///
/// Content only, and never changed: who says so, where it is printed and what the store made of it
/// later is [`super::Evidence`], each with its recorded interval. A symmetric relation must arrive
/// with its ends in canonical order (the smaller id first); `ontology` sees to that.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fact {
    /// Who or what it is about.
    pub subject: NodeId,
    /// Name of the relation, as at creation.
    pub relation: Arc<str>,
    /// What the relation leads to.
    pub object: Object,
    /// When it held in the world; `None` when the source does not say.
    pub valid: Option<ValidTime>,
    /// In which mood it is told.
    pub modality: Modality,
    /// Whether it is told to be so or not to be so.
    pub polarity: Polarity,
    /// The identifying qualifiers: those that make it another fact when they differ.
    pub qualifiers: Qualifiers,
}

/// What a relation leads to, borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectText<'a> {
    /// The id of another node.
    Node(&'a str),
    /// A plain value.
    Value(&'a str),
    /// Nothing.
    None,
}

/// A fact's content, borrowed: what its identity is made of. The fields are those of [`Fact`].
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "said at the fields of `Fact`")]
pub struct Content<'a> {
    pub subject: &'a str,
    pub relation: &'a str,
    pub object: ObjectText<'a>,
    pub valid: Option<&'a ValidTime>,
    pub modality: Modality,
    pub polarity: Polarity,
    pub qualifiers: &'a Qualifiers,
}

/// First bytes of what is hashed: another layout of the encoding takes another version.
const ENCODING: &[u8] = b"dateline fact 1\0";

impl Fact {
    /// The fact's identity, see [`Content::id`].
    #[must_use]
    pub fn id(&self) -> FactId {
        self.content().id()
    }

    /// Identity of the claim, which is the fact without its date.
    #[must_use]
    pub fn claim(&self) -> ClaimId {
        self.content().claim()
    }

    /// Its content, borrowed.
    #[must_use]
    pub fn content(&self) -> Content<'_> {
        Content {
            subject: self.subject.as_str(),
            relation: &self.relation,
            object: match &self.object {
                Object::Node(id) => ObjectText::Node(id.as_str()),
                Object::Value(text) => ObjectText::Value(text),
                Object::None => ObjectText::None,
            },
            valid: self.valid.as_ref(),
            modality: self.modality,
            polarity: self.polarity,
            qualifiers: &self.qualifiers,
        }
    }
}

impl Content<'_> {
    /// The fact's identity: the first 80 bits of BLAKE3 over a length-prefixed encoding of its content.
    ///
    /// Fields in the order of the struct; each is a length (u32, little endian) and its UTF-8 bytes;
    /// qualifiers by name. 80 bits leave a chance of 4 in 10¹¹ for one collision among ten million facts.
    #[must_use]
    pub fn id(&self) -> FactId {
        FactId::from_bytes(self.digest(self.valid.map_or("", ValidTime::as_str)))
    }

    /// Identity of the claim, which is the fact without its date.
    #[must_use]
    pub fn claim(&self) -> ClaimId {
        ClaimId::from_bytes(self.digest("claim"))
    }

    fn digest(&self, valid: &str) -> [u8; 10] {
        // Most facts fit; all at once is less work for the hash than field by field.
        let mut bytes: SmallVec<[u8; 512]> = SmallVec::from_slice(ENCODING);
        let mut field = |text: &str| {
            // A length above u32 cannot reach here: the store refuses texts long before.
            bytes.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
            bytes.extend_from_slice(text.as_bytes());
        };
        field(self.subject);
        field(self.relation);
        match self.object {
            ObjectText::Node(id) => {
                field("node");
                field(id);
            }
            ObjectText::Value(text) => {
                field("value");
                field(text);
            }
            ObjectText::None => field("none"),
        }
        field(valid);
        field(self.modality.as_str());
        field(self.polarity.as_str());
        for (name, value) in self.qualifiers {
            field(name);
            field(value);
        }
        let mut out = [0u8; 10];
        for (to, from) in out.iter_mut().zip(blake3::hash(&bytes).as_bytes()) {
            *to = *from;
        }
        out
    }
}

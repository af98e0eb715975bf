//! Evidence: what a fact rests on. Everything in which two reports of the same fact may differ.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Day, DocumentNumber, NodeNumber, Qualifiers};

/// A verbatim span of a document.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Quote {
    /// The words as they stand in the document.
    pub text: String,
    /// Where they start in the document's text, in Unicode code points; `None` without a stored text.
    pub start: Option<u32>,
    /// Where they end (exclusive), in Unicode code points.
    pub end: Option<u32>,
}

/// Who put a fact, or a change of one, into the store.
///
/// Text form: `extractor:NAME`, `import:NAME`, `person:NAME`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Asserter {
    /// A program that reads text, with its version.
    Extractor(String),
    /// Facts posted or imported as data.
    Import(String),
    /// A person; what a person closed, an extractor cannot reopen from the same document.
    Person(String),
}

impl fmt::Display for Asserter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Extractor(name) => write!(f, "extractor:{name}"),
            Self::Import(name) => write!(f, "import:{name}"),
            Self::Person(name) => write!(f, "person:{name}"),
        }
    }
}

impl FromStr for Asserter {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("extractor", name)) => Ok(Self::Extractor(name.to_owned())),
            Some(("import", name)) => Ok(Self::Import(name.to_owned())),
            Some(("person", name)) => Ok(Self::Person(name.to_owned())),
            _ => Err(format!("'{text}' is none of extractor:NAME, import:NAME, person:NAME")),
        }
    }
}

/// One reason to hold a fact: where it stands, who says so, and how it came in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The document it stands in; facts posted with a publisher alone have none.
    pub document: Option<DocumentNumber>,
    /// Who printed it. Always set: the document's publisher where there is a document with one.
    pub publisher: Option<String>,
    /// The day it was printed.
    pub reported: Option<Day>,
    /// Where it can be read.
    pub url: Option<String>,
    /// Number of the sentence in the document, from 1, when the source counts them.
    pub sentence: Option<u32>,
    /// The words it rests on.
    pub quote: Option<Quote>,
    /// Who says so, innermost first, the publisher left out.
    pub speakers: Vec<NodeNumber>,
    /// Where it happened.
    pub place: Option<NodeNumber>,
    /// Qualifiers that describe and do not identify: quantity, amount, reason, …
    pub qualifiers: Qualifiers,
    /// How sure its asserter was, 0 to 1.
    pub confidence: Option<f32>,
    /// What decided it: the name of the extractor's rule.
    pub rule: Option<String>,
    /// Who put it into the store.
    pub asserted_by: Asserter,
    /// Told from the other end of a symmetric relation (`b met_with a`, stored as `a met_with b`).
    pub mirrored: bool,
}

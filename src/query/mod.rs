//! The questions: neighbourhood, path and timeline, and the lists beside them.
//!
//! Every function takes an [`Asking`] (a reading of the view, the bodies behind it, a budget), its own
//! parameters and the common [`FilterParams`], and gives an answer that serialises to the shape of the
//! API. All graph walking goes through `expand`. Nothing here touches the store: what is not in memory
//! (quotes, texts) comes through [`Bodies`].

mod answer;
mod params;
mod budget;
mod dates;
mod question;
mod cursor;
mod search;
mod resolve_node;
mod filter;
mod sieve;
mod row;
mod best;
mod words;
mod scan;
mod seen;
mod expand;
mod neighbourhood;
mod paths;
mod timeline;
mod lookup;
mod facts;
mod fact;
mod nodes;
mod documents;
mod publishers;
mod stats;
mod schema;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use answer::*;
pub use budget::Budget;
pub use cursor::{Cursor, reading_for};
pub use dates::known_at;
pub use documents::{document, documents};
pub use fact::fact;
pub use facts::facts;
pub use lookup::{Around, Lookup};
pub use neighbourhood::neighbourhood;
pub use nodes::{node, nodes};
pub use params::*;
pub use paths::{earliest_arrival, paths, shortest_length};
pub use publishers::publishers;
pub use row::{RowParts, RowRef, SAID_VIA, row};
pub use schema::schema;
pub use stats::stats;
pub use timeline::timeline;

use std::sync::Arc;

use crate::model::{DocumentNumber, Evidence, FactNumber};
use crate::view::Reading;

/// What is not held in memory: whole evidence, and texts.
pub trait Bodies: Send + Sync {
    /// All evidence of a fact, whole, by number.
    ///
    /// # Errors
    ///
    /// A message for the log when the store cannot give it.
    fn evidence(&self, fact: FactNumber) -> Result<Arc<[Evidence]>, String>;

    /// The text of a document.
    ///
    /// # Errors
    ///
    /// A message for the log when the store cannot give it.
    fn text(&self, document: DocumentNumber) -> Result<Option<String>, String>;
}

/// A question's surroundings.
#[derive(Clone)]
pub struct Asking<'a> {
    /// The view, at the revision asked for by `known_at`.
    pub reading: Reading<'a>,
    /// What is not in memory.
    pub bodies: &'a dyn Bodies,
    /// What bounds it.
    pub budget: Budget,
    /// The store's incarnation, which cursors carry.
    pub incarnation: u32,
    /// Base path of links, such as `/dateline`; empty at the root.
    pub base_path: &'a str,
}

/// Why a question has no answer. An empty answer is an answer, not an error.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// No node has the id or the name.
    #[error("no node has the id or a name like '{given}'")]
    UnknownNode {
        /// The parameter.
        parameter: String,
        /// What was given.
        given: String,
        /// The nearest nodes, best first.
        suggestions: Vec<NodeBrief>,
        /// A URL that works.
        try_url: Option<String>,
    },
    /// Several nodes have the name.
    #[error("'{given}' is the name of {} nodes: give an id", candidates.len())]
    AmbiguousNode {
        /// The parameter.
        parameter: String,
        /// What was given.
        given: String,
        /// The nodes, best connected first.
        candidates: Vec<NodeBrief>,
        /// A URL that works.
        try_url: Option<String>,
    },
    /// No fact, document or claim of that id.
    #[error("no {what} has the id '{given}'")]
    NotFound {
        /// `fact`, `document`, `node`.
        what: &'static str,
        /// What was given.
        given: String,
    },
    /// A parameter's value is no good.
    #[error("{parameter}: {reason}")]
    Invalid {
        /// The parameter.
        parameter: String,
        /// What is wrong with it, for people.
        reason: String,
        /// Values that would do, nearest first.
        nearest: Vec<String>,
        /// A URL that works.
        try_url: Option<String>,
    },
    /// The cursor is of another question.
    #[error("the cursor belongs to another question: send it alone, or with the same parameters")]
    ForeignCursor,
    /// The cursor is from before a restore.
    #[error("the cursor was given before the store was restored: ask again from the start")]
    ExpiredCursor,
    /// The cursor cannot be read.
    #[error("the cursor cannot be read")]
    BrokenCursor,
    /// Nothing had been recorded by `known_at`.
    #[error("nothing was recorded before {first}; for what had been reported by then use 'reported_until'")]
    NothingRecorded {
        /// The first moment anything was recorded.
        first: String,
    },
    /// The store could not give a body.
    #[error("a stored record could not be read: {0}")]
    Bodies(String),
    /// The client left, or the budget of a first try ran out.
    #[error("stopped")]
    Stopped,
}

impl QueryError {
    /// A parameter's value is no good, and nothing near it is known.
    pub(crate) fn invalid(parameter: &str, reason: impl Into<String>) -> Self {
        Self::Invalid {
            parameter: parameter.to_owned(),
            reason: reason.into(),
            nearest: Vec::new(),
            try_url: None,
        }
    }

    /// Where the error promises a URL that works.
    fn try_url_mut(&mut self) -> Option<&mut Option<String>> {
        match self {
            Self::UnknownNode { try_url, .. } | Self::AmbiguousNode { try_url, .. } | Self::Invalid { try_url, .. } => Some(try_url),
            _ => None,
        }
    }
}

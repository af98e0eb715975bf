//! Recorded time: what the store knew, and since when.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{DocumentNumber, FactNumber, NodeNumber};

/// Number of a transaction, from 1; 0 is the empty store. Text form `r42`, in JSON a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Revision(pub u64);

impl Revision {
    /// The revision after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "r{}", self.0)
    }
}

/// A moment of recorded time: microseconds since 1970-01-01T00:00:00Z. Text form RFC 3339, in UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The present moment; the one place where the clock is read for recorded time.
    #[must_use]
    pub fn now() -> Self {
        Self(jiff::Timestamp::now().as_microsecond())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(moment) => write!(f, "{moment:.6}"),
            Err(_) => write!(f, "{}us", self.0),
        }
    }
}

impl FromStr for Timestamp {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        text.parse::<jiff::Timestamp>()
            .map(|moment| Self(moment.as_microsecond()))
            .map_err(|_| format!("'{text}' is no RFC 3339 time such as 2017-11-24T09:30:00Z"))
    }
}

impl TryFrom<String> for Timestamp {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Timestamp> for String {
    fn from(time: Timestamp) -> Self {
        time.to_string()
    }
}

/// How many of each thing had been recorded at a revision: "recorded by then" is `number < counter`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// Nodes so far.
    pub nodes: u32,
    /// Documents so far.
    pub documents: u32,
    /// Facts so far.
    pub facts: u32,
}

impl Counters {
    /// Whether the node had been recorded.
    #[must_use]
    pub const fn has_node(&self, number: NodeNumber) -> bool {
        number.0 < self.nodes
    }
    /// Whether the document had been recorded.
    #[must_use]
    pub const fn has_document(&self, number: DocumentNumber) -> bool {
        number.0 < self.documents
    }
    /// Whether the fact had been recorded.
    #[must_use]
    pub const fn has_fact(&self, number: FactNumber) -> bool {
        number.0 < self.facts
    }
}

/// A point of the store's history: a revision, when it was recorded, and what had been recorded by then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The revision.
    pub revision: Revision,
    /// When it was recorded; grows with the revision.
    pub time: Timestamp,
    /// What had been recorded by then, this revision included.
    pub counters: Counters,
}

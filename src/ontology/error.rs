//! Why a fact does not fit the vocabulary, or a vocabulary cannot be used.

/// Why a fact does not fit the ontology.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OntologyError {
    /// No relation of that name.
    #[error("there is no relation '{name}'{}", hint(nearest))]
    UnknownRelation {
        /// What was given.
        name: String,
        /// The nearest names.
        nearest: Vec<String>,
    },
    /// No type of that name.
    #[error("there is no node type '{name}'{}", hint(nearest))]
    UnknownType {
        /// What was given.
        name: String,
        /// The nearest names.
        nearest: Vec<String>,
    },
    /// The subject's type is outside the relation's domain.
    #[error("'{relation}' starts at {allowed}, not at {found}")]
    Domain {
        /// The relation.
        relation: String,
        /// What may stand there.
        allowed: String,
        /// What was given.
        found: String,
    },
    /// The object is outside the relation's range.
    #[error("'{relation}' leads to {allowed}, not to {found}")]
    Range {
        /// The relation.
        relation: String,
        /// What may stand there.
        allowed: String,
        /// What was given.
        found: String,
    },
    /// A symmetric relation with the same node at both ends.
    #[error("'{relation}' needs two different nodes")]
    SameEnds {
        /// The relation.
        relation: String,
    },
    /// The user's own file cannot be used.
    #[error("ontology file: {0}")]
    File(String),
}

fn hint(nearest: &[String]) -> String {
    if nearest.is_empty() {
        String::new()
    } else {
        format!(" (near: {})", nearest.join(", "))
    }
}

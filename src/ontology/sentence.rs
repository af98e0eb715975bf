//! A fact as one sentence: who, what, whom, and what must not be missed.
//!
//! [`read`] puts names into the relation's phrase and patterns. It knows no grammar beyond that: what
//! reads badly is mended in `ontology.toml`.

use super::definition::RelationDef;
use crate::model::{Modality, Polarity, Qualifiers};

/// Label of an imported event, which stands beside whatever relation it was mapped to.
pub(super) const EVENT: &str = "event";
/// Name of the place, which a caller may put among the qualifiers of a sentence.
const PLACE: &str = "place";

/// Subject, phrase, object or value with the identifying qualifiers, place, mood.
pub(super) fn read(
    relation: &RelationDef,
    subject: &str,
    object: Option<&str>,
    modality: Modality,
    polarity: Polarity,
    qualifiers: &Qualifiers,
) -> String {
    let phrase = match polarity {
        Polarity::Affirmed => &relation.phrase,
        Polarity::Negated => &relation.phrase_negated,
    };
    let mut out = format!("{subject} {phrase}");
    let parts = Parts { object, qualifiers };
    let pattern = relation.reads.iter().find(|pattern| parts.fill(pattern).is_some());
    let rest = match pattern {
        Some(pattern) => parts.fill(pattern),
        None => object.map(str::to_owned),
    };
    if let Some(rest) = rest {
        // "stated: …" joins on without a blank.
        if !rest.starts_with(':') {
            out.push(' ');
        }
        out.push_str(&rest);
    }
    for name in relation.identifying.iter().map(String::as_str).chain([EVENT]) {
        let told = pattern.is_some_and(|pattern| parts_of(pattern).any(|part| part == name));
        if let Some(value) = parts.get(name).filter(|_| !told) {
            out.extend([" (", value, ")"]);
        }
    }
    if let Some(place) = parts.get(PLACE) {
        out.extend([" in ", place]);
    }
    // What is only wanted or supposed must not read as if it were so.
    if modality != Modality::Asserted {
        out.extend([" [", modality.as_str(), "]"]);
    }
    out
}

/// The names in braces of a pattern.
pub(super) fn parts_of(pattern: &str) -> impl Iterator<Item = &str> {
    pattern
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(part, _)| part))
}

struct Parts<'a> {
    object: Option<&'a str>,
    qualifiers: &'a Qualifiers,
}

impl Parts<'_> {
    /// A part that is there. A qualifier that only repeats the object is not worth saying twice.
    fn get(&self, name: &str) -> Option<&str> {
        if name == "object" {
            return self.object;
        }
        let value = self.qualifiers.get(name).map(String::as_str)?;
        Some(value).filter(|value| !value.is_empty() && Some(*value) != self.object)
    }

    /// The pattern with its parts filled in; `None` when one is missing.
    fn fill(&self, pattern: &str) -> Option<String> {
        let mut out = String::new();
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once('{') {
            let (part, behind) = after.split_once('}')?;
            out.push_str(before);
            out.push_str(self.get(part)?);
            rest = behind;
        }
        out.push_str(rest);
        Some(out)
    }
}

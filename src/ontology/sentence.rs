//! A fact as one sentence: who, what, whom, and what must not be missed.
//!
//! [`Sentence`] puts names into the relation's phrase and patterns. It knows no grammar beyond that: what
//! reads badly is mended in `ontology.toml`. A sentence is never built where it can be written piece by piece:
//! every row of every answer has one.

use std::fmt;

use super::definition::RelationDef;
use crate::model::{Modality, Polarity, Qualifiers};

/// Label of an imported event, which stands beside whatever relation it was mapped to.
pub(super) const EVENT: &str = "event";
/// Name of the place, which a caller may put among the qualifiers of a sentence.
const PLACE: &str = "place";

/// A fact as one sentence: subject, phrase, object or value with the identifying qualifiers, place, mood.
#[derive(Clone, Copy, Debug)]
pub struct Sentence<'a> {
    pub(super) relation: &'a RelationDef,
    pub(super) subject: &'a str,
    pub(super) object: Option<&'a str>,
    pub(super) modality: Modality,
    pub(super) polarity: Polarity,
    pub(super) qualifiers: &'a Qualifiers,
}

impl<'a> Sentence<'a> {
    /// Hands over the sentence piece by piece, in order.
    pub fn each_piece(&self, mut visit: impl FnMut(&'a str)) {
        visit(self.subject);
        visit(" ");
        visit(match self.polarity {
            Polarity::Affirmed => &self.relation.phrase,
            Polarity::Negated => &self.relation.phrase_negated,
        });
        let pattern = self.relation.reads.iter().find(|pattern| pattern.fits(self));
        match (pattern, self.object) {
            (Some(pattern), _) => {
                if !pattern.starts_with_colon(self) {
                    visit(" ");
                }
                pattern.each_piece(self, &mut visit);
            }
            (None, Some(object)) => {
                // "stated: …" joins on without a blank.
                if !object.starts_with(':') {
                    visit(" ");
                }
                visit(object);
            }
            (None, None) => {}
        }
        if !self.qualifiers.is_empty() {
            self.each_qualifier(pattern, &mut visit);
        }
        // What is only wanted or supposed must not read as if it were so.
        if self.modality != Modality::Asserted {
            visit(" [");
            visit(self.modality.as_str());
            visit("]");
        }
    }

    /// The identifying qualifiers that the pattern has not told, and the place.
    fn each_qualifier(&self, pattern: Option<&Pattern>, visit: &mut impl FnMut(&'a str)) {
        for name in self.relation.identifying.iter().map(String::as_str).chain([EVENT]) {
            let told = pattern.is_some_and(|pattern| pattern.names(name));
            if let Some(value) = self.part(name).filter(|_| !told) {
                visit(" (");
                visit(value);
                visit(")");
            }
        }
        if let Some(place) = self.part(PLACE) {
            visit(" in ");
            visit(place);
        }
    }

    /// A part that is there. A qualifier that only repeats the object is not worth saying twice.
    fn part(&self, name: &str) -> Option<&'a str> {
        if name == "object" {
            return self.object;
        }
        let value = self.qualifiers.get(name).map(String::as_str)?;
        Some(value).filter(|value| !value.is_empty() && Some(*value) != self.object)
    }
}

impl fmt::Display for Sentence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut written = Ok(());
        self.each_piece(|piece| written = written.and_then(|()| f.write_str(piece)));
        written
    }
}

/// How a sentence goes on after its phrase: words and `{parts}` in turn.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    /// Words, and the part behind them.
    parts: Vec<(String, String)>,
    /// Words behind the last part.
    end: String,
}

impl Pattern {
    /// Reads a pattern such as `{object} as {position}`; `None` when a brace is not closed.
    pub(super) fn read(pattern: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once('{') {
            let (part, behind) = after.split_once('}')?;
            parts.push((before.to_owned(), part.to_owned()));
            rest = behind;
        }
        Some(Self {
            parts,
            end: rest.to_owned(),
        })
    }

    /// Whether all parts are there.
    fn fits(&self, sentence: &Sentence<'_>) -> bool {
        self.parts.iter().all(|(_, name)| sentence.part(name).is_some())
    }

    fn names(&self, part: &str) -> bool {
        self.parts.iter().any(|(_, name)| name == part)
    }

    fn each_piece<'a>(&'a self, sentence: &Sentence<'a>, visit: &mut impl FnMut(&'a str)) {
        for (before, name) in &self.parts {
            visit(before);
            visit(sentence.part(name).unwrap_or_default());
        }
        visit(&self.end);
    }

    fn starts_with_colon(&self, sentence: &Sentence<'_>) -> bool {
        let mut first = None;
        self.each_piece(sentence, &mut |piece| first = first.or(piece.bytes().next()));
        first == Some(b':')
    }
}

/// The names in braces of a pattern.
pub(super) fn parts_of(pattern: &str) -> impl Iterator<Item = &str> {
    pattern
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}').map(|(part, _)| part))
}

//! From a report's text to drafts of facts, each with the words it rests on.
//!
//! [`Extractor`] is the seam: [`RuleExtractor`] is the built-in one. It never writes, never reads the
//! clock, and never chooses a node: an [`Entity`] is what one report calls by one set of names, and
//! `resolve` decides which node that is. Character offsets are kept from intake to [`DraftFact`].

mod intake;
mod lexicon;
mod sentence;
mod dates;
mod names;
mod tags;
mod phrases;
mod clauses;
mod coref;
mod reading;
mod mood;
mod speech;
mod relations;
mod rules;

pub use intake::intake;
pub use rules::RuleExtractor;

use crate::model::{Day, Modality, Polarity, Qualifiers, ValidTime};

/// A report as it came in, once its form has been read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The text exactly as it is stored; all offsets count its Unicode code points.
    pub text: String,
    /// The day of the dateline.
    pub date: Option<Day>,
    /// Who printed it.
    pub publisher: Option<String>,
    /// The place of the dateline, as written (`BEIJING` is given as `Beijing`).
    pub place: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// Where it can be read.
    pub url: Option<String>,
    /// Its language as a BCP 47 tag; found from the text when not given.
    pub lang: Option<String>,
}

/// What one report calls by one set of names: one person, one state, one event with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// The fullest name in the report.
    pub name: String,
    /// Node type of the ontology.
    pub node_type: String,
    /// Its other proper names in the report, in any script; not pronouns, not descriptions.
    pub aliases: Vec<String>,
    /// Whether `name` names it anywhere (`China`, `Li Zuocheng`), or only in this report ("the
    /// ministry", "security forces"): `resolve` joins the first kind across reports.
    pub is_named: bool,
    /// Index among the entities of the one whose it is, for a description that needs an owner to be
    /// one thing (`security forces` of Myanmar).
    pub owner: Option<usize>,
}

/// What a draft leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DraftObject {
    /// Index among the entities.
    Entity(usize),
    /// A plain value.
    Value(String),
    /// Nothing.
    None,
}

/// A fact as read from one place of a report.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftFact {
    /// Index among the entities.
    pub subject: usize,
    /// Relation of the ontology.
    pub relation: String,
    /// What it leads to.
    pub object: DraftObject,
    /// When it held.
    pub valid: Option<ValidTime>,
    /// The mood.
    pub modality: Modality,
    /// The polarity.
    pub polarity: Polarity,
    /// Entities who say so, innermost first.
    pub speakers: Vec<usize>,
    /// Where it happened.
    pub place: Option<usize>,
    /// All qualifiers, identifying or not.
    pub qualifiers: Qualifiers,
    /// The span it rests on, in code points of [`Report::text`]; never empty.
    pub quote: std::ops::Range<usize>,
    /// Name of the rule that decided it.
    pub rule: String,
    /// 0 to 1.
    pub confidence: f32,
}

/// A sentence that gave no fact, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The sentence, as written.
    pub sentence: String,
    /// Why, for people.
    pub reason: String,
}

/// All that an extractor takes from one report.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Extraction {
    /// The report's entities.
    pub entities: Vec<Entity>,
    /// The facts, in the order of the text.
    pub facts: Vec<DraftFact>,
    /// Sentences without a fact.
    pub skipped: Vec<Skipped>,
}

/// Why a text is not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExtractError {
    /// No text was given.
    #[error("the report has no text")]
    Empty,
    /// A report of several paragraphs that arrived as one line.
    #[error("the report came as one line: use --data-binary, `-d` removes line breaks")]
    OneLine,
    /// The text is in a language that is not read (facts as data are welcome in any).
    #[error("the text seems to be in {0}; only English is read, facts as data are welcome in any language")]
    Language(String),
    /// No date is to be found: without one "on Wednesday" means nothing.
    #[error("the report has no date: give it in the dateline or as 'date'")]
    NoDate,
    /// A field of the dateline or of the request is wrong.
    #[error("{field}: {reason}")]
    Field {
        /// The field.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// Reads facts out of a report. Deterministic: the same report gives the same drafts on any day, in
/// any time zone, with any number of threads.
pub trait Extractor: Send + Sync {
    /// Name and version, as it stands in `asserted_by`.
    fn name(&self) -> &str;

    /// Everything it finds in the report.
    fn extract(&self, report: &Report) -> Extraction;
}

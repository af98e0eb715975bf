//! A fact as posted, and what may be wrong with a line that holds one.
//!
//! [`FactIn::from_object`] is the one door for JSON and CSV alike, so that a misspelt key or a number
//! where a text belongs is refused with the same words everywhere. Whether nodes exist and the ontology
//! allows the fact is not decided here. Lines of a stream mostly come in through [`super::Piece`], which
//! reads the usual line without a copy and asks here whenever one is not.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// Types of the problems that a line can have.
pub mod problem {
    /// The line is no JSON object, or no CSV record of the header's length.
    pub const INVALID_JSON: &str = "/problems/invalid-json";
    /// A field cannot be used as it is.
    pub const INVALID_VALUE: &str = "/problems/invalid-value";
    /// A date is no EDTF, or no day.
    pub const INVALID_DATE: &str = "/problems/invalid-date";
    /// A field that is needed is not there.
    pub const MISSING_FIELD: &str = "/problems/missing-field";
    /// No such relation.
    pub const UNKNOWN_RELATION: &str = "/problems/unknown-relation";
    /// No node of that id or name.
    pub const UNKNOWN_NODE: &str = "/problems/unknown-node";
    /// Several nodes of that name.
    pub const AMBIGUOUS_NODE: &str = "/problems/ambiguous-node";
    /// The ontology does not allow it.
    pub const ONTOLOGY_RULE: &str = "/problems/ontology-rule";
    /// The quote does not stand in the document.
    pub const QUOTE_NOT_FOUND: &str = "/problems/quote-not-found";
    /// It is not so any more, or a person decided otherwise.
    pub const CONFLICT: &str = "/problems/conflict";
}

/// A fact as posted: the keys of the row.
///
/// Keys that the server derives (`id`, `text`, `earliest`, `latest`, `source_count`, `at`, `hop`, …) are
/// accepted and not read, so that rows can be posted back. `said_by` and `place_name` are read only to
/// name speakers and places that the store does not have yet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "Map<String, Value>")]
#[schema(as = FactIn)]
// Texts may be borrowed from what was posted; that is nothing for the description of the API.
pub struct FactIn<'a> {
    /// Id or name of the subject.
    pub subject: Option<Cow<'a, str>>,
    /// Its name; with `subject_type` it is created when new.
    pub subject_name: Option<Cow<'a, str>>,
    /// Its type.
    pub subject_type: Option<Cow<'a, str>>,
    /// The relation.
    pub relation: Option<Cow<'a, str>>,
    /// Id or name of the object.
    pub object: Option<Cow<'a, str>>,
    /// Its name; with `object_type` it is created when new.
    pub object_name: Option<Cow<'a, str>>,
    /// Its type.
    pub object_type: Option<Cow<'a, str>>,
    /// A value in place of the object.
    pub value: Option<Cow<'a, str>>,
    /// When it held, in EDTF.
    pub valid: Option<Cow<'a, str>>,
    /// asserted (default), intended, requested, possible.
    pub modality: Option<Cow<'a, str>>,
    /// affirmed (default) or negated.
    pub polarity: Option<Cow<'a, str>>,
    /// Ids or names of those who say so, innermost first.
    #[schema(required = false)]
    pub speakers: Vec<Cow<'a, str>>,
    /// Names of the speakers, joined by `, via `; names those that are new.
    pub said_by: Option<Cow<'a, str>>,
    /// Id or name of the place.
    pub place: Option<Cow<'a, str>>,
    /// Name of the place; created as a `Place` when new.
    pub place_name: Option<Cow<'a, str>>,
    /// Qualifiers, identifying or not.
    #[schema(required = false)]
    pub qualifiers: BTreeMap<Cow<'a, str>, Cow<'a, str>>,
    /// Who printed it.
    pub publisher: Option<Cow<'a, str>>,
    /// When it was printed, `YYYY-MM-DD`.
    pub reported: Option<Cow<'a, str>>,
    /// Id of the document it stands in; created without text when new and `publisher` or `reported` is given.
    pub document: Option<Cow<'a, str>>,
    /// The words it rests on; must stand in the document where its text is stored.
    pub quote: Option<Cow<'a, str>>,
    /// Where it can be read.
    pub url: Option<Cow<'a, str>>,
    /// Number of the sentence in the document, from 1.
    pub sentence: Option<u32>,
    /// How sure the asserter is, 0 to 1.
    pub confidence: Option<f32>,
    /// What decided it.
    pub rule: Option<Cow<'a, str>>,
    /// Who says that the fact is to be stored: `extractor:NAME` (with `document` and `quote`), `import:NAME` or
    /// `person:NAME`. Default: `import:api`.
    pub asserted_by: Option<Cow<'a, str>>,
    /// All evidence, as rows carry it with `include=evidence`; the row's own is among it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EvidenceIn>,
}

/// One piece of evidence of a posted row.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EvidenceIn {
    /// The document.
    pub document: Option<String>,
    /// Who printed it.
    pub publisher: Option<String>,
    /// Where it can be read.
    pub url: Option<String>,
    /// When it was printed.
    pub reported: Option<String>,
    /// The words it rests on.
    pub quote: Option<String>,
    /// Where they start, in Unicode code points of the stored text; not read.
    pub start: Option<u32>,
    /// Where they end; not read.
    pub end: Option<u32>,
    /// Ids of those who say so.
    pub speakers: Vec<String>,
    /// What decided it.
    pub rule: Option<String>,
}

/// Keys of a row that the server derives, or that say where the row stood in an answer; not read.
const DERIVED: &[&str] = &[
    "id",
    "text",
    "earliest",
    "latest",
    "source_count",
    "at",
    "hop",
    "facts",
    "path",
    "from",
    "to",
    "reversed",
    "parallel",
    "claim",
    "same_claim",
    "recorded_at",
    "retracted_at",
    "supersedes",
    "superseded_by",
    "reason",
    "by",
    "history",
];

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Fault {
    /// JSON pointer to the field; empty for the whole line.
    pub pointer: String,
    /// The problem's type, one of [`problem`].
    pub problem: &'static str,
    /// What is wrong, for people.
    pub detail: String,
}

impl Fault {
    /// A fault of one field.
    #[must_use]
    pub fn new(pointer: impl Into<String>, problem: &'static str, detail: impl Into<String>) -> Self {
        Self {
            pointer: pointer.into(),
            problem,
            detail: detail.into(),
        }
    }

    /// The fault as the error of a line.
    #[must_use]
    pub fn on_line(self, line: u64) -> LineError {
        LineError {
            line,
            pointer: self.pointer,
            problem: self.problem.to_owned(),
            detail: self.detail,
        }
    }
}

/// One line of a request or a file: the fact, or why the line could not be read.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its number, from 1.
    pub number: u64,
    /// The fact.
    pub fact: Result<FactIn<'static>, LineError>,
}

impl Line {
    /// The line of a number, as it was read.
    #[must_use]
    pub fn read(number: u64, fact: Result<FactIn<'static>, Fault>) -> Self {
        Self {
            number,
            fact: fact.map_err(|fault| fault.on_line(number)),
        }
    }
}

/// What is wrong with one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LineError {
    /// The line, from 1.
    pub line: u64,
    /// JSON pointer to the field, such as `/relation`; empty for the whole line.
    pub pointer: String,
    /// The problem's type, such as `/problems/unknown-relation`.
    #[serde(rename = "type")]
    pub problem: String,
    /// What is wrong, for people.
    pub detail: String,
}

impl FactIn<'static> {
    /// A fact from one JSON object as text.
    ///
    /// # Errors
    ///
    /// What is wrong with it, and where.
    pub fn from_json(text: &str) -> Result<Self, Fault> {
        match serde_json::from_str(text) {
            Ok(value) => Self::from_value(value),
            Err(error) => Err(Fault::new("", problem::INVALID_JSON, format!("the line is no JSON: {error}"))),
        }
    }

    /// A fact from a JSON value.
    ///
    /// # Errors
    ///
    /// What is wrong with it, and where.
    pub fn from_value(value: Value) -> Result<Self, Fault> {
        match value {
            Value::Object(object) => Self::from_object(object),
            _ => Err(Fault::new("", problem::INVALID_JSON, "the line is no JSON object")),
        }
    }

    /// A fact from the cells of a CSV record, in the form rows are written in: lists joined by `; `,
    /// qualifiers and evidence as JSON, an empty cell for what is unknown.
    ///
    /// # Errors
    ///
    /// What is wrong with it, and where.
    pub fn from_cells<'a>(header: impl Iterator<Item = &'a str>, cells: impl Iterator<Item = &'a str>) -> Result<Self, Fault> {
        let mut object = Map::new();
        for (key, cell) in header.zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            let value = match key {
                "speakers" => cell.split("; ").map(|part| Value::from(part.trim())).collect(),
                "qualifiers" | "evidence" => serde_json::from_str(cell)
                    .map_err(|error| Fault::new(format!("/{key}"), problem::INVALID_VALUE, format!("'{cell}' is no JSON: {error}")))?,
                "sentence" | "confidence" => serde_json::from_str(cell)
                    .map_err(|_| Fault::new(format!("/{key}"), problem::INVALID_VALUE, format!("'{cell}' is no number")))?,
                _ => Value::from(cell),
            };
            object.insert(key.to_owned(), value);
        }
        Self::from_object(object)
    }

    /// A fact from a JSON object. `null` and the empty text are as good as absent.
    ///
    /// # Errors
    ///
    /// An unknown key, or a value of another kind than the key takes.
    pub fn from_object(object: Map<String, Value>) -> Result<Self, Fault> {
        let mut fact = Self::default();
        for (key, value) in object {
            if !value.is_null() {
                fact.set(&key, value)?;
            }
        }
        Ok(fact)
    }

    fn set(&mut self, key: &str, value: Value) -> Result<(), Fault> {
        match key {
            "speakers" => self.speakers = texts(key, value)?,
            "qualifiers" => self.qualifiers = qualifiers(key, value)?,
            "sentence" => self.sentence = Some(number(key, &value)?),
            "confidence" => self.confidence = Some(confidence(key, &value)?),
            "evidence" => {
                self.evidence = serde_json::from_value(value)
                    .map_err(|error| Fault::new("/evidence", problem::INVALID_VALUE, format!("evidence cannot be read: {error}")))?;
            }
            _ => match TextField::of(key) {
                Some(field) => *field.of_mut(self) = Some(text(key, value)?).filter(|text| !text.is_empty()).map(Cow::Owned),
                None if is_derived(key) => {}
                None => return Err(unknown_key(key)),
            },
        }
        Ok(())
    }
}

impl FactIn<'_> {
    /// The same with texts of its own.
    #[must_use]
    pub fn into_owned(mut self) -> FactIn<'static> {
        let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
        let mut fact = FactIn {
            speakers: std::mem::take(&mut self.speakers).into_iter().map(owned).collect(),
            qualifiers: std::mem::take(&mut self.qualifiers)
                .into_iter()
                .map(|(name, value)| (owned(name), owned(value)))
                .collect(),
            sentence: self.sentence,
            confidence: self.confidence,
            evidence: std::mem::take(&mut self.evidence),
            ..FactIn::default()
        };
        for field in TextField::ALL {
            *field.of_mut(&mut fact) = field.of_mut(&mut self).take().map(owned);
        }
        fact
    }
}

macro_rules! text_fields {
    ($($field:ident $variant:ident),+ $(,)?) => {
        /// A field that is a plain text.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum TextField { $($variant),+ }

        impl TextField {
            /// All of them.
            pub(super) const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The field of a key.
            pub(super) fn of(key: &str) -> Option<Self> {
                match key {
                    $(stringify!($field) => Some(Self::$variant),)+
                    _ => None,
                }
            }

            /// Its place in a fact.
            pub(super) const fn of_mut<'f, 'a>(self, fact: &'f mut FactIn<'a>) -> &'f mut Option<Cow<'a, str>> {
                match self {
                    $(Self::$variant => &mut fact.$field),+
                }
            }
        }
    };
}

text_fields! {
    subject Subject, subject_name SubjectName, subject_type SubjectType, relation Relation,
    object Object, object_name ObjectName, object_type ObjectType, value Value, valid Valid,
    modality Modality, polarity Polarity, said_by SaidBy, place Place, place_name PlaceName,
    publisher Publisher, reported Reported, document Document, quote Quote, url Url, rule Rule,
    asserted_by AssertedBy,
}

/// Whether a key is one that only answers have.
pub(super) fn is_derived(key: &str) -> bool {
    DERIVED.contains(&key)
}

impl TryFrom<Map<String, Value>> for FactIn<'static> {
    type Error = Fault;
    fn try_from(object: Map<String, Value>) -> Result<Self, Fault> {
        Self::from_object(object)
    }
}

/// Keys that a fact may be posted with, for the hint of a misspelt one.
const KEYS: &[&str] = &[
    "subject",
    "subject_name",
    "subject_type",
    "relation",
    "object",
    "object_name",
    "object_type",
    "value",
    "valid",
    "modality",
    "polarity",
    "speakers",
    "said_by",
    "place",
    "place_name",
    "qualifiers",
    "publisher",
    "reported",
    "document",
    "quote",
    "url",
    "sentence",
    "confidence",
    "rule",
    "asserted_by",
    "evidence",
];

fn unknown_key(key: &str) -> Fault {
    let nearest = KEYS
        .iter()
        .map(|known| (strsim::osa_distance(key, known), known))
        .min()
        .filter(|(distance, _)| *distance <= 3)
        .map(|(_, known)| format!(" (near: {known})"))
        .unwrap_or_default();
    Fault::new(
        pointer(key),
        problem::INVALID_VALUE,
        format!("a fact has no field '{key}'{nearest}"),
    )
}

/// The JSON pointer of a key.
fn pointer(key: &str) -> String {
    format!("/{}", key.replace('~', "~0").replace('/', "~1"))
}

fn text(key: &str, value: Value) -> Result<String, Fault> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(Fault::new(
            pointer(key),
            problem::INVALID_VALUE,
            format!("'{key}' is a text, not {other}"),
        )),
    }
}

fn texts(key: &str, value: Value) -> Result<Vec<Cow<'static, str>>, Fault> {
    match value {
        Value::Array(items) => items
            .into_iter()
            .enumerate()
            .map(|(place, item)| text(&format!("{key}/{place}"), item).map(Cow::Owned).map_err(unescape))
            .collect(),
        other => Err(Fault::new(
            pointer(key),
            problem::INVALID_VALUE,
            format!("'{key}' is a list of texts, not {other}"),
        )),
    }
}

/// The slash between key and place is part of the pointer, not of the key.
fn unescape(mut fault: Fault) -> Fault {
    fault.pointer = fault.pointer.replace("~1", "/");
    fault
}

fn qualifiers(key: &str, value: Value) -> Result<BTreeMap<Cow<'static, str>, Cow<'static, str>>, Fault> {
    let Value::Object(object) = value else {
        return Err(Fault::new(
            pointer(key),
            problem::INVALID_VALUE,
            format!("'{key}' is an object of texts, not {value}"),
        ));
    };
    let mut out = BTreeMap::new();
    for (name, value) in object {
        match value {
            Value::Null => {}
            Value::String(text) if text.is_empty() => {}
            Value::String(text) => {
                out.insert(name.into(), text.into());
            }
            Value::Number(number) => {
                out.insert(name.into(), number.to_string().into());
            }
            other => {
                let at = format!("/{key}{}", pointer(&name));
                return Err(Fault::new(
                    at,
                    problem::INVALID_VALUE,
                    format!("the qualifier '{name}' is a text, not {other}"),
                ));
            }
        }
    }
    Ok(out)
}

fn number(key: &str, value: &Value) -> Result<u32, Fault> {
    value.as_u64().and_then(|number| u32::try_from(number).ok()).ok_or_else(|| {
        Fault::new(
            pointer(key),
            problem::INVALID_VALUE,
            format!("'{key}' is a whole number up to {}, not {value}", u32::MAX),
        )
    })
}

fn confidence(key: &str, value: &Value) -> Result<f32, Fault> {
    value.as_f64().and_then(sure).ok_or_else(|| {
        Fault::new(
            pointer(key),
            problem::INVALID_VALUE,
            format!("'{key}' is a number from 0 to 1, not {value}"),
        )
    })
}

/// A confidence, when the number is one.
pub(super) fn sure(number: f64) -> Option<f32> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a number between 0 and 1 loses only digits nobody measured"
    )]
    (0.0..=1.0).contains(&number).then_some(number as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_reads_as_the_fact_it_shows() {
        let fact = FactIn::from_json(
            r#"{"id":"f-7k2m9q4x8c1d5n3h","text":"…","subject":"li","relation":"met_with","object":null,"value":null,
                "speakers":["a","b"],"qualifiers":{"quantity":">3"},"source_count":2,"hop":1,"confidence":0.5,"sentence":3}"#,
        )
        .unwrap();
        assert_eq!(fact.subject.as_deref(), Some("li"));
        assert_eq!(fact.speakers, ["a", "b"]);
        assert_eq!(fact.sentence, Some(3));
        assert_eq!(fact.object, None);
    }

    #[test]
    fn a_fault_names_the_field() {
        let pointer = |json: &str| FactIn::from_json(json).unwrap_err().pointer;
        assert_eq!(pointer(r#"{"subjet":"x"}"#), "/subjet");
        assert_eq!(pointer(r#"{"subject":3}"#), "/subject");
        assert_eq!(pointer(r#"{"speakers":["a",3]}"#), "/speakers/1");
        assert_eq!(pointer(r#"{"qualifiers":{"a":[]}}"#), "/qualifiers/a");
        assert_eq!(pointer(r#"{"confidence":1.5}"#), "/confidence");
        assert_eq!(pointer("[]"), "");
        assert!(FactIn::from_json(r#"{"subjet":"x"}"#).unwrap_err().detail.contains("near: subject"));
    }

    #[test]
    fn cells_read_as_the_row_they_were_written_from() {
        let header = ["subject", "speakers", "qualifiers", "value", "confidence"];
        let cells = ["china", "li; ministry", r#"{"aspect":"trade"}"#, "", "0.25"];
        let fact = FactIn::from_cells(header.into_iter(), cells.into_iter()).unwrap();
        assert_eq!(fact.speakers, ["li", "ministry"]);
        assert_eq!(fact.qualifiers["aspect"], "trade");
        assert_eq!((fact.value, fact.confidence), (None, Some(0.25)));
    }
}

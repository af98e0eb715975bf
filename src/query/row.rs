//! A fact as a flat row.
//!
//! Lists hold [`RowRef`]s: handles on facts of one reading, with what their place in the answer adds to them.
//! [`RowRef::parts`] finds what a row is written from, where it lies; [`RowRef::to_row`] makes a [`Row`] of it,
//! the serde type by which every writer is measured. Speakers, place, publisher, report date and document are
//! those of the most direct open evidence; quotes come from the bodies, and only when they are asked for.

use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::model::{Day, DocumentId, Evidence, FactId, FactNumber, Modality, Node, NodeNumber, Polarity, Qualifiers};
use crate::ontology::{RelationDef, Sentence};
use crate::view::{EvidenceRef, FactRef, ObjectRef, Reading, ShownEvidence, ValidRef};

use super::{Asking, EvidenceRow, Include, QueryError, Row};

/// One fact's row, as lists show it (`include` decides on quote and evidence).
///
/// A fact that is no longer known is shown by the evidence it had.
///
/// # Errors
///
/// [`QueryError::NotFound`] for a fact that had not been recorded, [`QueryError::Bodies`] when the store cannot
/// give a quote.
pub fn row<'v>(ask: &Asking<'v>, fact: FactNumber, include: &[Include]) -> Result<RowRef<'v>, QueryError> {
    let content = ask.reading.fact(fact).ok_or_else(|| not_recorded(fact))?;
    row_of(ask, content, include)
}

/// The rows of several facts, in their order.
///
/// # Errors
///
/// As [`row`].
pub(crate) fn rows<'v>(ask: &Asking<'v>, facts: &[FactNumber], include: &[Include]) -> Result<Vec<RowRef<'v>>, QueryError> {
    let found = ask.reading.gather(facts);
    if let Some(lost) = facts.get(found.len()) {
        return Err(not_recorded(*lost));
    }
    found.into_iter().map(|fact| row_of(ask, fact, include)).collect()
}

fn not_recorded(fact: FactNumber) -> QueryError {
    QueryError::NotFound {
        what: "fact",
        given: format!("number {}", fact.0),
    }
}

fn row_of<'v>(ask: &Asking<'v>, fact: FactRef<'v>, include: &[Include]) -> Result<RowRef<'v>, QueryError> {
    let (quote, evidence) = (include.contains(&Include::Quote), include.contains(&Include::Evidence));
    let included = if quote || evidence {
        let bodies = ask.bodies.evidence(fact.number).map_err(QueryError::Bodies)?;
        Some(Included { bodies, quote, evidence })
    } else {
        None
    };
    Ok(RowRef {
        reading: ask.reading,
        fact,
        included,
        at: None,
        hop: None,
    })
}

/// A row of an answer that still stands in the view.
///
/// Serialises as the [`Row`] that it is.
#[derive(Clone, Debug)]
pub struct RowRef<'v> {
    reading: Reading<'v>,
    fact: FactRef<'v>,
    included: Option<Included>,
    /// Its place in a timeline, in timelines.
    pub at: Option<Day>,
    /// How far from the middle, in neighbourhoods.
    pub hop: Option<u32>,
}

/// What was asked for besides, and what it is read from.
#[derive(Clone, Debug)]
struct Included {
    bodies: Arc<[Evidence]>,
    quote: bool,
    evidence: bool,
}

impl Included {
    fn body(&self, number: u32) -> Option<&Evidence> {
        self.bodies.get(usize::try_from(number).ok()?)
    }
}

impl<'v> RowRef<'v> {
    /// The fact.
    #[must_use]
    pub const fn fact(&self) -> &FactRef<'v> {
        &self.fact
    }

    /// The fact's id.
    #[must_use]
    pub const fn id(&self) -> FactId {
        self.fact.id
    }

    /// What the row is written from.
    #[must_use]
    pub fn parts(&self) -> RowParts<'_> {
        let (reading, fact) = (self.reading, &self.fact);
        let (object, value) = match fact.object {
            ObjectRef::Node(node) => (reading.node(node), None),
            ObjectRef::Value(text) => (None, Some(text)),
            ObjectRef::None => (None, None),
        };
        RowParts {
            reading,
            fact,
            relation: reading.view().ontology().relation(fact.relation),
            subject: reading.node(fact.subject),
            object,
            value,
            shown: reading.shown_evidence_of(fact),
            included: self.included.as_ref(),
            at: self.at,
            hop: self.hop,
        }
    }

    /// The fact as one sentence.
    #[must_use]
    pub fn text(&self) -> String {
        self.parts().sentence().to_string()
    }

    /// The row as a value of its own.
    #[must_use]
    pub fn to_row(&self) -> Row {
        let parts = self.parts();
        let subject = parts.subject;
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let id = |node: Option<&Node>| node.map(|node| node.id.to_string());
        let name = |node: Option<&Node>| node.map(|node| node.name.clone());
        Row {
            id: self.fact.id,
            text: parts.sentence().to_string(),
            subject: id(subject).unwrap_or_default(),
            subject_name: name(subject).unwrap_or_default(),
            subject_type: subject.map(|node| node.node_type.to_string()).unwrap_or_default(),
            relation: parts.relation.name.to_string(),
            object: id(parts.object),
            object_name: name(parts.object),
            object_type: parts.object.map(|node| node.node_type.to_string()),
            value: owned(parts.value),
            valid: parts.valid().map(|valid| valid.to_string()),
            earliest: parts.earliest(),
            latest: parts.latest(),
            modality: parts.modality(),
            polarity: parts.polarity(),
            speakers: parts.speakers().map(|node| node.id.to_string()).collect(),
            said_by: said_by(&parts),
            place: id(parts.place()),
            place_name: name(parts.place()),
            qualifiers: joined(parts.identifying(), parts.describing()),
            source_count: parts.source_count(),
            publisher: owned(parts.publisher()),
            reported: parts.reported(),
            document: parts.document().map(ToString::to_string),
            quote: parts.quote().map(owned),
            evidence: parts.evidence(),
            at: self.at,
            hop: self.hop,
        }
    }
}

impl Serialize for RowRef<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_row().serialize(serializer)
    }
}

/// All that a row shows, where it lies in the view.
#[derive(Clone, Copy, Debug)]
pub struct RowParts<'a> {
    reading: Reading<'a>,
    /// The fact's content.
    pub fact: &'a FactRef<'a>,
    /// Its relation.
    pub relation: &'a RelationDef,
    /// Its subject; `None` for one that was not yet known, whose id and name are empty.
    pub subject: Option<&'a Node>,
    /// Its object, where it leads to a node.
    pub object: Option<&'a Node>,
    /// The value, where it leads to no node.
    pub value: Option<&'a str>,
    /// The evidence it is shown by.
    pub shown: Option<ShownEvidence<'a>>,
    included: Option<&'a Included>,
    /// Its place in a timeline, in timelines.
    pub at: Option<Day>,
    /// How far from the middle, in neighbourhoods.
    pub hop: Option<u32>,
}

impl<'a> RowParts<'a> {
    /// The fact as one sentence.
    #[must_use]
    pub fn sentence(&self) -> Sentence<'a> {
        self.reading.view().ontology().sentence(
            self.fact.relation,
            self.subject.map_or("", |node| node.name.as_str()),
            self.object.map(|node| node.name.as_str()).or(self.value),
            self.fact.modality,
            self.fact.polarity,
            self.fact.qualifiers,
        )
    }

    /// When it held, in EDTF.
    #[must_use]
    pub fn valid(&self) -> Option<ValidRef<'a>> {
        self.fact.valid
    }

    /// The earliest day on which it may have held.
    #[must_use]
    pub fn earliest(&self) -> Option<Day> {
        self.fact.span.and_then(|span| span.first_start)
    }

    /// The latest day on which it may have held.
    #[must_use]
    pub fn latest(&self) -> Option<Day> {
        self.fact.span.and_then(|span| span.last_end)
    }

    /// The mood.
    #[must_use]
    pub const fn modality(&self) -> Modality {
        self.fact.modality
    }

    /// Whether it is told to be so.
    #[must_use]
    pub const fn polarity(&self) -> Polarity {
        self.fact.polarity
    }

    /// Those who say so, innermost first.
    pub fn speakers(&self) -> impl Iterator<Item = &'a Node> + use<'a> {
        let reading = self.reading;
        let numbers: &[NodeNumber] = self.shown.map_or(&[], |shown| &shown.provenance.speakers);
        numbers.iter().filter_map(move |node| reading.node(*node))
    }

    /// Where it happened.
    #[must_use]
    pub fn place(&self) -> Option<&'a Node> {
        self.reading.node(self.shown?.provenance.place?)
    }

    /// The identifying qualifiers.
    #[must_use]
    pub const fn identifying(&self) -> &'a Qualifiers {
        self.fact.qualifiers
    }

    /// The describing qualifiers of the evidence; where both have one, the identifying one is shown.
    #[must_use]
    pub fn describing(&self) -> Option<&'a Qualifiers> {
        self.shown.map(|shown| &shown.provenance.qualifiers)
    }

    /// Independent texts behind the claim.
    #[must_use]
    pub fn source_count(&self) -> u32 {
        self.reading.source_count_of(self.fact)
    }

    /// Who printed it.
    #[must_use]
    pub fn publisher(&self) -> Option<&'a str> {
        self.shown?.provenance.publisher.as_deref()
    }

    /// When it was printed.
    #[must_use]
    pub fn reported(&self) -> Option<Day> {
        self.shown?.reported
    }

    /// The document it stands in.
    #[must_use]
    pub fn document(&self) -> Option<&'a DocumentId> {
        let document = self.reading.document(self.shown?.provenance.document?)?;
        Some(&document.document.id)
    }

    /// The words it rests on, where they were asked for: then `None` inside when there are none.
    #[must_use]
    pub fn quote(&self) -> Option<Option<&'a str>> {
        let included = self.included.filter(|included| included.quote)?;
        let body = self.shown.and_then(|shown| included.body(shown.number));
        Some(body.and_then(|body| body.quote.as_ref()).map(|quote| quote.text.as_str()))
    }

    /// All open evidence, where it was asked for.
    #[must_use]
    pub fn evidence(&self) -> Option<Vec<EvidenceRow>> {
        let included = self.included.filter(|included| included.evidence)?;
        let open = self.reading.open_evidence(self.fact.number);
        let row = |evidence: &EvidenceRef<'_>| evidence_row(self.reading, evidence, included.body(evidence.number));
        Some(open.iter().map(row).collect())
    }
}

/// One piece of evidence as a row; `body` is what the store keeps of it.
fn evidence_row(reading: Reading<'_>, evidence: &EvidenceRef<'_>, body: Option<&Evidence>) -> EvidenceRow {
    let held = evidence.provenance;
    let quote = body.and_then(|body| body.quote.as_ref());
    let speakers = held.speakers.iter().filter_map(|node| reading.node(*node));
    EvidenceRow {
        document: held
            .document
            .and_then(|number| reading.document(number))
            .map(|found| found.document.id.to_string()),
        publisher: held.publisher.as_deref().map(str::to_owned),
        url: body.and_then(|body| body.url.clone()),
        reported: evidence.reported,
        quote: quote.map(|quote| quote.text.clone()),
        start: quote.and_then(|quote| quote.start),
        end: quote.and_then(|quote| quote.end),
        speakers: speakers.map(|node| node.id.to_string()).collect(),
        rule: body.and_then(|body| body.rule.clone()),
    }
}

/// The names of the speakers, joined.
fn said_by(parts: &RowParts<'_>) -> Option<String> {
    let names: Vec<_> = parts.speakers().map(|node| node.name.as_str()).collect();
    (!names.is_empty()).then(|| names.join(SAID_VIA))
}

/// What stands between the names of a chain of speakers.
pub const SAID_VIA: &str = ", via ";

/// Identifying qualifiers and those of the evidence; the identifying one wins where both have it.
fn joined(identifying: &Qualifiers, describing: Option<&Qualifiers>) -> Qualifiers {
    let mut all = describing.cloned().unwrap_or_default();
    all.extend(identifying.iter().map(|(name, value)| (name.clone(), value.clone())));
    all
}

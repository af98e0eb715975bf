//! A fact as a flat row.
//!
//! [`row`] reads names, evidence and counts at the reading's revision. Speakers, place, publisher, report
//! date and document are those of the most direct open evidence; quotes come from the bodies, and only
//! when they are asked for.

use crate::model::{Evidence, FactNumber, NodeNumber, Qualifiers};
use crate::view::{EvidenceRef, FactRef, ObjectRef, Reading};

use super::{Asking, EvidenceRow, Include, QueryError, Row};

/// One fact's row, as lists show it (`include` decides on quote and evidence).
///
/// A fact that is no longer known is shown by the evidence it had.
///
/// # Errors
///
/// [`QueryError::NotFound`] for a fact that had not been recorded, [`QueryError::Bodies`] when the store cannot
/// give a quote.
pub fn row(ask: &Asking<'_>, fact: FactNumber, include: &[Include]) -> Result<Row, QueryError> {
    let reading = ask.reading;
    let content = reading.fact(fact).ok_or_else(|| QueryError::NotFound {
        what: "fact",
        given: format!("number {}", fact.0),
    })?;
    let shown = shown_evidence(reading, fact);
    let mut row = bare_row(reading, &content, shown.as_ref());
    if include.iter().any(|what| matches!(what, Include::Quote | Include::Evidence)) {
        let bodies = ask.bodies.evidence(fact).map_err(QueryError::Bodies)?;
        let body = |evidence: &EvidenceRef<'_>| usize::try_from(evidence.number).ok().and_then(|place| bodies.get(place));
        if include.contains(&Include::Quote) {
            row.quote = Some(shown.as_ref().and_then(body).and_then(quote));
        }
        if include.contains(&Include::Evidence) {
            let open = reading.open_evidence(fact);
            row.evidence = Some(
                open.iter()
                    .map(|evidence| evidence_row(reading, evidence, body(evidence)))
                    .collect(),
            );
        }
    }
    Ok(row)
}

/// The most direct open evidence; of a fact that is not known, the most direct it had.
pub(crate) fn shown_evidence(reading: Reading<'_>, fact: FactNumber) -> Option<EvidenceRef<'_>> {
    reading.best_evidence(fact).or_else(|| {
        let all = reading.all_evidence(fact);
        all.into_iter()
            .min_by_key(|evidence| (evidence.provenance.speakers.len(), evidence.number))
    })
}

/// One piece of evidence as a row; `body` is what the store keeps of it.
pub(crate) fn evidence_row(reading: Reading<'_>, evidence: &EvidenceRef<'_>, body: Option<&Evidence>) -> EvidenceRow {
    let held = evidence.provenance;
    let span = body.and_then(|body| body.quote.as_ref());
    EvidenceRow {
        document: held
            .document
            .and_then(|number| reading.document(number))
            .map(|found| found.document.id.to_string()),
        publisher: held.publisher.as_deref().map(str::to_owned),
        url: body.and_then(|body| body.url.clone()),
        reported: evidence.reported,
        quote: body.and_then(quote),
        start: span.and_then(|span| span.start),
        end: span.and_then(|span| span.end),
        speakers: ids(reading, &held.speakers),
        rule: body.and_then(|body| body.rule.clone()),
    }
}

fn quote(body: &Evidence) -> Option<String> {
    body.quote.as_ref().map(|quote| quote.text.clone())
}

fn bare_row(reading: Reading<'_>, fact: &FactRef<'_>, shown: Option<&EvidenceRef<'_>>) -> Row {
    let ontology = reading.view().ontology();
    let relation = ontology.relation(fact.relation);
    let subject = reading.node(fact.subject);
    let (object, value) = match fact.object {
        ObjectRef::Node(node) => (reading.node(node), None),
        ObjectRef::Value(text) => (None, Some(text.to_owned())),
        ObjectRef::None => (None, None),
    };
    let subject_name = subject.map(|node| node.name.clone()).unwrap_or_default();
    let object_text = object.map(|node| node.name.as_str()).or(value.as_deref());
    let span = fact.span;
    let held = shown.map(|evidence| evidence.provenance);
    let place = held.and_then(|held| held.place).and_then(|node| reading.node(node));
    let speakers = held.map(|held| held.speakers.as_slice()).unwrap_or_default();
    let document = held.and_then(|held| held.document).and_then(|number| reading.document(number));
    Row {
        id: fact.id,
        text: ontology.sentence(
            fact.relation,
            &subject_name,
            object_text,
            fact.modality,
            fact.polarity,
            fact.qualifiers,
        ),
        subject: subject.map(|node| node.id.to_string()).unwrap_or_default(),
        subject_type: subject.map(|node| node.node_type.to_string()).unwrap_or_default(),
        subject_name,
        relation: relation.name.to_string(),
        object: object.map(|node| node.id.to_string()),
        object_name: object.map(|node| node.name.clone()),
        object_type: object.map(|node| node.node_type.to_string()),
        value,
        valid: fact.valid.map(|valid| valid.to_string()),
        earliest: span.and_then(|span| span.first_start),
        latest: span.and_then(|span| span.last_end),
        modality: fact.modality,
        polarity: fact.polarity,
        speakers: ids(reading, speakers),
        said_by: said_by(reading, speakers),
        place: place.map(|node| node.id.to_string()),
        place_name: place.map(|node| node.name.clone()),
        qualifiers: joined(fact.qualifiers, held.map(|held| &held.qualifiers)),
        source_count: reading.source_count(fact.number),
        publisher: held.and_then(|held| held.publisher.as_deref()).map(str::to_owned),
        reported: shown.and_then(|evidence| evidence.reported),
        document: document.map(|found| found.document.id.to_string()),
        quote: None,
        evidence: None,
        at: None,
        hop: None,
    }
}

fn ids(reading: Reading<'_>, nodes: &[NodeNumber]) -> Vec<String> {
    nodes
        .iter()
        .filter_map(|node| reading.node(*node))
        .map(|node| node.id.to_string())
        .collect()
}

fn said_by(reading: Reading<'_>, nodes: &[NodeNumber]) -> Option<String> {
    let names: Vec<_> = nodes
        .iter()
        .filter_map(|node| reading.node(*node))
        .map(|node| node.name.as_str())
        .collect();
    (!names.is_empty()).then(|| names.join(", via "))
}

/// Identifying qualifiers and those of the evidence; the identifying one wins where both have it.
fn joined(identifying: &Qualifiers, describing: Option<&Qualifiers>) -> Qualifiers {
    let mut all = describing.cloned().unwrap_or_default();
    all.extend(identifying.iter().map(|(name, value)| (name.clone(), value.clone())));
    all
}

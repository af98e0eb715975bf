//! One fact with everything known of it: its evidence, its claim, and when it counted.

use crate::model::{FactId, FactNumber, Revision, Timestamp};
use crate::view::{EvidenceRef, Reading};

use super::{Asking, HistoryEntry, Include, QueryError, SingleFact, row};

/// The fact of an id, known or not at the revision asked: a retracted one says since when and why.
///
/// # Errors
///
/// [`QueryError::NotFound`] when no fact of that id had been recorded.
pub fn fact(ask: &Asking<'_>, id: &str) -> Result<SingleFact, QueryError> {
    let reading = ask.reading;
    let unknown = || QueryError::NotFound {
        what: "fact",
        given: id.to_owned(),
    };
    let number = id
        .parse::<FactId>()
        .ok()
        .and_then(|id| reading.fact_by_id(id))
        .ok_or_else(unknown)?;
    let shown = reading.shown_evidence(number);
    let bodies = ask.bodies.evidence(number).map_err(QueryError::Bodies)?;
    let body = shown
        .as_ref()
        .and_then(|evidence| bodies.get(usize::try_from(evidence.number).ok()?));
    let id_of = |fact: FactNumber| reading.fact(fact).map(|fact| fact.id);
    let history = history(reading, number);
    let end = if reading.is_known(number) {
        None
    } else {
        history.iter().rev().find(|entry| !entry.known)
    };
    Ok(SingleFact {
        row: row(ask, number, &[Include::Quote, Include::Evidence])?.to_row(),
        claim: reading.claim(number).ok_or_else(unknown)?,
        same_claim: reading
            .same_claim(number)
            .into_iter()
            .filter(|mate| *mate != number)
            .filter_map(id_of)
            .collect(),
        confidence: body.and_then(|body| body.confidence),
        asserted_by: shown.as_ref().map(|evidence| evidence.provenance.asserted_by.to_string()),
        recorded_at: history.first().map(|entry| entry.recorded_at).unwrap_or_default(),
        retracted_at: end.map(|entry| entry.recorded_at),
        supersedes: reading.supersedes(number).and_then(id_of),
        superseded_by: reading.superseded_by(number).and_then(id_of),
        reason: end.and_then(|entry| entry.reason.clone()),
        by: end.and_then(|entry| entry.by.clone()),
        history,
    })
}

/// When a revision was recorded.
pub(super) fn time_of(reading: Reading<'_>, revision: Revision) -> Timestamp {
    reading.view().head_of(revision).map(|head| head.time).unwrap_or_default()
}

/// Everything that happened to a fact up to the reading's revision, one entry a revision and event.
fn history(reading: Reading<'_>, fact: FactNumber) -> Vec<HistoryEntry> {
    let all = reading.all_evidence(fact);
    let mut revisions: Vec<_> = all
        .iter()
        .flat_map(|evidence| [Some(evidence.opened), evidence.closed.map(|closed| closed.revision)])
        .flatten()
        .collect();
    revisions.sort_unstable();
    revisions.dedup();
    revisions
        .into_iter()
        .flat_map(|revision| happened_at(reading, fact, &all, revision))
        .collect()
}

/// What happened to a fact at one revision: openings first, as a commit is applied.
fn happened_at(reading: Reading<'_>, fact: FactNumber, all: &[EvidenceRef<'_>], revision: Revision) -> Vec<HistoryEntry> {
    let known_at = |revision: Revision| reading.view().at(revision).is_known(fact);
    let before = Revision(revision.0.saturating_sub(1));
    let entry = |event: &str, reason: Option<String>, by: Option<String>| HistoryEntry {
        revision,
        recorded_at: time_of(reading, revision),
        event: event.to_owned(),
        known: known_at(revision),
        reason,
        by,
    };
    let mut entries = Vec::new();
    if all.iter().any(|evidence| evidence.opened == revision) {
        let is_first = all.iter().all(|evidence| evidence.opened >= revision);
        let event = match (is_first, known_at(before)) {
            (true, _) => "asserted",
            (false, true) => "corroborated",
            (false, false) => "asserted_again",
        };
        entries.push(entry(event, None, None));
    }
    let text = |shared: &Option<std::sync::Arc<str>>| shared.as_deref().map(str::to_owned);
    for evidence in all {
        if let Some(closed) = evidence.closed.filter(|closed| closed.revision == revision) {
            let closing = entry(
                why_closed(reading, fact, evidence, revision),
                text(&closed.reason),
                text(&closed.by),
            );
            if !entries.contains(&closing) {
                entries.push(closing);
            }
        }
    }
    entries
}

fn why_closed(reading: Reading<'_>, fact: FactNumber, evidence: &EvidenceRef<'_>, revision: Revision) -> &'static str {
    let document = evidence.provenance.document.and_then(|number| reading.document(number));
    if document
        .and_then(|document| document.closed)
        .is_some_and(|closed| closed.revision == revision)
    {
        return "document_deleted";
    }
    // A correction closes the old fact and records the new one in one revision.
    let then = reading.view().at(revision);
    let correction = then
        .superseded_by(fact)
        .and_then(|newer| then.all_evidence(newer).first().map(|first| first.opened));
    if correction == Some(revision) { "corrected" } else { "retracted" }
}

//! What commits say of older records: further evidence, closings, answered requests. And the trees of these.

use std::collections::HashMap;

use super::values::{self, Values, no_key};
use super::{FindingKind, Scrub};
use crate::model::{DocumentNumber, FactNumber, Head};
use crate::store::keys::{self, TreeName};
use crate::store::pack::PackedCommit;
use crate::store::{Closing, DocumentClosing, EvidenceRecord, StoreError, codec, replay, rows};

/// Further evidence that commits named so far: of each fact, how many pieces.
pub(super) type Further = HashMap<FactNumber, u32>;

/// Reads the commits a second time, now that it is known what there is.
pub(super) fn check(scrub: &mut Scrub<'_, '_>) -> Result<Further, StoreError> {
    let tree = TreeName::Commits;
    let mut further = Further::new();
    for value in Values::new(scrub.trees, tree, &[])? {
        // What cannot be read was told when it was read first.
        let (Ok(payload), Ok(revision)) = (value.payload, values::revision(tree, &value.key)) else {
            continue;
        };
        let Ok(mut packed) = codec::decode::<PackedCommit>(tree, &value.key, &payload) else {
            continue;
        };
        let Some(head) = scrub.history.head(revision) else { continue };
        check_requests(&head, &packed, scrub);
        match replay::light_evidence(&value.key, &mut packed) {
            Ok(records) => records.iter().for_each(|record| check_named(record, &head, &mut further, scrub)),
            Err(error) => {
                scrub.report.value(tree, &value.key, Err(error), |_, _| Ok(()));
            }
        }
        let (closings, document_closings) = packed.closings();
        for closing in &closings {
            check_closing(closing, &head, &further, scrub);
        }
        for closing in &document_closings {
            check_document_closing(closing, &head, scrub);
        }
    }
    Ok(further)
}

/// A piece of further evidence as its commit names it.
fn check_named(record: &EvidenceRecord, head: &Head, further: &mut Further, scrub: &mut Scrub<'_, '_>) {
    let EvidenceRecord { fact, number, evidence } = record;
    let named = format_args!("{}, evidence {number} of fact {}", head.revision, fact.0);
    let by = &head.counters;
    if !scrub.history.has_fact(*fact, by) {
        scrub
            .report
            .found(FindingKind::Reference, "commits", named, "there was no such fact");
    }
    let count = further.entry(*fact).or_default();
    // A commit that is not known may have brought those between.
    if *number != *count + 1 && (*number <= *count || !scrub.history.has_gap_before(head.revision.0)) {
        let reason = format_args!("the fact had {} pieces before", *count + 1);
        scrub.report.found(FindingKind::Order, "commits", named, reason);
    }
    *count = (*count).max(*number);
    scrub.check_evidence("commits", &named, evidence, by);
    let key = keys::evidence(*fact, *number);
    let record = format_args!("fact {}, evidence {number}", fact.0);
    match scrub.trees.get(TreeName::Evidence, &key) {
        Ok(Some(payload)) => {
            let whole = rows::read_evidence(TreeName::Evidence, &key, &payload);
            if whole.is_ok_and(|whole| whole.iter().any(|whole| whole.light() != *evidence)) {
                let reason = format_args!("it is not the one that {} names", head.revision);
                scrub.report.found(FindingKind::Disagrees, "evidence", record, reason);
            }
        }
        Ok(None) => {
            let reason = format_args!("{} brought it, and it is not there", head.revision);
            scrub.report.found(FindingKind::Missing, "evidence", record, reason);
        }
        // Told where the tree is read.
        Err(_) => {}
    }
}

fn check_closing(closing: &Closing, head: &Head, further: &Further, scrub: &mut Scrub<'_, '_>) {
    let Closing { fact, number, .. } = closing;
    let record = format_args!("{}, closing of evidence {number} of fact {}", head.revision, fact.0);
    if !scrub.history.has_fact(*fact, &head.counters) {
        scrub
            .report
            .found(FindingKind::Reference, "commits", record, "there was no such fact");
    } else if *number > further.get(fact).copied().unwrap_or_default() && !scrub.history.has_gap_before(head.revision.0) {
        scrub
            .report
            .found(FindingKind::Reference, "commits", record, "there was no such evidence yet");
    }
}

fn check_document_closing(closing: &DocumentClosing, head: &Head, scrub: &mut Scrub<'_, '_>) {
    let DocumentNumber(document) = closing.document;
    if !scrub.history.has_document(closing.document, &head.counters) {
        let record = format_args!("{}, closing of document {document}", head.revision);
        scrub
            .report
            .found(FindingKind::Reference, "commits", record, "there was no such document");
    }
}

fn check_requests(head: &Head, packed: &PackedCommit, scrub: &mut Scrub<'_, '_>) {
    for digest in &packed.requests {
        let key = codec::row_key(&keys::request(digest, head.revision), 0);
        // What sled cannot read is told where the tree is read.
        if matches!(scrub.trees.row(TreeName::Requests, &key), Ok(None)) {
            let record = format_args!("a request of {}", head.revision);
            scrub.report.found(
                FindingKind::Missing,
                "requests",
                record,
                "its commit brought it, and it is not there",
            );
        }
    }
}

/// Reads the whole of further evidence.
pub(super) fn check_evidence(further: &Further, scrub: &mut Scrub<'_, '_>) -> Result<(), StoreError> {
    let tree = TreeName::Evidence;
    let mut values = Values::new(scrub.trees, tree, &[])?;
    for value in values.by_ref() {
        let read = scrub.report.value(tree, &value.key, value.payload, |key, payload| {
            let (fact, number) = keys::evidence_of(key).ok_or_else(|| no_key(tree, key))?;
            let mut evidence = rows::read_evidence(tree, key, payload)?;
            match (evidence.pop(), evidence.is_empty()) {
                (Some(evidence), true) => Ok((fact, number, evidence)),
                _ => Err(codec::damaged(tree, key, "not one piece of evidence")),
            }
        });
        let Some((fact, number, evidence)) = read else { continue };
        scrub.report.read.evidence += 1;
        let record = format_args!("fact {}, evidence {number}", fact.0);
        let is_named = number > 0 && further.get(&fact).is_some_and(|count| number <= *count);
        if !is_named && !scrub.history.has_gap_before(u64::MAX) {
            scrub.report.found(FindingKind::Stray, "evidence", record, "no commit brought it");
        }
        scrub.check_quote("evidence", &record, &evidence);
    }
    scrub.report.read.bytes += values.bytes;
    Ok(())
}

/// Reads the answered requests.
pub(super) fn check_answers(scrub: &mut Scrub<'_, '_>) -> Result<(), StoreError> {
    let tree = TreeName::Requests;
    let mut values = Values::new(scrub.trees, tree, &[])?;
    for value in values.by_ref() {
        let read = scrub.report.value(tree, &value.key, value.payload, |key, payload| {
            let at = keys::revision_of(key)
                .filter(|_| key.len() == 24)
                .ok_or_else(|| no_key(tree, key))?;
            Ok((at, rows::read_request(key, payload)?))
        });
        let Some((at, request)) = read else { continue };
        scrub.report.read.requests += 1;
        let mut found = |kind, reason: &str| {
            scrub.report.found(kind, "requests", format_args!("a request of {at}"), reason);
        };
        if !value.key.starts_with(&keys::request_digest(&request.key)) {
            found(FindingKind::Id, "it stands under another key than its own");
        }
        if request.revision != at {
            found(FindingKind::Disagrees, "it says that it was answered at another revision");
        }
        if !scrub.history.has(at.0) {
            found(FindingKind::Stray, "there is no such commit");
        }
    }
    scrub.report.read.bytes += values.bytes;
    Ok(())
}

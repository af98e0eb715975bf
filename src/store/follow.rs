//! Whether a commit follows the head: the part of the contract that every engine checks before it writes.
//!
//! What would need a look at older commits is not checked here: that a closed piece of evidence exists,
//! that the number of further evidence is the fact's next.

use std::collections::HashSet;

use super::{Commit, StoreError};
use crate::model::Head;

/// Checks that `commit` may be written after `head`.
pub(super) fn check(head: &Head, commit: &Commit) -> Result<(), StoreError> {
    if commit.head.revision != head.revision.next() {
        return refuse(format!("{} does not follow {}", commit.head.revision, head.revision));
    }
    if commit.head.time <= head.time {
        return refuse(format!("its time {} is not after {}", commit.head.time, head.time));
    }
    check_numbers(head, commit)?;
    check_references(commit)
}

fn check_numbers(head: &Head, commit: &Commit) -> Result<(), StoreError> {
    let after = commit.head.counters;
    let mut nodes = head.counters.nodes;
    for record in &commit.nodes {
        match record.number.0 {
            number if number == nodes => nodes += 1,
            number if number < nodes => {}
            number => return refuse(format!("node {number} follows {nodes} others")),
        }
    }
    counted("node", nodes, after.nodes)?;
    let documents = consecutive(
        "document",
        head.counters.documents,
        commit.documents.iter().map(|record| record.number.0),
    )?;
    counted("document", documents, after.documents)?;
    let facts = consecutive("fact", head.counters.facts, commit.facts.iter().map(|record| record.number.0))?;
    counted("fact", facts, after.facts)
}

fn check_references(commit: &Commit) -> Result<(), StoreError> {
    let after = commit.head.counters;
    let touched = commit
        .evidence
        .iter()
        .map(|record| record.fact)
        .chain(commit.closings.iter().map(|closing| closing.fact));
    for fact in touched.chain(commit.facts.iter().filter_map(|record| record.supersedes)) {
        if !after.has_fact(fact) {
            return refuse(format!("fact {} was never recorded", fact.0));
        }
    }
    let named = commit.document_closings.iter().map(|closing| closing.document);
    for document in named.chain(commit.documents.iter().filter_map(|record| record.replaces)) {
        if !after.has_document(document) {
            return refuse(format!("document {} was never recorded", document.0));
        }
    }
    let mut further = HashSet::new();
    for record in &commit.evidence {
        if record.number == 0 || !further.insert((record.fact, record.number)) {
            return refuse(format!("evidence {} of fact {} is there already", record.number, record.fact.0));
        }
    }
    let mut keys = HashSet::new();
    match commit.requests.iter().find(|request| !keys.insert(request.key.as_str())) {
        Some(twice) => refuse(format!("key '{}' is used twice", twice.key)),
        None => Ok(()),
    }
}

fn consecutive(what: &str, mut next: u32, numbers: impl Iterator<Item = u32>) -> Result<u32, StoreError> {
    for number in numbers {
        if number != next {
            return refuse(format!("{what} {number} follows {next} others"));
        }
        next += 1;
    }
    Ok(next)
}

fn counted(what: &str, found: u32, told: u32) -> Result<(), StoreError> {
    if found == told {
        Ok(())
    } else {
        refuse(format!("its {what} counter is {told} and should be {found}"))
    }
}

fn refuse<T>(reason: String) -> Result<T, StoreError> {
    Err(StoreError::Refused(reason))
}

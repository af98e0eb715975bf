//! Commits one after another: whether revisions, times and counters follow, and which numbers each brought.
//!
//! A commit that cannot be read, or is missing, leaves a gap whose records are not held against anybody: they
//! are there, and what brought them is not known. The gap of a loss that was accepted has no records.

use std::iter::{Copied, Peekable};
use std::ops::Range;

use super::FindingKind;
use super::nodes::{Brought, Nodes};
use super::report::Report;
use super::runs::Runs;
use super::values::{self, Values, revision};
use crate::model::{Counters, DocumentNumber, FactNumber, Head, Revision};
use crate::store::head::Mark;
use crate::store::keys::TreeName;
use crate::store::pack::PackedCommit;
use crate::store::trees::Trees;
use crate::store::{StoreError, codec};

/// A commit that was read.
#[derive(Clone, Copy, Debug, Default)]
struct Past {
    /// Its head, with the counters that its records make: where these are not the ones it tells, that is a finding.
    head: Head,
    /// The counters that it tells.
    told: Counters,
}

/// What the commits say was recorded.
#[derive(Default)]
pub(super) struct History {
    past: Vec<Past>,
    /// Revisions of commits that are missing or cannot be read.
    unknown: Runs,
    /// Numbers that commits brought.
    pub(super) facts: Runs,
    pub(super) documents: Runs,
    /// Numbers that an unknown commit may have brought.
    pub(super) unknown_facts: Runs,
    pub(super) unknown_documents: Runs,
}

impl History {
    /// Reads all commits; `mark` is what `HEAD` names.
    pub(super) fn read(trees: &Trees, nodes: &Nodes, mark: Option<&Mark>, report: &mut Report<'_>) -> Result<Self, StoreError> {
        let tree = TreeName::Commits;
        let mut reader = Reader {
            history: Self::default(),
            unread: Runs::default(),
            nodes,
            brought: nodes.brought().iter().copied().peekable(),
        };
        let mut values = Values::new(trees, tree, &[])?;
        for value in values.by_ref() {
            let (key, is_end) = (value.key, value.is_end);
            let commit = report.value(tree, &key, value.payload, |key, payload| {
                let packed: PackedCommit = codec::decode(tree, key, payload)?;
                Ok((revision(tree, key)?, packed))
            });
            match commit {
                Some((revision, packed)) => reader.commit(revision, &packed, report),
                None => reader.unread.push(values::unread(revision(tree, &key).ok(), is_end)),
            }
        }
        report.read.bytes += values.bytes;
        Ok(reader.finish(mark, report))
    }

    /// The newest head, as far as it can be read.
    pub(super) fn last(&self) -> Head {
        self.past.last().map(|past| past.head).unwrap_or_default()
    }

    /// The head of a revision.
    pub(super) fn head(&self, revision: u64) -> Option<Head> {
        let found = self.past.binary_search_by_key(&revision, |past| past.head.revision.0).ok()?;
        self.past.get(found).map(|past| past.head)
    }

    /// Whether a commit of this revision is, or may have been.
    pub(super) fn has(&self, revision: u64) -> bool {
        self.unknown.contains(revision) || self.head(revision).is_some()
    }

    /// Whether a commit before this revision is not known.
    pub(super) fn has_gap_before(&self, revision: u64) -> bool {
        self.unknown.iter().next().is_some_and(|run| run.start < revision)
    }

    /// What had been recorded when the first commit that counts this fact was.
    pub(super) fn counters_of_fact(&self, fact: FactNumber) -> Counters {
        self.counters(|counters| counters.has_fact(fact))
    }

    /// What had been recorded when the first commit that counts this document was.
    pub(super) fn counters_of_document(&self, document: DocumentNumber) -> Counters {
        self.counters(|counters| counters.has_document(document))
    }

    /// Behind the last known commit nothing is known.
    fn counters(&self, counts: impl Fn(&Counters) -> bool) -> Counters {
        let place = self.past.partition_point(|past| !counts(&past.head.counters));
        let all = Counters {
            nodes: u32::MAX,
            documents: u32::MAX,
            facts: u32::MAX,
        };
        self.past.get(place).map_or(all, |past| past.head.counters)
    }

    pub(super) fn has_fact(&self, fact: FactNumber, by: &Counters) -> bool {
        let number = u64::from(fact.0);
        by.has_fact(fact) && (self.facts.contains(number) || self.unknown_facts.contains(number))
    }

    pub(super) fn has_document(&self, document: DocumentNumber, by: &Counters) -> bool {
        let number = u64::from(document.0);
        by.has_document(document) && (self.documents.contains(number) || self.unknown_documents.contains(number))
    }
}

struct Reader<'n> {
    history: History,
    /// Revisions of commits that are there and cannot be read.
    unread: Runs,
    nodes: &'n Nodes,
    brought: Peekable<Copied<std::slice::Iter<'n, Brought>>>,
}

impl Reader<'_> {
    fn commit(&mut self, revision: u64, packed: &PackedCommit, report: &mut Report<'_>) {
        let told = packed.head(Revision(revision));
        let last = self.history.past.last().copied().unwrap_or_default();
        let next = last.head.revision.0.saturating_add(1);
        let stands_for_more = next < revision || told.counters != last.told;
        let is_loss = packed.is_empty() && stands_for_more && !self.unread.meets(&(next..revision));
        let is_time_later = told.time > last.head.time || last.head.revision.0 == 0 || (is_loss && told.time == last.head.time);
        if !is_time_later {
            let reason = format_args!(
                "its time {} is not after {}, that of {}",
                told.time, last.head.time, last.head.revision
            );
            report.found(FindingKind::Order, "commits", told.revision, reason);
        }
        if is_loss {
            self.loss(&last.head, &told, report);
            return;
        }
        let [_, documents, facts] = packed.brings;
        let new_nodes = self.new_nodes(revision, packed, &last, report);
        let counters = if next < revision {
            self.gap(next..revision, &last.head, [documents, facts], &told, report);
            told.counters
        } else {
            counted(&last, [new_nodes, Some(documents), Some(facts)], &told, report)
        };
        let brings = |counter: u32, count: u32| u64::from(counter.saturating_sub(count))..u64::from(counter);
        self.history.facts.push(brings(counters.facts, facts));
        self.history.documents.push(brings(counters.documents, documents));
        self.push(told, counters, report);
    }

    fn push(&mut self, told: Head, counters: Counters, report: &mut Report<'_>) {
        report.read.commits += 1;
        self.history.past.push(Past {
            head: Head { counters, ..told },
            told: told.counters,
        });
    }

    /// An empty commit behind a gap, or whose counters go on: it stands for all that was lost, itself among them.
    fn loss(&mut self, last: &Head, told: &Head, report: &mut Report<'_>) {
        report.read.lost += told.revision.0 - last.revision.0;
        let revisions = last.revision.0.saturating_add(1)..told.revision.0.saturating_add(1);
        let note = format!("acknowledged and lost, which was accepted: {}", said(&revisions));
        report.read.notes.push(note);
        check_above(last, told, [0; 3], report);
        self.push(*told, told.counters, report);
    }

    /// Commits that are missing or cannot be read, before one that brings so many documents and facts.
    fn gap(&mut self, revisions: Range<u64>, last: &Head, [documents, facts]: [u32; 2], behind: &Head, report: &mut Report<'_>) {
        let mut gap = Runs::default();
        gap.push(revisions.clone());
        for run in gap.without(&self.unread).iter() {
            let reason = "it is missing, and there are later ones";
            report.found(FindingKind::Missing, "commits", said(&run), reason);
        }
        self.history.unknown.push(revisions);
        check_above(last, behind, [0, documents, facts], report);
        let unknown = |before: u32, after: u32, own: u32| u64::from(before)..u64::from(after.saturating_sub(own));
        let (before, after) = (last.counters, behind.counters);
        let unknown_documents = unknown(before.documents, after.documents, documents);
        self.history.unknown_facts.push(unknown(before.facts, after.facts, facts));
        self.history.unknown_documents.push(unknown_documents);
    }

    /// How many nodes the commit brought; `None` when that is not known.
    fn new_nodes(&mut self, revision: u64, packed: &PackedCommit, last: &Past, report: &mut Report<'_>) -> Option<u32> {
        self.skip_nodes(revision, report);
        let record = Revision(revision);
        let [told, _, _] = packed.brings;
        let found = self.brought.next_if(|brought| brought.revision == revision);
        if self.nodes.is_unread(revision) {
            return None;
        }
        let (records, new, first_new) = found.map_or((0, 0, None), |brought| (brought.records, brought.new, brought.first_new));
        if records != told {
            let (kind, reason) = if found.is_none() {
                (FindingKind::Missing, format!("its commit brought {told}, and they are not there"))
            } else {
                (
                    FindingKind::Disagrees,
                    format!("there are {records}, and its commit brought {told}"),
                )
            };
            report.found(kind, "nodes", format_args!("the records of {record}"), reason);
            return None;
        }
        // Behind a damaged value it is not known which numbers are new.
        if !self.nodes.is_whole() {
            return None;
        }
        let is_after_gap = last.head.revision.0.saturating_add(1) != revision;
        if let Some(first) = first_new.filter(|first| *first != last.head.counters.nodes && !is_after_gap) {
            let reason = format_args!("it comes after {} others", last.head.counters.nodes);
            report.found(FindingKind::Order, "nodes", format_args!("node {first}"), reason);
            return None;
        }
        Some(new)
    }

    /// Records of nodes that belong to no commit before this revision.
    fn skip_nodes(&mut self, before: u64, report: &mut Report<'_>) {
        let last = self.history.last().revision.0;
        while let Some(stray) = self.brought.next_if(|brought| brought.revision < before) {
            // Those of a commit that is missing or cannot be read stay unexplained.
            if stray.revision <= last {
                let record = format!("the records of {}", Revision(stray.revision));
                report.found(FindingKind::Stray, "nodes", record, "no commit brought them");
            }
        }
    }

    /// What may come behind the last commit that can be read.
    fn finish(mut self, mark: Option<&Mark>, report: &mut Report<'_>) -> History {
        let last = self.history.last();
        let next = last.revision.0.saturating_add(1);
        let acknowledged = mark.map_or(0, |mark| mark.head.revision.0);
        let mut behind = Runs::default();
        behind.push(next..acknowledged.saturating_add(1));
        for run in behind.without(&self.unread).iter() {
            report.found(
                FindingKind::Missing,
                "HEAD",
                said(&run),
                "it was acknowledged, and is not in 'commits'",
            );
        }
        let unread_end = self.unread.iter().last().map_or(0, |run| run.end);
        let end = unread_end.max(acknowledged.saturating_add(1));
        if end > next {
            self.history.unknown.push(next..end);
            self.history.unknown_facts.push(u64::from(last.counters.facts)..u64::MAX);
            self.history.unknown_documents.push(u64::from(last.counters.documents)..u64::MAX);
        }
        for stray in self.brought.by_ref() {
            if !self.history.unknown.contains(stray.revision) {
                let record = format!("the records of {}", Revision(stray.revision));
                report.found(FindingKind::Stray, "nodes", record, "no commit brought them");
            }
        }
        report.read.revision = last.revision;
        self.history
    }
}

/// The counters from which to go on behind a commit that brings so many nodes, documents and facts.
fn counted(last: &Past, [nodes, documents, facts]: [Option<u32>; 3], told: &Head, report: &mut Report<'_>) -> Counters {
    let (before, told_before, now) = (last.head.counters, last.told, told.counters);
    let mut settle = |what, brought: Option<u32>, [before, told_before, now]: [u32; 3]| {
        let Some(brought) = brought else { return now };
        let sum = before.saturating_add(brought);
        // After a wrong counter, which was told, the next may go on from it.
        if sum == now || told_before.saturating_add(brought) == now {
            return now;
        }
        let reason = format_args!("its {what} counter is {now}, and its records make it {sum}");
        report.found(FindingKind::Disagrees, "commits", told.revision, reason);
        sum
    };
    Counters {
        nodes: settle("node", nodes, [before.nodes, told_before.nodes, now.nodes]),
        documents: settle("document", documents, [before.documents, told_before.documents, now.documents]),
        facts: settle("fact", facts, [before.facts, told_before.facts, now.facts]),
    }
}

/// Behind commits that are not known, counters less what a commit brings itself may only be larger.
fn check_above(last: &Head, told: &Head, brings: [u32; 3], report: &mut Report<'_>) {
    let (before, now) = (last.counters, told.counters);
    let pairs = [
        ("node", before.nodes, now.nodes),
        ("document", before.documents, now.documents),
        ("fact", before.facts, now.facts),
    ];
    for ((what, before, now), own) in pairs.into_iter().zip(brings) {
        if before.checked_add(own).is_none_or(|least| now < least) {
            let reason = format_args!("its {what} counter is {now}, and was {before} before the {own} that it brings");
            report.found(FindingKind::Disagrees, "commits", told.revision, reason);
        }
    }
}

/// Revisions as people say them.
fn said(revisions: &Range<u64>) -> String {
    let (first, last) = (Revision(revisions.start), Revision(revisions.end - 1));
    if first == last {
        first.to_string()
    } else {
        format!("{first} to {last}")
    }
}

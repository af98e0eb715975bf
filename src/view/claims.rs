//! Claims: facts that differ in nothing but their dates, and how many independent texts support one.
//!
//! For facts between two nodes no index is kept: those of one claim are parallel, so the shorter of the two nodes'
//! lists holds them all. A fact whose object is a value, or nothing, has one list, which may be a hub's: claims of
//! such facts are indexed.

use std::ops::ControlFlow;

use smallvec::SmallVec;

use super::facts::{FactEntry, ObjectEntry};
use super::hashed::hash_of;
use super::incidence::{Entry, Hit, Listed, Prefix, Tag};
use super::{FactRef, Reading, Side, View};
use crate::model::time::{Span, Window};
use crate::model::{FactNumber, Modality, NodeNumber, Polarity, SourceGroup};
use crate::ontology::RelationNumber;

impl Reading<'_> {
    /// Known facts of the same claim (this one too), by number.
    #[must_use]
    pub fn same_claim(&self, number: FactNumber) -> Vec<FactNumber> {
        let Some(entry) = self.entry(number) else { return Vec::new() };
        let mut mates = Vec::new();
        self.mates(&entry, Window::default(), |mate, _| mates.push(mate));
        mates.sort_unstable();
        mates
    }

    /// Independent texts among the open evidence of the claim's facts whose dates may overlap this one's.
    #[must_use]
    pub fn source_count(&self, number: FactNumber) -> u32 {
        self.entry(number).map_or(0, |entry| self.count_sources(number, &entry))
    }

    /// The same of a fact at hand.
    #[must_use]
    pub fn source_count_of(&self, fact: &FactRef<'_>) -> u32 {
        self.count_sources(fact.number, &fact.entry)
    }

    fn count_sources(&self, number: FactNumber, entry: &FactEntry) -> u32 {
        let facts = &self.view.facts;
        let mut groups: SmallVec<[SourceGroup; 4]> = SmallVec::new();
        let mut count = |group| {
            if !groups.contains(&group) {
                groups.push(group);
            }
        };
        if !facts.is_crowded(number) {
            self.each_open_group(number, entry, count);
            return u32::try_from(groups.len()).unwrap_or(u32::MAX);
        }
        let span = facts.span(entry);
        // Only what may overlap is looked at, where that can be told by days: undated facts overlap with all.
        let window = span.map_or(Window::default(), |span| Window {
            since: span.first_start,
            until: span.last_end,
        });
        self.mates(entry, window, |mate, mate_entry| {
            if may_overlap(span, facts.span(mate_entry)) {
                self.each_open_group(mate, mate_entry, &mut count);
            }
        });
        u32::try_from(groups.len()).unwrap_or(u32::MAX)
    }

    /// Known facts of the same claim that may hold in a window, and those without a date.
    fn mates(&self, entry: &FactEntry, window: Window, mut visit: impl FnMut(FactNumber, &FactEntry)) {
        self.view.alike(entry, window, |mate, mate_entry| {
            if self.is_known(mate) {
                visit(mate, mate_entry);
            }
        });
    }
}

impl View {
    /// Listed facts of a claim that may hold in a window, and those without a date, known or not.
    fn alike(&self, entry: &FactEntry, window: Window, mut visit: impl FnMut(FactNumber, &FactEntry)) {
        let facts = &self.facts;
        let mut visit_mate = |mate: FactNumber| {
            if let Some(mate_entry) = facts.get(mate)
                && claim_of(&mate_entry) == claim_of(entry)
            {
                visit(mate, &mate_entry);
            }
        };
        if !matches!(entry.object, ObjectEntry::Node(_)) {
            return facts.of_claim(hash_of(&claim_of(entry))).for_each(visit_mate);
        }
        let (node, side, other) = self.shorter_list(entry);
        let tag = Tag::new(side, entry.modality, entry.polarity, entry.kind, Prefix::default());
        let mut look = |hit: Hit<Entry>| {
            let listed = hit.entry;
            // What the lists hold is compared first: most facts of a hub differ there already.
            let is_alike = listed.relation == entry.relation && listed.tag.is_like(tag) && listed.other() == other;
            if is_alike {
                visit_mate(listed.fact());
            }
            ControlFlow::Continue(())
        };
        for list in self.runs.lists(node) {
            list.each_strand(window, facts, |strand| {
                let _ = strand.each(facts, &mut look);
            });
            for hit in list.undated(Window::default(), facts) {
                let _ = look(hit);
            }
        }
    }

    /// Facts of a claim that are listed already. Most new facts are between nodes that nothing connected before.
    pub(super) fn listed_mates(&self, entry: &FactEntry) -> SmallVec<[FactNumber; 2]> {
        let mut mates = SmallVec::new();
        let (node, _, other) = self.shorter_list(entry);
        let meets = |other: NodeNumber| {
            other == node
                || self
                    .runs
                    .near(node)
                    .any(|near| near.neighbours.binary_search_by_key(&other, |near| near.node()).is_ok())
        };
        if other.is_none_or(meets) {
            self.alike(entry, Window::default(), |mate, _| mates.push(mate));
        }
        mates
    }

    /// The end with fewer facts, which end that is, and the node at the other.
    fn shorter_list(&self, entry: &FactEntry) -> (NodeNumber, Side, Option<NodeNumber>) {
        let length = |node| self.runs.lists(node).map(|list| list.len()).sum::<usize>();
        let ObjectEntry::Node(object) = entry.object else {
            return (entry.subject, Side::Subject, None);
        };
        if object != entry.subject && length(object) < length(entry.subject) {
            (object, Side::Object, Some(entry.subject))
        } else {
            (entry.subject, Side::Subject, Some(object))
        }
    }
}

/// What two facts of one claim have in common: everything but the dates.
pub(super) type Claim = (NodeNumber, RelationNumber, ObjectEntry, Modality, Polarity, u32);

/// The claim of a fact.
pub(super) const fn claim_of(entry: &FactEntry) -> Claim {
    (
        entry.subject,
        entry.relation,
        entry.object,
        entry.modality,
        entry.polarity,
        entry.qualifiers,
    )
}

/// Whether two facts may have held on one day; an undated one may have on any.
fn may_overlap(one: Option<Span>, other: Option<Span>) -> bool {
    let (Some(one), Some(other)) = (one, other) else { return true };
    one.possibly_meets(Window {
        since: other.first_start,
        until: other.last_end,
    })
}

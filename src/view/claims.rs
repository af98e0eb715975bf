//! Claims: facts that differ in nothing but their dates, and how many independent texts support one.
//!
//! No index is kept: facts of one claim are parallel facts between the same two nodes, so the shorter of
//! the two nodes' lists holds them all.

use std::collections::HashSet;

use super::facts::{FactEntry, ObjectEntry};
use super::incidence::{List, Listed, Tag};
use super::{Reading, Side};
use crate::model::time::{Span, Window};
use crate::model::{FactNumber, NodeNumber, SourceGroup};

impl Reading<'_> {
    /// Known facts of the same claim (this one too), by number.
    #[must_use]
    pub fn same_claim(&self, number: FactNumber) -> Vec<FactNumber> {
        let Some(entry) = self.entry(number) else { return Vec::new() };
        let mut mates = Vec::new();
        self.mates(&entry, |mate, _| mates.push(mate));
        mates.sort_unstable();
        mates
    }

    /// Independent texts among the open evidence of the claim's facts whose dates may overlap this one's.
    #[must_use]
    pub fn source_count(&self, number: FactNumber) -> u32 {
        let Some(entry) = self.entry(number) else { return 0 };
        let facts = &self.view.facts;
        let span = facts.span_of(&entry);
        let mut groups: HashSet<SourceGroup> = HashSet::new();
        self.mates(&entry, |mate, mate_entry| {
            if may_overlap(span, facts.span_of(mate_entry)) {
                groups.extend(self.open_evidence(mate).iter().map(|evidence| evidence.provenance.group));
            }
        });
        u32::try_from(groups.len()).unwrap_or(u32::MAX)
    }

    fn mates(&self, entry: &FactEntry, mut visit: impl FnMut(FactNumber, &FactEntry)) {
        let (lists, side, other) = self.shorter_lists(entry);
        let tag = Tag::new(side, entry.modality, entry.polarity, entry.kind);
        // What the lists hold is compared first: most facts of a hub differ there already.
        let candidates = lists
            .iter()
            .flat_map(List::entries)
            .filter(|listed| listed.relation == entry.relation && listed.tag == tag && listed.other() == other);
        for listed in candidates {
            let mate = listed.fact();
            if let Some(mate_entry) = self.entry(mate)
                && mate_entry.object == entry.object
                && mate_entry.qualifiers == entry.qualifiers
                && self.is_known(mate)
            {
                visit(mate, &mate_entry);
            }
        }
    }

    /// The lists of the end with fewer facts, which end that is, and the node at the other.
    fn shorter_lists(&self, entry: &FactEntry) -> (Lists<'_>, Side, Option<NodeNumber>) {
        let lists = |node| self.view.runs.lists(node);
        let length = |lists: &Lists<'_>| lists.iter().map(List::len).sum::<usize>();
        let of_subject = lists(entry.subject);
        let ObjectEntry::Node(object) = entry.object else {
            return (of_subject, Side::Subject, None);
        };
        let of_object = lists(object);
        if object != entry.subject && length(&of_object) < length(&of_subject) {
            (of_object, Side::Object, Some(entry.subject))
        } else {
            (of_subject, Side::Subject, Some(object))
        }
    }
}

type Lists<'v> = smallvec::SmallVec<[List<'v, super::incidence::Entry>; super::run::MOST]>;

/// Whether two facts may have held on one day; an undated one may have on any.
fn may_overlap(one: Option<Span>, other: Option<Span>) -> bool {
    let (Some(one), Some(other)) = (one, other) else { return true };
    one.possibly_meets(Window {
        since: other.first_start,
        until: other.last_end,
    })
}

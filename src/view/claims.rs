//! Claims: facts that differ in nothing but their dates, and how many independent texts support one.
//!
//! No index is kept: facts of one claim are parallel facts between the same two nodes, so the shorter of
//! the two nodes' lists holds them all.

use std::collections::HashSet;
use std::ops::ControlFlow;

use super::facts::{FactEntry, ObjectEntry};
use super::incidence::{Entry, Hit, Listed, Tag};
use super::{Reading, Side};
use crate::model::time::{Span, Window};
use crate::model::{FactNumber, NodeNumber, SourceGroup};

impl Reading<'_> {
    /// Known facts of the same claim (this one too), by number.
    #[must_use]
    pub fn same_claim(&self, number: FactNumber) -> Vec<FactNumber> {
        let Some(entry) = self.entry(number) else { return Vec::new() };
        let mut mates = Vec::new();
        self.mates(entry, Window::default(), |mate, _| mates.push(mate));
        mates.sort_unstable();
        mates
    }

    /// Independent texts among the open evidence of the claim's facts whose dates may overlap this one's.
    #[must_use]
    pub fn source_count(&self, number: FactNumber) -> u32 {
        let Some(entry) = self.entry(number) else { return 0 };
        let facts = &self.view.facts;
        let span = facts.span(entry);
        // Only what may overlap is looked at, where that can be told by days: undated facts overlap with all.
        let window = span.map_or(Window::default(), |span| Window {
            since: span.first_start,
            until: span.last_end,
        });
        let mut groups: HashSet<SourceGroup> = HashSet::new();
        self.mates(entry, window, |mate, mate_entry| {
            if may_overlap(span, facts.span(mate_entry)) {
                groups.extend(self.open_evidence(mate).iter().map(|evidence| evidence.provenance.group));
            }
        });
        u32::try_from(groups.len()).unwrap_or(u32::MAX)
    }

    /// Known facts of the same claim that may hold in a window, and those without a date.
    fn mates(&self, entry: &FactEntry, window: Window, mut visit: impl FnMut(FactNumber, &FactEntry)) {
        let facts = &self.view.facts;
        let (node, side, other) = self.shorter_list(entry);
        let tag = Tag::new(side, entry.modality, entry.polarity, entry.kind);
        let mut look = |hit: Hit<Entry>| {
            let listed = hit.entry;
            // What the lists hold is compared first: most facts of a hub differ there already.
            let is_alike = listed.relation == entry.relation && listed.tag == tag && listed.other() == other;
            let mate = listed.fact();
            if is_alike
                && let Some(mate_entry) = self.entry(mate)
                && mate_entry.object == entry.object
                && mate_entry.qualifiers == entry.qualifiers
                && self.is_known(mate)
            {
                visit(mate, mate_entry);
            }
            ControlFlow::Continue(())
        };
        for list in self.view.runs.lists(node) {
            for strand in list.strands(window, facts) {
                let _ = strand.each(facts, &mut look);
            }
            for hit in list.undated(Window::default(), facts) {
                let _ = look(hit);
            }
        }
    }

    /// The end with fewer facts, which end that is, and the node at the other.
    fn shorter_list(&self, entry: &FactEntry) -> (NodeNumber, Side, Option<NodeNumber>) {
        let length = |node| self.view.runs.lists(node).map(|list| list.len()).sum::<usize>();
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

/// Whether two facts may have held on one day; an undated one may have on any.
fn may_overlap(one: Option<Span>, other: Option<Span>) -> bool {
    let (Some(one), Some(other)) = (one, other) else { return true };
    one.possibly_meets(Window {
        since: other.first_start,
        until: other.last_end,
    })
}

//! Claims: facts that differ in nothing but their dates, and how many independent texts support one.
//!
//! No index is kept: facts of one claim are parallel facts between the same two nodes, so the shorter of
//! the two nodes' lists holds them all, and its part for the fact's days those that can support it.

use std::ops::ControlFlow;

use smallvec::SmallVec;

use super::facts::{FactEntry, ObjectEntry};
use super::incidence::List;
use super::{Incidence, Reading, Side};
use crate::model::time::{Span, Window};
use crate::model::{FactNumber, NodeNumber, SourceGroup};
use crate::ontology::Kind;

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
    ///
    /// Cost: what the shorter of its nodes' lists has on the fact's days, and without a date.
    #[must_use]
    pub fn source_count(&self, number: FactNumber) -> u32 {
        let Some(entry) = self.entry(number) else { return 0 };
        let facts = &self.view.facts;
        let span = facts.span(entry);
        let mut groups: SmallVec<[SourceGroup; 4]> = SmallVec::new();
        self.mates(entry, span.map(days).unwrap_or_default(), |mate, mate_entry| {
            if may_overlap(span, facts.span(mate_entry)) {
                self.each_open_provenance(mate, |provenance| {
                    if !groups.contains(&provenance.group) {
                        groups.push(provenance.group);
                    }
                });
            }
        });
        u32::try_from(groups.len()).unwrap_or(u32::MAX)
    }

    /// Known facts of a claim that may meet a window, and those without a date.
    fn mates(&self, entry: &FactEntry, window: Window, mut visit: impl FnMut(FactNumber, &FactEntry)) {
        let (node, side, other) = self.shorter_end(entry);
        let mut look = |listed: Incidence| {
            // What the lists hold is compared first: most facts of a hub differ there already.
            if listed.relation == entry.relation
                && listed.other == other
                && listed.side == side
                && (listed.modality, listed.polarity) == (entry.modality, entry.polarity)
                && let Some(mate) = self.entry(listed.fact)
                && mate.object == entry.object
                && mate.qualifiers == entry.qualifiers
            {
                visit(listed.fact, mate);
            }
            ControlFlow::Continue(())
        };
        self.incident(node, window, &mut look);
        // Undated events meet no window.
        if entry.kind == Kind::Event && !window.is_everything() {
            self.incident_undated(node, &mut look);
        }
    }

    /// The end with fewer facts, which end that is, and the node at the other.
    fn shorter_end(&self, entry: &FactEntry) -> (NodeNumber, Side, Option<NodeNumber>) {
        let length = |node| self.view.runs.lists(node).iter().map(List::len).sum::<usize>();
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

fn days(span: Span) -> Window {
    Window {
        since: span.first_start,
        until: span.last_end,
    }
}

/// Whether two facts may have held on one day; an undated one may have on any.
fn may_overlap(one: Option<Span>, other: Option<Span>) -> bool {
    let (Some(one), Some(other)) = (one, other) else { return true };
    one.possibly_meets(days(other))
}

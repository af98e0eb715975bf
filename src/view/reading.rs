//! What a question can ask of the view: nodes, facts, evidence and documents as known at one revision,
//! and the lists of facts by node and by day.

use std::ops::ControlFlow;
use std::sync::Arc;

use smallvec::SmallVec;

use super::chunk::Neighbour;
use super::evidence::Interval;
use super::facts::{FactEntry, ObjectEntry};
use super::in_order;
use super::incidence::{Entry, Hit, Listed};
use super::list::Strand;
use super::names::has_name;
use super::nodes::Version;
use super::{DayKey, DocumentRef, EvidenceRef, FactRef, Incidence, NodeVersion, ObjectRef, Reading, Side, View};
use crate::model::time::Window;
use crate::model::{ClaimId, Day, DocumentNumber, Fact, FactId, FactNumber, Head, Node, NodeNumber, Object, Revision, fold};
use crate::ontology::TypeNumber;

/// The nodes that one leads to.
#[derive(Clone, Debug, Default)]
pub struct NeighbourList<'v> {
    /// How many facts are listed of the node, those at a place too.
    pub facts: usize,
    /// How many of them lead to a node, this one too.
    pub leading: usize,
    parts: SmallVec<[&'v [Neighbour]; 2]>,
}

impl NeighbourList<'_> {
    /// Calls `visit` with each neighbour, at least once, and whether all facts between the two are negated as far as
    /// this part of the list knows; `false` counts before `true`. Until it breaks.
    #[inline]
    pub fn each(&self, mut visit: impl FnMut(NodeNumber, bool) -> ControlFlow<()>) {
        for neighbour in self.parts.iter().copied().flatten() {
            if visit(neighbour.node(), neighbour.is_only_negated()).is_break() {
                return;
            }
        }
    }
}

impl<'v> Reading<'v> {
    /// The snapshot behind it.
    #[must_use]
    pub const fn view(&self) -> &'v View {
        self.view
    }
    /// The revision it is read at, with time and counters.
    #[must_use]
    pub const fn head(&self) -> Head {
        self.recorded.head
    }
    const fn revision(&self) -> Revision {
        self.recorded.head.revision
    }
    /// Whether it is read at the snapshot's own revision.
    pub(super) const fn is_newest(&self) -> bool {
        self.is_newest
    }

    // Nodes.

    /// The node of an id, when it was known.
    #[must_use]
    pub fn node_by_id(&self, id: &str) -> Option<NodeNumber> {
        self.view.nodes.by_id(id).filter(|number| self.version(*number).is_some())
    }
    /// The node as known at this revision; `None` when it was not yet known.
    #[must_use]
    pub fn node(&self, number: NodeNumber) -> Option<&'v Node> {
        self.version(number).map(|version| &*version.node)
    }
    /// Its type, as known at this revision; for a node that was not yet known, a number that no type has.
    #[must_use]
    pub fn node_type(&self, number: NodeNumber) -> TypeNumber {
        self.version(number).map_or(TypeNumber(u16::MAX), |version| version.node_type)
    }
    /// Every version of a node up to this revision, oldest first.
    #[must_use]
    pub fn node_versions(&self, number: NodeNumber) -> Vec<NodeVersion<'v>> {
        let told = |version: &'v Version| NodeVersion {
            node: &version.node,
            recorded: version.recorded,
            reason: version.why.as_ref().and_then(|why| why.reason.as_deref()),
            by: version.why.as_ref().and_then(|why| why.by.as_deref()),
        };
        self.view.nodes.versions(number, self.revision()).map(told).collect()
    }
    /// Nodes one of whose names equals `name` once both are folded (see [`crate::model::fold`]), by number.
    #[must_use]
    pub fn nodes_named(&self, name: &str) -> Vec<NodeNumber> {
        let name = fold(name);
        if name.is_empty() {
            return Vec::new();
        }
        let mut found = self.view.names.candidates(&name);
        found.retain(|number| self.node(*number).is_some_and(|node| has_name(node, &name)));
        found
    }
    /// Known facts that the node is subject or object of (a fact with both ends the same counts once).
    ///
    /// Counted beforehand at the newest revision; at older ones as dear as the node's list is long.
    #[must_use]
    pub fn degree(&self, number: NodeNumber) -> u32 {
        if self.is_newest() {
            return self.view.nodes.degree(number);
        }
        let mut count: u32 = 0;
        self.incident(number, Window::default(), |incidence| {
            count += u32::from(incidence.side != Side::Place);
            ControlFlow::Continue(())
        });
        count
    }
    /// How many nodes were known.
    #[must_use]
    pub const fn node_count(&self) -> u32 {
        self.recorded.head.counters.nodes
    }
    fn version(&self, number: NodeNumber) -> Option<&'v Version> {
        self.view.nodes.at(number, self.revision())
    }

    // Facts.

    /// How many facts were known.
    #[must_use]
    pub const fn fact_count(&self) -> u32 {
        self.recorded.known_facts
    }
    /// Known facts, by number.
    pub fn facts(self) -> impl Iterator<Item = FactNumber> + use<'v> {
        (0..self.recorded.head.counters.facts)
            .map(FactNumber)
            .filter(move |number| self.is_known(*number))
    }
    /// The fact of an id, when it had been recorded (it may since have been retracted).
    #[must_use]
    pub fn fact_by_id(&self, id: FactId) -> Option<FactNumber> {
        self.view.facts.by_id(id).filter(|number| self.has(*number))
    }
    /// The fact's id; `None` when it had not been recorded.
    #[must_use]
    pub fn fact_id(&self, number: FactNumber) -> Option<FactId> {
        self.view.facts.id(number).filter(|_| self.has(number))
    }
    /// The fact's content; `None` when it had not been recorded.
    #[must_use]
    pub fn fact(&self, number: FactNumber) -> Option<FactRef<'v>> {
        self.fact_of(number, self.entry(number)?)
    }
    pub(super) fn fact_of(&self, number: FactNumber, entry: FactEntry) -> Option<FactRef<'v>> {
        let facts = &self.view.facts;
        let valid = facts.valid(&entry);
        Some(FactRef {
            number,
            id: facts.id(number)?,
            subject: entry.subject,
            relation: entry.relation,
            object: match entry.object {
                ObjectEntry::Node(object) => ObjectRef::Node(object),
                ObjectEntry::Value(value) => ObjectRef::Value(facts.value(value)),
                ObjectEntry::None => ObjectRef::None,
            },
            valid,
            span: valid.map(|valid| valid.span()),
            kind: entry.kind,
            modality: entry.modality,
            polarity: entry.polarity,
            qualifiers: facts.qualifiers(entry.qualifiers),
            entry,
        })
    }
    /// The fact that this one corrects.
    #[must_use]
    pub fn supersedes(&self, number: FactNumber) -> Option<FactNumber> {
        self.view.facts.supersedes(number).filter(|_| self.has(number))
    }
    /// The claim of a fact.
    #[must_use]
    pub fn claim(&self, number: FactNumber) -> Option<ClaimId> {
        let fact = self.fact(number)?;
        let id = |node| self.view.nodes.id(node).cloned();
        let object = match fact.object {
            ObjectRef::Node(node) => Object::Node(id(node)?),
            ObjectRef::Value(text) => Object::Value(text.to_owned()),
            ObjectRef::None => Object::None,
        };
        let content = Fact {
            subject: id(fact.subject)?,
            relation: Arc::clone(&self.view.ontology.relation(fact.relation).name),
            object,
            valid: None,
            modality: fact.modality,
            polarity: fact.polarity,
            qualifiers: fact.qualifiers.clone(),
        };
        Some(content.claim())
    }
    /// Where a fact stands in a timeline; `None` for one without a date, or not recorded.
    #[must_use]
    pub fn day_key(&self, number: FactNumber) -> Option<DayKey> {
        let facts = &self.view.facts;
        let span = facts.span_of(number).filter(|_| self.has(number))?;
        Some(DayKey {
            at: span.at()?,
            latest: span.last_end.unwrap_or(Day(i32::MAX)),
            id: facts.id(number)?,
        })
    }
    /// Whether any evidence of the fact is open at this revision.
    #[must_use]
    pub fn is_known(&self, number: FactNumber) -> bool {
        self.has(number) && self.view.evidence.is_known(number, self.revision())
    }
    /// The evidence open at this revision, by number.
    #[must_use]
    pub fn open_evidence(&self, number: FactNumber) -> SmallVec<[EvidenceRef<'v>; 2]> {
        let mut all = self.all_evidence(number);
        all.retain(|evidence| evidence.closed.is_none());
        all
    }
    /// All evidence recorded by this revision, closed or not, by number.
    #[must_use]
    pub fn all_evidence(&self, number: FactNumber) -> SmallVec<[EvidenceRef<'v>; 2]> {
        let Some(entry) = self.entry(number) else { return SmallVec::new() };
        let table = &self.view.evidence;
        match table.history(number) {
            None => {
                let opened = self.view.heads.recorded(number).unwrap_or_default();
                table.told(0, entry.origin, opened, None).into_iter().collect()
            }
            Some(history) => (0..)
                .zip(history.iter())
                .filter_map(|(number, interval)| self.told(number, interval))
                .collect(),
        }
    }
    /// A piece of evidence as this revision knew it.
    fn told(&self, number: u32, interval: &'v Interval) -> Option<EvidenceRef<'v>> {
        if interval.opened > self.revision() {
            return None;
        }
        let closed = interval.closed.as_deref().filter(|closed| closed.revision <= self.revision());
        self.view.evidence.told(number, interval.origin, interval.opened, closed)
    }
    /// The open evidence a row shows: shortest chain of speakers, then oldest.
    #[must_use]
    pub fn best_evidence(&self, number: FactNumber) -> Option<EvidenceRef<'v>> {
        self.open_evidence(number)
            .into_iter()
            .min_by_key(|evidence| (evidence.provenance.speakers.len(), evidence.number))
    }
    /// The day of the newest report among the open evidence.
    #[must_use]
    pub fn newest_report(&self, number: FactNumber) -> Option<Day> {
        self.open_evidence(number).iter().filter_map(|evidence| evidence.reported).max()
    }
    /// The known fact that corrects this one; the newest when several do.
    #[must_use]
    pub fn superseded_by(&self, number: FactNumber) -> Option<FactNumber> {
        self.view.facts.superseded_by(number).find(|newer| self.is_known(*newer))
    }
    const fn has(&self, number: FactNumber) -> bool {
        self.recorded.head.counters.has_fact(number)
    }
    /// The entry of a fact that had been recorded.
    pub(super) fn entry(&self, number: FactNumber) -> Option<FactEntry> {
        self.has(number).then(|| self.view.facts.get(number)).flatten()
    }

    // Lists.

    /// Known facts of a node that may meet the window by their dates, as subject, object or place.
    ///
    /// Undated facts come only with the window open on both sides, states excepted: an undated state
    /// may hold on any day. No order is promised. Cost: logarithmic in the node's list plus what it finds.
    #[inline]
    pub fn incident(&self, node: NodeNumber, window: Window, mut visit: impl FnMut(Incidence) -> ControlFlow<()>) {
        let facts = &self.view.facts;
        let settled = self.is_settled(node);
        let mut look = |hit: Hit<Entry>| {
            if settled || self.shows(node, &hit.entry) {
                visit(hit.into())
            } else {
                ControlFlow::Continue(())
            }
        };
        for list in self.view.runs.lists(node) {
            let mut next = ControlFlow::Continue(());
            list.each_strand(window, facts, |strand| {
                if next.is_continue() {
                    next = strand.each(facts, &mut look);
                }
            });
            if next.is_break() || list.undated(window, facts).try_for_each(&mut look).is_break() {
                return;
            }
        }
    }
    /// Known facts of a node that have no date, states and events, as subject, object or place: what a
    /// list with a window counts as hidden. No order is promised.
    pub fn incident_undated(&self, node: NodeNumber, mut visit: impl FnMut(Incidence) -> ControlFlow<()>) {
        for list in self.view.runs.lists(node) {
            let undated = list.undated(Window::default(), &self.view.facts);
            for hit in undated.filter(|hit| self.shows(node, &hit.entry)) {
                if visit(hit.into()).is_break() {
                    return;
                }
            }
        }
    }
    /// All known facts that have no date, states and events. No order is promised.
    pub fn undated(&self, mut visit: impl FnMut(FactNumber) -> ControlFlow<()>) {
        for list in self.view.runs.whole() {
            let undated = list.undated(Window::default(), &self.view.facts);
            for hit in undated.filter(|hit| self.is_known(hit.entry)) {
                if visit(hit.entry).is_break() {
                    return;
                }
            }
        }
    }
    /// Known facts of a node in the order of a timeline (`at`, latest, id), dated ones only, from the
    /// first whose key is greater than `after`.
    ///
    /// A fact comes once, however it belongs to the node.
    #[inline]
    pub fn incident_by_day(
        &self,
        node: NodeNumber,
        window: Window,
        after: Option<DayKey>,
        visit: impl FnMut(Incidence) -> ControlFlow<()>,
    ) {
        let strands = self.strands_after(node, window, after);
        in_order::oldest_first(strands, &self.view.facts, self.shown(node, visit));
    }
    /// As [`Self::incident_by_day`], in the opposite order: from the last whose key is smaller than `before`.
    #[inline]
    pub fn incident_by_day_back(
        &self,
        node: NodeNumber,
        window: Window,
        before: Option<DayKey>,
        visit: impl FnMut(Incidence) -> ControlFlow<()>,
    ) {
        let facts = &self.view.facts;
        let mut strands = self.strands(node, window);
        if let Some(key) = before {
            for strand in &mut strands {
                *strand = strand.before(key, facts);
            }
        }
        in_order::newest_first(strands, facts, self.shown(node, visit));
    }
    /// Known facts of a node that may meet the window, newest first (by `at`, then latest day), of the same days
    /// by id; undated ones, where the window lets them through, last.
    #[inline]
    pub fn incident_by_newness(&self, node: NodeNumber, window: Window, visit: impl FnMut(Incidence) -> ControlFlow<()>) {
        let facts = &self.view.facts;
        let mut visit = self.shown(node, visit);
        let mut ended = false;
        in_order::by_newness(self.strands(node, window), facts, |hit| {
            let next = visit(hit);
            ended = next.is_break();
            next
        });
        let mut undated: Vec<Hit<Entry>> = Vec::new();
        if !ended {
            undated.extend(self.view.runs.lists(node).flat_map(|list| list.undated(window, facts)));
        }
        undated.sort_by_cached_key(|hit| facts.id(hit.entry.fact()));
        for hit in undated {
            if visit(hit).is_break() {
                return;
            }
        }
    }
    /// All known dated facts of the store in the order of a timeline, from the first whose key is greater than `after`.
    pub fn by_day(&self, window: Window, after: Option<DayKey>, visit: impl FnMut(FactNumber) -> ControlFlow<()>) {
        let facts = &self.view.facts;
        let from = |strand: Strand<'v, FactNumber>| after.map_or(strand, |key| strand.after(key, facts));
        let strands = self.whole_strands(window).into_iter().map(from).collect();
        in_order::oldest_first(strands, facts, self.known(visit));
    }
    /// As [`Self::by_day`], in the opposite order: from the last whose key is smaller than `before`.
    pub fn by_day_back(&self, window: Window, before: Option<DayKey>, visit: impl FnMut(FactNumber) -> ControlFlow<()>) {
        let facts = &self.view.facts;
        let to = |strand: Strand<'v, FactNumber>| before.map_or(strand, |key| strand.before(key, facts));
        let strands = self.whole_strands(window).into_iter().map(to).collect();
        in_order::newest_first(strands, facts, self.known(visit));
    }
    /// How many known facts of a node have a day in the window, when the lists tell it without a walk.
    #[must_use]
    pub fn dated_count(&self, node: NodeNumber, window: Window) -> Option<u64> {
        if !self.is_settled(node) {
            return None;
        }
        self.strands(node, window).iter().map(Strand::count).sum()
    }
    /// How many facts are listed of a node, known or not, as subject, object or place.
    #[inline]
    #[must_use]
    pub fn listed(&self, node: NodeNumber) -> usize {
        self.view.runs.near(node).map(|near| near.facts).sum()
    }
    /// Up to `limit` known facts of a node that have a day in the window, as [`Self::incident_by_day`] gives them.
    #[must_use]
    pub fn facts_by_day(&self, node: NodeNumber, window: Window, after: Option<DayKey>, limit: usize) -> Vec<FactNumber> {
        if self.is_settled(node) {
            // All of it counts, in the order in which it stands.
            return in_order::oldest(self.strands_after(node, window, after), &self.view.facts, limit);
        }
        let mut found = Vec::with_capacity(limit);
        if limit > 0 {
            self.incident_by_day(node, window, after, |incidence| {
                found.push(incidence.fact);
                if found.len() < limit {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break(())
                }
            });
        }
        found
    }
    /// Nodes at the other end of a known fact of this one, as subject or object.
    ///
    /// `None` at older revisions, and for a node of which a fact was ever closed: there go by [`Self::incident`].
    #[inline]
    #[must_use]
    pub fn neighbours(&self, node: NodeNumber) -> Option<NeighbourList<'v>> {
        self.is_settled(node).then(|| {
            let mut list = NeighbourList::default();
            for near in self.view.runs.near(node) {
                list.facts += near.facts;
                list.leading += near.leading;
                list.parts.push(near.neighbours);
            }
            list
        })
    }

    #[inline]
    fn strands(&self, node: NodeNumber, window: Window) -> in_order::Strands<'v, Entry> {
        let mut strands = in_order::Strands::new();
        for list in self.view.runs.lists(node) {
            list.each_strand(window, &self.view.facts, |strand| strands.push(strand));
        }
        strands
    }

    fn strands_after(&self, node: NodeNumber, window: Window, after: Option<DayKey>) -> in_order::Strands<'v, Entry> {
        let mut strands = self.strands(node, window);
        if let Some(key) = after {
            for strand in &mut strands {
                *strand = strand.after(key, &self.view.facts);
            }
        }
        strands
    }

    fn whole_strands(&self, window: Window) -> in_order::Strands<'v, FactNumber> {
        let mut strands = in_order::Strands::new();
        for list in self.view.runs.whole() {
            list.each_strand(window, &self.view.facts, |strand| strands.push(strand));
        }
        strands
    }

    /// `visit`, for the entries of a node's list that count at this revision.
    #[inline]
    fn shown(&self, node: NodeNumber, mut visit: impl FnMut(Incidence) -> ControlFlow<()>) -> impl FnMut(Hit<Entry>) -> ControlFlow<()> {
        let settled = self.is_settled(node);
        move |hit| {
            if settled || self.shows(node, &hit.entry) {
                visit(hit.into())
            } else {
                ControlFlow::Continue(())
            }
        }
    }

    /// `visit`, for the facts that are known at this revision.
    fn known(&self, mut visit: impl FnMut(FactNumber) -> ControlFlow<()>) -> impl FnMut(Hit<FactNumber>) -> ControlFlow<()> {
        move |hit| {
            if self.is_known(hit.entry) {
                visit(hit.entry)
            } else {
                ControlFlow::Continue(())
            }
        }
    }

    /// Whether every entry in a node's list counts: at the newest revision, unless one of its facts was ever closed.
    fn is_settled(&self, node: NodeNumber) -> bool {
        self.is_newest && !self.view.unsettled.has(node.index())
    }

    /// Whether an entry of a node's list counts at this revision.
    fn shows(&self, node: NodeNumber, entry: &Entry) -> bool {
        let fact = entry.fact();
        if !self.has(fact) {
            return false;
        }
        let Some(history) = self.view.evidence.history(fact) else {
            return true;
        };
        let is_place = entry.tag.side() == Side::Place;
        let there = |interval: &Interval| {
            self.view
                .evidence
                .provenance(interval.origin)
                .is_some_and(|known| known.place == Some(node))
        };
        history
            .iter()
            .any(|interval| interval.is_open(self.revision()) && (!is_place || there(interval)))
    }

    // Documents.

    /// How many documents counted: recorded and not deleted or replaced.
    #[must_use]
    pub const fn document_count(&self) -> u32 {
        self.recorded.open_documents
    }
    /// The document of an id, when it had been recorded; the newest one when it came back after its
    /// deletion.
    #[must_use]
    pub fn document_by_id(&self, id: &str) -> Option<DocumentNumber> {
        self.view.documents.by_id(id).filter(|number| self.has_document(*number)).max()
    }
    /// A document; `None` when it had not been recorded. `closed` tells only what was known at this revision.
    #[must_use]
    pub fn document(&self, number: DocumentNumber) -> Option<DocumentRef<'v>> {
        let entry = self.view.documents.get(number).filter(|_| self.has_document(number))?;
        Some(DocumentRef {
            number,
            document: &entry.document,
            opened: entry.opened,
            closed: entry.closed.as_deref().filter(|closed| closed.revision <= self.revision()),
            replaces: entry.replaces,
        })
    }
    /// Known facts with open evidence in the document, by number.
    #[must_use]
    pub fn document_facts(&self, number: DocumentNumber) -> Vec<FactNumber> {
        let Some(entry) = self.view.documents.get(number) else {
            return Vec::new();
        };
        let stands = |fact: &FactNumber| {
            self.open_evidence(*fact)
                .iter()
                .any(|evidence| evidence.provenance.document == Some(number))
        };
        let mut facts: Vec<FactNumber> = entry.facts.iter().copied().filter(stands).collect();
        facts.sort_unstable();
        facts.dedup();
        facts
    }
    /// Publishers named by evidence or documents known at this revision, in alphabetical order.
    #[must_use]
    pub fn publishers(&self) -> Vec<Arc<str>> {
        self.view.publishers.at(self.revision())
    }
    /// The oldest document whose text is nearly the same as one with this fingerprint, deleted or not.
    #[must_use]
    pub fn near_identical(&self, fingerprint: &[u32]) -> Option<DocumentNumber> {
        self.view
            .documents
            .near_identical(fingerprint)
            .filter(|number| self.has_document(*number))
            .min()
    }
    const fn has_document(&self, number: DocumentNumber) -> bool {
        self.recorded.head.counters.has_document(number)
    }
}

//! What a question can ask of the view: nodes, facts, evidence and documents as known at one revision,
//! and the lists of facts by node and by day.

use std::cmp::Ordering;
use std::ops::ControlFlow;
use std::sync::Arc;

use smallvec::SmallVec;

use super::evidence::Interval;
use super::facts::{FactEntry, ObjectEntry};
use super::incidence::{Entry, Hit, List, Listed, Strand};
use super::names::has_name;
use super::nodes::Version;
use super::{DayKey, DocumentRef, EvidenceRef, FactRef, Incidence, NodeVersion, ObjectRef, Reading, Side, View};
use crate::model::time::Window;
use crate::model::{ClaimId, Day, DocumentNumber, Fact, FactId, FactNumber, Head, Node, NodeNumber, Object, Revision, fold};
use crate::ontology::TypeNumber;

/// Where lists by day begin, and in which direction they are read.
#[derive(Clone, Copy)]
enum Begin {
    After(Option<DayKey>),
    Before(Option<DayKey>),
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
    pub(super) fn is_newest(&self) -> bool {
        self.revision() == self.view.head().revision
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
        let lists = self.view.runs.lists(number);
        let counted = |entry: &&Entry| entry.tag.side() != Side::Place && self.is_known(entry.fact());
        let count = lists.iter().flat_map(List::entries).filter(counted).count();
        u32::try_from(count).unwrap_or(u32::MAX)
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
    /// The fact's content; `None` when it had not been recorded.
    #[must_use]
    pub fn fact(&self, number: FactNumber) -> Option<FactRef<'v>> {
        let facts = &self.view.facts;
        let entry = self.entry(number)?;
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
            supersedes: facts.supersedes(number),
        })
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
        let span = facts.span(number).filter(|_| self.has(number))?;
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
                let only = |provenance| EvidenceRef {
                    number: 0,
                    provenance,
                    opened,
                    closed: None,
                };
                table.provenance(entry.provenance).map(only).into_iter().collect()
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
        let provenance = self.view.evidence.provenance(interval.provenance)?;
        let closed = interval.closed.as_deref().filter(|closed| closed.revision <= self.revision());
        Some(EvidenceRef {
            number,
            provenance,
            opened: interval.opened,
            closed,
        })
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
        self.open_evidence(number)
            .iter()
            .filter_map(|evidence| evidence.provenance.reported)
            .max()
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
    /// may hold on any day. No order is promised. Cost: logarithmic in the node's list plus what it finds
    /// (spans: plus those that begin before the window ends).
    pub fn incident(&self, node: NodeNumber, window: Window, visit: &mut dyn FnMut(Incidence) -> ControlFlow<()>) {
        let lists = self.view.runs.lists(node);
        let dated = lists.iter().flat_map(|list| list.strands(window));
        // Not one chain of iterators: a strand lends its hits only while it is at hand.
        for strand in dated {
            for hit in strand.hits().filter(|hit| self.shows(node, &hit.entry)) {
                if visit(hit.into()).is_break() {
                    return;
                }
            }
        }
        let undated = lists.iter().flat_map(|list| list.undated(window));
        for hit in undated.filter(|hit| self.shows(node, &hit.entry)) {
            if visit(hit.into()).is_break() {
                return;
            }
        }
    }
    /// Known facts of a node that have no date, states and events, as subject, object or place: what a
    /// list with a window counts as hidden. No order is promised.
    pub fn incident_undated(&self, node: NodeNumber, visit: &mut dyn FnMut(Incidence) -> ControlFlow<()>) {
        let lists = self.view.runs.lists(node);
        let undated = lists.iter().flat_map(|list| list.undated(Window::default()));
        for hit in undated.filter(|hit| self.shows(node, &hit.entry)) {
            if visit(hit.into()).is_break() {
                return;
            }
        }
    }
    /// All known facts that have no date, states and events. No order is promised.
    pub fn undated(&self, visit: &mut dyn FnMut(FactNumber) -> ControlFlow<()>) {
        let lists = self.view.runs.whole();
        let undated = lists.iter().flat_map(|list| list.undated(Window::default()));
        for hit in undated.filter(|hit| self.is_known(hit.entry.fact())) {
            if visit(hit.entry.fact()).is_break() {
                return;
            }
        }
    }
    /// Known facts of a node in the order of a timeline (`at`, latest, id), dated ones only, from the
    /// first whose key is greater than `after`.
    ///
    /// A fact comes once, however it belongs to the node.
    pub fn incident_by_day(
        &self,
        node: NodeNumber,
        window: Window,
        after: Option<DayKey>,
        visit: &mut dyn FnMut(DayKey, Incidence) -> ControlFlow<()>,
    ) {
        self.node_by_day(node, window, Begin::After(after), visit);
    }
    /// As [`Self::incident_by_day`], newest first: from the last whose key is smaller than `before`.
    pub fn incident_by_day_back(
        &self,
        node: NodeNumber,
        window: Window,
        before: Option<DayKey>,
        visit: &mut dyn FnMut(DayKey, Incidence) -> ControlFlow<()>,
    ) {
        self.node_by_day(node, window, Begin::Before(before), visit);
    }
    /// All known dated facts of the store in the order of a timeline, from the first whose key is greater than `after`.
    pub fn by_day(&self, window: Window, after: Option<DayKey>, visit: &mut dyn FnMut(DayKey, FactNumber) -> ControlFlow<()>) {
        self.whole_by_day(window, Begin::After(after), visit);
    }
    /// As [`Self::by_day`], newest first: from the last whose key is smaller than `before`.
    pub fn by_day_back(&self, window: Window, before: Option<DayKey>, visit: &mut dyn FnMut(DayKey, FactNumber) -> ControlFlow<()>) {
        self.whole_by_day(window, Begin::Before(before), visit);
    }

    fn node_by_day(&self, node: NodeNumber, window: Window, from: Begin, visit: &mut dyn FnMut(DayKey, Incidence) -> ControlFlow<()>) {
        let lists = self.view.runs.lists(node);
        let strands = lists.iter().flat_map(|list| list.strands(window)).collect();
        self.in_order(strands, from, |entry| self.shows(node, entry), &mut |key, hit| {
            visit(key, (*hit).into())
        });
    }

    fn whole_by_day(&self, window: Window, from: Begin, visit: &mut dyn FnMut(DayKey, FactNumber) -> ControlFlow<()>) {
        let lists = self.view.runs.whole();
        let strands = lists.iter().flat_map(|list| list.strands(window)).collect();
        self.in_order(strands, from, |entry| self.is_known(entry.fact()), &mut |key, hit| {
            visit(key, hit.entry.fact())
        });
    }

    /// Hands out the entries of many strands in one order: day after day, those of a day sorted when they come.
    fn in_order<E: Listed>(
        &self,
        mut strands: SmallVec<[Strand<'v, E>; 18]>,
        from: Begin,
        shows: impl Fn(&E) -> bool,
        visit: &mut dyn FnMut(DayKey, &Hit<E>) -> ControlFlow<()>,
    ) {
        let newest_first = matches!(from, Begin::Before(_));
        for strand in &mut strands {
            *strand = match from {
                Begin::After(Some(key)) => strand.not_before(key.at.0),
                Begin::Before(Some(key)) => strand.not_after(key.at.0),
                _ => *strand,
            };
        }
        let mut of_day = Vec::new();
        loop {
            let days = strands.iter().filter_map(|strand| strand.next_day(newest_first));
            let Some(day) = (if newest_first { days.max() } else { days.min() }) else {
                return;
            };
            for strand in &mut strands {
                strand.take(day, newest_first, &mut of_day);
            }
            let mut keyed: SmallVec<[(DayKey, Hit<E>); 4]> = of_day
                .drain(..)
                .filter(|hit| shows(&hit.entry))
                .filter_map(|hit| Some((self.key(Day(day), &hit)?, hit)))
                .collect();
            keyed.sort_unstable_by(|(a, _), (b, _)| if newest_first { b.cmp(a) } else { a.cmp(b) });
            for (key, hit) in keyed.iter().filter(|(key, _)| from.includes(key)) {
                if visit(*key, hit).is_break() {
                    return;
                }
            }
        }
    }

    fn key<E: Listed>(&self, at: Day, hit: &Hit<E>) -> Option<DayKey> {
        let id = self.view.facts.id(hit.entry.fact())?;
        Some(DayKey {
            at,
            latest: hit.last.unwrap_or(Day(i32::MAX)),
            id,
        })
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
                .provenance(interval.provenance)
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

impl Begin {
    fn includes(self, key: &DayKey) -> bool {
        match self {
            Self::After(after) => after.is_none_or(|after| key.cmp(&after) == Ordering::Greater),
            Self::Before(before) => before.is_none_or(|before| key.cmp(&before) == Ordering::Less),
        }
    }
}

impl From<Hit<Entry>> for Incidence {
    fn from(hit: Hit<Entry>) -> Self {
        let tag = hit.entry.tag;
        Self {
            other: hit.entry.other(),
            fact: hit.entry.fact(),
            side: tag.side(),
            relation: hit.entry.relation,
            modality: tag.modality(),
            polarity: tag.polarity(),
            kind: tag.kind(),
            earliest: hit.first,
            latest: hit.last,
        }
    }
}

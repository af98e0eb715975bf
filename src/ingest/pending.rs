//! The commit under construction: what requests of one group have recorded so far, and how to find it.
//!
//! [`Pending`] gives numbers, answers for what the view does not hold yet, and takes back what a
//! refused request did ([`Pending::roll_back`]). It decides nothing: `plan` does.

use std::collections::HashMap;

use smallvec::SmallVec;

use crate::model::{Counters, DocumentId, DocumentNumber, Evidence, FactId, FactNumber, Head, Node, NodeId, NodeNumber, fold};
use crate::store::{Closing, Commit, DocumentClosing, DocumentRecord, EvidenceRecord, FactRecord, NodeRecord, RequestRecord};

use super::Why;

/// A point to go back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark(usize);

/// One thing done, and what takes it back.
#[derive(Debug)]
enum Step {
    Node(NodeId),
    Name(String),
    Version(NodeNumber),
    /// A record of this commit was replaced; this is the one before.
    Amended(usize, Box<NodeRecord>),
    Document(DocumentId),
    Fact(FactId),
    Evidence(FactNumber),
    Closing,
    DocumentClosing,
    Request,
}

/// What a group of requests has recorded so far.
#[derive(Debug, Default)]
pub(super) struct Pending {
    commit: Commit,
    counters: Counters,
    node_ids: HashMap<NodeId, NodeNumber>,
    names: HashMap<String, Vec<NodeNumber>>,
    versions: HashMap<NodeNumber, usize>,
    documents: HashMap<DocumentId, DocumentNumber>,
    facts: HashMap<FactId, FactNumber>,
    /// Places of further evidence in the commit, by fact.
    evidence: HashMap<FactNumber, SmallVec<[usize; 2]>>,
    steps: Vec<Step>,
    /// A commit of an export, whole; nothing else is pending beside it.
    replayed: Option<Box<Commit>>,
}

impl Pending {
    /// Nothing yet, behind a head.
    pub(super) fn after(head: &Head) -> Self {
        Self {
            counters: head.counters,
            ..Self::default()
        }
    }

    /// Whether nothing is to be written.
    pub(super) fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Facts and pieces of evidence so far: what a transaction costs.
    pub(super) fn weight(&self) -> usize {
        self.commit.facts.len() + self.commit.evidence.len() + self.commit.closings.len()
    }

    /// What it holds.
    pub(super) fn records(&self) -> &Commit {
        &self.commit
    }

    /// The commit that it is, under a head of this revision and time.
    pub(super) fn commit(&self, head: Head) -> Commit {
        let mut commit = self.commit.clone();
        commit.head = Head {
            counters: self.counters,
            ..head
        };
        commit
    }

    /// The commit that it is, under a head of this revision and time; it is empty then.
    pub(super) fn take(&mut self, head: Head) -> Commit {
        let counters = self.counters;
        let mut commit = std::mem::take(self).commit;
        commit.head = Head { counters, ..head };
        self.counters = counters;
        commit
    }

    /// Takes a commit of an export as it is, numbers and time included.
    pub(super) fn replay(&mut self, commit: Commit) {
        self.replayed = Some(Box::new(commit));
    }

    pub(super) fn take_replayed(&mut self) -> Option<Commit> {
        self.replayed.take().map(|commit| *commit)
    }

    pub(super) fn mark(&self) -> Mark {
        Mark(self.steps.len())
    }

    /// Takes back everything since the mark.
    pub(super) fn roll_back(&mut self, mark: Mark) {
        while self.steps.len() > mark.0 {
            let Some(step) = self.steps.pop() else { break };
            self.take_back(step);
        }
    }

    fn take_back(&mut self, step: Step) {
        match step {
            Step::Node(id) => {
                self.counters.nodes -= 1;
                if let Some(number) = self.node_ids.remove(&id) {
                    self.versions.remove(&number);
                }
                self.commit.nodes.pop();
            }
            Step::Name(name) => {
                if let Some(nodes) = self.names.get_mut(&name) {
                    nodes.pop();
                }
            }
            Step::Version(number) => {
                self.versions.remove(&number);
                self.commit.nodes.pop();
            }
            Step::Amended(place, before) => {
                if let Some(record) = self.commit.nodes.get_mut(place) {
                    *record = *before;
                }
            }
            Step::Document(id) => {
                self.counters.documents -= 1;
                self.documents.remove(&id);
                self.commit.documents.pop();
            }
            Step::Fact(id) => {
                self.counters.facts -= 1;
                self.facts.remove(&id);
                self.commit.facts.pop();
            }
            Step::Evidence(number) => {
                if let Some(places) = self.evidence.get_mut(&number) {
                    places.pop();
                }
                self.commit.evidence.pop();
            }
            Step::Closing => drop(self.commit.closings.pop()),
            Step::DocumentClosing => drop(self.commit.document_closings.pop()),
            Step::Request => drop(self.commit.requests.pop()),
        }
    }

    // What it knows.

    pub(super) fn counters(&self) -> Counters {
        self.counters
    }
    pub(super) fn node_by_id(&self, id: &str) -> Option<NodeNumber> {
        id.parse::<NodeId>().ok().and_then(|id| self.node_ids.get(&id).copied())
    }
    /// The newest version of a node, where this commit has one.
    pub(super) fn node(&self, number: NodeNumber) -> Option<&Node> {
        self.versions
            .get(&number)
            .and_then(|place| self.commit.nodes.get(*place))
            .map(|record| &record.node)
    }
    /// Nodes that got a name in this commit which folds to `folded`.
    pub(super) fn named(&self, folded: &str) -> &[NodeNumber] {
        self.names.get(folded).map_or(&[], Vec::as_slice)
    }
    pub(super) fn fact_by_id(&self, id: FactId) -> Option<FactNumber> {
        self.facts.get(&id).copied()
    }
    /// Evidence of a fact that this commit brings.
    pub(super) fn evidence(&self, fact: FactNumber) -> impl Iterator<Item = &Evidence> {
        // Facts of a commit are numbered without gaps.
        let earlier = self.counters.facts as usize - self.commit.facts.len();
        let first = fact.index().checked_sub(earlier).and_then(|place| self.commit.facts.get(place));
        let further = self.evidence.get(&fact).into_iter().flatten();
        let further = further.filter_map(|place| self.commit.evidence.get(*place));
        first
            .map(|record| &record.evidence)
            .into_iter()
            .chain(further.map(|record| &record.evidence))
    }
    pub(super) fn document_by_id(&self, id: &str) -> Option<&DocumentRecord> {
        let number = id.parse::<DocumentId>().ok().and_then(|id| self.documents.get(&id).copied())?;
        self.commit.documents.iter().find(|record| record.number == number)
    }
    pub(super) fn request(&self, key: &str) -> Option<&RequestRecord> {
        self.commit.requests.iter().find(|request| request.key == key)
    }

    // What is added.

    pub(super) fn add_node(&mut self, node: Node) -> NodeNumber {
        let number = NodeNumber(self.counters.nodes);
        self.counters.nodes += 1;
        self.node_ids.insert(node.id.clone(), number);
        self.versions.insert(number, self.commit.nodes.len());
        self.steps.push(Step::Node(node.id.clone()));
        for name in &node.names {
            self.note_name(fold(&name.text), number);
        }
        self.commit.nodes.push(NodeRecord {
            number,
            node,
            reason: None,
            by: None,
        });
        number
    }

    /// A new version of a node, this commit's own or an older one.
    pub(super) fn change_node(&mut self, number: NodeNumber, node: Node, why: &Why) {
        for name in &node.names {
            let folded = fold(&name.text);
            if !self.named(&folded).contains(&number) {
                self.note_name(folded, number);
            }
        }
        let record = NodeRecord {
            number,
            node,
            reason: why.reason.clone(),
            by: why.by.clone(),
        };
        if let Some((place, held)) = self
            .versions
            .get(&number)
            .and_then(|place| Some((*place, self.commit.nodes.get_mut(*place)?)))
        {
            let before = std::mem::replace(held, record);
            self.steps.push(Step::Amended(place, Box::new(before)));
        } else {
            self.versions.insert(number, self.commit.nodes.len());
            self.commit.nodes.push(record);
            self.steps.push(Step::Version(number));
        }
    }

    fn note_name(&mut self, folded: String, number: NodeNumber) {
        self.names.entry(folded.clone()).or_default().push(number);
        self.steps.push(Step::Name(folded));
    }

    /// The number that the next document gets.
    pub(super) fn next_document(&self) -> DocumentNumber {
        DocumentNumber(self.counters.documents)
    }

    pub(super) fn add_document(&mut self, record: DocumentRecord) {
        self.counters.documents += 1;
        self.documents.insert(record.document.id.clone(), record.number);
        self.steps.push(Step::Document(record.document.id.clone()));
        self.commit.documents.push(record);
    }

    /// A new fact; `make` gets its number.
    pub(super) fn add_fact(&mut self, make: impl FnOnce(FactNumber) -> FactRecord) -> FactNumber {
        let number = FactNumber(self.counters.facts);
        let record = make(number);
        self.counters.facts += 1;
        self.facts.insert(record.id, number);
        self.steps.push(Step::Fact(record.id));
        self.commit.facts.push(record);
        number
    }

    pub(super) fn add_evidence(&mut self, record: EvidenceRecord) {
        self.evidence.entry(record.fact).or_default().push(self.commit.evidence.len());
        self.steps.push(Step::Evidence(record.fact));
        self.commit.evidence.push(record);
    }

    pub(super) fn close(&mut self, closing: Closing) {
        self.commit.closings.push(closing);
        self.steps.push(Step::Closing);
    }

    pub(super) fn close_document(&mut self, closing: DocumentClosing) {
        self.commit.document_closings.push(closing);
        self.steps.push(Step::DocumentClosing);
    }

    pub(super) fn answer(&mut self, request: RequestRecord) {
        self.commit.requests.push(request);
        self.steps.push(Step::Request);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(id: &str, name: &str) -> Node {
        Node::new(id.parse().unwrap(), "Person", name)
    }

    #[test]
    fn what_a_refused_request_did_leaves_no_trace() {
        let mut pending = Pending::after(&Head::default());
        let kept = pending.add_node(node("a", "A"));
        let before = pending.commit(Head::default());
        let mark = pending.mark();

        let mut changed = node("a", "A");
        changed.names.push(crate::model::Name::plain("Alias"));
        pending.change_node(kept, changed, &Why::default());
        pending.add_node(node("b", "B"));

        pending.roll_back(mark);
        assert_eq!(pending.commit(Head::default()), before);
        assert_eq!(pending.node_by_id("b"), None);
        assert!(pending.named("alias").is_empty());
        assert_eq!(pending.named("a"), [kept]);
        assert_eq!(pending.add_node(node("c", "C")), NodeNumber(1));
    }
}

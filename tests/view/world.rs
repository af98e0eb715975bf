//! Random histories: few nodes, dates and documents, so that everything happens to the same things.

use std::sync::Arc;

use dateline::model::{
    Asserter, Counters, Document, DocumentNumber, Evidence, Fact, FactNumber, Head, Modality, Name, Node, NodeNumber, Object, Polarity,
    Qualifiers, Revision, Timestamp, fingerprint,
};
use dateline::ontology::{Kind, Ontology};
use dateline::store::{Closing, Commit, DocumentClosing, DocumentRecord, EvidenceRecord, FactRecord, NodeRecord, StoredObject};
use proptest::prelude::*;

use crate::model::Model;

pub(crate) const NODES: u32 = 6;
pub(crate) const NAMES: [&str; 5] = ["Li Zuocheng", "李作成", "Müller", "muller", "Ministry of Defence"];
pub(crate) const TIMES: [Option<&str>; 10] = [
    None,
    Some("2017-11-22"),
    Some("../2017-11-22"),
    Some("2017-11"),
    Some("2017-11-01/2017-11-30"),
    Some("2017"),
    Some("2016/.."),
    Some("2017-11-23"),
    Some("../2016"),
    Some("2015-01-01/2018-01-01"),
];
pub(crate) const PUBLISHERS: [&str; 3] = ["Reuters", "Global Herald", "Agence"];
pub(crate) const DOCUMENTS: [&str; 3] = ["2017-11-24-reuters-beijing", "two", "three"];
const LONG: &str = "China's top general met the commander of Myanmar's army in the capital on Wednesday and said that both \
    armed forces should deepen their cooperation along the shared border, where fighting drove thousands of people from \
    their villages earlier this year, the ministry of defence said in a statement that was read out on state television \
    before the evening news and repeated in full by every paper of the country on the following morning";
pub(crate) fn texts() -> Vec<String> {
    vec![
        LONG.to_owned(),
        LONG.replace("morning", "day"),
        "Short one.".to_owned(),
        "Another short one.".to_owned(),
        String::new(),
    ]
}

#[derive(Clone, Debug)]
pub(crate) struct Told {
    document: Option<u8>,
    publisher: u8,
    reported: Option<u8>,
    speakers: Vec<u8>,
    place: Option<u8>,
    amount: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Content {
    subject: u8,
    relation: u8,
    object: u8,
    time: u8,
    modality: u8,
    negated: bool,
    about: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Step {
    Assert(Content, Told),
    Corroborate(u8, Told),
    Close(u8, u8, bool),
    Retract(u8),
    Correct(u8, Content, Told),
    Publish(u8, u8, u8),
    Delete(u8),
    Replace(u8, u8),
    Rename(u8, u8),
    Retype(u8, u8),
}

fn told() -> impl Strategy<Value = Told> {
    let document = proptest::option::of(0..6u8);
    let (speakers, place) = (proptest::collection::vec(0..6u8, 0..3), proptest::option::weighted(0.4, 0..6u8));
    (document, 0..3u8, proptest::option::of(0..3u8), speakers, place, any::<bool>()).prop_map(
        |(document, publisher, reported, speakers, place, amount)| Told {
            document,
            publisher,
            reported,
            speakers,
            place,
            amount,
        },
    )
}

fn content() -> impl Strategy<Value = Content> {
    (
        0..4u8,
        0..4u8,
        0..8u8,
        0..10u8,
        0..8u8,
        proptest::bool::weighted(0.2),
        proptest::bool::weighted(0.2),
    )
        .prop_map(|(subject, relation, object, time, modality, negated, about)| Content {
            subject,
            relation,
            object,
            time,
            modality,
            negated,
            about,
        })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (content(), told()).prop_map(|(content, told)| Step::Assert(content, told)),
        3 => (any::<u8>(), told()).prop_map(|(fact, told)| Step::Corroborate(fact, told)),
        2 => (any::<u8>(), 0..3u8, any::<bool>()).prop_map(|(fact, number, person)| Step::Close(fact, number, person)),
        2 => any::<u8>().prop_map(Step::Retract),
        1 => (any::<u8>(), content(), told()).prop_map(|(fact, content, told)| Step::Correct(fact, content, told)),
        2 => (0..3u8, 0..4u8, 0..5u8).prop_map(|(id, publisher, text)| Step::Publish(id, publisher, text)),
        1 => any::<u8>().prop_map(Step::Delete),
        1 => (any::<u8>(), 0..3u8).prop_map(|(document, id)| Step::Replace(document, id)),
        1 => (0..6u8, 0..5u8).prop_map(|(node, name)| Step::Rename(node, name)),
        1 => (0..6u8, 0..5u8).prop_map(|(node, name)| Step::Retype(node, name)),
    ]
}

pub(crate) fn history() -> impl Strategy<Value = Vec<Vec<Step>>> {
    proptest::collection::vec(proptest::collection::vec(step(), 1..7), 1..11)
}

/// Many assertions and what else happens beside them.
pub(crate) fn steps(count: usize) -> impl Strategy<Value = Vec<Step>> {
    proptest::collection::vec(step(), count)
}

/// What makes commits out of steps, as `ingest` would.
pub(crate) struct World {
    pub(crate) model: Model,
    relations: Vec<Arc<str>>,
    types: Vec<Arc<str>>,
    commit: Commit,
}

impl World {
    pub(crate) fn new(ontology: Arc<Ontology>) -> Self {
        let of_kind = |kind| ontology.relations().iter().filter(move |relation| relation.kind == kind).take(2);
        let relations = of_kind(Kind::State)
            .chain(of_kind(Kind::Event))
            .map(|relation| Arc::clone(&relation.name))
            .collect();
        let types = ontology.types().iter().take(5).map(|known| Arc::clone(&known.name)).collect();
        Self {
            model: Model::new(ontology),
            relations,
            types,
            commit: Commit::default(),
        }
    }

    /// The next commit; the model has taken it in.
    pub(crate) fn commit(&mut self, steps: &[Step]) -> Commit {
        let last = self.model.heads.last().copied().unwrap_or_default();
        self.commit = Commit::default();
        self.commit.head.revision = last.revision.next();
        // Every other step of the clock is larger, so that moments between commits exist.
        self.commit.head.time = Timestamp(last.time.0 + 10);
        // The first three nodes are there from the start, the others come one a commit.
        let nodes = u32::try_from(self.model.nodes.len()).unwrap();
        let new = if nodes == 0 { 0..3 } else { nodes..(nodes + 1).min(NODES) };
        for number in new {
            let name = NAMES[number as usize % NAMES.len()];
            let node = Node::new(format!("n-{number}").parse().unwrap(), Arc::clone(&self.types[0]), name);
            self.node(number, node, None);
        }
        for step in steps {
            self.step(step);
        }
        self.commit.head.counters = Counters {
            nodes: u32::try_from(self.model.nodes.len()).unwrap(),
            documents: u32::try_from(self.model.documents.len()).unwrap(),
            facts: u32::try_from(self.model.facts.len()).unwrap(),
        };
        self.model.close_documents(&self.commit);
        let head: Head = self.commit.head;
        self.model.heads.push(head);
        self.commit.clone()
    }

    fn revision(&self) -> Revision {
        self.commit.head.revision
    }

    fn node(&mut self, number: u32, node: Node, reason: Option<&str>) {
        let record = NodeRecord {
            number: NodeNumber(number),
            node,
            reason: reason.map(str::to_owned),
            by: reason.map(|_| "person:k".to_owned()),
        };
        self.model.node(&record, self.revision());
        self.commit.nodes.push(record);
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Assert(content, told) => {
                self.assert(content, told, None);
            }
            Step::Corroborate(fact, told) => {
                if let Some(fact) = self.pick_fact(*fact) {
                    self.corroborate(fact, told);
                }
            }
            Step::Close(fact, number, by_person) => {
                if let Some(fact) = self.pick_fact(*fact) {
                    self.close(fact, u32::from(*number), *by_person);
                }
            }
            Step::Retract(fact) => {
                if let Some(fact) = self.pick_fact(*fact) {
                    self.retract(fact);
                }
            }
            Step::Correct(fact, content, told) => {
                if let Some(fact) = self.pick_fact(*fact) {
                    self.retract(fact);
                    self.assert(content, told, Some(fact));
                }
            }
            Step::Publish(id, publisher, text) => self.publish(*id, *publisher, *text, None),
            Step::Delete(document) => {
                if let Some(document) = self.pick_document(*document) {
                    self.delete(document);
                }
            }
            Step::Replace(document, id) => {
                if let Some(document) = self.pick_document(*document) {
                    self.delete(document);
                    self.publish(*id, 0, 0, Some(document));
                }
            }
            Step::Rename(node, name) => self.change(*node, |node, _| {
                let name = NAMES[usize::from(*name)];
                name.clone_into(&mut node.name);
                node.names.insert(0, Name::plain(name));
                node.names.truncate(2);
            }),
            Step::Retype(node, of) => self.change(*node, |node, types| node.node_type = Arc::clone(&types[usize::from(*of)])),
        }
    }

    fn change(&mut self, node: u8, change: impl FnOnce(&mut Node, &[Arc<str>])) {
        let number = u32::from(node) % u32::try_from(self.model.nodes.len()).unwrap();
        let mut node = self.model.nodes[number as usize].last().unwrap().node.clone();
        change(&mut node, &self.types);
        self.node(number, node, Some("it was wrong"));
    }

    fn pick_fact(&self, pick: u8) -> Option<FactNumber> {
        let count = u32::try_from(self.model.facts.len()).unwrap();
        (count > 0).then(|| FactNumber(u32::from(pick) % count))
    }

    fn pick_document(&self, pick: u8) -> Option<DocumentNumber> {
        let count = u32::try_from(self.model.documents.len()).unwrap();
        (count > 0).then(|| DocumentNumber(u32::from(pick) % count))
    }

    fn some_node(&self, pick: u8) -> NodeNumber {
        NodeNumber(u32::from(pick) % u32::try_from(self.model.nodes.len()).unwrap())
    }

    fn told(&self, told: &Told) -> Evidence {
        let document = told
            .document
            .and_then(|pick| self.pick_document(pick))
            .filter(|number| self.model.documents[number.index()].closed.is_none());
        let of_document = document.and_then(|number| self.model.documents[number.index()].document.publisher.clone());
        Evidence {
            document,
            publisher: of_document.or_else(|| Some(PUBLISHERS[usize::from(told.publisher)].to_owned())),
            reported: told.reported.map(|day| dateline::model::Day(17_490 + i32::from(day))),
            url: None,
            sentence: None,
            quote: None,
            speakers: told.speakers.iter().map(|pick| self.some_node(*pick)).collect(),
            place: told.place.map(|pick| self.some_node(pick)),
            qualifiers: told.amount.then(|| ("amount".to_owned(), "3".to_owned())).into_iter().collect(),
            confidence: None,
            rule: None,
            asserted_by: if told.amount {
                Asserter::Import("api".to_owned())
            } else {
                Asserter::Person("k".to_owned())
            },
            mirrored: told.publisher == 1,
        }
    }

    fn assert(&mut self, content: &Content, told: &Told, supersedes: Option<FactNumber>) {
        let id_of = |number: NodeNumber| self.model.nodes[number.index()].last().unwrap().node.id.clone();
        let subject = self.some_node(content.subject);
        let (object, stored) = match content.object {
            6 => (Object::Value("90".to_owned()), StoredObject::Value("90".into())),
            7 => (Object::None, StoredObject::None),
            pick => (Object::Node(id_of(self.some_node(pick))), StoredObject::Node(self.some_node(pick))),
        };
        let fact = Fact {
            subject: id_of(subject),
            relation: Arc::clone(&self.relations[usize::from(content.relation)]),
            object,
            valid: TIMES[usize::from(content.time)].map(|text| text.parse().unwrap()),
            modality: Modality::ALL[usize::from(content.modality.saturating_sub(4))],
            polarity: if content.negated { Polarity::Negated } else { Polarity::Affirmed },
            qualifiers: if content.about {
                Qualifiers::from([("about".to_owned(), "peace".to_owned())])
            } else {
                Qualifiers::new()
            },
        };
        if let Some(known) = self.model.facts.iter().position(|known| known.record.id == fact.id()) {
            return self.corroborate(FactNumber(u32::try_from(known).unwrap()), told);
        }
        let record = FactRecord {
            number: FactNumber(u32::try_from(self.model.facts.len()).unwrap()),
            id: fact.id(),
            subject,
            relation: Arc::clone(&fact.relation),
            object: stored,
            valid: fact.valid.clone(),
            modality: fact.modality,
            polarity: fact.polarity,
            qualifiers: fact.qualifiers.clone(),
            supersedes,
            evidence: self.told(told),
        };
        self.model.fact(fact, &record, self.revision());
        self.commit.facts.push(record);
    }

    fn corroborate(&mut self, fact: FactNumber, told: &Told) {
        let number = u32::try_from(self.model.facts[fact.index()].evidence.len()).unwrap();
        let record = EvidenceRecord {
            fact,
            number,
            evidence: self.told(told),
        };
        self.model.evidence(&record, self.revision());
        self.commit.evidence.push(record);
    }

    fn close(&mut self, fact: FactNumber, number: u32, by_person: bool) {
        let closing = Closing {
            fact,
            number,
            reason: Some("wrong".to_owned()),
            by: None,
            by_person,
        };
        if self.model.close(&closing, self.revision()) {
            self.commit.closings.push(closing);
        }
    }

    fn retract(&mut self, fact: FactNumber) {
        for number in 0..self.model.facts[fact.index()].evidence.len() {
            self.close(fact, u32::try_from(number).unwrap(), true);
        }
    }

    fn publish(&mut self, id: u8, publisher: u8, text: u8, replaces: Option<DocumentNumber>) {
        let id = DOCUMENTS[usize::from(id)];
        if self
            .model
            .documents
            .iter()
            .any(|known| known.document.id.as_str() == id && known.closed.is_none())
        {
            return;
        }
        let number = DocumentNumber(u32::try_from(self.model.documents.len()).unwrap());
        let fingerprint = fingerprint(&texts()[usize::from(text)]);
        let group = self
            .model
            .near(&fingerprint, self.model.documents.len())
            .map_or(number, |near| self.model.documents[near.index()].document.group);
        let document = Document {
            id: id.parse().unwrap(),
            date: None,
            publisher: PUBLISHERS.get(usize::from(publisher)).map(|name| (*name).to_owned()),
            place: None,
            title: None,
            url: None,
            lang: None,
            text: Some("not held in memory".to_owned()),
            group,
            fingerprint,
        };
        let record = DocumentRecord {
            number,
            document,
            replaces,
        };
        self.model.document(&record, self.revision());
        self.commit.documents.push(record);
    }

    fn delete(&mut self, document: DocumentNumber) {
        let closing = DocumentClosing {
            document,
            reason: Some("withdrawn".to_owned()),
            by: Some("extractor:x".to_owned()),
        };
        if self.model.documents[document.index()].closed.is_none() {
            // The commit's order is what counts: documents close last. The model closes them when the commit is whole.
            self.model.documents[document.index()].closed = Some(Model::closed_document(&closing, self.revision()));
            self.commit.document_closings.push(closing);
        }
    }
}

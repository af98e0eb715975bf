//! A small store for tests, written as text: one fact a line.
//!
//! ```text
//! China:State | supported | Myanmar:State | 2017-11-22 | publisher=Reuters; reported=2017-11-24
//! Li Zuocheng:Person | stated | "no comment" | - | document=d1; quote=he had no comment; speakers=Xinhua:MediaOutlet
//! ```
//!
//! Columns: subject, relation, object (a node, `"a value"`, or `-`), valid time (`-` for none), and keys:
//! `publisher`, `reported`, `document` (created when new), `speakers` (innermost first, `>` between),
//! `place`, `quote`, `modality`, `polarity`; any other key is a qualifier. The type stands behind the first
//! mention of a node (`State` without). A line told again is new evidence of its fact. Two more lines:
//! `node | Li Zuocheng:Person | 李作成, Li` gives names, `document | d1 | 2017-11-24 | Reuters | its text`
//! makes a document. Every call of [`Scene::commit`] is one revision, a second after the one before.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::model::{
    Asserter, Document, DocumentNumber, Evidence, Fact, FactId, FactNumber, Head, Name, Node, NodeNumber, Object, Qualifiers, Quote,
    Revision, Timestamp, fold, slug,
};
use crate::ontology::Ontology;
use crate::store::{Closing, Commit, DocumentClosing, DocumentRecord, EvidenceRecord, FactRecord, NodeRecord, StoredObject};
use crate::view::View;

use super::{Asking, Bodies, Budget, Row, RowRef};

/// The rows of handles.
pub(crate) fn rows(handles: &[RowRef<'_>]) -> Vec<Row> {
    handles.iter().map(RowRef::to_row).collect()
}

/// A view, and the bodies behind it.
pub(crate) struct Scene {
    /// The newest view.
    pub(crate) view: View,
    /// Every commit so far.
    pub(crate) commits: Vec<Commit>,
    nodes: Vec<Node>,
    documents: Vec<Document>,
    facts: Vec<FactId>,
    evidence: Vec<Vec<Evidence>>,
    by_name: HashMap<String, NodeNumber>,
}

impl Bodies for Scene {
    fn evidence(&self, fact: FactNumber) -> Result<Arc<[Evidence]>, String> {
        Ok(self.evidence[fact.index()].clone().into())
    }
    fn text(&self, document: DocumentNumber) -> Result<Option<String>, String> {
        Ok(self.documents[document.index()].text.clone())
    }
}

impl Scene {
    /// An empty store.
    pub(crate) fn empty() -> Self {
        Self {
            view: View::new(Ontology::built_in()),
            commits: Vec::new(),
            nodes: Vec::new(),
            documents: Vec::new(),
            facts: Vec::new(),
            evidence: Vec::new(),
            by_name: HashMap::new(),
        }
    }

    /// A store of one commit.
    pub(crate) fn of(text: &str) -> Self {
        let mut scene = Self::empty();
        scene.commit(text);
        scene
    }

    /// Records the lines of a text as one commit.
    pub(crate) fn commit(&mut self, text: &str) -> Revision {
        let mut commit = Commit::default();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let columns: Vec<_> = line.split('|').map(str::trim).collect();
            match columns.as_slice() {
                ["node", name, names] => self.node_line(&mut commit, name, names),
                ["document", id, date, publisher, text] => {
                    self.document(&mut commit, id, date, publisher, Some(text));
                }
                _ => self.fact_line(&mut commit, &columns),
            }
        }
        self.record(commit)
    }

    /// Closes all open evidence of a fact, as a person.
    pub(crate) fn retract(&mut self, fact: FactNumber, reason: &str, by: &str) -> Revision {
        let closings = self.closings(fact, reason, by);
        self.record(Commit {
            closings,
            ..Commit::default()
        })
    }

    /// Closes a fact and records the one of `line`, which supersedes it, in one commit.
    pub(crate) fn correct(&mut self, fact: FactNumber, line: &str, reason: &str, by: &str) -> Revision {
        let mut commit = Commit {
            closings: self.closings(fact, reason, by),
            ..Commit::default()
        };
        let columns: Vec<_> = line.split('|').map(str::trim).collect();
        self.fact_line(&mut commit, &columns);
        if let Some(record) = commit.facts.first_mut() {
            record.supersedes = Some(fact);
        }
        self.record(commit)
    }

    /// Closes a document with its evidence.
    pub(crate) fn delete_document(&mut self, id: &str, reason: &str, by: &str) -> Revision {
        let document = self.documents.iter().position(|document| document.id.as_str() == id).unwrap();
        let closing = DocumentClosing {
            document: DocumentNumber(u32::try_from(document).unwrap()),
            reason: Some(reason.to_owned()),
            by: Some(by.to_owned()),
        };
        self.record(Commit {
            document_closings: vec![closing],
            ..Commit::default()
        })
    }

    /// Records a new version of a node.
    pub(crate) fn change(&mut self, id: &str, reason: &str, by: &str, change: impl FnOnce(&mut Node)) -> Revision {
        let place = self.nodes.iter().position(|node| node.id.as_str() == id).unwrap();
        change(&mut self.nodes[place]);
        let node = NodeRecord {
            number: NodeNumber(u32::try_from(place).unwrap()),
            node: self.nodes[place].clone(),
            reason: Some(reason.to_owned()),
            by: Some(by.to_owned()),
        };
        self.record(Commit {
            nodes: vec![node],
            ..Commit::default()
        })
    }

    /// The newest revision, asked with a large budget.
    pub(crate) fn ask(&self) -> Asking<'_> {
        self.ask_at(self.view.head().revision)
    }

    /// An older revision, asked with a large budget.
    pub(crate) fn ask_at(&self, revision: Revision) -> Asking<'_> {
        Asking {
            reading: self.view.at(revision),
            bodies: self,
            budget: Budget {
                edges: 1_000_000,
                deadline: Instant::now() + Duration::from_mins(1),
                cancelled: Arc::default(),
                first_try: false,
            },
            incarnation: 1,
            base_path: "",
        }
    }

    /// The id of the fact that came `number`th, from 0, in the order of the lines.
    pub(crate) fn fact(&self, number: usize) -> String {
        self.facts[number].to_string()
    }

    fn record(&mut self, mut commit: Commit) -> Revision {
        let revision = self.view.head().revision.next();
        let mut counters = self.view.head().counters;
        counters.nodes = u32::try_from(self.nodes.len()).unwrap();
        counters.documents = u32::try_from(self.documents.len()).unwrap();
        counters.facts = u32::try_from(self.facts.len()).unwrap();
        let time = Timestamp(1_500_000_000_000_000 + i64::try_from(revision.0).unwrap() * 1_000_000);
        commit.head = Head { revision, time, counters };
        self.view.apply(&commit);
        self.commits.push(commit);
        revision
    }

    fn closings(&self, fact: FactNumber, reason: &str, by: &str) -> Vec<Closing> {
        let open = self.view.newest().open_evidence(fact);
        let close = |number| Closing {
            fact,
            number,
            reason: Some(reason.to_owned()),
            by: Some(by.to_owned()),
            by_person: true,
        };
        open.iter().map(|evidence| close(evidence.number)).collect()
    }

    fn node_line(&mut self, commit: &mut Commit, name: &str, names: &str) {
        let number = self.node(commit, name);
        for name in names.split(',').map(str::trim) {
            self.by_name.insert(fold(name), number);
            self.nodes[number.index()].names.push(Name::plain(name));
        }
        commit.nodes.retain(|record| record.number != number);
        commit.nodes.push(NodeRecord {
            number,
            node: self.nodes[number.index()].clone(),
            reason: None,
            by: None,
        });
    }

    fn node(&mut self, commit: &mut Commit, text: &str) -> NodeNumber {
        let (name, node_type) = text.rsplit_once(':').unwrap_or((text, "State"));
        if let Some(number) = self.by_name.get(&fold(name)) {
            return *number;
        }
        let number = NodeNumber(u32::try_from(self.nodes.len()).unwrap());
        let wanted = slug(name);
        let taken = |id: &str| self.nodes.iter().any(|node| node.id.as_str() == id);
        let numbered = (2..1_000).map(|n| format!("{wanted}-{n}"));
        let id = std::iter::once(wanted.clone()).chain(numbered).find(|id| !taken(id)).unwrap();
        let node = Node::new(id.parse().unwrap(), node_type, name);
        self.by_name.insert(fold(name), number);
        self.nodes.push(node.clone());
        commit.nodes.push(NodeRecord {
            number,
            node,
            reason: None,
            by: None,
        });
        number
    }

    fn document(&mut self, commit: &mut Commit, id: &str, date: &str, publisher: &str, text: Option<&str>) -> DocumentNumber {
        let number = |place: usize| DocumentNumber(u32::try_from(place).unwrap());
        if let Some(place) = self.documents.iter().position(|document| document.id.as_str() == id) {
            return number(place);
        }
        let document = Document {
            id: id.parse().unwrap(),
            date: date.parse().ok(),
            publisher: Some(publisher.to_owned()).filter(|name| !name.is_empty()),
            place: None,
            title: None,
            url: None,
            lang: None,
            text: text.map(str::to_owned),
            group: number(self.documents.len()),
            fingerprint: Vec::new(),
        };
        self.documents.push(document.clone());
        let document = DocumentRecord {
            number: document.group,
            document,
            replaces: None,
        };
        commit.documents.push(document);
        number(self.documents.len() - 1)
    }

    fn fact_line(&mut self, commit: &mut Commit, columns: &[&str]) {
        let [subject, relation, object, valid, rest @ ..] = columns else {
            panic!("no fact: {columns:?}")
        };
        let ontology = Ontology::built_in();
        let relation_number = ontology
            .relation_number(relation)
            .unwrap_or_else(|| panic!("no relation {relation}"));
        let mut ends = (self.node(commit, subject), None);
        let mut stored = match object.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
            Some(value) => StoredObject::Value(value.into()),
            None if *object == "-" => StoredObject::None,
            None => {
                ends.1 = Some(self.node(commit, object));
                StoredObject::Node(ends.1.unwrap())
            }
        };
        let id = |scene: &Self, number: NodeNumber| scene.nodes[number.index()].id.clone();
        let mut mirrored = false;
        if let Some(other) = ends.1
            && ontology.relation(relation_number).symmetric
            && id(self, other) < id(self, ends.0)
        {
            mirrored = true;
            stored = StoredObject::Node(ends.0);
            ends = (other, Some(ends.0));
        }
        let mut fact = Fact {
            subject: id(self, ends.0),
            relation: (*relation).into(),
            object: match &stored {
                StoredObject::Node(number) => Object::Node(id(self, *number)),
                StoredObject::Value(text) => Object::Value(text.to_string()),
                StoredObject::None => Object::None,
            },
            valid: Some(*valid).filter(|text| *text != "-").map(|text| text.parse().unwrap()),
            modality: crate::model::Modality::default(),
            polarity: crate::model::Polarity::default(),
            qualifiers: Qualifiers::new(),
        };
        let mut evidence = Evidence {
            document: None,
            publisher: None,
            reported: None,
            url: None,
            sentence: None,
            quote: None,
            speakers: Vec::new(),
            place: None,
            qualifiers: Qualifiers::new(),
            confidence: None,
            rule: None,
            asserted_by: Asserter::Import("test".to_owned()),
            mirrored,
        };
        let mut document = None;
        for (key, value) in rest
            .iter()
            .flat_map(|keys| keys.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
        {
            match key {
                "publisher" => evidence.publisher = Some(value.to_owned()),
                "reported" => evidence.reported = Some(value.parse().unwrap()),
                "document" => document = Some(value),
                "speakers" => evidence.speakers = value.split('>').map(|name| self.node(commit, name)).collect(),
                "place" => evidence.place = Some(self.node(commit, value)),
                "quote" => {
                    evidence.quote = Some(Quote {
                        text: value.to_owned(),
                        start: None,
                        end: None,
                    });
                }
                "modality" => fact.modality = value.parse().unwrap(),
                "polarity" => fact.polarity = value.parse().unwrap(),
                _ if ontology.identifies(relation_number, key) => {
                    fact.qualifiers.insert(key.to_owned(), value.to_owned());
                }
                _ => {
                    evidence.qualifiers.insert(key.to_owned(), value.to_owned());
                }
            }
        }
        if let Some(document) = document {
            let date = evidence.reported.map(|day| day.to_string()).unwrap_or_default();
            let publisher = evidence.publisher.clone().unwrap_or_default();
            let number = self.document(commit, document, &date, &publisher, None);
            let known = &self.documents[number.index()];
            evidence.publisher = evidence.publisher.or_else(|| known.publisher.clone());
            evidence.reported = evidence.reported.or(known.date);
            evidence.document = Some(number);
        }
        self.told(commit, &fact, (ends.0, stored), evidence);
    }

    fn told(&mut self, commit: &mut Commit, fact: &Fact, ends: (NodeNumber, StoredObject), evidence: Evidence) {
        let id = fact.id();
        if let Some(place) = self.facts.iter().position(|known| *known == id) {
            let number = u32::try_from(self.evidence[place].len()).unwrap();
            self.evidence[place].push(evidence.clone());
            commit.evidence.push(EvidenceRecord {
                fact: FactNumber(u32::try_from(place).unwrap()),
                number,
                evidence,
            });
            return;
        }
        let number = FactNumber(u32::try_from(self.facts.len()).unwrap());
        self.facts.push(id);
        self.evidence.push(vec![evidence.clone()]);
        commit.facts.push(FactRecord {
            number,
            id,
            subject: ends.0,
            relation: fact.relation.clone(),
            object: ends.1,
            valid: fact.valid.clone(),
            modality: fact.modality,
            polarity: fact.polarity,
            qualifiers: fact.qualifiers.clone(),
            supersedes: None,
            evidence,
        });
    }
}

//! What the tests of this module share: folders that are gone afterwards, and commits that follow each other.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{
    Closing, Commit, DocumentClosing, DocumentRecord, EvidenceRecord, FactRecord, FactSlice, FactTable, NodeRecord, ObjectOutline,
    Outlined, RequestRecord, Store, StoredObject, TimeOutline,
};
use crate::model::{
    Asserter, Counters, Day, Document, DocumentNumber, Evidence, FactId, FactNumber, Head, Modality, Name, Node, NodeNumber, Polarity,
    Quote, Timestamp,
};

/// sled's transactions lock every sled of the process: its tests run one at a time.
static ALONE: Mutex<()> = Mutex::new(());

/// A folder for one test, which has sled to itself as long as it is there.
pub(super) struct Folder {
    dir: tempfile::TempDir,
    _alone: MutexGuard<'static, ()>,
}

impl Folder {
    pub(super) fn new() -> Self {
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        Self {
            dir: tempfile::tempdir().unwrap(),
            _alone: alone,
        }
    }

    pub(super) fn path(&self) -> &Path {
        self.dir.path()
    }
}

/// One record to write. `pick` chooses among what is there, `bytes` the length of its longest text.
#[derive(Clone, Debug)]
pub(super) enum Op {
    Node { bytes: usize },
    Version { pick: usize, names: usize },
    Document { bytes: Option<usize> },
    Fact { pick: usize, bytes: usize },
    Evidence { pick: usize, bytes: usize },
    Closing { pick: usize },
    DocumentClosing { pick: usize },
    Request { pick: usize, bytes: usize },
}

/// Makes commits that follow each other from [`Op`]s.
#[derive(Clone, Debug, Default)]
pub(super) struct Scribe {
    head: Head,
    /// How much evidence each fact has.
    evidence: Vec<u32>,
}

impl Scribe {
    /// The next commit.
    pub(super) fn write(&mut self, ops: &[Op]) -> Commit {
        let mut commit = Commit::default();
        let mut after = self.head.counters;
        for op in ops {
            self.record(op, &mut after, &mut commit);
        }
        self.head = Head {
            revision: self.head.revision.next(),
            time: Timestamp(self.head.time.0 + 1_000_001),
            counters: after,
        };
        commit.head = self.head;
        commit
    }

    fn record(&mut self, op: &Op, after: &mut Counters, commit: &mut Commit) {
        match *op {
            Op::Node { bytes } => {
                commit.nodes.push(node(after.nodes, bytes, 1));
                after.nodes += 1;
            }
            Op::Version { pick, names } if after.nodes > 0 => {
                let mut record = node(choose(pick, after.nodes), 12, names);
                record.reason = Some(words(pick, 30));
                record.by = (pick.is_multiple_of(2)).then(|| "anna".to_owned());
                commit.nodes.push(record);
            }
            Op::Document { bytes } => {
                commit.documents.push(document(*after, bytes));
                after.documents += 1;
            }
            Op::Fact { pick, bytes } if after.nodes > 0 => {
                commit.facts.push(fact(*after, pick, bytes));
                self.evidence.push(1);
                after.facts += 1;
            }
            Op::Evidence { pick, bytes } if after.facts > 0 => {
                let fact = choose(pick, after.facts);
                let count = &mut self.evidence[fact as usize];
                commit.evidence.push(EvidenceRecord {
                    fact: FactNumber(fact),
                    number: *count,
                    evidence: evidence(*after, pick, bytes),
                });
                *count += 1;
            }
            Op::Closing { pick } if after.facts > 0 => {
                let fact = choose(pick, after.facts);
                let number = choose(pick, self.evidence[fact as usize]);
                let reason = (!pick.is_multiple_of(3)).then(|| words(pick, 20));
                commit.closings.push(Closing {
                    fact: FactNumber(fact),
                    number,
                    reason,
                    by: None,
                    by_person: pick.is_multiple_of(2),
                });
            }
            Op::DocumentClosing { pick } if after.documents > 0 => {
                let document = DocumentNumber(choose(pick, after.documents));
                commit.document_closings.push(DocumentClosing {
                    document,
                    reason: None,
                    by: Some(words(pick, 9)),
                });
            }
            Op::Request { pick, bytes } => self.request(pick, bytes, commit),
            Op::Version { .. } | Op::Fact { .. } | Op::Evidence { .. } | Op::Closing { .. } | Op::DocumentClosing { .. } => {}
        }
    }

    fn request(&self, pick: usize, bytes: usize, commit: &mut Commit) {
        let key = request_key(pick);
        if commit.requests.iter().all(|request| request.key != key) {
            let digest = *blake3::hash(key.as_bytes()).as_bytes();
            commit.requests.push(RequestRecord {
                key,
                digest,
                revision: self.head.revision.next(),
                status: 201,
                answer: words(pick, bytes),
            });
        }
    }
}

/// Keys under which [`Op::Request`] records.
pub(super) fn request_key(pick: usize) -> String {
    format!("key {}", pick % 5)
}

fn choose(pick: usize, count: u32) -> u32 {
    u32::try_from(pick % count as usize).unwrap()
}

/// A text of about that many bytes in three scripts, which zstd does not make much smaller.
pub(super) fn words(seed: usize, bytes: usize) -> String {
    let mut text = String::new();
    let mut state = seed as u64 + 1;
    while text.len() < bytes {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        match state >> 62 {
            0 => text.push_str("李作成"),
            1 => text.push_str("Рахайн "),
            _ => write!(text, "{:x} ", state >> 40).unwrap(),
        }
    }
    text
}

fn node(number: u32, bytes: usize, names: usize) -> NodeRecord {
    let mut node = Node::new(format!("node-{number}").parse().unwrap(), "Person", words(number as usize, bytes));
    node.names.extend((1..names).map(|place| Name {
        lang: Some("zh".to_owned()),
        ..Name::plain(words(place, 20))
    }));
    node.properties.insert("born".to_owned(), format!("{}", 1900 + number));
    node.external_ids.insert("wikidata".to_owned(), format!("Q{number}"));
    NodeRecord {
        number: NodeNumber(number),
        node,
        reason: None,
        by: None,
    }
}

fn document(after: Counters, bytes: Option<usize>) -> DocumentRecord {
    let number = after.documents;
    let seed = number as usize;
    DocumentRecord {
        number: DocumentNumber(number),
        document: Document {
            id: format!("2017-11-24-{number}").parse().unwrap(),
            date: Some(Day(17_494)),
            publisher: (seed.is_multiple_of(2)).then(|| "Reuters".to_owned()),
            place: (after.nodes > 0).then(|| NodeNumber(choose(seed, after.nodes))),
            title: Some(words(seed, 40)),
            url: None,
            lang: Some("en".to_owned()),
            text: bytes.map(|bytes| words(seed, bytes)),
            group: DocumentNumber(choose(seed, number + 1)),
            fingerprint: (0..number % 65).map(|place| u32::MAX - place).collect(),
        },
        replaces: (number > 0 && seed.is_multiple_of(3)).then(|| DocumentNumber(number - 1)),
    }
}

fn fact(after: Counters, pick: usize, bytes: usize) -> FactRecord {
    let number = after.facts;
    let object = match pick % 3 {
        0 => StoredObject::Node(NodeNumber(choose(pick, after.nodes))),
        1 => StoredObject::Value(words(pick, bytes / 2).into()),
        _ => StoredObject::None,
    };
    let dates = [None, Some("2017-11-22"), Some("2017-08/.."), Some("../2017-11-22"), Some("2017-33")];
    let mut qualifiers = std::collections::BTreeMap::new();
    if pick % 4 == 1 {
        qualifiers.insert("position".to_owned(), words(pick, 15));
    }
    FactRecord {
        number: FactNumber(number),
        id: FactId::from_bytes(blake3::hash(&number.to_le_bytes()).as_bytes()[..10].try_into().unwrap()),
        subject: NodeNumber(choose(pick / 3, after.nodes)),
        relation: ["met_with", "visited", "related_to"][pick % 3].into(),
        object,
        valid: dates[pick % 5].map(|text| text.parse().unwrap()),
        modality: Modality::ALL[pick % Modality::ALL.len()],
        polarity: if pick.is_multiple_of(7) {
            Polarity::Negated
        } else {
            Polarity::Affirmed
        },
        qualifiers,
        supersedes: (number > 0 && pick.is_multiple_of(9)).then(|| FactNumber(number - 1)),
        evidence: evidence(after, pick, bytes),
    }
}

fn evidence(after: Counters, pick: usize, bytes: usize) -> Evidence {
    let asserter = words(pick % 3, 8);
    let mut qualifiers = std::collections::BTreeMap::new();
    if pick % 5 == 2 {
        qualifiers.insert("quantity".to_owned(), format!("{pick}"));
    }
    Evidence {
        document: (after.documents > 0 && pick.is_multiple_of(2)).then(|| DocumentNumber(choose(pick, after.documents))),
        publisher: (!pick.is_multiple_of(6)).then(|| format!("Agency {}", pick % 4)),
        reported: (!pick.is_multiple_of(5)).then(|| Day(17_000 - i32::try_from(pick % 40_000).unwrap())),
        url: (pick.is_multiple_of(3)).then(|| format!("https://example.org/{pick}")),
        sentence: (pick.is_multiple_of(2)).then_some(u32::try_from(pick % 90).unwrap()),
        quote: (!pick.is_multiple_of(4)).then(|| Quote {
            text: words(pick, bytes),
            start: Some(0),
            end: (pick % 8 > 2).then_some(u32::MAX),
        }),
        speakers: (0..after.nodes.min(u32::try_from(pick % 3).unwrap())).map(NodeNumber).collect(),
        place: (pick % 3 == 1 && after.nodes > 0).then_some(NodeNumber(0)),
        qualifiers,
        confidence: (pick % 2 == 1).then_some(0.25),
        rule: (pick % 2 == 1).then(|| "appos".to_owned()),
        asserted_by: match pick % 3 {
            0 => Asserter::Extractor(asserter),
            1 => Asserter::Import(asserter),
            _ => Asserter::Person(asserter),
        },
        mirrored: pick.is_multiple_of(11),
    }
}

/// Everything that can be read from a store.
#[derive(Debug, PartialEq)]
pub(super) struct Everything {
    head: Head,
    full: Vec<Commit>,
    light: Vec<Commit>,
    evidence: Vec<Vec<Evidence>>,
    texts: Vec<Option<String>>,
    requests: Vec<Option<RequestRecord>>,
    ontology: Option<String>,
}

/// Reads everything, and a little beyond what was recorded.
pub(super) fn everything(store: &dyn Store) -> Everything {
    let head = store.head();
    let facts: Vec<_> = (0..head.counters.facts + 2).rev().map(FactNumber).collect();
    let mut light = commits(store, false);
    let firsts = light.iter_mut().flat_map(|commit| &mut commit.facts);
    firsts.for_each(|fact| fact.evidence.sentence = None);
    assert_eq!(from_outlines(store), light);
    Everything {
        head,
        full: commits(store, true),
        light: commits(store, false),
        evidence: store.evidence(&facts).unwrap(),
        texts: (0..head.counters.documents + 2)
            .map(|number| store.text(DocumentNumber(number)).unwrap())
            .collect(),
        requests: (0..6).map(|pick| store.request(&format!("key {pick}")).unwrap()).collect(),
        ontology: store.ontology().unwrap(),
    }
}

/// All commits as their outlines tell them: light, and without the sentences of first evidence.
fn from_outlines(store: &dyn Store) -> Vec<Commit> {
    let mut commits = Vec::new();
    store
        .outlines(&mut |Outlined { mut commit, facts }| {
            for FactSlice { table, places } in facts {
                commit.facts.extend(places.map(|place| from_outline(&table, place)));
            }
            commits.push(commit);
            Ok(())
        })
        .unwrap();
    commits
}

fn from_outline(table: &FactTable, place: usize) -> FactRecord {
    let fact = table.facts[place];
    let origin = &table.origins[fact.origin as usize];
    let shared = |text| Arc::from(table.text(text));
    let qualifiers = |place: u32| table.qualifiers[place as usize].clone();
    let time = |text: String| Some(text.parse().unwrap());
    FactRecord {
        number: FactNumber(table.first.0 + u32::try_from(place).unwrap()),
        id: fact.id,
        subject: fact.subject,
        relation: shared(fact.relation),
        object: match fact.object {
            ObjectOutline::Node(number) => StoredObject::Node(number),
            ObjectOutline::Value(text) => StoredObject::Value(shared(text)),
            ObjectOutline::None => StoredObject::None,
        },
        valid: match fact.valid {
            TimeOutline::None => None,
            TimeOutline::On(day) => time(day.to_string()),
            TimeOutline::Between(first, last) => time(format!("{first}/{last}")),
            TimeOutline::From(day) => time(format!("{day}/..")),
            TimeOutline::UpTo(day) => time(format!("../{day}")),
            TimeOutline::Other(place) => Some(table.times[place as usize].clone()),
        },
        modality: fact.modality,
        polarity: fact.polarity,
        qualifiers: qualifiers(fact.qualifiers),
        supersedes: fact.supersedes,
        evidence: Evidence {
            document: origin.document,
            publisher: origin.publisher.map(|text| table.text(text).to_owned()),
            reported: origin.reported,
            url: None,
            sentence: None,
            quote: None,
            speakers: table.speakers(origin).to_vec(),
            place: origin.place,
            qualifiers: qualifiers(origin.qualifiers),
            confidence: None,
            rule: None,
            asserted_by: table.asserters[origin.asserted_by as usize].clone(),
            mirrored: origin.mirrored,
        },
    }
}

/// All commits.
pub(super) fn commits(store: &dyn Store, full: bool) -> Vec<Commit> {
    let mut commits = Vec::new();
    store
        .replay(full, &mut |commit| {
            commits.push(commit);
            Ok(())
        })
        .unwrap();
    commits
}

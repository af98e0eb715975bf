//! Runs merged by somebody else, while commits go on.

use std::ops::ControlFlow;

use dateline::model::time::Window;
use dateline::model::{
    Asserter, Counters, Day, Evidence, FactId, FactNumber, Head, Modality, Node, NodeNumber, Polarity, Qualifiers, Timestamp,
};
use dateline::ontology::Ontology;
use dateline::store::{Commit, FactRecord, NodeRecord, StoredObject};
use dateline::view::{Reading, View};

/// Nodes of the store.
const NODES: u32 = 40;

/// The next commit, of so many facts on scattered days between scattered nodes.
fn commit(head: &Head, facts: u32) -> Commit {
    let node = |number: u32| NodeRecord {
        number: NodeNumber(number),
        node: Node::new(format!("n-{number}").parse().unwrap(), "Country", format!("Node {number}")),
        reason: None,
        by: None,
    };
    let evidence = Evidence {
        document: None,
        publisher: Some("wire".to_owned()),
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
        mirrored: false,
    };
    let fact = |number: u32| {
        let scattered = number.wrapping_mul(2_654_435_761);
        let mut id = [0; 10];
        id[..4].copy_from_slice(&scattered.to_be_bytes());
        FactRecord {
            number: FactNumber(number),
            id: FactId::from_bytes(id),
            subject: NodeNumber(scattered % NODES),
            relation: "met_with".into(),
            object: StoredObject::Node(NodeNumber(scattered / 64 % NODES)),
            valid: Some(Day(i32::try_from(scattered % 400).unwrap()).to_string().parse().unwrap()),
            modality: Modality::Asserted,
            polarity: Polarity::Affirmed,
            qualifiers: Qualifiers::new(),
            supersedes: None,
            evidence: evidence.clone(),
        }
    };
    let known = head.counters.facts;
    Commit {
        head: Head {
            revision: head.revision.next(),
            time: Timestamp(head.time.0 + 1),
            counters: Counters {
                nodes: NODES,
                documents: 0,
                facts: known + facts,
            },
        },
        nodes: (head.counters.nodes..NODES).map(node).collect(),
        facts: (known..known + facts).map(fact).collect(),
        ..Commit::default()
    }
}

/// The first facts of the whole store by day, and of one node.
fn answers(reading: Reading<'_>) -> (Vec<FactNumber>, Vec<FactNumber>) {
    let (mut all, mut of_one) = (Vec::new(), Vec::new());
    reading.by_day(Window::default(), None, |fact| {
        all.push(fact);
        ControlFlow::Continue(())
    });
    reading.incident_by_newness(NodeNumber(1), Window::default(), |hit| {
        of_one.push(hit.fact);
        ControlFlow::Continue(())
    });
    (all, of_one)
}

#[test]
fn what_is_merged_elsewhere_is_put_in_place_and_changes_no_answer() {
    let mut view = View::new(Ontology::built_in());
    view.merge_elsewhere();
    let mut merge = None;
    while merge.is_none() {
        view.apply(&commit(&view.head(), 2_000));
        merge = view.due_merge();
    }
    assert!(view.due_merge().is_none(), "what is lent is not lent again");
    let (revision, before) = (view.head().revision, answers(view.newest()));
    view.apply(&commit(&view.head(), 2_000));
    view.apply(&commit(&view.head(), 10));
    let (after, runs) = (answers(view.newest()), view.runs());
    let reader = view.clone();
    let merged = merge.unwrap().run();
    let old = view.take_merged(merged);
    assert!(view.runs() < runs, "{} runs of {runs}", view.runs());
    assert_eq!(answers(view.newest()), after);
    assert_eq!(answers(view.at(revision)), before);
    assert_eq!(answers(reader.at(revision)), before);
    assert!(!old.is_last(), "a reader still holds them");
    drop(reader);
    assert!(old.is_last());
}

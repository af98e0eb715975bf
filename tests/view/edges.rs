//! What no random history holds: moments between commits, numbers lost for ever, words that were removed.

use dateline::model::{
    Asserter, Counters, Evidence, FactId, FactNumber, Head, Modality, Node, NodeNumber, Polarity, Qualifiers, Revision, Timestamp,
};
use dateline::ontology::Ontology;
use dateline::store::{Commit, DocumentClosing, EvidenceRecord, FactRecord, NodeRecord, StoredObject};
use dateline::view::View;

fn evidence() -> Evidence {
    Evidence {
        document: None,
        publisher: Some("Reuters".to_owned()),
        reported: None,
        url: None,
        sentence: None,
        quote: None,
        speakers: Vec::new(),
        place: None,
        qualifiers: Qualifiers::new(),
        confidence: None,
        rule: None,
        asserted_by: Asserter::Import("api".to_owned()),
        mirrored: false,
    }
}

fn fact(number: u32, relation: &str) -> FactRecord {
    FactRecord {
        number: FactNumber(number),
        id: FactId::from_bytes([u8::try_from(number).unwrap(); 10]),
        subject: NodeNumber(0),
        relation: relation.into(),
        object: StoredObject::Node(NodeNumber(1)),
        valid: None,
        modality: Modality::Asserted,
        polarity: Polarity::Affirmed,
        qualifiers: Qualifiers::new(),
        supersedes: None,
        evidence: evidence(),
    }
}

fn node(number: u32) -> NodeRecord {
    let node = Node::new(format!("n-{number}").parse().unwrap(), "Person", format!("Name {number}"));
    NodeRecord {
        number: NodeNumber(number),
        node,
        reason: None,
        by: None,
    }
}

fn commit(revision: u64, nodes: u32, facts: u32) -> Commit {
    let counters = Counters {
        nodes,
        documents: 0,
        facts,
    };
    Commit {
        head: Head {
            revision: Revision(revision),
            time: Timestamp(i64::try_from(revision).unwrap() * 10),
            counters,
        },
        ..Commit::default()
    }
}

/// Two nodes and a fact, at revision 1.
fn small() -> View {
    let mut view = View::new(Ontology::built_in());
    let commit = Commit {
        nodes: vec![node(0), node(1)],
        facts: vec![fact(0, "met_with")],
        ..commit(1, 2, 1)
    };
    assert_eq!(view.check(&commit), Ok(()));
    view.apply(&commit);
    view
}

#[test]
fn a_moment_between_two_commits_reads_the_earlier_one() {
    let mut view = small();
    view.apply(&commit(2, 2, 1));
    let revisions = [9, 10, 15, 20, 25].map(|time| view.revision_at(Timestamp(time)).0);
    assert_eq!(revisions, [0, 1, 1, 2, 2]);
    assert_eq!(view.at(Revision(9)).head().revision, Revision(2));
    assert_eq!(view.head_of(Revision(9)), None);
    assert_eq!(view.head_of(Revision(0)), Some(Head::default()));
    assert_eq!(view.at(Revision(0)).node_count(), 0);
}

#[test]
fn numbers_of_an_accepted_loss_are_known_at_no_revision() {
    let mut view = small();
    let mut after = commit(5, 4, 4);
    after.nodes = vec![node(3)];
    after.facts = vec![FactRecord {
        object: StoredObject::Node(NodeNumber(3)),
        ..fact(3, "met_with")
    }];
    assert_eq!(view.check(&after), Ok(()));
    view.apply(&after);
    let reading = view.newest();
    assert_eq!(reading.facts().collect::<Vec<_>>(), [FactNumber(0), FactNumber(3)]);
    assert!(reading.fact(FactNumber(1)).is_none() && reading.open_evidence(FactNumber(2)).is_empty());
    assert!(reading.node(NodeNumber(2)).is_none());
    assert_eq!((reading.degree(NodeNumber(0)), reading.fact_count()), (2, 2));
    assert_eq!(view.head_of(Revision(3)), None);
    assert_eq!(view.at(Revision(3)).head().revision, Revision(1));
}

#[test]
fn a_fact_of_a_removed_relation_is_refused_and_never_misread() {
    let mut view = small();
    let with_unknown = Commit {
        facts: vec![fact(1, "was_removed"), fact(2, "visited")],
        ..commit(2, 2, 3)
    };
    assert!(view.check(&with_unknown).is_err_and(|reason| reason.contains("'was_removed'")));
    view.apply(&with_unknown);
    let further = Commit {
        evidence: vec![EvidenceRecord {
            fact: FactNumber(1),
            number: 1,
            evidence: evidence(),
        }],
        ..commit(3, 2, 3)
    };
    view.apply(&further);
    let reading = view.newest();
    assert!(!reading.is_known(FactNumber(1)) && reading.fact(FactNumber(1)).is_none());
    assert!(reading.is_known(FactNumber(2)));
    assert_eq!(reading.degree(NodeNumber(0)), 2);
}

#[test]
fn a_commit_that_does_not_follow_is_refused() {
    let view = small();
    assert!(view.check(&commit(1, 2, 1)).is_err());
    let again = Commit {
        facts: vec![fact(0, "met_with")],
        ..commit(2, 2, 1)
    };
    assert!(view.check(&again).is_err_and(|reason| reason.contains("fact number 0")));
    let nowhere = Commit {
        facts: vec![FactRecord {
            subject: NodeNumber(7),
            ..fact(1, "met_with")
        }],
        ..commit(2, 2, 2)
    };
    assert!(view.check(&nowhere).is_err());
    let mut alien = node(2);
    alien.node.node_type = "Alien".into();
    assert!(
        view.check(&Commit {
            nodes: vec![alien],
            ..commit(2, 3, 1)
        })
        .is_err_and(|reason| reason.contains("'Alien'"))
    );
    let no_document = DocumentClosing {
        document: dateline::model::DocumentNumber(0),
        reason: None,
        by: None,
    };
    assert!(
        view.check(&Commit {
            document_closings: vec![no_document],
            ..commit(2, 2, 1)
        })
        .is_err()
    );
}

//! Sound stores have nothing wrong; of one that is damaged exactly the damage is found, and the rest is read.

use std::path::Path;

use super::*;
use crate::model::{
    Asserter, Counters, Day, Document, DocumentNumber, FactNumber, Head, Modality, Node, NodeNumber, Object, Polarity, Qualifiers, Quote,
    Revision, Timestamp,
};
use crate::store::head::HeadFile;
use crate::store::keys::{self, TreeName};
use crate::store::rows::{self, Rows};
use crate::store::testing::{Folder, everything, words};
use crate::store::{
    Closing, Commit, DocumentClosing, DocumentRecord, EvidenceRecord, FactRecord, NodeRecord, OpenOptions, RequestRecord, SledStore, Store,
    StoredObject, codec, engine,
};

const FACTS: u32 = 6;

/// Commits that a server could have written: ids, quotes and references are right.
fn sound(count: u32) -> Vec<Commit> {
    (0..count).map(commit).collect()
}

fn commit(nth: u32) -> Commit {
    let head = Head {
        revision: Revision(u64::from(nth) + 1),
        time: Timestamp(1_511_517_600_000_000 + i64::from(nth)),
        counters: Counters {
            nodes: 2 * (nth + 1),
            documents: nth + 1,
            facts: FACTS * (nth + 1),
        },
    };
    let mut commit = Commit {
        head,
        nodes: (2 * nth..2 * nth + 2).map(node).collect(),
        documents: vec![document(nth)],
        facts: (FACTS * nth..FACTS * (nth + 1)).map(|number| fact(number, nth)).collect(),
        ..Commit::default()
    };
    commit.requests.push(RequestRecord {
        key: format!("key {nth}"),
        digest: [7; 32],
        revision: head.revision,
        status: 201,
        answer: "{}".to_owned(),
    });
    if nth == 0 {
        return commit;
    }
    commit.nodes.push(NodeRecord {
        reason: Some("another spelling".to_owned()),
        ..node(0)
    });
    commit.evidence.push(EvidenceRecord {
        fact: FactNumber(0),
        number: nth,
        evidence: evidence(1, nth),
    });
    commit.closings.push(Closing {
        fact: FactNumber(0),
        number: nth - 1,
        reason: None,
        by: None,
        by_person: true,
    });
    commit.document_closings.push(DocumentClosing {
        document: DocumentNumber(nth - 1),
        reason: None,
        by: None,
    });
    commit
}

fn node(number: u32) -> NodeRecord {
    NodeRecord {
        number: NodeNumber(number),
        node: Node::new(format!("node-{number}").parse().unwrap(), "Person", format!("Node {number}")),
        reason: None,
        by: None,
    }
}

/// Every second text is too long for one row.
fn text(document: u32) -> String {
    let length = if document.is_multiple_of(2) { 90 } else { 30_000 };
    words(document as usize, length)
}

fn document(number: u32) -> DocumentRecord {
    DocumentRecord {
        number: DocumentNumber(number),
        document: Document {
            id: format!("2017-11-24-{number}").parse().unwrap(),
            date: Some(Day(17_494)),
            publisher: Some("Reuters".to_owned()),
            place: Some(NodeNumber(0)),
            title: None,
            url: None,
            lang: None,
            text: Some(text(number)),
            group: DocumentNumber(number),
            fingerprint: vec![number],
        },
        replaces: number.checked_sub(1).map(DocumentNumber),
    }
}

fn fact(number: u32, document: u32) -> FactRecord {
    let object = match number % 3 {
        0 => Object::Node("node-1".parse().unwrap()),
        1 => Object::Value("a value".to_owned()),
        _ => Object::None,
    };
    let fact = crate::model::Fact {
        subject: "node-0".parse().unwrap(),
        relation: "met_with".into(),
        object,
        valid: Some("2017-11-22".parse().unwrap()),
        modality: Modality::Asserted,
        polarity: Polarity::Affirmed,
        qualifiers: Qualifiers::from([("about".to_owned(), format!("matter {number}"))]),
    };
    FactRecord {
        number: FactNumber(number),
        id: fact.id(),
        subject: NodeNumber(0),
        object: match &fact.object {
            Object::Node(_) => StoredObject::Node(NodeNumber(1)),
            Object::Value(text) => StoredObject::Value(text.as_str().into()),
            Object::None => StoredObject::None,
        },
        relation: fact.relation,
        valid: fact.valid,
        modality: fact.modality,
        polarity: fact.polarity,
        qualifiers: fact.qualifiers,
        supersedes: (number % 6 == 5).then(|| FactNumber(number - 1)),
        evidence: evidence(number, document),
    }
}

/// Every third piece is whole without a body.
fn evidence(number: u32, document: u32) -> Evidence {
    let (start, end) = (number % 20, number % 20 + 15);
    let quoted = text(document).chars().skip(start as usize).take(15).collect();
    Evidence {
        document: Some(DocumentNumber(document)),
        publisher: Some("Reuters".to_owned()),
        reported: Some(Day(17_494)),
        url: None,
        sentence: None,
        quote: (!number.is_multiple_of(3)).then_some(Quote {
            text: quoted,
            start: Some(start),
            end: Some(end),
        }),
        speakers: vec![NodeNumber(1)],
        place: Some(NodeNumber(0)),
        qualifiers: Qualifiers::new(),
        confidence: None,
        rule: None,
        asserted_by: Asserter::Import("test".to_owned()),
        mirrored: false,
    }
}

fn open(dir: &Path) -> SledStore {
    SledStore::open(OpenOptions {
        cache_mb: 8,
        ..OpenOptions::new(dir)
    })
    .unwrap()
}

fn fill(dir: &Path, commits: &[Commit]) {
    let store = open(dir);
    for commit in commits {
        store.commit(commit).unwrap();
        store.seal(&commit.head).unwrap();
    }
}

/// What was found, and what was read.
fn scrub(dir: &Path) -> (Vec<Finding>, Verified) {
    let mut found = Vec::new();
    let verified = verify(dir, &mut |told| {
        if let Told::Found(finding) = told {
            found.push(finding);
        }
    })
    .unwrap();
    assert_eq!(verified.findings, found.len() as u64);
    (found, verified)
}

/// Findings as people read them, without what is only told in passing.
fn lines(dir: &Path) -> Vec<String> {
    scrub(dir).0.iter().map(ToString::to_string).collect()
}

fn in_sled(dir: &Path, work: impl FnOnce(&Trees)) {
    let trees = Trees::open(&dir.join(engine::SLED), 8).unwrap();
    work(&trees);
    trees.flush().unwrap();
    trees.close().unwrap();
}

/// Writes the rows of a commit anew, those of these trees alone.
fn rewrite(dir: &Path, trees: &[TreeName], commit: &Commit) {
    let all = rows::of_commit(commit).unwrap();
    let mut some = Rows::default();
    for tree in trees {
        some.put_rows(*tree, all.by_tree()[*tree as usize].clone());
    }
    in_sled(dir, |trees| trees.write(&some).unwrap());
}

/// Five sound commits, of which one is changed in some trees: what is found then.
fn changed(nth: u32, trees: &[TreeName], change: impl FnOnce(&mut Commit)) -> Vec<String> {
    let folder = Folder::new();
    let mut commits = sound(5);
    fill(folder.path(), &commits);
    let commit = &mut commits[nth as usize];
    change(commit);
    rewrite(folder.path(), trees, commit);
    lines(folder.path())
}

fn every_row(dir: &Path) -> Vec<(TreeName, Vec<u8>)> {
    let mut all = Vec::new();
    in_sled(dir, |trees| {
        for tree in TreeName::ALL {
            let rows = trees.stream(tree, &[]).unwrap().rows().map(|row| (tree, row.unwrap().0.to_vec()));
            all.extend(rows.filter(|(_, key)| key != crate::store::migrate::FORMAT_KEY));
        }
    });
    all
}

#[test]
fn a_sound_store_has_nothing_wrong_and_stays_as_it_is() {
    let folder = Folder::new();
    let dir = folder.path();
    drop(open(dir));
    assert_eq!(lines(dir), Vec::<String>::new(), "an empty one");
    fill(dir, &sound(5));
    open(dir).set_ontology(&words(1, 20_000)).unwrap();
    open(dir).set_ontology("# shorter\n").unwrap();
    let before = everything(&open(dir));
    for is_compacted in [false, true] {
        if is_compacted {
            open(dir).compact().unwrap();
        }
        let head = std::fs::read(dir.join("HEAD")).unwrap();
        let (found, read) = scrub(dir);
        assert_eq!(std::fs::read(dir.join("HEAD")).unwrap(), head);
        assert_eq!(found, Vec::new(), "compacted: {is_compacted}");
        assert_eq!(
            (read.commits, read.facts, read.evidence, read.nodes, read.documents, read.requests),
            (5, 30, 34, 10, 5, 5)
        );
        assert_eq!((read.revision, read.notes.len()), (Revision(5), 0));
        assert!(read.bytes > 15_000, "{read:?}");
        assert_eq!(everything(&open(dir)), before);
    }
}

#[test]
fn a_copy_that_was_never_opened_stays_one() {
    let folder = Folder::new();
    let copies = tempfile::tempdir().unwrap();
    let copy = copies.path().join("copy");
    fill(folder.path(), &sound(3));
    open(folder.path()).backup(&copy).unwrap();
    let head = std::fs::read(copy.join("HEAD")).unwrap();
    let (found, read) = scrub(&copy);
    assert_eq!((found, read.notes.len()), (Vec::new(), 1));
    assert!(copy.join("BACKUP").exists());
    assert_eq!(std::fs::read(copy.join("HEAD")).unwrap(), head);
}

#[test]
fn a_byte_changed_in_any_row_is_found_once_and_the_rest_is_read() {
    let folder = Folder::new();
    let dir = folder.path();
    fill(dir, &sound(5));
    for is_compacted in [false, true] {
        if is_compacted {
            open(dir).compact().unwrap();
        }
        let sound = scrub(dir).1;
        let rows = every_row(dir);
        assert!(rows.len() > if is_compacted { 30 } else { 40 }, "{}", rows.len());
        assert!(rows.iter().any(|(_, row_key)| row_key.ends_with(&[0, 1])), "a value in pieces");
        for (tree, row_key) in rows {
            let mut value = Vec::new();
            in_sled(dir, |trees| {
                value = trees.row(tree, &row_key).unwrap().unwrap().to_vec();
                let mut damaged = value.clone();
                let place = damaged.len() / 2;
                damaged[place] ^= 0x10;
                put(trees, tree, &row_key, damaged);
            });
            let (found, read) = scrub(dir);
            let told = format!("{} {row_key:?}: {found:?}", tree.as_str());
            assert_eq!(found.len(), 1, "{told}");
            assert_eq!((found[0].kind, found[0].place), (FindingKind::Damaged, tree.as_str()), "{told}");
            let key = &row_key[..row_key.len() - codec::PIECE];
            assert!(found[0].reason.contains(&codec::hex(key)), "{told}");
            assert_eq!(read.bytes, sound.bytes, "{told}");
            assert_eq!(read.facts == sound.facts, tree != TreeName::Columns, "{told}");
            assert_eq!(read.commits == sound.commits, tree != TreeName::Commits, "{told}");
            in_sled(dir, |trees| put(trees, tree, &row_key, value));
        }
        assert_eq!(scrub(dir).0, Vec::new());
    }
}

fn put(trees: &Trees, tree: TreeName, row_key: &[u8], value: Vec<u8>) {
    let mut rows = Rows::default();
    rows.put_rows(tree, vec![(row_key.to_vec(), value)]);
    trees.write(&rows).unwrap();
}

#[test]
fn a_row_that_is_gone_is_missed() {
    let folder = Folder::new();
    let dir = folder.path();
    fill(dir, &sound(5));
    let cases = [
        (TreeName::Commits, keys::revision(Revision(1)), "commits: r1: it is missing"),
        (TreeName::Commits, keys::revision(Revision(3)), "commits: r3: it is missing"),
        (TreeName::Commits, keys::revision(Revision(5)), "HEAD: r5: it was acknowledged"),
        (
            TreeName::Columns,
            keys::first_fact(FactNumber(6)),
            "columns: facts 6 to 11: a commit brought it",
        ),
        (
            TreeName::Evidence,
            keys::evidence(FactNumber(0), 2),
            "evidence: fact 0, evidence 2: r3 brought it",
        ),
        (
            TreeName::Nodes,
            keys::revision(Revision(2)),
            "nodes: the records of r2: its commit brought 3",
        ),
        (
            TreeName::Documents,
            keys::document(DocumentNumber(2)),
            "documents: document 2: a commit brought it",
        ),
        (
            TreeName::Documents,
            keys::text(DocumentNumber(1)),
            "documents: text of document 1: ",
        ),
        (
            TreeName::Requests,
            keys::request(&keys::request_digest("key 3"), Revision(4)),
            "requests: a request of r4: ",
        ),
    ];
    for (tree, key, expected) in cases {
        let row_key = codec::row_key(&key, 0);
        let mut value = Vec::new();
        in_sled(dir, |trees| {
            value = trees.row(tree, &row_key).unwrap().unwrap().to_vec();
            trees.remove(tree, &row_key);
        });
        let found = lines(dir);
        assert!(found.iter().any(|line| line.starts_with(expected)), "{expected}: {found:?}");
        let others: Vec<_> = found.iter().filter(|line| !line.starts_with(expected)).collect();
        let follow = match (tree, expected) {
            // Only a node's own records tell its id.
            (TreeName::Nodes, _) => others.iter().all(|line| line.starts_with("nodes: ") || line.contains("node ")),
            (TreeName::Documents, line) if line.contains("document 2") => {
                others.iter().all(|line| line.starts_with("documents: text of document 2"))
            }
            (TreeName::Documents, _) => others
                .iter()
                .all(|line| line.contains("the first piece") || line.contains("is missing")),
            _ => others.is_empty(),
        };
        assert!(follow, "{expected}: {found:?}");
        in_sled(dir, |trees| put(trees, tree, &row_key, value));
    }
    let body = codec::row_key(&keys::first_fact(FactNumber(7)), 0);
    in_sled(dir, |trees| trees.remove(TreeName::Bodies, &body));
    let found = lines(dir);
    assert_eq!(found.len(), 4, "the facts of a commit that have bodies: {found:?}");
    assert!(found.iter().all(|line| line.contains("there is more of its evidence")), "{found:?}");
}

#[test]
fn a_loss_that_was_accepted_is_no_finding() {
    let folder = Folder::new();
    let lost = folder.path();
    let all = sound(6);
    // One alone leaves no gap in the revisions.
    let one = lost.join("one");
    fill(&one, &all[..3]);
    let (mut file, mark) = HeadFile::open(&one).unwrap();
    file.write(&mark.unwrap().identity, &all[3].head).unwrap();
    let accepted = SledStore::open(OpenOptions {
        accept_loss: true,
        ..OpenOptions::new(&one)
    });
    drop(accepted.unwrap());
    let (found, read) = scrub(&one);
    assert_eq!((found, read.lost), (Vec::new(), 1));
    assert_eq!(read.notes, ["acknowledged and lost, which was accepted: r4"]);

    fill(lost, &all[..3]);
    let (mut file, mark) = HeadFile::open(lost).unwrap();
    file.write(&mark.unwrap().identity, &all[5].head).unwrap();
    let found = lines(lost);
    assert_eq!(found, ["HEAD: r4 to r6: it was acknowledged, and is not in 'commits'"]);
    let accepted = SledStore::open(OpenOptions {
        accept_loss: true,
        ..OpenOptions::new(lost)
    });
    drop(accepted.unwrap());
    let (found, read) = scrub(lost);
    assert_eq!((found, read.lost), (Vec::new(), 3));
    let mut next = commit(6);
    // What was closed there is lost.
    next.evidence.clear();
    next.closings.clear();
    next.document_closings.clear();
    next.documents[0].replaces = None;
    fill(lost, &[next]);
    let (found, read) = scrub(lost);
    assert_eq!((found, read.lost, read.commits), (Vec::new(), 3, 5));
}

#[test]
fn a_body_that_disagrees_with_its_columns_is_found() {
    let found = changed(2, &[TreeName::Bodies], |commit| {
        commit.facts[1].evidence.publisher = Some("Another".to_owned());
    });
    assert_eq!(found, ["bodies: fact 13: its evidence is not the one that 'columns' has"]);
    let found = changed(2, &[TreeName::Evidence], |commit| {
        commit.evidence[0].evidence.publisher = Some("Another".to_owned());
    });
    assert_eq!(found, ["evidence: fact 0, evidence 2: it is not the one that r3 names"]);
    let found = changed(2, &[TreeName::Columns], |commit| {
        commit.facts[1].evidence.quote = None;
    });
    assert_eq!(found, ["bodies: fact 13: 'columns' says that there is no more of its evidence"]);
}

#[test]
fn wrong_counters_and_times_are_found_once() {
    for (nth, counter) in [(0, 7), (2, 19), (4, 29)] {
        let found = changed(nth, &[TreeName::Commits], |commit| commit.head.counters.facts = counter);
        let record = nth + 1;
        let right = FACTS * record;
        let expected = format!("commits: r{record}: its fact counter is {counter}, and its records make it {right}");
        assert_eq!(found, [expected]);
    }
    let found = changed(2, &[TreeName::Commits], |commit| commit.head.counters.nodes += 1);
    assert_eq!(found, ["commits: r3: its node counter is 7, and its records make it 6"]);
    let found = changed(2, &[TreeName::Commits], |commit| commit.head.counters.documents -= 1);
    assert_eq!(found, ["commits: r3: its document counter is 2, and its records make it 3"]);
    let found = changed(2, &[TreeName::Commits], |commit| commit.head.time.0 -= 1);
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("commits: r3: its time 2017-11-24T"), "{found:?}");
}

#[test]
fn a_head_that_does_not_fit_is_found() {
    let folder = Folder::new();
    let dir = folder.path();
    fill(dir, &sound(3));
    let write = |change: fn(&mut Head)| {
        let (mut file, mark) = HeadFile::open(dir).unwrap();
        let mut mark = mark.unwrap();
        change(&mut mark.head);
        file.write(&mark.identity, &mark.head).unwrap();
    };
    write(|head| head.counters.facts += 1);
    assert_eq!(lines(dir), ["HEAD: r3: its fact counter is 19, and the commits make it 18"]);
    write(|head| (head.counters.facts, head.time.0) = (18, 9));
    let found = lines(dir);
    assert!(found.len() == 1 && found[0].starts_with("HEAD: r3: its time is 1970"), "{found:?}");
    write(|head| (head.time.0, head.revision.0) = (1_511_517_600_000_002, 3));
    assert_eq!(lines(dir), Vec::<String>::new());
    open(dir).commit(&commit(3)).unwrap();
    assert_eq!(lines(dir), Vec::<String>::new(), "what was durable and never acknowledged");

    let path = dir.join("HEAD");
    let whole = std::fs::read(&path).unwrap();
    let (_, mark) = HeadFile::open(dir).unwrap();
    let mut other = mark.unwrap().identity;
    other.store = "another".to_owned();
    HeadFile::open(dir).unwrap().0.write(&other, &sound(3)[2].head).unwrap();
    assert_eq!(lines(dir), ["HEAD: store id: it belongs to another store"]);
    let mut torn = whole.clone();
    torn[20] ^= 1;
    std::fs::write(&path, &torn).unwrap();
    assert_eq!(lines(dir), ["HEAD: slot 0: it is not whole"]);
    std::fs::write(&path, vec![0; whole.len()]).unwrap();
    assert_eq!(lines(dir), ["HEAD: the file: it names nothing, and there are commits"]);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(
        lines(dir),
        ["HEAD: the file: it is not there, so nobody knows what was acknowledged"]
    );
    assert!(!path.exists(), "nothing is written");
}

#[test]
fn a_fact_under_the_id_of_another_content_is_found() {
    let found = changed(1, &[TreeName::Columns], |commit| {
        commit.facts[3].qualifiers.insert("about".to_owned(), "another matter".to_owned());
    });
    assert_eq!(found.len(), 1);
    assert!(
        found[0].starts_with("columns: fact 9: its id is f-") && found[0].contains("that of its content is f-"),
        "{found:?}"
    );
    let found = changed(1, &[TreeName::Columns], |commit| {
        commit.facts[3] = FactRecord {
            number: commit.facts[3].number,
            ..fact(0, 1)
        };
    });
    assert!(
        found
            .iter()
            .any(|line| line.starts_with("columns: fact 9: another fact has its id")),
        "{found:?}"
    );
}

#[test]
fn a_quote_that_does_not_stand_where_it_says_is_found() {
    let found = changed(3, &[TreeName::Bodies], |commit| {
        let quote = commit.facts[1].evidence.quote.as_mut().unwrap();
        quote.start = quote.start.map(|start| start + 1);
    });
    assert_eq!(
        found,
        ["bodies: fact 19: its quote does not stand at 20 to 34 of the text of document 3"]
    );
    let found = changed(3, &[TreeName::Bodies], |commit| {
        let quote = commit.facts[1].evidence.quote.as_mut().unwrap();
        (quote.start, quote.end) = (None, None);
    });
    assert_eq!(
        found,
        ["bodies: fact 19: its quote does not say where it stands in the text of document 3, which is stored"]
    );
    let found = changed(3, &[TreeName::Evidence], |commit| {
        commit.evidence[0].evidence.quote.as_mut().unwrap().text.push('!');
    });
    assert_eq!(
        found,
        ["evidence: fact 0, evidence 3: its quote does not stand at 1 to 16 of the text of document 3"]
    );
}

#[test]
fn what_names_something_that_did_not_exist_is_found() {
    let both = [TreeName::Columns, TreeName::Bodies];
    // Node 4 comes with the next commit.
    let found = changed(1, &both, |commit| {
        let fact = &mut commit.facts[4];
        fact.supersedes = Some(FactNumber(10));
        fact.evidence.place = Some(NodeNumber(4));
        fact.evidence.speakers = vec![NodeNumber(99)];
        fact.evidence.document = Some(DocumentNumber(2));
        fact.evidence.quote = None;
        fact.evidence.rule = Some("met".to_owned());
    });
    assert_eq!(
        found,
        [
            "columns: fact 10: it supersedes fact 10, which did not exist",
            "columns: fact 10: its evidence stands in document 2, which did not exist",
            "columns: fact 10: its place is node 4, which did not exist",
            "columns: fact 10: a speaker is node 99, which did not exist",
        ]
    );
    let found = changed(1, &both, |commit| {
        commit.facts[0].subject = NodeNumber(4);
        commit.facts[0].object = StoredObject::Node(NodeNumber(5));
    });
    let named: Vec<_> = found.iter().filter(|line| line.contains("which did not exist")).collect();
    assert_eq!(named.len(), 2, "{found:?}");
    let found = changed(1, &[TreeName::Documents], |commit| {
        let record = &mut commit.documents[0];
        (record.replaces, record.document.place) = (Some(DocumentNumber(1)), Some(NodeNumber(7)));
        record.document.group = DocumentNumber(3);
    });
    assert_eq!(
        found,
        [
            "documents: document 1: its place is node 7, which did not exist",
            "documents: document 1: its text is one with that of document 3, which did not exist",
            "documents: document 1: it replaces document 1, which did not exist",
        ]
    );
}

#[test]
fn a_closing_before_its_opening_is_found() {
    let found = changed(1, &[TreeName::Commits], |commit| {
        commit.closings[0].number = 2;
        commit.document_closings[0].document = DocumentNumber(2);
    });
    assert_eq!(
        found,
        [
            "commits: r2, closing of evidence 2 of fact 0: there was no such evidence yet",
            "commits: r2, closing of document 2: there was no such document",
        ]
    );
    let found = changed(1, &[TreeName::Commits], |commit| commit.closings[0].fact = FactNumber(12));
    assert_eq!(found, ["commits: r2, closing of evidence 0 of fact 12: there was no such fact"]);
    let found = changed(2, &[TreeName::Commits], |commit| commit.evidence.clear());
    assert_eq!(found, ["commits: r4, evidence 3 of fact 0: the fact had 2 pieces before"]);
}

#[test]
fn what_nobody_brought_is_found() {
    let folder = Folder::new();
    let dir = folder.path();
    fill(dir, &sound(3));
    let mut stray = commit(9);
    stray.documents[0].replaces = None;
    stray.evidence[0].evidence.document = None;
    for fact in &mut stray.facts {
        (fact.supersedes, fact.evidence.document) = (None, None);
    }
    let trees = [
        TreeName::Columns,
        TreeName::Bodies,
        TreeName::Evidence,
        TreeName::Nodes,
        TreeName::Documents,
        TreeName::Requests,
    ];
    rewrite(dir, &trees, &stray);
    std::fs::write(dir.join("sled/blobs/99999999999"), "a page").unwrap();
    std::fs::write(dir.join("sled/blobs/other"), "a page").unwrap();
    let mut found = lines(dir);
    found[..2].sort();
    let begins = [
        "blobs: 99999999999: a file of its own",
        "blobs: other: a file of its own",
        "nodes: the records of r10: no commit brought them",
        "documents: document 9: no commit brought it",
        "columns: facts 54 to 59: no commit brought it",
        "evidence: fact 0, evidence 9: no commit brought it",
        "requests: a request of r10: there is no such commit",
    ];
    let told: Vec<_> = found
        .iter()
        .filter(|line| !begins.iter().any(|begin| line.starts_with(begin)))
        .collect();
    assert!(told.is_empty(), "{told:?}");
    assert_eq!(found.len(), begins.len(), "{found:?}");
}

#[test]
fn a_store_that_is_held_or_newer_is_refused() {
    let folder = Folder::new();
    let dir = folder.path();
    fill(dir, &sound(1));
    let store = open(dir);
    store.announce("http://127.0.0.1:4817", "secret").unwrap();
    match verify(dir, &mut |_| {}) {
        Err(StoreError::InUse { address }) => assert_eq!(address.as_deref(), Some("http://127.0.0.1:4817")),
        other => panic!("{other:?}"),
    }
    drop(store);
    in_sled(dir, |trees| {
        put(
            trees,
            TreeName::Meta,
            crate::store::migrate::FORMAT_KEY,
            77u32.to_be_bytes().to_vec(),
        );
    });
    assert!(matches!(verify(dir, &mut |_| {}), Err(StoreError::Newer { found: 77, .. })));
    in_sled(dir, |trees| put(trees, TreeName::Meta, crate::store::migrate::FORMAT_KEY, vec![1]));
    assert_eq!(lines(dir).len(), 1);
}

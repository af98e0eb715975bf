//! The store on disk from outside: loss, damage, locks, disk space, and stores of released formats.
//!
//! A new fixture is written with `DATELINE_WRITE_FIXTURE=DIR cargo test --test store`, DIR being empty.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use dateline::model::{
    Asserter, Counters, Day, Document, DocumentNumber, Evidence, Fact, FactNumber, Head, Modality, Name, Node, NodeNumber, Object,
    Polarity, Quote, Revision, Timestamp,
};
use dateline::store::{
    Closing, Commit, DocumentClosing, DocumentRecord, EvidenceRecord, FORMAT, FactRecord, FindingKind, NodeRecord, OpenOptions,
    RequestRecord, SledStore, Store, StoreError, StoredObject, Told, Verified, plain_bytes, verify,
};

fn open(dir: &Path) -> Result<SledStore, StoreError> {
    SledStore::open(OpenOptions {
        cache_mb: 8,
        ..OpenOptions::new(dir)
    })
}

fn accept_loss(dir: &Path) -> Result<SledStore, StoreError> {
    SledStore::open(OpenOptions {
        accept_loss: true,
        ..OpenOptions::new(dir)
    })
}

fn commits(store: &dyn Store) -> Result<Vec<Commit>, StoreError> {
    let mut commits = Vec::new();
    store.replay(true, &mut |commit| {
        commits.push(commit);
        Ok(())
    })?;
    Ok(commits)
}

/// A little of everything, the same for ever: fixtures of released formats hold the first four of these.
fn sample(count: u32) -> Vec<Commit> {
    (0..count).map(sample_commit).collect()
}

fn sample_commit(nth: u32) -> Commit {
    let revision = Revision(u64::from(nth) + 1);
    let counters = Counters {
        nodes: 2 * (nth + 1),
        documents: nth + 1,
        facts: 6 * (nth + 1),
    };
    let mut commit = Commit {
        head: Head {
            revision,
            time: Timestamp(1_511_517_600_000_000 + i64::from(nth)),
            counters,
        },
        nodes: (2 * nth..2 * nth + 2).map(sample_node).collect(),
        documents: vec![sample_document(nth)],
        facts: (6 * nth..6 * nth + 6).map(|number| sample_fact(number, nth)).collect(),
        ..Commit::default()
    };
    if nth > 0 {
        let mut version = sample_node(0);
        version.node.names.push(Name {
            text: format!("alias {nth}"),
            lang: Some("en".to_owned()),
            script: None,
        });
        version.reason = Some("another spelling".to_owned());
        version.by = Some("anna".to_owned());
        commit.nodes.push(version);
        commit.evidence.push(EvidenceRecord {
            fact: FactNumber(0),
            number: nth,
            evidence: sample_evidence(0, nth),
        });
        let by = Some("anna".to_owned());
        commit.closings.push(Closing {
            fact: FactNumber(nth),
            number: 0,
            reason: None,
            by: by.clone(),
            by_person: nth == 2,
        });
        commit.document_closings.push(DocumentClosing {
            document: DocumentNumber(nth - 1),
            reason: Some("withdrawn".to_owned()),
            by,
        });
    }
    let answer = r#"{"stored":6}"#.to_owned();
    commit.requests.push(RequestRecord {
        key: format!("key {nth}"),
        digest: [7; 32],
        revision,
        status: 201,
        answer,
    });
    commit
}

fn sample_node(number: u32) -> NodeRecord {
    let mut node = Node::new(format!("node-{number}").parse().unwrap(), "Person", format!("Node {number}"));
    node.names.push(Name::plain("李作成"));
    node.properties.insert("title".to_owned(), "General".to_owned());
    node.external_ids.insert("wikidata".to_owned(), format!("Q{number}"));
    NodeRecord {
        number: NodeNumber(number),
        node,
        reason: None,
        by: None,
    }
}

fn sample_document(number: u32) -> DocumentRecord {
    let document = Document {
        id: format!("2017-11-24-reuters-{number}").parse().unwrap(),
        date: Some(Day(17_494)),
        publisher: Some("Reuters".to_owned()),
        place: Some(NodeNumber(0)),
        title: Some("A visit".to_owned()),
        url: Some("https://example.org/visit".to_owned()),
        lang: Some("en".to_owned()),
        text: Some(format!("The general met the president on Wednesday, {number} times. ").repeat(40)),
        group: DocumentNumber(number),
        fingerprint: vec![1, u32::MAX, number],
    };
    DocumentRecord {
        number: DocumentNumber(number),
        document,
        replaces: number.checked_sub(1).map(DocumentNumber),
    }
}

fn sample_fact(number: u32, document: u32) -> FactRecord {
    let object = match number % 3 {
        0 => Object::Node("node-1".parse().unwrap()),
        1 => Object::Value("three billion dollars".to_owned()),
        _ => Object::None,
    };
    let dates = [None, Some("2017-11-22"), Some("../2017-11-22"), Some("2014~/2017")];
    let fact = Fact {
        subject: "node-0".parse().unwrap(),
        relation: "met_with".into(),
        object,
        valid: dates[number as usize % 4].map(|text| text.parse().unwrap()),
        modality: Modality::ALL[number as usize % 4],
        polarity: if number % 5 == 4 { Polarity::Negated } else { Polarity::Affirmed },
        qualifiers: BTreeMap::from([("about".to_owned(), format!("matter {number}"))]),
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
        evidence: sample_evidence(number, document),
    }
}

fn sample_evidence(number: u32, document: u32) -> Evidence {
    let asserters: [fn(String) -> Asserter; 3] = [Asserter::Extractor, Asserter::Import, Asserter::Person];
    Evidence {
        document: Some(DocumentNumber(document)),
        publisher: Some("Reuters".to_owned()),
        reported: Some(Day(17_494)),
        url: Some("https://example.org/visit".to_owned()),
        sentence: Some(number),
        quote: Some(Quote {
            text: format!("met the president {}", "again ".repeat(number as usize)),
            start: Some(12),
            end: Some(29),
        }),
        speakers: vec![NodeNumber(1), NodeNumber(0)],
        place: Some(NodeNumber(1)),
        qualifiers: BTreeMap::from([("quantity".to_owned(), "3".to_owned())]),
        confidence: Some(0.75),
        rule: Some("met".to_owned()),
        asserted_by: asserters[number as usize % 3]("rules-1".to_owned()),
        mirrored: number % 2 == 1,
    }
}

fn fill(dir: &Path, commits: &[Commit]) {
    let store = open(dir).unwrap();
    for commit in commits {
        store.commit(commit).unwrap();
        store.seal(&commit.head).unwrap();
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// A store of which the last three of six acknowledged commits are gone.
fn with_a_loss() -> tempfile::TempDir {
    let (whole, lost) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let all = sample(6);
    fill(whole.path(), &all[..3]);
    copy(whole.path(), lost.path());
    let store = open(whole.path()).unwrap();
    for commit in &all[3..] {
        store.commit(commit).unwrap();
        store.seal(&commit.head).unwrap();
    }
    drop(store);
    fs::copy(whole.path().join("HEAD"), lost.path().join("HEAD")).unwrap();
    lost
}

#[test]
fn lost_commits_are_named_and_the_store_stays_shut() {
    let dir = with_a_loss();
    for _ in 0..2 {
        match open(dir.path()) {
            Err(StoreError::Lost { first, last }) => assert_eq!((first, last), (Revision(4), Revision(6))),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn an_accepted_loss_gives_no_number_twice() {
    let dir = with_a_loss();
    let all = sample(7);
    let before = open(dir.path()).err().map(|error| error.to_string()).unwrap();
    assert!(before.contains("r4 to r6"), "{before}");
    let store = accept_loss(dir.path()).unwrap();
    assert_eq!(store.warnings().len(), 1);
    assert_eq!(store.head(), all[5].head);
    assert!(store.identity().incarnation > 0);
    store.commit(&all[6]).unwrap();
    store.seal(&all[6].head).unwrap();
    drop(store);

    let store = open(dir.path()).unwrap();
    assert!(store.warnings().is_empty());
    let gap = Commit {
        head: all[5].head,
        ..Commit::default()
    };
    let mut expected = all[..3].to_vec();
    expected.extend([gap, all[6].clone()]);
    assert_eq!(commits(&store).unwrap(), expected);
    assert!(store.evidence(&[FactNumber(20)]).is_err(), "a lost fact is not another one");
    assert_eq!(store.evidence(&[FactNumber(36)]).unwrap()[0], [all[6].facts[0].evidence.clone()]);

    let copied = tempfile::tempdir().unwrap();
    store.backup(copied.path()).unwrap();
    assert_eq!(commits(&open(copied.path()).unwrap()).unwrap(), expected);
}

#[test]
fn when_all_of_sled_is_gone_the_loss_is_all() {
    let dir = tempfile::tempdir().unwrap();
    fill(dir.path(), &sample(3));
    fs::remove_dir_all(dir.path().join("sled")).unwrap();
    assert!(matches!(
        open(dir.path()),
        Err(StoreError::Lost {
            first: Revision(1),
            last: Revision(3)
        })
    ));
    assert_eq!(accept_loss(dir.path()).unwrap().head(), sample(3)[2].head);
}

#[test]
fn a_commit_that_was_never_acknowledged_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let all = sample(3);
    fill(dir.path(), &all[..2]);
    open(dir.path()).unwrap().commit(&all[2]).unwrap();
    assert_eq!(commits(&open(dir.path()).unwrap()).unwrap(), all);
}

#[test]
fn a_store_without_head_is_not_trusted() {
    let dir = tempfile::tempdir().unwrap();
    let all = sample(2);
    fill(dir.path(), &all);
    fs::remove_file(dir.path().join("HEAD")).unwrap();
    for _ in 0..2 {
        assert!(matches!(open(dir.path()), Err(StoreError::Damaged { .. })));
    }
    assert_eq!(commits(&accept_loss(dir.path()).unwrap()).unwrap(), all);
}

#[test]
fn the_head_of_another_store_is_refused() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fill(one.path(), &sample(1));
    fill(other.path(), &sample(1));
    fs::copy(one.path().join("HEAD"), other.path().join("HEAD")).unwrap();
    assert!(matches!(open(other.path()), Err(StoreError::Damaged { .. })));
}

#[test]
fn one_process_holds_the_store() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(SledStore::holder(dir.path()).unwrap(), None);
    let store = open(dir.path()).unwrap();
    store.announce("http://127.0.0.1:4817", "secret").unwrap();
    match open(dir.path()) {
        Err(StoreError::InUse { address }) => assert_eq!(address.as_deref(), Some("http://127.0.0.1:4817")),
        other => panic!("{other:?}"),
    }
    let holder = SledStore::holder(dir.path()).unwrap().unwrap();
    assert_eq!(holder.token.as_deref(), Some("secret"));
    drop(store);
    assert_eq!(SledStore::holder(dir.path()).unwrap(), None);
    open(dir.path()).unwrap();
}

#[test]
fn below_the_reserve_commits_are_refused_and_reads_go_on() {
    let dir = tempfile::tempdir().unwrap();
    let all = sample(2);
    fill(dir.path(), &all[..1]);
    let store = SledStore::open(OpenOptions {
        reserve_mb: u64::MAX,
        ..OpenOptions::new(dir.path())
    })
    .unwrap();
    assert!(matches!(store.commit(&all[1]), Err(StoreError::Full { .. })));
    assert_eq!(commits(&store).unwrap(), all[..1]);
    drop(store);
    open(dir.path()).unwrap().commit(&all[1]).unwrap();
}

#[test]
fn a_compacted_store_is_the_same_store_and_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let all = sample(60);
    fill(dir.path(), &all[..50]);
    let store = open(dir.path()).unwrap();
    let identity = store.identity();
    let compacted = store.compact().unwrap();
    assert_eq!(compacted.facts, 300);
    let plain: u64 = all[..50].iter().map(|commit| plain_bytes(commit).unwrap()).sum();
    assert_eq!(compacted.bytes_plain, plain);
    assert!(compacted.bytes_before > 0 && compacted.bytes_after > 0);
    assert_eq!(names(dir.path()), ["HEAD", "LOCK", "sled"]);

    fill(dir.path(), &all[50..]);
    let store = open(dir.path()).unwrap();
    assert_eq!((store.identity(), store.warnings()), (identity, [].as_slice()));
    assert_eq!(commits(&store).unwrap(), all);
    assert_eq!(store.evidence(&[FactNumber(299)]).unwrap()[0], [all[49].facts[5].evidence.clone()]);
}

#[test]
fn many_small_commits_take_less_room_when_compacted() {
    let dir = tempfile::tempdir().unwrap();
    fill(dir.path(), &sample(400));
    let compacted = open(dir.path()).unwrap().compact().unwrap();
    assert!(compacted.bytes_after * 2 < compacted.bytes_before, "{compacted:?}");
}

#[test]
fn a_loss_that_was_accepted_is_compacted_as_it_is() {
    let dir = with_a_loss();
    let store = accept_loss(dir.path()).unwrap();
    store.commit(&sample(7)[6]).unwrap();
    let before = commits(&store).unwrap();
    store.compact().unwrap();
    let store = open(dir.path()).unwrap();
    assert_eq!(commits(&store).unwrap(), before);
    assert!(store.evidence(&[FactNumber(20)]).is_err(), "a lost fact is not another one");
}

#[test]
fn a_store_is_compacted_by_one_process_that_holds_it_and_only_with_room() {
    let dir = tempfile::tempdir().unwrap();
    let all = sample(3);
    fill(dir.path(), &all);
    let store = SledStore::open(OpenOptions {
        reserve_mb: 1 << 40,
        ..OpenOptions::new(dir.path())
    })
    .unwrap();
    assert!(matches!(open(dir.path()), Err(StoreError::InUse { .. })));
    match store.compact() {
        Err(StoreError::NoRoom { needed_mb, free_mb }) => assert!(needed_mb > 1 << 40 && free_mb > 0),
        other => panic!("{other:?}"),
    }
    assert_eq!(names(dir.path()), ["HEAD", "LOCK", "sled"]);
    assert_eq!(commits(&open(dir.path()).unwrap()).unwrap(), all);
}

#[test]
fn what_a_cut_off_compaction_left_is_removed_and_told() {
    let dir = tempfile::tempdir().unwrap();
    fill(dir.path(), &sample(2));
    fs::create_dir(dir.path().join("sled.new")).unwrap();
    fs::write(dir.path().join("sled.new/db"), "half").unwrap();
    let store = open(dir.path()).unwrap();
    assert_eq!(store.warnings().len(), 1);
    assert!(store.warnings()[0].contains("compaction"), "{:?}", store.warnings());
    assert_eq!(commits(&store).unwrap(), sample(2));
    assert_eq!(names(dir.path()), ["HEAD", "LOCK", "sled"]);
    drop(store);
    assert!(open(dir.path()).unwrap().warnings().is_empty());
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Copies of a store, some so many, each with another byte of sled's own file changed beneath its checksums; and which.
fn damaged_copies(dir: &Path, copies: usize) -> impl Iterator<Item = (tempfile::TempDir, String)> {
    let db = fs::read(dir.join("sled/db")).unwrap();
    let used = db.iter().rposition(|byte| *byte != 0).unwrap();
    (0..used).step_by(used / copies).map(move |place| {
        let damaged = tempfile::tempdir().unwrap();
        copy(dir, damaged.path());
        let mut bytes = db.clone();
        bytes[place] ^= 0x55;
        fs::write(damaged.path().join("sled/db"), &bytes).unwrap();
        (damaged, format!("byte {place} of {used}"))
    })
}

#[test]
fn a_damaged_store_is_not_compacted() {
    let dir = tempfile::tempdir().unwrap();
    let all = sample(40);
    fill(dir.path(), &all);
    let mut refused = 0;
    for (damaged, byte) in damaged_copies(dir.path(), 25) {
        match open(damaged.path()).and_then(SledStore::compact) {
            Ok(_) => assert_eq!(commits(&open(damaged.path()).unwrap()).unwrap(), all, "{byte}"),
            Err(_) => refused += 1,
        }
    }
    assert!(refused > 5, "{refused} refused");
}

#[test]
fn a_backup_that_was_cut_off_does_not_open() {
    let (dir, into) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fill(dir.path(), &sample(2));
    open(dir.path()).unwrap().backup(into.path()).unwrap();
    fs::remove_file(into.path().join("HEAD")).unwrap();
    assert!(open(into.path()).unwrap_err().to_string().contains("cut off"));
}

#[test]
fn no_changed_byte_is_read_as_something_else() {
    let dir = tempfile::tempdir().unwrap();
    let all = sample(6);
    fill(dir.path(), &all);
    let mut noticed = 0;
    for (damaged, byte) in damaged_copies(dir.path(), 50) {
        match open(damaged.path()).and_then(|store| commits(&store)) {
            Ok(found) => assert_eq!(found, all, "{byte}"),
            Err(_) => noticed += 1,
        }
    }
    assert!(noticed > 20, "{noticed} noticed");
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// Unpacks a fixture: every file of the store, each with zstd.
fn unpack(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            unpack(&entry.path(), &to.join(entry.file_name()));
        } else {
            let bytes = zstd::decode_all(fs::File::open(entry.path()).unwrap()).unwrap();
            fs::write(to.join(entry.path().file_stem().unwrap()), bytes).unwrap();
        }
    }
}

fn pack(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let name = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() {
            pack(&entry.path(), &to.join(name));
        } else if name != "LOCK" {
            let packed = zstd::encode_all(fs::File::open(entry.path()).unwrap(), 19).unwrap();
            fs::write(to.join(format!("{name}.zst")), packed).unwrap();
        }
    }
}

#[test]
fn a_store_of_every_released_format_opens() {
    if let Some(into) = std::env::var_os("DATELINE_WRITE_FIXTURE") {
        let dir = tempfile::tempdir().unwrap();
        let all = sample(4);
        fill(dir.path(), &all[..2]);
        // Half of it in the form that compacting gives.
        open(dir.path()).unwrap().compact().unwrap();
        fill(dir.path(), &all[2..]);
        open(dir.path()).unwrap().set_ontology("# a user's own\n").unwrap();
        pack(dir.path(), Path::new(&into));
    }
    for format in 1..=FORMAT {
        let dir = tempfile::tempdir().unwrap();
        unpack(&fixtures().join(format!("store-format-{format}")), dir.path());
        let store = open(dir.path()).unwrap();
        assert_eq!(store.migrated().len(), (FORMAT - format) as usize);
        assert!(store.warnings().is_empty(), "{:?}", store.warnings());
        assert_eq!(commits(&store).unwrap(), sample(4), "format {format}");
        assert_eq!(store.ontology().unwrap().as_deref(), Some("# a user's own\n"));
        assert_eq!(store.request("key 3").unwrap(), sample(4)[3].requests.first().cloned());
        store.commit(&sample(5)[4]).unwrap();
        store.compact().unwrap();
        assert_eq!(
            commits(&open(dir.path()).unwrap()).unwrap(),
            sample(5),
            "format {format}, compacted"
        );
    }
}

/// How much of each kind is wrong, and what was read.
fn scrub(dir: &Path) -> (BTreeMap<FindingKind, usize>, Verified) {
    let mut found = BTreeMap::new();
    let verified = verify(dir, &mut |told| {
        if let Told::Found(finding) = told {
            *found.entry(finding.kind).or_default() += 1;
        }
    });
    (found, verified.unwrap())
}

/// The commits that fixtures hold quote words that stand in no document; all else of them is sound.
#[test]
fn of_stores_of_released_formats_only_the_invented_quotes_are_wrong() {
    for format in 1..=FORMAT {
        let dir = tempfile::tempdir().unwrap();
        unpack(&fixtures().join(format!("store-format-{format}")), dir.path());
        let quotes = BTreeMap::from([(FindingKind::Quote, 27)]);
        let (found, read) = scrub(dir.path());
        assert_eq!(found, quotes, "format {format}");
        assert_eq!((read.commits, read.facts, read.evidence), (4, 24, 27));
        assert_eq!((read.nodes, read.documents, read.requests), (8, 4, 4));
        let store = open(dir.path()).unwrap();
        assert_eq!(store.migrated().len(), (FORMAT - format) as usize, "a scrub does not migrate");
        store.compact().unwrap();
        let (found, compacted) = scrub(dir.path());
        assert_eq!(found, quotes, "format {format}, compacted");
        assert_eq!((compacted.facts, compacted.evidence), (read.facts, read.evidence));
    }
}

#[test]
fn a_scrub_leaves_a_compaction_that_was_cut_off_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    fill(dir.path(), &sample(2));
    fs::create_dir(dir.path().join("sled.new")).unwrap();
    assert_eq!(scrub(dir.path()).1.notes.len(), 1);
    fs::remove_dir(dir.path().join("sled.new")).unwrap();
    fs::rename(dir.path().join("sled"), dir.path().join("sled.new")).unwrap();
    fs::write(dir.path().join("SWAP"), "").unwrap();
    let (_, read) = scrub(dir.path());
    assert_eq!((read.facts, read.notes.len()), (12, 1));
    assert_eq!(names(dir.path()), ["HEAD", "LOCK", "SWAP", "sled.new"]);
    assert_eq!(commits(&open(dir.path()).unwrap()).unwrap(), sample(2));
}

/// Bytes of sled's own file, changed beneath its checksums: the scrub ends, and says something of each.
#[test]
fn whatever_is_wrong_beneath_sled_a_scrub_ends_and_tells() {
    let dir = tempfile::tempdir().unwrap();
    let all = sample(40);
    fill(dir.path(), &all);
    let sound = scrub(dir.path());
    let mut told = 0;
    for (damaged, byte) in damaged_copies(dir.path(), 25) {
        let mut found = 0;
        match verify(damaged.path(), &mut |said| found += u32::from(matches!(said, Told::Found(_)))) {
            Ok(read) if u64::from(found) == sound.1.findings => {
                assert_eq!(read, sound.1, "{byte}");
                assert_eq!(commits(&open(damaged.path()).unwrap()).unwrap(), all);
            }
            Ok(_) | Err(_) => told += 1,
        }
    }
    assert!(told > 5, "{told} told");
}

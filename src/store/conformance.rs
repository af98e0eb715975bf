//! The contract of [`Store`], held by every engine: one suite, run over each.
//!
//! Beside it, random commits: whatever is read from sled equals what the engine in memory says, before
//! and after reopening and compacting.

use super::testing::{Everything, Folder, Op, Scribe, commits, everything, words};
use super::*;
use crate::model::{Counters, Timestamp};

const NODE: Op = Op::Node { bytes: 12 };
const FACT: Op = Op::Fact { pick: 9, bytes: 60 };

fn write(store: &dyn Store, scribe: &mut Scribe, ops: &[Op]) -> Commit {
    let commit = scribe.write(ops);
    store.commit(&commit).unwrap();
    store.seal(&commit.head).unwrap();
    commit
}

fn an_empty_store_has_the_zero_head(store: &dyn Store) {
    assert_eq!(store.head(), Head::default());
    assert!(commits(store, true).is_empty());
    assert_eq!(store.ontology().unwrap(), None);
    assert_eq!(store.request("key 1").unwrap(), None);
    assert_eq!(store.text(DocumentNumber(0)).unwrap(), None);
    assert_eq!(store.evidence(&[FactNumber(0)]).unwrap(), [vec![]]);
}

fn what_was_committed_is_replayed_whole_and_in_order(store: &dyn Store) {
    let mut scribe = Scribe::default();
    let written: Vec<Commit> = (0..20usize)
        .map(|pick| {
            let ops = [
                NODE,
                Op::Document { bytes: Some(500) },
                Op::Fact { pick, bytes: 40 },
                Op::Fact { pick: pick + 1, bytes: 40 },
                Op::Evidence { pick, bytes: 90 },
                Op::Closing { pick },
                Op::DocumentClosing { pick },
                Op::Version { pick, names: 3 },
                Op::Request { pick, bytes: 20 },
            ];
            write(store, &mut scribe, &ops)
        })
        .collect();
    assert_eq!(commits(store, true), written);
    assert_eq!(store.head(), written[19].head);
}

fn a_light_replay_leaves_out_what_the_graph_does_not_hold(store: &dyn Store) {
    let mut scribe = Scribe::default();
    let ops = [
        NODE,
        Op::Document { bytes: Some(99) },
        Op::Fact { pick: 3, bytes: 60 },
        Op::Evidence { pick: 3, bytes: 60 },
    ];
    write(store, &mut scribe, &ops);
    write(store, &mut scribe, &[Op::Request { pick: 1, bytes: 5 }]);
    let light = commits(store, false);
    assert!(light[1].requests.is_empty());
    assert_eq!(light[0].documents[0].document.text, None);
    for evidence in [&light[0].facts[0].evidence, &light[0].evidence[0].evidence] {
        assert_eq!(
            (&evidence.quote, &evidence.url, &evidence.rule, &evidence.confidence),
            (&None, &None, &None, &None)
        );
        assert!(evidence.publisher.is_some());
    }
}

type Change = fn(&mut Commit);

fn a_commit_that_does_not_follow_is_refused_and_leaves_nothing(store: &dyn Store) {
    let mut scribe = Scribe::default();
    write(store, &mut scribe, &[NODE, FACT]);
    let before = everything(store);
    let good = scribe.write(&[NODE, Op::Document { bytes: None }, FACT, FACT, Op::Evidence { pick: 0, bytes: 3 }]);
    let wrong: [(&str, Change); 13] = [
        ("revision", |commit| commit.head.revision = commit.head.revision.next()),
        ("same revision", |commit| commit.head.revision = Revision(1)),
        ("time", |commit| commit.head.time = Timestamp(0)),
        ("node counter", |commit| commit.head.counters.nodes += 1),
        ("fact counter", |commit| commit.head.counters = Counters::default()),
        ("node number", |commit| commit.nodes[0].number.0 += 1),
        ("document number", |commit| commit.documents[0].number.0 += 1),
        ("fact numbers", |commit| commit.facts.swap(0, 1)),
        ("evidence of no fact", |commit| commit.evidence[0].fact = FactNumber(77)),
        ("first evidence twice", |commit| commit.evidence[0].number = 0),
        ("evidence twice", |commit| commit.evidence.push(commit.evidence[0].clone())),
        ("closing of no document", |commit| {
            commit.document_closings.push(DocumentClosing {
                document: DocumentNumber(9),
                reason: None,
                by: None,
            });
        }),
        ("key twice", |commit| {
            let request = RequestRecord {
                key: "k".to_owned(),
                digest: [0; 32],
                revision: Revision(2),
                status: 200,
                answer: String::new(),
            };
            commit.requests = vec![request.clone(), request];
        }),
    ];
    for (what, change) in wrong {
        let mut commit = good.clone();
        change(&mut commit);
        assert!(matches!(store.commit(&commit), Err(StoreError::Refused(_))), "{what}");
        assert_eq!(everything(store), before, "{what}");
    }
    store.commit(&good).unwrap();
}

fn a_commit_may_be_empty(store: &dyn Store) {
    let mut scribe = Scribe::default();
    let written = [
        write(store, &mut scribe, &[]),
        write(store, &mut scribe, &[NODE]),
        write(store, &mut scribe, &[]),
    ];
    assert_eq!(commits(store, true), written);
}

fn a_commit_may_be_large(store: &dyn Store) {
    let mut scribe = Scribe::default();
    let mut ops = vec![NODE; 700];
    ops.extend((0..3_000).map(|pick| Op::Fact { pick, bytes: 120 }));
    let written = write(store, &mut scribe, &ops);
    assert_eq!(commits(store, true), [written]);
}

fn no_text_is_too_long(store: &dyn Store) {
    let mut scribe = Scribe::default();
    let ops = [
        Op::Node { bytes: 90_000 },
        Op::Version { pick: 0, names: 4_000 },
        Op::Document { bytes: Some(0) },
        Op::Document { bytes: Some(2_000_000) },
        Op::Fact { pick: 1, bytes: 6_950 },
        Op::Fact { pick: 1, bytes: 300_000 },
        Op::Fact { pick: 1, bytes: 10 },
        Op::Evidence { pick: 0, bytes: 300_000 },
        Op::Request { pick: 1, bytes: 50_000 },
    ];
    let written = write(store, &mut scribe, &ops);
    let evidence = store.evidence(&[FactNumber(0), FactNumber(2), FactNumber(1)]).unwrap();
    assert_eq!(
        evidence[0],
        [written.facts[0].evidence.clone(), written.evidence[0].evidence.clone()]
    );
    assert_eq!(evidence[1], [written.facts[2].evidence.clone()]);
    assert_eq!(evidence[2], [written.facts[1].evidence.clone()]);
    assert_eq!(store.text(DocumentNumber(0)).unwrap().as_deref(), Some(""));
    assert_eq!(store.text(DocumentNumber(1)).unwrap(), written.documents[1].document.text);
    assert_eq!(store.request("key 1").unwrap().as_ref(), written.requests.first());
    assert_eq!(commits(store, true), [written]);
}

fn a_key_used_again_answers_with_its_last_use(store: &dyn Store) {
    let mut scribe = Scribe::default();
    let first = write(store, &mut scribe, &[Op::Request { pick: 1, bytes: 10 }]);
    let second = write(store, &mut scribe, &[Op::Request { pick: 6, bytes: 10 }]);
    assert_eq!(store.request("key 1").unwrap().as_ref(), second.requests.first());
    assert_eq!(commits(store, true), [first, second]);
}

fn the_ontology_file_can_be_replaced(store: &dyn Store) {
    for length in [30_000, 10, 0, 9_000] {
        let text = words(length, length);
        store.set_ontology(&text).unwrap();
        assert_eq!(store.ontology().unwrap(), Some(text));
    }
}

fn only_what_was_committed_can_be_sealed(store: &dyn Store) {
    let commit = Scribe::default().write(&[NODE]);
    assert!(matches!(store.seal(&commit.head), Err(StoreError::Refused(_))));
    store.commit(&commit).unwrap();
    store.seal(&commit.head).unwrap();
    store.seal(&commit.head).unwrap();
}

fn a_replay_stops_at_the_first_error(store: &dyn Store) {
    let mut scribe = Scribe::default();
    for _ in 0..3 {
        write(store, &mut scribe, &[NODE]);
    }
    let mut visited = 0;
    let stopped = store.replay(true, &mut |_| {
        visited += 1;
        if visited == 2 {
            Err(StoreError::Io("enough".to_owned()))
        } else {
            Ok(())
        }
    });
    assert!(matches!(stopped, Err(StoreError::Io(_))));
    assert_eq!(visited, 2);
}

fn a_backup_opens_as_the_same_store_in_a_new_incarnation(store: &dyn Store) {
    let mut scribe = Scribe::default();
    for pick in 0..30 {
        let ops = [
            NODE,
            Op::Fact { pick, bytes: 60 },
            Op::Document { bytes: Some(pick) },
            Op::Evidence { pick, bytes: 9 },
        ];
        write(store, &mut scribe, &ops);
    }
    write(store, &mut scribe, &[Op::Request { pick: 3, bytes: 9 }]);
    store.set_ontology("a = 1").unwrap();
    let copied = everything(store);
    store.commit(&scribe.write(&[NODE])).unwrap();

    let dir = tempfile::tempdir().unwrap();
    let into = dir.path().join("copy");
    assert_eq!(
        store.backup(&into).unwrap().revision,
        Revision(31),
        "what is not sealed is left out"
    );
    assert!(
        matches!(store.backup(&into), Err(StoreError::Refused(_))),
        "a folder in use is refused"
    );
    let first = {
        let copy = SledStore::open(OpenOptions::new(&into)).unwrap();
        assert_eq!(everything(&copy), copied);
        assert_eq!(copy.identity().store, store.identity().store);
        copy.identity()
    };
    assert!(first.incarnation > store.identity().incarnation);
    let again = SledStore::open(OpenOptions::new(&into)).unwrap();
    assert_eq!(again.identity(), first, "only the first opening begins one");
}

macro_rules! suite {
    ($($name:ident),+ $(,)?) => {
        mod memory {
            $(#[test] fn $name() {
                // Some of them open a copy in sled.
                let _alone = super::Folder::new();
                super::$name(&super::MemoryStore::new());
            })+
        }
        mod on_disk {
            $(#[test] fn $name() {
                let folder = super::Folder::new();
                let store = super::SledStore::open(super::OpenOptions::new(folder.path())).unwrap();
                super::$name(&store);
                let before = super::everything(&store);
                drop(store);
                let store = super::SledStore::open(super::OpenOptions::new(folder.path())).unwrap();
                assert_eq!(super::everything(&store), before, "after reopening");
                super::assert_small_values(&store, folder.path());
                super::assert_compacts(store, folder.path(), &before);
            })+
        }
    };
}

suite!(
    an_empty_store_has_the_zero_head,
    what_was_committed_is_replayed_whole_and_in_order,
    a_light_replay_leaves_out_what_the_graph_does_not_hold,
    a_commit_that_does_not_follow_is_refused_and_leaves_nothing,
    a_commit_may_be_empty,
    a_commit_may_be_large,
    no_text_is_too_long,
    a_key_used_again_answers_with_its_last_use,
    the_ontology_file_can_be_replaced,
    only_what_was_committed_can_be_sealed,
    a_replay_stops_at_the_first_error,
    a_backup_opens_as_the_same_store_in_a_new_incarnation,
);

fn assert_compacts(store: SledStore, dir: &Path, before: &Everything) {
    let identity = store.identity();
    store.compact().unwrap();
    let store = SledStore::open(OpenOptions::new(dir)).unwrap();
    assert_eq!(&everything(&store), before, "after compaction");
    assert_eq!(store.identity(), identity, "after compaction");
    assert!(store.warnings().is_empty() && store.migrated().is_empty());
    assert_small_values(&store, dir);
}

/// No value is larger than sled keeps beside others in a page, and no page went to a file of its own.
fn assert_small_values(store: &SledStore, dir: &Path) {
    assert!(store.largest_value() <= codec::MAX_VALUE);
    let blobs: Vec<_> = std::fs::read_dir(dir.join(engine::SLED).join("blobs")).unwrap().collect();
    assert!(blobs.is_empty(), "{blobs:?}");
}

mod random {
    use proptest::prelude::*;

    use super::*;

    fn length() -> impl Strategy<Value = usize> {
        prop_oneof![8 => 0usize..200, 3 => 1_500usize..3_000, 1 => 6_500usize..30_000]
    }

    fn op() -> impl Strategy<Value = Op> {
        let pick = || 0usize..10_000;
        prop_oneof![
            3 => length().prop_map(|bytes| Op::Node { bytes }),
            1 => (pick(), prop_oneof![9 => 1usize..4, 1 => Just(600)]).prop_map(|(pick, names)| Op::Version { pick, names }),
            2 => proptest::option::of(length()).prop_map(|bytes| Op::Document { bytes }),
            8 => (pick(), length()).prop_map(|(pick, bytes)| Op::Fact { pick, bytes }),
            3 => (pick(), length()).prop_map(|(pick, bytes)| Op::Evidence { pick, bytes }),
            2 => pick().prop_map(|pick| Op::Closing { pick }),
            1 => pick().prop_map(|pick| Op::DocumentClosing { pick }),
            1 => (pick(), length()).prop_map(|(pick, bytes)| Op::Request { pick, bytes }),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, ..ProptestConfig::default() })]

        #[test]
        fn sled_equals_memory_on_every_read(plan in proptest::collection::vec(proptest::collection::vec(op(), 0..40), 1..12)) {
            let folder = Folder::new();
            let memory = MemoryStore::new();
            let mut scribe = Scribe::default();
            let (before, after) = plan.split_at(plan.len() / 2);
            for half in [before, after] {
                let sled = SledStore::open(OpenOptions::new(folder.path())).unwrap();
                same(&memory, &sled)?;
                for ops in half {
                    let commit = scribe.write(ops);
                    memory.commit(&commit).unwrap();
                    sled.commit(&commit).unwrap();
                    sled.seal(&commit.head).unwrap();
                }
                same(&memory, &sled)?;
                assert_small_values(&sled, folder.path());
                let compacted = sled.compact().unwrap();
                prop_assert_eq!(compacted.facts, u64::from(memory.head().counters.facts));
                let sled = SledStore::open(OpenOptions::new(folder.path())).unwrap();
                same(&memory, &sled)?;
                assert_small_values(&sled, folder.path());
            }
            same(&memory, &SledStore::open(OpenOptions::new(folder.path())).unwrap())?;
        }
    }

    fn same(memory: &MemoryStore, sled: &SledStore) -> Result<(), TestCaseError> {
        let (expected, found): (Everything, Everything) = (everything(memory), everything(sled));
        prop_assert_eq!(expected, found);
        Ok(())
    }
}

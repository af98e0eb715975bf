//! What was known stays as it was: every older revision's answers are those it gave when it was the newest.
//!
//! A store is lived in at random: facts posted, corroborated, corrected, retracted, asserted again, documents
//! deleted, nodes renamed. After each step a set of questions is asked and the answers kept; at the end they are
//! asked of every revision again, of the running view, of one whose runs are merged, and of one loaded anew.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a panic is how a test fails")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use dateline::extract::RuleExtractor;
use dateline::ingest::{DocumentIn, DocumentOptions, Engine, FactIn, FactPatch, FactsOptions, Line, NodePatch, OnError, Why};
use dateline::model::{FactNumber, Revision};
use dateline::query::{
    self, Asking, Budget, DocumentsParams, FactsParams, FilterParams, NeighbourhoodParams, NodesParams, PathsParams, QueryError,
    TimelineParams,
};
use dateline::store::{MemoryStore, Store};
use dateline::view::View;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde::Serialize;
use serde_json::{Value, json};

/// One step in the life of a store. Numbers choose among what there is.
#[derive(Clone, Debug)]
enum Step {
    Post(Vec<Told>),
    Retract(usize),
    Correct(usize, usize),
    DeleteDocument(usize),
    Rename(usize, usize),
    /// A report, in place of another one where the number says so.
    Report(usize, Option<usize>),
}

/// A fact as it is told: indexes into small tables, so that the same is told again and again.
#[derive(Clone, Debug)]
struct Told {
    ends: (usize, usize),
    relation: usize,
    valid: usize,
    publisher: usize,
    document: usize,
    speaker: usize,
    place: bool,
}

const NODES: [(&str, &str); 4] = [
    ("China", "State"),
    ("Myanmar", "State"),
    ("Li Zuocheng", "Person"),
    ("Reuters", "MediaOutlet"),
];
const RELATIONS: [&str; 4] = ["met_with", "supported", "allied_with", "mentioned"];
const VALID: [Option<&str>; 5] = [Some("2017-11-22"), Some("../2017-11-22"), Some("2017-11"), Some("2016/2018"), None];
const SPEAKERS: [(&str, &str); 2] = [("spokesman", "Spokesman"), ("ministry", "Ministry")];
const PUBLISHERS: [&str; 3] = ["Reuters", "Xinhua", "AFP"];

const REPORTS: [&str; 4] = [
    " date 2017-11-24 Reuters, BEIJING\n\nGeneral Li Zuocheng met Myanmar's Min Aung Hlaing on Wednesday. China supported Myanmar.\n",
    " date 2017-11-24 Xinhua, BEIJING\n\nGeneral Li Zuocheng met Myanmar's Min Aung Hlaing on Wednesday. China supported Myanmar.\n",
    " date 2017-11-25 AFP, YANGON\n\nMyanmar's army chief met with Li Zuocheng in Beijing. China supported Myanmar, Li Zuocheng said.\n",
    " date 2017-11-26 AFP, YANGON\n\nBangladesh criticised Myanmar. China supported Myanmar.\n",
];

impl Told {
    fn row(&self) -> Value {
        let (subject, object) = (NODES[self.ends.0], NODES[self.ends.1]);
        let publisher = PUBLISHERS[self.publisher];
        let mut row = json!({
            "subject_name": subject.0, "subject_type": subject.1, "object_name": object.0, "object_type": object.1,
            "relation": RELATIONS[self.relation], "valid": VALID[self.valid], "publisher": publisher, "reported": "2017-11-24",
        });
        if self.document > 0 {
            row["document"] = json!(format!("{}-{}", publisher.to_lowercase(), self.document));
        }
        if self.speaker > 0 {
            let (id, name) = SPEAKERS[self.speaker - 1];
            row["speakers"] = json!([id]);
            row["said_by"] = json!(name);
        }
        if self.place {
            row["place_name"] = json!("Beijing");
        }
        row
    }
}

fn told() -> impl Strategy<Value = Told> {
    (
        ((0..4_usize), (1..4_usize)),
        0..4_usize,
        0..5_usize,
        0..3_usize,
        0..3_usize,
        0..3_usize,
        any::<bool>(),
    )
        .prop_map(|((from, by), relation, valid, publisher, document, speaker, place)| {
            let ends = (from, (from + by) % 4);
            Told {
                ends,
                relation,
                valid,
                publisher,
                document,
                speaker,
                place,
            }
        })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => prop::collection::vec(told(), 1..4).prop_map(Step::Post),
        2 => any::<usize>().prop_map(Step::Retract),
        2 => (any::<usize>(), 0..5_usize).prop_map(|(fact, valid)| Step::Correct(fact, valid)),
        1 => any::<usize>().prop_map(Step::DeleteDocument),
        1 => (any::<usize>(), any::<usize>()).prop_map(|(node, name)| Step::Rename(node, name)),
        2 => (0..REPORTS.len(), prop::option::of(any::<usize>())).prop_map(|(text, replaces)| Step::Report(text, replaces)),
    ]
}

/// Does the step; whether it recorded anything is not asked.
async fn live(engine: &Arc<Engine>, step: &Step) {
    let view = engine.view();
    let reading = view.newest();
    let why = Why {
        reason: Some("test".to_owned()),
        by: None,
    };
    let fact = |chosen: usize| {
        let known: Vec<FactNumber> = (0..view.head().counters.facts)
            .map(FactNumber)
            .filter(|number| reading.is_known(*number))
            .collect();
        (!known.is_empty()).then(|| reading.fact(known[chosen % known.len()]).unwrap().id.to_string())
    };
    let document = |chosen: usize| {
        let documents =
            (0..view.head().counters.documents).map(|number| reading.document(dateline::model::DocumentNumber(number)).unwrap());
        let open: Vec<_> = documents.filter(|document| document.closed.is_none()).collect();
        (!open.is_empty()).then(|| open[chosen % open.len()].document.id.to_string())
    };
    match step {
        Step::Post(facts) => {
            let lines: Vec<_> = facts
                .iter()
                .zip(1..)
                .map(|(told, number)| Line::read(number, FactIn::from_json(&told.row().to_string())))
                .collect();
            let how = FactsOptions {
                on_error: OnError::Skip,
                ..FactsOptions::default()
            };
            engine.post_facts(lines, how).await.unwrap();
        }
        Step::Retract(chosen) => {
            if let Some(id) = fact(*chosen) {
                engine.retract_fact(&id, why).await.unwrap();
            }
        }
        Step::Correct(chosen, valid) => {
            if let Some(id) = fact(*chosen) {
                let patch: FactPatch = serde_json::from_value(json!({"valid": VALID[*valid]})).unwrap();
                // A patch that changes nothing is refused.
                drop(engine.correct_fact(&id, patch, why).await);
            }
        }
        Step::DeleteDocument(chosen) => {
            if let Some(id) = document(*chosen) {
                engine.delete_document(&id, why).await.unwrap();
            }
        }
        Step::Report(text, replaces) => {
            let report = DocumentIn {
                text: REPORTS[*text].to_owned(),
                ..DocumentIn::default()
            };
            let how = DocumentOptions {
                replaces: replaces.and_then(document),
                why,
                ..DocumentOptions::default()
            };
            engine.post_document(report, how).await.unwrap();
        }
        Step::Rename(chosen, name) => {
            let count = view.head().counters.nodes as usize;
            if count > 0 {
                let number = dateline::model::NodeNumber(u32::try_from(chosen % count).unwrap());
                let id = reading.node(number).unwrap().id.to_string();
                let patch = NodePatch {
                    name: Some(format!("Name {}", name % 5)),
                    ..NodePatch::default()
                };
                drop(engine.patch_node(&id, patch, why).await);
            }
        }
    }
}

/// The answers of a revision to all questions: what may not change.
fn answers(engine: &Engine, view: &View, revision: Revision) -> Vec<String> {
    let ask = Asking {
        reading: view.at(revision),
        bodies: engine.bodies(),
        budget: Budget {
            edges: 1_000_000,
            deadline: Instant::now() + Duration::from_mins(1),
            cancelled: Arc::default(),
            first_try: false,
        },
        incarnation: 0,
        base_path: "",
    };
    let plain = FilterParams::default;
    let filters = [
        plain(),
        FilterParams {
            min_sources: Some(2),
            ..plain()
        },
        FilterParams {
            speaker: Some("ministry".to_owned()),
            ..plain()
        },
        FilterParams {
            publisher: vec!["Reuters".to_owned()],
            ..plain()
        },
        FilterParams {
            not_publisher: vec!["Reuters".to_owned()],
            min_sources: Some(2),
            ..plain()
        },
        FilterParams {
            publisher: vec!["Xinhua".to_owned()],
            speaker: Some("spokesman".to_owned()),
            ..plain()
        },
        FilterParams {
            place: Some("beijing".to_owned()),
            reported_until: Some("2017-11-24".to_owned()),
            ..plain()
        },
        FilterParams {
            since: Some("2017-11-22".to_owned()),
            until: Some("2017-11-22".to_owned()),
            certain: Some(true),
            ..plain()
        },
    ];
    let mut all = Vec::new();
    for filters in filters {
        let include = FilterParams {
            include: vec!["evidence".to_owned()],
            ..filters.clone()
        };
        all.push(told_of(query::facts(&ask, &FactsParams::default(), &include)));
        for node in ["china", "beijing"] {
            let whose = TimelineParams {
                node: vec![node.to_owned()],
                ..TimelineParams::default()
            };
            all.push(told_of(query::timeline(&ask, &whose, &filters)));
        }
        let months = TimelineParams {
            bucket: Some("month".to_owned()),
            group_by: Some("publisher".to_owned()),
            ..TimelineParams::default()
        };
        all.push(told_of(query::timeline(&ask, &months, &filters)));
        let middle = NeighbourhoodParams {
            node: "china".to_owned(),
            depth: Some(2),
            ..NeighbourhoodParams::default()
        };
        all.push(told_of(query::neighbourhood(&ask, &middle, &filters)));
        let ends = PathsParams {
            from: "li-zuocheng".to_owned(),
            to: "myanmar".to_owned(),
            ..PathsParams::default()
        };
        all.push(told_of(query::paths(&ask, &ends, &filters)));
    }
    all.push(told_of(query::documents(&ask, &DocumentsParams::default(), &plain())));
    all.push(told_of(query::nodes(&ask, &NodesParams::default(), &plain())));
    all.push(told_of(query::nodes(
        &ask,
        &NodesParams {
            q: Some("name 3".to_owned()),
        },
        &plain(),
    )));
    all.push(told_of(query::publishers(&ask)));
    all.push(told_of(query::stats(&ask)));
    for number in 0..ask.reading.head().counters.facts {
        let id = ask.reading.fact(FactNumber(number)).unwrap().id.to_string();
        all.push(told_of(query::fact(&ask, &id)));
    }
    all
}

fn told_of<T: Serialize>(answer: Result<T, QueryError>) -> String {
    match answer {
        Ok(answer) => serde_json::to_string_pretty(&answer).unwrap(),
        Err(error) => format!("{error:?}"),
    }
}

fn same(before: &[String], after: &[String], revision: u64, how: &str) {
    assert_eq!(before.len(), after.len());
    for (before, after) in before.iter().zip(after) {
        assert!(before == after, "r{revision} {how}: it was\n{before}\nand is now\n{after}");
    }
}

#[test]
fn every_older_revision_answers_as_it_did_when_it_was_the_newest() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::new(Config {
        cases: 24,
        failure_persistence: None,
        ..Config::default()
    });
    runner
        .run(&prop::collection::vec(step(), 1..25), |steps| {
            runtime.block_on(async {
                let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
                let engine = Engine::start(store.clone(), Arc::new(RuleExtractor::new())).unwrap();
                let mut kept = Vec::new();
                for step in &steps {
                    let before = engine.view().head().revision.0;
                    live(&engine, step).await;
                    let view = engine.view();
                    let revision = view.head().revision;
                    if revision.0 > before {
                        assert_eq!(revision.0, before + 1, "one request, one revision");
                        kept.push(answers(&engine, &view, revision));
                    }
                }
                let running = engine.view();
                let mut merged = (*running).clone();
                merged.merge();
                let loaded = Engine::start(store, Arc::new(RuleExtractor::new())).unwrap();
                let loaded_view = loaded.view();
                for (before, revision) in kept.iter().zip(1..) {
                    same(before, &answers(&engine, &running, Revision(revision)), revision, "later");
                    same(before, &answers(&engine, &merged, Revision(revision)), revision, "with runs merged");
                    same(
                        before,
                        &answers(&loaded, &loaded_view, Revision(revision)),
                        revision,
                        "loaded again",
                    );
                }
            });
            Ok(())
        })
        .unwrap();
}

#[tokio::test]
async fn a_time_means_the_last_revision_up_to_it() {
    let engine = Engine::start(Arc::new(MemoryStore::new()), Arc::new(RuleExtractor::new())).unwrap();
    let first = Told {
        ends: (0, 1),
        relation: 0,
        valid: 0,
        publisher: 0,
        document: 0,
        speaker: 0,
        place: false,
    };
    for valid in 0..4 {
        live(&engine, &Step::Post(vec![Told { valid, ..first.clone() }])).await;
    }
    let view = engine.view();
    for number in 1..=4 {
        let head = view.head_of(Revision(number)).unwrap();
        assert_eq!(query::known_at(&view, &head.time.to_string()).unwrap(), Revision(number));
        assert_eq!(view.revision_at(dateline::model::Timestamp(head.time.0 - 1)), Revision(number - 1));
        assert_eq!(head.counters.facts, u32::try_from(number).unwrap());
    }
}

#[tokio::test]
async fn dates_that_may_overlap_support_each_other_and_one_text_counts_once() {
    let engine = Engine::start(Arc::new(MemoryStore::new()), Arc::new(RuleExtractor::new())).unwrap();
    let told = Told {
        ends: (0, 1),
        relation: 0,
        valid: 0,
        publisher: 0,
        document: 1,
        speaker: 0,
        place: false,
    };
    live(
        &engine,
        &Step::Post(vec![
            told.clone(),
            Told {
                valid: 1,
                publisher: 1,
                ..told.clone()
            },
        ]),
    )
    .await;
    let view = engine.view();
    let reading = view.newest();
    assert_eq!(reading.claim(FactNumber(0)), reading.claim(FactNumber(1)));
    assert_eq!((reading.source_count(FactNumber(0)), reading.source_count(FactNumber(1))), (2, 2));
    // The same document once more, and the other day's claim in it, add no text.
    live(&engine, &Step::Post(vec![Told { valid: 1, ..told }])).await;
    assert_eq!(engine.view().newest().source_count(FactNumber(0)), 2);
}

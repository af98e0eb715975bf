//! What the benchmark stands on: the generator gives what it promises, and the floors answer what the store answers.
//!
//! No time is measured here.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    reason = "a panic is how a test fails, and numbers are below 2³¹"
)]
#![expect(dead_code, reason = "the benchmark uses the rest of these modules")]

mod arguments;
mod client;
mod floors;
mod generator;
mod icews;
mod measure;
#[path = "rows/cases.rs"]
mod cases;
mod table;
mod world;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use dateline::extract::RuleExtractor;
use dateline::format::cuts;
use dateline::ingest::{Engine, FactsOptions};
use dateline::model::{FactNumber, fold, slug};
use dateline::store::{MemoryStore, Store as _};

use arguments::Arguments;
use cases::{Nodes, Question};
use client::{body, end, head};
use generator::{Commits, DAYS, Drawn, FIRST_DAY, FIRST_STATE, Graph, MEAN_DEGREE, Mix, OPEN, RELATIONS, Recipe};
use measure::{Budget, Times};
use table::{Figure, Target, Value};
use world::World;

fn graph(mix: Mix, facts: u32) -> Graph {
    Recipe {
        mix,
        ..Recipe::events(facts)
    }
    .draw()
}

fn text(graph: &Graph) -> String {
    graph.facts.iter().map(generator::lines::line).collect()
}

fn share(facts: &[Drawn], of: impl Fn(&Drawn) -> bool) -> f64 {
    facts.iter().filter(|fact| of(fact)).count() as f64 / facts.len() as f64
}

#[test]
fn one_recipe_gives_the_same_bytes_and_another_seed_others() {
    let recipe = Recipe::events(5_000);
    assert_eq!(text(&recipe.draw()), text(&recipe.draw()));
    assert_ne!(text(&recipe.draw()), text(&Recipe { seed: 19, ..recipe }.draw()));
}

#[test]
fn degrees_hubs_and_parallel_facts_are_as_promised() {
    let graph = graph(Mix::Events, 100_000);
    assert_eq!(graph.facts.len(), 100_000);
    let mut degrees = vec![0_u32; graph.nodes as usize];
    let mut pairs = HashSet::new();
    for fact in &graph.facts {
        degrees[fact.subject as usize] += 1;
        degrees[fact.object as usize] += 1;
        pairs.insert((fact.subject.min(fact.object), fact.subject.max(fact.object)));
        assert_ne!(fact.subject, fact.object);
    }
    let mean = 200_000.0 / f64::from(graph.nodes);
    assert!((mean - f64::from(MEAN_DEGREE)).abs() < 2.0, "mean degree {mean}");
    let hub = f64::from(*degrees.iter().max().unwrap()) / 100_000.0;
    assert!((0.015..0.025).contains(&hub), "the largest hub is in {hub} of the facts");
    let parallel = 100_000.0 / pairs.len() as f64;
    assert!((2.7..3.3).contains(&parallel), "{parallel} facts a pair");
    assert!(degrees.iter().all(|degree| *degree > 0));
}

#[test]
fn facts_are_different_dated_and_of_every_relation() {
    for mix in [Mix::Events, Mix::Mixed, Mix::Spans] {
        let facts = graph(mix, 50_000).facts;
        assert_eq!(facts.iter().collect::<HashSet<_>>().len(), facts.len());
        assert!(
            facts
                .iter()
                .all(|fact| (FIRST_DAY..FIRST_DAY + DAYS).contains(&fact.first) && fact.first <= fact.last)
        );
        let relations: BTreeSet<u16> = facts.iter().map(|fact| fact.relation).collect();
        let from = if mix == Mix::Spans { FIRST_STATE } else { 0 };
        assert_eq!(relations, (from..RELATIONS).collect());
        let spans = share(&facts, |fact| fact.first < fact.last && fact.last != OPEN);
        let open = share(&facts, |fact| fact.last == OPEN);
        let (wanted_spans, wanted_open) = match mix {
            Mix::Events => (0.0, 0.0),
            Mix::Mixed => (0.30, 0.05),
            Mix::Spans => (1.0, 0.0),
        };
        assert!(
            (spans - wanted_spans).abs() < 0.01 && (open - wanted_open).abs() < 0.01,
            "{spans} {open}"
        );
    }
}

#[test]
fn facts_come_about_in_the_order_of_their_days() {
    let facts = graph(Mix::Events, 20_000).facts;
    assert!(facts.windows(2).all(|two| two[1].first > two[0].first - 60));
}

#[test]
fn a_hub_of_states_is_about_one_node() {
    let graph = Graph::hub_of_states(5_000, 30);
    assert_eq!(graph.facts.len(), 5_000);
    assert!(graph.facts.iter().all(|fact| fact.subject == 0 && fact.last - fact.first == 29));
    assert_eq!(graph.facts.iter().collect::<HashSet<_>>().len(), 5_000);
}

#[test]
fn names_and_ids_are_different() {
    let names: Vec<String> = (0..50_000).chain(2_000_000..2_050_000).map(generator::vocabulary::name).collect();
    assert_eq!(names.iter().map(|name| fold(name)).collect::<HashSet<_>>().len(), names.len());
    assert_eq!(names.iter().map(|name| slug(name)).collect::<HashSet<_>>().len(), names.len());
}

/// Lines and commits are two forms of one graph: what is loaded by either is the same store.
#[tokio::test]
async fn imported_lines_are_the_facts_of_the_commits() {
    let graph = graph(Mix::Mixed, 3_000);
    let store = Arc::new(MemoryStore::new());
    store.set_ontology(&generator::vocabulary::ontology_file()).unwrap();
    let engine = Engine::start(store, Arc::new(RuleExtractor::new())).unwrap();
    let mut session = engine.import_session(FactsOptions::default());
    let text = text(&graph);
    for cut in cuts(text.as_bytes()) {
        session.push_cut(cut).await.unwrap();
    }
    let (reply, _) = session.finish().await.unwrap();
    assert_eq!((reply.created, reply.rejected), (3_000, 0));
    let commit = Commits::of(&graph).next(3_000);
    let view = engine.view();
    let reading = view.newest();
    assert_eq!(reading.node_count(), graph.nodes);
    for record in &commit.nodes {
        assert_eq!(reading.node_by_id(record.node.id.as_str()), Some(record.number));
    }
    for record in &commit.facts {
        assert_eq!(reading.fact(record.number).map(|fact| fact.id), Some(record.id));
    }
}

/// Every question, on one run and on several, of points and of spans.
#[test]
fn the_arrays_answer_what_the_store_answers() {
    let once = Budget {
        rounds: 0,
        time: Duration::ZERO,
    };
    for mix in [Mix::Events, Mix::Mixed, Mix::Spans] {
        let mut graph = graph(mix, 4_000);
        graph.shuffle();
        let world = World::of(format!("{mix:?}"), &graph);
        for question in Question::ALL {
            let answered = question.ask(&world, Nodes::Any, once);
            // One pass by day knows of facts of one day alone.
            let is_asked = mix == Mix::Events || question != Question::ArrivalByPass;
            assert_eq!(answered.cases > 0, is_asked);
        }
    }
}

#[test]
fn the_arrays_hold_every_fact_twice() {
    let graph = graph(Mix::Events, 4_000);
    let world = World::of("events", &graph);
    let mut seen: HashMap<FactNumber, u32> = HashMap::new();
    for node in 0..world.arrays.nodes() {
        for entry in world.arrays.list(node) {
            *seen.entry(world.arrays.number(entry.rank)).or_default() += 1;
        }
    }
    assert!(seen.len() == 4_000 && seen.values().all(|count| *count == 2));
    assert!(world.arrays.bytes_a_fact() < 40.0);
}

#[test]
fn rows_and_sizes_are_read() {
    let read = |text: &str| Arguments::read(text.split_whitespace().map(str::to_owned));
    let some = read("--bench --rows 8,1 --sizes 1M,100k").unwrap();
    assert_eq!(some.rows, BTreeSet::from([1, 8]));
    assert_eq!(some.sizes, [100_000, 1_000_000]);
    assert_eq!(read("").unwrap().sizes, [100_000, 1_000_000, 10_000_000]);
    assert_eq!(Arguments::read(["--rows".to_owned(), String::new()]).unwrap(), read("").unwrap());
    for wrong in ["--rows 9", "--sizes many", "--sizes 5000M", "--fast"] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_target_is_met_or_missed_or_could_not_be_held_against_anything() {
    let cells = |figure: Figure| {
        let mut table = table::Table::default();
        table.group("1. a row");
        table.add(figure);
        table.markdown().lines().nth(3).unwrap().to_owned()
    };
    let time = |seconds| Value::Time(seconds);
    let against = |ours, floor, target| cells(Figure::against("x", ours, floor, target));
    assert_eq!(
        against(time(3e-6), time(1.5e-6), Target::TimesFloor(3.0)),
        "| x | 3.00 µs | 1.50 µs | 2.00 | ≤ 3 × | met |"
    );
    let slow = against(Value::PerSecond(5e3), Value::PerSecond(10e3), Target::ShareOfFloor(0.6));
    assert_eq!(slow, "| x | 5.00 k/s | 10.0 k/s | 0.50 | ≥ 0.6 × | missed |");
    assert!(against(time(1.0), Value::None, Target::TimesFloor(3.0)).ends_with("| not measured |"));
    let small = cells(Figure::alone("x", Value::Bytes(2e6), Target::AtMost(Value::Bytes(3e6))));
    assert_eq!(small, "| x | 2.00 MB |  |  | ≤ 3.00 MB | met |");
}

#[test]
fn percentiles_are_over_the_cases() {
    let times = Times::new((0..100).rev().map(f64::from).collect());
    assert_eq!((times.p50(), times.p99(), times.longest()), (50.0, 99.0, 99.0));
    assert!(Times::default().p50() == 0.0);
}

#[test]
fn an_answer_ends_where_its_length_says() {
    let bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP";
    let head = head(bytes).unwrap();
    assert_eq!((head.status, end(bytes, head)), (200, Some(bytes.len() - 4)));
    assert_eq!(end(&bytes[..bytes.len() - 5], head), None);
    assert_eq!(body(bytes, head), b"hello");
}

#[test]
fn an_answer_in_chunks_ends_with_the_empty_one() {
    let bytes = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n2\r\n!!\r\n0\r\n\r\n";
    let head = head(bytes).unwrap();
    assert_eq!(end(bytes, head), Some(bytes.len()));
    assert_eq!(end(&bytes[..bytes.len() - 1], head), None);
    assert_eq!(body(bytes, head), b"hello!!");
}

#[test]
fn half_a_head_is_none() {
    assert_eq!(head(b"HTTP/1.1 200 OK\r\nContent-Le"), None);
}

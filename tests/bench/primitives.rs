//! The hot primitives one by one, for whoever works on them: `cargo bench --bench primitives`.
//!
//! Numbers here have no floor and no target; `make bench` has both.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    reason = "a benchmark stops where something is wrong, and its numbers are below 2³¹"
)]
#![expect(dead_code, reason = "the tests and the runner use the rest of these modules")]

mod floors;
mod generator;
mod icews;
mod world;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use dateline::format::{Columns, Form, Table};
use dateline::model::NodeNumber;
use dateline::query::{self, FilterParams, Lookup, TimelineParams};

use generator::{MEAN_DEGREE, Recipe};
use world::{World, asking};

const FACTS: u32 = 100_000;

fn world() -> World {
    let mut graph = Recipe::events(FACTS).draw();
    graph.shuffle();
    World::of("100k", &graph)
}

/// The node with the most facts.
fn hub(world: &World) -> NodeNumber {
    let degree = |node: &u32| world.arrays.degree(*node);
    NodeNumber((0..world.arrays.nodes()).max_by_key(degree).unwrap())
}

/// Two nodes of the mean degree.
fn two(world: &World) -> [NodeNumber; 2] {
    let mut nodes = (0..world.arrays.nodes()).filter(|node| world.arrays.degree(*node) == MEAN_DEGREE);
    [(); 2].map(|()| NodeNumber(nodes.next().unwrap()))
}

fn primitives(criterion: &mut Criterion) {
    let world = world();
    let (hub, [from, to]) = (hub(&world), two(&world));
    let ask = asking(&world.merged);
    let everything = Lookup::new(&ask, &FilterParams::default()).unwrap();
    let relation = world.arrays.list(hub.0)[0].relation();
    let some = FilterParams {
        relation: vec![world.merged.ontology().relations()[usize::from(relation)].name.to_string()],
        since: Some("2018-01-01".to_owned()),
        until: Some("2018-12-31".to_owned()),
        ..FilterParams::default()
    };
    let some = Lookup::new(&ask, &some).unwrap();
    criterion.bench_function("timeline/first-page-of-a-hub", |bencher| {
        bencher.iter(|| everything.page(black_box(hub), None, 100).unwrap());
    });
    criterion.bench_function("neighbourhood/one-hop-of-a-hub-one-relation-one-year", |bencher| {
        bencher.iter(|| some.around(black_box(hub), 1, 25, 300).unwrap());
    });
    criterion.bench_function("neighbourhood/two-hops", |bencher| {
        bencher.iter(|| everything.around(black_box(from), 2, 25, 100).unwrap());
    });
    criterion.bench_function("paths/shortest-length", |bencher| {
        bencher.iter(|| everything.shortest_length(black_box(from), black_box(to), 6).unwrap());
    });
    let params = TimelineParams {
        node: vec![ask.reading.node(hub).unwrap().id.to_string()],
        ..TimelineParams::default()
    };
    let page = query::timeline(&ask, &params, &FilterParams::default()).unwrap();
    let table = Table::new(Columns::Timeline, &[]);
    criterion.bench_function("format/json-of-a-page-of-100", |bencher| {
        bencher.iter(|| table.write(Form::Json, black_box(&page)).unwrap());
    });
}

criterion_group!(benches, primitives);
criterion_main!(benches);

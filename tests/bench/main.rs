//! The benchmark: measures what the project promises of its speed and size, and prints one table.
//!
//! ```text
//! make bench                           everything; an hour on two cores
//! make bench ROWS=1,8 SIZES=100k,1M    some rows, some sizes
//! ```
//!
//! Every figure stands beside a floor measured in the same run: the least that could do the same. A target that is
//! missed is printed as missed and fails nothing; answers that differ from the floor's stop the run.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    reason = "a benchmark stops where something is wrong, and its numbers are below 2³¹"
)]

mod arguments;
mod children;
mod client;
mod floors;
mod generator;
mod icews;
mod measure;
mod pause;
mod process;
mod rows;
mod stores;
mod table;
mod world;

use std::process::ExitCode;

use arguments::{Arguments, said};
use generator::Recipe;
use stores::Stores;
use table::Table;
use world::World;

fn main() -> ExitCode {
    let given: Vec<String> = std::env::args().skip(1).collect();
    if let Some((process::CHILD, rest)) = given.split_first().map(|(first, rest)| (first.as_str(), rest)) {
        children::run(rest);
        return ExitCode::SUCCESS;
    }
    let arguments = match Arguments::read(given) {
        Ok(arguments) => arguments,
        Err(reason) => {
            eprintln!("{reason}");
            return ExitCode::from(2);
        }
    };
    let head = measure::machine();
    println!("{head}");
    let mut table = Table::default();
    run(&arguments, &mut table);
    let [met, missed, unknown] = table.counts();
    let sum = format!("{met} targets met, {missed} missed, {unknown} not measured");
    println!("\n{head}\n\n{}\n{sum}", table.plain());
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench.md");
    match table.save(&format!("{head}. {sum}."), &path) {
        Ok(()) => println!("in Markdown: {}", path.display()),
        Err(error) => eprintln!("{}: {error}", path.display()),
    }
    ExitCode::SUCCESS
}

/// Measures row by row; graphs are dropped before the next is made.
fn run(arguments: &Arguments, table: &mut Table) {
    if arguments.wants(1) {
        match World::icews() {
            Some(world) => rows::questions(&world, table),
            None => table.note("1. ICEWS18 is skipped: there is no ../shared/data/icews18"),
        }
    }
    if arguments.wants(2) {
        rows::states(table);
    }
    let mut curve = rows::Curve::default();
    for facts in &arguments.sizes {
        let in_process = arguments.wants(1) && *facts >= 1_000_000;
        if !in_process && !arguments.wants(8) {
            continue;
        }
        let mut graph = Recipe::events(*facts).draw();
        graph.shuffle();
        let world = World::of(format!("{} generated events", said(*facts)), &graph);
        drop(graph);
        if in_process {
            rows::questions(&world, table);
        }
        if arguments.wants(8) {
            curve.point(*facts, &world);
        }
    }
    curve.row(table);
    on_disk(arguments, table);
}

/// Rows that need a store on disk. Row 7 comes last of a size: it adds facts.
fn on_disk(arguments: &Arguments, table: &mut Table) {
    let sizes: Vec<u32> = arguments.large().collect();
    let mut stores = Stores::new();
    for facts in &sizes {
        if arguments.wants(4) {
            rows::load(*facts, &mut stores, table);
        }
        if arguments.wants(5) {
            rows::restart(*facts, &mut stores, table);
        }
        if arguments.wants(3) {
            rows::memory(*facts, &mut stores, table);
        }
        let is_smallest = facts == sizes.iter().min().unwrap_or(facts);
        if is_smallest && arguments.wants(6) {
            rows::http(*facts, &mut stores, table);
        }
        if is_smallest && arguments.wants(7) {
            rows::writers(*facts, &mut stores, table);
        }
        if arguments.wants(7) && Some(facts) == sizes.iter().max() {
            rows::pause(*facts, &mut stores, table);
        }
        stores.forget(*facts);
    }
}

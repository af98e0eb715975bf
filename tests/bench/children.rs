//! What this program does as a child of itself: one thing, in a process of its own.

use std::path::Path;
use std::time::Duration;

use dateline::view::View;

use crate::floors;
use crate::generator::{self, Commits, Mix, Recipe};
use crate::measure::memory::of_this_process;
use crate::pause::pause;

/// Facts of a commit while a view is built.
const COMMIT: usize = 2_000;

/// Does what the arguments say. Numbers go to standard output, a line each.
pub(crate) fn run(arguments: &[String]) {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["memory", mix, facts] => memory(mix_of(mix), number(facts)),
        ["sled", facts, folder] => {
            let written = floors::sled::write(&Recipe::events(number(facts)).draw(), Path::new(folder));
            say("seconds", written.seconds);
            say("rows", written.rows as f64);
            say("bytes", written.bytes as f64);
        }
        ["fsync", seconds, folder] => {
            let time = Duration::from_secs(number(seconds).into());
            let written = floors::sled::write_singly(&Recipe::events(200_000).draw(), Path::new(folder), time);
            say("rows a second", written.rows as f64 / written.seconds);
        }
        ["pause", data, facts] => pause(Path::new(data), number(facts)),
        ["axum", folder, address] => floors::axum::serve(Path::new(folder), address.parse().unwrap()),
        _ => panic!("no child does {words:?}"),
    }
}

pub(crate) fn say(name: &str, value: f64) {
    println!("{name} {value}");
}

fn number(text: &str) -> u32 {
    text.parse().unwrap()
}

fn mix_of(word: &str) -> Mix {
    match word {
        "events" => Mix::Events,
        "mixed" => Mix::Mixed,
        "spans" => Mix::Spans,
        _ => panic!("no mix is called {word}"),
    }
}

/// Builds a view as a store does, commit by commit, and says what the process then holds more than before.
fn memory(mix: Mix, facts: u32) {
    let before = of_this_process().resident;
    let recipe = Recipe {
        mix,
        ..Recipe::events(facts)
    };
    let mut view = View::new(generator::ontology());
    {
        let graph = recipe.draw();
        let mut commits = Commits::of(&graph);
        while commits.left() > 0 {
            view.apply(&commits.next(COMMIT));
        }
    }
    view.merge();
    say("resident", (of_this_process().resident - before) as f64);
    let memory = view.memory();
    say("graph", memory.graph() as f64);
    say("ids", (memory.fact_ids + memory.fact_index) as f64);
    say("nodes", (memory.nodes + memory.node_index) as f64);
    for (part, bytes) in [
        ("lists", memory.lists),
        ("neighbours", memory.neighbours),
        ("days", memory.days),
        ("contents", memory.facts + memory.values + memory.evidence),
    ] {
        say(part, bytes as f64);
    }
    // What is measured must still be there.
    say("facts", f64::from(view.newest().fact_count()));
}

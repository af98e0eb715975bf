//! Row 4: loading facts from a file, against raw sled.

use std::fs;

use super::not_measured;
use crate::arguments::said;
use crate::generator::Recipe;
use crate::measure::Times;
use crate::process::{Run, measured};
use crate::stores::{self, Loaded, Stores, WATCHED};
use crate::table::{Figure, Table, Target, Value};

/// How often a load of up to a million facts is done, in turn with its floor.
const ROUNDS: usize = 3;

/// Loads so many facts.
pub(crate) fn row(facts: u32, stores: &mut Stores, table: &mut Table) {
    table.group(format!(
        "4. Load of {} facts from NDJSON until they are durable, against raw sled",
        said(facts)
    ));
    if let Err(reason) = measure(facts, stores, table) {
        not_measured(table, &reason);
    }
}

fn measure(facts: u32, stores: &mut Stores, table: &mut Table) -> Result<(), String> {
    let (mut floors, mut ours) = (Vec::new(), Vec::new());
    let mut raw_bytes = 0.0;
    let rounds = if facts > 1_000_000 { 1 } else { ROUNDS };
    for round in 0..rounds {
        let folder = stores.place("raw-sled");
        let floor = measured(&["sled", &facts.to_string(), &folder.display().to_string()])?;
        fs::remove_dir_all(&folder).unwrap();
        floors.push(floor["seconds"]);
        raw_bytes = floor["bytes"];
        // The last load is the one that stays.
        ours.push(if round + 1 == rounds {
            stores.of(facts)?.import.seconds
        } else {
            once_more(facts, stores)?.seconds
        });
    }
    let rate = |seconds: Vec<f64>| Value::PerSecond(f64::from(facts) / Times::new(seconds).p50());
    let loaded = stores.of(facts)?;
    table.add(Figure::against(
        "facts a second",
        rate(ours),
        rate(floors),
        Target::ShareOfFloor(0.8),
    ));
    let most = if facts > 1_000_000 { 3e9 } else { 600e6 };
    let peak = Value::Bytes(loaded.import.peak as f64);
    table.add(Figure::alone("peak memory of the import", peak, Target::AtMost(Value::Bytes(most))));
    if let Some((first, last)) = tenths(&loaded.import) {
        let rate = |seconds: f64| Value::PerSecond(f64::from(WATCHED / 10) / seconds);
        let what = format!("the last tenth of {} facts, against the first", said(WATCHED));
        table.add(Figure::against(what, rate(last), rate(first), Target::ShareOfFloor(0.7)));
    }
    disk(loaded, raw_bytes, table);
    Ok(())
}

fn disk(loaded: &Loaded, raw_bytes: f64, table: &mut Table) {
    let a_fact = |bytes: f64| Value::BytesAFact(bytes / f64::from(loaded.facts));
    let figure = |what: &str, bytes: f64, target| Figure::against(what, a_fact(bytes), a_fact(raw_bytes), target);
    let raw = "against the raw records";
    match &loaded.compacted {
        Ok(bytes) => table.add(figure(
            &format!("disk a fact after dateline compact, {raw}"),
            *bytes as f64,
            Target::TimesFloor(2.2),
        )),
        Err(reason) => not_measured(table, &format!("disk after dateline compact: {reason}")),
    }
    table.add(figure(&format!("disk a fact before, {raw}"), loaded.bytes as f64, Target::Known));
}

/// Loads the same facts into a store that does not stay.
fn once_more(facts: u32, stores: &Stores) -> Result<Run, String> {
    let files = stores.files(&Recipe::events(facts).draw());
    let data = stores.place("data-again");
    let run = stores::import(&data, &files);
    for file in files {
        fs::remove_file(file).unwrap();
    }
    fs::remove_dir_all(data).unwrap();
    run
}

/// Seconds of the first and the last of ten files, by the line that tells of each.
fn tenths(import: &Run) -> Option<(f64, f64)> {
    let ends: Vec<f64> = import
        .lines
        .iter()
        .filter(|(_, line)| line.contains("facts-"))
        .map(|(at, _)| *at)
        .collect();
    (ends.len() >= 10).then(|| (ends[0], ends[9] - ends[8]))
}

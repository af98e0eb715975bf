//! Row 5: from the start of the process to the first answer.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::time::Instant;

use super::not_measured;
use crate::arguments::said;
use crate::measure::Times;
use crate::process::Server;
use crate::stores::{Loaded, Stores, files_in};
use crate::table::{Figure, Table, Target, Value};

const ROUNDS: usize = 3;

/// Starts a server on a store of so many facts, again and again.
pub(crate) fn row(facts: u32, stores: &mut Stores, table: &mut Table) {
    table.group(format!(
        "5. Restart with {} facts, against the bare read of the same files",
        said(facts)
    ));
    let measured = stores.of(facts).and_then(measure);
    match measured {
        Ok((ours, read)) => {
            let most = if facts > 1_000_000 { 5.0 } else { 1.5 };
            let target = Target::AtMost(Value::Time(most));
            table.add(Figure::against(
                "from start to first answer",
                Value::Time(ours),
                Value::Time(read),
                target,
            ));
        }
        Err(reason) => not_measured(table, &reason),
    }
}

fn measure(store: &Loaded) -> Result<(f64, f64), String> {
    let (mut ours, mut reads) = (Vec::new(), Vec::new());
    let question = format!("/v1/timeline?node={}", store.full[0]);
    for _ in 0..ROUNDS {
        // First the bare read: whoever comes second finds the files in the kernel's memory.
        reads.push(read(&store.data));
        ours.push(Server::of_store(&store.data, &question)?.seconds);
    }
    Ok((Times::new(ours).p50(), Times::new(reads).p50()))
}

/// Reads every byte once, and does nothing with it.
fn read(folder: &Path) -> f64 {
    let start = Instant::now();
    let mut buffer = vec![0; 1 << 20];
    for file in files_in(folder) {
        let mut file = File::open(file).unwrap();
        while file.read(&mut buffer).unwrap() > 0 {}
    }
    start.elapsed().as_secs_f64()
}

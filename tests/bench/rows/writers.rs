//! Row 7: many writers at once, and readers beside them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::not_measured;
use crate::arguments::said;
use crate::client::{Load, Pace, get, load, post};
use crate::generator::lines::line;
use crate::generator::{Drawn, Recipe};
use crate::measure::Times;
use crate::process::{Server, measured};
use crate::stores::Stores;
use crate::table::{Figure, Table, Target, Value};

const WRITERS: usize = 16;
const TIME: Duration = Duration::from_secs(8);
/// Reads idle and beside writers in turn, so often and so long each.
const TURNS: usize = 4;
const TURN: Duration = Duration::from_secs(4);
/// Facts that writers have to give.
const SUPPLY: u32 = 2_000_000;

/// Writes to a server that holds so many facts.
pub(crate) fn row(facts: u32, stores: &mut Stores, table: &mut Table) {
    table.group(format!("7. {WRITERS} writers, one fact a request, at {} facts", said(facts)));
    if let Err(reason) = measure(facts, stores, table) {
        not_measured(table, &reason);
    }
}

/// How long a merge keeps a read waiting, at so many facts.
pub(crate) fn pause(facts: u32, stores: &mut Stores, table: &mut Table) {
    table.group(format!(
        "7. Reads in process while facts come in and runs are merged, at {} facts",
        said(facts)
    ));
    let measured = stores
        .of(facts)
        .map(|store| store.data.display().to_string())
        .and_then(|data| measured(&["pause", &data, &facts.to_string()]));
    match measured {
        Ok(found) => {
            let time = |name: &str| Value::Time(found[name]);
            let most = Target::AtMost(Value::Time(5e-3));
            let figure = |what: &str, writing: &str, idle: &str, target| Figure::against(what, time(writing), time(idle), target);
            table.add(figure(
                "the longest read, against the longest while nothing is written",
                "longest",
                "longest idle",
                most,
            ));
            table.add(figure("p99.9 of the reads", "p999", "p999 idle", Target::Known));
            table.note(format!(
                "{:.0} facts came in meanwhile, {:.0} reads were made",
                found["written"], found["reads"]
            ));
        }
        Err(reason) => not_measured(table, &reason),
    }
}

fn measure(facts: u32, stores: &mut Stores, table: &mut Table) -> Result<(), String> {
    let folder = stores.place("fsync");
    let floor = measured(&["fsync", "5", &folder.display().to_string()])?["rows a second"];
    std::fs::remove_dir_all(folder).unwrap();
    let store = stores.of(facts)?;
    let pages: Vec<Vec<u8>> = store
        .full
        .iter()
        .map(|node| get(&format!("/v1/timeline?limit=100&node={node}")))
        .collect();
    let server = Server::of_store(&store.data, &format!("/v1/timeline?node={}", store.full[0]))?;
    // Facts of another chance about the same nodes.
    let supply = Recipe {
        seed: 7_000,
        ..Recipe::events(facts.min(SUPPLY))
    };
    let mut supply = Supply::new(supply.draw().facts);
    let full = supply.write(&server, Pace::Full, TIME)?;
    let half = supply.write(&server, Pace::PerSecond(full.rate / 2.0), TIME)?;
    let (mut idle, mut busy) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let reader = Reader::start(&server, &pages);
        std::thread::sleep(TURN);
        idle.extend(reader.stop());
        let reader = Reader::start(&server, &pages);
        supply.write(&server, Pace::PerSecond(full.rate / 2.0), TURN)?;
        busy.extend(reader.stop());
    }
    let (idle, busy) = (Times::new(idle), Times::new(busy));
    let per_second = Value::PerSecond;
    table.add(Figure::against(
        "facts a second acknowledged, against one fsync a fact",
        per_second(full.rate),
        per_second(floor),
        Target::ShareOfFloor(5.0),
    ));
    let p99 = Value::Time(Times::new(half.seconds).p99());
    table.add(Figure::alone(
        "acknowledgement at half of that rate, p99",
        p99,
        Target::AtMost(Value::Time(0.1)),
    ));
    for (what, ours, idle, target) in [
        ("p99", busy.p99(), idle.p99(), Target::TimesFloor(2.0)),
        ("p50", busy.p50(), idle.p50(), Target::Known),
    ] {
        table.add(Figure::against(
            format!("a timeline page over HTTP meanwhile, against the idle store, {what}"),
            Value::Time(ours),
            Value::Time(idle),
            target,
        ));
    }
    Ok(())
}

/// Facts that have not been written yet.
struct Supply {
    facts: Arc<Vec<Drawn>>,
    next: usize,
}

impl Supply {
    fn new(facts: Vec<Drawn>) -> Self {
        Self {
            facts: Arc::new(facts),
            next: 0,
        }
    }

    fn write(&mut self, server: &Server, pace: Pace, time: Duration) -> Result<Load, String> {
        let (facts, first) = (self.facts.clone(), self.next);
        let next = move |writer: usize, turn: usize| {
            let fact = &facts[(first + turn * WRITERS + writer) % facts.len()];
            post("/v1/facts", "application/json", line(fact).trim_end())
        };
        let load = load(server.address, WRITERS, time, pace, next).map_err(|error| error.to_string())?;
        self.next += load.seconds.len() + WRITERS * 2;
        Ok(load)
    }
}

/// A client that asks for page after page on one connection.
struct Reader {
    stop: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<Vec<f64>>,
}

impl Reader {
    fn start(server: &Server, pages: &[Vec<u8>]) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let (mut connection, pages, stopped) = (server.connect(), pages.to_vec(), stop.clone());
        let thread = std::thread::spawn(move || {
            let mut seconds = Vec::new();
            for page in pages.iter().cycle() {
                if stopped.load(Ordering::Relaxed) {
                    break;
                }
                let start = Instant::now();
                let (status, _) = connection.ask(page).unwrap();
                seconds.push(start.elapsed().as_secs_f64());
                assert_eq!(status, 200);
            }
            seconds
        });
        Self { stop, thread }
    }

    fn stop(self) -> Vec<f64> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

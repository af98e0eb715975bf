//! Row 6: over HTTP, against a bare axum handler that sends the same bytes ready-made.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::Path;
use std::time::Duration;

use super::not_measured;
use crate::client::{Connection, Pace, get, load};
use crate::generator::Recipe;
use crate::generator::lines::line;
use crate::measure::{Budget, Times, rounds, way};
use crate::process::Server;
use crate::stores::{self, Stores, id};
use crate::table::{Figure, Table, Target, Value};

/// Connections at once where requests a second are counted.
const CONNECTIONS: [usize; 2] = [8, 64];
/// How long a load lasts, and how often each server has its turn.
const LOAD: Duration = Duration::from_secs(2);
const TURNS: usize = 3;
/// Facts with quotes.
const QUOTED: u32 = 100_000;

/// Asks a server that holds so many facts.
pub(crate) fn row(facts: u32, stores: &mut Stores, table: &mut Table) {
    for (what, route) in [
        ("a timeline page of 100", "/v1/timeline?limit=100&node="),
        ("a one-hop neighbourhood of 100", "/v1/neighbourhood?limit=100&node="),
    ] {
        table.group(format!("6. Over HTTP, {what}, against bare axum sending the same bytes"));
        if let Err(reason) = questions(facts, stores, route, table) {
            not_measured(table, &reason);
        }
    }
    table.group("6. Over HTTP, a timeline page of 100 with quotes");
    if let Err(reason) = quotes(stores, table) {
        not_measured(table, &reason);
    }
}

fn questions(facts: u32, stores: &mut Stores, route: &str, table: &mut Table) -> Result<(), String> {
    let answers = stores.place("answers");
    let store = stores.of(facts)?;
    let targets: Vec<String> = store.full.iter().map(|node| format!("{route}{node}")).collect();
    let server = Server::of_store(&store.data, &targets[0])?;
    let bytes = keep(&server, &targets, &answers).map_err(|error| error.to_string())?;
    let floor = Server::of_floor(&["axum", &answers.display().to_string()], "/ready/0")?;
    let numbered = |kind: &str| (0..targets.len()).map(|number| format!("/{kind}/{number}")).collect::<Vec<_>>();
    let sides = [(&server, targets.clone()), (&floor, numbered("ready")), (&floor, numbered("rows"))];
    let same = fs::read(answers.join("0")).map_err(|error| error.to_string())?;
    assert_eq!(floor.connect().get("/ready/0").unwrap().body, same);
    let (one, many) = (latencies(&sides), requests(&sides));
    fs::remove_dir_all(answers).unwrap();
    let what = |what: &str| format!("{what}, {:.0} kB", bytes as f64 / 1e3);
    let time = |what: String, floor: &Times, target| Figure::against(what, Value::Time(one[0].p50()), Value::Time(floor.p50()), target);
    table.add(time(what("one connection, p50"), &one[1], Target::TimesFloor(1.5)));
    table.add(time(what("one connection, p50, against serde_json"), &one[2], Target::Known));
    for (connections, rates) in CONNECTIONS.into_iter().zip(many.map_err(|error| error.to_string())?) {
        let [ours, ready, rows] = rates.map(Value::PerSecond);
        let what = format!("requests a second at {connections} connections");
        table.add(Figure::against(what.clone(), ours, ready, Target::ShareOfFloor(0.6)));
        table.add(Figure::against(format!("{what}, against serde_json"), ours, rows, Target::Known));
    }
    Ok(())
}

/// Keeps the server's answers as files, and gives their mean size.
fn keep(server: &Server, targets: &[String], folder: &Path) -> io::Result<usize> {
    fs::create_dir_all(folder)?;
    let mut connection = server.connect();
    let mut bytes = 0;
    for (number, target) in targets.iter().enumerate() {
        let reply = connection.get(target)?;
        if reply.status != 200 {
            return Err(io::Error::other(format!("{target} was answered with {}", reply.status)));
        }
        bytes += reply.body.len();
        fs::write(folder.join(number.to_string()), reply.body)?;
    }
    Ok(bytes / targets.len())
}

/// Each server, and what it is asked.
type Side<'s> = (&'s Server, Vec<String>);

/// Times on one connection to each.
fn latencies(sides: &[Side<'_>; 3]) -> Vec<Times> {
    let mut ways: Vec<_> = sides
        .iter()
        .map(|(server, targets)| {
            let requests: Vec<Vec<u8>> = targets.iter().map(|target| get(target)).collect();
            let mut connection: Connection = server.connect();
            way(move |number: &usize| assert_eq!(connection.ask(&requests[*number]).unwrap().0, 200))
        })
        .collect();
    let numbers: Vec<usize> = (0..sides[0].1.len()).collect();
    let budget = Budget {
        rounds: 60,
        time: Duration::from_secs(15),
    };
    rounds(&numbers, &mut ways, budget)
}

/// Requests a second of each, at each number of connections.
fn requests(sides: &[Side<'_>; 3]) -> io::Result<Vec<[f64; 3]>> {
    CONNECTIONS
        .into_iter()
        .map(|connections| {
            let mut rates = [const { Vec::new() }; 3];
            for _ in 0..TURNS {
                for ((server, targets), rates) in sides.iter().zip(&mut rates) {
                    let requests: Vec<Vec<u8>> = targets.iter().map(|target| get(target)).collect();
                    let next = move |connection: usize, turn: usize| requests[(connection * 7 + turn) % requests.len()].clone();
                    rates.push(load(server.address, connections, LOAD, Pace::Full, next)?.rate);
                }
            }
            Ok(rates.map(|rates| Times::new(rates).p50()))
        })
        .collect()
}

/// Pages with quotes, which memory does not hold: the first time after a start, and from then on.
fn quotes(stores: &Stores, table: &mut Table) -> Result<(), String> {
    let data = stores.place("data-quotes");
    let file = stores.place("quotes.ndjson");
    let nodes = quoted_file(&file).map_err(|error| error.to_string())?;
    stores::import(&data, std::slice::from_ref(&file))?;
    fs::remove_file(&file).unwrap();
    let target = |node: &String, with: &str| get(&format!("/v1/timeline?limit=100&node={node}{with}"));
    let server = Server::of_store(&data, &format!("/v1/timeline?node={}", nodes[0]))?;
    let mut connection = server.connect();
    let mut cold = Vec::new();
    for node in &nodes {
        let start = std::time::Instant::now();
        let (status, _) = connection.ask(&target(node, "&include=quote")).map_err(|error| error.to_string())?;
        cold.push(start.elapsed().as_secs_f64());
        assert_eq!(status, 200);
    }
    let mut bare = server.connect();
    let mut ways = [
        way(|node: &String| connection.ask(&target(node, "&include=quote")).unwrap()),
        way(|node: &String| bare.ask(&target(node, "")).unwrap()),
    ];
    let times = rounds(&nodes, &mut ways, Budget::default());
    let without = Value::Time(times[1].p50());
    for (what, time) in [
        ("warm", times[0].p50()),
        ("cold: first asked after a start", Times::new(cold).p50()),
    ] {
        let what = format!("include=quote, {what}, p50, against the page without");
        table.add(Figure::against(what, Value::Time(time), without, Target::Known));
    }
    drop(server);
    fs::remove_dir_all(data).unwrap();
    Ok(())
}

/// Writes facts with quotes; gives nodes with full pages.
fn quoted_file(path: &Path) -> io::Result<Vec<String>> {
    let graph = Recipe::events(QUOTED).draw();
    let mut to = BufWriter::new(File::create(path)?);
    let mut degrees = vec![0; graph.nodes as usize];
    for (number, fact) in graph.facts.iter().enumerate() {
        let plain = line(fact);
        let quote = format!(
            "\"The two sides met again on the matter, a spokesman said, and number {number} of their statements was handed to reporters.\""
        );
        writeln!(to, "{},\"quote\":{quote}}}", plain.trim_end().trim_end_matches('}'))?;
        degrees[fact.subject as usize] += 1;
        degrees[fact.object as usize] += 1;
    }
    to.flush()?;
    Ok((0..graph.nodes)
        .filter(|node| degrees[*node as usize] >= 100)
        .take(50)
        .map(id)
        .collect())
}

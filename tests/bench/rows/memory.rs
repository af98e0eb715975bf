//! Row 3: what the view takes a fact, and what a server holds after a restart and a while of questions.

use std::io;

use super::not_measured;
use crate::arguments::said;
use crate::process::{Server, measured};
use crate::stores::{Loaded, Stores};
use crate::table::{Figure, Table, Target, Value};

/// Bytes a fact and beside them that a server may hold.
const SERVER: (f64, f64) = (120.0, 150e6);

/// Measures views of so many facts, and a server.
pub(crate) fn row(facts: u32, stores: &mut Stores, table: &mut Table) {
    table.group(format!("3. Memory, {} facts", said(facts)));
    for (mix, target) in [("events", Some(48.0)), ("mixed", None), ("spans", Some(64.0))] {
        let target = target.map_or(Target::Known, |most| Target::AtMost(Value::BytesAFact(most)));
        match measured(&["memory", mix, &facts.to_string()]) {
            Ok(parts) => {
                let a_fact = |part: &str| Value::BytesAFact(parts[part] / parts["facts"]);
                table.add(Figure::alone(format!("the view, {mix}, a fact"), a_fact("graph"), target));
                for (part, name) in [
                    ("lists", "of it lists by node and day"),
                    ("neighbours", "of it neighbours"),
                    ("days", "of it the list of the whole store"),
                    ("contents", "of it contents and provenance"),
                    ("ids", "beside it ids of facts and their index"),
                    ("nodes", "beside it nodes with ids and names, and what finds them"),
                    ("resident", "the process, built commit by commit"),
                ] {
                    table.add(Figure::alone(format!("{name}, {mix}, a fact"), a_fact(part), Target::Known));
                }
            }
            Err(reason) => not_measured(table, &reason),
        }
    }
    let resident = stores.of(facts).and_then(|store| server(store).map_err(|error| error.to_string()));
    match resident {
        Ok(bytes) => table.add(Figure::alone(
            "a server after a restart and 10,000 questions",
            Value::Bytes(bytes as f64),
            Target::AtMost(Value::Bytes(f64::from(facts) * SERVER.0 + SERVER.1)),
        )),
        Err(reason) => not_measured(table, &reason),
    }
}

/// What a server holds after a mix of questions.
fn server(store: &Loaded) -> io::Result<u64> {
    let question = |number: usize| {
        let [a, b] = [0, 1].map(|more| &store.some[(number * 7 + more * 3) % store.some.len()]);
        match number % 5 {
            0 => format!("/v1/timeline?node={a}"),
            1 => format!("/v1/neighbourhood?node={a}"),
            2 => format!("/v1/neighbourhood?node={a}&depth=2&limit=100"),
            3 => format!("/v1/paths?from={a}&to={b}"),
            _ => format!("/v1/facts?node={a}&include=quote"),
        }
    };
    let server = Server::of_store(&store.data, &question(0)).map_err(io::Error::other)?;
    let mut connection = server.connect();
    for number in 0..10_000 {
        // Two ends may be the same node, which is a question too; what counts is that it was answered.
        connection.get(&question(number))?;
    }
    Ok(server.memory().resident)
}

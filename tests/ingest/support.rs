//! An engine over a store in memory, and short ways to ask it.

use std::sync::Arc;

use dateline::extract::{Extraction, Extractor, Report};
use dateline::ingest::{Engine, FactIn, FactsOptions, FactsReply, IngestError, Line, OnError};
use dateline::model::{FactNumber, Node};
use dateline::store::{MemoryStore, Store};
use dateline::view::View;
use serde_json::{Value, json};

/// Reads nothing out of a report.
pub(crate) struct Blind;

impl Extractor for Blind {
    fn name(&self) -> &'static str {
        "blind-1"
    }
    fn extract(&self, _: &Report) -> Extraction {
        Extraction::default()
    }
}

pub(crate) fn engine() -> Arc<Engine> {
    Engine::start(Arc::new(MemoryStore::new()), Arc::new(Blind)).unwrap()
}

pub(crate) fn restarted(engine: &Engine) -> Arc<Engine> {
    Engine::start(engine.store().clone() as Arc<dyn Store>, Arc::new(Blind)).unwrap()
}

pub(crate) fn lines(rows: &Value) -> Vec<Line> {
    let rows = rows.as_array().unwrap();
    rows.iter()
        .zip(1..)
        .map(|(row, number)| Line::read(number, FactIn::from_json(&row.to_string())))
        .collect()
}

pub(crate) async fn post(engine: &Engine, rows: Value) -> FactsReply {
    engine.post_facts(lines(&rows), FactsOptions::default()).await.unwrap()
}

/// Posts, leaving wrong lines out; gives `problem pointer` of each.
pub(crate) async fn faults(engine: &Engine, rows: Value) -> Vec<String> {
    let how = FactsOptions {
        on_error: OnError::Skip,
        ..FactsOptions::default()
    };
    let reply = engine.post_facts(lines(&rows), how).await.unwrap();
    assert_eq!(reply.received, reply.created + reply.known + reply.rejected);
    reply
        .errors
        .iter()
        .map(|error| format!("{} {}", error.problem.trim_start_matches("/problems/"), error.pointer))
        .collect()
}

/// A meeting that is ready to be posted, with other keys in place of its own.
pub(crate) fn meeting(changes: Value) -> Value {
    let mut row = json!({
        "subject_name": "Li Zuocheng", "subject_type": "Person", "relation": "met_with",
        "object_name": "Min Aung Hlaing", "object_type": "Person",
        "valid": "2017-11-22", "publisher": "Reuters", "reported": "2017-11-24",
    });
    let (Value::Object(row_keys), Value::Object(changes)) = (&mut row, changes) else {
        panic!("not an object")
    };
    for (key, value) in changes {
        row_keys.insert(key, value);
    }
    row
}

pub(crate) fn node(view: &View, id: &str) -> Node {
    let reading = view.newest();
    let number = reading.node_by_id(id).unwrap_or_else(|| panic!("no node {id}"));
    reading.node(number).unwrap().clone()
}

pub(crate) fn fact_ids(view: &View) -> Vec<String> {
    let reading = view.newest();
    (0..view.head().counters.facts)
        .map(FactNumber)
        .filter(|number| reading.is_known(*number))
        .map(|number| reading.fact(number).unwrap().id.to_string())
        .collect()
}

pub(crate) fn field(error: &IngestError) -> String {
    match error {
        IngestError::Field { field, .. } => field.clone(),
        other => panic!("not a field: {other}"),
    }
}

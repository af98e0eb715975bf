//! Bare axum: handlers that have their answer ready, or its rows ready to be serialised.
//!
//! No parameters are read, nothing is looked up, logged, counted or limited. The runtime is the server's own kind.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path as Part, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use dateline::query::Row;
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::{Map, Value};

/// An answer of the server, both ways.
struct Ready {
    bytes: Bytes,
    rows: Answer,
}

/// An answer in pieces: its rows by their type, the few keys around them as they are.
struct Answer {
    around: Map<String, Value>,
    /// Under `facts` or `edges`.
    key: &'static str,
    rows: Vec<Row>,
}

impl Ready {
    fn read(bytes: Vec<u8>) -> Self {
        let mut around: Map<String, Value> = serde_json::from_slice(&bytes).unwrap();
        let key = if around.contains_key("edges") { "edges" } else { "facts" };
        let rows = serde_json::from_value(around.remove(key).unwrap()).unwrap();
        Self {
            bytes: bytes.into(),
            rows: Answer { around, key, rows },
        }
    }
}

impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in &self.around {
            map.serialize_entry(key, value)?;
        }
        map.serialize_entry(self.key, &self.rows)?;
        map.end()
    }
}

/// Serves the files of a folder, named by number: `/ready/3` as they are, `/rows/3` serialised anew each time.
pub(crate) fn serve(folder: &Path, address: SocketAddr) {
    let answer = |number: usize| std::fs::read(folder.join(number.to_string())).ok();
    let answers: Vec<Ready> = (0..).map_while(answer).map(Ready::read).collect();
    let router = Router::new()
        .route("/ready/{number}", get(ready))
        .route("/rows/{number}", get(rows))
        .with_state(Arc::new(answers));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(address).await.unwrap();
        axum::serve(listener, router).await.unwrap();
    });
}

async fn ready(State(answers): State<Arc<Vec<Ready>>>, Part(number): Part<usize>) -> Response {
    match answers.get(number) {
        Some(answer) => json(answer.bytes.clone()),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn rows(State(answers): State<Arc<Vec<Ready>>>, Part(number): Part<usize>) -> Response {
    let Some(answer) = answers.get(number) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    json(serde_json::to_vec(&answer.rows).unwrap().into())
}

fn json(bytes: Bytes) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], bytes).into_response()
}

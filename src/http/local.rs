//! `/local/…`: for dateline's own commands beside the server, which know the token from the data folder.
//!
//! Not part of the API and not in its description: `GET /local/export` (everything recorded, NDJSON),
//! `POST /local/import` (such an export, into an empty store), `POST /local/backup?into=DIR` (a copy of
//! the store, written by the server).

use std::io::{BufReader, Write};
use std::path::PathBuf;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use futures_util::{TryStreamExt as _, stream};
use serde_json::json;
use tokio::sync::mpsc;
use tokio_util::io::{StreamReader, SyncIoBridge};

use super::params::{Ask, BackupParams, NoParams};
use super::problem::{self, Problem};
use super::state::AppState;
use super::{answer, refusal};

/// Everything the store recorded, one JSON object a line.
pub(super) async fn export(State(app): State<AppState>, _asked: Ask<NoParams>) -> Result<Response, Problem> {
    let (send, mut pieces) = mpsc::channel::<std::io::Result<Bytes>>(4);
    let failed = send.clone();
    tokio::task::spawn_blocking(move || {
        let mut out = std::io::BufWriter::with_capacity(64 * 1024, Pieces { send });
        let written = app
            .engine()
            .export(&mut out)
            .map_err(std::io::Error::other)
            .and_then(|_| out.flush());
        if let Err(error) = written {
            tracing::warn!(error = &error as &dyn std::error::Error, "an export broke off");
            // Nobody listens any more when the client has left.
            drop(failed.blocking_send(Err(error)));
        }
    });
    let body = Body::from_stream(stream::poll_fn(move |context| pieces.poll_recv(context)));
    let mut response = Response::new(body);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    Ok(response)
}

/// Writes into a channel, and waits while it is full.
struct Pieces {
    send: mpsc::Sender<std::io::Result<Bytes>>,
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let piece = Bytes::copy_from_slice(bytes);
        self.send
            .blocking_send(Ok(piece))
            .map_err(|_| std::io::Error::from(std::io::ErrorKind::BrokenPipe))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Takes an export into an empty store, recorded times included.
pub(super) async fn import(State(app): State<AppState>, _asked: Ask<NoParams>, request: Request) -> Result<Response, Problem> {
    let chunks = Box::pin(request.into_body().into_data_stream().map_err(std::io::Error::other));
    let runtime = tokio::runtime::Handle::current();
    let reader = BufReader::with_capacity(64 * 1024, SyncIoBridge::new(StreamReader::new(chunks)));
    let imported = tokio::task::spawn_blocking(move || app.engine().import_export(reader, &runtime));
    let head = imported.await.map_err(|_| refusal::internal())??;
    answer::json(StatusCode::OK, &json!({"revision": head.revision}))
}

/// Writes a copy of the store into a new folder of this machine.
pub(super) async fn backup(State(app): State<AppState>, asked: Ask<BackupParams>) -> Result<Response, Problem> {
    let into = PathBuf::from(asked.own.into);
    if !into.is_absolute() {
        return Err(problem::INVALID_PARAMETER
            .with("into: is the whole path of a folder")
            .parameter("into"));
    }
    let written = tokio::task::spawn_blocking(move || app.engine().store().backup(&into));
    match written.await.map_err(|_| refusal::internal())? {
        Ok(head) => answer::json(StatusCode::OK, &json!({"revision": head.revision})),
        // The caller owns machine and folder: it may know why.
        Err(error) => Err(problem::INVALID_VALUE.with(error.to_string())),
    }
}

//! Bodies of any length, line by line: read on a thread of their own, handed over in small pieces.
//!
//! Memory is bounded by a few pieces: the reader waits for the channel, and the client for the reader.

use std::io::BufReader;

use axum::body::Body;
use futures_util::TryStreamExt as _;
use tokio::sync::mpsc;
use tokio_util::io::{StreamReader, SyncIoBridge};

use super::body::Kind;
use super::problem::Problem;
use super::state::AppState;
use crate::format::{Line, lines};
use crate::ingest::{FactsOptions, FactsReply};

/// Lines handed over at once.
const PIECE: usize = 250;

/// Takes in the facts of an NDJSON or CSV body as they come.
pub(super) async fn stream(app: &AppState, body: Body, kind: Kind, how: FactsOptions) -> Result<FactsReply, Problem> {
    let mut pieces = read(body, move |reader, hand_over| {
        if kind == Kind::Csv {
            in_pieces(lines::csv(reader), hand_over);
        } else {
            in_pieces(lines::ndjson(reader), hand_over);
        }
    });
    let mut session = app.engine().import_session(how);
    while let Some(piece) = pieces.recv().await {
        session.push(piece).await?;
    }
    Ok(session.finish().await?.0)
}

type Reader = BufReader<SyncIoBridge<StreamReader<futures_util::stream::BoxStream<'static, std::io::Result<bytes::Bytes>>, bytes::Bytes>>>;

/// Reads a body on a blocking thread; what `read` hands over comes out of the channel.
pub(super) fn read<T: Send + 'static>(
    body: Body,
    read: impl FnOnce(Reader, &mut dyn FnMut(Vec<T>) -> bool) + Send + 'static,
) -> mpsc::Receiver<Vec<T>> {
    let (send, pieces) = mpsc::channel(2);
    let chunks = Box::pin(body.into_data_stream().map_err(std::io::Error::other));
    let reader: Reader = BufReader::with_capacity(64 * 1024, SyncIoBridge::new(StreamReader::new(chunks)));
    tokio::task::spawn_blocking(move || read(reader, &mut |piece| send.blocking_send(piece).is_ok()));
    pieces
}

fn in_pieces(lines: impl Iterator<Item = Line>, hand_over: &mut dyn FnMut(Vec<Line>) -> bool) {
    let mut piece = Vec::with_capacity(PIECE);
    for line in lines {
        piece.push(line);
        // The other end is gone when the session failed.
        if piece.len() == PIECE && !hand_over(std::mem::replace(&mut piece, Vec::with_capacity(PIECE))) {
            return;
        }
    }
    if !piece.is_empty() {
        hand_over(piece);
    }
}

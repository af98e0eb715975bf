//! Bodies of any length, taken in as they come, in small pieces.
//!
//! Memory is bounded by a few pieces: whoever reads waits until there is room for the next, and the client waits
//! for who reads.

use std::io::BufReader;

use axum::body::Body;
use futures_util::TryStreamExt as _;
use tokio::sync::mpsc;
use tokio_util::io::{StreamReader, SyncIoBridge};

use super::body::Kind;
use super::problem::Problem;
use super::state::AppState;
use crate::format::{Cutter, Line, lines};
use crate::ingest::{FactsOptions, FactsReply, ImportSession, Part};

/// Lines handed over at once.
const PIECE: usize = 250;

/// Takes in the facts of an NDJSON or CSV body as they come.
pub(super) async fn stream(app: &AppState, body: Body, kind: Kind, how: FactsOptions) -> Result<FactsReply, Problem> {
    let mut session = app.engine().import_session(how);
    if kind == Kind::Csv {
        let reader = reader(body);
        let read = |hand_over: &mut dyn FnMut(Part) -> bool| {
            in_pieces(lines::csv(reader), &mut |lines| hand_over(Part::Lines(lines)));
        };
        session.take(read, drop).await?;
    } else {
        cut(body, &mut session).await?;
    }
    Ok(session.finish().await?.0)
}

/// Cuts NDJSON as it comes: that is little work, and what comes next is waited for only when there is room for it.
async fn cut(body: Body, session: &mut ImportSession) -> Result<(), Problem> {
    let mut chunks = body.into_data_stream();
    let mut cutter = Cutter::default();
    let broken = loop {
        let mut ready = Vec::new();
        match chunks.try_next().await {
            Ok(Some(bytes)) => cutter.feed(&bytes, |cut| ready.push(cut)),
            Ok(None) => break None,
            Err(error) => break Some(error.to_string()),
        }
        for cut in ready {
            session.push_cut(cut).await?;
        }
    };
    if let Some(rest) = cutter.finish(broken) {
        session.push_cut(rest).await?;
    }
    Ok(())
}

type Reader = BufReader<SyncIoBridge<StreamReader<futures_util::stream::BoxStream<'static, std::io::Result<bytes::Bytes>>, bytes::Bytes>>>;

/// Reads a body on a blocking thread; what `read` hands over comes out of the channel.
pub(super) fn read<T: Send + 'static>(
    body: Body,
    read: impl FnOnce(Reader, &mut dyn FnMut(Vec<T>) -> bool) + Send + 'static,
) -> mpsc::Receiver<Vec<T>> {
    let (send, pieces) = mpsc::channel(2);
    let reader = reader(body);
    tokio::task::spawn_blocking(move || read(reader, &mut |piece| send.blocking_send(piece).is_ok()));
    pieces
}

fn reader(body: Body) -> Reader {
    let chunks = Box::pin(body.into_data_stream().map_err(std::io::Error::other));
    BufReader::with_capacity(64 * 1024, SyncIoBridge::new(StreamReader::new(chunks)))
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

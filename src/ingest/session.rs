//! A body or a file of facts of any length, taken in as it comes.
//!
//! Three things go on at once, each a bounded step ahead of the next: the stream is cut (by whoever has it),
//! its cuts are read into pieces on threads of their own, and pieces are planned and committed, each in the
//! order in which it came. So what is recorded depends on the stream alone, and memory on none of its length.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::committer::Kind;
use super::plan::Tally;
use super::{Engine, FactsOptions, FactsReply, IngestError, Line, Pledge, Refused};
use crate::format::{Cut, Piece};
use crate::store::StoreError;

/// Lines in one request to the committer.
const CHUNK: usize = 250;
/// Requests under way at once: enough for the transactions of bulk work that are planned, written and sealed.
const UNDER_WAY: usize = 40;
/// A cut of fewer bytes is read where it is: handing it over would take longer.
const SMALL: usize = 16 << 10;

/// What a reader hands over.
#[derive(Debug)]
pub enum Part {
    /// NDJSON, to be read.
    Cut(Cut),
    /// Lines that have been read.
    Lines(Vec<Line>),
}

/// A body or file of facts of any length, under way.
///
/// Lines are committed as they come, in transactions that others' requests get between; wrong lines are
/// skipped and handed back, whatever the options say, and sending everything again is safe. Memory is
/// bounded by a few thousand lines. A dry run looks at each 250 lines by themselves.
pub struct ImportSession {
    engine: Arc<Engine>,
    how: FactsOptions,
    /// Who printed what names neither publisher nor document.
    publisher: Option<Arc<str>>,
    waiting: Vec<Line>,
    /// Cuts that are being read, in order.
    reading: VecDeque<JoinHandle<Piece>>,
    /// Cuts that may be read at once.
    readers: usize,
    under_way: VecDeque<Pledge<Tally>>,
    reply: FactsReply,
    /// The answer to the same request sent before.
    answered: Option<FactsReply>,
    started: bool,
}

impl ImportSession {
    pub(super) fn new(engine: Arc<Engine>, how: FactsOptions) -> Self {
        Self {
            engine,
            how,
            publisher: None,
            waiting: Vec::new(),
            reading: VecDeque::new(),
            readers: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            under_way: VecDeque::new(),
            reply: FactsReply::default(),
            answered: None,
            started: false,
        }
    }

    /// Has facts that name neither publisher nor document be printed by `publisher`.
    #[must_use]
    pub fn printed_by(mut self, publisher: Option<&str>) -> Self {
        self.publisher = publisher.map(Arc::from);
        self
    }

    /// Takes lines in; waits when too much is under way. Gives the lines that turned out wrong meanwhile.
    ///
    /// # Errors
    ///
    /// [`IngestError::Store`] when the store fails: earlier transactions stay. [`IngestError::KeyReused`].
    pub async fn push(&mut self, lines: Vec<Line>) -> Result<Vec<Refused>, IngestError> {
        self.start().await?;
        let mut wrong = Vec::new();
        self.submit_read(0, &mut wrong).await?;
        for line in lines {
            self.waiting.push(line);
            if self.waiting.len() >= CHUNK {
                self.submit_waiting(&mut wrong).await?;
            }
        }
        Ok(wrong)
    }

    /// Takes NDJSON in; waits when too much is under way. Gives the lines that turned out wrong meanwhile.
    ///
    /// # Errors
    ///
    /// As [`ImportSession::push`].
    pub async fn push_cut(&mut self, cut: Cut) -> Result<Vec<Refused>, IngestError> {
        self.start().await?;
        let mut wrong = Vec::new();
        self.submit_waiting(&mut wrong).await?;
        if self.reading.is_empty() && cut.len() < SMALL {
            self.submit(Piece::read(cut), &mut wrong).await?;
        } else {
            self.reading.push_back(tokio::task::spawn_blocking(|| Piece::read(cut)));
            self.submit_read(self.readers, &mut wrong).await?;
        }
        Ok(wrong)
    }

    /// Takes in all that `read` hands over; it runs on a thread of its own, waits while too much is under way, and is
    /// told `false` when nothing more is wanted. Wrong lines go to `refuse` as they turn out. Gives what `read` gives.
    ///
    /// # Errors
    ///
    /// As [`ImportSession::push`].
    pub async fn take<T: Send + 'static>(
        &mut self,
        read: impl FnOnce(&mut dyn FnMut(Part) -> bool) -> T + Send + 'static,
        mut refuse: impl FnMut(Vec<Refused>),
    ) -> Result<T, IngestError> {
        let (send, mut parts) = mpsc::channel(2);
        let reader = tokio::task::spawn_blocking(move || read(&mut |part| send.blocking_send(part).is_ok()));
        while let Some(part) = parts.recv().await {
            refuse(match part {
                Part::Cut(cut) => self.push_cut(cut).await?,
                Part::Lines(lines) => self.push(lines).await?,
            });
        }
        reader.await.map_err(|error| reading_failed(&error))
    }

    /// What has become of the lines that are committed so far.
    #[must_use]
    pub fn so_far(&self) -> &FactsReply {
        self.answered.as_ref().unwrap_or(&self.reply)
    }

    /// Waits until everything is durable and visible; gives the last wrong lines too.
    ///
    /// # Errors
    ///
    /// [`IngestError::Store`] when the store fails: earlier transactions stay.
    pub async fn finish(mut self) -> Result<(FactsReply, Vec<Refused>), IngestError> {
        self.start().await?;
        let mut wrong = Vec::new();
        if let Some(answered) = self.answered {
            return Ok((answered, wrong));
        }
        self.submit_read(0, &mut wrong).await?;
        self.submit_waiting(&mut wrong).await?;
        while let Some(pledge) = self.under_way.pop_front() {
            self.settle(pledge, &mut wrong).await?;
        }
        self.reply.revision = self.reply.revision.max(self.engine.view().head().revision);
        if let Some(request) = self.how.idempotency.take().filter(|_| !self.how.dry_run) {
            self.reply = self.engine.keep_reply(request, self.reply).await?;
        }
        Ok((self.reply, wrong))
    }

    /// Looks whether the request was answered before.
    async fn start(&mut self) -> Result<(), IngestError> {
        if std::mem::replace(&mut self.started, true) {
            return Ok(());
        }
        if let Some((key, digest)) = self.how.idempotency.clone() {
            self.answered = self.engine.reply_to(key, digest).await?;
        }
        Ok(())
    }

    /// Hands on what has been read, in order, until at most `most` cuts are still being read.
    async fn submit_read(&mut self, most: usize, wrong: &mut Vec<Refused>) -> Result<(), IngestError> {
        while self.reading.len() > most || self.reading.front().is_some_and(JoinHandle::is_finished) {
            let Some(piece) = self.reading.pop_front() else { break };
            let piece = piece.await.map_err(|error| reading_failed(&error))?;
            self.submit(piece, wrong).await?;
        }
        Ok(())
    }

    async fn submit_waiting(&mut self, wrong: &mut Vec<Refused>) -> Result<(), IngestError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let lines = std::mem::replace(&mut self.waiting, Vec::with_capacity(CHUNK));
        self.submit(Piece::from(lines), wrong).await
    }

    async fn submit(&mut self, mut piece: Piece, wrong: &mut Vec<Refused>) -> Result<(), IngestError> {
        if self.answered.is_some() || piece.is_empty() {
            return Ok(());
        }
        while self.under_way.len() >= UNDER_WAY {
            let Some(pledge) = self.under_way.pop_front() else { break };
            self.settle(pledge, wrong).await?;
        }
        if let Some(publisher) = &self.publisher {
            piece = piece.printed_by(publisher);
        }
        let dry_run = self.how.dry_run;
        let pledge = self
            .engine
            .submit(Kind::Bulk, move |planner| {
                let mark = planner.mark();
                let tally = planner.lines(&piece)?;
                if dry_run {
                    planner.roll_back(mark);
                }
                Ok(tally)
            })
            .await?;
        self.under_way.push_back(pledge);
        Ok(())
    }

    async fn settle(&mut self, pledge: Pledge<Tally>, wrong: &mut Vec<Refused>) -> Result<(), IngestError> {
        let (tally, head) = pledge.kept().await?;
        self.reply.add(&tally);
        self.reply.revision = head.revision;
        wrong.extend(tally.refused);
        Ok(())
    }
}

fn reading_failed(error: &tokio::task::JoinError) -> IngestError {
    tracing::error!(error = error as &dyn std::error::Error, "reading failed");
    StoreError::Io("the lines could not be read".to_owned()).into()
}

//! A body or a file of facts of any length, taken in as it comes.

use std::collections::VecDeque;
use std::sync::Arc;

use super::committer::Kind;
use super::plan::Tally;
use super::{Engine, FactsOptions, FactsReply, IngestError, Line, LineError, Pledge};

/// Lines in one request to the committer.
const CHUNK: usize = 250;
/// Requests under way at once: enough for a transaction of bulk work, and a bound on memory.
const UNDER_WAY: usize = 12;

/// A body or file of facts of any length, under way.
///
/// Lines are committed as they come, in transactions that others' requests get between; wrong lines are
/// skipped and handed back, whatever the options say, and sending everything again is safe. Memory is
/// bounded by a few thousand lines. A dry run looks at each 250 lines by themselves.
pub struct ImportSession {
    engine: Arc<Engine>,
    how: FactsOptions,
    waiting: Vec<Line>,
    under_way: VecDeque<Pledge<Tally>>,
    reply: FactsReply,
    /// The answer to the same request sent before.
    answered: Option<FactsReply>,
    started: bool,
}

impl ImportSession {
    pub(super) fn new(engine: Arc<Engine>, how: FactsOptions) -> Self {
        let (waiting, under_way) = (Vec::with_capacity(CHUNK), VecDeque::with_capacity(UNDER_WAY));
        Self {
            engine,
            how,
            waiting,
            under_way,
            reply: FactsReply::default(),
            answered: None,
            started: false,
        }
    }

    /// Takes lines in; waits when too much is under way. Gives the lines that turned out wrong meanwhile.
    ///
    /// # Errors
    ///
    /// [`IngestError::Store`] when the store fails: earlier transactions stay. [`IngestError::KeyReused`].
    pub async fn push(&mut self, lines: Vec<Line>) -> Result<Vec<LineError>, IngestError> {
        self.start().await?;
        let mut wrong = Vec::new();
        if self.answered.is_some() {
            return Ok(wrong);
        }
        for line in lines {
            self.waiting.push(line);
            if self.waiting.len() >= CHUNK {
                self.send(&mut wrong).await?;
            }
        }
        Ok(wrong)
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
    pub async fn finish(mut self) -> Result<(FactsReply, Vec<LineError>), IngestError> {
        self.start().await?;
        let mut wrong = Vec::new();
        if let Some(answered) = self.answered {
            return Ok((answered, wrong));
        }
        if !self.waiting.is_empty() {
            self.send(&mut wrong).await?;
        }
        while let Some(pledge) = self.under_way.pop_front() {
            self.take(pledge, &mut wrong).await?;
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

    async fn send(&mut self, wrong: &mut Vec<LineError>) -> Result<(), IngestError> {
        while self.under_way.len() >= UNDER_WAY {
            let Some(pledge) = self.under_way.pop_front() else { break };
            self.take(pledge, wrong).await?;
        }
        let lines = std::mem::replace(&mut self.waiting, Vec::with_capacity(CHUNK));
        let dry_run = self.how.dry_run;
        let pledge = self
            .engine
            .submit(Kind::Bulk, move |planner| {
                let mark = planner.mark();
                let tally = planner.lines(lines)?;
                if dry_run {
                    planner.roll_back(mark);
                }
                Ok(tally)
            })
            .await?;
        self.under_way.push_back(pledge);
        Ok(())
    }

    async fn take(&mut self, pledge: Pledge<Tally>, wrong: &mut Vec<LineError>) -> Result<(), IngestError> {
        let (tally, head) = pledge.kept().await?;
        self.reply.add(&tally);
        self.reply.revision = head.revision;
        wrong.extend(tally.errors);
        Ok(())
    }
}

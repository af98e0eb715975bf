//! The committer: plans requests one after another, and makes groups of them.
//!
//! Each request sees what the ones before it recorded. What comes while a group is being written gathers in the
//! next one, which is one [`Commit`] and one revision; a request that comes alone goes on at once. The group
//! is handed to [`super::writer`] and taken into the view here while it is written, so that the next one can
//! be planned meanwhile. When it could not be written, both are taken back. A failed write, or a panic, makes
//! the store read-only; reads go on.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};

use tokio::runtime::Runtime;
use tokio::sync::{mpsc, oneshot};

use super::merger::Merger;
use super::plan::Planner;
use super::writer::{Group, Planned};
use crate::model::{Head, Timestamp};
use crate::store::{Commit, StoreError};
use crate::view::View;

/// Facts in one transaction while others wait: it holds a lock over every call of the store.
const GROUP: usize = 250;
/// Facts in one transaction when only bulk work is waiting.
const BULK_GROUP: usize = 2_000;

/// How a job shares a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// With whatever else is waiting.
    Request,
    /// With more of its kind.
    Bulk,
    /// With nothing: it closes what others opened, or wants the view as it is.
    Alone,
}

/// Tells the one who asked, once it is durable and visible (or is not going to be).
pub(super) type Settle = Box<dyn FnOnce(Result<Head, &StoreError>) + Send>;

/// Plans one request. It gets an error instead of the planner when nothing can be written any more.
pub(super) type Plan = Box<dyn FnOnce(Result<&mut Planner, StoreError>) -> Settle + Send>;

/// One request under way.
pub(super) struct Job {
    pub(super) kind: Kind,
    pub(super) plan: Plan,
}

/// Why nothing can be written any more. Set once.
pub(super) type ReadOnly = Arc<OnceLock<String>>;

/// The same failure for one more of those who wait for it.
pub(super) fn repeat(error: &StoreError) -> StoreError {
    match error {
        StoreError::Full { reserve_mb } => StoreError::Full { reserve_mb: *reserve_mb },
        StoreError::Refused(reason) => StoreError::Refused(reason.clone()),
        StoreError::ReadOnly(reason) => StoreError::ReadOnly(reason.clone()),
        other => StoreError::ReadOnly(other.to_string()),
    }
}

/// The committer: runs until every sender of jobs is gone.
pub(super) struct Committer {
    pub(super) planner: Planner,
    pub(super) read_only: ReadOnly,
    pub(super) groups: std::sync::mpsc::Sender<Group>,
    /// What became of each group, once it is written.
    pub(super) written: mpsc::Receiver<Result<(), StoreError>>,
    pub(super) merger: Merger,
    /// Waits for jobs and for the writer at once.
    pub(super) runtime: Runtime,
    /// Those whose requests are planned and not handed over.
    pub(super) gathered: Vec<Settle>,
    /// Whether the writer has a group.
    pub(super) writing: bool,
}

/// What the committer waits for.
enum Event {
    Job(Job),
    Written(Result<(), StoreError>),
    /// There is nobody left to send jobs.
    End,
}

impl Committer {
    pub(super) fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        let mut held = None;
        loop {
            let first = match held.take() {
                Some(job) => job,
                None => match self.wait(&mut jobs) {
                    Event::Job(job) => job,
                    Event::Written(written) => {
                        self.take_notice(written);
                        continue;
                    }
                    Event::End => break,
                },
            };
            held = self.gather(first, &mut jobs);
            self.hand_over();
        }
    }

    fn wait(&mut self, jobs: &mut mpsc::Receiver<Job>) -> Event {
        let (written, writing) = (&mut self.written, self.writing);
        self.runtime.block_on(async {
            tokio::select! {
                biased;
                Some(written) = written.recv(), if writing => Event::Written(written),
                job = jobs.recv() => job.map_or(Event::End, Event::Job),
            }
        })
    }

    /// Plans what is waiting, up to the size of a group and until the writer is free for it. A job that has to be
    /// alone is handed back for later.
    fn gather(&mut self, first: Job, jobs: &mut mpsc::Receiver<Job>) -> Option<Job> {
        let mut kind = first.kind;
        let mut held = None;
        self.plan(first);
        while kind != Kind::Alone && self.read_only.get().is_none() {
            let most = if kind == Kind::Bulk { BULK_GROUP } else { GROUP };
            if self.planner.weight() >= most {
                break;
            }
            let next = match jobs.try_recv() {
                Ok(next) => next,
                Err(_) if !self.writing => break,
                Err(_) => match self.wait(jobs) {
                    Event::Job(next) => next,
                    Event::Written(written) => {
                        self.take_notice(written);
                        continue;
                    }
                    Event::End => break,
                },
            };
            let too_much = next.kind != Kind::Bulk && self.planner.weight() >= GROUP;
            if next.kind == Kind::Alone || too_much {
                held = Some(next);
                break;
            }
            if next.kind == Kind::Request {
                kind = Kind::Request;
            }
            self.plan(next);
        }
        self.wait_for_writer();
        held
    }

    fn plan(&mut self, job: Job) {
        // Who has heard that a group was not written may send again: that is not to rest on the group.
        while let Ok(written) = self.written.try_recv() {
            self.take_notice(written);
        }
        let planner = match self.read_only.get() {
            Some(reason) => Err(StoreError::ReadOnly(reason.clone())),
            None => Ok(&mut self.planner),
        };
        match catch_unwind(AssertUnwindSafe(|| (job.plan)(planner))) {
            Ok(settle) => self.gathered.push(settle),
            Err(panic) => {
                // The one who asked sees the channel close.
                let reason = format!("a request panicked while it was planned: {}", panic_text(&*panic));
                tracing::error!(reason, "the store is read-only from now on");
                self.read_only.get_or_init(|| reason);
            }
        }
    }

    fn wait_for_writer(&mut self) {
        while self.writing {
            match self.written.blocking_recv() {
                Some(written) => self.take_notice(written),
                // It has panicked, and said why.
                None => self.writing = false,
            }
        }
    }

    /// Takes back what rests on a group that was not written: nothing of it is there to rest on.
    fn take_notice(&mut self, written: Result<(), StoreError>) {
        self.writing = false;
        match written {
            Ok(()) => self.planner.written(),
            Err(error) => {
                self.planner.take_back();
                self.refuse(&error);
            }
        }
    }

    fn refuse(&mut self, error: &StoreError) {
        for settle in self.gathered.drain(..) {
            settle(Err(error));
        }
    }

    /// Hands what is gathered to the writer, which has to be free, and takes it into the view while it is written.
    fn hand_over(&mut self) {
        if let Some(reason) = self.read_only.get() {
            let error = StoreError::ReadOnly(reason.clone());
            self.refuse(&error);
            return;
        }
        let head = self.planner.head();
        let commit = self.planner.take(next_head(&head)).map(Arc::new);
        let settle = std::mem::take(&mut self.gathered);
        let (show, shown) = oneshot::channel();
        let planned = commit.clone().map(|commit| Planned { commit, view: shown });
        // A gone writer has panicked and said why; those who wait see their channel close.
        if self.groups.send(Group { planned, head, settle }).is_err() {
            return;
        }
        self.writing = true;
        if let Some(commit) = commit {
            self.apply(commit, show);
        }
    }

    fn apply(&mut self, commit: Arc<Commit>, show: oneshot::Sender<View>) {
        let (planner, merger) = (&mut self.planner, &mut self.merger);
        let applied = catch_unwind(AssertUnwindSafe(|| {
            let view = planner.apply(commit);
            merger.look_after(planner.view_mut());
            view
        }));
        match applied {
            // Nobody waits for it when the group could not be written.
            Ok(view) => drop(show.send(view)),
            Err(panic) => {
                let reason = format!("a commit panicked while it was taken in: {}", panic_text(&*panic));
                tracing::error!(reason, "the store is read-only from now on");
                self.read_only.get_or_init(|| reason);
            }
        }
    }
}

/// Revision and time of the commit behind `head`: both grow, whatever the clock does.
pub(super) fn next_head(head: &Head) -> Head {
    Head {
        revision: head.revision.next(),
        time: Timestamp::now().max(Timestamp(head.time.0 + 1)),
        counters: head.counters,
    }
}

/// What a panic said.
pub(super) fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

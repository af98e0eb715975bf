//! The one committer, and the publisher behind it.
//!
//! Requests are planned one after another on the committer's thread, each seeing what the ones before it
//! recorded; what is waiting goes into one [`crate::store::Commit`], which is one revision. The
//! publisher's thread seals it, publishes the view, and only then acknowledges, while the next group is
//! written. A failed write, or a panic, makes the store read-only; reads go on.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender};
use std::sync::{Arc, OnceLock};

use arc_swap::ArcSwap;
use tokio::sync::mpsc;

use super::bodies::CachedBodies;
use super::plan::Planner;
use crate::model::{Head, Timestamp};
use crate::store::{Commit, Store, StoreError};
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

/// A group on its way from the committer to the publisher.
pub(super) struct Written {
    /// What was written and the view with it; `None` when the group recorded nothing.
    commit: Option<(Commit, View)>,
    /// The newest head when the group was planned.
    head: Head,
    settle: Vec<Settle>,
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

/// Whether the store is as it was before the write that failed.
fn harmless(error: &StoreError) -> bool {
    matches!(error, StoreError::Full { .. } | StoreError::Refused(_))
}

/// The committer: runs until every sender of jobs is gone.
pub(super) struct Committer {
    pub(super) store: Arc<dyn Store>,
    pub(super) planner: Planner,
    pub(super) read_only: ReadOnly,
    pub(super) written: SyncSender<Written>,
}

impl Committer {
    pub(super) fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        let mut held = None;
        while let Some(first) = held.take().or_else(|| jobs.blocking_recv()) {
            let (group, next) = self.plan_group(first, &mut jobs);
            held = next;
            self.write(group);
        }
    }

    /// Plans what is waiting, up to the size of a group. A job that has to be alone is handed back for later.
    fn plan_group(&mut self, first: Job, jobs: &mut mpsc::Receiver<Job>) -> (Vec<Settle>, Option<Job>) {
        let mut kind = first.kind;
        let mut group = Vec::new();
        self.plan(first, &mut group);
        while kind != Kind::Alone && self.read_only.get().is_none() {
            let most = if kind == Kind::Bulk { BULK_GROUP } else { GROUP };
            if self.planner.weight() >= most {
                break;
            }
            let Ok(next) = jobs.try_recv() else { break };
            let too_much = next.kind != Kind::Bulk && self.planner.weight() >= GROUP;
            if next.kind == Kind::Alone || too_much {
                return (group, Some(next));
            }
            if next.kind == Kind::Request {
                kind = Kind::Request;
            }
            self.plan(next, &mut group);
        }
        (group, None)
    }

    fn plan(&mut self, job: Job, group: &mut Vec<Settle>) {
        let planner = match self.read_only.get() {
            Some(reason) => Err(StoreError::ReadOnly(reason.clone())),
            None => Ok(&mut self.planner),
        };
        match catch_unwind(AssertUnwindSafe(|| (job.plan)(planner))) {
            Ok(settle) => group.push(settle),
            Err(panic) => {
                // The one who asked sees the channel close.
                let reason = format!("a request panicked while it was planned: {}", panic_text(&*panic));
                tracing::error!(reason, "the store is read-only from now on");
                self.read_only.get_or_init(|| reason);
            }
        }
    }

    fn write(&mut self, settle: Vec<Settle>) {
        let head = self.planner.head();
        if let Some(reason) = self.read_only.get() {
            let error = StoreError::ReadOnly(reason.clone());
            for settle in settle {
                settle(Err(&error));
            }
            return;
        }
        let written = match self.planner.take(next_head(&head)) {
            None => Ok(None),
            Some(commit) => self.commit(commit).map(Some),
        };
        match written {
            // A gone publisher has panicked and said why; those who wait see their channel close.
            Ok(commit) => drop(self.written.send(Written { commit, head, settle })),
            Err(error) => {
                if !harmless(&error) {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "writing failed: the store is read-only from now on"
                    );
                    self.read_only.get_or_init(|| error.to_string());
                }
                for settle in settle {
                    settle(Err(&error));
                }
            }
        }
    }

    fn commit(&mut self, commit: Commit) -> Result<(Commit, View), StoreError> {
        let written = catch_unwind(AssertUnwindSafe(|| {
            self.store.commit(&commit)?;
            Ok(self.planner.apply(&commit))
        }));
        match written {
            Ok(Ok(view)) => Ok((commit, view)),
            Ok(Err(error)) => {
                self.planner.forget();
                Err(error)
            }
            Err(panic) => Err(StoreError::ReadOnly(format!("a write panicked: {}", panic_text(&*panic)))),
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

/// The publisher: seals, publishes, acknowledges, in this order.
pub(super) struct Publisher {
    pub(super) store: Arc<dyn Store>,
    pub(super) view: Arc<ArcSwap<View>>,
    pub(super) bodies: Arc<CachedBodies>,
    pub(super) read_only: ReadOnly,
}

impl Publisher {
    pub(super) fn run(self, written: &Receiver<Written>) {
        // Once a seal has failed nothing more is acknowledged: a later seal would vouch for what it did not.
        let mut failed: Option<StoreError> = None;
        while let Ok(group) = written.recv() {
            let sealed = match (&failed, group.commit) {
                (Some(error), _) => Err(repeat(error)),
                (None, None) => Ok(group.head),
                (None, Some((commit, view))) => self.publish(&commit, view),
            };
            for settle in group.settle {
                settle(sealed.as_ref().copied());
            }
            if let Err(error) = sealed {
                failed.get_or_insert(error);
            }
        }
    }

    fn publish(&self, commit: &Commit, view: View) -> Result<Head, StoreError> {
        let sealed = catch_unwind(AssertUnwindSafe(|| self.store.seal(&commit.head)))
            .unwrap_or_else(|panic| Err(StoreError::ReadOnly(format!("sealing panicked: {}", panic_text(&*panic)))));
        if let Err(error) = sealed {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "sealing failed: the store is read-only from now on"
            );
            self.read_only.get_or_init(|| error.to_string());
            return Err(error);
        }
        self.bodies.outdated_by(commit);
        self.view.store(Arc::new(view));
        Ok(commit.head)
    }
}

/// What a panic said.
fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}
